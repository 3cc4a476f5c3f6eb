"""A scenario: read from a file, changed by opening a channel or setting a number, never altered in place."""

from __future__ import annotations

import copy
import datetime
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from escalation_sim.errors import InputError, nearest
from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Number
from escalation_sim.scenario import catalogue, changes
from escalation_sim.scenario.assembly import assembled, is_file_name
from escalation_sim.scenario.document import Document, KeyPath, plain, read, read_bytes
from escalation_sim.scenario.findings import listed
from escalation_sim.scenario.ladders import read_ladder
from escalation_sim.scenario.parts import ArmedGroup, Channel, Country, Mediator, Observed, Trigger

__all__ = ["Scenario", "load_scenario", "scenario_from_bytes"]


@dataclass(frozen=True, eq=False)
class Scenario:
    """Two governments, what starts their crisis, and the channels between them.

    Scenarios are equal if their documents are, the order of members included. Every operation returns a new, checked
    scenario and raises InputError where it makes none.

    Attributes
    ----------
    name, title, about : what it is called and what it is about.
    kind : "crisis" (ends with its quiet) or "rivalry" (goes on to the horizon, crises begin and end within it).
    start : day 0.
    horizon_days, step_hours, quiet_days : days simulated, hours per step, days of quiet that end a crisis.
    decision : theory of decision, a key of `rules.THEORIES`.
    ladder : the escalation ladder.
    countries : the two countries, in the order of the document.
    model : parameters given for both countries alike, by section and name.
    channels : all presets, then the scenario's own.
    triggers, armed_groups, mediators : in the order of the document.
    observed : what happened; None where nothing is told.
    """

    name: str
    title: str
    about: str
    kind: str
    start: datetime.date
    horizon_days: float
    step_hours: float
    quiet_days: float
    decision: str
    ladder: Ladder
    countries: tuple[Country, Country]
    model: Mapping[str, Mapping[str, Number]]
    channels: tuple[Channel, ...]
    triggers: tuple[Trigger, ...]
    armed_groups: tuple[ArmedGroup, ...]
    mediators: tuple[Mediator, ...]
    observed: Observed | None
    _document: dict[str, Any] = field(repr=False)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Scenario:
        """The scenario that plain data describe, as a scenario file does; raises InputError."""
        if not isinstance(document, Mapping):
            raise InputError("a scenario must be a mapping of keys to values", value=document)
        return cls._from(Document(plain(document)))

    @classmethod
    def _from(cls, document: Document) -> Scenario:
        return cls(**assembled(document), _document=document.content)

    @property
    def document(self) -> dict[str, Any]:
        """Plain JSON-able data that describe this scenario completely; a copy."""
        return copy.deepcopy(self._document)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        return self._document == other._document and _order(self._document) == _order(other._document)

    __hash__ = None  # type: ignore[assignment]

    def open(self, name: str, relationship: float | Number | None = None, since: str | None = None) -> Scenario:
        """With a channel open.

        `relationship` : working relationship in [0, 1]; default: the one given before, that of the calendar, or 0.5.
        `since` : "trigger" if it has to be built during the crisis.
        """
        self._check_channel(name)
        state: dict[str, Any] = {"status": "open"}
        if since is not None:
            state["since"] = since
        if relationship is not None:
            state["relationship"] = relationship
        return Scenario.from_document(changes.with_channel(self._document, name, state))

    def close(self, name: str) -> Scenario:
        """With a channel closed and its working relationship gone."""
        self._check_channel(name)
        closed = changes.with_channel(self._document, name, {"status": "closed", "relationship": 0.0})
        del closed["channels"][name]["relationship"]
        return Scenario.from_document(closed)

    def set(self, path: str, value: Any) -> Scenario:
        """With one entry replaced.

        `path` : keys joined by dots, "countries.india.government.resolve", "channels.track_two.influence", "triggers.0.deaths".
        `value` : plain data or a `Number`; a plain number is fixed, whatever range stood there before.
        """
        parts = tuple(path.split("."))
        self._check_names(parts)
        return Scenario.from_document(changes.set_entries(self._document, {parts: value}))

    def set_all(self, entries: Mapping[str, Any]) -> Scenario:
        """With several entries replaced at once, by path; see `set`."""
        paths: dict[KeyPath, Any] = {}
        for path, value in entries.items():
            parts = tuple(path.split("."))
            self._check_names(parts)
            paths[parts] = value
        return Scenario.from_document(changes.set_entries(self._document, paths))

    def with_channels_as_of(self, date: datetime.date | str) -> Scenario:
        """With all presets in the states that history gave them on a day; the scenario's own channels stay as they are."""
        day = catalogue.day_from(date).isoformat()
        return Scenario.from_document(changes.with_channels_as_of(self._document, day, set(catalogue.channel_presets())))

    @property
    def judged(self) -> dict[str, Number]:
        """Every judged number by its path."""
        return {".".join(path): number for path, number in self._numbers() if number.range is not None}

    def fixed(self) -> Scenario:
        """With every judged number at its central value."""
        central: dict[KeyPath, Any] = {
            path: {"value": number.value, "source": number.source}
            for path, number in self._numbers()
            if number.range is not None
        }
        return Scenario.from_document(changes.set_entries(self._document, central))

    def _numbers(self) -> Iterator[tuple[tuple[str, ...], Number]]:
        """Every number that the document or a preset gives, with its key path."""
        for country in self.countries:
            yield from _of_sections(("countries", country.name), country.sections)
            for kind, members in (("outlets", country.outlets), ("groups", country.groups)):
                yield from _of_sections(("countries", country.name, kind), {member.name: member.profile for member in members})
        yield from _of_sections(("model",), self.model)
        for channel in self.channels:
            yield from _of_sections(("channels",), {channel.name: {**channel.profile, "relationship": channel.relationship}})
        for place, trigger in enumerate(self.triggers):
            numbers = {"deaths": trigger.deaths, "visibility": trigger.visibility, "lasts": trigger.lasts}
            injury = {"injury": trigger.injury} if trigger.injury else {}
            yield from _of_sections(("triggers",), {str(place): {**numbers, **injury}})
        yield from _of_sections(("armed_groups",), {group.name: group.profile for group in self.armed_groups})
        yield from _of_sections(("mediators",), {mediator.name: mediator.profile for mediator in self.mediators})

    def _check_channel(self, name: str) -> None:
        _check_name("channel", name, [channel.name for channel in self.channels])

    def _check_names(self, parts: tuple[str, ...]) -> None:
        """Names on a path to set must exist, lest a misspelt one make a new member; whole members may be added."""
        if len(parts) < 2:
            return
        names = {
            "countries": [country.name for country in self.countries],
            "channels": ["as_of", "follow_calendar", *(channel.name for channel in self.channels)],
            "armed_groups": [group.name for group in self.armed_groups],
            "mediators": [mediator.name for mediator in self.mediators],
        }.get(parts[0])
        if names is not None and (len(parts) > 2 or parts[0] == "countries"):
            _check_name(parts[0], parts[1], names)
        if len(parts) > 4 and parts[0] == "countries" and parts[2] in ("outlets", "groups"):
            country = next(country for country in self.countries if country.name == parts[1])
            _check_name(parts[2], parts[3], [member.name for member in getattr(country, parts[2])])


