"""Places along the first axis of arrays: rungs of a ladder, channels.

Rules ask which of a few rungs or members a condition holds for. One comparison of whole tables answers for all runs at once; places are small numbers, which are compared
fastest.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["column", "first_place", "last_place"]

_SMALL = np.int8


def column(of_places: Array, dimensions: int) -> Array:
    """What each of some places has, along the first axis of an array of so many dimensions; what one place has as it is."""
    found: Array = of_places if of_places.ndim == 0 else of_places.reshape(-1, *(1,) * (dimensions - 1))
    return found


def first_place(holds: Array) -> Array:
    """The first place at which a condition holds, a small whole number; `holds` is of bool, place axis first, and holds somewhere."""
    numbers = column(np.arange(len(holds), dtype=_SMALL), holds.ndim)
    first: Array = np.minimum.reduce((~holds).view(_SMALL) * np.iinfo(_SMALL).max | numbers)
    return first


def last_place(holds: Array) -> Array:
    """The last place at which a condition holds, a small whole number, 0 where it holds at none; `holds` is of bool, place axis first."""
    numbers = column(np.arange(len(holds), dtype=_SMALL), holds.ndim)
    last: Array = np.maximum.reduce(holds.view(_SMALL) * numbers)
    return last
