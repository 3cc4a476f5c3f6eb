"""Trade: grows with contact, is cut by sanctions, fades by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.trade import trade, trade_next
from escalation_sim.scenario import shipped_ladders
from given import LADDER, array, given, rows, seen

SHARE = st.floats(0.0, 1.0)


def traded(now=0.5, growth=0.0, posture=(0.0, 0.0), ladder=LADDER, **changes) -> float:
    p = given("trade", dt=1.0, ladder=ladder, **{"sanctions": 0.05, "fading": 0.0, **changes})
    s = Values({**seen(trade=now, trade_growth=growth).__dict__, "posture": rows(*posture)})
    return float(trade(s, p, [])["trade"][0])


@for_all(start=SHARE, growth=st.floats(0.001, 0.1), loss=st.floats(0.001, 0.5))
@settings(max_examples=40)
def test_trade_settles_where_growth_meets_loss_whatever_the_step(start, growth, loss):
    rates = [array(growth), array(loss)]
    assert trade_next(array(start), *rates, array(1e6)) == pytest.approx([growth / (growth + loss)])
    half = trade_next(trade_next(array(start), *rates, array(0.5)), *rates, array(0.5))
    assert trade_next(array(start), *rates, array(1.0)) == pytest.approx(half, abs=1e-14)


def test_where_nothing_moves_it_trade_stays():
    assert traded(0.37) == 0.37


def test_trade_grows_towards_all_there_could_be_where_there_is_contact():
    assert traded(0.5, growth=0.02) == pytest.approx(1.0 - 0.5 * np.exp(-0.02))


def test_trade_fades_where_nothing_upholds_it():
    assert traded(0.5, fading=0.005) == pytest.approx(0.5 * np.exp(-0.005))


def test_sanctions_cut_trade_from_their_rung_on_whichever_side_imposes_them():
    cut = pytest.approx(0.5 * np.exp(-0.05))
    assert LADDER.quiet == 2
    assert traded(posture=(2.0, 0.0)) == traded(posture=(0.0, 2.0)) == traded(posture=(10.0, 10.0)) == cut
    assert traded(posture=(1.0, 1.0)) == 0.5
    assert traded(posture=(2.0, 2.0), sanctions=0.0) == 0.5


@pytest.mark.parametrize("name", sorted(shipped_ladders()))
def test_sanctions_are_the_highest_quiet_rung_of_any_ladder(name):
    ladder = shipped_ladders()[name]
    assert traded(posture=(ladder.quiet, 0.0), ladder=ladder) < 0.5 == traded(posture=(ladder.quiet - 1.0, 0.0), ladder=ladder)


@for_all(now=SHARE, growth=st.floats(0, 0.2), sanctions=st.floats(0, 0.5), fading=st.floats(0, 0.005), rung=st.integers(0, 10))
@settings(max_examples=40)
def test_trade_stays_a_share(now, growth, sanctions, fading, rung):
    assert 0.0 <= traded(now, growth, (rung, 0.0), sanctions=sanctions, fading=fading) <= 1.0
