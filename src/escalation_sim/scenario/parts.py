"""What a scenario is made of, as frozen dataclasses.

Profiles are complete: what the document leaves out has the value of the preset, of the default member or of the declaration.
The `sections` of a country and the `model` of a scenario hold only what the document gives.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from escalation_sim.parameters import Number

__all__ = ["ArmedGroup", "Channel", "Country", "Mediator", "Member", "Observed", "ObservedAct", "ScheduledState", "Trigger"]

Profile = Mapping[str, Number]


@dataclass(frozen=True)
class Member:
    """A media outlet or a civil-society group."""

    name: str
    label: str
    profile: Profile


@dataclass(frozen=True)
class Country:
    """One of the two countries.

    Attributes
    ----------
    stream : key of its random streams.
    sections : parameters given for this country alone, by section and name.
    outlets, groups : both countries have as many.
    """

    name: str
    label: str
    stream: str
    sections: Mapping[str, Profile]
    outlets: tuple[Member, ...]
    groups: tuple[Member, ...]


@dataclass(frozen=True)
class ScheduledState:
    """What history decrees for a channel from a day on.

    Attributes
    ----------
    day : days after the start.
    status : 0 closed, 2 in existence; whether an existing channel is open or suspended is the model's business.
    relationship : working relationship with which it comes into existence.
    profile : what is particular to it from this day on.
    """

    day: float
    status: float
    relationship: Number
    profile: Profile


@dataclass(frozen=True)
class Channel:
    """A line of communication.

    Attributes
    ----------
    level : political, military, unofficial, public or third_party.
    status : state at the start, 0 closed, 1 suspended, 2 open.
    relationship : working relationship in [0, 1] at the start, or when it has been set up.
    since_trigger : it does not exist at the start (status 0) and is being set up from day 0.
    schedule : what history decrees for it later on, in order of the days; empty unless the scenario follows the calendar.
    """

    name: str
    label: str
    level: str
    profile: Profile
    status: float
    relationship: Number
    since_trigger: bool
    schedule: tuple[ScheduledState, ...] = ()


@dataclass(frozen=True)
class Trigger:
    """What starts the crisis, or happens during it.

    Attributes
    ----------
    kind : attack, incursion, exercise, incident, accident or gesture.
    day : days after the start.
    actor : a country, "armed_group" or the name of an armed group.
    victim : a country.
    deaths : deaths among the victim's nationals.
    rung : rung the actor is put on (incursion, exercise) or as which it injures (incident, accident); 0 for an attack.
    lasts : days an incursion or exercise goes on; 0 for other kinds.
    visibility : how far it is seen, 0 to 1.
    injury : grievance that an incident or accident puts on the victim; None: that of an act of its rung.
    what : plain words.
    """

    kind: str
    day: float
    actor: str
    victim: str
    deaths: Number
    rung: int
    lasts: Number
    visibility: Number
    what: str
    injury: Number | None = None


@dataclass(frozen=True)
class ArmedGroup:
    """An armed group that strikes at random; `base` and `target` are countries."""

    name: str
    label: str
    base: str
    target: str
    profile: Profile


@dataclass(frozen=True)
class Mediator:
    """A third party."""

    name: str
    label: str
    profile: Profile


@dataclass(frozen=True)
class ObservedAct:
    """A dated act or event of the real crisis.

    Attributes
    ----------
    day : days after the start.
    kind : act, cease_fire, mediation, nuclear_signal, accident or deal_broken.
    actor : who; None where nobody in particular.
    rung : rung of an act; None for other kinds.
    channel : channel through which it came; None where none did.
    conf : V verified, D derived, C contested, R recalled; empty where not said.
    """

    day: float
    date: datetime.date
    kind: str
    actor: str | None
    rung: int | None
    channel: str | None
    what: str
    source: str
    conf: str


@dataclass(frozen=True)
class Observed:
    """What happened in the real crisis; the simulation never reads it.

    Attributes
    ----------
    acts : in order of their day.
    deaths_total : lowest and highest count; None where not given.
    deaths : the same by country.
    end_day : first day of the final quiet; None where not given.
    """

    acts: tuple[ObservedAct, ...]
    deaths_total: tuple[float, float] | None
    deaths: Mapping[str, tuple[float, float]]
    end_day: float | None
    source: str
