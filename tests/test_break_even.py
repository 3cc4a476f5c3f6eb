"""Break-even of effects that are known."""

import numpy as np
import pytest

from escalation_sim.analysis.break_even import ALWAYS, FROM, NEVER, UP_TO, break_even

FACTORS = (0.0, 0.5, 1.0, 2.0)
SETS = np.repeat(np.arange(40), 3)


def linear(slope, noise=0.3):
    rng = np.random.default_rng(2)
    return slope * np.array(FACTORS) + noise * rng.standard_normal((len(SETS), 1)) * np.array(FACTORS)


def test_a_linear_effect_breaks_even_at_the_smallest_effect_over_its_slope():
    found = break_even(FACTORS, linear(-2.0), SETS, "lower", 1.0)
    assert found.kind == FROM
    assert found.factor == pytest.approx(0.5, abs=0.05)
    assert found.low <= 0.5 <= found.high
    assert found.certain > 0.9


def test_an_equivalence_ends_where_the_effect_grows_beyond_it():
    found = break_even(FACTORS, linear(1.25), SETS, "same", 1.0)
    assert found.kind == UP_TO
    assert found.factor == pytest.approx(0.8, abs=0.05)


def test_a_small_effect_never_gets_there_and_the_wrong_sign_does_not_either():
    assert break_even(FACTORS, linear(-0.2, 0.0), SETS, "lower", 1.0).kind == NEVER
    assert break_even(FACTORS, linear(3.0, 0.0), SETS, "lower", 1.0).kind == NEVER


def test_what_holds_without_the_channel_holds_at_every_factor():
    assert break_even(FACTORS, linear(0.0, 0.0), SETS, "not_higher", 1.0).kind == ALWAYS


def test_an_interval_that_may_lie_beyond_what_was_tried_says_so():
    rng = np.random.default_rng(4)
    effects = (-0.55 + 2.0 * rng.standard_normal((len(SETS), 1))) * np.array(FACTORS)
    found = break_even(FACTORS, effects, SETS, "lower", 1.0)
    assert np.isinf(found.high) or found.kind == NEVER


def test_worlds_without_a_value_are_left_out():
    effects = linear(-2.0)
    effects[::7, 1] = np.nan
    assert break_even(FACTORS, effects, SETS, "lower", 1.0).factor == pytest.approx(0.5, abs=0.06)
    assert break_even(FACTORS, np.full_like(effects, np.nan), SETS, "lower", 1.0).kind == NEVER
