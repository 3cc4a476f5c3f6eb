"""Charts of claims: all verdicts by theory, and for each claim its differences by world and theory."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from escalation_sim.analysis.verdicts import ANSWERS, NO_EFFECT, OPPOSITE, SUPPORTED, UNDECIDED
from escalation_sim.experiments.claims import Judgement, Verdict, Verdicts
from escalation_sim.parameters import Array
from escalation_sim.plots.charts import FORMATS, write_figures
from escalation_sim.plots.style import BLUE, GREY, INK, PALE, VERMILION, literal, percent, styled, titled, wrapped

__all__ = ["charts_of_claims", "claim_chart", "claims_chart", "write_claims_charts"]

FILLS = {SUPPORTED: "#B9D6E8", NO_EFFECT: "#E4E4E4", OPPOSITE: "#F2C6AE", UNDECIDED: "#FFFFFF"}
"""Colour of a verdict; the word stands in it."""

EDGES = {SUPPORTED: BLUE, NO_EFFECT: "#5A5A5A", OPPOSITE: VERMILION, UNDECIDED: GREY}

_ROW, _PANEL = 0.48, 2.75
_ROOM = 0.36  # over the rows, for the words of the regions


@styled
def claims_chart(found: Verdicts) -> Figure:
    """Verdict on every claim over all worlds and under every theory; under it the share of the worlds in which it is supported."""
    plan = found.plan
    below = f"{plan.sets} sets of numbers, {plan.runs:,} paired runs each (rivalries {plan.rivalry_runs:,})  ·  a statement about the model, not about the world"
    figure = titled("What the model says of the claims", below, _ROW * len(found.claims) + 1.9)
    axes = figure.subplots()
    columns = ["all", *found.theories]
    for row, one in enumerate(found.claims):
        for column, theory in enumerate(columns):
            verdict = one.verdict if theory == "all" else one.by_theory[theory][0]
            cell(axes, column, row, verdict, share_of(one, theory))
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(found.claims) - 0.5, -0.5)
    axes.set_xticks(range(len(columns)), ["all worlds", *(wrapped(theory.replace("_", " "), 12) for theory in found.theories)])
    axes.set_yticks(range(len(found.claims)), [one.claim.name for one in found.claims])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    figure.text(
        0.015, 0.12 / figure.get_figheight(), "Holds in: share of the worlds in which the claim is supported; of several tests, the one that is so least often.", fontsize=11, color="#555555"
    )  # fmt: skip
    engine = figure.get_layout_engine()
    if engine is not None:
        below_rows = 0.36 / figure.get_figheight()
        engine.set(rect=(0.008, below_rows, 0.984, 1.0 - 0.86 / figure.get_figheight() - below_rows))  # type: ignore[call-arg]
    return figure


def cell(axes: Axes, column: int, row: int, verdict: str, share: float) -> None:
    """A verdict in its colour, with its word and a share."""
    hatch = "////" if verdict == UNDECIDED else None
    axes.add_patch(
        Rectangle((column - 0.48, row - 0.44), 0.96, 0.88, facecolor=FILLS[verdict], edgecolor=PALE, hatch=hatch, linewidth=0.8)
    )
    weight = "bold" if column == 0 else "normal"
    text = verdict if np.isnan(share) else f"{verdict}\nholds in {percent(share, '.0f')}"
    axes.text(
        column, row, text, ha="center", va="center", fontsize=9, color=INK, weight=weight, linespacing=1.15,
        bbox={"facecolor": FILLS[verdict], "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def share_of(one: Verdict, theory: str) -> float:
    """Share of the worlds in which every deciding test is supported, at most: that of the test that is so least often."""
    findings = [test.overall if theory == "all" else test.by_theory[theory] for test in one.deciding]
    return min(each.shares[SUPPORTED].value for each in findings)


@styled
def claim_chart(found: Verdicts, one: Verdict) -> Figure:
    """For each test the difference in every world (dots) and its mean with interval, by theory; shaded where it is too small to matter."""
    why = f" ({one.why})" if one.why else ""
    says = literal(textwrap.shorten(one.claim.says, 104, placeholder=" …"))
    figure = titled(f"{one.claim.name}: {one.verdict}{why}", says, _PANEL * len(one.tests) + 1.5)
    panels = figure.subplots(len(one.tests), 1, squeeze=False)[:, 0]
    for place, (axes, test) in enumerate(zip(panels, one.tests, strict=True)):
        rows = found.effects[(found.effects["claim"] == one.claim.name) & (found.effects["test"] == place)]
        panel(axes, test, rows, found.theories)
    handles = [
        Line2D([], [], color=GREY, marker="o", markersize=4, linestyle="none", alpha=0.6, label="one world"),
        Line2D([], [], color=INK, marker="D", markersize=7, linewidth=2.2, label="mean of the worlds, 95 % interval"),
        Rectangle((0, 0), 1, 1, facecolor="#EFEFEF", label="too small to matter"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def panel(axes: Axes, one: Judgement, rows: pd.DataFrame, theories: Sequence[str]) -> None:
    """One test."""
    test = one.test
    shown = rows[rows["effect"].notna()]
    lines = ["all", *theories]
    axes.axvspan(-test.smallest, test.smallest, color="#EFEFEF", zorder=0)
    axes.axvline(0.0, color="#888888", linewidth=0.8, zorder=1)
    rng = np.random.default_rng(1)
    for row, theory in enumerate(lines):
        findings = one.overall if theory == "all" else one.by_theory[theory]
        if theory != "all":
            values = shown.loc[shown["theory"] == theory, "effect"].to_numpy()
            axes.plot(values, row + rng.uniform(-0.22, 0.22, len(values)), "o", color=GREY, markersize=3, alpha=0.6, zorder=2)
        if not np.isnan(findings.mean.value):
            colour = EDGES[findings.verdict] if findings.verdict != UNDECIDED else INK
            axes.plot([findings.mean.low, findings.mean.high], [row, row], color=colour, linewidth=2.6, zorder=3)
            axes.plot(findings.mean.value, row, "D", color=colour, markersize=7, zorder=4)
        axes.text(1.01, row, findings.verdict, transform=axes.get_yaxis_transform(), va="center", fontsize=10.5)
    scale_of(axes, shown["effect"].to_numpy(), test.smallest)
    axes.set_ylim(len(lines) - 0.5, -0.5 - 2 * _ROOM)
    axes.set_yticks(range(len(lines)), ["all worlds", *(theory.replace("_", " ") for theory in theories)])
    beside = "" if test.decides else " (told beside the verdict)"
    comparison = test.comparison
    axes.set_title(wrapped(f"{test.in_words}, {test.unit}{beside} · {comparison.scenario}: {comparison.with_.called}, less {comparison.against.called}", 104),
                   fontsize=10.5, weight="normal")  # fmt: skip
    regions(axes, test.expects, test.smallest)


def scale_of(axes: Axes, values: Array, smallest: float) -> None:
    """Straight about zero, logarithmic beyond twice the smallest effect that matters, so that far worlds stay on the sheet."""
    reach = max(float(np.max(np.abs(values), initial=0.0)) * 1.25, 4.0 * smallest)
    if reach > 12.0 * smallest:
        axes.set_xscale("symlog", linthresh=2.0 * smallest, linscale=0.8)
        axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _place: f"{value:g}".replace("-", "−")))
    axes.set_xlim(-reach, reach)


def regions(axes: Axes, expects: str, smallest: float) -> None:
    """What each region would say of the claim."""
    left, right = axes.get_xlim()
    transform = axes.transData
    middle = [(left - smallest) / 2, 0.0, (smallest + right) / 2]
    if axes.get_xscale() == "symlog":
        middle = [-np.sqrt(max(-left, smallest) * smallest), 0.0, np.sqrt(max(right, smallest) * smallest)]
        middle = [2 * middle[0], 0.0, 2 * middle[2]]
    for at, word in zip(middle, ANSWERS[expects], strict=True):
        axes.text(
            at,
            -0.5 - _ROOM,
            word,
            ha="center",
            va="center",
            fontsize=10,
            style="italic",
            color=EDGES[word],
            transform=transform,
        )


def charts_of_claims(found: Verdicts) -> dict[str, Callable[[], Figure]]:
    """All verdicts and each claim, by file name: `claims` and `claims-<name>`."""
    each = {f"claims-{one.claim.name}": partial(claim_chart, found, one) for one in found.claims}
    return {"claims": partial(claims_chart, found), **each}


def write_claims_charts(
    found: Verdicts, folder: str | Path, formats: Sequence[str] = FORMATS, dpi: float | None = None
) -> list[Path]:
    """All charts as files; see `charts_of_claims` and `write_figures`."""
    return write_figures(charts_of_claims(found), folder, formats, dpi)
