"""Fire across the line: Poisson exchanges that set off more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from scipy import stats

from escalation_sim.parameters import Values
from escalation_sim.rules.local_fire import exchanges, local_fire
from given import array, evenly, given, rows

LUCKIEST = 1.0 - 2.0**-53


def fired(p, u, *, posture=(0.0, 0.0), salience=(0.0, 0.0), cease_fire=0.0, excitement=0.0):
    s = {
        "posture": rows(*posture),
        "salience": rows(*salience),
        "cease_fire": array(cease_fire),
        "excitement": array(excitement),
    }
    return local_fire(Values(s), p, [array(u)])


@pytest.mark.parametrize("expected", [0.01, 0.3, 1.0, 2.5])
def test_exchanges_have_the_mean_and_the_variance_of_a_poisson_number(expected):
    number = exchanges(evenly(200_000), array(expected))
    assert number.mean() == pytest.approx(expected, rel=2e-3)
    assert number.var() == pytest.approx(expected, rel=5e-3)


@for_all(uniform=st.floats(0, LUCKIEST), expected=st.floats(0, 5))
@settings(max_examples=60)
def test_exchanges_are_the_quantile_of_a_poisson_number_cut_at_ten(uniform, expected):
    found = exchanges(array(uniform), array(expected))[0]
    assert stats.poisson.cdf(found, expected) > uniform - 1e-12 or found == 10
    assert found == 0 or stats.poisson.cdf(found - 1, expected) <= uniform + 1e-12


def test_nothing_is_fired_where_nothing_is_expected():
    assert exchanges(array(LUCKIEST), array(0.0)) == 0.0


def rate(**changes) -> float:
    p = given("local_fire", background=0.01, tension=0.08, fighting=1.0, cease_fire_stops=0.85)
    return float(fired(p, evenly(400_000), **changes)["fire"].mean()) / 0.25


def test_exchanges_come_with_tension_fighting_and_past_exchanges():
    assert rate() == pytest.approx(0.01, rel=0.02)
    assert rate(salience=(1.0, 0.5)) == pytest.approx(0.01 + 0.08 * 0.75, rel=0.01)
    assert rate(posture=(4.0, 0.0)) == rate(posture=(0.0, 6.0)) == pytest.approx(1.01, rel=0.01)
    assert rate(posture=(3.0, 3.0)) == rate()
    assert rate(excitement=0.5) == pytest.approx(0.51, rel=0.01)


def test_a_cease_fire_prevents_its_share():
    assert rate(posture=(6.0, 6.0), excitement=0.5, cease_fire=1.0) == pytest.approx(0.15 * 1.51, rel=0.01)


def cascades(dt: float, ratio: float, memory: float, runs: int) -> np.ndarray:
    """Total exchanges set off by one, itself included."""
    rng = np.random.default_rng(8)
    p = given("local_fire", dt=dt, background=0.0, tension=0.0, excitation=ratio, memory=memory)
    excitement, total = np.full(runs, ratio / memory), np.ones(runs)
    for _ in range(round(60 * memory / dt)):
        found = fired(p, rng.random(runs), excitement=excitement)
        excitement, total = found["excitement"], total + found["fire"]
    return total


def test_an_exchange_sets_off_as_many_as_its_branching_ratio_says_in_small_steps():
    total = cascades(dt=0.02, ratio=0.6, memory=1.0, runs=2500)
    assert total.mean() == pytest.approx(1.0 / (1.0 - 0.6), abs=4.0 * total.std() / np.sqrt(len(total)))


def offspring(dt: float, ratio: float, memory: float) -> float:
    """Expected exchanges that one exchange sets off directly: the excitement it leaves, added up over all later steps."""
    p = given("local_fire", dt=dt, background=0.0, tension=0.0, fighting=0.25 / dt, excitation=ratio, memory=memory)
    first = fired(p, 0.85, posture=(6.0, 0.0))
    assert first["fire"] == 1.0
    excitement, total = first["excitement"], 0.0
    for _ in range(round(40 * memory / dt)):
        total += float(excitement[0]) * dt
        excitement = fired(p, 0.0, excitement=excitement)["excitement"]
    return total


def test_excitement_adds_up_to_the_branching_ratio_in_small_steps():
    assert offspring(0.02, 0.6, 3.0) == pytest.approx(0.6, rel=4e-3)


@pytest.mark.parametrize(("memory", "ratio"), [(3.0, 0.6), (0.5, 0.9)])
def test_an_exchange_sets_off_as_many_as_its_branching_ratio_says_in_steps_of_six_hours(memory, ratio):
    assert offspring(0.25, ratio, memory) == pytest.approx(ratio, rel=1e-3)


def test_excitement_dies_down_within_its_memory():
    found = fired(given("local_fire", memory=3.0, dt=3.0, background=0.0, tension=0.0), 0.0, excitement=0.5)
    assert found["excitement"] == pytest.approx([0.5 / np.e])
