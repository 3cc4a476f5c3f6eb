"""What is on screen: a scenario, what has been changed about it, and how often it is run.

A `View` is plain data. It comes from the address bar and goes back there, and makes the scenario that is run. It knows nothing of
browsers.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from escalation_sim.chronicle import with_article
from escalation_sim.errors import InputError, nearest
from escalation_sim.parameters import Parameter
from escalation_sim.rules import SECTIONS, THEORIES
from escalation_sim.scenario import Channel, Country, Scenario

__all__ = [
    "CLOSED",
    "MOST_RUNS",
    "OPEN",
    "PAGES",
    "PICKS",
    "SET_UP",
    "STATES",
    "SUSPENDED",
    "Slider",
    "Switch",
    "View",
    "is_on",
    "sliders_of",
    "switch_as_it_was",
    "turned",
]

OPEN, SET_UP, SUSPENDED, CLOSED = "open", "set_up", "suspended", "closed"

STATES: Mapping[str, str] = {
    OPEN: "open",
    SET_UP: "set up once the crisis begins",
    SUSPENDED: "suspended",
    CLOSED: "closed",
}
"""What a channel can be switched to, in words."""

PAGES: Mapping[str, str] = {
    "crisis": "The crisis",
    "run": "One run",
    "calendar": "Calendar",
    "causes": "Compare and attribute",
}
"""Parts of the page."""

PICKS: Mapping[str, str] = {
    "typical": "a typical run",
    "worst": "the run that went worst",
    "saved": "a run that the change saved",
}
"""Which run is played."""

MOST_RUNS = 20_000
DEFAULT_RUNS = 2_000
_MOST_DEATHS = 300.0
_STATUS_OF = {2.0: OPEN, 1.0: SUSPENDED, 0.0: CLOSED}


@dataclass(frozen=True)
class Switch:
    """State of a channel and its working relationship in [0, 1]."""

    state: str
    relationship: float = 0.5


@dataclass(frozen=True)
class Slider:
    """One number that can be moved.

    Attributes
    ----------
    name : key in the address bar.
    label, about : what it is called, and what it means.
    low, high, step : where it can be moved.
    value : where it stands in the scenario as it was; of a judged number the central value.
    entries : from a value to the entries of the scenario that it sets, by path.
    unit : what the number counts, for readers; may be empty.
    """

    name: str
    label: str
    about: str
    low: float
    high: float
    step: float
    value: float
    entries: Callable[[float], dict[str, float]]
    unit: str = ""


@dataclass(frozen=True)
class View:
    """What is on screen.

    Attributes
    ----------
    scenario : name of a scenario of the library, or of one that was uploaded.
    as_of : day whose channels are put into the scenario, ISO; None for those of the scenario.
    switches : channels that were switched, by name.
    values : sliders that were moved, by name.
    decision : theory of decision; None for that of the scenario.
    seed, runs : as in `runs.run`.
    run : run that is played; None for one picked by `pick`.
    pick : "typical", "worst" or "saved".
    page : which part of the page is open, a key of `PAGES`.
    """

    scenario: str
    as_of: str | None = None
    switches: Mapping[str, Switch] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    decision: str | None = None
    seed: int = 1
    runs: int = DEFAULT_RUNS
    run: int | None = None
    pick: str = "typical"
    page: str = "crisis"

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from the scenario as it was."""
        return bool(self.as_of or self.switches or self.values or self.decision)

    def as_it_was(self) -> View:
        """The same scenario, nothing changed."""
        return View(self.scenario, seed=self.seed, runs=self.runs)

    def switched(self, name: str, switch: Switch | None) -> View:
        """With a channel switched; None leaves it as it was."""
        rest = {key: value for key, value in self.switches.items() if key != name}
        return replace(self, switches=rest if switch is None else {**rest, name: switch})

    def moved(self, name: str, value: float | None) -> View:
        """With a slider moved; None puts it back."""
        rest = {key: old for key, old in self.values.items() if key != name}
        return replace(self, values=rest if value is None else {**rest, name: value})

    def changed(self, base: Scenario) -> Scenario:
        """The scenario with all changes made, in this order: day of the channels, channels, theory, numbers; raises InputError."""
        found = base if self.as_of is None else base.with_channels_as_of(self.as_of)
        for name, switch in self.switches.items():
            found = with_switch(found, name, switch)
        if self.decision is not None:
            found = found.set("decision", self.decision)
        entries: dict[str, float] = {}
        sliders = {slider.name: slider for slider in sliders_of(base)}
        for name, value in self.values.items():
            entries.update(checked_slider(sliders, name, value).entries(value))
        return found.set_all(entries) if entries else found

    def a_switch_away(self, base: Scenario) -> list[View]:
        """The views that turning one channel's switch leads to, in the order of the switches."""
        before = base if self.as_of is None else base.with_channels_as_of(self.as_of)
        found = []
        for channel in before.channels:
            was, now = switch_as_it_was(channel), self.switches.get(channel.name)
            found.append(self.switched(channel.name, turned(was, not is_on(was, now))))
        return found

    def in_words(self, base: Scenario) -> list[str]:
        """What is changed, a phrase each: "back channel open"."""
        labels = {channel.name: channel.label for channel in base.channels}
        sliders = {slider.name: slider for slider in sliders_of(base)}
        told = [] if self.as_of is None else [f"the channels of {day_in_words(self.as_of)}"]
        told += [f"{with_article(labels.get(name, name))} {STATES[switch.state]}" for name, switch in self.switches.items()]
        told += [] if self.decision is None else [f"decisions by {self.decision.replace('_', ' ')}"]
        return told + [f"{sliders[name].label} at {value:g}" for name, value in self.values.items() if name in sliders]

    def to_query(self) -> str:
        """Everything as the query of an address; defaults are left out."""
        pairs: list[tuple[str, str]] = [("scenario", self.scenario)]
        pairs += [] if self.as_of is None else [("as_of", self.as_of)]
        pairs += [(f"channel.{name}", in_address(switch)) for name, switch in sorted(self.switches.items())]
        pairs += [] if self.decision is None else [("decision", self.decision)]
        pairs += [(f"set.{name}", f"{value:g}") for name, value in sorted(self.values.items())]
        defaults = {one.name: one.default for one in fields(View)}
        pairs += [
            (name, str(getattr(self, name)))
            for name in ("page", "seed", "runs", "run", "pick")
            if getattr(self, name) != defaults[name]
        ]
        return urlencode(pairs, quote_via=quote, safe=":")

    @classmethod
    def from_query(cls, query: str, scenario: str) -> View:
        """The view of an address's query; `scenario` where it names none. Raises InputError for what it cannot read.

        Names of channels, sliders and scenarios are not looked up here; `changed` does.
        """
        view = cls(scenario)
        for key, text in parse_qsl(query, keep_blank_values=True)[:200]:
            view = view.with_pair(key, text)
        return view

    def with_pair(self, key: str, text: str) -> View:
        """With one entry of an address taken over."""
        kind, _, name = key.partition(".")
        if kind == "channel" and name:
            return self.switched(name, switch_from(key, text))
        if kind == "set" and name:
            return self.moved(name, number_from(key, text))
        if key in ("scenario", "as_of"):
            return replace(self, **{key: text})  # type: ignore[arg-type]
        if key in WHOLE:
            return replace(self, **{key: whole_from(key, text)})  # type: ignore[arg-type]
        if key in _ONE_OF:
            return replace(self, **{key: among(key, text, _ONE_OF[key])})  # type: ignore[arg-type]
        known = ("scenario", "as_of", "channel.NAME", "set.NAME", *WHOLE, *_ONE_OF)
        raise InputError("unknown entry in the address", value=key, allowed=", ".join(known), suggestion=nearest(key, known))


