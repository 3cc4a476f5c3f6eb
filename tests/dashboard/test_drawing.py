"""A moment of a run as HTML; a day on the calendar."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

import escalation_sim as es
from escalation_sim.analysis.playback import played
from escalation_sim.dashboard.drawing import country_card, events_list, line_state, lines_card, reasons_card
from escalation_sim.dashboard.tables import plain_table
from escalation_sim.dashboard.tasks import YearsAxis


@pytest.fixture(scope="module")
def playback(short):
    return played(short, 1, 37)


def test_a_recorded_run_is_the_row_of_the_batch(short, playback):
    row = es.run(short, 38, 1).outcomes.loc[37]
    assert playback.outcomes["peak_rung"] == row["peak_rung"] == playback.paths["posture"].max()
    assert playback.outcomes["deaths_total"] == row["deaths_total"]


def test_what_happens_in_a_step_is_shown_at_its_end(playback):
    assert playback.moments[0].step == 1
    assert playback.moments[0].date == "22 Apr 00:00"
    assert playback.when(1) == "22 April 2025, 06:00"
    assert len(playback.until(0)) == 0
    assert len(playback.until(playback.last)) == len(playback.moments)


def test_jumping_to_a_day_stays_within_the_run(playback):
    assert playback.step_of(-3.0) == 0
    assert playback.step_of(2.0) == 8
    assert playback.step_of(1e9) == playback.last


def test_reasons_on_screen_add_up_to_those_of_the_model(playback):
    reason = playback.reasons[0]
    for_it = sum(size for size in reason.terms.values() if size > 0)
    assert f"<b>{for_it:.1f}</b>" in reasons_card(playback, reason.country, reason.step)


def test_nothing_is_said_of_a_government_that_has_not_decided(playback):
    assert "not changed its mind" in reasons_card(playback, 0, 0)


def test_a_country_is_where_the_run_says(playback):
    peak = int(np.argmax(playback.paths["posture"][:, 0]))
    rung = playback.rungs[int(playback.paths["posture"][peak, 0])]
    assert rung[1:] in country_card(playback, 0, peak)


def test_names_cannot_smuggle_markup(playback):
    evil = "<img src=x onerror=alert(1)>"
    moment = dataclasses.replace(playback.moments[0], words=evil, date=evil)
    bad = dataclasses.replace(
        playback, countries=(evil, evil), rungs=tuple(evil for _ in playback.rungs), channels=tuple(evil for _ in playback.channels), moments=(moment,)
    )  # fmt: skip
    step = playback.reasons[0].step
    shown = country_card(bad, 0, step) + lines_card(bad, step) + events_list(bad, step) + reasons_card(bad, 0, step)
    assert "<img" not in shown + plain_table([evil], [[evil]], evil)


def test_a_closed_line_is_silent(playback):
    place = playback.channels.index("Back channel between the security advisers")
    assert line_state(playback, place, 0) == ("✕", "closed")


def test_a_click_finds_the_day():
    day_at = pytest.importorskip("escalation_sim.dashboard.page_calendar", reason="needs the extra [dashboard]").day_at
    axis = YearsAxis(0.2, 0.8, 1980.0, 2026.0)
    assert day_at(0.2, axis) == datetime.date(1980, 1, 1)
    assert day_at(0.2 + 0.6 * 24.5 / 46, axis) == datetime.date(2004, 7, 2)
    assert day_at(0.1, axis) is None
    assert day_at(0.9, axis) is None
