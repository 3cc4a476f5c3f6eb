"""A scenario file to begin with: complete, commented, and sound as it stands."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from string import Template

from pydantic_core import PydanticCustomError

from escalation_sim.errors import InputError, nearest
from escalation_sim.ladder import Ladder
from escalation_sim.scenario.assembly import ANY_ARMED_GROUP
from escalation_sim.scenario.catalogue import ChannelPreset, channel_presets, label_of, shipped_ladders
from escalation_sim.scenario.entries import NameEntry, date_from, refused
from escalation_sim.scenario.findings import listed
from escalation_sim.scenario.schema import TRIGGER_KINDS

__all__ = ["checked_countries", "checked_day", "checked_kind", "checked_name", "scenario_template"]

_FILE = """\
# A scenario of your own. It says only what differs from the defaults of the model.
#
# A "#" with a space behind it explains. A key right behind a "#", as in "#envoy:" below, is an example: take away the "#" and it counts.
# Any number may be given plain (0.6), or as a judgement with the range you would defend and where it comes from:
#   {value: 0.6, range: [0.4, 0.8], source: "author2020", note: "why"}
# A judged number is drawn once per run; `--fixed` takes the central values. Whatever has no source is `assumed`, and should say so.
#
#   escalation-sim scenarios check FILE      is this file right?
#   escalation-sim run FILE                  1,000 runs, a summary, charts
#   escalation-sim parameters                every number there is: default, range, unit, source

name: $name
title: "$title"
about: >
  What happened, in a few sentences, and what is uncertain about it.
start: $start
horizon_days: 120
# Theory by which governments decide: $theories
decision: quantal_response

# The two countries. Give numbers only where they differ from the defaults; all numbers of a country:
# escalation-sim parameters --section government (also: perception, military, public_opinion, and others)
countries:
  $first:
    label: $first_label
    government:
      # an example of a judged number; the range is what you would defend, not what is possible
      resolve: {value: 1.4, range: [1.0, 1.8], source: assumed, note: "put here what you judge it from"}
    # Outlets and groups of civil society are the default ones. `drop` takes some away, a new name adds one; both countries need as
    # many of each.
    #groups: {traders: {voice: 0.3}}
  $second:
    label: $second_label

# Numbers of the model for both countries alike.
model:
  local_fire: # fire across a common border or line, in exchanges a day when the rivals are quiet; 0 where there is no such line
    background: {value: 0.002, range: [0.0, 0.01], source: assumed}

# Lines of communication on the first day: open, suspended (exists, but nobody talks) or closed, and the working relationship from 0 to 1.
# What a preset can do: escalation-sim channels. Any number of it may be given here: {status: open, relationship: 0.4, influence: 0.7}
# `since: trigger` makes a line that has to be built during the crisis.
channels:
$channels
  # A channel of your own: like a preset, with what differs, or with a label and numbers only.
  #envoy: {preset: back_channel, label: "Special envoys", status: open, relationship: {value: 0.5, range: [0.2, 0.8]}, influence: 0.8}
  #city_twins: {label: "Twinned cities", level: public, status: open, relationship: 0.3, builds_constituency: 0.003}

# What starts the crisis; several may follow each other, each on a `date` or a `day` after the start.
#   attack      by an armed group or a country: victim, deaths
#   incursion   the actor stands on a rung for some days: rung, lasts
#   exercise    the same in peacetime, large enough to be mistaken for more: rung, lasts
#   incident    an act that injures like one of the given rung: rung
#   accident    an act nobody meant, which somebody may explain in time: rung
#   gesture     the opposite of an incident, a visit or a crossing opened; it starts no crisis by itself
# Rungs of the ladder: $rungs
triggers:
$trigger

# Groups that attack by themselves in the course of a crisis. Where there are none: armed_groups: {}
armed_groups:
  $group:
    label: $group_label
    base: $second
    target: $first
    attacks_per_year: {value: 0.1, range: [0.0, 0.3], source: assumed, note: "how often such attacks came in the past"}

# Third parties that may step in when force is used. Where there are none: mediators: {}
mediators:
  $mediator:
    label: $mediator_label
    attention: {value: 0.5, range: [0.1, 1.0], source: assumed, note: "rate per day at which it steps in once there is fighting"}
    delay: {value: 1.0, range: [0.5, 5.0], source: assumed, note: "days until it is at work"}
    leverage: {value: 0.8, range: [0.2, 1.5], source: assumed, note: "how much it raises the willingness to stop"}

