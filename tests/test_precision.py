"""Everything of a run is in single precision: one array of doubles would make all that it touches twice as slow."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import escalation_sim as es
from conftest import SHIPPED, shipped, with_decision
from escalation_sim import batch
from escalation_sim.parameters import FLOAT, Values
from escalation_sim.routines import StandIn
from escalation_sim.rules import THEORIES
from escalation_sim.turn import TURN, Phase

RUNS, STEPS = 48, 60
CASES = [pytest.param(name, "quantal_response", id=name) for name in SHIPPED]
CASES += [
    pytest.param("pahalgam-2025", theory, id=f"pahalgam-2025-{theory}") for theory in THEORIES if theory != "quantal_response"
]


def wide(where: str, value: object) -> list[str]:
    """Where something is wider than it should be: the place itself, or places within."""
    if isinstance(value, np.ndarray | np.generic | StandIn):
        return [where] if value.dtype != FLOAT else []
    if isinstance(value, Values):
        value = value.__dict__
    if isinstance(value, dict):
        return [place for name, entry in value.items() for place in wide(f"{where} {name}", entry)]
    if isinstance(value, list | tuple):
        return [place for number, entry in enumerate(value) for place in wide(f"{where} {number}", entry)]
    return []


def watched(phase: Phase, found: set[str]) -> Phase:
    """The phase, with a rule that notes what comes in or goes out too wide."""

    def rule(s, p, u):
        written = phase.rule(s, p, u)
        for what, values in (("sees", s), ("is given", p), ("draws", u), ("writes", written)):
            found.update(wide(f"{phase.name} {what}", values))
        return written

    return dataclasses.replace(phase, rule=rule)


def too_wide(scenario: es.Scenario, monkeypatch: pytest.MonkeyPatch, phases: tuple[Phase, ...] = TURN) -> set[str]:
    """What is wider than single precision in some steps of some runs, before and after they are thinned out and put together."""
    found: set[str] = set()
    monkeypatch.setattr(batch, "TURN", tuple(watched(phase, found) for phase in phases))
    chunks = [batch.begin(scenario, 1, np.arange(start, start + RUNS)) for start in (0, RUNS)]
    pages = [page.day for channel in scenario.channels for page in channel.schedule]
    first_step = round(max(min(pages, default=0) - 10, 0) * 24 / scenario.step_hours)  # the calendar turns a page in between
    for step in range(STEPS):
        if step == STEPS // 2:
            for chunk in chunks:
                chunk.keep(np.arange(0, RUNS, 2))
            chunks = [batch.Chunk.joined(chunks)]
        for chunk in chunks:
            chunk.step = first_step + step
            batch.advance(chunk)
            found.update(wide("state", chunk.state), wide("tally", chunk.tally), wide("judged", chunk.setting.judged))
    assert len(chunks[0].live) == RUNS
    return found | set(wide("ladder", scenario.ladder.tables))


@pytest.mark.parametrize(("name", "theory"), CASES)
def test_nothing_in_a_run_is_wider_than_single_precision(name, theory, monkeypatch):
    assert too_wide(with_decision(shipped(name), theory), monkeypatch) == set()


def test_a_single_array_of_doubles_is_noticed(short, monkeypatch):
    def leaky(s, p, u):
        return {**trade.rule(s, p, u), "trade": trade.rule(s, p, u)["trade"] * np.ones(1)}

    trade = next(phase for phase in TURN if phase.name == "trade")
    phases = tuple(dataclasses.replace(phase, rule=leaky) if phase is trade else phase for phase in TURN)
    assert too_wide(short, monkeypatch, phases) == {"trade writes trade"}
