"""Verdicts from effects of which the truth is known."""

import numpy as np
import pytest

from escalation_sim.analysis.verdicts import (
    ANSWERS,
    NO_EFFECT,
    OPPOSITE,
    SUPPORTED,
    UNDECIDED,
    WORDS,
    Effects,
    Findings,
    Share,
    answer_of_world,
    findings_from,
    margin,
    on_the_edge,
    steadied,
    verdict_of_tests,
)

SETS, THEORIES = 60, 5


def worlds(truth, error, seed=1):
    """Effects of worlds seen with an error; `truth` of shape (world,)."""
    rng = np.random.default_rng(seed)
    error = np.broadcast_to(error, truth.shape)
    sets = np.repeat(np.arange(SETS), len(truth) // SETS)
    return Effects(sets, truth + error * rng.standard_normal(truth.shape), error.copy())


@pytest.mark.parametrize(
    ("effect", "error", "expects", "answer"),
    [
        (-3.0, 0.5, "lower", SUPPORTED),
        (-3.0, 0.5, "higher", OPPOSITE),
        (0.0, 0.3, "lower", NO_EFFECT),
        (0.0, 0.3, "same", SUPPORTED),
        (-3.0, 0.5, "same", OPPOSITE),
        (-3.0, 0.5, "not_higher", SUPPORTED),
        (0.0, 0.3, "not_lower", SUPPORTED),
        (3.0, 0.5, "not_higher", OPPOSITE),
        (-1.2, 0.5, "lower", UNDECIDED),
        (-1.2, 0.5, "not_higher", SUPPORTED),
        (0.0, 5.0, "lower", UNDECIDED),
    ],
)
def test_one_world_answers_by_the_regions_its_interval_touches(effect, error, expects, answer):
    assert answer_of_world(effect, error, expects, 1.0) == answer


@pytest.mark.parametrize(
    ("interval", "expects", "edge"),
    [
        ((-3.0, -1.5), "lower", False),
        ((-1.2, -0.9), "lower", True),
        ((-1.2, -0.9), "not_higher", False),  # the answer is the same on both sides of that border
        ((0.9, 1.2), "not_higher", True),
        ((-0.5, 0.5), "same", False),
        ((-1.2, 1.2), "higher", True),
    ],
)
def test_a_mean_on_a_border_between_two_answers_is_on_the_edge(interval, expects, edge):
    assert on_the_edge(Share(sum(interval) / 2.0, *interval), expects, 1.0) is edge


@pytest.mark.parametrize("expects", list(ANSWERS))
def test_the_margin_is_positive_just_where_a_claim_is_supported(expects):
    effect = np.array([-3.0, -1.5, 0.0, 1.5, 3.0])
    inside = margin(effect, expects, 1.0) >= 0.0
    supported = [answer_of_world(one, 1e-9, expects, 1.0) == SUPPORTED for one in effect]
    assert inside.tolist() == supported


def test_a_true_effect_in_every_world_is_supported_and_its_mirror_opposite():
    found = worlds(np.full(SETS * THEORIES, -3.0), 1.0)
    assert findings_from(found, "lower", 1.0).verdict == SUPPORTED
    assert findings_from(found, "higher", 1.0).verdict == OPPOSITE


def test_noise_alone_is_no_effect_though_single_worlds_look_otherwise():
    found = worlds(np.zeros(SETS * THEORIES), 1.0)
    single = [answer_of_world(e, s, "lower", 1.0) for e, s in zip(found.effect, found.error, strict=True)]
    assert single.count(NO_EFFECT) < 0.1 * len(single)
    findings = findings_from(found, "lower", 1.0)
    assert findings.verdict == NO_EFFECT
    assert findings.shares[NO_EFFECT].value > 0.9


def test_worlds_that_differ_are_undecided_for_that_reason():
    truth = np.where(np.arange(SETS * THEORIES) % 2 == 0, -4.0, 0.0)
    findings = findings_from(worlds(truth, 0.5), "lower", 1.0)
    assert (findings.verdict, findings.why) == (UNDECIDED, "worlds differ")
    assert findings.shares[SUPPORTED].value == pytest.approx(0.5, abs=0.07)


def test_few_noisy_worlds_are_undecided_for_want_of_runs():
    rng = np.random.default_rng(3)
    found = Effects(np.arange(6), -1.0 + 3.0 * rng.standard_normal(6), np.full(6, 3.0))
    findings = findings_from(found, "lower", 1.0)
    assert (findings.verdict, findings.why) == (UNDECIDED, "too few runs")


def test_intervals_of_shares_cover_the_truth():
    covered, cases = 0, 8
    for seed in range(cases):
        rng = np.random.default_rng(100 + seed)
        truth = -rng.exponential(3.0, SETS * THEORIES) * (rng.random(SETS * THEORIES) < 0.6)
        findings = findings_from(worlds(truth, 0.5, seed), "lower", 1.0)
        expected = 0.6 * np.exp(-1.0 / 3.0)
        covered += findings.shares[SUPPORTED].low <= expected <= findings.shares[SUPPORTED].high
    assert covered >= 6


@pytest.mark.parametrize("number", [SETS, SETS * THEORIES])
def test_large_effects_that_are_known_badly_are_not_taken_for_noise(number):
    """Worlds with an effect are the noisy ones; one distribution for all would let the quiet worlds speak for them."""
    rng = np.random.default_rng(5)
    truth = np.where(rng.random(number) < 0.5, 0.0, -3.0)
    findings = findings_from(worlds(truth, np.where(truth == 0.0, 0.2, 2.0)), "lower", 1.0)
    assert findings.shares[SUPPORTED].value == pytest.approx(np.mean(truth < -1.0), abs=0.1)


def test_shares_add_up_to_one():
    findings = findings_from(worlds(np.linspace(-4.0, 4.0, SETS * THEORIES), 1.0), "lower", 1.0)
    assert sum(findings.shares[word].value for word in WORDS) == pytest.approx(1.0)


def test_theories_of_a_set_are_drawn_together():
    """Five theories that say the same are no more evidence than one."""
    truth = np.repeat(np.random.default_rng(7).normal(-1.0, 2.0, SETS), THEORIES)
    one = worlds(truth[::THEORIES], 0.2)
    same = Effects(np.repeat(one.sets, THEORIES), np.repeat(one.effect, THEORIES), np.repeat(one.error, THEORIES))
    narrow, wide = (findings_from(each, "lower", 1.0).mean for each in (one, same))
    assert wide.high - wide.low == pytest.approx(narrow.high - narrow.low, rel=0.01)


def test_one_set_gives_no_verdict():
    assert findings_from(Effects(np.zeros(1, int), np.zeros(1), np.ones(1)), "lower", 1.0).verdict == UNDECIDED


def test_runs_that_came_out_alike_are_not_certain():
    variance = steadied(np.array([0.0, 4.0]), np.array([3.0, 3.0]))
    assert variance[0] > 0.5
    assert steadied(np.array([0.0, 4.0]), np.array([1e6, 1e6]))[0] < 1e-4


def findings(verdict, why=""):
    nothing = Share(np.nan, np.nan, np.nan)
    return Findings(verdict, why, {}, nothing, np.nan, 1)


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([SUPPORTED, SUPPORTED], SUPPORTED),
        ([SUPPORTED, NO_EFFECT], NO_EFFECT),
        ([SUPPORTED, UNDECIDED], UNDECIDED),
        ([UNDECIDED, NO_EFFECT], NO_EFFECT),
        ([NO_EFFECT, OPPOSITE], OPPOSITE),
        ([UNDECIDED, OPPOSITE, SUPPORTED], OPPOSITE),
    ],
)
def test_every_deciding_test_has_to_be_so(verdicts, together):
    assert verdict_of_tests([findings(one, "worlds differ" if one == UNDECIDED else "") for one in verdicts])[0] == together
