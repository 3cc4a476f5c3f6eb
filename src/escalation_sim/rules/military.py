"""The military turns orders into acts.

A rung takes days to prepare. Preparation done is one number, `readiness`, in days: it grows while an order above quiet stands, faster
once shooting has begun, and is lost slowly after. From cold an air strike takes about twelve days (11, 12 and 15 days from attack to
strike in 2016, 2019 and 2025); at full readiness the next one takes a day. As long as an order is only being prepared it
can be withdrawn.

Acts (a raid, a strike) are carried out, last a day or two and fall back to alert unless ordered again; postures (alert, war) are held.
Organisations overshoot their orders and have accidents (Sagan 1993; Posen 1991).
"""

from __future__ import annotations

import numpy as np

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.places import column, entries, last_place
from escalation_sim.rates import among, decayed, flag, probability

PARAMETERS = section(
    "military",
    pace=Parameter(1.0, 0.5, 2.0, "1", "speed of preparation, relative to the ladder's days"),
    tempo_spread=Parameter(0.25, 0.0, 0.6, "1", "spread between runs of the speed of preparation (of its logarithm)"),
    hurry=Parameter(3.0, 0.0, 20.0, "1", "how many times faster preparation goes once shooting has begun, less one"),
    standing_down=Parameter(0.03, 0.01, 0.3, "1/day", "rate at which readiness is lost when nothing is ordered"),
    regrouping=Parameter(4.0, 0.1, 8.0, "days", "days of preparation that an act uses up"),
    autonomy=Parameter(0.1, 0.0, 0.3, "probability", "probability that an act goes one rung further than ordered", "posen1991"),
    accidents=Parameter(0.004, 0.0, 0.05, "1/day", "rate of unintended acts while on alert or under fire", "sagan1993"),
)


def highest_posture_ready(ladder: Ladder, wanted: Array, readiness: Array) -> Array:
    """Highest rung of kind posture that is not above what is wanted and is prepared."""
    number, prepares = (column(ladder.of_postures[table], wanted.ndim + 1) for table in ("number", "prepares"))
    ready = (wanted >= number) & (readiness >= prepares)
    return entries(ladder.of_postures["number"], last_place(ready))


def readiness_next(
    readiness: Array,
    ordered: Array,
    shooting: Array,
    *,
    tempo: Array,
    hurry: Array,
    standing_down: Array,
    most: float,
    dt: Array,
) -> Array:
    """Days of preparation done, after `dt` days."""
    speed = tempo * (1.0 + hurry * shooting)
    return among(ordered, np.minimum(readiness + speed * dt, most), decayed(readiness, standing_down, dt))


def overshot(ladder: Ladder, ordered: Array, overshoots: Array) -> Array:
    """The act carried out: one rung above the order where the military overshoots and the next rung is an act too."""
    above = np.minimum(ordered + 1.0, float(ladder.top))
    possible = (ladder.look_up("is_act", above) == 1.0) & (above < ladder.nuclear_use)
    return np.where(overshoots & possible, above, ordered)


def act(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Posture, preparation, acts and accidents of one military."""
    ladder: Ladder = p.ladder
    wanted = np.maximum(s.posture_wanted, s.forced_posture)
    shooting = flag((s.rival_posture >= ladder.force) | (s.posture >= ladder.force))
    readiness = readiness_next(
        s.readiness, wanted > ladder.quiet, shooting,
        tempo=p.pace * np.exp(p.tempo_spread * s.tempo), hurry=p.hurry, standing_down=p.standing_down,
        most=float(np.max(ladder.tables["prepares"])), dt=p.dt,
    )  # fmt: skip
    readiness = np.where(s.forced_posture > 0.0, np.maximum(readiness, ladder.look_up("prepares", s.forced_posture)), readiness)
    prepared = readiness >= ladder.look_up("prepares", wanted)
    wants_act = ladder.look_up("is_act", wanted) == 1.0

    left = np.maximum(s.act_left - p.dt, 0.0)
    busy = left > 0.0
    begins = ~busy & wants_act & prepared
    begun = flag(begins) * overshot(ladder, wanted, u[0] < p.autonomy)
    over = (s.act_left > 0.0) & ~busy
    standing = highest_posture_ready(ladder, wanted, readiness)
    rested = np.where(over, np.maximum(standing, ladder.look_up("falls_back_to", s.posture)), standing)
    posture = np.where(busy, s.posture, np.where(begins, begun, rested))

    at_risk = flag((s.posture >= ladder.alert) | (shooting > 0.0))
    chance = probability(p.accidents * at_risk, p.dt)
    return {
        "posture": posture,
        "readiness": np.where(begins, np.maximum(readiness - p.regrouping, 0.0), readiness),
        "act_left": np.where(begins, ladder.look_up("lasts", begun), left),
        "act_begun": begun,
        "order": flag((wanted > posture) & (wanted > ladder.quiet)) * wanted,
        "overshot": flag(begins & (begun > wanted)),
        "accident": flag(u[1] < chance),
        "accident_misread": flag(u[1] < chance * (1.0 - s.explains)),
    }
