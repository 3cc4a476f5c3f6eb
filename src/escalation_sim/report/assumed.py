"""What an answer rests on: judged numbers with which it goes along, in words and as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from escalation_sim.analysis.readable import path_in_words
from escalation_sim.report.page import Assumptions, Table
from escalation_sim.scenario import Scenario

__all__ = ["assumptions_from", "labels_in", "signed"]

_CAPTION = "Rank correlation over the {over}: +1 would be the more the higher, 0 not at all, −1 the more the lower."


def assumptions_from(found: pd.DataFrame, scenario: Scenario, what: str, over: str = "runs") -> Assumptions:
    """The judged numbers that matter.

    Parameters
    ----------
    found : as from `analysis.assumptions.numbers_that_go_along`.
    what : is looked at, in words, as in "how high a run climbs".
    """
    judged = len(scenario.judged)
    if not judged:
        return Assumptions(
            "No number of this scenario is judged: all are fixed, and what they do could only be seen by changing them."
        )
    drawn = f"{judged} judged numbers were drawn anew for every run"
    if found.empty:
        return Assumptions(f"{drawn}. With none of them does {what} go along more than chance would have it.")
    words = f"{drawn}, each from its range. Below are those with which {what} goes along most. Many other numbers are assumed and were not varied here."
    return Assumptions(words, table_of(found, scenario, over))


def table_of(found: pd.DataFrame, scenario: Scenario, over: str) -> Table:
    """Numbers that go along with something, as rows."""
    labels = labels_in(scenario)
    rows = [
        [
            path_in_words(row["path"], labels),
            f"{row['value']:g} ({row['range_low']:g}–{row['range_high']:g})",
            signed(row["rho"]),
            f"{signed(row['low'])} to {signed(row['high'])}",
            row["source"] or "–",
        ]
        for row in found.to_dict("records")
    ]
    columns = ["Assumption", "Value (range)", "Goes along with", "95 % interval", "Source"]
    return Table(columns, rows, _CAPTION.format(over=over), words=(0, 4))


def labels_in(scenario: Scenario) -> dict[str, str]:
    """Labels of countries and channels, by name."""
    labels = {country.name: country.label for country in scenario.countries}
    return labels | {channel.name: channel.label for channel in scenario.channels}


def signed(value: float) -> str:
    """A correlation in print."""
    return f"{value:+.2f}".replace("-", "\u2212") if np.isfinite(value) else "–"
