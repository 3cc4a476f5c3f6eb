"""What takes longer than a moment: a number measured over two others, and the effect of channels shared among them, piece by piece.

The pieces are run by the layers below (`runs.run_design`, `experiments.attribution`); here they are only cut so that a page can show how
far they are, let others in between, and stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escalation_sim.analysis.estimates import mean_of
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
    "map_table",
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
    """Means along one row of a map and the ends of their intervals of 95 %, shape (3, column); of differences run by run where the grid has a base."""
    from escalation_sim.runs import run_design

    across = grid.across.values
    design = {grid.across.path: across, grid.up.path: np.full(len(across), height)}

    def values(scenario: Scenario) -> Array:
        table = run_design(scenario, design, grid.runs, grid.seed)
        return MEASURES[grid.measure].of(table, scenario).reshape(len(across), grid.runs)

    found = values(grid.scenario) if grid.base is None else values(grid.scenario) - values(grid.base)
    cells = [mean_of(one) for one in found]
    return np.array([[cell.value for cell in cells], [cell.low for cell in cells], [cell.high for cell in cells]])


def title_of(grid: Grid) -> str:
    """What a map shows, in words."""
    label = MEASURES[grid.measure].label
    return f"Difference your change makes in {label}" if grid.base is not None else label[:1].upper() + label[1:]


def map_table(grid: Grid, rows: list[Array]) -> pd.DataFrame:
    """One row for each cell of a map: the two numbers, what was measured, the ends of its interval of 95 %, the runs."""
    import pandas as pd

    means, low, high = np.stack(rows, axis=1)
    up, across = (axis.ravel() for axis in np.meshgrid(grid.up.values, grid.across.values, indexing="ij"))
    columns = {grid.across.path: across, grid.up.path: up, "mean": means.ravel(), "low": low.ravel(), "high": high.ravel()}
    return pd.DataFrame({**columns, "runs": grid.runs})


def map_drawn(grid: Grid, rows: list[Array]) -> str:
    """The map as an SVG element; its cells tell their intervals to the pointer."""
    from escalation_sim.plots.heat_map import heat_map_chart
    from escalation_sim.plots.vector import svg_in_page

    means, low, high = np.stack(rows, axis=1)
    across, up = grid.across.values.tolist(), grid.up.values.tolist()
    labels = (grid.across.label, grid.up.label, title_of(grid))
    in_doubt = (low <= 0.0) & (high >= 0.0) if grid.base is not None else None
    figure = heat_map_chart(
        means, across, up, labels, digits=MEASURES[grid.measure].digits, difference=grid.base is not None, uncertain=in_doubt
    )
    told = (
        f"{title_of(grid)}, over {grid.across.label} and {grid.up.label}: from {np.nanmin(means):.1f} to {np.nanmax(means):.1f}"
    )
    doubt = f"; {in_doubt.sum()} of {in_doubt.size} cells cannot be told from 0" if in_doubt is not None else ""
    return svg_in_page(figure, f"{told}{doubt}.", text=True, hints=hints_of(grid, means, low, high))


def hints_of(grid: Grid, means: Array, low: Array, high: Array) -> dict[str, str]:
    """For each cell by its name: the two numbers, what was measured, and its interval."""
    from escalation_sim.plots.heat_map import cell_name

    across, up, digits = grid.across.values, grid.up.values, MEASURES[grid.measure].digits + 1
    sign = "+" if grid.base is not None else ""

    def hint(row: int, column: int) -> str:
        mean, least, most = (f"{of[row, column]:{sign}.{digits}f}".replace("-", "\u2212") for of in (means, low, high))
        place = f"{grid.across.label} {across[column]:.3g}, {grid.up.label} {up[row]:.3g}"
        return f"{place}: {mean} (95 %: {least} to {most})"

    return {cell_name(row, column): hint(row, column) for row, column in np.ndindex(means.shape)}


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
    from escalation_sim.plots.shapley import shapley_chart
    from escalation_sim.plots.vector import svg_in_page

    players = attribution.checked_players(scenario, attribution.BILATERAL)
    present = attribution.with_all_present(scenario, players)
    found = attribution.attributed(np.concatenate(games), measured(scenario, outcome), players, present, seed)
    labels = {channel.name: channel.label for channel in scenario.channels}
    shares = zip(found.channels, found.values["value"], strict=True)
    told = "; ".join(f"{labels[name]} {share:+.2f}" for name, share in shares)
    words = f"{found.runs:,} runs of each of {len(found.subsets)} combinations, seed {seed}."
    return svg_in_page(shapley_chart(found), f"What each channel adds to {outcome}, in {found.unit}: {told}.", text=True), words
