"""What takes longer than a moment, cut into pieces, is what the layers below give in one go."""

from __future__ import annotations

import re

import numpy as np
import pytest

from escalation_sim.analysis.estimates import mean_of
from escalation_sim.dashboard import studies
from escalation_sim.errors import InputError
from escalation_sim.experiments.attribution import attribute
from escalation_sim.runs import run

RUNS = 16


@pytest.fixture(autouse=True)
def few_points(monkeypatch):
    monkeypatch.setattr(studies, "POINTS", 2)


@pytest.fixture(scope="module")
def opened(short):
    return short.open("back_channel", 0.9)


def grid_of(scenario, base, measure="days"):
    axes = studies.axes_of(scenario)
    across, up = axes["channels.back_channel.relationship"], axes["countries.india.government.resolve"]
    return studies.Grid(scenario, base, across, up, measure, RUNS, 3)


def cells_of(grid):
    return [studies.grid_row(*piece) for piece in studies.grid_pieces(grid)]


def test_a_cell_is_the_mean_over_the_runs_of_its_point(opened):
    grid = grid_of(opened, None)
    row = studies.grid_row(grid, 1.5)
    there = run(opened.set(grid.up.path, 1.5).set(grid.across.path, 1.0), RUNS, 3)
    found = mean_of(studies.days_to_end(there.outcomes, opened))
    np.testing.assert_allclose(row[:, -1], [found.value, found.low, found.high], rtol=1e-12)


def test_a_difference_is_taken_run_by_run(short, opened):
    row = studies.grid_row(grid_of(opened, short), 1.5)
    alone = [studies.grid_row(grid_of(one, None), 1.5) for one in (opened, short)]
    np.testing.assert_allclose(row[0], alone[0][0] - alone[1][0], rtol=1e-12, atol=1e-12)
    apart = np.hypot(*(half[2] - half[0] for half in alone))
    assert (row[2] - row[0] < apart).any()  # same luck: narrower than two samples would give


def test_no_difference_is_told_where_nothing_is_changed(short):
    grid = grid_of(short, short)
    drawn = studies.map_drawn(grid, cells_of(grid))
    cells = studies.POINTS * studies.POINTS
    assert f"{cells} of {cells} cells cannot be told from 0" in drawn


def test_the_table_and_the_pointer_tell_the_interval_of_every_cell(opened):
    grid = grid_of(opened, None)
    rows = cells_of(grid)
    table = studies.map_table(grid, rows)
    assert len(table) == studies.POINTS * studies.POINTS
    assert (table["low"] <= table["mean"]).all()
    assert (table["mean"] <= table["high"]).all()
    last = table.iloc[-1]
    assert (last[grid.across.path], last[grid.up.path]) == (grid.across.high, grid.up.high)
    hints = re.findall("<title>(.*?)</title>", studies.map_drawn(grid, rows))
    assert len(hints) == len(table)
    assert f"(95 %: {last['low']:.1f} to {last['high']:.1f})" in hints[-1]


def test_a_map_needs_two_numbers(opened):
    grid = grid_of(opened, None)
    with pytest.raises(InputError, match="both axes are the same"):
        studies.grid_pieces(studies.Grid(opened, None, grid.up, grid.up, "days", RUNS, 3))


@pytest.mark.slow
def test_shares_in_pieces_are_those_of_the_command_line(short):
    pieces = studies.subset_pieces(short, "peak_rung", 4, 2)
    games = [studies.subset_values(*piece) for piece in pieces]
    svg, words = studies.shares_drawn(short, "peak_rung", 2, games)
    whole = attribute(short, "peak_rung", 4, 2)
    assert words == f"4 runs of each of {len(whole.subsets)} combinations, seed 2."
    for value in whole.values["value"]:
        assert f"{value:+.2f}" in svg
