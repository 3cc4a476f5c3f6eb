"""How the batch engine goes through a step: phases of the turn table in a row, noted down as one routine wherever that is possible.

What two phases both need is computed once within a routine, such as the higher of two postures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from escalation_sim.parameters import FLOAT, Array, Values
from escalation_sim.routines import Notes, Routine, StandIn, Unforeseen
from escalation_sim.turn import Phase

__all__ = ["Part", "Stretch", "parts_of_step", "read", "spread"]

Lanes = Mapping[str, Sequence[str]]


@dataclass
class Stretch:
    """Phases in a row as a routine.

    Attributes
    ----------
    routine : gives the state they write from the clock, the state they read and their draws.
    reads : state and draws, by name, in the order in which the routine takes them; a draw is marked True.
    """

    routine: Routine
    reads: tuple[tuple[str, bool], ...]
    _uneven: tuple[str, ...] | None = field(default=None, repr=False)

    def written(self, state: Mapping[str, Array], draws: Mapping[str, Array], clock: Array) -> dict[str, Array]:
        """What the phases write, in full shape."""
        found = self.routine([clock, *(draws[name] if is_draw else state[name] for name, is_draw in self.reads)])
        if self._uneven is None:
            self._uneven = tuple(name for name, array in found.items() if spread(array, state[name].shape) is not array)
        for name in self._uneven:
            found[name] = spread(found[name], state[name].shape)
        return found


Part = Stretch | Phase
"""Phases in a row, or one that has to be called as it is."""


def spread(array: Array, shape: tuple[int, ...]) -> Array:
    """What a rule writes, as the state holds it; the array itself where it has that form."""
    if array.shape == shape and array.dtype == FLOAT:
        return array
    return np.array(np.broadcast_to(array, shape), FLOAT)


def read(state: Mapping[str, Array], phase: Phase, day: Array) -> Values:
    """The state a phase declares to read, as its rule sees it."""
    entries = {name: state[name] for name in phase.own}
    for name, source in phase.rivals:
        entries[name] = state[source][::-1]
    entries["day"] = day
    return Values(entries)


class _Shown(dict[str, StandIn]):
    """Stand-ins for state or draws by name, made when they are first asked for."""

    def __init__(self, arrays: Mapping[str, Array], take: Callable[[str, Array], StandIn]) -> None:
        super().__init__()
        self._arrays, self._take = arrays, take

    def shape_of(self, name: str) -> tuple[int, ...]:
        """Shape of the array of a name, for all runs."""
        return self._arrays[name].shape

    def __missing__(self, name: str) -> StandIn:
        self[name] = self._take(name, self._arrays[name])
        return self[name]


class _Dictation:
    """Notes of phases in a row, with what they read and write."""

    def __init__(self, state: Mapping[str, Array], draws: Mapping[str, Array], clock: Array, runs: int) -> None:
        self.notes = Notes(runs)
        self.clock = self.notes.take(clock)
        self.reads: list[tuple[str, bool]] = []
        self.state = _Shown(state, lambda name, array: self._taken(name, array, False))
        self.draws = _Shown(draws, lambda name, array: self._taken(name, array, True))
        self.writes: dict[str, StandIn | Array] = {}

    def _taken(self, name: str, array: Array, is_draw: bool) -> StandIn:
        self.reads.append((name, is_draw))
        return self.notes.take(array)

    def add(self, phase: Phase, given: Values, lanes: Sequence[str]) -> bool:
        """Note a phase down; False, and nothing noted, if that is not possible."""
        entries, draws = read(self.state, phase, self.clock), [self.draws[lane] for lane in lanes]
        before = self.notes.length()
        try:
            written = phase.rule(entries, given, draws)
            shown = {name: self._as_read(name, value) for name, value in written.items()}
        except Unforeseen:
            self.notes.back_to(before)
            return False
        self.writes.update(written)
        self.state.update(shown)
        return True

    def _as_read(self, name: str, value: StandIn | Array) -> StandIn:
        """What was written, as the next phase reads it: in the form of the state, but that one run may stand for all."""
        found = value if isinstance(value, StandIn) else self.notes.steady(value)
        if found.dtype != FLOAT or found.shape != (*self.state.shape_of(name)[:-1], 1):
            raise Unforeseen(f"the form of {name}")
        return found

    def stretch(self) -> Stretch:
        """What was noted."""
        return Stretch(self.notes.routine(self.writes), tuple(self.reads))


def parts_of_step(
    due: Sequence[Phase],
    given: Callable[[Phase], Values],
    state: Mapping[str, Array],
    draws: Mapping[str, Array],
    clock: Array,
    lanes: Lanes,
) -> list[Part]:
    """The phases that are due in a step, as few routines as possible; a phase whose rule cannot be noted down stands alone."""
    runs = next(iter(state.values())).shape[-1]
    parts: list[Part] = []
    open_notes: _Dictation | None = None
    for phase in due:
        if open_notes is None:
            open_notes = _Dictation(state, draws, clock, runs)
        if open_notes.add(phase, given(phase), lanes[phase.name]):
            continue
        if open_notes.writes:
            parts.append(open_notes.stretch())
        parts.append(phase)
        open_notes = None
    if open_notes is not None and open_notes.writes:
        parts.append(open_notes.stretch())
    return parts
