"""Years of rivalry: what is counted, that it does not end, that chunks change nothing, and that lines come and go with the calendar."""

from __future__ import annotations

import dataclasses
import datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import escalation_sim as es
from conftest import shipped, without_later_triggers
from escalation_sim.batch import computed
from escalation_sim.outcomes import COUNTS
from escalation_sim.parameters import Number
from escalation_sim.results import Result
from escalation_sim.rivalry import (
    CRISES,
    READS,
    coded,
    crises_over,
    decades,
    first_tally,
    has_ended,
    outcome_names,
    tallied,
    years,
)
from escalation_sim.rulers import ruler_of
from escalation_sim.state import AXES, VARIABLES, Setting
from made_results import made_scenario

DAY = 24.0
CLOSED, SUSPENDED, OPEN = 0.0, 1.0, 2.0


# The ruler, on hand-made states


@cache
def made_rivalry(days: int = 400, start: str = "2009-10-01") -> es.Scenario:
    return made_scenario(kind="rivalry", start=start, horizon_days=days, step_hours=DAY, triggers=[])


def state(runs: int = 1, **values: Any) -> dict[str, np.ndarray]:
    """State as the ruler reads it: all quiet but for what is given, a number for all or an array that fits."""
    members = {"country": 2, "outlet": 3, "group": 4, "channel": 3, "mediator": 2}
    found = {}
    for name in READS:
        shape = (*(members[axis] for axis in AXES[VARIABLES[name].owner]), runs)
        found[name] = np.array(np.broadcast_to(np.asarray(values.pop(name, 0.0), dtype=float), shape))
    assert not values
    return found


def sides(first: float, second: float) -> np.ndarray:
    return np.array([[first], [second]])


def measured(
    path: dict[int, dict[str, Any]], days: int, scenario: es.Scenario | None = None
) -> tuple[dict[str, float], list[dict[str, float]]]:
    """Outcomes and finished crises of one run; `path` gives the state from a day on, `over` being 1 where nothing is said."""
    scenario = scenario or made_rivalry()
    tally, crises, now, deaths = first_tally(1, scenario), [], {}, np.zeros((2, 1))
    for day in range(days):
        now = path.get(day, now)
        s = state(**{"over": 1.0, **now})
        deaths = deaths + s["deaths_in_step"]
        tally = tallied(tally, {**s, "deaths": deaths}, float(day), scenario)
        places, table = crises_over(tally)
        crises += [{name: float(table[name][0]) for name in CRISES} for _ in places]
    columns = coded(tally, {**s, "deaths": deaths}, np.array([False]), scenario)
    return {name: float(column[0]) for name, column in columns.items()}, crises


QUIET = {}
WAITING = {"over": 0.0}
ATTACK = {"over": 0.0, "attack_injury": sides(0.0, 1.5)}


def test_a_crisis_begins_with_an_attack_on_either_side_and_ends_when_it_is_over():
    for injured in (sides(1.5, 0.0), sides(0.0, 1.5)):
        found, crises = measured({0: QUIET, 10: {"over": 0.0, "attack_injury": injured}, 11: WAITING, 30: QUIET}, 60)
        assert found["crises"] == 1.0
        assert [(one["start_day"], one["end_day"], one["peak_rung"]) for one in crises] == [(10.0, 30.0, 0.0)]
        assert found["days_in_crisis"] == 21.0


def test_a_crisis_begins_when_either_side_rises_to_the_highest_quiet_rung_and_not_below():
    for posture in (sides(2.0, 0.0), sides(0.0, 2.0), sides(0.0, 7.0)):
        found, crises = measured({0: QUIET, 10: {"over": 0.0, "posture": posture}, 20: QUIET}, 60)
        assert (found["crises"], crises[0]["start_day"], crises[0]["end_day"]) == (1.0, 10.0, 20.0)
    assert measured({0: QUIET, 10: {"posture": sides(1.0, 1.0)}, 20: QUIET}, 60)[0]["crises"] == 0.0


def test_measures_that_outlast_a_crisis_are_not_a_new_one_but_a_new_rise_is():
    measures = {"posture": sides(2.0, 0.0)}
    path = {0: QUIET, 10: {**measures, "over": 0.0}, 20: measures, 40: QUIET, 50: {**measures, "over": 0.0}, 60: QUIET}
    assert measured(path, 45)[0]["crises"] == 1.0
    assert measured(path, 70)[0]["crises"] == 2.0


