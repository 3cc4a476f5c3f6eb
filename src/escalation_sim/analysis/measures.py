"""What is read off a run when crises are compared: from a table of outcomes to one number for each run.

The table is that of a result or of a design (`runs.run_design`): one row for each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from escalation_sim.errors import InputError, nearest
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario

__all__ = ["ALIASES", "LOWER", "MEAN", "MEDIAN_RATIO", "STANDARD", "Outcome", "measures_in", "named_measure"]

MEAN, MEDIAN_RATIO = "mean", "median_ratio"
LOWER = "lower"

Reader = Callable[[pd.DataFrame, Scenario, float], Array]


@dataclass(frozen=True)
class Outcome:
    """One thing compared.

    Attributes
    ----------
    name : what it is called in tables.
    needs : outcome columns it is made from.
    unit : "rungs", "share", "days", "deaths", "relative" (1 added to the difference is the ratio), or "" where it is not known.
    values : from a table of outcomes, its scenario and the last day that counts to the value of each run, NaN where a run has none.
    statistic : what is taken over the runs, MEAN or MEDIAN_RATIO.
    better : LOWER where less of it is better, "" where neither more nor less is: a cease-fire is good where there is something to
        stop, and none is needed where there is not.
    """

    name: str
    needs: tuple[str, ...]
    unit: str
    values: Reader
    statistic: str = MEAN
    better: str = LOWER


def column(name: str) -> Reader:
    """Reader of an outcome as it stands."""
    return lambda table, _scenario, _horizon: table[name].to_numpy(dtype=float)


def reached(mark: str) -> Reader:
    """Reader of whether a run peaked at a mark of the ladder, "force" or "war", or above."""
    return lambda table, scenario, _horizon: (
        table["peak_rung"].to_numpy(dtype=float) >= getattr(scenario.ladder, mark)
    ).astype(float)


def days_to_end(table: pd.DataFrame, _scenario: Scenario, horizon: float) -> Array:
    """Days until the end; a run that has not ended by then counts with the horizon."""
    days = table["days_to_end"].to_numpy(dtype=float)
    return np.where(np.isnan(days), horizon, np.minimum(days, horizon))


def cease_fire(table: pd.DataFrame, _scenario: Scenario, _horizon: float) -> Array:
    """Whether a cease-fire was agreed."""
    return table["days_to_ceasefire"].notna().to_numpy(dtype=float)


STANDARD = (
    Outcome("peak_rung", ("peak_rung",), "rungs", column("peak_rung")),
    Outcome("force", ("peak_rung",), "share", reached("force")),
    Outcome("war", ("peak_rung",), "share", reached("war")),
    Outcome("days_to_end", ("days_to_end",), "days", days_to_end),
    Outcome("deaths_mean", ("deaths_total",), "deaths", column("deaths_total")),
    Outcome("deaths_median", ("deaths_total",), "relative", column("deaths_total"), MEDIAN_RATIO),
    Outcome("cease_fire", ("days_to_ceasefire",), "share", cease_fire, better=""),
    Outcome("misperception", ("misperception",), "rungs", column("misperception")),
)
"""What is compared of a crisis."""

ALIASES = {"deaths_total": "deaths_mean", "deaths": "deaths_mean"}
"""Other names under which a standard outcome may be asked for."""


def measures_in(tables: Sequence[pd.DataFrame]) -> Iterator[Outcome]:
    """The standard outcomes that all tables have; where some are missing, also the numeric columns of all that these do not use."""
    standard = [one for one in STANDARD if all(name in table.columns for table in tables for name in one.needs)]
    yield from standard
    if len(standard) == len(STANDARD):
        return
    used = {name for one in standard for name in one.needs}
    numeric = set.intersection(*(set(table.select_dtypes(["number", "bool"]).columns) for table in tables)) - used
    for name in tables[0].columns:
        if name in numeric:
            yield Outcome(str(name), (str(name),), "", column(name), better="")


def named_measure(name: str, columns: Iterable[str]) -> Outcome:
    """The outcome of a name that has a mean: a standard one, or a column as it stands.

    Parameters
    ----------
    columns : names of the numeric columns there are.

    Raises InputError for a name that is neither, with the nearest that is.
    """
    there = list(columns)
    found = {one.name: one for one in STANDARD if one.statistic == MEAN and set(one.needs) <= set(there)}
    wanted = ALIASES.get(name, name)
    if wanted in found:
        return found[wanted]
    if name in there:
        return Outcome(name, (name,), "", column(name), better="")
    names = [*found, *(alias for alias, meant in ALIASES.items() if meant in found), *there]
    raise InputError(
        "no such outcome", key="outcome", value=name, allowed=", ".join(found or there), suggestion=nearest(name, names)
    )
