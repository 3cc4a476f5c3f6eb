"""What the public hears, wants, and is weary of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.public_opinion import climate_of, news, opinion, pressure_sought, weariness_next, weighted_mean
from given import LADDER, array, given, members, rows, seen

SHARE = st.floats(0.0, 1.0)
WEIGHTS = {"standing": 0.05, "rally": 0.35, "incitement": 0.6, "false_victory": 0.2, "appeals": 0.4}
CALM = {
    "attack_injury": 0.0, "rival_act_begun": 0.0, "grievance_by_accident": 0.0, "rival_posture": 0.0, "posture": 0.0, "arousal": 0.0,
    "deaths_recent": 0.0, "weariness": 0.0, "pressure": 0.05, "climate": 0.0, "falsehood_heard": 0.0, "appeal": 0.0,
}  # fmt: skip
DEFAULTS = {"standing_pressure": 0.05, "rally": 0.35, "incitement": 0.6, "false_victory": 0.2, "appeals": 0.4, "recovery": 0.01}
OUTLETS = members("outlet", {"audience": 0.3}, {"audience": 0.1, "social": 1.0})
GROUPS = members("group", {"audience": 0.2}, {"audience": 0.6})


def sought(salience=0.0, climate=0.0, falsehood=0.0, appeal=0.0, weariness=0.0, **changes):
    weights = {name: array(value) for name, value in {**WEIGHTS, **changes}.items()}
    return pressure_sought(*map(array, (salience, climate, falsehood, appeal, weariness)), **weights)


def opined(p: dict | None = None, **changes):
    return opinion(seen(**{**CALM, **changes}), given("public_opinion", **{**DEFAULTS, **(p or {})}), [])


def read(hostility=(0.0, 0.0), falsehood=(0.0, 0.0), voice=(0.0, 0.0), **changes):
    """The day's news."""
    s = Values({"hostility": rows(*hostility), "falsehood": rows(*falsehood), "voice": rows(*voice)})
    return news(s, given("public_opinion", dt=1.0, outlet=OUTLETS, group=GROUPS, **changes), [])


@for_all(levels=st.lists(st.tuples(SHARE, st.floats(0.01, 1)), min_size=1, max_size=5))
@settings(max_examples=30)
def test_where_nobody_is_louder_the_climate_is_the_plain_mean(levels):
    hostility, audience = (rows(*column) for column in zip(*levels, strict=True))
    mean = np.average(hostility, axis=0, weights=audience[:, 0])
    assert climate_of(hostility, audience, np.ones_like(audience), array(0.0)) == pytest.approx(mean)
    assert climate_of(hostility, audience, np.zeros_like(audience), array(5.0)) == pytest.approx(mean)
    assert weighted_mean(hostility, audience) == pytest.approx(mean)


def test_a_loud_hostile_voice_on_social_media_weighs_more_than_its_number():
    hostility, audience, social = rows(0.2, 0.9), rows(0.5, 0.5), rows(0.0, 1.0)
    found = climate_of(hostility, audience, social, array(1.5))
    weight = 1.0 + 1.5 * 0.9
    assert found == pytest.approx([(0.2 + weight * 0.9) / (1.0 + weight)])


def test_without_an_audience_there_is_no_climate():
    assert climate_of(rows(0.9), rows(0.0), rows(1.0), array(1.0)) == 0.0
    assert weighted_mean(rows(0.9), rows(0.0)) == 0.0


def test_without_salience_only_the_standing_pressure_is_left():
    assert sought(0.0, climate=1.0, falsehood=1.0) == array(0.05)
    pressure = array(0.9)
    for _ in range(400):
        pressure = opined(climate=1.0, falsehood_heard=1.0, pressure=pressure)["pressure"]
    assert pressure == pytest.approx([0.05], abs=1e-9)


@for_all(salience=SHARE, climate=SHARE, falsehood=SHARE, weariness=SHARE)
@settings(max_examples=30)
def test_weariness_takes_its_share_of_all_pressure(salience, climate, falsehood, weariness):
    fresh = 0.05 + salience * (0.35 + 0.6 * climate + 0.2 * falsehood)
    assert sought(salience, climate, falsehood, weariness=weariness) == pytest.approx([min(fresh * (1.0 - weariness), 1.0)])
    assert sought(salience, climate, falsehood, weariness=1.0) == 0.0


