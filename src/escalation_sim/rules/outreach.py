"""Having a line is not using it: a government decides whether to talk.

It calls the more readily, the more willing it is to stop (see `bargaining`) and the less it pays for being seen to talk; it keeps silent
while it prepares an order it does not want known (Fearon 1995). What it holds against talking at all is a policy: some governments
talk regardless, some refuse to talk under attack. Whether that policy pays is not decided here.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import flag

PARAMETERS = section(
    "outreach",
    calling=Parameter(1.0, 0.0, 6.0, "1/day", "rate at which a government that is wholly ready to talk picks up a line in a crisis"),
    eagerness=Parameter(0.5, -2.0, 3.0, "logit", "how much sooner a government talks than it settles"),
    silence=Parameter(1.5, 0.0, 4.0, "logit", "taken away from its readiness to talk while it prepares an order", "fearon1995"),
    no_talks_under_attack=Parameter(
        0.5, 0.0, 1.0, "1", "share of a provocation's severity that it holds against talking: 0 talks regardless, 1 no talks under attack", "fp2025"
    ),
)  # fmt: skip


def stress_of(own: Array, rival: Array, provocation: Array, no_talks: Array) -> Array:
    """What a government holds against keeping a line open, a severity: where both stand, and what was done to it."""
    return np.maximum(np.maximum(own, rival), no_talks * provocation)


def outreach(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """How readily a government talks: the rate at which it would call, and the logit of its readiness to."""
    own, rival = p.ladder.look_up("severity", s.posture), p.ladder.look_up("severity", s.rival_posture)
    hides = flag(s.order > s.posture)
    return {
        "stress_felt": stress_of(own, rival, s.provocation, p.no_talks_under_attack),
        "urge": s.willingness + p.eagerness - p.silence * hides,
        "calling": p.calling + np.zeros_like(s.willingness),
    }
