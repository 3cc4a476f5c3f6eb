"""The charts of a sweep that suit what varies in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from escalation_sim.experiments.experiment import Experiment
from escalation_sim.experiments.sweep import Sweep
from escalation_sim.experiments.tables import with_outcomes
from escalation_sim.plots import sweeps
from escalation_sim.plots.charts import Drawing

__all__ = ["MOST_FACTORS", "charts_of_sweep", "rows_of", "usual_outcomes"]

USUAL = {
    "crisis": ("peak_rung", "force", "days_to_end_or_horizon", "deaths_total"),
    "rivalry": ("crises", "attacks", "deaths_total"),
}
"""Outcomes that are drawn unless others are asked for."""

MOST_FACTORS = 4


def rows_of(found: Sweep, asked: Experiment) -> pd.DataFrame:
    """One row per point and run, with the outcomes that follow from others."""
    return with_outcomes(found.rows(), asked.scenario)


def usual_outcomes(rows: pd.DataFrame, asked: Experiment) -> list[str]:
    """The usual outcomes that are there."""
    return [name for name in USUAL[asked.scenario.kind] if name in rows.columns]


def charts_of_sweep(found: Sweep, asked: Experiment, rows: pd.DataFrame, outcomes: Sequence[str]) -> Mapping[str, Drawing]:
    """The charts that suit what varies, by file name."""
    points = found.points[found.points["error"].isna()].drop(columns="error")
    shown = sweeps.Shown(asked.question, in_words(asked), asked.scenario.ladder)
    channels = [name for name in points.columns if set(points[name]) == {"open", "closed"}]
    factors = [name for name in points.columns if 1 < points[name].nunique() <= 40 and name not in channels]
    if len(channels) == 1:
        factors, channels = [*factors, *channels], []
    charts: dict[str, Drawing] = {}
    if channels and not factors:
        charts |= {f"lines-{name}": partial(sweeps.lines_chart, rows, points, channels, name, shown) for name in outcomes}
    factors = factors[:MOST_FACTORS]
    for factor in factors:
        by = companion(points, factors, factor)
        charts[f"by-{slug(factor)}"] = partial(sweeps.factor_chart, rows, points, factor, outcomes, shown, by)
        if "days_to_end" in rows and points[factor].nunique() <= sweeps.MOST_CURVES:
            last = asked.scenario.horizon_days
            charts[f"survival-{slug(factor)}"] = partial(sweeps.survival_chart, rows, points, factor, last, shown)
    return charts | maps(rows, points, factors, outcomes, shown)


def maps(
    rows: pd.DataFrame, points: pd.DataFrame, factors: list[str], outcomes: Sequence[str], shown: sweeps.Shown
) -> dict[str, Drawing]:
    """A map of every outcome over each two factors that have three levels or more."""
    wide = [name for name in factors if points[name].nunique() >= 3]
    return {
        f"map-{slug(first)}-{slug(second)}-{name}": partial(sweeps.heat_map_chart, rows, points, first, second, name, shown)
        for place, first in enumerate(wide)
        for second in wide[place + 1 :]
        for name in outcomes
    }


def companion(points: pd.DataFrame, factors: list[str], factor: str) -> str | None:
    """The factor with the fewest levels among the others: there is a curve for each of them."""
    others = [name for name in factors if name != factor and points[name].nunique() <= sweeps.MOST_CURVES]
    return min(others, key=lambda name: points[name].nunique(), default=None)


def in_words(asked: Experiment) -> str:
    """What was run."""
    return f"{asked.scenario.title}  ·  {len(asked.points):,} points of {asked.runs:,} runs  ·  seed {asked.seed}"


def slug(name: str) -> str:
    """A factor's name as part of a file's."""
    return "".join(sign if sign.isalnum() else "_" for sign in name.lower())
