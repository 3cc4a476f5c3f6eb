"""What ships with the package: ladders, channel presets, the calendar of channels, Track II, default outlets and groups."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from escalation_sim.errors import InputError
from escalation_sim.ladder import Ladder
from escalation_sim.parameters import ASSUMED, Number
from escalation_sim.rules import PROFILES
from escalation_sim.scenario.document import Document, read
from escalation_sim.scenario.entries import date_from
from escalation_sim.scenario.ladders import read_ladder
from escalation_sim.scenario.parts import Member
from escalation_sim.scenario.schema import (
    STATUSES,
    CalendarBlock,
    MemberBlock,
    PresetBlock,
    SocietiesBlock,
    TrackTwoBlock,
    checked,
    given,
)

__all__ = [
    "TRACK_TWO",
    "ChannelPreset",
    "ChannelState",
    "Initiative",
    "Period",
    "Societies",
    "calendar",
    "changes_of",
    "channel_presets",
    "channels_as_of",
    "completed",
    "day_from",
    "initiatives",
    "label_of",
    "shipped_ladders",
    "societies",
    "track_two_as_of",
    "track_two_of",
]

TRACK_TWO = "track_two"
"""The preset whose state comes from the initiatives, not from the calendar."""


@dataclass(frozen=True)
class ChannelPreset:
    """A shipped channel: its label, level, a description and its complete profile."""

    name: str
    label: str
    level: str
    about: str
    profile: Mapping[str, Number]


@dataclass(frozen=True)
class Period:
    """State of a channel from one day to another, both included; `last` is None for an open end."""

    first: datetime.date
    last: datetime.date | None
    status: str
    relationship: Number
    source: str
    conf: str
    note: str


@dataclass(frozen=True)
class ChannelState:
    """State of a channel on a day: 0 closed, 1 suspended, 2 open; its working relationship; the source of both.

    `profile` holds what was particular to the channel on that day, over its preset.
    """

    status: float
    relationship: Number
    source: str
    profile: Mapping[str, Number] = field(default_factory=dict)


@dataclass(frozen=True)
class Initiative:
    """A Track II initiative; it is active from `first` to `last`, both included (None: to this day).

    Attributes
    ----------
    focus : share of its work spent on each focus; the shares add up to 1.
    influence : probability that a message given to its participants reaches the leadership.
    strength : share of what Track II could be, were all of it active at its height.
    sponsorship : how far the governments stand behind it.
    """

    name: str
    first: datetime.date
    last: datetime.date | None
    focus: Mapping[str, float]
    participants: str
    influence: Number
    strength: Number
    sponsorship: Number
    source: str
    conf: str
    note: str


@dataclass(frozen=True)
class Societies:
    """Outlets and groups that each country has by default, by name."""

    outlets: Mapping[str, Member]
    groups: Mapping[str, Member]


def shipped_ladders() -> dict[str, Ladder]:
    """The shipped ladders by name."""
    return dict(_ladders())


def channel_presets() -> dict[str, ChannelPreset]:
    """The channel presets by name, in the order in which they have their slots."""
    return dict(_presets())


def calendar() -> dict[str, tuple[Period, ...]]:
    """States of every preset but Track II over time."""
    return dict(_periods())


def initiatives() -> tuple[Initiative, ...]:
    """All Track II initiatives."""
    return _initiatives()


def channels_as_of(date: datetime.date | str) -> dict[str, ChannelState]:
    """States of all presets on a day; closed with relationship 0 where the calendar says nothing. Raises InputError."""
    day = day_from(date)
    return {name: _track_two_state(day) if name == TRACK_TWO else _calendar_state(name, day) for name in _presets()}


def track_two_as_of(date: datetime.date | str) -> list[Initiative]:
    """Track II initiatives active on a day. Raises InputError."""
    day = day_from(date)
    return [one for one in _initiatives() if one.first <= day and (one.last is None or day <= one.last)]


def day_from(date: datetime.date | str) -> datetime.date:
    """A day given as a date or as "YYYY-MM-DD"; raises InputError."""
    if isinstance(date, datetime.datetime):
        return date.date()
    day = date if isinstance(date, datetime.date) else date_from(date)
    if day is None:
        raise InputError("not a date", value=date, allowed="a day as YYYY-MM-DD")
    return day


def completed(kind: str, numbers: Mapping[str, Number]) -> dict[str, Number]:
    """A profile with every parameter of its kind: what is not in `numbers` has the default."""
    return {name: numbers.get(name, Number(parameter.default, source=parameter.source)) for name, parameter in PROFILES[kind]}


def label_of(name: str) -> str:
    """A label made from a name: "mass_tv" gives "Mass tv"."""
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


@cache
def _ladders() -> dict[str, Ladder]:
    with resources.as_file(resources.files("escalation_sim") / "data" / "ladders") as folder:
        return {path.stem: read_ladder(read(path)) for path in sorted(Path(folder).glob("*.yaml"))}


@cache
def _presets() -> dict[str, ChannelPreset]:
    document = _document("channels.yaml")
    found: dict[str, ChannelPreset] = {}
    for name, content in document.content.items():
        block = checked(PresetBlock, Document(content, document.file))
        profile = completed("channel", given(block.profile, PROFILES["channel"]))
        found[name] = ChannelPreset(name, block.label, block.level, block.about, profile)
    return found


@cache
def _periods() -> dict[str, tuple[Period, ...]]:
    block = checked(CalendarBlock, _document("calendar.yaml"))
    return {
        name: tuple(
            Period(one.first, one.last, one.status, one.relationship, one.source, one.conf or "", one.note) for one in periods
        )
        for name, periods in block.channels.items()
    }


@cache
def _initiatives() -> tuple[Initiative, ...]:
    block = checked(TrackTwoBlock, _document("track_two.yaml"))
    return tuple(
        Initiative(
            name=one.name,
            first=one.first,
            last=one.last,
            focus=one.focus,
            participants=one.participants,
            influence=one.influence,
            strength=one.strength,
            sponsorship=one.sponsorship,
            source=one.source,
            conf=one.conf,
            note=one.note,
        )
        for one in block.initiatives
    )


@cache
def societies() -> Societies:
    """Outlets and groups that each country has by default."""
    block = checked(SocietiesBlock, _document("societies.yaml"))
    return Societies(_members("outlet", block.outlets), _members("group", block.groups))


def _members(kind: str, blocks: Mapping[str, MemberBlock]) -> dict[str, Member]:
    return {
        name: Member(name, block.label or label_of(name), completed(kind, given(block, PROFILES[kind])))
        for name, block in blocks.items()
    }


def _calendar_state(name: str, day: datetime.date) -> ChannelState:
    for period in _periods().get(name, ()):
        if period.first <= day and (period.last is None or day <= period.last):
            relationship = Number(
                period.relationship.value, period.relationship.range, period.relationship.shape, period.source
            )
            return ChannelState(STATUSES[period.status], relationship, period.source)
    return ChannelState(STATUSES["closed"], Number(0.0), ASSUMED)


_FOCUS_OF = {
    "intent_precision": "general",
    "builds_trust": "general",
    "clarifies_signals": "nuclear",
    "prepares_deals": "kashmir",
    "builds_trade": "trade",
    "builds_constituency": "people",
    "calms_media": "media",
}
"""What a focus of Track II acts through: the preset's number stands for a Track II that had no other focus."""


