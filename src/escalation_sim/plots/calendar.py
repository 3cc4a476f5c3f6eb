"""The lines of communication between India and Pakistan, 1980 to 2025, as one picture."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Sequence
from typing import Any, Protocol

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Patch, Rectangle

from escalation_sim.errors import InputError
from escalation_sim.parameters import Array
from escalation_sim.plots.style import GREEN, OBSERVED, literal, styled, titled
from escalation_sim.scenario import Initiative, Period, calendar, channel_presets, initiatives
from escalation_sim.scenario.catalogue import TRACK_TWO, day_from

__all__ = ["FIRST", "LAST", "Event", "calendar_chart", "crises_and_wars", "day_on_chart"]

FIRST, LAST = datetime.date(1980, 1, 1), datetime.date(2025, 12, 31)
"""First and last day on the chart."""

RAPPORT = LinearSegmentedColormap.from_list("rapport", ["#DCEAF5", "#7FB2DA", "#0072B2", "#00304F"])
"""Working relationship 0 to 1, from light to dark."""

_MARGIN_YEARS = (0.4, 5.0)
_SMALL = 10.5
_ROW, _THIN, _TALL = 0.42, 0.215, 0.66
_LABEL_WIDTH, _LABEL_LINES = 12, 3
_LEAST_HEAD = 0.4
_YEARS_LAST = re.compile(r"(?P<name>.*?)(?: of|,)? (?P<years>[0-9]{4}(?:[-–][0-9]{2,4})?)")
_LINE = "#777777"
_GAP = 8.0


class Event(Protocol):
    """A dated event between two states, as `scenario.history` has it."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def first(self) -> datetime.date:
        """Its first day."""
        ...

    @property
    def last(self) -> datetime.date | None:
        """Its last day."""
        ...

    @property
    def kind(self) -> str:
        """What it was, "war" or "crisis"."""
        ...


def day_on_chart(day: datetime.date | str) -> datetime.date:
    """The day, if it lies on the chart; raises InputError."""
    found = day_from(day)
    if not FIRST <= found <= LAST:
        raise InputError("lies outside the calendar", value=found.isoformat(), allowed=f"a day from {FIRST} to {LAST}")
    return found


def crises_and_wars() -> list[Event]:
    """Crises and wars between India and Pakistan that reach into the years of the chart, in order."""
    from escalation_sim.scenario.history import history

    found = [
        one
        for one in history()
        if one.kind in ("war", "crisis") and one.dyad == "india-pakistan" and (one.last or one.first) >= FIRST
    ]
    return sorted(found, key=lambda one: one.first)


@styled
def calendar_chart(events: Sequence[Event] = (), as_of: datetime.date | str | None = None) -> Figure:
    """Which line was open when: a band for each channel, shaded by working relationship, and under it the Track II initiatives.

    Parameters
    ----------
    events : crises and wars, marked by a vertical line; see `crises_and_wars`.
    as_of : a day to be marked.

    Raises InputError where the day lies outside the chart.
    """
    marked = None if as_of is None else day_on_chart(as_of)
    shown = [event for event in events if FIRST <= event.first <= LAST]
    _, room = drawn(shown, marked, _LEAST_HEAD)
    return drawn(shown, marked, max(room, _LEAST_HEAD))[0]


def drawn(events: Sequence[Event], marked: datetime.date | None, head_height: float) -> tuple[Figure, float]:
    """The figure with so many inches for the labels of events, and how many inches they need."""
    presets = [preset for preset in channel_presets().values() if preset.name != TRACK_TWO]
    known = sorted(initiatives(), key=lambda one: (one.first, one.last or LAST, one.name))
    heights = [_ROW * len(presets), _TALL, _THIN * len(known) + 0.1]
    figure = titled(
        "Which lines were open between India and Pakistan?",
        f"{FIRST.year}–{LAST.year}  ·  darker: better working relationship (judged)  ·  vertical lines: crises, thick for war",
        sum(heights) + head_height + 2.3,
    )
    head, bands, sum_of_two, each = figure.subplots(4, 1, sharex=True, height_ratios=[head_height, *heights])
    years_axis(head, bands, sum_of_two, each)
    for row, preset in enumerate(presets):
        band(bands, row, calendar().get(preset.name, ()))
    bands.set_yticks(
        range(len(presets)), [literal(textwrap.fill(preset.label, 30)) for preset in presets], linespacing=0.95, fontsize=11.5
    )
    bands.set_ylim(len(presets) - 0.5, -0.5)
    summed(sum_of_two, known)
    for row, one in enumerate(known):
        thin_line(each, row, one)
    each.set_ylim(len(known) - 0.4, -0.8)
    each.set_yticks([])
    key(figure)
    room = mark_events(figure, head, (bands, sum_of_two, each), events)
    if marked is not None:
        mark_day((bands, sum_of_two, each), marked)
    return figure, room


