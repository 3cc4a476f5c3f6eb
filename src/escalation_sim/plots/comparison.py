"""Variants beside the scenario as it stands: both distributions, and the difference run by run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escalation_sim.analysis.differences import paired_values
from escalation_sim.analysis.in_print import of_a_period
from escalation_sim.analysis.measures import MEAN
from escalation_sim.experiments.comparison import Comparison
from escalation_sim.parameters import Array
from escalation_sim.plots.charts import write_figures
from escalation_sim.plots.style import (
    BLUE,
    CYCLE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    in_words,
    literal,
    percent,
    rung_labels,
    shortened,
    styled,
    titled,
    wrapped,
)

__all__ = ["charts_of_comparison", "comparison_chart", "differences_chart", "write_comparison"]

OUTCOMES = {
    "peak_rung": "How high the crisis climbs",
    "days_to_end": "How long it lasts",
    "deaths_mean": "How many people die",
}
"""Outcomes whose distributions are drawn, and what is asked of them."""

LABELS = {
    "peak_rung": "Peak rung",
    "force": "Runs reaching force",
    "war": "Runs reaching war",
    "days_to_end": "Days to the end",
    "deaths_mean": "Deaths",
    "cease_fire": "Runs with a cease-fire",
    "misperception": "Misperception",
}

_MOST_OUTCOMES = 12
_DAYS = (0, 3, 7, 14, 30, 60, 120, 240, 365, 730)
_DEATHS = (0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000, 1_000_000, 10_000_000)


def charts_of_comparison(found: Comparison) -> dict[str, Callable[[], Figure]]:
    """Every chart of a comparison by file name: the differences of all variants, and for each variant the distributions."""
    charts: dict[str, Callable[[], Figure]] = {"differences": partial(differences_chart, found)}
    for place, variant in enumerate(found.variants, 1):
        number = f"-{place}" if len(found.variants) > 1 else ""
        for outcome in OUTCOMES:
            if outcome in found.pairs.index.unique("outcome"):
                charts[f"{outcome.removesuffix('_mean')}{number}"] = partial(comparison_chart, found, outcome, variant)
    return charts


def write_comparison(found: Comparison, folder: str | Path) -> list[Path]:
    """Write every chart of a comparison as PNG and SVG and return the files; see `charts.write_figures`."""
    return write_figures(charts_of_comparison(found), folder)


@styled
def comparison_chart(found: Comparison, outcome: str, variant: str | None = None) -> Figure:
    """Shares of the runs by outcome, as the scenario stands and in a variant (default: the first), and the difference run by run.

    Parameters
    ----------
    outcome : peak_rung, days_to_end or deaths_mean.
    """
    variant = variant or next(iter(found.variants))
    first, second = values_of(found, variant, outcome)
    groups, names = groups_of(found, outcome, np.concatenate([first, second]))
    steps, changes = steps_of(outcome, second - first)
    rows = max(len(names), len(changes))
    figure = titled(
        literal(f"{asked(outcome, found.base.scenario.kind)}: as it stands, and {shortened(variant, 34)}"),
        subtitle(found),
        max(0.44 * rows + 2.0, 4.8),
    )
    both, difference = figure.subplots(1, 2, width_ratios=(1.0, 1.0))
    distributions(both, [np.searchsorted(groups, values, side="right") - 1 for values in (first, second)], names, variant)
    changed_runs(difference, np.searchsorted(steps, second - first, side="right") - 1, changes)
    row: Any = found.differences.loc[(variant, outcome)]
    words = in_words(row["difference"], row["low"], row["high"], row["unit"])
    difference.set_title(f"Difference run by run\n{words} in the mean", loc="right")
    return figure


def asked(outcome: str, kind: str) -> str:
    """What is asked of an outcome; a rivalry has many crises."""
    return OUTCOMES[outcome].replace("the crisis", "the worst crisis" if kind == "rivalry" else "the crisis")


def subtitle(found: Comparison) -> str:
    """The scenario, the number of runs and the seed."""
    return literal(
        f"{shortened(found.base.scenario.title, 60)}  ·  {found.runs:,} runs of each, the same luck  ·  seed {found.seed}"
    )


def values_of(found: Comparison, variant: str, outcome: str) -> tuple[Array, Array]:
    """An outcome before and after, shape (run,)."""
    pairs = paired_values(found.base, found.variants[variant])
    return next((first, second) for one, first, second in pairs if one.name == outcome and one.statistic == MEAN)


def groups_of(found: Comparison, outcome: str, values: Array) -> tuple[Array, list[str]]:
    """Lower ends of the groups in which runs are counted, and their names; from the lowest to the highest that is needed."""
    if outcome == "peak_rung":
        low, high = int(values.min()), int(values.max())
        return np.arange(low, high + 1), rung_labels(found.base.scenario.ladder, 30)[low : high + 1]
    if outcome == "days_to_end":
        horizon = min(float(one.scenario.horizon_days) for one in (found.base, *found.variants.values()))
        edges: list[float] = [day for day in _DAYS if day < horizon]
        names = [f"{day} to {after} days" for day, after in zip(edges, [*edges[1:], f"{horizon:g}"], strict=True)]
        edges, names = [*edges, horizon], [*names, "not ended"]
    else:
        edges = list(_DEATHS)
        names = [
            "nobody",
            *(f"{low:,} to {high - 1:,} dead" for low, high in pairwise(edges[1:])),
            f"{edges[-1]:,} dead or more",
        ]
    low, high = (int(np.searchsorted(edges, value, side="right")) - 1 for value in (values.min(), values.max()))
    return np.array(edges[low : high + 1]), names[low : high + 1]


def steps_of(outcome: str, change: Array) -> tuple[Array, list[str]]:
    """Lower ends of the groups of differences, and their names: alike below and above the group of no difference."""
    widest = float(np.abs(change).max())
    if outcome == "peak_rung":
        most = max(int(widest), 1)
        return np.arange(-most, most + 1), [
            f"{abs(step)} {'lower' if step < 0 else 'higher'}" for step in range(-most, most + 1)
        ]
    steps = _DAYS[1:] if outcome == "days_to_end" else _DEATHS[2:]
    edges = [edge for edge in steps if edge <= widest] or [steps[0]]
    of, below, above = ("days ", "shorter", "longer") if outcome == "days_to_end" else ("", "fewer", "more")
    names = [f"under {edges[0]:,}", *(f"{low:,} to {high:,}" for low, high in pairwise(edges)), f"{edges[-1]:,} or more"]
    least = np.finfo(float).tiny
    ends = np.array(edges, dtype=float)
    lower = [-np.inf, *np.nextafter(-ends[::-1], np.inf), 0.0, least, *ends]
    return np.array(lower), [*(f"{name} {of}{below}" for name in names[::-1]), "", *(f"{name} {of}{above}" for name in names)]


def distributions(axes: Axes, places: list[Array], names: list[str], variant: str) -> None:
    """Shares of the runs in every group, as it stands and changed, a pair of bars each; the longest pair says which is which."""
    rows = np.arange(len(names))
    shares = [np.bincount(place, minlength=len(names)) / len(place) for place in places]
    told = int(np.argmax(np.maximum(*shares)))
    labels = ("as it stands", shortened(variant, 22))
    for share, colour, offset, label in zip(shares, (GREY, BLUE), (0.2, -0.2), labels, strict=True):
        axes.barh(rows + offset, share, height=0.38, color=colour, linewidth=0)
        for row in rows:
            if max(one[row] for one in shares) > 0.0:
                words = percent(share[row], ".1f") + (f" {label}" if row == told else "")
                style: dict[str, Any] = (
                    {"fontweight": "bold", "color": BLUE if colour == BLUE else "#666666"} if row == told else {"color": INK}
                )
                axes.annotate(
                    literal(words),
                    (share[row], row + offset),
                    (5, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=11.5,
                    **style,
                )
    axes.set_yticks(rows, names)
    axes.set_xlim(0.0, 1.75 * max(float(one.max()) for one in shares))
    plain(axes)
    axes.set_title("Share of runs")


def changed_runs(axes: Axes, place: Array, names: list[str]) -> None:
    """Shares of the runs in every group of differences. Those without a difference are told in words: they would dwarf the others."""
    rows = np.arange(len(names))
    middle = len(names) // 2
    share = np.bincount(place, minlength=len(names)) / len(place)
    colours = np.where(rows < middle, GREEN, ORANGE)
    shown = np.where(rows == middle, 0.0, share)
    axes.barh(rows, shown, height=0.7, color=colours.tolist(), linewidth=0)
    for row in np.flatnonzero(share):
        words = f"no difference in {percent(share[row], '.1f')}" if row == middle else about(share[row])
        axes.annotate(words, (shown[row], row), (5, 0), textcoords="offset points", va="center", fontsize=11.5)
    axes.set_yticks(rows, ["" if row == middle else name for row, name in enumerate(names)])
    axes.set_xlim(0.0, 2.3 * (float(shown.max()) or 1.0))
    plain(axes)
    side: dict[str, Any] = {"fontweight": "bold", "ha": "right", "va": "center", "transform": axes.get_yaxis_transform()}
    for words, colour, ends in (("lower", "#00795A", rows[:middle]), ("higher", "#B07400", rows[middle + 1 :])):
        axes.text(1.0, float(np.mean(ends)), f"{words} in\n{percent(share[ends].sum(), '.1f')}", color=colour, **side)


def about(share: float) -> str:
    """A share in print; "under 0.1 %" rather than 0 for what did happen."""
    return percent(share, ".1f") if share >= 0.0005 else f"under\u00a0{percent(0.001)}"


def plain(axes: Axes) -> None:
    """Bars that carry their numbers need no axis."""
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(axes.get_yticks()) - 0.4)


@styled
def differences_chart(found: Comparison) -> Figure:
    """Every difference with its interval, in units of how much the outcome varies from run to run; the numbers beside are in its own."""
    outcomes = [str(one) for one in found.pairs.index.unique("outcome") if not of_a_period(str(one))][:_MOST_OUTCOMES]
    variants = list(found.variants)
    rows = len(outcomes) * len(variants)
    gaps = len(outcomes) if len(variants) > 1 else 0
    figure = titled(
        f"What the {'change makes' if len(variants) == 1 else 'changes make'} of the {found.base.scenario.kind}",
        subtitle(found),
        0.34 * rows + 0.3 * gaps + 2.3,
    )
    axes = figure.subplots()
    axes.axvline(0.0, color=INK, linewidth=1.2)
    height, heights, reach = 0.0, [], 1e-9
    for outcome in outcomes[::-1]:
        begun = height
        for variant in variants[::-1]:
            reach = max(
                reach, difference_bar(axes, found, (variant, outcome), height, CYCLE[variants.index(variant) % len(CYCLE)])
            )
            height += 1.0
        heights.append((begun + height - 1.0) / 2.0)
        height += 0.8 if gaps else 0.0
    axes.set_yticks(heights, [LABELS.get(one, one.replace("_", " ")) for one in outcomes[::-1]])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.8, height - (0.2 if not gaps else 1.0) + 0.2)
    axes.set_xlim(-1.1 * reach, 1.1 * reach)
    axes.grid(axis="x")
    axes.set_xlabel("difference to the scenario as it stands, in standard deviations over its runs")
    if gaps:
        handles = [
            axes.plot([], [], "o", color=CYCLE[place % len(CYCLE)], label=wrapped(name, 40))[0]
            for place, name in enumerate(variants)
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(variants), 3))
    return figure


def difference_bar(axes: Axes, found: Comparison, key: tuple[str, str], height: float, colour: str) -> float:
    """One difference: point, interval and words at the right edge. Returns how far from nothing it reaches."""
    row: Any = found.differences.loc[key]
    spread = float(found.pairs["spread_unpaired"][key]) / np.sqrt(2.0)
    words = in_words(row["difference"], row["low"], row["high"], row["unit"])
    axes.annotate(words, (1.01, height), xycoords=axes.get_yaxis_transform(), va="center", fontsize=11.5)
    if not spread > 0.0:
        axes.plot(0.0, height, "o", color=colour)
        return 0.0
    low, middle, high = (row[name] / spread for name in ("low", "difference", "high"))
    if np.isfinite(low) and np.isfinite(high):
        axes.plot([low, high], [height, height], color=colour, linewidth=2.6, solid_capstyle="butt")
    axes.plot(middle, height, "o", color=colour, markersize=8)
    return float(np.nanmax(np.abs([low, middle, high])))
