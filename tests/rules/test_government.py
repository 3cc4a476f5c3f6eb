"""The rung a government wants: what moves it up, what holds it back, what leaves it alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules import SECTIONS, THEORIES
from escalation_sim.rules.decision import stakes
from escalation_sim.rules.government import cause_for_alarm, decision, dread_of, mood, mood_next, reasons
from given import LADDER, array, given, seen

WEIGHTS = (
    "resolve", "threat_weight", "pressure_weight", "audience_cost", "cost_sensitivity", "unprovoked", "weariness_weight",
    "trust_weight", "trade_weight", "restraint", "nuclear_caution", "compliance", "inertia",
)  # fmt: skip
NUMBERS = {
    "resolve": 1.45, "temper": 0.3, "precision": 4.0, "mood_size": 0.15, "mood_days": 20.0, "threat_weight": 0.6,
    "pressure_weight": 2.0, "audience_cost": 0.3, "standing_attention": 0.5, "cost_sensitivity": 1.0, "unprovoked": 0.7,
    "half_cause": 1.0, "weariness_weight": 2.0, "restraint": 0.0, "trade_weight": 0.15, "trust_weight": 0.3,
    "nuclear_caution": 3.1, "standing_dread": 0.8, "shadow_of_signals": 0.5, "shadow_days": 15.0, "compliance": 0.7,
    "inertia": 0.3, "commitment_days": 10.0, "provocation_days": 30.0, "severity_per_injury": 1.7, "military_weight": 0.2,
    "military_boldness": 0.4,
}  # fmt: skip
"""Numbers of these tests, whatever the defaults."""
CALM = {
    "threat": 0.0, "grievance": 0.0, "pressure": 0.0, "commitment": 0.0, "weariness": 0.0, "trust": 0.0, "shadow": 0.0,
    "cease_fire": 0.0, "provocation": 0.0, "temper": 0.0, "mood": 0.0, "posture_wanted": 0.0, "posture": 0.0, "attack_injury": 0.0,
    "rival_act_begun": 0.0, "rival_posture": 0.0, "rival_nuclear_signal": 0.0, "motive_at_height": 0.0,
    "trade": 0.0, "over": 0.0,
}  # fmt: skip
NO_LIKING = np.zeros((len(LADDER), 1))
SHARE = st.integers(0, 16).map(lambda sixteenth: sixteenth / 16)
SITUATIONS = st.fixed_dictionaries(
    {
        "threat": st.integers(0, 40).map(lambda quarter: quarter / 4),
        "grievance": st.integers(0, 48).map(lambda quarter: quarter / 4),
        "pressure": SHARE,
        "commitment": st.integers(0, 10).map(float),
        "weariness": SHARE,
        "trust": SHARE,
        "trade": SHARE,
        "shadow": st.integers(0, 3).map(float),
        "cease_fire": st.sampled_from([0.0, 1.0]),
        "posture_wanted": st.integers(0, 10).map(float),
    }
)


def choice_of(theory: str, **changes) -> Values:
    return Values({name: array(changes.get(name, parameter.default)) for name, parameter in THEORIES[theory].PARAMETERS})


def governed(theory="quantal_response", choice=None, **changes) -> Values:
    return given("government", theory=THEORIES[theory], choice=choice or choice_of(theory), **{**NUMBERS, **changes})


def decided(p=None, liking=NO_LIKING, **changes) -> dict[str, np.ndarray]:
    s = Values({**seen(**{**CALM, **changes}).__dict__, "liking": liking})
    return decision(s, p or governed(), [])


def wanted(p=None, liking=NO_LIKING, **changes) -> float:
    return float(decided(p, liking, **changes)["posture_wanted"][0])


@for_all(ranks=st.lists(st.integers(0, 5), min_size=11, max_size=11), situation=SITUATIONS)
@settings(max_examples=40)
def test_where_nothing_weighs_the_lowest_of_the_best_liked_rungs_is_wanted(ranks, situation):
    p = governed(**dict.fromkeys(WEIGHTS, 0.0))
    assert wanted(p, np.array(ranks, dtype=float)[:, None], **situation) == ranks.index(max(ranks))


@for_all(situation=SITUATIONS, more=st.integers(1, 24).map(lambda quarter: quarter / 4))
@settings(max_examples=60)
def test_more_grievance_never_lowers_the_rung_wanted(situation, more):
    assert wanted(**{**situation, "grievance": situation["grievance"] + more}) >= wanted(**situation)


@for_all(situation=SITUATIONS, less=st.floats(0.5, 12.0), more=st.floats(0.5, 12.0))
@settings(max_examples=60)
def test_more_nuclear_caution_never_raises_the_rung_wanted(situation, less, more):
    less, more = sorted((less, more))
    assert wanted(governed(nuclear_caution=more), **situation) <= wanted(governed(nuclear_caution=less), **situation)


@pytest.mark.parametrize(("parameter", "changes"), [
    ("cost_sensitivity", {}), ("weariness_weight", {"weariness": 0.5}), ("trust_weight", {"trust": 0.8}), ("compliance", {"cease_fire": 1.0}),
    ("trade_weight", {"trade": 1.0}), ("restraint", {}),
])  # fmt: skip
def test_whatever_holds_back_holds_back_more_the_more_it_weighs(parameter, changes):
    low, high = (SECTIONS["government"][parameter].low, SECTIONS["government"][parameter].high)
    situation = {"grievance": 6.0, "threat": 4.0, "pressure": 0.5, **changes}
    path = [wanted(governed(**{parameter: weight}), **situation) for weight in np.linspace(low, high, 12)]
    assert path == sorted(path, reverse=True)
    assert path[0] > path[-1]


@pytest.mark.parametrize(
    ("parameter", "situation"),
    [
        ("resolve", {"grievance": 5.0, "threat": 4.0}),
        ("threat_weight", {"grievance": 1.0, "threat": 6.0, "pressure": 0.5}),
        ("pressure_weight", {"grievance": 2.0, "threat": 2.0, "pressure": 1.0}),
    ],
)
def test_whatever_drives_up_drives_up_more_the_more_it_weighs(parameter, situation):
    low, high = (SECTIONS["government"][parameter].low, SECTIONS["government"][parameter].high)
    path = [wanted(governed(**{parameter: weight}), **situation) for weight in np.linspace(low, high, 12)]
    assert path == sorted(path)
    assert path[0] < path[-1]


def test_where_all_is_quiet_nobody_rises():
    assert wanted() == 0.0


def test_ties_go_to_the_lower_rung():
    p = governed(**dict.fromkeys(WEIGHTS, 0.0))
    assert wanted(p) == 0.0
    liking = np.where(np.isin(np.arange(len(LADDER)), (4, 7)), 2.0, 0.0)[:, None]
    assert wanted(p, liking) == 4.0


def test_a_mind_is_changed_only_by_more_than_inertia():
    p = governed(**{**dict.fromkeys(WEIGHTS, 0.0), "inertia": 0.3, "precision": 1.0})
    liking = np.where(np.arange(len(LADDER)) == 6, 0.29, 0.0)[:, None]
    assert wanted(p, liking, posture_wanted=2.0) == 2.0
    assert wanted(p, liking * 1.1, posture_wanted=2.0) == 6.0


def test_precision_shrinks_the_part_of_disposition():
    liking = np.where(np.arange(len(LADDER)) == 8, 5.0, 0.0)[:, None]
    assert wanted(governed(precision=0.3), liking) == 8.0
    assert wanted(governed(precision=8.0), liking) == 0.0


def audience_cost(commitment: float, attention: float, cost: float) -> np.ndarray:
    """What backing down costs on every rung."""
    stake = stakes.cost_of_backing_down(LADDER, array(commitment), array(attention), array(cost))
    return stakes.by_rung([stake], len(LADDER), array(0.0))[:, 0]


@for_all(commitment=st.floats(0, 10), attention=st.floats(0, 1), cost=st.floats(0, 1))
@settings(max_examples=40)
def test_standing_at_or_above_ones_word_costs_no_audience_and_below_it_the_distance(commitment, attention, cost):
    found = audience_cost(commitment, attention, cost)
    severity = LADDER.tables["severity"].astype(float)
    assert (found[severity >= commitment] == 0.0).all()
    assert found == pytest.approx(-cost * attention * np.maximum(commitment - severity, 0.0))


def test_nobody_watching_costs_nothing():
    assert (audience_cost(8.0, 0.0, 1.0) == 0.0).all()
    assert (audience_cost(8.0, 0.1, 1.0) < 0.0).any()


def test_a_government_that_is_all_military_hears_no_public_and_pays_no_audience():
    p = governed(military_weight=1.0)
    s = Values({**seen(**{**CALM, "pressure": 1.0, "commitment": 8.0}).__dict__, "liking": NO_LIKING})
    assert (reasons(s, p)["pressure"] == 0.0).all()


def test_the_military_does_not_count_its_share_of_costs():
    s = Values({**seen(**{**CALM, "grievance": 1e9}).__dict__, "liking": NO_LIKING})
    cost = reasons(s, governed(military_weight=0.5, military_boldness=0.4))["cost"][:, 0]
    assert cost == pytest.approx(-0.8 * LADDER.tables["costs"], abs=1e-6)


@pytest.mark.parametrize("theory", THEORIES)
@for_all(situation=SITUATIONS, seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_the_rung_wanted_is_the_one_for_which_most_reasons_speak(theory, situation, seed):
    liking = np.random.default_rng(seed).gumbel(size=(len(LADDER), 1))
    s = Values({**seen(**{**CALM, **situation}).__dict__, "liking": liking})
    p = governed(theory)
    total = np.sum(list(reasons(s, p).values()), axis=0)
    best = decision(s, p, [])["posture_wanted"].astype(int)
    assert total[best[0], 0] == pytest.approx(total.max())


@pytest.mark.parametrize("dt", [0.125, 0.25, 1.0])
def test_mood_spreads_as_far_whatever_the_step(dt):
    rng = np.random.default_rng(1)
    mood, later = np.zeros(20_000), None
    for step in range(round(150 / dt)):
        if step == round(130 / dt):
            later = mood.copy()
        mood = mood_next(mood, rng.standard_normal(20_000), array(0.15), array(20.0), array(dt))
    assert mood.std() == pytest.approx(0.15, rel=0.02)
    assert np.corrcoef(mood, later)[0, 1] == pytest.approx(np.exp(-1.0), abs=0.02)


def test_a_mood_keeps_its_variance_in_closed_form():
    kept = mood_next(array(1.0), array(0.0), array(0.15), array(20.0), array(0.25))
    shaken = mood_next(array(0.0), array(1.0), array(0.15), array(20.0), array(0.25))
    assert kept == pytest.approx([np.exp(-0.0125)])
    assert kept * kept * 0.15**2 + shaken * shaken == pytest.approx([0.15**2], rel=1e-12)


def test_a_government_drifts_in_its_own_mood():
    p = governed(mood_size=0.2, mood_days=10.0, dt=1.0)
    expected = mood_next(array(0.3), array(1.5), array(0.2), array(10.0), array(1.0))
    assert mood(seen(mood=0.3), p, [array(1.5)])["mood"] == expected


def test_temper_and_mood_multiply_resolve():
    def weight_of_grievance(**changes):
        s = Values({**seen(**{**CALM, "grievance": 4.0, **changes}).__dict__, "liking": NO_LIKING})
        return reasons(s, governed(temper=0.3))["grievance"]

    plain = weight_of_grievance()
    assert weight_of_grievance(temper=2.0, mood=-0.1) == pytest.approx(plain * np.exp(0.3 * 2.0 - 0.1))


def test_dread_runs_from_its_standing_part_to_all_of_it():
    assert dread_of(array(0.0), 10.0, array(0.0), array(0.8), array(0.5)) == array(0.8)
    assert dread_of(array(10.0), 10.0, array(0.0), array(0.8), array(0.5)) == pytest.approx([1.0])
    assert dread_of(array(10.0), 10.0, array(2.0), array(0.8), array(0.5)) == pytest.approx([2.0])


def test_without_injury_or_threat_there_is_no_cause_and_with_one_unit_half():
    assert cause_for_alarm(array(0.0), array(0.0), array(1.0)) == 0.0
    assert cause_for_alarm(array(0.4), array(0.6), array(1.0)) == pytest.approx([0.5])
    assert cause_for_alarm(array(1.0), array(1.0), array(2.0)) == pytest.approx([0.5])
    assert cause_for_alarm(array(1e9), array(0.0), array(1.0)) == pytest.approx([1.0])


def test_a_public_stand_commits_until_it_is_forgotten_but_an_act_does_not():
    assert decided(posture=3.0)["commitment"] == array(3.0)
    assert decided(posture=5.0)["commitment"] == 0.0
    faded = decided(governed(commitment_days=10.0 / np.log(2.0), dt=10.0), posture=1.0, commitment=8.0)
    assert faded["commitment"] == pytest.approx([4.0])


def test_the_worst_provocation_is_remembered_and_fades():
    assert decided(rival_act_begun=6.0, rival_posture=6.0, provocation=3.0)["provocation"] == array(6.0)
    assert decided(governed(severity_per_injury=1.5), attack_injury=2.0)["provocation"] == pytest.approx([3.0])
    assert decided(attack_injury=100.0)["provocation"] == array(10.0)
    assert decided(provocation=6.0)["provocation"] == pytest.approx([6.0 * np.exp(-0.25 / 30.0)])


def test_every_nuclear_signal_adds_to_a_shadow_that_fades():
    assert decided(rival_nuclear_signal=1.0, shadow=1.0)["shadow"] == pytest.approx([1.0 + np.exp(-0.25 / 15.0)])


def test_the_strongest_motive_for_force_so_far_is_remembered():
    aroused = decided(grievance=6.0, pressure=0.5, threat=3.0)["motive_at_height"]
    assert aroused > 1.0
    assert decided(motive_at_height=aroused)["motive_at_height"] == aroused
    assert decided(grievance=8.0, pressure=0.5, threat=3.0, motive_at_height=aroused)["motive_at_height"] > aroused


def test_when_a_crisis_is_over_its_motive_is_past():
    assert decided(motive_at_height=50.0, over=0.0)["motive_at_height"] == 50.0
    fresh = decided(motive_at_height=0.0, over=1.0)["motive_at_height"]
    assert decided(motive_at_height=50.0, over=1.0)["motive_at_height"] == fresh < 50.0


def term(name: str, p: Values, **changes) -> np.ndarray:
    """What one term says for every rung."""
    return reasons(Values({**seen(**{**CALM, **changes}).__dict__, "liking": NO_LIKING}), p)[name][:, 0]


ABOVE_QUIET = np.maximum(LADDER.tables["severity"] - LADDER.tables["severity"][LADDER.quiet], 0.0)


def test_trust_and_trade_hold_back_by_their_weights_per_severity_above_quiet():
    p = governed(trust_weight=0.4, trade_weight=0.2)
    assert term("ties", p, trust=0.5, trade=0.75) == pytest.approx(-(0.4 * 0.5 + 0.2 * 0.75) * ABOVE_QUIET)
    assert (term("ties", governed(trade_weight=0.0), trade=1.0) == 0.0).all()


def test_a_policy_of_restraint_is_a_price_of_rising_that_no_injury_lifts():
    costs = [term("cost", governed(restraint=restraint, unprovoked=0.7), grievance=1e9) for restraint in (0.0, 0.5)]
    assert costs[1] - costs[0] == pytest.approx(-0.5 * ABOVE_QUIET)
    uncalled_for = term("cost", governed(restraint=0.5, unprovoked=0.7)) - term("cost", governed(restraint=0.0, unprovoked=0.0))
    assert uncalled_for == pytest.approx(-1.2 * ABOVE_QUIET)


def test_a_government_is_weary_only_where_nothing_else_holds_it_back_more():
    plain = {"unprovoked": 0.0, "nuclear_caution": 0.5, "standing_dread": 0.0}
    spent = governed(weariness_weight=2.0, **plain)
    assert decided(spent, weariness=0.0)["weary"] == 0.0
    assert decided(spent, weariness=1.0)["weary"] == 1.0
    assert decided(spent, weariness=1.0, motive_at_height=50.0)["weary"] == 0.0  # its motive has faded by more
    assert (
        decided(governed(weariness_weight=2.0, compliance=2.0, cost_sensitivity=0.3, **plain), weariness=1.0, cease_fire=1.0)[
            "weary"
        ]
        == 0.0
    )
