"""Points of a sweep, each with a yes or no: is an outcome above a mark there, does a change of one factor raise it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from escalation_sim.analysis.estimates import NORMAL
from escalation_sim.errors import InputError, nearest
from escalation_sim.experiments.sweep import load_sweep
from escalation_sim.experiments.tables import column_of, names_of_outcomes, outcomes_of
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.findings import listed

__all__ = ["DIRECTIONS", "Cases", "Data", "Question", "cases_of", "data_of"]


DIRECTIONS = ("higher", "lower", "neither")
"""What an effect may be: above 0 by more than its interval of 95 %, below it, or neither."""


@dataclass(frozen=True)
class Data:
    """A finished sweep, as far as cases need it.

    Attributes
    ----------
    folder : where it lies.
    scenario : the experiment's.
    points : one row per point that could be computed.
    runs : of each point.
    columns : names of the outcomes that were kept.
    """

    folder: Path
    scenario: Scenario
    points: pd.DataFrame
    runs: int
    columns: tuple[str, ...]

    def outcome(self, name: str) -> Array:
        """An outcome at every point, shape (point, run); raises InputError where it is not there, or not in every run."""
        names = names_of_outcomes(self.columns, self.scenario)
        if name not in names:
            near = nearest(name, names)
            raise InputError("no such outcome", key="--on", value=name, allowed=listed(names), suggestion=near)
        table = pq.read_table(self.folder / "rows", columns=["point", "run", column_of(name)])
        values = dict(outcomes_of(table, self.scenario))[name]
        order = np.lexsort((table["run"].to_numpy(), table["point"].to_numpy()))
        found: Array = values[order].reshape(len(self.points), self.runs)
        if np.isnan(found).any():
            raise InputError("not every run has this outcome", key="--on", value=name, allowed="one that every run has")
        return found


@dataclass(frozen=True)
class Question:
    """What is asked of every point.

    Attributes
    ----------
    outcome : see `tables.names_of_outcomes`.
    factor, before, after : a column of points and two of its values: what is looked at is then the difference between these, run by run; None for the outcome itself.
    direction : for an effect without marks, see `DIRECTIONS`.
    above, below : marks that the mean of what is looked at is to be above, or below.
    """

    outcome: str
    factor: str | None = None
    before: str | None = None
    after: str | None = None
    direction: str = "higher"
    above: float | None = None
    below: float | None = None

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            near = nearest(self.direction, DIRECTIONS)
            raise InputError("no such direction", key="--is", value=self.direction, allowed=listed(DIRECTIONS), suggestion=near)
        if self.factor is None and self.above is None and self.below is None:
            raise InputError(
                "nothing is asked", key="--on", value=self.outcome, allowed="--above or --below, or --effect-of a factor"
            )

    @property
    def subject(self) -> str:
        """What is looked at, in words."""
        if self.factor is None:
            return f"{self.outcome} (mean)"
        return f"{self.outcome}, {self.factor} {self.after} less {self.before}"

    @property
    def in_words(self) -> str:
        """What is to be the case."""
        marks = [f"above {self.above:g}" for _ in [0] if self.above is not None]
        marks += [f"below {self.below:g}" for _ in [0] if self.below is not None]
        if marks:
            return f"{self.subject}, is {' and '.join(marks)}"
        change = {"higher": "higher", "lower": "lower", "neither": "neither higher nor lower"}[self.direction]
        by = " by more than its interval" if self.direction != "neither" else ", its interval holding 0"
        return f"{self.outcome} is {change} with {self.factor} {self.after} than {self.before}{by}"


@dataclass(frozen=True)
class Cases:
    """Points with a yes or no.

    Attributes
    ----------
    question : what was asked.
    scenario : of the data.
    worlds : what differs between the points, one row each; columns with a single value are left out.
    size : what is looked at, in the mean over runs, shape (point,).
    happens : the answers, shape (point,).
    """

    question: Question
    scenario: Scenario
    worlds: pd.DataFrame
    size: Array
    happens: Array


def data_of(folder: str | Path) -> Data:
    """A finished sweep; raises InputError as `load_sweep` does."""
    swept, asked = load_sweep(folder)
    computed = swept.points[swept.points["error"].isna()].drop(columns="error")
    first = next((swept.folder / "rows").glob("*.parquet"))
    columns = tuple(name for name in pq.read_schema(first).names if name not in ("point", "run"))
    return Data(swept.folder, asked.scenario, computed, asked.runs, columns)


def cases_of(data: Data, question: Question, where: Mapping[str, str] | None = None) -> Cases:
    """The answers at all points, or at all pairs of points that differ in nothing but the factor; raises InputError.

    `where` : columns and the level that points must have in them to be looked at.
    """
    points, values = data.points.reset_index(drop=True), data.outcome(question.outcome)
    for factor, level in (where or {}).items():
        check_level(points, factor, level, "--where", "--where")
        chosen = (points[factor].astype(str) == level).to_numpy()
        points, values = points[chosen].reset_index(drop=True), values[chosen]
    worlds = points
    if question.factor is not None:
        first, second = pairs_of(points, question)
        worlds = points.iloc[second].drop(columns=question.factor).reset_index(drop=True)
        values = values[second].astype(float) - values[first].astype(float)
    size = values.mean(axis=1, dtype=float)
    varying = [name for name in worlds.columns if worlds[name].nunique() > 1]
    if not varying:
        raise InputError("all worlds are alike", file=str(data.folder), allowed="a sweep that varies something (a sample)")
    return Cases(question, data.scenario, worlds[varying], size, answers(values, size, question))


def answers(values: Array, size: Array, question: Question) -> Array:
    """Yes or no at every point, from values of shape (point, run) and their means."""
    if question.above is not None or question.below is not None:
        above = size > question.above if question.above is not None else np.full(len(size), True)
        return above & (size < question.below) if question.below is not None else above
    runs = values.shape[1]
    reach = NORMAL * values.std(axis=1, ddof=1) / np.sqrt(runs) if runs > 1 else np.full(len(size), np.inf)
    higher, lower = size - reach > 0.0, size + reach < 0.0
    found: Array = {"higher": higher, "lower": lower, "neither": ~higher & ~lower}[question.direction]
    return found


def pairs_of(points: pd.DataFrame, question: Question) -> tuple[Array, Array]:
    """Places of the points before and after, in pairs that are alike in all other columns; raises InputError."""
    factor = str(question.factor)
    for option, level in (("--from", question.before), ("--to", question.after)):
        check_level(points, factor, str(level), "--effect-of", option)
    levels = points[factor].astype(str)
    if question.before == question.after:
        raise InputError("the same level twice", key="--to", value=question.after)
    others = points.drop(columns=factor)
    keys = (
        pd.util.hash_pandas_object(others, index=False).to_numpy() if len(others.columns) else np.zeros(len(points), np.uint64)
    )
    first, second = (np.flatnonzero((levels == level).to_numpy()) for level in (question.before, question.after))
    _, at_first, at_second = np.intersect1d(keys[first], keys[second], return_indices=True)
    order = np.argsort(second[at_second])
    if not len(order):
        raise InputError("no two points differ in this factor alone", key="--effect-of", value=factor)
    return first[at_first][order], second[at_second][order]


def check_level(points: pd.DataFrame, factor: str, level: str, of_factor: str, of_level: str) -> None:
    """Raise InputError for a factor that there is not, or a level that it has not; the other names are those of the options."""
    factors = [str(name) for name in points.columns]
    if factor not in factors:
        short = [name for name in factors if "." not in name] or factors
        raise InputError(
            "no such factor", key=of_factor, value=factor, allowed=listed(short), suggestion=nearest(factor, factors)
        )
    known = list(dict.fromkeys(points[factor].astype(str)))
    if level not in known:
        near = nearest(level, known)
        raise InputError(f"no such level of {factor}", key=of_level, value=level, allowed=listed(known), suggestion=near)
