"""What happened: wars, crises, openings, talks and policies between the two governments, and counted violations of the cease-fire.

The simulation never reads any of it; it is there to choose dates, to tell what a scenario stands for, and to compare with.
"""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field, model_validator

from escalation_sim.parameters import Parameter
from escalation_sim.scenario.catalogue import day_from
from escalation_sim.scenario.document import Document, read
from escalation_sim.scenario.entries import Choice, DateEntry, Interval, NameEntry, PlainNumber, TextEntry, refusal
from escalation_sim.scenario.schema import CONFIDENCES, Block, checked

__all__ = ["DYAD", "KINDS", "Event", "Violations", "events_between", "history", "violations"]

DYAD = "india-pakistan"
"""The pair of governments an event is about unless it says otherwise."""

KINDS = (
    "war",
    "crisis",
    "shock",
    "cease_fire",
    "visit",
    "opening",
    "policy",
    "agreement",
    "attack",
    "mediation",
    "accident",
    "campaign",
    "back_channel",
    "actor",
)


@dataclass(frozen=True)
class Event:
    """Something that happened from `first` to `last`, both included; what goes on still ends with the record.

    `scenario` is the shipped scenario about it, `channel` the preset it concerns; empty where there is none.
    """

    name: str
    first: datetime.date
    last: datetime.date
    kind: str
    what: str
    source: str
    conf: str
    scenario: str = ""
    channel: str = ""
    dyad: str = DYAD
    note: str = ""


@dataclass(frozen=True)
class Violations:
    """Violations of the cease-fire that one side counted in a year, `low` to `high` where its reports disagree.

    `at_least` says that the report gave a minimum.
    """

    year: int
    reported_by: str
    low: float
    high: float
    source: str
    conf: str
    at_least: bool = False


class EventBlock(Block):
    """An event of the record."""

    name: Annotated[str, TextEntry(200)]
    first: Annotated[datetime.date, DateEntry(year_ends="first")] = Field(alias="from")
    last: Annotated[datetime.date, DateEntry(year_ends="last")] | None = Field(alias="to")
    kind: Annotated[str, Choice("kind of event", KINDS)]
    what: Annotated[str, TextEntry(500)]
    source: Annotated[str, TextEntry(500)]
    conf: Annotated[str, Choice("confidence", CONFIDENCES)]
    scenario: Annotated[str | None, NameEntry("a shipped scenario")] = None
    channel: Annotated[str | None, NameEntry("a preset")] = None
    dyad: Annotated[str, NameEntry("the two governments")] = DYAD
    note: Annotated[str, TextEntry(5000, lines=True)] = ""

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> EventBlock:
        if self.last is not None and self.last < self.first:
            raise refusal("ends before it begins", str(self.last), f"{self.first} or later")
        return self


class HistoryBlock(Block):
    """The record."""

    events: list[EventBlock]


class CountBlock(Block):
    """Violations of one year, counted by one side."""

    year: Annotated[int, PlainNumber(Parameter(2000, 1947, 2100, "year", "year"), whole=True)]
    reported_by: Annotated[str, NameEntry("the side that counts")]
    count: Annotated[tuple[float, float], Interval("violations")]
    at_least: bool = False
    source: Annotated[str, TextEntry(500)]
    conf: Annotated[str, Choice("confidence", CONFIDENCES)]


class ViolationsBlock(Block):
    """Violations by year and side."""

    violations: list[CountBlock]


@cache
def history() -> tuple[Event, ...]:
    """All events, in the order in which they began."""
    block = checked(HistoryBlock, _document("history.yaml"))
    found = [
        Event(
            name=one.name,
            first=one.first,
            last=one.last or one.first,
            kind=one.kind,
            what=one.what,
            source=one.source,
            conf=one.conf,
            scenario=one.scenario or "",
            channel=one.channel or "",
            dyad=one.dyad,
            note=one.note,
        )
        for one in block.events
    ]
    return tuple(sorted(found, key=lambda event: event.first))


def events_between(first: datetime.date | str, last: datetime.date | str) -> tuple[Event, ...]:
    """Events of which some part lies between two days, both included. Raises InputError."""
    start, end = day_from(first), day_from(last)
    return tuple(event for event in history() if event.first <= end and event.last >= start)


@cache
def violations() -> tuple[Violations, ...]:
    """Counted violations of the cease-fire, by year and then by side."""
    block = checked(ViolationsBlock, _document("violations.yaml"))
    found = [
        Violations(one.year, one.reported_by, *one.count, source=one.source, conf=one.conf, at_least=one.at_least)
        for one in block.violations
    ]
    return tuple(sorted(found, key=lambda row: (row.year, row.reported_by)))


def _document(name: str) -> Document:
    with resources.as_file(resources.files("escalation_sim") / "data" / name) as path:
        return read(os.fspath(path))
