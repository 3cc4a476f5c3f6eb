"""What a change makes of the same runs: outcomes before and after, and their difference run by run.

Both results have the same seed, so that run 37 after the change has the luck of run 37 before it. Many runs then come out exactly
alike, and the mean of the differences is known better than either mean. Pure functions of two results.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from escalation_sim.analysis.estimates import CONFIDENCE
from escalation_sim.errors import InputError
from escalation_sim.parameters import Array
from escalation_sim.results import Result

__all__ = ["COLUMNS", "MEAN", "MEDIAN_RATIO", "STANDARD", "Outcome", "paired_differences", "peak_moves"]

COLUMNS = ("outcome", "before", "after", "difference", "low", "high", "unit")

RESAMPLES = 2_000
SEED = 1
MOST_PAIRS = 20_000
"""Pairs the interval is found from; with more it is found from so many and narrowed by the root of the ratio."""

_DRAWS_AT_ONCE = 2_000_000

MEAN, MEDIAN_RATIO = "mean", "median_ratio"


@dataclass(frozen=True)
class Outcome:
    """One thing compared.

    Attributes
    ----------
    name : what it is called in the table.
    needs : outcome columns it is made from.
    unit : "rungs", "share", "days", "deaths", "relative" (1 added to the difference is the ratio), or "" where it is not known.
    values : from a result and the last day that both results have to the value of each run, NaN where a run has none.
    statistic : what is taken over the runs, MEAN or MEDIAN_RATIO.
    """

    name: str
    needs: tuple[str, ...]
    unit: str
    values: Callable[[Result, float], Array]
    statistic: str = MEAN


def column(name: str) -> Callable[[Result, float], Array]:
    """Reader of an outcome as it stands."""
    return lambda result, _horizon: result.outcomes[name].to_numpy(dtype=float)


def reached(mark: str) -> Callable[[Result, float], Array]:
    """Reader of whether a run peaked at a mark of the ladder, "force" or "war", or above."""
    return lambda result, _horizon: (
        result.outcomes["peak_rung"].to_numpy(dtype=float) >= getattr(result.scenario.ladder, mark)
    ).astype(float)


def days_to_end(result: Result, horizon: float) -> Array:
    """Days until the end; a run that has not ended by then counts with the horizon."""
    days = result.outcomes["days_to_end"].to_numpy(dtype=float)
    return np.where(np.isnan(days), horizon, np.minimum(days, horizon))


def cease_fire(result: Result, _horizon: float) -> Array:
    """Whether a cease-fire was agreed."""
    return result.outcomes["days_to_ceasefire"].notna().to_numpy(dtype=float)


STANDARD = (
    Outcome("peak_rung", ("peak_rung",), "rungs", column("peak_rung")),
    Outcome("force", ("peak_rung",), "share", reached("force")),
    Outcome("war", ("peak_rung",), "share", reached("war")),
    Outcome("days_to_end", ("days_to_end",), "days", days_to_end),
    Outcome("deaths_mean", ("deaths_total",), "deaths", column("deaths_total")),
    Outcome("deaths_median", ("deaths_total",), "relative", column("deaths_total"), MEDIAN_RATIO),
    Outcome("cease_fire", ("days_to_ceasefire",), "share", cease_fire),
    Outcome("misperception", ("misperception",), "rungs", column("misperception")),
)
"""What is compared of a crisis."""


def paired_differences(before: Result, after: Result) -> pd.DataFrame:
    """Outcomes before and after a change, one row each: those of `STANDARD` and, where a result lacks some of these, every other
    numeric column that both results have.

    Columns are `outcome`, `before` and `after` (means over the runs; medians for `deaths_median`), `difference` (mean of after − before
    over the runs that have both; for `deaths_median` the ratio of the medians − 1), `low` and `high` (95 % interval for the number
    of runs: percentile bootstrap over runs), `unit` (see `Outcome`). NaN where something is not defined.

    Raises InputError where the results differ in seed or number of runs, or have nothing in common.
    """
    check_pair(before, after)
    horizon = shared_horizon(before, after)
    chosen = list(compared(before, after))
    if not chosen:
        raise InputError("the two results have no outcome in common")
    firsts = [one.values(before, horizon) for one in chosen]
    seconds = [one.values(after, horizon) for one in chosen]
    low, high = intervals(firsts, seconds, [one.statistic for one in chosen])
    rows = []
    for place, (one, first, second) in enumerate(zip(chosen, firsts, seconds, strict=True)):
        was, becomes, difference = central(first, second, one.statistic)
        rows.append((one.name, was, becomes, difference, low[place], high[place], one.unit))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def peak_moves(before: Result, after: Result) -> dict[str, float]:
    """Shares of runs that peak "lower", "same" and "higher" after the change; empty where the results have no peaks.

    Raises InputError as `paired_differences` does.
    """
    check_pair(before, after)
    if not has_columns(before, after, ("peak_rung",)):
        return {}
    change = after.outcomes["peak_rung"].to_numpy(dtype=float) - before.outcomes["peak_rung"].to_numpy(dtype=float)
    return {"lower": float(np.mean(change < 0)), "same": float(np.mean(change == 0)), "higher": float(np.mean(change > 0))}


def check_pair(before: Result, after: Result) -> None:
    """Runs can be paired only where seed and number are the same; raises InputError."""
    if before.seed != after.seed:
        raise InputError("runs of different seeds cannot be paired", value=[before.seed, after.seed])
    counts = [len(before.outcomes), len(after.outcomes)]
    if counts[0] != counts[1] or counts[0] == 0:
        raise InputError("the two results must have the same number of runs, at least one", value=counts)


def shared_horizon(before: Result, after: Result) -> float:
    """Last day that both results have; infinite where a result has no horizon."""
    return min(float(getattr(result.scenario, "horizon_days", np.inf)) for result in (before, after))


def has_columns(before: Result, after: Result, names: tuple[str, ...]) -> bool:
    """Whether both results have these outcomes."""
    return all(name in result.outcomes.columns for result in (before, after) for name in names)


def compared(before: Result, after: Result) -> Iterator[Outcome]:
    """The standard outcomes both results have; where some are missing, also the numeric columns of both that these do not use."""
    standard = [one for one in STANDARD if has_columns(before, after, one.needs)]
    yield from standard
    if len(standard) == len(STANDARD):
        return
    used = {name for one in standard for name in one.needs}
    numeric = [set(result.outcomes.select_dtypes(["number", "bool"]).columns) for result in (before, after)]
    for name in before.outcomes.columns:
        if name in (numeric[0] & numeric[1]) - used:
            yield Outcome(str(name), (str(name),), "", column(name))


def central(first: Array, second: Array, statistic: str) -> tuple[float, float, float]:
    """Before, after and difference of one outcome over all runs."""
    if statistic == MEDIAN_RATIO:
        was, becomes = (float(np.quantile(values, 0.5, method="inverted_cdf")) for values in (first, second))
        return was, becomes, float(relative(np.array(was), np.array(becomes)))
    both = ~np.isnan(first) & ~np.isnan(second)
    return mean_of_known(first), mean_of_known(second), mean_of_known((second - first)[both])


def mean_of_known(values: Array) -> float:
    """Mean of what is not NaN; NaN of nothing."""
    known = values[~np.isnan(values)]
    return float(np.mean(known)) if len(known) else np.nan


def relative(was: Array, becomes: Array) -> Array:
    """Ratio − 1: 0 where both are the same, infinite from nothing to something."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(was == becomes, 0.0, becomes / was - 1.0)


