"""Armed groups: heavy tails, spoilers, and arguments against talking that can win."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.rules.armed_groups import deaths_in_attack, strike_rate, strikes
from given import array, evenly, given, member, seen

NEUTRAL = {"spoiler": 0.0, "appeasement": 0.0, "restraint_by_talks": 0.0}


def rate(talks_near=0.0, cease_fire=0.0, talking=0.0, **changes) -> float:
    weights = {name: array(value) for name, value in {**NEUTRAL, **changes}.items()}
    return float(strike_rate(array(7.3), array(talks_near), array(cease_fire), array(talking), **weights)[0])


def test_attacks_a_year_are_attacks_a_day_times_365():
    assert rate(1.0, 1.0, 1.0) == pytest.approx(7.3 / 365.0)


def test_a_spoiler_strikes_twice_as_often_when_a_deal_is_near_or_in_force():
    assert rate(talks_near=1.0, spoiler=1.0) == 2.0 * rate()
    assert rate(cease_fire=1.0, spoiler=1.0) == 2.0 * rate()
    assert rate(talks_near=1.0, cease_fire=1.0, spoiler=1.0) == 2.0 * rate()
    assert rate(talks_near=0.5, spoiler=1.0) == 1.5 * rate()


def test_a_concession_may_invite_and_talks_may_prevent_or_invite():
    assert rate(cease_fire=1.0, appeasement=2.0) == pytest.approx(3.0 * rate())
    assert rate(talks_near=1.0, appeasement=2.0) == rate()
    assert rate(talking=0.5, restraint_by_talks=0.5) == pytest.approx(0.75 * rate())
    assert rate(talking=1.0, restraint_by_talks=-0.5) == pytest.approx(1.5 * rate())


@pytest.mark.parametrize("exponent", [1.1, 1.6, 4.0])
@pytest.mark.parametrize("uniform", [0.0, 0.5, 0.9, 0.99])
def test_deaths_have_the_quantiles_of_a_pareto_tail(exponent, uniform):
    found = deaths_in_attack(array(uniform), array(7.0), array(exponent), array(5000.0))
    exact = 7.0 * (1.0 - uniform) ** (-1.0 / exponent)
    assert found == np.floor(min(exact, 5000.0) + 1e-9)


def test_the_tail_falls_by_its_exponent():
    deaths = deaths_in_attack(evenly(100_000), array(10.0), array(1.6), array(1e9))
    for size in (20.0, 40.0, 200.0):
        assert np.mean(deaths >= size) == pytest.approx((10.0 / size) ** 1.6, abs=1e-4)


def test_no_attack_is_smaller_than_the_smallest_or_larger_than_the_largest():
    deaths = deaths_in_attack(np.append(evenly(10_000), 1.0 - 2.0**-53), array(7.0), array(1.1), array(250.0))
    assert deaths.min() == 7.0
    assert deaths.max() == 250.0
    assert (deaths == np.floor(deaths)).all()


def test_a_group_strikes_at_its_rate():
    p = given("armed_groups", member=member("armed_group", attacks_per_year=12.0), spoiler=1.0)
    found = strikes(seen(talks_near=1.0, cease_fire=0.0, talking=0.0), p, [evenly(100_000), np.full(100_000, 0.5)])[
        "strike_deaths"
    ]
    assert np.mean(found > 0.0) == pytest.approx(1.0 - np.exp(-24.0 / 365.0 * 0.25), abs=1e-5)
    assert set(np.unique(found)) == {0.0, np.floor(7.0 * 2.0 ** (1 / 1.6))}
