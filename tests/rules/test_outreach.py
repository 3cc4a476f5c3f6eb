"""Whether a government talks: its policy, its readiness, and what it hides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.rules.channels import rate_of_calls
from escalation_sim.rules.outreach import outreach, stress_of
from given import LADDER, array, given, rows, seen

CALM = {"posture": 0.0, "rival_posture": 0.0, "order": 0.0, "provocation": 0.0, "willingness": 0.0}
WEIGHTS = {"calling": 1.0, "eagerness": 0.5, "silence": 1.5, "no_talks_under_attack": 0.5}


def reached(p=None, **changes) -> dict[str, float]:
    found = outreach(seen(**{**CALM, **changes}), given("outreach", **{**WEIGHTS, **(p or {})}), [])
    return {name: float(value[0]) for name, value in found.items()}


RUNG = st.integers(0, 10)


@for_all(own=RUNG, rival=RUNG, provocation=st.floats(0, 10))
@settings(max_examples=40)
def test_who_talks_regardless_minds_only_where_both_stand(own, rival, provocation):
    severity = LADDER.tables["severity"]
    stress = reached({"no_talks_under_attack": 0.0}, posture=own, rival_posture=rival, provocation=provocation)["stress_felt"]
    assert stress == max(severity[own], severity[rival])


@for_all(own=RUNG, rival=RUNG, provocation=st.floats(0, 10), policy=st.floats(0, 1))
@settings(max_examples=40)
def test_who_does_not_talk_under_attack_minds_what_was_done_to_it(own, rival, provocation, policy):
    severity = LADDER.tables["severity"]
    stress = reached({"no_talks_under_attack": policy}, posture=own, rival_posture=rival, provocation=provocation)[
        "stress_felt"
    ]
    assert stress == pytest.approx(max(severity[own], severity[rival], policy * provocation))


def test_a_provocation_counts_in_full_for_who_refuses_all_talks_under_attack():
    assert reached({"no_talks_under_attack": 1.0}, provocation=6.0)["stress_felt"] == 6.0
    assert reached({"no_talks_under_attack": 0.5}, provocation=6.0)["stress_felt"] == 3.0
    assert stress_of(array(2.0), array(4.0), array(6.0), array(0.5)) == array(4.0)


def test_a_government_is_the_readier_to_talk_the_readier_it_is_to_settle():
    assert reached({"eagerness": 0.7}, willingness=-1.2)["urge"] == pytest.approx(-0.5)
    assert reached({"eagerness": 0.0}, willingness=2.0)["urge"] == 2.0


def test_a_government_that_prepares_an_order_is_less_ready_to_talk():
    assert reached({"silence": 1.5}, order=5.0, posture=3.0)["urge"] == reached()["urge"] - 1.5
    assert reached({"silence": 0.0}, order=5.0, posture=3.0)["urge"] == reached()["urge"]


def test_an_order_that_is_already_carried_out_hides_nothing():
    assert reached(order=5.0, posture=5.0)["urge"] == reached(order=3.0, posture=5.0)["urge"] == reached()["urge"]


def test_the_rate_of_calls_is_a_number_of_its_own():
    for changes in ({}, {"willingness": 3.0}, {"order": 5.0}, {"provocation": 9.0}):
        assert reached({"calling": 2.5}, **changes)["calling"] == 2.5


def test_under_pressure_a_line_is_called_the_less_the_more_it_is_seen():
    found = reached({"eagerness": 0.5, "calling": 1.0}, willingness=0.5)
    calling, urge = (rows(found[name], found[name]) for name in ("calling", "urge"))
    rates = [rate_of_calls(calling, urge, rows(3.0, 3.0), array(publicity))[0] for publicity in (0.0, 0.5, 1.0)]
    assert rates == pytest.approx([2.0 / (1.0 + np.exp(3.0 * publicity - 1.0)) for publicity in (0.0, 0.5, 1.0)])
    assert rates[0] > rates[1] > rates[2]
