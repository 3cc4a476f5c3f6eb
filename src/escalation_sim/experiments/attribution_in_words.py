"""An attribution in words, and its table as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from escalation_sim.analysis.in_print import number, signed
from escalation_sim.experiments.attribution import Attribution, with_all_present
from escalation_sim.scenario import Channel, Scenario

__all__ = ["UNITS", "difference", "interaction_lines", "presence_in_words", "total_in_words", "value_rows"]

UNITS = {"share": "points", "rungs": "rungs", "days": "days", "deaths": "deaths"}
"""What values of an outcome's unit are counted in."""

_SCALE = {"share": (100.0, 2), "rungs": (1.0, 3), "days": (1.0, 2), "deaths": (1.0, 1)}
_MANY = 10


def presence_in_words(crisis: Scenario, players: Sequence[Channel]) -> str:
    """What present and absent mean here."""
    closed = {channel.name for channel in players if channel.status == 0.0}
    given = [
        f"{channel.name} {channel.relationship.value:g}"
        + (f" ({channel.relationship.range[0]:g} to {channel.relationship.range[1]:g})" if channel.relationship.range else "")
        for channel in with_all_present(crisis, players).channels
        if channel.name in closed
    ]
    there = "Present: open from the first day, with the working relationship of the scenario"
    return f"{there}{'; closed there, and given one: ' + ', '.join(given) if given else ''}. Absent: closed."


def total_in_words(found: Attribution) -> str:
    """The outcome with none and with all of the channels, and the difference."""
    totals: Any = found.totals
    scale, digits = _SCALE.get(found.unit, (1.0, 3))
    percent = " %" if found.unit == "share" else ""
    none, every = (f"{number(scale * totals.loc[name, 'value'], digits)}{percent}" for name in ("none", "all"))
    return f"{none} with none of them, {every} with all: {difference(totals.loc['effect'], found.unit)}"


def difference(row: Any, unit: str) -> str:
    """A difference and its interval in print."""
    scale, digits = _SCALE.get(unit, (1.0, 3))
    value, low, high = (signed(scale * row[name], digits) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})" if row["low"] == row["low"] else value


def value_rows(found: Attribution) -> list[list[str]]:
    """The table of values in print, one row for each channel, the largest first."""
    scale, digits = _SCALE.get(found.unit, (1.0, 3))
    values: Any = found.values.sort_values("value", key=lambda column: -column.abs(), kind="stable")
    rows = []
    row: Any
    for name, row in values.iterrows():
        low, high = (signed(scale * row[end], digits) for end in ("value_low", "value_high"))
        between = f"{low} to {high}" if row["value_low"] == row["value_low"] else ""
        shown = (signed(scale * row[way], digits) for way in ("value", "alone", "lost"))
        value, alone, lost = shown
        rows.append([str(name), value, between, alone, lost])
    return rows


def interaction_lines(found: Attribution) -> list[str]:
    """The pairs that do more or less together than each alone, as far as their intervals tell."""
    table = found.interactions
    told = table[(table["low"] > 0.0) | (table["high"] < 0.0)].sort_values("value", key=lambda column: -column.abs())
    if told.empty:
        return ["No two of them do more or less together than each alone by more than chance: all intervals hold 0."]
    pairs: Any = told.iterrows()
    words = [f"{first} and {second} {difference(row, found.unit)}" for (first, second), row in pairs]
    by_chance = f" (of {len(table)} intervals, one in twenty misses 0 by chance)" if len(table) >= _MANY else ""
    return [f"Together, beyond each alone: {'; '.join(words)}{by_chance}."]
