"""A result folder told for somebody who will never install anything: one HTML file, nothing outside of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from escalation_sim.agents import EscalationModel
from escalation_sim.analysis.assumptions import assumptions_that_matter
from escalation_sim.analysis.gist import state_in_words, worst_run
from escalation_sim.analysis.playback import recorded
from escalation_sim.analysis.readable import path_in_words
from escalation_sim.analysis.story import story
from escalation_sim.analysis.summary import cause_label, summary, typical_run
from escalation_sim.analysis.years import over_the_years
from escalation_sim.errors import InputError
from escalation_sim.plots import charts_of
from escalation_sim.plots.pairs import PAIR_CHARTS, alternative_text
from escalation_sim.plots.run_path import run_chart, run_in_words
from escalation_sim.plots.time_to_end import time_to_end_chart
from escalation_sim.plots.vector import svg_in_page
from escalation_sim.results import Result
from escalation_sim.scenario import Scenario, as_yaml

__all__ = ["data_folder", "report"]

_STATES = {0.0: "closed", 1.0: "suspended", 2.0: "open"}
_PLACES = {"postures": "broad", "peaks": "tall", "ends": "half", "deaths": "half"}
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Chart:
    """A chart, the line under it, and how much place it takes: "broad", "tall" or half the width."""

    svg: Markup
    words: str
    place: str = "broad"


@dataclass(frozen=True)
class Story:
    """A run told: its title, why it was chosen, its chart and its dated lines."""

    title: str
    why: str
    svg: Markup
    lines: list[tuple[str, str]]


def data_folder(folder: Path) -> Path:
    """Where the data of a result lie: the folder itself, or `data` in it. Raises InputError where neither holds any."""
    for place in (folder, folder / "data"):
        if (place / _MANIFEST).is_file():
            return place
    raise InputError("no result here", file=str(folder), allowed="a folder written by `escalation-sim run`")


def report(folder: Path) -> str:
    """The report of a result folder as HTML; equal results give equal reports. Raises InputError."""
    place = data_folder(folder)
    result = Result.load(place)
    software = json.loads((place / _MANIFEST).read_text(encoding="utf-8")).get("software", {})
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(content(result, software))


def content(result: Result, software: dict[str, Any]) -> dict[str, Any]:
    """Everything that stands in the page."""
    scenario = result.scenario
    crisis = scenario.kind == "crisis"
    runs, file = len(result.outcomes), f"{scenario.name}.yaml"
    text = as_yaml(scenario)
    said = state_in_words(result) if crisis else None
    return {
        "title": scenario.title,
        "under": f"{runs:,} simulated {'crises' if crisis else 'histories'}, seed {result.seed}, escalation-sim {software.get('escalation_sim', '?')}",
        "about": scenario.about,
        "question": question(scenario),
        "answer": said.sentence if said else years_in_words(result),
        "footing": said.footing if said else f"Means over {runs:,} runs.",
        "remarks": list(remarks(result)) if crisis else [],
        "charts": list(charts(result)),
        "table": numbers(result),
        "stories": list(stories(result)) if crisis else [],
        "assumptions": assumptions(result, "peak_rung" if crisis else "crises"),
        "channels": channels(scenario),
        "seed": result.seed,
        "runs": runs,
        "versions": f"Python {software.get('python', '?')}, NumPy {software.get('numpy', '?')}, escalation-sim {software.get('escalation_sim', '?')}.",
        "file": file,
        "yaml": text,
        "yaml_base64": base64.b64encode(text.encode()).decode(),
        "command": f"escalation-sim run {file} --runs {runs} --seed {result.seed}\nescalation-sim report results/{scenario.name}",
    }


def question(scenario: Scenario) -> str:
    """What was asked."""
    first, second = (country.label for country in scenario.countries)
    lines = [channel.label for channel in scenario.channels if channel.status == 2.0]
    there = f"with these lines open: {', '.join(lines)}" if lines else "with no line open"
    if scenario.kind == "rivalry":
        return f"What do the years between {first} and {second} bring?"
    return f"How high does the crisis between {first} and {second} climb, how long does it last and what does it cost, {there}?"


def years_in_words(result: Result) -> str:
    """What a rivalry came to, in a sentence."""
    table, years = result.outcomes, result.scenario.horizon_days / 365.25
    return (
        f"In {years:.0f} years there are {table['crises'].mean():.1f} crises on average, {table['crises_with_force'].mean():.1f} of them with force, "
        f"and {table['wars'].mean():.2f} become war."
    )


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


def charts(result: Result) -> Iterator[Chart]:
    """The charts, with letters as outlines so that they look alike everywhere."""
    if result.scenario.kind == "rivalry":
        for name, chart in charts_of(result).items():
            yield Chart(Markup(svg_in_page(chart(result), f"Chart of {name} by year")), "")
        return
    captions = {
        "postures": "Median, half and nine tenths of the runs. A run that is over stays on its last rung.",
        "peaks": "Highest rung of each run. Whiskers: 95 % intervals for the number of runs.",
        "ends": "Kaplan–Meier estimate with its 95 % interval.",
        "deaths": "Own nationals of both sides, the victims of the first attack among them.",
    }
    for name, pair in PAIR_CHARTS.items():
        yield Chart(
            Markup(svg_in_page(pair(result, None), alternative_text(name, result, None))), captions[name], _PLACES[name]
        )
    yield Chart(
        Markup(svg_in_page(time_to_end_chart(result), "Share of runs ended by each cause, by day")),
        "What ends the runs, by day.",
    )


def numbers(result: Result) -> dict[str, Any]:
    """The summary as rows of cells; a row of one cell is a heading."""
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
    caption = (
        "Intervals are for the number of runs, not for doubt about the model. Days count from the start; deaths are persons."
    )
    return {"columns": columns, "rows": rows, "caption": caption}


def stories(result: Result) -> Iterator[Story]:
    """The most instructive runs: one from the middle, the worst, and one that talks ended after it had climbed highest."""
    chosen: dict[int, tuple[str, str]] = {}
    chosen[typical_run(result)] = ("A run from the middle", "Nearest the middle of all runs in peak, length and deaths.")
    chosen.setdefault(
        worst_run(result), ("The run that went worst", "The highest peak of all, and among these the most deaths.")
    )
    talked = talked_down(result)
    if talked is not None:
        chosen.setdefault(
            talked,
            (
                "A run that talks ended",
                "Of the runs that ended by a deal through a line of their own, the one that had climbed highest.",
            ),
        )
    for run, (title, why) in chosen.items():
        model = EscalationModel(result.scenario, seed=result.seed, run=run)
        playback = recorded(model)
        picture = svg_in_page(run_chart(playback, title=f"Run {run}"), run_in_words(playback))
        yield Story(f"{title} (run {run})", why, Markup(picture), sentences(story(model, most=16)))


def sentences(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of a story with a capital letter each."""
    return [(date, f"{words[:1].upper()}{words[1:]}") for date, words in lines]


