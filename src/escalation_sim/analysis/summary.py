"""What happened in how many runs: the summary of a result, with what is on record of the real crisis beside it.

Definitions of the outcomes are those of `outcomes`. Pure functions from a `Result`; nothing is printed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from escalation_sim.analysis.estimates import (
    Estimate,
    Survival,
    mean_of,
    mean_of_counts,
    quantiles_of,
    share_of,
    survival,
    time_reached,
)
from escalation_sim.outcomes import observed_outcomes
from escalation_sim.parameters import Array
from escalation_sim.results import Result
from escalation_sim.scenario import Scenario

__all__ = ["Row", "cause_label", "followed_days", "summary", "time_to_end", "typical_run"]

SHARE, DAYS, DEATHS, RUNG, RUNGS, COUNT, LEVEL = "share", "days", "deaths", "rung", "rungs", "count", "level"

HEIGHT, SPEED, END, COST, ON_THE_WAY, LINES = (
    "How high it climbed",
    "How fast",
    "How it ended",
    "What it cost",
    "What happened on the way",
    "Calls on the lines, a run",
)

_CAUSES = {
    "third_party": "a third party",
    "unilateral": "each side on its own",
    "exhaustion": "exhaustion",
    "none": "not ended",
}

Pair = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One line of a summary.

    Attributes
    ----------
    group : heading it stands under.
    label : what is counted, in words.
    value : the number; a share is in [0, 1], days count from the start; NaN where no run has one.
    unit : "share", "days", "deaths" (persons), "rung" (a place on the ladder), "rungs" (a distance on it), "count" (how often),
        "level" (trust and the like, 0 to 1).
    interval : bounds of 95 %, for the number of runs; None where there are none.
    spread : 10 % and 90 % quantile over the runs; None for shares and means of counts.
    observed : the same of the real crisis, in print; empty where it is not on record.
    """

    group: str
    label: str
    value: float
    unit: str
    interval: Pair | None = None
    spread: Pair | None = None
    observed: str = ""

    @property
    def value_text(self) -> str:
        """The number in print, with "%" for shares."""
        return in_print(self.value, self.unit) + (" %" if self.unit == SHARE and np.isfinite(self.value) else "")

    @property
    def interval_text(self) -> str:
        """The interval in print, empty where there is none."""
        return pair_in_print(self.interval, self.unit)

    @property
    def spread_text(self) -> str:
        """The spread in print, empty where there is none."""
        return pair_in_print(self.spread, self.unit)


def in_print(value: float, unit: str) -> str:
    """A number as a reader wants it: "12.3" for a share of 0.123, "1,204" for deaths, "later" for beyond the horizon, "–" for none."""
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "later"
    if unit == SHARE:
        return (
            f"{100.0 * value:.1f}"
            if value == 0.0 or value >= 5e-4
            else np.format_float_positional(100.0 * value, 1, fractional=False)
        )
    if unit == RUNG:
        return f"{value:.0f}"
    if unit == DEATHS or (unit == COUNT and (value == round(value) or value >= 99.95)):
        return f"{value:,.0f}"
    if unit == COUNT:
        return f"{value:.1f}" if value >= 0.995 else f"{value:.2f}"
    if unit == DAYS:
        return f"{value:.1f}" if value < 999.5 else f"{value:,.0f}"
    return f"{value:.2f}"


def pair_in_print(pair: Pair | None, unit: str) -> str:
    """Two bounds in print."""
    if pair is None or np.isnan(pair).any():
        return ""
    return f"{in_print(pair[0], unit)}–{in_print(pair[1], unit)}"


def followed_days(scenario: Scenario) -> float:
    """Last day on which an end can be told: after it there are not `quiet_days` left before the horizon.

    The horizon itself where it is shorter than the quiet.
    """
    last = scenario.horizon_days - scenario.quiet_days
    return last if last > 0.0 else scenario.horizon_days


def column(result: Result, name: str) -> Array:
    """A numeric outcome, shape (run,)."""
    return result.outcomes[name].to_numpy(dtype=float)


def time_to_end(result: Result) -> Survival:
    """Share of runs still going by day (Kaplan–Meier); runs that have not ended are censored at the horizon."""
    days = column(result, "days_to_end")
    ended = ~np.isnan(days)
    return survival(np.where(ended, days, result.scenario.horizon_days), ended)


