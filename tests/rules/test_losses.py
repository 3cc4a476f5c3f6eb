"""Deaths are whole, and right on average."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from scipy import stats

from escalation_sim.parameters import Values
from escalation_sim.rules.losses import losses
from given import LADDER, array, evenly, given, seen

CALM = {
    "lethality": 0.0, "act_begun": 0.0, "posture": 0.0, "rival_posture": 0.0, "rival_act_begun": 0.0, "fire": 0.0, "attack_deaths": 0.0,
    "deaths_recent": 0.0, "deaths": 0.0,
}  # fmt: skip
COUNT = 10_000
NUMBERS = {
    "deadliness": 1.0, "spread_per_act": 0.8, "spread_of_war": 0.5, "per_exchange": 0.7, "fighting_multiplies": 3.0,
    "memory": 5.0,
}  # fmt: skip
"""Numbers of these tests, whatever the defaults."""


def toll(**changes) -> Values:
    return given("losses", **{**NUMBERS, **changes})


def lost(u=(0.0, 0.0), p=None, **changes):
    return losses(seen(**{**CALM, **changes}), p or toll(), [array(draw) for draw in u])


def mean(p=None, **changes) -> float:
    """Mean over rounding, at the average deadliness."""
    plain = toll(spread_per_act=0.0, spread_of_war=0.0)
    return float(lost((evenly(COUNT), 0.0), p or plain, **changes)["deaths_in_step"].mean())


@for_all(fire=st.integers(0, 10), per_exchange=st.floats(0.05, 5))
@settings(max_examples=30)
def test_deaths_are_whole_and_never_more_than_one_from_what_is_expected(fire, per_exchange):
    p = toll(per_exchange=per_exchange)
    dead = lost((evenly(COUNT), 0.0), p, fire=fire)["deaths_in_step"]
    assert (dead == np.floor(dead)).all()
    assert np.abs(dead - fire * per_exchange).max() < 1.0
    assert dead.mean() == pytest.approx(fire * per_exchange, abs=1.0 / COUNT)


def test_expected_deaths_are_those_of_the_ladder():
    strike, war = LADDER.rungs[6], LADDER.rungs[7]
    assert mean(rival_act_begun=6.0, rival_posture=6.0) == pytest.approx(strike.deaths_per_act, abs=1e-4)
    assert mean(act_begun=6.0, posture=6.0) == pytest.approx(strike.deaths_per_act * strike.own_share, abs=1e-4)
    assert mean(rival_posture=7.0) == pytest.approx(war.deaths_per_day * 0.25, abs=1e-4)
    assert mean(posture=7.0) == pytest.approx(war.deaths_per_day * war.own_share * 0.25, abs=1e-4)
    assert mean(posture=6.0, rival_posture=6.0) == 0.0


def test_a_day_of_war_kills_as_many_whatever_the_step():
    days = [mean(toll(spread_of_war=0.0, dt=dt), rival_posture=7.0, posture=7.0) / dt for dt in (0.125, 0.25, 1.0)]
    assert days == pytest.approx([LADDER.rungs[7].deaths_per_day * (1.0 + LADDER.rungs[7].own_share)] * 3, abs=1e-3)


def test_exchanges_are_deadlier_while_force_is_used_by_either_side():
    p = toll(per_exchange=0.7, fighting_multiplies=3.0)
    assert mean(p, fire=2.0) == pytest.approx(1.4, abs=1e-4)
    assert mean(p, fire=2.0, posture=4.0) == mean(p, fire=2.0, rival_posture=4.0) == pytest.approx(5.6, abs=1e-4)


@pytest.mark.parametrize("spread", [0.4, 0.8, 1.5])
def test_acts_vary_but_kill_as_expected_on_average(spread):
    normal = stats.norm.ppf(evenly(200_000))
    uniform = np.random.default_rng(2).permutation(evenly(200_000))
    dead = lost((uniform, normal), toll(spread_per_act=spread), rival_act_begun=6.0)["deaths_in_step"]
    assert dead.mean() == pytest.approx(LADDER.rungs[6].deaths_per_act, rel=0.01)
    assert np.median(dead) == pytest.approx(LADDER.rungs[6].deaths_per_act * np.exp(-0.5 * spread**2), abs=1.0)


def test_wars_vary_but_kill_as_expected_on_average():
    count = 200_000
    uniform = np.random.default_rng(2).permutation(evenly(count))
    p = toll(spread_of_war=0.5)
    dead = lost((uniform, 0.0), p, rival_posture=8.0, lethality=stats.norm.ppf(evenly(count)))["deaths_in_step"]
    assert dead.mean() == pytest.approx(LADDER.rungs[8].deaths_per_day * 0.25, rel=0.005)


def test_the_dead_of_attacks_are_counted_as_they_are():
    found = lost((0.999, 0.0), attack_deaths=26.0, deaths=3.0)
    assert found["deaths_in_step"] == array(26.0)
    assert found["deaths"] == array(29.0)


def test_one_death_adds_one_in_all_to_the_recent_deaths_over_time():
    p, total = toll(memory=5.0, dt=0.01), 0.0
    recent = lost(p=p, attack_deaths=1.0)["deaths_recent"]
    for _ in range(10_000):
        total += float(recent[0]) * 0.01
        recent = lost(p=p, deaths_recent=recent)["deaths_recent"]
    assert total == pytest.approx(1.0, rel=2e-3)


@pytest.mark.parametrize("memory", [1.0, 5.0])
def test_steady_losses_are_recent_losses_in_steps_of_six_hours(memory):
    p, recent = toll(memory=memory), array(0.0)
    for _ in range(800):
        recent = lost(p=p, attack_deaths=2.0, deaths_recent=recent)["deaths_recent"]
    assert recent == pytest.approx([8.0], rel=1e-3)
