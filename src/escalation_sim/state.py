"""What a run is made of: entities, their state, and the numbers they live by.

`VARIABLES` names every piece of state, who owns it, its unit and bounds. `Setting` turns a scenario into arrays for a set of runs;
`initial_state` gives the state at the start. Both drivers use the same two, the batch engine whole, the agents slice by
slice, so that they cannot differ.

Axes: the run is always the last axis; members come before countries: hostility of coverage has shape (outlet, country, run),
posture (country, run), the working relationship of channels (channel, run).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from escalation_sim.ladder import Ladder
from escalation_sim.noise import NORMAL, UNIFORM, Process, initial_draws
from escalation_sim.parameters import FLOAT, Array, Number, Section, Values
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.rules.channels import OPEN
from escalation_sim.rules.leadership import gumbel
from escalation_sim.rules.public_opinion import climate_of, weighted_mean
from escalation_sim.scenario import Scenario, ScheduledState
from escalation_sim.turn import DAYS_BETWEEN, EVERY_YEAR, TURN, Phase

__all__ = ["AXES", "VARIABLES", "Setting", "Variable", "initial_state", "processes"]

AXES: dict[str, tuple[str, ...]] = {
    "dyad": (),
    "government": ("country",),
    "military": ("country",),
    "public": ("country",),
    "outlet": ("outlet", "country"),
    "group": ("group", "country"),
    "channel": ("channel",),
    "armed_group": ("armed_group",),
    "mediator": ("mediator",),
}
"""Axes of each kind of entity in front of the run axis."""

COUNTRY_AXIS = "country"


@dataclass(frozen=True)
class Variable:
    """One piece of state.

    Attributes
    ----------
    name, owner : unique name; kind of entity that holds it.
    unit, low, high : unit and bounds (inclusive).
    about : one plain sentence.
    by_rung : True if it has one value per rung (rung axis first).
    """

    name: str
    owner: str
    unit: str
    low: float
    high: float
    about: str
    by_rung: bool = False


_INF = float("inf")
_RUNG = "rung"
_FLAG = ("0 or 1", 0.0, 1.0)
_SHARE = ("1", 0.0, 1.0)

VARIABLES: dict[str, Variable] = {
    variable.name: variable
    for variable in (
        Variable("talking", "dyad", *_SHARE, "strength of the best open line that can negotiate"),
        Variable("explains", "dyad", "probability", 0.0, 1.0, "probability that an unintended act is explained in time"),
        Variable(
            "signals_explained", "dyad", "probability", 0.0, 1.0, "probability that a nuclear signal is read as what it is"
        ),
        Variable("implements", "dyad", "1", 0.0, _INF, "how many times longer a cease-fire holds, less one"),
        Variable(
            "intent_told",
            "dyad",
            "1/rung^2/day",
            0.0,
            _INF,
            "precision of what the governments say of their intentions, as heard",
        ),
        Variable("intent_told_truly", "dyad", "1/rung^2/day", 0.0, _INF, "the same, weighted by candour"),
        Variable("posture_shown", "dyad", "1/rung^2/day", 0.0, _INF, "precision of what channels show of the forces"),
        Variable("contact", "dyad", "1/day", 0.0, _INF, "rate at which a fully tied group gains voice from contact"),
        Variable("reassurance", "dyad", "1/day", 0.0, _INF, "rate at which trust grows in the channels"),
        Variable("groundwork", "dyad", "logit", 0.0, _INF, "willingness added by texts and ideas that both sides know"),
        Variable("trade_growth", "dyad", "1/day", 0.0, _INF, "rate at which trade grows through the channels"),
        Variable("sobering", "dyad", "1/day", 0.0, _INF, "rate at which channels draw hostile coverage down"),
        Variable("exposures", "dyad", "channels", 0.0, _INF, "secret channels exposed in the last step"),
        Variable("unheard", "dyad", *_FLAG, "a call failed and the message has not got through since"),
        Variable("trade", "dyad", *_SHARE, "trade, as a share of what there could be"),
        Variable("calm_days", "dyad", "days", 0.0, _INF, "days for which both have been quiet"),
        Variable("over", "dyad", *_FLAG, "the crisis is over, or there is none"),
        Variable("fire", "dyad", "exchanges", 0.0, 10.0, "exchanges of fire across the line in this step"),
        Variable("violations", "dyad", "violations", 0.0, _INF, "violations counted in this step"),
        Variable("excitement", "dyad", "1/day", 0.0, _INF, "rate of further exchanges that past ones set off"),
        Variable(
            "talks_near", "dyad", "probability", 0.0, 1.0, "probability that both would say yes now, through the best channel"
        ),
        Variable("fought", "dyad", *_FLAG, "whether force has been used in this crisis"),
        Variable("deal_tried", "dyad", *_FLAG, "talks came up for decision in this step"),
        Variable("deal_struck", "dyad", *_FLAG, "a deal was struck in this step"),
        Variable(
            "deal_channel",
            "dyad",
            "channel",
            -1.0,
            _INF,
            "place of the channel through which the last deal was struck; -1 none",
        ),
        Variable("cease_fire", "dyad", *_FLAG, "a cease-fire is in force"),
        Variable("deal_broken", "dyad", *_FLAG, "a cease-fire broke in this step"),
        Variable("disillusion", "dyad", "broken deals", 0.0, _INF, "broken cease-fires still remembered"),
        Variable("deal_age", "dyad", "days", 0.0, _INF, "age of the cease-fire in force"),
        Variable("strike_deaths", "armed_group", "deaths", 0.0, _INF, "deaths the group inflicted in this step"),
        Variable("attack_deaths", "government", "deaths", 0.0, _INF, "own nationals killed by attacks in this step"),
        Variable("attack_injury", "government", "grievance", 0.0, _INF, "injury from attacks and incidents in this step"),
        Variable("forced_posture", "government", _RUNG, 0.0, _INF, "rung that a trigger puts the country on; 0 none"),
        Variable("goodwill", "government", "gestures", 0.0, _INF, "gestures of the rival in this step"),
        Variable("stress_felt", "government", "severity", 0.0, 10.0, "what it holds against keeping lines open"),
        Variable("urge", "government", "logit", -_INF, _INF, "readiness to talk"),
        Variable("calling", "government", "1/day", 0.0, _INF, "rate at which it would call if wholly ready"),
        Variable("new_leader", "government", *_FLAG, "a new leader has come at the last look"),
        Variable("signal_misread", "government", *_FLAG, "the rival's nuclear signal was read as preparation for use"),
        Variable("belief", "government", _RUNG, 0.0, _INF, "rung the rival is believed to want"),
        Variable("belief_variance", "government", "rung^2", 0.0, _INF, "uncertainty of that belief"),
        Variable("threat", "government", _RUNG, 0.0, _INF, "rung for which the prudent plan"),
        Variable("grievance", "government", "grievance", 0.0, _INF, "injury that asks for an answer"),
        Variable("bitterness", "government", *_SHARE, "grievance as a share of its ceiling"),
        Variable(
            "grievance_by_accident", "government", "grievance", 0.0, _INF, "injury from an accident read as intended, last step"
        ),
        Variable("posture_wanted", "government", _RUNG, 0.0, _INF, "rung the government wants"),
        Variable("mood", "government", "log", -_INF, _INF, "slow change of resolve"),
        Variable("temper", "government", "sd", -_INF, _INF, "disposition: resolve of this run's leaders"),
        Variable("liking", "government", "1/precision", -_INF, _INF, "disposition towards each rung", by_rung=True),
        Variable(
            "commitment", "government", "severity", 0.0, 10.0, "severity to which the government has committed itself in public"
        ),
        Variable("provocation", "government", "severity", 0.0, 10.0, "severity of the last provocation remembered"),
        Variable("shadow", "government", "signals", 0.0, _INF, "nuclear signals of the rival still felt"),
        Variable("motive_at_height", "government", "utility", 0.0, _INF, "strongest motive for force so far"),
        Variable("weary", "government", *_FLAG, "weariness is what holds the government back most"),
        Variable("nuclear_signal", "government", *_FLAG, "the government signals with nuclear weapons in this step"),
        Variable("willingness", "government", "logit", -_INF, _INF, "private willingness to stop"),
        Variable("price_of_publicity", "government", "logit", 0.0, _INF, "willingness lost in a fully public channel"),
        Variable("trust", "government", *_SHARE, "trust in the rival government"),
        Variable("posture", "military", _RUNG, 0.0, _INF, "rung at which the country stands"),
        Variable("readiness", "military", "days", 0.0, _INF, "days of preparation done"),
        Variable("tempo", "military", "sd", -_INF, _INF, "disposition: speed of preparation"),
        Variable("act_left", "military", "days", 0.0, _INF, "days the present act still lasts"),
        Variable("act_begun", "military", _RUNG, 0.0, _INF, "rung of the act begun in this step; 0 none"),
        Variable("order", "military", _RUNG, 0.0, _INF, "rung being prepared; 0 none"),
        Variable("overshot", "military", *_FLAG, "the act of this step went further than ordered"),
        Variable("accident", "military", *_FLAG, "an unintended act happened in this step"),
        Variable("accident_misread", "military", *_FLAG, "and the rival read it as intended"),
        Variable("arousal", "public", "1", 0.0, _INF, "injury still in the news"),
        Variable("salience", "public", *_SHARE, "how far the crisis fills the public's mind"),
        Variable("climate", "public", *_SHARE, "hostility of coverage as the public meets it"),
        Variable("falsehood_heard", "public", *_SHARE, "share of coverage heard that rests on false claims"),
        Variable("falsehood_on_social_media", "public", *_SHARE, "the same on social media alone"),
        Variable("appeal", "public", *_SHARE, "appeals for peace that are heard"),
        Variable("pressure", "public", *_SHARE, "pressure for action"),
        Variable("weariness", "public", *_SHARE, "weariness of losses and of standing mobilised"),
        Variable("lethality", "public", "sd", -_INF, _INF, "disposition: how deadly a war is for this country"),
        Variable("deaths_in_step", "public", "deaths", 0.0, _INF, "own nationals killed in this step"),
        Variable("deaths", "public", "deaths", 0.0, _INF, "own nationals killed so far"),
        Variable("deaths_recent", "public", "deaths/day", 0.0, _INF, "own deaths per day, averaged over recent days"),
        Variable("hostility", "outlet", *_SHARE, "hostility of coverage"),
        Variable("falsehood", "outlet", *_SHARE, "share of coverage that rests on false claims"),
        Variable("voice", "group", *_SHARE, "voice of the group"),
        Variable("status", "channel", "2 open, 1 suspended, 0 closed", 0.0, 2.0, "state of the channel"),
        Variable("relationship", "channel", *_SHARE, "working relationship"),
        Variable("in_use", "channel", *_FLAG, "something is being said through it"),
        Variable("called", "channel", *_FLAG, "it was tried in this step of a crisis"),
        Variable("answered", "channel", *_FLAG, "and the call was answered"),
        Variable("unanswered", "channel", *_FLAG, "and nobody answered"),
        Variable("rescued", "channel", *_FLAG, "it carried a message that another had failed to carry"),
        Variable("own_failure", "channel", *_FLAG, "it failed to carry the message that is still unheard"),
        Variable("set_up_left", "channel", "days", 0.0, _INF, "days until a channel being built is ready"),
        Variable("leak", "channel", *_FLAG, "the channel was exposed in this step"),
        Variable("engaged", "mediator", *_FLAG, "the mediator is at work"),
        Variable("arrives_in", "mediator", "days", 0.0, _INF, "days until it is at work, once it has set out"),
    )
}


def members(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Names along each axis, in the order of the arrays."""
    first = scenario.countries[0]
    return {
        "country": tuple(country.name for country in scenario.countries),
        "outlet": tuple(member.name for member in first.outlets),
        "group": tuple(member.name for member in first.groups),
        "channel": tuple(channel.name for channel in scenario.channels),
        "armed_group": tuple(group.name for group in scenario.armed_groups),
        "mediator": tuple(mediator.name for mediator in scenario.mediators),
        "rung": scenario.ladder.names,
    }