def cause_label(name: str, scenario: Scenario) -> str:
    """What ended a crisis, in words: the label of a channel, or one of the endings without a channel."""
    for channel in scenario.channels:
        if channel.name == name and name not in _CAUSES:
            return channel.label
    return _CAUSES.get(name, name)


def typical_run(result: Result) -> int:
    """Number of the run nearest the middle: its peak, its days to the end (the horizon where it has not ended) and its deaths;
    of a rivalry, its crises, deaths and violations.

    Distances are in units of the mean absolute deviation from the median, deaths and violations on a logarithmic scale; the lowest
    number wins a tie.
    """
    distance = np.zeros(len(result.outcomes))
    for feature in features_of_years(result) if result.scenario.kind == "rivalry" else features_of_crisis(result):
        away = np.abs(feature - np.median(feature))
        distance = distance + away / max(float(np.mean(away)), 1e-9)
    return int(result.outcomes.index[int(np.argmin(distance))])


def features_of_crisis(result: Result) -> tuple[Array, ...]:
    """What a run of a crisis is like."""
    days = column(result, "days_to_end")
    lasted = np.where(np.isnan(days), result.scenario.horizon_days, days)
    return column(result, "peak_rung"), lasted, np.log1p(column(result, "deaths_total"))


def features_of_years(result: Result) -> tuple[Array, ...]:
    """What a run of a rivalry is like."""
    logged = (np.log1p(column(result, name)) for name in ("deaths_total", "violations_a_year"))
    return column(result, "crises"), *logged


Observed = dict[str, float | str]


def summary(result: Result) -> list[Row]:
    """The summary of a crisis, row by row in reading order; see `Row`. That of a rivalry is in `years`."""
    seen: Observed = observed_outcomes(result.scenario)
    return [
        *heights(result, seen),
        *speeds(result, seen),
        *endings(result, seen),
        *costs(result),
        *happenings(result, seen),
        *calls(result),
    ]


def count_row(group: str, label: str, values: Array) -> Row:
    """A row with the mean of counts, its interval, and the 10 to 90 % range of the runs."""
    found = mean_of_counts(values)
    low, high = quantiles_of(values, (0.1, 0.9))
    return Row(group, label, found.value, COUNT, None if np.isnan(found.low) else (found.low, found.high), (low, high))


def share_row(group: str, label: str, happened: Array, observed: str = "") -> Row:
    """A row that says in how many runs something happened."""
    found = share_of(happened)
    return Row(group, label, found.value, SHARE, (found.low, found.high), observed=observed)


def spread_row(group: str, label: str, values: Array, unit: str, observed: str = "") -> Row:
    """A row with the median and the 10 to 90 % range of the runs that have a value."""
    low, median, high = quantiles_of(values, (0.1, 0.5, 0.9))
    return Row(group, label, median, unit, spread=None if np.isnan(median) else (low, high), observed=observed)


def estimate_row(group: str, label: str, found: Estimate, unit: str, observed: str = "") -> Row:
    """A row with an estimate and its interval."""
    return Row(group, label, found.value, unit, None if np.isnan(found.low) else (found.low, found.high), observed=observed)


def yes_or_no(seen: Observed, name: str, least: float = 0.5) -> str:
    """Whether a count or a rung on record is at least `least`; empty where it is not on record."""
    value = seen.get(name)
    if not isinstance(value, float):
        return ""
    return "yes" if value >= least else "no"


def on_record(seen: Observed, name: str, unit: str) -> str:
    """A number on record in print; "none" for a day on which nothing happened."""
    value = seen.get(name)
    if not isinstance(value, float):
        return ""
    return "none" if np.isnan(value) else in_print(value, unit)


def heights(result: Result, seen: Observed) -> Iterator[Row]:
    """How high runs climbed."""
    ladder = result.scenario.ladder
    peak = column(result, "peak_rung")
    yield spread_row(HEIGHT, "Peak rung, median", peak, RUNG, on_record(seen, "peak_rung", RUNG))
    for rung, name in enumerate(ladder.names):
        here = seen.get("peak_rung") == float(rung)
        if here or (peak == rung).any():
            yield share_row(HEIGHT, f"Peak at rung {rung}, {name}", peak == rung, "here" if here else "")
    marks = [("Force used across the border", ladder.force), ("War", ladder.war), ("Nuclear use", ladder.nuclear_use)]
    for label, rung in marks:
        if rung <= ladder.top:
            words = f"{label} (rung {rung} or above)" if rung < ladder.top else f"{label} (rung {rung})"
            yield share_row(HEIGHT, words, peak >= rung, yes_or_no(seen, "peak_rung", float(rung)))


