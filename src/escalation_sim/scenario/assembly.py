"""A scenario put together from a document: the parts, each checked against the others.

`schema` has made sure that every value is of the right kind; here names have to exist, days to lie in the crisis, and members
to match.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from escalation_sim.errors import nearest
from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Number
from escalation_sim.rules import PROFILES, SECTIONS
from escalation_sim.scenario import catalogue
from escalation_sim.scenario.document import Document, KeyPath
from escalation_sim.scenario.findings import Finding, Findings, listed
from escalation_sim.scenario.ladders import check_ladder, ladder_from
from escalation_sim.scenario.parts import (
    ArmedGroup,
    Channel,
    Country,
    Mediator,
    Member,
    Observed,
    ObservedAct,
    ScheduledState,
    Trigger,
)
from escalation_sim.scenario.schema import (
    STATUSES,
    Block,
    ChannelBlock,
    CountryBlock,
    LadderBlock,
    MemberBlock,
    MembersBlock,
    ObservedActBlock,
    ObservedBlock,
    ScenarioBlock,
    TriggerBlock,
    checked,
    given,
)

__all__ = ["ANY_ARMED_GROUP", "assembled", "is_file_name"]

ANY_ARMED_GROUP = "armed_group"
"""Actor of an attack that no armed group of the scenario is named for."""

_UNKNOWN_RELATIONSHIP = Number(0.5, (0.2, 0.8))  # assumed: an open line of which nothing is known; drawn once per run
_PUTS_ACTOR_ON_RUNG = ("incursion", "exercise")
_IDLE_KEYS = {
    "attack": ("rung", "lasts", "injury"),
    "incursion": ("injury",),
    "exercise": ("injury",),
    "incident": ("lasts",),
    "accident": ("lasts",),
    "gesture": ("rung", "lasts", "deaths", "injury"),
}


@dataclass(frozen=True)
class _Setting:
    """What the checks of triggers and observed acts look names and days up in."""

    start: datetime.date
    horizon_days: float
    ladder: Ladder
    countries: tuple[str, ...]
    armed_groups: tuple[str, ...]
    mediators: tuple[str, ...]
    channels: tuple[str, ...]

    def rival(self, country: str) -> str:
        return self.countries[1] if country == self.countries[0] else self.countries[0]


def assembled(document: Document) -> dict[str, Any]:
    """Fields of the scenario a document describes; raises InputError about the first thing wrong in it."""
    block = checked(ScenarioBlock, document)
    findings = Findings(document)
    ladder = _ladder(block.ladder, findings)
    findings.raise_any()
    parts = _parts(block, ladder, findings)
    findings.raise_any()
    return {
        "name": block.name,
        "title": block.title or block.name,
        "about": block.about,
        "kind": block.kind,
        "start": block.start,
        "horizon_days": block.horizon_days,
        "step_hours": block.step_hours,
        "quiet_days": block.quiet_days,
        "decision": block.decision,
        "ladder": ladder,
        **parts,
    }


def _parts(block: ScenarioBlock, ladder: Ladder, findings: Findings) -> dict[str, Any]:
    channels = _channels(block, findings)
    setting = _Setting(
        block.start, block.horizon_days, ladder,
        tuple(block.countries), tuple(block.armed_groups), tuple(block.mediators), tuple(channel.name for channel in channels),
    )  # fmt: skip
    return {
        "countries": _countries(block.countries, findings),
        "model": _sections(block.model),
        "channels": channels,
        "triggers": tuple(_trigger(one, place, setting, findings) for place, one in enumerate(block.triggers)),
        "armed_groups": _armed_groups(block.armed_groups, setting, findings),
        "mediators": tuple(
            Mediator(
                name, one.label or catalogue.label_of(name), catalogue.completed("mediator", given(one, PROFILES["mediator"]))
            )
            for name, one in block.mediators.items()
        ),
        "observed": _observed(block.observed, setting, findings),
    }


def is_file_name(ladder: str) -> bool:
    """Whether the text given for a ladder names a file rather than a shipped ladder."""
    return ladder.endswith((".yaml", ".yml")) or "/" in ladder or "\\" in ladder


def _ladder(given_ladder: LadderBlock | str, findings: Findings) -> Ladder:
    shipped = catalogue.shipped_ladders()
    fallback = next(iter(shipped.values()))
    if isinstance(given_ladder, LadderBlock):
        check_ladder(given_ladder, findings, ("ladder",))
        return fallback if findings else ladder_from(given_ladder)
    if is_file_name(given_ladder):
        findings.wrong(("ladder",), "a ladder's file can be named only in a scenario's file", given_ladder)
        return fallback
    findings.known(("ladder",), "ladder", given_ladder, shipped)
    return shipped.get(given_ladder, fallback)


def _sections(block: Block) -> dict[str, dict[str, Number]]:
    """What the document gives of the model's sections."""
    found = {
        name: given(getattr(block, name), section)
        for name, section in SECTIONS.items()
        if name in type(block).model_fields and name in block.model_fields_set
    }
    return {name: numbers for name, numbers in found.items() if numbers}


