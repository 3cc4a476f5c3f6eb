"""Trials: the paired runs on which claims are decided, cut into pieces that are computed, kept on disk and never computed again.

A piece is one scenario's variants under one theory in some of the worlds; a variant that several claims compare is run once. Every set of a
world's numbers has runs of its own (set 3 with 150 runs has the runs 450 to 599), so that sets do not share their luck; variants and
theories do share it. What is kept of a piece are the differences of each test in each world, with their standard errors. Its file is named after
the hash of all that decides it, so that a piece is found again by whoever asks for the same, and by nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim.batch import CHUNK
from escalation_sim.experiments.claim import Claim, Side, Test
from escalation_sim.experiments.measures import measured
from escalation_sim.experiments.store import fingerprint_of, fingerprint_of_code
from escalation_sim.experiments.worlds import numbers_in_worlds, scaled
from escalation_sim.inputs import Input, inputs_of
from escalation_sim.parameters import Array, Number
from escalation_sim.runs import Task
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.parts import ScheduledState

__all__ = ["COLUMNS", "Plan", "Trial", "trials_of"]

COLUMNS = ("claim", "test", "theory", "set", "factor", "whole", "runs", "effect", "variance", "against", "with")

ROWS_A_PIECE = 2 * CHUNK
"""Rows of one variant in a piece, at most."""

CURVE_SETS = 3
"""Every how manieth set serves the curve of the break-even."""

CURVE_RUNS = 5
"""What part of the runs of a set does, one in so many."""


@dataclass(frozen=True)
class Plan:
    """How much is computed.

    Attributes
    ----------
    sets, runs : sets of the model's numbers, and runs of each in a crisis; `rivalry_runs` in a rivalry.
    seed : of all chance; the sets are drawn with it too.
    """

    sets: int = 60
    runs: int = 150
    rivalry_runs: int = 3
    seed: int = 1

    def runs_of(self, scenario: Scenario) -> int:
        """Runs of each set in a scenario."""
        return self.rivalry_runs if scenario.kind == "rivalry" else self.runs

    def curve_runs_of(self, scenario: Scenario) -> int:
        """Runs of each set that serve the curve of the break-even."""
        return max(self.runs_of(scenario) // CURVE_RUNS, 1)


@dataclass(frozen=True, eq=False)
class Stage:
    """A scenario under a theory, and the paths of numbers that no sample overwrites."""

    scenario: Scenario
    fixed: tuple[str, ...]

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """Every number that rules read in it, by path."""
        return inputs_of(self.scenario)

    @cached_property
    def structure(self) -> str:
        """All of it but its numbers, as text: two that agree can be run as rows of one design."""
        return repr((sorted(self.inputs), structure_of(self.scenario)))

    @cached_property
    def key(self) -> str:
        """Hash of all of it."""
        return fingerprint_of([self.scenario.document, sorted(self.fixed)])


@dataclass(frozen=True, eq=False)
class Cast:
    """One variant as it is run: a stage, some numbers scaled, on all worlds or for the curve only."""

    stage: Stage
    scaled: tuple[str, ...] = ()
    factor: float = 1.0
    for_curve: bool = False

    @property
    def scenario(self) -> Scenario:
        """That of its stage."""
        return self.stage.scenario

    @cached_property
    def key(self) -> str:
        """Hash of all that decides what its runs give."""
        return fingerprint_of([self.stage.key, sorted(self.scaled), self.factor, self.for_curve])


@dataclass(frozen=True)
class Pair:
    """Two casts compared for one test of one claim."""

    claim: str
    test: int
    measures: tuple[str, ...]
    against: Cast
    with_: Cast
    factor: float
    whole: bool

    @property
    def key(self) -> list[Any]:
        """What decides its row; the claim's words do not."""
        return [self.claim, self.test, self.measures, self.against.key, self.with_.key, self.factor, self.whole]


