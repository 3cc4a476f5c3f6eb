"""Tables of a sweep: what came of each point, with intervals for its number of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from escalation_sim.analysis.estimates import NORMAL
from escalation_sim.outcomes import EXHAUSTION, NONE, UNILATERAL, words_for
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario

__all__ = [
    "COLUMNS",
    "DERIVED",
    "column_of",
    "labels_of",
    "levels_of",
    "names_of_outcomes",
    "outcomes_of",
    "summary_of",
    "with_outcomes",
]

COLUMNS = ("point", "outcome", "runs", "mean", "low", "high", "q10", "median", "q90")

DERIVED = {
    "force": "peak_rung",
    "war": "peak_rung",
    "cease_fire": "days_to_ceasefire",
    "days_to_end_or_horizon": "days_to_end",
}
"""What follows from a column, and which: whether a crisis reached force or war, whether a stop was struck, days with runs that go on counted in full."""

_QUANTILES = (0.1, 0.5, 0.9)


def summary_of(tables: Iterable[pa.Table], scenario: Scenario) -> pd.DataFrame:
    """What came of each point.

    Parameters
    ----------
    tables : rows of a data set, points in one piece each or in tables that follow each other.
    scenario : for the marks of its ladder.

    Returns
    -------
    One row per point and outcome, `COLUMNS`: `runs` that have a value, their mean with its 95 % interval (normal; for the number of runs, not for doubt about
    the model), and quantiles that occurred. To the outcomes of a crisis come the shares `force`, `war` and `cease_fire`, `days_to_end_or_horizon` and a share
    for each way of ending.
    """
    frames = [frame for table in whole_points(tables) for frame in summaries(table, scenario)]
    if not frames:
        return pd.DataFrame({name: [] for name in COLUMNS})
    return pd.concat(frames).sort_values(["point"], kind="stable").reset_index(drop=True)


def whole_points(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Tables put together until no point is in two of them."""
    waiting: list[pa.Table] = []
    for table in tables:
        if not table.num_rows:
            continue
        if waiting and waiting[-1]["point"][-1] != table["point"][0]:
            yield together(waiting)
            waiting = []
        waiting.append(table)
    if waiting:
        yield together(waiting)


def together(tables: list[pa.Table]) -> pa.Table:
    """One table of several."""
    return tables[0] if len(tables) == 1 else pa.concat_tables(tables).unify_dictionaries()


def summaries(table: pa.Table, scenario: Scenario) -> Iterator[pd.DataFrame]:
    """Summary of every outcome at the points of a table, all of which have the same number of runs."""
    point = table["point"].to_numpy()
    starts = np.flatnonzero(np.diff(point, prepend=point[0] - 1))
    runs = len(point) // len(starts)
    for name, values in outcomes_of(table, scenario):
        yield summary(point[starts], name, values.reshape(len(starts), runs))


def outcomes_of(table: pa.Table, scenario: Scenario) -> Iterator[tuple[str, Array]]:
    """Outcomes as they are, and what follows from them; arrays of shape (row,)."""
    names = [name for name in table.column_names if name not in ("point", "run", "ended_by")]
    columns = {name: table[name].to_numpy() for name in names}
    yield from columns.items()
    for name, column in DERIVED.items():
        if column in columns:
            yield name, derived(name, columns[column], scenario)
    if "ended_by" in table.column_names:
        words = table["ended_by"].to_pandas().astype(str)
        for word in ways_of_ending(scenario):
            yield f"ended_by_{word}", (words == word).to_numpy(np.float32)


def derived(name: str, column: Array, scenario: Scenario) -> Array:
    """One of `DERIVED` from its column."""
    if name == "cease_fire":
        return (~np.isnan(column)).astype(np.float32)
    if name == "days_to_end_or_horizon":
        return np.where(np.isnan(column), np.float32(scenario.horizon_days), column)
    mark = scenario.ladder.force if name == "force" else scenario.ladder.war
    return (column >= mark).astype(np.float32)


