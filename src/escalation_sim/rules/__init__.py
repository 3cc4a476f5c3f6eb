"""The model: one mechanism, one file.

A rule is a pure function ``rule(s, p, u) -> dict``: `s` holds exactly the state its phase declares to read, `p` its parameters, the
ladder, the length of the step `dt` (days) and the profiles of members, `u` its draws (uniform lanes first, then normal lanes). It
returns exactly what its phase declares to write. Arrays carry the run on the last axis and may have any axes in front; an axis of
members that the rule does not itself run over comes first. Rules never import each other.

`SECTIONS` collects the parameters the rule files declare.
"""

from __future__ import annotations

from escalation_sim.parameters import Section
from escalation_sim.rules import (
    aftermath,
    armed_groups,
    bargaining,
    cease_fire,
    channels,
    civil_society,
    government,
    grievance,
    leadership,
    local_fire,
    losses,
    media,
    mediation,
    military,
    nuclear_signalling,
    outreach,
    perception,
    public_opinion,
    trade,
    triggers,
    trust,
)
from escalation_sim.rules.decision import THEORIES

__all__ = ["PROFILES", "SECTIONS", "THEORIES"]

_MODULES = (
    triggers,
    armed_groups,
    media,
    civil_society,
    public_opinion,
    channels,
    outreach,
    perception,
    grievance,
    government,
    nuclear_signalling,
    military,
    local_fire,
    mediation,
    bargaining,
    cease_fire,
    losses,
    trust,
    trade,
    leadership,
    aftermath,
)

SECTIONS: dict[str, Section] = {
    **{module.PARAMETERS.name: module.PARAMETERS for module in _MODULES},
    bargaining.DEALS.name: bargaining.DEALS,
    **{theory.PARAMETERS.name: theory.PARAMETERS for theory in THEORIES.values()},
}
"""Parameters of every rule and theory, by section name; scope "country" or "shared"."""

PROFILES: dict[str, Section] = {
    profile.name: profile
    for profile in (channels.PROFILE, media.PROFILE, civil_society.PROFILE, armed_groups.PROFILE, mediation.PROFILE)
}
"""Profiles of members, by kind: channel, outlet, group, armed_group, mediator."""
