"""When a crisis is over.

Both sides stand on a quiet rung and nothing is being prepared, for as long as the scenario's `quiet_days`. Then mediators go home,
what was fought over is past, and the next crisis is a new one. In the run of a single crisis this is where the run stops.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Values, section
from escalation_sim.rates import flag

PARAMETERS = section("aftermath", scope="shared")

_ROUNDING = 1e-3  # days are added up step by step


def calm_next(calm_days: Array, quiet: Array, dt: Array) -> Array:
    """Days of uninterrupted quiet after a step of `dt` days."""
    calm: Array = flag(quiet) * (calm_days + dt)
    return calm


def aftermath(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Days of quiet so far, and whether the crisis is over."""
    highest = np.maximum(s.posture[0], s.posture[1])
    attacked = (s.attack_injury[0] > 0.0) | (s.attack_injury[1] > 0.0)
    quiet = (highest <= p.ladder.quiet) & (np.maximum(s.order[0], s.order[1]) == 0.0) & ~attacked
    calm_days = calm_next(s.calm_days, quiet, p.dt)
    return {"calm_days": calm_days, "over": flag(calm_days >= p.quiet_days - _ROUNDING)}
