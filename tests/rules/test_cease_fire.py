"""A stop holds or breaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.cease_fire import breaking_rate, cease_fire
from given import array, evenly, given, rows

HOLDS, BREAKS = 0.0, 1.0 - 2.0**-53
CALM = {"act_begun": (0.0, 0.0), "posture": (0.0, 0.0), "attack_injury": (0.0, 0.0), "bitterness": (0.0, 0.0)}


def held(u=HOLDS, *, p=None, implements=0.0, in_force=1.0, struck=0.0, age=5.0, disillusion=0.0, **changes):
    s = {name: rows(*sides) for name, sides in {**CALM, **changes}.items()}
    numbers = {
        "implements": implements,
        "cease_fire": in_force,
        "deal_struck": struck,
        "deal_age": age,
        "disillusion": disillusion,
    }
    s |= {name: array(value) for name, value in numbers.items()}
    return cease_fire(Values(s), p or given("cease_fire"), [array(u)])


@for_all(strain=st.floats(0, 1), implements=st.floats(0, 20), fragility=st.floats(0.001, 0.2), weight=st.floats(0, 10))
@settings(max_examples=40)
def test_what_implements_a_stop_makes_it_last_exactly_as_many_times_longer(strain, implements, fragility, weight):
    rates = {"fragility": array(fragility), "strain_weight": array(weight)}
    alone, implemented = (breaking_rate(array(strain), array(by), **rates) for by in (0.0, implements))
    assert implemented == alone / (1.0 + implements)
    assert alone == pytest.approx([fragility * (1.0 + weight * strain)])


@pytest.mark.parametrize("implements", [0.0, 3.0])
def test_a_stop_breaks_at_its_rate_under_the_strain_of_the_bitterer_side(implements):
    count, p = 100_000, given("cease_fire", fragility=0.2, strain=3.0)
    found = held(evenly(count), p=p, bitterness=(0.2, 0.8), implements=implements)
    rate = 0.2 * (1.0 + 3.0 * 0.8) / (1.0 + implements)
    assert found["deal_broken"].mean() == pytest.approx(1.0 - np.exp(-rate * 0.25), abs=1 / count)
    assert np.array_equal(found["deal_broken"], 1.0 - found["cease_fire"])


def test_a_new_attack_breaks_it_with_the_probability_of_a_shock():
    found = held(evenly(1000), p=given("cease_fire", shock=0.3, fragility=0.0), attack_injury=(0.0, 2.0))
    assert found["deal_broken"].mean() == pytest.approx(0.3, abs=1e-3)


def test_it_holds_where_it_survives_both_the_attack_and_the_day():
    count, p = 100_000, given("cease_fire", shock=0.3, fragility=0.2, strain=0.0)
    found = held(evenly(count), p=p, attack_injury=(0.0, 2.0))
    assert found["cease_fire"].mean() == pytest.approx(0.7 * np.exp(-0.2 * 0.25), abs=1 / count)
    assert (held(evenly(count), p=given("cease_fire", shock=0.3, fragility=0.0))["cease_fire"] == 1.0).all()


@pytest.mark.parametrize("force", [{"act_begun": (0.0, 4.0)}, {"posture": (7.0, 0.0)}])
def test_force_breaks_it_once_its_grace_is_over(force):
    p = given("cease_fire", grace=1.0)
    assert held(p=p, age=0.75, **force)["deal_broken"] == 0.0
    assert held(p=p, age=1.0, **force)["deal_broken"] == 1.0


def test_an_act_still_going_on_does_not_break_it():
    assert held(posture=(5.0, 6.0))["deal_broken"] == 0.0


@for_all(draw=st.floats(0, 1), act=st.integers(0, 10))
@settings(max_examples=25)
def test_what_is_not_in_force_cannot_break(draw, act):
    found = held(draw, in_force=0.0, age=0.0, act_begun=(act, 0.0), attack_injury=(3.0, 0.0))
    assert found["cease_fire"] == found["deal_broken"] == found["deal_age"] == 0.0


def test_a_deal_puts_a_stop_in_force_and_its_age_is_counted_from_then():
    found = held(in_force=0.0, struck=1.0, age=0.0)
    assert found["cease_fire"] == 1.0
    assert found["deal_age"] == 0.0
    assert held(age=0.0)["deal_age"] == array(0.25)
    assert held(BREAKS, p=given("cease_fire", fragility=0.1), age=40.0)["deal_age"] == 0.0


def test_a_broken_stop_is_remembered_and_slowly_forgotten():
    broken = held(BREAKS, disillusion=1.0, p=given("cease_fire", memory=20.0, fragility=0.1))["disillusion"]
    assert broken == pytest.approx([1.0 + np.exp(-0.25 / 20.0)])
    assert held(disillusion=1.0)["disillusion"] < 1.0
