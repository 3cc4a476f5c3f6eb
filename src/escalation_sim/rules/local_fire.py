"""Fire across the line: bursts that feed on themselves.

Local fire is a state of its own and does not set the posture: it was endemic for years, partly out of local military reasons
(Jacob 2018). Exchanges arrive at a rate that each exchange raises for a while (a self-exciting process), that rises with tension and
falls under a cease-fire.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.asking import in_one_piece, nowhere
from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import decayed, flag

PARAMETERS = section(
    "local_fire",
    scope="shared",
    background=Parameter(0.05, 0.0, 0.5, "1/day", "exchanges of fire a day when the rivals are quiet"),
    tension=Parameter(0.08, 0.0, 0.5, "1/day", "further exchanges a day per unit of the two sides' mean salience", "jacob2018"),
    fighting=Parameter(1.0, 0.0, 5.0, "1/day", "further exchanges a day while either side uses force"),
    excitation=Parameter(0.8, 0.0, 0.95, "1", "exchanges that one exchange sets off (branching ratio)", "gibler2024"),
    memory=Parameter(120.0, 0.5, 180.0, "days", "mean time within which they follow", "gibler2024"),
    violations=Parameter(
        5.0, 1.0, 15.0, "violations", "violations counted for one exchange; counts of the two sides differ", "jacob2018"
    ),
    cease_fire_stops=Parameter(0.95, 0.0, 1.0, "1", "share by which a cease-fire lowers the rate", "js2021"),
)

_MOST_EXCHANGES = 10  # in one step; the rate stays far below


@in_one_piece
def exchanges(uniform: Array, expected: Array) -> Array:
    """Poisson number of exchanges by inversion, cut at 10."""
    term = np.exp(-expected)
    number = flag(uniform >= term)
    if nowhere(number):
        return number
    (there,) = number.nonzero()  # the rest for these runs only, which are few
    uniform, expected, term = (np.broadcast_to(one, number.shape)[there] for one in (uniform, expected, term))
    cumulative = term
    for k in range(1, _MOST_EXCHANGES):
        term = term * expected / k
        cumulative = cumulative + term
        more = uniform >= cumulative
        if nowhere(more):
            break
        number[there] += more
    return number


def kindled(excitation: Array, memory: Array, dt: Array) -> Array:
    """Rate that one exchange adds from the next step on, so that `excitation` more are expected in all, whatever the step."""
    rate: Array = excitation * (1.0 - np.exp(-(dt / memory))) / dt
    return rate


def local_fire(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Exchanges of fire in this step, and the excitement they leave."""
    either_fights = flag((s.posture[0] >= p.ladder.force) | (s.posture[1] >= p.ladder.force))
    mean_salience = 0.5 * (s.salience[0] + s.salience[1])
    calm = 1.0 - p.cease_fire_stops * s.cease_fire
    rate = (p.background + p.tension * mean_salience + p.fighting * either_fights + s.excitement) * calm
    fired = exchanges(u[0], np.minimum(rate * p.dt, 5.0))
    return {
        "fire": fired,
        "violations": fired * p.violations,
        "excitement": decayed(s.excitement, 1.0 / p.memory, p.dt) + kindled(p.excitation, p.memory, p.dt) * fired,
    }
