"""Nuclear signals: from alert on, under threat, and only by those who have the weapons."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.rules.nuclear_signalling import nuclear_signal, signal_read
from escalation_sim.scenario import shipped_ladders
from given import LADDER, array, evenly, given, seen

COUNT = 200_000


def share(threat=10.0, posture=3.0, rival_posture=0.0, ladder=LADDER) -> float:
    p = given("nuclear_signalling", signalling=0.2, under_fire=5.0, ladder=ladder)
    found = nuclear_signal(seen(threat=threat, posture=posture, rival_posture=rival_posture), p, [evenly(COUNT)])
    return float(found["nuclear_signal"].mean())


def chance(rate: float) -> float:
    return float(1.0 - np.exp(-rate * 0.25))


def test_signals_come_at_their_rate_from_alert_on():
    assert share() == pytest.approx(chance(0.2), abs=1 / COUNT)
    assert share(posture=2.0) == 0.0
    assert share(threat=5.0) == pytest.approx(chance(0.1), abs=1 / COUNT)


def test_who_is_struck_signals_more():
    assert share(rival_posture=4.0) == pytest.approx(chance(0.2 * 6.0), abs=1 / COUNT)
    assert share(rival_posture=3.0) == share()


def test_who_fears_nothing_signals_nothing():
    assert share(threat=0.0, rival_posture=10.0) == 0.0


def test_on_a_ladder_without_nuclear_rungs_nobody_signals():
    ladder = shipped_ladders()["five_rungs"]
    p = given("nuclear_signalling", signalling=0.2, ladder=ladder)
    assert nuclear_signal(seen(threat=4.0, posture=4.0, rival_posture=4.0), p, [array(0.0)])["nuclear_signal"] == 0.0


def misread(explained=0.0, signal=1.0, misreading=0.3, count=10_000) -> float:
    p = given("nuclear_signalling", misreading=misreading)
    found = signal_read(seen(rival_nuclear_signal=signal, signals_explained=explained), p, [evenly(count)])
    return float(found["signal_misread"].mean())


def test_a_signal_is_misread_as_often_as_nobody_explains_it():
    assert misread() == pytest.approx(0.3, abs=1e-4)
    assert misread(explained=0.6) == pytest.approx(0.3 * 0.4, abs=1e-4)
    assert misread(explained=1.0) == 0.0
    assert misread(misreading=1.0, explained=0.25) == pytest.approx(0.75, abs=1e-4)


def test_where_nobody_signals_nothing_is_misread():
    assert misread(signal=0.0, misreading=1.0) == 0.0


def test_where_signals_are_never_misread_nobody_needs_to_explain_them():
    assert misread(misreading=0.0) == 0.0
