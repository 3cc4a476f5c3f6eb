"""Armed groups strike on their own clock, and more often when talks come near success.

Spoilers attack to wreck negotiations (Stedman 1997). Deaths per attack are heavy-tailed. Whether being willing to talk, or
having conceded something, invites more attacks (`appeasement`) or fewer (`restraint_by_talks`) is left open: both are neutral
by default and their ranges are sampled, so that the argument against talking can win.
"""

from __future__ import annotations

import numpy as np

from escalation_sim.asking import in_one_piece, nowhere
from escalation_sim.parameters import Array, Parameter, Values, section
from escalation_sim.rates import flag, probability

PARAMETERS = section(
    "armed_groups",
    scope="shared",
    spoiler=Parameter(
        1.0, 0.0, 5.0, "1", "share by which groups strike more often when a deal is near or in force", "stedman1997"
    ),
    appeasement=Parameter(0.0, 0.0, 2.0, "1", "share by which a concession in force invites more attacks"),
    restraint_by_talks=Parameter(0.0, -0.5, 0.5, "1", "share of attacks that open talks prevent; negative: invite"),
)

PROFILE = section(
    "armed_group",
    scope="armed_group",
    attacks_per_year=Parameter(0.1, 0.0, 12.0, "1/year", "mass-casualty attacks in a year without talks"),
    deaths_minimum=Parameter(7.0, 1.0, 50.0, "deaths", "deaths in the smallest attack that counts"),
    deaths_exponent=Parameter(1.6, 1.1, 4.0, "1", "tail exponent of deaths per attack; smaller is heavier"),
    deaths_maximum=Parameter(250.0, 10.0, 5000.0, "deaths", "largest attack considered"),
)


def strike_rate(
    attacks_per_year: Array,
    talks_near: Array,
    cease_fire: Array,
    talking: Array,
    *,
    spoiler: Array,
    appeasement: Array,
    restraint_by_talks: Array,
) -> Array:
    """Attacks per day of one group."""
    wrecking = 1.0 + spoiler * np.maximum(talks_near, cease_fire)
    inviting = 1.0 + appeasement * cease_fire
    rate: Array = attacks_per_year / 365.0 * wrecking * inviting * (1.0 - restraint_by_talks * talking)
    return rate


def deaths_in_attack(uniform: Array, minimum: Array, exponent: Array, maximum: Array) -> Array:
    """Deaths from a Pareto tail cut at `maximum`; whole numbers."""
    tail = minimum * np.exp(-np.log(1.0 - uniform) / exponent)
    deaths: Array = np.floor(np.minimum(tail, maximum))
    return deaths


@in_one_piece
def deaths_where(struck: Array, uniform: Array, minimum: Array, exponent: Array, maximum: Array) -> Array:
    """Deaths where a group struck, 0 elsewhere; strikes are rare."""
    if nowhere(struck):
        return np.zeros(struck.shape, uniform.dtype)
    return flag(struck) * deaths_in_attack(uniform, minimum, exponent, maximum)


def strikes(s: Values, p: Values, u: list[Array]) -> dict[str, Array]:
    """Deaths each group inflicts in this step (0 without an attack)."""
    rate = strike_rate(
        p.member.attacks_per_year, s.talks_near, s.cease_fire, s.talking,
        spoiler=p.spoiler, appeasement=p.appeasement, restraint_by_talks=p.restraint_by_talks,
    )  # fmt: skip
    struck = u[0] < probability(rate, p.dt)
    return {
        "strike_deaths": deaths_where(struck, u[1], p.member.deaths_minimum, p.member.deaths_exponent, p.member.deaths_maximum)
    }
