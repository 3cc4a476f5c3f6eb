"""What rules may ask of values, and how.

The batch engine notes a rule down once and repeats its operations (see `routines`), so a rule cannot go one way or another as the values are. It may leave work out that
would change nothing (`nowhere`), and what has to look at values goes into a function of its own that is called as it is (`in_one_piece`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["found_where", "in_one_piece", "nowhere"]


def nowhere(holds: Array) -> bool:
    """Whether a condition holds for no run. To be asked only in order to leave out work that would then change nothing: where it is not known yet, the answer is no."""
    return isinstance(holds, np.ndarray | np.generic) and not np.count_nonzero(holds)


def in_one_piece(function: Callable[..., Array]) -> Callable[..., Array]:
    """A function of arrays that looks at their values: arrays by position, the run on the last axis, and gives one array, which may be one of these as it is."""

    @wraps(function)
    def called(*arrays: Any) -> Array:
        for array in arrays:
            if not isinstance(array, np.ndarray | np.generic):  # a stand-in; see `routines`
                noted: Array = array.in_one_piece(function, arrays)
                return noted
        return function(*arrays)

    return called


def found_where(find: Callable[..., Array]) -> Callable[..., Array]:
    """From what was noted so far, where it is to be found anew, and what it is found from, to what is noted now; it is found for these runs only, which are few.

    The first two are of shape (run,), the others have the run on the last axis; one run may stand for all.
    """

    def found(so_far: Array, where: Array, *of: Array) -> Array:
        if nowhere(where):
            return so_far
        new = np.empty(where.shape, so_far.dtype)
        new[...] = so_far
        (there,) = where.nonzero()
        new[there] = find(*(array.take(there, axis=-1) if array.shape[-1] == len(where) else array for array in of))
        return new

    found.__qualname__ = f"{find.__qualname__}_where"
    return in_one_piece(found)