def day_in_words(day: str) -> str:
    """An ISO day as "1 June 2004"; other text as it is."""
    try:
        found = datetime.date.fromisoformat(day)
    except ValueError:
        return day
    return f"{found.day} {found:%B} {found.year}"


WHOLE = {"seed": (0, 2**63 - 1), "runs": (2, MOST_RUNS), "run": (0, MOST_RUNS - 1)}
"""Entries that are whole numbers, and their bounds."""


_ONE_OF = {"decision": tuple(THEORIES), "pick": tuple(PICKS), "page": tuple(PAGES)}


def whole_from(key: str, text: str) -> int:
    """A whole number within its bounds; raises InputError."""
    low, high = WHOLE[key]
    allowed = f"a whole number from {low:,} to {high:,}"
    if not text.isascii() or not text.isdecimal() or len(text) > 20:
        raise InputError("not a whole number", key=key, value=text, allowed=allowed)
    if not low <= int(text) <= high:
        raise InputError("out of range", key=key, value=int(text), allowed=allowed)
    return int(text)


def number_from(key: str, text: str) -> float:
    """A finite number; raises InputError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("not a number", key=key, value=text)
    return value


def among(key: str, text: str, names: Any) -> str:
    """The text, if it is one of the names; raises InputError."""
    if text not in names:
        raise InputError("unknown name", key=key, value=text, allowed=", ".join(names), suggestion=nearest(text, names))
    return text


def switch_from(key: str, text: str) -> Switch:
    """A switch from "open" or "open:0.5"; raises InputError."""
    state, colon, number = text.partition(":")
    among(key, state, STATES)
    relationship = number_from(key, number) if colon else 0.5
    if not 0.0 <= relationship <= 1.0:
        raise InputError("out of range", key=key, value=relationship, allowed="0 to 1")
    return Switch(state, relationship)


def in_address(switch: Switch) -> str:
    """A switch as it stands in an address."""
    return switch.state if switch.state == CLOSED else f"{switch.state}:{switch.relationship:g}"


def with_switch(scenario: Scenario, name: str, switch: Switch) -> Scenario:
    """The scenario with one channel switched."""
    if switch.state == CLOSED:
        return scenario.close(name)
    if switch.state == SUSPENDED:
        return scenario.open(name, switch.relationship).set(f"channels.{name}.status", "suspended")
    return scenario.open(name, switch.relationship, since="trigger" if switch.state == SET_UP else None)


def switch_as_it_was(channel: Channel) -> Switch:
    """State of a channel in a scenario."""
    state = SET_UP if channel.since_trigger else _STATUS_OF[channel.status]
    return Switch(state, round(channel.relationship.value, 2))


def is_on(was: Switch, now: Switch | None) -> bool:
    """Whether a channel's switch is on. One that the scenario suspends is off; one that the reader suspended is on, and does nothing."""
    return (now or was).state != CLOSED and (now is not None or was.state != SUSPENDED)