# What really happened, where there is a record. It is shown beside the runs; the simulation never reads it.
#observed:
#  source: assumed
#  end: $end
#  acts:
#    - {date: $later, actor: $first, rung: 2, what: "expels diplomats", source: assumed}
#    - {date: $end, kind: cease_fire, channel: dgmo_hotline, what: "the armies agree on a stop", source: assumed}
#  deaths: {total: [20, 30], $first: [20, 25], $second: [0, 5], source: assumed}
"""

_STATES = {
    "dgmo_hotline": ("open", "{value: 0.4, range: [0.2, 0.6], source: assumed}", "Military hotline"),
    "high_commissions": ("open", "{value: 0.5, range: [0.3, 0.7], source: assumed}", "Embassies"),
    "third_party": ("suspended", "{value: 0.5, range: [0.2, 0.8], source: assumed}", ""),
}
"""State, working relationship and label of the presets that are not closed; a label in place of one that names India and Pakistan."""

_TRIGGERS = {
    "attack": (
        "actor: $group",
        "victim: $first",
        'deaths: {value: 20, range: [10, 40], source: assumed, note: "among nationals of the victim"}',
        'what: "gunmen attack a town"',
    ),
    "incursion": ("actor: $second", "victim: $first", "rung: 4", "lasts: 10", 'what: "troops cross the line and stay"'),
    "exercise": (
        "actor: $second",
        "victim: $first",
        "rung: 3",
        "lasts: 14",
        'what: "the largest exercise in years near the border"',
    ),
    "incident": ("actor: $second", "victim: $first", "rung: 4", 'what: "a patrol boat is rammed"'),
    "accident": ("actor: $second", "victim: $first", "rung: 5", 'what: "a missile is launched by mistake"'),
    "gesture": ("actor: $second", "victim: $first", 'what: "a visit is announced"'),
}

_VISIBILITY = 'visibility: {value: 0.8, range: [0.5, 1.0], source: assumed, note: "how far it is seen; 1: by everybody"}'

_NOT_PLAIN = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
_MOST_YEAR = 9000


def scenario_template(name: str, countries: tuple[str, str], start: datetime.date, kind: str) -> str:
    """Text of a scenario file about two countries and a trigger of a kind on the first day.

    The arguments are those that the functions `checked_…` let pass. The text can be read by `load_scenario` as it stands.
    """
    from escalation_sim.rules import THEORIES

    first, second = countries
    group, mediator = unused("border_group", countries), unused("united_nations", countries)
    names = {
        "name": quoted(name),
        "title": f"{label_of(first)} and {label_of(second)}, {start.year}",
        "start": start.isoformat(),
        "later": (start + datetime.timedelta(days=1)).isoformat(),
        "end": (start + datetime.timedelta(days=14)).isoformat(),
        "theories": ", ".join(THEORIES),
        "first": quoted(first),
        "second": quoted(second),
        "first_label": quoted(label_of(first)),
        "second_label": quoted(label_of(second)),
        "group": group,
        "group_label": label_of(group),
        "mediator": mediator,
        "mediator_label": '"United Nations"',
        "channels": "\n".join(channel_line(preset) for preset in channel_presets().values()),
        "rungs": rungs_in_words(next(iter(shipped_ladders().values()))),
    }
    return Template(_FILE).substitute(names, trigger=Template(trigger_lines(kind)).substitute(names))


def channel_line(preset: ChannelPreset) -> str:
    """A preset and its state on the first day."""
    status, relationship, label = _STATES.get(preset.name, ("closed", "", ""))
    if status == "closed":
        return f"  {preset.name}: closed  # {preset.label}"
    named = f", label: {label}" if label else ""
    return f"  {preset.name}: {{status: {status}, relationship: {relationship}{named}}}"


def trigger_lines(kind: str) -> str:
    """The trigger of a kind, with places for names."""
    entries = (f"kind: {kind}", "date: $start", *_TRIGGERS[kind], _VISIBILITY)
    return "\n".join(f"  {'-' if place == 0 else ' '} {entry}" for place, entry in enumerate(entries))


def rungs_in_words(ladder: Ladder) -> str:
    """The rungs with their numbers, in comment lines."""
    lines, line = [], ""
    for rung, name in enumerate(ladder.names):
        part = f"{rung} {name}" + (", " if rung < ladder.top else "")
        if len(line) + len(part) > 100:
            lines.append(line.rstrip())
            line = ""
        line += part
    return "\n#   ".join([*lines, line])


def quoted(name: str) -> str:
    """A name as YAML reads it for text."""
    return f'"{name}"' if name.lower() in _NOT_PLAIN else name


def unused(name: str, taken: Collection[str]) -> str:
    """The name, with something added where it is taken."""
    while name in taken:
        name = f"{name}_too"
    return name


def checked_name(name: str, key: str) -> str:
    """A name as scenario files have them; raises InputError with the nearest that is one."""
    try:
        found: str = NameEntry().check(name)
    except PydanticCustomError as error:
        parts = refused(error)
        raise InputError(parts.problem, key=key, value=name, allowed=parts.allowed, suggestion=nearest_name(name)) from None
    return found


def nearest_name(text: str) -> str | None:
    """What is left of a text when it is made a name; None where nothing is."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "_-") else "_" for sign in text.strip().lower())
    return plain.lstrip("_-0123456789").rstrip("_-")[:60] or None


def checked_countries(names: tuple[str, str], key: str) -> tuple[str, str]:
    """Two different names for countries; raises InputError."""
    first, second = (checked_name(name, key) for name in names)
    if first == second:
        raise InputError("both countries have the same name", key=key, value=first)
    if ANY_ARMED_GROUP in (first, second):
        raise InputError("this name stands for an armed group; give the country another", key=key, value=ANY_ARMED_GROUP)
    return first, second


def checked_day(text: str, key: str) -> datetime.date:
    """A day; raises InputError."""
    day = date_from(text)
    if day is None or day.year > _MOST_YEAR:
        raise InputError("is not a date", key=key, value=text, allowed=f"a day as YYYY-MM-DD, up to the year {_MOST_YEAR}")
    return day


def checked_kind(kind: str, key: str) -> str:
    """A kind of trigger; raises InputError with the nearest."""
    kinds = [one for one in TRIGGER_KINDS if one in _TRIGGERS]
    if kind not in kinds:
        raise InputError("unknown kind of trigger", key=key, value=kind, allowed=listed(kinds), suggestion=nearest(kind, kinds))
    return kind
