"""Results with outcomes chosen by hand, so that claims about them can be checked by counting."""

from __future__ import annotations

from typing import Any

import numpy as np

from escalation_sim.outcomes import outcome_names
from escalation_sim.results import Result, fan_from_counts, frame_from_columns, trajectories_from_paths
from escalation_sim.scenario import Scenario

SHORT_LADDER = "five_rungs"


def made_scenario(**entries: Any) -> Scenario:
    """Two countries, one attack, nothing on record, 40 days."""
    document: dict[str, Any] = {
        "name": "made",
        "title": "Made up, to count with",
        "start": "2001-02-03",
        "horizon_days": 40,
        "countries": {"north": {"label": "North"}, "south": {"label": "South $5"}},
        "triggers": [
            {"kind": "attack", "date": "2001-02-03", "actor": "south", "victim": "north", "deaths": 3, "what": "an attack"}
        ],
    }
    return Scenario.from_document({**document, **entries})


def made_result(scenario: Scenario, **columns: Any) -> Result:
    """A result with the given outcome columns; where nothing is given, runs end on day 10, at rung 1, with nothing to report."""
    runs = len(next(iter(columns.values()))) if columns else 4
    names = outcome_names((scenario.countries[0].name, scenario.countries[1].name))
    never = ("days_to_response", "days_to_ceasefire", "mediation_day")
    table: dict[str, Any] = {name: np.full(runs, np.nan) if name in never else np.zeros(runs) for name in names}
    table |= {"peak_rung": np.ones(runs), "days_to_end": np.full(runs, 10.0), "ended_by": ["unilateral"] * runs}
    table |= columns
    table["days_to_end"] = np.asarray(table["days_to_end"], dtype=float)
    table["censored"] = np.isnan(table["days_to_end"]).astype(float)
    table["ended_by"] = np.where(table["censored"] > 0, "none", np.asarray(table["ended_by"], dtype=object))
    days = int(scenario.horizon_days)
    counts = np.zeros((days, 2, len(scenario.ladder)), dtype=np.int64)
    peaks = np.asarray(table["peak_rung"], dtype=int)
    counts[:5, :, 0] = runs
    counts[5:] = np.bincount(peaks, minlength=len(scenario.ladder))
    ended = np.array([(table["days_to_end"] <= day).sum() for day in range(1, days + 1)])
    return Result(
        outcomes=frame_from_columns(table),
        fan=fan_from_counts(counts, ended, scenario),
        trajectories=trajectories_from_paths({}, scenario),
        scenario=scenario,
        seed=7,
    )
