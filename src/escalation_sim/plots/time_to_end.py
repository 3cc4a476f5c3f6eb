"""How long crises last, and what ends them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escalation_sim.analysis.estimates import cumulative_incidence
from escalation_sim.analysis.summary import cause_label, followed_days, time_to_end
from escalation_sim.outcomes import observed_outcomes
from escalation_sim.parameters import Array
from escalation_sim.plots.style import (
    BLUE,
    CYCLE,
    OBSERVED,
    PALE,
    days_axis,
    percent,
    percent_axis,
    runs_in_words,
    sheet,
    styled,
    wrapped,
)
from escalation_sim.results import Result

__all__ = ["time_to_end_chart"]

_MOST_CAUSES = 7


@styled
def time_to_end_chart(result: Result) -> Figure:
    """Share of runs still going (Kaplan–Meier) and, stacked, share ended by each cause (Aalen–Johansen).

    Curves stop on the last day on which an end can still be told within the horizon.
    """
    figure = sheet(f"How long did the crisis last, and what ended it? {runs_in_words(result)}", result, 6.6)
    still, ended = figure.subplots(1, 2, sharex=True)
    still_going(still, result)
    ended_by(ended, result)
    mark_observed(still, ended, result)
    for axes in (still, ended):
        days_axis(axes, result, followed_days(result.scenario))
        percent_axis(axes.yaxis)
        axes.set_ylim(0.0, 1.0)
    return figure


def still_going(axes: Axes, result: Result) -> None:
    """The survival curve with its interval."""
    curve = time_to_end(result)
    last = followed_days(result.scenario)
    shown = curve.days <= last
    days = np.append(curve.days[shown], last)

    def extended(values: Array) -> Array:
        kept = values[shown]
        return np.append(kept, kept[-1])

    axes.fill_between(days, extended(curve.low), extended(curve.high), step="post", color=BLUE, alpha=0.3, linewidth=0)
    axes.step(days, extended(curve.share), where="post", color=BLUE, linewidth=2.4)
    axes.set_title("Share still going")
    axes.grid()


def ended_by(axes: Axes, result: Result) -> None:
    """Stacked shares ended by each cause, the most frequent at the bottom."""
    last = followed_days(result.scenario)
    bottom: Array = np.zeros(1)
    axes.set_title("Share ended, and by what")
    for colour, label, days, share in causes(result):
        top = bottom + share
        words = wrapped(f"{label}, {about(share[-1])}", 24)
        axes.fill_between(days, np.broadcast_to(bottom, days.shape), top, step="post", color=colour, linewidth=0, label=words)
        bottom = top
    days = np.array([0.0, last]) if bottom.shape == (1,) else days
    words = f"still going, {about(1.0 - bottom[-1])}"
    axes.fill_between(days, np.broadcast_to(bottom, days.shape), 1.0, step="post", color=PALE, linewidth=0, label=words)
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.01, 1.03), reverse=True, labelspacing=0.8, handlelength=1.2, borderaxespad=0.0
    )


def causes(result: Result) -> list[tuple[str, str, Array, Array]]:
    """Colour, label, days and share ended so far of each cause, most frequent first; rare ones beyond the seventh together.

    A cause has the same colour in every chart of the same scenario.
    """
    table = result.outcomes
    ended = table["days_to_end"].notna().to_numpy()
    days = np.where(ended, table["days_to_end"].to_numpy(dtype=float), result.scenario.horizon_days)
    times, incidence = cumulative_incidence(days, table["ended_by"].to_numpy(dtype=object), ended)
    last = followed_days(result.scenario)
    times = np.append(times, last)
    ordered = sorted(incidence.items(), key=lambda item: -item[1][-1])
    places = [
        "unilateral",
        "third_party",
        "exhaustion",
        *(c.name for c in result.scenario.channels if c.level != "third_party"),
    ]
    found = [
        (
            CYCLE[places.index(name) % len(CYCLE)] if name in places else CYCLE[-1],
            cause_label(name, result.scenario),
            times,
            np.append(share, share[-1]),
        )
        for name, share in ordered
    ]
    if len(found) <= _MOST_CAUSES:
        return found
    rest = np.sum([share for *_, share in found[_MOST_CAUSES - 1 :]], axis=0)
    return [*found[: _MOST_CAUSES - 1], ("#777777", "other endings", times, rest)]


def about(share: float) -> str:
    """A share in whole percent; "under 1 %" rather than 0 for what did happen."""
    return percent(share, ".0f") if share >= 0.005 or share < 1e-9 else f"under\u00a0{percent(0.01)}"


def mark_observed(still: Axes, ended: Axes, result: Result) -> None:
    """A line in both panels on the day on which the real crisis ended, named in the first."""
    day = observed_outcomes(result.scenario).get("days_to_end")
    if not isinstance(day, float) or np.isnan(day):
        return
    ended.axvline(day, color="white", linewidth=4.0)
    for axes in (still, ended):
        axes.axvline(day, color=OBSERVED, linewidth=2.0)
    style: dict[str, Any] = {"color": OBSERVED, "fontweight": "bold", "va": "top"}
    box = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.5}
    late = day > 0.5 * followed_days(result.scenario)
    place: dict[str, Any] = {"xytext": (-7, 0), "ha": "right"} if late else {"xytext": (7, 0), "ha": "left"}
    still.annotate(f"the real crisis: day {day:.0f}", (day, 0.985), textcoords="offset points", bbox=box, **style, **place)
