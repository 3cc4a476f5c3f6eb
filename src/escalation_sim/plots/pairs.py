"""The same crises twice, as they were and with a change: four charts made to be drawn while somebody waits.

Before the change is grey and dashed, after it coloured and drawn through, so that the two can be told apart without colour. Places on
the sheet are fixed, not searched for as in the other charts: that halves the time it takes to draw them.
"""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from escalation_sim.analysis.estimates import Estimate, quantiles_of, share_of
from escalation_sim.analysis.summary import followed_days, time_to_end
from escalation_sim.outcomes import observed_outcomes, observed_postures
from escalation_sim.parameters import Array
from escalation_sim.plots.style import (
    COUNTRY_COLOURS,
    DPI,
    INK,
    LOOK,
    OBSERVED,
    WIDTH,
    literal,
    percent,
    percent_axis,
    wrapped,
)
from escalation_sim.results import Result

__all__ = ["PAIR_CHARTS", "alternative_text", "deaths_pair", "ends_pair", "peaks_pair", "postures_pair"]

BEFORE = "#6B6B6B"
AFTER = "#0072B2"
_DASHES = (0, (3.0, 1.6))
_BEFORE_WORDS, _AFTER_WORDS = "as it was", "with your change"
_HALF = 0.5 * WIDTH
_MOST_TICKS = 6
_NAMES = 2.95  # inches for the names of rungs
_MOST_ENDED, _LEAST_DAYS = 0.9, 28.0


@dataclass(frozen=True)
class Line:
    """How one of the two is drawn."""

    result: Result
    words: str
    colour: str
    dashes: Any
    changed: bool


def lines_of(before: Result, after: Result | None) -> list[Line]:
    """One or two, in the order in which they are drawn."""
    first = Line(before, _BEFORE_WORDS, BEFORE if after else AFTER, _DASHES if after else "-", False)
    return [first] if after is None else [first, Line(after, _AFTER_WORDS, AFTER, "-", True)]


def sheet_of(width: float, height: float, title: str) -> Figure:
    """An empty figure with a title; `width` and `height` in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    figure.text(0.12 / width, 1.0 - 0.10 / height, title, fontsize=15.0, fontweight="bold", va="top")
    return figure


def panel(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes with so many inches left free on each side."""
    width, height = figure.get_size_inches()
    return figure.add_axes((left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height))


def date_axis(axes: Axes, start: datetime.date, last: float) -> None:
    """Calendar dates from `start` for `last` days on the x axis, "22 Apr"; the year where it begins."""
    step = next((days for days in (1, 2, 5, 7, 14, 28, 56, 91, 182) if last / days <= _MOST_TICKS), 365)
    places = np.arange(0.0, 0.96 * last, step)
    labels = []
    for place in places:
        day = start + datetime.timedelta(days=float(place))
        year = f"\n{day.year}" if place == 0.0 or day.timetuple().tm_yday <= step else ""
        labels.append(f"{day.day} {day:%b}{year}")
    axes.set_xticks(places, labels)
    axes.set_xlim(0.0, last)


def postures_pair(before: Result, after: Result | None = None) -> Figure:
    """Fan of both sides' postures by date: the median, half and nine tenths of the runs, before and after."""
    figure = sheet_of(WIDTH, 5.0, "Where the two sides stand, day by day")
    ladder = before.scenario.ladder
    last = days_of_interest(*(line.result for line in lines_of(before, after)))
    width = (WIDTH - _NAMES - 0.25 - 0.3) / 2.0
    for place, country in enumerate(before.scenario.countries):
        left = _NAMES + place * (width + 0.3)
        axes = panel(figure, left, 1.05, WIDTH - left - width, 0.9)
        for line in lines_of(before, after):
            fan(axes, line, place, last)
        if after is None and before.scenario.observed is not None:
            real_path(axes, before, place)
        axes.set_title(literal(country.label))
        axes.set_ylim(-0.5, ladder.top + 0.5)
        axes.grid(axis="y")
        axes.tick_params(axis="y", length=0)
        names = [wrapped(name, 34) for name in ladder.names] if place == 0 else [""] * len(ladder)
        axes.set_yticks(range(len(ladder)), names, fontsize=11.0, linespacing=0.85)
        date_axis(axes, before.scenario.start, last)
    key(figure, fan_key(before, after))
    return figure


