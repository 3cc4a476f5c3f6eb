"""How many people die."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from escalation_sim.analysis.estimates import quantiles_of
from escalation_sim.parameters import Array
from escalation_sim.plots.style import COUNTRY_COLOURS, INK, OBSERVED, PALE, literal, percent_axis, runs_in_words, sheet, styled
from escalation_sim.results import Result

__all__ = ["deaths_chart"]

Range = tuple[float, float]

_NOBODY = 0.35
"""Where runs without deaths stand on the logarithmic axis."""

_PER_FACTOR_OF_TEN = 10


@styled
def deaths_chart(result: Result) -> Figure:
    """Distribution of deaths in all and by country on a logarithmic scale, with the middle 80 % of the runs and the real range."""
    figure = sheet(f"How many people died? Deaths in {runs_in_words(result)}", result, 7.4)
    panels = figure.subplots(3, 1, sharex=True)
    table, scenario = result.outcomes, result.scenario
    real = scenario.observed
    shown = [("Both countries", "deaths_total", INK, real.deaths_total if real else None)]
    for country, colour in zip(scenario.countries, COUNTRY_COLOURS, strict=True):
        shown.append((country.label, f"deaths_{country.name}", colour, real.deaths.get(country.name) if real else None))
    most = max(float(table["deaths_total"].max()), *(there[1] for *_, there in shown if there), 100.0)
    edges = bins(most)
    for axes, (label, name, colour, there) in zip(panels, shown, strict=True):
        panel(axes, table[name].to_numpy(dtype=float), edges, colour, there)
        axes.set_title(literal(label))
    deaths_axis(panels[-1], most)
    panels[1].set_ylabel("share of runs")
    key(figure, any(there is not None for *_, there in shown))
    return figure


def bins(most: float) -> Array:
    """Edges of the bars: one for nobody, whole numbers up to ten, then ten to each factor of ten."""
    small = np.arange(1.0, 11.0) - 0.5
    steps = int(np.ceil(np.log10(most + 1.0) * _PER_FACTOR_OF_TEN)) + 1
    large = 10.0 ** (np.arange(_PER_FACTOR_OF_TEN + 1, steps + 1) / _PER_FACTOR_OF_TEN) - 0.5
    return np.concatenate([[_NOBODY * _NOBODY / 0.5], small, large])


def place_of(deaths: Array) -> Array:
    """Where numbers of deaths stand on the axis: less than half a person is nobody."""
    return np.where(deaths < 0.5, _NOBODY, deaths)


def panel(axes: Axes, deaths: Array, edges: Array, colour: str, real: Range | None) -> None:
    """One distribution, its middle 80 % and median, and the real range."""
    low, median, high = place_of(np.array(quantiles_of(deaths, (0.1, 0.5, 0.9))))
    low = edges[0] if low < 0.5 else low
    high = edges[1] if high < 0.5 else high
    axes.axvspan(low, max(high, low * 1.02), color=PALE, alpha=0.55, linewidth=0, zorder=0)
    weights = np.full(len(deaths), 1.0 / len(deaths))
    heights, _, _ = axes.hist(place_of(deaths), bins=edges.tolist(), weights=weights, color=colour, alpha=0.8, linewidth=0)
    axes.axvline(median, color=INK, linewidth=2.0, linestyle=(0, (1.5, 1.5)))
    if real is not None:
        bottom, top = place_of(np.array(real))
        axes.axvspan(bottom / 1.02, top * 1.02, facecolor="none", edgecolor=OBSERVED, linewidth=2.0, hatch="////")
    axes.set_xscale("log")
    percent_axis(axes.yaxis)
    axes.set_ylim(0.0, max(float(np.max(heights)) * 1.08, 1e-3))
    axes.grid(axis="y")


def deaths_axis(axes: Axes, most: float) -> None:
    """Persons on a logarithmic axis that begins with nobody."""
    decades = 10.0 ** np.arange(0, int(np.ceil(np.log10(most))) + 1)
    axes.set_xlim(_NOBODY / 1.5, most * 1.5)
    axes.xaxis.set_major_locator(mpl.ticker.FixedLocator([_NOBODY, *decades.tolist()]))
    axes.xaxis.set_major_formatter(lambda value, _place: "nobody" if value < 0.5 else f"{value:,.0f}")
    axes.xaxis.set_minor_locator(mpl.ticker.FixedLocator([step * decade for decade in decades for step in range(2, 10)]))
    axes.xaxis.set_minor_formatter(mpl.ticker.NullFormatter())
    axes.set_xlabel("deaths of own nationals (logarithmic scale)")


def key(figure: Figure, real: bool) -> None:
    """One key for all panels, under them."""
    handles: list[Patch | Line2D] = [
        Patch(color=PALE, linewidth=0, label="middle 80 % of the runs"),
        Line2D([], [], color=INK, linewidth=2.0, linestyle=(0, (1.5, 1.5)), label="median run"),
    ]
    if real:
        handles.append(
            Patch(facecolor="none", edgecolor=OBSERVED, hatch="////", linewidth=2.0, label="the real crisis, range of counts")
        )
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