def year_of(day: datetime.date) -> float:
    """A day as a number of years, 2004.5 for the middle of 2004."""
    begins = datetime.date(day.year, 1, 1)
    return day.year + (day - begins).days / (datetime.date(day.year + 1, 1, 1) - begins).days


def span(first: datetime.date, last: datetime.date | None) -> tuple[float, float]:
    """Beginning and end on the axis, cut to the chart; the last day is included."""
    end = LAST if last is None or last > LAST else last
    return year_of(max(first, FIRST)), year_of(end + datetime.timedelta(days=1))


def years_axis(head: Axes, *panels: Axes) -> None:
    """Years under the last panel, no frame around any."""
    head.set_axis_off()
    head.set_ylim(0.0, 1.0)
    head.set_xlim(FIRST.year - _MARGIN_YEARS[0], LAST.year + 1 + _MARGIN_YEARS[1])
    for axes in panels:
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.patch.set_visible(False)
        axes.tick_params(axis="both", length=0, labelbottom=axes is panels[-1])
    panels[-1].xaxis.set_major_locator(mpl.ticker.FixedLocator(list(range(FIRST.year, LAST.year + 1, 5))))
    panels[-1].spines["bottom"].set_visible(True)
    panels[-1].spines["bottom"].set_bounds(FIRST.year, LAST.year + 1)
    panels[-1].tick_params(axis="x", length=4)


def band(axes: Axes, row: int, periods: Sequence[Period]) -> None:
    """One channel: nothing where closed, hatched where suspended, filled where open."""
    axes.plot([FIRST.year, LAST.year + 1], [row, row], color="#CCCCCC", linewidth=0.8, zorder=0.5)
    for period in periods:
        begin, end = span(period.first, period.last)
        if period.status == "closed" or end <= begin:
            continue
        colour: Any = RAPPORT(period.relationship.value)
        style: dict[str, Any] = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.5}
        if period.status == "suspended":
            style = {"facecolor": "white", "edgecolor": "#888888", "linewidth": 0.5, "hatch": "/////"}
        axes.add_patch(Rectangle((begin, row - 0.36), end - begin, 0.72, **style))


def strength_over_time(known: Sequence[Initiative]) -> tuple[Array, Array]:
    """Years at which the summed strength changes, and the sum from then on, at most 1."""
    spans = [span(one.first, one.last) for one in known]
    years = np.unique([float(FIRST.year), *(year for pair in spans for year in pair), float(LAST.year + 1)])
    total = np.zeros(len(years))
    for (begin, end), one in zip(spans, known, strict=True):
        total += np.where((years >= begin) & (years < end), one.strength.value, 0.0)
    return years, np.minimum(total, 1.0)


def summed(axes: Axes, known: Sequence[Initiative]) -> None:
    """Track II: the summed strength of the initiatives as a height, the best year named."""
    years, total = strength_over_time(known)
    total[-1] = total[-2] if len(total) > 1 else 0.0
    axes.fill_between(years, total, step="post", color=GREEN, linewidth=0)
    axes.plot([FIRST.year, LAST.year + 1], [0.0, 0.0], color="#CCCCCC", linewidth=0.8)
    axes.set_ylim(0.0, max(1.25 * float(total.max()), 0.1))
    axes.set_yticks(
        [0.35 * axes.get_ylim()[1]], [literal("Track II meetings\n(summed strength)")], linespacing=0.95, fontsize=11.5
    )
    best = int(np.argmax(total))
    if total[best] > 0.0:
        middle = 0.5 * (years[best] + years[min(best + 1, len(years) - 1)])
        axes.annotate(
            f"{total[best]:.2f} in {int(years[best])}", (middle, total[best]), (0, 2), textcoords="offset points", ha="center", va="bottom",
            fontsize=_SMALL, zorder=5, bbox={"facecolor": "white", "linewidth": 0, "pad": 0.8},
        )  # fmt: skip