def _countries(blocks: Mapping[str, CountryBlock], findings: Findings) -> tuple[Country, ...]:
    defaults = catalogue.societies()
    countries = []
    for name, block in blocks.items():
        path = ("countries", name)
        if name == ANY_ARMED_GROUP:
            findings.wrong(path, "this name stands for an armed group; give the country another")
        outlets = _members("outlet", block.outlets, defaults.outlets, findings, (*path, "outlets"))
        groups = _members("group", block.groups, defaults.groups, findings, (*path, "groups"))
        label = block.label or catalogue.label_of(name)
        countries.append(Country(name, label, block.stream or name, _sections(block), outlets, groups))
    first, second = countries
    if first.stream == second.stream:
        findings.wrong(("countries", second.name, "stream"), "both countries have the same stream", second.stream)
    for kind in ("outlets", "groups"):
        counts = [len(getattr(country, kind)) for country in countries]
        if counts[0] != counts[1] and not findings:
            numbers = f"{first.name} has {counts[0]}, {second.name} has {counts[1]}"
            findings.wrong(("countries", second.name, kind), f"both countries must have as many {kind}: {numbers}")
    return first, second


def _members(
    kind: str, block: MembersBlock, defaults: Mapping[str, Member], findings: Findings, path: KeyPath
) -> tuple[Member, ...]:
    """A country's outlets or groups: the default ones as changed, then the new ones."""
    for place, name in enumerate(block.drop):
        if findings.known((*path, "drop", place), kind, name, tuple(defaults)) and name in block.members:
            findings.wrong((*path, name), f"this {kind} is dropped and changed at once")
    kept = {name: default for name, default in defaults.items() if name not in block.drop}
    for name, entry in block.members.items():
        default = defaults.get(name)
        if default is None:
            _check_new_name(kind, entry, defaults, findings, (*path, name))
        profile = catalogue.completed(kind, {**(default.profile if default else {}), **given(entry, PROFILES[kind])})
        label = entry.label or (default.label if default else catalogue.label_of(name))
        kept[name] = Member(name, label, profile)
    _check_audience(kind, kept, findings, path)
    return tuple(kept.values())


def _check_new_name(kind: str, entry: MemberBlock, defaults: Collection[str], findings: Findings, path: KeyPath) -> None:
    """A new member without a label whose name is nearly a default one's is taken for a slip of the pen."""
    name = str(path[-1])
    suggestion = nearest(name, defaults)
    if suggestion and entry.label is None:
        problem = f"unknown {kind}; a new one with so similar a name needs a label"
        findings.add(Finding(path, problem, name, listed(defaults), suggestion))


def _check_audience(kind: str, members: Mapping[str, Member], findings: Findings, path: KeyPath) -> None:
    if not 1 <= len(members) <= 30:
        findings.wrong(path, f"a country must have 1 to 30 {kind}s, here {len(members)}")
    elif sum(member.profile["audience"].value for member in members.values()) == 0.0:
        findings.wrong(path, f"no {kind} has an audience", allowed="audience above 0 for at least one")


