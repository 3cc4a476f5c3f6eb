"""Deaths follow from what is done: acts, days of war, fire across the line, attacks.

Deaths per act vary widely (a lognormal factor per act); how bloody a war is varies between runs. Own losses come with the rival's.
Deaths are whole numbers; expectations are exact at any length of step.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import decayed, flag

PARAMETERS = section(
    "losses",
    deadliness=Parameter(1.0, 0.3, 3.0, "1", "weight of the ladder's deaths"),
    spread_per_act=Parameter(0.8, 0.0, 1.5, "1", "spread of deaths between acts of one rung (of their logarithm)"),
    spread_of_war=Parameter(0.5, 0.0, 1.5, "1", "spread between runs of deaths per day of war (of their logarithm)"),
    per_exchange=Parameter(
        0.2, 0.01, 1.0, "deaths", "deaths on each side per exchange of fire across the line", "moneycontrol2017"
    ),
    fighting_multiplies=Parameter(
        10.0, 0.0, 30.0, "1", "how many times deadlier exchanges are while force is used, less one", "clary2025"
    ),
    memory=Parameter(5.0, 1.0, 20.0, "days", "time over which recent deaths are averaged"),
)


def deaths_expected(
    by_rival_act: Array, by_rival_posture: Array, by_own_act: Array, by_own_posture: Array, by_fire: Array
) -> Array:
    """Expected deaths among one's own nationals in a step."""
    total: Array = by_rival_act + by_rival_posture + by_own_act + by_own_posture + by_fire
    return total


def losses(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Deaths of one country in this step; `u` is one uniform draw (rounding) and one normal (how deadly the acts of this step were)."""
    ladder = p.ladder
    spread = p.spread_per_act
    act_factor = p.deadliness * np.exp(spread * u[1] - 0.5 * (spread * spread))
    war_factor = p.deadliness * np.exp(p.spread_of_war * s.lethality - 0.5 * (p.spread_of_war * p.spread_of_war))
    fighting = flag(np.maximum(s.posture, s.rival_posture) >= ladder.force)
    expected = deaths_expected(
        ladder.look_up("deaths_per_act", s.rival_act_begun) * act_factor,
        ladder.look_up("deaths_per_day", s.rival_posture) * war_factor * p.dt,
        ladder.look_up("own_deaths_per_act", s.act_begun) * act_factor,
        ladder.look_up("own_deaths_per_day", s.posture) * war_factor * p.dt,
        p.per_exchange * (1.0 + p.fighting_multiplies * fighting) * s.fire,
    )
    dead = np.floor(expected + u[0]) + s.attack_deaths
    recent = decayed(s.deaths_recent, 1.0 / p.memory, p.dt) + dead * (1.0 - np.exp(-(p.dt / p.memory))) / p.dt
    return {"deaths_in_step": dead, "deaths": s.deaths + dead, "deaths_recent": recent}
