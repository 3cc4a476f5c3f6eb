"""The crises of a rivalry: those of one run, and how many there are each year."""

from __future__ import annotations

import datetime
import re

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from escalation_sim.analysis.estimates import quantiles_of
from escalation_sim.analysis.summary import typical_run
from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Array
from escalation_sim.plots.fire import is_recorded
from escalation_sim.plots.style import BLUE, INK, OBSERVED, rung_labels, runs_in_words, sheet, styled
from escalation_sim.results import Result
from escalation_sim.rivalry import years
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.history import DYAD, Event, history

__all__ = ["crises_a_year", "crises_chart", "real_crises", "year_of"]

_LEAST_WIDTH = 0.006
"""Least width of a crisis, as a share of the axis."""

_BELOW, _FORCE, _WAR = "#9CC5E6", BLUE, INK
_SMALL = 11.0
_YEARS = re.compile(r"(?: of)? [0-9]{4}(?:[-–][0-9]{2,4})?$")
_APART = 0.016
_NOTE = "In the model every attack opens a crisis; the record holds only crises of note."


@styled
def crises_chart(result: Result) -> Figure:
    """Crises of the run nearest the middle, each at its highest rung, above the number of crises a year over all runs.

    Real crises and wars are marked where the scenario is about the two countries of the record. A crisis that goes on at the horizon is
    not drawn.
    """
    figure = sheet(f"When were the crises, and how high did they climb? {runs_in_words(result)}", result, 9.4)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.15, 1.0])
    scenario = result.scenario
    first, last = year_of(scenario, 0.0), year_of(scenario, scenario.horizon_days)
    margin = 0.01 * (last - first)
    number = typical_run(result)
    crises = result.crises
    timeline(upper, crises[crises["run"] == number] if len(crises) else crises, scenario, last - first)
    upper.set_title(f"Run {number}, nearest the middle: each crisis at its highest rung")
    a_year(lower, result)
    if is_recorded(scenario):
        mark_real(lower, real_crises(scenario), first, last)
    lower.set_xlim(first - margin, last + margin)
    lower.xaxis.set_major_locator(mpl.ticker.MaxNLocator(10, integer=True))
    lower.xaxis.set_major_formatter(lambda value, _place: f"{value:.0f}")
    key(figure, is_recorded(scenario))
    return figure


def year_of(scenario: Scenario, day: float) -> float:
    """A day since the start as a year with decimals."""
    date = datetime.datetime.combine(scenario.start, datetime.time()) + datetime.timedelta(days=day)
    return decimal(date.date())


def decimal(date: datetime.date) -> float:
    """A date as a year with decimals."""
    begin, end = datetime.date(date.year, 1, 1), datetime.date(date.year + 1, 1, 1)
    return date.year + (date - begin).days / (end - begin).days


def colour_of(rung: float, ladder: Ladder) -> str:
    """Colour of a crisis by its highest rung."""
    return _WAR if rung >= ladder.war else _FORCE if rung >= ladder.force else _BELOW


def timeline(axes: Axes, crises: pd.DataFrame, scenario: Scenario, span: float) -> None:
    """A bar for each crisis, from its first to its last day and up to its highest rung."""
    ladder = scenario.ladder
    for start, end, peak in zip(*(crises.get(name, []) for name in ("start_day", "end_day", "peak_rung")), strict=True):
        left, right = year_of(scenario, float(start)), year_of(scenario, float(end))
        axes.bar(
            left, peak, width=max(right - left, _LEAST_WIDTH * span), align="edge", color=colour_of(peak, ladder), linewidth=0
        )
    axes.set_yticks(range(len(ladder)), rung_labels(ladder, 40), fontsize=_SMALL, linespacing=1.0)
    axes.set_ylim(0.0, ladder.top + 0.4)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelbottom=True)
    axes.grid(axis="y")


