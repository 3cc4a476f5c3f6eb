"""With which ruler a run is measured: that of a crisis, or that of a rivalry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from escalation_sim import outcomes, rivalry
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario

__all__ = ["Ruler", "ruler_of"]


@dataclass(frozen=True)
class Ruler:
    """What is counted of a run, and when it stops.

    Attributes
    ----------
    names : columns of the outcomes.
    reads : state that the tally reads.
    first_tally, tallied, has_ended, coded : see `outcomes` and `rivalry`.
    """

    names: Callable[[Scenario], tuple[str, ...]]
    reads: tuple[str, ...]
    first_tally: Callable[[int, Scenario], dict[str, Array]]
    tallied: Callable[..., dict[str, Array]]
    has_ended: Callable[..., Any]
    coded: Callable[..., dict[str, Array]]


_RULERS = {
    "crisis": Ruler(
        outcomes.names_of, outcomes.READS, outcomes.first_tally, outcomes.tallied, outcomes.has_ended, outcomes.coded
    ),
    "rivalry": Ruler(
        rivalry.outcome_names, rivalry.READS, rivalry.first_tally, rivalry.tallied, rivalry.has_ended, rivalry.coded
    ),
}


def ruler_of(scenario: Scenario) -> Ruler:
    """The ruler for a scenario of this kind."""
    return _RULERS[scenario.kind]
