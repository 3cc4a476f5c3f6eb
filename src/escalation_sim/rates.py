"""From rates per day to what happens in a step of any length.

All rates of the model are per day. These are the exact solutions over one step, so that two steps of three hours do what one of
six hours does.
"""

from __future__ import annotations

import math

import numpy as np

from escalation_sim.parameters import FLOAT, Array

__all__ = ["among", "approached", "decayed", "even", "flag", "probability", "ratio", "within"]

_TINY = np.finfo(FLOAT).tiny  # less than any rate that is not 0


def probability(rate: Array, dt: Array) -> Array:
    """Probability that a process of `rate` per day acts at least once in `dt` days; exact for small rates too."""
    chance: Array = -np.expm1(rate * -dt)
    return chance


def decayed(amount: Array, rate: Array, dt: Array) -> Array:
    """What is left of `amount` after `dt` days of decay at `rate` per day."""
    left: Array = amount * np.exp(rate * -dt)
    return left


def approached(amount: Array, target: Array, rate: Array, dt: Array) -> Array:
    """`amount` after moving towards `target` at `rate` per day for `dt` days."""
    moved: Array = target + (amount - target) * np.exp(rate * -dt)
    return moved


def among(condition: Array, amount: Array, other: Array) -> Array:
    """`amount` where the condition holds, `other` elsewhere, both finite. Where one does not see which way the next run goes, weighing is faster than choosing."""
    holds = flag(condition)
    chosen: Array = holds * amount + (1.0 - holds) * other
    return chosen


def ratio(part: Array, whole: Array) -> Array:
    """`part` over `whole`, where a part of nothing is nothing: 0 where `whole` (0 or more) is 0."""
    share: Array = part / np.maximum(whole, _TINY)
    return share


def within(amount: Array, low: float, high: Array | float) -> Array:
    """`amount`, or the bound beyond which it lies."""
    bounded: Array = np.minimum(np.maximum(amount, low), high)
    return bounded


def flag(condition: Array) -> Array:
    """1 where the condition holds, 0 elsewhere."""
    return condition.astype(FLOAT)


def even(uniform: Array) -> Array:
    """Evenly spread noise of mean 0 and variance 1, for changes so small and so many that only their sum is felt."""
    noise: Array = math.sqrt(12.0) * (uniform - 0.5)
    return noise
