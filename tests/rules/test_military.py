"""From orders to acts: days of preparation, the window to withdraw, the fall back to alert, overshoots, accidents."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.military import act, highest_posture_ready, overshot, readiness_next
from given import LADDER, array, evenly, given, seen

LUCKIEST = 1.0 - 2.0**-53
AIR_STRIKE, RAID, ALERT = 5.0, 4.0, 3.0
COLD = {
    "posture_wanted": 0.0, "forced_posture": 0.0, "rival_posture": 0.0, "posture": 0.0, "readiness": 0.0, "tempo": 0.0,
    "act_left": 0.0, "explains": 0.0,
}  # fmt: skip
STATE = tuple(COLD)
NUMBERS = {
    "pace": 1.0, "tempo_spread": 0.25, "hurry": 3.0, "standing_down": 0.05, "regrouping": 2.0, "autonomy": 0.15,
    "accidents": 0.004,
}  # fmt: skip
"""Numbers of these tests, whatever the defaults."""


def army(**changes) -> Values:
    return given("military", **{**NUMBERS, **changes})


def once(p, u=(LUCKIEST,) * 2, **changes):
    """One step; `u` holds the draws for going further than ordered, and for an accident."""
    return act(seen(**{**COLD, **changes}), p, [array(draw) for draw in u])


def marched(days: float, wanted, p=None, **changes) -> list[dict[str, float]]:
    """Steps of a military whose government wants `wanted(day)`."""
    p = p or army()
    state, steps = {**COLD, **changes}, []
    dt = float(p.dt[0])
    for step in range(round(days / dt)):
        state["posture_wanted"] = wanted(step * dt)
        written = {name: float(value[0]) for name, value in once(p, **state).items()}
        state |= {name: value for name, value in written.items() if name in STATE}
        steps.append({"day": (step + 1) * dt, **written})
    return steps


def begun(steps) -> list[float]:
    return [step["day"] for step in steps if step["act_begun"] > 0.0]


@pytest.mark.parametrize("dt", [0.125, 0.25])
@pytest.mark.parametrize("tempo", [-1.0, 0.0, 1.5])
def test_from_cold_an_air_strike_takes_its_days_of_preparation_at_the_militarys_tempo(dt, tempo):
    steps = marched(25, lambda day: AIR_STRIKE, army(dt=dt, tempo_spread=0.25), tempo=tempo)
    days = LADDER.rungs[5].prepares / np.exp(0.25 * tempo)
    assert begun(steps)[0] == pytest.approx(days, abs=dt)
    assert begun(steps)[0] >= days - 1e-9


def test_forces_go_on_alert_on_the_way_to_a_strike():
    steps = marched(13, lambda day: AIR_STRIKE)
    first_alert = next(step["day"] for step in steps if step["posture"] == ALERT)
    assert first_alert == LADDER.rungs[3].prepares
    assert {step["posture"] for step in steps if first_alert <= step["day"] < 12.0} == {ALERT}


def test_an_order_stands_until_it_is_carried_out():
    steps = marched(12.5, lambda day: AIR_STRIKE)
    assert {step["order"] for step in steps if step["day"] < 12.0} == {AIR_STRIKE}
    assert {step["order"] for step in steps if step["day"] >= 12.0} == {0.0}


@pytest.mark.parametrize("withdrawn", [5.0, 11.5])
def test_an_order_can_be_withdrawn_as_long_as_it_is_being_prepared(withdrawn):
    steps = marched(30, lambda day: AIR_STRIKE if day < withdrawn else 2.0)
    assert begun(steps) == []
    assert all(step["order"] == 0.0 for step in steps if step["day"] > withdrawn)
    assert steps[-1]["posture"] == 2.0


def test_readiness_is_lost_slowly_when_nothing_is_ordered():
    steps = marched(20, lambda day: AIR_STRIKE if day < 10.0 else 0.0, army(standing_down=0.05))
    assert steps[-1]["readiness"] == pytest.approx(10.0 * np.exp(-0.05 * 10.0))
    again = marched(20, lambda day: AIR_STRIKE, readiness=steps[-1]["readiness"])
    assert begun(again)[0] == pytest.approx(12.0 - 10.0 * np.exp(-0.5), abs=0.25)


@pytest.mark.parametrize("regrouping", [1.5, 2.0, 4.0])
def test_readiness_carried_over_brings_the_next_act_after_the_days_of_regrouping(regrouping):
    steps = marched(40, lambda day: AIR_STRIKE, army(hurry=0.0, regrouping=regrouping))
    assert np.diff(begun(steps)) == pytest.approx(regrouping)


def test_once_shooting_has_begun_the_next_strike_follows_when_the_last_is_over():
    assert np.diff(begun(marched(20, lambda day: AIR_STRIKE, army(hurry=3.0))))[0] == 1.0


def test_shooting_hurries_preparation_whoever_shoots():
    hurried = marched(12, lambda day: AIR_STRIKE, army(hurry=3.0), rival_posture=RAID)
    assert begun(hurried)[0] == 3.0


@pytest.mark.parametrize("rung", [4, 5, 6])
def test_an_act_lasts_as_long_as_its_rung_says_and_falls_back_to_alert(rung):
    steps = marched(30, lambda day: float(rung) if day < LADDER.rungs[rung].prepares else 0.0)
    lasted = [step["day"] for step in steps if step["posture"] == rung]
    after = steps[[step["day"] for step in steps].index(lasted[-1]) + 1]
    assert len(lasted) * 0.25 == LADDER.rungs[rung].lasts
    assert after["posture"] == LADDER.rungs[rung].falls_back_to == ALERT
    assert len(begun(steps)) == 1


def test_war_is_held_until_it_is_given_up():
    steps = marched(40, lambda day: 7.0 if day < 30.0 else 2.0)
    assert {step["posture"] for step in steps if 16.0 <= step["day"] <= 30.0} == {7.0}
    assert steps[-1]["posture"] == 2.0
    assert begun(steps) == []


def test_a_posture_below_the_one_wanted_is_taken_while_it_is_prepared():
    wanted, readiness = array([8, 8, 8, 8, 2, 0]), array([0.0, 3.0, 16.0, 20.0, 25.0, 25.0])
    assert list(highest_posture_ready(LADDER, wanted, readiness)) == [2, 3, 7, 8, 2, 0]


def test_readiness_grows_in_days_and_only_so_far():
    rates = {"tempo": array(1.0), "hurry": array(3.0), "standing_down": array(0.05), "most": 25.0, "dt": array(0.25)}
    assert readiness_next(array(4.0), np.array([True]), array(0.0), **rates) == array(4.25)
    assert readiness_next(array(4.0), np.array([True]), array(1.0), **rates) == array(5.0)
    assert readiness_next(array(24.9), np.array([True]), array(1.0), **rates) == array(25.0)


@for_all(ordered=st.integers(0, LADDER.top), overshoots=st.booleans())
@settings(max_examples=40)
def test_an_overshoot_goes_one_act_further_and_never_to_nuclear_use_nor_into_war(ordered, overshoots):
    found = int(overshot(LADDER, array(float(ordered)), np.array([overshoots]))[0])
    assert found == (ordered + 1 if overshoots and ordered in (3, 4, 5) else ordered)
    assert found != LADDER.nuclear_use or ordered == LADDER.nuclear_use


def test_overshoots_come_at_the_rate_of_autonomy_and_are_told():
    count = 1000
    found = once(army(autonomy=0.15), (evenly(count), LUCKIEST), posture_wanted=AIR_STRIKE, readiness=20.0)
    assert np.mean(found["act_begun"] == 6.0) == pytest.approx(0.15, abs=1 / count)
    assert np.array_equal(found["overshot"] == 1.0, found["act_begun"] == 6.0)


def test_no_overshoot_without_an_act():
    found = once(army(autonomy=0.3), (0.0, LUCKIEST), posture_wanted=ALERT, readiness=20.0)
    assert found["act_begun"] == found["overshot"] == 0.0


def test_accidents_happen_on_alert_or_under_fire_and_not_in_quiet():
    count = 100_000
    u, p = (LUCKIEST, evenly(count)), army(accidents=0.05)
    chance = 1.0 - np.exp(-0.05 * 0.25)
    for posture, rival, expected in ((2.0, 2.0, 0.0), (2.0, 3.0, 0.0), (3.0, 0.0, chance), (0.0, 4.0, chance)):
        found = once(p, u, posture=posture, rival_posture=rival)
        assert found["accident"].mean() == pytest.approx(expected, abs=1 / count)


def test_an_accident_is_misread_unless_somebody_explains_it():
    count = 100_000
    for explains in (0.0, 0.7, 1.0):
        found = once(army(accidents=0.05), (LUCKIEST, evenly(count)), posture=ALERT, explains=explains)
        happened, misread = found["accident"], found["accident_misread"]
        assert happened.mean() == pytest.approx(1.0 - np.exp(-0.05 * 0.25), abs=1 / count)
        assert misread.mean() == pytest.approx(happened.mean() * (1.0 - explains), abs=1 / count)
        assert (misread <= happened).all()


def test_a_trigger_that_puts_a_country_on_a_rung_needs_no_preparation():
    found = once(army(), forced_posture=RAID)
    assert found["act_begun"] == RAID
    found = once(army(), forced_posture=ALERT, posture_wanted=1.0)
    assert found["posture"] == ALERT
