"""A deal needs two willing governments, something at stake, and a line in use to strike it on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from escalation_sim.parameters import Values
from escalation_sim.rules.bargaining import deal, probability_of_yes, willingness
from given import array, evenly, given, members, rows, seen

EAGER, NEVER = 500.0, -500.0
TALKER = {"negotiates": 0.5, "influence": 1.0}
READY = {"posture": (3.0, 3.0), "order": (0.0, 0.0), "willingness": (EAGER, EAGER), "price_of_publicity": (0.0, 0.0)}
SIDE = {
    "weariness": 0.0, "threat": 0.0, "trust": 0.0, "deaths_recent": 0.0, "bitterness": 0.0, "pressure": 0.0, "disillusion": 0.0,
    "groundwork": 0.0,
}  # fmt: skip


def dealt(
    *profiles,
    u=0.0,
    status=None,
    relationship=None,
    in_use=None,
    cease_fire=0.0,
    fought=0.0,
    over=0.0,
    excitement=0.0,
    dt=0.25,
    before_force=0.45,
    hot_line=0.5,
    about_the_line=0.02,
    **changes,
):
    by_country = {name: rows(*sides) for name, sides in {**READY, **changes}.items()}
    single = seen(cease_fire=cease_fire, fought=fought, over=over, excitement=excitement, deal_channel=-1.0).__dict__
    count = len(profiles)
    lines = {
        "status": rows(*(status or (2.0,) * count)),
        "relationship": rows(*(relationship or (1.0,) * count)),
        "in_use": rows(*(in_use or (1.0,) * count)),
    }
    p = given(
        "deals", channel=members("channel", *profiles), dt=dt,
        before_force=before_force, hot_line=hot_line, about_the_line=about_the_line,
    )  # fmt: skip
    return deal(Values({**by_country, **single, **lines}), p, [array(u)])


def chance_of_deal(*profiles, count=160_000, **changes) -> float:
    """Probability of a deal in one step, over evenly spaced draws."""
    return float(dealt(*profiles, u=evenly(count), **changes)["deal_struck"].mean())


def test_both_must_be_willing():
    assert dealt(TALKER)["deal_struck"] == 1.0
    for sides in ((EAGER, NEVER), (NEVER, EAGER), (NEVER, NEVER)):
        found = dealt(TALKER, willingness=sides, u=1e-9)
        assert found["deal_tried"] == 1.0
        assert found["deal_struck"] == 0.0


@for_all(draw=st.floats(0, 1, exclude_max=True))
@settings(max_examples=25)
def test_a_line_that_cannot_negotiate_never_strikes_a_deal(draw):
    mute, distant = {"negotiates": 0.0, "influence": 1.0}, {"negotiates": 2.0, "influence": 0.0}
    found = dealt(mute, distant, u=draw)
    assert found["deal_tried"] == found["deal_struck"] == found["talks_near"] == 0.0
    assert found["deal_channel"] == -1.0
    assert dealt(mute, TALKER, distant, u=0.05 * draw)["deal_channel"] == 1.0


@pytest.mark.parametrize(
    "silence", [{"status": (0.0,)}, {"status": (1.0,)}, {"relationship": (0.0,)}, {"in_use": (0.0,)}], ids=str
)
def test_a_silent_line_strikes_no_deal(silence):
    assert dealt(TALKER)["deal_tried"] == 1.0
    assert dealt(TALKER, **silence)["deal_tried"] == 0.0


def test_a_line_of_half_the_strength_brings_half_the_talks():
    u = evenly(10_000)
    found = dealt({**TALKER, "strength": 0.5}, u=u, fought=1.0)["deal_tried"].mean()
    assert found == pytest.approx(1.0 - np.exp(-0.25 * 0.25), abs=1e-4)
    assert dealt({**TALKER, "strength": 0.0}, fought=1.0)["deal_tried"] == 0.0


def test_without_lines_there_is_no_deal():
    p = given("deals", channel=members("channel"))
    s = Values({
        **{name: rows(*sides) for name, sides in READY.items()}, **seen(cease_fire=0.0, fought=0.0, over=0.0, excitement=0.0, deal_channel=-1.0).__dict__,
        "status": np.zeros((0, 1)), "relationship": np.zeros((0, 1)), "in_use": np.zeros((0, 1)),
    })  # fmt: skip
    assert deal(s, p, [array(0.0)])["deal_struck"] == 0.0


@pytest.mark.parametrize("posture", [(0.0, 0.0), (2.0, 2.0)])
def test_where_nothing_is_at_stake_there_is_nothing_to_settle(posture):
    assert dealt(TALKER, posture=posture)["deal_tried"] == 0.0
    assert dealt(TALKER, posture=posture, order=(0.0, 5.0))["deal_tried"] == 1.0


def test_no_deal_on_top_of_a_deal():
    assert dealt(TALKER, cease_fire=1.0)["deal_tried"] == 0.0


@pytest.mark.parametrize(
    ("posture", "fought", "pace"), [((3.0, 3.0), 0.0, 0.45), ((3.0, 4.0), 0.0, 1.0), ((3.0, 3.0), 1.0, 1.0)]
)
def test_talks_come_up_at_the_rate_of_the_lines_and_more_slowly_before_force(posture, fought, pace):
    u = evenly(10_000)
    found = dealt(TALKER, {"negotiates": 0.2, "influence": 0.5}, u=u, relationship=(0.6, 1.0), posture=posture, fought=fought)
    rate = (0.5 * 0.6 + 0.2 * 0.5) * pace
    assert found["deal_tried"].mean() == pytest.approx(1.0 - np.exp(-rate * 0.25), abs=1e-4)


def test_force_once_used_is_remembered():
    assert dealt(TALKER, posture=(3.0, 4.0))["fought"] == 1.0
    assert dealt(TALKER, posture=(0.0, 0.0), fought=1.0)["fought"] == 1.0
    assert dealt(TALKER)["fought"] == 0.0


def test_when_a_crisis_is_over_what_was_fought_in_it_is_past():
    assert dealt(TALKER, posture=(0.0, 0.0), fought=1.0, over=1.0)["fought"] == 0.0
    slow, quick = (dealt(TALKER, u=evenly(10_000), fought=1.0, over=over)["deal_tried"].mean() for over in (1.0, 0.0))
    assert slow == pytest.approx(1.0 - np.exp(-0.5 * 0.45 * 0.25), abs=1e-4)
    assert quick == pytest.approx(1.0 - np.exp(-0.5 * 0.25), abs=1e-4)


def test_a_hot_line_is_worth_a_deal_even_without_a_crisis():
    """From the rate of exchanges on at which it is called hot, at its own share of the pace of a crisis."""
    quiet = {"posture": (2.0, 2.0), "about_the_line": 0.3, "hot_line": 0.5, "u": evenly(10_000)}
    assert (dealt(TALKER, excitement=0.499, **quiet)["deal_tried"] == 0.0).all()
    for fought in (0.0, 1.0):
        talked = dealt(TALKER, excitement=0.5, fought=fought, **quiet)["deal_tried"].mean()
        assert talked == pytest.approx(1.0 - np.exp(-0.5 * 0.3 * 0.25), abs=1e-4)
    assert (dealt(TALKER, excitement=5.0, cease_fire=1.0, **quiet)["deal_tried"] == 0.0).all()
    crisis = {**quiet, "posture": (3.0, 2.0)}
    assert dealt(TALKER, excitement=5.0, **crisis)["deal_tried"].mean() == pytest.approx(
        1.0 - np.exp(-0.5 * 0.45 * 0.25), abs=1e-4
    )


def test_a_government_of_two_minds_says_yes_half_the_time():
    assert probability_of_yes(array(0.0), array(0.0), array(1.0)) == 0.5
    assert probability_of_yes(array(2.0), array(2.0), array(1.0)) == 0.5
    assert probability_of_yes(array(2.0), array(2.0), array(0.0)) == pytest.approx([1.0 / (1.0 + np.exp(-2.0))])


def test_a_secret_line_spares_what_a_public_one_costs():
    price = {"willingness": (1.0, 1.0), "price_of_publicity": (2.0, 2.0)}
    secret, half, public = (dealt({**TALKER, "publicity": publicity}, **price)["talks_near"] for publicity in (0.0, 0.5, 1.0))
    assert secret == pytest.approx([1.0 / (1.0 + np.exp(-1.0)) ** 2])
    assert public == pytest.approx([1.0 / (1.0 + np.exp(1.0)) ** 2])
    assert secret > half > public


def test_a_deal_is_struck_as_often_as_both_say_yes():
    agreed = 0.5 * 0.45 * 0.25
    assert chance_of_deal(TALKER, willingness=(0.0, 0.0)) == pytest.approx(1.0 - np.exp(-agreed * 0.25), abs=2e-4)


def test_two_half_steps_strike_as_many_deals_as_one_step():
    busy = {"negotiates": 2.0, "influence": 1.0}
    half, whole = (chance_of_deal(busy, willingness=(0.0, 0.0), fought=1.0, dt=dt) for dt in (0.25, 0.5))
    assert 1.0 - (1.0 - half) ** 2 == pytest.approx(whole, rel=5e-3)


def test_the_line_that_strikes_is_drawn_by_its_part_in_the_agreement():
    found = dealt(TALKER, {"negotiates": 0.0, "influence": 1.0}, {"negotiates": 1.0, "influence": 1.0}, u=evenly(90_000))
    struck = found["deal_struck"] == 1.0
    shares = [np.mean(found["deal_channel"][struck] == place) for place in range(3)]
    assert shares == pytest.approx([1 / 3, 0.0, 2 / 3], abs=2e-4)
    assert (found["deal_channel"][~struck] == -1.0).all()


LINES = st.tuples(st.sampled_from([0.0, 0.1, 0.5, 2.0]), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.3, 1.0]))


@for_all(lines=st.lists(LINES, min_size=1, max_size=7), willing=st.floats(-2.0, 2.0), price=st.floats(0.0, 3.0))
@settings(max_examples=40)
def test_every_line_gets_its_share_of_the_deals(lines, willing, price):
    """Its share is that of its talks in which both say yes, and what all strike together is what the rates add up to."""
    count = 100_000
    profiles = [{"negotiates": negotiates, "influence": 1.0, "publicity": publicity} for negotiates, _, publicity in lines]
    found = dealt(
        *profiles, u=evenly(count), fought=1.0, relationship=tuple(relationship for _, relationship, _ in lines),
        willingness=(willing, 0.5), price_of_publicity=(price, 0.0),
    )  # fmt: skip
    yes = [1.0 / (1.0 + np.exp(price * publicity - willing)) / (1.0 + np.exp(-0.5)) for _, _, publicity in lines]
    rates = np.array([talks * there * agreed for (talks, there, _), agreed in zip(lines, yes, strict=True)])
    struck = -np.expm1(-rates.sum() * 0.25)
    for place, share in enumerate(rates / max(rates.sum(), 1e-9)):
        assert np.mean(found["deal_channel"] == place) == pytest.approx(struck * share, abs=1.5 / count)
    assert found["deal_struck"].mean() == pytest.approx(struck, abs=1 / count)
    assert (found["deal_struck"] <= found["deal_tried"]).all()


WEIGHTS = {
    "readiness": -0.7, "by_weariness": 3.0, "by_fear": 4.0, "by_trust": 1.5, "by_losses": 0.3, "by_grievance": 3.0, "by_pressure": 1.5,
    "by_disillusion": 1.0, "price_of_publicity": 2.0,
}  # fmt: skip


def willing(*, engaged=(), leverage=(), **changes) -> float:
    p = given("bargaining", mediator=members("mediator", *[{"leverage": each} for each in leverage]), **WEIGHTS)
    s = Values({**seen(**{**SIDE, **changes}).__dict__, "engaged": rows(*engaged) if engaged else np.zeros((0, 1))})
    return float(willingness(s, p, [])["willingness"][0])


@pytest.mark.parametrize(("what", "amount", "shift"), [
    ("weariness", 0.5, 1.5), ("threat", 5.0, 2.0), ("trust", 0.4, 0.6), ("deaths_recent", np.e - 1.0, 0.3),
    ("bitterness", 0.5, -1.5), ("pressure", 0.5, -0.75), ("disillusion", 2.0, -2.0),
    ("groundwork", 1.25, 1.25),
])  # fmt: skip
def test_everything_shifts_willingness_by_its_weight(what, amount, shift):
    assert willing() == -0.7
    assert willing(**{what: amount}) == pytest.approx(-0.7 + shift)


def test_only_the_strongest_mediator_at_work_counts():
    assert willing(engaged=(1.0, 1.0, 0.0), leverage=(0.8, 1.2, 3.0)) == pytest.approx(-0.7 + 1.2)
    assert willing(engaged=(0.0, 0.0, 0.0), leverage=(0.8, 1.2, 3.0)) == -0.7


def test_publicity_costs_only_under_pressure():
    p = given("bargaining", mediator=members("mediator"), **WEIGHTS)
    prices = [
        float(willingness(Values({**seen(**{**SIDE, "pressure": pressure}).__dict__, "engaged": np.zeros((0, 1))}), p, [])["price_of_publicity"][0])
        for pressure in (0.0, 0.5)
    ]  # fmt: skip
    assert prices == [0.0, 1.0]
