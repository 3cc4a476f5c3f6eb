"""How the years of a rivalry are printed: tables by decade, over all the years, by the outset of crises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from escalation_sim.analysis.summary import Row
    from escalation_sim.results import Result

__all__ = ["show_years"]

_MOST_COLUMNS = 5
_INTERVAL, _SPREAD = "  95 % interval", "  10–90 % of runs"


def show_years(result: Result) -> None:
    """Print the summary of a rivalry."""
    from escalation_sim.analysis.years import by_decade, over_the_years
    from escalation_sim.cli.printing import say

    show_decades(by_decade(result))
    say("Means over the runs. A crisis counts in the years in which it begins, deaths and days as they fall.")
    say()
    show_all_years(list(over_the_years(result)))
    say()
    show_outsets(result)
    say(
        "Intervals are of 95 % for the finite number of runs, not for doubt about the model. Spread: 10 to 90 % of the runs. Deaths are persons."
    )


def show_decades(rows: Sequence[Row]) -> None:
    """Decades side by side, five at a time: each measure with its mean and, under it, interval and spread."""
    from escalation_sim.cli.printing import say, table

    labels = list(dict.fromkeys(row.label for row in rows))
    groups = list(dict.fromkeys(row.group for row in rows))
    for start in range(0, len(labels), _MOST_COLUMNS):
        shown = labels[start : start + _MOST_COLUMNS]
        lines: list[list[str]] = []
        breaks: list[int] = []
        for group in groups:
            cells = [row for row in rows if row.group == group and row.label in shown]
            breaks.append(len(lines))
            lines.append([group, *(row.value_text for row in cells)])
            lines.append([_INTERVAL, *(row.interval_text for row in cells)])
            lines.append([_SPREAD, *(row.spread_text for row in cells)])
        say(table([("By the years", "left"), *((label, "right") for label in shown)], lines, breaks[1:]))
        say()


def show_all_years(rows: Sequence[Row]) -> None:
    """What happened over all the years, one row each under its group."""
    from escalation_sim.cli.printing import say, table
    from escalation_sim.cli.run import summary_rows

    lines, breaks = summary_rows(rows)
    columns = [("Over all the years", "left"), ("Runs", "right"), ("95 %", "right"), ("Spread or share", "right")]
    say(table(columns, [line[:4] for line in lines], breaks))


def show_outsets(result: Result) -> None:
    """How crises that begin with little trust differ from those that begin with much."""
    from escalation_sim.analysis.years import LEAST_CRISES, at_the_outset, thirds_of_trust
    from escalation_sim.cli.printing import say, table

    rows = at_the_outset(result)
    if not rows:
        say(f"Crises by the trust at their outset: not compared, needs {LEAST_CRISES} crises that differ in it.")
        return
    bottom, top = thirds_of_trust(result)
    labels = list(dict.fromkeys(row.label for row in rows))
    lines = [
        [group, *(with_interval(row) for row in rows if row.group == group)]
        for group in dict.fromkeys(row.group for row in rows)
    ]
    heads = [f"trust ≤ {bottom:.2f}", f"trust ≥ {top:.2f}", labels[2]]
    say(table([("By the outset", "left"), *((head, "right") for head in heads)], lines))
    say(
        f"{len(result.crises):,} crises of all runs, the thirds of them that begin with least and with most trust. A difference between crises, not the "
        "effect of trust: what lowers trust may also make crises worse. Intervals allow for crises of one run being alike."
    )


def with_interval(row: Row) -> str:
    """The number with its interval, "6.2 % (5.1–7.4)"; bounds of a difference with "to" between them."""
    from escalation_sim.analysis.years import DIFFERENCE

    bounds = row.interval_text
    if row.interval is not None and row.interval[0] < 0.0:
        bounds = " to ".join(bounds_in_print(row))
    value = row.value_text.replace(" %", " points") if row.label == DIFFERENCE else row.value_text
    return (f"{value} ({bounds})" if bounds else value).replace("-", "−")


def bounds_in_print(row: Row) -> tuple[str, str]:
    """The two bounds in print."""
    from escalation_sim.analysis.summary import in_print

    low, high = row.interval or (0.0, 0.0)
    return in_print(low, row.unit), in_print(high, row.unit)
