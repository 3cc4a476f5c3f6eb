"""What a change makes of the same runs: outcomes before and after, and their difference run by run.

Both results have the same seed, so that run 37 after the change has the luck of run 37 before it. Many runs then come out exactly
alike, and the mean of the differences is known better than either mean; `pairing` says how much better. Pure functions of two results.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from escalation_sim.analysis.estimates import NORMAL
from escalation_sim.analysis.measures import MEAN, MEDIAN_RATIO, STANDARD, Outcome, measures_in
from escalation_sim.analysis.resampling import MOST_RUNS, FromCounts, intervals, together
from escalation_sim.errors import InputError
from escalation_sim.parameters import Array
from escalation_sim.results import Result

__all__ = [
    "COLUMNS",
    "MOST_RUNS",
    "PAIRING",
    "STANDARD",
    "differences_and_pairing",
    "paired_differences",
    "paired_values",
    "pairing",
    "peak_moves",
    "runs_needed",
]

COLUMNS = ("outcome", "before", "after", "difference", "low", "high", "unit")
PAIRING = (
    "outcome",
    "lower",
    "same",
    "higher",
    "better",
    "correlation",
    "factor",
    "factor_low",
    "factor_high",
    "spread",
    "spread_unpaired",
    "unit",
)

_EXACT = 1e-12
"""Share of the spread below which a spread of differences is rounding."""

_WIDE = 5.0
"""Roots of the number of runs to either side of the middle, beyond which no draw has its median (ten standard deviations)."""


def paired_differences(before: Result, after: Result) -> pd.DataFrame:
    """Outcomes before and after a change, one row each: those of `STANDARD` and, where a result lacks some of these, every other
    numeric column that both results have.

    Columns are `outcome`, `before` and `after` (means over the runs; medians for `deaths_median`), `difference` (mean of after − before
    over the runs that have both; for `deaths_median` the ratio of the medians − 1), `low` and `high` (95 % interval for the number
    of runs: percentile bootstrap over runs), `unit` (see `Outcome`). NaN where something is not defined.

    Raises InputError where the results differ in seed or number of runs, or have nothing in common.
    """
    return differences_and_pairing(before, after)[0]


def pairing(before: Result, after: Result) -> pd.DataFrame:
    """What pairing the runs is worth, one row for each outcome that has a mean (see `paired_differences`).

    Columns
    -------
    lower, same, higher : shares of the runs in which the outcome falls, stays and rises; of the runs that have both values.
    better : "lower" where less is better, "" where neither is.
    correlation : of the values before and after, over the runs.
    factor : variance of the difference if the two sets of runs were independent, over its variance as paired: so many times more runs
        would be needed without pairing. Infinite where the difference is the same in every run.
    factor_low, factor_high : its 95 % interval for the number of runs, percentile bootstrap over runs.
    spread : standard deviation of the difference over the runs, which `runs_needed` starts from.
    spread_unpaired : what it would be if the two sets of runs were independent.
    unit : that of the outcome.

    NaN where something is not defined. Raises InputError as `paired_differences` does.
    """
    return differences_and_pairing(before, after)[1]


def differences_and_pairing(before: Result, after: Result) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`paired_differences` and `pairing`, from one drawing of runs."""
    pairs = paired_values(before, after)
    means = [pair for pair in pairs if pair[0].statistic == MEAN]
    ratios = [pair for pair in pairs if pair[0].statistic == MEDIAN_RATIO]

    def of_first(kept: int) -> FromCounts:
        cut = [(first[:kept], second[:kept]) for _, first, second in means]
        of_ratios = [ratio_from_counts(first[:kept], second[:kept]) for _, first, second in ratios]
        return together([means_from_counts(cut), *of_ratios, remaining_variances_from_counts(cut)])

    found = np.stack(intervals(of_first, len(before.outcomes)), axis=1)
    bounds = {one.name: found[place] for place, (one, _, _) in enumerate([*means, *ratios])}
    differences = [
        (one.name, *central(first, second, one.statistic), *bounds[one.name], one.unit) for one, first, second in pairs
    ]
    worth = [
        (one.name, *shares_of_moves(first, second), one.better, *worth_of(first, second, *remaining), one.unit)
        for (one, first, second), remaining in zip(means, found[len(pairs) :], strict=True)
    ]
    return pd.DataFrame(differences, columns=list(COLUMNS)), pd.DataFrame(worth, columns=list(PAIRING))


def worth_of(first: Array, second: Array, least: float, most: float) -> tuple[float, ...]:
    """Correlation, factor with its bounds, and both spreads, from the values and the bounds of the variance that remains."""
    correlation, remaining, *spreads = coupling(first, second)
    return correlation, inverse(remaining), inverse(most), inverse(least), *spreads


def peak_moves(before: Result, after: Result) -> dict[str, float]:
    """Shares of runs that peak "lower", "same" and "higher" after the change; empty where the results have no peaks.

    Raises InputError as `paired_differences` does.
    """
    check_pair(before, after)
    if any("peak_rung" not in result.outcomes.columns for result in (before, after)):
        return {}
    first, second = (result.outcomes["peak_rung"].to_numpy(dtype=float) for result in (before, after))
    return dict(zip(("lower", "same", "higher"), shares_of_moves(first, second), strict=True))


def runs_needed(spread: float, precision: float) -> int:
    """Paired runs after which the 95 % interval of a mean difference reaches `precision` to either side.

    Parameters
    ----------
    spread : standard deviation of the difference over the runs, in the unit of `precision`.

    Raises ValueError where it is not finite.
    """
    reach = NORMAL * spread / precision
    return max(int(np.ceil(reach * reach)), 1)


