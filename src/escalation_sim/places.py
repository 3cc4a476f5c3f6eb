"""Places along the first axis of arrays: rungs of a ladder, channels.

Rules ask which of a few rungs or members a condition holds for. One comparison of whole tables answers for all runs at once; places are small numbers, which are compared
fastest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["column", "entries", "first_place", "last_place"]

_SMALL, _FEW = np.int8, 128  # numbers of so many places fit


def column(of_places: Array, dimensions: int) -> Array:
    """What each of some places has, along the first axis of an array of so many dimensions; what one place has as it is."""
    found: Array = of_places if of_places.ndim == 0 else of_places.reshape(-1, *(1,) * (dimensions - 1))
    return found


def entries(table: Array, places: Array) -> Array:
    """The entries of a table at some places (whole numbers, also as floats); same shape as `places`, none of which is to lie beyond the table."""
    numbers: Any = places.astype(np.intp)
    if not isinstance(numbers, np.ndarray):  # a stand-in; see `routines`
        noted: Array = numbers.entries_of(table)
        return noted
    found: Array = table.take(numbers, mode="clip")  # the fastest mode
    return found


def _numbers(holds: Array) -> Array:
    """The numbers of the places, along the first axis."""
    dtype = _SMALL if len(holds) <= _FEW else np.int32
    return column(np.arange(len(holds), dtype=dtype), holds.ndim)


def first_place(holds: Array) -> Array:
    """The first place at which a condition holds, a small whole number; `holds` is of bool, place axis first, and holds somewhere."""
    numbers = _numbers(holds)
    beyond = numbers.dtype.type(np.iinfo(numbers.dtype).max)
    first: Array = np.minimum.reduce((~holds).view(_SMALL) * beyond | numbers)
    return first


def last_place(holds: Array) -> Array:
    """The last place at which a condition holds, a small whole number, 0 where it holds at none; `holds` is of bool, place axis first."""
    last: Array = np.maximum.reduce(holds.view(_SMALL) * _numbers(holds))
    return last