def names_of_outcomes(columns: Iterable[str], scenario: Scenario) -> list[str]:
    """Names of all that `outcomes_of` gives of a table with these columns."""
    there = list(columns)
    names = [name for name in there if name not in ("point", "run", "ended_by")]
    names += [name for name, column in DERIVED.items() if column in there]
    return names + [f"ended_by_{word}" for word in ways_of_ending(scenario) if "ended_by" in there]


def column_of(outcome: str) -> str:
    """The column that an outcome is read off."""
    return "ended_by" if outcome.startswith("ended_by_") else DERIVED.get(outcome, outcome)


def ways_of_ending(scenario: Scenario) -> list[str]:
    """Words that `ended_by` may hold, whether or not a run ended so."""
    codes = [*range(len(scenario.channels)), UNILATERAL, EXHAUSTION, NONE]
    return list(dict.fromkeys(words_for(np.array(codes, float), scenario)))


def summary(points: Array, name: str, values: Array) -> pd.DataFrame:
    """Summary of one outcome; `values` of shape (point, run), NaN where a run has none."""
    ordered = np.sort(values, axis=1)
    known = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(points))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known > 0, np.nansum(values, axis=1, dtype=float) / known, np.nan)
        spread = np.nansum((values - mean[:, None]) ** 2, axis=1, dtype=float) / np.maximum(known - 1, 1)
        reach = np.where(known > 1, NORMAL * np.sqrt(spread / np.maximum(known, 1)), np.nan)
    columns = {"point": points, "outcome": name, "runs": known, "mean": mean, "low": mean - reach, "high": mean + reach}
    for label, share in zip(("q10", "median", "q90"), _QUANTILES, strict=True):
        place = np.clip(np.ceil(share * known).astype(int) - 1, 0, None)
        columns[label] = np.where(known > 0, ordered[rows, place], np.nan).astype(float)
    return pd.DataFrame(columns)


def levels_of(rows: pd.DataFrame, points: pd.DataFrame, factors: list[str], outcome: str) -> pd.DataFrame:
    """Mean of an outcome at each combination of the levels of some factors, over the levels of all others.

    Every run has the same luck at every point. Each is therefore averaged over the points of a combination first, and the interval is that of the mean over
    runs: 95 %, normal, for the number of runs.

    Parameters
    ----------
    rows : columns `point`, `run` and the outcome.
    points : table of points, indexed by point.

    Returns
    -------
    One row per combination, in the order of the points: the factors, `mean`, `low`, `high`.
    """
    levels = points[factors].apply(tuple, axis=1)
    codes, combinations = pd.factorize(levels)
    code = pd.Series(codes, index=points.index)
    of_run = rows.groupby([rows["point"].map(code), "run"], sort=True)[outcome].mean()
    by_level = of_run.groupby(level=0)
    mean, spread, runs = by_level.mean(), by_level.std(), by_level.count()
    reach: Array = NORMAL * spread / np.sqrt(runs)
    frame = pd.DataFrame(list(combinations), columns=factors)
    return frame.assign(mean=mean, low=mean - reach, high=mean + reach)


def with_outcomes(rows: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Rows of a data set with the outcomes that follow from others; see `summary_of`."""
    found = dict(outcomes_of(pa.Table.from_pandas(rows, preserve_index=False), scenario))
    kept = {name: rows[name] for name in ("point", "run", "ended_by") if name in rows}
    return pd.DataFrame({**kept, **found})


def labels_of(points: pd.DataFrame) -> pd.DataFrame:
    """What tells points apart, the states of channels put together in one column of those that are open."""
    labels = points.drop(columns="error", errors="ignore")
    channels = [name for name in labels.columns if set(labels[name]) == {"open", "closed"}]
    if len(channels) < 2:
        return labels
    is_open = labels[channels] == "open"
    lines = [", ".join(name for name in channels if is_open.at[point, name]) or "none" for point in labels.index]
    return labels.drop(columns=channels).assign(**{"open lines": lines})
