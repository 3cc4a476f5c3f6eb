"""How the batch engine goes through a step: phases of the turn table in a row, noted down as one routine wherever that is possible.

What two phases both need is computed once within a routine, such as the higher of two postures. Notes hold for all parameters (see `routines`), so chunks
share them, and so do scenarios of which rules see the same; what follows from parameters is a chunk's own.
"""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from escalation_sim.parameters import FLOAT, Array, Values
from escalation_sim.routines import Notes, Path, Routine, StandIn, UnforeseenError
from escalation_sim.turn import DAYS_BETWEEN, Phase

__all__ = ["Part", "Plans", "Rhythm", "Sources", "Stretch", "parts_of_step", "read", "rhythm_of", "spread"]

_NOTES_KEPT = 32  # for so many kinds of scenarios

Sources = Mapping[str, Mapping[str, Array]]
"""What a step is made from: "state", "draws" and "tally" by name, and under "now" the "day"."""

Given = Callable[[str], Values]
"""What the rule of a phase is given, by its name."""

STATE, DRAWS, TALLY, NOW = "state", "draws", "tally", "now"

_Names = tuple[tuple[str, tuple[str, ...]], ...]  # names by source


@dataclass
class Stretch:
    """Phases in a row as a routine, the last of a step perhaps with the tally.

    Attributes
    ----------
    routine : gives what they write from what they read, bound to parameters.
    reads, writes : names by source (see `Sources`), in the order of the routine.
    """

    routine: Routine
    reads: _Names
    writes: _Names
    _uneven: tuple[tuple[int, str, str], ...] | None = field(default=None, repr=False)

    def bound(self, given: Given, runs: int) -> Stretch | None:
        """The same for what rules are given (by name of the phase); None if it does not hold for that."""
        routine = self.routine.bound(lambda path: entry_at(given, path), runs)
        return None if routine is None else Stretch(routine, self.reads, self.writes)

    def take_step(self, sources: Mapping[str, dict[str, Array]]) -> None:
        """Renew state and tally, in full shape."""
        given: list[Array] = []
        for source, names in self.reads:
            given.extend(map(sources[source].__getitem__, names))
        results = iter(self._spread(self.routine(given), sources))
        for source, names in self.writes:
            sources[source].update(zip(names, results, strict=False))  # as many as there are names

    def _spread(self, found: Sequence[Array], sources: Sources) -> Sequence[Array]:
        """Everything in full shape; which results need that is seen once."""
        if self._uneven is None:
            names = [(source, name) for source, of_source in self.writes for name in of_source]
            self._uneven = tuple(
                (place, source, name)
                for place, (array, (source, name)) in enumerate(zip(found, names, strict=True))
                if spread(array, sources[source][name].shape) is not array
            )
        if not self._uneven:
            return found
        full = list(found)
        for place, source, name in self._uneven:
            full[place] = spread(found[place], sources[source][name].shape)
        return full


Part = Stretch | Phase | None
"""Phases in a row, or one that has to be called as it is; None for the tally, if that has to be."""

Rhythm = tuple[bool, ...]
"""For each interval of `turn.DAYS_BETWEEN` whether it begins anew with a step."""


def rhythm_of(step: int, steps_a_day: int) -> Rhythm:
    """The rhythm of a step, by its number from 0."""
    return tuple(step % (days * steps_a_day) == 0 for days in DAYS_BETWEEN.values())


def entry_at(given: Given, path: Path) -> Any:
    """What is found at a path: name of the phase, then entries of what its rule is given."""
    first, *others = path
    entry: Any = given(str(first))
    for key in others:
        entry = entry[key] if isinstance(key, int) else entry.__dict__[key]
    return entry


def spread(array: Array, shape: tuple[int, ...]) -> Array:
    """What a rule writes, as the state holds it; the array itself where it has that form."""
    if array.shape == shape and array.dtype == FLOAT:
        return array
    full = np.empty(shape, FLOAT)
    full[...] = array
    return full


