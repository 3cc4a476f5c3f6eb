"""How good a forecast made of many runs was, against what happened and against a forecaster who knows only base rates.

Pure functions of arrays. A thing that did not happen is infinite where days are counted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from escalation_sim.parameters import Array

__all__ = ["CENTRAL", "base_rate", "crps", "inside", "quantile"]

CENTRAL = (0.1, 0.9)
"""Bounds of the central 80 %."""


def quantile(ensemble: Array, probability: float) -> float:
    """Smallest value that a share `probability` of the ensemble does not exceed; infinite values are allowed.

    Parameters
    ----------
    ensemble : shape (run,), without NaN. Raises ValueError where it is empty.
    """
    if len(ensemble) == 0:
        raise ValueError("an empty ensemble has no quantiles")
    place = max(int(np.ceil(probability * len(ensemble) - 1e-9)), 1) - 1
    return float(np.sort(ensemble)[place])


def inside(ensemble: Array, low: float, high: float) -> bool:
    """Whether what was observed, somewhere in [low, high], lies in the central 80 % of an ensemble of shape (run,).

    A range is inside where it overlaps the central 80 %. What never happened (infinite) is inside where it does not happen in
    a tenth of the runs or more.
    """
    if np.isinf(low):
        return float(np.mean(np.isinf(ensemble))) >= 1.0 - CENTRAL[1]
    return quantile(ensemble, CENTRAL[0]) <= high and low <= quantile(ensemble, CENTRAL[1])


def crps(ensemble: Array, observed: float) -> float:
    """Continuous ranked probability score of an ensemble of shape (run,), in its units; 0 is perfect, smaller is better.

    E|X - y| - E|X - X'| / 2 over the sample (Gneiting & Raftery 2007), which is half the squared energy distance between the
    ensemble and the one observed value; SciPy has it exactly, by sorting. Values have to be finite.
    """
    return float(stats.energy_distance(ensemble, [observed])) ** 2 / 2.0


def base_rate(observed: Sequence[float], left_out: int) -> Array:
    """The forecast of one who knows only how the other crises went: their values, all equally likely; shape (crisis - 1,)."""
    return np.delete(np.asarray(observed, dtype=float), left_out)
