"""What is computed and drawn in worker processes: plain functions that can be sent there.

Imports are made inside the functions, so that the page is there before the engine and Matplotlib are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.analysis.playback import Playback
    from escalation_sim.batch import Ledger
    from escalation_sim.results import Result
    from escalation_sim.runs import Task
    from escalation_sim.scenario import Scenario

__all__ = [
    "FIRST_YEAR", "LAST_YEAR", "YearsAxis", "calendar_drawn", "chart", "chart_file", "differences", "part_ran", "ran", "run_drawn", "run_played", "runs_file", "warm",
]  # fmt: skip

FIRST_YEAR, LAST_YEAR = 1980, 2025
"""Years of the calendar."""

_WARMING_RUNS = 8


def warm(scenario: Scenario) -> None:
    """Load what the first answer will need."""
    from escalation_sim.plots.pairs import PAIR_CHARTS
    from escalation_sim.runs import run

    result = run(scenario, _WARMING_RUNS, 1)
    for name in PAIR_CHARTS:
        chart(name, result, result)


def ran(scenario: Scenario, runs: int, seed: int) -> Result:
    """Runs of a scenario."""
    from escalation_sim.runs import run

    return run(scenario, runs, seed)


def part_ran(part: Task) -> Ledger:
    """Some runs of a scenario."""
    return part.done()


def chart(name: str, before: Result, after: Result | None) -> str:
    """A chart of one or two results as an SVG element."""
    from escalation_sim.plots.pairs import PAIR_CHARTS, alternative_text
    from escalation_sim.plots.vector import svg_in_page

    return svg_in_page(PAIR_CHARTS[name](before, after), alternative_text(name, before, after), text=True)


def chart_file(name: str, kind: str, before: Result, after: Result | None) -> bytes:
    """One chart as the content of a file, "png" or "svg"."""
    from escalation_sim.plots.pairs import PAIR_CHARTS
    from escalation_sim.plots.vector import picture

    return picture(PAIR_CHARTS[name](before, after), kind)


def differences(before: Result, after: Result) -> pd.DataFrame:
    """Outcomes before and after, with intervals; see `analysis.differences`."""
    from escalation_sim.analysis.differences import paired_differences

    return paired_differences(before, after)


def runs_file(kind: str, before: Result, after: Result | None) -> bytes:
    """Outcomes, one row per run of each of one or two results, as the content of a "csv" or "parquet" file."""
    import io

    import pandas as pd

    tables = {"as it was": before.outcomes} | ({} if after is None else {"with the change": after.outcomes})
    table = pd.concat(tables, names=["variant"]).reset_index()
    stream = io.BytesIO()
    if kind == "csv":
        table.to_csv(stream, index=False)
    else:
        table.to_parquet(stream, index=False)
    return stream.getvalue()


def run_played(scenario: Scenario, seed: int, run: int) -> Playback:
    """A run, recorded."""
    from escalation_sim.analysis.playback import played

    return played(scenario, seed, run)


def run_drawn(playback: Playback, title: str, last: float | None) -> tuple[str, tuple[float, float]]:
    """The chart of a run as an SVG element, and where its first and last day lie as shares of the width.

    `last` : last day on the axis, for one of two charts beside each other; None for one alone.
    """
    from escalation_sim.plots.run_path import NARROW, WIDTH, run_chart, run_in_words, span_of_days
    from escalation_sim.plots.vector import svg_in_page

    width = WIDTH if last is None else NARROW
    shown = max(playback.day(playback.last), 7.0) if last is None else last
    chart = svg_in_page(run_chart(playback, width, title, shown), run_in_words(playback), text=True)
    return chart, span_of_days(playback, width, shown)


@dataclass(frozen=True)
class YearsAxis:
    """Where the years stand on a chart: shares of its width, and the years there."""

    left: float
    right: float
    first: float
    last: float


def calendar_drawn(as_of: str | None) -> tuple[str, YearsAxis]:
    """The calendar of channels as an SVG element, a day marked, and where its years stand. A day off the chart is not marked."""
    from escalation_sim.errors import InputError
    from escalation_sim.plots.calendar import calendar_chart, crises_and_wars
    from escalation_sim.plots.vector import svg_in_page

    try:
        figure = calendar_chart(crises_and_wars(), as_of)
    except InputError:
        figure = calendar_chart(crises_and_wars())
    axes = figure.axes[1]
    place, (first, last) = axes.get_position(), axes.get_xlim()
    words = "Bands for seven channels from 1980 to 2025, filled where open, hatched where suspended, with crises marked; Track II below."
    return svg_in_page(figure, words, text=True), YearsAxis(place.x0, place.x1, first, last)
