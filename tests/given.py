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


PLAIN: dict[str, dict[str, float]] = {
    "channel": {"strength": 1.0, "reliability": 1.0, "latency": 1.0},
    "outlet": {"audience": 0.5, "hostility": 0.3, "leaning": 1.0, "care_for_truth": 0.5},
    "group": {"audience": 0.5, "voice": 0.3, "ties": 0.5},
    "armed_group": {"attacks_per_year": 0.1, "deaths_minimum": 7.0, "deaths_exponent": 1.6, "deaths_maximum": 250.0},
    "mediator": {"attention": 0.5, "delay": 1.0, "leverage": 1.0},
}
"""Members as tests have them where they say nothing; what is not here is 0. Not the defaults, which may be calibrated."""


def member(kind: str, **changes: Any) -> Values:
    """Profile of one member: plain but for the changes."""
    names = {name for name, _ in PROFILES[kind]}
    assert set(changes) | set(PLAIN[kind]) <= names
    return Values({name: array({**PLAIN[kind], **changes}.get(name, 0.0)) for name, _ in PROFILES[kind]})


def members(kind: str, *profiles: dict[str, float]) -> Values:
    """Profiles of several members; arrays of shape (member, 1)."""
    each = [member(kind, **profile) for profile in profiles]
    return Values({name: np.array([getattr(one, name) for one in each]).reshape(len(each), 1) for name, _ in PROFILES[kind]})


def rows(*values: Any) -> Array:
    """One row per member (or country): shape (member, run)."""
    return np.array(np.broadcast_arrays(*[array(value) for value in values]))


IN_FULL_USE = {"status": 2.0, "in_use": 1.0, "relationship": 1.0, "leak": 0.0, "answered": 0.0, "unanswered": 0.0}


def summed_up(
    *profiles: dict[str, float], unheard: float = 0.0, patience: float = 1.0, explaining_call: float = 0.5, **standing: Any
) -> dict[str, Array]:
    """What lines of these profiles do together; open, in use, fully worked in and unexposed unless a test says otherwise."""
    assert set(standing) <= set(IN_FULL_USE)
    state = {name: rows(*standing.get(name, (value,) * len(profiles))) for name, value in IN_FULL_USE.items()}
    p = given("channels", channel=members("channel", *profiles), patience=patience, explaining_call=explaining_call)
    return lines(Values({**state, "unheard": array(unheard), "over": array(0.0)}), p, [])


def evenly(count: int) -> Array:
    """Uniform draws without chance: the middles of `count` equal parts of [0, 1), so that shares equal probabilities to 1/count."""
    return (np.arange(count) + 0.5) / count
