"""A scenario written as the YAML file that gives it again."""

from __future__ import annotations

from typing import Any

import yaml

from escalation_sim.scenario.document import PlainLoader
from escalation_sim.scenario.scenario import Scenario

__all__ = ["as_yaml", "yaml_of"]


class _PlainDumper(yaml.SafeDumper):
    """Writes no anchors, and quotes whatever would be read as something else by YAML 1.1 or by the reader of scenario files."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (PyYAML's own protocol)
        """Nothing is written as a reference to something above."""
        return True


for _first, _resolvers in PlainLoader.yaml_implicit_resolvers.items():
    for _tag, _pattern in _resolvers:
        _PlainDumper.add_implicit_resolver(_tag, _pattern, [_first])


def as_yaml(scenario: Scenario, heading: str = "") -> str:
    """The document of a scenario as YAML, `heading` as comment lines above it; `scenario_from_bytes` gives an equal scenario."""
    lines = "".join(f"# {line}\n" for line in heading.splitlines())
    return lines + yaml_of(scenario.document)


def yaml_of(content: Any) -> str:
    """Plain data as YAML, which the reader of scenarios, experiments and claims reads as the same data."""
    text: str = yaml.dump(content, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=110)
    return text
