"""What is counted of a crisis, and when it has ended.

One ruler for everything: the batch engine, the agents and the coded record of a real crisis (`observed_outcomes`) all pass their steps
through `tallied` and `coded`.

A crisis has ended on the first day of the final quiet: both sides on a quiet rung, no order being prepared, for `quiet_days`. Whether that
holds is looked at once a day; when it does, the run stops. Events are counted until then; trust, voice and what ended it
are those of the day of the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from escalation_sim.asking import found_where, in_one_piece, nowhere
from escalation_sim.ladder import ACT
from escalation_sim.parameters import FLOAT, Array
from escalation_sim.scenario import ObservedAct, Scenario
from escalation_sim.sums import added

__all__ = [
    "COUNTS",
    "EXHAUSTION",
    "NONE",
    "READS",
    "UNILATERAL",
    "coded",
    "first_tally",
    "has_ended",
    "names_of",
    "observed_outcomes",
    "observed_postures",
    "outcome_names",
    "tallied",
    "words_for",
]

READS = (
    "posture", "order", "posture_wanted", "belief", "deal_tried", "deal_struck", "deal_broken", "deal_channel", "cease_fire",
    "fire", "accident", "accident_misread", "nuclear_signal", "signal_misread", "engaged", "leak", "called", "unanswered", "rescued", "trust", "voice", "weary", "deaths",
)  # fmt: skip
"""State that the tally reads."""

_ROUNDING = 1e-3  # of a step, since days are rounded
_NOT_YET = np.array(np.nan, FLOAT)
UNILATERAL, EXHAUSTION, NONE = -2.0, -3.0, -1.0

COUNTS = {
    "local_fire": "fire",
    "deals_tried": "deal_tried",
    "deals_struck": "deal_struck",
    "deals_broken": "deal_broken",
    "accidents": "accident",
    "accidents_misread": "accident_misread",
    "nuclear_signals": "nuclear_signal",
    "leaks": "leak",
    "calls": "called",
    "calls_unanswered": "unanswered",
    "rescues": "rescued",
    "signals_misread": "signal_misread",
}
"""Outcomes that count how often something happened, and the state that says when it did."""


def outcome_names(countries: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of the outcomes, in order."""
    return (
        "peak_rung",
        *(f"peak_rung_{country}" for country in countries),
        "peak_day", "days_to_response", "days_to_ceasefire", "days_to_end", "ended_by",
        *(f"deaths_{country}" for country in countries),
        "deaths_total", "local_fire", "accidents", "accidents_misread", "nuclear_signals", "misperception", "mediation_day",
        "deals_tried", "deals_struck", "deals_broken", "calls", "calls_unanswered", "rescues", "leaks", "signals_misread", "trust_end", "civil_voice_end", "censored",
    )  # fmt: skip


def names_of(scenario: Scenario) -> tuple[str, ...]:
    """Columns of the outcomes of a scenario."""
    first, second = scenario.countries
    return outcome_names((first.name, second.name))


def first_tally(runs: int, scenario: Scenario | None = None) -> dict[str, Array]:  # noqa: ARG001  (same form for every ruler)
    """Tally before the first step; arrays of shape (run,), the peaks (country, run)."""
    never = ("peak_day", "days_to_response", "days_to_ceasefire", "mediation_day", "quiet_since", "ended_by")
    at_end = ("trust_end", "civil_voice_end", "misperception")
    tally = {name: np.full(runs, np.nan, FLOAT) for name in (*never, *at_end)}
    tally.update({name: np.zeros(runs, FLOAT) for name in (*COUNTS, "error_sum", "steps")})
    tally["peak"] = np.full((2, runs), -1.0, FLOAT)
    return tally


def of_all(array: Array) -> Array:
    """Sum over the members of whole numbers, in any order; a variable of the dyad stays as it is."""
    if array.ndim == 1:
        return array
    total: Array = array[0] + array[1] if len(array) == 2 else np.add.reduce(array)
    return total


@in_one_piece
def first_time(so_far: Array, now: Array, day: Array) -> Array:
    """Day on which something happened first; NaN as long as it has not."""
    return renewed(so_far, np.isnan(so_far) & now, day)


@in_one_piece
def renewed(so_far: Array, where: Array, value: Array) -> Array:
    """What was noted so far, and a new value in some places, which are few."""
    if nowhere(where):
        return so_far
    new = so_far.copy()
    new[where.nonzero()] = value
    return new


def ended_by(weary: Array, cease_fire: Array, deal_channel: Array) -> Array:
    """Code of what holds the quiet: place of the channel of the deal in force, or weariness, or nothing but each side's own choice."""
    alone = np.where((weary[0] > 0.0) | (weary[1] > 0.0), FLOAT(EXHAUSTION), FLOAT(UNILATERAL))
    return np.where(cease_fire == 1.0, deal_channel, alone)


