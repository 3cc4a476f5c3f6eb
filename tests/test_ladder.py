"""Ladders as data: what the rest of the model takes for granted of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from escalation_sim.ladder import ACT, POSTURE
from escalation_sim.scenario import shipped_ladders

LADDERS = shipped_ladders()
EVERY_LADDER = pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)


@EVERY_LADDER
def test_the_marks_stand_in_order(ladder):
    assert 0 <= ladder.quiet < ladder.alert < ladder.force <= ladder.war <= ladder.nuclear_use <= ladder.top + 1


@EVERY_LADDER
@pytest.mark.parametrize("table", ["severity", "answers", "costs", "danger"])
def test_higher_rungs_answer_more_cost_more_and_are_more_dangerous(ladder, table):
    assert (np.diff(ladder.tables[table]) >= 0.0).all()


@EVERY_LADDER
def test_tables_say_what_the_rungs_say(ladder):
    assert len(ladder) == ladder.top + 1 == len(ladder.names)
    for number, rung in enumerate(ladder.rungs):
        assert ladder.names[number] == rung.name
        assert ladder.tables["is_act"][number] == (rung.kind == ACT)
        assert ladder.tables["prepares"][number] == np.float32(rung.prepares)
        assert ladder.tables["number"][number] == number


@EVERY_LADDER
def test_severity_above_quiet_begins_above_the_highest_quiet_rung(ladder):
    above, severity = ladder.tables["above_quiet"], ladder.tables["severity"]
    assert (above[: ladder.quiet + 1] == 0.0).all()
    assert above[ladder.quiet :] == pytest.approx(severity[ladder.quiet :] - severity[ladder.quiet], abs=1e-6)


@EVERY_LADDER
def test_every_act_ends_and_falls_back_to_a_lower_posture(ladder):
    for number, rung in enumerate(ladder.rungs):
        assert (rung.kind == ACT) == (rung.lasts > 0.0)
        if rung.kind == ACT:
            assert rung.falls_back_to < number
            assert ladder.rungs[rung.falls_back_to].kind == POSTURE


def test_force_begins_with_the_raid_and_war_after_the_strikes():
    ladder = LADDERS["eleven_rungs"]
    assert [ladder.names[mark] for mark in (ladder.quiet, ladder.alert, ladder.force, ladder.war, ladder.nuclear_use)] == [
        "diplomatic and economic measures", "alert and mobilisation", "ground raid across the line", "local conventional war",
        "nuclear use",
    ]  # fmt: skip


def test_the_teaching_ladder_has_no_nuclear_rung():
    assert LADDERS["five_rungs"].nuclear_use > LADDERS["five_rungs"].top


@EVERY_LADDER
def test_looking_up_keeps_the_shape(ladder):
    rungs = np.array([[0.0, float(ladder.top)], [float(ladder.alert), 0.0]])
    found = ladder.look_up("severity", rungs)
    assert found.shape == rungs.shape
    assert found[1, 0] == np.float32(ladder.rungs[ladder.alert].severity)


def test_a_table_cannot_be_written():
    ladder = LADDERS["eleven_rungs"]
    with pytest.raises(ValueError, match="read-only"):
        ladder.tables["severity"][0] = 5.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        ladder.quiet = 5
