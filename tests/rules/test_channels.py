"""Lines of communication: in use or silent, cut under stress, exposed, warmed by use; and what they do together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rates import probability
from escalation_sim.rules import SECTIONS
from escalation_sim.rules.channels import (
    CLOSED,
    OPEN,
    PROFILE,
    SUSPENDED,
    channel,
    cutting_rate,
    rate_of_calls,
    relationship_next,
    working_relationship,
)
from escalation_sim.scenario import channel_presets
from given import array, evenly, given, member, rows, summed_up

LUCKIEST = 1.0 - 2.0**-53
SHARE = st.floats(0.0, 1.0)
DRAWS = st.tuples(*[st.floats(0.0, 1.0, exclude_max=True)] * 2)
CRISIS, QUIET = (3.0, 0.0), (2.0, 2.0)
RATES = {
    "cutting": 0.25, "reopening": 0.08, "warming": 0.04, "cooling": 0.01, "routine": 0.14, "exchange": 2.0, "persistence": 2.0,
}  # fmt: skip
SPARED = 0.9
"""A draw that neither cuts nor re-opens nor exposes at the rates of these tests."""
NOT_BY_CHANCE = (SPARED, LUCKIEST)
TOUGH = {"stress_tolerance": 10.0, "leak_rate": 0.0}
LINE = {**TOUGH, "by_choice": 1.0, "reliability": 1.0, "publicity": 0.0}
READY, NEVER = 500.0, -500.0


def lived(
    profile,
    *,
    posture=(0.0, 0.0),
    stress=None,
    status=OPEN,
    in_use=0.0,
    u=NOT_BY_CHANCE,
    engaged=(),
    set_up_left=0.0,
    relationship=0.5,
    calling=(1.0, 1.0),
    urge=(NEVER, NEVER),
    price=(0.0, 0.0),
    unheard=0.0,
    over=0.0,
    own_failure=0.0,
    decreed=-1.0,
    founding=0.9,
    dt=0.25,
    **changes,
):
    """One step of one line; `u` holds the draws for being cut, re-opened or exposed, and for being called or done with."""
    history = {"decreed": array(decreed), "founding_relationship": array(founding)}
    p = given("channels", member=Values({**profile.__dict__, **history}), dt=dt, **{**RATES, **changes})
    s = Values(
        {
            "posture": rows(*posture),
            "stress_felt": rows(*(posture if stress is None else stress)),
            "calling": rows(*calling),
            "urge": rows(*urge),
            "price_of_publicity": rows(*price),
            "unheard": array(unheard),
            "own_failure": array(own_failure),
            "status": array(status),
            "in_use": array(in_use),
            "relationship": array(relationship),
            "set_up_left": array(set_up_left),
            "engaged": rows(*engaged) if engaged else np.zeros((0, 1)),
        }
    )
    return channel(s, p, [array(draw) for draw in (*u, *NOT_BY_CHANCE[len(u) :])])


def after_a_day(found, **changes) -> np.ndarray:
    """Working relationship a day later of a line that was found like this."""
    s = Values({name: found[name] for name in ("in_use", "relationship", "set_up_left")})
    return working_relationship(s, given("channels", dt=1.0, **{**RATES, **changes}), [])["relationship"]


def chance(rate: float, dt: float = 0.25) -> float:
    return float(-np.expm1(-rate * dt))


# Cut, re-opened, built


@for_all(
    tolerance=st.floats(0, 10),
    first=st.integers(0, 10),
    second=st.integers(0, 10),
    cutting=st.floats(0, 2, allow_subnormal=False),
)
@settings(max_examples=60)
def test_a_line_is_never_cut_below_what_it_tolerates_and_may_be_cut_above(tolerance, first, second, cutting):
    found = lived(member("channel", stress_tolerance=tolerance), stress=(first, second), u=(0.0, LUCKIEST), cutting=cutting)
    rate = cutting * max(first - tolerance, second - tolerance, 0.0)
    assert found["status"] == (SUSPENDED if chance(rate) > 0.0 else OPEN)


def test_a_line_is_cut_at_its_rate_per_severity_above_what_it_tolerates():
    count = 10_000
    found = lived(member("channel", stress_tolerance=2.5), stress=(6.0, 3.0), u=(evenly(count), LUCKIEST), cutting=0.25)
    assert np.mean(found["status"] == SUSPENDED) == pytest.approx(chance(0.25 * 3.5), abs=1.0 / count)


def test_a_line_is_cut_by_what_governments_hold_against_talking_and_not_by_where_they_stand():
    profile = member("channel", stress_tolerance=2.5)
    always = (0.0, LUCKIEST)
    assert lived(profile, posture=(10.0, 10.0), stress=(0.0, 0.0), u=always)["status"] == OPEN
    assert lived(profile, posture=(0.0, 0.0), stress=(0.0, 6.0), u=always)["status"] == SUSPENDED


def test_a_suspended_line_comes_back_once_it_is_calm_and_not_before():
    profile = member("channel", stress_tolerance=3.0)
    ready = (evenly(10_000), LUCKIEST)
    assert (lived(profile, status=SUSPENDED, stress=(4.0, 0.0), u=ready)["status"] == SUSPENDED).all()
    calm = lived(profile, status=SUSPENDED, stress=(3.0, 0.0), u=ready, reopening=0.08)["status"]
    assert np.mean(calm == OPEN) == pytest.approx(chance(0.08), abs=1e-4)


@for_all(
    draws=DRAWS,
    first=st.integers(0, 10),
    leak_rate=st.floats(0, 0.2),
    third=st.sampled_from([0.0, 1.0]),
    choice=st.sampled_from([0.0, 1.0]),
    in_use=st.sampled_from([0.0, 1.0]),
)
@settings(max_examples=60)
def test_a_closed_line_stays_closed_leaks_nothing_and_is_not_used(draws, first, leak_rate, third, choice, in_use):
    profile = member("channel", leak_rate=leak_rate, third_party=third, stress_tolerance=10.0, by_choice=choice)
    found = lived(profile, status=CLOSED, posture=(first, 0.0), u=draws, engaged=(1.0,), urge=(READY, READY), in_use=in_use)
    assert found["status"] == CLOSED
    assert found["leak"] == found["in_use"] == found["called"] == 0.0


def test_a_line_being_built_opens_when_it_is_ready_and_not_before():
    left, status, opened = array(5.0), array(CLOSED), []
    for _ in range(24):
        found = lived(member("channel", stress_tolerance=10.0), status=status, set_up_left=left)
        left, status = found["set_up_left"], found["status"]
        opened.append(status[0] == OPEN)
    assert opened.index(True) == 5 * 4 - 1
    assert all(opened[19:])


def test_a_line_still_being_built_keeps_the_relationship_it_will_open_with():
    building = lived(member("channel"), status=CLOSED, set_up_left=2.0, relationship=0.4)
    assert building["relationship"] == after_a_day(building) == 0.4
    assert after_a_day({**building, "set_up_left": array(0.0)}) < 0.4


def test_a_mediators_line_is_open_exactly_while_a_mediator_is_at_work():
    profile = member("channel", third_party=1.0, stress_tolerance=0.0, leak_rate=0.2)
    for engaged in ((), (0.0,), (0.0, 0.0), (1.0,), (0.0, 1.0), (1.0, 1.0)):
        for status in (SUSPENDED, OPEN):
            for posture in ((0.0, 0.0), (10.0, 10.0)):
                for draw in (0.0, LUCKIEST):
                    found = lived(profile, engaged=engaged, status=status, posture=posture, u=(draw, draw))
                    assert found["status"] == (OPEN if any(engaged) else SUSPENDED)


def test_other_lines_do_not_care_for_mediators():
    profile = member("channel", stress_tolerance=10.0)
    assert lived(profile, engaged=(1.0,), status=SUSPENDED)["status"] == SUSPENDED
    assert lived(profile, engaged=(0.0,))["status"] == OPEN


# Use


@pytest.mark.parametrize("posture", [QUIET, CRISIS])
def test_a_line_that_is_not_by_choice_is_in_use_while_it_is_open_and_nobody_calls(posture):
    profile = member("channel", **TOUGH, by_choice=0.0)
    for draw in (0.0, LUCKIEST):
        found = lived(profile, posture=posture, u=(SPARED, draw), urge=(READY, READY))
        assert found["in_use"] == 1.0
        assert found["called"] == found["answered"] == found["unanswered"] == 0.0
        assert lived(profile, posture=posture, status=SUSPENDED, in_use=1.0, u=(SPARED, draw))["in_use"] == 0.0


def test_to_exist_is_not_to_be_used():
    """A line by choice is silent until a call on it is answered, however ready the governments are."""
    ready = {"posture": CRISIS, "urge": (READY, READY)}
    silent = lived(member("channel", **LINE), **ready, u=(SPARED, LUCKIEST))
    assert (silent["status"], silent["in_use"], silent["called"]) == (OPEN, 0.0, 0.0)
    called = lived(member("channel", **LINE), **ready, u=(SPARED, 0.0))
    assert (called["called"], called["answered"], called["in_use"]) == (1.0, 1.0, 1.0)
    failed = lived(member("channel", **{**LINE, "reliability": 0.5}), **ready, u=(SPARED, 0.75 * chance(2.0)))
    assert (failed["called"], failed["unanswered"], failed["in_use"]) == (1.0, 1.0, 0.0)


@pytest.mark.parametrize("posture", [QUIET, CRISIS])
@pytest.mark.parametrize("reliability", [0.0, 0.3, 1.0])
def test_a_line_is_answered_as_often_as_it_is_reliable(posture, reliability):
    count, called = 100_000, chance(2.0 if posture == CRISIS else 0.14)
    found = lived(
        member("channel", **{**LINE, "reliability": reliability}),
        posture=posture, urge=(READY, READY), u=(SPARED, evenly(count)), routine=0.14,
    )  # fmt: skip
    assert found["in_use"].mean() == pytest.approx(called * reliability, abs=1.0 / count)
    if posture == CRISIS:
        assert found["called"].mean() == pytest.approx(called, abs=1.0 / count)
        assert np.array_equal(found["answered"], found["in_use"])
        assert np.array_equal(found["unanswered"], found["called"] - found["in_use"])


@for_all(draws=DRAWS, posture=st.integers(0, 10))
@settings(max_examples=40)
def test_a_line_that_nobody_answers_is_never_in_use(draws, posture):
    found = lived(member("channel", **{**LINE, "reliability": 0.0}), posture=(posture, 0.0), urge=(READY, READY), u=draws)
    assert found["in_use"] == found["answered"] == found["rescued"] == 0.0


def test_the_rate_of_calls_is_that_of_both_sides_and_each_pays_for_being_seen():
    found = rate_of_calls(rows(1.0, 3.0), rows(0.0, 1.0), rows(2.0, 4.0), array(0.5))
    assert found == pytest.approx([1.0 / (1.0 + np.exp(1.0)) + 3.0 / (1.0 + np.exp(2.0 - 1.0))])
    secret, public = (
        rate_of_calls(rows(1.0, 1.0), rows(0.0, 0.0), rows(3.0, 3.0), array(publicity)) for publicity in (0.0, 1.0)
    )
    assert secret == array(1.0)
    assert public == pytest.approx([2.0 / (1.0 + np.exp(3.0))])
    free = [rate_of_calls(rows(1.0, 1.0), rows(0.0, 0.0), rows(0.0, 0.0), array(publicity)) for publicity in (0.0, 1.0)]
    assert free[0] == free[1], "without pressure being seen costs nothing"


def called_in_a_step(profile=None, count=100_000, **changes) -> float:
    state = {"posture": CRISIS, "calling": (0.8, 0.5), "urge": (0.5, -1.0), **changes}
    found = lived(profile or member("channel", **LINE), u=(SPARED, evenly(count)), **state)
    return float(found["called"].mean())


@pytest.mark.parametrize("dt", [0.125, 0.25, 1.0])
def test_calls_come_at_their_rate_whatever_the_step(dt):
    rate = 0.8 / (1.0 + np.exp(-0.5)) + 0.5 / (1.0 + np.exp(1.0))
    assert called_in_a_step(dt=dt) == pytest.approx(chance(rate, dt), abs=1e-5)


def test_two_steps_of_three_hours_bring_as_many_calls_as_one_of_six():
    half, whole = (called_in_a_step(dt=dt) for dt in (0.125, 0.25))
    assert 1.0 - (1.0 - half) ** 2 == pytest.approx(whole, abs=1e-5)


def test_in_quiet_times_a_line_is_used_as_a_matter_of_routine_whoever_wants_to_talk():
    count = 10_000
    for urge in ((NEVER, NEVER), (READY, READY)):
        found = lived(member("channel", **LINE), posture=QUIET, urge=urge, u=(SPARED, evenly(count)), routine=0.14)
        assert found["in_use"].mean() == pytest.approx(chance(0.14), abs=1.0 / count)
        assert (found["called"] == 0.0).all(), "only calls in a crisis are counted"
    assert called_in_a_step(urge=(NEVER, NEVER)) == 0.0


def test_a_line_in_use_is_not_called_again():
    found = lived(member("channel", **LINE), posture=CRISIS, urge=(READY, READY), in_use=1.0, u=(SPARED, 0.0))
    assert found["called"] == found["answered"] == 0.0


@pytest.mark.parametrize("dt", [0.125, 0.25, 1.0])
def test_an_exchange_ends_at_its_rate(dt):
    count = 100_000
    found = lived(member("channel", **LINE), posture=CRISIS, in_use=1.0, u=(SPARED, evenly(count)), dt=dt, exchange=2.0)
    assert found["in_use"].mean() == pytest.approx(np.exp(-dt / 2.0), abs=1.0 / count)


def test_a_cut_ends_an_exchange():
    profile = member("channel", **{**LINE, "stress_tolerance": 0.0})
    assert lived(profile, posture=CRISIS, in_use=1.0, u=(0.0, LUCKIEST))["in_use"] == 0.0


@for_all(
    draws=DRAWS, status=st.sampled_from([CLOSED, SUSPENDED, OPEN]), in_use=st.sampled_from([0.0, 1.0]),
    choice=st.sampled_from([0.0, 1.0]), posture=st.integers(0, 10), third=st.sampled_from([0.0, 1.0]), engaged=st.sampled_from([0.0, 1.0]),
)  # fmt: skip
@settings(max_examples=120)
def test_only_an_open_line_is_in_use(draws, status, in_use, choice, posture, third, engaged):
    profile = member("channel", by_choice=choice, stress_tolerance=3.0, third_party=third, leak_rate=0.0)
    found = lived(profile, status=status, in_use=in_use, posture=(posture, 0.0), urge=(READY, 0.0), u=draws, engaged=(engaged,))
    assert found["in_use"] == 0.0 or found["status"] == OPEN
    assert found["called"] <= (found["status"] == OPEN)
    assert found["answered"] + found["unanswered"] == found["called"]


# Failure and rescue


def test_after_a_failure_other_lines_are_tried_more_readily_and_the_one_that_failed_is_not():
    rate = 0.8 / (1.0 + np.exp(-0.5)) + 0.5 / (1.0 + np.exp(1.0))
    plain = called_in_a_step(persistence=2.0)
    other = called_in_a_step(persistence=2.0, unheard=1.0)
    itself = called_in_a_step(persistence=2.0, unheard=1.0, own_failure=1.0)
    assert plain == itself == pytest.approx(chance(rate), abs=1e-5)
    assert other == pytest.approx(chance(3.0 * rate), abs=1e-5)
    assert called_in_a_step(persistence=0.0, unheard=1.0) == plain


@pytest.mark.parametrize(("unheard", "own_failure", "rescued"), [(0.0, 0.0, 0.0), (1.0, 1.0, 0.0), (1.0, 0.0, 1.0)])
def test_a_message_is_rescued_only_where_another_line_had_failed_to_carry_it(unheard, own_failure, rescued):
    state = {"posture": CRISIS, "urge": (READY, READY), "unheard": unheard, "own_failure": own_failure}
    called = chance(2.0 * (1.0 + 2.0 * unheard * (1.0 - own_failure)))
    for draw, answered in ((0.0, 1.0), (0.75 * called, 0.0)):
        found = lived(member("channel", **{**LINE, "reliability": 0.5}), **state, u=(SPARED, draw), persistence=2.0)
        assert found["called"] == 1.0
        assert found["answered"] == answered
        assert found["rescued"] == rescued * answered


def test_a_line_remembers_its_own_failure_until_the_message_is_heard():
    def remembered(own_failure: float, unheard: float) -> float:
        return float(
            lived(member("channel", **LINE), posture=CRISIS, own_failure=own_failure, unheard=unheard)["own_failure"][0]
        )

    assert remembered(1.0, 1.0) == 1.0
    assert remembered(1.0, 0.0) == remembered(0.0, 1.0) == 0.0
    state = {"posture": CRISIS, "urge": (READY, READY)}
    assert lived(member("channel", **{**LINE, "reliability": 0.0}), **state, u=(SPARED, 0.0))["own_failure"] == 1.0
    again = lived(member("channel", **LINE), **state, u=(SPARED, 0.0), own_failure=1.0, unheard=1.0)
    assert again["own_failure"] == again["rescued"] == 0.0


def test_a_message_stays_unheard_until_some_line_answers():
    assert summed_up({}, {}, unanswered=(0.0, 1.0))["unheard"] == 1.0
    assert summed_up({}, {}, unheard=1.0)["unheard"] == 1.0
    assert summed_up({}, {}, unheard=1.0, unanswered=(1.0, 0.0))["unheard"] == 1.0
    assert summed_up({}, {}, unheard=1.0, answered=(0.0, 1.0))["unheard"] == 0.0
    assert summed_up({}, {}, unheard=1.0, answered=(0.0, 1.0), unanswered=(1.0, 0.0))["unheard"] == 0.0
    assert summed_up({}, {})["unheard"] == 0.0


# Decrees of history


@for_all(draws=DRAWS, in_use=st.sampled_from([0.0, 1.0]), status=st.sampled_from([SUSPENDED, OPEN]))
@settings(max_examples=30)
def test_what_history_ends_is_closed_and_silent(draws, in_use, status):
    found = lived(member("channel", stress_tolerance=10.0), status=status, in_use=in_use, u=draws, decreed=CLOSED)
    assert found["status"] == CLOSED
    assert found["in_use"] == 0.0


def test_what_history_founds_is_open_with_the_relationship_of_its_founding():
    profile = member("channel", stress_tolerance=10.0)
    founded = lived(profile, status=CLOSED, relationship=0.1, decreed=OPEN, founding=0.7)
    assert (founded["status"], founded["relationship"], founded["in_use"]) == (OPEN, 0.7, 1.0)
    silent = lived(member("channel", **LINE), status=CLOSED, decreed=OPEN)
    assert (silent["status"], silent["in_use"]) == (OPEN, 0.0)


def test_a_decree_that_a_line_goes_on_leaves_its_relationship_alone():
    found = lived(member("channel", stress_tolerance=10.0), relationship=0.3, decreed=OPEN, founding=0.7)
    assert (found["status"], found["relationship"]) == (OPEN, 0.3)


def test_a_decree_that_a_line_goes_on_does_not_reopen_a_suspended_one():
    profile = member("channel", stress_tolerance=10.0)
    assert lived(profile, status=SUSPENDED, decreed=OPEN)["status"] == SUSPENDED
    assert lived(profile, status=SUSPENDED, stress=(10.0, 10.0), decreed=OPEN)["status"] == SUSPENDED


# Exposure and relationship


def test_an_exposed_line_falls_silent():
    found = lived(member("channel", leak_rate=0.2, stress_tolerance=10.0), posture=(6.0, 0.0), u=(LUCKIEST, LUCKIEST))
    assert found["leak"] == 1.0
    assert found["status"] == SUSPENDED
    assert found["in_use"] == 0.0


def test_secrets_are_at_risk_with_use_and_only_with_use():
    count, secret = 100_000, {"leak_rate": 0.2, "stress_tolerance": 10.0, "by_choice": 1.0}
    u = (evenly(count), LUCKIEST)
    for posture in (CRISIS, QUIET):
        used, unused = (
            lived(member("channel", **secret), posture=posture, in_use=use, u=u)["leak"].mean() for use in (1.0, 0.0)
        )
        assert used == pytest.approx(chance(0.2), abs=1.0 / count)
        assert unused == 0.0
    assert lived(member("channel", **TOUGH), posture=(6.0, 0.0), u=(LUCKIEST, LUCKIEST))["leak"] == 0.0


def test_a_line_of_half_the_strength_is_exposed_half_as_often_and_one_without_never():
    count, secret = 10_000, {"leak_rate": 0.2, "stress_tolerance": 10.0}
    for strength in (0.5, 0.0):
        leaks = lived(member("channel", **secret, strength=strength), in_use=1.0, u=(evenly(count), LUCKIEST))["leak"].mean()
        assert leaks == pytest.approx(chance(0.2 * strength), abs=1.0 / count)


@for_all(tolerance=st.floats(3.0, 10.0), leak_rate=st.floats(0.0, 0.2))
@settings(max_examples=40)
def test_a_line_is_cut_by_low_draws_and_exposed_by_high_ones_and_never_both_by_one(tolerance, leak_rate):
    count = 20_000
    profile = member("channel", stress_tolerance=tolerance, leak_rate=leak_rate)
    found = lived(profile, stress=(10.0, 0.0), in_use=1.0, u=(evenly(count), LUCKIEST), cutting=0.25)
    cut, exposed = chance(0.25 * (10.0 - tolerance)), chance(leak_rate)
    leaks = found["leak"] == 1.0
    assert leaks.mean() == pytest.approx(exposed, abs=1.0 / count)
    assert np.mean(found["status"] == SUSPENDED) == pytest.approx(cut + exposed, abs=2.0 / count)
    assert not leaks[: round((1.0 - exposed) * count) - 1].any()
    assert np.array_equal(found["status"] == OPEN, found["in_use"] == 1.0)


@pytest.mark.parametrize("hours", [3.0, 6.0, 12.0, 24.0])
def test_there_is_room_between_the_draws_that_cut_a_line_and_those_that_expose_it(hours):
    """Whatever the stress, for every shipped line at its touchiest and leakiest, at the default rate of cutting."""
    dt, cutting = array(hours / 24.0), array(SECTIONS["channels"]["cutting"].default)
    for name, preset in channel_presets().items():
        tolerance, leak_rate, strength = (preset.profile[entry] for entry in ("stress_tolerance", "leak_rate", "strength"))
        cut = probability(cutting_rate(array(10.0), array((tolerance.range or (tolerance.value,))[0]), cutting), dt)
        exposed = probability(array(max(leak_rate.range or (leak_rate.value,)) * max(strength.range or (strength.value,))), dt)
        assert cut + exposed < 1.0, name


@for_all(use=SHARE, warming=st.floats(0.001, 0.2), cooling=st.floats(0.001, 0.1), start=SHARE)
@settings(max_examples=40)
def test_a_relationship_settles_at_the_share_of_warming_in_its_use(use, warming, cooling, start):
    settled = relationship_next(array(start), array(use), warming=array(warming), cooling=array(cooling), dt=array(1e6))
    assert settled == pytest.approx([warming * use / (warming * use + cooling * (1.0 - use))], abs=1e-12)


def test_a_relationship_that_nothing_moves_stays():
    assert relationship_next(array(0.4), array(0.0), warming=array(0.1), cooling=array(0.0), dt=array(9.0)) == array(0.4)


@pytest.mark.parametrize("silence", [{"status": SUSPENDED, "in_use": 1.0}, {"in_use": 0.0}], ids=["cut", "unused"])
def test_a_relationship_grows_in_use_and_fades_in_silence(silence):
    used = lived(member("channel", **LINE), posture=CRISIS, in_use=1.0)
    unused = lived(member("channel", **LINE), posture=CRISIS, **silence)
    assert used["relationship"] == unused["relationship"] == 0.5, "it changes once a day, not at every step"
    assert after_a_day(used, warming=0.04) == pytest.approx([1.0 - 0.5 * np.exp(-0.04)])
    assert after_a_day(unused, cooling=0.01) == pytest.approx([0.5 * np.exp(-0.01)])


# What lines do together


@for_all(each=st.lists(st.tuples(SHARE, SHARE, SHARE), min_size=1, max_size=5))
@settings(max_examples=40)
def test_an_accident_or_a_signal_is_explained_unless_every_line_fails(each):
    relationship, accidents, signals = zip(*each, strict=True)
    profiles = [{"clarifies_accidents": a, "clarifies_signals": b} for a, b in zip(accidents, signals, strict=True)]
    found = summed_up(*profiles, relationship=relationship)
    assert found["explains"] == pytest.approx([1.0 - np.prod([1.0 - r * a for r, a, _ in each])])
    assert found["signals_explained"] == pytest.approx([1.0 - np.prod([1.0 - r * b for r, _, b in each])])


def test_a_line_that_is_not_in_use_may_be_picked_up_to_explain_an_accident():
    line = {"clarifies_accidents": 0.8}
    assert summed_up(line, in_use=(0.0,), relationship=(0.5,), explaining_call=0.6)["explains"] == pytest.approx(
        [0.5 * 0.8 * 0.6]
    )
    assert summed_up(line, in_use=(1.0,), relationship=(0.5,), explaining_call=0.6)["explains"] == pytest.approx([0.5 * 0.8])
    assert summed_up(line, in_use=(0.0,), explaining_call=0.0)["explains"] == 0.0


def test_only_a_line_that_negotiates_counts_as_talking_and_the_best_one_counts():
    found = summed_up(
        {"influence": 0.8, "negotiates": 0.1}, {"influence": 0.9, "negotiates": 2.0}, {"influence": 1.0}, {"influence": 1.0, "negotiates": 1.0},
        {"influence": 1.0, "negotiates": 1.0},
        status=(OPEN, OPEN, OPEN, SUSPENDED, OPEN), relationship=(0.5, 0.4, 1.0, 1.0, 1.0), in_use=(1.0, 1.0, 1.0, 1.0, 0.0),
    )  # fmt: skip
    assert found["talking"] == pytest.approx([0.4])


THERE = {"status": (OPEN, SUSPENDED, CLOSED, OPEN), "relationship": (0.5, 0.25, 1.0, 0.8)}


def test_a_line_implements_a_stop_while_it_is_open_whether_or_not_anybody_is_talking():
    profiles = [{"implements": 1.0}, {"implements": 2.0}, {"implements": 3.0}, {"implements": 1.5, "strength": 0.5}]
    for use in (0.0, 1.0):
        found = summed_up(*profiles, **THERE, in_use=(use,) * 4)
        assert found["implements"] == pytest.approx([0.5 * 1.0 + 0.8 * 0.5 * 1.5])


def test_texts_that_both_sides_know_are_known_even_while_meetings_are_suspended():
    profiles = [
        {"prepares_deals": 1.0},
        {"prepares_deals": 2.0},
        {"prepares_deals": 3.0},
        {"prepares_deals": 1.5, "strength": 0.5},
    ]
    for use in (0.0, 1.0):
        found = summed_up(*profiles, **THERE, in_use=(use,) * 4)
        assert found["groundwork"] == pytest.approx([0.5 * 1.0 + 0.25 * 2.0 + 0.8 * 0.5 * 1.5])


def test_what_participants_know_of_doctrine_explains_signals_even_while_meetings_are_suspended():
    profiles = [
        {"clarifies_signals": 0.4},
        {"clarifies_signals": 0.8},
        {"clarifies_signals": 1.0},
        {"clarifies_signals": 0.5, "strength": 0.5},
    ]
    for use in (0.0, 1.0):
        found = summed_up(*profiles, **THERE, in_use=(use,) * 4)
        unexplained = (1.0 - 0.5 * 0.4) * (1.0 - 0.25 * 0.8) * (1.0 - 0.8 * 0.5 * 0.5)
        assert found["signals_explained"] == pytest.approx([1.0 - unexplained])


@pytest.mark.parametrize(
    ("entry", "sum_of"), [("builds_constituency", "contact"), ("builds_trade", "trade_growth"), ("calms_media", "sobering")]
)
def test_what_needs_use_adds_up_over_the_lines_in_use(entry, sum_of):
    profiles = [{entry: 0.01}, {entry: 0.02}, {entry: 0.03}, {entry: 0.04, "strength": 0.5}]
    found = summed_up(
        *profiles, status=(OPEN, SUSPENDED, OPEN, OPEN), relationship=(0.5, 1.0, 0.25, 0.8), in_use=(1.0, 1.0, 0.0, 1.0)
    )
    assert found[sum_of] == pytest.approx([0.5 * 0.01 + 0.8 * 0.5 * 0.04])


ABLE = {name: parameter.high for name, parameter in PROFILE if name not in ("latency", "third_party")}
HAPPENED = ("exposures", "unheard")


@pytest.mark.parametrize(
    ("nothing", "profile"),
    [({"status": (CLOSED, CLOSED)}, ABLE), ({"relationship": (0.0, 0.0)}, ABLE), ({}, {**ABLE, "strength": 0.0})],
    ids=["closed", "a stranger", "without strength"],
)
def test_lines_that_are_not_there_do_nothing(nothing, profile):
    found = summed_up(profile, profile, **nothing)
    assert all(value == 0.0 for value in found.values())
    assert all(value > 0.0 for name, value in summed_up(ABLE, ABLE).items() if name not in HAPPENED)


def test_a_suspended_line_does_nothing_but_leave_what_was_learned():
    found = summed_up(ABLE, ABLE, status=(SUSPENDED, SUSPENDED))
    assert {name for name, value in found.items() if value != 0.0} == {"groundwork", "signals_explained"}


def test_all_that_a_line_does_is_in_proportion_to_its_strength():
    small = {
        name: parameter.high * 0.01
        for name, parameter in PROFILE
        if name not in ("latency", "strength", "by_choice", "third_party")
    }
    small |= {"candour": 1.0, "influence": 1.0, "sponsorship": 1.0}
    whole, half = (summed_up({**small, "strength": strength}) for strength in (1.0, 0.5))
    for name in set(whole) - set(HAPPENED):
        assert half[name] == pytest.approx(0.5 * whole[name], rel=1e-12), name


def test_every_exposure_of_the_last_step_counts():
    assert summed_up({}, {}, {}, leak=(1.0, 0.0, 1.0), status=(SUSPENDED, OPEN, SUSPENDED))["exposures"] == array(2.0)


def test_an_answer_that_comes_after_all_patience_is_worth_half():
    def told(latency: float, patience: float) -> float:
        line = {"latency": latency, "influence": 1.0, "intent_precision": 1.0, "candour": 1.0}
        return float(summed_up(line, patience=patience)["intent_told"][0])

    assert told(0.0, 3.0) == 1.0
    assert told(3.0, 3.0) == 0.5
    assert told(3.0, 1.0) == 0.25
