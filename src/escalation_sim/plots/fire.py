"""Fire across the line, year by year."""

from __future__ import annotations

import datetime

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from escalation_sim.analysis.estimates import quantiles_of
from escalation_sim.parameters import Array
from escalation_sim.plots.style import INK, OBSERVED, PALE, literal, runs_in_words, sheet, styled
from escalation_sim.results import Result
from escalation_sim.rivalry import years
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.history import DYAD, Violations, violations

__all__ = ["covered_years", "fire_chart", "is_recorded", "rates"]

_LEAST_DAYS = 90
_ROUND_UP = 1.6
_LINEAR = 10.0
_MARKERS = ("o", "D")
_SIDE = 0.16
_NOTE = "Each side counts what it says the other did; the two counts differ, and neither was checked by anybody else."


@styled
def fire_chart(result: Result) -> Figure:
    """Violations a year, median and 10 to 90 % of the runs, and the counts on record of each side as ranges.

    Years of which the scenario covers a part are put at their rate a year; under three months they are left out.
    """
    figure = sheet(f"How much fire across the line, year by year? {runs_in_words(result)}", result, 6.6)
    axes = figure.subplots()
    shown, per_year = rates(result)
    low, median, high = np.array([quantiles_of(values, (0.1, 0.5, 0.9)) for values in per_year]).T
    edges = np.append(np.array(shown, dtype=float) - 0.5, shown[-1] + 0.5)
    axes.fill_between(edges, np.append(low, low[-1]), np.append(high, high[-1]), step="post", color=PALE, linewidth=0)
    axes.step(edges, np.append(median, median[-1]), where="post", color=INK, linewidth=2.5)
    recorded = [one for one in violations() if one.year in shown] if is_recorded(result.scenario) else []
    for one in recorded:
        draw_count(axes, one, result.scenario)
    most = max([float(high.max()), *(one.high for one in recorded), 2.0 * _LINEAR])
    scales(axes, shown, most)
    key(figure, recorded, result.scenario)
    return figure


def is_recorded(scenario: Scenario) -> bool:
    """Whether a scenario is about the two countries of the record."""
    return "-".join(sorted(country.name for country in scenario.countries)) == DYAD


def covered_years(scenario: Scenario) -> dict[int, float]:
    """Share of each year that a scenario covers, years of three months or more; all years if there are none."""
    last = scenario.start + datetime.timedelta(days=scenario.horizon_days)
    days = {}
    for year in years(scenario):
        begin, end = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
        days[year] = (min(end, last) - max(begin, scenario.start)).days
    long = {year: covered / 365.25 for year, covered in days.items() if covered >= _LEAST_DAYS}
    return long or {year: covered / 365.25 for year, covered in days.items() if covered > 0}


def rates(result: Result) -> tuple[list[int], Array]:
    """Years, and violations at their rate a year, shape (year, run)."""
    covered = covered_years(result.scenario)
    counts = [result.outcomes[f"violations_{year}"].to_numpy(dtype=float) / min(share, 1.0) for year, share in covered.items()]
    return list(covered), np.array(counts)


def side_of(one: Violations, scenario: Scenario) -> int:
    """Place of the side that counted."""
    return [country.name for country in scenario.countries].index(one.reported_by)


def draw_count(axes: Axes, one: Violations, scenario: Scenario) -> None:
    """A count on record: a point, or a range; an arrow upwards where it is a minimum."""
    side = side_of(one, scenario)
    x = one.year + (_SIDE if side else -_SIDE)
    face = "white" if side else OBSERVED
    axes.plot([x, x], [one.low, one.high], color=OBSERVED, linewidth=2.5, zorder=3, solid_capstyle="butt")
    axes.plot(
        [x, x],
        [one.low, one.high],
        color=OBSERVED,
        marker=_MARKERS[side],
        markersize=7,
        markerfacecolor=face,
        linestyle="",
        zorder=4,
        clip_on=False,
    )
    if one.at_least:
        arrow = {"arrowstyle": "-|>", "color": OBSERVED, "linewidth": 1.8}
        axes.annotate(
            "", (x, one.high), (0.0, 24.0), textcoords="offset points", arrowprops={**arrow, "arrowstyle": "<|-"}, zorder=3
        )


def scales(axes: Axes, shown: list[int], most: float) -> None:
    """Years across; upwards a scale that is even to ten and goes by factors of ten above."""
    axes.set_yscale("symlog", linthresh=_LINEAR, linscale=0.6)
    axes.set_ylim(0.0, most * _ROUND_UP)
    ticks = [
        0.0,
        *(10.0**power for power in range(1, int(np.ceil(np.log10(most * _ROUND_UP))) + 1) if 10.0**power <= most * _ROUND_UP),
    ]
    axes.yaxis.set_major_locator(mpl.ticker.FixedLocator(ticks))
    axes.yaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}")
    axes.yaxis.set_minor_locator(mpl.ticker.FixedLocator([step * tick for tick in ticks[1:] for step in range(2, 10)]))
    axes.yaxis.set_minor_formatter(mpl.ticker.NullFormatter())
    axes.set_ylabel("violations a year (by factors of ten)")
    axes.set_xlim(shown[0] - 0.6, shown[-1] + 0.6)
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(10, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _place: f"{value:.0f}")
    axes.grid(axis="y")


def key(figure: Figure, recorded: list[Violations], scenario: Scenario) -> None:
    """What is what, and a word on the counts."""
    handles: list[Patch | Line2D] = [
        Line2D([], [], color=INK, linewidth=2.5, label="median run"),
        Patch(color=PALE, linewidth=0, label="middle 80 % of the runs"),
    ]
    for side in sorted({side_of(one, scenario) for one in recorded}):
        label = literal(f"counted by {scenario.countries[side].label}")
        face = "white" if side else OBSERVED
        handles.append(
            Line2D(
                [], [], color=OBSERVED, linewidth=2.5, marker=_MARKERS[side], markersize=7, markerfacecolor=face, label=label
            )
        )
    title = f"{_NOTE}\nArrow: at least so many." if recorded else None
    legend = figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), title=title)
    legend.get_title().set_fontsize(11.5)
    legend.get_title().set_multialignment("center")
