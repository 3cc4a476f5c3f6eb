"""The two engines give the same crisis, bit for bit; and the comparison notices when they do not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import escalation_sim as es
from conftest import SHIPPED, shipped, with_decision, without_later_triggers
from escalation_sim.agents import EscalationModel
from escalation_sim.docking import docked, telling_runs
from escalation_sim.parameters import FLOAT
from escalation_sim.rules import THEORIES
from escalation_sim.turn import EVERY_DAY, TURN

DAYS = 90  # of a crisis: no trigger comes later, and what goes on after that has been compared before
DAYS_OF_A_RIVALRY = 420  # past the first change of leaders and the first change in the calendar
TURNING = "2003-11-10"  # within weeks lines are founded and ended


@pytest.mark.parametrize(
    ("name", "theory"), [*(("pahalgam-2025", theory) for theory in THEORIES), ("u2-1960", "quantal_response")]
)
def test_both_engines_give_the_same_forty_days_to_the_bit(name, theory):
    scenario = dataclasses.replace(with_decision(shipped(name), theory), horizon_days=40.0, step_hours=12.0)
    outcomes = es.run(scenario, runs=100, seed=1).outcomes
    report = docked(scenario, seed=1, runs=sorted({int(outcomes[what].argmax()) for what in ("peak_rung", "deals_struck")}))
    assert report.difference is None
    assert report.steps > 60


def test_both_engines_give_the_same_months_of_a_rivalry_in_which_lines_come_and_go():
    document = shipped("rivalry-1998-2025").document
    channels = {"as_of": TURNING, "follow_calendar": True}
    document |= {"start": TURNING, "horizon_days": 60, "channels": channels, "triggers": []}
    scenario = es.Scenario.from_document(document)
    assert any(0.0 < state.day < 60.0 for channel in scenario.channels for state in channel.schedule)
    report = docked(scenario, seed=1, runs=[0, 5])
    assert report.difference is None
    assert report.steps == 2 * 60


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_both_engines_give_the_same_crisis_to_the_bit(name):
    scenario = shipped(name)
    if scenario.kind == "rivalry":
        report = docked(without_later_triggers(scenario, DAYS_OF_A_RIVALRY), seed=1, runs=[0, 5, 11])
        assert report.difference is None
        assert report.steps == 3 * DAYS_OF_A_RIVALRY
        return
    scenario = dataclasses.replace(scenario, horizon_days=min(scenario.horizon_days, DAYS))
    outcomes = es.run(scenario, runs=200, seed=1).outcomes
    report = docked(scenario, seed=1, runs=telling_runs(outcomes, scenario.horizon_days))
    assert report.difference is None
    assert report.runs == 5
    assert report.steps > 100


def test_outcomes_of_an_agent_run_are_the_row_of_the_batch(short):
    rows = es.run(short, runs=40, seed=3).outcomes
    model = es.EscalationModel(short, seed=3, run=37)
    model.run_model()
    assert list(model.outcomes) == list(rows.columns)
    for name, value in model.outcomes.items():
        row = rows.loc[37, name]
        assert row == value or (row != row and value != value), name


class WritesAtOnce(EscalationModel):
    """Mutant: within a phase, the second agent sees what the first one has just written."""

    def play(self, phase, day):
        drawn = [self._draws.for_rule(lane) for lane in self._lanes[phase.name]]
        for agent in self.actors[phase.who].values():
            draws = [lane[(..., *agent.place, slice(None))] for lane in drawn]
            agent.write(getattr(agent, phase.name)(agent.look(phase, day), draws))


class OneDrawShifted(EscalationModel):
    """Mutant: one random stream is one call ahead."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._draws.next("change_mood.mood")


class ForgetsARead(EscalationModel):
    """Mutant: governments choose as if their own grievance were the rival's."""

    def _introduce(self):
        super()._introduce()
        for agent in self.actors["government"].values():
            agent.sources["choose_posture"] = [
                (attribute, variable, self._sources(agent, variable, rival != (variable == "grievance")))
                for attribute, variable, rival in next(phase for phase in TURN if phase.name == "choose_posture").attributes
            ]


class SlowProcessesEveryStep(EscalationModel):
    """Mutant: what happens once a day happens at every step."""

    def step(self):
        super().step()
        if self.steps % 2 == 0:
            for phase in TURN:
                if phase.every == EVERY_DAY:
                    self.play(phase, np.array([self.day]))


@pytest.mark.parametrize(
    "mutant", [WritesAtOnce, OneDrawShifted, ForgetsARead, SlowProcessesEveryStep], ids=lambda m: m.__name__
)
def test_the_comparison_fails_for_a_mutant(short, fights, mutant):
    assert docked(fights[0], seed=1, runs=fights[1], model=mutant).difference is not None


@pytest.fixture(scope="module")
def fights(short) -> tuple[es.Scenario, list[int]]:
    """A crisis, and runs in which both sides fight and the engines agree."""
    scenario = dataclasses.replace(short, step_hours=12.0)
    outcomes = es.run(scenario, runs=100, seed=1).outcomes
    both_fight = outcomes.index[(outcomes["peak_rung_india"] >= 4) & (outcomes["peak_rung_pakistan"] >= 4)]
    runs = both_fight[:2].tolist()
    assert len(runs) == 2
    assert docked(scenario, seed=1, runs=runs).difference is None
    return scenario, runs


def test_the_comparison_notices_a_difference_in_the_last_bit(short):
    class Nudged(EscalationModel):
        def play(self, phase, day):
            super().play(phase, day)
            if phase.name == "revise_trust" and day[0] == 3.0:
                government = self.government("india")
                government.trust = np.nextafter(FLOAT(government.trust), FLOAT(1.0))

    report = docked(dataclasses.replace(short, horizon_days=5.0), seed=1, runs=range(8), model=Nudged)
    assert report.difference is not None
    assert report.difference.what == "trust"
    assert report.difference.step == 12


def test_the_engines_agree_on_every_shipped_ladder(pahalgam):
    from escalation_sim.scenario import shipped_ladders

    record = {key: value for key, value in pahalgam.document.items() if key != "observed"}
    for name in shipped_ladders():
        scenario = es.Scenario.from_document({**record, "ladder": name, "horizon_days": 30, "step_hours": 12})
        assert docked(scenario, seed=1, runs=[0, 5]).difference is None
