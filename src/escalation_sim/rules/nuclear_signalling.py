"""Nuclear signals: a test, a meeting of the command authority, a threat.

Signalling is an act of its own, open from alert on: in 1987 and 1990 it came without war. It is meant to frighten the rival (its
shadow raises the rival's dread, see `government`) and to bring in outsiders (see `mediation`). It may also be misread, as preparation
for use; those who know the other side's doctrine, from expert dialogues among others, misread it less often.
"""

from __future__ import annotations

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import flag, probability

PARAMETERS = section(
    "nuclear_signalling",
    signalling=Parameter(
        0.02, 0.0, 0.2, "1/day", "rate of signals at alert when the rival is thought to be at the top", "schelling1966"
    ),
    misreading=Parameter(
        0.3,
        0.0,
        1.0,
        "probability",
        "probability that a signal is read as preparation for use where nobody explains it",
        "jervis1976",
    ),
    under_fire=Parameter(5.0, 0.0, 20.0, "1", "how many times more often while the rival uses force, less one"),
)


def signal_rate(threat: Array, alerted: Array, under_fire: Array, *, signalling: Array, under_fire_weight: Array) -> Array:
    """Nuclear signals per day; `threat` as a share of the ladder."""
    rate: Array = signalling * threat * alerted * (1.0 + under_fire_weight * under_fire)
    return rate


def nuclear_signal(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """1 where the government signals in this step. A ladder without nuclear rungs has no signals."""
    has_weapons = float(p.ladder.nuclear_use <= p.ladder.top)
    rate = signal_rate(
        s.threat / float(p.ladder.top),
        flag(s.posture >= p.ladder.alert) * has_weapons,
        flag(s.rival_posture >= p.ladder.force),
        signalling=p.signalling,
        under_fire_weight=p.under_fire,
    )
    return {"nuclear_signal": flag(u[0] < probability(rate, p.dt))}


def signal_read(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """1 where the rival's signal of this step is read as preparation for use."""
    misread = (s.rival_nuclear_signal == 1.0) & (u[0] < p.misreading * (1.0 - s.signals_explained))
    return {"signal_misread": flag(misread)}
