"""The model against history: hindcasts of real crises, and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from escalation_sim.history.hindcasts import OUTCOMES, Hindcast
from escalation_sim.history.patterns import Pattern
from escalation_sim.history.validation import PatternResult, Validation
from escalation_sim.plots.charts import FORMATS, staged
from escalation_sim.plots.style import BLUE, DPI, INK, LOOK, OBSERVED, PALE, WIDTH, literal, styled, wrapped

__all__ = ["hindcasts_chart", "patterns_chart", "write_validation_charts"]

TITLES = {
    "peak_rung": "Peak rung",
    "days_to_end": "Days to the end",
    "deaths_total": "Deaths",
    "days_to_response": "Days to the first use of force",
}

TICKS = {"days": (0, 1, 3, 10, 30, 100, 300), "deaths": (0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000)}
"""Places of labels on logarithmic axes, by unit."""

DAYS = (1, 3, 10, 30, 100, 300)
PANELS = {"Days": ("days",), "Shares and correlations": ("share", "correlation"), "Other figures": ("1", "ratio")}
"""Panels of the chart of patterns, and the units in each."""

_NEVER = 1.12  # where what never happened stands, as a share of the axis
_ROW = 0.31


def page(title: str, subtitle: str, height: float) -> Figure:
    """An empty figure of `height` inches with a title and a line under it."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    engine = figure.get_layout_engine()
    if engine is not None:
        top = 1.0 - 0.86 / height
        engine.set(rect=(0.008, 0.01, 0.984, top - 0.01), w_pad=0.05, h_pad=0.05, hspace=0.03, wspace=0.05)  # type: ignore[call-arg]
    figure.text(0.015, 1.0 - 0.14 / height, literal(title), fontsize=17.0, fontweight="bold", va="top")
    figure.text(0.015, 1.0 - 0.50 / height, literal(subtitle), fontsize=12.5, color="#555555", va="top")
    return figure


