"""Sums over members, in an order that never changes.

`np.sum` over many members differs in the last bit with the layout in memory; one agent and a batch have to agree to the bit.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["Weights", "added", "weighed", "weighing"]

Weights = tuple[tuple[int, Array], ...]
"""Places of members and what they weigh."""


def added(amounts: Array) -> Array:
    """Sum over the first axis, members one after another; 0 where there are none."""
    if len(amounts) == 0:
        return np.zeros(amounts.shape[1:], amounts.dtype)
    total = amounts[0]
    for amount in amounts[1:]:
        total = total + amount
    return total


def weighing(weights: Array) -> Weights:
    """The members that weigh something in some run, with their weights; member axis first."""
    return tuple((place, weight) for place, weight in enumerate(weights) if weight.any())


def weighed(amounts: Array, weights: Weights) -> Array:
    """Sum over the first axis of amounts times weights, members one after another; 0 where nobody weighs anything."""
    if not weights:
        return np.zeros(amounts.shape[1:], amounts.dtype)
    (first, weight), *others = weights
    total: Array = amounts[first] * weight
    for place, weight in others:
        total += amounts[place] * weight
    return total