def test_a_second_attack_within_a_crisis_is_part_of_it():
    found, crises = measured({0: QUIET, 10: ATTACK, 11: WAITING, 15: ATTACK, 16: WAITING, 30: QUIET}, 60)
    assert found["crises"] == len(crises) == 1


def test_a_crisis_that_goes_on_at_the_horizon_is_counted_but_has_no_end():
    found, crises = measured({0: QUIET, 10: ATTACK, 11: WAITING}, 60)
    assert (found["crises"], found["days_in_crisis"], crises) == (1.0, 50.0, [])


def test_force_and_war_are_counted_once_for_a_crisis_however_often_they_come():
    raid, war, alert = ({"over": 0.0, "posture": sides(rung, 3.0)} for rung in (4.0, 7.0, 3.0))
    found, crises = measured(
        {0: alert, 2: raid, 3: alert, 4: raid, 5: alert, 6: war, 8: alert, 10: war, 20: QUIET, 30: alert, 40: QUIET}, 60
    )
    assert (found["crises"], found["crises_with_force"], found["wars"], found["peak_rung"]) == (2.0, 1.0, 1.0, 7.0)
    assert [one["peak_rung"] for one in crises] == [7.0, 3.0]


def test_deaths_of_a_crisis_are_those_within_it_and_all_deaths_are_counted():
    killing = {"deaths_in_step": sides(2.0, 3.0)}
    path = {0: killing, 5: {**ATTACK, **killing}, 6: {**WAITING, **killing}, 15: {**killing, "over": 1.0}, 16: killing}
    found, crises = measured(path, 20)
    assert crises[0]["deaths"] == 11 * 5.0
    assert (found["deaths_total"], found["deaths_2000s"]) == (100.0, 100.0)
    assert (found["deaths_north"], found["deaths_south"]) == (40.0, 60.0)


def test_trust_at_the_outset_is_that_of_the_day_on_which_the_crisis_began():
    _, crises = measured(
        {0: {"trust": 0.3}, 5: {**ATTACK, "trust": sides(0.1, 0.2)}, 6: {**WAITING, "trust": 0.05}, 9: QUIET}, 20
    )
    assert crises[0]["trust_at_outset"] == pytest.approx(0.15)


def test_crises_belong_to_the_decade_in_which_they_begin_and_the_rest_to_its_own_day():
    """The rivalry begins on 1 October 2009; 2010 begins on day 92."""
    path = {
        0: QUIET,
        90: ATTACK,
        91: {**WAITING, "posture": sides(4.0, 0.0), "deaths_in_step": 1.0},
        95: QUIET,
        200: ATTACK,
        201: QUIET,
    }
    found, _ = measured(path, 400)  # each of the two crises goes on for its seven days of quiet
    assert decades(made_rivalry()) == ("2000s", "2010s")
    assert (found["crises_2000s"], found["crises_2010s"], found["crises"]) == (1.0, 1.0, 2.0)
    assert (found["peak_rung_2000s"], found["peak_rung_2010s"]) == (4.0, 4.0)
    assert (found["crises_with_force_2000s"], found["crises_with_force_2010s"]) == (1.0, 0.0)
    assert (found["deaths_2000s"], found["deaths_2010s"]) == (2.0, 6.0)
    assert (found["days_in_crisis_2000s"], found["days_in_crisis_2010s"]) == (2.0, 5.0 + 7.0)


def test_violations_are_counted_by_calendar_year_and_given_by_the_year():
    found, _ = measured({0: {"violations": 3.0}, 92: {"violations": 1.0}, 100: QUIET}, 400)
    assert years(made_rivalry()) == (2009, 2010)
    assert (found["violations_2009"], found["violations_2010"]) == (3.0 * 92, 8.0)
    assert found["violations_a_year"] == pytest.approx((3.0 * 92 + 8.0) / (400 / 365.25))
    assert found["violations_a_year_2000s"] == pytest.approx(3.0 * 365.25)
    assert found["violations_a_year_2010s"] == pytest.approx(8.0 / (308 / 365.25))


def test_the_years_of_a_rivalry_are_those_it_touches():
    assert years(made_rivalry(days=92)) == (2009,)
    assert years(made_rivalry(days=93)) == (2009, 2010)


