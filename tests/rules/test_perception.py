"""Belief about the rival: a Kalman filter, bent by coverage, fed by channels, fooled by bluffs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.ladder import Ladder
from escalation_sim.parameters import Values
from escalation_sim.rules.perception import belief_next, believe, honesty
from given import LADDER, array, given, seen, summed_up

QUIET = {
    "belief": 0.0, "belief_variance": 1.0, "rival_posture": 2.0, "rival_order": 0.0, "rival_posture_wanted": 2.0, "salience": 0.0,
    "climate": 0.0, "falsehood_heard": 0.0,
    "signal_misread": 0.0,
}  # fmt: skip
FRANK = {"intent_precision": 2.0, "candour": 1.0, "influence": 1.0, "latency": 0.0}


MUTE = {"influence": 1.0}
NUMBERS = {
    "drift": 0.6, "watching": 0.5, "distortion": 2.0, "false_alarm": 1.0, "prudence": 0.5, "bluffing": 0.6,
    "misread_signal": 1.5, "lulling": 0.0,
}  # fmt: skip
"""Numbers of these tests, whatever the defaults."""


def observer(**changes) -> Values:
    return given("perception", **{**NUMBERS, **changes})


def perceived(p=None, draw=0.0, line=MUTE, **changes) -> dict[str, np.ndarray]:
    """Belief after one step, with one line between the governments."""
    heard = {**summed_up(line), "talking": array(changes.pop("talking", 0.0))}
    return believe(Values({**heard, **seen(**{**QUIET, **changes}).__dict__}), p or observer(), [array(draw)])


def settled(p=None, days: float = 60.0, draws=None, **changes) -> dict[str, np.ndarray]:
    """Belief after some days in which nothing else changes."""
    now = dict(changes)
    for _ in range(round(days * 4)):
        written = perceived(p, draws() if draws else 0.0, **now)
        now |= {"belief": written["belief"], "belief_variance": written["belief_variance"]}
    return written


@for_all(drift=st.floats(0.05, 3), precision=st.floats(0.05, 3), start=st.floats(0, 40))
@settings(max_examples=30)
def test_uncertainty_settles_where_kalman_and_bucy_say(drift, precision, start):
    _, settled = belief_next(array(0), array(start), array(0), array(precision), array(0), array(drift), array(300.0))
    assert settled == pytest.approx([np.sqrt(drift / precision)])


@for_all(drift=st.floats(0.05, 3), precision=st.floats(0.05, 3), variance=st.floats(0, 40), belief=st.floats(0, 10))
@settings(max_examples=30)
def test_two_steps_of_three_hours_make_as_sure_as_one_of_six(drift, precision, variance, belief):
    sources = [array(4.0), array(precision), array(0.0), array(drift)]
    once = belief_next(array(belief), array(variance), *sources, array(0.25))
    half = belief_next(array(belief), array(variance), *sources, array(0.125))
    twice = belief_next(*half, *sources, array(0.125))
    assert np.ravel(twice) == pytest.approx(np.ravel(once), abs=1e-10)


def test_uncertainty_follows_the_equation_of_riccati():
    drift, precision, variance, dt = 0.6, 0.5, 3.0, 1e-5
    _, after = belief_next(array(0), array(variance), array(0), array(precision), array(0), array(drift), array(dt))
    assert (after[0] - variance) / dt == pytest.approx(drift - precision * variance * variance, rel=1e-3)


def test_errors_are_as_large_as_the_filter_says():
    rng = np.random.default_rng(3)
    drift, precision, dt, runs = array(0.6), array(0.5), array(0.05), 20_000
    truth, belief, variance = np.zeros(runs), np.zeros(runs), array(0.0)
    for step in range(200):
        truth = truth + np.sqrt(drift * dt) * rng.standard_normal(runs)
        noise = rng.standard_normal(runs)
        belief, variance = belief_next(belief, variance, truth, precision, noise, drift, dt)
        if step in (19, 199):
            assert np.mean((belief - truth) ** 2) == pytest.approx(variance[0], rel=0.04)


@for_all(drift=st.floats(0.05, 3), precision=st.floats(0.05, 3), dt=st.floats(0.01, 1.0))
@settings(max_examples=30)
def test_the_noise_of_the_sources_makes_half_of_the_settled_uncertainty_whatever_the_step(drift, precision, dt):
    """The other half is what the rival changes unseen; the mean returns at rate sqrt(drift * precision)."""
    settled = np.sqrt(drift / precision)
    shaken, _ = belief_next(array(0), array(settled), array(0), array(precision), array(1), array(drift), array(dt))
    kept = np.exp(-np.sqrt(drift * precision) * dt)
    assert shaken * shaken / (1.0 - kept * kept) == pytest.approx([settled / 2.0])


def test_what_is_seen_and_told_is_seen_and_told_with_noise():
    low, plain, high = (perceived(draw=draw, belief=5.0)["belief"] for draw in (-1.0, 0.0, 1.0))
    assert high - plain == pytest.approx(plain - low)
    assert high - plain > 0.1


def test_without_noise_belief_converges_to_the_signal():
    belief, variance = array(9.0), array(1.0)
    for _ in range(400):
        belief, variance = belief_next(belief, variance, array(3.25), array(1.0), array(0), array(0.6), array(0.25))
    assert belief == pytest.approx([3.25], abs=1e-9)


@for_all(belief=st.floats(0, 10), variance=st.floats(0, 20), drift=st.floats(0.05, 3), signal=st.floats(0, 10))
@settings(max_examples=30)
def test_who_hears_next_to_nothing_learns_nothing_and_grows_less_sure(belief, variance, drift, signal):
    mean, after = array(belief), array(variance)
    for _ in range(8):
        mean, after = belief_next(mean, after, array(signal), array(1e-10), array(0), array(drift), array(0.25))
    assert mean == pytest.approx([belief], abs=1e-6)
    assert after == pytest.approx([variance + 2.0 * drift], abs=1e-4)


def test_a_posture_that_nobody_sees_leaves_uncertainty_finite():
    hidden = Ladder("hidden", tuple(dataclasses.replace(rung, visibility=0.0) for rung in LADDER.rungs), 2, 3, 4, 7, 10)
    found = settled(observer(ladder=hidden), days=30, belief_variance=1.0)
    assert np.isfinite(found["belief_variance"])
    assert found["belief_variance"] > 10.0


@for_all(variance=st.floats(0.01, 20), precision=st.floats(0.01, 5), more=st.floats(0.01, 5))
@settings(max_examples=30)
def test_every_further_source_makes_surer(variance, precision, more):
    after = [belief_next(array(0), array(variance), array(0), array(p), array(0), array(0.6), array(0.25))[1]
             for p in (precision, precision + more)]  # fmt: skip
    assert after[1] < after[0] <= variance + 0.6 * 0.25


@pytest.mark.parametrize(("status", "relationship"), [((0.0,), (1.0,)), ((1.0,), (1.0,)), ((2.0,), (0.0,))])
def test_a_closed_line_or_a_stranger_tells_nothing(status, relationship):
    silent = summed_up({**FRANK, "posture_precision": 2.0}, status=status, relationship=relationship)
    assert silent["intent_told"] == silent["intent_told_truly"] == silent["posture_shown"] == 0.0


def test_a_line_that_is_open_but_not_in_use_tells_nothing():
    silent, spoken = (summed_up({**FRANK, "posture_precision": 2.0}, in_use=(use,)) for use in (0.0, 1.0))
    for name in ("intent_told", "intent_told_truly", "posture_shown"):
        assert silent[name] == 0.0 < spoken[name]


def test_lines_tell_as_much_as_they_are_precise_near_candid_and_quick():
    line = {"intent_precision": 2.0, "posture_precision": 3.0, "candour": 0.5, "influence": 0.8, "latency": 3.0}
    one, two = summed_up(line, relationship=(0.5,)), summed_up(line, line, relationship=(0.5, 0.5))
    reach = 0.5 * 0.8 / 4.0
    assert one["intent_told"] == pytest.approx([2.0 * reach * 0.5])
    assert one["intent_told_truly"] == pytest.approx([2.0 * reach * 0.25])
    assert one["posture_shown"] == pytest.approx([3.0 * reach])
    assert all(two[name] == 2.0 * one[name] for name in ("intent_told", "intent_told_truly", "posture_shown"))


def test_more_candour_brings_belief_nearer_to_the_truth():
    rng = np.random.default_rng(11)
    errors = []
    for candour in (0.0, 0.3, 0.6, 1.0):
        line = {**FRANK, "candour": candour}
        found = settled(None, 20, lambda: rng.standard_normal(2000), line=line, rival_posture_wanted=6.0)
        errors.append(np.mean(np.abs(found["belief"] - 6.0)))
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 3.0 > 1.5 > errors[-1]


def test_in_the_long_run_belief_is_the_mean_of_the_sources_by_their_precision():
    line = {**FRANK, "candour": 0.6, "posture_precision": 1.0}
    found = settled(observer(watching=0.5), line=line, rival_posture=2.0, rival_posture_wanted=7.0)
    told = 0.6 * 7.0 + 0.4 * 2.0
    assert found["belief"] == pytest.approx([np.average([2.0, told, 2.0], weights=[0.5, 1.2, 1.0])], abs=1e-6)


def test_what_is_said_counts_less_from_one_who_has_something_to_hide():
    assert honesty(array(1.0), array(0.6)) == pytest.approx([0.4])
    assert honesty(array(0.0), array(0.6)) == array(1.0)
    p = observer(bluffing=0.6)
    frank, hiding = (perceived(p, line=FRANK, rival_posture_wanted=6.0, rival_order=order) for order in (0.0, 6.0))
    assert hiding["belief"] < frank["belief"]
    assert hiding["belief_variance"] > frank["belief_variance"]
    silent = perceived(line=MUTE, rival_posture_wanted=6.0, rival_order=6.0)
    lying = perceived(observer(bluffing=1.0), line=FRANK, rival_posture_wanted=6.0, rival_order=6.0)
    assert all(np.array_equal(lying[name], silent[name]) for name in silent)


def test_an_order_that_is_already_carried_out_hides_nothing():
    state = {"rival_posture": 6.0, "rival_posture_wanted": 6.0, "line": FRANK}
    plain, ordered = (perceived(**state, rival_order=order) for order in (0.0, 6.0))
    assert plain["belief"] == ordered["belief"]


def test_a_line_that_shows_the_forces_sees_the_order_being_prepared():
    watcher = {"posture_precision": 3.0, "influence": 1.0, "latency": 0.0}
    found = settled(observer(watching=0.05), line=watcher, rival_order=6.0)
    assert found["belief"] == pytest.approx([(0.05 * 2.0 + 3.0 * 6.0) / 3.05], abs=1e-6)


def test_a_slow_or_distant_line_weighs_less():
    quick, slow, distant = (
        perceived(line={**FRANK, **change}, rival_posture_wanted=8.0)["belief"]
        for change in ({}, {"latency": 10.0}, {"influence": 0.2})
    )
    assert quick > distant > slow


def test_hostile_coverage_bends_what_is_seen_only_while_the_event_is_salient():
    p = observer(distortion=1.5, false_alarm=1.0)
    calm = settled(p, climate=1.0, falsehood_heard=1.0)
    loud = settled(p, climate=0.8, falsehood_heard=0.5, salience=0.5)
    assert calm["belief"] == pytest.approx([2.0], abs=1e-6)
    assert loud["belief"] == pytest.approx([2.0 + 0.5 * (1.5 * 0.8 + 1.0 * 0.5)], abs=1e-6)


def test_the_prudent_plan_for_worse_than_the_mean_and_talks_may_lull_them():
    bold, prudent, lulled = (
        perceived(observer(**change), belief=4.0, talking=1.0)
        for change in ({"prudence": 0.0}, {"prudence": 1.5}, {"prudence": 1.5, "lulling": 0.8})
    )
    deviation = np.sqrt(prudent["belief_variance"])
    assert bold["threat"] == bold["belief"]
    assert prudent["threat"] == pytest.approx(prudent["belief"] + 1.5 * deviation)
    assert lulled["threat"] == pytest.approx(prudent["belief"] + 1.5 * 0.2 * deviation)


def test_a_signal_misread_makes_the_rival_look_worse_by_its_weight():
    p = observer(misread_signal=1.5)
    plain, misread = (perceived(p, belief=3.0, signal_misread=flag) for flag in (0.0, 1.0))
    assert misread["belief"] == pytest.approx(plain["belief"] + 1.5)
    assert misread["threat"] == pytest.approx(plain["threat"] + 1.5)
    assert misread["belief_variance"] == plain["belief_variance"]
    assert perceived(observer(misread_signal=0.0), belief=3.0, signal_misread=1.0)["belief"] == plain["belief"]
    assert perceived(p, belief=9.9, rival_posture=10.0, signal_misread=1.0)["belief"] == 10.0


@for_all(draw=st.floats(-8, 8), belief=st.floats(0, 10), variance=st.floats(0, 50))
@settings(max_examples=30)
def test_belief_and_threat_stay_on_the_ladder(draw, belief, variance):
    found = perceived(draw=draw, line=FRANK, belief=belief, belief_variance=variance)
    assert 0.0 <= found["belief"] <= found["threat"] <= 10.0
