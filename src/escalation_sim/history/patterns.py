"""Regularities of real crises, and the same figures taken from many runs.

Each measure is a pure function of an `Ensemble` (crises) or of a `Rivalry` and gives one number or several. What counts as
violence, as an act, as a response is said here once, from the marks of the ladder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, stats

from escalation_sim import batch
from escalation_sim.executors import crew_of, done_in_order
from escalation_sim.ladder import ACT, Ladder
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario, Trigger, load_scenario
from escalation_sim.scenario.document import read

__all__ = [
    "HORIZON",
    "MEASURES",
    "RIVALRY_MEASURES",
    "Ensemble",
    "Pattern",
    "Rivalry",
    "acts_from_paths",
    "balance",
    "clustering",
    "duration",
    "duration_by_violence",
    "duration_spread",
    "front_loaded",
    "gathered",
    "hawkes_fit",
    "hazard_ratio",
    "jumps",
    "mediation_hazard",
    "mediation_onset",
    "militarised_acts",
    "patterns",
    "reciprocity",
    "response_delay",
    "rivalry_events",
    "trigger_response",
    "violence_class",
    "violence_mix",
]

HORIZON = 730.0
"""Days for which crises are followed where their lengths are compared with data."""

NOT_MILITARY, WITHOUT_VIOLENCE, VIOLENT = 0, 1, 2
"""Classes of triggers and responses."""

VIOLENCE = ("no violence", "minor clashes", "serious clashes", "war")
"""Classes of violence of a crisis, after the ICB data."""

_PIECE = 2048  # runs computed at a time; bounds memory, changes no result
_DAYS_A_MONTH = 365.25 / 12.0
_LEAST_EVENTS = 10


# The patterns


@dataclass(frozen=True)
class Pattern:
    """A published or computed regularity; its figure may have several parts.

    Attributes
    ----------
    id, says : its name; one sentence.
    measure : function that takes the figure from runs, a key of `MEASURES` or `RIVALRY_MEASURES`.
    elements, units : what each part is, and its unit.
    value, interval : the figure, and the range in which the model's has to lie.
    sourced : whether the interval is that of the source, or a quarter of the figure.
    n : cases behind it; None where not known.
    scope : general or south_asia.
    source : bibliography keys.
    ensemble : runs it is taken from: south_asia, generic or rivalry.
    note : what else has to be known.
    """

    id: str
    says: str
    measure: str
    elements: tuple[str, ...]
    units: tuple[str, ...]
    value: tuple[float, ...]
    interval: tuple[tuple[float, float], ...]
    sourced: bool
    n: int | None
    scope: str
    source: str
    ensemble: str
    note: str = ""

    def hits(self, model: Sequence[float]) -> tuple[bool, ...]:
        """Whether each part of the model's figure lies in its interval; one that is not defined (NaN) does not."""
        return tuple(low <= value <= high for value, (low, high) in zip(model, self.interval, strict=True))


def interval_around(value: float) -> tuple[float, float]:
    """Range for a figure without one: within a quarter of it or 0.05, whichever is larger."""
    reach = max(0.25 * abs(value), 0.05)
    return value - reach, value + reach


def patterns() -> tuple[Pattern, ...]:
    """The patterns that ship with the package."""
    with resources.as_file(resources.files("escalation_sim") / "data" / "patterns.yaml") as path:
        return tuple(pattern_from(entry) for entry in read(os.fspath(path)).content["patterns"])


def pattern_from(entry: Mapping[str, Any]) -> Pattern:
    """A pattern as the data file has it."""
    value = tuple(float(part) for part in entry["value"])
    unit = entry["unit"]
    given = entry.get("interval")
    bounds = [(float(low), float(high)) for low, high in given] if given else [interval_around(part) for part in value]
    return Pattern(
        id=entry["id"],
        says=entry["says"],
        measure=entry["measure"],
        elements=tuple(entry["elements"]),
        units=tuple(unit) if isinstance(unit, list) else (unit,) * len(value),
        value=value,
        interval=tuple(bounds),
        sourced=given is not None,
        n=entry.get("n"),
        scope=entry["scope"],
        source=entry["source"],
        ensemble=entry["ensemble"],
        note=entry.get("note", ""),
    )


# Runs of crises, as the measures read them


