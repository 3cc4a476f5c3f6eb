"""Third parties notice when the ladder gets high or when a side lobbies them, arrive late, bring leverage, and leave when it is over.

In nuclear crises of regional rivals the bargaining runs through a stronger third party whose first interest is that it stops
(Yusuf 2018); mediated crises end in agreement more often (Beardsley et al. 2006). The channel of last resort.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import flag, probability

PARAMETERS = section(
    "mediation",
    scope="shared",
    steepness=Parameter(0.7, 0.0, 2.0, "1/severity", "how fast attention rises with severity (exponent)", "yusuf2018"),
    severity_of_full_attention=Parameter(6.0, 3.0, 9.0, "severity", "severity at which a mediator notices at its own rate"),
    signals=Parameter(2.0, 0.0, 10.0, "1", "how many times more attention per nuclear signal still felt", "yusuf2018"),
    lobbying=Parameter(0.5, 0.0, 3.0, "1", "extra attention where a side fears the worst and asks for help"),
)

PROFILE = section(
    "mediator",
    scope="mediator",
    attention=Parameter(0.2, 0.0, 3.0, "1/day", "rate at which it steps in when air forces strike"),
    delay=Parameter(1.0, 0.0, 30.0, "days", "from the decision to step in to being at work"),
    leverage=Parameter(5.0, 0.0, 8.0, "logit", "how much it raises both sides' willingness to stop", "beardsley2006"),
)


def stepping_in_rate(
    severity: Array,
    signals: Array,
    fear: Array,
    *,
    attention: Array,
    steepness: Array,
    full: Array,
    per_signal: Array,
    lobbying: Array,
) -> Array:
    """Rate per day at which a mediator steps in. `fear` is the greater of the two sides' threat, as a share of the ladder."""
    noticed = np.exp(steepness * np.minimum(severity - full, 0.0)) * flag(severity > 0.0)
    rate: Array = attention * noticed * (1.0 + per_signal * signals) * (1.0 + lobbying * fear)
    return rate


def mediation(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Whether one mediator is on its way or at work."""
    severity = np.maximum(p.ladder.look_up("severity", s.posture[0]), p.ladder.look_up("severity", s.posture[1]))
    fear = np.maximum(s.threat[0], s.threat[1]) / float(p.ladder.top)
    rate = stepping_in_rate(
        severity, s.shadow[0] + s.shadow[1], fear,
        attention=p.member.attention, steepness=p.steepness, full=p.severity_of_full_attention,
        per_signal=p.signals, lobbying=p.lobbying,
    )  # fmt: skip
    idle = (s.engaged == 0.0) & (s.arrives_in == 0.0)
    sets_out = idle & (u[0] < probability(rate, p.dt))
    arrives_in = np.maximum(s.arrives_in - p.dt, 0.0)
    arrived = (s.arrives_in > 0.0) & (arrives_in == 0.0) | sets_out & (p.member.delay == 0.0)
    return {
        "arrives_in": np.where(sets_out, p.member.delay, arrives_in),
        "engaged": np.maximum(flag(arrived), s.engaged * (1.0 - s.over)),
    }
