"""What is at stake on a rung: the terms of utility that the rival theories of decision weigh differently.

A stake says what standing on each rung is worth, for one government or a batch of them. Higher is better; costs are negative. Three kinds
suffice: an amount that each rung has its share of (`Share`), a loss from standing below a mark (`Shortfall`), a loss from standing
away from one (`Distance`). So a decision can add each to the whole ladder at once, and first add up whatever is shared in the same proportions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Array
from escalation_sim.places import column

__all__ = [
    "ALL",
    "Contributions",
    "Distance",
    "Share",
    "Shortfall",
    "Stake",
    "by_rung",
    "cost_of_backing_down",
    "cost_of_rung",
    "cost_of_standing_there",
    "fear_of_rung",
    "on_rung",
    "on_rungs",
    "shortfall",
    "value_of_answer",
    "value_of_restraint",
]


ALL = slice(None)
"""All rungs, in the place of one."""

Rungs = int | slice | list[int]


@dataclass(frozen=True)
class Share:
    """`amount` times the share of the rung; `shares` has shape (rung,)."""

    shares: Array
    amount: Array

    def worth(self, rung: Rungs, dimensions: int) -> Array:
        """Utility of one rung, or of some or all of them along a first axis; then with so many dimensions."""
        return self.amount * column(self.shares[rung], dimensions)


@dataclass(frozen=True)
class Shortfall:
    """`weight` lost per unit by which the level of the rung stays below `mark`; `levels` has shape (rung,)."""

    levels: Array
    mark: Array
    weight: Array

    def worth(self, rung: Rungs, dimensions: int) -> Array:
        """Utility of one rung, or of some or all of them along a first axis; then with so many dimensions."""
        return -self.weight * np.maximum(self.mark - column(self.levels[rung], dimensions), 0.0)


@dataclass(frozen=True)
class Distance:
    """`weight` lost per unit by which the level of the rung is away from `mark`; `levels` has shape (rung,)."""

    levels: Array
    mark: Array
    weight: Array

    def worth(self, rung: Rungs, dimensions: int) -> Array:
        """Utility of one rung, or of some or all of them along a first axis; then with so many dimensions."""
        return -self.weight * np.abs(column(self.levels[rung], dimensions) - self.mark)


Stake = Share | Shortfall | Distance


class Contributions(NamedTuple):
    """What speaks for and against the rungs, term by term; the chosen rung has the largest sum (plus disposition)."""

    threat: tuple[Stake, ...]
    grievance: tuple[Stake, ...]
    pressure: tuple[Stake, ...]
    cost: tuple[Stake, ...]
    weariness: tuple[Stake, ...]
    ties: tuple[Stake, ...]
    fear: tuple[Stake, ...]
    deal: tuple[Stake, ...]


def on_rung(stakes: Sequence[Stake], rung: int, beside: Array) -> Array:
    """Utility of one rung from several stakes, to stand beside an array; 0 of none."""
    first, *others = (stake.worth(rung, beside.ndim) for stake in stakes) if stakes else (np.zeros_like(beside),)
    return sum(others, first)


def on_rungs(stakes: Sequence[Stake], rungs: Sequence[int], beside: Array) -> Array:
    """Utility of a few rungs from several stakes, shape (one of these rungs, …)."""
    utility = np.zeros((len(rungs), *beside.shape), beside.dtype)
    for stake in stakes:
        utility = utility + stake.worth(list(rungs), utility.ndim)
    return utility


def by_rung(stakes: Sequence[Stake], rungs: int, beside: Array) -> Array:
    """Utility of every rung from several stakes, shape (rung, …)."""
    return on_rungs(stakes, range(rungs), beside)


def shortfall(ladder: Ladder, threat: Array, weight: Array) -> Shortfall:
    """Utility lost by standing below what the rival is thought to intend; `threat` in rungs."""
    return Shortfall(ladder.tables["number"], threat, weight)


def value_of_answer(ladder: Ladder, amount: Array, weight: Array) -> Share:
    """Utility of answering an injury, or a public that asks for an answer."""
    return Share(ladder.tables["answers"], weight * amount)


def cost_of_backing_down(ladder: Ladder, commitment: Array, attention: Array, audience_cost: Array) -> Shortfall:
    """Audience cost of standing lower than one has publicly committed to (Fearon 1994; Tomz 2007): it rises with the distance."""
    return Shortfall(ladder.tables["severity"], commitment, audience_cost * attention)


def cost_of_rung(ladder: Ladder, sensitivity: Array) -> Share:
    """Material and political cost of standing on a rung."""
    return Share(ladder.tables["costs"], -sensitivity)


def value_of_restraint(ladder: Ladder, price: Array) -> Share:
    """Utility lost by rising above the quiet rungs, at a price per severity: where restraint was promised, or there is much to lose."""
    return Share(ladder.tables["above_quiet"], -price)


def cost_of_standing_there(ladder: Ladder, sensitivity: Array, price: Array) -> tuple[Share, Share]:
    """Cost of a rung, and `price` per severity of having risen above quiet (without cause, against a policy of restraint)."""
    return cost_of_rung(ladder, sensitivity), value_of_restraint(ladder, price)


def fear_of_rung(ladder: Ladder, dread: Array, caution: Array) -> Share:
    """Nuclear caution: fear of the top of the ladder, felt long before it (Schelling 1966); grows with what the rival is thought to intend."""
    return Share(ladder.tables["danger"], -(caution * dread))