def test_pressure_follows_what_moves_it_at_its_rate():
    moved = opined({"adjustment": 0.3}, arousal=1e9, climate=0.5, falsehood_heard=0.5, appeal=0.2, pressure=0.1, weariness=0.25)
    target = (0.05 + 0.35 + 0.3 + 0.1 - 0.4 * 0.2) * 0.75
    assert moved["pressure"] == pytest.approx([target + (0.1 - target) * np.exp(-0.3 * 0.25)])


def test_appeals_calm_what_is_aroused_and_nothing_else():
    assert sought(1.0, 0.5, appeal=0.5) == pytest.approx(sought(1.0, 0.5) - 0.4 * 0.5)
    assert sought(0.0, appeal=1.0) == sought(0.2, appeal=1.0) == array(0.05)


def test_a_fully_hostile_climate_buries_appeals():
    mean = (0.2 * 0.5 + 0.6 * 0.9) / 0.8
    calm, hostile = ((0.0, 0.0), (1.0, 1.0))
    assert read(calm, voice=(0.5, 0.9))["appeal"] == pytest.approx([mean])
    assert read(hostile, voice=(0.5, 0.9), burying=0.9)["appeal"] == pytest.approx([0.1 * mean])
    assert read(hostile, voice=(0.5, 0.9), burying=1.0)["appeal"] == 0.0
    assert read(hostile, voice=(0.5, 0.9), burying=0.0)["appeal"] == pytest.approx([mean])


def test_an_event_is_half_forgotten_after_its_half_life():
    p = {"attention_span": 7.0 / np.log(2.0)}
    arousal = opined(attack_injury=2.0, p={**p, "salience_per_injury": 0.8})["arousal"]
    assert arousal == pytest.approx([1.6])
    for _ in range(28):
        arousal = opined(arousal=arousal, p=p)["arousal"]
    assert arousal == pytest.approx([0.8])


def test_salience_is_half_at_one_unit_of_arousal_and_never_full():
    p = {"salience_per_injury": 1.0}
    assert opined(attack_injury=1.0, p=p)["salience"] == 0.5
    assert 0.99 < opined(attack_injury=1000.0, p=p)["salience"] < 1.0


def test_the_rivals_acts_stir_at_once_and_its_wars_day_by_day():
    p = {"salience_per_injury": 1.0}
    assert opined(rival_act_begun=5.0, rival_posture=5.0, p=p)["arousal"] == pytest.approx([LADDER.rungs[5].injures])
    assert opined(rival_posture=5.0, p=p)["arousal"] == 0.0
    lasting = 7.0 * (1.0 - np.exp(-0.25 / 7.0))
    assert opined(rival_posture=7.0, p={**p, "attention_span": 7.0})["arousal"] == pytest.approx(
        [LADDER.rungs[7].injures * lasting]
    )


def test_what_the_press_falsely_claims_is_not_on_social_media():
    found = read(falsehood=(0.8, 0.4))
    assert found["falsehood_heard"] == pytest.approx([(0.3 * 0.8 + 0.1 * 0.4) / 0.4])
    assert found["falsehood_on_social_media"] == pytest.approx([0.4])


def wearied(now, deaths=0.0, mobilised=0.0, **changes):
    p = {"by_deaths": 0.05, "heavy_losses": 20.0, "by_tension": 0.004, "recovery": 0.01, "dt": 0.25, **changes}
    return weariness_next(array(now), array(deaths), array(mobilised), **{name: array(value) for name, value in p.items()})


def test_weariness_grows_at_half_its_rate_under_heavy_losses():
    grown = wearied(0.0, deaths=20.0, recovery=0.0)
    assert grown == pytest.approx([1.0 - np.exp(-0.025 * 0.25)])
    assert wearied(0.0, deaths=1e9, recovery=0.0) == pytest.approx([1.0 - np.exp(-0.05 * 0.25)])


def test_weariness_settles_where_growth_meets_recovery_whatever_the_step():
    growth = 0.05 * 5.0 / 25.0 + 0.004
    assert wearied(0.2, deaths=5.0, mobilised=1.0, dt=1e4) == pytest.approx([growth / (growth + 0.01)])
    twice = wearied(wearied(0.2, deaths=5.0, dt=0.125), deaths=5.0, dt=0.125)
    assert twice == pytest.approx(wearied(0.2, deaths=5.0), abs=1e-14)


def test_a_country_at_peace_grows_no_wearier_and_forgets():
    assert wearied(0.4) == pytest.approx([0.4 * np.exp(-0.01 * 0.25)])
    assert wearied(0.4, recovery=0.0) == pytest.approx([0.4])


def test_standing_mobilised_wearies_without_a_shot():
    assert opined(posture=3.0)["weariness"] > opined(posture=2.0)["weariness"] == 0.0
