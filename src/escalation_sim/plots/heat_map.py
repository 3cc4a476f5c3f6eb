"""An outcome over two numbers at once, and Shapley values as bars."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from escalation_sim.parameters import Array
from escalation_sim.plots.pairs import panel, sheet_of
from escalation_sim.plots.style import BLUE, GREY, INK, LOOK, VERMILION, WIDTH, wrapped

__all__ = ["heat_map_chart", "shares_chart"]

_ONE_WAY = LinearSegmentedColormap.from_list("amount", ["#F7FBFF", "#9CC9E6", "#2F7FBC", "#08306B"])
_BOTH_WAYS = LinearSegmentedColormap.from_list("difference", ["#005A8C", "#9CC9E6", "#F7F7F7", "#F4B183", "#A63C00"])
_DARK = 0.58


def heat_map_chart(
    values: Array,
    columns: Sequence[float],
    rows: Sequence[float],
    labels: tuple[str, str, str],
    *,
    digits: int,
    difference: bool,
) -> Figure:
    """A number for each pair of values, coloured and written out.

    Parameters
    ----------
    values : shape (row, column).
    columns, rows : values along the x and the y axis.
    labels : of the x axis, of the y axis, and the title.
    digits : written after the point.
    difference : colours then have their middle at 0, blue below it.
    """
    with mpl.rc_context(LOOK):
        figure = sheet_of(WIDTH, 1.7 + 0.55 * len(rows), "")
        figure.text(0.012, 0.985, wrapped(labels[2], 80), fontsize=15.0, fontweight="bold", va="top")
        axes = panel(figure, 2.6, 0.85, 0.3, 0.75)
        known = values[np.isfinite(values)]
        high = float(np.max(np.abs(known))) if difference and len(known) else float(np.max(known, initial=0.0))
        low = -high if difference else min(float(np.min(known, initial=high)), high)
        span = max(high - low, 1e-12)
        axes.pcolormesh(
            values, cmap=_BOTH_WAYS if difference else _ONE_WAY, vmin=low, vmax=low + span, edgecolors="white", linewidth=1.5
        )
        for (row, column), value in np.ndenumerate(values):
            place = (value - low) / span
            dark = abs(2.0 * place - 1.0) > 0.75 if difference else place > _DARK
            axes.text(
                column + 0.5, row + 0.5, written(float(value), digits, difference), ha="center", va="center",
                color="white" if dark else INK, fontsize=11.5,
            )  # fmt: skip
        axes.set_xticks(np.arange(len(columns)) + 0.5, [f"{value:.3g}" for value in columns])
        axes.set_yticks(np.arange(len(rows)) + 0.5, [f"{value:.3g}" for value in rows])
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xlabel(wrapped(labels[0], 70))
        figure.text(0.012, 0.45, wrapped(labels[1], 22), va="center", fontsize=12.5)
        return figure


def written(value: float, digits: int, difference: bool) -> str:
    """A cell in print."""
    if not np.isfinite(value):
        return "–"
    text = (
        f"{value:+.{digits}f}"
        if difference and round(value, digits) != 0.0
        else f"{abs(value) if value == 0 else value:.{digits}f}"
    )
    return text.replace("-", "\u2212")


def shares_chart(labels: Sequence[str], values: Array, low: Array, high: Array, words: tuple[str, str]) -> Figure:
    """Bars around 0 with intervals of 95 %, the largest at the top, blue and hatched below 0; `words`: title, and what the axis counts."""
    order = np.argsort(np.abs(values), kind="stable")
    with mpl.rc_context(LOOK):
        figure = sheet_of(WIDTH, 1.5 + 0.62 * len(labels), words[0])
        axes = panel(figure, 3.5, 0.75, 0.5, 0.6)
        for row, place in enumerate(order):
            value, down = float(values[place]), bool(values[place] < 0.0)
            look = {
                "facecolor": BLUE if down else VERMILION,
                "hatch": "" if down else "///",
                "edgecolor": "white",
                "linewidth": 0,
            }
            axes.barh(row, value, height=0.62, **look)  # type: ignore[arg-type]
            reach = [[max(value - float(low[place]), 0.0)], [max(float(high[place]) - value, 0.0)]]
            axes.errorbar(value, row, xerr=reach, fmt="none", ecolor=INK, elinewidth=1.5, capsize=4)
        axes.axvline(0.0, color=GREY, linewidth=1.0)
        axes.set_yticks(range(len(labels)), [wrapped(labels[place], 38) for place in order])
        axes.set_ylim(-0.6, len(labels) - 0.4)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.set_xlabel(words[1])
        return figure
