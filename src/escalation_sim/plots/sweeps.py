"""Charts of a sweep: an outcome by the levels of its factors, two factors as a map, ends by variant, what each line does beside all others.

Functions from data frames to figures. `points` is the table of points, `rows` one row per point and run (see `experiments.tables`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escalation_sim.analysis.estimates import mean_of, survival
from escalation_sim.experiments.tables import levels_of
from escalation_sim.ladder import Ladder
from escalation_sim.plots.style import BLUE, CYCLE, INK, PALE, literal, percent_axis, rung_labels, styled, titled, wrapped

__all__ = ["OUTCOMES", "Shown", "factor_chart", "heat_map_chart", "lines_chart", "survival_chart"]

MOST_CURVES = 8

OUTCOMES = {
    "peak_rung": "mean peak rung",
    "force": "share of crises reaching force",
    "war": "share of crises reaching war",
    "days_to_end_or_horizon": "mean days to the end",
    "deaths_total": "mean deaths",
    "cease_fire": "share of crises with a cease-fire",
    "misperception": "mean misperception, rungs",
    "crises": "mean number of crises in a run",
    "attacks": "mean number of attacks in a run",
}
"""What outcomes are called on charts; others go by their own name."""

SHARES = ("force", "war", "cease_fire")


@dataclass(frozen=True)
class Shown:
    """What a chart says of where its data come from.

    Attributes
    ----------
    question : heading.
    below : scenario, points, runs, seed.
    ladder : for naming rungs.
    """

    question: str
    below: str
    ladder: Ladder


def called(outcome: str) -> str:
    """What an outcome is called on a chart."""
    return OUTCOMES.get(outcome, outcome.replace("_", " "))


def heading(shown: Shown, height: float) -> Figure:
    """An empty figure with the question, in two lines where it is long, and what was run under it."""
    lines = textwrap.wrap(shown.question, 68)
    further = 0.31 * (len(lines) - 1)
    whole = height + further
    figure = titled(literal("\n".join(lines)), literal(shown.below), whole)
    figure.texts[1].set_y(1.0 - (0.50 + further) / whole)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0.008, 0.01, 0.984, 1.0 - (0.96 + further) / whole))  # type: ignore[call-arg]
    return figure


def words(name: object, width: int = 14) -> str:
    """A level of a factor on an axis."""
    return wrapped(str(name).replace("_", " "), width)


@styled
def factor_chart(
    rows: pd.DataFrame, points: pd.DataFrame, factor: str, outcomes: Sequence[str], shown: Shown, by: str | None = None
) -> Figure:
    """Outcomes by the levels of a factor, over the levels of all others; a curve for each level of `by`, with 95 % intervals."""
    across = -(-len(outcomes) // 2) if len(outcomes) > 1 else 1
    figure = heading(shown, 1.4 + 3.4 * across)
    grid = figure.subplots(across, min(len(outcomes), 2), squeeze=False).ravel()
    for axes in grid[len(outcomes) :]:
        axes.set_visible(False)
    for axes, outcome in zip(grid, outcomes, strict=False):
        frame = levels_of(rows, points, [factor, *([by] if by else [])], outcome)
        draw_levels(axes, frame, factor, by)
        axes.set_title(called(outcome))
        axes.set_xlabel(factor)
        scaled(axes, outcome, shown.ladder)
    if by is not None and points[by].nunique() <= MOST_CURVES:
        grid[0].legend(title=by, loc="best", title_fontsize=11, framealpha=0.85, frameon=True, edgecolor="white")
    return figure


def draw_levels(axes: Axes, frame: pd.DataFrame, factor: str, by: str | None) -> None:
    """Means and intervals; numbers on a scale, names in a row."""
    groups = [("", frame)] if by is None else list(frame.groupby(by, sort=False))
    numeric = pd.api.types.is_numeric_dtype(frame[factor])
    names = list(dict.fromkeys(frame[factor]))
    for place, (name, group) in enumerate(groups):
        shift = (place - 0.5 * (len(groups) - 1)) * 0.14
        across = group[factor].to_numpy(float) if numeric else np.array([names.index(one) for one in group[factor]]) + shift
        colour = CYCLE[place % len(CYCLE)]
        reach = np.stack([group["mean"] - group["low"], group["high"] - group["mean"]])
        style: dict[str, Any] = {
            "fmt": "o-" if numeric else "o",
            "markersize": 5.5,
            "linewidth": 2.0,
            "capsize": 3,
            "elinewidth": 1.4,
        }
        axes.errorbar(across, group["mean"], yerr=np.nan_to_num(reach), color=colour, label=str(name), **style)
    if not numeric:
        axes.set_xticks(range(len(names)), [words(name) for name in names])
        axes.set_xlim(-0.6, len(names) - 0.4)
    elif spans_decades(frame[factor]):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _place: f"{value:g}"))
    axes.grid(axis="y")


def spans_decades(values: Any) -> bool:
    """Whether numbers spread so far that a logarithmic scale shows them better."""
    smallest, largest = float(np.min(values)), float(np.max(values))
    return smallest > 0.0 and largest / smallest >= 50.0


def scaled(axes: Axes, outcome: str, ladder: Ladder) -> None:
    """Shares in percent, rungs with their names, all else from its own numbers."""
    low, high = axes.get_ylim()
    if outcome in SHARES:
        axes.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0, decimals=0))
    elif outcome == "peak_rung":
        rungs = [rung for rung in range(len(ladder)) if low <= rung <= high]
        if len(rungs) >= 2:
            labels = rung_labels(ladder, 18)
            axes.set_yticks(rungs, [labels[rung] for rung in rungs], fontsize=10)
        else:
            axes.set_ylabel("rung")


@styled
def heat_map_chart(rows: pd.DataFrame, points: pd.DataFrame, first: str, second: str, outcome: str, shown: Shown) -> Figure:
    """An outcome over two factors, over the levels of all others; the figure in each cell."""
    frame = levels_of(rows, points, [first, second], outcome)
    table = frame.pivot(index=second, columns=first, values="mean")
    table = table.reindex(index=list(dict.fromkeys(frame[second])), columns=list(dict.fromkeys(frame[first])))
    figure = heading(shown, 2.4 + 0.55 * len(table))
    axes = figure.subplots()
    image = axes.imshow(table.to_numpy(float), cmap="cividis", aspect="auto", origin="lower")
    axes.set_xticks(range(table.shape[1]), [words(name) for name in table.columns])
    axes.set_yticks(range(table.shape[0]), [words(name, 22) for name in table.index])
    axes.set_xlabel(first)
    axes.set_ylabel(second)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    cells(axes, table.to_numpy(float), outcome)
    axes.set_title(called(outcome))
    bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02)
    if outcome in SHARES:
        bar.ax.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0, decimals=0))
    bar.outline.set_visible(False)
    return figure


def cells(axes: Axes, values: Any, outcome: str) -> None:
    """The figure in each cell of a map, dark on light and light on dark."""
    middle = np.nanmin(values) + 0.55 * (np.nanmax(values) - np.nanmin(values))
    for (row, column), value in np.ndenumerate(values):
        text = f"{100.0 * value:.0f} %" if outcome in SHARES else f"{value:.3g}"
        axes.text(
            column,
            row,
            text,
            fontweight="bold",
            ha="center",
            va="center",
            color="white" if value < middle else INK,
            fontsize=11,
        )


@styled
def survival_chart(rows: pd.DataFrame, points: pd.DataFrame, factor: str, last: float, shown: Shown) -> Figure:
    """Share of crises still going by day, a curve for each level of a factor (Kaplan and Meier, 95 % band)."""
    figure = heading(shown, 5.6)
    axes = figure.subplots()
    levels = list(dict.fromkeys(points[factor]))[:MOST_CURVES]
    for place, level in enumerate(levels):
        days = rows.loc[rows["point"].isin(points.index[points[factor] == level]), "days_to_end"].to_numpy(float)
        ended = ~np.isnan(days)
        curve = survival(np.where(ended, days, last), ended)
        colour = CYCLE[place % len(CYCLE)]
        axes.fill_between(curve.days, curve.low, curve.high, step="post", color=colour, alpha=0.2, linewidth=0)
        axes.step(curve.days, curve.share, where="post", color=colour, linewidth=2.2, label=words(level, 28))
    percent_axis(axes.yaxis)
    axes.set_ylim(0.0, 1.0)
    axes.set_xlim(0.0, last)
    others = len(points.columns) > 1
    axes.set_title("share of crises still going" + (", over all levels of what else varies" if others else ""))
    axes.set_xlabel("days since the start")
    axes.legend(title=factor, loc="upper right")
    axes.grid()
    return figure


@styled
def lines_chart(rows: pd.DataFrame, points: pd.DataFrame, channels: Sequence[str], outcome: str, shown: Shown) -> Figure:
    """What opening each line changes, beside every state of the others: a dot for each pair of points, a bar for their mean.

    Dots far apart say that a line's effect hangs on which others are open. The whisker is the 95 % interval of the mean, for the number of runs.
    """
    values = rows.pivot(index="point", columns="run", values=outcome)
    figure = heading(shown, 2.4 + 0.62 * len(channels))
    axes = figure.subplots()
    changes = {name: changes_by_state(points, channels, name, values) for name in channels}
    order = sorted(channels, key=lambda name: float(np.nanmean(changes[name])), reverse=True)
    for place, name in enumerate(order):
        states = np.nanmean(changes[name], axis=1)
        found = mean_of(np.nanmean(changes[name], axis=0))
        axes.barh(place, found.value, height=0.6, color=PALE, linewidth=0)
        spread = np.linspace(-0.2, 0.2, len(states)) if len(states) > 1 else np.zeros(1)
        axes.plot(states, place + spread, "o", color=BLUE, markersize=4, alpha=0.7, linewidth=0)
        if found.high > found.low:
            axes.errorbar(found.value, place, xerr=found.high - found.value, ecolor=INK, elinewidth=1.6, capsize=4, fmt="none")
    axes.axvline(0.0, color=INK, linewidth=1.2)
    axes.set_yticks(range(len(order)), [words(name, 24) for name in order])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    if outcome in SHARES:
        axes.xaxis.set_major_formatter(
            mpl.ticker.FuncFormatter(lambda value, _place: f"{100.0 * value:+.3g} points" if abs(value) > 1e-9 else "0")
        )
    axes.set_xlabel(
        f"change in {called(outcome)} when the line is open\ndots: each state of the other lines; bar: their mean, with its 95 % interval"
    )
    return figure


def changes_by_state(points: pd.DataFrame, channels: Sequence[str], name: str, values: pd.DataFrame) -> Any:
    """Open less closed, for each state of the other channels and each run, shape (state, run); `values` by point and run."""
    others = [one for one in channels if one != name]
    ordered = points.sort_values(others) if others else points
    sides = [values.loc[ordered.index[ordered[name] == state]].to_numpy(float) for state in ("closed", "open")]
    return sides[1] - sides[0]