def test_what_happened_is_added_up_over_sides_and_lines_and_moods_are_means():
    path = {
        0: dict.fromkeys(COUNTS.values(), 1.0),
        2: {"trust": sides(0.2, 0.4), "trade": 0.6, "climate": sides(0.1, 0.3), "voice": 0.8},
    }
    found, _ = measured(path, 4)
    members = {"dyad": 1.0, "government": 2.0, "military": 2.0, "channel": 3.0, "mediator": 2.0}
    for count, variable in COUNTS.items():
        assert found[count] == 2.0 * members[VARIABLES[variable].owner], count
    assert (found["trust_mean"], found["trade_mean"]) == (pytest.approx(0.15), pytest.approx(0.3))
    assert (found["climate_mean"], found["civil_voice_mean"]) == (pytest.approx(0.1), pytest.approx(0.4))
    assert (found["trust_end"], found["civil_voice_end"]) == (pytest.approx(0.3), pytest.approx(0.8))


def test_columns_come_in_their_order():
    found, _ = measured({}, 5)
    assert tuple(found) == outcome_names(made_rivalry())


def test_many_runs_are_measured_like_each_alone():
    rng = np.random.default_rng(4)
    scenario, runs, days = made_rivalry(), 6, 150
    postures = rng.choice([0.0, 2.0, 3.0, 5.0, 7.0], (days, 2, runs), p=[0.7, 0.1, 0.1, 0.05, 0.05])
    over = rng.choice([0.0, 1.0], (days, runs))
    together, alone = first_tally(runs, scenario), [first_tally(1, scenario) for _ in range(runs)]
    for day in range(days):
        together = tallied(together, state(runs, posture=postures[day], over=over[day]), float(day), scenario)
        for run in range(runs):
            s = state(posture=postures[day, :, run : run + 1], over=over[day, run : run + 1])
            alone[run] = tallied(alone[run], s, float(day), scenario)
    for name in together:
        assert np.array_equal(together[name], np.concatenate([one[name] for one in alone], axis=-1)), name


def test_a_rivalry_does_not_end():
    tally = first_tally(3, made_rivalry())
    assert not has_ended(tally, 4000.0, 7.0).any()
    assert ruler_of(made_rivalry()).has_ended is has_ended
    assert ruler_of(made_scenario()).has_ended is not has_ended


# Runs


@cache
def short_rivalry(days: int = 120) -> es.Scenario:
    return without_later_triggers(shipped("rivalry-1998-2025"), days)


TURNING = "2003-11-10"
"""In the months from here on lines were founded and ended."""


def turning_rivalry(days: int = 60) -> es.Scenario:
    document = shipped("rivalry-1998-2025").document
    channels = {"as_of": TURNING, "follow_calendar": True}
    return es.Scenario.from_document({**document, "start": TURNING, "horizon_days": days, "channels": channels, "triggers": []})


@pytest.fixture(scope="module")
def quiet_years() -> Result:
    return es.run(short_rivalry(400), 40, 1, keep=("posture", "over", "in_use", "status", "leak"))


def test_a_rivalry_runs_to_its_horizon_whatever_happens(quiet_years):
    assert (quiet_years.fan["ended"] == 0.0).all()
    assert not np.isnan(quiet_years.trajectories["posture"]).any()
    assert list(quiet_years.outcomes.columns) == list(outcome_names(short_rivalry(400)))


def test_crises_are_listed_by_run_and_day_and_as_many_as_are_counted_or_one_less(quiet_years):
    crises = quiet_years.crises
    assert list(crises.columns) == ["run", *CRISES]
    assert len(crises) > 10
    assert crises.sort_values(["run", "start_day"]).equals(crises)
    counted = quiet_years.outcomes["crises"].sum()
    assert counted - len(quiet_years.outcomes) <= len(crises) <= counted
    assert (crises["end_day"] > crises["start_day"]).all()


def test_no_crisis_is_over_before_its_days_of_quiet(quiet_years):
    lasted = quiet_years.crises["end_day"] - quiet_years.crises["start_day"]
    assert (lasted >= quiet_years.scenario.quiet_days - 1.0).all()


def test_lines_in_use_are_open_lines_or_have_just_been_exposed(quiet_years):
    paths = quiet_years.trajectories
    assert not ((paths["in_use"] == 1.0) & (paths["status"] != OPEN) & (paths["leak"] == 0.0)).any()
    assert (paths["in_use"] == 1.0).any()


def test_crises_are_saved_and_loaded(quiet_years, tmp_path):
    loaded = Result.load(quiet_years.save(tmp_path / "r"))
    pd.testing.assert_frame_equal(loaded.crises, quiet_years.crises)
    pd.testing.assert_frame_equal(loaded.outcomes, quiet_years.outcomes)