@dataclass(frozen=True)
class Trial:
    """A piece: the pairs of one scenario under one theory in the sets `first` to before `last`."""

    theory: str
    pairs: tuple[Pair, ...]
    plan: Plan
    first: int
    last: int

    @cached_property
    def key(self) -> str:
        """Hash of all that decides it."""
        plan = [self.plan.sets, self.plan.runs_of(self.pairs[0].with_.scenario), self.plan.seed, CURVE_SETS, CURVE_RUNS]
        content = [fingerprint_of_code(), self.theory, plan, self.first, self.last, [pair.key for pair in self.pairs]]
        return fingerprint_of(content)

    @cached_property
    def runs(self) -> int:
        """Runs that it computes, all variants together."""
        return sum(len(self._rows(cast)[0]) for cast in self._casts().values())

    def done(self) -> pd.DataFrame:
        """The differences, a row for each pair and set, `COLUMNS`."""
        casts = self._casts()
        wanted = {
            key: {name for pair in self.pairs for name in pair.measures if key in (pair.against.key, pair.with_.key)}
            for key in casts
        }
        found: dict[str, dict[str, Array]] = {}
        for group in batches(list(casts.values()), lambda cast: len(self._rows(cast)[0])):
            found.update(self._computed(group, wanted))
        return pd.concat([self._differences(pair, found) for pair in self.pairs], ignore_index=True)

    def _casts(self) -> dict[str, Cast]:
        return {cast.key: cast for pair in self.pairs for cast in (pair.against, pair.with_)}

    def _sets(self, for_curve: bool) -> Array:
        numbers = np.arange(self.first, self.last)
        return numbers[numbers % CURVE_SETS == 0] if for_curve else numbers

    def _rows(self, cast: Cast) -> tuple[Array, Array]:
        """Set and run number of every row, set by set."""
        runs = self.plan.runs_of(cast.scenario)
        each = self.plan.curve_runs_of(cast.scenario) if cast.for_curve else runs
        sets = self._sets(cast.for_curve)
        numbers = sets[:, None] * runs + np.arange(each)
        return np.repeat(sets, each), numbers.ravel()

    def _computed(self, casts: Sequence[Cast], wanted: Mapping[str, set[str]]) -> dict[str, dict[str, Array]]:
        """Measures of casts that can be run together, by cast and name, of shape (set, run)."""
        designs = [self._design(cast) for cast in casts]
        stated = {one.key: one.number for one in casts[0].stage.inputs.values()}
        keys = [key for key, number in stated.items() if differs(number, [one[key] for one in designs])]
        design = {key: np.concatenate([one[key] for one in designs]) for key in keys}
        rows = [self._rows(cast) for cast in casts]
        ledger = Task(casts[0].scenario, self.plan.seed, np.concatenate([numbers for _, numbers in rows]), design).done()
        found, start = {}, 0
        for cast, (sets, _) in zip(casts, rows, strict=True):
            some = slice(start, start + len(sets))
            columns = {name: values[some] for name, values in ledger.columns.items()}
            shape = (len(self._sets(cast.for_curve)), -1)
            found[cast.key] = {name: measured(name, columns, cast.scenario).reshape(shape) for name in wanted[cast.key]}
            start += len(sets)
        return found

    def _design(self, cast: Cast) -> dict[str, Array]:
        """Every number of a cast by the path that the engine knows, of shape (row,)."""
        inputs = cast.stage.inputs
        values = numbers_in_worlds(cast.scenario, self.plan.sets, self.plan.seed, cast.stage.fixed, inputs)
        values = scaled(values, inputs, cast.scaled, cast.factor) if cast.factor != 1.0 else values
        sets, _ = self._rows(cast)
        constant = {one.key: np.full(len(sets), one.number.value) for path, one in inputs.items() if path not in values}
        return {**constant, **{inputs[path].key: of_sets[sets] for path, of_sets in values.items()}}

    def _differences(self, pair: Pair, found: Mapping[str, Mapping[str, Array]]) -> pd.DataFrame:
        """One pair's differences, a row for each set."""
        against, with_ = ([found[cast.key][name] for name in pair.measures] for cast in (pair.against, pair.with_))
        if not pair.whole:
            each = self.plan.curve_runs_of(pair.with_.scenario)
            against, with_ = (self._part(values, cast, each) for values, cast in ((against, pair.against), (with_, pair.with_)))
        runs, effect, variance, before, after = differences(against, with_)
        sets = self._sets(not pair.whole)
        columns = (pair.claim, pair.test, self.theory, sets, pair.factor, pair.whole, runs, effect, variance, before, after)
        return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=range(len(sets)))

    def _part(self, values: Sequence[Array], cast: Cast, runs: int) -> list[Array]:
        """The sets and runs that serve the curve."""
        if cast.for_curve:
            return list(values)
        places = self._sets(True) - self.first
        return [one[places, :runs] for one in values]


def differs(stated: Number, values: Sequence[Array]) -> bool:
    """Whether a number has to be in the design: it is not, in all rows of all casts, the plain number that the first cast's scenario states."""
    return stated.range is not None or any((one != stated.value).any() for one in values)


def differences(against: Sequence[Array], with_: Sequence[Array]) -> tuple[Array, Array, Array, Array, Array]:
    """Runs that count, mean difference, variance of a run's part in it, and the two means, each of shape (set,).

    Of one measure, shape (set, run), the differences run by run; of two, the difference of the ratios of their means, with the variance of
    the delta method (a run's part is its residual from each ratio over the mean of what is divided by).
    """
    known = ~np.isnan(np.stack([*against, *with_])).any(axis=0)
    runs = known.sum(axis=1)
    before, part_before = ratio(against, known)
    after, part_after = ratio(with_, known)
    parts = part_after - part_before
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(runs > 1, np.sum(np.where(known, parts * parts, 0.0), axis=1) / (runs - 1), np.nan)
    return runs, after - before, variance, before, after


