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
from escalation_sim.scenario.scenario import Scenario, load_scenario, scenario_from_bytes
from escalation_sim.scenario.schema import json_schema
from escalation_sim.scenario.writing import as_yaml, yaml_of

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
    "as_yaml",
    "calendar",
    "channel_presets",
    "channels_as_of",
    "initiatives",
    "json_schema",
    "load_scenario",
    "scenario_from_bytes",
    "shipped_ladders",
    "societies",
    "track_two_as_of",
    "yaml_of",
]