def test_a_run_of_a_single_crisis_lists_none(short, tmp_path):
    result = es.run(short, 3, 1)
    assert len(result.crises) == 0
    assert len(Result.load(result.save(tmp_path / "r")).crises) == 0


def turning_crisis(days: float = 60.0) -> es.Scenario:
    """The crisis of 2025 with the channels of late 2003."""
    document = {name: block for name, block in shipped("pahalgam-2025").document.items() if name != "observed"}
    channels = {"as_of": TURNING, "follow_calendar": True}
    return es.Scenario.from_document({**document, "horizon_days": days, "step_hours": 12, "channels": channels})


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one.reset_index(drop=True).equals(other.reset_index(drop=True))


@pytest.mark.parametrize("scenario", [turning_rivalry(), turning_crisis()], ids=["rivalry", "crisis"])
def test_chunks_change_nothing_where_the_calendar_is_followed(scenario):
    assert sum(0.0 < state.day < scenario.horizon_days for one in scenario.channels for state in one.schedule) > 0
    runs = 1200
    whole = es.run(scenario, runs, 1)
    small = es.run(scenario, runs, 1, chunk=512)
    assert same(whole.outcomes, small.outcomes)
    assert same(whole.judged, small.judged)
    assert same(whole.crises, small.crises)
    assert np.array_equal(whole.fan["posture"], small.fan["posture"])
    assert same(es.run(scenario, runs, 1, chunk=1536).outcomes, small.outcomes)
    for run in (37, runs - 1):
        alone = computed(scenario, 1, [run])
        assert same(pd.DataFrame(alone.columns), whole.outcomes.iloc[[run]])
        listed = whole.crises[whole.crises["run"] == run].drop(columns="run")
        assert np.array_equal(pd.DataFrame({name: [float(one[name][0]) for one in alone.crises] for name in CRISES}), listed)


# The calendar


def followed(start: str, days: int, **channels: Any) -> es.Scenario:
    """A rivalry in which nothing happens to lines but what the calendar decrees."""
    still = dict.fromkeys(("cutting", "reopening", "warming", "cooling", "routine"), 0.0)
    return made_scenario(
        kind="rivalry", start=start, horizon_days=days, step_hours=DAY, triggers=[], model={"channels": still},
        channels={"as_of": start, "follow_calendar": True, **channels},
    )  # fmt: skip


def path_of(scenario: es.Scenario, name: str, what: str = "status") -> np.ndarray:
    """State of one channel at the end of each day, in a single run."""
    return es.run(scenario, 1, 1, keep=(what,)).trajectories[what].sel(channel=name).to_numpy()[0]


def turns_of(name: str, exists: float) -> tuple[datetime.date, float]:
    """First day since 1999 on which the calendar founds (or ends) a channel."""
    for state in next(one for one in followed("1999-01-01", 9400).channels if one.name == name).schedule:
        day = datetime.date(1999, 1, 1) + datetime.timedelta(days=state.day)
        before = es.scenario.channels_as_of(day - datetime.timedelta(days=1))[name].status
        if state.status == exists and (before > 0.0) != (exists > 0.0):
            return day, state.relationship.value
    raise AssertionError(name)


def test_a_channel_is_absent_before_the_day_of_its_founding_and_present_from_then_on():
    day, relationship = turns_of("back_channel", OPEN)
    scenario = followed(str(day - datetime.timedelta(days=5)), 12)
    assert list(path_of(scenario, "back_channel")) == [CLOSED] * 5 + [OPEN] * 7
    working = path_of(scenario, "back_channel", "relationship")
    assert working[4] == 0.0 < relationship
    assert (working[5:] == np.float32(relationship)).all()


def test_a_channel_is_gone_from_the_day_of_its_end():
    day, _ = turns_of("back_channel", CLOSED)
    scenario = followed(str(day - datetime.timedelta(days=5)), 12)
    path = path_of(scenario, "back_channel")
    assert (path[:5] > CLOSED).all()
    assert (path[5:] == CLOSED).all()


def test_a_channel_the_scenario_speaks_of_itself_does_not_follow_the_calendar():
    day, _ = turns_of("back_channel", CLOSED)
    start = str(day - datetime.timedelta(days=5))
    own = followed(start, 12, back_channel={"status": "open", "relationship": 0.5, "stress_tolerance": 10.0, "leak_rate": 0.0})
    assert next(one for one in own.channels if one.name == "back_channel").schedule == ()
    assert (path_of(own, "back_channel") == OPEN).all()
    founding, _ = turns_of("back_channel", OPEN)
    closed = followed(str(founding - datetime.timedelta(days=5)), 12, back_channel="closed")
    assert (path_of(closed, "back_channel") == CLOSED).all()


