"""Injury asks for an answer.

Grievance grows with attacks for which the rival is blamed, with the rival's acts, with deaths; it falls with time, with
retaliation carried out, and with concessions received (Richardson 1960). It saturates: the tenth injury adds less than the first.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import decayed, within

PARAMETERS = section(
    "grievance",
    fading=Parameter(0.02, 0.002, 0.08, "1/day", "rate at which time takes grievance away", "richardson1960"),
    sensitivity=Parameter(1.65, 0.3, 3.0, "1", "weight of the ladder's injuries in grievance"),
    ceiling=Parameter(12.0, 6.0, 20.0, "grievance", "level at which further injury adds nothing"),
    per_log_deaths=Parameter(0.12, 0.0, 0.6, "grievance/day", "daily grievance per unit of log(1 + own deaths per day)"),
    relief=Parameter(1.0, 0.0, 3.0, "1", "how far an act that fully answers relieves: grievance falls by exp(-relief)"),
    concession=Parameter(
        0.6, 0.0, 1.0, "1", "share of grievance removed by what a deal brings (arrests, an inquiry, a pull-back)"
    ),
    accident=Parameter(
        0.6, 0.0, 1.0, "1", "injury of an accident read as intended, relative to an act of its rung", "sagan1993"
    ),
)


def grievance_next(
    grievance: Array,
    injury: Array,
    answered: Array,
    conceded: Array,
    *,
    fading: Array,
    ceiling: Array,
    relief: Array,
    concession: Array,
    dt: Array,
) -> Array:
    """Grievance after `dt` days.

    `injury` suffered in the step, `answered` how far the own act of this step answers (0 to about 1), `conceded` 1 where a deal
    was struck.
    """
    left = decayed(grievance, fading, dt)
    relieved = left * np.exp(-(relief * answered)) * (1.0 - concession * conceded)
    return within(relieved + injury * np.maximum(1.0 - relieved / ceiling, 0.0), 0.0, ceiling)


def resentment(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Grievance of one government against the other, and the part that an accident put there."""
    by_acts = p.ladder.look_up("injures", s.rival_act_begun)
    held = p.ladder.look_up("injures_a_day", s.rival_posture)
    by_accident = p.sensitivity * p.accident * p.ladder.tables["injures"][p.ladder.force] * s.rival_accident_misread
    by_deaths = p.per_log_deaths * np.log1p(s.deaths_recent)
    injury = s.attack_injury + p.sensitivity * (by_acts + held * p.dt) + by_accident + by_deaths * p.dt
    answered_by_posture = p.ladder.look_up("war_answers_a_day", s.posture) * p.dt
    grievance = grievance_next(
        s.grievance, injury, p.ladder.look_up("answers", s.act_begun) + answered_by_posture, s.deal_struck,
        fading=p.fading, ceiling=p.ceiling, relief=p.relief, concession=p.concession, dt=p.dt,
    )  # fmt: skip
    return {
        "grievance": grievance,
        "bitterness": grievance / p.ceiling,
        "grievance_by_accident": by_accident + np.zeros_like(grievance),
    }
