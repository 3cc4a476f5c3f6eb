"""Rules that are noted down once and repeated do, bit for bit, what rules do that are called as they stand."""

from __future__ import annotations

import dataclasses
import gc
import re
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import escalation_sim as es
from conftest import SHIPPED, shipped, with_decision
from escalation_sim import batch, plan
from escalation_sim.asking import in_one_piece, nowhere
from escalation_sim.parameters import FLOAT, Values
from escalation_sim.plan import Plans, Stretch, parts_of_step, rhythm_of
from escalation_sim.routines import Notes, StandIn, UnforeseenError, source_of
from escalation_sim.rules import THEORIES
from escalation_sim.turn import EVERY_DAY, TURN, Phase

RUNS = 24
CASES = [pytest.param(name, "quantal_response", id=name) for name in SHIPPED]
CASES += [
    pytest.param("pahalgam-2025", theory, id=f"pahalgam-2025-{theory}") for theory in THEORIES if theory != "quantal_response"
]


def chunk_of(scenario: es.Scenario, runs: int = RUNS, *, as_written: bool = False, design=None, first: int = 0) -> batch.Chunk:
    chunk = batch.begin(scenario, 1, np.arange(first, first + runs), design=design)
    chunk.plans.as_written = as_written
    return chunk


def walk(chunk: batch.Chunk, steps: int) -> batch.Chunk:
    for _ in range(steps):
        batch.advance(chunk)
        chunk.step += 1
    return chunk


def same_bits(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].shape == other[name].shape and one[name].tobytes() == other[name].tobytes() for name in one
    )


def plans_of(chunk: batch.Chunk) -> list[list[object]]:
    return list(chunk.plans._plans.values())


def noted(phase: Phase, chunk: batch.Chunk) -> plan._Dictation:
    """Notes of one phase."""
    sources = {"state": chunk.state, "tally": chunk.tally, "now": {"day": np.array(0.0, FLOAT)}}
    sources["draws"] = {lane: chunk.draws.for_rule(lane) for lane in chunk.plans.lanes[phase.name]}
    notes = plan._Dictation(sources)
    assert notes.add(phase, chunk.given_to(phase.name), chunk.plans.lanes[phase.name]), phase.name
    return notes


def with_rule(name: str, rule) -> tuple[Phase, ...]:
    return tuple(dataclasses.replace(phase, rule=rule) if phase.name == name else phase for phase in TURN)


@pytest.mark.parametrize(("name", "theory"), CASES)
def test_routines_give_the_bits_of_the_rules(name, theory):
    """Also after runs have left and chunks have been put together."""
    scenario = with_decision(shipped(name), theory)
    ends = []
    for as_written in (False, True):
        chunks = [walk(chunk_of(scenario, as_written=as_written, first=first), 14) for first in (0, RUNS)]
        for chunk in chunks:
            chunk.keep(np.arange(0, RUNS, 3))
            walk(chunk, 9)
        ends.append(walk(batch.Chunk.joined(chunks), 9))
    assert same_bits(ends[0].state, ends[1].state)
    assert same_bits(ends[0].tally, ends[1].tally)
    assert plans_of(ends[0])
    assert not plans_of(ends[1])


@pytest.mark.parametrize(("name", "theory"), CASES)
def test_a_step_is_one_routine(name, theory):
    """All rules can be noted down, and the tally of a crisis too; a rule that could not would cost twice the time."""
    scenario = with_decision(shipped(name), theory)
    plans = plans_of(walk(chunk_of(scenario), 10))
    assert plans
    for parts in plans:
        assert [type(part) for part in parts] == ([Stretch] if scenario.kind == "crisis" else [Stretch, type(None)])


