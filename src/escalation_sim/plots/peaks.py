"""How high crises climb."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escalation_sim.analysis.estimates import Estimate, share_of
from escalation_sim.outcomes import observed_outcomes
from escalation_sim.plots.style import BLUE, INK, OBSERVED, percent, percent_axis, rung_labels, runs_in_words, sheet, styled
from escalation_sim.results import Result

__all__ = ["peaks_chart"]


@styled
def peaks_chart(result: Result) -> Figure:
    """Share of runs that peak at each rung, with the interval of 95 % (Wilson), the real peak marked."""
    ladder = result.scenario.ladder
    figure = sheet(
        f"How high did the crisis climb? Peak rung in {runs_in_words(result)}", result, max(0.52 * len(ladder) + 1.8, 4.6)
    )
    axes = figure.subplots()
    peak = result.outcomes["peak_rung"].to_numpy(dtype=float)
    shares = [share_of(peak == rung) for rung in range(len(ladder))]
    bars(axes, shares)
    mark_observed(axes, result, shares)
    axes.set_yticks(range(len(ladder)), rung_labels(ladder, 40))
    axes.set_ylim(-0.6, ladder.top + 0.6)
    percent_axis(axes.xaxis)
    axes.set_xlim(0.0, room(shares, observed_peak(result)))
    axes.set_xlabel("share of runs; the whisker is the 95 % interval for the number of runs")
    return figure


def observed_peak(result: Result) -> int | None:
    """Rung at which the real crisis peaked; None where nothing is on record."""
    peak = observed_outcomes(result.scenario).get("peak_rung")
    return int(peak) if isinstance(peak, float) else None


def room(shares: list[Estimate], real: int | None) -> float:
    """Right end of the axis: past the longest whisker, with room for what is written behind it."""
    longest = max(share.high for share in shares)
    return longest * 1.18 if real is None else max(longest * 1.18, shares[real].high + 0.5 * longest)


def bars(axes: Axes, shares: list[Estimate]) -> None:
    """A bar, a whisker and the number for each rung."""
    rungs = np.arange(len(shares))
    values = np.array([share.value for share in shares])
    reach = np.array([[share.value - share.low for share in shares], [share.high - share.value for share in shares]])
    axes.barh(rungs, values, height=0.68, color=BLUE, alpha=0.75, linewidth=0)
    axes.errorbar(values, rungs, xerr=np.maximum(reach, 0.0), fmt="none", ecolor=INK, elinewidth=1.5, capsize=4)
    for rung, share in enumerate(shares):
        axes.annotate(percent(share.value, ".1f"), (share.high, rung), (8, 0), textcoords="offset points", va="center")
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)


def mark_observed(axes: Axes, result: Result, shares: list[Estimate]) -> None:
    """Name the rung at which the real crisis peaked."""
    peak = observed_peak(result)
    if peak is None:
        return
    place = (shares[peak].high, peak)
    style = {"color": OBSERVED, "fontweight": "bold", "va": "center"}
    axes.annotate("◄ the real crisis", place, (64, 0), textcoords="offset points", **style)  # type: ignore[arg-type]
