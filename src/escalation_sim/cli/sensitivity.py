"""`escalation-sim sensitivity`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from escalation_sim.cli.changes import (
    AsOf,
    Changes,
    Close,
    Decision,
    Open,
    ScenarioFile,
    Seed,
    Set,
    Workers,
    number_from,
    variant_from,
)
from escalation_sim.cli.sweep import DaskAddress, crew
from escalation_sim.errors import InputError

if TYPE_CHECKING:
    from escalation_sim.experiments.sensitivity import Sensitivity
    from escalation_sim.experiments.tornado import Tornado
    from escalation_sim.experiments.variants import Variant
    from escalation_sim.scenario import Scenario

__all__ = ["sensitivity"]

LABEL_WIDTH = 40
RUNS_OF_TORNADO = 1000

Outcome = Annotated[
    str, typer.Option("--outcome", metavar="NAME", help="Outcome that every run has, as in peak_rung, force, deaths_total.")
]
Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        help="morris screens all numbers; sobol gives shares of variance of those that come out on top.",
    ),
]
Effect = Annotated[
    str | None,
    typer.Option(
        "--effect",
        metavar='"CHANGES"',
        help='Look at what a change does instead, as in "open back_channel=0.5; close dgmo_hotline".',
    ),
]
Over = Annotated[
    list[str] | None,
    typer.Option(
        "--over",
        metavar="PATH",
        help="Vary these numbers only, as in 'channels.*'; the others are held at their central values. Repeatable.",
    ),
]
Groups = Annotated[bool, typer.Option("--groups", help="One index for each section instead of each number.")]
Top = Annotated[
    int,
    typer.Option(
        "--top", metavar="N", help="Numbers that are shown, and that Sobol takes up.", parser=number_from("--top", 1, 100)
    ),
]
Samples = Annotated[
    int | None,
    typer.Option(
        "--samples", metavar="N", help="Trajectories (morris) or base points (sobol).", parser=number_from("--samples", 4, 1_000_000),
        show_default="20; 256 for sobol",
    ),
]  # fmt: skip
Runs = Annotated[
    int,
    typer.Option(
        "--runs", metavar="N", help="Runs of each point, on the same luck.", parser=number_from("--runs", 2, 1_000_000)
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for tables and charts (default: under results/).")
]
NoCharts = Annotated[bool, typer.Option("--no-charts", help="Draw no charts.")]


def sensitivity(  # noqa: PLR0913  (one argument for each option)
    scenario: ScenarioFile,
    outcome: Outcome = "peak_rung",
    method: Method = "morris",
    effect: Effect = None,
    over: Over = None,
    groups: Groups = False,
    top: Top = "12",  # type: ignore[assignment]  # read by the option's parser
    samples: Samples = None,
    runs: Runs = "20",  # type: ignore[assignment]
    seed: Seed = "1",  # type: ignore[assignment]
    opened: Open = None,
    closed: Close = None,
    entries: Set = None,
    as_of: AsOf = None,
    decision: Decision = None,
    out: Out = None,
    no_charts: NoCharts = False,
    workers: Workers = "1",  # type: ignore[assignment]
    dask: DaskAddress = None,
) -> None:
    """Which numbers decide an outcome or the effect of a channel, and how much of it is chance. The same command goes on where it was stopped."""
    from escalation_sim.cli.printing import kept_on_failure, progress_bar
    from escalation_sim.cli.run import check_folder
    from escalation_sim.experiments import sensitivity as engine
    from escalation_sim.experiments.tornado import tornado
    from escalation_sim.scenario import load_scenario

    changes = Changes(as_of, tuple(opened or ()), tuple(closed or ()), decision, tuple(entries or ()))
    crisis = changes.applied(load_scenario(scenario))
    change = effect_from(effect)
    folder = out if out is not None else Path("results") / f"sensitivity-{crisis.name}-{outcome}"
    check_folder(folder)
    show_header(crisis, changes, outcome, change, seed)
    with crew(workers, dask) as those:
        with progress_bar("runs", 0) as tell, kept_on_failure("runs", folder, tell) as progress:
            found = engine.sensitivity(
                crisis, outcome, method=method, effect=change, over=over or None, groups=groups, top=top, samples=samples, runs=runs,
                seed=seed, workers=those, folder=folder, progress=progress,
            )  # fmt: skip
        show_indices(found, top)
        ends = None
        if largest := found.largest(top):
            ends = tornado(
                crisis, outcome, largest, effect=change, runs=RUNS_OF_TORNADO, seed=seed, workers=those, folder=folder
            )
    show_files(found, ends, folder, top, not no_charts)


def effect_from(text: str | None) -> Variant | None:
    """A change as typed; None for none."""
    if text is None:
        return None
    try:
        return variant_from(text)[1].variant
    except InputError as error:
        raise InputError(
            error.problem, key="--effect", value=error.value, allowed=error.allowed, suggestion=error.suggestion
        ) from None


def show_header(crisis: Scenario, changes: Changes, outcome: str, effect: Variant | None, seed: int) -> None:
    """Say what is looked at."""
    from escalation_sim.cli.compare import say_wrapped
    from escalation_sim.cli.printing import heading, say

    say(heading(crisis.title))
    what = (
        f"What decides {outcome}"
        if effect is None
        else f"What decides the effect on {outcome} of: {'; '.join(effect.in_words())}"
    )
    say_wrapped(f"{what} (seed {seed})")
    if changes.in_words():
        say_wrapped(f"Changed: {'; '.join(changes.in_words())}")
    say()


def show_indices(found: Sensitivity, top: int) -> None:
    """Print the largest indices, and how much is chance."""
    from escalation_sim.cli.compare import say_wrapped
    from escalation_sim.cli.printing import say, table

    rows = (morris_rows if found.method == "morris" else sobol_rows)(found, top)
    heads = ("Change", "95 % interval", "Noise") if found.method == "morris" else ("Total", "95 % interval", "Alone")
    say(table([("Number", "tight"), *((head, "right") for head in heads)], rows))
    say()
    for note in [*notes(found), chance_in_words(found)]:
        say_wrapped(note)


def morris_rows(found: Sensitivity, top: int) -> list[list[str]]:
    """Elementary effects in print."""
    rows = []
    for one in found.indices.head(top).to_dict("records"):
        size, way = one["effect"], one["direction"]
        sign = "" if one["numbers"] > 1 else "+" if way > 0.8 * size else "−" if way < -0.8 * size else "±"
        between = f"{figure(one['low'])} to {figure(one['high'])}"
        rows.append([in_lines(one["label"]), sign + figure(size), between, figure(one["noise"])])
    return rows


def sobol_rows(found: Sensitivity, top: int) -> list[list[str]]:
    """Shares of variance in print."""
    return [
        [
            in_lines(one["label"]),
            percent(one["total"]),
            f"{percent(one['low'])} to {percent(one['high'])}",
            percent(one["first"]),
        ]
        for one in found.indices.head(top + 1).to_dict("records")
    ]


def in_lines(label: str) -> str:
    """A label in lines that leave room for figures."""
    return textwrap.fill(label, LABEL_WIDTH, subsequent_indent="  ")


def figure(value: float) -> str:
    """A size in print, three digits of it."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def percent(share: float) -> str:
    """A share of variance in print."""
    return f"{100.0 * share:.0f} %".replace("-", "−")


