"""A government chooses the rung it wants.

An ordered choice over the whole ladder, so that rungs can be skipped: for every rung a theory of decision (see `decision`) says what
threat, grievance, pressure, cost, weariness, ties (trust and trade), fear and a standing deal contribute; the government wants the rung with the
largest sum. Chance enters as a disposition drawn once per run (a liking for each rung, and a temper) and as a mood that
drifts slowly; so neither the length of a step nor the tempo of meetings changes what happens.

Rising without cause costs standing at home and abroad (Finnemore 2003). Backing down in public costs more the higher one stands (Fearon 1994). Nuclear caution bends the choice long before the top, the more
so the worse the rival is believed to intend (Schelling 1966). `military_weight` says how far the military makes the decision:
it hears less of the public and counts costs lower (Sagan 1993; Posen 1991).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.places import column, first_place
from escalation_sim.rates import decayed, flag
from escalation_sim.rules.decision.stakes import ALL, Contributions, Share, Stake, by_rung, on_rung, on_rungs

PARAMETERS = section(
    "government",
    resolve=Parameter(1.9, 0.0, 3.0, "utility/grievance", "utility of fully answering one unit of grievance"),
    temper=Parameter(0.45, 0.0, 0.8, "1", "spread of resolve between runs (standard deviation of its logarithm)"),
    precision=Parameter(2.5, 0.3, 8.0, "1/utility", "precision of choice: the larger, the smaller the part of disposition", "mckelvey1995"),
    mood_size=Parameter(0.15, 0.0, 0.5, "1", "spread of the slow change of resolve within a run (of its logarithm)"),
    mood_days=Parameter(20.0, 5.0, 90.0, "days", "mean time for which a mood lasts"),
    threat_weight=Parameter(0.93, 0.0, 1.0, "utility/rung", "cost of standing one rung below what the rival is thought to intend", "jervis1976"),
    pressure_weight=Parameter(2.0, 0.0, 4.0, "utility", "utility of answering under full public pressure", "putnam1988"),
    audience_cost=Parameter(0.8, 0.0, 1.0, "utility/severity", "cost of standing one severity below one's public commitment", "fearon1994, tomz2007"),
    standing_attention=Parameter(0.5, 0.0, 1.0, "1", "part of the audience cost that is due even when the public does not press", "tomz2007"),
    cost_sensitivity=Parameter(0.75, 0.3, 3.0, "1", "weight of the ladder's costs"),
    unprovoked=Parameter(2.25, 0.0, 4.0, "utility/severity", "cost, per severity above quiet, of rising without cause", "finnemore2003"),
    half_cause=Parameter(1.0, 0.3, 3.0, "grievance + rungs", "grievance and threat above quiet that count as half a cause"),
    weariness_weight=Parameter(2.0, 0.0, 5.0, "1", "by how many times costs are raised under full weariness", "mueller1970"),
    restraint=Parameter(0.0, 0.0, 1.0, "utility/severity", "cost, per severity above quiet, of a declared policy of restraint"),
    trade_weight=Parameter(0.15, 0.0, 0.6, "utility/severity", "restraint bought by as much trade as there could be, per severity above quiet"),
    trust_weight=Parameter(0.3, 0.0, 1.0, "utility/severity", "restraint bought by full trust, per severity above quiet", "kydd2005"),
    nuclear_caution=Parameter(9.8, 0.5, 13.0, "utility", "fear of a rung of danger 1 when the rival is thought to be at the top", "schelling1966"),
    standing_dread=Parameter(0.8, 0.0, 1.0, "1", "part of that fear felt even when the rival is thought to be quiet"),
    shadow_of_signals=Parameter(0.5, 0.0, 2.0, "1", "fear added by one nuclear signal of the rival"),
    shadow_days=Parameter(15.0, 3.0, 60.0, "days", "mean time for which a nuclear signal is felt"),
    compliance=Parameter(1.5, 0.0, 2.0, "utility/severity", "cost of breaking one's word under a deal, per severity above quiet"),
    inertia=Parameter(1.25, 0.0, 2.0, "utility", "what it takes to change one's mind"),
    commitment_days=Parameter(30.0, 2.0, 60.0, "days", "mean time for which a public stand commits"),
    provocation_days=Parameter(30.0, 2.0, 120.0, "days", "mean time for which the last provocation is remembered (reciprocity)"),
    severity_per_injury=Parameter(1.7, 0.5, 3.0, "severity/grievance", "severity to which an attack counts as equal (reciprocity)"),
    military_weight=Parameter(0.2, 0.0, 1.0, "1", "how far the military makes the decision itself", "sagan1993"),
    military_boldness=Parameter(0.4, 0.0, 0.8, "1", "share of cost that the military does not count", "posen1991"),
)  # fmt: skip


def mood_next(mood: Array, draw: Array, size: Array, days: Array, dt: Array) -> Array:
    """Slowly drifting mood (Ornstein-Uhlenbeck, solved exactly): standard deviation `size`, memory `days`."""
    kept = np.exp(-(dt / days))
    drifted: Array = mood * kept + size * np.sqrt(1.0 - kept * kept) * draw
    return drifted


def dread_of(threat: Array, top: float, shadow: Array, standing: Array, per_signal: Array) -> Array:
    """How much the top of the ladder is dreaded: by habit, by what the rival is thought to intend, by its nuclear signals."""
    dread: Array = standing + (1.0 - standing) * (threat / top) + per_signal * shadow
    return dread


def cause_for_alarm(grievance: Array, threat_above_quiet: Array, half: Array) -> Array:
    """How far an injury or a threat justifies rising above quiet, at home and abroad; 0 for none, half at `half`, towards 1."""
    cause = grievance + threat_above_quiet
    share: Array = cause / (half + cause)
    return share


def situation(s: Values, p: Values) -> Values:
    """What the government weighs, as the theories of decision read it."""
    civil = 1.0 - p.military_weight
    cause = cause_for_alarm(s.grievance, np.maximum(s.threat - float(p.ladder.quiet), 0.0), p.half_cause)
    return Values(
        {
            "threat": s.threat,
            "grievance": s.grievance,
            "resolve": p.resolve * np.exp(p.temper * s.temper + s.mood),
            "pressure": s.pressure * civil,
            "attention": (p.standing_attention + (1.0 - p.standing_attention) * s.pressure) * civil,
            "commitment": s.commitment,
            "weariness": s.weariness,
            "ties": p.trust_weight * s.trust + p.trade_weight * s.trade,
            "dread": dread_of(s.threat, float(p.ladder.top), s.shadow, p.standing_dread, p.shadow_of_signals),
            "promise": p.compliance * s.cease_fire,
            "provocation": s.provocation,
            "price_of_rising": p.restraint + p.unprovoked * (1.0 - cause),
        }
    )


def weights(p: Values) -> Values:
    """Parameters as the decision takes them: the military's share of it counts costs lower."""
    discount = 1.0 - p.military_weight * p.military_boldness
    return Values({**p.__dict__, "cost_sensitivity": p.cost_sensitivity * discount})