@styled
def hindcasts_chart(found: Validation) -> Figure:
    """For every outcome and crisis the middle 80 % and the median of the runs, and what was observed."""
    shown = found.shown
    hits = sum(one.inside for one in shown)
    inputs = shown[0].mode if shown else "none"
    figure = page(
        f"{hits} of {len(shown)} observed outcomes lie in the middle 80 % of the runs",
        f"{found.runs:,} runs of each crisis from its trigger alone  ·  inputs: {inputs}  ·  seed {found.seed}",
        0.62 * len(found.crises) + 2.9,
    )
    panels = figure.subplots(2, 2, sharey=True)
    for axes, outcome in zip(panels.flat, OUTCOMES, strict=True):
        outcome_panel(axes, [one for one in shown if one.outcome == outcome], found.crises, outcome)
    handles = [
        Patch(color=BLUE, alpha=0.35, label="middle 80 % of the runs"),
        Line2D([], [], color=BLUE, marker="|", markersize=13, markeredgewidth=3, linestyle="none", label="median"),
        Line2D([], [], color=OBSERVED, marker="o", markersize=9, linestyle="none", label="on record, inside"),
        Line2D([], [], color=OBSERVED, marker="X", markersize=10, linestyle="none", label="on record, outside"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def outcome_panel(axes: Axes, found: Sequence[Hindcast], crises: Sequence[str], outcome: str) -> None:
    """One outcome, a row for each crisis, the first on top."""
    rungs = OUTCOMES[outcome] == "rungs"
    numbers = [value for one in found for value in (one.q90, one.q50, one.q10, one.high) if np.isfinite(value)]
    most = max([*numbers, 1.0])
    never = any(np.isinf(value) for one in found for value in (one.q10, one.q50, one.q90, one.high))

    def at(value: float) -> float:
        if np.isinf(value):
            return _NEVER * at(most)
        return value if rungs else float(np.log1p(value))

    for one in found:
        row = list(crises).index(one.crisis)
        low, high = at(one.q10), at(one.q90)
        axes.barh(row, high - low, left=low, height=0.5, color=BLUE, alpha=0.35, linewidth=0)
        if high == low:
            axes.plot([low, low], [row - 0.25, row + 0.25], color=BLUE, alpha=0.5, linewidth=5, solid_capstyle="butt")
        axes.plot(at(one.q50), row, marker="|", color=BLUE, markersize=13, markeredgewidth=3)
        axes.plot([at(one.low), at(one.high)], [row, row], color=OBSERVED, linewidth=3)
        axes.plot(
            0.5 * (at(one.low) + at(one.high)),
            row,
            marker="o" if one.inside else "X",
            color=OBSERVED,
            markersize=9 if one.inside else 11,
            markeredgecolor="white",
        )
    axes.set_title(TITLES[outcome])
    axes.set_yticks(range(len(crises)), list(crises))
    axes.set_ylim(len(crises) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    ticks = range(int(most) + 1) if rungs else [tick for tick in TICKS[OUTCOMES[outcome]] if tick <= 1.05 * most]
    places, labels = [at(float(tick)) for tick in ticks], [f"{tick:,.0f}" for tick in ticks]
    if never:
        while len(places) > 1 and places[-1] > 0.93 * at(most):
            places.pop()
            labels.pop()
        places.append(at(np.inf))
        labels.append("never")
    axes.set_xticks(places, labels)
    axes.set_xlim(-0.03 * at(most), (_NEVER + 0.08 if never else 1.06) * at(most))


@styled
def patterns_chart(found: Validation) -> Figure:
    """Every part of every pattern: the model's figure, the real one and its interval; a panel for each kind of unit."""
    parts = [(one, place) for one in found.patterns for place in range(len(one.pattern.value))]
    panels = {title: [part for part in parts if unit_of(part) in units] for title, units in PANELS.items()}
    panels = {title: rows for title, rows in panels.items() if rows}
    run = [one for one in found.patterns if one.model is not None]
    figure = page(
        f"{sum(one.hit for one in run)} of {len(run)} patterns of real crises are hit in every part",
        f"{found.runs:,} runs of each crisis, {found.runs:,} of generic dyads, 730 days  ·  seed {found.seed}",
        _ROW * len(parts) + 0.75 * len(panels) + 1.5,
    )
    drawn = figure.subplots(len(panels), 1, squeeze=False, height_ratios=[len(rows) + 0.4 for rows in panels.values()])[:, 0]
    for axes, (title, rows) in zip(drawn, panels.items(), strict=True):
        part_panel(axes, rows, title)
        if title == "Days":
            axes.set_xscale("log")
            axes.set_xticks(DAYS, [f"{day:g}" for day in DAYS])
            axes.minorticks_off()
    handles = [
        Patch(color=PALE, label="interval"),
        Line2D([], [], color=OBSERVED, marker="|", markersize=13, markeredgewidth=3, linestyle="none", label="real"),
        Line2D([], [], color=BLUE, marker="o", markersize=8, linestyle="none", label="model, inside"),
        Line2D([], [], color=BLUE, marker="X", markersize=9, linestyle="none", label="model, outside"),
        Line2D(
            [],
            [],
            color=BLUE,
            marker="o",
            markersize=7,
            markerfacecolor="white",
            linestyle="none",
            label="over all runs, quiet ones too",
        ),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    return figure


def unit_of(part: tuple[PatternResult, int]) -> str:
    """Unit of one part of a pattern."""
    return part[0].pattern.units[part[1]]


def name_of(pattern: Pattern, place: int) -> str:
    """What stands beside a row: the pattern, and which part of it where it has several."""
    name = pattern.id.replace("_", " ")
    return name if len(pattern.value) == 1 else f"{name}: {pattern.elements[place]}"


def part_panel(axes: Axes, parts: Sequence[tuple[PatternResult, int]], title: str) -> None:
    """Rows of one kind, the first on top."""
    for row, (one, place) in enumerate(parts):
        low, high = one.pattern.interval[place]
        axes.barh(row, high - low, left=low, height=0.62, color=PALE, linewidth=0)
        axes.plot(one.pattern.value[place], row, marker="|", color=OBSERVED, markersize=13, markeredgewidth=3)
        if one.all_runs is not None and np.isfinite(one.all_runs[place]):
            axes.plot(one.all_runs[place], row, marker="o", color=BLUE, markerfacecolor="white", markersize=7)
        if one.model is not None and np.isfinite(one.model[place]):
            hit = one.hits[place]
            axes.plot(
                one.model[place],
                row,
                marker="o" if hit else "X",
                color=BLUE,
                markersize=8 if hit else 10,
                markeredgecolor="white",
            )
    undefined = [row for row, (one, place) in enumerate(parts) if one.model is None or not np.isfinite(one.model[place])]
    labels = [
        name_of(one.pattern, place) + (" (no figure)" if row in undefined else "") for row, (one, place) in enumerate(parts)
    ]
    axes.set_yticks(range(len(parts)), [wrapped(label, 44) for label in labels], fontsize=10.5, color=INK)
    axes.set_ylim(len(parts) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_title(title)


def write_validation_charts(found: Validation, folder: str | Path) -> list[Path]:
    """Write the charts as PNG and SVG, each whole, and return the files. Raises OSError where the folder cannot be written."""
    target = Path(folder)
    charts = {"hindcasts": hindcasts_chart} if found.hindcasts else {}
    if found.patterns:
        charts["patterns"] = patterns_chart
    files = []
    with staged(target) as stage:
        for name, chart in charts.items():
            figure = chart(found)
            with mpl.rc_context(LOOK):
                for kind in FORMATS:
                    figure.savefig(stage / f"{name}.{kind}", metadata={"Date": None} if kind == "svg" else {"Software": None})
        target.mkdir(parents=True, exist_ok=True)
        for drawn in sorted(stage.iterdir()):
            drawn.replace(target / drawn.name)
            files.append(target / drawn.name)
    return files
