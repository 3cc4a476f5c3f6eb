"""What takes longer than a moment: a number measured over two others, and the effect of channels shared among them, piece by piece.

The pieces are run by the layers below (`runs.run_design`, `experiments.attribution`); here they are only cut so that a page can show how
far they are, let others in between, and stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escalation_sim.errors import InputError, nearest
from escalation_sim.parameters import Array, Parameter
from escalation_sim.rules import PROFILES, SECTIONS

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.scenario import Scenario

__all__ = ["MEASURES", "Axis", "Grid", "Measure", "axes_of", "grid_pieces", "grid_row", "map_drawn"]

POINTS = 7
_PROFILE_SHOWN = ("influence", "reliability", "candour", "negotiates", "stress_tolerance", "leak_rate", "clarifies_accidents", "implements")


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
    """Every number that a map can vary, by path."""
    found = []
    for section in SECTIONS.values():
        for name, declared in section:
            if section.scope == "country":
                found += [
                    axis(f"countries.{country.name}.{section.name}.{name}", f"{plain(name)} of {country.label} ({plain(section.name)})", declared)
                    for country in scenario.countries
                ]
            elif section.scope == "shared":
                found.append(axis(f"model.{section.name}.{name}", f"{plain(name)} ({plain(section.name)})", declared))
    for channel in scenario.channels:
        found.append(Axis(f"channels.{channel.name}.relationship", f"working relationship: {channel.label}", 0.0, 1.0))
        found += [
            axis(f"channels.{channel.name}.{name}", f"{plain(name)}: {channel.label}", PROFILES["channel"][name]) for name in _PROFILE_SHOWN
        ]
    return {one.path: one for one in found}


def axis(path: str, label: str, declared: Parameter) -> Axis:
    """The axis of a declared number."""
    return Axis(path, label, declared.low, declared.high)


def plain(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


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
        raise InputError("no such measure", value=grid.measure, allowed=", ".join(MEASURES), suggestion=nearest(grid.measure, MEASURES))
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
        values, grid.across.values.tolist(), grid.up.values.tolist(), labels, digits=measure.digits, difference=grid.base is not None
    )
    words = f"{title}, over {grid.across.label} and {grid.up.label}: from {np.nanmin(values):.1f} to {np.nanmax(values):.1f}."
    return svg_in_page(figure, words, text=True)
