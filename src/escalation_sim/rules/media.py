"""News outlets take up hostility from events and from each other, and spread false claims of victory.

Each outlet is pulled by the salience of events (the more, the more it leans that way), by the climate of all coverage, and back
to its own set-point (Baum & Potter 2008); journalists who know the other side draw it down. False claims spread faster where care for truth is low; the press takes them over from
social media, not the other way round (a directed weight). How loud voices drown the rest is said in `public_opinion`.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import approached, even, within

PARAMETERS = section(
    "media",
    uptake=Parameter(0.25, 0.0, 1.0, "1/day", "rate at which an outlet takes up hostility at full salience", "baum2008"),
    imitation=Parameter(0.10, 0.0, 0.5, "1/day", "rate at which an outlet follows the climate of all coverage"),
    return_to_set_point=Parameter(0.08, 0.01, 0.3, "1/day", "rate at which an outlet returns to its own set-point"),
    unrest=Parameter(0.03, 0.0, 0.1, "1/sqrt(day)", "size of day-to-day change that nothing explains"),
    falsehood_spread=Parameter(0.15, 0.0, 0.6, "1/day", "rate at which a careless outlet takes up false claims at full salience", "xstudy2025"),
    falsehood_pickup=Parameter(0.20, 0.0, 0.6, "1/day", "rate at which a careless outlet takes false claims over from social media"),
    falsehood_fading=Parameter(0.15, 0.02, 0.5, "1/day", "rate at which false claims are dropped"),
)  # fmt: skip

PROFILE = section(
    "outlet",
    scope="outlet",
    audience=Parameter(0.17, 0.0, 1.0, "share", "share of the public reached; shares are taken relative to their sum"),
    hostility=Parameter(0.3, 0.0, 1.0, "1", "set-point of hostility towards the rival"),
    leaning=Parameter(1.0, 0.0, 3.0, "1", "how much faster than others it takes up hostility"),
    care_for_truth=Parameter(0.5, 0.0, 1.0, "1", "share of false claims it does not pass on"),
    social=Parameter(0.0, 0.0, 1.0, "0 or 1", "1 for social media, where a few loud voices are amplified"),
)


def hostility_next(
    hostility: Array,
    salience: Array,
    climate: Array,
    set_point: Array,
    *,
    uptake: Array,
    imitation: Array,
    return_rate: Array,
    sobering: Array,
    dt: Array,
) -> Array:
    """Hostility of coverage after `dt` days: four pulls, the last of them down, solved exactly."""
    arousal = uptake * salience
    total = arousal + imitation + return_rate + sobering
    target = (arousal + imitation * climate + return_rate * set_point) / total
    return approached(hostility, target, total, dt)


def falsehood_next(
    falsehood: Array,
    salience: Array,
    on_social_media: Array,
    carelessness: Array,
    *,
    spread: Array,
    pickup: Array,
    fading: Array,
    dt: Array,
) -> Array:
    """Share of coverage that rests on false claims after `dt` days."""
    uptake = spread * carelessness * salience
    taken_over = pickup * carelessness
    total = uptake + taken_over + fading
    target = (uptake + taken_over * on_social_media) / total
    return approached(falsehood, target, total, dt)


def coverage(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Hostility and falsehood of one outlet, once a day."""
    steady = hostility_next(
        s.hostility, s.salience, s.climate, p.member.hostility,
        uptake=p.uptake * p.member.leaning, imitation=p.imitation, return_rate=p.return_to_set_point, sobering=s.sobering, dt=p.dt,
    )  # fmt: skip
    hostility = within(steady + p.unrest * np.sqrt(p.dt) * even(u[0]), 0.0, 1.0)
    falsehood = falsehood_next(
        s.falsehood, s.salience, s.falsehood_on_social_media, 1.0 - p.member.care_for_truth,
        spread=p.falsehood_spread, pickup=p.falsehood_pickup * (1.0 - p.member.social), fading=p.falsehood_fading, dt=p.dt,
    )  # fmt: skip
    return {"hostility": hostility, "falsehood": falsehood}
