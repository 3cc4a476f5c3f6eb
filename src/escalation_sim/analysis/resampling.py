"""How far chance may have moved a number found from many runs: the runs are drawn again, with replacement, a thousand times.

The bootstrap itself is SciPy's. What is added is speed: a draw of runs is told by how often each run is in it, so that means of many things over
many draws are one product of matrices. The same draws serve all numbers of a call.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import stats

from escalation_sim.analysis.estimates import CONFIDENCE
from escalation_sim.parameters import Array

__all__ = ["MOST_RUNS", "FromCounts", "intervals", "intervals_of_means", "together"]

RESAMPLES = 1_000
SEED = 1
MOST_RUNS = 10_000
"""Runs that intervals are found from; with more they are found from so many and narrowed by the root of the ratio."""

_DRAWS_AT_ONCE = 2_000_000

FromCounts = Callable[[Array], Array]
"""From how often each run was drawn, shape (run, draw), to a statistic, shape (draw,) or (statistic, draw)."""


def intervals(statistic_of: Callable[[int], FromCounts], runs: int) -> tuple[Array, Array]:
    """Bounds of 95 % of some statistics, shape (statistic,): percentile bootstrap over the runs.

    Parameters
    ----------
    statistic_of : from a number of runs (the first so many) to their statistics, as a function of how often each is drawn.
    runs : how many there are. NaN for a single one, and where a statistic is not finite in some of the draws.
    """
    kept = min(runs, MOST_RUNS)
    of_counts = statistic_of(kept)
    part = np.atleast_2d(of_counts(np.ones((kept, 1))))[:, 0]
    if runs < 2:
        return np.full(len(part), np.nan), np.full(len(part), np.nan)

    def statistic(drawn: Any, axis: int = -1) -> Array:
        counts = np.moveaxis(how_often(np.moveaxis(np.atleast_2d(drawn), axis, -1), kept), -1, 0)
        found = np.atleast_2d(of_counts(counts))
        return found if np.ndim(drawn) > 1 else found[:, 0]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # where a statistic is not finite
        found = stats.bootstrap(
            (np.arange(kept),), statistic, n_resamples=RESAMPLES, batch=max(_DRAWS_AT_ONCE // kept, 1), vectorized=True,
            confidence_level=CONFIDENCE, method="percentile", random_state=np.random.default_rng(SEED),
        )  # fmt: skip
    low, high = found.confidence_interval
    if kept == runs:
        return low, high
    every = np.atleast_2d(statistic_of(runs)(np.ones((runs, 1))))[:, 0]
    narrower = np.sqrt(kept / runs)
    return every + (low - part) * narrower, every + (high - part) * narrower


def intervals_of_means(values: Array) -> tuple[Array, Array]:
    """Bounds of 95 % of means over runs, shape (statistic,), from values of shape (statistic, run) without NaN.

    A number that is the same in every run has exactly that for both bounds.
    """
    fixed = np.ptp(values, axis=-1) == 0.0

    def of_first(kept: int) -> FromCounts:
        return lambda counts: values[:, :kept] @ counts / kept

    low, high = intervals(of_first, values.shape[-1])
    return np.where(fixed, values[:, 0], low), np.where(fixed, values[:, 0], high)


def together(statistics: Sequence[FromCounts]) -> FromCounts:
    """Several statistics as one, stacked."""
    return lambda counts: np.concatenate([np.atleast_2d(one(counts)) for one in statistics])


def how_often(drawn: Any, runs: int) -> Array:
    """How often each run was drawn: from numbers of runs of shape (draw, run) to counts of the same shape."""
    rows = len(drawn)
    places = drawn + np.arange(rows)[:, None] * runs
    return np.bincount(places.ravel(), minlength=rows * runs).reshape(rows, runs).astype(float)
