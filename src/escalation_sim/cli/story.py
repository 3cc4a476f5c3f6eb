"""Which run is told, and how it is played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escalation_sim.errors import InputError

if TYPE_CHECKING:
    from escalation_sim.agents import EscalationModel
    from escalation_sim.scenario import Scenario

__all__ = ["asked_run", "played"]

_STEPS_BETWEEN_REPORTS = 50


def played(scenario: Scenario, seed: int, run: int) -> EscalationModel:
    """The run, played to its end in Mesa."""
    from escalation_sim.agents import EscalationModel

    model = EscalationModel(scenario, seed=seed, run=run)
    if scenario.kind == "rivalry":
        play_years(model)
    else:
        model.run_model()
    return model


def play_years(model: EscalationModel) -> None:
    """Play to the end with a bar: years in Mesa take about a minute."""
    from escalation_sim.cli.printing import progress_bar

    total = round(model.crisis.horizon_days * 24.0 / model.crisis.step_hours)
    with progress_bar("playing one run step by step", total) as progress:
        while model.running:
            model.step()
            if model.steps % _STEPS_BETWEEN_REPORTS == 0:
                progress(model.steps, total)


def asked_run(text: str) -> int | None:
    """Number of the run to be told from "37"; -1 for "none", None where the nearest to the middle is wanted."""
    if text == "none":
        return -1
    if text == "typical":
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 7:
        raise InputError("not a run", key="--story", value=text, allowed="typical, none, or a number from 0 to 9,999,999")
    return int(text)
