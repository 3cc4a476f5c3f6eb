"""Chance told apart from parameters: checked on models whose variances are known."""

import numpy as np
import pytest

from escalation_sim.analysis.chance import noise_of_differences, told_apart


def outcomes(rng, clusters, places, runs, parameters=1.0, luck=0.7, interplay=1.5):
    """Points in clusters, luck shared by all of them, and what luck does to each point alone; standard deviations."""
    points = 0.8 * rng.normal(size=(clusters, 1)) + 0.6 * rng.normal(size=(clusters, places))
    noise = interplay * rng.normal(size=(clusters, places, runs))
    return parameters * points[..., None] + luck * rng.normal(size=runs) + noise


def test_variances_are_those_of_the_model_on_average():
    rng = np.random.default_rng(1)
    found = [told_apart(outcomes(rng, 25, 6, 12)) for _ in range(300)]
    for name, truth in (("parameters", 1.0), ("chance", 0.7**2 + 1.5**2), ("interplay", 1.5**2)):
        values = np.array([getattr(one, name) for one in found])
        assert abs(values.mean() - truth) < 4.0 * values.std() / np.sqrt(len(values)), name


def test_few_runs_do_not_pass_for_parameters():
    rng = np.random.default_rng(2)
    found = [told_apart(outcomes(rng, 40, 1, 2, parameters=0.0)).parameters for _ in range(300)]
    assert abs(np.mean(found)) < 4.0 * np.std(found) / np.sqrt(300)
    naive = np.mean([outcomes(rng, 40, 1, 2, parameters=0.0).mean(axis=2).var() for _ in range(50)])
    assert naive > 1.0  # what is corrected is not small


def test_the_interval_of_the_share_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    truth = 1.0 / (1.0 + 0.7**2 + 1.5**2)
    found = [told_apart(outcomes(rng, 30, 5, 20)).share for _ in range(300)]
    assert 0.89 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.99


def test_without_chance_everything_is_parameters_and_without_parameters_everything_is_chance():
    rng = np.random.default_rng(4)
    same = np.repeat(rng.normal(size=(20, 3, 1)), 8, axis=2)
    assert told_apart(same).share.value == pytest.approx(1.0, abs=1e-9)
    assert told_apart(same).noise == pytest.approx(0.0, abs=1e-9)
    shared = np.broadcast_to(rng.normal(size=8), (20, 3, 8)).copy()
    found = told_apart(shared)
    assert found.share.value == pytest.approx(0.0, abs=1e-9)
    assert found.noise == 0.0  # luck that is the same everywhere does not blur the differences between points
    assert told_apart(np.zeros((4, 2, 3))).share.value == 0.0


def test_as_many_runs_as_are_said_to_be_needed_bring_the_noise_down_to_that():
    rng = np.random.default_rng(5)
    few = told_apart(outcomes(rng, 400, 2, 10))
    runs = int(few.runs_needed(0.05))
    many = told_apart(outcomes(rng, 400, 2, runs))
    assert few.noise > 0.1
    assert many.noise == pytest.approx(0.05, rel=0.25)


def test_noise_of_a_difference_is_its_variance_over_repeated_luck():
    rng = np.random.default_rng(6)
    means = [rng.normal(size=10).mean() for _ in range(4000)]
    found = np.mean([noise_of_differences(np.zeros((50, 10)), rng.normal(size=(50, 10))) for _ in range(40)])
    assert found == pytest.approx(np.var(means), rel=0.08)
    assert noise_of_differences(np.ones((5, 4)), np.ones((5, 4)) + 2.0) == 0.0