def days_of_interest(*results: Result) -> float:
    """Days on the axis: until nine in ten runs of each result have ended and past the end of the real crisis, which is that of the first; a month at least."""
    scenario = results[0].scenario
    horizon = float(max(result.scenario.horizon_days for result in results))
    late = [np.flatnonzero(result.fan["ended"].to_numpy() >= _MOST_ENDED) for result in results]
    real = observed_outcomes(scenario).get("days_to_end")
    real_end = real + 7.0 if isinstance(real, float) and not np.isnan(real) else 0.0
    return min(max(real_end, _LEAST_DAYS, *(float(days[0] + 1) if len(days) else horizon for days in late)), horizon)


def fan(axes: Axes, line: Line, place: int, last: float) -> None:
    """Band and median of one country; a run that has ended stays on its last rung."""
    posture = line.result.fan["posture"].isel(country=place)
    days = np.concatenate([[0.0], posture["day"].to_numpy().astype(float)])
    shown = days <= last + 1.0

    def quantile(q: float) -> Array:
        values = posture.sel(quantile=q, method="nearest").to_numpy()
        return np.concatenate([values[:1], values])[shown]

    colour = COUNTRY_COLOURS[place] if line.changed or line.dashes == "-" else BEFORE
    low, high = quantile(0.05) - 0.2, quantile(0.95) + 0.2
    axes.fill_between(days[shown], low, high, step="pre", color=colour, alpha=0.18, linewidth=0)
    if line.changed or line.dashes == "-":
        axes.fill_between(
            days[shown], quantile(0.25) - 0.2, quantile(0.75) + 0.2, step="pre", color=colour, alpha=0.25, linewidth=0
        )
    if not line.changed and line.dashes != "-":
        for edge in (low, high):
            axes.step(days[shown], edge, where="pre", color=BEFORE, linewidth=1.0, linestyle=(0, (1.5, 1.5)))
    shift = 0.0 if line.dashes == "-" else 0.1  # so that two medians on one rung are both seen
    axes.step(days[shown], quantile(0.5) + shift, where="pre", color=colour, linewidth=3.2, linestyle=line.dashes)


def real_path(axes: Axes, result: Result, place: int) -> None:
    """What really happened."""
    path = observed_postures(result.scenario)[place]
    times = np.arange(len(path) + 1) * result.scenario.step_hours / 24.0
    axes.step(times, np.append(path, path[-1]), where="post", color=OBSERVED, linewidth=1.8)


def fan_key(before: Result, after: Result | None) -> list[Patch | Line2D]:
    """What lines and bands mean."""
    if after is None:
        handles: list[Patch | Line2D] = [
            Line2D([], [], color="#555555", linewidth=3.2, label="median run"),
            Patch(color="#555555", alpha=0.5, linewidth=0, label="half of the runs"),
            Patch(color="#555555", alpha=0.2, linewidth=0, label="nine in ten"),
        ]
        real = [Line2D([], [], color=OBSERVED, linewidth=1.8, label="what really happened")]
        return handles + (real if before.scenario.observed is not None else [])
    return [
        Line2D([], [], color=BEFORE, linewidth=3.2, linestyle=_DASHES, label="median, as it was"),
        Line2D([], [], color=COUNTRY_COLOURS[0], linewidth=3.2, label="median, with your change"),
        Patch(facecolor="#E4E4E4", edgecolor=BEFORE, linewidth=1.0, linestyle=":", label="nine in ten, as it was"),
        Patch(color=COUNTRY_COLOURS[0], alpha=0.2, linewidth=0, label="with your change"),
    ]


