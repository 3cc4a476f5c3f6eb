"""Hinges that were planted are found; noise is not named."""

import numpy as np

from escalation_sim.analysis.hinges import hinges

SETS, NUMBERS = 60, 250


def drawn(seed=1):
    rng = np.random.default_rng(seed)
    return {f"model.a.x{place}": ("", rng.random(SETS)) for place in range(NUMBERS)}, rng


def test_planted_numbers_are_named_the_strongest_first():
    numbers, rng = drawn()
    first, second = numbers["model.a.x7"][1], numbers["model.a.x40"][1]
    effect = -6.0 * first**3 + 2.5 * second + 0.3 * rng.standard_normal(SETS)
    found = hinges({"": effect}, numbers)
    assert [one.path for one in found][:2] == ["model.a.x7", "model.a.x40"]
    assert found[0].correlation < 0.0 < found[1].correlation
    assert found[0].where_high < found[0].where_low


def test_noise_is_not_named():
    named = 0
    for seed in range(10):
        numbers, rng = drawn(seed)
        named += bool(hinges({"": rng.standard_normal(SETS)}, numbers))
    assert named <= 2


def test_a_number_of_one_theory_is_held_against_the_effect_under_it():
    numbers, rng = drawn()
    own = rng.random(SETS)
    numbers["model.spiral.fatigue"] = ("spiral", own)
    effects = {"": rng.standard_normal(SETS), "spiral": 5.0 * own + 0.3 * rng.standard_normal(SETS)}
    assert [one.path for one in hinges(effects, numbers)] == ["model.spiral.fatigue"]


def test_too_few_sets_name_nothing():
    assert hinges({"": np.arange(5.0)}, {"model.a.x": ("", np.arange(5.0))}) == []
