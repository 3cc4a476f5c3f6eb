"""Numbers in plain words: whose they are, and what is declared of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from escalation_sim.inputs import Input
from escalation_sim.scenario import Scenario

__all__ = ["label_of", "section_of"]


def label_of(path: str, scenario: Scenario, inputs: Mapping[str, Input]) -> str:
    """What a number is, as in "India, government: utility of fully answering one unit of grievance".

    Parameters
    ----------
    inputs : of the scenario, or of one made from it; see `inputs.inputs_of`.
    """
    subject = subject_of(section_of(path), scenario)
    if path not in inputs:
        return subject
    if path.startswith("countries.") and path.split(".")[2] in ("outlets", "groups"):
        subject = f"{subject} ({spaced(path.split('.')[3])})"
    return f"{subject}: {inputs[path].declared.about}"


def section_of(path: str) -> str:
    """The part of a path that says whose number it is: "model.media", "countries.india.government", "channels.track_two"."""
    parts = path.split(".")
    return ".".join(parts[: 3 if parts[0] == "countries" else 2])


def subject_of(section: str, scenario: Scenario) -> str:
    """Whose number it is, in words."""
    kind, name, *rest = section.split(".")
    if kind == "model":
        return spaced(name).capitalize()
    if kind == "triggers":
        return f"Trigger {int(name) + 1}"
    members: dict[str, Sequence[Any]] = {
        "countries": scenario.countries,
        "channels": scenario.channels,
        "armed_groups": scenario.armed_groups,
        "mediators": scenario.mediators,
    }
    label = next((member.label for member in members.get(kind, ()) if member.name == name), spaced(name))
    return ", ".join([label, *(spaced(part) for part in rest)])


def spaced(name: str) -> str:
    """A key as words."""
    return name.replace("_", " ")
