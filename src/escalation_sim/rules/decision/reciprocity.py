"""Reciprocity: do to the other what was done to you, a little less.

Tit for tat with generosity (Axelrod 1984); unilateral restraint invites restraint (Osgood 1962). The government aims at the severity
of the last provocation, reduced by `generosity`; standing above or below that mark costs utility by the distance. What it
believes of the rival's intentions enters only through the fear of the top and through the cost of rising without cause.
"""

from __future__ import annotations

from escalation_sim.parameters import Parameter, Values, section
from escalation_sim.rules.decision import stakes

PARAMETERS = section(
    "reciprocity",
    matching=Parameter(
        1.5, 0.1, 4.0, "1/severity", "utility lost per severity of distance from an equal answer", "axelrod1984"
    ),
    generosity=Parameter(
        0.15, 0.0, 0.6, "1", "share by which the answer stays below the provocation", "axelrod1984, osgood1962"
    ),
)


def contributions(seen: Values, p: Values) -> stakes.Contributions:
    """What speaks for and against every rung, term by term."""
    mark = (1.0 - p.choice.generosity) * seen.provocation
    return stakes.Contributions(
        threat=(),
        grievance=(stakes.Distance(p.ladder.tables["severity"], mark, p.choice.matching * seen.resolve),),
        pressure=(
            stakes.value_of_answer(p.ladder, seen.pressure, p.pressure_weight),
            stakes.cost_of_backing_down(p.ladder, seen.commitment, seen.attention, p.audience_cost),
        ),
        cost=stakes.cost_of_standing_there(p.ladder, p.cost_sensitivity, seen.price_of_rising),
        weariness=(stakes.cost_of_rung(p.ladder, p.cost_sensitivity * p.weariness_weight * seen.weariness),),
        ties=(),
        fear=(stakes.fear_of_rung(p.ladder, seen.dread, p.nuclear_caution),),
        deal=(stakes.value_of_restraint(p.ladder, seen.promise),),
    )
