"""Quantal response: every rung has its utility, better rungs are chosen more often, none is ruled out.

McKelvey & Palfrey 1995; Signorino 1999. The choice is random utility with extreme-value noise: the logit rule of that literature.
Departure: the noise is a disposition, drawn once per run, government and rung, not afresh at every decision; fresh noise would make
every government strike sooner or later, because enough draws reach any extreme.
"""

from __future__ import annotations

from escalation_sim.parameters import Values, section
from escalation_sim.rules.decision import stakes

PARAMETERS = section("quantal_response")


def contributions(seen: Values, p: Values) -> stakes.Contributions:
    """What speaks for and against every rung, term by term."""
    return stakes.Contributions(
        threat=(stakes.shortfall(p.ladder, seen.threat, p.threat_weight),),
        grievance=(stakes.value_of_answer(p.ladder, seen.grievance, seen.resolve),),
        pressure=(
            stakes.value_of_answer(p.ladder, seen.pressure, p.pressure_weight),
            stakes.cost_of_backing_down(p.ladder, seen.commitment, seen.attention, p.audience_cost),
        ),
        cost=stakes.cost_of_standing_there(p.ladder, p.cost_sensitivity, seen.price_of_rising),
        weariness=(stakes.cost_of_rung(p.ladder, p.cost_sensitivity * p.weariness_weight * seen.weariness),),
        ties=(stakes.value_of_restraint(p.ladder, seen.ties),),
        fear=(stakes.fear_of_rung(p.ladder, seen.dread, p.nuclear_caution),),
        deal=(stakes.value_of_restraint(p.ladder, seen.promise),),
    )