def thin_line(axes: Axes, row: int, one: Initiative) -> None:
    """One initiative: a bar as thick as it is judged strong, its name and years to the left."""
    begin, end = span(one.first, one.last)
    height = 0.14 + 0.66 * min(one.strength.value / 0.12, 1.0)
    axes.add_patch(Rectangle((begin, row - 0.5 * height), end - begin, height, facecolor=GREEN, linewidth=0, zorder=4))
    last = f"–{one.last.year}" if one.last and one.last.year > one.first.year else "" if one.last else "–"
    label = axes.annotate(
        literal(f"{textwrap.shorten(one.name, 60, placeholder='…')}  {one.first.year}{last}"),
        (begin, row), (-5, 0), textcoords="offset points", ha="right", va="center", fontsize=_SMALL, zorder=5,
        bbox={"facecolor": "white", "linewidth": 0, "pad": 2.6},
    )  # fmt: skip
    label.set_in_layout(False)


def event_label(event: Event) -> str:
    """Years and name in lines short enough to stand side by side; years at the end of a name are not said twice."""
    found = _YEARS_LAST.fullmatch(event.name)
    name, years = (found["name"], found["years"].replace("-", "–")) if found else (event.name, "")
    if not years.startswith(str(event.first.year)):
        name, years = event.name, str(event.first.year)
    lines = textwrap.wrap(name, _LABEL_WIDTH, break_long_words=False, max_lines=_LABEL_LINES, placeholder=" …")
    return literal("\n".join([years, *lines]))


def mark_events(figure: Figure, head: Axes, panels: Sequence[Axes], events: Sequence[Event]) -> float:
    """A thin vertical line for each event through all panels, up to its label. Gives the inches that the labels take."""
    places = [year_of(event.first) for event in events]
    labels = [
        head.annotate(
            event_label(event), (place, 0.0), (3, 0), textcoords="offset points",
            ha="left", va="bottom", fontsize=_SMALL, linespacing=0.95,
        )
        for event, place in zip(events, places, strict=True)
    ]  # fmt: skip
    for label in labels:
        label.set_in_layout(False)
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in labels]
    bottoms = stacked([(box.x0, box.x1, box.height) for box in boxes])
    for event, label, place, bottom, box in zip(events, labels, places, bottoms, boxes, strict=True):
        width = 2.4 if event.kind == "war" else 1.0
        label.set_position((3, bottom * 72.0 / figure.dpi))
        ends = (place, (bottom + box.height) / head.bbox.height), (place, 0.0)
        over, under = head.get_xaxis_transform(), panels[-1].get_xaxis_transform()
        figure.add_artist(ConnectionPatch(*ends, over, under, color=_LINE, linewidth=width, zorder=-1))
        for axes in panels:
            axes.axvline(place, color=_LINE, linewidth=width, zorder=1.5)
    return max((bottom + box.height for bottom, box in zip(bottoms, boxes, strict=True)), default=0.0) / figure.dpi


def stacked(boxes: Sequence[tuple[float, float, float]]) -> list[float]:
    """Bottoms of labels given by left, right and height, in order from left to right.

    Every label begins at its line, which comes up from below. One that reaches over a later line stands above that line's label, so
    that no line crosses a label.
    """
    bottoms = [0.0] * len(boxes)
    for place in range(len(boxes) - 1, -1, -1):
        right = boxes[place][1] + _GAP
        reached = [later for later in range(place + 1, len(boxes)) if boxes[later][0] < right]
        bottoms[place] = max((bottoms[later] + boxes[later][2] + 0.5 * _GAP for later in reached), default=0.0)
    return bottoms


def mark_day(panels: Sequence[Axes], day: datetime.date) -> None:
    """A thick line on one day, dated under the years."""
    place = year_of(day)
    for axes in panels:
        axes.axvline(place, color=OBSERVED, linewidth=2.2, zorder=4.5)
    panels[-1].annotate(
        f"{day.day} {day:%B} {day.year}", (place, 0.0), (0, -24), xycoords=panels[-1].get_xaxis_transform(),
        textcoords="offset points", ha="center", va="top", color=OBSERVED, fontweight="bold",
    )  # fmt: skip


def key(figure: Figure) -> None:
    """One key under all panels."""
    handles = [
        Patch(facecolor=RAPPORT(value), label=f"{words}{value:g}")
        for words, value in (("open, working relationship ", 0.1), ("", 0.4), ("", 0.7))
    ]
    handles.append(Patch(facecolor="white", edgecolor="#888888", hatch="/////", label="suspended"))
    handles.append(Patch(facecolor=GREEN, label="Track II (thickness: strength)"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), columnspacing=1.4, handlelength=1.6)
