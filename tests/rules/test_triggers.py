"""What starts a crisis, how much it hurts, and who is blamed."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.parameters import Values
from escalation_sim.rules.triggers import attack_suffered, injury_of_attack, probability_of_blame
from given import array, evenly, given, rows

NORTH, SOUTH = 0, 1
WEIGHTS = {
    "injury_per_log_death": 2.0, "reference_deaths": 5.0, "blame": 0.9, "trust_spares_blame": 0.4, "shared_investigation": 0.3,
    "residual_blame": 0.5,
}  # fmt: skip


def trigger(kind="attack", day=2.0, *, deaths=26.0, visibility=1.0, injury=0.0, lasts=0.0, puts_on=0.0) -> Values:
    """South is the actor, north the victim."""
    return Values(
        {
            "kind": kind, "day": day, "lasts": array(lasts), "deaths": array(deaths), "visibility": array(visibility), "injury": array(injury),
            "puts_actor_on": puts_on, "is_victim": rows(1.0, 0.0), "is_actor": rows(0.0, 1.0),
        }
    )  # fmt: skip


def suffered(*triggers, day=2.0, reading=0.0, trust=0.0, talking=0.0, explains=0.0, strike=0.0, **changes):
    p = given("triggers", triggers=triggers, targeted_by=np.array([[[1.0], [0.0]]]), **{**WEIGHTS, **changes})
    s = {
        "trust": rows(trust, trust), "talking": array(talking), "explains": array(explains), "strike_deaths": rows(strike), "day": np.atleast_1d(np.asarray(day)),
    }  # fmt: skip
    return attack_suffered(Values(s), p, [np.stack([array(reading)] * 2)])


def injury_by(deaths: float) -> float:
    return 2.0 * np.log1p(deaths / 5.0)


def test_the_tenth_death_weighs_more_than_the_hundredth():
    one = {"injury_per_log_death": array(2.0), "reference_deaths": array(5.0)}
    injury = injury_of_attack(np.array([0.0, 5.0, 9.0, 10.0, 99.0, 100.0]), **one)
    assert injury[0] == 0.0
    assert injury[1] == pytest.approx(2.0 * np.log(2.0))
    assert injury[3] - injury[2] > injury[5] - injury[4] > 0.0


def test_an_attack_kills_and_injures_its_victim_once():
    steps = [suffered(trigger(day=2.1), day=day) for day in np.arange(0.0, 4.0, 0.25)]
    assert sum(step["attack_deaths"][NORTH, 0] for step in steps) == 26.0
    assert sum(step["attack_injury"][NORTH, 0] for step in steps) == pytest.approx(injury_by(26.0))
    assert all((step["attack_deaths"][SOUTH] == 0.0).all() and (step["attack_injury"][SOUTH] == 0.0).all() for step in steps)


def test_what_is_hardly_seen_kills_as_many_but_injures_less():
    found = suffered(trigger(visibility=0.5))
    assert found["attack_deaths"][NORTH] == 26.0
    assert found["attack_injury"][NORTH] == pytest.approx([injury_by(13.0)])


def test_an_armed_groups_strike_is_an_attack_on_its_target():
    found = suffered(strike=40.0)
    assert found["attack_deaths"][NORTH] == 40.0
    assert found["attack_injury"][NORTH] == pytest.approx([injury_by(40.0)])
    assert found["attack_deaths"][SOUTH] == 0.0


def test_trust_and_talks_spare_blame_by_their_shares():
    weights = {"blame": array(0.9), "trust_spares_blame": array(0.4), "shared_investigation": array(0.3)}
    assert probability_of_blame(array(0.0), array(0.0), **weights) == array(0.9)
    assert probability_of_blame(array(1.0), array(0.0), **weights) == pytest.approx([0.9 * 0.6])
    assert probability_of_blame(array(1.0), array(1.0), **weights) == pytest.approx([0.9 * 0.6 * 0.7])


def test_a_rival_that_is_not_blamed_is_left_the_residue():
    count = 1000
    found = suffered(trigger(), reading=evenly(count), trust=0.5, residual_blame=0.5)["attack_injury"][NORTH]
    blamed = found > 0.75 * injury_by(26.0)
    assert blamed.mean() == pytest.approx(0.9 * 0.8, abs=1 / count)
    assert np.unique(found) == pytest.approx([0.5 * injury_by(26.0), injury_by(26.0)])


def test_an_incursion_puts_the_actor_on_its_rung_as_long_as_it_lasts():
    forced = [
        suffered(trigger("incursion", 2.0, lasts=1.5, puts_on=4.0), day=day)["forced_posture"] for day in np.arange(0, 5, 0.25)
    ]
    assert [float(each[SOUTH, 0]) for each in forced] == [0.0] * 8 + [4.0] * 6 + [0.0] * 6
    assert all(each[NORTH] == 0.0 for each in forced)


def test_an_incursion_lasts_as_long_as_it_is_judged_to_in_each_run():
    judged = trigger("incursion", 2.0, lasts=[0.5, 1.5, 3.0], puts_on=4.0)
    days = [
        np.broadcast_to(suffered(judged, day=day, trust=np.zeros(3))["forced_posture"][SOUTH], 3)
        for day in np.arange(0, 6, 0.25)
    ]
    assert (np.sum(np.array(days) == 4.0, axis=0) == [2, 6, 12]).all()


def test_a_gesture_shows_goodwill_once_to_the_other_side_and_hurts_nobody():
    gesture = trigger("gesture", 2.1, deaths=0.0, visibility=0.6)
    steps = [suffered(gesture, day=day) for day in np.arange(0.0, 4.0, 0.25)]
    assert sum(step["goodwill"][NORTH, 0] for step in steps) == 0.6
    assert all((step["goodwill"][SOUTH] == 0.0).all() for step in steps)
    for name in ("attack_deaths", "attack_injury", "forced_posture"):
        assert all((step[name] == 0.0).all() for step in steps), name


@pytest.mark.parametrize("kind", ["attack", "incursion", "exercise", "incident", "accident"])
def test_nothing_but_a_gesture_shows_goodwill(kind):
    assert (suffered(trigger(kind, lasts=2.0, puts_on=3.0, injury=1.0))["goodwill"] == 0.0).all()


@pytest.mark.parametrize("hours", [1, 2, 3, 4, 6, 8, 12, 24])
def test_a_trigger_comes_once_whatever_the_step_and_however_late(hours):
    count = round(24 / hours)
    for day in (0, 1, 29, 2018, 9861):
        steps = [
            suffered(trigger(day=float(day)), day=step / count, dt=hours / 24)
            for step in range(max(day * count - 2, 0), day * count + 2)
        ]
        assert sum(step["attack_deaths"][NORTH, 0] for step in steps) == 26.0


@pytest.mark.parametrize("hours", [3, 6, 12, 24])
def test_a_trigger_comes_once_in_single_precision_too(hours):
    """Hours are those a scenario may have, and days are counted as the engines do."""
    count = round(24 / hours)
    for day in (0.0, 2.1, 29.99, 2018.3, 9861.0, 36524.7):
        steps = range(max(int(day) * count - 2, 0), (int(day) + 1) * count + 2)
        found = [
            suffered(trigger(day=day), day=np.array([step / count], np.float32), dt=hours / 24)["attack_deaths"][NORTH, 0]
            for step in steps
        ]
        assert found == [26.0 * (step == int(day * count + 1e-9)) for step in steps]


def test_an_incident_injures_and_an_accident_only_where_nobody_explains_it():
    count = 1000
    known = {"reading": evenly(count), "explains": 0.7}
    incident = suffered(trigger("incident", injury=1.6, deaths=0.0, visibility=0.5), **known)["attack_injury"][NORTH]
    accident = suffered(trigger("accident", injury=1.6, deaths=0.0), **known)["attack_injury"][NORTH]
    assert incident == pytest.approx(0.8)
    assert np.mean(accident == 0.0) == pytest.approx(0.7, abs=1 / count)
    assert accident.max() == 1.6
