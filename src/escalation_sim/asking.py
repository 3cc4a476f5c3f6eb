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

__all__ = ["in_one_piece", "nowhere"]


def nowhere(holds: Array) -> bool:
    """Whether a condition holds for no run. To be asked only in order to leave out work that would then change nothing: where it is not known yet, the answer is no."""
    return isinstance(holds, np.ndarray | np.generic) and not np.count_nonzero(holds)


def in_one_piece(function: Callable[..., Array]) -> Callable[..., Array]:
    """A function of arrays that looks at their values: arrays by position, the run on the last axis, and gives one array of its own."""

    @wraps(function)
    def called(*arrays: Any) -> Array:
        for array in arrays:
            if not isinstance(array, np.ndarray | np.generic):  # a stand-in; see `routines`
                noted: Array = array.in_one_piece(function, arrays)
                return noted
        return function(*arrays)

    return called
