"""Every measure against a handful of runs made by hand, and fits against processes with known numbers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from escalation_sim.history import patterns as measures
from escalation_sim.history.dyads import COUNTRIES, WEIGHTS, generic_dyads, generic_scenarios, swept
from escalation_sim.history.patterns import (
    MEASURES,
    RIVALRY_MEASURES,
    Ensemble,
    Rivalry,
    acts_from_paths,
    hawkes_fit,
    hazard_ratio,
    patterns,
    rivalry_from_paths,
    violence_class,
)
from escalation_sim.parameters import Parameter, section
from escalation_sim.rules import SECTIONS, THEORIES
from escalation_sim.scenario import shipped_ladders

LADDER = shipped_ladders()["eleven_rungs"]
NAN = math.nan


def ensemble(acts=(), **columns) -> Ensemble:
    """Runs with the given columns; where nothing is given, an attack by an armed group on day 0 and an end on day 10."""
    runs = len(next(iter(columns.values())))
    table = {
        "scenario": ["made"] * runs, "trigger_kind": ["attack"] * runs, "trigger_rung": [0.0] * runs, "trigger_day": [0.0] * runs,
        "trigger_actor": [-1.0] * runs, "peak_rung": [0.0] * runs, "peak_day": [0.0] * runs, "days_to_end": [10.0] * runs,
        "mediation_day": [NAN] * runs,
    }  # fmt: skip
    rows = sorted(acts, key=lambda act: act[:2])
    frame = pd.DataFrame(rows, columns=["run", "day", "country", "rung"]).astype(
        {"run": int, "day": float, "country": int, "rung": float}
    )
    return Ensemble(pd.DataFrame({**table, **columns}), frame, LADDER, horizon=730.0)


# Lengths


def test_duration_counts_both_ends_and_the_horizon_where_there_is_no_end():
    runs = ensemble(days_to_end=[4.0, 9.0, NAN], trigger_day=[0.0, 2.0, 0.0])
    assert runs.duration.tolist() == [5.0, 8.0, 730.0]
    assert measures.duration(runs) == (8.0,)


def test_duration_spread_is_that_of_the_logarithm():
    lengths = np.exp(np.array([1.0, 2.0, 3.0]))
    assert measures.duration_spread(ensemble(days_to_end=lengths - 1.0)) == pytest.approx((1.0,))


def test_durations_are_told_apart_by_violence():
    runs = ensemble(days_to_end=[1.0, 3.0, 19.0, 49.0, 99.0], peak_rung=[0.0, 3.0, 4.0, 6.0, 8.0])
    assert measures.duration_by_violence(runs) == (3.0, 20.0, 50.0, 100.0)


def test_a_class_of_violence_without_runs_has_no_duration():
    assert np.isnan(measures.duration_by_violence(ensemble(peak_rung=[0.0]))[3])


# Violence and responses


def test_violence_goes_by_the_marks_of_the_ladder():
    rungs = np.arange(11.0)
    assert violence_class(rungs, LADDER).tolist() == [0, 0, 0, 0, 1, 1, 2, 3, 3, 3, 3]
    assert violence_class(np.arange(5.0), shipped_ladders()["five_rungs"]).tolist() == [0, 0, 0, 2, 3]


def test_violence_mix_counts_runs():
    assert measures.violence_mix(ensemble(peak_rung=[2.0, 5.0, 6.0, 6.0])) == (0.25, 0.25, 0.5, 0.0)


def test_responses_are_held_against_the_trigger():
    # an attack answered by force and by an alert; an exercise by country 0 (who does not answer itself) met with force
    acts = [(0, 1.0, 0, 5.0), (0, 2.0, 1, 3.0), (1, 0.0, 0, 3.0), (1, 4.0, 1, 4.0)]
    runs = ensemble(acts, trigger_kind=["attack", "exercise"], trigger_actor=[-1.0, 0.0])
    assert measures.trigger_response(runs) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_what_started_a_crisis_has_a_class():
    kinds = ["attack", "incursion", "exercise", "accident", "incident"]
    assert measures.trigger_class(ensemble(trigger_kind=kinds)).tolist() == [2.0, 2.0, 1.0, 1.0, 0.0]


def test_response_delay_counts_the_day_of_the_trigger_as_the_first():
    # country 0 rises twice, to its highest on day 12; country 1 on the day of the trigger; in run 1 nobody rises
    acts = [(0, 1.0, 0, 2.0), (0, 12.25, 0, 5.0), (0, 20.0, 0, 5.0), (0, 1.5, 1, 1.0)]
    delays = measures.response_delay(ensemble(acts, trigger_day=[1.0, 0.0]))
    assert delays == pytest.approx(np.quantile([12.0, 1.0], (0.5, 0.75, 0.9)))


def test_front_loaded_is_the_share_of_time_gone_at_the_peak():
    runs = ensemble(peak_day=[2.0, 3.0, 0.0, 5.0], days_to_end=[10.0, 5.0, 0.0, NAN], trigger_day=[0.0, 1.0, 0.0, 0.0])
    assert measures.front_loaded(runs) == pytest.approx((np.median([0.2, 0.5]),))


def test_jumps_are_violence_that_nothing_hostile_preceded():
    acts = [
        (0, 3.0, 0, 5.0),  # an attack is itself the first violence
        (1, 2.0, 1, 4.0),  # an incident, then force at once: a jump
        (2, 1.0, 0, 1.0), (2, 2.0, 1, 4.0),  # words first
        (3, 1.0, 0, 2.0),  # no violence: does not count
    ]  # fmt: skip
    runs = ensemble(acts, trigger_kind=["attack", "incident", "incident", "incident"], trigger_rung=[0.0, 2.0, 2.0, 2.0])
    assert measures.jumps(runs) == pytest.approx((2 / 3,))


def test_jumps_without_violence_are_not_defined():
    assert np.isnan(measures.jumps(ensemble(trigger_kind=["incident"], trigger_rung=[2.0]))[0])


def test_reciprocity_is_one_where_like_is_answered_by_like():
    acts = [(run, float(day), country, float(run + 1)) for run in range(4) for day, country in ((1, 0), (2, 1))]
    assert measures.reciprocity(ensemble(acts, peak_rung=[1.0] * 4)) == pytest.approx((1.0,))


def test_reciprocity_is_minus_one_where_strength_is_answered_by_restraint():
    acts = [act for run in range(4) for act in ((run, 1.0, 0, run + 1.0), (run, 2.0, 1, 8.0 - run))]
    assert measures.reciprocity(ensemble(acts, peak_rung=[1.0] * 4)) == pytest.approx((-1.0,))


def test_acts_of_the_same_moment_or_of_another_run_answer_nothing():
    acts = [act for run in range(4) for act in ((run, 1.0, 0, run + 1.0), (run, 1.0, 1, run + 1.0))]
    assert np.isnan(measures.reciprocity(ensemble(acts, peak_rung=[1.0] * 4))[0])


def test_acts_are_rises_and_acts_begun_again():
    posture = np.array([[0.0, 0.0], [2.0, 0.0], [5.0, 0.0], [5.0, 3.0], [3.0, np.nan]])[:, :, None]
    begun = np.zeros_like(posture)
    begun[3, 0, 0] = 5.0
    assert acts_from_paths(posture)[["step", "country", "rung"]].to_numpy().tolist() == [[1, 0, 2], [2, 0, 5], [3, 1, 3]]
    assert acts_from_paths(posture, begun)[["step", "country", "rung"]].to_numpy().tolist() == [
        [1, 0, 2],
        [2, 0, 5],
        [3, 0, 5],
        [3, 1, 3],
    ]


def test_choosing_runs_numbers_them_and_their_acts_anew():
    runs = ensemble([(0, 1.0, 0, 1.0), (2, 1.0, 1, 4.0)], peak_rung=[1.0, 2.0, 4.0])
    chosen = runs.where(runs.risen)
    assert chosen.runs == 1
    assert chosen.acts.to_numpy().tolist() == [[0, 1.0, 1, 4.0]]


# Mediation


def test_mediation_onset_leaves_out_what_comes_after_the_end():
    runs = ensemble(mediation_day=[2.0, 4.0, 6.0, 30.0, NAN], days_to_end=[10.0, 10.0, NAN, 10.0, 10.0])
    assert measures.mediation_onset(runs) == (3.0, 4.0, 5.0)


def test_the_hazard_ratio_of_a_small_case_solves_its_equation():
    # ends on days 1 to 4, those of days 2 and 4 exposed from day 0. With ratio r the score is
    # 2 - 2r/(2 + 2r) - 2r/(1 + 2r) - r/(1 + r) - 1 = 0
    ratio = hazard_ratio(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, dtype=bool), np.array([NAN, 0.0, NAN, 0.0]))
    assert 2.0 - 2 * ratio / (2 + 2 * ratio) - 2 * ratio / (1 + 2 * ratio) - ratio / (1 + ratio) - 1.0 == pytest.approx(
        0.0, abs=1e-9
    )


def test_the_hazard_ratio_is_recovered_where_exposure_sets_in_later():
    rng = np.random.default_rng(5)
    count, rate, true = 20_000, 0.01, 2.0
    onset = rng.exponential(60.0, count)
    unexposed = rng.exponential(1.0 / rate, count)
    days = np.where(unexposed < onset, unexposed, onset + rng.exponential(1.0 / (true * rate), count))
    ended = days < 300.0
    exposed_from = np.where(onset < 300.0, onset, NAN)
    found = hazard_ratio(np.ceil(np.minimum(days, 300.0)), ended, np.floor(exposed_from))
    assert found == pytest.approx(true, rel=0.05)
    # whoever takes mediated runs for exposed from the start finds the opposite
    naive = hazard_ratio(np.ceil(np.minimum(days, 300.0)), ended, np.where(onset < days, 0.0, NAN))
    assert naive < 1.0


def test_mediation_hazard_reads_the_columns():
    days, mediated = [1.0, 2.0, 3.0, 4.0], [NAN, 0.0, NAN, 0.0]
    expected = hazard_ratio(np.array(days), np.ones(4, dtype=bool), np.array(mediated))
    assert measures.mediation_hazard(ensemble(days_to_end=days, mediation_day=mediated)) == pytest.approx((expected,))


def test_a_hazard_ratio_without_exposure_is_not_defined():
    assert np.isnan(hazard_ratio(np.array([1.0, 2.0]), np.ones(2, dtype=bool), np.array([NAN, NAN])))


def test_what_sets_in_on_the_day_of_the_end_had_no_part_in_it():
    days, ended = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.ones(5, dtype=bool)
    exposed = np.array([NAN, 0.0, NAN, 0.0, NAN])
    on_the_day = np.where(np.arange(5) == 0, 1.0, exposed)
    assert hazard_ratio(days, ended, on_the_day) == hazard_ratio(days, ended, exposed)


# Rivalries


def simulated_hawkes(background: float, branching: float, decay: float, days: float, rng: np.random.Generator) -> np.ndarray:
    """Events as a branching process: immigrants, their children, and so on."""
    generation = rng.uniform(0.0, days, rng.poisson(background * days))
    everyone = [generation]
    while len(generation):
        children = np.repeat(generation, rng.poisson(branching, len(generation)))
        generation = children + rng.exponential(1.0 / decay, len(children))
        generation = generation[generation < days]
        everyone.append(generation)
    return np.sort(np.concatenate(everyone))


@pytest.mark.parametrize(("branching", "half_life"), [(0.8, 27.0), (0.4, 5.0)])
def test_the_fit_recovers_a_self_exciting_process(branching, half_life):
    rng = np.random.default_rng(11)
    runs = [simulated_hawkes(0.01, branching, math.log(2.0) / half_life, 10_000.0, rng) for _ in range(30)]
    found = hawkes_fit(runs, 10_000.0)
    assert found[0] == pytest.approx(branching, abs=0.05)
    assert found[1] == pytest.approx(half_life, rel=0.2)


def test_the_fit_finds_no_excitement_where_there_is_none():
    rng = np.random.default_rng(2)
    assert hawkes_fit([np.sort(rng.uniform(0.0, 10_000.0, 100)) for _ in range(20)], 10_000.0)[0] < 0.1


def test_too_few_events_cannot_be_fitted():
    assert np.isnan(hawkes_fit([np.array([1.0, 2.0]), np.array([])], 100.0)).all()


def test_event_days_are_militarised_acts_and_deadly_fire():
    posture = np.zeros((10, 2, 1))
    posture[2:5, 0] = 3.0  # an alert begins on day 2
    posture[4, 1] = 2.0  # below alert: no event
    posture[7, 1] = 5.0
    deadly = np.zeros((10, 1), dtype=bool)
    deadly[[7, 9], 0] = True
    rivalry = rivalry_from_paths(posture, deadly, alert=3)
    assert rivalry.event_days[0].tolist() == [2.0, 7.0, 9.0]
    assert rivalry.acts[["day", "country"]].to_numpy().tolist() == [[2, 0], [7, 1]]


def made_rivalry(months: list[tuple[int, int]]) -> Rivalry:
    """One run of four months; pairs of a month and the country that acts."""
    acts = pd.DataFrame(
        {"run": 0, "day": [month * 30.5 + 1.0 for month, _ in months], "country": [country for _, country in months]}
    )
    return Rivalry((np.array([1.0]),), acts, days=121.0)


def test_balance_is_one_where_both_act_in_the_same_months_and_negative_where_they_take_turns():
    assert RIVALRY_MEASURES["balance"](made_rivalry([(0, 0), (0, 1), (2, 0), (2, 1)])) == pytest.approx((1.0,))
    assert RIVALRY_MEASURES["balance"](made_rivalry([(0, 0), (1, 1), (2, 0), (3, 1)])) == pytest.approx((-1.0,))


def test_balance_of_one_side_alone_is_not_defined():
    assert np.isnan(RIVALRY_MEASURES["balance"](made_rivalry([(0, 0), (1, 0)]))[0])


# The data, and generic dyads


def test_every_pattern_names_a_measure_that_gives_as_many_figures():
    runs = ensemble([(0, 1.0, 0, 4.0), (0, 2.0, 1, 4.0)], peak_rung=[4.0, 2.0])
    rivalry = made_rivalry([(0, 0), (1, 1)])
    for pattern in patterns():
        figures = (
            RIVALRY_MEASURES[pattern.measure](rivalry) if pattern.ensemble == "rivalry" else MEASURES[pattern.measure](runs)
        )
        assert len(figures) == len(pattern.value) == len(pattern.elements) == len(pattern.units) == len(pattern.interval), (
            pattern.id
        )
        assert pattern.hits(pattern.value) == (True,) * len(pattern.value), pattern.id


def test_a_figure_without_an_interval_has_a_quarter_of_itself_or_a_twentieth():
    found = {pattern.id: pattern for pattern in patterns()}
    assert len(found) == 15
    assert found["violence_mix_south_asia"].interval == ((0.1875, 0.3125), (0.375, 0.625), (0.1875, 0.3125), (-0.05, 0.05))
    assert found["duration_south_asia"].interval == ((26.0, 112.0),)


def test_what_is_not_defined_hits_nothing():
    assert patterns()[0].hits((NAN,)) == (False,)


def test_every_parameter_that_applies_is_drawn_from_its_declared_range():
    document = generic_dyads()["attack"]
    idle = {theory.PARAMETERS.name for name, theory in THEORIES.items() if name != document["decision"]}
    for one in SECTIONS.values():
        places = [document["model"]] if one.scope == "shared" else [document["countries"][name] for name in COUNTRIES]
        for name, parameter in one:
            for place in places:
                entry = place.get(one.name, {}).get(name)
                if one.name in idle or parameter.unit == "0 or 1" or parameter.low == parameter.high:
                    assert entry is None
                else:
                    assert entry["range"] == [parameter.low, parameter.high], (one.name, name)


def test_switches_and_fixed_numbers_are_not_drawn():
    numbers = section(
        "made",
        a=Parameter(1.0, 0.0, 2.0, "1", "x"),
        b=Parameter(1.0, 0.0, 1.0, "0 or 1", "x"),
        c=Parameter(1.0, 1.0, 1.0, "1", "x"),
    )
    assert swept(numbers) == {"a": {"value": 1.0, "range": [0.0, 2.0], "source": "assumed"}}


def test_generic_dyads_load_and_share_the_runs_by_weight():
    found = generic_scenarios(1000)
    assert [runs for _, runs in found] == [round(1000 * weight) for weight in WEIGHTS.values()]
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    assert all(scenario.horizon_days == 730.0 for scenario, _ in found)


def test_runs_of_a_generic_dyad_become_an_ensemble(monkeypatch):
    monkeypatch.setattr("escalation_sim.history.patterns.HORIZON", 60.0)
    scenario = next(scenario for scenario, _ in generic_scenarios(10) if scenario.triggers[0].kind == "incursion")
    runs = measures.of_one(scenario, 20, seed=1)
    assert runs.runs == 20
    assert (runs.column("trigger_actor") == 0.0).all()
    # the incursion itself is an act of the first country on the first day, at the rung of force
    first = runs.acts[(runs.acts["day"] == 0.0) & (runs.acts["country"] == 0)]
    assert set(first["run"]) == set(range(20))
    assert (first["rung"] >= scenario.ladder.force).all()
    top = runs.highest()[0]
    assert np.array_equal(top.max(axis=1), runs.column("peak_rung"))
