"""A scenario as a model of the EMA Workbench, for those who sample, discover and optimise there."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from escalation_sim.errors import InputError
from escalation_sim.experiments.response import check_outcome, side_of
from escalation_sim.experiments.sweep import Part
from escalation_sim.experiments.tables import column_of, outcomes_of
from escalation_sim.runs import numbers_of_points
from escalation_sim.scenario import Scenario

__all__ = ["workbench_model"]


def workbench_model(
    scenario: Scenario,
    outcomes: Sequence[str] = ("peak_rung", "force", "days_to_end_or_horizon"),
    *,
    over: Sequence[str] | None = None,
    runs: int = 100,
    seed: int = 1,
) -> Any:
    """An `ema_workbench.Model` of a scenario.

    Parameters
    ----------
    outcomes : names as in `tables.names_of_outcomes`; each is a scalar, the mean over the runs that have it.
    over : paths or patterns of its uncertainties, default all numbers with a range; the others are at their central values.
    runs, seed : of every experiment; all of them share their luck.

    Returns
    -------
    A model whose uncertainties are named as paths with "__" for dots. The Workbench draws them evenly from their ranges, whatever their shape.

    Raises
    ------
    InputError : the EMA Workbench is not installed; an unknown outcome or path.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench import Model, RealParameter, ScalarOutcome
    except ImportError:
        allowed = "after: pip install 'escalation-sim[discover]'"
        raise InputError("the EMA Workbench is not installed", key="workbench", allowed=allowed) from None
    for outcome in outcomes:
        check_outcome(outcome, scenario)
    side = side_of(scenario, over, frozenset())
    ranges = {path.replace(".", "__"): number.range for path, number in side.numbers.items() if number.range is not None}
    paths = {path.replace(".", "__"): path for path in side.numbers}

    def means(**values: float) -> dict[str, float]:
        """What an experiment gives."""
        design = {paths[name]: np.array([value], float) for name, value in values.items()}
        columns = tuple(dict.fromkeys(column_of(outcome) for outcome in outcomes))
        part = Part(side.scenario, seed, np.zeros(1, int), 0, runs, columns, numbers_of_points(side.scenario, design))
        table: pa.Table = part.done()[0]
        found = dict(outcomes_of(table, side.scenario))
        return {outcome: float(np.nanmean(found[outcome])) for outcome in outcomes}

    model = Model("".join(filter(str.isalnum, scenario.name)), function=means)
    model.uncertainties = [RealParameter(name, *bounds) for name, bounds in ranges.items()]
    model.outcomes = [ScalarOutcome(outcome) for outcome in outcomes]
    return model
