"""Numbers, differences and what pairing is worth, as they are printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LABELS",
    "difference_rows",
    "factor",
    "number",
    "of_a_period",
    "pairing_rows",
    "percent",
    "ratio",
    "signed",
    "without_periods",
]

LABELS = {
    "peak_rung": "Peak rung",
    "force": "Force",
    "war": "War",
    "days_to_end": "Days to the end",
    "deaths_mean": "Deaths",
    "deaths_median": "Deaths, median",
    "cease_fire": "Cease-fire",
    "misperception": "Misperception",
}
"""What the outcomes of a comparison are called where there is little room."""

_PERIOD = re.compile(r"_[0-9]{4}s?$")
_DIGITS = {"share": 1, "rungs": 2, "days": 1, "deaths": 0, "relative": 2}
_MOST_SHOWN = 1000.0
_MOST_RUNS = 10_000_000  # that anybody would make


def without_periods(table: pd.DataFrame) -> pd.DataFrame:
    """Without the outcomes of single years and decades."""
    return table[[not of_a_period(name) for name in table["outcome"]]]


def of_a_period(outcome: str) -> bool:
    """Whether an outcome is that of a single year or decade."""
    return _PERIOD.search(outcome) is not None


def difference_rows(differences: pd.DataFrame) -> list[list[str]]:
    """The table of `paired_differences` in print, one row for each outcome."""
    rows = []
    for name, before, after, difference, low, high, unit in differences.itertuples(index=False):
        label = LABELS.get(name, name[:1].upper() + name[1:].replace("_", " "))
        if unit == "relative":
            cells = [number(before, 0), number(after, 0), ratio(difference)]
            between = "" if low != low else f"{ratio(low)} to {ratio(high)}"
        else:
            scale, digits = 100.0 if unit == "share" else 1.0, _DIGITS.get(unit, digits_of(before))
            cells = [number(scale * before, digits), number(scale * after, digits), signed(scale * difference, digits)]
            between = "" if low != low else f"{signed(scale * low, digits)} to {signed(scale * high, digits)}"
        percent = " %" if unit == "share" else ""
        rows.append([label, *(cell + percent for cell in cells[:2]), cells[2], between])
    return rows


def digits_of(size: float) -> int:
    """Digits after the point of numbers of a size."""
    return 0 if abs(size) >= 100.0 else 1 if abs(size) >= 10.0 else 2 if abs(size) >= 1.0 else 3


def pairing_rows(pairs: pd.DataFrame, needed: pd.DataFrame) -> list[list[str]]:
    """The table of `pairing` in print, one row for each outcome, with the numbers of runs needed where there are any."""
    rows = []
    row: Any
    for row in pairs.itertuples(index=False):
        label = LABELS.get(row.outcome, row.outcome[:1].upper() + row.outcome[1:].replace("_", " "))
        moves = [percent(getattr(row, name)) for name in ("lower", "same", "higher")]
        asked = row.outcome in needed.index and row.same < 1.0
        runs = runs_in_print(int(needed["paired"][row.outcome])) if asked else ""
        rows.append([label, *moves, number(row.correlation, 2), factor(row), runs])
    return rows


def runs_in_print(runs: int) -> str:
    """A number of runs in print, as far as anybody would make them."""
    return f"{runs:,}" if runs <= _MOST_RUNS else "too many"


def factor(row: Any) -> str:
    """A variance-reduction factor with its interval in print, "19 (14 to 30)"."""
    value, low, high = (row.factor, row.factor_low, row.factor_high)
    if value != value:
        return "–"
    if value == float("inf"):
        return "identical" if row.same == 1.0 else "–"
    if value >= _MOST_SHOWN:
        return f"over {_MOST_SHOWN:,.0f}"
    if low != low:
        return rounded(value)
    return (
        f"{rounded(value)} (over {rounded(low)})"
        if high > _MOST_SHOWN
        else f"{rounded(value)} ({rounded(low)} to {rounded(high)})"
    )


def rounded(value: float) -> str:
    """A number above 0 in two digits or in whole."""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def percent(share: float) -> str:
    """A share of runs in print; "–" for none."""
    return "–" if share != share else f"{100.0 * share:.1f} %"


def number(value: float, digits: int) -> str:
    """A number in print; "–" for none."""
    return "–" if value != value else f"{value:,.{digits}f}".replace("-", "−")


def signed(value: float, digits: int) -> str:
    """A difference in print, "+1.2", "−0.3", "0" where there is none at all; "–" for one that is not defined."""
    if value != value:
        return "–"
    return "0" if value == 0.0 else f"{value:+,.{digits}f}".replace("-", "−")


def ratio(relative: float) -> str:
    """A ratio in print, "× 0.83"; "–" where it is not finite."""
    return f"× {1.0 + relative:.2f}" if abs(relative) < float("inf") else "–"