def mean_trust(trust: Array) -> Array:
    """Mean trust of the two governments."""
    mean: Array = 0.5 * (trust[0] + trust[1])
    return mean


def mean_voice(voice: Array) -> Array:
    """Mean voice of all groups of both countries."""
    mean: Array = (added(voice[:, 0]) + added(voice[:, 1])) / max(2 * len(voice), 1)
    return mean


_trust_where, _voice_where, _end_where = found_where(mean_trust), found_where(mean_voice), found_where(ended_by)
_error_where = found_where(np.divide)


def tallied(tally: Mapping[str, Array], s: Mapping[str, Array], day: Array | float, scenario: Scenario) -> dict[str, Array]:
    """The tally after a step that began on `day` (days since the start) and left the state `s`.

    As long as a trigger is still to come there is no quiet: the crisis is not over.
    """
    ladder = scenario.ladder
    last = max((trigger.day for trigger in scenario.triggers), default=-np.inf)
    day = np.asarray(day, FLOAT) if isinstance(day, float) else day
    nothing_to_come = day + (1.0 - _ROUNDING) * scenario.step_hours / 24.0 > last
    posture = s["posture"]
    highest = np.maximum(posture[0], posture[1])
    peak_so_far = np.maximum(tally["peak"][0], tally["peak"][1])
    new = dict(tally)
    new["peak"] = np.maximum(tally["peak"], posture)
    new["peak_day"] = renewed(tally["peak_day"], highest > peak_so_far, day)
    new["days_to_response"] = first_time(tally["days_to_response"], highest >= ladder.force, day)
    new["days_to_ceasefire"] = first_time(tally["days_to_ceasefire"], s["deal_struck"] == 1.0, day)
    new["mediation_day"] = first_time(tally["mediation_day"], added(s["engaged"]) > 0.0, day)
    for count, variable in COUNTS.items():
        new[count] = tally[count] + of_all(s[variable])
    wanted = s["posture_wanted"]
    error = 0.5 * (np.abs(s["belief"][0] - wanted[1]) + np.abs(s["belief"][1] - wanted[0]))
    new["error_sum"] = tally["error_sum"] + error
    new["steps"] = tally["steps"] + 1.0
    quiet = (highest <= ladder.quiet) & (np.maximum(s["order"][0], s["order"][1]) == 0.0) & nothing_to_come
    begins = quiet & np.isnan(tally["quiet_since"])
    new["quiet_since"] = renewed(renewed(tally["quiet_since"], ~quiet, _NOT_YET), begins, day)
    new.update(as_of_now(tally, s, new, begins))
    return new


def as_of_now(tally: Mapping[str, Array], s: Mapping[str, Array], new: Mapping[str, Array], where: Any) -> dict[str, Array]:
    """What is kept of the day on which the quiet begins (or of the horizon)."""
    return {
        "trust_end": _trust_where(tally["trust_end"], where, s["trust"]),
        "civil_voice_end": _voice_where(tally["civil_voice_end"], where, s["voice"]),
        "misperception": _error_where(tally["misperception"], where, new["error_sum"], new["steps"]),
        "ended_by": _end_where(tally["ended_by"], where, s["weary"], s["cease_fire"], s["deal_channel"]),
    }


def has_ended(tally: Mapping[str, Array], day: float, quiet_days: float) -> Any:
    """Whether each run has been quiet for `quiet_days` at the end of a step, on `day`; bool of shape (run,)."""
    with np.errstate(invalid="ignore"):
        return day - tally["quiet_since"] >= quiet_days


def coded(tally: Mapping[str, Array], s: Mapping[str, Array], ended: Any, scenario: Scenario) -> dict[str, Array]:
    """Outcome columns of runs that stop with this tally and state; `ended_by` as words (object array)."""
    if not ended.all():
        tally = {**tally, **as_of_now(tally, s, tally, ~ended)}
    countries = tuple(country.name for country in scenario.countries)
    peak = tally["peak"]
    columns: dict[str, Array] = {name: tally[name] for name in outcome_names(countries) if name in tally}
    columns["peak_rung"] = np.maximum(peak[0], peak[1])
    columns["days_to_end"] = np.where(ended, tally["quiet_since"], np.nan)
    columns["deaths_total"] = s["deaths"][0] + s["deaths"][1]
    columns["censored"] = np.where(ended, 0.0, 1.0)
    for place, country in enumerate(countries):
        columns[f"peak_rung_{country}"] = peak[place]
        columns[f"deaths_{country}"] = s["deaths"][place]
    columns["ended_by"] = words_for(np.where(ended, tally["ended_by"], NONE), scenario)
    return {name: columns[name] for name in outcome_names(countries)}


def words_for(codes: Array, scenario: Scenario) -> Any:
    """Names for the codes of `ended_by`."""
    names: dict[float, str] = {UNILATERAL: "unilateral", EXHAUSTION: "exhaustion", NONE: "none"}
    for place, channel in enumerate(scenario.channels):
        names[float(place)] = "third_party" if channel.profile["third_party"].value == 1.0 else channel.name
    return np.array([names[float(code)] for code in codes], dtype=object)