def crises_a_year(result: Result, least: float = 0.0) -> Array:
    """Crises that begin in each year the scenario touches and reach the rung `least`, shape (year, run)."""
    scenario = result.scenario
    counts = np.zeros((len(years(scenario)), len(result.outcomes)))
    places = {run: place for place, run in enumerate(result.outcomes.index)}
    crises = result.crises[result.crises["peak_rung"] >= least] if len(result.crises) else result.crises
    for run, day in zip(*(crises.get(name, []) for name in ("run", "start_day")), strict=True):
        counts[int(year_of(scenario, float(day))) - scenario.start.year, places[run]] += 1.0
    return counts


def a_year(axes: Axes, result: Result) -> None:
    """Mean number of crises in each year, those with force in front, and the middle 80 % of the runs; a part of a year is a narrow bar."""
    scenario = result.scenario
    counts, with_force = crises_a_year(result), crises_a_year(result, float(scenario.ladder.force))
    begin = np.array([max(float(year), year_of(scenario, 0.0)) for year in years(scenario)])
    end = np.array([min(year + 1.0, year_of(scenario, scenario.horizon_days)) for year in years(scenario)])
    for colour, shown in ((_BELOW, counts), (_FORCE, with_force)):
        axes.bar(begin, shown.mean(axis=1), width=0.85 * (end - begin), align="edge", color=colour, linewidth=0)
    spread = np.array([quantiles_of(year, (0.1, 0.9)) for year in counts])
    axes.vlines(begin + 0.425 * (end - begin), spread[:, 0], spread[:, 1], color=INK, linewidth=1.6)
    axes.set_ylim(0.0, max(float(spread.max()), float(counts.mean(axis=1).max()), 1.0) * 1.08)
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(6, integer=True))
    axes.set_ylabel("crises")
    axes.grid(axis="y")
    axes.set_title("How many begin in a year, over all runs")


def real_crises(scenario: Scenario) -> list[Event]:
    """Crises and wars of the record that reach into the years of a scenario, in order."""
    last = scenario.start + datetime.timedelta(days=scenario.horizon_days)
    return [
        one
        for one in history()
        if one.kind in ("crisis", "war") and one.dyad == DYAD and one.first <= last and one.last >= scenario.start
    ]


def mark_real(axes: Axes, events: list[Event], first: float, last: float) -> None:
    """The real crises as spans behind the bars, named above; names that would touch are moved apart."""
    free = first
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top)
    for event in events:
        left, right = max(decimal(event.first), first), min(decimal(event.last), last)
        axes.axvspan(
            left,
            max(right, left + 0.003 * (last - first)),
            color=OBSERVED,
            alpha=0.35 if event.kind == "crisis" else 0.7,
            linewidth=0,
        )
        place = max(0.5 * (left + right), free)
        free = place + 2.0 * _APART * (last - first)
        axes.annotate(
            _YEARS.sub("", event.name), (place, 1.0), (0.0, 2.0), xycoords=("data", "axes fraction"), textcoords="offset points",
            rotation=55, rotation_mode="anchor", ha="left", va="bottom", color=OBSERVED, fontsize=_SMALL,
        )  # fmt: skip
    axes.set_title(axes.get_title(loc="left"), pad=78.0)


def key(figure: Figure, real: bool) -> None:
    """One key for both panels, under them."""
    handles: list[Patch | Line2D] = [
        Patch(color=_BELOW, linewidth=0, label="no force"),
        Patch(color=_FORCE, linewidth=0, label="force across the border"),
        Patch(color=_WAR, linewidth=0, label="war"),
        Line2D([], [], color=INK, linewidth=1.6, label="middle 80 % of the runs"),
    ]
    if real:
        handles.append(Patch(color=OBSERVED, alpha=0.5, linewidth=0, label="real crises, darker: war"))
    legend = figure.legend(handles=handles, loc="outside lower center", ncols=3, title=_NOTE if real else None)
    legend.get_title().set_fontsize(_SMALL)
