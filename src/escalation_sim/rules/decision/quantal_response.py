"""Quantal response: every rung has its utility, better rungs are chosen more often, none is ruled out.

McKelvey & Palfrey 1995; Signorino 1999. The choice is random utility with extreme-value noise: the logit rule of that literature.
Departure: the noise is a disposition, drawn once per run, government and rung, not afresh at every decision; fresh noise would make
every government strike sooner or later, because enough draws reach any extreme.
"""

from __future__ import annotations

from escalation_sim.parameters import Values, section
from escalation_sim.rules.decision import stakes

PARAMETERS = section("quantal_response")


def contributions(rung: int, seen: Values, p: Values) -> stakes.Contributions:
    """Utility of a rung, term by term."""
    return stakes.Contributions(
        threat=stakes.shortfall(p.ladder, rung, seen.threat, p.threat_weight),
        grievance=stakes.value_of_answer(p.ladder, rung, seen.grievance, seen.resolve),
        pressure=stakes.value_of_answer(p.ladder, rung, seen.pressure, p.pressure_weight)
        + stakes.cost_of_backing_down(p.ladder, rung, seen.commitment, seen.attention, p.audience_cost),
        cost=stakes.cost_of_rung(p.ladder, rung, p.cost_sensitivity),
        weariness=stakes.cost_of_rung(p.ladder, rung, p.cost_sensitivity * p.weariness_weight * seen.weariness),
        trust=stakes.value_of_restraint(p.ladder, rung, seen.trust, p.trust_weight),
        fear=stakes.fear_of_rung(p.ladder, rung, seen.dread, p.nuclear_caution),
        deal=stakes.value_of_restraint(p.ladder, rung, seen.bound, p.compliance),
    )
