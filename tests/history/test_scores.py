"""Scores against closed forms and against what can be counted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from escalation_sim.history.scores import base_rate, crps, inside, quantile


def test_crps_of_two_points_is_what_can_be_counted():
    # E|X - y| = (1 + 3) / 2, E|X - X'| = 4 / 2: 2 - 1
    assert crps(np.array([0.0, 4.0]), 1.0) == pytest.approx(1.0)


def test_crps_of_one_point_is_the_distance():
    assert crps(np.array([2.0]), 5.0) == pytest.approx(3.0)


def test_a_perfect_forecast_scores_zero():
    assert crps(np.full(50, 3.0), 3.0) == 0.0


@pytest.mark.parametrize("observed", [-1.5, 0.0, 0.7, 3.0])
def test_crps_of_a_normal_sample_is_that_of_the_normal(observed):
    sample = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    exact = observed * (2.0 * stats.norm.cdf(observed) - 1.0) + 2.0 * stats.norm.pdf(observed) - 1.0 / np.sqrt(np.pi)
    assert crps(sample, observed) == pytest.approx(exact, abs=1e-3)


def test_crps_is_the_sample_form_summed_over_all_pairs():
    sample = np.random.default_rng(3).gamma(2.0, size=40)
    pairs = np.abs(sample[:, None] - sample[None, :]).mean()
    assert crps(sample, 1.3) == pytest.approx(np.abs(sample - 1.3).mean() - 0.5 * pairs)


def test_the_base_rate_leaves_the_crisis_itself_out():
    assert base_rate([1.0, 5.0, 9.0], 1).tolist() == [1.0, 9.0]


def test_quantiles_are_values_that_occurred_and_may_be_infinite():
    values = np.array([np.inf, 1.0, 2.0, 3.0])
    assert [quantile(values, share) for share in (0.1, 0.5, 0.75, 0.9)] == [1.0, 2.0, 3.0, np.inf]
    with pytest.raises(ValueError, match="empty"):
        quantile(np.array([]), 0.5)


def test_a_value_is_inside_between_the_tenth_and_the_ninetieth_percentile():
    values = np.arange(1.0, 101.0)
    assert [inside(values, one, one) for one in (9.0, 10.0, 90.0, 91.0)] == [False, True, True, False]


def test_a_range_is_inside_where_it_overlaps():
    values = np.arange(1.0, 101.0)
    assert inside(values, 85.0, 500.0)
    assert inside(values, 0.0, 1000.0)
    assert not inside(values, 95.0, 500.0)


@pytest.mark.parametrize(("never", "hit"), [(9, False), (10, True), (100, True)])
def test_what_never_happened_is_inside_where_a_tenth_of_the_runs_say_so(never, hit):
    values = np.where(np.arange(100) < never, np.inf, 5.0)
    assert inside(values, np.inf, np.inf) is hit
