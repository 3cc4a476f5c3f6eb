"""Prospect theory: losses loom larger than gains, and who has lost runs risks.

Levy 1996, after Kahneman & Tversky. The reference point is the state before the injury: an unanswered grievance is a loss. In the
domain of losses a government weighs the injury by `loss_aversion` and discounts the costs and the risks of winning it
back; in the domain of gains it guards what it has and weighs costs by `loss_aversion`.
"""

from __future__ import annotations

from escalation_sim.parameters import Parameter, Values, section
from escalation_sim.rules.decision import stakes

PARAMETERS = section(
    "prospect",
    loss_aversion=Parameter(1.25, 1.0, 3.0, "1", "how much heavier a loss weighs than an equal gain", "levy1996"),
    risk_seeking=Parameter(
        0.1, 0.0, 0.7, "1", "share of cost and risk that is discounted deep in the domain of losses", "levy1996"
    ),
    halfway=Parameter(2.0, 0.5, 8.0, "grievance", "grievance at which a government is half in the domain of losses"),
)


def contributions(seen: Values, p: Values) -> stakes.Contributions:
    """What speaks for and against every rung, term by term."""
    losing = seen.grievance / (seen.grievance + p.choice.halfway)
    lost = 1.0 + (p.choice.loss_aversion - 1.0) * losing
    guarded = 1.0 + (p.choice.loss_aversion - 1.0) * (1.0 - losing)
    daring = 1.0 - p.choice.risk_seeking * losing
    weight = guarded * daring
    return stakes.Contributions(
        threat=(stakes.shortfall(p.ladder, seen.threat, p.threat_weight * guarded),),
        grievance=(stakes.value_of_answer(p.ladder, seen.grievance, seen.resolve * lost),),
        pressure=(
            stakes.value_of_answer(p.ladder, seen.pressure, p.pressure_weight),
            stakes.cost_of_backing_down(p.ladder, seen.commitment, seen.attention, p.audience_cost * lost),
        ),
        cost=stakes.cost_of_standing_there(p.ladder, p.cost_sensitivity * weight, seen.price_of_rising),
        weariness=(stakes.cost_of_rung(p.ladder, p.cost_sensitivity * p.weariness_weight * seen.weariness * weight),),
        ties=(stakes.value_of_restraint(p.ladder, seen.ties),),
        fear=(stakes.fear_of_rung(p.ladder, seen.dread, p.nuclear_caution * daring),),
        deal=(stakes.value_of_restraint(p.ladder, seen.promise),),
    )