def load_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario file.

    A ladder of the scenario's own lies in the same folder. Raises InputError: one line about the first thing wrong, with file,
    line and key.
    """
    document = read(path)
    ladder = document.content.get("ladder")
    if isinstance(ladder, str) and is_file_name(ladder):
        content = {**document.content, "ladder": _ladder_beside(Path(path), ladder, document)}
        document = Document(content, document.file, document.lines)
    return Scenario._from(document)


def scenario_from_bytes(data: bytes, name: str) -> Scenario:
    """The scenario in the content of a file that came without a path, as from an upload; `name` stands in messages.

    Raises InputError as `load_scenario` does; a ladder cannot lie beside such a file.
    """
    return Scenario._from(read_bytes(data, name))


def _ladder_beside(scenario: Path, ladder: str, document: Document) -> dict[str, Any]:
    """Content of a ladder's file, which must lie in the scenario's folder."""

    def refused(problem: str) -> InputError:
        allowed = "a file in the scenario's own folder"
        line = document.line(("ladder",))
        return InputError(problem, file=document.file, line=line, key="ladder", value=ladder, allowed=allowed)

    named = Path(ladder)
    if named.is_absolute() or ".." in named.parts or "\\" in ladder or not ladder.isprintable():
        raise refused("the ladder's file lies outside the scenario's folder")
    try:
        folder = scenario.parent.resolve()
        if not (folder / named).resolve().is_relative_to(folder):
            raise refused("the ladder's file lies outside the scenario's folder")
        found = (folder / named).is_file()
    except (OSError, RuntimeError):
        found = False
    if not found:
        raise refused("there is no such ladder file")
    ladder_document = read(scenario.parent / named)
    read_ladder(ladder_document)
    content: dict[str, Any] = ladder_document.content
    return content


def _of_sections(
    path: tuple[str, ...], sections: Mapping[str, Mapping[str, Number]]
) -> Iterator[tuple[tuple[str, ...], Number]]:
    for section, numbers in sections.items():
        for name, number in numbers.items():
            yield (*path, section, name), number


def _check_name(kind: str, name: str, names: list[str]) -> None:
    if name not in names:
        raise InputError(
            f"unknown name in {kind}", value=name, allowed=listed(names) or "none", suggestion=nearest(str(name), names)
        )


def _order(data: Any) -> Any:
    """Keys of all blocks in their order: slots of members go by it."""
    if isinstance(data, dict):
        return [(key, _order(value)) for key, value in data.items()]
    return [_order(value) for value in data] if isinstance(data, list) else None