def intervals(firsts: list[Array], seconds: list[Array], statistics: list[str]) -> tuple[Array, Array]:
    """Bounds of all differences, shape (outcome,): the runs are drawn again, the same ones for every outcome.

    NaN for a single run, and for a ratio that is not finite in some of the draws.
    """
    runs = len(firsts[0])
    if runs < 2:
        return np.full(len(firsts), np.nan), np.full(len(firsts), np.nan)
    kept = min(runs, MOST_PAIRS)
    of_counts = [
        (ratio_from_counts if statistic == MEDIAN_RATIO else mean_from_counts)(first[:kept], second[:kept])
        for first, second, statistic in zip(firsts, seconds, statistics, strict=True)
    ]

    def statistic(drawn: Any, axis: int = -1) -> Array:
        counts = np.moveaxis(how_often(np.moveaxis(np.atleast_2d(drawn), axis, -1), kept), -1, 0)
        found = np.stack([one(counts) for one in of_counts])
        return found if np.ndim(drawn) > 1 else found[:, 0]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # where a ratio is not finite
        found = stats.bootstrap(
            (np.arange(kept),), statistic, n_resamples=RESAMPLES, batch=max(_DRAWS_AT_ONCE // kept, 1), vectorized=True,
            confidence_level=CONFIDENCE, method="percentile", random_state=np.random.default_rng(SEED),
        )  # fmt: skip
    low, high = found.confidence_interval
    if kept == runs:
        return low, high
    part = statistic(np.arange(kept))
    every = np.array([central(*each)[2] for each in zip(firsts, seconds, statistics, strict=True)])
    narrower = np.sqrt(kept / runs)
    return every + (low - part) * narrower, every + (high - part) * narrower


def how_often(drawn: Any, runs: int) -> Array:
    """How often each run was drawn: from numbers of runs of shape (draw, run) to counts of the same shape."""
    rows = len(drawn)
    places = drawn + np.arange(rows)[:, None] * runs
    return np.bincount(places.ravel(), minlength=rows * runs).reshape(rows, runs).astype(float)


FromCounts = Callable[[Array], Array]
"""From how often each run was drawn, shape (run, draw), to the statistic, shape (draw,)."""


def mean_from_counts(first: Array, second: Array) -> FromCounts:
    """Mean difference of the runs drawn that have both values."""
    known = ~np.isnan(first) & ~np.isnan(second)
    change = np.where(known, second - first, 0.0)
    if known.all():
        return lambda counts: change @ counts / len(change)
    weights = known.astype(float)

    def mean(counts: Array) -> Array:
        drawn = weights @ counts
        return np.where(drawn > 0.0, change @ counts / np.maximum(drawn, 1.0), np.nan)

    return mean


def ratio_from_counts(first: Array, second: Array) -> FromCounts:
    """Ratio of the medians of the runs drawn, − 1; NaN where it is not finite."""
    medians = [median_from_counts(values) for values in (first, second)]

    def ratio(counts: Array) -> Array:
        found = relative(*(median(counts) for median in medians))
        return np.where(np.isfinite(found), found, np.nan)

    return ratio


def median_from_counts(values: Array) -> FromCounts:
    """Median of the runs drawn (a value that occurred, the lower of two middle ones)."""
    order = np.argsort(values, kind="stable")

    def median(counts: Array) -> Array:
        so_far = np.cumsum(counts[order], axis=0)
        return values[order][np.argmax(so_far >= 0.5 * so_far[-1], axis=0)]

    return median
