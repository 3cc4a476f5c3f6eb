"""`escalation-sim plot`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.plots.charts import Drawing

__all__ = ["plot"]

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="RESULTS", help="Folder written by run, compare, attribute, sweep, sensitivity or claims.", show_default=False
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the charts (default: that of the results).")]
Outcomes = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="NAME", help="Outcome of a sweep to draw. Repeatable; default the usual four."),
]


def plot(results: Folder, out: Out = None, outcome: Outcomes = None) -> None:
    """Draw the charts of results that are on disk."""
    from escalation_sim.cli.run import check_folder
    from escalation_sim.experiments.store import is_data_set
    from escalation_sim.plots.charts import write_figures

    target = out if out is not None else results
    if out is not None:
        check_folder(target)
    if is_data_set(results):
        charts = charts_of_sweep(results, outcome)
    elif outcome:
        raise InputError("their charts show all outcomes", key="--outcome", value=outcome[0], allowed="only with a sweep")
    else:
        charts = charts_of(results)
    show_files(target, write_figures(charts, target))


def charts_of(results: Path) -> Mapping[str, Drawing]:
    """The charts of anything but a sweep, by file name."""
    from escalation_sim.experiments.archive import kind_of
    from escalation_sim.experiments.claims import holds_claims
    from escalation_sim.experiments.sensitivity_kept import holds_sensitivity

    if holds_claims(results):
        return charts_of_claims(results)
    if holds_sensitivity(results):
        return charts_of_sensitivity(results)
    readers: dict[str, Callable[[Path], Mapping[str, Drawing]]] = {
        "comparison": charts_of_comparison,
        "attribution": charts_of_attribution,
    }
    return readers.get(kind_of(results) or "", charts_of_runs)(results)


def charts_of_runs(results: Path) -> Mapping[str, Drawing]:
    """The charts of what `run` wrote."""
    from escalation_sim.plots import charts_of
    from escalation_sim.results import Result

    result = Result.load(results / "data" if (results / "data").is_dir() else results)
    return {name: partial(chart, result) for name, chart in charts_of(result).items()}


def charts_of_comparison(results: Path) -> Mapping[str, Drawing]:
    """The charts of what `compare` wrote."""
    from escalation_sim.experiments.comparison import load_comparison
    from escalation_sim.plots.comparison import charts_of_comparison

    return charts_of_comparison(load_comparison(results)[0])


def charts_of_attribution(results: Path) -> Mapping[str, Drawing]:
    """The charts of what `attribute` wrote."""
    from escalation_sim.experiments.attribution import load_attributions
    from escalation_sim.plots.shapley import charts_of_attributions

    return charts_of_attributions(load_attributions(results)[0])


def charts_of_claims(results: Path) -> Mapping[str, Drawing]:
    """The charts of what `claims` wrote."""
    from escalation_sim.experiments.claims import load_verdicts
    from escalation_sim.plots.claims import charts_of_claims

    return charts_of_claims(load_verdicts(results)[0])


def charts_of_sensitivity(results: Path) -> Mapping[str, Drawing]:
    """The charts of what `sensitivity` wrote."""
    from escalation_sim.experiments.sensitivity_kept import load_sensitivity
    from escalation_sim.plots.sensitivity import charts_of_sensitivity

    found, ends, kept = load_sensitivity(results)
    return charts_of_sensitivity(found, ends, kept["top"])


def charts_of_sweep(results: Path, outcome: list[str] | None) -> Mapping[str, Drawing]:
    """The charts of a sweep."""
    from escalation_sim.experiments.sweep import load_sweep
    from escalation_sim.plots.album import charts_of_sweep, rows_of, usual_outcomes

    found, asked = load_sweep(results)
    rows = rows_of(found, asked)
    charts = charts_of_sweep(found, asked, rows, known_outcomes(rows, outcome) or usual_outcomes(rows, asked))
    if not charts:
        raise InputError("nothing to draw: nothing varies", file=str(results))
    return charts


def known_outcomes(rows: pd.DataFrame, outcome: list[str] | None) -> list[str] | None:
    """The outcomes asked for; raises InputError for one that is not there."""
    there = [name for name in rows.columns if name not in ("point", "run", "ended_by")]
    for name in outcome or ():
        if name not in there:
            raise InputError(
                "no such outcome", key="--outcome", value=name, allowed=", ".join(there), suggestion=nearest(name, there)
            )
    return outcome


def show_files(target: Path, files: list[Path]) -> None:
    """Say what was drawn."""
    from escalation_sim.cli.compare import say_wrapped

    names = sorted({path.stem for path in files})
    say_wrapped(f"Charts (PNG and SVG) in {target}: {', '.join(names)}")