def notes(found: Sensitivity) -> Iterator[str]:
    """What the figures are."""
    varied = int(found.indices["numbers"].sum())
    if found.method == "morris":
        yield (
            f"Change: mean size of the change in {found.outcome} when the number moves half its distribution, the others anywhere "
            f"({found.samples} trajectories over {varied:,} numbers, {found.runs} runs of each point); + where it goes up with the number, − where down, "
            "± where that depends on the others. Noise: what the number of runs alone may add to it."
        )
        still = int((found.indices["effect"] == 0.0).sum())
        if still:
            yield f"{still:,} of {len(found.indices):,} changed nothing in any run."
    else:
        yield (
            f"Total: share of the variance between points that goes with the number, in whatever it has a part; alone: without its interplay with "
            f"others ({found.samples} base points, {found.runs} runs of each point, {varied:,} numbers varied)."
        )
    yield "Intervals are for the finite number of points, not for doubt about the ranges."


def chance_in_words(found: Sensitivity) -> str:
    """How much is chance, and what it leaves in the indices."""
    split = found.split
    share = split.share
    said = (
        f"Chance and parameters: {percent(share.value)} ({percent(share.low)} to {percent(share.high)}) of the variance of {found.outcome} over worlds and luck "
        f"lies in these numbers, the rest is chance. With {found.runs} runs of each point {percent(split.noise)} of the variance between points is noise"
    )
    needed = split.runs_needed()
    if split.noise <= 0.05:
        return f"{said}."
    said += f"; {needed:,.0f} runs would bring that to 5 %." if needed < float("inf") else "."
    if split.noise <= 0.5:
        return said
    return (
        f"{said} The order above is therefore mostly luck: look at fewer numbers (--over, --groups) under more runs (--runs)."
    )


def show_files(found: Sensitivity, ends: Tornado | None, folder: Path, top: int, charts: bool) -> None:
    """Write everything, and say where it is."""
    from escalation_sim.cli.printing import say
    from escalation_sim.experiments.store import put

    folder.mkdir(parents=True, exist_ok=True)
    tables = {"indices": found.indices, **({"tornado": ends.swings} if ends is not None else {})}
    for name, frame in tables.items():
        put(folder / f"{name}.parquet", frame.to_parquet)
        put(folder / f"{name}.csv", frame.to_csv)
    put(folder / "points.parquet", found.points.to_parquet)
    text = json.dumps(summary_of(found, ends), indent=1, ensure_ascii=False) + "\n"
    put(folder / "sensitivity.json", lambda file: file.write_text(text, encoding="utf-8"))
    say()
    if charts:
        from escalation_sim.plots.charts import write_figures

        written = write_figures(figures_of(found, ends, top), folder)
        say(f"Charts: {', '.join(sorted({path.stem for path in written}))} (PNG and SVG) in {folder}")
    say(f"Tables: {', '.join(f'{name}.csv' for name in tables)} (with paths; Parquet beside them) in {folder}")


def figures_of(found: Sensitivity, ends: Tornado | None, top: int) -> dict[str, Callable[[], Any]]:
    """The charts, by file name."""
    from escalation_sim.plots.sensitivity import morris_chart, sobol_chart, tornado_chart

    charts: dict[str, Callable[[], Any]] = {
        found.method: lambda: morris_chart(found, top) if found.method == "morris" else sobol_chart(found, top)
    }
    if ends is not None:
        charts["tornado"] = lambda: tornado_chart(ends)
    return charts


def summary_of(found: Sensitivity, ends: Tornado | None) -> dict[str, object]:
    """What was run and how much is chance, as plain data."""
    split = found.split
    return {
        "scenario": found.scenario.name,
        "outcome": found.outcome,
        "effect": found.effect,
        "method": found.method,
        "samples": found.samples,
        "runs": found.runs,
        "seed": found.seed,
        "mean": found.mean,
        "variance_by_parameters": split.parameters,
        "variance_by_chance": split.chance,
        "share_of_parameters": [split.share.value, split.share.low, split.share.high],
        "noise_between_points": split.noise,
        "runs_of_tornado": ends.runs if ends is not None else 0,
        "document": found.scenario.document,
    }
