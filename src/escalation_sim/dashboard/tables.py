"""Tables as HTML; every text in them is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from escalation_sim.analysis.readable import readable_differences

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plain_table", "table_of_differences"]


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """A table; the first column is text, the others numbers."""
    head = "".join(f'<th scope="col"{number_at(place)}>{escape(name)}</th>' for place, name in enumerate(columns))
    body = "".join(
        "<tr>" + "".join(f"<td{number_at(place)}>{escape(cell)}</td>" for place, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return (
        f'<table class="plain"><caption class="small" style="text-align:left">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def number_at(place: int) -> str:
    """Class of the cells of a column."""
    return ' class="n"' if place else ""


def table_of_differences(found: pd.DataFrame, changed: bool) -> str:
    """The table of `paired_differences`; without a change only what was."""
    rows = readable_differences(found)
    if not changed:
        return plain_table(["", "As it was"], [row[:2] for row in rows], "Means over all runs.")
    columns = ["", "As it was", "With your change", "Difference", "95 % interval"]
    caption = "Run by run, with the same luck. Intervals are for the number of runs, not for doubt about the model."
    return plain_table(columns, rows, caption)
