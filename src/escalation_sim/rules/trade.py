"""Trade: something to lose.

Commerce grows slowly where there is contact and is cut quickly when governments reach for sanctions; what there is of it makes
rising above quiet costlier (Keohane & Nye 1977). Whether it restrains anyone depends on its weight, whose range includes none.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import approached, flag, ratio

PARAMETERS = section(
    "trade",
    scope="shared",
    initial=Parameter(0.2, 0.0, 1.0, "1", "trade at the start, as a share of what there could be", "trade2019"),
    sanctions=Parameter(0.05, 0.0, 0.5, "1/day", "rate at which trade is lost while either side stands at sanctions or above", "trade2019"),
    fading=Parameter(0.0003, 0.0, 0.005, "1/day", "rate at which trade shrinks where nothing upholds it"),
)  # fmt: skip


def trade_next(trade: Array, growth: Array, loss: Array, dt: Array) -> Array:
    """Trade after `dt` days: growth pulls towards 1, loss towards 0."""
    rate = growth + loss
    return approached(trade, ratio(growth, rate), rate, dt)


def trade(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Trade between the two countries, once a day."""
    hostile = flag(np.maximum(s.posture[0], s.posture[1]) >= p.ladder.quiet)
    return {"trade": trade_next(s.trade, s.trade_growth, p.fading + p.sanctions * hostile, p.dt)}