def speeds(result: Result, seen: Observed) -> Iterator[Row]:
    """How fast the first force and the first cease-fire came."""
    response, cease_fire = column(result, "days_to_response"), column(result, "days_to_ceasefire")
    words = "Days to first force, median of runs with any"
    yield spread_row(SPEED, words, response, DAYS, on_record(seen, "days_to_response", DAYS))
    struck = ~np.isnan(cease_fire)
    answer = yes_or_no(
        {"struck": float("days_to_ceasefire" in seen and not np.isnan(float(seen["days_to_ceasefire"])))}, "struck"
    )
    yield share_row(SPEED, "A cease-fire was agreed", struck, answer if seen else "")
    words = "Days to first cease-fire, median of runs with one"
    yield spread_row(SPEED, words, cease_fire, DAYS, on_record(seen, "days_to_ceasefire", DAYS))


def endings(result: Result, seen: Observed) -> Iterator[Row]:
    """When and through what runs ended."""
    scenario = result.scenario
    days, censored = column(result, "days_to_end"), column(result, "censored") > 0.0
    observed = on_record(seen, "days_to_end", DAYS)
    yield estimate_row(END, "Days to the end, median", time_reached(time_to_end(result)), DAYS, observed)
    mean = mean_of(np.where(np.isnan(days), scenario.horizon_days, days))
    yield estimate_row(END, f"Days to the end, mean within {scenario.horizon_days:g} days", mean, DAYS, observed)
    still = "no" if observed and observed != "none" else "yes" if observed else ""
    yield share_row(END, f"Still going on after {scenario.horizon_days:g} days", censored, still)
    causes = result.outcomes["ended_by"].to_numpy(dtype=object)
    names = set(causes[~censored]) | ({str(seen["ended_by"])} if "ended_by" in seen else set())
    for name in sorted(names - {"none"}, key=lambda cause: -int((causes == cause).sum())):
        here = "here" if seen.get("ended_by") == name else ""
        yield share_row(END, f"Ended by: {cause_label(name, scenario)}", causes == name, here)


def costs(result: Result) -> Iterator[Row]:
    """Deaths, in all and by country."""
    observed = result.scenario.observed
    total = observed.deaths_total if observed else None
    yield spread_row(COST, "Deaths in all, median", column(result, "deaths_total"), DEATHS, pair_in_print(total, DEATHS))
    for country in result.scenario.countries:
        there = observed.deaths.get(country.name) if observed else None
        words = f"Deaths of {country.label}, median"
        yield spread_row(COST, words, column(result, f"deaths_{country.name}"), DEATHS, pair_in_print(there, DEATHS))


def happenings(result: Result, seen: Observed) -> Iterator[Row]:
    """What happened on the way."""
    mediated = ~np.isnan(column(result, "mediation_day"))
    there = on_record(seen, "mediation_day", DAYS)
    yield share_row(ON_THE_WAY, "Third parties mediated", mediated, ("no" if there == "none" else "yes") if there else "")
    counts = {
        "deals_broken": "An agreement to stop broke down",
        "nuclear_signals": "Nuclear signals were sent",
        "accidents": "An unintended act occurred",
        "accidents_misread": "An unintended act was read as intended",
        "leaks": "A secret channel was exposed",
    }
    for name, words in counts.items():
        recorded = yes_or_no(seen, name) if name in ("deals_broken", "nuclear_signals") else ""
        yield share_row(ON_THE_WAY, words, column(result, name) > 0.0, recorded)
    words = "Misperception, mean, in rungs"
    yield estimate_row(ON_THE_WAY, words, mean_of(column(result, "misperception")), RUNGS)


def calls(result: Result) -> Iterator[Row]:
    """What became of calls on the lines, and of nuclear signals."""
    counts = {
        "calls": "Calls tried, mean",
        "calls_unanswered": "Calls that nobody answered, mean",
        "rescues": "Messages that got through on another line, mean",
        "signals_misread": "Nuclear signals misread, mean",
    }
    for name, words in counts.items():
        yield count_row(LINES, words, column(result, name))