def test_numbers_that_differ_from_run_to_run_stay_with_their_runs(short):
    values = np.linspace(0.2, 2.8, RUNS)
    design = {"model.government.resolve": values, "channels.dgmo_hotline.publicity": values / 3.0}
    ends = []
    for as_written in (False, True):
        chunk = walk(chunk_of(short, as_written=as_written, design=design), 8)
        chunk.keep(np.array([1, 2, 5, 11, 23]))
        ends.append(walk(chunk, 24))
    assert same_bits(ends[0].state, ends[1].state)
    assert len({ends[0].state["posture"][0, run] for run in range(5)}) > 1


def test_a_calendar_that_turns_a_page_renews_what_follows_from_parameters():
    scenario = shipped("rivalry-1998-2025")
    first = min(state.day for channel in scenario.channels for state in channel.schedule if state.day > 2)
    ends = []
    for as_written in (False, True):
        chunk = chunk_of(scenario, 8, as_written=as_written)
        chunk.step = round(first) - 6
        ends.append(walk(chunk, 12))
    assert same_bits(ends[0].state, ends[1].state)


def test_scenarios_of_which_rules_see_the_same_share_notes_and_others_do_not(short, monkeypatch):
    plan.notes_for.cache_clear()
    made = []
    monkeypatch.setattr(plan, "parts_of_step", lambda *given: made.append(1) or parts_of_step(*given))
    for scenario in (short, short.set("model.government.resolve", 2.5), short.open("back_channel", relationship=0.7)):
        walk(chunk_of(scenario), 10)
    assert len(made) == 3  # steps that begin a year, a day, and others
    later = dataclasses.replace(short, triggers=(dataclasses.replace(short.triggers[0], day=4.0), *short.triggers[1:]))
    ends = [walk(chunk_of(later, as_written=as_written), 30) for as_written in (False, True)]
    assert len(made) == 5
    assert same_bits(ends[0].state, ends[1].state)


def what_is_no_array(entry: object, where: str) -> dict[str, object]:
    """All that a rule is given besides arrays, by where it stands."""
    if isinstance(entry, np.ndarray):
        return {}
    if isinstance(entry, Values):
        return {place: one for name, part in entry.__dict__.items() for place, one in what_is_no_array(part, name).items()}
    if isinstance(entry, tuple):
        return {place: one for part in entry for place, one in what_is_no_array(part, where).items()}
    return {where: entry}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_rules_see_besides_arrays_is_part_of_what_notes_are_kept_by(name):
    """Notes are shared by scenarios of which rules see the same: a new entry that is no array has to be named there."""
    chunk = chunk_of(shipped(name), 2)
    seen = {place for phase in TURN for place in what_is_no_array(chunk.given_to(phase.name), phase.name)}
    assert seen <= {"ladder", "theory", "kind", "day", "puts_actor_on"}
    scenario = shipped(name)
    first = scenario.triggers[0]
    for other in (
        with_decision(scenario, "spiral"),
        dataclasses.replace(scenario, ladder=dataclasses.replace(scenario.ladder, alert=scenario.ladder.alert + 1)),
        *(
            dataclasses.replace(scenario, triggers=(dataclasses.replace(first, **change), *scenario.triggers[1:]))
            for change in (
                {"kind": "exercise" if first.kind == "gesture" else "gesture"},
                {"day": first.day + 1.0},
                {"rung": first.rung + 1},
            )
        ),
    ):
        assert batch.seen_by_rules(other) != batch.seen_by_rules(scenario)


def test_a_question_about_parameters_is_asked_again_of_others(short, monkeypatch):
    """A rule goes one way or the other as a parameter is; notes that went the one way are not used for the other."""
    trade = next(phase for phase in TURN if phase.name == "trade")

    def rule(s, p, u):
        if (p.initial > 0.5).any():
            return {"trade": s.trade * 0.5}
        return trade.rule(s, p, u)

    monkeypatch.setattr(batch, "TURN", with_rule("trade", rule))
    for initial in (0.2, 0.8, 0.2):
        scenario = short.set("model.trade.initial", initial)
        ends = [walk(chunk_of(scenario, as_written=as_written), 12) for as_written in (False, True)]
        assert plans_of(ends[0])
        assert same_bits(ends[0].state, ends[1].state)
        assert (ends[0].state["trade"] < 0.3 * initial).all() == (initial == 0.8)


