"""Coverage: three pulls up or home, one down, and falsehoods that flow one way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.media import coverage, falsehood_next, hostility_next
from given import array, evenly, given, member, seen

SHARE = st.floats(0.0, 1.0)
DRAW = st.floats(0.0, 1.0, exclude_max=True)
CALM = {"hostility": 0.3, "falsehood": 0.1, "salience": 0.5, "climate": 0.6, "falsehood_on_social_media": 0.4, "sobering": 0.0}
NUMBERS = {
    "uptake": 0.25, "imitation": 0.1, "return_to_set_point": 0.08, "unrest": 0.03, "falsehood_spread": 0.15,
    "falsehood_pickup": 0.2, "falsehood_fading": 0.15,
}  # fmt: skip
"""Numbers of these tests, whatever the defaults."""
NO_UNREST = 0.5
"""A draw in the middle."""


def press(**changes) -> Values:
    return given("media", **{**NUMBERS, **changes})


def covered(
    outlet: Values, days: int = 1, p: Values | None = None, draw: float = NO_UNREST, **changes
) -> dict[str, np.ndarray]:
    state = {**CALM, **changes}
    for _ in range(days):
        found = coverage(seen(**state), Values({**(p or press(dt=1.0)).__dict__, "member": outlet}), [array(draw)])
        state |= found
    return found


@for_all(
    start=SHARE,
    salience=SHARE,
    climate=SHARE,
    set_point=SHARE,
    uptake=SHARE,
    imitation=st.floats(0, 0.5),
    sobering=st.floats(0, 0.1),
)
@settings(max_examples=40)
def test_hostility_settles_at_the_weighted_mean_of_its_pulls(start, salience, climate, set_point, uptake, imitation, sobering):
    """Sobering pulls down to no hostility at all."""
    pulls = {"uptake": array(uptake), "imitation": array(imitation), "return_rate": array(0.08), "sobering": array(sobering)}
    settled = hostility_next(*map(array, (start, salience, climate, set_point)), **pulls, dt=array(1e4))
    weights = np.array([uptake * salience, imitation, 0.08, sobering])
    assert settled == pytest.approx([np.average([1.0, climate, set_point, 0.0], weights=weights)], abs=1e-12)


def test_journalists_who_know_the_other_side_draw_coverage_down_at_their_rate():
    still = press(dt=1.0, uptake=0.0, imitation=0.0, return_to_set_point=0.0)
    found = covered(member("outlet"), p=still, hostility=0.8, sobering=0.05)
    assert found["hostility"] == pytest.approx([0.8 * np.exp(-0.05)])
    levels = [covered(member("outlet"), sobering=rate)["hostility"][0] for rate in (0.0, 0.02, 0.05)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > levels[2]


def test_two_days_at_once_are_two_days_one_after_the_other():
    pulls = {"uptake": array(0.25), "imitation": array(0.1), "return_rate": array(0.08), "sobering": array(0.05)}
    around = [array(0.5), array(0.6), array(0.3)]
    once = hostility_next(array(0.2), *around, **pulls, dt=array(2.0))
    day = hostility_next(array(0.2), *around, **pulls, dt=array(1.0))
    assert hostility_next(day, *around, **pulls, dt=array(1.0)) == pytest.approx(once, abs=1e-14)


def test_an_outlet_in_quiet_company_stays_at_its_set_point():
    found = covered(member("outlet", hostility=0.3), 50, salience=0.0, climate=0.3)
    assert found["hostility"] == pytest.approx([0.3], abs=1e-15)


def test_a_leaning_outlet_takes_up_hostility_faster():
    rise = [covered(member("outlet", leaning=leaning))["hostility"][0] for leaning in (0.0, 1.0, 2.0)]
    assert rise == sorted(rise)
    assert rise[0] < rise[2]


@for_all(draw=DRAW, hostility=SHARE, salience=SHARE, climate=SHARE, unrest=st.floats(0, 2))
@settings(max_examples=40)
def test_hostility_stays_a_share_whatever_the_unrest(draw, hostility, salience, climate, unrest):
    p = press(dt=1.0, unrest=unrest)
    found = covered(member("outlet"), 1, p, draw, hostility=hostility, salience=salience, climate=climate)
    assert 0.0 <= found["hostility"] <= 1.0


def test_unrest_has_the_mean_of_none_and_the_variance_of_its_size_in_a_day():
    draws = evenly(10_000)
    found = covered(member("outlet"), p=press(dt=1.0, unrest=0.03), draw=draws)["hostility"]
    assert found.mean() == pytest.approx(covered(member("outlet"))["hostility"][0], abs=1e-9)
    assert found.std() == pytest.approx(0.03, rel=1e-6)


def test_the_press_takes_falsehoods_over_from_social_media_but_not_the_other_way_round():
    press, social = member("outlet", care_for_truth=0.2), member("outlet", care_for_truth=0.2, social=1.0)
    quiet, loud = ({"falsehood_on_social_media": level, "salience": 0.0} for level in (0.0, 1.0))
    assert covered(press, 30, **loud)["falsehood"] > covered(press, 30, **quiet)["falsehood"] + 0.3
    assert covered(social, 30, **loud)["falsehood"] == covered(social, 30, **quiet)["falsehood"]


def test_how_eagerly_the_press_picks_up_falsehoods_is_nothing_to_social_media():
    social = member("outlet", care_for_truth=0.2, social=1.0)
    shy, eager = (covered(social, 30, press(dt=1.0, falsehood_pickup=pickup)) for pickup in (0.0, 0.6))
    assert eager["falsehood"] == pytest.approx(shy["falsehood"])


def test_an_outlet_that_cares_for_truth_drops_falsehoods_and_takes_up_none():
    found = covered(member("outlet", care_for_truth=1.0), 10, salience=1.0, falsehood_on_social_media=1.0, falsehood=0.5)
    assert found["falsehood"] == pytest.approx([0.5 * np.exp(-0.15 * 10)])


def test_falsehood_settles_at_the_weighted_mean_of_its_pulls():
    rates = {"spread": array(0.15), "pickup": array(0.2), "fading": array(0.15)}
    settled = falsehood_next(array(0.9), array(0.5), array(0.4), array(0.8), **rates, dt=array(1e4))
    expected = np.average([1.0, 0.4, 0.0], weights=[0.15 * 0.8 * 0.5, 0.2 * 0.8, 0.15])
    assert settled == pytest.approx([expected])
