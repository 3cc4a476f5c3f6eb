"""Sums over members, in an order that never changes.

`np.sum` over many members differs in the last bit with the layout in memory; one agent and a batch have to agree to the bit.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["added", "weighed"]


def added(amounts: Array) -> Array:
    """Sum over the first axis, members one after another; 0 where there are none."""
    if len(amounts) == 0:
        return np.zeros(amounts.shape[1:], amounts.dtype)
    total = amounts[0]
    for amount in amounts[1:]:
        total = total + amount
    return total


def weighed(amounts: Array, weights: Array) -> Array:
    """Sum over the first axis of amounts times weights, members one after another; those that weigh nothing are passed over."""
    total = np.zeros(amounts.shape[1:], amounts.dtype)
    for amount, weight in zip(amounts, weights, strict=True):
        if weight.any():
            total = total + amount * weight
    return total
