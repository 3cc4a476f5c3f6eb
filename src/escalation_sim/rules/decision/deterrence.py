"""Deterrence: a government does what it can get away with, and holds still where it expects to be answered.

Schelling 1966. The value of an act is what it answers, the price is its own cost plus the punishment expected from a rival believed
resolute; standing at least as high as the rival deters, so standing lower costs. The threat that leaves something to chance works
on both: fear is weighed against what the rival is thought to intend.
"""

from __future__ import annotations

from escalation_sim.parameters import Parameter, Values, section
from escalation_sim.rules.decision import stakes

PARAMETERS = section(
    "deterrence",
    punishment=Parameter(
        0.08, 0.0, 0.4, "1/rung", "extra cost of a rung per rung the rival is believed ready to go to", "schelling1966"
    ),
    opportunity=Parameter(1.3, 0.5, 2.5, "1", "weight of an answer, before the punishment expected for it", "schelling1966"),
)


def contributions(seen: Values, p: Values) -> stakes.Contributions:
    """What speaks for and against every rung, term by term."""
    expected = 1.0 + p.choice.punishment * seen.threat
    return stakes.Contributions(
        threat=(stakes.shortfall(p.ladder, seen.threat, p.threat_weight),),
        grievance=(stakes.value_of_answer(p.ladder, seen.grievance, seen.resolve * p.choice.opportunity),),
        pressure=(
            stakes.value_of_answer(p.ladder, seen.pressure, p.pressure_weight),
            stakes.cost_of_backing_down(p.ladder, seen.commitment, seen.attention, p.audience_cost),
        ),
        cost=stakes.cost_of_standing_there(p.ladder, p.cost_sensitivity * expected, seen.price_of_rising),
        weariness=(stakes.cost_of_rung(p.ladder, p.cost_sensitivity * p.weariness_weight * seen.weariness),),
        ties=(stakes.value_of_restraint(p.ladder, seen.ties),),
        fear=(stakes.fear_of_rung(p.ladder, seen.dread, p.nuclear_caution),),
        deal=(stakes.value_of_restraint(p.ladder, seen.promise),),
    )
