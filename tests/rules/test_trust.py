"""Trust is built slowly and lost quickly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.rules.trust import trust, trust_next
from given import LADDER, array, given, seen, summed_up

SHARE = st.floats(0.0, 1.0)
CALM = {
    "trust": 0.4, "attack_injury": 0.0, "rival_act_begun": 0.0, "grievance_by_accident": 0.0, "deal_broken": 0.0, "deal_struck": 0.0, "rival_posture": 0.0,
    "goodwill": 0.0,
}  # fmt: skip
STILL = {
    "fading": 0.0,
    "loss_per_leak": 0.2,
    "loss_per_break": 0.5,
    "loss_per_injury": 0.15,
    "gain_per_gesture": 0.1,
    "gain_per_deal": 0.3,
}


def trusted(*, exposures=0.0, reassurance=0.0, p=STILL, **changes) -> float:
    s = seen(**{**CALM, **changes}, exposures=exposures, reassurance=reassurance)
    return float(trust(s, given("trust", **p), [])["trust"][0])


@for_all(start=SHARE, building=st.floats(0.0001, 0.2), fading=st.floats(0, 0.01))
@settings(max_examples=30)
def test_trust_settles_where_building_meets_fading_whatever_the_step(start, building, fading):
    args = [array(value) for value in (building, 0.0, 0.0, fading)]
    settled = trust_next(array(start), *args, array(1e6))
    assert settled == pytest.approx([building / (building + fading)])
    half = trust_next(trust_next(array(start), *args, array(0.125)), *args, array(0.125))
    assert trust_next(array(start), *args, array(0.25)) == pytest.approx(half, abs=1e-14)


def test_where_nothing_happens_trust_stays():
    assert trusted() == 0.4


def test_every_blow_multiplies_trust_by_an_exponential_and_blows_add_up():
    assert trusted(exposures=1.0, p={**STILL, "loss_per_leak": 0.2}) == pytest.approx(0.4 * np.exp(-0.2))
    assert trusted(deal_broken=1.0, p={**STILL, "loss_per_break": 0.5}) == pytest.approx(0.4 * np.exp(-0.5))
    assert trusted(attack_injury=3.0, p={**STILL, "loss_per_injury": 0.15}) == pytest.approx(0.4 * np.exp(-0.45))
    strike = LADDER.rungs[5].injures
    assert trusted(rival_act_begun=5.0) == pytest.approx(0.4 * np.exp(-0.15 * strike))
    assert trusted(grievance_by_accident=2.0) == pytest.approx(0.4 * np.exp(-0.3))
    assert trusted(exposures=2.0, deal_broken=1.0) == pytest.approx(0.4 * np.exp(-0.9))


def test_a_war_destroys_trust_day_by_day_and_an_alert_does_not():
    day = LADDER.rungs[7].injures
    assert trusted(rival_posture=7.0, p={**STILL, "loss_per_injury": 0.15}) == pytest.approx(0.4 * np.exp(-0.15 * day * 0.25))
    assert trusted(rival_posture=3.0) == 0.4
    assert trusted(rival_posture=5.0) == 0.4


def test_a_deal_is_a_step_towards_full_trust():
    assert trusted(deal_struck=1.0, p={**STILL, "gain_per_deal": 0.3}) == pytest.approx(0.4 + 0.3 * 0.6)
    assert trusted(trust=1.0, deal_struck=1.0) == 1.0


def test_a_gesture_is_a_step_towards_full_trust_as_far_as_it_is_seen():
    assert trusted(goodwill=1.0) == pytest.approx(0.4 + 0.1 * 0.6)
    assert trusted(goodwill=0.5) == pytest.approx(0.4 + 0.05 * 0.6)
    assert trusted(goodwill=1.0, p={**STILL, "gain_per_gesture": 0.0}) == 0.4
    assert trusted(goodwill=100.0) == 1.0


def test_of_a_deal_and_a_gesture_in_one_step_the_greater_counts():
    assert trusted(goodwill=1.0, deal_struck=1.0) == trusted(deal_struck=1.0)
    assert trusted(goodwill=4.0, deal_struck=1.0) == trusted(goodwill=4.0) > trusted(deal_struck=1.0)


def test_open_lines_build_trust_as_far_as_the_governments_stand_behind_them():
    builder = {"builds_trust": 0.05, "sponsorship": 0.5}
    rate = summed_up(builder, relationship=(0.8,))["reassurance"]
    assert rate == pytest.approx([0.05 * 0.5 * 0.8])
    assert trusted(reassurance=rate) == pytest.approx(1.0 - 0.6 * np.exp(-0.02 * 0.25))
    assert summed_up({**builder, "sponsorship": 0.0})["reassurance"] == 0.0


@for_all(start=SHARE, injury=st.floats(0, 50), broken=st.sampled_from([0.0, 1.0]), struck=st.sampled_from([0.0, 1.0]))
@settings(max_examples=30)
def test_trust_stays_a_share(start, injury, broken, struck):
    assert 0.0 <= trusted(trust=start, attack_injury=injury, deal_broken=broken, deal_struck=struck) <= 1.0


def test_unused_trust_fades():
    assert trusted(p={"fading": 0.01}) == pytest.approx(0.4 * np.exp(-0.0025))
