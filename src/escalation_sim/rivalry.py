"""What is counted of a rivalry: crises begin and end within the years.

A crisis begins with an attack, or when either side rises to the highest quiet rung (measures) or above; it is over after `quiet_days` of quiet
(see `rules.aftermath`). A rivalry runs to its horizon. Crises are counted by the decade in which they begin, force, war, peaks and
deaths by that of their own day, fire across the line by the year.

The tallies of a rivalry are added to in place: they are long, and a step changes little of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np

from escalation_sim.outcomes import COUNTS, mean_trust, mean_voice, of_all
from escalation_sim.parameters import FLOAT, Array
from escalation_sim.scenario import Scenario
from escalation_sim.sums import added

__all__ = [
    "CRISES",
    "READS",
    "coded",
    "crises_over",
    "decades",
    "first_tally",
    "has_ended",
    "outcome_names",
    "tallied",
    "years",
]

READS = (
    *dict.fromkeys(COUNTS.values()), "posture", "over", "attack_injury", "violations", "deaths_in_step", "deaths", "trust", "voice",
    "climate", "trade",
)  # fmt: skip
"""State that the tally reads."""

_MEANS = ("trust", "voice", "climate", "trade")
_BY_DECADE = ("crises", "force", "wars", "peak", "deaths", "days_in_crisis")
CRISES = ("start_day", "end_day", "peak_rung", "deaths", "trust_at_outset")
"""Columns of the table of crises."""


def years(scenario: Scenario) -> tuple[int, ...]:
    """Calendar years that a rivalry touches."""
    last = scenario.start + datetime.timedelta(days=scenario.horizon_days - 1.0)
    return tuple(range(scenario.start.year, last.year + 1))


def decades(scenario: Scenario) -> tuple[str, ...]:
    """Decades that a rivalry touches: "1990s", "2000s", …"""
    return tuple(dict.fromkeys(f"{year // 10 * 10}s" for year in years(scenario)))


def outcome_names(scenario: Scenario) -> tuple[str, ...]:
    """Columns of the outcomes, in order."""
    first, second = scenario.countries
    return (
        "crises", "crises_with_force", "wars", "peak_rung", "deaths_total", f"deaths_{first.name}", f"deaths_{second.name}",
        "days_in_crisis", "violations_a_year",
        *(f"{name}_{decade}" for name in ("crises", "crises_with_force", "wars", "peak_rung", "deaths", "days_in_crisis", "violations_a_year")
          for decade in decades(scenario)),
        *(f"violations_{year}" for year in years(scenario)),
        "trust_mean", "civil_voice_mean", "climate_mean", "trade_mean", "trust_end", "civil_voice_end",
        *COUNTS,
    )  # fmt: skip


def first_tally(runs: int, scenario: Scenario) -> dict[str, Array]:
    """Tally before the first step: arrays of shape (run,), (decade, run), (year, run)."""
    by_decade, by_year = (len(decades(scenario)), runs), (len(years(scenario)), runs)
    tally: dict[str, Array] = {name: np.zeros(by_decade, FLOAT) for name in _BY_DECADE}
    tally.update({name: np.zeros(runs, FLOAT) for name in (*COUNTS, *(f"{mean}_sum" for mean in _MEANS))})
    tally["violations"] = np.zeros(by_year, FLOAT)
    tally["steps"] = np.zeros(runs, FLOAT)
    tally["in_crisis"] = np.zeros(runs, FLOAT)
    tally["crisis_over"] = np.zeros(runs, FLOAT)
    tally["before"] = np.zeros(runs, FLOAT)
    tally.update({f"crisis_{name}": np.zeros(runs, FLOAT) for name in CRISES})
    return tally


def tallied(tally: dict[str, Array], s: Mapping[str, Array], day: float, scenario: Scenario) -> dict[str, Array]:
    """The tally after a step that began on `day` (days since the start) and left the state `s`."""
    ladder = scenario.ladder
    year = (scenario.start + datetime.timedelta(days=float(day))).year
    row, decade = year - scenario.start.year, year // 10 - scenario.start.year // 10
    highest = np.maximum(s["posture"][0], s["posture"][1])
    deaths = s["deaths_in_step"][0] + s["deaths_in_step"][1]
    attacked = (s["attack_injury"][0] > 0.0) | (s["attack_injury"][1] > 0.0)
    begins = (tally["in_crisis"] == 0.0) & (attacked | ((highest >= ladder.quiet) & (tally["before"] < ladder.quiet)))
    in_crisis = begins | (tally["in_crisis"] == 1.0)
    started = np.where(begins, day, tally["crisis_start_day"])
    lasted = day + scenario.step_hours / 24.0 - started
    ends = in_crisis & (s["over"] == 1.0) & (lasted >= scenario.quiet_days)
    peak_before = np.where(begins, -1.0, tally["crisis_peak_rung"])
    peak = np.where(in_crisis, np.maximum(peak_before, highest), tally["crisis_peak_rung"])
    tally["crises"][decade] += begins
    tally["force"][decade] += in_crisis & (peak_before < ladder.force) & (peak >= ladder.force)
    tally["wars"][decade] += in_crisis & (peak_before < ladder.war) & (peak >= ladder.war)
    np.maximum(tally["peak"][decade], highest, out=tally["peak"][decade])
    tally["deaths"][decade] += deaths
    tally["days_in_crisis"][decade] += in_crisis * (scenario.step_hours / 24.0)
    tally["violations"][row] += s["violations"]
    for count, variable in COUNTS.items():
        tally[count] += of_all(s[variable])
    tally["trust_sum"] += mean_trust(s["trust"])
    tally["voice_sum"] += mean_voice(s["voice"])
    tally["climate_sum"] += 0.5 * (s["climate"][0] + s["climate"][1])
    tally["trade_sum"] += s["trade"]
    tally["steps"] += 1.0
    tally["crisis_start_day"] = started
    tally["crisis_end_day"] = np.where(ends, day, tally["crisis_end_day"])
    tally["crisis_peak_rung"] = peak
    tally["crisis_deaths"] = np.where(begins, 0.0, tally["crisis_deaths"]) + in_crisis * deaths
    tally["crisis_trust_at_outset"] = np.where(begins, mean_trust(s["trust"]), tally["crisis_trust_at_outset"])
    tally["in_crisis"] = np.where(ends, 0.0, in_crisis.astype(FLOAT))
    tally["crisis_over"] = ends.astype(FLOAT)
    tally["before"] = highest
    return tally


def crises_over(tally: Mapping[str, Array]) -> tuple[Any, dict[str, Array]]:
    """Places of the runs whose crisis ended in the last step, and what there is to say of those crises."""
    places = np.flatnonzero(tally["crisis_over"])
    return places, {name: tally[f"crisis_{name}"][places] for name in CRISES}


def has_ended(tally: Mapping[str, Array], day: float, quiet_days: float) -> Any:  # noqa: ARG001  (same form for every ruler)
    """A rivalry goes on; bool of shape (run,)."""
    return np.zeros(len(tally["steps"]), dtype=bool)


def coded(
    tally: Mapping[str, Array],
    s: Mapping[str, Array],
    ended: Any,  # noqa: ARG001  (same form for every ruler)
    scenario: Scenario,
) -> dict[str, Array]:
    """Outcome columns of runs that stop with this tally and state."""
    first, second = scenario.countries
    steps_a_year = 365.25 * 24.0 / scenario.step_hours
    columns: dict[str, Array] = {
        "crises": added(tally["crises"]),
        "crises_with_force": added(tally["force"]),
        "wars": added(tally["wars"]),
        "peak_rung": np.max(tally["peak"], axis=0),
        "deaths_total": s["deaths"][0] + s["deaths"][1],
        f"deaths_{first.name}": s["deaths"][0],
        f"deaths_{second.name}": s["deaths"][1],
        "days_in_crisis": added(tally["days_in_crisis"]),
        "violations_a_year": added(tally["violations"]) / (tally["steps"] / steps_a_year),
        "trust_end": mean_trust(s["trust"]),
        "civil_voice_end": mean_voice(s["voice"]),
        **{count: tally[count] for count in COUNTS},
    }
    for mean, name in zip(_MEANS, ("trust_mean", "civil_voice_mean", "climate_mean", "trade_mean"), strict=True):
        columns[name] = tally[f"{mean}_sum"] / tally["steps"]
    sources = {"crises": "crises", "crises_with_force": "force", "wars": "wars", "peak_rung": "peak", "deaths": "deaths", "days_in_crisis": "days_in_crisis"}  # fmt: skip
    for place, decade in enumerate(decades(scenario)):
        for name, source in sources.items():
            columns[f"{name}_{decade}"] = tally[source][place]
        of_decade = [row for row, year in enumerate(years(scenario)) if f"{year // 10 * 10}s" == decade]
        columns[f"violations_a_year_{decade}"] = added(tally["violations"][of_decade]) / len_of(scenario, decade)
    for row, year in enumerate(years(scenario)):
        columns[f"violations_{year}"] = tally["violations"][row]
    return {name: columns[name] for name in outcome_names(scenario)}


def len_of(scenario: Scenario, decade: str) -> float:
    """Years of a decade that a rivalry covers."""
    begin = datetime.date(int(decade[:4]), 1, 1)
    end = datetime.date(int(decade[:4]) + 10, 1, 1)
    last = scenario.start + datetime.timedelta(days=scenario.horizon_days)
    return (min(end, last) - max(begin, scenario.start)).days / 365.25
