"""The box of worlds in which something happens: its limits against the whole ranges, and the worlds in its two surest dimensions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from escalation_sim.experiments.discovery import Discovery, Limit
from escalation_sim.parameters import Array
from escalation_sim.plots.style import BLUE, INK, ORANGE, PALE, literal, percent, styled, titled, wrapped

__all__ = ["box_chart"]

_LABEL = 44


@styled
def box_chart(found: Discovery, labels: Mapping[str, str]) -> Figure:
    """Limits of the box, and a scatter of all worlds over its two surest numbers (over what is looked at itself, where there is but one).

    Parameters
    ----------
    found : a discovery with a box.
    labels : columns in plain words.

    Raises ValueError where there is no box.
    """
    if found.box is None:
        raise ValueError("there is no box to draw")
    limits = found.box.limits
    figure = titled(
        wrapped(f"{percent(found.density, '.0f')} of the worlds in the box, {percent(found.share, '.0f')} of all", 80),
        literal(f"where {found.cases.question.in_words}".replace("_", " ")),
        0.7 * len(limits) + 5.9,
    )
    ranges, worlds = figure.subplots(2, 1, height_ratios=[0.7 * len(limits) + 0.5, 4.6])
    show_limits(ranges, limits, labels)
    show_worlds(worlds, found, labels)
    return figure


def show_limits(axes: Axes, limits: tuple[Limit, ...], labels: Mapping[str, str]) -> None:
    """A bar for each limit: the whole range, and what of it lies in the box."""
    for row, limit in enumerate(reversed(limits)):
        axes.barh(row, 1.0, color=PALE, height=0.42, linewidth=0)
        if limit.values:
            axes.text(0.5, row, literal(" or ".join(limit.values)), ha="center", va="center", fontsize=11)
            continue
        low, high = (end(limit, side) for side in (0, 1))
        axes.barh(row, high - low, left=low, color=BLUE, height=0.42, linewidth=0)
        whole = {"va": "center", "fontsize": 10.5, "color": "#777777"}
        axes.text(-0.01, row, figure(limit.spans[0]), ha="right", **whole)  # type: ignore[arg-type]
        axes.text(1.01, row, figure(limit.spans[1]), ha="left", **whole)  # type: ignore[arg-type]
        for place, bound in ((low, limit.low), (high, limit.high)):
            if bound is not None:
                axes.text(place, row + 0.25, figure(bound), ha="center", va="bottom", fontsize=11, fontweight="bold", color=INK)
    axes.set_yticks(range(len(limits)), [wrapped(labels.get(one.name, one.name), _LABEL) for one in reversed(limits)])
    axes.set_xlim(-0.12, 1.12)
    axes.set_ylim(-0.5, len(limits) - 0.3)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, labelsize=11)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def figure(value: float) -> str:
    """A number, three digits of it."""
    return f"{value:.3g}".replace("-", "−")


def end(limit: Limit, side: int) -> float:
    """Where a box ends within the whole range, from 0 to 1."""
    bound = (limit.low, limit.high)[side]
    low, high = limit.spans
    return float(side) if bound is None else float(np.clip((bound - low) / (high - low), 0.0, 1.0))


def show_worlds(axes: Axes, found: Discovery, labels: Mapping[str, str]) -> None:
    """All worlds as dots; those in which it happens filled."""
    numbers = [limit for limit in (found.box.limits if found.box else ()) if not limit.values][:2]
    cases = found.cases
    across = column(found, numbers, 0)
    up = column(found, numbers, 1)
    happens = cases.happens
    axes.scatter(
        across[~happens], up[~happens], s=16, facecolor="none", edgecolor="#AAAAAA", linewidth=0.9, label="it does not happen"
    )
    axes.scatter(across[happens], up[happens], s=20, color=ORANGE, linewidth=0, label="it happens")
    if numbers:
        draw_box(axes, numbers)
    names = [labels.get(one.name, one.name) for one in numbers]
    axes.set_xlabel(wrapped(names[0] if names else "worlds", 70))
    axes.set_ylabel(wrapped(names[1] if len(names) > 1 else cases.question.subject, 40), fontsize=11)
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, 1.13), ncols=2, borderpad=0.0)


def column(found: Discovery, numbers: list[Limit], place: int) -> Array:
    """What a dot's place shows: a number of the box, else what is looked at, else the world's number."""
    if place < len(numbers):
        return found.cases.worlds[numbers[place].name].to_numpy(float)
    return found.cases.size if place == 1 else np.arange(len(found.cases.size), dtype=float)


def draw_box(axes: Axes, numbers: list[Limit]) -> None:
    """The box as a rectangle; open sides reach the edge."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    sides = [(left, right), (bottom, top)]
    for place, limit in enumerate(numbers):
        sides[place] = (
            sides[place][0] if limit.low is None else limit.low,
            sides[place][1] if limit.high is None else limit.high,
        )
    (x0, x1), (y0, y1) = sides
    axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=BLUE, alpha=0.10, edgecolor="none", zorder=0))
    axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor="none", edgecolor=BLUE, linewidth=1.6))
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
