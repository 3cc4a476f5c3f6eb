"""The two engines give the same crisis, bit for bit; and the comparison notices when they do not."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

import escalation_sim as es
from conftest import SHIPPED, shipped, with_decision
from escalation_sim.agents import EscalationModel
from escalation_sim.docking import docked, telling_runs
from escalation_sim.parameters import FLOAT
from escalation_sim.rules import THEORIES
from escalation_sim.turn import EVERY_DAY, TURN

QUICK = (
    "pahalgam-2025",
    "u2-1960",
    "rivalry-1998-2025",
)  # the others are followed for a year; they are docked with the slow tests
CASES = [
    pytest.param(name, theory, marks=() if name in QUICK else pytest.mark.slow, id=f"{name}-{theory}")
    for name in SHIPPED
    for theory in THEORIES
    if theory == "quantal_response" or name in QUICK[:2]
]
DAYS_OF_A_RIVALRY = 420  # past the first change of leaders and the first change in the calendar


@pytest.mark.parametrize(("name", "theory"), CASES)
def test_both_engines_give_the_same_crisis_to_the_bit(name, theory):
    scenario = with_decision(shipped(name), theory)
    if scenario.kind == "rivalry":
        scenario = without_later_triggers(scenario, DAYS_OF_A_RIVALRY)
        report = docked(scenario, seed=1, runs=[0, 5, 11])
        assert report.difference is None
        assert report.steps == 3 * DAYS_OF_A_RIVALRY
        return
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


def without_later_triggers(scenario, days):
    """A rivalry cut short."""
    document = scenario.document
    last = scenario.start + datetime.timedelta(days=days)
    document["triggers"] = [one for one in document["triggers"] if datetime.date.fromisoformat(str(one["date"])) < last]
    return es.Scenario.from_document({**document, "horizon_days": days})


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
def test_the_comparison_fails_for_a_mutant(short, mutant):
    outcomes = es.run(short, runs=100, seed=1).outcomes
    both_fight = outcomes.index[(outcomes["peak_rung_india"] >= 4) & (outcomes["peak_rung_pakistan"] >= 4)]
    assert docked(short, seed=1, runs=both_fight[:4].tolist()).difference is None
    assert docked(short, seed=1, runs=both_fight[:4].tolist(), model=mutant).difference is not None


def test_the_comparison_notices_a_difference_in_the_last_bit(short):
    class Nudged(EscalationModel):
        def play(self, phase, day):
            super().play(phase, day)
            if phase.name == "revise_trust" and day[0] == 3.0:
                government = self.government("india")
                government.trust = np.nextafter(FLOAT(government.trust), FLOAT(1.0))

    report = docked(short, seed=1, runs=range(8), model=Nudged)
    assert report.difference is not None
    assert report.difference.what == "trust"
    assert report.difference.step == 12


def test_the_engines_agree_on_every_shipped_ladder(pahalgam):
    from escalation_sim.scenario import shipped_ladders

    record = {key: value for key, value in pahalgam.document.items() if key != "observed"}
    for name in shipped_ladders():
        scenario = es.Scenario.from_document({**record, "ladder": name, "horizon_days": 30})
        assert docked(scenario, seed=1, runs=[0, 5]).difference is None
