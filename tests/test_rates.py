"""Steps of any length: the exact solutions compose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation_sim.rates import approached, decayed, probability

RATES = st.floats(0.0, 20.0)
AMOUNTS = st.floats(-50.0, 50.0)
SIX_HOURS, THREE_HOURS = np.array([0.25]), np.array([0.125])


@given(rate=RATES)
@settings(max_examples=40, deadline=None)
def test_two_chances_in_three_hours_are_one_in_six(rate):
    rate = np.array([rate])
    spared = 1.0 - probability(rate, THREE_HOURS)
    assert probability(rate, SIX_HOURS) == pytest.approx(1.0 - spared * spared, abs=1e-12)


@given(amount=AMOUNTS, target=AMOUNTS, rate=RATES)
@settings(max_examples=40, deadline=None)
def test_two_moves_of_three_hours_are_one_of_six(amount, target, rate):
    amount, target, rate = np.array([amount]), np.array([target]), np.array([rate])
    twice = approached(approached(amount, target, rate, THREE_HOURS), target, rate, THREE_HOURS)
    assert approached(amount, target, rate, SIX_HOURS) == pytest.approx(twice, abs=1e-12)
    twice = decayed(decayed(amount, rate, THREE_HOURS), rate, THREE_HOURS)
    assert decayed(amount, rate, SIX_HOURS) == pytest.approx(twice, abs=1e-12)


@given(amount=AMOUNTS, target=AMOUNTS, rate=RATES, dt=st.floats(0.0, 400.0))
@settings(max_examples=40, deadline=None)
def test_nothing_overshoots_its_target(amount, target, rate, dt):
    moved = approached(np.array([amount]), np.array([target]), np.array([rate]), np.array([dt]))[0]
    assert min(amount, target) - 1e-12 <= moved <= max(amount, target) + 1e-12


def test_half_is_left_after_the_half_life():
    assert decayed(np.array([8.0]), np.log([2.0]) / 5.0, np.array([5.0])) == pytest.approx([4.0], abs=1e-14)


def test_a_rate_of_one_a_day_acts_in_a_day_with_probability_63_percent():
    assert probability(np.array([1.0]), np.array([1.0])) == pytest.approx([1.0 - 1.0 / np.e], abs=1e-15)


def test_what_has_no_rate_or_no_time_does_not_happen():
    zero, some = np.zeros(1), np.array([3.0])
    assert probability(zero, some) == probability(some, zero) == 0.0
    assert approached(some, zero, zero, some) == approached(some, zero, some, zero) == some
