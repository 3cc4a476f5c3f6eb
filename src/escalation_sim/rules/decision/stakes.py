"""What is at stake on a rung: the terms of utility that the rival theories of decision weigh differently.

Each function gives the utility of standing on one rung, for one government or a batch of them. Higher is better; costs are
negative. `sev` arguments are severities, 0 to 10.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Array

__all__ = [
    "Contributions",
    "cost_of_backing_down",
    "cost_of_rung",
    "fear_of_rung",
    "shortfall",
    "value_of_answer",
    "value_of_restraint",
]


class Contributions(NamedTuple):
    """What speaks for and against a rung; the chosen rung has the largest sum (plus disposition)."""

    threat: Array
    grievance: Array
    pressure: Array
    cost: Array
    weariness: Array
    trust: Array
    fear: Array
    deal: Array


def shortfall(ladder: Ladder, rung: int, threat: Array, weight: Array) -> Array:
    """Utility lost by standing below what the rival is thought to intend; `threat` in rungs."""
    missing = np.maximum(threat - float(rung), 0.0)
    loss: Array = -(weight * missing)
    return loss


def value_of_answer(ladder: Ladder, rung: int, grievance: Array, resolve: Array) -> Array:
    """Utility of answering an injury at this rung."""
    value: Array = resolve * grievance * ladder.tables["answers"][rung]
    return value


def cost_of_backing_down(ladder: Ladder, rung: int, commitment: Array, attention: Array, audience_cost: Array) -> Array:
    """Audience cost of standing lower than one has publicly committed to (Fearon 1994; Tomz 2007): it rises with the distance."""
    below = np.maximum(commitment - ladder.tables["severity"][rung], 0.0)
    cost: Array = -(audience_cost * attention * below)
    return cost


def cost_of_rung(ladder: Ladder, rung: int, sensitivity: Array) -> Array:
    """Material and political cost of standing on a rung."""
    cost: Array = -(sensitivity * ladder.tables["costs"][rung])
    return cost


def value_of_restraint(ladder: Ladder, rung: int, amount: Array, weight: Array) -> Array:
    """Utility lost, per severity above the quiet rungs, where restraint has been promised or is trusted to be returned."""
    above = max(float(ladder.tables["severity"][rung] - ladder.tables["severity"][ladder.quiet]), 0.0)
    loss: Array = -(weight * amount * above)
    return loss


def fear_of_rung(ladder: Ladder, rung: int, dread: Array, caution: Array) -> Array:
    """Nuclear caution: fear of the top of the ladder, felt long before it (Schelling 1966); grows with what the rival is thought to intend."""
    fear: Array = -(caution * dread * ladder.tables["danger"][rung])
    return fear
