"""`escalation-sim sensitivity`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    arguments = [
        *("--outcome", outcome, "--method", method),
        *(["--effect", effect] if effect is not None else []),
        *(word for path in over or [] for word in ("--over", path)),
        *(["--groups"] if groups else []),
        *("--top", str(top), "--samples", str(found.samples), "--runs", str(runs), "--seed", str(seed)),
    ]
    show_files(found, ends, folder, top, not no_charts, arguments)


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
    from escalation_sim.experiments.sensitivity_in_words import chance_in_words, notes

    rows = (morris_rows if found.method == "morris" else sobol_rows)(found, top)
    heads = ("Change", "95 % interval", "Noise") if found.method == "morris" else ("Total", "95 % interval", "Alone")
    say(table([("Number", "tight"), *((head, "right") for head in heads)], rows))
    say()
    for note in [*notes(found), chance_in_words(found)]:
        say_wrapped(note)


def morris_rows(found: Sensitivity, top: int) -> list[list[str]]:
    """Elementary effects in print."""
    from escalation_sim.experiments.sensitivity_in_words import figure, signed_size

    rows = []
    for one in found.indices.head(top).to_dict("records"):
        between = f"{figure(one['low'])} to {figure(one['high'])}"
        rows.append(
            [
                in_lines(one["label"]),
                signed_size(one["effect"], one["direction"], one["numbers"]),
                between,
                figure(one["noise"]),
            ]
        )
    return rows


def sobol_rows(found: Sensitivity, top: int) -> list[list[str]]:
    """Shares of variance in print."""
    from escalation_sim.experiments.sensitivity_in_words import percent

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


def show_files(found: Sensitivity, ends: Tornado | None, folder: Path, top: int, charts: bool, arguments: list[str]) -> None:
    """Write everything, and say where it is."""
    from escalation_sim.cli.compare import say_wrapped
    from escalation_sim.cli.printing import say
    from escalation_sim.experiments.sensitivity_kept import save_sensitivity

    tables = save_sensitivity(found, ends, folder, arguments, top)
    say()
    if charts:
        from escalation_sim.plots.charts import write_figures
        from escalation_sim.plots.sensitivity import charts_of_sensitivity

        written = write_figures(charts_of_sensitivity(found, ends, top), folder)
        say_wrapped(f"Charts: {', '.join(sorted({path.stem for path in written}))} (PNG and SVG) in {folder}")
    say_wrapped(f"Tables: {', '.join(f'{name}.csv' for name in tables)} (with paths; Parquet beside them) in {folder}")