def turned(was: Switch, on: bool) -> Switch | None:
    """What a channel becomes when its switch is turned on or off; None where that is as it was."""
    if not on:
        return None if was.state in (CLOSED, SUSPENDED) else Switch(CLOSED)
    opened = Switch(OPEN, was.relationship if was.state != CLOSED else 0.5)
    return None if was == opened else opened


def checked_slider(sliders: Mapping[str, Slider], name: str, value: float) -> Slider:
    """The slider of a name, if the value lies on it; raises InputError."""
    if name not in sliders:
        allowed = ", ".join(sliders)
        raise InputError("no such slider", key=f"set.{name}", allowed=allowed, suggestion=nearest(name, sliders))
    slider = sliders[name]
    if not slider.low <= value <= slider.high:
        raise InputError("out of range", key=f"set.{name}", value=value, allowed=f"{slider.low:g} to {slider.high:g}")
    return slider


def sliders_of(scenario: Scenario) -> list[Slider]:
    """The sliders that make sense in a scenario."""
    found = [of_country(scenario, country, *what) for what in _OF_COUNTRIES for country in scenario.countries]
    found.append(media_climate(scenario))
    if scenario.triggers and scenario.triggers[0].kind == "attack":
        found.append(attack_size(scenario))
    return found


_OF_COUNTRIES = (
    ("government", "resolve", "resolve of {}", "How much it is worth to the government to answer an injury in full."),
    ("outreach", "no_talks_under_attack", "no talks under attack, {}", "0: it talks whatever has happened. 1: no talks with a gun to its head."),
)  # fmt: skip


def of_country(scenario: Scenario, country: Country, section: str, name: str, label: str, about: str) -> Slider:
    """The slider of a parameter that each country has for itself."""
    declared: Parameter = SECTIONS[section][name]
    given = country.sections.get(section, {}).get(name) or scenario.model.get(section, {}).get(name)
    value = declared.default if given is None else given.value
    path = f"countries.{country.name}.{section}.{name}"
    step = 0.05 if declared.high > 1.0 else 0.02
    return Slider(
        f"{name}.{country.name}",
        label.format(country.label),
        about,
        declared.low,
        declared.high,
        step,
        value,
        lambda moved: {path: moved},
    )


def media_climate(scenario: Scenario) -> Slider:
    """How hostile coverage is when nothing happens: all outlets of both countries moved so that their mean is the slider's value."""
    outlets = [(country, outlet) for country in scenario.countries for outlet in country.outlets]
    weights = [outlet.profile["audience"].value for _, outlet in outlets]
    levels = [outlet.profile["hostility"].value for _, outlet in outlets]
    mean = sum(weight * level for weight, level in zip(weights, levels, strict=True)) / max(sum(weights), 1e-9)

    def entries(moved: float) -> dict[str, float]:
        return {
            f"countries.{country.name}.outlets.{outlet.name}.hostility": round(moved_level(level, mean, moved), 6)
            for (country, outlet), level in zip(outlets, levels, strict=True)
        }

    about = (
        "How hostile coverage of the other side is in quiet times: 0 friendly, 1 hateful. Moves all outlets of both countries."
    )
    return Slider("media", "hostile media, both sides", about, 0.0, 1.0, 0.02, round(mean, 2), entries)


def moved_level(level: float, mean: float, moved: float) -> float:
    """A level between 0 and 1 moved so that the mean of all becomes `moved`; order and both ends are kept."""
    if moved <= mean:
        return level * moved / max(mean, 1e-9)
    return 1.0 - (1.0 - level) * (1.0 - moved) / max(1.0 - mean, 1e-9)


def attack_size(scenario: Scenario) -> Slider:
    """How many the first attack kills."""
    value = scenario.triggers[0].deaths.value
    about = "How many people the attack kills that starts the crisis."
    high = max(_MOST_DEATHS, value)
    return Slider(
        "deaths",
        "deaths in the first attack",
        about,
        0.0,
        high,
        1.0,
        value,
        lambda moved: {"triggers.0.deaths": moved},
        "people",
    )
