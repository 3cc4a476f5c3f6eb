"""Each government keeps a belief about what the rival means to do: a mean and a variance over rungs.

Two sources feed it. Visible posture is always there, coarse, and bent upwards by hostile and false coverage. Channels
add what the other side says of its intentions, as far as it is candid and as far as the message reaches the leadership, and
what its forces are doing. Uncertainty grows when nobody talks; the prudent plan for worse than the mean (Jervis 1976; Kydd 2005).
States with reason to hide an order being prepared do hide it, and receivers discount what they are told (Fearon 1995).

The filter is the Kalman filter in continuous time, solved over a step: variance grows at `drift`, falls with the summed
precision of the sources; noise of the sources scales so that the length of the step does not matter.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section

PARAMETERS = section(
    "perception",
    drift=Parameter(0.6, 0.05, 3.0, "rung^2/day", "growth of uncertainty about the rival when nothing is heard", "jervis1976"),
    watching=Parameter(0.5, 0.05, 3.0, "1/rung^2/day", "precision of what is seen of the rival's posture without channels"),
    distortion=Parameter(2, 0.0, 4.0, "rung", "by how much fully hostile coverage of a salient event makes the rival look worse", "jervis1976"),
    false_alarm=Parameter(1.0, 0.0, 3.0, "rung", "further distortion where all coverage rests on false claims"),
    prudence=Parameter(0.5, 0.0, 2.0, "1", "standard deviations above the mean for which a government plans", "kydd2005"),
    bluffing=Parameter(0.6, 0.0, 1.0, "1", "share of candour lost while a secret order is being prepared", "fearon1995"),
    lulling=Parameter(0.0, 0.0, 0.8, "1", "share of prudence that open talks take away"),
)  # fmt: skip


def candour_of(candour: Array, rival_hides: Array, bluffing: Array) -> Array:
    """Probability that what the rival says is true, given whether it has something to hide."""
    said_truly: Array = candour * (1.0 - bluffing * rival_hides)
    return said_truly


def belief_next(
    belief: Array, variance: Array, signal: Array, precision: Array, noise: Array, drift: Array, dt: Array
) -> tuple[Array, Array]:
    """Mean and variance after `dt` days of signals.

    `signal` is the precision-weighted mean of the sources, `precision` their sum per day, `noise` the sum over sources of
    sqrt(precision) times a standard normal draw.
    """
    before = variance + drift * dt
    after = before / (1.0 + before * precision * dt)
    mean = belief + after * (precision * dt * (signal - belief) + np.sqrt(dt) * noise)
    return mean, after


def believe(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Belief about the rung the rival wants; `u` holds one normal draw for the eyes and one per channel."""
    rival_hides = (s.rival_order > s.rival_posture) * 1.0
    bent = s.salience * (p.distortion * s.climate + p.false_alarm * s.falsehood_heard)
    seen = s.rival_posture + bent
    precision = p.watching * p.ladder.look_up("visibility", s.rival_posture)
    weighted = precision * seen
    noise = np.sqrt(precision) * u[0]
    under_way = np.maximum(s.rival_posture, s.rival_order)
    for channel in range(len(s.status)):
        working = (s.status[channel] == 2.0) * s.relationship[channel]
        reach = working * (p.channel.influence[channel] / (1.0 + p.channel.latency[channel]))
        candour = candour_of(p.channel.candour[channel], rival_hides, p.bluffing)
        on_intent = p.channel.intent_precision[channel] * reach * candour
        told = candour * s.rival_posture_wanted + (1.0 - candour) * s.rival_posture
        on_posture = p.channel.posture_precision[channel] * reach
        weighted = weighted + on_intent * told + on_posture * under_way
        precision = precision + (on_intent + on_posture)
        noise = noise + np.sqrt(on_intent + on_posture) * u[1 + channel]
    signal = weighted / np.where(precision == 0.0, 1.0, precision)
    mean, variance = belief_next(s.belief, s.belief_variance, signal, precision, noise, p.drift, p.dt)
    belief = np.clip(mean, 0.0, float(p.ladder.top))
    margin = p.prudence * (1.0 - p.lulling * s.talking) * np.sqrt(variance)
    return {
        "belief": belief,
        "belief_variance": variance,
        "threat": np.clip(belief + margin, 0.0, float(p.ladder.top)),
    }
