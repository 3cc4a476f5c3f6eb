"""`escalation-sim validate`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.cli.changes import Seed, Workers, number_from

if TYPE_CHECKING:
    from rich.progress import TaskID

    from escalation_sim.history.validation import Progress, Validation

__all__ = ["validate"]

MOST_RUNS = 100_000

Folder = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Folder with the scenarios.", show_default=True)]
Runs = Annotated[
    int,
    typer.Option(
        "--runs",
        metavar="N",
        help="Runs of each crisis; of generic dyads thirty-two times as many in all.",
        parser=number_from("--runs", 2, MOST_RUNS),
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for validation.json and charts.")]
Mode = Annotated[
    list[str] | None,
    typer.Option("--mode", metavar="NAME", help="Inputs: judged, identical or permuted. Repeatable; default all three."),
]
Patterns = Annotated[
    bool, typer.Option("--patterns/--no-patterns", help="Hold the model against the patterns of real crises as well.")
]
Docs = Annotated[bool, typer.Option("--docs", help="Write docs/validation.md.")]

PAGE = Path("docs") / "validation.md"


def validate(  # noqa: PLR0913  (one argument for each option)
    scenarios: Folder = Path("scenarios"),
    runs: Runs = "2000",  # type: ignore[assignment]  # read by the option's parser
    seed: Seed = "1",  # type: ignore[assignment]
    out: Out = Path("results") / "validation",
    mode: Mode = None,
    patterns: Patterns = True,
    docs: Docs = False,
    workers: Workers = "1",  # type: ignore[assignment]
) -> None:
    """Hold the model against history: real crises from their triggers alone, and patterns of many crises."""
    from escalation_sim.cli.run import check_folder
    from escalation_sim.history.hindcasts import MODES
    from escalation_sim.history.validation import validated

    check_folder(out)
    with reported() as progress:
        found = validated(
            scenarios,
            runs=runs,
            seed=seed,
            modes=tuple(dict.fromkeys(mode or MODES)),
            with_patterns=patterns,
            workers=workers,
            progress=progress,
        )
    show_hindcasts(found)
    if found.patterns:
        show_patterns(found)
    show_files(found, out, docs)


@contextmanager
def reported() -> Iterator[Progress]:
    """A bar on stderr for each thing that goes on, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield told


def show_hindcasts(found: Validation) -> None:
    """Print scores and hindcasts."""
    from escalation_sim.cli.printing import heading, say, table
    from escalation_sim.history import validation

    say(heading("Real crises from their triggers alone"))
    say(f"{found.runs:,} runs of each of {len(found.crises)} crises in each mode, seed {found.seed}, version {found.version}")
    if found.missing:
        say(f"No scenario: {', '.join(found.missing)}")
    say()
    rows = validation.rows_of_hindcasts(found.shown)
    columns = [("Crisis", "tight"), ("Outcome", "tight"), ("On record", "right"), ("10 %", "right"), ("50 %", "right"), ("90 %", "right"),
               ("", "tight"), ("CRPS", "right"), ("base rates", "right")]  # fmt: skip
    say(table(columns, rows, [place for place, row in enumerate(rows) if place and row[0] != rows[place - 1][0]]), wide=True)
    say()
    scores = validation.rows_of_scores(found.scores)
    columns = [
        ("Inputs", "tight"),
        ("Outcome", "tight"),
        ("Inside 80 %", "right"),
        ("Beats base rates", "right"),
        ("CRPS", "right"),
        ("base rates", "right"),
    ]
    say(
        table(columns, scores, [place for place, row in enumerate(scores) if place and row[0] != scores[place - 1][0]]),
        wide=True,
    )
    say()
    for row in validation.rows_of_scores(found.scores_not_fitted):
        if row[1] == "all":
            say(f"Unseen by the search for defaults, {row[0]}: {row[2]} inside, {row[3]} beat base rates")
    say()
    say(validation.fitted_in_words(found))


def show_patterns(found: Validation) -> None:
    """Print the patterns."""
    from escalation_sim.cli.printing import heading, say, table
    from escalation_sim.history import validation

    say()
    say(heading("Patterns of real crises"))
    rows = validation.rows_of_patterns(found.patterns)
    columns = [
        ("Pattern", "tight"),
        ("Part", "tight"),
        ("Model", "right"),
        ("All runs", "right"),
        ("Real", "right"),
        ("Interval", "right"),
        ("", "tight"),
    ]
    say(table(columns, rows), wide=True)
    say()
    say(
        f"{validation.counted(found)}. Intervals with * are not of the source: a quarter of the figure or 0.05. "
        "Model: the runs in which somebody left the quiet rungs; all runs: the others too."
    )


def show_files(found: Validation, out: Path, docs: bool) -> None:
    """Write everything, and say where it is."""
    from escalation_sim.cli.printing import say
    from escalation_sim.plots.validation import write_validation_charts

    charts = write_validation_charts(found, out)
    (out / "validation.json").write_text(found.to_json(), encoding="utf-8")
    say()
    say(f"Charts: {', '.join(sorted({path.stem for path in charts}))} (PNG and SVG) in {out}")
    say(f"Data:   {out / 'validation.json'}")
    if docs:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(found.markdown(), encoding="utf-8")
        say(f"Page:   {PAGE}")