def test_a_rule_that_looks_at_values_is_called_as_it_stands(short, monkeypatch):
    called = []
    trade = next(phase for phase in TURN if phase.name == "trade")

    def rule(s, p, u):
        called.append(1)
        return {"trade": s.trade + 0.25} if (s.posture > 3.0).any() else trade.rule(s, p, u)

    monkeypatch.setattr(batch, "TURN", with_rule("trade", rule))
    chunk = walk(chunk_of(short), 41)
    assert [type(part) for part in chunk.plans._plans[rhythm_of(4, 4)]] == [Stretch, Phase, Stretch]
    assert len(called) == 11 + 1  # every day, and once to be noted down
    assert same_bits(chunk.state, walk(chunk_of(short, as_written=True), 41).state)
    assert chunk.state["trade"].max() > 0.45


@pytest.mark.parametrize(
    "asked",
    [
        lambda s: bool(s.trade.any()), lambda s: float(s.trade[0]), lambda s: int(s.trade[0]), lambda s: range(10)[s.trade[0]],
        lambda s: np.asarray(s.trade), lambda s: np.sort(s.trade), lambda s: s.trade.copy(), lambda s: s.trade[s.trade > 0.0],
        lambda s: np.add(s.trade, 1.0, out=np.zeros(RUNS, FLOAT)), lambda s: np.add.accumulate(s.trade),
        lambda s: s.trade + np.ones(RUNS, FLOAT), lambda s: s.trade if s.trade[0] > 0.1 else None,
    ],
)  # fmt: skip
def test_what_cannot_be_noted_is_said(asked, short):
    def rule(s, p, u):
        asked(s)
        return {"trade": s.trade}

    phase = dataclasses.replace(next(phase for phase in TURN if phase.name == "trade"), rule=rule)
    with pytest.raises(AssertionError, match="trade"):
        noted(phase, chunk_of(short))


def test_nothing_that_is_noted_is_wider_than_single_precision(short):
    for phase in TURN:
        notes = noted(phase, chunk_of(short)).notes
        for value in [*notes.values, *(one for one in notes.fixed if isinstance(one, np.ndarray))]:
            assert value.dtype in (FLOAT, np.bool_, np.int8, np.intp), phase.name


def test_what_is_computed_twice_is_noted_once_and_what_is_not_used_not_at_all():
    notes = Notes(3)
    a, b = notes.take(np.arange(3, dtype=FLOAT)), notes.take(np.ones(3, FLOAT))
    _unused = np.exp(a)
    routine = notes.routine([(a + b) * (a + b), 2.0 * (a + b)])
    bound = routine.bound(lambda _path: None, 3)
    x, y = (np.array(values, FLOAT) for values in ([1.0, 2.0, 4.0], [0.5, 0.25, -4.0]))
    squares, doubles = bound([x, y])
    assert squares.tolist() == [2.25, 5.0625, 0.0]
    assert doubles.tolist() == [3.0, 4.5, 0.0]
    assert [operation.form for operation in notes.operations] == [
        "exp({})",
        "add({}, {})",
        "multiply({}, {})",
        "multiply({}, {})",
    ]
    source = source_of(notes.operations[1:], [[], [0, 1]], [4, 5], len(notes.fixed))
    assert "exp" not in source
    assert source.count("add(") == 1


