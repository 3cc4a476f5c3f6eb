"""Points drawn from ranges of numbers, by the designs of `scipy.stats.qmc`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import qmc

from escalation_sim.parameters import Array, Number

__all__ = ["evenly_spread", "sampled"]


def sampled(numbers: Mapping[str, Number], points: int, method: str, seed: int) -> pd.DataFrame:
    """Values of numbers at points drawn from their ranges.

    Parameters
    ----------
    numbers : by path, each with a range; its shape says how values are spread over it (see `Number`).
    points : number of points.
    method : "latin_hypercube", "sobol" (points best a power of two), "halton" or "random".
    seed : of the design; chance in the runs has another.

    Returns
    -------
    One row per point, one column per path, in the order of `numbers`.
    """
    cube = evenly_spread(len(numbers), points, method, seed)
    return pd.DataFrame({path: number.quantile(cube[:, place]) for place, (path, number) in enumerate(numbers.items())})


def evenly_spread(dimensions: int, points: int, method: str, seed: int) -> Array:
    """Points in the unit cube, shape (point, dimension), below 1 in every coordinate."""
    rng = np.random.default_rng(seed)
    if method == "random":
        return rng.random((points, dimensions))
    engines = {"latin_hypercube": qmc.LatinHypercube, "sobol": qmc.Sobol, "halton": qmc.Halton}
    drawn = engines[method](d=dimensions, rng=rng)
    values: Array = drawn.random_base2(ceil_of_log2(points))[:points] if method == "sobol" else drawn.random(points)
    return np.minimum(values, np.nextafter(1.0, 0.0))


def ceil_of_log2(points: int) -> int:
    """Smallest exponent of two that gives at least so many points; a shorter Sobol sequence is not balanced."""
    return max(int(points - 1).bit_length(), 0)
