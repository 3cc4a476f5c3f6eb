"""What is counted of a crisis: hand-made paths through the ruler, and the ruler on the real crisis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import escalation_sim as es
from conftest import shipped
from escalation_sim.outcomes import coded, first_tally, has_ended, observed_outcomes, observed_postures, outcome_names, tallied
from made_results import made_scenario

STEPS_A_DAY = 4
QUIET_DAYS = 7.0
DYAD = ("deal_tried", "deal_struck", "deal_broken", "cease_fire", "fire")
BY_LINE = ("leak", "called", "unanswered", "rescued")
BY_COUNTRY = ("order", "accident", "accident_misread", "nuclear_signal", "signal_misread", "trust", "weary", "deaths")
SCENARIO = shipped("pahalgam-2025")
CHANNELS = [channel.name for channel in SCENARIO.channels]


def days(*spells: tuple[float, float]) -> list[float]:
    """A posture by step, from (days, rung) spells."""
    return [rung for length, rung in spells for _ in range(round(length * STEPS_A_DAY))]


def counted(first: Sequence[float], second: Sequence[float] | None = None, scenario=SCENARIO, **paths: Any) -> dict[str, Any]:
    """Outcomes of a run with these postures by step, measured and stopped as the engines do it.

    `paths` give other state: a number that holds throughout, or a function of the day.
    """
    second = [0.0] * len(first) if second is None else second
    tally = first_tally(1)
    for step, posture in enumerate(zip(first, second, strict=True)):
        day = step / STEPS_A_DAY
        state = state_on(day, posture, paths)
        tally = tallied(tally, state, day, scenario)
        ended = has_ended(tally, (step + 1) / STEPS_A_DAY, scenario.quiet_days)
        if (step + 1) % STEPS_A_DAY == 0 and ended.all():
            break
        ended = np.array([False])
    columns = coded(tally, state, ended, scenario)
    return {"stopped": (step + 1) / STEPS_A_DAY, **{name: column[0] for name, column in columns.items()}}


def state_on(day: float, posture: tuple[float, float], paths: dict[str, Any]) -> dict[str, np.ndarray]:
    values = {name: value(day) if callable(value) else value for name, value in paths.items()}
    both = np.array(posture)[:, None]
    state = {name: np.full(1, float(values.pop(name, 0.0))) for name in DYAD}
    state |= {name: np.full((2, 1), float(values.pop(name, 0.0))) for name in BY_COUNTRY}
    state |= {
        "posture": both,
        "posture_wanted": both,
        "belief": both[::-1] + float(values.pop("error", 0.0)),
        "deal_channel": np.full(1, float(values.pop("deal_channel", -1.0))),
        "engaged": np.full((2, 1), float(values.pop("engaged", 0.0))),
        **{name: np.full((3, 1), float(values.pop(name, 0.0))) for name in BY_LINE},
        "voice": np.full((4, 2, 1), float(values.pop("voice", 0.0))),
    }
    assert not values
    return state


def from_day(start: float, amount: float = 1.0):
    return lambda day: amount * (day >= start)


def on_day(when: float, amount: float = 1.0):
    return lambda day: amount * (day == when)


@pytest.mark.parametrize("rung", [0.0, 1.0, 2.0])
def test_a_crisis_is_over_after_exactly_its_days_of_quiet(rung):
    assert counted(days((10, rung)))["stopped"] == QUIET_DAYS
    assert counted(days((10, rung)))["days_to_end"] == 0.0
    almost = counted(days((QUIET_DAYS, rung))[:-1])
    assert almost["censored"] == 1.0
    assert np.isnan(almost["days_to_end"])


def test_it_has_ended_on_the_first_day_of_the_final_quiet():
    found = counted(days((3, 3), (1, 5), (2.5, 3), (20, 2)))
    assert found["days_to_end"] == 6.5
    assert found["stopped"] == 14.0
    assert found["censored"] == 0.0


def test_alert_is_not_quiet_on_either_side():
    assert counted(days((40, 3)))["censored"] == 1.0
    assert counted(days((40, 0)), days((40, 3)))["censored"] == 1.0


def test_an_order_being_prepared_is_not_quiet():
    assert counted(days((40, 0)), order=lambda day: 5.0 * (day < 11.5))["days_to_end"] == 11.5
    assert counted(days((40, 0)), order=5.0)["censored"] == 1.0


def test_a_strike_after_six_days_of_quiet_begins_the_count_anew():
    found = counted(days((2, 3), (6, 1), (1, 5), (1, 3), (20, 1)))
    assert found["days_to_end"] == 10.0
    assert found["stopped"] == 17.0


def test_a_strike_after_the_end_is_another_crisis():
    assert counted(days((2, 3), (8, 1), (1, 5), (20, 1)))["peak_rung"] == 3.0


@pytest.mark.parametrize(("day", "stopped"), [(0, 7.0), (3, 10.0), (20, 27.0)])
def test_a_crisis_with_a_trigger_still_to_come_or_just_past_has_not_ended(day, stopped):
    trigger = {
        "kind": "attack",
        "actor": "south",
        "victim": "north",
        "deaths": 3,
        "what": "an attack",
        "date": f"2001-02-{3 + day:02}",
    }
    found = counted(days((35, 0)), scenario=made_scenario(triggers=[trigger]))
    assert found["stopped"] == stopped


def test_the_peak_is_dated_to_its_first_day():
    found = counted(days((1, 3), (1, 5), (1, 3), (2, 6), (1, 3), (2, 6), (20, 0)), days((6.25, 3), (0.75, 4), (21, 0)))
    assert found["peak_rung"] == found["peak_rung_india"] == 6.0
    assert found["peak_rung_pakistan"] == 4.0
    assert found["peak_day"] == 3.0


def test_a_crisis_in_which_nobody_moves_peaks_at_once():
    found = counted(days((9, 0)))
    assert (found["peak_rung"], found["peak_day"]) == (0.0, 0.0)


def test_the_response_is_the_first_use_of_force_by_either_side():
    found = counted(days((20, 3), (20, 0)), days((5.5, 3), (1, 4), (1, 3), (1, 6), (31.5, 0)))
    assert found["days_to_response"] == 5.5
    assert np.isnan(counted(days((20, 3), (20, 0)))["days_to_response"])


def test_first_times_are_first_times_and_nothing_is_said_of_what_did_not_happen():
    never = counted(days((5, 3), (20, 0)))
    assert np.isnan([never["days_to_ceasefire"], never["mediation_day"]]).all()
    struck = counted(
        days((9, 3), (20, 0)), deal_struck=lambda day: float(day in (4.25, 6.0)), deal_tried=lambda day: float(day in (3, 4.25, 6.0)),
        deal_broken=on_day(5.0), engaged=from_day(2.75),
    )  # fmt: skip
    assert (struck["days_to_ceasefire"], struck["mediation_day"]) == (4.25, 2.75)
    assert (struck["deals_tried"], struck["deals_struck"], struck["deals_broken"]) == (3.0, 2.0, 1.0)


def test_counts_add_up_over_sides_and_lines():
    found = counted(
        days((3, 3), (20, 0)),
        accident=on_day(1),
        accident_misread=on_day(2),
        nuclear_signal=on_day(1),
        signal_misread=on_day(2),
        leak=on_day(1),
        called=lambda day: float(day in (1, 2)),
        unanswered=on_day(1),
        rescued=on_day(2),
        fire=0.5,
    )
    assert (found["calls"], found["calls_unanswered"], found["rescues"], found["signals_misread"]) == (6.0, 3.0, 3.0, 2.0)
    assert (found["accidents"], found["accidents_misread"], found["nuclear_signals"], found["leaks"]) == (2.0, 2.0, 2.0, 3.0)
    assert found["local_fire"] == 0.5 * STEPS_A_DAY * found["stopped"]


@pytest.mark.parametrize("place", range(len(CHANNELS)))
def test_a_crisis_is_ended_by_the_channel_of_the_deal_in_force(place):
    found = counted(days((5, 3), (20, 0)), cease_fire=1.0, deal_channel=float(place))
    assert found["ended_by"] == ("third_party" if SCENARIO.channels[place].level == "third_party" else CHANNELS[place])


def test_without_a_deal_it_is_ended_by_exhaustion_or_by_each_sides_own_choice():
    assert counted(days((5, 3), (20, 0)))["ended_by"] == "unilateral"
    assert counted(days((5, 3), (20, 0)), weary=1.0)["ended_by"] == "exhaustion"
    assert counted(days((5, 3), (20, 0)), weary=1.0, cease_fire=1.0, deal_channel=2.0)["ended_by"] == CHANNELS[2]


def test_a_broken_deal_ended_nothing():
    assert counted(days((5, 3), (20, 0)), cease_fire=lambda day: float(day < 4), deal_channel=2.0)["ended_by"] == "unilateral"


def test_what_ended_it_is_what_held_on_the_day_of_the_end():
    found = counted(
        days((5, 3), (20, 0)),
        cease_fire=lambda day: float(day < 8),
        deal_channel=2.0,
        trust=lambda day: day / 100,
        voice=lambda day: day / 50,
    )
    assert found["ended_by"] == CHANNELS[2]
    assert found["trust_end"] == pytest.approx(0.05)
    assert found["civil_voice_end"] == pytest.approx(0.1)


def test_a_run_that_goes_on_ends_by_nothing_and_is_taken_as_it_stands_at_the_horizon():
    found = counted(
        days((3, 0), (37, 3)), cease_fire=1.0, deal_channel=2.0, trust=lambda day: day / 100, error=from_day(20.0, 2.0)
    )
    assert found["ended_by"] == "none"
    assert found["censored"] == 1.0
    assert found["trust_end"] == pytest.approx(0.3975)
    assert found["misperception"] == pytest.approx(1.0)


def test_misperception_is_the_mean_error_up_to_the_end():
    assert counted(days((4, 3), (20, 0)), error=1.5)["misperception"] == pytest.approx(1.5)
    assert counted(days((9.75, 3), (20, 0)), error=from_day(8.0, 2.0))["misperception"] == pytest.approx(2.0 * 8 / 40)
    assert counted(days((4, 3), (20, 0)), error=from_day(5.0))["misperception"] == 0.0


def test_deaths_are_counted_until_the_run_stops():
    found = counted(days((3, 3), (20, 0)), deaths=lambda day: 10.0 + (day > 5))
    assert found["deaths_india"] == found["deaths_pakistan"] == 11.0
    assert found["deaths_total"] == 22.0


def test_columns_come_in_their_order():
    found = counted(days((9, 0)))
    assert tuple(found)[1:] == outcome_names(("india", "pakistan"))


def test_many_runs_are_measured_like_each_alone():
    rng = np.random.default_rng(4)
    postures = rng.choice([0.0, 1.0, 3.0, 5.0], (2, 60, 6), p=[0.6, 0.2, 0.1, 0.1]).repeat(STEPS_A_DAY * 2, axis=1)
    tally = first_tally(6)
    alone = [first_tally(1) for _ in range(6)]
    for step in range(postures.shape[1]):
        states = [state_on(0.0, tuple(postures[:, step, run]), {}) for run in range(6)]
        together = {name: np.concatenate([state[name] for state in states], axis=-1) for name in states[0]}
        tally = tallied(tally, together, step / STEPS_A_DAY, SCENARIO)
        alone = [tallied(one, state, step / STEPS_A_DAY, SCENARIO) for one, state in zip(alone, states, strict=True)]
    for name in tally:
        assert np.array_equal(tally[name], np.concatenate([one[name] for one in alone], axis=-1), equal_nan=True)


def test_pahalgam_2025_is_measured_with_the_same_ruler():
    found = observed_outcomes(SCENARIO)
    assert found["peak_rung"] == found["peak_rung_india"] == found["peak_rung_pakistan"] == 6.0
    assert found["peak_day"] == found["days_to_response"] == 15.0
    assert found["days_to_ceasefire"] == 18.0
    assert found["days_to_end"] in (18.0, 19.0)
    assert found["ended_by"] == "dgmo_hotline"
    assert found["censored"] == 0.0
    assert found["mediation_day"] == 17.0


def test_what_the_record_does_not_say_is_left_out():
    silent = {
        "deaths_total",
        "trust_end",
        "civil_voice_end",
        "misperception",
        "local_fire",
        "leaks",
        "deals_tried",
        "calls",
        "calls_unanswered",
        "rescues",
        "signals_misread",
    }
    assert not silent & set(observed_outcomes(SCENARIO))
    assert observed_outcomes(made_scenario()) == {}


def recorded(*acts: dict[str, Any], **entries: Any) -> es.Scenario:
    return made_scenario(observed={"acts": [{"actor": "north", **act} for act in acts]}, **entries)


def test_an_act_on_record_lasts_as_its_rung_says_and_falls_back():
    path = observed_postures(recorded({"date": "2001-02-05", "rung": 6}))[0]
    assert list(path[: 6 * 4]) == [0.0] * 8 + [6.0] * 8 + [3.0] * 8


def test_a_posture_on_record_holds_until_the_same_actors_next_entry():
    path = observed_postures(recorded({"date": "2001-02-05", "rung": 3}, {"date": "2001-02-10", "rung": 1}))
    assert list(np.unique(path[0, :8])) == [0.0]
    assert list(np.unique(path[0, 8:28])) == [3.0]
    assert list(np.unique(path[0, 28:])) == [1.0]
    assert (path[1] == 0.0).all()


def test_a_record_reads_the_same_in_whatever_order_the_acts_of_a_day_are_listed():
    raid, strikes = ({"date": "2001-02-05", "rung": rung} for rung in (4, 6))
    assert np.array_equal(observed_postures(recorded(raid, strikes)), observed_postures(recorded(strikes, raid)))


def test_a_record_without_an_end_is_censored_and_one_of_nothing_ends_at_once():
    assert observed_outcomes(recorded({"date": "2001-02-05", "rung": 3}))["censored"] == 1.0
    assert observed_outcomes(recorded({"date": "2001-02-05", "rung": 1}))["days_to_end"] == 0.0


def test_the_record_goes_on_after_a_week_of_quiet_if_force_is_still_to_come():
    found = observed_outcomes(recorded({"date": "2001-02-20", "rung": 5}, {"date": "2001-02-21", "rung": 2}))
    assert found["peak_rung"] == 5.0
    assert found["days_to_end"] == 18.0


FALSE_RECORD = {
    "acts": [{"date": "2025-04-23", "actor": "pakistan", "rung": 10}],
    "deaths": {"total": [0, 1]},
    "end": "2025-04-24",
}


@pytest.mark.parametrize("observed", [None, FALSE_RECORD], ids=["removed", "falsified"])
def test_the_simulation_never_reads_what_happened(observed):
    document = {**SCENARIO.document, "horizon_days": 30}
    blind = {name: block for name, block in document.items() if name != "observed"}
    if observed:
        blind["observed"] = observed
    one, other = (es.run(es.Scenario.from_document(each), 200, 3) for each in (document, blind))
    assert one.outcomes.equals(other.outcomes)
    assert one.judged.equals(other.judged)
    assert one.fan.equals(other.fan)
