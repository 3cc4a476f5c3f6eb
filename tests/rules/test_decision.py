"""Rival theories: where they coincide, and what is their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from escalation_sim.ladder import POSTURE, Ladder, Rung
from escalation_sim.parameters import Values
from escalation_sim.rules import THEORIES
from escalation_sim.rules.decision.stakes import Distance, Share, Shortfall, by_rung, on_rung
from given import LADDER, array, given

SHARE = st.floats(0.0, 1.0)
SITUATIONS = st.fixed_dictionaries(
    {
        "threat": st.floats(0, 10), "grievance": st.floats(0, 12), "resolve": st.floats(0, 4), "pressure": SHARE, "attention": SHARE,
        "commitment": st.floats(0, 10), "weariness": SHARE, "ties": SHARE, "dread": st.floats(0, 2), "promise": SHARE,
        "provocation": st.floats(0, 10), "price_of_rising": SHARE,
    }
)  # fmt: skip
CALM = {
    "threat": 0.0, "grievance": 0.0, "resolve": 1.0, "pressure": 0.0, "attention": 0.0, "commitment": 0.0, "weariness": 0.0,
    "ties": 0.0, "dread": 0.0, "promise": 0.0, "provocation": 0.0, "price_of_rising": 0.0,
}  # fmt: skip
COSTLESS = {"cost_sensitivity": 0.0, "nuclear_caution": 0.0, "threat_weight": 0.0, "audience_cost": 0.0}


def rung(number: int, severity: float) -> Rung:
    return Rung(
        str(number), "", POSTURE, lasts=0.0, falls_back_to=0, severity=severity, visibility=1.0, prepares=0.0, deaths_per_act=0.0,
        deaths_per_day=0.0, own_share=0.0, answers=0.0, injures=0.0, costs=0.0, danger=0.0, goldstein=0.0,
    )  # fmt: skip


FINE = Ladder("fine", tuple(rung(n, n / 100) for n in range(1001)), quiet=0, alert=1, force=2, war=3, nuclear_use=1001)
"""Severities from 0 to 10 in hundredths, and nothing else on any rung."""


def weighed(theory: str, situation: dict, ladder: Ladder = LADDER, choice: dict | None = None, **changes):
    """What each term says for every rung, arrays of shape (rung, 1)."""
    parameters = THEORIES[theory].PARAMETERS
    chosen = Values({name: array((choice or {}).get(name, parameter.default)) for name, parameter in parameters})
    p = given("government", ladder=ladder, choice=chosen, **changes)
    seen = Values({name: array(value) for name, value in situation.items()})
    terms = THEORIES[theory].contributions(seen, p)
    return type(terms)(*(by_rung(term, len(ladder), seen.threat) for term in terms))


def best(contributions) -> int:
    return int(np.argmax(sum(contributions)[:, 0]))


def same(one, other) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


LEVELS = np.array([0.0, 1.0, 2.5, 4.0])
"""Of a ladder of four rungs."""


def test_a_share_is_had_as_far_as_the_rung_shares_in_it():
    assert by_rung([Share(LEVELS, array([2.0, -1.0]))], 4, np.zeros(2)) == pytest.approx(np.outer(LEVELS, [2.0, -1.0]))


def test_a_shortfall_costs_below_its_mark_only_and_a_distance_on_both_sides():
    short, away = (by_rung([kind(LEVELS, array(2.5), array(2.0))], 4, np.zeros(1))[:, 0] for kind in (Shortfall, Distance))
    assert short == pytest.approx([-5.0, -3.0, 0.0, 0.0])
    assert away == pytest.approx([-5.0, -3.0, 0.0, -3.0])


def test_stakes_add_up_and_none_at_all_is_nothing():
    several = [Share(LEVELS, array(2.0)), Shortfall(LEVELS, array(2.5), array(2.0)), Distance(LEVELS, array(1.0), array(0.5))]
    each = sum(by_rung([stake], 4, np.zeros(1)) for stake in several)
    assert by_rung(several, 4, np.zeros(1)) == pytest.approx(each)
    assert np.array_equal(by_rung(several, 4, np.zeros(1))[2], on_rung(several, 2, np.zeros(1)))
    assert np.array_equal(by_rung((), 4, np.zeros((2, 3))), np.zeros((4, 2, 3)))


def test_weighing_a_rung_leaves_the_stakes_as_they_are():
    mark, weight = array(2.5), array(2.0)
    for stake in (Share(LEVELS, mark), Shortfall(LEVELS, mark, weight), Distance(LEVELS, mark, weight)):
        assert np.array_equal(by_rung([stake], 4, mark), by_rung([stake], 4, mark))
    assert (mark, weight) == (2.5, 2.0)


@for_all(situation=SITUATIONS)
@settings(max_examples=40)
def test_prospect_theory_without_loss_aversion_and_risk_seeking_is_quantal_response(situation):
    neutral = weighed("prospect", situation, choice={"loss_aversion": 1.0, "risk_seeking": 0.0})
    assert same(neutral, weighed("quantal_response", situation))


@for_all(situation=SITUATIONS)
@settings(max_examples=40)
def test_deterrence_without_punishment_and_at_plain_opportunity_is_quantal_response(situation):
    plain = weighed("deterrence", situation, choice={"punishment": 0.0, "opportunity": 1.0})
    assert same(plain, weighed("quantal_response", situation))


def test_losses_loom_larger_than_gains():
    injured = {**CALM, "grievance": 6.0}
    averse = weighed("prospect", injured, choice={"loss_aversion": 3.0, "risk_seeking": 0.0, "halfway": 2.0})
    plain = weighed("quantal_response", injured)
    assert averse.grievance == pytest.approx(plain.grievance * (1.0 + 2.0 * 6.0 / 8.0))
    assert averse.cost == pytest.approx(plain.cost * (1.0 + 2.0 * 2.0 / 8.0))
    gains = weighed("prospect", CALM, choice={"loss_aversion": 3.0, "risk_seeking": 0.7})
    assert gains.cost == pytest.approx(3.0 * weighed("quantal_response", CALM).cost)


def test_who_has_lost_discounts_danger():
    injured = {**CALM, "grievance": 1e9, "dread": 1.0}
    daring = weighed("prospect", injured, choice={"risk_seeking": 0.7})
    assert daring.fear == pytest.approx(0.3 * weighed("quantal_response", injured).fear)


def test_a_resolute_rival_deters_by_making_every_rung_dearer():
    costs = [weighed("deterrence", {**CALM, "threat": threat}, choice={"punishment": 0.1}).cost for threat in (0.0, 5.0)]
    assert costs[1] == pytest.approx(1.5 * costs[0])


def test_the_spiral_fears_no_punishment():
    costs = [weighed("spiral", {**CALM, "threat": threat}).cost for threat in (0.0, 9.0)]
    assert np.array_equal(*costs)


@for_all(provocation=st.floats(0, 10), ties=SHARE)
@settings(max_examples=40)
def test_tit_for_tat_answers_with_the_rung_nearest_to_the_provocation(provocation, ties):
    found = best(
        weighed("reciprocity", {**CALM, "provocation": provocation, "ties": ties}, choice={"generosity": 0.0}, **COSTLESS)
    )
    distance = np.abs(LADDER.tables["severity"] - provocation)
    assert distance[found] == pytest.approx(distance.min())


def test_generosity_stays_below_the_provocation_by_its_share():
    marks = [
        best(weighed("reciprocity", {**CALM, "provocation": 8.0}, FINE, {"generosity": generosity}, **COSTLESS)) / 100
        for generosity in (0.0, 0.25, 0.5)
    ]
    assert marks == pytest.approx([8.0, 6.0, 4.0])


def test_tit_for_tat_does_not_ask_what_the_rival_means():
    one, other = (weighed("reciprocity", {**CALM, "provocation": 5.0, "threat": threat}) for threat in (0.0, 9.0))
    assert same(one, other)


def aim(threat: float, grievance: float, reaction: float, pull: float, fatigue: float) -> float:
    situation = {**CALM, "threat": threat, "grievance": grievance}
    choice = {"reaction": reaction, "grievance_pull": pull, "fatigue": fatigue}
    return best(weighed("spiral", situation, FINE, choice, **COSTLESS)) / 100


ARMS = {"threat": st.floats(0, 10), "grievance": st.floats(0, 4), "reaction": st.floats(0, 0.1), "fatigue": st.floats(0.1, 0.3)}


@for_all(**ARMS)
@settings(max_examples=25)
def test_a_spirals_aim_is_richardsons(threat, grievance, reaction, fatigue):
    expected = (reaction * threat + 0.2 * grievance) / fatigue
    # midway between two rungs of the fine ladder both are as good, in single precision
    midway = abs(100.0 * expected % 1.0 - 0.5) < 0.05
    assume(not midway or expected > 10.0)
    assert aim(threat, grievance, reaction, 0.2, fatigue) == pytest.approx(min(expected, 10.0), abs=0.00501)


FATIGUE, START = 0.3, 0.05
EXCESSES = np.array([0.8, 0.95, 1.05, 1.25])
SLOPES = np.array([EXCESSES * 1.6, EXCESSES / 1.6])
"""Of the aims of two sides, arrays of shape (side, excess): their product is the square of the excess."""


@pytest.fixture(scope="module")
def settled() -> np.ndarray:
    """Where two sides are after a hundred answers to each other, shape (side, excess): all at once, since a fine ladder takes its time."""
    aims = np.zeros(SLOPES.shape)
    for _ in range(100):
        situation = {**CALM, "threat": aims[::-1], "grievance": np.full(SLOPES.shape, 0.1)}
        choice = {"reaction": FATIGUE * SLOPES, "grievance_pull": START * FATIGUE / 0.1, "fatigue": FATIGUE}
        aims, before = sum(weighed("spiral", situation, FINE, choice, **COSTLESS)).argmax(axis=0) / 100, aims
        if np.array_equal(aims, before):
            break
    return aims


@pytest.mark.parametrize("place", range(len(EXCESSES)), ids=EXCESSES.astype(str).tolist())
def test_two_of_richardsons_sides_settle_if_and_only_if_fatigue_outweighs_reaction(settled, place):
    """Slopes of the two aims multiply to less than 1, or the arms race runs to the top of the ladder."""
    slopes, aims = SLOPES[:, place], settled[:, place]
    if EXCESSES[place] < 1.0:
        product = slopes.prod()
        fixed = START * (1.0 + slopes) / (1.0 - product)
        assert aims == pytest.approx(fixed, abs=0.03 / (1.0 - product))
        assert aims.max() < 5.0
    else:
        assert aims.max() == 10.0
