"""One run told in a few dated sentences: the weightiest of its events, and how it ended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from escalation_sim.analysis.summary import cause_label

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.agents import EscalationModel
    from escalation_sim.scenario import Scenario

__all__ = ["closing", "rows_of", "story"]

MOST_LINES = 22

_WEIGHTS = {
    "trigger": 0,
    "gesture": 0,
    "attack": 0,
    "act": 0,
    "deal": 0,
    "deal broken": 0,
    "nuclear signal": 1,
    "signal misread": 1,
    "leader": 1,
    "accident": 1,
    "mediation": 1,
    "posture": 2,
    "channel": 2,
    "leak": 2,
    "rescue": 2,
    "order withdrawn": 3,
    "talks": 3,
    "call": 4,
    "order": 4,
}


def story(model: EscalationModel, most: int = MOST_LINES) -> list[tuple[str, str]]:
    """At most `most` sentences, each with its date (empty where it is that of the line above), and how it ended."""
    events = model.events
    kept = weightiest(events, most)
    lines: list[tuple[str, str]] = []
    day_before = ""
    for event in rows_of(events[kept]):
        day = f"{event['date'].day} {event['date']:%B %Y}"
        lines.append((day if day != day_before else "", event["words"]))
        day_before = day
    left_out = len(events) - sum(kept)
    if left_out:
        lines.append(("", f"({left_out} lesser events left out; `escalation-sim trace` tells all)"))
    return [*lines, ("", closing(model.outcomes, model.crisis))]


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table by column name."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def weightiest(events: pd.DataFrame, most: int) -> list[bool]:
    """Which events are told: by weight, the earlier first among equals."""
    weights = [(_WEIGHTS.get(kind, 2), place) for place, kind in enumerate(events["kind"])]
    told = {place for _, place in sorted(weights)[:most]}
    return [place in told for place in range(len(events))]


def closing(outcomes: Mapping[str, Any], scenario: Scenario) -> str:
    """How it ended, how high it climbed and how many died, in a sentence or two."""
    if scenario.kind == "rivalry":
        return closing_of_years(outcomes, scenario)
    peak = int(outcomes["peak_rung"])
    deaths = ", ".join(f"{country.label} {outcomes[f'deaths_{country.name}']:,.0f}" for country in scenario.countries)
    height = f"Peak: rung {peak}, {scenario.ladder.names[peak]}. Killed: {outcomes['deaths_total']:,.0f} ({deaths})."
    if math.isnan(outcomes["days_to_end"]):
        return f"After {scenario.horizon_days:g} days it has not ended. {height}"
    return f"It ends on day {outcomes['days_to_end']:.0f}, through: {cause_label(outcomes['ended_by'], scenario)}. {height}"


def closing_of_years(outcomes: Mapping[str, float], scenario: Scenario) -> str:
    """What the years came to, in a sentence."""
    by_country = ", ".join(f"{country.label} {outcomes[f'deaths_{country.name}']:,.0f}" for country in scenario.countries)
    return (
        f"In {scenario.horizon_days / 365.25:.1f} years: {outcomes['crises']:.0f} crises, {outcomes['crises_with_force']:.0f} with force, "
        f"{outcomes['wars']:.0f} that became war. Killed: {outcomes['deaths_total']:,.0f} ({by_country})."
    )
