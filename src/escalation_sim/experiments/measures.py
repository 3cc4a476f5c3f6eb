"""What is measured of runs: outcomes as they are coded, and a few that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from escalation_sim.parameters import Array
from escalation_sim.rulers import ruler_of
from escalation_sim.scenario import Scenario

__all__ = ["DERIVED", "measured", "names_measured"]

Columns = Mapping[str, Array]


def force(columns: Columns, scenario: Scenario) -> Array:
    """1 where either side used force."""
    return np.asarray(columns["peak_rung"], float) >= scenario.ladder.force


def war(columns: Columns, scenario: Scenario) -> Array:
    """1 where either side went to war."""
    return np.asarray(columns["peak_rung"], float) >= scenario.ladder.war


def cease_fire(columns: Columns, _scenario: Scenario) -> Array:
    """1 where a stop was struck, whether or not it held."""
    return ~np.isnan(np.asarray(columns["days_to_ceasefire"], float))


def cease_fire_after_force(columns: Columns, scenario: Scenario) -> Array:
    """1 where force was used and a stop was struck; for a share of the runs with force."""
    return force(columns, scenario) & cease_fire(columns, scenario)


def mediated(columns: Columns, scenario: Scenario) -> Array:
    """1 where a mediator was at work before the crisis had ended; one that comes into the quiet afterwards does not count."""
    return np.asarray(columns["mediation_day"], float) <= days_to_end(columns, scenario)


def days_to_end(columns: Columns, scenario: Scenario) -> Array:
    """Days to the end; a run that has not ended counts with the horizon."""
    days = np.asarray(columns["days_to_end"], float)
    return np.where(np.isnan(days), scenario.horizon_days, days)


def days_from_force_to_end(columns: Columns, scenario: Scenario) -> Array:
    """Days from the first use of force to the end; 0 where no force was used."""
    response = np.asarray(columns["days_to_response"], float)
    return np.where(np.isnan(response), 0.0, days_to_end(columns, scenario) - np.nan_to_num(response))


DERIVED: Mapping[str, Callable[[Columns, Scenario], Array]] = {
    "force": force,
    "war": war,
    "cease_fire": cease_fire,
    "cease_fire_after_force": cease_fire_after_force,
    "mediated": mediated,
    "days_to_end": days_to_end,
    "days_from_force_to_end": days_from_force_to_end,
}
"""Measures of a crisis that follow from its outcomes; every other name is an outcome as it stands."""

_WORDS = ("ended_by",)


def names_measured(scenario: Scenario) -> tuple[str, ...]:
    """Names of all that can be measured of a scenario's runs."""
    coded = tuple(name for name in ruler_of(scenario).names(scenario) if name not in _WORDS)
    return coded if scenario.kind == "rivalry" else tuple(dict.fromkeys((*coded, *DERIVED)))


def measured(name: str, columns: Columns, scenario: Scenario) -> Array:
    """One measure of every run, shape (run,); NaN where a run has none."""
    if name in DERIVED and scenario.kind != "rivalry":
        return np.asarray(DERIVED[name](columns, scenario), float)
    return np.asarray(columns[name], float)
