"""Shapley values: axioms on random games, games with a known answer, every order tried."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from escalation_sim.analysis.shapley import alone, interactions, last, members, players_of, shapley_values, total

games = st.integers(1, 5).flatmap(
    lambda players: arrays(float, (1 << players, 3), elements=st.floats(-1e6, 1e6, allow_nan=False, width=32))
)


def game_of(players: int, worth) -> np.ndarray:
    return np.array(
        [worth({player for player in range(players) if subset >> player & 1}) for subset in range(1 << players)], float
    )


def by_every_order(values: np.ndarray) -> np.ndarray:
    """What each player adds, averaged over all orders, one by one."""
    players = players_of(values)
    found = np.zeros((players, *values.shape[1:]))
    orders = list(permutations(range(players)))
    for order in orders:
        subset = 0
        for player in order:
            found[player] += values[subset | 1 << player] - values[subset]
            subset |= 1 << player
    return found / len(orders)


@given(games)
def test_values_are_the_mean_over_all_orders(values):
    assert shapley_values(values) == pytest.approx(by_every_order(values), rel=1e-9, abs=1e-6)


@given(games)
def test_values_add_up_to_the_total_effect(values):
    scale = max(np.abs(values).max(), 1.0)
    assert np.abs(shapley_values(values).sum(axis=0) - total(values)).max() <= 1e-12 * scale * len(values)


@given(games, st.data())
def test_a_player_that_changes_nothing_gets_exactly_zero_and_interacts_with_nobody(values, data):
    players = players_of(values)
    null = data.draw(st.integers(0, players - 1))
    values = values[[subset & ~(1 << null) for subset in range(len(values))]]
    assert (shapley_values(values)[null] == 0.0).all()
    assert (interactions(values)[null] == 0.0).all()
    assert (alone(values)[null] == 0.0).all()
    assert (last(values)[null] == 0.0).all()


@given(st.integers(2, 5).flatmap(lambda n: arrays(float, (1 << n, 2), elements=st.floats(-1e3, 1e3, width=16))), st.data())
def test_two_players_that_are_alike_get_exactly_the_same(values, data):
    players = players_of(values)
    one, other = data.draw(st.lists(st.integers(0, players - 1), min_size=2, max_size=2, unique=True))
    values = (values + values[[swapped(subset, one, other) for subset in range(len(values))]]) / 2
    found = shapley_values(values)
    assert (found[one] == found[other]).all()
    assert (alone(values)[one] == alone(values)[other]).all()


def swapped(subset: int, one: int, other: int) -> int:
    bits = subset >> one & 1, subset >> other & 1
    return subset & ~(1 << one) & ~(1 << other) | bits[1] << one | bits[0] << other


@given(games)
def test_the_mean_over_runs_is_the_value_of_the_mean_game(values):
    assert shapley_values(values).mean(axis=-1) == pytest.approx(shapley_values(values.mean(axis=-1)), rel=1e-6, abs=1e-3)


def test_the_owner_of_the_only_left_glove_gets_two_thirds():
    gloves = game_of(3, lambda there: float(0 in there and len(there) > 1))
    assert shapley_values(gloves) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert interactions(gloves) == pytest.approx(np.array([[0, 0.5, 0.5], [0.5, 0, -0.5], [0.5, -0.5, 0]]))


def test_users_of_a_runway_share_each_stretch_with_those_who_need_it():
    lengths = [1.0, 2.0, 5.0, 9.0]
    runway = game_of(4, lambda there: max((lengths[one] for one in there), default=0.0))
    expected = np.cumsum(np.diff([0.0, *lengths]) / np.arange(4, 0, -1))  # Littlechild and Owen 1973
    assert shapley_values(runway) == pytest.approx(expected)


def test_a_job_that_needs_two_of_three_is_theirs_by_halves_and_they_reinforce_each_other():
    both = game_of(3, lambda there: 6.0 * ({0, 2} <= there))
    assert shapley_values(both) == pytest.approx([3.0, 0.0, 3.0])
    assert interactions(both)[0, 2] == pytest.approx(6.0)
    assert alone(both) == pytest.approx([0.0, 0.0, 0.0])
    assert last(both) == pytest.approx([6.0, 0.0, 6.0])


def test_where_players_only_add_up_nobody_interacts():
    worth = [1.5, -2.0, 4.0, 0.25]
    sums = game_of(4, lambda there: 10.0 + sum(worth[one] for one in there))
    assert shapley_values(sums) == pytest.approx(worth)
    assert alone(sums) == pytest.approx(worth)
    assert last(sums) == pytest.approx(worth)
    assert interactions(sums) == pytest.approx(np.zeros((4, 4)))


def test_one_player_takes_all():
    assert shapley_values(np.array([2.0, 7.0])) == pytest.approx([5.0])


def test_members_are_the_bits_of_a_subset():
    assert members(5, 4) == (True, False, True, False)


@pytest.mark.parametrize("size", [0, 1, 3, 6, 9])
def test_what_is_not_one_value_for_each_subset_is_refused(size):
    with pytest.raises(ValueError, match="each subset"):
        shapley_values(np.zeros(size))
