"""Trust between governments grows slowly where they talk and is lost quickly where they are hurt.

Costly reassurance and the habit of contact build it (Kydd 2005); attacks, acts of force, broken deals and exposure of a secret
channel destroy it.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import approached, ratio

PARAMETERS = section(
    "trust",
    initial=Parameter(0.2, 0.0, 1.0, "1", "trust at the start"),
    loss_per_injury=Parameter(0.15, 0.0, 1.0, "1", "share of trust lost per unit of injury, in the exponent"),
    loss_per_break=Parameter(0.5, 0.0, 2.0, "1", "share of trust lost when a deal breaks, in the exponent", "kydd2005"),
    loss_per_leak=Parameter(0.2, 0.0, 1.0, "1", "share of trust lost when a secret channel is exposed, in the exponent"),
    gain_per_gesture=Parameter(
        0.05,
        0.0,
        0.3,
        "1",
        "step towards full trust after a gesture of full visibility (a visit, a crossing opened)",
        "kydd2005",
    ),
    gain_per_deal=Parameter(0.05, 0.0, 0.3, "1", "step towards full trust when a deal is struck"),
    fading=Parameter(0.0005, 0.0, 0.01, "1/day", "rate at which unused trust fades"),
)


def trust_next(trust: Array, building: Array, shock: Array, gain: Array, fading: Array, dt: Array) -> Array:
    """Trust after `dt` days: built at a rate per day, lost by exp(-shock), raised by a deal."""
    rate = building + fading
    slow = approached(trust, ratio(building, rate), rate, dt)
    lost: Array = slow * np.exp(-shock)
    return lost + gain * (1.0 - lost)


def trust(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Trust of one government in the other."""
    injury = s.attack_injury + p.ladder.look_up("injures", s.rival_act_begun) + s.grievance_by_accident
    injury = injury + p.ladder.look_up("war_injures_a_day", s.rival_posture) * p.dt
    shock = p.loss_per_injury * injury + p.loss_per_break * s.deal_broken + p.loss_per_leak * s.exposures
    gain = np.maximum(p.gain_per_deal * s.deal_struck, np.minimum(p.gain_per_gesture * s.goodwill, 1.0))
    return {"trust": trust_next(s.trust, s.reassurance, shock, gain, p.fading, p.dt)}
