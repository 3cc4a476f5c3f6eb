"""Which numbers an effect hinges on: rank correlations over the worlds, with a guard so that noise is not named.

One after another: the number whose ranks go best with those of the effect; then, what it explains taken out of both, the next (partial rank
correlation). A number is named only if so strong a correlation, of the strongest of all numbers, is seen in fewer than 1 % of shuffled
effects; where none is, nothing is named. Pure functions of arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from escalation_sim.parameters import Array

__all__ = ["Hinge", "hinges"]

MOST = 3
LEVEL = 0.01
SHUFFLES = 1_000
SEED = 1
FEWEST_SETS = 12


@dataclass(frozen=True)
class Hinge:
    """A number that an effect hinges on.

    Attributes
    ----------
    path : of the number.
    correlation : rank correlation with the effect, those named before taken out.
    where_low, where_high : mean effect in the third of the sets in which the number is lowest, highest.
    """

    path: str
    correlation: float
    where_low: float
    where_high: float


def hinges(effects: Mapping[str, Array], numbers: Mapping[str, tuple[str, Array]]) -> list[Hinge]:
    """Up to three numbers that an effect hinges on, the strongest first.

    Parameters
    ----------
    effects : the effect in every set by group of worlds, arrays of shape (set,) without NaN; "" for the mean of all theories.
    numbers : by path, the group whose effect the number can move, and its values, shape (set,).
    """
    known = {path: (group, values) for path, (group, values) in numbers.items() if group in effects and np.ptp(values) > 0.0}
    if not known or len(next(iter(effects.values()))) < FEWEST_SETS:
        return []
    named: list[Hinge] = []
    rng = np.random.default_rng(SEED)
    while len(named) < MOST:
        taken = [ranks(known[one.path][1]) for one in named]
        ranked = {group: without(ranks(values), taken) for group, values in effects.items()}
        rest = {path: pair for path, pair in known.items() if path not in {one.path for one in named}}
        matrix = {path: without(ranks(values), taken) for path, (_, values) in rest.items()}
        strengths = {path: float(matrix[path] @ ranked[group]) for path, (group, _) in rest.items()}
        best = max(strengths, key=lambda path: (abs(strengths[path]), path))
        if abs(strengths[best]) <= strongest_by_chance(matrix, rest, ranked, rng):
            break
        group, values = rest[best]
        named.append(Hinge(best, strengths[best], *in_thirds(effects[group], values)))
    return named


def strongest_by_chance(
    matrix: Mapping[str, Array], numbers: Mapping[str, tuple[str, Array]], ranked: Mapping[str, Array], rng: np.random.Generator
) -> float:
    """The strongest correlation of any number that only 1 % of shuffles exceed."""
    sets = len(next(iter(ranked.values())))
    orders = np.argsort(rng.random((SHUFFLES, sets)), axis=1)
    strongest = np.zeros(SHUFFLES)
    for group, values in ranked.items():
        columns = [matrix[path] for path, (of, _) in numbers.items() if of == group]
        if columns:
            found = np.abs(np.array(columns) @ values[orders].T)
            strongest = np.maximum(strongest, found.max(axis=0))
    return float(np.quantile(strongest, 1.0 - LEVEL, method="higher"))


def ranks(values: Array) -> Array:
    """Ranks with mean 0 and length 1."""
    return unit(rankdata(values))


def without(values: Array, taken: list[Array]) -> Array:
    """What is left of ranks when some others are taken out, with mean 0 and length 1."""
    if not taken:
        return values
    columns = np.stack(taken, axis=1)
    fitted: Array = columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
    return unit(values - fitted)


def unit(values: Array) -> Array:
    """Values with mean 0 and length 1; zeros where all are alike."""
    centred = values - values.mean()
    length = np.sqrt(np.sum(centred * centred))
    return centred / length if length > 1e-12 else np.zeros_like(centred)


def in_thirds(effect: Array, values: Array) -> tuple[float, float]:
    """Mean effect where the number is in its lowest and in its highest third."""
    order = np.argsort(values, kind="stable")
    third = max(len(order) // 3, 1)
    return float(np.mean(effect[order[:third]])), float(np.mean(effect[order[-third:]]))
