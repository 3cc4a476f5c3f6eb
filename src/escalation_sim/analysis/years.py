"""The summary of a rivalry: by decade, over all the years, and by the state in which crises begin.

Crises, their highest rungs and deaths count in the decade in which they fall, or begin (see `rivalry`). Pure functions from a `Result`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from escalation_sim.analysis.estimates import NORMAL, Estimate, mean_of, quantiles_of
from escalation_sim.analysis.summary import COUNT, DAYS, DEATHS, LEVEL, SHARE, Row, column, count_row, share_row
from escalation_sim.parameters import Array
from escalation_sim.results import Result
from escalation_sim.rivalry import decades, years
from escalation_sim.scenario import Scenario

__all__ = [
    "DIFFERENCE",
    "LEAST_CRISES",
    "at_the_outset",
    "by_decade",
    "mean_by_run",
    "over_the_years",
    "period_label",
    "thirds_of_trust",
    "years_in_words",
]

LEAST_CRISES = 30
"""Crises of all runs below which they are not compared by the state at their outset."""

SPANS, LINES, LEVELS = "Runs with", "Lines, signals, deals", "The two societies"

LOWEST, HIGHEST, DIFFERENCE = "lowest third", "highest third", "difference"


_BY_DECADE = {
    "crises": ("Crises", COUNT),
    "crises_with_force": ("with force", COUNT),
    "wars": ("that became war", COUNT),
    "peak_rung": ("Highest rung", COUNT),
    "deaths": ("Deaths", DEATHS),
    "days_in_crisis": ("Days in crisis", DAYS),
    "violations_a_year": ("Violations a year", COUNT),
}
_LEVELS = {
    "trust_mean": "Trust between the governments",
    "civil_voice_mean": "Voice of civil society",
    "climate_mean": "Hostility of coverage",
    "trade_mean": "Trade, as a share of what there could be",
}
_COUNTS = {
    "deals_struck": "Deals struck",
    "deals_broken": "Deals broken",
    "calls": "Calls tried in crises",
    "calls_unanswered": "Calls that nobody answered",
    "rescues": "Messages that got through on another line",
    "nuclear_signals": "Nuclear signals",
    "signals_misread": "Nuclear signals misread",
    "accidents_misread": "Unintended acts read as intended",
    "leaks": "Secret channels exposed",
}


def period_label(decade: str, scenario: Scenario) -> str:
    """ "2000s" for a whole decade, the years that are covered for a part of one, "1998–99"."""
    covered = [year for year in years(scenario) if f"{year // 10 * 10}s" == decade]
    if len(covered) == 10:
        return decade
    return f"{covered[0]}–{covered[-1] % 100:02d}" if len(covered) > 1 else str(covered[0])


def by_decade(result: Result) -> list[Row]:
    """What happened in each decade and in all: `group` is what is counted, `label` the decade; means over the runs."""
    scenario = result.scenario
    rows = []
    for name, (words, unit) in _BY_DECADE.items():
        whole = "deaths_total" if name == "deaths" else name
        for decade in decades(scenario):
            rows.append(mean_row(words, period_label(decade, scenario), column(result, f"{name}_{decade}"), unit))
        rows.append(mean_row(words, "in all", column(result, whole), unit))
    return rows


def mean_row(group: str, label: str, values: Array, unit: str) -> Row:
    """A row with a mean, its interval and the 10 to 90 % range of the runs."""
    if unit == COUNT:
        return count_row(group, label, values)
    found = mean_of(values)
    low, high = quantiles_of(values, (0.1, 0.9))
    cut = (max(found.low, 0.0), found.high)
    return Row(group, label, found.value, unit, None if np.isnan(found.low) else cut, (low, high))


def over_the_years(result: Result) -> Iterator[Row]:
    """What happened over all the years: shares of runs, levels averaged over the years, counts."""
    ladder = result.scenario.ladder
    peak = column(result, "peak_rung")
    for words, rung in (("Force across the border", ladder.force), ("War", ladder.war), ("Nuclear use", ladder.nuclear_use)):
        if rung <= ladder.top:
            above = " or above" if rung < ladder.top else ""
            yield share_row(SPANS, f"{words} (rung {rung}{above}), share", peak >= rung)
    for name, words in _LEVELS.items():
        yield mean_row(LEVELS, f"{words}, mean", column(result, name), LEVEL)
    for name, words in _COUNTS.items():
        yield count_row(LINES, f"{words}, mean", column(result, name))


def at_the_outset(result: Result) -> list[Row]:
    """Crises that begin with little trust against those that begin with much: `group` is what is compared, `label` which third.

    Differences between crises, not the effect of trust: what lowers trust may also make crises worse. Crises of one run belong
    together; the intervals allow for that. No rows with fewer than 30 crises, or where all begin with the same trust.
    """
    crises, ladder = result.crises, result.scenario.ladder
    if len(crises) < LEAST_CRISES or crises["trust_at_outset"].nunique() < 3:
        return []
    trust = crises["trust_at_outset"].to_numpy(dtype=float)
    bottom, top = thirds_of_trust(result)
    low, high = trust <= bottom, trust >= top
    peak = crises["peak_rung"].to_numpy(dtype=float)
    lasted = (crises["end_day"] - crises["start_day"]).to_numpy(dtype=float)
    compared = (
        ("Reached force", (peak >= ladder.force) * 1.0, SHARE),
        ("Became war", (peak >= ladder.war) * 1.0, SHARE),
        ("Length, mean", lasted, DAYS),
    )
    rows = []
    for words, values, unit in compared:
        rows += [
            estimated(words, LOWEST, mean_by_run(crises["run"], values, low), unit),
            estimated(words, HIGHEST, mean_by_run(crises["run"], values, high), unit),
            estimated(words, DIFFERENCE, mean_by_run(crises["run"], values, low, high), unit),
        ]
    return rows


def thirds_of_trust(result: Result) -> tuple[float, float]:
    """Trust at the outset below which a third of the crises lie, and above which a third do."""
    bottom, top = np.quantile(result.crises["trust_at_outset"].to_numpy(dtype=float), (1.0 / 3.0, 2.0 / 3.0))
    return float(bottom), float(top)


def estimated(group: str, label: str, found: Estimate, unit: str) -> Row:
    """A row with an estimate; one that is no difference is cut at 0, and at 1 if it is a share."""
    low, high = found.low, found.high
    if label != DIFFERENCE:
        low, high = max(low, 0.0), min(high, 1.0) if unit == SHARE else high
    return Row(group, label, found.value, unit, None if np.isnan(low) else (low, high))


def mean_by_run(run: pd.Series[int], values: Array, chosen: Array, against: Array | None = None) -> Estimate:
    """Mean of `values` over the chosen crises, less that over the others if given, crises of one run taken together.

    The normal interval of a ratio of sums over runs, by linearisation (Cochran 1977).

    Parameters
    ----------
    run : run of each crisis, shape (crisis,).
    values : shape (crisis,), 0 or 1 for a share.
    chosen, against : which crises, bool of shape (crisis,).
    """
    _, place = np.unique(run.to_numpy(), return_inverse=True)
    pull = np.zeros(int(place.max()) + 1)
    value = 0.0
    for sign, some in ((1.0, chosen), (-1.0, against)):
        if some is None:
            continue
        mean = float(values[some].mean())
        value += sign * mean
        pull += sign * np.bincount(place[some], weights=values[some] - mean, minlength=len(pull)) / int(some.sum())
    runs = len(pull)
    if runs < 2:
        return Estimate(value, np.nan, np.nan)
    reach = NORMAL * float(np.sqrt(runs / (runs - 1) * np.sum(pull * pull)))
    return Estimate(value, value - reach, value + reach)


def years_in_words(result: Result) -> str:
    """What a rivalry came to, in a sentence."""
    in_all = {row.group: row for row in by_decade(result) if row.label == "in all"}
    crises, force, wars = (
        f"{row.value_text}" + (f" ({row.interval_text})" if row.interval_text else "")
        for row in (in_all[_BY_DECADE[name][0]] for name in ("crises", "crises_with_force", "wars"))
    )
    days = result.scenario.horizon_days
    span = f"{days / 365.25:.0f} years" if days > 548.0 else f"{days:g} days"
    return f"In {span} there are {crises} crises on average, {force} of them with force, and {wars} become war."
