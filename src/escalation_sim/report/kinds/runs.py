"""Runs of one scenario, a crisis or a rivalry: what `run` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from escalation_sim.analysis.assumptions import assumptions_that_matter
from escalation_sim.analysis.gist import Gist, state_in_words, worst_run
from escalation_sim.analysis.summary import cause_label, summary, typical_run
from escalation_sim.analysis.years import by_decade, over_the_years, years_in_words
from escalation_sim.experiments.archive import MANIFEST, RUNS, data_folder, kind_of
from escalation_sim.plots import charts_of
from escalation_sim.plots.pairs import PAIR_CHARTS, alternative_text
from escalation_sim.plots.time_to_end import time_to_end_chart
from escalation_sim.report.assumed import assumptions_from
from escalation_sim.report.page import Chart, Page, Story, Table, chart
from escalation_sim.report.remaking import from_scenario
from escalation_sim.report.stories import told, told_years
from escalation_sim.results import Result
from escalation_sim.scenario import Scenario

__all__ = ["holds", "page", "talked_down"]

_PLACES = {"postures": "broad", "peaks": "tall", "ends": "half", "deaths": "half"}
_CAPTIONS = {
    "postures": "Median, half and nine tenths of the runs. A run that is over stays on its last rung.",
    "peaks": "Highest rung of each run. Whiskers: 95 % intervals for the number of runs.",
    "ends": "Kaplan–Meier estimate with its 95 % interval.",
    "deaths": "Own nationals of both sides, the victims of the first attack among them.",
}
_OF_YEARS = {
    "crises": "Above: the crises of a run from the middle. Below: how many begin in a year, on average over the runs; lines hold the middle eight tenths of the runs.",
    "fire": "Median and middle eight tenths of the runs, and what each side counted.",
}
_INTERVALS = (
    "Intervals are for the number of runs, not for doubt about the model. Days count from the start; deaths are persons."
)


def holds(folder: Path) -> bool:
    """Whether a folder holds runs of one scenario."""
    return kind_of(folder) == RUNS


def page(folder: Path) -> Page:
    """The runs told."""
    place = data_folder(folder) or folder
    result = Result.load(place)
    software = json.loads((place / MANIFEST).read_text(encoding="utf-8")).get("software", {})
    scenario, runs = result.scenario, len(result.outcomes)
    crisis = scenario.kind == "crisis"
    outcome, what = ("peak_rung", "how high a run climbs") if crisis else ("crises", "how many crises there are")
    return Page(
        title=scenario.title,
        under=f"{runs:,} simulated {'crises' if crisis else 'histories'}, seed {result.seed}, escalation-sim {software.get('escalation_sim', '?')}",
        about=scenario.about,
        question=question(scenario),
        answers=(state_in_words(result) if crisis else years_in_gist(result),),
        remarks=tuple(remarks(result)) if crisis else (),
        charts=tuple(charts_of_crises(result) if crisis else charts_of_years(result)),
        tables=(numbers(result),) if crisis else (decades(result), numbers(result)),
        stories=tuple(stories(result) if crisis else stories_of_years(result)),
        assumptions=assumptions_from(assumptions_that_matter(result, outcome), scenario, what),
        remake=from_scenario(
            scenario, "run", ["--runs", str(runs), "--seed", str(result.seed)], f"results/{scenario.name}", result.seed, f"{runs}", software
        ),
    )  # fmt: skip


def question(scenario: Scenario) -> str:
    """What was asked."""
    first, second = (country.label for country in scenario.countries)
    lines = [channel.label for channel in scenario.channels if channel.status == 2.0]
    there = f"with these lines open: {', '.join(lines)}" if lines else "with no line open"
    if scenario.kind == "rivalry":
        return f"What do the years between {first} and {second} bring: how many crises, how many with force, how many wars?"
    return f"How high does the crisis between {first} and {second} climb, how long does it last and what does it cost, {there}?"


def years_in_gist(result: Result) -> Gist:
    """What a rivalry came to."""
    runs = len(result.outcomes)
    return Gist(
        years_in_words(result), f"Means over {runs:,} runs; 95 % intervals for that number of runs. They say nothing about doubt in the model."
    )  # fmt: skip


def remarks(result: Result) -> Iterator[str]:
    """What else is worth a sentence: what ends the runs, and what stands on record."""
    causes = result.outcomes.loc[result.outcomes["censored"] == 0.0, "ended_by"].value_counts()
    if len(causes):
        runs = len(result.outcomes)
        named = [
            f"{cause_label(str(name), result.scenario)} ({100.0 * count / runs:.0f} in 100)"
            for name, count in causes.head(3).items()
        ]
        yield f"What most often ends it: {'; '.join(named)}."
    if result.scenario.observed is not None:
        yield "The real crisis is drawn beside the runs where it is on record. It is one outcome of many that were possible."


def charts_of_crises(result: Result) -> Iterator[Chart]:
    """The charts of a crisis."""
    for name, pair in PAIR_CHARTS.items():
        yield chart(pair(result, None), alternative_text(name, result, None), _CAPTIONS[name], _PLACES[name])
    yield chart(time_to_end_chart(result), "Share of runs ended by each cause, by day", "What ends the runs, by day.")


def charts_of_years(result: Result) -> Iterator[Chart]:
    """The charts of a rivalry."""
    for name, draw in charts_of(result).items():
        yield chart(draw(result), f"{name.capitalize()} by year. {years_in_words(result)}", _OF_YEARS.get(name, ""))


def numbers(result: Result) -> Table:
    """The summary."""
    crisis = result.scenario.kind == "crisis"
    observed = crisis and result.scenario.observed is not None
    rows: list[list[str]] = []
    group = ""
    for row in summary(result) if crisis else over_the_years(result):
        if row.group != group:
            rows.append([row.group])
            group = row.group
        rows.append([row.label, row.value_text, row.interval_text, row.spread_text, *([row.observed] if observed else [])])
    columns = ["", "Runs", "95 % interval", "10–90 % of runs", *(["On record"] if observed else [])]
    return Table(columns, rows, _INTERVALS)


def decades(result: Result) -> Table:
    """The decades of a rivalry side by side, means over the runs with their intervals."""
    rows = by_decade(result)
    labels = list(dict.fromkeys(row.label for row in rows))
    lines = [
        [group, *(f"{row.value_text} ({row.interval_text})" if row.interval_text else row.value_text for row in rows if row.group == group)]
        for group in dict.fromkeys(row.group for row in rows)
    ]  # fmt: skip
    caption = (
        "Means over the runs (95 % interval). A crisis counts in the years in which it begins, deaths and days as they fall."
    )
    return Table(["By the years", *labels], lines, caption)


def stories(result: Result) -> Iterator[Story]:
    """The most instructive runs: one from the middle, the worst, and one that talks ended after it had climbed highest."""
    chosen = {typical_run(result): ("A run from the middle", "Nearest the middle of all runs in peak, length and deaths.")}
    worst = ("The run that went worst", "The highest peak of all, and among these the most deaths.")
    chosen.setdefault(worst_run(result), worst)
    talked = talked_down(result)
    if talked is not None:
        why = "Of the runs that ended by a deal through a line of their own, the one that had climbed highest."
        chosen.setdefault(talked, ("A run that talks ended", why))
    for run, (title, why) in chosen.items():
        yield Story(f"{title} (run {run})", why, (told(result.scenario, result.seed, run),))


def stories_of_years(result: Result) -> Iterator[Story]:
    """A run from the middle."""
    run = typical_run(result)
    why = "Nearest the middle of all runs in crises, deaths and violations. Its weightiest crises, then leaders and lines."
    yield Story(f"A run from the middle (run {run})", why, (told_years(result.scenario, result.seed, run),))


def talked_down(result: Result) -> int | None:
    """The run that climbed highest of those that a deal through a channel between the two ended; None where there is none."""
    names = [channel.name for channel in result.scenario.channels]
    table = result.outcomes[result.outcomes["ended_by"].isin(names)]
    return None if table.empty else int(table.index[int(np.argmax(table["peak_rung"].to_numpy(dtype=float)))])
