"""Steps of any length: the exact solutions compose; and the sums over members."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation_sim.parameters import FLOAT
from escalation_sim.rates import among, approached, decayed, even, flag, probability, ratio
from escalation_sim.sums import added, weighed, weighing
from given import evenly

RATES = st.floats(0.0, 20.0)
AMOUNTS = st.floats(-50.0, 50.0)
SIX_HOURS, THREE_HOURS = np.array([0.25]), np.array([0.125])


@given(rate=RATES)
@settings(max_examples=40)
def test_two_chances_in_three_hours_are_one_in_six(rate):
    rate = np.array([rate])
    spared = 1.0 - probability(rate, THREE_HOURS)
    assert probability(rate, SIX_HOURS) == pytest.approx(1.0 - spared * spared, abs=1e-12)


@given(amount=AMOUNTS, target=AMOUNTS, rate=RATES)
@settings(max_examples=40)
def test_two_moves_of_three_hours_are_one_of_six(amount, target, rate):
    amount, target, rate = np.array([amount]), np.array([target]), np.array([rate])
    twice = approached(approached(amount, target, rate, THREE_HOURS), target, rate, THREE_HOURS)
    assert approached(amount, target, rate, SIX_HOURS) == pytest.approx(twice, abs=1e-12)
    twice = decayed(decayed(amount, rate, THREE_HOURS), rate, THREE_HOURS)
    assert decayed(amount, rate, SIX_HOURS) == pytest.approx(twice, abs=1e-12)


@given(amount=AMOUNTS, target=AMOUNTS, rate=RATES, dt=st.floats(0.0, 400.0))
@settings(max_examples=40)
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


@pytest.mark.parametrize("rate", [1e-12, 1e-6, 1e-4, 0.3])
@pytest.mark.parametrize("precision", [float, FLOAT])
def test_a_chance_is_exact_however_small_the_rate(rate, precision):
    """In single precision the 1 of `1 − exp(−x)` would swallow all of an x below 6e-8."""
    found = probability(np.array([rate], precision), np.array([0.25], precision))
    assert found.dtype == precision
    exact = -math.expm1(-rate * 0.25)
    assert float(found[0]) == pytest.approx(exact, rel=4.0 * float(np.finfo(precision).eps), abs=0.0)


def test_rates_keep_the_precision_of_what_they_are_given():
    some = np.array([0.3], FLOAT)
    for found in (
        probability(some, some),
        decayed(some, some, some),
        approached(some, some, some, some),
        even(some),
        flag(some > 0),
    ):
        assert found.dtype == FLOAT


def test_a_flag_is_one_where_the_condition_holds_and_zero_elsewhere():
    found = flag(np.array([[True, False], [False, True]]))
    assert found.dtype == FLOAT
    assert np.array_equal(found, [[1.0, 0.0], [0.0, 1.0]])


def test_weighing_two_numbers_is_choosing_between_them():
    condition, amount, other = np.array([True, False, True]), np.array([0.1, 0.2, 0.3], FLOAT), np.array([0.7], FLOAT)
    found = among(condition, amount, other)
    assert found.dtype == FLOAT
    assert np.array_equal(found, np.where(condition, amount, other))


def test_a_part_of_nothing_is_nothing():
    part, whole = np.array([0.0, 1e-30, 3.0], FLOAT), np.array([0.0, 2e-30, 4.0], FLOAT)
    assert list(ratio(part, whole)) == [0.0, 0.5, 0.75]


def test_even_noise_has_mean_zero_and_variance_one_and_none_in_the_middle():
    noise = even(evenly(100_000))
    assert noise.mean() == pytest.approx(0.0, abs=1e-12)
    assert noise.var() == pytest.approx(1.0, abs=1e-9)
    assert even(np.array([0.5])) == 0.0
    assert even(np.array([0.0, 1.0])) == pytest.approx([-math.sqrt(3.0), math.sqrt(3.0)])
    assert np.diff(noise) == pytest.approx(math.sqrt(12.0) / 100_000), "evenly spread"


@given(seed=st.integers(0, 10_000), members=st.integers(0, 9), precision=st.sampled_from([float, FLOAT]))
@settings(max_examples=60)
def test_a_weighed_sum_is_the_plain_one_to_the_bit_although_it_passes_over_what_weighs_nothing(seed, members, precision):
    rng = np.random.default_rng(seed)
    amounts = rng.uniform(0.0, 1e3, (members, 2, 5)).astype(precision)
    weights = (rng.uniform(-1.0, 1.0, (members, 1, 1)) * (rng.random((members, 1, 1)) < 0.6)).astype(precision)
    found = weighed(amounts, weighing(weights))
    assert found.dtype == precision
    assert found.tobytes() == (added(amounts * weights) + precision(0.0)).tobytes()


def test_a_member_without_weight_adds_nothing_to_a_weighed_sum_wherever_it_stands():
    rng = np.random.default_rng(1)
    amounts, weights = rng.random((4, 6), np.float32), np.array([[0.3], [0.7], [0.1], [0.9]], FLOAT)
    expected = weighed(amounts, weighing(weights)).tobytes()
    for place in range(5):
        more = np.insert(amounts, place, rng.random(6, np.float32), axis=0)
        assert weighed(more, weighing(np.insert(weights, place, 0.0, axis=0))).tobytes() == expected
    assert weighed(amounts, weighing(weights)) == pytest.approx((amounts * weights).sum(axis=0), rel=1e-6)


def test_a_weight_that_is_nothing_in_some_runs_only_still_counts_in_the_others():
    amounts, weights = np.array([[2.0, 2.0], [3.0, 3.0]]), np.array([[0.0, 1.0], [0.5, 0.0]])
    assert list(weighed(amounts, weighing(weights))) == [1.5, 2.0]
