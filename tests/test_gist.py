"""A comparison in a sentence, and the runs that show it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from escalation_sim.analysis.differences import paired_differences
from escalation_sim.analysis.gist import gist, in_hundred, saved_run, state_in_words, worst_run
from escalation_sim.analysis.readable import readable_differences
from escalation_sim.errors import InputError
from escalation_sim.runs import run


@pytest.fixture(scope="module")
def before(short):
    return run(short, 100, 1)


def with_outcomes(result, **columns):
    return dataclasses.replace(result, outcomes=result.outcomes.assign(**columns))


def test_a_run_lowered_in_31_of_100_is_said_so(before):
    peak = np.full(100, 5.0)
    lowered = peak - (np.arange(100) < 31) + (np.arange(100) >= 96)
    one = with_outcomes(before, peak_rung=peak, days_to_end=np.full(100, 20.0), deaths_total=np.full(100, 90.0))
    other = with_outcomes(
        one, peak_rung=lowered, days_to_end=np.full(100, 14.0), deaths_total=np.where(np.arange(100) < 40, 60.0, 90.0)
    )
    said = gist(one, other, "With a back channel open")
    assert said.sentence == (
        "With a back channel open, 31 in 100 crises peak lower and 4 in 100 higher; the median crisis ends 6 days sooner, "
        "and fewer people die in 40 in 100 and more in none."
    )
    assert "100 pairs of runs" in said.footing


def test_no_change_is_said_plainly(before):
    assert "nothing changes" in gist(before, before).sentence


def test_crises_that_no_longer_end_are_said_so(before):
    one = with_outcomes(before, days_to_end=np.full(100, 20.0))
    other = with_outcomes(before, days_to_end=np.full(100, np.nan), peak_rung=before.outcomes["peak_rung"] + 1)
    assert "no longer ends before the horizon" in gist(one, other).sentence
    assert "now ends, on day 20" in gist(other, one).sentence


@pytest.mark.parametrize(("end", "words"), [(20.5, "on the same day"), (21.0, "1 day later"), (18.4, "2 days sooner")])
def test_no_crisis_ends_0_days_sooner(before, end, words):
    one = with_outcomes(before, days_to_end=np.full(100, 20.0))
    other = with_outcomes(before, days_to_end=np.full(100, end), peak_rung=before.outcomes["peak_rung"] + 1)
    assert f"the median crisis ends {words}" in gist(one, other).sentence


def test_rare_is_not_none():
    assert [in_hundred(share) for share in (0.0, 0.005, 0.31)] == ["none", "fewer than 1", "31"]


def test_unlike_seeds_are_refused(before, short):
    with pytest.raises(InputError, match="seeds"):
        gist(before, run(short, 100, 2))


def test_the_state_of_things_counts_what_the_outcomes_say(before):
    ladder = before.scenario.ladder
    force = 100.0 * (before.outcomes["peak_rung"] >= ladder.force).mean()
    assert f"in {force:.0f} in 100 crises" in state_in_words(before).sentence


def test_the_worst_run_is_the_highest_then_the_deadliest(before):
    table = before.outcomes
    worst = table.loc[worst_run(before)]
    assert worst["peak_rung"] == table["peak_rung"].max()
    assert worst["deaths_total"] == table.loc[table["peak_rung"] == worst["peak_rung"], "deaths_total"].max()


def test_the_saved_run_came_down_furthest_and_none_is_found_where_none_did(before):
    lowered = before.outcomes["peak_rung"].to_numpy(dtype=float).copy()
    lowered[42] -= 3.0
    assert saved_run(before, with_outcomes(before, peak_rung=lowered)) == 42
    assert saved_run(before, before) is None


def test_a_share_is_read_in_percent_and_its_difference_in_points():
    found = pd.DataFrame([("war", 0.02, 0.01, -0.01, -0.015, -0.005, "share")])
    assert readable_differences(found) == [("War", "2.0 %", "1.0 %", "\u22121.0 points", "\u22121.5 to \u22120.5 points")]


def test_every_row_of_a_comparison_can_be_read(before):
    assert len(readable_differences(paired_differences(before, before))) > 5
