"""Comparisons in print for readers of pages: each number with its unit, rungs and shares said in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LABELS", "path_in_words", "readable_differences"]

LABELS = {
    "peak_rung": "Peak rung, mean",
    "force": "Force used across the border",
    "war": "War",
    "days_to_end": "Days to the end, mean",
    "deaths_mean": "Deaths, mean",
    "deaths_total": "Deaths, mean",
    "deaths_median": "Deaths, median",
    "cease_fire": "A cease-fire was agreed",
    "misperception": "Misperception, in rungs",
}
"""What the outcomes of a comparison are called."""

_DIGITS = {"share": 1, "rungs": 2, "days": 1, "deaths": 1, "relative": 0}
_MINUS = "\u2212"


def readable_differences(found: pd.DataFrame) -> list[tuple[str, str, str, str, str]]:
    """Rows of `differences.paired_differences` as texts: outcome, before, after, difference, interval of 95 %."""
    return [readable_row(*row) for row in found.itertuples(index=False, name=None)]


def readable_row(
    name: str, before: float, after: float, difference: float, low: float, high: float, unit: str
) -> tuple[str, str, str, str, str]:
    """One row as texts. A share is given in percent, its difference in points; a ratio of medians as a change in percent."""
    digits = _DIGITS.get(unit, 2)
    label = LABELS.get(name, name[:1].upper() + name[1:].replace("_", " "))
    if unit == "relative":
        change, bounds, mark = 100.0 * difference, (100.0 * low, 100.0 * high), " %"
        shown = "0 %" if change == 0.0 else signed(change, 0, mark)
        return label, number(before, 0), number(after, 0), shown, interval(bounds, 0, mark)
    scale, mark, of_value = (100.0, " points", " %") if unit == "share" else (1.0, "", "")
    return (
        label,
        number(scale * before, digits) + of_value,
        number(scale * after, digits) + of_value,
        signed(scale * difference, digits, mark),
        interval((scale * low, scale * high), digits, mark),
    )


def number(value: float, digits: int) -> str:
    """A number in print; a dash for none."""
    return f"{value:,.{digits}f}".replace("-", _MINUS) if np.isfinite(value) else "–"


def signed(value: float, digits: int, mark: str = "") -> str:
    """A difference in print, "0" where there is none at all."""
    if not np.isfinite(value):
        return "–"
    return "0" if value == 0.0 else f"{value:+,.{digits}f}{mark}".replace("-", _MINUS)


def interval(bounds: tuple[float, float], digits: int, mark: str) -> str:
    """Bounds of a difference, empty where there are none."""
    if not np.isfinite(bounds).all():
        return ""
    return f"{signed(bounds[0], digits)} to {signed(bounds[1], digits)}{mark}"


def path_in_words(path: str, labels: Mapping[str, str]) -> str:
    """The path of a number for readers, "resolve: India, government"; `labels` are those of countries and channels, by name."""
    parts = path.split(".")
    around = [labels.get(part, part.replace("_", " ")) for part in parts[1:-1]]
    last = parts[-1].replace("_", " ")
    return f"{last}: {', '.join(around)}" if around else last
