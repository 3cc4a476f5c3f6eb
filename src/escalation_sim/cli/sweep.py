"""`escalation-sim sweep`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.cli.changes import Workers

if TYPE_CHECKING:
    from rich.console import RenderableType

    from escalation_sim.executors import Crew
    from escalation_sim.experiments.experiment import Experiment
    from escalation_sim.experiments.sweep import Sweep

__all__ = ["sweep"]

MOST_SHOWN = 20
MOST_COLUMNS = 4
WIDTH = 80
LEAST_BAR, MOST_BAR = 12, 24  # columns
SHOWN = ("peak_rung", "force", "days_to_end_or_horizon", "deaths_total")

_TITLES = {
    "peak_rung": "Peak rung",
    "force": "Force, %",
    "days_to_end_or_horizon": "Days",
    "deaths_total": "Deaths",
}

File = Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="Experiment file (YAML).", show_default=False)]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder of the data set (default: results/ and the name).")
]
Scenarios = Annotated[
    Path | None, typer.Option("--scenarios", metavar="DIR", help="Folder of the scenario that the experiment names.")
]
DaskAddress = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Compute on a Dask cluster, as in tcp://10.0.0.1:8786.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be computed, and stop.")]


def sweep(
    experiment: File,
    out: Out = None,
    workers: Workers = "1",  # type: ignore[assignment]  # read by the option's parser
    dask: DaskAddress = None,
    scenarios: Scenarios = None,
    dry_run: DryRun = False,
) -> None:
    """Run an experiment's points, to a data set on disk. The same command goes on with one that was interrupted."""
    from escalation_sim.experiments.experiment import load_experiment

    asked = load_experiment(experiment, scenarios)
    folder = out if out is not None else Path("results") / asked.name
    show_header(asked)
    if dry_run:
        return
    with crew(workers, dask) as those:
        done = computed(asked, folder, those)
    show_points(done)
    show_files(done)


def show_header(asked: Experiment) -> None:
    """Say what is computed."""
    from escalation_sim.cli.compare import say_wrapped
    from escalation_sim.cli.printing import heading, say

    for line in textwrap.wrap(asked.question, WIDTH):
        say(heading(line))
    points = len(asked.points)
    say(f"{asked.scenario.title}")
    say(
        f"{points:,} {'point' if points == 1 else 'points'} of {asked.runs:,} runs each, the same luck at every point (seed {asked.seed})"
    )
    from escalation_sim.experiments.tables import labels_of

    varying = list(labels_of(asked.points).columns)
    if varying:
        say_wrapped(f"Varied: {', '.join(varying[:12])}" + (f" and {len(varying) - 12} more" if len(varying) > 12 else ""))
    say()


@contextmanager
def crew(workers: int, address: str | None) -> Iterator[Crew]:
    """Who computes: a Dask cluster, processes, or this process. The connection to a cluster is closed at the end."""
    from escalation_sim.executors import DaskCluster, crew_of

    if address is None:
        yield crew_of(workers)
        return
    with DaskCluster(address) as cluster:
        yield cluster


def computed(asked: Experiment, folder: Path, those: Crew) -> Sweep:
    """The data set, with a bar while it grows; what stops it is said together with what is kept."""
    from escalation_sim.cli.printing import kept_on_failure, progress_bar
    from escalation_sim.experiments import sweep as engine

    with progress_bar("runs", 0) as tell, kept_on_failure("runs", folder, tell) as progress:
        return engine.sweep(asked, folder, workers=those, progress=progress)


def show_points(done: Sweep) -> None:
    """The first points, with means."""
    from escalation_sim.cli.compare import say_wrapped
    from escalation_sim.cli.printing import say, table
    from escalation_sim.experiments.tables import labels_of

    means = done.summary.pivot(index="point", columns="outcome", values="mean")
    labels = labels_of(done.points)
    columns = [name for name in labels.columns if "." not in name][:MOST_COLUMNS] or list(labels.columns)[:MOST_COLUMNS]
    outcomes = [name for name in SHOWN if name in means.columns]
    heads = [*((name, "left") for name in columns), *((_TITLES[name], "right") for name in outcomes)]
    rows: list[list[RenderableType]] = []
    for point, of_point in list(means.to_dict("index").items())[:MOST_SHOWN]:
        figures = [figure(name, float(of_point[name])) for name in outcomes]
        rows.append([*(in_print(labels.at[point, name]) for name in columns), *figures])
    drawn = bars([float(mean) for mean in means[outcomes[0]].head(MOST_SHOWN)], heads, rows) if outcomes else None
    if drawn:
        heads, rows = (
            [*heads, (f"{_TITLES[outcomes[0]]}, from 0", "tight")],
            [[*cells, bar] for cells, bar in zip(rows, drawn, strict=True)],
        )
    say(table(heads, rows))
    say()
    if len(means) > MOST_SHOWN:
        say_wrapped(
            f"Means of the first {MOST_SHOWN} of {len(means):,} points; all of them, with intervals, are in the summary."
        )
    failed = done.points[done.points["error"].notna()]
    if len(failed):
        say_wrapped(
            f"{len(failed):,} points could not be computed; the first: point {failed.index[0]}: {failed['error'].iloc[0]}"
        )


def bars(means: list[float], heads: list[tuple[str, str]], rows: list[list[RenderableType]]) -> list[RenderableType] | None:
    """Bars of means, from 0 to the largest, in the columns that a table leaves free; None where it leaves too few."""
    from escalation_sim.cli.inline import bar

    taken = sum(max(len(str(cell)) for cell in (head, *(row[place] for row in rows))) for place, (head, _) in enumerate(heads))
    width = min(WIDTH - taken - 3 * len(heads), MOST_BAR)
    most = max((mean for mean in means if mean == mean), default=0.0)
    if width < LEAST_BAR or not most > 0.0 or min(means) < 0.0:
        return None
    return [bar(mean / most, width) for mean in means]


def figure(name: str, mean: float) -> str:
    """A mean in a table; shares in percent."""
    from escalation_sim.analysis.in_print import number

    return number(100.0 * mean if name == "force" else mean, 2 if name == "peak_rung" else 1)


def in_print(value: object) -> str:
    """A level of a factor in a table."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def show_files(done: Sweep) -> None:
    """Say what is where."""
    from escalation_sim.cli.printing import say

    say(f"Rows:    {done.folder / 'rows'} (Parquet, one row per point and run)")
    say(f"Points:  {done.folder / 'points.parquet'}")
    say(f"Summary: {done.folder / 'summary.csv'}")