class Setting:
    """A scenario as arrays, for a set of runs.

    Parameters
    ----------
    scenario : the scenario.
    seed : seed of the judged numbers.
    runs : run numbers, one for each row. A number may come more than once: the same luck under other numbers of the model.
    design : numbers that differ from row to row, by path; arrays of shape (row,). They stand in for what the scenario says.

    Attributes
    ----------
    sections : arrays by section and parameter; shape (1,) or (run,) for shared sections, (country, 1 or run) for the others.
    profiles : arrays by kind of member and property; member axis first.
    """

    def __init__(
        self, scenario: Scenario, seed: int, runs: Sequence[int] | Array, design: Mapping[str, Array] | None = None
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.design = {path: np.asarray(values, FLOAT) for path, values in (design or {}).items()}
        self.asked: dict[str, Number] = {}
        self.runs = np.asarray(runs, dtype=np.int64)
        self.ladder: Ladder = scenario.ladder
        self.judged: dict[str, Array] = {}
        self._shared: dict[str, Values] | None = None
        self.dt = np.array(scenario.step_hours / 24.0, FLOAT)
        self.steps_a_day = round(24.0 / scenario.step_hours)
        self.names = members(scenario)
        self._pages = sorted({state.day for channel in scenario.channels for state in channel.schedule})
        self.sections = {name: self._section(section) for name, section in SECTIONS.items()}
        self.profiles = self._profiles()
        self.triggers = self._triggers()
        self.targeted_by = (
            np.array(
                [[[float(group.target == country.name)] for country in scenario.countries] for group in scenario.armed_groups]
            )
            .reshape(len(scenario.armed_groups), 2, 1)
            .astype(FLOAT)
        )

    def value(self, path: str, number: Number) -> Array:
        """A number as an array: shape (1,) if fixed, (run,) if judged (one draw per run, keyed by path) or in the design."""
        self.asked[path] = number
        if path in self.design:
            return self.design[path]
        if number.range is None:
            return np.array([number.value], FLOAT)
        if path not in self.judged:
            self.judged[path] = number.quantile(initial_draws(self.seed, self.runs, "judged", path)).astype(FLOAT)
        return self.judged[path]

    def turn_page(self, day: float) -> bool:
        """Take over what history decrees for channels on this day; True if what the rules are given has changed.

        Lasts for the steps of one day: a decree that is on the books is taken back at the next midnight.
        """
        channel = self.profiles["channel"]
        changed = day == int(day) and bool((channel["decreed"] >= 0.0).any())
        if changed:
            channel["decreed"] = np.full_like(channel["decreed"], -1.0)
        while self._pages and self._pages[0] <= day:
            turned = self._pages.pop(0)
            for place, one in enumerate(self.scenario.channels):
                for state in one.schedule:
                    if state.day == turned:
                        self._decree(place, one.name, state)
                        channel["decreed"][place] = state.status if turned == day else -1.0
            changed = True
        if changed:
            self._shared = None
        return changed

    def _decree(self, place: int, name: str, state: ScheduledState) -> None:
        """One channel's state from this day on: whether it exists, and what is particular to it."""
        channel = self.profiles["channel"]
        entries = {"founding_relationship": state.relationship, **state.profile}
        for entry, number in entries.items():
            value = self._drawn(f"channels.{name}.{entry}", number)
            if value.shape[-1] > channel[entry].shape[-1]:
                channel[entry] = np.repeat(channel[entry], value.shape[-1], axis=-1)
            channel[entry] = channel[entry].copy()
            channel[entry][place] = value

    def _drawn(self, path: str, number: Number) -> Array:
        """A number whose meaning changes with time: the same luck every time, so that only its range moves."""
        if number.range is None:
            return np.array([number.value], FLOAT)
        drawn: Array = number.quantile(initial_draws(self.seed, self.runs, "judged", path)).astype(FLOAT)
        return drawn

    def keep(self, places: Array) -> None:
        """Go on with the runs at these places only."""
        count = len(self.runs)

        def kept(entries: Mapping[str, Array]) -> dict[str, Array]:
            return {
                name: array.take(places, axis=-1) if array.shape[-1] == count > 1 else array for name, array in entries.items()
            }

        self._shared = None
        self.sections = {name: kept(entries) for name, entries in self.sections.items()}
        self.profiles = {kind: kept(entries) for kind, entries in self.profiles.items()}
        self.triggers = tuple(
            Values({name: array[..., places] if isinstance(array, np.ndarray) and array.shape[-1] == count > 1 else array
                    for name, array in trigger.__dict__.items()})
            for trigger in self.triggers
        )  # fmt: skip
        self.design = kept(self.design)
        self.runs = self.runs[places]

    @classmethod
    def joined(cls, parts: Sequence[Setting]) -> Setting:
        """The setting of the runs of several, in the order given; all must be of one scenario and seed, and on the same page."""
        counts = [len(part.runs) for part in parts]

        def together(*arrays: Any) -> Any:
            if not isinstance(arrays[0], np.ndarray) or (max(counts) > 1 and all(array.shape[-1] == 1 for array in arrays)):
                return arrays[0]
            of_parts = zip(arrays, counts, strict=True)
            return np.concatenate([np.broadcast_to(array, (*array.shape[:-1], count)) for array, count in of_parts], axis=-1)

        def all_together(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            return {name: together(*(one[name] for one in entries)) for name in entries[0]}

        whole = copy.copy(parts[0])
        whole._shared = None
        whole.sections = {name: all_together([part.sections[name] for part in parts]) for name in whole.sections}
        whole.profiles = {kind: all_together([part.profiles[kind] for part in parts]) for kind in whole.profiles}
        whole.triggers = tuple(
            Values(all_together([one.__dict__ for one in same]))
            for same in zip(*(part.triggers for part in parts), strict=True)
        )
        whole.design = all_together([part.design for part in parts])
        whole.runs = np.concatenate([part.runs for part in parts])
        whole.judged = {}
        whole._pages = list(whole._pages)
        return whole

    def given(self, phase: Phase, place: tuple[int, ...] | None = None) -> Values:
        """What the rule of a phase is given: its parameters, profiles, ladder and length of step.

        With `place` (indices along the axes of the phase's entity) the slice for that one member.
        """
        axes = AXES[phase.who]
        country = place[axes.index(COUNTRY_AXIS)] if place is not None and COUNTRY_AXIS in axes else None

        def own(array: Array) -> Array:
            return plain(array if country is None else array[country])

        def of_members(array: Array, kind: str) -> Array:
            return array[:, country] if country is not None and COUNTRY_AXIS in AXES[kind] else array

        shared = SECTIONS[phase.section].scope == "shared"
        entries: dict[str, object] = {
            name: plain(array) if shared else own(array) for name, array in self.sections[phase.section].items()
        }
        entries["dt"] = np.array(float(DAYS_BETWEEN[phase.every]), FLOAT) if phase.every in DAYS_BETWEEN else self.dt
        entries["ladder"] = self.ladder
        entries["quiet_days"] = np.array(self.scenario.quiet_days, FLOAT)
        if country is None:
            entries.update(self._members())
        else:
            for kind, profile in self.profiles.items():
                entries[kind] = Values({name: of_members(array, kind) for name, array in profile.items()})
        if phase.who in self.profiles:
            profile = self.profiles[phase.who]
            entries["member"] = Values(
                {name: plain(array if place is None else array[place]) for name, array in profile.items()}
            )
        if phase.section == "triggers":
            entries["targeted_by"] = of_members(self.targeted_by, "outlet")
            entries["triggers"] = tuple(
                Values(
                    {
                        name: own(value) if name in ("is_victim", "is_actor") else value
                        for name, value in trigger.__dict__.items()
                    }
                )
                for trigger in self.triggers
            )
        if phase.section == "government":
            entries["theory"] = THEORIES[self.scenario.decision]
            entries["choice"] = Values({name: own(array) for name, array in self.sections[self.scenario.decision].items()})
        return Values(entries)

    def _members(self) -> dict[str, Values]:
        """Profiles of all members by kind, made once as long as nothing about them changes."""
        if self._shared is None:
            self._shared = {kind: Values(profile) for kind, profile in self.profiles.items()}
        return self._shared

    def _section(self, section: Section) -> dict[str, Array]:
        return {name: self._parameter(section, name, parameter.default) for name, parameter in section}

    def _parameter(self, section: Section, name: str, default: float) -> Array:
        common = self.scenario.model.get(section.name, {}).get(name, Number(default))
        if section.scope == "shared":
            return self.value(f"model.{section.name}.{name}", common)
        rows = []
        for country in self.scenario.countries:
            own = f"countries.{country.stream}.{section.name}.{name}"
            special = country.sections.get(section.name, {}).get(name)
            if special is None and own in self.design:
                special = common
            if special is None:
                rows.append(self.value(f"model.{section.name}.{name}", common))
            else:
                rows.append(self.value(own, special))
        return stacked(rows)

    def _profiles(self) -> dict[str, dict[str, Array]]:
        scenario = self.scenario
        profiles: dict[str, dict[str, Array]] = {}
        for kind, group in (
            ("channel", scenario.channels), ("armed_group", scenario.armed_groups), ("mediator", scenario.mediators),
        ):  # fmt: skip
            profiles[kind] = {
                name: stacked([
                    self.value(f"{kind}s.{member.name}.{name}", member.profile.get(name, Number(parameter.default)))
                    for member in group
                ])
                for name, parameter in PROFILES[kind]
            }  # fmt: skip
        for kind, places in (("outlet", "outlets"), ("group", "groups")):
            profiles[kind] = {
                name: stacked([
                    stacked([
                        self.value(
                            f"countries.{country.stream}.{places}.{getattr(country, places)[member].name}.{name}",
                            getattr(country, places)[member].profile.get(name, Number(parameter.default)),
                        )
                        for country in scenario.countries
                    ])
                    for member in range(len(getattr(scenario.countries[0], places)))
                ], 1)
                for name, parameter in PROFILES[kind]
            }  # fmt: skip
        profiles["channel"]["initial_status"] = stacked(
            [self.value(f"channels.{channel.name}.status", Number(channel.status)) for channel in scenario.channels]
        )
        profiles["channel"]["initial_relationship"] = stacked(
            [self.value(f"channels.{channel.name}.relationship", channel.relationship) for channel in scenario.channels]
        )
        profiles["channel"]["founding_relationship"] = profiles["channel"]["initial_relationship"]
        profiles["channel"]["decreed"] = np.full((len(scenario.channels), 1), -1.0, FLOAT)
        return profiles

    def _triggers(self) -> tuple[Values, ...]:
        injures = self.ladder.tables["injures"]
        return tuple(
            Values(
                {
                    "kind": trigger.kind,
                    "day": trigger.day,
                    "lasts": self.value(f"triggers.{place}.lasts", trigger.lasts),
                    "deaths": np.rint(self.value(f"triggers.{place}.deaths", trigger.deaths)),
                    "visibility": self.value(f"triggers.{place}.visibility", trigger.visibility),
                    "injury": self.value(f"triggers.{place}.injury", trigger.injury or Number(float(injures[trigger.rung]))),
                    "puts_actor_on": float(trigger.rung) if trigger.kind in ("incursion", "exercise") else 0.0,
                    "is_victim": np.array(
                        [[float(trigger.victim == country.name)] for country in self.scenario.countries], FLOAT
                    ),
                    "is_actor": np.array(
                        [[float(trigger.actor == country.name)] for country in self.scenario.countries], FLOAT
                    ),
                }
            )
            for place, trigger in enumerate(self.scenario.triggers)
        )


def plain(array: Array) -> Array:
    """One number without axes in place of an array that holds nothing else: NumPy takes half as long over it. Others as they are."""
    if array.shape[-1] != 1 or array.size == 0:
        return array
    first = array[(0,) * array.ndim]
    same: Array = np.asarray(first) if array.size == 1 or bool((array == first).all()) else array
    return same


def stacked(arrays: Sequence[Array], axes: int = 0) -> Array:
    """Arrays of equal or broadcastable shape along a new first axis; an empty one keeps (0, …, 1)."""
    if not arrays:
        return np.zeros((0, *([2] * axes), 1), FLOAT)
    return np.stack(np.broadcast_arrays(*arrays))


def streams_of(scenario: Scenario, kind: str) -> tuple[str, ...]:
    """Names that key the random streams of the entities of a kind, in C order of their axes.

    A country enters by its `stream`, a member by its name, so that the order of a scenario's lists has no influence. Outlets and groups
    may differ in name between countries.
    """
    countries = scenario.countries
    if kind in ("outlet", "group"):
        lists = [getattr(country, kind + "s") for country in countries]
        return tuple(
            f"{lists[c][m].name}/{country.stream}" for m in range(len(lists[0])) for c, country in enumerate(countries)
        )
    if AXES[kind] == ("country",):
        return tuple(country.stream for country in countries)
    if kind == "dyad":
        return ("dyad",)
    return tuple(member.name for member in getattr(scenario, kind + "s"))


def processes(scenario: Scenario) -> dict[str, tuple[Process, ...]]:
    """Random processes of every phase, by phase name, in the order in which a rule gets its draws."""
    names = members(scenario)
    found: dict[str, tuple[Process, ...]] = {}
    for phase in TURN:
        shape = tuple(len(names[axis]) for axis in AXES[phase.who])
        streams = streams_of(scenario, phase.who)
        lanes = [(lane, kind) for kind in (UNIFORM, NORMAL) for lane in getattr(phase, kind)]
        rungs = len(names["rung"])
        ahead = 2 if phase.every == EVERY_YEAR else Process.ahead
        found[phase.name] = tuple(
            Process(f"{phase.name}.{lane}", streams, shape, rungs if lane in phase.by_rung else 1, kind, ahead)
            for lane, kind in lanes
        )
    return found


def initial_state(setting: Setting) -> dict[str, Array]:
    """State of every entity before the first step; arrays of full shape."""
    scenario, runs = setting.scenario, setting.runs
    lengths = {axis: len(names) for axis, names in setting.names.items()}

    def shape_of(variable: Variable) -> tuple[int, ...]:
        rung = (lengths["rung"],) if variable.by_rung else ()
        return (*rung, *(lengths[axis] for axis in AXES[variable.owner]), len(runs))

    state = {name: np.zeros(shape_of(variable), FLOAT) for name, variable in VARIABLES.items()}

    def put(name: str, value: Array) -> None:
        state[name] = np.ascontiguousarray(np.broadcast_to(value, shape_of(VARIABLES[name])), FLOAT)

    def drawn(name: str, transform: Callable[[Array], Array], kind: str, suffix: str = "") -> Array:
        owner = VARIABLES[name].owner
        return np.stack(
            [
                transform(initial_draws(setting.seed, runs, name, member + suffix, kind))
                for member in streams_of(scenario, owner)
            ]
        )

    for name in ("temper", "tempo", "lethality", "mood"):
        put(name, drawn(name, np.asarray, NORMAL))
    put("mood", state["mood"] * setting.sections["government"]["mood_size"])
    put("liking", np.stack([drawn("liking", gumbel, UNIFORM, f"/{rung}") for rung in range(lengths["rung"])]))
    perception = setting.sections["perception"]
    put("belief_variance", np.sqrt(perception["drift"] / perception["watching"]))
    put("threat", perception["prudence"] * np.sqrt(state["belief_variance"]))
    put("trust", setting.sections["trust"]["initial"])
    put("trade", setting.sections["trade"]["initial"])
    put("pressure", setting.sections["public_opinion"]["standing_pressure"])
    put("deal_channel", np.array([-1.0]))
    put("hostility", setting.profiles["outlet"]["hostility"])
    put("voice", setting.profiles["group"]["voice"])
    outlet = setting.profiles["outlet"]
    put(
        "climate",
        climate_of(state["hostility"], outlet["audience"], outlet["social"], setting.sections["public_opinion"]["loudness"]),
    )
    put("appeal", weighted_mean(state["voice"], setting.profiles["group"]["audience"]))
    put("status", setting.profiles["channel"]["initial_status"])
    put("relationship", setting.profiles["channel"]["initial_relationship"])
    put("in_use", np.where((state["status"] == OPEN) & (setting.profiles["channel"]["by_choice"] == 0.0), 1.0, 0.0))
    put("calm_days", np.array([scenario.quiet_days]))
    put("over", np.ones(1))
    building = np.array([[float(channel.since_trigger)] for channel in scenario.channels])
    put("set_up_left", building * setting.profiles["channel"]["set_up"])
    return state
