"""`escalation-sim report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["report"]

Results = Annotated[
    Path,
    typer.Argument(
        metavar="RESULTS", help="Folder written by run, compare, attribute, sweep, sensitivity or claims.", show_default=False
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="File to write (default: report.html in the result folder).")
]


def report(results: Results, out: Out = None) -> None:
    """Tell a result in one HTML file to hand over: answer, charts, stories, assumptions, and how to make it again."""
    from escalation_sim.cli.printing import progress_bar, say
    from escalation_sim.report.report import kind_in, report

    kind_in(results)
    file = out if out is not None else results / "report.html"
    with progress_bar("telling", 1):
        text = report(results)
    write_whole(file, text)
    say(f"Report: {file} ({len(text.encode()) / 1e6:.1f} MB, opens in any browser, needs no network)")


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
