"""One look for all charts: colours that colour-blind readers can tell apart, type that survives halving, titles in plain words.

Charts are built with Matplotlib's objects on the Agg canvas; no state of `pyplot` is read or changed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from escalation_sim.ladder import Ladder
from escalation_sim.results import Result

__all__ = [
    "COUNTRY_COLOURS",
    "CYCLE",
    "INK",
    "OBSERVED",
    "PALE",
    "days_axis",
    "font_files",
    "in_words",
    "percent",
    "percent_axis",
    "rung_labels",
    "sheet",
    "shortened",
    "signed",
    "styled",
    "titled",
    "unit_in_words",
    "wrapped",
]

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, GREY = "#56B4E9", "#CC79A7", "#F0E442", "#999999"
INK = "#222222"
PALE = "#D9D9D9"

COUNTRY_COLOURS = (BLUE, GREEN)
"""Colour of the first and of the second country."""

OBSERVED = VERMILION
"""Colour of the real crisis, in every chart."""

CYCLE = (BLUE, ORANGE, PURPLE, GREEN, INK, SKY, YELLOW, "#8C6D46", "#7B6FB0")
"""Colours for causes, after Okabe and Ito (2008), without the one of the real crisis."""

LOOK: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 12.5,
    "axes.titlesize": 13.5,
    "axes.labelsize": 12.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "legend.frameon": False,
    "legend.fontsize": 12,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "escalation-sim",
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
}
"""Matplotlib settings of every chart."""

DPI = 140
WIDTH = 10.5
_TITLE, _SUBTITLE, _LINE = 17.0, 12.5, 0.30

_TOGETHER = "\u00a0"
"""A space at which no line is broken."""

P = ParamSpec("P")


def styled(chart: Callable[P, Figure]) -> Callable[P, Figure]:
    """The chart function, drawn with `LOOK` whatever the reader's own Matplotlib settings are."""

    @wraps(chart)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with mpl.rc_context(LOOK):
            figure = chart(*args, **kwargs)
            figure.draw_without_rendering()
            return figure

    return drawn


def sheet(title: str, result: Result, height: float) -> Figure:
    """An empty figure of `height` inches (10.5 wide) with a title and, under it, what was run."""
    return titled(title, subtitle(result), height)


def titled(title: str, below: str, height: float) -> Figure:
    """An empty figure of `height` inches (10.5 wide) with a title and a line under it."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    top = 1.0 - 0.86 / height
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0.008, 0.01, 0.984, top - 0.01), w_pad=0.05, h_pad=0.05, hspace=0.02, wspace=0.05)  # type: ignore[call-arg]
    figure.text(0.015, 1.0 - 0.14 / height, title, fontsize=_TITLE, fontweight="bold", va="top")
    figure.text(0.015, 1.0 - 0.50 / height, below, fontsize=_SUBTITLE, color="#555555", va="top")
    return figure


def subtitle(result: Result) -> str:
    """The scenario's title, number of runs and seed."""
    title = textwrap.shorten(result.scenario.title, 70, placeholder="…")
    return literal(f"{title}  ·  {runs_in_words(result)}  ·  seed {result.seed}")


def runs_in_words(result: Result) -> str:
    """The number of runs, "1,000 runs"."""
    runs = len(result.outcomes)
    return "1 run" if runs == 1 else f"{runs:,} runs"


def literal(text: str) -> str:
    """Text in which Matplotlib finds no formula."""
    return text.replace("$", r"\$")


def wrapped(text: str, width: int) -> str:
    """Text broken into lines of at most `width` characters."""
    return literal("\n".join(textwrap.wrap(text, width)) or text)


def rung_labels(ladder: Ladder, width: int = 26) -> list[str]:
    """Rung names with their numbers, broken into lines, from the bottom up."""
    return [wrapped(f"{name}{_TOGETHER}{_TOGETHER}{rung}", width) for rung, name in enumerate(ladder.names)]


def days_axis(axes: Axes, result: Result, last: float, *, label: bool = True) -> None:
    """Days since the start on the x axis, from 0 to `last`."""
    axes.set_xlim(0.0, last)
    if label:
        start = result.scenario.start
        axes.set_xlabel(f"days since {start.day} {start:%B} {start.year}")


def percent(share: float, digits: str = "g") -> str:
    """A share in percent, "12 %"; `digits` as in a format, ".1f" for one after the point."""
    return f"{abs(100.0 * share):{digits}}{_TOGETHER}%"


def percent_axis(axis: Any, top: float = 1.0) -> None:
    """Shares in percent on an axis."""
    axis.set_major_locator(mpl.ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(lambda share, _place: percent(share))
    axis.set_view_interval(0.0, top, ignore=True)


_UNITS = {"share": ("points", 100.0, 1), "rungs": ("rungs", 1.0, 2), "days": ("days", 1.0, 1), "deaths": ("deaths", 1.0, 1)}


def signed(value: float, unit: str, finer: int = 0) -> str:
    """A difference without its unit, "+0.12", "0" where there is none; with `finer` more digits than usual."""
    _, scale, digits = _UNITS.get(unit, ("", 1.0, 2))
    return "0" if abs(value) < 1e-12 else f"{scale * value:+,.{digits + finer}f}".replace("-", "−")


def in_words(value: float, low: float, high: float, unit: str, finer: int = 0) -> str:
    """A difference with its interval and unit, "−0.07 rungs (−0.10 to −0.05)"."""
    shown = f"{signed(value, unit, finer)} {unit_in_words(unit)}".rstrip()
    known = low == low and high == high and low != high
    return f"{shown} ({signed(low, unit, finer)} to {signed(high, unit, finer)})" if known else shown


def unit_in_words(unit: str) -> str:
    """What differences of a unit are counted in; empty for one that is not known."""
    return _UNITS.get(unit, ("", 1.0, 2))[0]


def shortened(text: str, width: int) -> str:
    """The beginning of a text, at most `width` characters."""
    return textwrap.shorten(text, width, placeholder="…")


def font_files() -> dict[str, Path]:
    """The fonts of the charts, by file name, for pages in which letters of charts stay letters."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return {name: folder / name for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")}
