"""A deal: restraint for a concession (arrests, an inquiry, a pull-back). It needs two willing governments and a channel.

Each government has a private willingness to stop. It grows with weariness, losses, fear and trust, and with
a mediator's leverage; it falls with grievance and pressure (a mutually hurting stalemate and a way out: Zartman 2000; readiness is
gradual and each side's own: Pruitt 2005). A public channel costs more than a deniable one (Fearon 1994; Wanis-St. John 2006). Talks
come up for decision at the rate at which the open channels negotiate; both must say yes (Putnam 1988).
"""

from __future__ import annotations

import numpy as np

from escalation_sim.asking import found_where
from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.places import last_place
from escalation_sim.rates import among, flag, probability, ratio
from escalation_sim.sums import added

PARAMETERS = section(
    "bargaining",
    readiness=Parameter(-2.4, -4.0, 3.0, "logit", "willingness to stop when nothing else speaks for or against", "zartman2000"),
    by_weariness=Parameter(4.5, 0.0, 8.0, "logit", "added by full weariness", "zartman2000"),
    by_fear=Parameter(3.5, 0.0, 6.0, "logit", "added when the rival is thought to be at the top of the ladder"),
    by_trust=Parameter(1.5, 0.0, 5.0, "logit", "added by full trust", "kydd2005"),
    by_losses=Parameter(0.6, 0.0, 1.5, "logit", "added per unit of log(1 + own deaths per day)", "zartman2000"),
    by_grievance=Parameter(3.0, 0.0, 8.0, "logit", "taken away by a grievance at its ceiling", "richardson1960"),
    by_pressure=Parameter(1.5, 0.0, 5.0, "logit", "taken away by full public pressure", "putnam1988"),
    by_disillusion=Parameter(1.0, 0.0, 4.0, "logit", "taken away by each broken deal still remembered", "kydd2005"),
    price_of_publicity=Parameter(2.0, 0.0, 6.0, "logit", "taken away by full pressure in a fully public channel", "fearon1994, wanis2006"),
)  # fmt: skip

DEALS = section(
    "deals",
    scope="shared",
    before_force=Parameter(0.32, 0.0, 1.0, "1", "rate of deals while nobody has used force, relative to the rate after"),
    hot_line=Parameter(
        0.5, 0.05, 5.0, "1/day", "rate of exchanges across the line at which a stop to them is worth talking about", "js2021"
    ),
    about_the_line=Parameter(0.05, 0.0, 0.3, "1", "rate of deals about fire across the line, relative to that in a crisis"),
)


def willingness_of(
    weariness: Array,
    fear: Array,
    trust: Array,
    losses: Array,
    grievance: Array,
    pressure: Array,
    disillusion: Array,
    leverage: Array,
    groundwork: Array,
    p: Values,
) -> Array:
    """Private willingness to stop, a logit. `fear` and `grievance` as shares of their ceilings."""
    drawn = p.readiness + p.by_weariness * weariness + p.by_fear * fear + p.by_trust * trust + p.by_losses * losses
    held: Array = p.by_grievance * grievance + p.by_pressure * pressure + p.by_disillusion * disillusion
    willing: Array = drawn + leverage + groundwork - held
    return willing


def willingness(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Willingness of one government."""
    leverage = np.zeros_like(s.trust)
    for mediator in range(len(s.engaged)):
        leverage = np.maximum(leverage, s.engaged[mediator] * p.mediator.leverage[mediator])
    willing = willingness_of(
        s.weariness, s.threat / float(p.ladder.top), s.trust, np.log1p(s.deaths_recent), s.bitterness,
        s.pressure, s.disillusion, leverage, s.groundwork, p,
    )  # fmt: skip
    price = p.price_of_publicity * s.pressure
    return {"willingness": willing, "price_of_publicity": price}


def probability_of_yes(willingness: Array, price_of_publicity: Array, publicity: Array) -> Array:
    """Probability that one government takes a deal offered through a channel of this publicity."""
    yes: Array = 1.0 / (1.0 + np.exp(price_of_publicity * publicity - willingness))
    return yes


def pace_of_talks(p: Values) -> Array:
    """Rate per day of talks through each line in full use."""
    line = p.channel
    pace: Array = line.negotiates * line.strength * line.influence
    return pace


def channel_agreed_in(uniform: Array, chance: Array, agreed: Array) -> Array:
    """Place of the channel in which a deal is struck. `agreed` are the rates of agreement; the draw falls into one of them."""
    before, total = np.empty_like(agreed), np.zeros_like(chance)
    for place in range(len(agreed)):
        before[place] = total
        total = total + agreed[place]
    choice = ratio(uniform, chance) * total
    return last_place((agreed > 0.0) & (choice >= before))


_channel_where = found_where(channel_agreed_in)


def deal(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Talks, and whether a deal is struck in this step and through which channel."""
    ladder = p.ladder
    high = np.maximum(s.posture[0], s.posture[1])
    ordered = np.maximum(s.order[0], s.order[1])
    crisis = np.maximum(high, ordered) >= ladder.alert
    fought = (1.0 - s.over) * np.maximum(s.fought, flag(high >= ladder.force))
    in_crisis = among(fought > 0.0, np.ones(1, fought.dtype), p.before_force)
    pace = among(crisis, in_crisis, flag(s.excitement >= p.hot_line) * p.about_the_line) * flag(s.cease_fire == 0.0)
    there = flag(s.status == 2.0) * s.relationship * s.in_use
    rates = p.once(pace_of_talks) * there * pace
    both = probability_of_yes(s.willingness[0], s.price_of_publicity[0], p.channel.publicity)
    both = both * probability_of_yes(s.willingness[1], s.price_of_publicity[1], p.channel.publicity)
    yes, possible = rates * both, flag(rates > 0.0) * both
    chance = probability(added(yes), p.dt)
    tried = u[0] < probability(added(rates), p.dt)
    struck = u[0] < chance  # a part of those tried, since no rate of agreement is above that of talks
    return {
        "talks_near": np.max(possible, axis=0, initial=0.0),
        "fought": fought,
        "deal_tried": flag(tried),
        "deal_struck": flag(struck),
        "deal_channel": _channel_where(s.deal_channel, struck, u[0], chance, yes),
    }