def test_a_scenario_that_does_not_follow_the_calendar_keeps_the_channels_of_its_day():
    day, _ = turns_of("back_channel", CLOSED)
    start = str(day - datetime.timedelta(days=5))
    still = made_scenario(kind="rivalry", start=start, horizon_days=12, step_hours=DAY, triggers=[], channels={"as_of": start})
    assert all(one.schedule == () for one in still.channels)
    assert (path_of(still, "back_channel") > CLOSED).all()


def test_to_follow_the_calendar_a_scenario_must_say_from_which_day():
    with pytest.raises(es.InputError, match="follow_calendar"):
        made_scenario(channels={"follow_calendar": True})


def test_pages_are_turned_on_their_day_and_a_decree_holds_for_that_day_only():
    scenario = short_rivalry(420)
    track_two = next(place for place, one in enumerate(scenario.channels) if one.name == "track_two")
    turned = [state.day for state in scenario.channels[track_two].schedule]
    assert turned
    setting = Setting(scenario, 1, range(3))
    decreed = []
    for step in range(420 * setting.steps_a_day):
        before = {name: array.copy() for name, array in setting.profiles["channel"].items()}
        changed = setting.turn_page(step / setting.steps_a_day)
        now = setting.profiles["channel"]
        assert changed or all(np.array_equal(now[name], before[name]) for name in now)
        if (now["decreed"][track_two] >= 0.0).any():
            decreed.append(step // setting.steps_a_day)
    assert sorted(set(decreed)) == turned


def test_what_track_two_can_do_changes_with_its_initiatives_and_keeps_the_luck_of_each_run():
    scenario = short_rivalry(420)
    place, channel = next((place, one) for place, one in enumerate(scenario.channels) if one.name == "track_two")
    page = channel.schedule[0]
    setting = Setting(scenario, 1, range(50))
    first = setting.profiles["channel"]["strength"][place].copy()
    setting.turn_page(page.day)
    later = setting.profiles["channel"]["strength"][place]
    assert not np.array_equal(first, later)
    low, high = page.profile["strength"].range
    assert (low <= later).all()
    assert (later <= high).all()
    assert np.array_equal(np.argsort(first), np.argsort(later)), "who was lucky stays lucky"


def test_kept_runs_turn_the_same_pages():
    scenario, places = short_rivalry(420), np.array([3, 17])
    whole, part = Setting(scenario, 1, range(20)), Setting(scenario, 1, range(20))
    part.keep(places)
    for day in range(420):
        whole.turn_page(float(day))
        part.turn_page(float(day))
    for name, array in whole.profiles["channel"].items():
        mine = part.profiles["channel"][name]
        full = np.broadcast_to(array, (*array.shape[:-1], 20))[..., places]
        assert np.array_equal(np.broadcast_to(mine, full.shape), full), name


# What is not there does nothing


def with_track_two(scenario: es.Scenario, status: float, strength: float, **profile: float) -> es.Scenario:
    numbers = {name: Number(value) for name, value in {"strength": strength, **profile}.items()}
    channels = tuple(
        dataclasses.replace(one, status=status, schedule=(), profile={**one.profile, **numbers})
        if one.name == "track_two"
        else one
        for one in scenario.channels
    )
    return dataclasses.replace(scenario, channels=channels)


def test_an_initiative_without_strength_changes_nothing_at_all():
    """Bit for bit in every state of everybody else; at full strength it does change something."""
    scenario = short_rivalry(80)
    others = [name for name, variable in VARIABLES.items() if variable.owner != "channel"]
    nothing, closed, full = (
        es.run(with_track_two(scenario, status, strength, leak_rate=0.0), 24, 1, keep=others)
        for status, strength in ((OPEN, 0.0), (CLOSED, 1.0), (OPEN, 1.0))
    )
    assert same(nothing.crises, closed.crises)
    assert same(nothing.outcomes, closed.outcomes)
    for name in others:
        assert np.array_equal(nothing.trajectories[name], closed.trajectories[name], equal_nan=True), name
    assert not same(full.outcomes, closed.outcomes)


def test_what_is_not_there_cannot_be_exposed():
    scenario = short_rivalry(120)
    secret = {"leak_rate": 0.2}
    nothing, closed = (es.run(with_track_two(scenario, status, 0.0, **secret), 8, 1) for status in (OPEN, CLOSED))
    assert same(nothing.outcomes, closed.outcomes)
