"""Lines of communication live, are used, cut, exposed, and re-opened.

A channel is open (2), suspended (1) or closed (0). Existence is not use: hotlines "regularly fall silent during periods of tension"
(Stimson 1998). Where governments decide on every use (`by_choice`), a line is in use only after one of them has called and has been
answered; attempts fail, and a message that failed on one line is tried on the others. A channel is cut when what
governments hold against talking rises above what it tolerates, and comes back when it has fallen below. Its working
relationship grows with use and fades unused. A secret channel in use may be exposed. A channel with
`third_party` 1 is open exactly while a mediator is at work.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import among, approached, flag, probability, ratio
from escalation_sim.sums import Weights, added, weighed, weighing

CLOSED, SUSPENDED, OPEN = 0.0, 1.0, 2.0

PARAMETERS = section(
    "channels",
    scope="shared",
    cutting=Parameter(0.25, 0.0, 2.0, "1/day/severity", "rate at which a channel is cut, per severity above what it tolerates"),
    reopening=Parameter(0.08, 0.0, 1.0, "1/day", "rate at which a suspended channel comes back once things are calmer"),
    warming=Parameter(0.04, 0.0, 0.2, "1/day", "rate at which the working relationship grows in use"),
    cooling=Parameter(0.01, 0.0, 0.1, "1/day", "rate at which it fades unused"),
    patience=Parameter(1.0, 0.25, 10.0, "days", "latency at which half of what a channel tells and shows comes too late"),
    routine=Parameter(0.14, 0.0, 1.0, "1/day", "rate at which a line is used as a matter of routine", "rediff2002, tribune2017"),
    exchange=Parameter(2.0, 0.25, 10.0, "days", "mean time for which an exchange goes on once a call has been answered"),
    persistence=Parameter(2.0, 0.0, 10.0, "1", "how many times more readily a line is tried after a call on another failed, less one", "toi2025"),
    explaining_call=Parameter(0.5, 0.0, 1.0, "probability", "probability that a line not in use is picked up to explain an unintended act", "bloomberg2022"),
)  # fmt: skip

PROFILE = section(
    "channel",
    scope="channel",
    strength=Parameter(1.0, 0.0, 1.0, "1", "how much of it there is; all that it does is multiplied by it"),
    by_choice=Parameter(0.0, 0.0, 1.0, "0 or 1", "1 if governments decide on every use, 0 if those who take part do"),
    reliability=Parameter(0.9, 0.0, 1.0, "probability", "probability that a call is answered"),
    latency=Parameter(1.0, 0.0, 60.0, "days", "from question to answer"),
    intent_precision=Parameter(0.0, 0.0, 5.0, "1/rung^2/day", "how well it shows what the other side means to do"),
    posture_precision=Parameter(0.0, 0.0, 5.0, "1/rung^2/day", "how well it shows what the other side's forces are doing"),
    clarifies_accidents=Parameter(0.0, 0.0, 1.0, "probability", "probability that an unintended act is explained in time"),
    clarifies_signals=Parameter(0.0, 0.0, 1.0, "probability", "probability that a nuclear signal is read as what it is, thanks to what its participants know"),
    negotiates=Parameter(0.0, 0.0, 2.0, "1/day", "rate at which talks come up for decision while something is at stake"),
    prepares_deals=Parameter(0.0, 0.0, 3.0, "logit", "groundwork: added to both sides' willingness by texts and ideas that both know"),
    implements=Parameter(0.0, 0.0, 20.0, "1", "how many times longer a cease-fire holds with it, less one"),
    builds_trust=Parameter(0.0, 0.0, 0.05, "1/day", "rate at which trust grows towards 1 in full use"),
    builds_constituency=Parameter(0.0, 0.0, 0.05, "1/day", "rate at which civil society's voice grows in full use"),
    builds_trade=Parameter(0.0, 0.0, 0.05, "1/day", "rate at which trade grows towards 1 in full use"),
    calms_media=Parameter(0.0, 0.0, 0.05, "1/day", "rate at which it draws hostile coverage down in full use"),
    influence=Parameter(0.0, 0.0, 1.0, "probability", "probability that a message reaches the leadership"),
    publicity=Parameter(0.0, 0.0, 1.0, "1", "audience cost of being seen to talk, as a share of that of a public climb-down"),
    leak_rate=Parameter(0.0, 0.0, 0.2, "1/day", "rate at which a secret channel in use is exposed"),
    candour=Parameter(0.0, 0.0, 1.0, "probability", "probability that what is said is true, before the incentive to bluff", "fearon1995"),
    sponsorship=Parameter(0.0, 0.0, 1.0, "1", "how far the governments stand behind it"),
    set_up=Parameter(0.0, 0.0, 720.0, "days", "days to build it from nothing"),
    stress_tolerance=Parameter(0.0, 0.0, 10.0, "severity", "stress above which governments cut it"),
    third_party=Parameter(0.0, 0.0, 1.0, "0 or 1", "1 if it exists through a mediator only"),
)  # fmt: skip


def cutting_rate(stress: Array, tolerance: Array, cutting: Array) -> Array:
    """Rate per day at which an open channel is cut."""
    rate: Array = cutting * np.maximum(stress - tolerance, 0.0)
    return rate


def relationship_next(relationship: Array, use: Array, *, warming: Array, cooling: Array, dt: Array) -> Array:
    """Working relationship after `dt` days: grows in use, fades unused."""
    rate = warming * use + cooling * (1.0 - use)
    return approached(relationship, ratio(warming * use, rate), rate, dt)


def rate_of_calls(calling: Array, urge: Array, price_of_publicity: Array, publicity: Array) -> Array:
    """Rate per day at which the governments together pick up a line; country axis first in all but `publicity`."""
    first, second = (
        calling[country] / (1.0 + np.exp(price_of_publicity[country] * publicity - urge[country])) for country in (0, 1)
    )
    rate: Array = first + second
    return rate


def none_of(there: Array, chances: Weights) -> Array:
    """Probability that none of several independent things happens, each with a chance that is had as far as it is `there`; member axis first."""
    left = np.ones(there.shape[1:], there.dtype)
    for member, chance in chances:
        left = left * (1.0 - there[member] * chance)
    return left


def what_lines_do(p: Values) -> Values:
    """What each line does in full use, by what comes of it; those that do nothing are left out."""
    line = p.channel
    in_time = 1.0 / (1.0 + line.latency / p.patience)
    told = in_time * line.intent_precision * line.candour
    effects = {
        "talking": flag(line.negotiates > 0.0),
        "explains": line.clarifies_accidents,
        "signals_explained": line.clarifies_signals,
        "implements": line.implements,
        "intent_told": told,
        "intent_told_truly": told * line.candour,
        "posture_shown": in_time * line.posture_precision,
        "groundwork": line.prepares_deals,
        "contact": line.builds_constituency,
        "reassurance": line.builds_trust * line.sponsorship,
        "trade_growth": line.builds_trade,
        "sobering": line.calms_media,
    }
    return Values({name: weighing(effect) for name, effect in effects.items()})


def lines(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """What all open lines do together, so that other rules need not know how many there are.

    `talking` is the strength of the best line in use that can negotiate; `explains` the probability that any line explains an
    unintended act before it is read as intended, `signals_explained` that a nuclear signal is read as what it is; `implements` how
    many times longer (less one) a cease-fire holds; `intent_told` and `posture_shown` precisions per day of what governments learn of each
    other, `intent_told_truly` the first weighted by candour; `groundwork` a logit; `contact`, `reassurance`, `trade_growth` and
    `sobering` rates per day; `exposures` and `unheard` what happened in the last step.
    """
    line, does = p.channel, p.once(what_lines_do)
    earned = s.relationship * line.strength
    there = flag(s.status == OPEN) * earned
    learned = flag(s.status > CLOSED) * earned  # what is known is not forgotten while meetings are suspended
    working = there * s.in_use
    heard = working * line.influence
    picked_up = there * (p.explaining_call + (1.0 - p.explaining_call) * s.in_use)
    talking = np.zeros_like(s.over)
    for member, negotiates in does.talking:
        talking = np.maximum(talking, heard[member] * negotiates)
    answered, failed = np.max(s.answered, axis=0), np.max(s.unanswered, axis=0)
    return {
        "talking": talking,
        "explains": 1.0 - none_of(picked_up, does.explains),
        "signals_explained": 1.0 - none_of(learned, does.signals_explained),
        "implements": weighed(there, does.implements),
        "intent_told": weighed(heard, does.intent_told),
        "intent_told_truly": weighed(heard, does.intent_told_truly),
        "posture_shown": weighed(heard, does.posture_shown),
        "groundwork": weighed(learned, does.groundwork),
        "contact": weighed(working, does.contact),
        "reassurance": weighed(working, does.reassurance),
        "trade_growth": weighed(working, does.trade_growth),
        "sobering": weighed(working, does.sobering),
        "exposures": added(s.leak),
        "unheard": (1.0 - np.maximum(answered, s.over)) * np.maximum(failed, s.unheard),
    }


def chances_of_line(p: Values) -> Values:
    """Probabilities in a step that do not change from step to step."""
    return Values(
        {
            "reopened": probability(p.reopening, p.dt),
            "hung_up": probability(1.0 / p.exchange, p.dt),
            "kept_secret": 1.0 - probability(p.member.strength * p.member.leak_rate, p.dt),
        }
    )


def channel(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """State, use and exposure of one channel. Of the two draws the first cuts, re-opens or exposes it, the second is that of the call."""
    line = p.member
    severity = p.ladder.look_up("severity", s.posture)
    crisis = np.maximum(severity[0], severity[1]) > p.ladder.tables["severity"][p.ladder.quiet]
    stress = np.maximum(s.stress_felt[0], s.stress_felt[1])
    set_up_left = np.maximum(s.set_up_left - p.dt, 0.0)
    built = (s.set_up_left > 0.0) & (set_up_left == 0.0)
    status, relationship = s.status, s.relationship
    if (line.decreed >= 0.0).any():
        founded = (line.decreed == OPEN) & (status == CLOSED)
        status = np.where(line.decreed == CLOSED, CLOSED, np.where(founded, OPEN, status))
        relationship = np.where(founded, line.founding_relationship, relationship)
    chances = p.once(chances_of_line)
    cut = (status == OPEN) & (u[0] < probability(cutting_rate(stress, line.stress_tolerance, p.cutting), p.dt))
    back = (status == SUSPENDED) & (stress <= line.stress_tolerance) & (u[0] < chances.reopened)
    status = np.where(back | built, OPEN, status - flag(cut))
    mediated = line.third_party == 1.0
    if mediated.any():
        brokered = np.zeros_like(stress)
        for mediator in range(len(s.engaged)):
            brokered = np.maximum(brokered, s.engaged[mediator])
        status = np.where(mediated, flag(status > CLOSED) * (SUSPENDED + brokered), status)
    is_open = status == OPEN
    asked = rate_of_calls(s.calling, s.urge, s.price_of_publicity, line.publicity)
    asked = among(crisis, asked * (1.0 + p.persistence * (s.unheard * (1.0 - s.own_failure))), p.routine)
    chance = probability(asked, p.dt)
    idle = is_open & (s.in_use == 0.0) & (line.by_choice == 1.0)
    called = idle & (u[1] < chance)
    answered = idle & (u[1] < chance * line.reliability)
    goes_on = (s.in_use == 1.0) & (u[1] >= chances.hung_up)
    in_use = is_open & ((line.by_choice == 0.0) | answered | goes_on)
    leak = in_use & (u[0] >= chances.kept_secret)
    shut = leak & ~mediated
    urgent = called & crisis
    heard = urgent & answered
    failed = flag(urgent & ~answered)
    return {
        "status": status - flag(shut),
        "in_use": flag(in_use & ~shut),
        "called": flag(urgent),
        "answered": flag(heard),
        "unanswered": failed,
        "rescued": flag(heard & (s.unheard > 0.0) & (s.own_failure == 0.0)),
        "own_failure": failed + flag(~urgent) * (s.own_failure * s.unheard),
        "relationship": relationship,
        "set_up_left": set_up_left,
        "leak": flag(leak),
    }


def working_relationship(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Working relationship of one channel, once a day; while it is being set up it is what it will start with."""
    grown = relationship_next(s.relationship, s.in_use, warming=p.warming, cooling=p.cooling, dt=p.dt)
    return {"relationship": np.where(s.set_up_left > 0.0, s.relationship, grown)}
