"""Civil-society groups gain voice from contact across the border and lose it to stigma.

Contact and Track II give members standing and something to say (Davidson & Montville 1981; Fisher 2005); hostile coverage makes
those who call for talks "anti-national", and fewer speak. Whether anyone hears them is decided in `public_opinion`.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import approached, even, ratio, within

PARAMETERS = section(
    "civil_society",
    contact=Parameter(1.0, 0.0, 3.0, "1", "how much of what channels do for constituencies arrives with a fully tied group", "fisher2005"),
    stigma=Parameter(0.08, 0.0, 0.4, "1/day", "rate at which voice is lost under fully hostile coverage of a crisis that fills the public's mind"),
    recovery=Parameter(0.02, 0.0, 0.1, "1/day", "rate at which a group returns to its own level of voice"),
    unrest=Parameter(0.02, 0.0, 0.1, "1/sqrt(day)", "size of day-to-day change that nothing explains"),
)  # fmt: skip

PROFILE = section(
    "group",
    scope="group",
    voice=Parameter(0.3, 0.0, 1.0, "1", "level of voice it has in quiet times"),
    audience=Parameter(0.1, 0.0, 1.0, "share", "share of the public that would listen; relative to the sum"),
    ties=Parameter(0.3, 0.0, 1.0, "1", "how closely it is tied to people across the border"),
)


def voice_next(voice: Array, own_level: Array, contact: Array, stigma: Array, recovery: Array, dt: Array) -> Array:
    """Voice after `dt` days: contact pulls up to 1, stigma down to 0, habit back to the group's own level."""
    total = contact + stigma + recovery
    return approached(voice, ratio(contact + recovery * own_level, total), total, dt)


def voice(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Voice of one group, once a day."""
    contact = p.contact * p.member.ties * s.contact
    steady = voice_next(s.voice, p.member.voice, contact, p.stigma * s.climate * s.salience, p.recovery, p.dt)
    return {"voice": within(steady + p.unrest * np.sqrt(p.dt) * even(u[0]), 0.0, 1.0)}