def test_names_are_used_again_but_never_while_they_are_needed():
    notes = Notes(2)
    value = notes.take(np.zeros(2, FLOAT))
    chain = [value]
    for _ in range(30):
        chain.append(chain[-1] + chain[max(len(chain) - 3, 0)])
    found = notes.routine([chain[-1], chain[5]]).bound(lambda _path: None, 2)([np.array([1.0, 2.0], FLOAT)])
    expected = [np.array([1.0, 2.0])]
    for _ in range(30):
        expected.append(expected[-1] + expected[max(len(expected) - 3, 0)])
    assert found[0].tolist() == expected[-1].tolist()
    assert found[1].tolist() == expected[5].tolist()
    source = source_of(notes.operations, [[], [0]], [chain[-1].number, chain[5].number], 0)
    assert len(set(re.findall(r"\bx\d+", source))) <= 6


@in_one_piece
def as_it_is_or_halved(values):
    return values if nowhere(values > 4.0) else values * FLOAT(0.5)


OPERATIONS = (
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: 1.0 - a,
    lambda a, b: np.maximum(a, b) - 0.5,
    lambda a, b: (a > b).astype(FLOAT),
    lambda a, b: a[::-1],
    lambda a, b: np.where(a > 1.0, a, b),
    lambda a, b: a[0] * b,
    lambda a, b: a[1] * 2.0 + a[0],
    lambda a, b: as_it_is_or_halved(a),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(OPERATIONS) - 1), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=25),
    st.lists(st.integers(0, 9), min_size=1, max_size=3),
    st.sampled_from([1, 5]),
)
def test_any_rule_gives_its_bits_and_leaves_what_it_is_given_as_it_was(steps, wanted, runs):
    """Results may be written over what nobody needs any more: not over state, nor over what something else is a part of, and not in another form."""

    def values_after(state, draws, day, parameter):
        made = [state, draws, parameter, state * 1.0, parameter * draws, day * parameter]
        for operation, one, other in steps:
            found = OPERATIONS[operation](made[-1 - one % len(made)], made[-1 - other % len(made)])
            made.append(found if found.ndim == 2 else found * made[3])
        return [made[-1 - one % len(made)] for one in wanted]

    random = np.random.default_rng(7)
    state, draws = random.random((2, runs), FLOAT) * 3, random.random((2, runs), FLOAT)
    day, parameter = np.array(2.0, FLOAT), np.array([[0.5], [1.25]], FLOAT)
    notes = Notes(runs)
    stand_ins = (
        notes.take(state),
        notes.take(draws),
        notes.take(day),
        notes.of_parameters(Values({"one": parameter}), ("phase",)).one,
    )
    routine = notes.routine(values_after(*stand_ins)).bound(lambda _path: parameter, runs)
    before = state.tobytes(), draws.tobytes()
    found = routine([state, draws, day])
    assert (state.tobytes(), draws.tobytes()) == before
    for one, expected in zip(found, values_after(state, draws, day, parameter), strict=True):
        full = np.broadcast_shapes(one.shape, expected.shape)  # one run may stand for all
        assert np.broadcast_to(one, full).tobytes() == np.broadcast_to(expected, full).tobytes()


def test_results_are_written_over_what_nobody_needs_any_more():
    notes = Notes(3)
    one, other = notes.take(np.ones(3, FLOAT)), notes.take(np.ones(3, FLOAT))
    first = one * other
    second = first + other
    third = second * one
    assert notes.overwritten(notes.operations, [third.number]) == {second.number: first.number, third.number: second.number}
    assert notes.overwritten(notes.operations, [third.number, second.number]) == {second.number: first.number}


@pytest.mark.parametrize("part_of", [lambda whole: whole[0], lambda whole: whole[::-1], as_it_is_or_halved])
def test_nothing_is_written_over_what_something_else_is_a_part_of(part_of):
    notes = Notes(3)
    state = notes.take(np.ones((2, 3), FLOAT))
    whole = state * state
    part = part_of(whole)
    other = whole + 2.0  # the last use of the whole, but not of the part
    result = other * part
    assert notes.overwritten(notes.operations, [result.number]) == {result.number: other.number}