def changes_of(name: str, after: datetime.date) -> list[datetime.date]:
    """Days after a day on which the calendar (for Track II, the list of initiatives) changes a preset's state."""
    one_day = datetime.timedelta(days=1)
    spans = _initiatives() if name == TRACK_TWO else _periods().get(name, ())
    days = {span.first for span in spans} | {span.last + one_day for span in spans if span.last is not None}
    return sorted(day for day in days if day > after)


def _track_two_state(day: datetime.date) -> ChannelState:
    """Track II as the initiatives active on a day make it."""
    return track_two_of(track_two_as_of(day))


def track_two_of(active: list[Initiative]) -> ChannelState:
    """Track II made of some initiatives: their strengths added up, at most 1; what each does weighs by its strength."""
    total = sum(one.strength.value for one in active)
    if total == 0.0:
        return ChannelState(STATUSES["closed"], Number(0.0), ASSUMED)
    keys = dict.fromkeys(key.strip() for one in active for key in one.source.split(",") if key.strip() != ASSUMED)
    source = ", ".join(keys) or ASSUMED
    low = min(1.0, sum(one.strength.range[0] if one.strength.range else one.strength.value for one in active))
    high = min(1.0, sum(one.strength.range[1] if one.strength.range else one.strength.value for one in active))
    preset = _presets()[TRACK_TWO].profile
    profile = {"strength": Number(min(1.0, total), (low, high) if low < high else None, source=source)}
    for name, focus in _FOCUS_OF.items():
        share = sum(one.strength.value * one.focus.get(focus, 0.0) for one in active) / total
        profile[name] = _scaled(preset[name], share)
    for name in ("influence", "sponsorship"):
        profile[name] = _weighted(
            [getattr(one, name) for one in active], [one.strength.value / total for one in active], source
        )
    return ChannelState(STATUSES["open"], Number(0.5, (0.3, 0.7), source=ASSUMED), source, profile)


def _scaled(number: Number, share: float) -> Number:
    """A number and its range times a share."""
    span = (number.range[0] * share, number.range[1] * share) if number.range and share > 0.0 else None
    return Number(number.value * share, span, number.shape, number.source)


def _weighted(numbers: list[Number], weights: list[float], source: str) -> Number:
    """Weighted mean of numbers, and of the ends of their ranges."""
    pairs = list(zip(numbers, weights, strict=True))
    value = sum(number.value * weight for number, weight in pairs)
    low = sum((number.range[0] if number.range else number.value) * weight for number, weight in pairs)
    high = sum((number.range[1] if number.range else number.value) * weight for number, weight in pairs)
    return Number(value, (low, high) if low < high else None, source=source)


def _document(name: str) -> Document:
    with resources.as_file(resources.files("escalation_sim") / "data" / name) as path:
        return read(os.fspath(path))
