"""What is printed: tables and lines, in colour on a terminal, plain and at least 100 columns wide elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

__all__ = ["heading", "in_columns", "progress_bar", "say", "table"]

PLAIN_WIDTH = 110


def say(content: RenderableType = "") -> None:
    """Print a line, a text or a table."""
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    if console.is_terminal:
        console.print(content)
        return
    columns = os.environ.get("COLUMNS", "")
    console.width = max(int(columns) if columns.isdigit() else PLAIN_WIDTH, 100)
    with console.capture() as captured:
        console.print(content)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()), flush=True)


def heading(text: str) -> Text:
    """A heading."""
    return Text(text, style="bold")


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], breaks: Sequence[int] = ()) -> Table:
    """A table.

    Parameters
    ----------
    columns : heading and place of each column, "left", "right" or "tight" (left, never broken).
    rows : one text for each column.
    breaks : rows before which a line is left free.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for name, place in columns:
        made.add_column(Text(name), justify="right" if place == "right" else "left", no_wrap=place != "left")
    for number, row in enumerate(rows):
        if number in breaks:
            made.add_row()
        made.add_row(*(Text(cell) for cell in row))
    return made


def in_columns(rows: Sequence[tuple[str, str]]) -> Table:
    """Two columns without heading: dates, right-aligned, and what belongs to them."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(justify="right", no_wrap=True)
    made.add_column()
    for date, words in rows:
        made.add_row(Text(date), Text(words))
    return made


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while something long goes on, if that is a terminal; yields what takes (done, total)."""
    console = Console(file=sys.stderr)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, in_all: bar.update(task, completed=done, total=in_all)
