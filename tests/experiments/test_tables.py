"""Means by level: over all levels of what else varies, with intervals that know that every point has the same luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from escalation_sim.experiments.tables import levels_of, summary
from escalation_sim.plots.sweeps import changes_by_state


def made(points, runs=400, seed=1):
    """Rows in which an outcome is the luck of the run, plus 1 for the level b of `first`, plus 10 times `second`."""
    luck = np.random.default_rng(seed).normal(size=runs)
    frame = points.loc[np.repeat(points.index, runs)]
    values = np.tile(luck, len(points)) + (frame["first"] == "b").to_numpy(float) + 10.0 * frame["second"].to_numpy(float)
    return pd.DataFrame({"point": frame.index, "run": np.tile(np.arange(runs), len(points)), "value": values}), luck


POINTS = pd.DataFrame({"first": list("aabb"), "second": [0.0, 1.0, 0.0, 1.0]}, index=pd.RangeIndex(4, name="point"))


def test_the_mean_of_a_level_is_over_all_levels_of_the_others():
    rows, luck = made(POINTS)
    found = levels_of(rows, POINTS, ["first"], "value")
    assert found["first"].tolist() == ["a", "b"]
    assert np.allclose(found["mean"], luck.mean() + 5.0 + np.array([0.0, 1.0]))


def test_the_interval_counts_a_run_once_however_many_points_share_its_luck():
    rows, luck = made(POINTS)
    found = levels_of(rows, POINTS, ["first"], "value")
    half = 1.959963984540054 * luck.std(ddof=1) / np.sqrt(len(luck))
    assert np.allclose(found["high"] - found["mean"], half)


def test_two_factors_give_a_row_for_each_combination():
    rows, luck = made(POINTS)
    found = levels_of(rows, POINTS, ["first", "second"], "value")
    assert np.allclose(found["mean"] - luck.mean(), [0.0, 10.0, 1.0, 11.0])


def test_a_summary_leaves_out_what_a_run_does_not_have():
    values = np.array([[1.0, np.nan, 3.0, 2.0], [np.nan] * 4, [5.0, np.nan, np.nan, np.nan]])
    found = summary(np.arange(3), "x", values)
    assert found["runs"].tolist() == [3, 0, 1]
    assert found["mean"].tolist()[0] == pytest.approx(2.0)
    assert found["median"].tolist()[0] == 2.0
    assert np.isnan(found["mean"][1])
    assert np.isnan(found["low"][2])


def test_the_change_of_a_channel_is_taken_beside_the_same_state_of_the_others():
    states = [(a, b) for a in ("closed", "open") for b in ("open", "closed")]
    points = pd.DataFrame(states, columns=["a", "b"], index=pd.RangeIndex(4, name="point"))
    values = pd.DataFrame({0: [1.0, 2.0, 30.0, 400.0], 1: [0.0, 0.0, 5.0, 6.0]}, index=points.index)
    found = changes_by_state(points, ["a", "b"], "a", values)
    assert sorted(found.tolist()) == [[29.0, 5.0], [398.0, 6.0]]
