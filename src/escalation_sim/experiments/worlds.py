"""Worlds: sets of the model's numbers drawn from their declared ranges.

Every number has its own Latin hypercube of one dimension, keyed by its path (as many independent ones are a Latin hypercube of many
dimensions). So set 17 has the same place in the range of a number wherever that number occurs: in both variants of a comparison, in every claim and in
every scenario. Where two variants give a number different ranges, it has the same quantile in both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from functools import lru_cache

import numpy as np

from escalation_sim.experiments.samples import evenly_spread
from escalation_sim.inputs import Input, varied
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario

__all__ = ["numbers_in_worlds", "place_in_range", "scaled"]


@lru_cache(maxsize=4096)
def place_in_range(path: str, sets: int, seed: int) -> Array:
    """Where in its range a number lies in every set, in [0, 1), shape (set,)."""
    key = hashlib.blake2b(f"worlds/{seed}/{path}".encode(), digest_size=8).digest()
    place = evenly_spread(1, sets, "latin_hypercube", int.from_bytes(key, "big"))[:, 0]
    place.flags.writeable = False
    return place


def numbers_in_worlds(
    scenario: Scenario, sets: int, seed: int, fixed: Collection[str] = (), inputs: Mapping[str, Input] | None = None
) -> dict[str, Array]:
    """Values of every number that may be varied, by path, each of shape (set,); those at `fixed` paths stay what the scenario says."""
    plausible = {path: number for path, number in varied(scenario, inputs).items() if path not in fixed}
    return {path: number.quantile(place_in_range(path, sets, seed)) for path, number in plausible.items()}


def scaled(values: Mapping[str, Array], inputs: Mapping[str, Input], paths: Collection[str], factor: float) -> dict[str, Array]:
    """Values with those at some paths multiplied, kept within the bounds outside of which the model refuses a number.

    A number among them that is not varied is multiplied as it stands.
    """
    changed = dict(values)
    for path in paths:
        given = inputs[path]
        length = len(next(iter(values.values()))) if values else 1
        old = changed.get(path, np.full(length, given.number.value))
        changed[path] = np.clip(old * factor, given.declared.low, given.declared.high)
    return changed
