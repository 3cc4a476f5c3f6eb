"""When a crisis is over: so many days of quiet, and nothing less."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.parameters import Values
from escalation_sim.rules.aftermath import aftermath, calm_next
from given import LADDER, array, given, rows

QUIET = {"posture": (0.0, 0.0), "order": (0.0, 0.0), "attack_injury": (0.0, 0.0)}


def rested(calm_days=0.0, quiet_days=7.0, dt=0.25, **changes):
    s = {name: rows(*sides) for name, sides in {**QUIET, **changes}.items()}
    return aftermath(Values({**s, "calm_days": array(calm_days)}), given("aftermath", dt=dt, quiet_days=array(quiet_days)), [])


def test_days_of_quiet_are_counted_and_begin_anew():
    assert calm_next(array(3.0), array(1.0) > 0.0, array(0.25)) == array(3.25)
    assert calm_next(array(3.0), array(0.0) > 0.0, array(0.25)) == array(0.0)


@pytest.mark.parametrize("dt", [0.125, 0.25, 0.5, 1.0])
def test_a_crisis_is_over_after_exactly_its_days_of_quiet(dt):
    calm, over = array(0.0), []
    for _ in range(round(10 / dt)):
        found = rested(calm, dt=dt)
        calm = found["calm_days"]
        over.append(bool(found["over"][0]))
    assert (over.index(True) + 1) * dt == 7.0
    assert all(over[over.index(True) :])


@pytest.mark.parametrize(
    "unrest",
    [{"posture": (3.0, 0.0)}, {"posture": (0.0, 3.0)}, {"order": (0.0, 5.0)}, {"order": (4.0, 0.0)}, {"attack_injury": (0.1, 0.0)},
     {"attack_injury": (0.0, 2.0)}],
    ids=str,
)  # fmt: skip
def test_alert_an_order_or_an_attack_on_either_side_is_not_quiet(unrest):
    found = rested(100.0, **unrest)
    assert found["calm_days"] == found["over"] == 0.0


def test_every_quiet_rung_is_quiet():
    for rung in range(LADDER.quiet + 1):
        assert rested(6.75, posture=(float(rung), 0.0))["over"] == 1.0


def test_how_many_days_is_for_the_scenario_to_say():
    found = rested(np.array([0.0, 9.0, 9.75, 20.0]), quiet_days=10.0)
    assert list(found["over"]) == [0.0, 0.0, 1.0, 1.0]
