"""The numbers a scenario runs on, each with what is declared of it: what may be varied, and within which range.

A number of the model is declared with a plausible range; a number of a member (channel, outlet, group, armed group, mediator) or of a trigger
has a range where the scenario or a preset judges it, and is structural where it has none (a channel without secrets cannot leak).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from escalation_sim.parameters import Number, Parameter
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.schema import DEATHS, INJURY, LASTS, RELATIONSHIP, VISIBILITY
from escalation_sim.state import Setting

__all__ = ["Input", "country_path", "inputs_of", "varied"]

_TRIGGERS = {"deaths": DEATHS, "lasts": LASTS, "visibility": VISIBILITY, "injury": INJURY}
_KINDS = {"outlets": "outlet", "groups": "group"}
_STATUS = Parameter(0.0, 0.0, 2.0, "0, 1 or 2", "state of a channel: closed, suspended, open")


@dataclass(frozen=True)
class Input:
    """One number of a scenario.

    Attributes
    ----------
    path : as in `Scenario.set`.
    key : as the engine knows it: a country goes by its stream.
    number : what the scenario says; with a range where it is judged.
    declared : declaration, with the bounds outside of which a value is refused.
    of_model : True for a parameter of the model, False for a number of a member or trigger.
    """

    path: str
    key: str
    number: Number
    declared: Parameter
    of_model: bool

    @property
    def plausible(self) -> Number | None:
        """The number with the range over which it may be varied; None where it is structural.

        Where the scenario judges it, its own range and shape; else, for a parameter of the model, the declared range with its peak at the value.
        """
        if self.number.range is not None:
            return self.number
        if not self.of_model or self.declared.unit == "0 or 1" or self.declared.low == self.declared.high:
            return None
        return Number(self.number.value, (self.declared.low, self.declared.high), source=self.declared.source)


def inputs_of(scenario: Scenario) -> dict[str, Input]:
    """Every number that rules read in a scenario, by path."""
    names = {country.stream: country.name for country in scenario.countries}
    found = (input_at(key, number, names) for key, number in Setting(scenario, 0, [0]).asked.items())
    return {one.path: one for one in found}


def varied(scenario: Scenario, inputs: Mapping[str, Input] | None = None) -> dict[str, Number]:
    """Every number that may be varied, with its range, by path: see `Input.plausible`. Parameters of theories that are not in use are left out.

    `inputs` : those of the scenario, where they are at hand; see `inputs_of`.
    """
    idle = tuple(f"model.{theory.PARAMETERS.name}." for name, theory in THEORIES.items() if name != scenario.decision)
    plausible = {path: one.plausible for path, one in (inputs or inputs_of(scenario)).items() if not path.startswith(idle)}
    return {path: number for path, number in plausible.items() if number is not None}


def input_at(key: str, number: Number, names: Mapping[str, str]) -> Input:
    """The number at one path of the engine; `names` are the countries' by stream."""
    parts = key.split(".")
    declared = declaration(parts)
    of_model = parts[0] == "model" or (parts[0] == "countries" and parts[2] not in _KINDS)
    if parts[0] == "countries":
        parts[1] = names[parts[1]]
    return Input(".".join(parts), key, number, declared, of_model)


def declaration(parts: list[str]) -> Parameter:
    """What is declared of the number at a path."""
    if parts[0] == "model":
        return SECTIONS[parts[1]][parts[2]]
    if parts[0] == "countries":
        return PROFILES[_KINDS[parts[2]]][parts[4]] if parts[2] in _KINDS else SECTIONS[parts[2]][parts[3]]
    if parts[0] == "triggers":
        return _TRIGGERS[parts[2]]
    if parts[-1] == "status":
        return _STATUS
    if parts[-1] == "relationship":
        return RELATIONSHIP
    return PROFILES[parts[0].removesuffix("s")][parts[2]]


def country_path(scenario: Scenario, path: str) -> Input | None:
    """A number of the model that a country may have for itself, though the scenario gives it none; None where there is no such number."""
    parts = path.split(".")
    countries = {country.name: country for country in scenario.countries}
    if len(parts) != 4 or parts[0] != "countries" or parts[1] not in countries:
        return None
    section = SECTIONS.get(parts[2])
    if section is None or section.scope == "shared" or parts[3] not in section.parameters:
        return None
    declared = section[parts[3]]
    common = scenario.model.get(parts[2], {}).get(parts[3], Number(declared.default))
    return Input(path, ".".join(["countries", countries[parts[1]].stream, *parts[2:]]), common, declared, True)
