"""What decides an outcome or an effect: what `sensitivity` writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from escalation_sim.analysis.gist import Gist
from escalation_sim.experiments.indices import MORRIS
from escalation_sim.experiments.sensitivity import Sensitivity
from escalation_sim.experiments.sensitivity_in_words import chance_in_words, figure, notes, percent, signed_size
from escalation_sim.experiments.sensitivity_kept import holds_sensitivity, load_sensitivity
from escalation_sim.experiments.tornado import Tornado
from escalation_sim.plots.sensitivity import charts_of_sensitivity
from escalation_sim.report.page import Assumptions, Chart, Page, Table, chart
from escalation_sim.report.remaking import from_scenario

__all__ = ["holds", "page"]

_CAPTIONS = {
    "morris": "How much the outcome moves when a number moves half its range, the others anywhere, with 95 % intervals for the number of points.",
    "sobol": "Shares of the variance between points that go with each number, with 95 % intervals for the number of points.",
    "tornado": "What the outcome becomes where one number stands low or high in its range and all others at their central values.",
}
_NAMED = 3


def holds(folder: Path) -> bool:
    """Whether a folder holds a sensitivity analysis."""
    return holds_sensitivity(folder)


def page(folder: Path) -> Page:
    """The analysis told."""
    found, ends, kept = load_sensitivity(folder)
    outcome, varied = found.outcome.replace("_", " "), int(found.indices["numbers"].sum())
    what = f"the effect of “{found.effect}” on the {outcome}" if found.effect else f"the {outcome}"
    return Page(
        title=f"{found.scenario.title}: what decides {what}",
        under=f"{varied:,} numbers varied by the method of {found.method.capitalize()}, {found.runs} runs of each point on the same luck, seed {found.seed}, "
        f"escalation-sim {kept['software']['escalation_sim']}",
        about=found.scenario.about,
        question=f"Which of the model's numbers decide {what}, and how much of it is chance?",
        answers=(answer(found, what),),
        remarks=(chance_in_words(found),),
        seen="What decides it",
        charts=tuple(charts(found, ends, kept["top"])),
        tables=(table_of(found, kept["top"]),),
        assumptions=Assumptions(
            "Every number was moved within the range that is declared for it; most of these ranges are assumed. A number without a range stands still and is not told of. "
            + " ".join(notes(found))
        ),
        remake=from_scenario(
            found.scenario, "sensitivity", kept["arguments"], f"results/sensitivity-{found.scenario.name}-{kept['arguments'][1]}", found.seed,
            f"{found.runs} runs of each point", kept["software"],
        ),
    )  # fmt: skip


def answer(found: Sensitivity, what: str) -> Gist:
    """The numbers that move it most, as far as noise lets them be told."""
    footing = "In brackets 95 % intervals for the number of points. They say nothing about doubt in the ranges or in the model."
    rows: list[Any] = [one for one in found.indices.to_dict("records") if one["low"] > one.get("noise", 0.0)][:_NAMED]
    if not rows:
        return Gist(f"No number moves {what} by more than the finite number of runs would by itself.", footing)
    if found.method == MORRIS:
        told = [f"“{one['label']}” ({figure(one['effect'])}, {figure(one['low'])} to {figure(one['high'])})" for one in rows]
        return Gist(f"Most move {what}, by so much when they move half their range: {'; '.join(told)}.", footing)
    told = [f"“{one['label']}” {percent(one['total'])} ({percent(one['low'])} to {percent(one['high'])})" for one in rows]
    return Gist(f"Of the variance of {what} between sets of numbers the largest shares go with {'; '.join(told)}.", footing)


def charts(found: Sensitivity, ends: Tornado | None, top: int) -> Iterator[Chart]:
    """The charts of `plot`."""
    for name, draw in charts_of_sensitivity(found, ends, top).items():
        yield chart(draw(), f"{_CAPTIONS[name]} {answer(found, found.about).sentence}", _CAPTIONS[name])


def table_of(found: Sensitivity, top: int) -> Table:
    """The largest indices."""
    rows: list[Any] = found.indices.head(top + 1).to_dict("records")
    if found.method == MORRIS:
        cells = [
            [
                one["label"],
                signed_size(one["effect"], one["direction"], one["numbers"]),
                f"{figure(one['low'])} to {figure(one['high'])}",
                figure(one["noise"]),
            ]
            for one in rows
        ]
        return Table(["Number", "Change", "95 % interval", "Noise"], cells, _CAPTIONS["morris"])
    shares = [
        [
            one["label"],
            percent(one["total"]),
            f"{percent(one['low'])} to {percent(one['high'])}",
            percent(one["first"]),
        ]
        for one in rows
    ]
    return Table(["Number", "Total", "95 % interval", "Alone"], shares, _CAPTIONS["sobol"])
