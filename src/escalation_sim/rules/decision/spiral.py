"""Spiral: each side answers what it sees in the other, plus an old grievance, less its own fatigue.

Richardson's action and reaction (1960), as a government's aim: x* = (reaction × threat + grievance term) / fatigue. The quadratic loss
around that aim is written out, so that each term keeps its name. Arms are not chosen by comparing outcomes: there is no fear of the
rival's answer, only of the top of the ladder.
"""

from __future__ import annotations

from escalation_sim.parameters import Parameter, Values, section
from escalation_sim.rules.decision import stakes

PARAMETERS = section(
    "spiral",
    reaction=Parameter(0.10, 0.0, 0.4, "1/severity/rung", "pull of the rival's believed level", "richardson1960"),
    grievance_pull=Parameter(0.25, 0.0, 0.6, "1/severity/grievance", "pull of the grievance", "richardson1960"),
    fatigue=Parameter(0.12, 0.04, 0.6, "1/severity^2", "fatigue: the pull back from one's own level", "richardson1960"),
)


def contributions(seen: Values, p: Values) -> stakes.Contributions:
    """What speaks for and against every rung, term by term."""
    severity = p.ladder.tables["severity"]
    return stakes.Contributions(
        threat=(stakes.Share(severity, p.choice.reaction * seen.threat),),
        grievance=(stakes.Share(severity, p.choice.grievance_pull * seen.grievance * seen.resolve),),
        pressure=(
            stakes.value_of_answer(p.ladder, seen.pressure, p.pressure_weight),
            stakes.cost_of_backing_down(p.ladder, seen.commitment, seen.attention, p.audience_cost),
        ),
        cost=(
            stakes.Share(severity * severity, -(0.5 * p.choice.fatigue)),
            *stakes.cost_of_standing_there(p.ladder, p.cost_sensitivity, seen.price_of_rising),
        ),
        weariness=(stakes.cost_of_rung(p.ladder, p.cost_sensitivity * p.weariness_weight * seen.weariness),),
        ties=(stakes.value_of_restraint(p.ladder, seen.ties),),
        fear=(stakes.fear_of_rung(p.ladder, seen.dread, p.nuclear_caution),),
        deal=(stakes.value_of_restraint(p.ladder, seen.promise),),
    )
