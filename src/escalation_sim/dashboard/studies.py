"""What takes longer than a moment: a number measured over two others, and the effect of channels shared among them, piece by piece.

The pieces are run by the layers below (`runs.run_design`, `experiments.attribution`); here they are only cut so that a page can show how
far they are, let others in between, and stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escalation_sim.analysis.measures import Outcome, named_measure
from escalation_sim.analysis.readable import path_in_words
from escalation_sim.errors import InputError, nearest
from escalation_sim.experiments import attribution
from escalation_sim.inputs import varied
from escalation_sim.parameters import Array
from escalation_sim.rulers import ruler_of

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.scenario import Scenario

__all__ = [
    "MEASURES",
    "Axis",
    "Grid",
    "Measure",
    "axes_of",
    "grid_pieces",
    "grid_row",
    "map_drawn",
    "shares_drawn",
    "subset_pieces",
    "subset_values",
]

POINTS = 7
_SUBSETS = 4


@dataclass(frozen=True)
class Axis:
    """A number that can be varied: its path in a scenario, its name for readers, its plausible range."""

    path: str
    label: str
    low: float
    high: float

    @property
    def values(self) -> Array:
        """Evenly spread values over the range."""
        return np.linspace(self.low, self.high, POINTS)


@dataclass(frozen=True)
class Measure:
    """What is measured: words for readers, digits after the point, and the value of every run from a table of outcomes."""

    label: str
    digits: int
    of: Callable[[pd.DataFrame, Scenario], Array]


def reached(mark: str) -> Callable[[pd.DataFrame, Scenario], Array]:
    """Whether a run peaked at a mark of the ladder or above, in percent."""
    return lambda table, scenario: 100.0 * (table["peak_rung"].to_numpy(dtype=float) >= getattr(scenario.ladder, mark))


def days_to_end(table: pd.DataFrame, scenario: Scenario) -> Array:
    """Days to the end; the horizon for a run that has not ended."""
    return table["days_to_end"].fillna(scenario.horizon_days).to_numpy(dtype=float)


MEASURES: Mapping[str, Measure] = {
    "force": Measure("crises in which force is used across the border, in 100", 0, reached("force")),
    "war": Measure("crises that become war, in 100", 1, reached("war")),
    "days": Measure("mean days to the end", 0, days_to_end),
    "deaths": Measure("mean number of deaths", 0, lambda table, _: table["deaths_total"].to_numpy(dtype=float)),
}
"""What can be mapped."""


def axes_of(scenario: Scenario) -> dict[str, Axis]:
    """Every number that a map can vary, with its plausible range, by path."""
    labels = {
        **{country.name: country.label for country in scenario.countries},
        **{channel.name: channel.label for channel in scenario.channels},
    }
    found = {
        (path := f"channels.{channel.name}.relationship"): Axis(path, f"working relationship: {channel.label}", 0.0, 1.0)
        for channel in scenario.channels
    }
    for path, number in varied(scenario).items():
        if number.range is not None and path not in found:
            found[path] = Axis(path, path_in_words(path, labels), *number.range)
    return found


@dataclass(frozen=True)
class Grid:
    """What is to be mapped.

    Attributes
    ----------
    scenario : the scenario on screen.
    base : the scenario as it was, where the map shows the difference that the change makes; else None.
    across, up : the numbers along the two axes.
    measure : a key of `MEASURES`.
    runs, seed : runs at each point, with the same luck at every point.
    """

    scenario: Scenario
    base: Scenario | None
    across: Axis
    up: Axis
    measure: str
    runs: int
    seed: int


def grid_pieces(grid: Grid) -> list[tuple[Grid, float]]:
    """One piece for each row of a map; raises InputError where both axes are the same or a name is unknown."""
    if grid.across.path == grid.up.path:
        raise InputError("both axes are the same", key="axes", value=grid.across.path, allowed="two different numbers")
    if grid.measure not in MEASURES:
        raise InputError(
            "no such measure", value=grid.measure, allowed=", ".join(MEASURES), suggestion=nearest(grid.measure, MEASURES)
        )
    return [(grid, float(value)) for value in grid.up.values]


def grid_row(grid: Grid, height: float) -> Array:
    """Means along one row of a map, shape (column,); differences, after less before, where the grid has a base."""
    from escalation_sim.runs import run_design

    across = grid.across.values
    design = {grid.across.path: across, grid.up.path: np.full(len(across), height)}
    measure = MEASURES[grid.measure]

    def means(scenario: Scenario) -> Array:
        table = run_design(scenario, design, grid.runs, grid.seed)
        return measure.of(table, scenario).reshape(len(across), grid.runs).mean(axis=1)

    found = means(grid.scenario)
    return found if grid.base is None else found - means(grid.base)


def map_drawn(grid: Grid, rows: list[Array]) -> str:
    """The map as an SVG element."""
    from escalation_sim.plots.heat_map import heat_map_chart
    from escalation_sim.plots.vector import svg_in_page

    values, measure = np.stack(rows), MEASURES[grid.measure]
    change = "Difference your change makes in " if grid.base is not None else ""
    title = f"{change}{measure.label}" if change else measure.label[:1].upper() + measure.label[1:]
    labels = (grid.across.label, grid.up.label, title)
    figure = heat_map_chart(
        values,
        grid.across.values.tolist(),
        grid.up.values.tolist(),
        labels,
        digits=measure.digits,
        difference=grid.base is not None,
    )
    words = f"{title}, over {grid.across.label} and {grid.up.label}: from {np.nanmin(values):.1f} to {np.nanmax(values):.1f}."
    return svg_in_page(figure, words, text=True)


def measured(scenario: Scenario, outcome: str) -> Outcome:
    """The measure of an outcome; raises InputError for one that is not known."""
    return named_measure(outcome, [name for name in ruler_of(scenario).names(scenario) if name != "ended_by"])


def subset_pieces(scenario: Scenario, outcome: str, runs: int, seed: int) -> list[tuple[Scenario, str, int, int, int, int]]:
    """Pieces of an attribution: so many of the subsets of the channels each. Raises InputError."""
    subsets = 1 << len(attribution.checked_players(scenario, attribution.BILATERAL))
    return [(scenario, outcome, first, min(first + _SUBSETS, subsets), runs, seed) for first in range(0, subsets, _SUBSETS)]


def subset_values(scenario: Scenario, outcome: str, first: int, stop: int, runs: int, seed: int) -> Array:
    """Value of every run under some of the subsets, shape (subset, run)."""
    from escalation_sim.runs import run_design

    players = attribution.checked_players(scenario, attribution.BILATERAL)
    present = attribution.with_all_present(scenario, players)
    table = run_design(present, attribution.design_of(range(first, stop), players), runs, seed)
    values: Array = measured(scenario, outcome).values(table, present, float(present.horizon_days))
    return values.reshape(stop - first, runs)


def shares_drawn(scenario: Scenario, outcome: str, seed: int, games: list[Array]) -> tuple[str, str]:
    """Shapley values as an SVG element, and what was run in words."""
    from escalation_sim.plots.heat_map import shares_chart
    from escalation_sim.plots.vector import svg_in_page

    players = attribution.checked_players(scenario, attribution.BILATERAL)
    present = attribution.with_all_present(scenario, players)
    found = attribution.attributed(np.concatenate(games), measured(scenario, outcome), players, present, seed)
    labels = {channel.name: channel.label for channel in scenario.channels}
    scale, unit = (100.0, "crises in 100") if found.unit == "share" else (1.0, found.unit)
    value, low, high = (scale * found.values[name].to_numpy(dtype=float) for name in ("value", "value_low", "value_high"))
    titles = {
        "peak_rung": "the peak",
        "force": "the use of force",
        "days_to_end": "the length",
        "deaths_total": "the number of dead",
    }
    title = f"What each channel does to {titles.get(outcome, outcome)}"
    names = [labels[str(name)] for name in found.values.index]
    figure = shares_chart(
        names, value, low, high, (title, f"{unit}; left of 0: fewer or lower. Whiskers: 95 % for the number of runs")
    )
    told = "; ".join(f"{name} {number:+.2f}" for name, number in zip(names, value, strict=True))
    words = f"{found.runs:,} runs of each of {len(found.subsets)} combinations, seed {seed}."
    return svg_in_page(figure, f"{title}, in {unit}: {told}.", text=True), words
