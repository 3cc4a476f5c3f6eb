"""What decides an outcome: tornado, elementary effects, shares of variance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escalation_sim.experiments.indices import MORRIS
from escalation_sim.experiments.sensitivity import Sensitivity
from escalation_sim.experiments.tornado import Tornado
from escalation_sim.plots.style import BLUE, GREY, INK, ORANGE, SKY, literal, percent, percent_axis, styled, titled, wrapped

__all__ = ["charts_of_sensitivity", "morris_chart", "sobol_chart", "tornado_chart"]

_LABEL = 48
_ROW = 0.66


@styled
def tornado_chart(found: Tornado) -> Figure:
    """Change of the outcome with each number low and high in its range, the largest swing on top, with intervals of 95 %."""
    swings = found.swings[::-1]
    figure = titled(
        f"One number at a time: {named(found.outcome, found.effect)}",
        literal(f"{found.scenario.title}  ·  {found.runs:,} runs each, paired  ·  seed {found.seed}"),
        _ROW * len(swings) + 2.0,
    )
    axes = figure.subplots()
    rows = np.arange(len(swings))
    for end, offset, colour, words in (
        ("low", 0.16, SKY, "number at its 5 % quantile"),
        ("high", -0.16, ORANGE, "at its 95 % quantile"),
    ):
        values = swings[f"at_{end}"].to_numpy()
        axes.barh(rows + offset, values, height=0.32, color=colour, linewidth=0, label=words)
        whiskers(axes, rows + offset, values, swings[f"at_{end}_from"], swings[f"at_{end}_to"])
        for row, swing in zip(rows, swings.to_dict("records"), strict=True):
            at_the_end(axes, row + offset, [swing[f"at_{end}{side}"] for side in ("", "_from", "_to")], swing[end])
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.set_yticks(rows, [wrapped(label, _LABEL) for label in swings["label"]])
    room(axes, 0.12)
    axes.set_xlabel(literal(f"change against all numbers at their central values ({found.centre.value:.3g})"))
    finished(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower right", ncols=2)
    return figure


def at_the_end(axes: Axes, row: float, ends: list[float], number: float) -> None:
    """The number itself, behind its bar and whisker; `ends` begin with the bar's."""
    side = 1 if ends[0] >= 0.0 else -1
    style: Any = {"ha": "left" if side > 0 else "right", "va": "center", "fontsize": 10, "color": "#555555"}
    axes.annotate(
        f"{number:.3g}", (side * max(side * one for one in ends), row), (4 * side, 0), textcoords="offset points", **style
    )


