"""What starts a crisis: an attack, an incursion, an exercise, an incident, an accident; and whom the victim holds to blame.

An attack injures by its deaths, on a logarithmic scale: the tenth death weighs more than the hundredth. The victim blames the
rival's government with a probability that trust and talks can lower (a shared investigation, as after Pathankot 2016); deaths
alone do not make a crisis (Lalwani & Haegeland 2018). An exercise or an incursion puts the actor on a rung; an incident or an
accident injures like an act of a given rung, the accident only where nobody explains it in time. A gesture (a visit, a crossing opened)
is the opposite of an incident: it shows goodwill.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.asking import nowhere
from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import flag

PARAMETERS = section(
    "triggers",
    injury_per_log_death=Parameter(2.0, 0.5, 4.0, "grievance", "grievance per unit of log(1 + deaths / reference) from an attack"),
    reference_deaths=Parameter(5.0, 1.0, 20.0, "deaths", "deaths at which an attack begins to weigh"),
    blame=Parameter(0.9, 0.3, 1.0, "probability", "probability that the rival's government is blamed, without trust or talks", "lalwani2018"),
    trust_spares_blame=Parameter(0.4, 0.0, 1.0, "1", "share of that probability removed by full trust"),
    shared_investigation=Parameter(0.3, 0.0, 0.8, "1", "share of that probability removed by full talks (a joint inquiry)"),
    residual_blame=Parameter(0.5, 0.0, 0.8, "1", "injury left where the rival is not blamed, for harbouring the group"),
)  # fmt: skip


_ROUNDING = 1e-3  # of a step, since the day of a trigger is rounded


def probability_of_blame(
    trust: Array, talking: Array, *, blame: Array, trust_spares_blame: Array, shared_investigation: Array
) -> Array:
    """Probability that the victim blames the rival's government for an attack."""
    chance: Array = blame * (1.0 - trust_spares_blame * trust) * (1.0 - shared_investigation * talking)
    return chance


def injury_of_attack(deaths: Array, *, injury_per_log_death: Array, reference_deaths: Array) -> Array:
    """Grievance from an attack with so many deaths, if the rival is blamed."""
    injury: Array = injury_per_log_death * np.log1p(deaths / reference_deaths)
    return injury


def attack_suffered(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Attacks on one's own nationals in this step, the injury felt, and rungs a trigger puts oneself on."""
    deaths = np.zeros_like(s.trust)
    for group in range(len(s.strike_deaths)):
        deaths = deaths + s.strike_deaths[group] * p.targeted_by[group]
    visible_deaths = deaths
    injury = np.zeros_like(s.trust)
    forced = np.zeros_like(s.trust)
    goodwill = np.zeros_like(s.trust)
    for trigger in p.triggers:
        steps_to_go = np.floor((trigger.day - s.day) / p.dt + _ROUNDING)
        now = steps_to_go == 0.0
        during = (steps_to_go <= 0.0) & (s.day < trigger.day + trigger.lasts)
        if nowhere(now | during):
            continue
        suffered = flag(now) * trigger.is_victim
        deaths = deaths + suffered * trigger.deaths
        if trigger.kind == "attack":
            visible_deaths = visible_deaths + suffered * trigger.deaths * trigger.visibility
        elif trigger.kind in ("incident", "accident"):
            read_as_intended = flag(u[0] < 1.0 - s.explains) if trigger.kind == "accident" else 1.0
            injury = injury + suffered * trigger.visibility * trigger.injury * read_as_intended
        elif trigger.kind == "gesture":
            goodwill = goodwill + suffered * trigger.visibility
        forced = np.maximum(forced, flag(during) * trigger.is_actor * trigger.puts_actor_on)
    blamed = u[0] < probability_of_blame(
        s.trust, s.talking,
        blame=p.blame, trust_spares_blame=p.trust_spares_blame, shared_investigation=p.shared_investigation,
    )  # fmt: skip
    weight = np.maximum(flag(blamed), p.residual_blame)
    injury = injury + weight * injury_of_attack(
        visible_deaths, injury_per_log_death=p.injury_per_log_death, reference_deaths=p.reference_deaths
    )
    return {"attack_deaths": deaths, "attack_injury": injury, "forced_posture": forced, "goodwill": goodwill}