def test_a_number_of_the_source_counts_in_the_precision_of_what_stands_beside_it():
    notes = Notes(2)
    value = notes.take(np.ones(2, FLOAT))
    (found,) = notes.routine([value * 0.1 + 1]).bound(lambda _path: None, 2)([np.array([3.0, 0.7], FLOAT)])
    assert found.tobytes() == (np.array([3.0, 0.7], FLOAT) * 0.1 + 1).tobytes()
    assert found.dtype == FLOAT


def test_what_is_multiplied_by_one_is_left_out_as_long_as_it_is_one():
    notes = Notes(2)
    value = notes.take(np.ones(2, FLOAT))
    given = notes.of_parameters(Values({"weight": np.array(1.0, FLOAT)}), ("phase",))
    routine = notes.routine([value * given.weight])
    assert not [operation for operation in notes.operations if operation.form.startswith("multiply")]
    assert routine.bound(lambda _path: np.array(1.0, FLOAT), 2) is not None
    assert routine.bound(lambda _path: np.array(1.5, FLOAT), 2) is None


def test_notes_hold_only_for_parameters_of_the_same_form():
    notes = Notes(4)
    given = notes.of_parameters(Values({"weight": np.full(4, 2.0, FLOAT)}), ("phase",))
    routine = notes.routine([notes.take(np.ones(4, FLOAT)) * given.weight])
    assert routine.bound(lambda path: np.full(7, 3.0, FLOAT) if path == ("phase", "weight") else None, 7) is not None
    assert routine.bound(lambda _path: np.array(3.0, FLOAT), 7) is None
    assert routine.bound(lambda _path: np.full(7, 3.0), 7) is None


def test_the_source_is_made_of_operations_alone(short):
    """No name of a scenario gets into what is compiled."""
    strange = dataclasses.replace(short, name="__import__('os')", title="exec", about="eval")
    for phase in TURN:
        notes = noted(phase, chunk_of(strange)).notes
        names = {name for operation in notes.operations for name in re.findall(r"[A-Za-z_]\w*", operation.form)}
        methods = {"astype", "view", "take", "any", "all", "None", "clip", "False"}
        assert names <= methods | set(notes.functions), phase.name


def test_a_function_in_one_piece_is_called_as_it_is():
    seen = []

    @in_one_piece
    def halved(values):
        seen.append(values.copy())
        return values if nowhere(values > 5.0) else values / 2.0

    assert halved(np.array([1.0, 3.0])).tolist() == [1.0, 3.0]
    notes = Notes(3)
    routine = notes.routine([halved(notes.take(np.zeros(3, FLOAT)) + 1.0)])
    seen.clear()
    (found,) = routine.bound(lambda _path: None, 3)([np.array([1.0, 2.0, 7.0], FLOAT)])
    assert seen[0].tolist() == [2.0, 3.0, 8.0]
    assert found.tolist() == [1.0, 1.5, 4.0]


def test_two_functions_of_one_name_are_told_apart():
    def times(factor):
        @in_one_piece
        def times_factor(values):
            return values * factor

        return times_factor

    notes = Notes(2)
    value = notes.take(np.ones(2, FLOAT))
    routine = notes.routine([times(2.0)(value), times(3.0)(value)])
    two, three = routine.bound(lambda _path: None, 2)([np.array([1.0, 4.0], FLOAT)])
    assert (two.tolist(), three.tolist()) == ([2.0, 8.0], [3.0, 12.0])


def test_nowhere_is_known_of_arrays_and_denied_where_it_is_not_known():
    assert nowhere(np.zeros(3, bool))
    assert not nowhere(np.array([False, True]))
    assert nowhere(np.False_)
    notes = Notes(3)
    assert not nowhere(notes.take(np.zeros(3, bool)))


def test_a_stand_in_refuses_what_it_does_not_know():
    notes = Notes(3)
    with pytest.raises(UnforeseenError):
        notes.take(np.zeros(3, FLOAT)).cumsum()
    with pytest.raises(AttributeError):
        notes.take(np.zeros(3, FLOAT)).__fspath__  # noqa: B018
    assert isinstance(notes.take(np.zeros(3, FLOAT))[1:2], StandIn)


