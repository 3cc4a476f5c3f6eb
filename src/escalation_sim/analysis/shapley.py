"""Who the effect is owed to: Shapley values of a game, exact, from its value under every subset of its players.

A game of n players is an array of 2^n values, its first axis the subset: player i takes part where bit i of the subset's number is set, so that
entry 0 is the game without anybody and entry 2^n - 1 the one with all. Further axes are carried along; with the runs on the last one there is a
value for each run, and since all that is here is linear in the values, the mean over the runs is the value of the mean game.

Sums are taken by size of the subset before they are weighed. A player that changes nothing thus gets exactly 0, and two players that are alike
get exactly the same where the values are numbers of single precision.
"""

from __future__ import annotations

from math import comb

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["alone", "interactions", "last", "members", "players_of", "shapley_values", "total"]


def players_of(values: Array) -> int:
    """Number of players of a game; raises ValueError where its subsets are not a power of two, from two on."""
    players = len(values).bit_length() - 1
    if players < 1 or len(values) != 1 << players:
        raise ValueError(f"a game has one value for each subset of its players, not {len(values)}")
    return players


def members(subset: int, players: int) -> tuple[bool, ...]:
    """Who takes part in a subset of this number."""
    return tuple(bool(subset >> player & 1) for player in range(players))


def shapley_values(values: Array) -> Array:
    """Shapley value of every player (Shapley 1953), shape (player, …).

    What a player adds, averaged over all orders in which the players may come in. The values of all players add up to `total`.

    Parameters
    ----------
    values : shape (2^n, …).
    """
    players = players_of(values)
    return np.stack([mean_over_orders(values, 1 << player, players) for player in range(players)])


def interactions(values: Array) -> Array:
    """Shapley interaction index of every pair (Grabisch and Roubens 1999), shape (player, player, …), 0 on the diagonal.

    What two players add together beyond what each adds alone, averaged over all orders in which the others and the two as one may come in.
    Above 0 they reinforce each other (in the direction of the value), below 0 one does what the other has done already.

    Parameters
    ----------
    values : shape (2^n, …).
    """
    players = players_of(values)
    index = np.zeros((players, players, *values.shape[1:]))
    for first in range(players):
        for second in range(first):
            index[first, second] = index[second, first] = mean_over_orders(values, 1 << first | 1 << second, players)
    return index


def mean_over_orders(values: Array, coming: int, players: int) -> Array:
    """What those of the subset `coming` (one player or a pair) add together, averaged over all orders of them as one and the others."""
    others = players - coming.bit_count()
    by_size = [np.zeros(values.shape[1:]) for _ in range(others + 1)]
    for subset in range(len(values)):
        if not subset & coming:
            by_size[subset.bit_count()] += added_by(values, coming, subset)
    weighed = [added / comb(others, size) for size, added in enumerate(by_size)]
    mean: Array = np.sum(weighed, axis=0) / (others + 1)
    return mean


def added_by(values: Array, coming: int, subset: int) -> Array:
    """What one player, or two beyond what each does alone, add to a subset that they are not in."""
    lowest = coming & -coming
    highest = coming ^ lowest
    if not highest:
        one: Array = values[subset | coming] - values[subset]
        return one
    # differences first, so that a player that changes nothing leaves exactly 0
    two: Array = (values[subset | coming] - values[subset | highest]) - (values[subset | lowest] - values[subset])
    return two


def total(values: Array) -> Array:
    """What all players together change, shape (…)."""
    players_of(values)
    every: Array = values[-1] - values[0]
    return every


def alone(values: Array) -> Array:
    """What each player changes where there is no other, shape (player, …)."""
    return np.stack([values[1 << player] - values[0] for player in range(players_of(values))])


def last(values: Array) -> Array:
    """What each player changes where all others are there, shape (player, …)."""
    return np.stack([values[-1] - values[-1 - (1 << player)] for player in range(players_of(values))])
