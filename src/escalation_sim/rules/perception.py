"""Each government keeps a belief about what the rival means to do: a mean and a variance over rungs.

Two sources feed it. Visible posture is always there, coarse, and bent upwards by hostile and false coverage. Channels
add what the other side says of its intentions, as far as it is candid and as far as the message reaches the leadership, and
what its forces are doing. Uncertainty grows when nobody talks; the prudent plan for worse than the mean (Jervis 1976; Kydd 2005).
States with reason to hide an order being prepared do hide it, and receivers discount what they are told (Fearon 1995).

The filter is the Kalman filter in continuous time, solved over a step: variance grows at `drift` and falls with the summed
precision of the sources.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import flag, ratio, within

PARAMETERS = section(
    "perception",
    drift=Parameter(0.6, 0.05, 3.0, "rung^2/day", "growth of uncertainty about the rival when nothing is heard", "jervis1976"),
    watching=Parameter(0.5, 0.05, 3.0, "1/rung^2/day", "precision of what is seen of the rival's posture without channels"),
    distortion=Parameter(1.4, 0.0, 4.0, "rung", "by how much fully hostile coverage of a salient event makes the rival look worse", "jervis1976"),
    false_alarm=Parameter(1.0, 0.0, 3.0, "rung", "further distortion where all coverage rests on false claims"),
    prudence=Parameter(0.5, 0.0, 2.0, "1", "standard deviations above the mean for which a government plans", "kydd2005"),
    bluffing=Parameter(0.6, 0.0, 1.0, "1", "share of candour lost while a secret order is being prepared", "fearon1995"),
    misread_signal=Parameter(1.5, 0.0, 4.0, "rung", "by how much a nuclear signal that is misread makes the rival look worse", "jervis1976"),
    lulling=Parameter(0.0, 0.0, 0.8, "1", "share of prudence that open talks take away"),
)  # fmt: skip


_LEAST_VISIBILITY = 0.01  # no posture is hidden wholly, so that uncertainty stays finite


def honesty(rival_hides: Array, bluffing: Array) -> Array:
    """Share of its usual candour that the rival keeps, given whether it has something to hide."""
    kept: Array = 1.0 - bluffing * rival_hides
    return kept


def mean_told(wanted: Array, posture: Array, candour: Array) -> Array:
    """What the rival says of its intentions, on average: the truth as far as it is candid, else what can be seen anyway."""
    told: Array = candour * wanted + (1.0 - candour) * posture
    return told


def belief_next(
    belief: Array, variance: Array, signal: Array, precision: Array, noise: Array, drift: Array, dt: Array
) -> tuple[Array, Array]:
    """Mean and variance after `dt` days of signals: the Riccati equation of the filter, solved exactly for constant sources.

    `signal` is the precision-weighted mean of the sources, `precision` their sum per day (positive), `noise` a standard normal
    draw. The spread that the sources' noise gives the mean is exact once the variance has settled.
    """
    settled = np.sqrt(drift / precision)
    decay = np.exp(-2.0 * np.sqrt(drift * precision) * dt)
    tangent = (1.0 - decay) / (1.0 + decay)
    after = settled * (variance + settled * tangent) / (settled + variance * tangent)
    kept = 2.0 * np.sqrt(decay) / ((1.0 + decay) + (variance / settled) * (1.0 - decay))
    mean = signal + (belief - signal) * kept + np.sqrt(0.5 * after * (1.0 - kept * kept)) * noise
    return mean, after


def believe(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Belief about the rung the rival wants. One normal draw carries the noise of all sources, whose precisions add up."""
    honest = honesty(flag(s.rival_order > s.rival_posture), p.bluffing)
    bent = s.salience * (p.distortion * s.climate + p.false_alarm * s.falsehood_heard)
    by_eye = p.watching * np.maximum(p.ladder.look_up("visibility", s.rival_posture), _LEAST_VISIBILITY)
    by_word = s.intent_told * honest
    candour = ratio(s.intent_told_truly, s.intent_told) * honest
    precision = by_eye + by_word + s.posture_shown
    weighted = (
        by_eye * (s.rival_posture + bent)
        + by_word * mean_told(s.rival_posture_wanted, s.rival_posture, candour)
        + s.posture_shown * np.maximum(s.rival_posture, s.rival_order)
    )
    signal = weighted / precision
    noise = u[0]
    mean, variance = belief_next(s.belief, s.belief_variance, signal, precision, noise, p.drift, p.dt)
    belief = within(mean + p.misread_signal * s.signal_misread, 0.0, float(p.ladder.top))
    margin = p.prudence * (1.0 - p.lulling * s.talking) * np.sqrt(variance)
    return {
        "belief": belief,
        "belief_variance": variance,
        "threat": within(belief + margin, 0.0, float(p.ladder.top)),
    }