def _channels(scenario: ScenarioBlock, findings: Findings) -> tuple[Channel, ...]:
    """All presets, then the scenario's own channels."""
    block = scenario.channels
    presets = catalogue.channel_presets()
    if block.follow_calendar and block.as_of is None:
        findings.wrong(
            ("channels", "follow_calendar"), "needs the day from which the calendar is followed", allowed="as_of beside it"
        )
    history = catalogue.channels_as_of(block.as_of) if block.as_of else {}
    entries: dict[str, ChannelBlock] = block.members
    built: dict[str, Channel] = {}
    for name in (*presets, *(name for name in entries if name not in presets)):
        entry = entries.get(name, ChannelBlock())
        path = ("channels", name)
        if name not in presets:
            _check_new_channel(name, entry, presets, findings, path)
        label, level, profile = _model_of(name, entry, built, findings, path)
        past = history.get(name) if entry.initiatives is None else _of_initiatives(name, entry.initiatives, findings, path)
        status, relationship = _state(entry, past, findings, path)
        complete = {**profile, **(past.profile if past else {}), **given(entry, PROFILES["channel"])}
        if entry.since and complete["third_party"].value == 1.0:
            findings.wrong(
                (*path, "since"), "a channel that exists through a mediator is not built; it opens when one steps in"
            )
        built[name] = Channel(
            name=name,
            label=entry.label or label,
            level=entry.level or level,
            profile=complete,
            status=0.0 if entry.since and complete["set_up"].value > 0.0 else status,
            relationship=relationship,
            since_trigger=entry.since is not None,
            schedule=_schedule(name, scenario, entry) if name in history else (),
        )
    if len(built) > 30:
        findings.wrong(("channels",), "too many channels", allowed=f"at most 30 with the presets, got {len(built)}")
    return tuple(built.values())


def _of_initiatives(name: str, names: list[str], findings: Findings, path: KeyPath) -> catalogue.ChannelState | None:
    """Track II made of the initiatives named, whatever the date."""
    if name != catalogue.TRACK_TWO:
        findings.wrong((*path, "initiatives"), "only Track II consists of initiatives", allowed=f"under {catalogue.TRACK_TWO}")
        return None
    known = {one.name: one for one in catalogue.initiatives()}
    for place, one in enumerate(names):
        findings.known((*path, "initiatives", place), "initiative", one, known)
    return catalogue.track_two_of([known[one] for one in names if one in known])


def _schedule(name: str, scenario: ScenarioBlock, entry: ChannelBlock) -> tuple[ScheduledState, ...]:
    """What the calendar decrees for a preset after the start, as far as the scenario follows it and says nothing of its own."""
    as_of = scenario.channels.as_of
    own_state = entry.status is not None or entry.since is not None or entry.initiatives is not None
    if as_of is None or not scenario.channels.follow_calendar or own_state:
        return ()
    own = given(entry, PROFILES["channel"])
    states = []
    for day in catalogue.changes_of(name, as_of):
        after = float((day - as_of).days)
        if after < scenario.horizon_days:
            state = catalogue.channels_as_of(day)[name]
            exists = STATUSES["open"] if state.status > 0.0 else STATUSES["closed"]
            particular = {key: number for key, number in state.profile.items() if key not in own}
            states.append(ScheduledState(after, exists, state.relationship, particular))
    return tuple(states)


def _check_new_channel(name: str, entry: ChannelBlock, presets: Collection[str], findings: Findings, path: KeyPath) -> None:
    """A new channel that says nothing of what it can do, or is nearly called like a preset, is taken for a slip of the pen."""
    if entry.preset or entry.like:
        return
    suggestion = nearest(name, presets)
    if not given(entry, PROFILES["channel"]) or (suggestion and entry.label is None):
        problem = "unknown channel; a new one needs `preset`, `like`, or a label and a profile of its own"
        findings.add(Finding(path, problem, name, listed(presets), suggestion))


