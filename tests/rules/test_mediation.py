"""Third parties: how soon they notice, how long they take, and that they stay until it is over."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.parameters import Values
from escalation_sim.rules.mediation import mediation, stepping_in_rate
from given import array, evenly, given, member, rows

LUCKIEST = 1.0 - 2.0**-53
RATE = {"attention": 0.8, "steepness": 0.9, "full": 6.0, "per_signal": 2.0, "lobbying": 0.5}


def noticed(severity, signals=0.0, fear=0.0, **changes) -> float:
    weights = {name: array(value) for name, value in {**RATE, **changes}.items()}
    return float(stepping_in_rate(array(severity), array(signals), array(fear), **weights)[0])


def mediated(
    profile=None,
    u=LUCKIEST,
    *,
    posture=(6.0, 0.0),
    threat=(0.0, 0.0),
    shadow=(0.0, 0.0),
    engaged=0.0,
    arrives_in=0.0,
    over=0.0,
    **changes,
):
    p = given("mediation", member=profile or member("mediator"), **changes)
    s = {
        "posture": rows(*posture),
        "threat": rows(*threat),
        "shadow": rows(*shadow),
        "engaged": array(engaged),
        "over": array(over),
        "arrives_in": array(arrives_in),
    }
    return mediation(Values(s), p, [array(u)])


def test_a_mediator_notices_at_its_own_rate_from_the_severity_of_full_attention_on():
    assert noticed(6.0) == noticed(10.0) == 0.8


def test_below_that_attention_falls_by_a_constant_factor_per_severity():
    assert noticed(3.0) == pytest.approx(0.8 * np.exp(-0.9 * 3.0))
    assert noticed(4.0) / noticed(3.0) == pytest.approx(noticed(2.0) / noticed(1.0)) == pytest.approx(np.exp(0.9))


def test_normal_relations_interest_nobody():
    assert noticed(0.0, signals=3.0, fear=1.0, steepness=0.0) == 0.0


def test_signals_and_a_frightened_side_multiply_attention():
    assert noticed(6.0, signals=1.5) == pytest.approx(0.8 * 4.0)
    assert noticed(6.0, fear=0.6) == pytest.approx(0.8 * 1.3)
    assert noticed(6.0, signals=1.5, fear=0.6) == pytest.approx(0.8 * 4.0 * 1.3)


def test_a_mediator_sets_out_at_its_rate():
    count = 10_000
    found = mediated(member("mediator", attention=0.5, delay=2.0), evenly(count), posture=(2.0, 6.0))
    assert np.mean(found["arrives_in"] > 0.0) == pytest.approx(1.0 - np.exp(-0.5 * 0.25), abs=1 / count)
    assert (found["engaged"] == 0.0).all()


def test_the_more_frightened_side_lobbies_and_both_sides_signals_count():
    count, profile = 100_000, member("mediator", attention=0.3, delay=2.0)
    found = mediated(profile, evenly(count), threat=(2.0, 8.0), shadow=(0.5, 0.5), signals=2.0, lobbying=0.5)
    assert np.mean(found["arrives_in"] > 0.0) == pytest.approx(1.0 - np.exp(-0.3 * 3.0 * 1.4 * 0.25), abs=1 / count)


@pytest.mark.parametrize("delay", [0.0, 0.25, 1.0, 7.5])
def test_a_mediator_is_at_work_after_its_delay_and_stays(delay):
    profile = member("mediator", delay=delay)
    found = mediated(profile, 0.0)
    at_work = [bool(found["engaged"][0])]
    for _ in range(40):
        found = mediated(profile, LUCKIEST, engaged=found["engaged"], arrives_in=found["arrives_in"])
        at_work.append(bool(found["engaged"][0]))
    assert at_work.index(True) * 0.25 == delay
    assert all(at_work[at_work.index(True) :])
    assert mediated(profile, LUCKIEST, posture=(0.0, 0.0), engaged=1.0)["engaged"] == 1.0


def test_a_mediator_leaves_when_the_crisis_is_over():
    assert mediated(posture=(0.0, 0.0), engaged=1.0, over=1.0)["engaged"] == 0.0
    assert mediated(posture=(0.0, 0.0), engaged=1.0, over=0.0)["engaged"] == 1.0


def test_a_mediator_on_its_way_or_at_work_does_not_set_out_again():
    profile = member("mediator", delay=2.0)
    assert mediated(profile, 0.0, arrives_in=1.0)["arrives_in"] == array(0.75)
    assert mediated(profile, 0.0, engaged=1.0)["arrives_in"] == 0.0