@dataclass(frozen=True)
class Ensemble:
    """Runs of one or several crises, pooled.

    Attributes
    ----------
    outcomes : one row per run, index 0 … runs - 1. Columns: scenario; trigger_kind, trigger_rung, trigger_day, trigger_actor
        (place of the country that acted, -1 for an armed group); peak_rung, peak_day, days_to_end, mediation_day as in
        `outcomes.outcome_names`.
    acts : one row per act, in order of run and day. Columns: run; day (since the start); country (0 or 1); rung. An act is a
        rise of posture by a rung or more, or an act begun.
    ladder : the ladder on which they stand.
    horizon : days for which they were followed.
    """

    outcomes: pd.DataFrame
    acts: pd.DataFrame
    ladder: Ladder
    horizon: float = HORIZON

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.outcomes)

    def column(self, name: str) -> Array:
        """A column of the outcomes as floats, shape (run,)."""
        return self.outcomes[name].to_numpy(dtype=float)

    @property
    def duration(self) -> Array:
        """Days from the trigger to the end, both counted; the horizon where there was no end. Shape (run,)."""
        days = self.column("days_to_end")
        return np.where(np.isnan(days), self.horizon, days - self.column("trigger_day") + 1.0)

    @property
    def ended(self) -> Any:
        """Whether each run ended before the horizon; bool of shape (run,)."""
        return ~np.isnan(self.column("days_to_end"))

    def where(self, chosen: Any) -> Ensemble:
        """The runs at which `chosen` (bool, shape (run,)) is true, numbered anew."""
        number = np.cumsum(chosen) - 1
        run = self.acts["run"].to_numpy()
        acts = self.acts[chosen[run]].assign(run=number[run[chosen[run]]]).reset_index(drop=True)
        return Ensemble(self.outcomes[chosen].reset_index(drop=True), acts, self.ladder, self.horizon)

    @property
    def risen(self) -> Any:
        """Whether anybody left the quiet rungs; bool of shape (run,)."""
        return self.column("peak_rung") > self.ladder.quiet

    def highest(self) -> tuple[Array, Array]:
        """Highest rung of each actor and the day on which it first stood there (NaN if it never rose); shape (run, country)."""
        run, country, rung, day = (self.acts[name].to_numpy() for name in ("run", "country", "rung", "day"))
        top = np.zeros((self.runs, 2))
        np.maximum.at(top, (run, country), rung)
        first = np.full((self.runs, 2), np.inf)
        at_top = rung == top[run, country]
        np.minimum.at(first, (run[at_top], country[at_top]), day[at_top])
        return top, np.where(np.isinf(first), np.nan, first)

    def responds(self) -> Any:
        """Whether each actor answers the trigger, which who set it off does not; bool of shape (run, country)."""
        return self.column("trigger_actor")[:, None] != np.arange(2)


def acts_from_paths(posture: Array, begun: Array | None = None) -> pd.DataFrame:
    """Acts in paths of posture.

    Parameters
    ----------
    posture : rungs, shape (step, country, run); NaN after the end. Before the first step everybody stands at 0.
    begun : rungs of acts begun in each step (0 none), same shape; shows acts that are repeated at the same rung.

    Returns
    -------
    Columns run, step, country, rung; in order of run and step.
    """
    before = np.concatenate([np.zeros_like(posture[:1]), posture[:-1]])
    rung = np.where(posture >= before + 1.0, posture, 0.0)
    if begun is not None:
        rung = np.maximum(rung, np.nan_to_num(begun))
    run, step, country = np.nonzero(rung.transpose(2, 0, 1) > 0.0)
    return pd.DataFrame({"run": run, "step": step, "country": country, "rung": rung[step, country, run]})


def first_trigger(scenario: Scenario) -> Trigger:
    """What starts the crisis: the first trigger that is a hostile act or looks like one."""
    hostile = [
        trigger for trigger in scenario.triggers if trigger.kind in ("attack", "incursion", "exercise", "incident", "accident")
    ]
    return min(hostile, key=lambda trigger: trigger.day)


