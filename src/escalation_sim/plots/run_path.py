"""One run: where both sides stood, and the mood in both countries."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escalation_sim.analysis.playback import Playback
from escalation_sim.parameters import Array
from escalation_sim.plots.pairs import date_axis, panel, sheet_of
from escalation_sim.plots.style import COUNTRY_COLOURS, INK, LOOK, WIDTH, literal, wrapped

__all__ = ["NARROW", "WIDTH", "run_chart", "run_in_words", "span_of_days"]

_DASHES = ("-", (0, (4.0, 1.2)))
_LEFT, _RIGHT = 2.9, 1.35
NARROW = 8.4
_STRIPS = (("climate", "hostile\nmedia"), ("voice", "civil\nvoice"))


def run_chart(playback: Playback, width: float = WIDTH, title: str = "", last: float | None = None) -> Figure:
    """Postures of both sides by date, and under them hostile coverage and the voice of civil society, 0 to 1.

    The second country's line is dashed and both are named at their ends. `last`: last day on the axis; that of the run by itself.
    """
    with mpl.rc_context(LOOK):
        figure = sheet_of(width, 4.9, title or f"Run {playback.run}")
        last = max(playback.day(playback.last), 7.0) if last is None else last
        main = panel(figure, _LEFT, 2.2, _RIGHT, 0.55)
        postures(main, playback, last)
        main.set_xticklabels([])
        for place, (name, label) in enumerate(_STRIPS):
            strip = panel(figure, _LEFT, 1.4 - place * 0.8, _RIGHT, 3.2 + place * 0.8)
            mood(strip, playback, name, label, last)
            if place == 0:
                strip.set_xticklabels([])
        return figure


def span_of_days(playback: Playback, width: float, last: float) -> tuple[float, float]:
    """Where day 0 and the last day of the run lie on the sheet, as shares of its width; `last` is the last day on the axis."""
    inner = width - _LEFT - _RIGHT
    return _LEFT / width, (_LEFT + inner * playback.day(playback.last) / last) / width


def days_of(playback: Playback) -> Array:
    """Days since the start at each recorded step."""
    return np.arange(playback.last + 1) * playback.step_hours / 24.0


def postures(axes: Axes, playback: Playback, last: float) -> None:
    """The two postures as steps; a hollow ring where an order is first given."""
    posture, order = playback.paths["posture"], playback.paths["order"]
    days = days_of(playback)
    ends: list[float] = []
    for place, name in enumerate(playback.countries):
        colour, shift = COUNTRY_COLOURS[place], 0.09 - 0.18 * place
        look: dict[str, Any] = {"color": colour, "linewidth": 2.8, "linestyle": _DASHES[place]}
        axes.step(days, posture[:, place] + shift, where="post", **look)
        given = np.flatnonzero((order[1:, place] > 0) & (order[1:, place] != order[:-1, place])) + 1
        axes.plot(
            days[given],
            order[given, place] + shift,
            linestyle="none",
            marker="o",
            markersize=6,
            markerfacecolor="none",
            color=colour,
        )
        height = float(posture[-1, place])
        height = height + 0.5 if place == 0 and height == posture[-1, 1] else height - 0.5 if height in ends else height
        ends.append(float(posture[-1, place]))
        axes.annotate(
            literal(name), (days[-1], height), (6, 0), textcoords="offset points", color=colour, fontweight="bold", va="center",
            fontsize=11.5, annotation_clip=False,
        )  # fmt: skip
    if "cease_fire" in playback.paths:
        stopped = playback.paths["cease_fire"] > 0
        axes.fill_between(days, -1.0, len(playback.rungs), where=stopped, step="post", color="#F0E442", alpha=0.28, linewidth=0)
    names = [wrapped(name, 34) for name in playback.rungs]
    axes.set_yticks(range(len(playback.rungs)), names, fontsize=10.5, linespacing=0.85)
    axes.set_ylim(-0.6, len(playback.rungs) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y")
    date_axis(axes, playback.start, last)


def mood(axes: Axes, playback: Playback, name: str, label: str, last: float) -> None:
    """One thing between 0 and 1 in both countries."""
    values = playback.voice if name == "voice" else playback.paths[name]
    for place in range(2):
        axes.plot(days_of(playback), values[:, place], color=COUNTRY_COLOURS[place], linewidth=2.0, linestyle=_DASHES[place])
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([0.0, 1.0], ["0", "1"], fontsize=10.5)
    axes.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=11.0, color=INK)
    axes.grid()
    date_axis(axes, playback.start, last)


def run_in_words(playback: Playback) -> str:
    """What the chart shows, for those who do not see it."""
    peaks = playback.paths["posture"].max(axis=0).astype(int)
    told = "; ".join(f"{name} goes up to {playback.rungs[peak]}" for name, peak in zip(playback.countries, peaks, strict=True))
    return f"Run {playback.run}: {told}. It is followed for {playback.day(playback.last):.0f} days."
