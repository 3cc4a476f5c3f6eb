"""Agent-based simulation of crises between two rival governments under configurable communication channels.

>>> import escalation_sim as es
>>> crisis = es.load_scenario("scenarios/pahalgam-2025.yaml")        # doctest: +SKIP
>>> result = es.run(crisis, runs=1000, seed=1)                       # doctest: +SKIP
>>> model = es.EscalationModel(crisis, seed=1, run=37)               # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from escalation_sim.version import __version__

__all__ = [
    "Attribution",
    "Comparison",
    "EscalationModel",
    "InputError",
    "Result",
    "Scenario",
    "__version__",
    "attribute",
    "compare",
    "load_scenario",
    "run",
    "run_design",
    "run_to_disk",
    "sensitivity",
    "sweep",
]

_HOMES = {
    "Attribution": "experiments.attribution",
    "Comparison": "experiments.comparison",
    "EscalationModel": "agents",
    "InputError": "errors",
    "Result": "results",
    "Scenario": "scenario",
    "attribute": "experiments.attribution",
    "compare": "experiments.comparison",
    "load_scenario": "scenario",
    "run": "runs",
    "run_design": "runs",
    "run_to_disk": "runs",
    "sensitivity": "experiments.sensitivity",
    "sweep": "experiments.sweep",
}

if TYPE_CHECKING:
    from escalation_sim.agents import EscalationModel
    from escalation_sim.errors import InputError
    from escalation_sim.experiments.attribution import Attribution, attribute
    from escalation_sim.experiments.comparison import Comparison, compare
    from escalation_sim.experiments.sensitivity import sensitivity
    from escalation_sim.experiments.sweep import sweep
    from escalation_sim.results import Result
    from escalation_sim.runs import run, run_design, run_to_disk
    from escalation_sim.scenario import Scenario, load_scenario
else:  # hidden from type checkers, for which it would make every misspelt name right

    def __getattr__(name: str) -> Any:
        """Fetch a public name from its module when it is asked for, so that importing the package stays fast."""
        if name not in _HOMES:
            raise AttributeError(f"module 'escalation_sim' has no attribute '{name}'")
        return getattr(import_module(f"escalation_sim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """All names, those not fetched yet among them."""
    return sorted({*globals(), *__all__})
