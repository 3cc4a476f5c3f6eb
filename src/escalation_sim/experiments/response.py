"""An outcome as a function of the numbers a scenario runs on: what sensitivity analysis looks at.

The outcome is that of a scenario, or what a change to it makes of it on the same luck. A point is given by places in the numbers' distributions; every
number that is not varied stands at its central value, so that what differs between the runs of a point is luck and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from escalation_sim.errors import EscalationError, InputError, nearest
from escalation_sim.executors import Crew, Here
from escalation_sim.experiments.experiment import matching
from escalation_sim.experiments.pieces import frames_of
from escalation_sim.experiments.store import fingerprint_of, fingerprint_of_code
from escalation_sim.experiments.sweep import ROWS_A_PART, Part
from escalation_sim.experiments.tables import column_of, names_of_outcomes, outcomes_of
from escalation_sim.experiments.variants import Variant
from escalation_sim.inputs import inputs_of, varied
from escalation_sim.parameters import Array, Number
from escalation_sim.rulers import ruler_of
from escalation_sim.runs import numbers_of_points
from escalation_sim.scenario import Scenario

__all__ = ["MOST_VALUES", "Response", "response_of", "values_at"]

Progress = Callable[[int, int], None]

MOST_VALUES = 100_000_000
"""Values of one outcome that are held at a time: 400 MB."""


def values_at(numbers: Mapping[str, Number], names: Sequence[str], cube: Array) -> dict[str, Array]:
    """Values of numbers at places in their distributions.

    Parameters
    ----------
    names : of the cube's columns; those without a number are left out.
    cube : shape (point, input), in [0, 1).
    """
    return {name: numbers[name].quantile(cube[:, place]) for place, name in enumerate(names) if name in numbers}


@dataclass(frozen=True)
class Side:
    """A scenario with its numbers fixed, and those of them that may be varied."""

    scenario: Scenario
    numbers: Mapping[str, Number]


@dataclass(frozen=True)
class Answer:
    """One outcome of some points: a piece that can be kept."""

    part: Part
    outcome: str

    @cached_property
    def key(self) -> str:
        """Hash of all that decides it."""
        part = self.part
        design = {path: values.tolist() for path, values in part.design.items()}
        content = [fingerprint_of_code(), part.scenario.document, part.seed, part.first, part.last, design, self.outcome]
        return fingerprint_of([*content, part.points.tolist()])

    @property
    def runs(self) -> int:
        """Runs that it computes."""
        return len(self.part.points) * (self.part.last - self.part.first)

    def done(self) -> pd.DataFrame:
        """The outcome, a row for each point and run; raises EscalationError where the model could not be computed."""
        table, failures = self.part.done()
        if failures:
            raise EscalationError(f"the model could not be computed: {next(iter(failures.values()))}")
        values = dict(outcomes_of(table, self.part.scenario))[self.outcome]
        return pd.DataFrame({self.outcome: values.astype(np.float32)})


@dataclass(frozen=True)
class Response:
    """An outcome, as a function of numbers.

    Attributes
    ----------
    sides : the scenario; with a change, the scenario and the changed one, of which the difference (changed less as it stands) is taken.
    outcome : a name of `tables.names_of_outcomes`.
    runs, seed : of every point; run r has the same luck at all of them, and on both sides.
    crew : who computes; changes no result.
    folder : where what is computed is kept, so that it is not computed again; None keeps nothing.
    progress : called with (rows done, rows in all), those that were there before included.
    """

    sides: tuple[Side, ...]
    outcome: str
    runs: int
    seed: int
    crew: Crew = field(default_factory=Here)
    folder: Path | None = None
    progress: Progress | None = None

    @property
    def numbers(self) -> dict[str, Number]:
        """What may be varied, by path; where the sides differ, as the last of them has it."""
        return {path: number for side in self.sides for path, number in side.numbers.items()}

    def at(self, names: Sequence[str], cube: Array) -> Array:
        """The outcome at points, shape (point, run), single precision.

        A number takes its place in the distribution that it has on each side.

        Raises
        ------
        InputError : more values than `MOST_VALUES`; an outcome that not every run has.
        """
        return self.of([values_at(side.numbers, names, cube) for side in self.sides], len(cube))

    def of(self, designs: Sequence[Mapping[str, Array]], points: int) -> Array:
        """The outcome under a design for each side, shape (point, run)."""
        if points * self.runs > MOST_VALUES:
            asked = f"{points:,} points of {self.runs:,} runs"
            raise InputError("too much at a time", value=asked, allowed=f"{MOST_VALUES:,} values: fewer points or runs")
        parts = [part for side, design in zip(self.sides, designs, strict=True) for part in self.parts(side, design, points)]
        starts = np.cumsum([0, *(len(one.part.points) for one in parts)])
        found = np.empty((len(self.sides) * points, self.runs), np.float32)
        for number, frame in frames_of(parts, self.folder, self.crew, self.progress):
            found[starts[number] : starts[number + 1]] = frame[self.outcome].to_numpy().reshape(-1, self.runs)
        if np.isnan(found).any():
            raise InputError(
                "not every run has this outcome", key="outcome", value=self.outcome, allowed="one that every run has"
            )
        return found[points:] - found[:points] if len(self.sides) == 2 else found

    def parts(self, side: Side, design: Mapping[str, Array], points: int) -> list[Answer]:
        """One side cut into what is computed at a time; its outcome is that of the changed scenario's own ladder and horizon."""
        checked = numbers_of_points(side.scenario, design)
        size = max(ROWS_A_PART // self.runs, 1)
        cuts = [slice(start, start + size) for start in range(0, points, size)]
        numbers, columns = np.arange(points), (column_of(self.outcome),)
        designs = [{path: one[cut] for path, one in checked.items()} for cut in cuts]
        parts = [
            Part(side.scenario, self.seed, numbers[cut], 0, self.runs, columns, design)
            for cut, design in zip(cuts, designs, strict=True)
        ]
        return [Answer(part, self.outcome) for part in parts]


def response_of(  # noqa: PLR0913  (what to look at, and how)
    scenario: Scenario,
    outcome: str,
    *,
    effect: Variant | None = None,
    over: Sequence[str] | None = None,
    runs: int = 20,
    seed: int = 1,
    crew: Crew | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Response:
    """The response of a scenario, or of a change to it.

    Parameters
    ----------
    effect : a change whose effect is looked at instead of the scenario's own outcome. What it sets is not varied.
    over : paths or patterns of the numbers to vary (`channels.*`); default all that have a range and that the scenario's theory reads.

    Raises
    ------
    InputError : an unknown outcome, a path without a range, a change that cannot be made, sizes out of range.
    """
    check_outcome(outcome, scenario)
    if runs < 2:
        raise InputError("out of range", key="runs", value=runs, allowed="2 or more: with one run chance cannot be told apart")
    scenarios = (scenario,) if effect is None else (scenario, effect.applied(scenario))
    sides = tuple(side_of(one, over, frozenset(effect.entries if effect else ())) for one in scenarios)
    response = Response(sides, outcome, runs, seed, crew or Here(), folder, progress)
    check_ranges(over, response.numbers, scenarios[-1])
    return response


def side_of(scenario: Scenario, over: Sequence[str] | None, fixed: frozenset[str]) -> Side:
    """One side: judged numbers at their central values, and what may be varied; what is named is, though the scenario's theory does not read it."""
    plausible = varied(scenario)
    if over is not None:
        known = inputs_of(scenario)
        named = [path for pattern in over for path in matching(pattern, plausible, scenario) if path in known]
        ranges = {path: known[path].plausible for path in named}
        plausible = {path: number for path, number in ranges.items() if number is not None}
    return Side(scenario.fixed(), {path: number for path, number in plausible.items() if path not in fixed})


def check_ranges(over: Sequence[str] | None, numbers: Mapping[str, Number], scenario: Scenario) -> None:
    """Raise InputError where there is nothing to vary, or a path that was named has no range."""
    for path in over or ():
        if "*" not in path and path not in numbers:
            allowed = "numbers with a range, which the change does not set"
            raise InputError(
                "cannot be varied", key="over", value=path, allowed=allowed, suggestion=nearest(path, varied(scenario))
            )
    if not numbers:
        raise InputError("there is nothing to vary", key="over", value=list(over or ()), allowed="numbers with a range")


def check_outcome(outcome: str, scenario: Scenario) -> None:
    """Raise InputError for an outcome that the scenario does not have."""
    names = names_of_outcomes(ruler_of(scenario).names(scenario), scenario)
    if outcome not in names:
        raise InputError(
            "no such outcome", key="outcome", value=outcome, allowed=", ".join(names), suggestion=nearest(outcome, names)
        )
