"""Scenarios: read, checked, changed; and what ships with the package to build them from."""

from __future__ import annotations

from escalation_sim.scenario.catalogue import (
    ChannelPreset,
    ChannelState,
    Initiative,
    Period,
    Societies,
    calendar,
    channel_presets,
    channels_as_of,
    initiatives,
    shipped_ladders,
    societies,
    track_two_as_of,
)
from escalation_sim.scenario.parts import (
    ArmedGroup,
    Channel,
    Country,
    Mediator,
    Member,
    Observed,
    ObservedAct,
    ScheduledState,
    Trigger,
)
from escalation_sim.scenario.scenario import Scenario, load_scenario
from escalation_sim.scenario.schema import json_schema

__all__ = [
    "ArmedGroup",
    "Channel",
    "ChannelPreset",
    "ChannelState",
    "Country",
    "Initiative",
    "Mediator",
    "Member",
    "Observed",
    "ObservedAct",
    "Period",
    "Scenario",
    "ScheduledState",
    "Societies",
    "Trigger",
    "calendar",
    "channel_presets",
    "channels_as_of",
    "initiatives",
    "json_schema",
    "load_scenario",
    "shipped_ladders",
    "societies",
    "track_two_as_of",
]
