"""How large an effect has to be for a claim to hold.

The share of worlds in which a claim holds mirrors the ranges from which the worlds were drawn. So the numbers at issue are also multiplied by
a factor, and the factor is looked for at which the mean effect over the worlds reaches what the claim says. Pure functions of arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escalation_sim.analysis.verdicts import CONFIDENCE, drawn_again, margin
from escalation_sim.parameters import Array

__all__ = ["ALWAYS", "FROM", "NEVER", "UP_TO", "BreakEven", "break_even"]

ALWAYS, NEVER, FROM, UP_TO = "at every factor", "at no factor", "from", "up to"


@dataclass(frozen=True)
class BreakEven:
    """Where a claim begins or ceases to hold on average over the worlds.

    Attributes
    ----------
    kind : holds at every factor tried, at none, from `factor` on, or up to it.
    factor : by which the numbers at issue are multiplied; NaN for the first two kinds.
    low, high : interval of the factor (sets of numbers drawn again); infinite or 0 where it may lie beyond what was tried.
    certain : share of the draws that come to the same kind.
    factors, means : the curve, means over the worlds.
    """

    kind: str
    factor: float
    low: float
    high: float
    certain: float
    factors: tuple[float, ...]
    means: tuple[float, ...]


def break_even(factors: Sequence[float] | Array, effects: Array, sets: Array, expects: str, smallest: float) -> BreakEven:
    """Where the claim begins or ceases to hold.

    Parameters
    ----------
    factors : ascending.
    effects : mean difference in each world at each factor, shape (world, factor); NaN where a world has none.
    sets : number of each world's set, shape (world,).
    """
    points = np.asarray(factors, float)
    known = ~np.isnan(effects).any(axis=1)
    if known.sum() < 2:
        return BreakEven(NEVER, np.nan, np.nan, np.nan, 0.0, tuple(points.tolist()), (np.nan,) * len(points))
    counts = drawn_again(sets[known])
    means = counts @ effects[known] / counts.sum(axis=1, keepdims=True)
    found = [crossing(points, margin(mean, expects, smallest)) for mean in means]
    kind, factor = found[0]
    same = [at for one, at in found[1:] if one == kind]
    low, high = interval(kind, found[1:])
    return BreakEven(kind, factor, low, high, len(same) / (len(found) - 1), tuple(points.tolist()), tuple(means[0].tolist()))


def crossing(points: Array, inside: Array) -> tuple[str, float]:
    """Kind and factor of the first crossing; straight lines between the factors."""
    holds = inside >= 0.0
    if holds.all():
        return ALWAYS, np.nan
    if not holds.any():
        return NEVER, np.nan
    place = int(np.argmax(holds != holds[0]))
    before, after = inside[place - 1], inside[place]
    factor = points[place - 1] + (points[place] - points[place - 1]) * before / (before - after)
    return (UP_TO if holds[0] else FROM), float(factor)


def interval(kind: str, found: Sequence[tuple[str, float]]) -> tuple[float, float]:
    """Interval of the factor over the draws. A draw in which the claim holds everywhere, or nowhere, has it at an end."""
    if kind not in (FROM, UP_TO):
        return np.nan, np.nan
    ends = {ALWAYS: 0.0, NEVER: np.inf} if kind == FROM else {ALWAYS: np.inf, NEVER: 0.0}
    places = np.sort([ends.get(one, at) for one, at in found])
    tail = 0.5 * (1.0 - CONFIDENCE)
    last = len(places) - 1
    return float(places[int(np.floor(tail * last))]), float(places[int(np.ceil((1.0 - tail) * last))])