@dataclass(frozen=True)
class Stretch:
    """Some runs of one crisis, to be computed."""

    scenario: Scenario
    seed: int
    first: int
    after: int

    def done(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Outcomes, one row per run, and acts; runs are numbered through."""
        numbers = np.arange(self.first, self.after)
        ledger = batch.computed(self.scenario, self.seed, numbers, keep=("posture", "act_begun"))
        names = ("peak_rung", "peak_day", "days_to_end", "mediation_day")
        found = acts_from_paths(ledger.paths["posture"], ledger.paths["act_begun"])
        day = found["step"] / round(24.0 / self.scenario.step_hours)
        return pd.DataFrame({name: ledger.columns[name] for name in names}), found.assign(
            run=found["run"] + self.first, day=day
        )


def of_one(scenario: Scenario, runs: int, seed: int, workers: int = 1) -> Ensemble:
    """Runs of one crisis, followed for `HORIZON` days."""
    longer = scenario.set("horizon_days", HORIZON)
    pieces = [(first, Stretch(longer, seed, first, min(first + _PIECE, runs))) for first in range(0, runs, _PIECE)]
    parts = [part for _, part in done_in_order(pieces, crew_of(workers))]
    columns, acts = [part[0] for part in parts], [part[1] for part in parts]
    trigger = first_trigger(scenario)
    countries = [country.name for country in scenario.countries]
    outcomes = pd.concat(columns, ignore_index=True).assign(
        scenario=scenario.name,
        trigger_kind=trigger.kind,
        trigger_rung=float(trigger.rung),
        trigger_day=trigger.day,
        trigger_actor=float(countries.index(trigger.actor)) if trigger.actor in countries else -1.0,
    )
    return Ensemble(outcomes, pd.concat(acts, ignore_index=True), scenario.ladder)


def pooled(parts: Sequence[Ensemble]) -> Ensemble:
    """Several ensembles as one, runs numbered through; the ladder is that of the first."""
    starts = np.cumsum([0, *(part.runs for part in parts[:-1])])
    return Ensemble(
        pd.concat([part.outcomes for part in parts], ignore_index=True),
        pd.concat(
            [part.acts.assign(run=part.acts["run"] + start) for part, start in zip(parts, starts, strict=True)],
            ignore_index=True,
        ),
        parts[0].ladder,
        parts[0].horizon,
    )


def gathered(
    scenarios: Iterable[tuple[Scenario, int]], seed: int, progress: Callable[[], None] | None = None, workers: int = 1
) -> Ensemble:
    """Runs of several crises, pooled; pairs of a scenario and its number of runs. `progress` is called after each."""
    parts = []
    for scenario, runs in scenarios:
        parts.append(of_one(scenario, runs, seed, workers))
        if progress:
            progress()
    return pooled(parts)


# What counts as what


def violence_class(peak: Array, ladder: Ladder) -> Array:
    """ICB's violence of a crisis from its peak rung: place in `VIOLENCE`.

    No violence below force, war from the rung of war on; serious clashes at the highest act below war, minor ones between. An
    attack by an armed group is not violence between states.
    """
    serious = max(rung for rung in range(ladder.force, ladder.war) if ladder.rungs[rung].kind == ACT)
    marks = np.array([ladder.force, serious, ladder.war], dtype=float)
    return np.searchsorted(marks, peak, side="right").astype(float)


def military_class(rung: Array, ladder: Ladder) -> Array:
    """Whether a rung is not military, military without violence, or violent."""
    return np.searchsorted(np.array([ladder.alert, ladder.force], dtype=float), rung, side="right").astype(float)


def trigger_class(ensemble: Ensemble) -> Array:
    """The class of what started each run; shape (run,).

    Attacks and incursions are violent, exercises and accidents military without violence, incidents not military.
    """
    kind = ensemble.outcomes["trigger_kind"].to_numpy()
    violent, military = np.isin(kind, ("attack", "incursion")), np.isin(kind, ("exercise", "accident"))
    return np.where(violent, VIOLENT, np.where(military, WITHOUT_VIOLENCE, NOT_MILITARY)).astype(float)


def quantiles(values: Array, probabilities: Sequence[float]) -> tuple[float, ...]:
    """Quantiles; NaN where there are no values."""
    return (
        tuple(float(value) for value in np.quantile(values, probabilities)) if len(values) else (np.nan,) * len(probabilities)
    )


# The measures


def duration(ensemble: Ensemble) -> tuple[float, ...]:
    """Median length in days, the day of the trigger and that of the end counted."""
    return quantiles(ensemble.duration, (0.5,))


def duration_spread(ensemble: Ensemble) -> tuple[float, ...]:
    """Standard deviation of the logarithm of the length."""
    return (float(np.std(np.log(ensemble.duration), ddof=1)),) if ensemble.runs > 1 else (np.nan,)


def duration_by_violence(ensemble: Ensemble) -> tuple[float, ...]:
    """Median length in days of crises without violence, with minor clashes, with serious clashes, with war."""
    violence = violence_class(ensemble.column("peak_rung"), ensemble.ladder)
    return tuple(quantiles(ensemble.duration[violence == one], (0.5,))[0] for one in range(len(VIOLENCE)))


def violence_mix(ensemble: Ensemble) -> tuple[float, ...]:
    """Shares of runs without violence, with minor clashes, with serious clashes, with war."""
    violence = violence_class(ensemble.column("peak_rung"), ensemble.ladder)
    return tuple(float(np.mean(violence == one)) for one in range(len(VIOLENCE)))


def trigger_response(ensemble: Ensemble) -> tuple[float, ...]:
    """Shares of actors whose highest rung is of the trigger's class, of a higher one, of a lower one."""
    response = military_class(ensemble.highest()[0], ensemble.ladder)
    step = (response - trigger_class(ensemble)[:, None])[ensemble.responds()]
    return tuple(float(np.mean(part)) for part in (step == 0, step > 0, step < 0)) if len(step) else (np.nan,) * 3


def response_delay(ensemble: Ensemble) -> tuple[float, ...]:
    """Day of the main response (the trigger's is day 1): median, upper quartile, 90th percentile of actors that rose at all."""
    _, day = ensemble.highest()
    delay = np.floor(day) - np.floor(ensemble.column("trigger_day"))[:, None] + 1.0
    return quantiles(delay[ensemble.responds() & ~np.isnan(day)], (0.5, 0.75, 0.9))


def front_loaded(ensemble: Ensemble) -> tuple[float, ...]:
    """Share of the crisis gone when its peak is first reached; median of runs that end after more than no time."""
    start = ensemble.column("trigger_day")
    lasted = ensemble.column("days_to_end") - start
    some = ensemble.ended & (lasted > 0.0)
    return quantiles((ensemble.column("peak_day") - start)[some] / lasted[some], (0.5,))


def jumps(ensemble: Ensemble) -> tuple[float, ...]:
    """Share of violent crises in which nobody stood above rung 0 before the first violence; a violent trigger is one."""
    run, day, rung = (ensemble.acts[name].to_numpy() for name in ("run", "day", "rung"))
    first_hostile = np.full(ensemble.runs, np.inf)
    np.minimum.at(first_hostile, run, day)
    first_violence = np.where(trigger_class(ensemble) == VIOLENT, ensemble.column("trigger_day"), np.inf)
    violent = rung >= ensemble.ladder.force
    np.minimum.at(first_violence, run[violent], day[violent])
    known = np.isfinite(first_violence)
    return (float(np.mean(first_hostile[known] >= first_violence[known])),) if known.any() else (np.nan,)


def reciprocity(ensemble: Ensemble) -> tuple[float, ...]:
    """Rank correlation (Spearman) of an act's severity with that of the rival's next act.

    Acts of the same moment do not answer each other.
    """
    own, answer = [], []
    moments = ensemble.acts["run"].to_numpy() * (2.0 * ensemble.horizon) + ensemble.acts["day"].to_numpy()
    run, country = ensemble.acts["run"].to_numpy(), ensemble.acts["country"].to_numpy()
    severity = ensemble.ladder.look_up("severity", ensemble.acts["rung"].to_numpy())
    for side in (0, 1):
        mine, theirs = np.flatnonzero(country == side), np.flatnonzero(country != side)
        place = np.searchsorted(moments[theirs], moments[mine], side="right")
        mine, place = mine[place < len(theirs)], place[place < len(theirs)]
        same_run = run[theirs[place]] == run[mine]
        own.append(severity[mine[same_run]])
        answer.append(severity[theirs[place[same_run]]])
    return (rank_correlation(np.concatenate(own), np.concatenate(answer)),)


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's correlation; NaN where either does not vary."""
    if len(first) < 3 or np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return np.nan
    return float(stats.spearmanr(first, second).statistic)


def mediation_day(ensemble: Ensemble) -> Array:
    """Days from the trigger to the start of mediation; NaN where there was none before the end. Shape (run,)."""
    day = ensemble.column("mediation_day")
    with np.errstate(invalid="ignore"):
        after_the_end = day > ensemble.column("days_to_end")
    return np.where(after_the_end, np.nan, day - ensemble.column("trigger_day"))


def mediation_onset(ensemble: Ensemble) -> tuple[float, ...]:
    """Days from the trigger to the start of mediation: quartiles of the mediated runs."""
    day = mediation_day(ensemble)
    return quantiles(day[~np.isnan(day)], (0.25, 0.5, 0.75))


def mediation_hazard(ensemble: Ensemble) -> tuple[float, ...]:
    """Hazard ratio of the end with a mediator at work."""
    lasted = np.where(ensemble.ended, ensemble.column("days_to_end") - ensemble.column("trigger_day"), ensemble.horizon)
    return (hazard_ratio(np.floor(lasted), ensemble.ended, np.floor(mediation_day(ensemble))),)


def hazard_ratio(days: Array, ended: Any, exposed_from: Array) -> float:
    """Hazard ratio of one thing that sets in once and stays, in Cox's (1972) model with Breslow's (1974) treatment of ties.

    Parameters
    ----------
    days : day of the end, or until which a run was followed, shape (run,).
    ended : whether it was the end.
    exposed_from : day on which the thing set in, NaN for never. A run is exposed from the day after.

    Returns
    -------
    The ratio; 0 or infinite where only the ones or the others end, NaN where the two are never at risk together.
    """
    times, place = np.unique(days[ended], return_inverse=True)
    onset = np.where(np.isnan(exposed_from), np.inf, exposed_from)
    at_risk = len(days) - np.searchsorted(np.sort(days), times, side="left")
    set_in = onset < days
    exposed = np.searchsorted(np.sort(onset[set_in]), times, side="left") - np.searchsorted(
        np.sort(days[set_in]), times, side="left"
    )
    ends = np.bincount(place, minlength=len(times))
    ends_exposed = float(np.sum(onset[ended] < days[ended]))
    both = (exposed > 0) & (exposed < at_risk)
    if not both.any():
        return np.nan

    def score(log_ratio: float) -> float:
        weight = exposed * np.exp(log_ratio)
        return ends_exposed - float(np.sum(ends * weight / (at_risk - exposed + weight)))

    low, high = -15.0, 15.0
    if score(low) <= 0.0:
        return 0.0
    if score(high) >= 0.0:
        return np.inf
    return float(np.exp(optimize.brentq(score, low, high)))


MEASURES: Mapping[str, Callable[[Ensemble], tuple[float, ...]]] = {
    measure.__name__: measure
    for measure in (
        duration, duration_spread, duration_by_violence, violence_mix, trigger_response, response_delay, front_loaded, jumps,
        reciprocity, mediation_onset, mediation_hazard,
    )
}  # fmt: skip
"""Measures of crises by name."""


# A rivalry over decades


@dataclass(frozen=True)
class Rivalry:
    """Runs of one rivalry.

    Attributes
    ----------
    event_days : days with a militarised act or deadly fire, ascending, one array for each run.
    acts : one row per militarised act. Columns: run, day, country (0 or 1).
    days : days for which it was followed.
    """

    event_days: tuple[Array, ...]
    acts: pd.DataFrame
    days: float


def militarised_acts(posture: Array, alert: float, begun: Array | None = None) -> pd.DataFrame:
    """Acts at or above the rung of alert; see `acts_from_paths`."""
    acts = acts_from_paths(posture, begun)
    return acts[acts["rung"] >= alert].reset_index(drop=True)


def rivalry_from_paths(
    posture: Array, deadly: Any, alert: float, *, steps_a_day: int = 1, begun: Array | None = None
) -> Rivalry:
    """A rivalry as its measures read it.

    Parameters
    ----------
    posture, begun : see `acts_from_paths`; shape (step, country, run).
    deadly : whether an exchange of fire killed somebody in a step, shape (step, run).
    alert : rung from which an act is militarised.
    """
    acts = militarised_acts(posture, alert, begun)
    acts = acts.assign(day=acts["step"] // steps_a_day)
    fire_step, fire_run = np.nonzero(deadly)
    days = []
    for run in range(posture.shape[-1]):
        of_acts = acts["day"].to_numpy()[acts["run"].to_numpy() == run]
        days.append(np.unique(np.concatenate([of_acts, fire_step[fire_run == run] // steps_a_day])).astype(float))
    return Rivalry(tuple(days), acts, posture.shape[0] / steps_a_day)


def rivalry_events(path: str | os.PathLike[str], runs: int, seed: int) -> Rivalry:
    """Run a rivalry from its file and collect its events.

    Fire is deadly where an exchange and a death fall into the same step; deaths of an attack in the very step of an exchange
    count too.
    """
    scenario = load_scenario(Path(path))
    ledger = batch.computed(scenario, seed, np.arange(runs), keep=("posture", "act_begun", "fire", "deaths_in_step"))
    killed = np.nansum(ledger.paths["deaths_in_step"], axis=1) > 0.0
    deadly = (np.nan_to_num(ledger.paths["fire"]) > 0.0) & killed
    return rivalry_from_paths(
        ledger.paths["posture"], deadly, scenario.ladder.alert,
        steps_a_day=round(24.0 / scenario.step_hours), begun=ledger.paths["act_begun"],
    )  # fmt: skip


def clustering(rivalry: Rivalry) -> tuple[float, ...]:
    """Branching ratio of event days, and half-life of the excitement in days."""
    return hawkes_fit(rivalry.event_days, rivalry.days)


def hawkes_fit(event_days: Sequence[Array], days: float) -> tuple[float, float]:
    """Branching ratio and half-life (days) of a self-exciting process with an exponential kernel, by maximum likelihood.

    The intensity is mu + sum over past events of n b exp(-b age) (Hawkes 1971; likelihood after Ozaki 1979). One set of
    numbers for all runs.

    Parameters
    ----------
    event_days : times of events, ascending, one array for each run, within [0, days).

    Returns
    -------
    n and log(2) / b; NaN for fewer than 10 events.
    """
    filled = [np.asarray(one, dtype=float) for one in event_days]
    count = sum(len(one) for one in filled)
    if count < _LEAST_EVENTS:
        return np.nan, np.nan
    most = max(len(one) for one in filled)
    gaps = np.full((most, len(filled)), np.inf)
    left = np.full((most, len(filled)), np.nan)
    for place, one in enumerate(filled):
        gaps[1 : len(one), place] = np.diff(one)
        left[: len(one), place] = days - one
    there = ~np.isnan(left)

    def loss(logs: Array) -> float:
        background, branching, decay = np.exp(logs)
        kept = np.exp(-decay * gaps)
        excited = np.zeros_like(gaps)
        for event in range(1, most):
            excited[event] = kept[event] * (1.0 + excited[event - 1])
        intensity = np.log(background + branching * decay * excited[there])
        expected = background * days * len(filled) + branching * float(np.sum(-np.expm1(-decay * left[there])))
        return (expected - float(np.sum(intensity))) / count

    rate = count / (days * len(filled))
    bounds = [
        (np.log(rate * 1e-4), np.log(rate * 2.0)),
        (np.log(1e-3), np.log(2.0)),
        (np.log(np.log(2.0) / 3650.0), np.log(10.0)),
    ]
    starts = [np.log([0.5 * rate, 0.5, np.log(2.0) / half_life]) for half_life in (2.0, 20.0, 120.0)]
    fits = [optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds) for start in starts]
    _, branching, decay = np.exp(min(fits, key=lambda fit: float(fit.fun)).x)
    return float(branching), float(np.log(2.0) / decay)


def balance(rivalry: Rivalry) -> tuple[float, ...]:
    """Correlation over months of the two sides' militarised acts: mean over the runs in which both sides act."""
    runs = len(rivalry.event_days)
    months = max(int(np.ceil(rivalry.days / _DAYS_A_MONTH)), 1)
    counts = np.zeros((runs, 2, months))
    month = np.minimum((rivalry.acts["day"].to_numpy() / _DAYS_A_MONTH).astype(np.intp), months - 1)
    np.add.at(counts, (rivalry.acts["run"].to_numpy(), rivalry.acts["country"].to_numpy(), month), 1.0)
    both = counts[(np.ptp(counts, axis=2) > 0.0).all(axis=1)]
    return (float(np.mean([np.corrcoef(one)[0, 1] for one in both])),) if len(both) else (np.nan,)


RIVALRY_MEASURES: Mapping[str, Callable[[Rivalry], tuple[float, ...]]] = {"clustering": clustering, "balance": balance}
"""Measures of a rivalry by name."""
