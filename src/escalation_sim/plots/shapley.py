"""What of an effect is owed to which channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escalation_sim.experiments.attribution import Attribution
from escalation_sim.plots.charts import write_figures
from escalation_sim.plots.comparison import LABELS
from escalation_sim.plots.style import (
    GREEN,
    INK,
    ORANGE,
    in_words,
    literal,
    shortened,
    signed,
    styled,
    titled,
    unit_in_words,
    wrapped,
)

__all__ = ["charts_of_attributions", "shapley_chart", "write_attributions"]

LOWER, HIGHER = GREEN, ORANGE


def charts_of_attributions(found: Mapping[str, Attribution]) -> dict[str, Callable[[], Figure]]:
    """A chart for each outcome, by file name."""
    return {f"shapley-{name}": partial(shapley_chart, one) for name, one in found.items()}


def write_attributions(found: Mapping[str, Attribution], folder: str | Path) -> list[Path]:
    """Write a chart for each outcome as PNG and SVG and return the files; see `charts.write_figures`."""
    return write_figures(charts_of_attributions(found), folder)


@styled
def shapley_chart(found: Attribution) -> Figure:
    """Shapley values with intervals and the total effect below them; under these, the interactions of pairs as a map."""
    count = len(found.channels)
    heights = (0.46 * (count + 1) + 0.7, 0.46 * (count - 1) + 1.3)
    figure = titled(f"{label_of(found)}: what is owed to which channel", subtitle(found), sum(heights) + 1.0)
    bars, pairs = figure.subplots(2, 1, height_ratios=heights)
    order = [found.channels[place] for place in np.argsort(-found.values["value"].abs().to_numpy(), kind="stable")]
    values(bars, found, order)
    interactions(pairs, found, order)
    return figure


def label_of(found: Attribution) -> str:
    """The outcome in words."""
    return LABELS.get(found.outcome, found.outcome[:1].upper() + found.outcome[1:].replace("_", " "))


def subtitle(found: Attribution) -> str:
    """The scenario, the number of runs and the seed."""
    title = shortened(found.scenario.title, 50)
    return literal(f"{title}  ·  {len(found.subsets)} sets of channels, {found.runs:,} runs of each  ·  seed {found.seed}")


def in_print(name: str) -> str:
    """A channel's name with spaces."""
    return literal(name.replace("_", " "))


def values(axes: Axes, found: Attribution, order: list[str]) -> None:
    """A bar, a whisker and the numbers for each channel, the largest on top, and the total effect at the bottom."""
    shown = np.concatenate(
        [
            found.values.loc[order, ["value", "value_low", "value_high"]].to_numpy(),
            found.totals.loc[["effect"], ["value", "low", "high"]].to_numpy(),
        ]
    )
    heights = np.array([*np.arange(len(shown), 1, -1), 0.8])
    colours = [LOWER if value < 0.0 else HIGHER for value in shown[:-1, 0]] + ["#777777"]
    axes.barh(heights, shown[:, 0], height=0.6, color=colours, linewidth=0)
    reach = np.nan_to_num(np.maximum(np.abs(shown[:, 1:].T - shown[:, 0]), 0.0))
    axes.errorbar(shown[:, 0], heights, xerr=reach, fmt="none", ecolor=INK, elinewidth=1.6, capsize=4)
    axes.axvline(0.0, color=INK, linewidth=1.2)
    axes.axhline(1.4, color="#BBBBBB", linewidth=1.0)
    axes.set_yticks(heights, [*map(in_print, order), "all together"])
    for height, (value, low, high) in zip(heights, shown, strict=True):
        axes.annotate(
            in_words(value, low, high, found.unit, 1),
            (1.01, height),
            xycoords=axes.get_yaxis_transform(),
            va="center",
            fontsize=11.5,
        )
    left, right = min(float(np.nanmin(shown)), 0.0), max(float(np.nanmax(shown)), 0.0)
    margin = 0.05 * (right - left) or 1.0
    axes.set_xlim(left - margin, right + margin)
    axes.set_ylim(0.3, len(shown) + 0.6)
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=6)
    axes.xaxis.set_major_formatter(lambda value, _place: signed(value, found.unit, 1))
    axes.grid(axis="x")
    axes.set_title(f"Shapley values{of_unit(found)}: what each adds, on average over all orders")


def of_unit(found: Attribution) -> str:
    """The unit of the outcome for a title; empty where it has none."""
    unit = unit_in_words(found.unit)
    return f", {unit}" if unit else ""


def interactions(axes: Axes, found: Attribution, order: list[str]) -> None:
    """A map of the pairs: what two channels do together beyond what each does alone; in bold what is not 0 by its interval."""
    table: Any = found.interactions
    most = float(table["value"].abs().max()) or 1.0
    grid = np.full((len(order) - 1, len(order) - 1), np.nan)
    for row, first in enumerate(order[1:]):
        for column, second in enumerate(order[: row + 1]):
            value, low, high = table.loc[(first, second) if (first, second) in table.index else (second, first)]
            grid[row, column] = value
            weight = "bold" if low > 0.0 or high < 0.0 else "normal"
            axes.text(column, row, signed(value, found.unit, 1), ha="center", va="center", fontsize=11.5, fontweight=weight)
    axes.imshow(grid, cmap="PuOr_r", vmin=-2.2 * most, vmax=2.2 * most, aspect="auto")  # pale, so that numbers can be read
    axes.set_xticks(range(len(order) - 1), [wrapped(in_print(name), 11) for name in order[:-1]], fontsize=11.5)
    axes.set_yticks(range(len(order) - 1), list(map(in_print, order[1:])))
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_title(f"Interactions{of_unit(found)}: what two add together beyond each alone")
    axes.set_xlabel("in bold: not 0 by its interval")
