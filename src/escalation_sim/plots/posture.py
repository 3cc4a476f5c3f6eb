"""Posture over time, side by side for the two countries."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from escalation_sim.outcomes import observed_outcomes, observed_postures
from escalation_sim.parameters import Array
from escalation_sim.plots.style import (
    COUNTRY_COLOURS,
    INK,
    OBSERVED,
    days_axis,
    literal,
    percent_axis,
    rung_labels,
    runs_in_words,
    sheet,
    styled,
)
from escalation_sim.results import Result

__all__ = ["posture_chart"]

_QUIET_SHARE = 0.98
_LEAST_DAYS = 21.0


@styled
def posture_chart(result: Result) -> Figure:
    """Fan of the posture of each country: where half and nine tenths of the runs stand, the median, and the real path.

    A run that has ended stays on its last rung; the strips below say what share has ended. Days after nearly all runs have ended
    are cut off.
    """
    names = [country.label for country in result.scenario.countries]
    figure = sheet(f"Where did the two sides stand, day by day? {runs_in_words(result)}", result, 7.9)
    grid = figure.subplots(2, 2, sharex=True, sharey="row", height_ratios=[6.0, 1.0])
    last = days_shown(result)
    for place, name in enumerate(names):
        fan(grid[0, place], result, place, last)
        grid[0, place].set_title(literal(name))
        ended_strip(grid[1, place], result)
        days_axis(grid[1, place], result, last)
    ladder = result.scenario.ladder
    grid[0, 0].set_yticks(range(len(ladder)), rung_labels(ladder), fontsize=11.5, linespacing=1.05)
    grid[0, 0].set_ylim(-0.5, ladder.top + 0.5)
    grid[1, 0].set_ylabel("runs ended", rotation=0, ha="right", va="center")
    key(figure, result)
    return figure


def days_shown(result: Result) -> float:
    """Days on the axis: until 98 % of the runs have ended and past the end of the real crisis, three weeks at least."""
    horizon = float(result.scenario.horizon_days)
    ended = result.fan["ended"].to_numpy()
    late = np.flatnonzero(ended >= _QUIET_SHARE)
    runs_end = float(late[0] + 1) if len(late) else horizon
    real = observed_outcomes(result.scenario).get("days_to_end")
    real_end = float(real) + result.scenario.quiet_days if isinstance(real, float) and not np.isnan(real) else 0.0
    return min(max(runs_end, real_end, _LEAST_DAYS), horizon)


def fan(axes: Axes, result: Result, place: int, last: float) -> None:
    """Bands, median and real path of one country."""
    posture = result.fan["posture"].isel(country=place)
    days = np.concatenate([[0.0], result.fan["day"].to_numpy().astype(float)])

    def quantile(q: float) -> Array:
        values = posture.sel(quantile=q, method="nearest").to_numpy()
        return np.concatenate([values[:1], values])

    colour = COUNTRY_COLOURS[place]
    for low, high, strength in ((0.05, 0.95, 0.20), (0.25, 0.75, 0.40)):
        bottom, top = quantile(low) - 0.18, quantile(high) + 0.18
        axes.fill_between(days, bottom, top, step="pre", color=colour, alpha=strength, linewidth=0)
    axes.step(days, quantile(0.5), where="pre", color=colour, linewidth=4.5)
    if result.scenario.observed is not None:
        path = observed_postures(result.scenario)[place]
        times = np.arange(len(path) + 1) * result.scenario.step_hours / 24.0
        axes.step(times, np.append(path, path[-1]), where="post", color=OBSERVED, linewidth=1.8)
    axes.grid(axis="y")
    axes.set_xlim(0.0, last)
    axes.tick_params(axis="y", length=0)


def ended_strip(axes: Axes, result: Result) -> None:
    """Share of runs ended by day, as a thin area."""
    days = np.concatenate([[0.0], result.fan["day"].to_numpy().astype(float)])
    known = np.sort(result.outcomes["days_to_end"].dropna().to_numpy(dtype=float))
    ended = np.searchsorted(known, days, side="right") / len(result.outcomes)
    axes.fill_between(days, ended, step="post", color=INK, alpha=0.25, linewidth=0)
    axes.step(days, ended, where="post", color=INK, linewidth=1.2)
    percent_axis(axes.yaxis)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([0.0, 1.0])


def key(figure: Figure, result: Result) -> None:
    """One key for both panels, under them."""
    grey = "#777777"
    handles: list[Patch | Line2D] = [
        Line2D([], [], color=grey, linewidth=4.5, label="median run"),
        Patch(color=grey, alpha=0.6, linewidth=0, label="half of the runs"),
        Patch(color=grey, alpha=0.25, linewidth=0, label="nine in ten runs"),
    ]
    if result.scenario.observed is not None:
        handles.append(Line2D([], [], color=OBSERVED, linewidth=1.8, label="the real crisis"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
