"""Estimates from many runs, each with how far chance alone may have moved it.

All intervals are of 95 % and speak of the finite number of runs only, never of doubt about the model. Pure functions of arrays.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from escalation_sim.parameters import Array

__all__ = [
    "NORMAL",
    "Estimate",
    "Survival",
    "cumulative_incidence",
    "mean_of",
    "mean_of_counts",
    "quantiles_of",
    "share_of",
    "survival",
    "time_reached",
]

CONFIDENCE = 0.95
NORMAL = 1.959963984540054
"""Standard deviations from the middle to either end of a normal interval of 95 %."""


@dataclass(frozen=True)
class Estimate:
    """A number and its interval; NaN where it is not defined (a mean of nothing, the interval of a single run)."""

    value: float
    low: float
    high: float


def share_of(happened: Any) -> Estimate:
    """Share of runs in which something happened, with Wilson's interval (Wilson 1927).

    Parameters
    ----------
    happened : shape (run,), true or 1 where it did.

    Raises ValueError where there are no runs.
    """
    flags = np.asarray(happened, dtype=bool)
    found = stats.binomtest(int(flags.sum()), len(flags))
    interval = found.proportion_ci(confidence_level=CONFIDENCE, method="wilson")
    return Estimate(float(found.statistic), float(interval.low), float(interval.high))


def mean_of(values: Array) -> Estimate:
    """Mean with the normal interval; `values` of shape (run,) without NaN."""
    if len(values) == 0:
        return Estimate(np.nan, np.nan, np.nan)
    mean = float(np.mean(values))
    if len(values) == 1:
        return Estimate(mean, np.nan, np.nan)
    reach = NORMAL * float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))
    return Estimate(mean, mean - reach, mean + reach)


def mean_of_counts(counts: Array) -> Estimate:
    """Mean of numbers of independent events with the normal interval, cut at 0; where none occurred, Poisson's exact bound above it."""
    found = mean_of(counts)
    if len(counts) and not counts.any():
        return Estimate(0.0, 0.0, -float(np.log((1.0 - CONFIDENCE) / 2.0)) / len(counts))
    return Estimate(found.value, max(found.low, 0.0), found.high)


def quantiles_of(values: Array, probabilities: Sequence[float]) -> tuple[float, ...]:
    """Quantiles of the values that are not NaN; NaN where there are none. Values are not interpolated: each is one that occurred."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return tuple(np.nan for _ in probabilities)
    return tuple(float(q) for q in np.quantile(known, probabilities, method="inverted_cdf"))


@dataclass(frozen=True)
class Survival:
    """Share of runs to which something has not happened yet, as a step function of the day.

    Attributes
    ----------
    days : days at which the share falls, starting with day 0 (on which runs may end), shape (time,).
    share, low, high : from that day on, shape (time,).
    """

    days: Array
    share: Array
    low: Array
    high: Array


def survival(days: Array, happened: Any) -> Survival:
    """Kaplan and Meier's (1958) estimate, interval by the log-log formula.

    Parameters
    ----------
    days : day of the event, or day until which the run was followed without it, shape (run,).
    happened : whether it was the event, shape (run,).
    """
    known = np.asarray(happened, dtype=bool)
    found = stats.ecdf(stats.CensoredData(uncensored=days[known], right=days[~known])).sf
    low, high = log_log_interval(found)
    first = [] if found.quantiles[0] <= 0.0 else [0.0]
    before = [1.0] * len(first)
    return Survival(
        days=np.concatenate([first, found.quantiles]),
        share=np.concatenate([before, found.probabilities]),
        low=np.concatenate([before, low]),
        high=np.concatenate([before, high]),
    )


def log_log_interval(found: Any) -> tuple[Array, Array]:
    """Bounds of a survival curve; where the formula is undefined (share 1 or 0) the share itself."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = found.confidence_interval(confidence_level=CONFIDENCE, method="log-log")
    low, high = interval.low.probabilities, interval.high.probabilities
    share = found.probabilities
    return np.where(np.isnan(low), share, low), np.where(np.isnan(high), share, high)


def time_reached(curve: Survival, share: float = 0.5) -> Estimate:
    """Day on which the share has fallen to `share` (0.5: the median time), infinite where it has not while runs were followed."""

    def first(values: Array) -> float:
        below = np.flatnonzero(values <= share + 1e-12)
        return float(curve.days[below[0]]) if len(below) else np.inf

    return Estimate(first(curve.share), first(curve.low), first(curve.high))


def cumulative_incidence(days: Array, causes: Any, happened: Any) -> tuple[Array, dict[str, Array]]:
    """Share of runs ended by each cause as a function of the day (Aalen and Johansen 1978).

    Causes compete: what one has ended another can no longer end. With every run followed to its end the curves are the plain
    shares ended so far.

    Parameters
    ----------
    days : day of the end, or day until which the run was followed, shape (run,).
    causes : name of the cause, shape (run,); not read where `happened` is false.
    happened : whether the run ended, shape (run,).

    Returns
    -------
    times : days with at least one end, starting with day 0 (on which runs may end), shape (time,).
    incidence : by cause in alphabetical order, shape (time,).
    """
    known = np.asarray(happened, dtype=bool)
    times, place = np.unique(days[known], return_inverse=True)
    named = np.asarray(causes, dtype=object)[known]
    at_risk = len(days) - np.searchsorted(np.sort(days), times, side="left")
    ends = np.bincount(place, minlength=len(times))
    going_before = np.concatenate([[1.0], np.cumprod(1.0 - ends / at_risk)[:-1]])[: len(times)]
    first = [] if len(times) and times[0] <= 0.0 else [0.0]
    incidence = {}
    for cause in sorted(set(named)):
        by_cause = np.bincount(place[named == cause], minlength=len(times))
        incidence[str(cause)] = np.concatenate([first, np.cumsum(going_before * by_cause / at_risk)])
    return np.concatenate([first, times]), incidence
