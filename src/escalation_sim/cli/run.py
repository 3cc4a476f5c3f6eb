"""`escalation-sim run`."""

from __future__ import annotations

import datetime
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.cli.changes import (
    MOST_RUNS,
    AsOf,
    Changes,
    Close,
    Decision,
    Fixed,
    Open,
    ScenarioFile,
    Seed,
    Set,
    Workers,
    number_from,
)
from escalation_sim.cli.story import asked_run
from escalation_sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from escalation_sim.analysis.summary import Row
    from escalation_sim.results import Result
    from escalation_sim.scenario import Scenario

__all__ = ["run", "summary_rows"]

BAR = 15  # columns of a bar that stands for all runs
DEFAULT_RUNS = {"crisis": 1000, "rivalry": 200}

Runs = Annotated[int, typer.Option("--runs", metavar="N", help="Number of runs.", parser=number_from("--runs", 1, MOST_RUNS))]
RunsByKind = Annotated[
    int | None,
    typer.Option(
        "--runs",
        metavar="N",
        help="Number of runs.",
        parser=number_from("--runs", 1, MOST_RUNS),
        show_default="1000; 200 of a rivalry",
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for data and charts (default: results/ and the name).")
]
NoCharts = Annotated[bool, typer.Option("--no-charts", help="Draw no charts.")]
DataOnly = Annotated[
    bool, typer.Option("--data-only", help="Write the data piece by piece, in little memory: no summary, no story, no charts.")
]
Story = Annotated[
    str, typer.Option("--story", metavar="RUN|none", help="Run that is told; typical: the one nearest the middle of all.")
]


def run(  # noqa: PLR0913  (one argument for each option)
    scenario: ScenarioFile,
    runs: RunsByKind = None,
    seed: Seed = "1",  # type: ignore[assignment]
    opened: Open = None,
    closed: Close = None,
    entries: Set = None,
    as_of: AsOf = None,
    fixed: Fixed = False,
    decision: Decision = None,
    out: Out = None,
    no_charts: NoCharts = False,
    data_only: DataOnly = False,
    story: Story = "typical",
    workers: Workers = "1",  # type: ignore[assignment]
) -> None:
    """Run a scenario many times: a summary, one run told, charts and data."""
    from escalation_sim.scenario import load_scenario

    changes = Changes(as_of, tuple(opened or ()), tuple(closed or ()), decision, tuple(entries or ()), fixed)
    told = asked_run(story)
    crisis = changes.applied(load_scenario(scenario))
    folder = out if out is not None else Path("results") / crisis.name
    check_folder(folder, "runs")
    number = DEFAULT_RUNS[crisis.kind] if runs is None else runs
    show_header(crisis, changes, number, seed)
    if data_only:
        show_written(written_to_disk(crisis, number, seed, workers, folder / "data"), number)
        return
    result = computed(crisis, number, seed, workers)
    failure = failure_to_save(result, folder)
    try:
        show_summary(result)
        if told != -1:
            show_story(result, told)
        if failure is not None:
            raise failure
        written = [] if no_charts else drawn(result, folder)
    except KeyboardInterrupt:
        saved = "nothing was written" if failure else f"the data are complete in {folder / 'data'}, the charts were not written"
        print(f"interrupted: {saved}", file=sys.stderr)
        raise typer.Exit(130) from None
    show_files(folder, written)


def check_folder(folder: Path, kind: str | None = None) -> None:
    """Refuse a folder that cannot be written, or holds findings of another kind, before anything long is begun; raises InputError or OSError."""
    if folder.exists() and not folder.is_dir():
        raise InputError("not a folder", file=str(folder), key="--out")
    data = folder / "data"
    if data.exists() and not (data / "manifest.json").is_file() and (not data.is_dir() or any(data.iterdir())):
        raise InputError(
            "holds something other than a result", file=str(data), allowed="a new folder, or one written by this command"
        )
    if kind is not None and data.exists():
        from escalation_sim.experiments.archive import kind_of

        there = kind_of(data)
        if there not in (None, kind):
            raise InputError(f"holds another kind of result ({there})", file=str(folder), key="--out", allowed="another folder")
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise InputError("not a folder", file=str(place), key="--out")
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def show_header(crisis: Scenario, changes: Changes, runs: int, seed: int) -> None:
    """Say what is run."""
    from escalation_sim.cli.printing import heading, say

    say(heading(crisis.title))
    judged = len(crisis.judged)
    numbers = f"{judged} judged numbers drawn for every run" if judged else "no judged numbers"
    say(f"{runs:,} {'run' if runs == 1 else 'runs'} of {length(crisis)}, seed {seed}; decision: {crisis.decision}; {numbers}")
    for status, word in ((2.0, "open"), (1.0, "suspended"), (0.0, "closed")):
        names = [channel.name for channel in crisis.channels if channel.status == status]
        if names:
            say(f"Channels {word}: {', '.join(names)}")
    if changes.in_words():
        say(f"Changed: {'; '.join(changes.in_words())}")
    say()


def length(crisis: Scenario) -> str:
    """How long a run is, in words."""
    if crisis.kind == "crisis":
        return f"{crisis.horizon_days:g} days"
    last = crisis.start + datetime.timedelta(days=crisis.horizon_days - 1.0)
    return f"{crisis.horizon_days / 365.25:.1f} years ({crisis.start} to {last})"


def computed(crisis: Scenario, runs: int, seed: int, workers: int = 1) -> Result:
    """The runs, with a bar while they are computed."""
    from escalation_sim import runs as engine
    from escalation_sim.cli.printing import progress_bar

    with progress_bar("running", runs) as progress:
        return engine.run(crisis, runs, seed, workers=workers, progress=progress)


def written_to_disk(crisis: Scenario, runs: int, seed: int, workers: int, data: Path) -> Path:
    """The runs, written as they are computed, with a bar."""
    from escalation_sim import runs as engine
    from escalation_sim.cli.printing import progress_bar

    with progress_bar("running", runs) as progress:
        return engine.run_to_disk(crisis, runs, seed, data, workers=workers, progress=progress)


def show_written(data: Path, runs: int) -> None:
    """Say what is where."""
    from escalation_sim.cli.printing import say

    say(f"Data:   {runs:,} rows in {data / 'outcomes.parquet'}, which DuckDB, polars and pandas read")


def failure_to_save(result: Result, folder: Path) -> OSError | None:
    """Save the result. What stood in the way is returned, so that what has been computed can be shown before it is said.

    Charts of an older result in the same folder go, since they would no longer be those of the data beside them.
    """
    older = (folder / "data").exists()
    try:
        result.save(folder / "data")
        if older:
            from escalation_sim.plots.charts import CHARTS, CHARTS_OF_YEARS, FORMATS

            for name in (*CHARTS, *CHARTS_OF_YEARS):
                for kind in FORMATS:
                    (folder / f"{name}.{kind}").unlink(missing_ok=True)
    except OSError as error:
        return error
    return None


def show_summary(result: Result) -> None:
    """Print the summary."""
    if result.scenario.kind == "rivalry":
        from escalation_sim.cli.years import show_years

        show_years(result)
        return
    from escalation_sim.analysis.summary import summary
    from escalation_sim.cli.printing import say, table

    observed = result.scenario.observed is not None
    columns = [("", "left"), ("Runs", "right"), ("95 %", "right"), ("Spread or share", "right")]
    rows, breaks = summary_rows(list(summary(result)))
    if observed:
        say(table([*columns, ("Record", "right")], rows, breaks))
    else:
        say(table(columns, [row[:4] for row in rows], breaks))
    say()
    say(
        "95 %: interval for the finite number of runs, not for doubt about the model. Spread: 10 to 90 % of the runs; bars are shares of all runs. "
        "Days count from the start; deaths are persons."
    )


def summary_rows(rows: Sequence[Row]) -> tuple[list[list[RenderableType]], list[int]]:
    """The summary as cells, each share with a bar; and the rows before which a line is left free. Groups are headed by their name."""
    from escalation_sim.cli.inline import bar

    cells: list[list[RenderableType]] = []
    breaks: list[int] = []
    group = ""
    for row in rows:
        if row.group != group:
            breaks.append(len(cells))
            cells.append([row.group.upper(), "", "", "", ""])
            group = row.group
        drawn = bar(row.value, BAR) if row.unit == "share" else row.spread_text
        label = row.label.removeprefix("Peak at ")
        cells.append([label[:1].upper() + label[1:], row.value_text, row.interval_text, drawn, row.observed])
    return cells, breaks[1:]


def show_story(result: Result, told: int | None) -> None:
    """Tell one run."""
    from escalation_sim.analysis.story import story
    from escalation_sim.analysis.summary import typical_run
    from escalation_sim.cli.printing import heading, in_columns, say
    from escalation_sim.cli.story import played

    number = typical_run(result) if told is None else told
    rivalry = result.scenario.kind == "rivalry"
    middle = "crises, deaths and violations" if rivalry else "peak, length and deaths"
    lines = story_of(result, number) if rivalry else story(played(result.scenario, result.seed, number))
    say()
    say(heading(f"Run {number}" + (f" (nearest the middle of all in {middle})" if told is None else "")))
    say(in_columns(lines))


def story_of(result: Result, number: int) -> list[tuple[str, str]]:
    """The years of one run, played again with a bar."""
    from escalation_sim.analysis.annals import annals
    from escalation_sim.analysis.annals_in_words import story_of_years
    from escalation_sim.cli.printing import progress_bar

    with progress_bar("playing one run again", 1) as progress:
        return story_of_years(annals(result.scenario, result.seed, number, progress))


def drawn(result: Result, folder: Path) -> list[Path]:
    """The charts, written."""
    from escalation_sim.cli.printing import progress_bar
    from escalation_sim.plots import charts_of, write_charts

    with progress_bar("drawing charts", len(charts_of(result))):
        return write_charts(result, folder)


def show_files(folder: Path, charts: list[Path]) -> None:
    """Say where everything is."""
    from escalation_sim.cli.printing import say

    say()
    if charts:
        say(f"Charts: {', '.join(sorted({path.stem for path in charts}))} (PNG and SVG) in {folder}")
    say(f"Data:   {folder / 'data'}")