def talked_down(result: Result) -> int | None:
    """The run that climbed highest of those that a deal through a channel between the two ended; None where there is none."""
    names = [channel.name for channel in result.scenario.channels]
    table = result.outcomes[result.outcomes["ended_by"].isin(names)]
    return None if table.empty else int(table.index[int(np.argmax(table["peak_rung"].to_numpy(dtype=float)))])


def assumptions(result: Result, outcome: str) -> dict[str, Any]:
    """The judged numbers that matter, in words and as rows."""
    judged, found = len(result.scenario.judged), assumptions_that_matter(result, outcome)
    what = {"peak_rung": "how high a run climbs", "crises": "how many crises there are"}[outcome]
    if not judged:
        words = "No number of this scenario is judged: all are fixed, and what they do could only be seen by changing them."
    elif found.empty:
        words = f"{judged} judged numbers were drawn anew for every run. With none of them does {what} go along more than chance would have it."
    else:
        words = (
            f"{judged} judged numbers were drawn anew for every run, each from its range. Below are those with which {what} goes along most. Many "
            "other numbers are assumed and were not varied here."
        )
    labels = {country.name: country.label for country in result.scenario.countries}
    labels |= {channel.name: channel.label for channel in result.scenario.channels}
    rows = [
        {
            "label": path_in_words(row["path"], labels),
            "value": f"{row['value']:g} ({row['range_low']:g}–{row['range_high']:g})",
            "rho": signed(row["rho"]),
            "interval": f"{signed(row['low'])} to {signed(row['high'])}",
            "source": row["source"],
        }
        for row in found.to_dict("records")
    ]
    caption = "Rank correlation over the runs: +1 would be the more the higher, 0 not at all, −1 the more the lower."
    return {"words": words, "rows": rows, "caption": caption}


def signed(value: float) -> str:
    """A correlation in print."""
    return f"{value:+.2f}".replace("-", "\u2212") if np.isfinite(value) else "–"


def channels(scenario: Scenario) -> list[tuple[str, str, str]]:
    """Label, state and working relationship of every channel."""
    rows = []
    for channel in scenario.channels:
        number = channel.relationship
        judged = f" ({number.range[0]:g}–{number.range[1]:g})" if number.range else ""
        state = "to be set up from the first day" if channel.since_trigger else _STATES[channel.status]
        rows.append(
            (channel.label, state, f"{number.value:g}{judged}" if channel.status > 0.0 or channel.since_trigger else "–")
        )
    return rows
