"""The years of one run of a rivalry: its crises one by one, its leaders, the lines founded and ended.

The run is played again by the batch engine, alone; numbers are those of its row in the outcomes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from escalation_sim import batch, rivalry
from escalation_sim.analysis.summary import cause_label
from escalation_sim.chronicle import Event, Step, events_of_step, value
from escalation_sim.outcomes import ended_by, words_for
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario
from escalation_sim.state import Setting, initial_state

__all__ = ["Annals", "Crisis", "annals", "lines_ended", "lines_founded", "new_leaders"]

_BEGINNINGS = ("trigger", "attack", "act", "posture", "accident")
_STEPS_BETWEEN_REPORTS = 200


@dataclass(frozen=True)
class Crisis:
    """One crisis of a run.

    Attributes
    ----------
    first : its first day.
    days : how long it lasted; NaN where it goes on at the horizon.
    began : what it began with, in plain words.
    peak : highest rung.
    deaths : nationals of both killed in it.
    ended : what ended it, in plain words; empty where it goes on.
    """

    first: dt.date
    days: float
    began: str
    peak: int
    deaths: float
    ended: str


@dataclass(frozen=True)
class Annals:
    """What there is to tell of a run.

    Attributes
    ----------
    crises : in the order in which they began.
    events : leaders that came, lines founded and ended, in order; see `new_leaders`, `lines_founded`, `lines_ended`.
    outcomes : the run's row of the outcomes.
    """

    scenario: Scenario
    crises: tuple[Crisis, ...]
    events: tuple[Event, ...]
    outcomes: dict[str, float]


@dataclass
class Open:
    """The crisis that is going on."""

    began: str = ""
    struck: bool = False
    through: float = -1.0


def annals(scenario: Scenario, seed: int, run: int, progress: Callable[[int, int], None] | None = None) -> Annals:
    """Play one run of a rivalry and note its years; `progress` is called with (steps done, steps in all) from time to time."""
    before = initial_state(Setting(scenario, seed, [run]))
    tally = rivalry.first_tally(1, scenario)
    going_on = Open()
    crises: list[Crisis] = []
    events: list[Event] = []
    total = round(scenario.horizon_days * 24.0 / scenario.step_hours)
    for step, after in enumerate(batch.steps(scenario, seed=seed, runs=[run])):
        day = step * scenario.step_hours / 24.0
        was_in_crisis = tally["in_crisis"][0] == 1.0
        tally = rivalry.tallied(tally, after, day, scenario)
        if tally["in_crisis"][0] == 1.0 and not was_in_crisis:
            going_on = Open(beginning(events_of_step(before, after, day, scenario)))
        if was_in_crisis:
            take_note(going_on, before, after)
        if tally["crisis_over"][0] == 1.0:
            crises.append(told(tally, going_on, scenario))
        if any_change(before, after):
            events += lasting(before, after, day, scenario)
        before = after
        if progress and step % _STEPS_BETWEEN_REPORTS == 0:
            progress(step, total)
    if tally["in_crisis"][0] == 1.0:
        crises.append(told({**tally, "crisis_end_day": np.full(1, np.nan)}, going_on, scenario))
    columns = rivalry.coded(tally, before, np.zeros(1, dtype=bool), scenario)
    return Annals(scenario, tuple(crises), tuple(events), {name: float(column[0]) for name, column in columns.items()})


def beginning(events: list[Event]) -> str:
    """What a crisis began with: a trigger or an attack, else what one of the two did."""
    for kind in _BEGINNINGS:
        for event in events:
            if event.kind == kind:
                return event.words.removesuffix(f" (goes up to rung {event.rung})")
    return "Tension rises"


def take_note(crisis: Open, before: Step, after: Step) -> None:
    """Keep what may turn out to have ended the crisis: what holds the quiet when it begins, an older cease-fire apart."""
    crisis.struck = crisis.struck or value(after, "deal_struck") > 0
    if value(after, "calm_days") > 0 and value(before, "calm_days") == 0:
        cease_fire = after["cease_fire"] if crisis.struck else np.zeros(1)
        crisis.through = float(ended_by(after["weary"], cease_fire, after["deal_channel"])[0])


def told(tally: dict[str, Array], crisis: Open, scenario: Scenario) -> Crisis:
    """A crisis that is over, or that the horizon cuts off."""
    start, end = float(tally["crisis_start_day"][0]), float(tally["crisis_end_day"][0])
    peak = int(tally["crisis_peak_rung"][0])
    return Crisis(
        first=scenario.start + dt.timedelta(days=start),
        days=end - start,
        began=crisis.began,
        peak=peak,
        deaths=float(tally["crisis_deaths"][0]),
        ended="" if np.isnan(end) else ending(peak, crisis.through, scenario),
    )


def ending(peak: int, through: float, scenario: Scenario) -> str:
    """What ended a crisis, in words."""
    if peak <= scenario.ladder.quiet:
        return "it passes quietly"
    return f"ends through: {cause_label(str(words_for(np.array([through]), scenario)[0]), scenario)}"


def any_change(before: Step, after: Step) -> bool:
    """Whether there is a new leader or a line in another state."""
    return not (np.array_equal(before["temper"], after["temper"]) and np.array_equal(before["status"], after["status"]))


def lasting(before: Step, after: Step, day: float, scenario: Scenario) -> list[Event]:
    """New leaders, and lines that begin or cease to exist; a line that falls silent still exists."""
    existence = before["status"][:, 0] * after["status"][:, 0] == 0.0
    begun_or_ended = {channel.label for channel, marked in zip(scenario.channels, existence, strict=True) if marked}
    return [
        event
        for event in events_of_step(before, after, day, scenario)
        if event.kind == "leader" or (event.kind == "channel" and event.actor in begun_or_ended)
    ]


def new_leaders(years: Annals, label: str) -> list[Event]:
    """Leaders that came to power in a country, by its label."""
    return [event for event in years.events if event.kind == "leader" and event.actor == label]


def lines_founded(years: Annals) -> list[Event]:
    """Lines that came to exist."""
    return [event for event in years.events if event.kind == "channel" and not event.words.endswith("is closed")]


def lines_ended(years: Annals) -> list[Event]:
    """Lines that ceased to exist."""
    return [event for event in years.events if event.kind == "channel" and event.words.endswith("is closed")]