def read(state: Mapping[str, Any], phase: Phase, day: Any) -> Values:
    """The state a phase declares to read, as its rule sees it."""
    entries = {name: state[name] for name in phase.own}
    for name, source in phase.rivals:
        entries[name] = state[source][::-1]
    entries["day"] = day
    return Values(entries)


class _Shown(dict[str, StandIn]):
    """Stand-ins for arrays of one source, made when they are first asked for, with what the notes have written since."""

    def __init__(self, arrays: Mapping[str, Array], take: Callable[[str], StandIn]) -> None:
        super().__init__()
        self.arrays, self._take = arrays, take

    def __missing__(self, name: str) -> StandIn:
        self[name] = self._take(name)
        return self[name]


class _Dictation:
    """Notes of phases in a row, with what they read and write."""

    def __init__(self, sources: Sources) -> None:
        self.notes = Notes(next(iter(sources[STATE].values())).shape[-1])
        self.reads: list[tuple[str, str]] = []
        self.writes: dict[tuple[str, str], StandIn] = {}
        self.shown = {source: _Shown(arrays, self._taker(source, arrays)) for source, arrays in sources.items()}

    def _taker(self, source: str, arrays: Mapping[str, Array]) -> Callable[[str], StandIn]:
        def take(name: str) -> StandIn:
            self.reads.append((source, name))
            return self.notes.take(arrays[name])

        return take

    def add(self, phase: Phase, given: Values, lanes: Sequence[str]) -> bool:
        """Note a phase down; False, and nothing noted, if that is not possible."""
        entries = read(self.shown[STATE], phase, self.shown[NOW]["day"])
        draws: list[Any] = [self.shown[DRAWS][lane] for lane in lanes]
        parameters = self.notes.of_parameters(given, (phase.name,))
        return self._noted(STATE, lambda: phase.rule(entries, parameters, draws))

    def add_tally(self, count: Count) -> bool:
        """Note down how the tally goes on; False, and nothing noted, if that is not possible."""
        before = {name: self.shown[TALLY][name] for name in self.shown[TALLY].arrays}
        return self._noted(TALLY, lambda: count(before, self.shown[STATE], self.shown[NOW]["day"]))

    def _noted(self, source: str, work: Callable[[], Mapping[str, StandIn | Array]]) -> bool:
        before = self.notes.length()
        try:
            written = work()
            found = {name: self._as_read(source, name, value) for name, value in written.items()}
        except UnforeseenError:
            self.notes.back_to(before)
            return False
        self.writes.update({(source, name): value for name, value in found.items()})
        self.shown[source].update(found)
        return True

    def _as_read(self, source: str, name: str, value: StandIn | Array) -> StandIn:
        """What was written, as the next phase reads it: in the form of the state, but that one run may stand for all."""
        found = value if isinstance(value, StandIn) else self.notes.steady(value)
        if found.dtype != FLOAT or found.shape[:-1] != self.shown[source].arrays[name].shape[:-1]:
            raise UnforeseenError(f"the form of {name}")
        return found

    def stretch(self) -> Stretch:
        """What was noted; nothing can be added to it. The arrays that were looked at are let go of."""
        in_order = sorted(zip(self.reads, self.notes.given, strict=True))
        self.notes.given = [number for _, number in in_order]
        writes = sorted(self.writes)
        routine = self.notes.routine([self.writes[one] for one in writes])
        self.shown.clear()  # it and the notes are parts of cycles
        self.notes.close()
        return Stretch(routine, by_source([read for read, _ in in_order]), by_source(writes))


def by_source(names: Sequence[tuple[str, str]]) -> _Names:
    """Sources and names, in order, as names by source."""
    return tuple((source, tuple(name for _, name in group)) for source, group in groupby(names, key=itemgetter(0)))


Count = Callable[[Mapping[str, Any], Mapping[str, Any], Any], Mapping[str, Any]]
"""From the tally, the state and the day to the tally after the step."""


