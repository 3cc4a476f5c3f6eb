"""How the years of a rivalry are printed: tables by decade, over all the years, by the outset of crises; and one run, told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from escalation_sim.analysis.annals import Annals, Crisis
    from escalation_sim.analysis.summary import Row
    from escalation_sim.chronicle import Event
    from escalation_sim.results import Result

__all__ = ["show_years", "story_of_years"]

MOST_CRISES = 14
"""Crises of a run that are told one by one."""

_MOST_COLUMNS = 5
_INTERVAL, _SPREAD = "  95 % interval", "  10–90 % of runs"


def show_years(result: Result) -> None:
    """Print the summary of a rivalry."""
    from escalation_sim.analysis.years import by_decade, over_the_years
    from escalation_sim.cli.printing import say

    show_decades(by_decade(result))
    say("Means over the runs. A crisis counts in the years in which it begins, deaths and days as they fall.")
    say()
    show_all_years(list(over_the_years(result)))
    say()
    show_outsets(result)
    say("Intervals are for the finite number of runs, not for doubt about the model. Deaths are persons.")


def show_decades(rows: Sequence[Row]) -> None:
    """Decades side by side, five at a time: each measure with its mean and, under it, interval and spread."""
    from escalation_sim.cli.printing import say, table

    labels = list(dict.fromkeys(row.label for row in rows))
    groups = list(dict.fromkeys(row.group for row in rows))
    for start in range(0, len(labels), _MOST_COLUMNS):
        shown = labels[start : start + _MOST_COLUMNS]
        lines: list[list[str]] = []
        breaks: list[int] = []
        for group in groups:
            cells = [row for row in rows if row.group == group and row.label in shown]
            breaks.append(len(lines))
            lines.append([group, *(row.value_text for row in cells)])
            lines.append([_INTERVAL, *(row.interval_text for row in cells)])
            lines.append([_SPREAD, *(row.spread_text for row in cells)])
        say(table([("By the years", "left"), *((label, "right") for label in shown)], lines, breaks[1:]))
        say()


def show_all_years(rows: Sequence[Row]) -> None:
    """What happened over all the years, one row each under its group."""
    from escalation_sim.cli.printing import say, table

    lines: list[list[str]] = []
    breaks: list[int] = []
    group = ""
    for row in rows:
        if row.group != group:
            breaks.append(len(lines))
            lines.append([row.group.upper(), "", "", ""])
            group = row.group
        lines.append([row.label, row.value_text, row.interval_text, row.spread_text])
    columns = [("Over all the years", "left"), ("Runs", "right"), ("95 % interval", "right"), ("10–90 % of runs", "right")]
    say(table(columns, lines, breaks[1:]))


def show_outsets(result: Result) -> None:
    """How crises that begin with little trust differ from those that begin with much."""
    from escalation_sim.analysis.years import LEAST_CRISES, at_the_outset, thirds_of_trust
    from escalation_sim.cli.printing import say, table

    rows = at_the_outset(result)
    if not rows:
        say(f"Crises by the trust at their outset: not compared, needs {LEAST_CRISES} crises that differ in it.")
        return
    bottom, top = thirds_of_trust(result)
    labels = list(dict.fromkeys(row.label for row in rows))
    lines = [
        [group, *(with_interval(row) for row in rows if row.group == group)]
        for group in dict.fromkeys(row.group for row in rows)
    ]
    heads = [f"{label} (≤ {bottom:.2f})" if label == labels[0] else f"{label} (≥ {top:.2f})" for label in labels[:2]]
    say(table([("By trust at the outset", "left"), *((head, "right") for head in (*heads, labels[2]))], lines))
    say(f"{len(result.crises):,} crises of all runs. A difference between crises, not the effect of trust: what lowers")
    say("trust may also make crises worse. Intervals allow for crises of one run being alike.")


def with_interval(row: Row) -> str:
    """The number with its interval, "6.2 % (5.1–7.4)"; bounds of a difference with "to" between them."""
    from escalation_sim.analysis.years import DIFFERENCE

    bounds = row.interval_text
    if row.interval is not None and row.interval[0] < 0.0:
        bounds = " to ".join(bounds_in_print(row))
    value = row.value_text.replace(" %", " points") if row.label == DIFFERENCE else row.value_text
    return (f"{value} ({bounds})" if bounds else value).replace("-", "−")


def bounds_in_print(row: Row) -> tuple[str, str]:
    """The two bounds in print."""
    from escalation_sim.analysis.summary import in_print

    low, high = row.interval or (0.0, 0.0)
    return in_print(low, row.unit), in_print(high, row.unit)


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
    from escalation_sim.analysis.story import closing

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
    from escalation_sim.analysis.annals import lines_ended, lines_founded, new_leaders

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
