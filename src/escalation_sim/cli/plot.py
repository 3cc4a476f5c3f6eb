"""`escalation-sim plot`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.experiments.experiment import Experiment
    from escalation_sim.experiments.sweep import Sweep
    from escalation_sim.plots.charts import Drawing
    from escalation_sim.plots.sweeps import Shown

__all__ = ["plot"]

DEFAULT = {
    "crisis": ("peak_rung", "force", "days_to_end_or_horizon", "deaths_total"),
    "rivalry": ("crises", "attacks", "deaths_total"),
}
MOST_FACTORS = 4

Folder = Annotated[Path, typer.Argument(metavar="RESULTS", help="Folder written by run or sweep.", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the charts (default: that of the results).")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", metavar="NAME", help="Outcome to draw. Repeatable; default the usual four.")
]


def plot(results: Folder, out: Out = None, outcome: Outcomes = None) -> None:
    """Draw the charts of results that are on disk."""
    from escalation_sim.cli.run import check_folder
    from escalation_sim.experiments.store import is_data_set

    target = out if out is not None else results
    check_folder(target) if out is not None else None
    files = charts_of_sweep(results, target, outcome) if is_data_set(results) else charts_of_run(results, target, outcome)
    show_files(target, files)


def charts_of_run(results: Path, target: Path, outcome: list[str] | None) -> list[Path]:
    """The charts of what `run` wrote."""
    from escalation_sim.plots import write_charts
    from escalation_sim.results import Result

    if outcome:
        raise InputError("charts of runs show all outcomes", key="--outcome", value=outcome[0], allowed="only with a sweep")
    data = results / "data" if (results / "data").is_dir() else results
    return write_charts(Result.load(data), target)


def charts_of_sweep(results: Path, target: Path, outcome: list[str] | None) -> list[Path]:
    """The charts of a sweep."""
    from escalation_sim.experiments.sweep import load_sweep
    from escalation_sim.experiments.tables import with_outcomes
    from escalation_sim.plots.charts import write_figures

    found, asked = load_sweep(results)
    rows = with_outcomes(found.rows(), asked.scenario)
    charts = charts_for(found, asked, rows, outcomes_drawn(rows, asked, outcome))
    if not charts:
        raise InputError("nothing to draw: nothing varies", file=str(results))
    return write_figures(charts, target)


def outcomes_drawn(rows: pd.DataFrame, asked: Experiment, outcome: list[str] | None) -> list[str]:
    """Outcomes asked for, or the usual ones that are there; raises InputError for one that is not."""
    there = [name for name in rows.columns if name not in ("point", "run", "ended_by")]
    for name in outcome or ():
        if name not in there:
            raise InputError(
                "no such outcome", key="--outcome", value=name, allowed=", ".join(there), suggestion=nearest(name, there)
            )
    return outcome or [name for name in DEFAULT[asked.scenario.kind] if name in there]


def charts_for(found: Sweep, asked: Experiment, rows: pd.DataFrame, outcomes: list[str]) -> Mapping[str, Drawing]:
    """The charts that suit what varies, by file name."""
    from escalation_sim.plots import sweeps

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


def maps(rows: pd.DataFrame, points: pd.DataFrame, factors: list[str], outcomes: list[str], shown: Shown) -> dict[str, Drawing]:
    """A map of every outcome over each two factors that have three levels or more."""
    from escalation_sim.plots import sweeps

    wide = [name for name in factors if points[name].nunique() >= 3]
    return {
        f"map-{slug(first)}-{slug(second)}-{name}": partial(sweeps.heat_map_chart, rows, points, first, second, name, shown)
        for place, first in enumerate(wide)
        for second in wide[place + 1 :]
        for name in outcomes
    }


def companion(points: pd.DataFrame, factors: list[str], factor: str) -> str | None:
    """The factor with the fewest levels among the others: there is a curve for each of them."""
    from escalation_sim.plots.sweeps import MOST_CURVES

    others = [name for name in factors if name != factor and points[name].nunique() <= MOST_CURVES]
    return min(others, key=lambda name: points[name].nunique(), default=None)


def in_words(asked: Experiment) -> str:
    """What was run."""
    return f"{asked.scenario.title}  ·  {len(asked.points):,} points of {asked.runs:,} runs  ·  seed {asked.seed}"


def slug(name: str) -> str:
    """A factor's name as part of a file's."""
    return "".join(sign if sign.isalnum() else "_" for sign in name.lower())


def show_files(target: Path, files: list[Path]) -> None:
    """Say what was drawn."""
    from escalation_sim.cli.compare import say_wrapped

    names = sorted({path.stem for path in files})
    say_wrapped(f"Charts (PNG and SVG) in {target}: {', '.join(names)}")
