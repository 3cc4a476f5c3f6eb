"""Docking: the batch engine and the Mesa model held against each other, state by state, step by step, bit by bit.

Axtell, Axelrod, Epstein & Cohen (1996) ask whether two models are equivalent; here they must be identical. `docked` walks both side by side
and stops at the first difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from escalation_sim.agents import EscalationModel
from escalation_sim.batch import computed, steps
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario
from escalation_sim.state import VARIABLES

__all__ = ["Difference", "Docked", "docked", "telling_runs"]


@dataclass(frozen=True)
class Difference:
    """The first place at which the two engines part."""

    run: int
    step: int
    what: str
    batch: object
    agents: object


@dataclass(frozen=True)
class Docked:
    """What was compared, and the first difference (None if there is none)."""

    runs: int
    steps: int
    values: int
    difference: Difference | None


def same_bits(one: Array, other: Array) -> bool:
    """Whether two arrays are equal to the last bit."""
    return one.shape == other.shape and np.ascontiguousarray(one).tobytes() == np.ascontiguousarray(other).tobytes()


def docked(scenario: Scenario, seed: int, runs: Sequence[int], model: type[EscalationModel] = EscalationModel) -> Docked:
    """Compare both engines on the given runs (ascending), every state of every agent at every step, and the outcomes.

    Parameters
    ----------
    model : class to hold against the batch engine; a mutant in tests.
    """
    models = [model(scenario, seed, run) for run in runs]
    columns = computed(scenario, seed, runs).columns
    compared = values = 0
    for step, batch in enumerate(steps(scenario, seed=seed, runs=runs)):
        for place, one in enumerate(models):
            if not one.running:
                continue
            one.step()
            compared += 1
            agents = one.batch_state()
            for name in VARIABLES:
                values += agents[name].size
                if not same_bits(batch[name][..., place : place + 1], agents[name]):
                    found = Difference(runs[place], step, name, batch[name][..., place].tolist(), agents[name][..., 0].tolist())
                    return Docked(len(runs), compared, values, found)
    for place, one in enumerate(models):
        row = {name: column[place] for name, column in columns.items()}
        for name, value in one.outcomes.items():
            if one.running or not (row[name] == value or (row[name] != row[name] and value != value)):
                return Docked(len(runs), compared, values, Difference(runs[place], -1, name, row[name], value))
    return Docked(len(runs), compared, values, None)


def telling_runs(outcomes: pd.DataFrame, horizon: float, other: int = 137) -> list[int]:
    """Five runs that between them see most of the model: the longest, the shortest, the highest, the one with most deals, and one more."""
    days = outcomes["days_to_end"].fillna(horizon)
    columns = [days, -days, outcomes["peak_rung"], outcomes["deals_struck"]]
    chosen = {int(np.argmax(column.to_numpy())) for column in columns}
    rest = [other % len(outcomes), *range(len(outcomes))]
    while len(chosen) < min(5, len(outcomes)):
        chosen.add(rest.pop(0))
    return sorted(chosen)
