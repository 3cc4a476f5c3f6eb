"""Lines of communication live, are used, cut, exposed, and re-opened.

A channel is open (2), suspended (1) or closed (0). Existence is not use: hotlines "regularly fall silent during periods of tension"
(Stimson 1998), so a channel is cut when the crisis rises above what it tolerates, and comes back when it has fallen below. Its
working relationship grows with use and fades unused. A secret channel in use may be exposed. A channel with
`third_party` 1 is open exactly while a mediator is at work; mediators stay to the end of a crisis.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import approached, probability

CLOSED, SUSPENDED, OPEN = 0.0, 1.0, 2.0

PARAMETERS = section(
    "channels",
    scope="shared",
    cutting=Parameter(0.25, 0.0, 2.0, "1/day/severity", "rate at which a channel is cut, per severity above what it tolerates"),
    reopening=Parameter(0.08, 0.0, 1.0, "1/day", "rate at which a suspended channel comes back once things are calmer"),
    warming=Parameter(0.04, 0.0, 0.2, "1/day", "rate at which the working relationship grows in use"),
    cooling=Parameter(0.01, 0.0, 0.1, "1/day", "rate at which it fades unused"),
    patience=Parameter(1.0, 0.25, 10.0, "days", "latency at which half of what a channel tells and shows comes too late"),
    minimum_use=Parameter(0.25, 0.0, 1.0, "1", "share of its crisis use at which a channel is used in quiet times"),
)

PROFILE = section(
    "channel",
    scope="channel",
    latency=Parameter(1.0, 0.0, 60.0, "days", "from question to answer"),
    intent_precision=Parameter(0.0, 0.0, 5.0, "1/rung^2/day", "how well it shows what the other side means to do"),
    posture_precision=Parameter(0.0, 0.0, 5.0, "1/rung^2/day", "how well it shows what the other side's forces are doing"),
    clarifies_accidents=Parameter(0.0, 0.0, 1.0, "probability", "probability that an unintended act is explained in time"),
    negotiates=Parameter(0.0, 0.0, 2.0, "1/day", "rate at which talks come up for decision while something is at stake"),
    implements=Parameter(0.0, 0.0, 20.0, "1", "how many times longer a cease-fire holds with it, less one"),
    builds_trust=Parameter(0.0, 0.0, 0.05, "1/day", "rate at which trust grows towards 1 in full use"),
    builds_constituency=Parameter(0.0, 0.0, 0.05, "1/day", "rate at which civil society's voice grows in full use"),
    influence=Parameter(0.0, 0.0, 1.0, "probability", "probability that a message reaches the leadership"),
    publicity=Parameter(0.0, 0.0, 1.0, "1", "audience cost of being seen to talk, as a share of that of a public climb-down"),
    leak_rate=Parameter(0.0, 0.0, 0.2, "1/day", "rate at which a secret channel in use is exposed"),
    candour=Parameter(0.0, 0.0, 1.0, "probability", "probability that what is said is true, before the incentive to bluff", "fearon1995"),
    sponsorship=Parameter(0.0, 0.0, 1.0, "1", "how far the governments stand behind it"),
    set_up=Parameter(0.0, 0.0, 720.0, "days", "days to build it from nothing"),
    stress_tolerance=Parameter(0.0, 0.0, 10.0, "severity", "severity of the highest posture above which it is cut"),
    third_party=Parameter(0.0, 0.0, 1.0, "0 or 1", "1 if it exists through a mediator only"),
)  # fmt: skip


def cutting_rate(stress: Array, tolerance: Array, cutting: Array) -> Array:
    """Rate per day at which an open channel is cut."""
    rate: Array = cutting * np.maximum(stress - tolerance, 0.0)
    return rate


def relationship_next(relationship: Array, use: Array, *, warming: Array, cooling: Array, dt: Array) -> Array:
    """Working relationship after `dt` days: grows in use, fades unused."""
    rate = warming * use + cooling * (1.0 - use)
    target = warming * use / np.where(rate == 0.0, 1.0, rate)
    return approached(relationship, target, rate, dt)


def lines(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """What all open lines do together, so that other rules need not know how many there are.

    `talking` is the strength of the best line that can negotiate; `explains` the probability that any line explains an unintended act
    before it is read as intended; `implements` how many times longer (less one) a cease-fire holds; `intent_told` and
    `posture_shown` precisions per day of what governments learn of each other, `intent_told_truly` the first weighted by candour;
    `contact` and `reassurance` rates per day at which civil society gains voice and governments gain trust; `exposures` the number of
    channels exposed in the last step.
    """
    profile = p.channel
    nothing = np.zeros_like(s.status[0] * profile.influence[0])
    talking, silent, implements = nothing, nothing + 1.0, nothing
    told, truly, shown, contact, reassurance, exposures = nothing, nothing, nothing, nothing, nothing, nothing
    for line in range(len(s.status)):
        working = (s.status[line] == OPEN) * s.relationship[line]
        heard = working * profile.influence[line]
        talking = np.maximum(talking, heard * (profile.negotiates[line] > 0.0))
        silent = silent * (1.0 - working * profile.clarifies_accidents[line])
        implements = implements + working * profile.implements[line]
        reach = heard / (1.0 + profile.latency[line] / p.patience)
        on_intent = profile.intent_precision[line] * reach * profile.candour[line]
        told = told + on_intent
        truly = truly + on_intent * profile.candour[line]
        shown = shown + profile.posture_precision[line] * reach
        contact = contact + working * profile.builds_constituency[line]
        reassurance = reassurance + working * (profile.builds_trust[line] * profile.sponsorship[line])
        exposures = exposures + s.leak[line]
    return {
        "talking": talking,
        "explains": 1.0 - silent,
        "implements": implements,
        "intent_told": told,
        "intent_told_truly": truly,
        "posture_shown": shown,
        "contact": contact,
        "reassurance": reassurance,
        "exposures": exposures,
    }


def channel(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """State, working relationship and exposure of one channel."""
    first, second = p.ladder.look_up("severity", s.posture[0]), p.ladder.look_up("severity", s.posture[1])
    stress = np.maximum(first, second)
    crisis = stress > p.ladder.tables["severity"][p.ladder.quiet]
    set_up_left = np.maximum(s.set_up_left - p.dt, 0.0)
    built = (s.set_up_left > 0.0) & (set_up_left == 0.0)
    cut = (s.status == OPEN) & (u[0] < probability(cutting_rate(stress, p.member.stress_tolerance, p.cutting), p.dt))
    calm = stress <= p.member.stress_tolerance
    back = (s.status == SUSPENDED) & calm & (u[0] < probability(p.reopening, p.dt))
    status = np.where(cut, SUSPENDED, np.where(back | built, OPEN, s.status))
    mediated = p.member.third_party == 1.0
    brokered = np.zeros_like(s.engaged[0]) if len(s.engaged) else np.zeros_like(s.posture[0])
    for mediator in range(len(s.engaged)):
        brokered = np.maximum(brokered, s.engaged[mediator])
    status = np.where(
        mediated, np.where((brokered > 0.0) & (s.status != CLOSED), OPEN, np.minimum(s.status, SUSPENDED)), status
    )
    in_use = (status == OPEN) * np.where(crisis, 1.0, p.minimum_use)
    secrecy_at_risk = (status == OPEN) * p.member.leak_rate * np.where(crisis, 1.0, p.minimum_use)
    leak = u[1] < probability(secrecy_at_risk, p.dt)
    return {
        "status": np.where(leak & ~mediated, SUSPENDED, status),
        "relationship": np.where(
            set_up_left > 0.0,
            s.relationship,
            relationship_next(s.relationship, in_use, warming=p.warming, cooling=p.cooling, dt=p.dt),
        ),
        "set_up_left": set_up_left,
        "leak": np.where(leak, 1.0, 0.0),
    }
