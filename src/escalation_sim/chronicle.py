"""A run told in words: what happened, when, by whom, on which rung.

Events are read off the difference between the state before and after a step, so that they tell what the model did and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields

import pandas as pd

from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario, channel_presets

__all__ = ["WATCHED", "Event", "events_of_step", "frame_of_events", "with_article"]

WATCHED = (
    "strike_deaths", "attack_deaths", "attack_injury", "posture", "posture_wanted", "order", "act_begun", "overshot", "accident",
    "accident_misread", "nuclear_signal", "signal_misread", "status", "leak", "unanswered", "rescued", "own_failure", "temper",
    "engaged", "deal_tried", "deal_struck", "deal_broken", "deal_channel", "deaths_in_step", "deaths", "fire",
)  # fmt: skip
"""State that events are read from."""


@dataclass(frozen=True)
class Event:
    """One event.

    Attributes
    ----------
    day, date : when, in days since the start and on the calendar.
    kind : "trigger", "gesture", "attack", "order", "order withdrawn", "act", "posture", "accident", "nuclear signal",
        "signal misread", "leader", "channel", "leak", "call", "rescue", "mediation", "talks", "deal", "deal broken".
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
    """Events as a table, one row each; of the calls on a line, one a day."""
    told = once_a_day(events)
    table = pd.DataFrame([asdict(event) for event in told], columns=[field.name for field in fields(Event)])
    return table.astype({"rung": "Int64"})


def once_a_day(events: list[Event]) -> list[Event]:
    """The events, but of what happens to calls on a line only the first of each day."""
    seen: set[tuple[int, str]] = set()
    kept = []
    for event in events:
        if event.kind in ("call", "rescue"):
            key = (int(event.day), event.actor)
            if key in seen:
                continue
            seen.add(key)
        kept.append(event)
    return kept


Step = Mapping[str, Array]


def events_of_step(before: Step, after: Step, day: float, scenario: Scenario) -> list[Event]:
    """Events of one step of one run; state in the layout of the batch engine, run axis of length 1."""
    start = dt.datetime.combine(scenario.start, dt.time())
    date = start + dt.timedelta(days=day)
    found: list[tuple[str, str, int | None, str]] = [
        *of_attacks(after, day, scenario),
        *of_orders(before, after, scenario),
        *of_postures(before, after, scenario),
        *of_leaders(before, after, scenario),
        *of_surprises(after, scenario),
        *of_channels(before, after, scenario),
        *of_calls(before, after, scenario),
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
            kind = "gesture" if trigger.kind == "gesture" else "trigger"
            yield kind, label, None, f"{trigger.what or trigger.kind}"
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


def of_leaders(before: Step, after: Step, scenario: Scenario) -> Found:
    """New leaders: the disposition of a government is another."""
    for place, country in enumerate(scenario.countries):
        if value(after, "temper", place) != value(before, "temper", place):
            yield "leader", country.label, None, f"{country.label} has a new leader"


def of_surprises(after: Step, scenario: Scenario) -> Found:
    """Accidents and nuclear signals, and how signals are read."""
    for place, country in enumerate(scenario.countries):
        if value(after, "accident", place) > 0:
            read = "the rival reads it as intended" if value(after, "accident_misread", place) > 0 else "explained in time"
            yield "accident", country.label, None, f"An unintended act by the forces of {country.label}; {read}"
        if value(after, "nuclear_signal", place) > 0:
            yield "nuclear signal", country.label, None, f"{country.label} signals with its nuclear forces"
            reader = scenario.countries[1 - place].label
            if value(after, "signal_misread", 1 - place) > 0:
                yield "signal misread", reader, None, f"{reader} misreads the signal of {country.label} as preparation for use"


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


def of_calls(before: Step, after: Step, scenario: Scenario) -> Found:
    """Calls that nobody answers, and messages that get through on another line."""
    for place, channel in enumerate(scenario.channels):
        if value(after, "rescued", place) > 0:
            failed = [
                with_article(other.label)
                for number, other in enumerate(scenario.channels)
                if number != place and value(before, "own_failure", number) > 0
            ]
            lost = f"What failed on {' and '.join(failed)}" if failed else "The message"
            yield "rescue", channel.label, None, f"{lost} gets through on {with_article(channel.label)}"
        elif value(after, "unanswered", place) > 0:
            yield "call", channel.label, None, f"Nobody answers on {with_article(channel.label)}"


def with_article(label: str) -> str:
    """The label of a line inside a sentence: "the hotline of …"; names, and labels of a scenario's own, as they are."""
    rest = label.partition(" ")[2]
    if rest[:1].isupper() or label not in {preset.label for preset in channel_presets().values()}:
        return label
    return f"the {label[0].lower()}{label[1:]}"


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