def _model_of(
    name: str, entry: ChannelBlock, built: Mapping[str, Channel], findings: Findings, path: KeyPath
) -> tuple[str, str, Mapping[str, Number]]:
    """Label, level and profile before the entry's own: those of its preset, of the channel it is like, or the defaults."""
    presets = catalogue.channel_presets()
    own = presets.get(name)
    own_label = own.label if own else catalogue.label_of(name)
    if entry.like and entry.preset:
        findings.wrong((*path, "like"), "a channel has a preset or is like another, not both")
    if entry.like and findings.known((*path, "like"), "channel (above this one)", entry.like, tuple(built)):
        return own_label, built[entry.like].level, built[entry.like].profile
    if entry.preset and findings.known((*path, "preset"), "preset", entry.preset, tuple(presets)):
        return own_label, presets[entry.preset].level, presets[entry.preset].profile
    if own:
        return own.label, own.level, own.profile
    return own_label, "political", catalogue.completed("channel", {})


def _state(entry: ChannelBlock, past: catalogue.ChannelState | None, findings: Findings, path: KeyPath) -> tuple[float, Number]:
    """State and working relationship: as given, else as history had them, else closed."""
    if entry.since and entry.status not in (None, "open"):
        findings.wrong(
            (*path, "since"), f"a channel that is {entry.status} is not being set up", allowed="status: open, or none"
        )
    status = "open" if entry.since else entry.status
    if status is None:
        past = past or catalogue.ChannelState(0.0, Number(0.0), "assumed")
        return past.status, entry.relationship or past.relationship
    if entry.relationship is not None:
        return STATUSES[status], entry.relationship
    if status == "closed":
        return STATUSES[status], Number(0.0)
    earned = past.relationship if past and past.relationship.value > 0.0 else _UNKNOWN_RELATIONSHIP
    return STATUSES[status], earned


def _trigger(block: TriggerBlock, place: int, setting: _Setting, findings: Findings) -> Trigger:
    path: KeyPath = ("triggers", place)
    _check_keys_of_kind(block, findings, path)
    actor, victim = _parties(block, setting, findings, path)
    rung = 0 if block.rung is None else _rung(block.rung, setting.ladder, findings, (*path, "rung"))
    lasts = Number(0.0)
    if block.kind in _PUTS_ACTOR_ON_RUNG:
        lasts = block.lasts or Number(1.0)
        if lasts.value == 0.0 or (lasts.range and lasts.range[0] == 0.0):
            findings.wrong((*path, "lasts"), f"an {block.kind} must last some time", lasts.value, "more than 0 days")
    return Trigger(
        kind=block.kind,
        day=_trigger_day(block, setting, findings, path),
        actor=actor,
        victim=victim,
        deaths=block.deaths or Number(0.0),
        rung=rung,
        lasts=lasts,
        visibility=block.visibility or Number(1.0),
        what=block.what,
        injury=block.injury,
    )


def _check_keys_of_kind(block: TriggerBlock, findings: Findings, path: KeyPath) -> None:
    """Which keys a kind of trigger needs, and which mean nothing to it."""
    needed = {"attack": ("victim", "deaths"), "gesture": ("actor",)}.get(block.kind, ("actor", "rung"))
    for key in needed:
        if getattr(block, key) is None:
            findings.wrong(path, f"required key '{key}' is missing for kind {block.kind}")
    idle = _IDLE_KEYS[block.kind]
    for key in idle:
        if getattr(block, key) is not None:
            findings.wrong((*path, key), f"means nothing for kind {block.kind}")


def _parties(block: TriggerBlock, setting: _Setting, findings: Findings, path: KeyPath) -> tuple[str, str]:
    """Actor and victim; the victim is the actor's rival where not given."""
    actor = block.actor or ANY_ARMED_GROUP
    actors = setting.countries
    if block.kind == "attack":
        actors = (*actors, ANY_ARMED_GROUP, *setting.armed_groups)
    if block.actor is not None:
        findings.known((*path, "actor"), f"actor for kind {block.kind}", actor, actors)
    victim = block.victim or setting.rival(actor)
    findings.known((*path, "victim"), "country", victim, setting.countries)
    if actor == victim:
        findings.wrong((*path, "victim"), "actor and victim are the same country", victim)
    return actor, victim


