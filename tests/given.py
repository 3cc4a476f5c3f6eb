"""What a rule is given, made by hand: parameters at their defaults but for what a test changes, profiles, state, draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Array, Values
from escalation_sim.rules import PROFILES, SECTIONS
from escalation_sim.rules.channels import lines
from escalation_sim.scenario import shipped_ladders

LADDER: Ladder = shipped_ladders()["eleven_rungs"]
SIX_HOURS = 0.25


def array(value: Any) -> Array:
    return np.atleast_1d(np.asarray(value, dtype=float))


def given(section: str, *, dt: float = SIX_HOURS, ladder: Ladder = LADDER, **changes: Any) -> Values:
    """Parameters of a section, arrays of shape (1,) unless a test gives others; anything else is passed on as it is."""
    entries: dict[str, Any] = {name: array(parameter.default) for name, parameter in SECTIONS[section]}
    for name, value in changes.items():
        entries[name] = array(value) if name in entries else value
    return Values({**entries, "dt": array(dt), "ladder": ladder})


def seen(**values: Any) -> Values:
    """State as a rule sees it."""
    return Values({name: array(value) for name, value in values.items()})


def member(kind: str, **changes: Any) -> Values:
    """Profile of one member at its defaults but for the changes."""
    assert set(changes) <= {name for name, _ in PROFILES[kind]}
    return Values({name: array(changes.get(name, parameter.default)) for name, parameter in PROFILES[kind]})


def members(kind: str, *profiles: dict[str, float]) -> Values:
    """Profiles of several members; arrays of shape (member, 1)."""
    each = [member(kind, **profile) for profile in profiles]
    return Values({name: np.array([getattr(one, name) for one in each]).reshape(len(each), 1) for name, _ in PROFILES[kind]})


def rows(*values: Any) -> Array:
    """One row per member (or country): shape (member, run)."""
    return np.array(np.broadcast_arrays(*[array(value) for value in values]))


def summed_up(*profiles: dict[str, float], status: Any = None, relationship: Any = None, leak: Any = None) -> dict[str, Array]:
    """What lines of these profiles do together; open, fully worked in and unexposed unless a test says otherwise."""
    count = len(profiles)
    standing = {
        "status": status or (2.0,) * count,
        "relationship": relationship or (1.0,) * count,
        "leak": leak or (0.0,) * count,
    }
    return lines(
        Values({name: rows(*values) for name, values in standing.items()}),
        given("channels", channel=members("channel", *profiles)),
        [],
    )


def evenly(count: int) -> Array:
    """Uniform draws without chance: the middles of `count` equal parts of [0, 1), so that shares equal probabilities to 1/count."""
    return (np.arange(count) + 0.5) / count
