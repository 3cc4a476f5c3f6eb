"""Samples for sensitivity indices, and the indices: Morris's elementary effects and Sobol's shares of variance, both by SALib.

Samples are points of the unit cube; a number takes the value at that place of its distribution. Morris's four levels stand at the middles of four
parts of equal probability, so that a number moves half its distribution at a time and never stands at an end of its range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim.analysis.chance import noise_of_differences
from escalation_sim.parameters import Array

__all__ = ["MORRIS", "SOBOL", "Design", "indices_of", "morris_design", "sobol_design"]

MORRIS, SOBOL = "morris", "sobol"

_LEVELS = 4
_STEP = _LEVELS / (2.0 * (_LEVELS - 1))  # by which a number moves at a time, as SALib counts its levels from 0 to 1
_RESAMPLES = 1_000
_SEED_OF_RESAMPLES = 1


@dataclass(frozen=True)
class Design:
    """A sample.

    Attributes
    ----------
    method : MORRIS or SOBOL.
    members : for each name that gets an index the inputs that it stands for; they are moved together.
    cube : places in the inputs' distributions, shape (point, input), in the order of `inputs`.
    problem : as SALib has it.
    drawn : the sample as SALib drew it.
    """

    method: str
    members: Mapping[str, tuple[str, ...]]
    cube: Array
    problem: dict[str, Any]
    drawn: Array

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs, in the order of the cube's columns."""
        return [name for of_one in self.members.values() for name in of_one]

    @property
    def places(self) -> int:
        """Points that belong together: a trajectory, or a point of both of Saltelli's matrices with what lies between them."""
        return len(self.members) + (1 if self.method == MORRIS else 2)


def problem_of(members: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Inputs of the unit cube, as SALib wants to be told of them."""
    names = [name for of_one in members.values() for name in of_one]
    groups = [group for group, of_one in members.items() for _ in of_one]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names), "groups": groups}


def morris_design(members: Mapping[str, tuple[str, ...]], trajectories: int, seed: int) -> Design:
    """Trajectories through the cube, on each of which every name moves once (Morris 1991; for groups, Campolongo et al. 2007)."""
    from SALib.sample import morris

    problem = problem_of(members)
    drawn = morris.sample(problem, trajectories, num_levels=_LEVELS, seed=seed)
    return Design(MORRIS, members, (drawn * (_LEVELS - 1) + 0.5) / _LEVELS, problem, drawn)


def sobol_design(members: Mapping[str, tuple[str, ...]], points: int, seed: int) -> Design:
    """Saltelli's sample (2002, 2010): two independent matrices, and for each name the first with the second's column; `points` a power of two."""
    from SALib.sample import sobol

    problem = problem_of(members)
    drawn = sobol.sample(problem, points, calc_second_order=False, seed=seed)
    return Design(SOBOL, members, np.minimum(drawn, np.nextafter(1.0, 0.0)), problem, drawn)


def indices_of(design: Design, values: Array) -> pd.DataFrame:
    """Indices of what came of a sample.

    Parameters
    ----------
    values : shape (point, run).

    Returns
    -------
    One row per name, with intervals of 95 % for the finite number of points (SALib's bootstrap), of the means over runs.
    Morris: `effect`, the mean size of the change when the number moves half its distribution (μ*), `low`, `high`; `direction`, the mean change with its sign (μ);
    `spread` (σ), large where the change depends on where the others stand. Sobol: `total`, `low`, `high`, the share of variance that would go with everything the number has a
    part in; `first`, `first_low`, `first_high`, the share that goes with it alone. Both: `noise`, what the finite number of runs adds to the first index on average.
    """
    found = morris_indices(design, values) if design.method == MORRIS else sobol_indices(design, values)
    return found.set_index(pd.Index(list(design.members), name="name"))


def morris_indices(design: Design, values: Array) -> pd.DataFrame:
    """Elementary effects over trajectories."""
    from SALib.analyze import morris

    found = morris.analyze(
        design.problem,
        design.drawn,
        values.mean(axis=1, dtype=float),
        num_resamples=_RESAMPLES,
        num_levels=_LEVELS,
        seed=_SEED_OF_RESAMPLES,
    )
    effect, reach, direction, spread = (
        _STEP * np.ma.filled(found[name], np.nan).astype(float) for name in ("mu_star", "mu_star_conf", "mu", "sigma")
    )
    noise = [np.sqrt(2.0 / np.pi * noise_of_differences(*ends)) for ends in ends_of_steps(design, values)]
    columns = {
        "effect": effect,
        "low": np.maximum(effect - reach, 0.0),
        "high": effect + reach,
        "direction": direction,
        "spread": spread,
    }
    return pd.DataFrame({**columns, "noise": noise})


def ends_of_steps(design: Design, values: Array) -> list[tuple[Array, Array]]:
    """For each name the values before and after it moved, one row per trajectory."""
    cube = design.cube.reshape(-1, design.places, design.cube.shape[1])
    paths = values.reshape(*cube.shape[:2], -1)
    moved = cube[:, 1:] != cube[:, :-1]
    first_inputs = np.cumsum([0, *(len(of_one) for of_one in design.members.values())])[:-1]
    steps = moved[:, :, first_inputs].argmax(axis=1)
    rows = np.arange(len(cube))
    return [(paths[rows, step], paths[rows, step + 1]) for step in steps.T]


def sobol_indices(design: Design, values: Array) -> pd.DataFrame:
    """Shares of variance; all 0 where nothing varies."""
    from SALib.analyze import sobol

    names = ("ST", "ST_conf", "S1", "S1_conf")
    means = values.mean(axis=1, dtype=float)
    variance = means.var()
    if variance == 0.0:
        found: Mapping[str, Any] = dict.fromkeys(names, np.zeros(len(design.members)))
    else:
        found = sobol.analyze(design.problem, means, calc_second_order=False, num_resamples=_RESAMPLES, seed=_SEED_OF_RESAMPLES)
    total, reach, first, first_reach = (np.asarray(found[name], float) for name in names)
    blocks = values.reshape(-1, design.places, values.shape[1])
    noise = [0.5 * noise_of_differences(blocks[:, 0], blocks[:, place]) for place in range(1, design.places - 1)]
    columns = {"total": total, "low": np.maximum(total - reach, 0.0), "high": total + reach}
    columns |= {"first": first, "first_low": first - first_reach, "first_high": first + first_reach}
    return pd.DataFrame({**columns, "noise": np.array(noise) / variance if variance > 0.0 else 0.0})
