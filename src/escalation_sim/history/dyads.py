"""Crises between two countries of which nothing is known but that their numbers lie in the declared ranges.

Patterns found over all dyads are held against these: every parameter is drawn anew in every run, so that one run is one dyad.
Parameters are read from their declarations; one that is added is drawn from then on.
"""

from __future__ import annotations

from typing import Any

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Section
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.scenario import Scenario, shipped_ladders

__all__ = ["COUNTRIES", "WEIGHTS", "dyad_document", "generic_dyads", "generic_scenarios"]

COUNTRIES = ("alpha", "beta")

DECISION = "quantal_response"
LADDER = "eleven_rungs"

CHANNELS = {"high_commissions": "open", "dgmo_hotline": "open", "third_party": "suspended"}
"""What most dyads have: missions, a line between the militaries, and third parties that may step in. All assumed."""

WEIGHTS = {"attack": 0.40, "incursion": 0.10, "exercise": 0.06, "incident": 0.44}
"""Share of dyads with each trigger: violent, violent, military without violence, not military. All assumed; many of them come to nothing, and
only those in which somebody leaves the quiet rungs are crises."""

ATTENTION = {"value": 0.015, "range": [0.0005, 1.5], "shape": "log", "source": "assumed"}
"""How soon outsiders step in: from nearly never to at once, evenly in orders of magnitude (about a third of all crises are mediated)."""

RELATIONSHIP = {"value": 0.5, "range": [0.0, 1.0], "source": "assumed"}
"""Working relationship of each of these channels at the outset."""

_SWITCH = "0 or 1"


def judged(low: float, likeliest: float, high: float) -> dict[str, Any]:
    """A number drawn from a range."""
    return {"value": likeliest, "range": [low, high], "source": "assumed"}


def swept(section: Section) -> dict[str, Any]:
    """Every parameter of a section as a judged number; switches stay as they are."""
    return {
        name: judged(parameter.low, parameter.default, parameter.high)
        for name, parameter in section
        if parameter.unit != _SWITCH and parameter.low < parameter.high
    }


def sections(scope: str) -> dict[str, dict[str, Any]]:
    """Sections of a scope that apply: all but the theories by which nobody here decides."""
    idle = {theory.PARAMETERS.name for name, theory in THEORIES.items() if name != DECISION}
    found = {name: swept(section) for name, section in SECTIONS.items() if section.scope == scope and name not in idle}
    return {name: numbers for name, numbers in found.items() if numbers}


def triggers(ladder: Ladder) -> dict[str, dict[str, Any]]:
    """What starts the crisis, by the keys of `WEIGHTS`. Deaths, lengths and visibility are assumed."""
    first, second = COUNTRIES
    seen, deaths = judged(0.3, 0.9, 1.0), judged(1, 10, 170)
    act = {"day": 0, "actor": first, "victim": second, "visibility": seen}
    return {
        "attack": {"kind": "attack", "day": 0, "actor": "armed_group", "victim": second, "deaths": deaths, "visibility": seen},
        "incursion": {**act, "kind": "incursion", "rung": ladder.force, "lasts": judged(1, 3, 120), "deaths": judged(0, 1, 50)},
        "exercise": {**act, "kind": "exercise", "rung": ladder.alert, "lasts": judged(1, 8, 150)},
        "incident": {**act, "kind": "incident", "rung": ladder.quiet, "injury": judged(0.5, 3.0, 10.0)},
    }


def dyad_document(trigger: str, ladder: Ladder) -> dict[str, Any]:
    """Plain data of a scenario in which everything declared is drawn, set off by one of `WEIGHTS`."""
    first, second = COUNTRIES
    return {
        "name": f"dyad-{trigger}",
        "title": f"A dyad like any other, {trigger.replace('_', ' ')}",
        "start": "2001-01-01",
        "horizon_days": 730,
        "decision": DECISION,
        "ladder": ladder.name,
        "countries": {name: {"label": name.capitalize(), **sections("country")} for name in COUNTRIES},
        "model": sections("shared"),
        "channels": {name: {"status": status, "relationship": RELATIONSHIP} for name, status in CHANNELS.items()},
        "triggers": [triggers(ladder)[trigger]],
        "armed_groups": {"rebels": {"base": first, "target": second, **swept(PROFILES["armed_group"])}},
        "mediators": {"neighbour": {"label": "A neighbour", **swept(PROFILES["mediator"]), "attention": ATTENTION}},
    }


def generic_dyads() -> dict[str, dict[str, Any]]:
    """Documents of generic dyads, one for each trigger in `WEIGHTS`."""
    ladder = shipped_ladders()[LADDER]
    return {trigger: dyad_document(trigger, ladder) for trigger in WEIGHTS}


def generic_scenarios(runs: int) -> list[tuple[Scenario, int]]:
    """Scenarios of generic dyads with their shares of `runs`, at least one each."""
    return [
        (Scenario.from_document(document), max(round(WEIGHTS[name] * runs), 1)) for name, document in generic_dyads().items()
    ]
