"""A run told in words: what happened, when, by whom, on which rung.

Events are read off the difference between the state before and after a step, so that they tell what the model did and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields

import pandas as pd

from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario

__all__ = ["WATCHED", "Event", "events_of_step", "frame_of_events"]

WATCHED = (
    "strike_deaths", "attack_deaths", "attack_injury", "posture", "posture_wanted", "order", "act_begun", "overshot", "accident",
    "accident_misread", "nuclear_signal", "status", "leak", "engaged", "deal_tried", "deal_struck", "deal_broken", "deal_channel",
    "deaths_in_step", "deaths", "fire",
)  # fmt: skip
"""State that events are read from."""


@dataclass(frozen=True)
class Event:
    """One event.

    Attributes
    ----------
    day, date : when, in days since the start and on the calendar.
    kind : "attack", "order", "order withdrawn", "act", "posture", "accident", "nuclear signal", "channel", "mediation", "talks", "deal",
        "deal broken".
    actor : country, or whoever it was.
    rung : rung on the ladder, or None.
    words : plain words.
    """

    day: float
    date: dt.datetime
    kind: str
    actor: str
    rung: int | None
    words: str


def frame_of_events(events: list[Event]) -> pd.DataFrame:
    """Events as a table, one row each."""
    table = pd.DataFrame([asdict(event) for event in events], columns=[field.name for field in fields(Event)])
    return table.astype({"rung": "Int64"})


Step = Mapping[str, Array]


def events_of_step(before: Step, after: Step, day: float, scenario: Scenario) -> list[Event]:
    """Events of one step of one run; state in the layout of the batch engine, run axis of length 1."""
    start = dt.datetime.combine(scenario.start, dt.time())
    date = start + dt.timedelta(days=day)
    found: list[tuple[str, str, int | None, str]] = [
        *of_attacks(after, day, scenario),
        *of_orders(before, after, scenario),
        *of_postures(before, after, scenario),
        *of_surprises(after, scenario),
        *of_channels(before, after, scenario),
        *of_bargaining(after, scenario),
    ]
    return [Event(day, date, kind, actor, rung, words) for kind, actor, rung, words in found]


Found = Iterator[tuple[str, str, int | None, str]]


def value(step: Step, name: str, *place: int) -> float:
    """One value of a step."""
    return float(step[name][(*place, 0)])


def of_attacks(after: Step, day: float, scenario: Scenario) -> Found:
    """Attacks and other triggers of this step."""
    width = scenario.step_hours / 24.0
    for trigger in scenario.triggers:
        if day <= trigger.day < day + width:
            label = label_of(trigger.actor, scenario)
            yield "trigger", label, None, f"{trigger.what or trigger.kind}"
    for place, group in enumerate(scenario.armed_groups):
        deaths = value(after, "strike_deaths", place)
        if deaths > 0:
            victim = label_of(group.target, scenario)
            yield "attack", group.label, None, f"{group.label} attacks in {victim}: {deaths:.0f} killed"
    for place, country in enumerate(scenario.countries):
        deaths = value(after, "attack_deaths", place)
        if deaths > 0:
            injury = value(after, "attack_injury", place)
            yield (
                "attack",
                country.label,
                None,
                f"{country.label} counts {deaths:.0f} dead from attacks (injury felt: {injury:.1f})",
            )


def of_orders(before: Step, after: Step, scenario: Scenario) -> Found:
    """Orders given, changed and withdrawn."""
    for place, country in enumerate(scenario.countries):
        old, new = int(value(before, "order", place)), int(value(after, "order", place))
        begun = value(after, "act_begun", place) > 0
        if new > 0 and new != old:
            yield (
                "order",
                country.label,
                new,
                f"{country.label} orders its forces to prepare: {scenario.ladder.rungs[new].name}",
            )
        elif old > 0 and new == 0 and not begun and value(after, "posture", place) < old:
            yield (
                "order withdrawn",
                country.label,
                old,
                f"{country.label} withdraws the order: {scenario.ladder.rungs[old].name}",
            )


def of_postures(before: Step, after: Step, scenario: Scenario) -> Found:
    """Acts begun and changes of posture."""
    for place, country in enumerate(scenario.countries):
        rival = scenario.countries[1 - place].label
        begun = int(value(after, "act_begun", place))
        old, new = int(value(before, "posture", place)), int(value(after, "posture", place))
        if begun > 0:
            words = scenario.ladder.rungs[begun].words.format(actor=country.label, rival=rival)
            if value(after, "overshot", place) > 0:
                words += " (further than ordered)"
            yield "act", country.label, begun, words
        elif new != old:
            if new > old:
                words = scenario.ladder.rungs[new].words.format(actor=country.label, rival=rival)
                yield "posture", country.label, new, f"{words} (goes up to rung {new})"
            else:
                yield (
                    "posture",
                    country.label,
                    new,
                    f"{country.label} comes down to rung {new}, {scenario.ladder.rungs[new].name}",
                )


def of_surprises(after: Step, scenario: Scenario) -> Found:
    """Accidents and nuclear signals."""
    for place, country in enumerate(scenario.countries):
        if value(after, "accident", place) > 0:
            read = "the rival reads it as intended" if value(after, "accident_misread", place) > 0 else "explained in time"
            yield "accident", country.label, None, f"An unintended act by the forces of {country.label}; {read}"
        if value(after, "nuclear_signal", place) > 0:
            yield "nuclear signal", country.label, None, f"{country.label} signals with its nuclear forces"


def of_channels(before: Step, after: Step, scenario: Scenario) -> Found:
    """Channels cut, opened, exposed; mediators at work."""
    words = {0: "is closed", 1: "falls silent", 2: "opens"}
    for place, channel in enumerate(scenario.channels):
        if value(after, "leak", place) > 0:
            yield "leak", channel.label, None, f"{channel.label}: exposed"
        old, new = int(value(before, "status", place)), int(value(after, "status", place))
        if old != new:
            yield "channel", channel.label, None, f"{channel.label}: {words[new]}"
    for place, mediator in enumerate(scenario.mediators):
        if value(after, "engaged", place) > value(before, "engaged", place):
            yield "mediation", mediator.label, None, f"At work as mediator: {mediator.label}"


def of_bargaining(after: Step, scenario: Scenario) -> Found:
    """Talks, deals, and their end."""
    if value(after, "deal_struck") > 0:
        through = scenario.channels[int(value(after, "deal_channel"))].label
        yield "deal", "both", None, f"The two governments agree to stop, through: {through}"
    elif value(after, "deal_tried") > 0:
        yield "talks", "both", None, "Talks come up for decision; at least one government says no"
    if value(after, "deal_broken") > 0:
        yield "deal broken", "both", None, "The agreement to stop breaks down"


def label_of(name: str, scenario: Scenario) -> str:
    """Label of a country or an armed group."""
    labels = {country.name: country.label for country in scenario.countries}
    labels.update({group.name: group.label for group in scenario.armed_groups})
    return labels.get(name, name.replace("_", " "))