class Plans:
    """How the steps of a set of runs are gone through.

    Parameters
    ----------
    turn : the turn table.
    lanes : random processes of each phase, by its name.
    seen : everything on which it may depend what the rules do, besides what they are given.

    `as_written`: call every rule as it stands, and note nothing down.
    """

    def __init__(self, turn: Sequence[Phase], lanes: Mapping[str, tuple[str, ...]], seen: Hashable) -> None:
        self.phases = {phase.name: phase for phase in turn}
        self.lanes = lanes
        self.as_written = False
        self._notes = notes_for((seen, tuple(phase.rule for phase in turn)))
        self._plans: dict[Rhythm, list[Part]] = {}
        self._due: dict[Rhythm, list[str]] = {}

    def anew(self) -> Plans:
        """The same for another set of runs."""
        other = copy.copy(self)
        other.forget()
        return other

    def forget(self) -> None:
        """Find what follows from parameters anew."""
        self._plans = {}

    def keep(self, places: Array, count: int) -> None:
        """Go on with the runs at these places only, of so many."""
        for part in (part for plan in self._plans.values() for part in plan):
            if isinstance(part, Stretch):
                part.routine.keep(places, count)

    def phases_due(self, rhythm: Rhythm) -> list[Phase]:
        """The phases that are called in such a step."""
        begins = dict(zip(DAYS_BETWEEN, rhythm, strict=True))
        return [phase for phase in self.phases.values() if begins.get(phase.every, True)]

    def lanes_due(self, rhythm: Rhythm) -> list[str]:
        """Random processes of the phases that are called in such a step."""
        if rhythm not in self._due:
            self._due[rhythm] = [lane for phase in self.phases_due(rhythm) for lane in self.lanes[phase.name]]
        return self._due[rhythm]

    def parts(self, rhythm: Rhythm, given: Given, sources: Sources, count: Count) -> list[Part]:
        """The parts of such a step, for what the rules are given now."""
        if rhythm in self._plans:
            return self._plans[rhythm]
        as_they_are: list[Part] = [*self.phases_due(rhythm), None]
        if self.as_written:
            return as_they_are
        if rhythm not in self._notes:  # what comes only once is not worth its notes
            self._notes[rhythm] = []
            return as_they_are
        runs = next(iter(sources[STATE].values())).shape[-1]
        plan = bound(self._notes[rhythm], given, runs)
        if plan is None:
            with no_garbage_collected():  # thousands of small objects are made, and stay
                self._notes[rhythm] = parts_of_step(self.phases_due(rhythm), given, self.lanes, sources, count)
            plan = bound(self._notes[rhythm], given, runs)
            assert plan is not None
        self._plans[rhythm] = plan
        return plan


@lru_cache(maxsize=_NOTES_KEPT)
def notes_for(seen: Hashable) -> dict[Rhythm, list[Part]]:  # noqa: ARG001  (what the notes hold for)
    """Notes that are shared wherever rules are the same and see the same; empty at first."""
    return {}


def bound(noted: Sequence[Part], given: Given, runs: int) -> list[Part] | None:
    """Parts of a step for what the rules are given; None where the notes do not hold for that, or there are none."""
    plan: list[Part] = []
    for part in noted:
        new = part.bound(given, runs) if isinstance(part, Stretch) else part
        if new is None and part is not None:
            return None
        plan.append(new)
    return plan or None


def parts_of_step(
    due: Sequence[Phase], given: Given, lanes: Mapping[str, Sequence[str]], sources: Sources, count: Count
) -> list[Part]:
    """The phases that are due in a step, as few routines as possible, not bound yet; a phase whose rule cannot be noted down stands alone.

    Last comes the tally, in the last routine where it can be noted down; where it cannot, None stands for it.
    """
    parts: list[Part] = []
    notes = _Dictation(sources)
    for phase in due:
        if not notes.add(phase, given(phase.name), lanes[phase.name]):
            parts += [notes.stretch(), phase] if notes.writes else [phase]
            notes = _Dictation(sources)
    counted = notes.add_tally(count)
    parts += [notes.stretch()] if notes.writes else []
    return parts if counted else [*parts, None]


@contextmanager
def no_garbage_collected() -> Iterator[None]:
    """Put the search for cyclic garbage off."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