def test_what_comes_only_once_is_not_noted_down(short):
    plan.notes_for.cache_clear()
    chunk = walk(chunk_of(short), 2)
    assert chunk.plans._plans == {}
    walk(chunk, 1)
    assert list(chunk.plans._plans) == [rhythm_of(1, 4)]


def test_plans_are_those_of_the_turn_table(short):
    plans = Plans(TURN, {phase.name: () for phase in TURN}, "test")
    assert [phase.name for phase in plans.phases_due(rhythm_of(0, 4))] == [phase.name for phase in TURN]
    assert [phase.name for phase in plans.phases_due(rhythm_of(1, 4))] == [phase.name for phase in TURN if phase.is_due(1, 4)]
    assert [phase.name for phase in plans.phases_due(rhythm_of(4, 4))] == [
        phase.name for phase in TURN if phase.every == EVERY_DAY or phase.is_due(1, 4)
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_channels_that_are_closed_for_good_are_passed_over_and_nothing_changes(name, monkeypatch):
    scenario = dataclasses.replace(shipped(name), horizon_days=20.0)
    left = batch.without_lines_closed_for_good(scenario, {}, ())
    without = batch.computed(scenario, 1, np.arange(40), size=40)
    assert without.scenario.channels == left.channels
    monkeypatch.setattr(batch, "without_lines_closed_for_good", lambda scenario, *_: scenario)
    with_all = batch.computed(scenario, 1, np.arange(40), size=40)
    for name, column in with_all.columns.items():
        assert np.array_equal(column, without.columns[name], equal_nan=name != "ended_by"), name
    closed = [one.name for one in scenario.channels if one.status == 0.0 and not one.schedule and not one.since_trigger]
    assert [one.name for one in left.channels] == [one.name for one in scenario.channels if one.name not in closed]


def test_channels_that_something_may_open_stay(short):
    def left(scenario, design=(), keep=()):
        names = [one.name for one in batch.without_lines_closed_for_good(scenario, dict.fromkeys(design), keep).channels]
        return "back_channel" in names, len(names)

    everything = len(short.channels)
    assert left(short) == (False, everything - 1)
    assert left(short, design=["channels.back_channel.status"]) == (True, everything)
    assert left(short, design=["channels.back_channel.publicity"]) == (False, everything - 1)
    assert left(short, keep=["posture"]) == (True, everything)
    assert left(short.open("back_channel", since="trigger")) == (True, everything)
    for name in [one.name for one in short.channels]:
        short = short.close(name)
    assert left(short)[1] == 1
    assert len(es.run(short, 3, 1).outcomes) == 3


def test_few_runs_take_no_new_notes_when_a_channel_is_switched(short, monkeypatch):
    es.run(short, 8, 1)
    monkeypatch.setattr(plan, "parts_of_step", lambda *_: pytest.fail("notes were taken"))
    for channel in short.channels:
        switched = short.open(channel.name) if channel.status != 2.0 else short.close(channel.name)
        es.run(switched, 8, 1)


@pytest.fixture
def no_search_for_cycles():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_search_for_cycles")
def test_what_was_computed_is_let_go_of_at_once(short):
    """Pieces of ten million runs come one after another; what one leaves behind is not to wait until Python looks for cycles."""
    plan.notes_for.cache_clear()
    chunk = chunk_of(short)
    let_go = [weakref.ref(array) for array in (*chunk.state.values(), *chunk.tally.values())]
    walk(chunk, 9)
    assert plans_of(chunk)  # so notes were taken
    let_go += [weakref.ref(array) for array in (*chunk.state.values(), *chunk.tally.values())]
    del chunk
    let_go.append(weakref.ref(batch.computed(short, 1, np.arange(30), size=10)))
    assert not any(one() is not None for one in let_go)
