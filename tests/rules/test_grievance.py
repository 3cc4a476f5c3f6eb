"""Injury asks for an answer, fades, is relieved, and saturates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.grievance import grievance_next, resentment
from given import LADDER, array, given, seen

CALM = {
    "grievance": 3.0, "attack_injury": 0.0, "rival_act_begun": 0.0, "rival_posture": 0.0, "rival_accident_misread": 0.0,
    "deaths_recent": 0.0, "posture": 0.0, "act_begun": 0.0, "deal_struck": 0.0,
}  # fmt: skip
NUMBERS = {
    "fading": 0.04, "sensitivity": 1.0, "ceiling": 12.0, "per_log_deaths": 0.12, "relief": 0.5, "concession": 0.6,
    "accident": 0.6,
}  # fmt: skip
"""Numbers of these tests, whatever the defaults."""


def injured(**changes) -> Values:
    return given("grievance", **{**NUMBERS, **changes})


def after(grievance=3.0, injury=0.0, answered=0.0, conceded=0.0, **changes):
    p = {"fading": 0.04, "ceiling": 12.0, "relief": 0.5, "concession": 0.6, "dt": 0.25, **changes}
    return grievance_next(
        *map(array, (grievance, injury, answered, conceded)), **{name: array(value) for name, value in p.items()}
    )


def resented(p=None, **changes):
    return resentment(seen(**{**CALM, **changes}), p or injured(), [])["grievance"]


def test_half_a_grievance_is_left_after_its_half_life():
    assert after(8.0, fading=np.log(2.0) / 10.0, dt=10.0) == pytest.approx([4.0])
    grievance = array(8.0)
    for _ in range(80):
        grievance = after(grievance, fading=np.log(2.0) / 10.0, dt=0.125)
    assert grievance == pytest.approx([4.0])


@for_all(grievance=st.floats(0, 12), relief=st.floats(0, 3))
@settings(max_examples=25)
def test_a_full_answer_relieves_by_exp_relief_and_two_half_answers_are_one(grievance, relief):
    whole = after(grievance, answered=1.0, relief=relief, dt=0.0)
    assert whole == pytest.approx([grievance * np.exp(-relief)])
    assert after(after(grievance, answered=0.5, relief=relief, dt=0.0), answered=0.5, relief=relief, dt=0.0) == pytest.approx(
        whole
    )


def test_a_concession_takes_its_share_and_a_full_one_takes_all():
    assert after(5.0, conceded=1.0, concession=0.6, dt=0.0) == pytest.approx([2.0])
    assert after(5.0, conceded=1.0, concession=1.0) == 0.0


@for_all(injuries=st.lists(st.floats(0, 30), min_size=1, max_size=8), start=st.floats(0, 12))
@settings(max_examples=40)
def test_grievance_never_rises_above_its_ceiling_nor_falls_by_injury(injuries, start):
    grievance = array(start)
    for injury in injuries:
        worse = after(grievance, injury, fading=0.0)
        assert (grievance - 1e-12 <= worse).all()
        assert (worse <= 12.0).all()
        grievance = worse


def test_the_tenth_injury_adds_less_than_the_first_and_at_the_ceiling_nothing():
    path = [array(0.0)]
    for _ in range(10):
        path.append(after(path[-1], 1.0, fading=0.0))
    added = np.diff(np.ravel(path))
    assert added[0] == 1.0
    assert (np.diff(added) < 0.0).all()
    assert after(12.0, 5.0, fading=0.0) == 12.0


def test_where_nothing_happens_grievance_only_fades():
    assert resented(injured(fading=0.04)) == pytest.approx([3.0 * np.exp(-0.04 * 0.25)], abs=1e-15)


def test_a_strike_injures_by_the_ladders_table():
    p = injured(fading=0.0, ceiling=12.0)
    for rung in (4, 5, 6):
        injury = LADDER.rungs[rung].injures
        assert resented(p, rival_act_begun=rung, rival_posture=rung) == pytest.approx([3.0 + injury * 0.75])


def test_an_act_injures_once_and_a_held_posture_every_day():
    p = injured(fading=0.0, ceiling=12.0)
    assert resented(p, rival_posture=5.0) == 3.0
    for rung in (3, 7):
        assert resented(p, rival_posture=rung) == pytest.approx([3.0 + LADDER.rungs[rung].injures * 0.25 * 0.75])


def test_ones_own_strike_relieves():
    p = injured(fading=0.0, relief=0.5)
    assert resented(p, act_begun=5.0, posture=5.0) == pytest.approx([3.0 * np.exp(-0.5 * LADDER.rungs[5].answers)])


def test_a_day_of_war_answers_like_one_act_of_its_rung_whatever_the_step():
    for dt in (0.125, 0.25, 1.0):
        p = injured(fading=0.0, relief=0.5, dt=dt)
        grievance = 3.0
        for _ in range(round(1 / dt)):
            grievance = resented(p, grievance=grievance, posture=7.0)
        assert grievance == pytest.approx([3.0 * np.exp(-0.5 * LADDER.rungs[7].answers)])


def test_an_accident_read_as_intended_injures_like_a_share_of_a_raid():
    found = resentment(seen(**{**CALM, "rival_accident_misread": 1.0}), injured(fading=0.0, accident=0.6, ceiling=12.0), [])
    injury = 0.6 * LADDER.rungs[LADDER.force].injures
    assert found["grievance_by_accident"] == pytest.approx([injury])
    assert found["grievance"] == pytest.approx([3.0 + injury * 0.75])


def test_the_hundredth_death_weighs_less_than_the_tenth():
    p = injured(fading=0.0, per_log_deaths=0.12, ceiling=12.0)
    grown = [float(resented(p, deaths_recent=deaths)[0]) for deaths in (0.0, 10.0, 20.0, 100.0, 110.0)]
    assert grown[1] == pytest.approx(3.0 + 0.12 * np.log(11.0) * 0.25 * 0.75)
    assert grown[2] - grown[1] > grown[4] - grown[3] > 0.0


def test_bitterness_is_the_share_of_the_ceiling():
    found = resentment(seen(**CALM), injured(ceiling=6.0), [])
    assert found["bitterness"] == found["grievance"] / 6.0