def observed_postures(scenario: Scenario) -> Array:
    """Postures of the real crisis step by step, shape (country, step), coded from the dated acts.

    A posture holds until the same actor's next entry; an act lasts as long as its rung says, then falls back.
    """
    steps_a_day = round(24.0 / scenario.step_hours)
    steps = round(scenario.horizon_days * steps_a_day)
    path = np.zeros((2, steps))
    acts = scenario.observed.acts if scenario.observed else ()
    for place, country in enumerate(scenario.countries):
        mine = sorted((act for act in acts if act.kind == "act" and act.actor == country.name), key=lambda act: act.day)
        busy_until = 0
        for act in mine:
            number = act.rung or 0
            rung = scenario.ladder.rungs[number]
            start = round(act.day * steps_a_day)
            if rung.kind == ACT:
                after = start + max(round(rung.lasts * steps_a_day), 1)
                path[place, start:after] = np.maximum(path[place, start:after], float(number))
                busy_until = max(busy_until, after)
                path[place, busy_until:] = float(rung.falls_back_to)
            else:
                path[place, start:] = float(number)
                busy_until = start
    return path


def observed_outcomes(scenario: Scenario) -> dict[str, float | str]:
    """Outcomes of the real crisis, measured like a run. What the record does not say is left out.

    Deaths are given as ranges in `scenario.observed`, not here.
    """
    if scenario.observed is None:
        return {}
    path = observed_postures(scenario)
    steps_a_day = round(24.0 / scenario.step_hours)
    tally = first_tally(1)
    cease_fire, through = 0.0, -1.0
    ended = np.array([False])
    state: dict[str, Array] = {}
    for step in range(path.shape[1]):
        day = step / steps_a_day
        now = [act for act in scenario.observed.acts if round(act.day * steps_a_day) == step]
        struck = any(act.kind == "cease_fire" for act in now)
        broken = any(act.kind == "deal_broken" for act in now)
        cease_fire = 1.0 if struck else 0.0 if broken else cease_fire
        through = channel_of(now, scenario, through)
        state = step_as_state(path[:, step], now, cease_fire, through, struck, broken)
        tally = tallied(tally, state, day, scenario)
        if (step + 1) % steps_a_day == 0:
            ended = has_ended(tally, day + 1.0 / steps_a_day, scenario.quiet_days)
            if ended.all() and step >= last_act(scenario) * steps_a_day:
                break
    columns = coded(tally, state, ended, scenario)
    unknown = (
        "deaths", "trust", "civil", "misperception", "local_fire", "leaks", "deals_tried", "accidents_misread", "calls", "rescues",
        "signals_misread",
    )  # fmt: skip
    return {
        name: column[0] if name == "ended_by" else float(column[0])
        for name, column in columns.items()
        if not name.startswith(unknown)
    }


def last_act(scenario: Scenario) -> float:
    """Day of the last act of force or alert on record."""
    acts = scenario.observed.acts if scenario.observed else ()
    return max((act.day for act in acts if act.kind == "act" and (act.rung or 0) > scenario.ladder.quiet), default=0.0)


def channel_of(acts: list[ObservedAct], scenario: Scenario, before: float) -> float:
    """Place of the channel through which a stop was struck."""
    names = [channel.name for channel in scenario.channels]
    for act in acts:
        if act.kind == "cease_fire" and act.channel in names:
            return float(names.index(act.channel))
    return before


def step_as_state(
    posture: Array, acts: list[ObservedAct], cease_fire: float, through: float, struck: bool, broken: bool
) -> dict[str, Array]:
    """One step of the record as the tally reads it; what is not on record is zero."""

    def count(kind: str) -> Array:
        return np.array([float(sum(act.kind == kind for act in acts))])

    both = np.zeros((2, 1))
    return {
        "posture": posture[:, None], "order": both, "posture_wanted": posture[:, None], "belief": posture[::-1, None],
        "deal_tried": np.array([float(struck)]), "deal_struck": np.array([float(struck)]), "deal_broken": np.array([float(broken)]),
        "deal_channel": np.array([through]), "cease_fire": np.array([cease_fire]), "fire": np.zeros(1),
        "accident": count("accident")[None], "accident_misread": np.zeros((1, 1)), "nuclear_signal": count("nuclear_signal")[None],
        "signal_misread": np.zeros((1, 1)), "engaged": count("mediation")[None], "leak": np.zeros((1, 1)), "called": np.zeros((1, 1)),
        "unanswered": np.zeros((1, 1)), "rescued": np.zeros((1, 1)), "trust": both, "voice": np.zeros((1, 2, 1)), "weary": both,
        "deaths": both,
    }  # fmt: skip
