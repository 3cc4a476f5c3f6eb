"""The public rallies with events and hostile coverage, hears appeals only if they are covered, and wearies of its own losses.

Rally effects are small on average and larger with headline coverage (Mueller 1970; Oneal & Bryan 1995); what the public wants
presses on the government (Putnam 1988). On social media the loudest weigh more than their number.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import approached, decayed, flag, ratio, within
from escalation_sim.sums import added

PARAMETERS = section(
    "public_opinion",
    attention_span=Parameter(7.0, 2.0, 30.0, "days", "mean time for which an event stays salient"),
    salience_per_injury=Parameter(0.8, 0.1, 3.0, "1", "salience per unit of injury in the news"),
    adjustment=Parameter(0.3, 0.05, 1.0, "1/day", "rate at which pressure follows what moves it"),
    standing_pressure=Parameter(0.05, 0.0, 0.4, "1", "pressure in quiet times"),
    rally=Parameter(0.35, 0.0, 1.0, "1", "pressure from full salience", "mueller1970, oneal1995"),
    incitement=Parameter(0.6, 0.0, 1.5, "1", "pressure from fully hostile coverage of a salient event", "baum2015"),
    false_victory=Parameter(0.2, 0.0, 1.0, "1", "further pressure from false claims at full salience"),
    appeals=Parameter(0.4, 0.0, 1.5, "1", "pressure taken away by appeals for peace that everyone hears"),
    burying=Parameter(0.9, 0.0, 1.0, "1", "share of appeals that a fully hostile climate buries", "fp2025"),
    loudness=Parameter(1.5, 0.0, 5.0, "1", "extra weight of a fully hostile voice on social media"),
    weariness_by_deaths=Parameter(0.08, 0.0, 0.3, "1/day", "rate at which weariness grows under very heavy losses", "mueller1970"),
    heavy_losses=Parameter(14.0, 2.0, 200.0, "deaths/day", "own deaths per day at which half of that rate is reached"),
    weariness_by_tension=Parameter(0.002, 0.0, 0.03, "1/day", "rate at which a mobilised country grows weary without losses"),
    recovery=Parameter(0.01, 0.0, 0.05, "1/day", "rate at which weariness passes"),
)  # fmt: skip


def climate_of(hostility: Array, audience: Array, social: Array, loudness: Array) -> Array:
    """Hostility of coverage as the public meets it; outlet axis first. The loudest on social media count for more."""
    weights = audience * (1.0 + social * loudness * hostility)
    return ratio(added(weights * hostility), added(weights))


def weighted_mean(amounts: Array, weights: Array) -> Array:
    """Mean over the first axis, members added one after another; 0 where all weights are 0."""
    return ratio(added(weights * amounts), added(weights))


def pressure_sought(
    salience: Array,
    climate: Array,
    falsehood: Array,
    appeal: Array,
    weariness: Array,
    *,
    standing: Array,
    rally: Array,
    incitement: Array,
    false_victory: Array,
    appeals: Array,
) -> Array:
    """Pressure towards which opinion moves, in [0, 1]."""
    aroused = salience * (rally + incitement * climate + false_victory * falsehood)
    return within((standing + np.maximum(aroused - appeals * appeal, 0.0)) * (1.0 - weariness), 0.0, 1.0)


def weariness_next(
    weariness: Array,
    deaths_recent: Array,
    mobilised: Array,
    *,
    by_deaths: Array,
    heavy_losses: Array,
    by_tension: Array,
    recovery: Array,
    dt: Array,
) -> Array:
    """Weariness after `dt` days: grows with own losses and with standing mobilised, passes with time."""
    growth = by_deaths * deaths_recent / (deaths_recent + heavy_losses) + by_tension * mobilised
    total = growth + recovery
    return approached(weariness, ratio(growth, total), total, dt)


def news(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """What a public meets in the day's coverage: its climate, its false claims, the appeals for peace that get through."""
    climate = climate_of(s.hostility, p.outlet.audience, p.outlet.social, p.loudness)
    return {
        "climate": climate,
        "falsehood_heard": weighted_mean(s.falsehood, p.outlet.audience),
        "falsehood_on_social_media": weighted_mean(s.falsehood, p.outlet.audience * p.outlet.social),
        "appeal": weighted_mean(s.voice, p.group.audience) * (1.0 - p.burying * climate),
    }


def opinion(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Salience, pressure and weariness of one public."""
    injury = s.attack_injury + p.ladder.look_up("injures", s.rival_act_begun) + s.grievance_by_accident
    faded = decayed(s.arousal, 1.0 / p.attention_span, p.dt)
    under_fire = p.ladder.look_up("war_injures_a_day", s.rival_posture)
    lasting = p.attention_span * (1.0 - np.exp(-(p.dt / p.attention_span)))
    arousal = faded + p.salience_per_injury * (injury + under_fire * lasting)
    salience = arousal / (1.0 + arousal)
    weariness = weariness_next(
        s.weariness, s.deaths_recent, flag(s.posture >= p.ladder.alert),
        by_deaths=p.weariness_by_deaths, heavy_losses=p.heavy_losses, by_tension=p.weariness_by_tension,
        recovery=p.recovery, dt=p.dt,
    )  # fmt: skip
    sought = pressure_sought(
        salience, s.climate, s.falsehood_heard, s.appeal, s.weariness,
        standing=p.standing_pressure, rally=p.rally, incitement=p.incitement, false_victory=p.false_victory,
        appeals=p.appeals,
    )  # fmt: skip
    return {
        "arousal": arousal,
        "salience": salience,
        "pressure": approached(s.pressure, sought, p.adjustment, p.dt),
        "weariness": weariness,
    }
