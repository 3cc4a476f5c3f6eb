"""What is printed: tables and lines, in colour on a terminal, plain and in 80 columns elsewhere."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich import box
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from escalation_sim.cli.inline import encodes, typed
from escalation_sim.errors import EscalationError

__all__ = ["WIDTH", "heading", "in_columns", "kept_on_failure", "progress_bar", "say", "table"]

INTERRUPTED = 130

WIDTH = 80
WIDE = 110
"""Columns of what is printed elsewhere than on a terminal, and of long lists there."""


def say(content: RenderableType = "", *, wide: bool = False) -> None:
    """Print a line, a text or a table; elsewhere than on a terminal a long list may be `wide`. No table is cut: one that needs more gets more."""
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    if isinstance(content, str):
        content = typed(content)
    if console.is_terminal and encodes():
        console.print(content)
        return
    columns = os.environ.get("COLUMNS", "")
    paper = Console(file=io.StringIO(), markup=False, highlight=False, emoji=False, color_system=None, force_terminal=False)
    least = Measurement.get(paper, paper.options.update(width=1_000), content).minimum
    paper.width = max(int(columns) if columns.isdigit() else 0, WIDE if wide else WIDTH, least)
    with paper.capture() as captured:
        paper.print(content)
    print(typed("\n".join(line.rstrip() for line in captured.get().splitlines())), flush=True)


def heading(text: str) -> Text:
    """A heading."""
    return Text(typed(text), style="bold")


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[RenderableType]], breaks: Sequence[int] = ()) -> Table:
    """A table.

    Parameters
    ----------
    columns : heading and place of each column, "left", "right" or "tight" (left, never broken).
    rows : one text, or a mark of `inline`, for each column.
    breaks : rows before which a line is left free.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for name, place in columns:
        made.add_column(Text(typed(name)), justify="right" if place == "right" else "left", no_wrap=place != "left")
    for number, row in enumerate(rows):
        if number in breaks:
            made.add_row()
        made.add_row(*(Text(typed(cell)) if isinstance(cell, str) else cell for cell in row))
    return made


def in_columns(rows: Sequence[tuple[str, str]]) -> Table:
    """Two columns without heading: dates, right-aligned, and what belongs to them."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(justify="right", no_wrap=True)
    made.add_column()
    for date, words in rows:
        made.add_row(Text(typed(date)), Text(typed(words)))
    return made


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr with rate and time left while something long goes on, if that is a terminal; yields what takes (done, total)."""
    console = Console(file=sys.stderr)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total, rate="")

        def tell(done: int, in_all: int) -> None:
            bar.update(task, completed=done, total=in_all)
            speed = bar.tasks[0].speed
            bar.update(task, rate=f"{speed:,.0f} a second" if speed else "")

        yield tell


@contextmanager
def kept_on_failure(what: str, place: object, tell: Callable[[int, int], None]) -> Iterator[Callable[[int, int], None]]:
    """While something is computed that can be gone on with: what stops it is said on stderr together with what is kept.

    Yields what takes (done, total) and passes it on to `tell`.
    """
    seen = [0, 0]

    def progress(done: int, total: int) -> None:
        seen[:] = done, total
        tell(done, total)

    def kept() -> str:
        return f"{seen[0]:,} of {seen[1]:,} {what} are kept in {place}; the same command goes on from there"

    try:
        yield progress
    except KeyboardInterrupt:
        print(f"interrupted: {kept()}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except (OSError, EscalationError):
        if seen[0]:
            print(kept(), file=sys.stderr)
        raise
