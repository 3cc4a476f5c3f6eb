"""New leaders: how often they come, and what they bring."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.parameters import Values
from escalation_sim.rules.leadership import gumbel, leadership
from escalation_sim.turn import DAYS_BETWEEN, EVERY_YEAR, TURN
from given import array, evenly, given, seen

RUNGS = 4


def led(change, day=365.0, turnover=0.2, temper=0.7, liking=1.3, draws=(0.5, -1.1), dt=365.0):
    """One look at one government whose temper and liking are 0.7 and 1.3; `draws` are those for liking and temper."""
    s = Values({**seen(temper=temper, day=day).__dict__, "liking": np.full((RUNGS, 1), liking)})
    u = [array(change), np.full((RUNGS, 1), draws[0]), array(draws[1])]
    return leadership(s, given("leadership", turnover=turnover, dt=dt), u)


def test_nobody_is_new_on_the_first_day():
    found = led(0.0, day=0.0, turnover=1.0)
    assert found["new_leader"] == 0.0
    assert found["temper"] == 0.7
    assert (found["liking"] == 1.3).all()
    assert led(0.0, day=365.0, turnover=1.0)["new_leader"] == 1.0


def test_without_turnover_nobody_ever_is():
    found = led(np.append(evenly(100), 0.0), turnover=0.0)
    assert (found["new_leader"] == 0.0).all()
    assert (found["temper"] == 0.7).all()


@pytest.mark.parametrize("turnover", [0.2, 1.0])
def test_new_leaders_come_at_their_rate(turnover):
    count = 10_000
    assert led(evenly(count), turnover=turnover)["new_leader"].mean() == pytest.approx(1.0 - np.exp(-turnover), abs=1.0 / count)
    assert led(evenly(count), turnover=turnover, dt=730.0)["new_leader"].mean() == pytest.approx(
        1.0 - np.exp(-2.0 * turnover), abs=1.0 / count
    )


def test_a_new_leader_brings_a_temper_and_likings_of_his_or_her_own():
    found = led(0.0, draws=(0.5, -1.1))
    assert found["temper"] == array(-1.1)
    assert found["liking"] == pytest.approx(np.full((RUNGS, 1), gumbel(array(0.5))[0]))


def test_who_stays_in_power_stays_the_same():
    found = led(1.0 - 2.0**-53)
    assert found["temper"] == 0.7
    assert (found["liking"] == 1.3).all()


def test_likings_have_the_moments_of_a_centred_gumbel_distribution():
    values = gumbel(evenly(1_000_000))
    assert values.mean() == pytest.approx(0.0, abs=1e-4)
    assert values.var() == pytest.approx(np.pi**2 / 6.0, rel=1e-4)
    assert np.median(values) == pytest.approx(-np.log(np.log(2.0)) - np.euler_gamma, abs=1e-4)
    assert np.isfinite(gumbel(array(0.0))).all()


def test_governments_are_looked_at_once_a_year():
    phase = next(phase for phase in TURN if phase.rule is leadership)
    assert phase.every == EVERY_YEAR
    assert [step for step in range(4 * 731) if phase.is_due(step, 4)] == [0, 4 * 365, 4 * 730]
    assert DAYS_BETWEEN[EVERY_YEAR] == 365
