"""An outcome over two numbers at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from escalation_sim.parameters import Array
from escalation_sim.plots.pairs import panel, sheet_of
from escalation_sim.plots.style import LOOK, WIDTH, wrapped

__all__ = ["cell_name", "heat_map_chart"]

Colour = tuple[float, float, float, float]

_ONE_WAY = LinearSegmentedColormap.from_list("amount", ["#F7FBFF", "#9CC9E6", "#2F7FBC", "#08306B"])
_BOTH_WAYS = LinearSegmentedColormap.from_list("difference", ["#005A8C", "#9CC9E6", "#F7F7F7", "#F4B183", "#A63C00"])
_DARK = 0.179  # luminance on which white and black letters are read equally well, at 4.58 to 1
_DOUBT: Any = {"hatch": "//", "edgecolor": "#B4B4B4", "linewidth": 0.0}


def heat_map_chart(
    values: Array,
    columns: Sequence[float],
    rows: Sequence[float],
    labels: tuple[str, str, str],
    *,
    digits: int,
    difference: bool,
    uncertain: Array | None = None,
) -> Figure:
    """A number for each pair of values, coloured and written out.

    Parameters
    ----------
    values : shape (row, column).
    columns, rows : values along the x and the y axis.
    labels : of the x axis, of the y axis, and the title.
    digits : written after the point.
    difference : colours then have their middle at 0, blue below it.
    uncertain : true for each cell whose difference cannot be told from 0, shape (row, column): hatched, and its number thin.

    The patch of each cell bears the name that `cell_name` gives.
    """
    doubted = np.zeros(values.shape, dtype=bool) if uncertain is None else uncertain
    with mpl.rc_context(LOOK):
        figure = sheet_of(WIDTH, 2.0 + 0.55 * len(rows), "")
        figure.text(0.012, 0.985, wrapped(labels[2], 80), fontsize=15.0, fontweight="bold", va="top")
        axes = panel(figure, 2.6, 1.15 if doubted.any() else 0.85, 0.3, 0.75)
        shade = shading(values, difference=difference)
        for (row, column), value in np.ndenumerate(values):
            cell(axes, row, column, shade(float(value)), bool(doubted[row, column]))
            axes.text(
                column + 0.5, row + 0.5, written(float(value), digits, difference), ha="center", va="center", fontsize=11.5,
                color="white" if is_dark(shade(float(value))) else "black", fontweight="normal" if doubted[row, column] else "bold",
            )  # fmt: skip
        axes.set_xlim(0.0, len(columns))
        axes.set_ylim(0.0, len(rows))
        axes.set_xticks(np.arange(len(columns)) + 0.5, [f"{value:.3g}" for value in columns])
        axes.set_yticks(np.arange(len(rows)) + 0.5, [f"{value:.3g}" for value in rows])
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xlabel(wrapped(labels[0], 70))
        figure.text(0.012, 0.45, wrapped(labels[1], 20), va="center", fontsize=12.5)
        if doubted.any():
            words = "not told from 0 by this number of runs (95 %)"
            figure.legend(handles=[Patch(facecolor="#F7F7F7", label=words, **_DOUBT)], loc="lower center", borderaxespad=0.15)
        return figure


def cell_name(row: int, column: int) -> str:
    """The name of a cell in the drawing."""
    return f"cell-{row}-{column}"


def cell(axes: Axes, row: int, column: int, colour: Colour, doubted: bool) -> None:
    """One cell, hatched where its number is in doubt."""
    place = Rectangle(
        (column + 0.0125, row + 0.025), 0.975, 0.95, facecolor=colour, **(_DOUBT if doubted else {"linewidth": 0.0})
    )
    place.set_gid(cell_name(row, column))
    axes.add_patch(place)


def shading(values: Array, *, difference: bool) -> Callable[[float], Colour]:
    """From a value to its colour; white for one that is not known."""
    known = values[np.isfinite(values)]
    most = max(float(np.max(np.abs(known), initial=0.0)), 1e-12)
    least = -most if difference else float(np.min(known, initial=most))
    scale, colours = Normalize(least, max(most, least + 1e-12)), _BOTH_WAYS if difference else _ONE_WAY
    return lambda value: colours(float(scale(value))) if np.isfinite(value) else (1.0, 1.0, 1.0, 1.0)


def is_dark(colour: Colour) -> bool:
    """Whether white letters are read better on a colour than black ones: by relative luminance, as WCAG 2 defines it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < _DARK


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
