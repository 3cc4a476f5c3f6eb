"""What is at stake on a rung: the terms of utility that the rival theories of decision weigh differently.

Each function gives the utility of standing on each rung, for one government or a batch of them: the rung axis comes first, in front of
the axes of its arguments. Higher is better; costs are negative.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Array

__all__ = [
    "Contributions",
    "column",
    "cost_of_backing_down",
    "cost_of_rung",
    "cost_of_standing_there",
    "fear_of_rung",
    "shortfall",
    "value_of_answer",
    "value_of_restraint",
]


class Contributions(NamedTuple):
    """What speaks for and against each rung, arrays of shape (rung, …); the chosen rung has the largest sum (plus disposition)."""

    threat: Array
    grievance: Array
    pressure: Array
    cost: Array
    weariness: Array
    ties: Array
    fear: Array
    deal: Array


def column(ladder: Ladder, table: str, beside: Array) -> Array:
    """A table of the ladder as a column: rung axis first, then as many axes as `beside` has."""
    return np.reshape(ladder.tables[table], (-1, *([1] * beside.ndim)))


def shortfall(ladder: Ladder, threat: Array, weight: Array) -> Array:
    """Utility lost by standing below what the rival is thought to intend; `threat` in rungs."""
    rung = np.reshape(np.arange(len(ladder), dtype=float), (-1, *([1] * threat.ndim)))
    below = threat - rung
    return np.multiply(-weight, np.maximum(below, 0.0, out=below), out=below)


def value_of_answer(ladder: Ladder, amount: Array, weight: Array) -> Array:
    """Utility of answering an injury, or a public that asks for an answer."""
    weighed = weight * amount
    value: Array = weighed * column(ladder, "answers", weighed)
    return value


def cost_of_backing_down(ladder: Ladder, commitment: Array, attention: Array, audience_cost: Array) -> Array:
    """Audience cost of standing lower than one has publicly committed to (Fearon 1994; Tomz 2007): it rises with the distance."""
    watched = audience_cost * attention
    below = commitment - column(ladder, "severity", watched + commitment)
    return np.multiply(-watched, np.maximum(below, 0.0, out=below), out=below)


def cost_of_rung(ladder: Ladder, sensitivity: Array) -> Array:
    """Material and political cost of standing on a rung."""
    cost: Array = -sensitivity * column(ladder, "costs", sensitivity)
    return cost


def value_of_restraint(ladder: Ladder, price: Array) -> Array:
    """Utility lost by rising above the quiet rungs, at a price per severity: where restraint was promised, or there is much to lose."""
    above = np.maximum(column(ladder, "severity", price) - ladder.tables["severity"][ladder.quiet], 0.0)
    loss: Array = -price * above
    return loss


def cost_of_standing_there(ladder: Ladder, sensitivity: Array, price: Array) -> Array:
    """Cost of a rung, and `price` per severity of having risen above quiet (without cause, against a policy of restraint)."""
    cost: Array = cost_of_rung(ladder, sensitivity) + value_of_restraint(ladder, price)
    return cost


def fear_of_rung(ladder: Ladder, dread: Array, caution: Array) -> Array:
    """Nuclear caution: fear of the top of the ladder, felt long before it (Schelling 1966); grows with what the rival is thought to intend."""
    weighed = caution * dread
    fear: Array = -weighed * column(ladder, "danger", weighed)
    return fear
