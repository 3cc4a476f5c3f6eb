"""A scenario changed: channels put back to a day, opened or closed, entries set, another theory. As data, so that files can say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from escalation_sim.errors import InputError
from escalation_sim.scenario import Scenario

__all__ = ["Variant"]


@dataclass(frozen=True)
class Variant:
    """What is changed, applied in this order.

    Attributes
    ----------
    as_of : day (YYYY-MM-DD) to whose states all channels are put back.
    opened : channels to open, with their working relationship; None for that of the scenario, or 0.5 (0.2 to 0.8).
    closed : channels to close.
    decision : theory of decision.
    entries : values by path, as in `Scenario.set`.
    fixed : judged numbers at their central values.
    """

    as_of: str | None = None
    opened: Mapping[str, float | None] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    decision: str | None = None
    entries: Mapping[str, Any] = field(default_factory=dict)
    fixed: bool = False

    def applied(self, scenario: Scenario) -> Scenario:
        """The changed scenario; raises InputError where a change makes none."""
        if self.as_of is not None:
            scenario = scenario.with_channels_as_of(self.as_of)
        for name, relationship in self.opened.items():
            scenario = scenario.open(name, relationship)
        for name in self.closed:
            if name in self.opened:
                raise InputError("the channel is to be opened and closed", key="close", value=name)
            scenario = scenario.close(name)
        if self.decision is not None:
            scenario = scenario.set("decision", self.decision)
        for path, value in self.entries.items():
            scenario = scenario.set(path, value)
        return scenario.fixed() if self.fixed else scenario

    def in_words(self) -> list[str]:
        """The changes, one phrase each; empty where nothing is changed."""
        return [
            *([f"channels as of {self.as_of}"] if self.as_of is not None else []),
            *(f"open {name}" + ("" if value is None else f"={value:g}") for name, value in self.opened.items()),
            *(f"close {name}" for name in self.closed),
            *([f"decision {self.decision}"] if self.decision is not None else []),
            *(f"set {path}={value}" for path, value in self.entries.items()),
            *(["judged numbers fixed"] if self.fixed else []),
        ]