@styled
def morris_chart(found: Sensitivity, top: int = 12) -> Figure:
    """Mean size of the change for each of the top numbers with its interval; beside it the spread of the changes over worlds (σ)."""
    shown = found.indices.head(top)[::-1]
    figure = titled(
        f"What decides {named(found.outcome, found.effect)}?",
        literal(
            f"{found.scenario.title}  ·  the top {len(shown)} of {len(found.indices)}  ·  {found.samples} trajectories, {found.runs} runs of each point"
        ),
        _ROW * len(shown) + 2.0,
    )
    axes = figure.subplots()
    rows = np.arange(len(shown))
    effect = shown["effect"].to_numpy()
    rises = shown["direction"].to_numpy() / np.where(effect > 0.0, effect, 1.0)
    kinds = (
        ("raises it", ORANGE, rises > 0.8),
        ("lowers it", SKY, rises < -0.8),
        ("either way", GREY, np.abs(rises) <= 0.8),
    )
    for words, colour, chosen in kinds:
        if chosen.any():
            axes.barh(rows[chosen], effect[chosen], height=0.62, color=colour, linewidth=0, label=words)
    whiskers(axes, rows, effect, shown["low"], shown["high"])
    axes.plot(
        shown["noise"], rows, "|", color=INK, markersize=14, markeredgewidth=1.6, linestyle="none", label="noise of the runs"
    )
    if shown["spread"].notna().any():  # groups have none
        axes.plot(
            shown["spread"],
            rows,
            "D",
            color="white",
            markeredgecolor=INK,
            markersize=6,
            linestyle="none",
            label="spread over worlds (σ)",
        )
    axes.set_yticks(rows, [wrapped(label, _LABEL) for label in shown["label"]])
    axes.set_xlim(left=0.0)
    axes.set_xlabel("mean size of the change when the number moves half its distribution")
    finished(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower right", ncols=3)
    return figure


@styled
def sobol_chart(found: Sensitivity, top: int = 12) -> Figure:
    """Shares of the variance between points, total and alone, with intervals of 95 %; underneath, chance against parameters."""
    shown = found.indices.head(top + 1)[::-1]
    figure = titled(
        f"What decides {named(found.outcome, found.effect)}?",
        literal(
            f"{found.scenario.title}  ·  {found.samples} base points, {found.runs} runs of each point  ·  seed {found.seed}"
        ),
        _ROW * len(shown) + 3.0,
    )
    axes, below = figure.subplots(2, 1, height_ratios=[_ROW * len(shown) + 0.4, 0.45])
    rows = np.arange(len(shown))
    for name, low, high, offset, colour, words in (
        ("total", "low", "high", 0.17, BLUE, "total: in whatever it has a part"),
        ("first", "first_low", "first_high", -0.17, SKY, "alone"),
    ):
        axes.barh(rows + offset, shown[name].clip(lower=0.0), height=0.32, color=colour, linewidth=0, label=words)
        whiskers(axes, rows + offset, shown[name].to_numpy(), shown[low], shown[high])
    axes.set_yticks(rows, [wrapped(label, _LABEL) for label in shown["label"]])
    percent_axis(axes.xaxis, max(float(shown["high"].max()) * 1.05, 0.05))
    axes.set_xlim(left=min(0.0, float(shown["first_low"].min())))
    axes.set_xlabel("share of the variance between points")
    finished(axes)
    axes.legend(loc="lower right")
    split_bar(below, found)
    return figure


def split_bar(axes: Axes, found: Sensitivity) -> None:
    """Chance against parameters, one bar, with the interval at their border."""
    share = found.split.share
    axes.barh([0.0], [share.value], color=BLUE, height=0.7, linewidth=0)
    axes.barh([0.0], [1.0 - share.value], left=[share.value], color="#D9D9D9", height=0.7, linewidth=0)
    whiskers(axes, np.zeros(1), np.array([share.value]), pd.Series([share.low]), pd.Series([share.high]))
    axes.set_yticks([0.0], ["Parameters and chance"])
    axes.set_ylim(-0.6, 0.6)
    percent_axis(axes.xaxis)
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel(
        f"share of the whole variance: {percent(share.value, '.0f')} parameters (blue), {percent(1.0 - share.value, '.0f')} chance"
    )
    axes.tick_params(axis="y", length=0)


def named(outcome: str, effect: str) -> str:
    """What is decided, in the title."""
    words = outcome.replace("_", " ")
    return literal(f"the effect on {words} of: {effect.replace('_', ' ')}" if effect else words)


def whiskers(axes: Axes, rows: Any, values: Any, low: Any, high: Any) -> None:
    """Intervals."""
    reach = np.maximum([values - np.asarray(low), np.asarray(high) - values], 0.0)
    axes.errorbar(values, rows, xerr=reach, fmt="none", ecolor=INK, elinewidth=1.3, capsize=3)


def room(axes: Axes, share: float) -> None:
    """Room for figures at both ends."""
    low, high = axes.get_xlim()
    axes.set_xlim(low - share * (high - low), high + share * (high - low))


def finished(axes: Axes) -> None:
    """Grid and ticks as in all bar charts."""
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0, labelsize=11)
    axes.set_ylim(-0.6, len(axes.get_yticks()) - 0.4)


def charts_of_sensitivity(found: Sensitivity, ends: Tornado | None, top: int) -> dict[str, Callable[[], Figure]]:
    """The charts, by file name."""
    charts: dict[str, Callable[[], Figure]] = {
        found.method: partial(morris_chart if found.method == MORRIS else sobol_chart, found, top)
    }
    if ends is not None:
        charts["tornado"] = partial(tornado_chart, ends)
    return charts
