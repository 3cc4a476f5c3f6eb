"""Governments change, and with them what their leaders are like.

A new leader brings a disposition of his or her own: a temper and a liking for each rung. Changes come at random, on average at the
pace of elections; they matter over years, hardly within a crisis.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import flag, probability

PARAMETERS = section(
    "leadership",
    turnover=Parameter(0.2, 0.0, 1.0, "1/year", "rate at which a new leader comes to power"),
)


def gumbel(uniform: Array) -> Array:
    """Standard Gumbel values (extreme-value noise of the logit rule), centred on zero."""
    value: Array = -np.log(-np.log(np.maximum(uniform, 1e-30))) - np.euler_gamma
    return value


def leadership(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Disposition of a government, looked at once a year; `u` holds a uniform draw, a uniform draw for each rung, a normal draw."""
    new = (s.day > 0.0) & (u[0] < probability(p.turnover, p.dt / 365.0))
    return {
        "temper": np.where(new, u[2], s.temper),
        "liking": np.where(new, gumbel(u[1]), s.liking),
        "new_leader": flag(new),
    }