def ratio(measures: Sequence[Array], known: Array) -> tuple[Array, Array]:
    """Mean of a measure, or ratio of the means of two, shape (set,), and every run's part in its error, shape (set, run); NaN where there is none."""
    counted = [np.where(known, one, 0.0) for one in measures]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [one.sum(axis=1) / known.sum(axis=1) for one in counted]
        if len(means) == 1:
            return means[0], counted[0] - means[0][:, None]
        found = np.where(means[1] > 0.0, means[0] / means[1], np.nan)
        return found, (counted[0] - found[:, None] * counted[1]) / means[1][:, None]


# What can be run together


def batches(casts: Sequence[Cast], rows: Any) -> Iterator[list[Cast]]:
    """Casts that differ in numbers only, the smallest first, put together until they fill a chunk of the engine."""
    by_structure: dict[str, list[Cast]] = {}
    for cast in casts:
        by_structure.setdefault(cast.stage.structure, []).append(cast)
    for alike in by_structure.values():
        batch: list[Cast] = []
        for cast in sorted(alike, key=rows):
            if batch and sum(map(rows, batch)) + rows(cast) > CHUNK:
                yield batch
                batch = []
            batch.append(cast)
        yield batch


_NO_STRUCTURE = ("name", "title", "about", "label", "what", "source", "status", "model", "sections", "observed", "_document")


def structure_of(part: Any) -> Any:
    """A part of a scenario with its numbers and words left out."""
    if isinstance(part, Number):
        return None
    if isinstance(part, ScheduledState):
        return repr(part)
    if is_dataclass(part) and not isinstance(part, type):
        named = [getattr(part, "name", "")] if not isinstance(part, Scenario) else []
        return named + [structure_of(getattr(part, one.name)) for one in fields(part) if one.name not in _NO_STRUCTURE]
    if isinstance(part, Mapping):
        return [(key, structure_of(value)) for key, value in sorted(part.items())]
    if isinstance(part, tuple | list):
        return [structure_of(one) for one in part]
    return part.tolist() if isinstance(part, np.ndarray) else part


# Pieces


def trials_of(claims: Iterable[Claim], theories: Sequence[str], plan: Plan) -> list[Trial]:
    """The pieces of some claims: those that take longest first."""
    by_scenario: dict[tuple[str, str, float], list[tuple[Claim, int, Test]]] = {}
    for claim in claims:
        for place, test in enumerate(claim.tests):
            scenario = test.comparison.with_.scenario
            by_scenario.setdefault((scenario.kind, test.comparison.scenario, scenario.horizon_days), []).append(
                (claim, place, test)
            )
    found = []
    for theory in theories:
        stages: dict[str, Stage] = {}
        for tests in by_scenario.values():
            pairs = tuple(pair for claim, place, test in tests for pair in pairs_of(claim, place, test, theory, stages))
            step = max(ROWS_A_PIECE // plan.runs_of(pairs[0].with_.scenario), 1)
            found += [Trial(theory, pairs, plan, first, min(first + step, plan.sets)) for first in range(0, plan.sets, step)]
    return sorted(found, key=lambda trial: -cost(trial))


def cost(trial: Trial) -> float:
    """Roughly how long a piece takes, in rows and days of the longest runs; those of a rivalry all reach them."""
    scenario = trial.pairs[0].with_.scenario
    return trial.runs * scenario.horizon_days * (10.0 if scenario.kind == "rivalry" else 1.0)


def pairs_of(claim: Claim, place: int, test: Test, theory: str, stages: dict[str, Stage]) -> Iterator[Pair]:
    """The pair of a test on all worlds, and those of its curve. What is scaled is scaled on both sides; a side it does not touch is run once."""
    comparison = test.comparison
    against, with_ = (Cast(stage_of(side, theory, stages)) for side in (comparison.against, comparison.with_))
    yield Pair(claim.name, place, test.measures, against, with_, 1.0, True)
    for factor in claim.factors:
        first, second = (scaled_cast(cast, comparison.scaled, factor) for cast in (against, with_))
        yield Pair(claim.name, place, test.measures, first, second, factor, False)


def stage_of(side: Side, theory: str, stages: dict[str, Stage]) -> Stage:
    """A side under a theory; the same stage for all sides that are alike."""
    made = Stage(side.scenario if side.scenario.decision == theory else side.scenario.set("decision", theory), side.fixed)
    return stages.setdefault(made.key, made)


def scaled_cast(cast: Cast, paths: tuple[str, ...], factor: float) -> Cast:
    """A cast with some numbers scaled; the same cast where that changes nothing, since none of the numbers can act."""
    acting = tuple(path for path in paths if can_act(cast.scenario, path))
    return cast if factor == 1.0 or not acting else Cast(cast.stage, acting, factor, True)


def can_act(scenario: Scenario, path: str) -> bool:
    """Whether a number can move anything: not if it belongs to a channel that is closed for good."""
    parts = path.split(".")
    if parts[0] != "channels":
        return True
    channel = next(one for one in scenario.channels if one.name == parts[1])
    return channel.status > 0.0 or channel.since_trigger or any(state.status > 0.0 for state in channel.schedule)