def peaks_pair(before: Result, after: Result | None = None) -> Figure:
    """Share of runs that peak at each rung, with 95 % intervals for the number of runs, before and after."""
    ladder = before.scenario.ladder
    figure = sheet_of(_HALF, 8.2, "How high it climbs")
    axes = panel(figure, 2.05, 1.05, 0.62, 0.55)
    pairs = lines_of(before, after)
    height = 0.68 / len(pairs)
    longest = 0.0
    for place, line in enumerate(pairs):
        peak = line.result.outcomes["peak_rung"].to_numpy(dtype=float)
        shares = [share_of(peak == rung) for rung in range(len(ladder))]
        shift = 0.0 if len(pairs) == 1 else (0.5 - place) * height
        rung_bars(axes, line, shares, shift, height)
        longest = max(longest, *(share.high for share in shares))
    axes.set_yticks(range(len(ladder)), [wrapped(name, 20) for name in ladder.names], fontsize=11.5, linespacing=1.0)
    axes.set_ylim(-0.6, ladder.top + 0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    percent_axis(axes.xaxis)
    axes.set_xlim(0.0, longest * 1.1)
    mark_real_peak(axes, before)
    axes.set_xlabel("share of runs, by highest rung reached")
    key(figure, bar_key(pairs))
    return figure


def rung_bars(axes: Axes, line: Line, shares: list[Estimate], shift: float, height: float) -> None:
    """A bar and a whisker for each rung; numbers where there is one set of bars."""
    rungs = np.arange(len(shares)) + shift
    values = np.array([share.value for share in shares])
    reach = np.array([[share.value - share.low for share in shares], [share.high - share.value for share in shares]])
    look = bar_look(line)
    axes.barh(rungs, values, height=height * 0.92, **look)
    axes.errorbar(values, rungs, xerr=np.maximum(reach, 0.0), fmt="none", ecolor=INK, elinewidth=1.2, capsize=2.5)
    if not line.changed and line.dashes != "-":
        return
    for rung, share in zip(rungs, shares, strict=True):
        axes.annotate(
            percent(share.value, ".1f" if share.value < 0.0995 else ".0f"), (share.high, rung), (5, 0),
            textcoords="offset points", va="center", fontsize=10.5, annotation_clip=False,
        )  # fmt: skip


def bar_look(line: Line) -> dict[str, Any]:
    """Filled for what is shown, hatched for what it is held against."""
    if not line.changed and line.dashes != "-":
        return {"facecolor": "#E4E4E4", "edgecolor": BEFORE, "linewidth": 0.8, "hatch": "////"}
    return {"color": AFTER, "alpha": 0.85, "linewidth": 0}


def bar_key(pairs: list[Line]) -> list[Patch | Line2D]:
    """What the bars mean; nothing where there is one set."""
    if len(pairs) == 1:
        return []
    return [Patch(label=line.words, **bar_look(line)) for line in pairs]


def mark_real_peak(axes: Axes, result: Result) -> None:
    """The rung at which the real crisis peaked, at the right edge."""
    peak = observed_outcomes(result.scenario).get("peak_rung")
    if not isinstance(peak, float):
        return
    axes.annotate(
        "◄ real", (1.0, peak), (36, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", color=OBSERVED,
        fontweight="bold", ha="right", va="center", fontsize=10.5, annotation_clip=False,
    )  # fmt: skip


def ends_pair(before: Result, after: Result | None = None) -> Figure:
    """Share of crises still going by date (Kaplan–Meier), with intervals of 95 %, before and after."""
    figure = sheet_of(_HALF, 4.3, "How long it lasts")
    axes = panel(figure, 1.0, 1.15, 0.3, 0.55)
    last = followed_days(before.scenario)
    for line in lines_of(before, after):
        curve = time_to_end(line.result)
        days = np.append(curve.days, max(last, curve.days[-1]))
        low, share, high = (np.append(values, values[-1]) for values in (curve.low, curve.share, curve.high))
        axes.fill_between(days, low, high, step="post", color=line.colour, alpha=0.28, linewidth=0)
        axes.step(days, share, where="post", color=line.colour, linewidth=2.8, linestyle=line.dashes)
    real = observed_outcomes(before.scenario).get("days_to_end")
    if isinstance(real, float) and not np.isnan(real):
        axes.axvline(real, color=OBSERVED, linewidth=1.8)
        axes.annotate(
            "the real one ended", (real, 1.0), (5, -3), textcoords="offset points", color=OBSERVED, va="top", fontsize=10.5
        )
    percent_axis(axes.yaxis)
    axes.set_ylim(0.0, 1.0)
    axes.set_ylabel("crises still going")
    axes.grid()
    date_axis(axes, before.scenario.start, last)
    key(figure, line_key(lines_of(before, after)))
    return figure


def deaths_pair(before: Result, after: Result | None = None) -> Figure:
    """Share of crises with at least so many deaths, on a logarithmic axis, medians marked, before and after."""
    figure = sheet_of(_HALF, 4.3, "How many people die")
    axes = panel(figure, 1.0, 1.15, 0.3, 0.55)
    pairs = lines_of(before, after)
    most = max(float(line.result.outcomes["deaths_total"].max()) for line in pairs)
    edges = np.unique(np.concatenate([[0.5], np.round(np.geomspace(1.0, max(most, 10.0), 160))]))
    for line in pairs:
        deaths = np.sort(line.result.outcomes["deaths_total"].to_numpy(dtype=float))
        reached = 1.0 - np.searchsorted(deaths, edges, side="left") / len(deaths)
        wobble = 1.96 * np.sqrt(np.maximum(reached * (1.0 - reached), 1e-12) / len(deaths))
        low, high = np.clip(reached - wobble, 0.0, 1.0), np.clip(reached + wobble, 0.0, 1.0)
        axes.fill_between(edges, low, high, color=line.colour, alpha=0.28, linewidth=0)
        axes.plot(edges, reached, color=line.colour, linewidth=2.8, linestyle=line.dashes)
        median = max(quantiles_of(deaths, (0.5,))[0], 0.5)
        axes.plot([median], [0.5], marker="o" if line.changed or after is None else "s", markersize=8, color=line.colour)
    mark_real_deaths(axes, before)
    axes.set_xscale("log")
    axes.set_xlim(0.5, max(most, 10.0) * 1.05)
    axes.xaxis.set_major_formatter(lambda value, _place: "none" if value < 1.0 else f"{value:,.0f}")
    axes.xaxis.set_minor_formatter(mpl.ticker.NullFormatter())
    axes.set_xlabel("deaths on both sides, at least", labelpad=4)
    percent_axis(axes.yaxis)
    axes.set_ylim(0.0, 1.0)
    axes.set_ylabel("share of crises")
    axes.grid()
    key(figure, line_key(pairs))
    return figure


def mark_real_deaths(axes: Axes, result: Result) -> None:
    """The range of counts of the real crisis."""
    observed = result.scenario.observed
    if observed is None or observed.deaths_total is None:
        return
    low, high = (max(count, 0.5) for count in observed.deaths_total)
    axes.axvspan(low / 1.02, high * 1.02, facecolor="none", edgecolor=OBSERVED, linewidth=1.2, hatch="////")
    axes.annotate("real", (high * 1.02, 0.97), (4, 0), textcoords="offset points", color=OBSERVED, va="top", fontsize=10.5)


def line_key(pairs: list[Line]) -> list[Patch | Line2D]:
    """What the lines mean; nothing where there is one."""
    if len(pairs) == 1:
        return []
    return [Line2D([], [], color=line.colour, linewidth=2.8, linestyle=line.dashes, label=line.words) for line in pairs]


def key(figure: Figure, handles: list[Patch | Line2D]) -> None:
    """One key at the foot of the sheet."""
    if handles:
        figure.legend(handles=handles, loc="lower center", ncols=len(handles), borderaxespad=0.15, columnspacing=1.6)


def drawn(chart: Callable[[Result, Result | None], Figure]) -> Callable[[Result, Result | None], Figure]:
    """The chart in the look of all charts."""

    def figure(before: Result, after: Result | None = None) -> Figure:
        with mpl.rc_context(LOOK):
            return chart(before, after)

    return figure


PAIR_CHARTS: Mapping[str, Callable[[Result, Result | None], Figure]] = {
    "postures": drawn(postures_pair),
    "peaks": drawn(peaks_pair),
    "ends": drawn(ends_pair),
    "deaths": drawn(deaths_pair),
}
"""Functions from one or two results to a figure, by name."""


def alternative_text(name: str, before: Result, after: Result | None) -> str:
    """What a chart shows, for those who do not see it."""
    told = {
        "postures": "Median posture and where half and nine tenths of the runs stand, by date",
        "peaks": "Share of runs by highest rung reached",
        "ends": "Share of crises still going, by date",
        "deaths": "Share of crises with at least so many deaths",
    }[name]
    both = "; ".join(f"{line.words}: {numbers_of(name, line.result)}" for line in lines_of(before, after))
    return textwrap.shorten(f"{told}. {both}.", 900, placeholder=" …")


def numbers_of(name: str, result: Result) -> str:
    """The numbers that matter of a chart, in words."""
    table = result.outcomes
    if name == "ends":
        curve = time_to_end(result)
        below = np.flatnonzero(curve.share <= 0.5)
        return f"half have ended by day {curve.days[below[0]]:.0f}" if len(below) else "more than half go on to the horizon"
    if name == "deaths":
        low, middle, high = quantiles_of(table["deaths_total"].to_numpy(dtype=float), (0.1, 0.5, 0.9))
        return f"median {middle:,.0f} deaths, eight in ten between {low:,.0f} and {high:,.0f}"
    names = result.scenario.ladder.names
    if name == "postures":
        highest = result.fan["posture"].sel(quantile=0.5, method="nearest").max("day").to_numpy()
        labels = [country.label for country in result.scenario.countries]
        return ", ".join(f"{label}'s median goes up to {names[int(rung)]}" for label, rung in zip(labels, highest, strict=True))
    peak = table["peak_rung"].to_numpy(dtype=int)
    shares = np.bincount(peak, minlength=len(names)) / len(peak)
    return ", ".join(f"{names[rung]} {100.0 * share:.0f} %" for rung, share in enumerate(shares) if share >= 0.005)