def paired_values(before: Result, after: Result) -> list[tuple[Outcome, Array, Array]]:
    """Every outcome compared with its values before and after, shape (run,). Raises InputError as `paired_differences` does."""
    check_pair(before, after)
    horizon = shared_horizon(before, after)
    chosen = list(measures_in([before.outcomes, after.outcomes]))
    if not chosen:
        raise InputError("the two results have no outcome in common")
    return [
        (one, one.values(before.outcomes, before.scenario, horizon), one.values(after.outcomes, after.scenario, horizon))
        for one in chosen
    ]


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


def shares_of_moves(first: Array, second: Array) -> tuple[float, float, float]:
    """Shares of the runs with both values in which the second is lower, the same, higher; NaN where no run has both."""
    change = (second - first)[~np.isnan(first) & ~np.isnan(second)]
    if not len(change):
        return np.nan, np.nan, np.nan
    return float(np.mean(change < 0)), float(np.mean(change == 0)), float(np.mean(change > 0))


def coupling(first: Array, second: Array) -> tuple[float, float, float, float]:
    """Correlation of paired values; the part of the variance that is left of their difference; the standard deviation of the
    difference, as paired and for independent runs.
    """
    both = ~np.isnan(first) & ~np.isnan(second)
    if both.sum() < 2:
        return np.nan, np.nan, np.nan, np.nan
    first, second = first[both], second[both]
    variances = [np.var(values, ddof=1) for values in (first, second, second - first)]
    shared = np.sum((first - first.mean()) * (second - second.mean())) / (len(first) - 1)
    apart = np.sqrt(variances[0] * variances[1])
    correlation = float(shared / apart) if apart > 0.0 else np.nan
    left = float(remaining_variance(*map(np.asarray, variances)))
    return correlation, left, float(np.sqrt(variances[2])), float(np.sqrt(variances[0] + variances[1]))


def remaining_variance(first: Array, second: Array, change: Array) -> Array:
    """Variance of the difference as a part of what it would be for independent runs; 0 where there is none at all."""
    apart = first + second
    left = np.where(change > _EXACT * apart, np.maximum(change, 0.0), 0.0)
    return left / np.where(apart > 0.0, apart, 1.0)


def inverse(part: float) -> float:
    """From the part of the variance that remains to the factor by which it was reduced; infinite where nothing remains."""
    return float(np.inf) if part <= 0.0 else 1.0 / part


def means_from_counts(pairs: Sequence[tuple[Array, Array]]) -> FromCounts:
    """Mean differences, one for each pair of values, of the runs drawn that have both."""
    known = np.array([~np.isnan(first) & ~np.isnan(second) for first, second in pairs])
    changes = np.array([second - first for first, second in pairs])
    sums = np.concatenate([np.where(known, changes, 0.0), known[~known.all(axis=1)].astype(float)])
    some_unknown = np.flatnonzero(~known.all(axis=1))

    def means(counts: Array) -> Array:
        drawn = sums @ counts
        of_runs = np.full((len(pairs), drawn.shape[1]), float(known.shape[1]))
        of_runs[some_unknown] = drawn[len(pairs) :]
        return np.where(of_runs > 0.0, drawn[: len(pairs)] / np.maximum(of_runs, 1.0), np.nan)

    return means


def remaining_variances_from_counts(pairs: Sequence[tuple[Array, Array]]) -> FromCounts:
    """`remaining_variance`, one for each pair of values, of the runs drawn that have both. Draws in which nothing varies say nothing, and
    count as all runs do.
    """
    known = np.array([~np.isnan(first) & ~np.isnan(second) for first, second in pairs])[:, None]
    values = np.where(known, np.array([[first, second, second - first] for first, second in pairs]), 0.0)
    values = np.where(known, values - values.sum(axis=2, keepdims=True) / np.maximum(known.sum(axis=2, keepdims=True), 1), 0.0)
    moments = np.concatenate([known.astype(float), values, values * values], axis=1)
    least = _EXACT * np.maximum(moments[:, 4:6].max(axis=(1, 2)), np.finfo(float).tiny)
    of_all = np.array([coupling(first, second)[1] for first, second in pairs])

    def remaining(counts: Array) -> Array:
        drawn = (moments.reshape(-1, moments.shape[-1]) @ counts).reshape(len(pairs), 7, -1)
        means = drawn[:, 1:] / np.maximum(drawn[:, :1], 1.0)
        variances = np.maximum(means[:, 3:] - means[:, :3] * means[:, :3], 0.0)
        varied = variances[:, 0] + variances[:, 1] > least[:, None]
        return np.where(varied, remaining_variance(variances[:, 0], variances[:, 1], variances[:, 2]), of_all[:, None])

    return remaining


def ratio_from_counts(first: Array, second: Array) -> FromCounts:
    """Ratio of the medians of the runs drawn, − 1; NaN where it is not finite."""
    medians = [median_from_counts(values) for values in (first, second)]

    def ratio(counts: Array) -> Array:
        found = relative(*(median(counts) for median in medians))
        return np.where(np.isfinite(found), found, np.nan)

    return ratio


def median_from_counts(values: Array) -> FromCounts:
    """Median of the runs drawn (a value that occurred, the lower of two middle ones).

    Counts are added up in the order of the values, and only where the median can be: it lies within some standard deviations of the middle.
    """
    order = np.argsort(values, kind="stable")
    half = 0.5 * len(values)
    first = max(int(half - _WIDE * np.sqrt(len(values))), 0)
    last = min(int(half + _WIDE * np.sqrt(len(values))) + 1, len(values))
    below = np.zeros(len(values))
    below[order[:first]] = 1.0

    def median(counts: Array) -> Array:
        so_far = below @ counts + np.cumsum(counts[order[first:last]], axis=0)
        return values[order[first:last]][np.argmax(so_far >= 0.5 * counts.sum(axis=0), axis=0)]

    return median
