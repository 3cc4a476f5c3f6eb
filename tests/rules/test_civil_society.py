"""Voice: contact lifts it, stigma lowers it, habit brings it back."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.civil_society import voice, voice_next
from given import array, evenly, given, member, seen, summed_up

SHARE = st.floats(0.0, 1.0)
BUILDERS = ({"builds_constituency": 0.02}, {"builds_constituency": 0.05})
NUMBERS = {
    "contact": 1.0, "stigma": 0.08, "recovery": 0.02, "unrest": 0.02,
}  # fmt: skip
"""Numbers of these tests, whatever the defaults."""
NO_UNREST = 0.5
"""A draw in the middle."""


def society(**changes) -> Values:
    return given("civil_society", **{**NUMBERS, **changes})


def heard(group=None, *, now=0.3, climate=0.0, salience=1.0, contact=0.03, draw=NO_UNREST, **changes):
    p = society(dt=1.0, member=group or member("group"), **changes)
    return voice(seen(voice=now, climate=climate, salience=salience, contact=contact), p, [array(draw)])["voice"]


@for_all(start=SHARE, own=SHARE)
@settings(max_examples=25)
def test_without_contact_and_stigma_a_group_returns_to_its_own_level(start, own):
    back = voice_next(array(start), array(own), array(0.0), array(0.0), array(0.02), array(2000.0))
    assert back == pytest.approx([own], abs=1e-12)


def test_where_nothing_pulls_the_voice_stays():
    assert voice_next(array(0.7), array(0.2), array(0.0), array(0.0), array(0.0), array(9.0)) == 0.7


@for_all(contact=st.floats(0, 0.2), stigma=st.floats(0, 0.4), own=SHARE)
@settings(max_examples=25)
def test_voice_settles_at_the_weighted_mean_of_contact_stigma_and_habit(contact, stigma, own):
    settled = voice_next(array(0.9), array(own), array(contact), array(stigma), array(0.02), array(5000.0))
    assert settled == pytest.approx([(contact + 0.02 * own) / (contact + stigma + 0.02)])


def test_only_open_lines_give_contact():
    def contact(*status):
        return summed_up(*BUILDERS, status=status, relationship=(0.5, 0.4))["contact"]

    assert contact(2.0, 2.0) == pytest.approx([0.5 * 0.02 + 0.4 * 0.05])
    assert contact(2.0, 1.0) == pytest.approx([0.01])
    assert contact(0.0, 1.0) == 0.0


def test_contact_helps_those_with_ties_across_the_border():
    stranger, friend = (heard(member("group", ties=ties)) for ties in (0.0, 1.0))
    assert stranger == pytest.approx([0.3], abs=1e-15)
    assert friend == pytest.approx(voice_next(array(0.3), array(0.3), array(0.03), array(0.0), array(0.02), array(1.0)))
    assert friend > 0.3


def test_hostile_coverage_silences():
    levels = [heard(climate=climate)[0] for climate in (0.0, 0.5, 1.0)]
    assert levels == sorted(levels, reverse=True)
    assert levels[2] < 0.3


def test_hostile_coverage_silences_nobody_while_the_crisis_is_far_from_the_publics_mind():
    assert heard(climate=1.0, salience=0.0) == heard(climate=0.0, salience=1.0)


@for_all(draw=st.floats(0, 1, exclude_max=True), now=SHARE, climate=SHARE, unrest=st.floats(0, 2))
@settings(max_examples=25)
def test_voice_stays_a_share_whatever_the_unrest(draw, now, climate, unrest):
    assert 0.0 <= heard(now=now, climate=climate, draw=draw, unrest=unrest) <= 1.0


def test_unrest_has_the_mean_of_none_and_the_variance_of_its_size_in_a_day():
    found = heard(draw=evenly(10_000), unrest=0.02)
    assert found.mean() == pytest.approx(heard()[0], abs=1e-9)
    assert found.std() == pytest.approx(0.02, rel=1e-6)