def _trigger_day(block: TriggerBlock, setting: _Setting, findings: Findings, path: KeyPath) -> float:
    if (block.date is None) == (block.day is None):
        findings.wrong(path, "a trigger needs either `date` or `day`")
        return 0.0
    if block.date is None:
        day, at, value = block.day or 0.0, (*path, "day"), str(block.day)
    else:
        day, at, value = float((block.date - setting.start).days), (*path, "date"), block.date.isoformat()
    if day < 0.0:
        findings.wrong(at, f"lies before the start ({setting.start})", value)
    elif day >= setting.horizon_days:
        findings.wrong(at, f"lies after the horizon of {setting.horizon_days:g} days", value)
    return day


def _rung(rung: int | str, ladder: Ladder, findings: Findings, path: KeyPath) -> int:
    """Number of a rung given by number or by name."""
    if isinstance(rung, str):
        return ladder.names.index(rung) if findings.known(path, "rung", rung, ladder.names) else 0
    if not 0 <= rung <= ladder.top:
        findings.wrong(path, "there is no such rung", rung, f"0 to {ladder.top}")
        return 0
    return rung


def _armed_groups(blocks: Mapping[str, Any], setting: _Setting, findings: Findings) -> tuple[ArmedGroup, ...]:
    groups = []
    for name, block in blocks.items():
        path = ("armed_groups", name)
        if name in (*setting.countries, ANY_ARMED_GROUP):
            findings.wrong(path, "this name is taken; give the armed group another")
        for key in ("base", "target"):
            findings.known((*path, key), "country", getattr(block, key), setting.countries)
        if block.base == block.target:
            findings.wrong((*path, "target"), "base and target are the same country", block.target)
        profile = catalogue.completed("armed_group", given(block, PROFILES["armed_group"]))
        if profile["deaths_minimum"].value > profile["deaths_maximum"].value:
            findings.wrong((*path, "deaths_minimum"), "is above deaths_maximum", profile["deaths_minimum"].value)
        groups.append(ArmedGroup(name, block.label or catalogue.label_of(name), block.base, block.target, profile))
    return tuple(groups)


def _observed(block: ObservedBlock | None, setting: _Setting, findings: Findings) -> Observed | None:
    if block is None:
        return None
    acts = [_observed_act(one, ("observed", "acts", place), setting, findings) for place, one in enumerate(block.acts)]
    for country in block.deaths.members:
        findings.known(("observed", "deaths", country), "country", country, setting.countries)
    end_day = None
    if block.end is not None:
        end_day = float((block.end - setting.start).days)
        if end_day < 0.0:
            findings.wrong(("observed", "end"), f"lies before the start ({setting.start})", block.end.isoformat())
    in_order = tuple(sorted(acts, key=lambda act: act.day))
    return Observed(in_order, block.deaths.total, block.deaths.members, end_day, block.source)


def _observed_act(block: ObservedActBlock, path: KeyPath, setting: _Setting, findings: Findings) -> ObservedAct:
    day = float((block.date - setting.start).days)
    if day < 0.0:
        findings.wrong((*path, "date"), f"lies before the start ({setting.start})", block.date.isoformat())
    if block.kind == "act":
        for key in ("actor", "rung"):
            if getattr(block, key) is None:
                findings.wrong(path, f"required key '{key}' is missing for kind act")
    elif block.rung is not None:
        findings.wrong((*path, "rung"), f"means nothing for kind {block.kind}")
    if block.actor is not None:
        actors = (*setting.countries, *(setting.mediators if block.kind == "mediation" else ()))
        findings.known((*path, "actor"), f"actor for kind {block.kind}", block.actor, actors)
    if block.channel is not None:
        findings.known((*path, "channel"), "channel", block.channel, setting.channels)
    rung = None if block.rung is None else _rung(block.rung, setting.ladder, findings, (*path, "rung"))
    return ObservedAct(
        day=day,
        date=block.date,
        kind=block.kind,
        actor=block.actor,
        rung=rung,
        channel=block.channel,
        what=block.what,
        source=block.source,
        conf=block.conf or "",
    )
