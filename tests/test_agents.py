"""The Mesa model reads and behaves as one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mesa.datacollection import DataCollector

import escalation_sim as es
from escalation_sim.agents import (
    ArmedGroup,
    Channel,
    CivilSocietyGroup,
    EscalationModel,
    Government,
    LineOfContact,
    MediaOutlet,
    Mediator,
    Military,
    Public,
)
from escalation_sim.turn import TURN


class Dove(Government):
    """A government that never wants more than diplomatic measures."""

    def choose_posture(self, seen, draws):
        decided = super().choose_posture(seen, draws)
        decided["posture_wanted"] = np.minimum(decided["posture_wanted"], 2.0)
        return decided


class Firebrand(Government):
    """A government that from the third day on denounces, whatever it thinks."""

    def choose_posture(self, seen, draws):
        decided = super().choose_posture(seen, draws)
        if seen.day[0] >= 3.0:
            decided["posture_wanted"] = np.array([1.0]) + 1.0 * (decided["posture_wanted"] == 1.0)
        return decided


def test_every_kind_of_actor_is_a_mesa_agent_of_its_own(short):
    model = es.EscalationModel(short, seed=1, run=0)
    kinds = {kind: len(model.agents_by_type[kind]) for kind in model.agent_types}
    assert kinds == {
        LineOfContact: 1, Government: 2, Military: 2, Public: 2, MediaOutlet: 12, CivilSocietyGroup: 16, Channel: 7, ArmedGroup: 2,
        Mediator: 2,
    }  # fmt: skip
    assert len(model.agents) == sum(kinds.values())


def test_every_phase_is_a_method_of_the_agents_that_act_in_it(short):
    model = es.EscalationModel(short, seed=1, run=0)
    for phase in TURN:
        for agent in model.actors[phase.who].values():
            assert phase.name in type(agent).__dict__, (phase.name, agent)


def test_state_is_read_as_plain_attributes(short):
    model = es.EscalationModel(short, seed=1, run=0)
    india = model.government("india")
    assert isinstance(india.trust, float)
    assert len(india.liking) == len(short.ladder)
    india.trust = 0.7
    assert india.trust == np.float32(0.7)
    with pytest.raises(AttributeError):
        _ = india.posture  # a military's
    with pytest.raises(AttributeError):
        _ = india.nonsense


def test_mesas_data_collector_works(short):
    class Watched(EscalationModel):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.datacollector = DataCollector(
                model_reporters={"day": "day", "trust": lambda model: model.government("india").trust},
                agenttype_reporters={
                    Military: {"posture": "posture", "country": "country"},
                    MediaOutlet: {"hostility": "hostility"},
                },
            )

        def step(self):
            super().step()
            self.datacollector.collect(self)

    model = Watched(short, seed=1, run=4)
    for _ in range(8):
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table["day"]) == [0.25 * step for step in range(1, 9)]
    assert table["trust"].between(0, 1).all()
    posture = model.datacollector.get_agenttype_vars_dataframe(Military)
    assert len(posture) == 16
    assert posture["posture"].dtype == float


def test_one_decision_can_be_overridden_and_nothing_else(pahalgam):
    outcomes = es.run(pahalgam, runs=60, seed=1).outcomes
    run = int(outcomes.index[outcomes["peak_rung_india"] >= 5][0])
    plain = es.EscalationModel(pahalgam, seed=1, run=run)
    dove = es.EscalationModel(pahalgam, seed=1, run=run, cast={"government": {"india": Dove}})
    plain.run_model()
    dove.run_model()
    assert plain.outcomes["peak_rung_india"] >= 5
    assert dove.outcomes["peak_rung_india"] <= 2
    assert type(dove.government("pakistan")) is Government


def test_an_override_moves_its_own_posture_in_that_step_and_the_rival_only_later(short):
    plain = es.EscalationModel(short, seed=1, run=2)
    changed = es.EscalationModel(short, seed=1, run=2, cast={"government": {"india": Firebrand}})
    parted: dict[str, int] = {}
    for step in range(80):
        plain.step()
        changed.step()
        for country in ("india", "pakistan"):
            for name, kind in (("posture_wanted", "government"), ("posture", "military")):
                one, other = getattr(plain, kind)(country), getattr(changed, kind)(country)
                if getattr(one, name) != getattr(other, name):
                    parted.setdefault(f"{name} {country}", step)
        beliefs = [model.government("pakistan").belief for model in (plain, changed)]
        if beliefs[0] != beliefs[1]:
            parted.setdefault("belief pakistan", step)
    assert parted["posture_wanted india"] == 12
    assert parted["posture india"] == 12
    assert parted["belief pakistan"] == 13
    assert parted.get("posture_wanted pakistan", 99) > 12
    assert parted.get("posture pakistan", 99) > 12


def test_writing_a_name_that_is_no_state_says_which_are(short):
    class Confused(Government):
        def choose_posture(self, seen, draws):
            return {**super().choose_posture(seen, draws), "posture_wnated": np.array([1.0])}

    model = es.EscalationModel(short, seed=1, run=0, cast={"government": Confused})
    with pytest.raises(es.InputError, match="did you mean 'posture_wanted'"):
        model.step()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"run": -1}, "run: out of range"),
        ({"seed": -1}, "seed: out of range"),
        ({"cast": {"goverment": Dove}}, "did you mean 'government'"),
    ],
)
def test_wrong_arguments_are_answered_in_one_line(short, arguments, words):
    with pytest.raises(es.InputError, match=words):
        es.EscalationModel(short, **arguments)


def test_a_country_that_is_not_there_is_answered_with_the_nearest(short):
    with pytest.raises(es.InputError, match="did you mean 'india'"):
        es.EscalationModel(short).government("indai")


@pytest.fixture(scope="module")
def told(pahalgam) -> EscalationModel:
    """A run in which force was used, a deal was struck and the crisis ended."""
    outcomes = es.run(pahalgam, runs=200, seed=1).outcomes
    fought = (outcomes["peak_rung_india"] == 5) & (outcomes["deals_struck"] > 0) & (outcomes["censored"] == 0)
    run = int(outcomes.index[fought][0])
    model = es.EscalationModel(pahalgam, seed=1, run=run)
    model.run_model()
    return model


def test_every_act_of_force_is_an_event_with_date_actor_rung_and_words(told):
    acts = told.events[told.events["kind"] == "act"]
    assert len(acts) > 0
    assert (acts["rung"] >= told.crisis.ladder.force).all()
    assert acts["words"].str.contains("India|Pakistan").all()
    assert pd.api.types.is_datetime64_any_dtype(told.events["date"])
    assert acts["rung"].max() == told.outcomes["peak_rung"]
    assert acts["day"].iloc[0] == told.outcomes["days_to_response"]


def test_the_story_tells_of_every_deal_and_every_break(told):
    kinds = told.events["kind"].value_counts()
    assert kinds.get("deal", 0) == told.outcomes["deals_struck"]
    assert kinds.get("deal broken", 0) == told.outcomes["deals_broken"]
    assert kinds.get("accident", 0) == told.outcomes["accidents"]


def test_every_decision_has_reasons_that_add_up_to_a_preference(told):
    terms = ["threat", "grievance", "pressure", "cost", "weariness", "ties", "fear", "deal", "disposition", "inertia"]
    reasons = told.reasons
    assert len(reasons) > 0
    assert (reasons[terms].sum(axis=1) > -1e-9).all()
    assert (reasons["wanted"] != reasons["wanted_before"]).all()


def test_the_order_to_strike_is_explained_by_grievance(told):
    strikes = told.reasons[(told.reasons["country"] == "india") & (told.reasons["wanted"] >= 4)]
    rising = strikes[strikes["wanted"] > strikes["wanted_before"]]
    assert len(rising) > 0
    assert (rising["grievance"] > 0).all()


def test_the_model_stops_at_its_end_and_not_before(told):
    assert not told.running
    assert told.day == told.outcomes["days_to_end"] + 7.0 or told.day == np.ceil(told.outcomes["days_to_end"] + 7.0)