def added_up(contributions: Contributions) -> list[Stake]:
    """The stakes of all terms, those that are shared in the same proportions as one."""
    shared: dict[int, Share] = {}
    others: list[Stake] = []
    for stake in (stake for term in contributions for stake in term):
        if isinstance(stake, Share):
            so_far = shared.get(id(stake.shares))
            shared[id(stake.shares)] = Share(stake.shares, so_far.amount + stake.amount) if so_far else stake
        else:
            others.append(stake)
    return [*shared.values(), *others]


def posture_preferred(stakes: Sequence[Stake], liking: Array, standing: Array, p: Values) -> Array:
    """The rung with the largest utility; ties go to the lower rung.

    Parameters
    ----------
    stakes : what speaks for and against the rungs.
    liking : disposition towards each rung, shape (rung, …), in units of 1 / precision.
    standing : rung wanted so far; it has `inertia` in its favour.
    """
    utility = liking / p.precision
    utility += p.inertia * flag(standing == column(p.ladder.tables["number"], utility.ndim))
    for stake in stakes:
        utility += stake.worth(ALL, utility.ndim)
    return first_place(utility == np.maximum.reduce(utility)).astype(liking.dtype)


def motive_for_force(contributions: Contributions, ladder: Ladder, beside: Array) -> Array:
    """What threat, grievance and pressure together say for the lowest rung of force over the highest quiet one."""
    moving = (*contributions.threat, *contributions.grievance, *contributions.pressure)
    quiet, force = on_rungs(moving, (ladder.quiet, ladder.force), beside)
    return force - quiet


def wearied(contributions: Contributions, faded: Array, ladder: Ladder) -> Array:
    """1 where weariness holds the government back from force more than anything else that has changed.

    It is held against the fading of the motive for force since that was strongest, and against fear, ties and a promise given.
    """
    fear, ties, deal, weariness = (
        on_rung(term, ladder.force, faded)
        for term in (contributions.fear, contributions.ties, contributions.deal, contributions.weariness)
    )
    return flag(weariness < np.minimum(np.minimum(-faded, fear), np.minimum(ties, deal)))


def reasons(s: Values, p: Values) -> dict[str, Array]:
    """For every rung, what each term contributes; for looking into one run.

    Returns arrays of shape (rung, …), one for each term of `stakes.Contributions` plus "disposition" and "inertia".
    """
    own = weights(p)
    rungs = len(p.ladder)
    speaks = p.theory.contributions(situation(s, p), own)._asdict()
    terms = {name: by_rung(stakes, rungs, s.threat) for name, stakes in speaks.items()}
    terms["disposition"] = s.liking / p.precision
    terms["inertia"] = np.stack([p.inertia * (s.posture_wanted == rung) for rung in range(rungs)])
    return {name: term + np.zeros_like(s.liking) for name, term in terms.items()}


def mood(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Mood of a government, once a day."""
    return {"mood": mood_next(s.mood, u[0], p.mood_size, p.mood_days, p.dt)}


def decision(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """The rung wanted, and what goes with it."""
    own = weights(p)
    speaks = p.theory.contributions(situation(s, p), own)
    severity = p.ladder.look_up("severity", s.posture)
    held = severity * (1.0 - p.ladder.look_up("is_act", s.posture))
    provoked = np.maximum(
        p.ladder.look_up("severity", np.maximum(s.rival_act_begun, s.rival_posture)), p.severity_per_injury * s.attack_injury
    )
    motive = motive_for_force(speaks, p.ladder, s.threat)
    strongest = np.maximum(s.motive_at_height * (1.0 - s.over), motive)
    return {
        "posture_wanted": posture_preferred(added_up(speaks), s.liking, s.posture_wanted, own),
        "commitment": np.maximum(decayed(s.commitment, 1.0 / p.commitment_days, p.dt), held),
        "provocation": np.minimum(
            np.maximum(decayed(s.provocation, 1.0 / p.provocation_days, p.dt), provoked), p.ladder.tables["severity"][-1]
        ),
        "shadow": decayed(s.shadow, 1.0 / p.shadow_days, p.dt) + s.rival_nuclear_signal,
        "motive_at_height": strongest,
        "weary": wearied(speaks, strongest - motive, p.ladder),
    }
