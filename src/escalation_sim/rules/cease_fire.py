"""A stop that was struck holds or breaks.

Agreements last longer where something implements them (Fortna 2004): the military hotline does, within limits. Grievances left and a
new attack strain it; an act of force ends it. A stop that broke is remembered: the next one is harder to believe in.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import decayed, flag, probability

PARAMETERS = section(
    "cease_fire",
    scope="shared",
    fragility=Parameter(
        0.003, 0.0005, 0.03, "1/day", "rate at which a stop breaks with nothing to implement it and no strain", "fortna2004"
    ),
    strain=Parameter(12.0, 0.0, 24.0, "1", "share by which it is more fragile when grievance is at its ceiling"),
    shock=Parameter(0.5, 0.0, 1.0, "probability", "probability that a new attack breaks it"),
    memory=Parameter(20.0, 3.0, 120.0, "days", "mean time for which a broken stop is remembered"),
    grace=Parameter(
        1.0, 0.0, 5.0, "days", "first days of a stop in which force still belongs to the fighting it ends", "press2025"
    ),
)


def breaking_rate(strain: Array, implemented: Array, *, fragility: Array, strain_weight: Array) -> Array:
    """Rate per day at which a cease-fire breaks."""
    rate: Array = fragility * (1.0 + strain_weight * strain) / (1.0 + implemented)
    return rate


def cease_fire(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Whether a cease-fire is in force after this step."""
    force_used = (
        (s.act_begun[0] > 0.0) | (s.act_begun[1] > 0.0) | (s.posture[0] >= p.ladder.war) | (s.posture[1] >= p.ladder.war)
    )
    new_attack = (s.attack_injury[0] > 0.0) | (s.attack_injury[1] > 0.0)
    strain = np.maximum(s.bitterness[0], s.bitterness[1])
    rate = breaking_rate(strain, s.implements, fragility=p.fragility, strain_weight=p.strain)
    holds = (1.0 - probability(rate, p.dt)) * (1.0 - p.shock * flag(new_attack))
    broken = (s.cease_fire == 1.0) & ((u[0] >= holds) | (force_used & (s.deal_age >= p.grace)))
    in_force = np.maximum(s.deal_struck, s.cease_fire * flag(~broken))
    return {
        "cease_fire": in_force,
        "deal_broken": flag(broken),
        "disillusion": decayed(s.disillusion, 1.0 / p.memory, p.dt) + flag(broken),
        "deal_age": in_force * (1.0 - s.deal_struck) * (s.deal_age + p.dt),
    }
