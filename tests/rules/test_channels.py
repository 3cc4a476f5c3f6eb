"""Lines of communication: cut under stress, exposed, warmed by use; and what they do together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.channels import CLOSED, OPEN, PROFILE, SUSPENDED, channel, lines, relationship_next
from given import array, evenly, given, member, members, rows, summed_up

LUCKIEST = 1.0 - 2.0**-53
SHARE = st.floats(0.0, 1.0)


def lived(
    profile,
    *,
    posture=(0.0, 0.0),
    status=OPEN,
    u=(LUCKIEST, LUCKIEST),
    engaged=(),
    set_up_left=0.0,
    relationship=0.5,
    **changes,
):
    p = given("channels", member=profile, **changes)
    s = Values(
        {
            "posture": rows(*posture),
            "status": array(status),
            "relationship": array(relationship),
            "set_up_left": array(set_up_left),
            "engaged": rows(*engaged) if engaged else np.zeros((0, 1)),
        }
    )
    return channel(s, p, [array(draw) for draw in u])


@for_all(tolerance=st.floats(0, 10), first=st.integers(0, 10), second=st.integers(0, 10), cutting=st.floats(0, 2))
@settings(max_examples=60, deadline=None)
def test_a_line_is_never_cut_below_what_it_tolerates_and_may_be_cut_above(tolerance, first, second, cutting):
    found = lived(member("channel", stress_tolerance=tolerance), posture=(first, second), u=(0.0, 0.5), cutting=cutting)
    rate = cutting * max(first - tolerance, second - tolerance, 0.0)
    assert found["status"] == (SUSPENDED if 1.0 - np.exp(-rate * 0.25) > 0.0 else OPEN)


def test_a_line_is_cut_at_its_rate_per_rung_above_what_it_tolerates():
    count = 10_000
    found = lived(member("channel", stress_tolerance=2.5), posture=(6.0, 3.0), u=(evenly(count), LUCKIEST), cutting=0.25)
    assert np.mean(found["status"] == SUSPENDED) == pytest.approx(1.0 - np.exp(-0.25 * 3.5 * 0.25), abs=1.0 / count)


def test_a_suspended_line_comes_back_once_it_is_calm_and_not_before():
    profile = member("channel", stress_tolerance=3.0)
    ready = (evenly(10_000), LUCKIEST)
    assert (lived(profile, status=SUSPENDED, posture=(4.0, 0.0), u=ready)["status"] == SUSPENDED).all()
    calm = lived(profile, status=SUSPENDED, posture=(3.0, 0.0), u=ready, reopening=0.08)["status"]
    assert np.mean(calm == OPEN) == pytest.approx(1.0 - np.exp(-0.08 * 0.25), abs=1e-4)


@for_all(
    draws=st.tuples(SHARE, SHARE), first=st.integers(0, 10), leak_rate=st.floats(0, 0.2), third=st.sampled_from([0.0, 1.0])
)
@settings(max_examples=40, deadline=None)
def test_a_closed_line_stays_closed_and_leaks_nothing(draws, first, leak_rate, third):
    profile = member("channel", leak_rate=leak_rate, third_party=third, stress_tolerance=10.0)
    found = lived(profile, status=CLOSED, posture=(first, 0.0), u=draws, engaged=(1.0,))
    assert found["status"] == CLOSED
    assert found["leak"] == 0.0


def test_a_line_being_built_opens_when_it_is_ready_and_not_before():
    left, status, opened = array(5.0), array(CLOSED), []
    for _ in range(24):
        found = lived(member("channel", stress_tolerance=10.0), status=status, set_up_left=left)
        left, status = found["set_up_left"], found["status"]
        opened.append(status[0] == OPEN)
    assert opened.index(True) == 5 * 4 - 1
    assert all(opened[19:])


def test_a_line_still_being_built_keeps_the_relationship_it_will_open_with():
    assert lived(member("channel"), status=CLOSED, set_up_left=2.0, relationship=0.4)["relationship"] == array(0.4)


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


def test_an_exposed_line_falls_silent():
    found = lived(member("channel", leak_rate=0.2, stress_tolerance=10.0), posture=(6.0, 0.0), u=(LUCKIEST, 0.0))
    assert found["leak"] == 1.0
    assert found["status"] == SUSPENDED


def test_secrets_are_at_risk_with_use():
    count, profile = 100_000, member("channel", leak_rate=0.2, stress_tolerance=10.0)
    u = (LUCKIEST, evenly(count))
    in_crisis, in_quiet = (lived(profile, posture=(rung, 0.0), u=u, minimum_use=0.25)["leak"].mean() for rung in (3.0, 2.0))
    assert in_crisis == pytest.approx(1.0 - np.exp(-0.2 * 0.25), abs=1.0 / count)
    assert in_quiet == pytest.approx(1.0 - np.exp(-0.2 * 0.25 * 0.25), abs=1.0 / count)
    assert lived(member("channel", stress_tolerance=10.0), posture=(6.0, 0.0), u=(LUCKIEST, 0.0))["leak"] == 0.0


@for_all(use=SHARE, warming=st.floats(0.001, 0.2), cooling=st.floats(0.001, 0.1), start=SHARE)
@settings(max_examples=40, deadline=None)
def test_a_relationship_settles_at_the_share_of_warming_in_its_use(use, warming, cooling, start):
    settled = relationship_next(array(start), array(use), warming=array(warming), cooling=array(cooling), dt=array(1e6))
    assert settled == pytest.approx([warming * use / (warming * use + cooling * (1.0 - use))], abs=1e-12)


def test_a_relationship_that_nothing_moves_stays():
    assert relationship_next(array(0.4), array(0.0), warming=array(0.1), cooling=array(0.0), dt=array(9.0)) == array(0.4)


def test_a_relationship_grows_in_a_crisis_and_fades_when_the_line_is_cut():
    profile = member("channel", stress_tolerance=10.0)
    in_use, unused = lived(profile, posture=(6.0, 0.0)), lived(profile, status=SUSPENDED, posture=(6.0, 0.0))
    assert in_use["relationship"] == pytest.approx([1.0 - 0.5 * np.exp(-0.04 * 0.25)])
    assert unused["relationship"] == pytest.approx([0.5 * np.exp(-0.01 * 0.25)])


@for_all(each=st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_an_accident_is_explained_unless_every_line_fails(each):
    relationship, clarifies = zip(*each, strict=True)
    found = summed_up(*[{"clarifies_accidents": c} for c in clarifies], relationship=relationship)
    assert found["explains"] == pytest.approx([1.0 - np.prod([1.0 - r * c for r, c in each])])


def test_only_a_line_that_negotiates_counts_as_talking_and_the_best_one_counts():
    found = summed_up(
        {"influence": 0.8, "negotiates": 0.1}, {"influence": 0.9, "negotiates": 2.0}, {"influence": 1.0}, {"influence": 1.0, "negotiates": 1.0},
        status=(OPEN, OPEN, OPEN, SUSPENDED), relationship=(0.5, 0.4, 1.0, 1.0),
    )  # fmt: skip
    assert found["talking"] == pytest.approx([0.4])


def test_lines_together_implement_what_each_would():
    found = summed_up(
        {"implements": 4.0},
        {"implements": 9.0},
        {"implements": 2.0},
        status=(OPEN, SUSPENDED, OPEN),
        relationship=(0.5, 1.0, 0.25),
    )
    assert found["implements"] == pytest.approx([2.5])


def test_silent_lines_do_nothing():
    able = {name: parameter.high for name, parameter in PROFILE if name != "latency"}
    found = summed_up(able, able, status=(SUSPENDED, CLOSED))
    assert all(value == 0.0 for value in found.values())
    assert all(value > 0.0 for name, value in summed_up(able, able).items() if name != "exposures")


def test_every_exposure_of_the_last_step_counts():
    assert summed_up({}, {}, {}, leak=(1.0, 0.0, 1.0), status=(SUSPENDED, OPEN, SUSPENDED))["exposures"] == array(2.0)


def test_an_answer_that_comes_after_all_patience_is_worth_half():
    def told(latency: float, patience: float) -> float:
        line = members("channel", {"latency": latency, "influence": 1.0, "intent_precision": 1.0, "candour": 1.0})
        p = given("channels", channel=line, patience=patience)
        s = Values({"status": rows(2.0), "relationship": rows(1.0), "leak": rows(0.0)})
        return float(lines(s, p, [])["intent_told"][0])

    assert told(0.0, 3.0) == 1.0
    assert told(3.0, 3.0) == 0.5
    assert told(3.0, 1.0) == 0.25
