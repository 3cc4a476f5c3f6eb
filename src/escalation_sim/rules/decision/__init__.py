"""Rival theories of decision: modules with one signature, picked by name in a scenario.

A theory is a module with `PARAMETERS` (its own `Section`) and ``contributions(seen, p) -> stakes.Contributions``. To add one,
add a file and name it here.
"""

from __future__ import annotations

from typing import Protocol

from escalation_sim.parameters import Section, Values
from escalation_sim.rules.decision import deterrence, prospect, quantal_response, reciprocity, spiral
from escalation_sim.rules.decision.stakes import Contributions

__all__ = ["THEORIES", "Theory"]


class Theory(Protocol):
    """What a module of this package offers."""

    PARAMETERS: Section

    def contributions(self, seen: Values, p: Values) -> Contributions:
        """What speaks for and against every rung."""


THEORIES: dict[str, Theory] = {
    "quantal_response": quantal_response,
    "prospect": prospect,
    "reciprocity": reciprocity,
    "spiral": spiral,
    "deterrence": deterrence,
}
