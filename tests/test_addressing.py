"""Chance is addressed: a run is the same run however it is computed, and what is added shifts nobody's draws."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import pickle

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import escalation_sim as es
from escalation_sim.batch import computed, steps
from escalation_sim.noise import NORMAL, UNIFORM, Draws, Process, initial_draws
from escalation_sim.parameters import FLOAT, Number
from escalation_sim.rules import SECTIONS
from escalation_sim.scenario import Member
from escalation_sim.state import VARIABLES, processes


def row(result: es.Result, run: int) -> pd.Series:
    return result.outcomes.loc[run]


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one.reset_index(drop=True).equals(other.reset_index(drop=True))


def test_a_run_is_identical_in_batches_of_any_size(in_half_days):
    few = es.run(in_half_days, runs=50, seed=1)
    many = es.run(in_half_days, runs=2000, seed=1)
    assert same(few.outcomes, many.outcomes.iloc[:50])
    assert many.judged.iloc[:50].equals(few.judged)


def test_a_run_is_identical_alone(in_half_days):
    many = es.run(in_half_days, runs=50, seed=1)
    alone = computed(in_half_days, 1, [37]).columns
    assert same(pd.DataFrame(alone), many.outcomes.iloc[[37]])


def test_a_run_whose_members_are_judged_is_identical_alone(in_half_days):
    judged = {"value": 0.8, "range": [0.5, 0.95]}
    scenario = in_half_days.open("back_channel", relationship=0.5)
    scenario = scenario.set("channels.back_channel.negotiates", judged).set(
        "countries.india.outlets.mass_tv.audience", {"value": 0.5, "range": [0.2, 0.9]}
    )
    many = es.run(scenario, runs=200, seed=1)
    late = int(many.outcomes["days_to_end"].fillna(1000.0).argmax())  # others have been dropped before
    alone = computed(scenario, 1, [late]).columns
    assert same(pd.DataFrame(alone), many.outcomes.iloc[[late]])


RUNS = 1547


@pytest.fixture(scope="module")
def outcomes_in_one_chunk(in_half_days) -> pd.DataFrame:
    return es.run(in_half_days, runs=RUNS, seed=2).outcomes


@pytest.mark.parametrize("size", [100, 512, 1546])
def test_a_run_is_identical_in_any_chunk_size(in_half_days, outcomes_in_one_chunk, size):
    assert same(outcomes_in_one_chunk, es.run(in_half_days, runs=RUNS, seed=2, chunk=size).outcomes)


def test_every_run_is_another_crisis(in_half_days):
    outcomes = es.run(in_half_days, runs=1000, seed=1).outcomes
    assert not outcomes[["deaths_total", "trust_end", "misperception"]].duplicated().any()


def test_another_seed_is_another_crisis(in_half_days):
    assert not same(es.run(in_half_days, runs=50, seed=1).outcomes, es.run(in_half_days, runs=50, seed=2).outcomes)


def silent(scenario: es.Scenario, name: str, kind: str, **profile: float) -> es.Scenario:
    """The scenario with one more member that changes nothing: an outlet without audience, a group without audience, a null channel."""
    if kind == "channels":
        quiet = dataclasses.replace(
            scenario.channels[0], name=name, label=name, status=2.0, relationship=Number(0.7),
            profile={entry: Number(0.0) for entry in scenario.channels[0].profile},
        )  # fmt: skip
        return dataclasses.replace(scenario, channels=(*scenario.channels, quiet))
    numbers = {entry: Number(value) for entry, value in profile.items()}
    countries = tuple(
        dataclasses.replace(country, **{kind: (*getattr(country, kind), Member(name, name, numbers))})
        for country in scenario.countries
    )
    return dataclasses.replace(scenario, countries=countries)


def test_a_seventh_outlet_without_audience_changes_nothing(in_half_days):
    more = silent(in_half_days, "bulletin", "outlets", audience=0.0)
    assert same(es.run(in_half_days, 300, 1).outcomes, es.run(more, 300, 1).outcomes)


def test_an_eighth_channel_of_zeros_changes_no_outcome_of_any_run(in_half_days):
    more = silent(in_half_days, "null", "channels")
    assert same(es.run(in_half_days, 2000, 1).outcomes, es.run(more, 2000, 1).outcomes)


def test_a_null_channel_moves_no_state_of_anybody_by_a_bit(in_half_days):
    """Sharper than outcomes, in which a small effect may not show."""
    others = [name for name, variable in VARIABLES.items() if variable.owner != "channel"]
    brief = dataclasses.replace(in_half_days, horizon_days=20.0)
    one = es.run(brief, 60, 1, keep=others).trajectories
    other = es.run(silent(brief, "null", "channels"), 60, 1, keep=others).trajectories
    for name in others:
        assert np.array_equal(one[name], other[name], equal_nan=True), name


@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_null_channel_changes_nothing_wherever_it_stands_in_the_list(in_half_days, place):
    more = silent(in_half_days, "null", "channels")
    channels = [channel for channel in more.channels if channel.name != "null"]
    channels.insert(place, more.channels[-1])
    moved = dataclasses.replace(more, channels=tuple(channels))
    assert same(es.run(in_half_days, 300, 1).outcomes, es.run(moved, 300, 1).outcomes)


def test_a_shipped_channel_with_its_profile_zeroed_is_the_same_open_or_closed(in_half_days):
    def zeroed(status: float) -> es.Scenario:
        channels = tuple(
            dataclasses.replace(channel, status=status, profile={name: Number(0.0) for name in channel.profile})
            if channel.name == "track_two"
            else channel
            for channel in in_half_days.channels
        )
        return dataclasses.replace(in_half_days, channels=channels)

    assert same(es.run(zeroed(2.0), 1000, 1).outcomes, es.run(zeroed(0.0), 1000, 1).outcomes)


def test_a_member_that_is_added_shifts_nobodys_draws(in_half_days):
    plain = processes(in_half_days)
    more = processes(silent(silent(in_half_days, "bulletin", "outlets", audience=0.1), "null", "channels"))
    first = Draws(1, range(20), [process for of_phase in plain.values() for process in of_phase])
    second = Draws(1, range(20), [process for of_phase in more.values() for process in of_phase])
    for of_phase in plain.values():
        for process in of_phase:
            one, other = first.next(process.name), second.next(process.name)
            trimmed = other[tuple(slice(0, length) for length in one.shape)]
            assert np.array_equal(one, trimmed), process.name


def test_a_new_rule_shifts_nobodys_draws():
    old = [Process("one", ("a", "b"), (2,), 1), Process("two", ("a",), (1,), 1, NORMAL)]
    first, second = Draws(1, range(10), old), Draws(1, range(10), [Process("new", ("a", "b"), (2,), 3), *old])
    for _ in range(20):
        second.next("new")
        for name in ("one", "two"):
            assert np.array_equal(first.next(name), second.next(name))


def test_dropping_runs_does_not_change_what_the_others_draw():
    process = [Process("one", ("a", "b"), (2,), 2)]
    runs = np.arange(500, 530)
    whole, part = Draws(1, runs, process), Draws(1, runs, process)
    for _ in range(5):
        assert np.array_equal(whole.next("one"), part.next("one"))
    places = np.array([0, 3, 11, 12, 29])
    part.keep(places)
    for _ in range(20):
        assert np.array_equal(whole.next("one")[..., places], part.next("one"))
    part.keep(np.array([1, 3, 4]))
    part.keep(np.array([1, 2]))  # once more before anything was drawn
    for _ in range(20):
        assert np.array_equal(whole.next("one")[..., places[[3, 4]]], part.next("one"))


LANES = [Process("u", ("a", "b"), (2,), 2), Process("n", ("a",), (1,), 1, NORMAL)]


def drawn(draws: Draws, calls: int = 20) -> list[np.ndarray]:
    """More calls than are drawn at once."""
    return [draws.next(process.name) for _ in range(calls) for process in LANES]


def same_draws(found: list[np.ndarray], expected: list[np.ndarray]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    "runs",
    [
        [7] * 5,
        [3, 3, 9, 9, 9, 511, 511, 512, 512, 1300],
        [512, 3, 512, 3, 0, 700, 3],
        [*range(512), *range(512)],
        [*reversed(range(512)), 5],
    ],
    ids=["one", "ascending", "mixed", "twice in a row", "backwards"],
)
def test_a_run_that_comes_several_times_draws_what_it_draws_alone(runs):
    together = drawn(Draws(1, runs, LANES))
    for run in sorted(set(runs))[:3]:
        alone = drawn(Draws(1, [run], LANES))
        for place in np.flatnonzero(np.array(runs) == run):
            assert same_draws([found[..., place : place + 1] for found in together], alone), (run, place)
    assert not np.array_equal(together[0], together[2])


def test_a_run_that_comes_several_times_goes_on_as_it_would_alone_after_others_were_dropped():
    runs, places = np.array([3, 3, 9, 511, 512, 512, 3, 9]), np.array([1, 2, 5, 6])
    draws = Draws(1, runs, LANES)
    drawn(draws, 5)
    draws.keep(places)
    some = drawn(draws)
    draws.keep(np.array([0, 3]))
    rest = drawn(draws)
    for place, run in enumerate(runs[places]):
        expected = drawn(Draws(1, [run], LANES), 45)
        assert same_draws([found[..., place : place + 1] for found in some], expected[10:50])
        if place in (0, 3):
            assert same_draws([found[..., place // 3 : place // 3 + 1] for found in rest], expected[50:])


@pytest.mark.parametrize("calls", [0, 5, 7, 16])
def test_runs_put_together_go_on_as_they_would_alone_even_where_both_parts_have_the_same_run(calls):
    parts = [Draws(1, runs, LANES) for runs in ([3, 3, 700], [3, 511, 700, 700])]
    for part in parts:
        drawn(part, calls)
    parts[1].keep(np.array([0, 2, 3]))
    whole = drawn(Draws.joined(parts))
    for place, run in enumerate([3, 3, 700, 3, 700, 700]):
        alone = drawn(Draws(1, [run], LANES), calls + 20)[2 * calls :]
        assert same_draws([found[..., place : place + 1] for found in whole], alone), (run, place)


def test_draws_are_single_precision_and_uniform_ones_multiples_of_the_24th_power_of_a_half():
    draws = Draws(1, range(2048), LANES)
    uniform = np.concatenate([draws.next("u").ravel() for _ in range(20)])
    steps = uniform.astype(float) * 2.0**24
    assert uniform.dtype == draws.next("n").dtype == FLOAT
    assert uniform.min() >= 0.0
    assert uniform.max() <= 1.0 - 2.0**-24
    assert (steps == np.floor(steps)).all()
    bits = (steps.astype(np.int64)[:, None] >> np.arange(24)) & 1
    assert bits.mean(axis=0) == pytest.approx(0.5, abs=0.005), "every bit is drawn"
    assert np.corrcoef(uniform[::2], uniform[1::2])[0, 1] == pytest.approx(0.0, abs=0.012), "halves of a word are unrelated"


def test_initial_draws_are_single_precision_too_and_a_run_may_be_asked_for_twice():
    values = initial_draws(1, range(4096), "x", "y")
    assert values.dtype == initial_draws(1, range(8), "x", "y", NORMAL).dtype == FLOAT
    steps = values.astype(float) * 2.0**24
    assert (steps == np.floor(steps)).all()
    assert ((values >= 0.0) & (values < 1.0)).all()
    assert np.array_equal(initial_draws(1, [9, 3, 9, 600, 3], "x", "y"), values[[9, 3, 9, 600, 3]])


@pytest.mark.parametrize("calls", [3, 7, 8, 16, 21])
def test_a_wait_does_not_change_what_is_drawn_after_it(calls):
    process = [Process("one", ("a", "b"), (2,), 2), Process("never", ("a",), (1,), 1)]
    whole, part = Draws(1, range(40), process), Draws(1, range(40), process)
    for _ in range(calls):
        whole.next("one"), part.next("one")
    left = np.arange(0, 40, 3)
    part.keep(left)
    part.pack()
    again = Draws.joined([part])
    for _ in range(20):
        assert np.array_equal(whole.next("one")[..., left], again.next("one"))


@pytest.mark.parametrize("run", [0, 37, 2**40 - 1])
def test_a_draw_is_what_its_address_is_encrypted_to(run):
    """The contract, written out once more: anybody with AES and BLAKE2b finds the draw of any run at any call."""
    draws = Draws(5, [3, run], LANES)
    drawn(draws, 8)
    found = draws.next("u")[1, 0, 1]  # ninth call, second lane, first member
    word = 8 * 2 + 1
    key, stream = hashlib.blake2b(b"5", digest_size=16).digest(), hashlib.blake2b(b"u\x1fa", digest_size=8).digest()
    counter = stream + (run * 2**24 + word // 4).to_bytes(8, "little")
    encrypted = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(counter)
    assert found == (int.from_bytes(encrypted[word % 4 * 4 :][:4], "little") >> 8) * 2.0**-24


def test_draws_go_on_the_same_after_they_were_copied():
    draws = Draws(1, range(5), LANES)
    drawn(draws, 3)
    other = pickle.loads(pickle.dumps(copy.deepcopy(draws)))
    assert same_draws(drawn(draws), drawn(other))


def test_draws_have_the_distribution_they_claim():
    draws = Draws(1, range(2048), [Process("u", ("a",), (1,), 1, UNIFORM), Process("n", ("a",), (1,), 1, NORMAL)])
    uniform = np.concatenate([draws.next("u").ravel() for _ in range(20)])
    normal = np.concatenate([draws.next("n").ravel() for _ in range(20)])
    assert uniform.min() >= 0.0
    assert uniform.max() < 1.0
    assert abs(uniform.mean() - 0.5) < 0.006
    assert abs(uniform.std() - np.sqrt(1 / 12)) < 0.004
    assert abs(normal.mean()) < 0.02
    assert abs(normal.std() - 1.0) < 0.015


def test_normal_draws_are_normal_in_their_tails_and_those_of_one_call_say_nothing_of_the_next():
    draws = Draws(1, range(16384), [Process("n", ("a",), (1,), 1, NORMAL)])
    calls = np.stack([draws.next("n").ravel() for _ in range(16)]).astype(float)
    assert np.isfinite(calls).all()
    for beyond, share in ((1.0, 0.317311), (2.0, 0.0455003), (3.0, 0.0026998)):
        assert (np.abs(calls) > beyond).mean() == pytest.approx(share, abs=4.0 * np.sqrt(share / calls.size))
    for change in (lambda values: values, np.abs):
        together = np.corrcoef(change(calls))[~np.eye(16, dtype=bool)]
        assert np.abs(together).max() < 4.5 / np.sqrt(calls.shape[1])


@pytest.mark.parametrize("kind", [UNIFORM, NORMAL])
def test_how_many_calls_are_drawn_at_once_changes_no_draw(kind):
    few, many = (Draws(1, range(600), [Process("x", ("a", "b"), (2,), 3, kind, ahead)]) for ahead in (2, 8))
    for _ in range(20):
        assert np.array_equal(few.next("x"), many.next("x"))


def test_streams_of_different_names_are_unrelated():
    names = ["india", "pakistan", "india2", "a/b", "b/a"]
    drawn = np.stack([initial_draws(1, range(4000), "temper", name, NORMAL) for name in names])
    off_diagonal = np.corrcoef(drawn)[~np.eye(len(names), dtype=bool)]
    assert np.abs(off_diagonal).max() < 0.06


def test_initial_draws_are_those_of_the_run_number():
    whole = initial_draws(5, range(1200), "x", "y")
    assert np.array_equal(initial_draws(5, [3, 511, 512, 1199], "x", "y"), whole[[3, 511, 512, 1199]])


def test_judged_numbers_are_drawn_once_per_run_and_do_not_move_with_other_numbers(pahalgam):
    short = pahalgam.set("horizon_days", 2)
    first = es.run(short, 100, 1).judged
    fixed = next(name for name, _ in SECTIONS["government"] if not any(path.endswith(f"government.{name}") for path in first))
    parameter = SECTIONS["government"][fixed]
    changed = short.set(
        f"countries.india.government.{fixed}", {"value": parameter.default, "range": [parameter.low, parameter.high]}
    )
    second = es.run(changed, 100, 1).judged
    assert set(second.columns) - set(first.columns) == {f"countries.india.government.{fixed}"}
    assert second[list(first.columns)].equals(first)


def test_steps_shows_the_same_states_for_one_run_as_among_many(in_half_days):
    many = steps(in_half_days, seed=1, runs=range(30))
    one = steps(in_half_days, seed=1, runs=[11])
    for together, alone in zip(many, one, strict=False):
        for name, state in alone.items():
            assert np.array_equal(together[name][..., 11:12], state), name
