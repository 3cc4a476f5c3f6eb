"""The years of one run told in a few dated sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from escalation_sim.analysis.annals import Annals, Crisis, lines_ended, lines_founded, new_leaders
from escalation_sim.analysis.story import closing
from escalation_sim.chronicle import Event

__all__ = ["story_of_years"]

MOST_CRISES = 14
"""Crises of a run that are told one by one."""


def story_of_years(years: Annals, most: int = MOST_CRISES) -> list[tuple[str, str]]:
    """The weightiest crises of a run, each with its date; then leaders, lines, and what it came to."""
    weights = sorted(
        range(len(years.crises)), key=lambda place: (-years.crises[place].peak, -years.crises[place].deaths, place)
    )
    chosen = set(weights[:most])
    lines = [(date_of(one), in_words(one, years)) for place, one in enumerate(years.crises) if place in chosen]
    left_out = [one for place, one in enumerate(years.crises) if place not in chosen]
    if left_out:
        peak, deaths = max(one.peak for one in left_out), sum(one.deaths for one in left_out)
        word = "crisis" if len(left_out) == 1 else "crises"
        lines.append(("", f"({len(left_out)} lesser {word} left out: up to rung {peak}, {deaths:,.0f} killed)"))
    return [*lines, *leaders_and_lines(years), ("", closing(years.outcomes, years.scenario))]


def date_of(crisis: Crisis) -> str:
    """The first day of a crisis, in print."""
    return f"{crisis.first.day} {crisis.first:%b} {crisis.first.year}"


def in_words(crisis: Crisis, years: Annals) -> str:
    """A crisis in a sentence; the rung of one that never rose above quiet is in what it began with."""
    ladder = years.scenario.ladder
    rung = f"up to rung {crisis.peak}, {ladder.names[crisis.peak]}" if crisis.peak > ladder.quiet else ""
    days = "" if math.isnan(crisis.days) else f"{crisis.days:.0f} {'day' if round(crisis.days) == 1 else 'days'}"
    dead = f"{crisis.deaths:,.0f} killed" if crisis.deaths else "nobody killed"
    return "; ".join(part for part in (crisis.began, rung, days, dead, crisis.ended or "it goes on") if part)


def leaders_and_lines(years: Annals) -> list[tuple[str, str]]:
    """Years in which leaders came, and lines were founded and ended."""
    found = [
        (country.label, ", ".join(str(event.date.year) for event in new_leaders(years, country.label)))
        for country in years.scenario.countries
    ]
    lines = [("New leaders", "; ".join(f"{label} {when or 'none'}" for label, when in found))]
    for words, events in (("Lines founded", lines_founded(years)), ("Lines ended", lines_ended(years))):
        if events:
            lines.append((words, "; ".join(named_years(events))))
    return lines


def named_years(events: Sequence[Event]) -> list[str]:
    """Each line with the years of its events, "High commissions 2003, 2009"."""
    names = dict.fromkeys(event.actor for event in events)
    return [f"{name} {', '.join(str(event.date.year) for event in events if event.actor == name)}" for name in names]
