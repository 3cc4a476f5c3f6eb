"""One battery for all rules: what holds of every line of the turn table, whatever it models."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import escalation_sim as es
from escalation_sim import rules
from escalation_sim.parameters import Values
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.state import AXES, VARIABLES, Setting, processes
from escalation_sim.turn import TURN, Phase

ROOT = Path(__file__).parents[1]
RUNS = 40
PHASES = pytest.mark.parametrize("phase", TURN, ids=lambda phase: phase.name)
WHOLE_RUNGS = {"posture", "posture_wanted", "order", "act_begun", "forced_posture"}


def eventful() -> es.Scenario:
    """Pahalgam 2025 with events of every other kind on its first day, so that no rule passes anything over."""
    document = es.load_scenario(ROOT / "scenarios" / "pahalgam-2025.yaml").document
    sides = {"date": "2025-04-22", "actor": "pakistan", "victim": "india"}
    on_a_rung = {
        "incursion": {"rung": 4, "lasts": 3},
        "exercise": {"rung": 3, "lasts": 3},
        "incident": {"rung": 4},
        "accident": {"rung": 4},
    }
    for kind in ("incursion", "exercise", "incident", "accident", "gesture"):
        document["triggers"].append({"kind": kind, "what": kind, **sides, **on_a_rung.get(kind, {})})
    return es.Scenario.from_document(document)


SCENARIO = eventful()


def some_state(setting: Setting, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A state within the bounds of every variable, far from the usual paths."""
    state = {}
    top = setting.ladder.top
    for name, variable in VARIABLES.items():
        rung = (len(setting.ladder),) if variable.by_rung else ()
        shape = (*rung, *(len(setting.names[axis]) for axis in AXES[variable.owner]), len(setting.runs))
        low = max(variable.low, -3.0)
        high = min(variable.high, float(top) if variable.unit == "rung" else 12.0)
        state[name] = rng.uniform(low, high, shape)
        if name in WHOLE_RUNGS or variable.unit.startswith(("0 or 1", "2 open", "exchanges")):
            state[name] = np.floor(rng.uniform(low, high + 0.999, shape))
        if name == "deal_channel":
            state[name] = np.floor(rng.uniform(-1, len(setting.names["channel"]) - 0.01, shape))
        state[name] = np.where(rng.random(shape) < 0.1, low if low > -3.0 else 0.0, state[name])
    return state


def seen_in(phase: Phase, state: dict[str, np.ndarray], day: float = 0.0) -> Values:
    entries = {name: (state[source][::-1] if rival else state[source]) for name, source, rival in phase.attributes}
    return Values({**entries, "day": np.array([day])})


def draws_for(phase: Phase, setting: Setting, rng: np.random.Generator) -> list[np.ndarray]:
    drawn = []
    for process in processes(setting.scenario)[phase.name]:
        shape = (*process.shape, len(setting.runs))
        drawn.append(rng.standard_normal(shape) if process.kind == "normal" else rng.random(shape))
    return drawn


def case(phase: Phase, seed: int = 0):
    setting = Setting(SCENARIO, 1, range(RUNS))
    rng = np.random.default_rng(seed)
    state = some_state(setting, rng)
    return setting, state, draws_for(phase, setting, rng)


def full(phase: Phase, setting: Setting, name: str, value: np.ndarray) -> np.ndarray:
    variable = VARIABLES[name]
    rung = (len(setting.ladder),) if variable.by_rung else ()
    return np.broadcast_to(value, (*rung, *(len(setting.names[axis]) for axis in AXES[phase.who]), len(setting.runs)))


@PHASES
def test_a_rule_writes_what_its_phase_declares_and_its_entity_owns(phase):
    setting, state, u = case(phase)
    written = phase.rule(seen_in(phase, state), setting.given(phase), u)
    assert set(written) == set(phase.writes)
    assert all(VARIABLES[name].owner == phase.who for name in phase.writes)


@PHASES
def test_a_rule_is_pure(phase):
    setting, state, u = case(phase)
    copies = {name: array.copy() for name, array in state.items()}
    draws = [array.copy() for array in u]
    first = phase.rule(seen_in(phase, state), setting.given(phase), u)
    again = phase.rule(seen_in(phase, state), setting.given(phase), u)
    assert all(np.array_equal(state[name], copies[name]) for name in state)
    assert all(np.array_equal(one, other) for one, other in zip(u, draws, strict=True))
    assert all(np.array_equal(first[name], again[name]) for name in first)


@PHASES
def test_a_rule_does_to_one_run_what_it_does_to_many(phase):
    setting, state, u = case(phase)
    together = phase.rule(seen_in(phase, state), setting.given(phase), u)
    for run in (0, 7, RUNS - 1):
        alone = Setting(SCENARIO, 1, [run])
        one = {name: array[..., run : run + 1].copy() for name, array in state.items()}
        apart = phase.rule(seen_in(phase, one), alone.given(phase), [array[..., run : run + 1].copy() for array in u])
        for name, value in apart.items():
            expected = full(phase, setting, name, together[name])[..., run : run + 1]
            assert np.array_equal(full(phase, alone, name, value), expected), name


def under_a_design(phase: Phase, p: Values, rng: np.random.Generator) -> Values:
    """Parameters and profiles that differ from run to run, and are nothing in some."""

    def spread(section, entries: Values) -> dict[str, np.ndarray]:
        found = {}
        for name, parameter in section:
            shape = (*getattr(entries, name).shape[:-1], RUNS)
            found[name] = np.where(rng.random(shape) < 0.3, parameter.low, rng.uniform(parameter.low, parameter.high, shape))
        return found

    entries = {**p.__dict__, **spread(SECTIONS[phase.section], p)}
    for kind in PROFILES:
        profile = getattr(p, kind)
        entries[kind] = Values({**profile.__dict__, **spread(PROFILES[kind], profile)})
    return Values({**entries, "member": entries[phase.who]} if phase.who in PROFILES else entries)


def of_run(value: object, run: int) -> object:
    """What is given to one run alone."""
    if isinstance(value, Values):
        return Values({name: of_run(entry, run) for name, entry in value.__dict__.items()})
    many = isinstance(value, np.ndarray) and value.ndim > 0 and value.shape[-1] == RUNS
    return value[..., run : run + 1].copy() if many else value


@PHASES
def test_a_rule_does_to_one_run_what_it_does_to_many_that_differ_in_their_numbers(phase):
    setting, state, u = case(phase, seed=7)
    p = under_a_design(phase, setting.given(phase), np.random.default_rng(8))
    together, alone = phase.rule(seen_in(phase, state), p, u), Setting(SCENARIO, 1, [0])
    for run in range(RUNS):
        one = {name: array[..., run : run + 1].copy() for name, array in state.items()}
        apart = phase.rule(seen_in(phase, one), of_run(p, run), [array[..., run : run + 1].copy() for array in u])
        for name, value in apart.items():
            expected = full(phase, setting, name, together[name])[..., run : run + 1]
            assert np.array_equal(full(phase, alone, name, value), expected), (name, run)


@PHASES
def test_a_rule_does_to_one_member_what_it_does_to_all(phase):
    setting, state, u = case(phase)
    together = phase.rule(seen_in(phase, state), setting.given(phase), u)
    axes = AXES[phase.who]
    for place in np.ndindex(*(len(setting.names[axis]) for axis in axes)):
        entries = {name: of_member(setting, state, axes, place, source, rival) for name, source, rival in phase.attributes}
        seen = Values({**entries, "day": np.array([0.0])})
        apart = phase.rule(seen, setting.given(phase, place), [array[place] for array in u])
        for name, value in apart.items():
            expected = full(phase, setting, name, together[name])
            expected = expected[(slice(None), *place)] if VARIABLES[name].by_rung else expected[place]
            assert np.array_equal(np.broadcast_to(value, expected.shape), expected), name


def of_member(setting, state, axes, place, source, rival):
    """What one member sees of a variable: its own along the axes it has, everyone's along the others."""
    own = dict(zip(axes, place, strict=True))
    if rival:
        own["country"] = 1 - own["country"]
    index = tuple(own.get(axis, slice(None)) for axis in AXES[VARIABLES[source].owner])
    return state[source][(slice(None), *index) if VARIABLES[source].by_rung else index]


def corners(section) -> list[tuple[str, float]]:
    return [(name, value) for name, parameter in section for value in (parameter.low, parameter.high)]


@PHASES
def test_a_rule_stays_within_bounds_at_the_corners_of_every_range(phase):
    setting, state, u = case(phase, seed=3)
    p = setting.given(phase)
    settings = [("default", None), *corners(SECTIONS[phase.section])]
    for name, value in settings:
        changed = p if value is None else Values({**p.__dict__, name: np.full_like(getattr(p, name), value)})
        check_bounds(phase, setting, phase.rule(seen_in(phase, state), changed, u), (name, value))
    for kind in PROFILES:
        profile = getattr(p, kind)
        for name, value in corners(PROFILES[kind]):
            other = Values({**profile.__dict__, name: np.full_like(getattr(profile, name), value)})
            extra = {"member": other} if kind == phase.who else {}
            check_bounds(
                phase,
                setting,
                phase.rule(seen_in(phase, state), Values({**p.__dict__, kind: other, **extra}), u),
                (kind, name, value),
            )


def check_bounds(phase, setting, written, where):
    for name, value in written.items():
        variable = VARIABLES[name]
        high = setting.ladder.top if variable.unit == "rung" else variable.high
        assert np.isfinite(value).all(), (where, name)
        assert (value >= variable.low - 1e-12).all(), (where, name)
        assert (value <= high + 1e-12).all(), (where, name)


@pytest.mark.parametrize("theory", THEORIES)
def test_every_theory_gives_finite_contributions_at_the_corners_of_its_range(theory):
    phase = next(phase for phase in TURN if phase.name == "choose_posture")
    setting, state, u = case(phase, seed=5)
    p = setting.given(phase)
    section = THEORIES[theory].PARAMETERS
    default = {name: np.full((2, 1), parameter.default) for name, parameter in section}
    for name, value in [("", 0.0), *corners(section)]:
        choice = Values({**default, **({name: np.full((2, 1), value)} if name else {})})
        written = phase.rule(seen_in(phase, state), Values({**p.__dict__, "theory": THEORIES[theory], "choice": choice}), u)
        check_bounds(phase, setting, written, (theory, name, value))
        assert (written["posture_wanted"] == np.floor(written["posture_wanted"])).all()


@PHASES
def test_a_rule_reads_nothing_its_phase_does_not_declare(phase):
    setting, state, u = case(phase)
    for attribute, _, _ in phase.attributes:
        entries = dict(seen_in(phase, state).__dict__)
        del entries[attribute]
        with pytest.raises(AttributeError):
            phase.rule(Values(entries), setting.given(phase), u)


def test_every_rule_file_has_its_place_in_the_turn():
    folder = Path(rules.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert files == {phase.rule.__module__.rsplit(".", 1)[1] for phase in TURN}


def test_every_state_is_written_once_in_a_turn_or_is_a_disposition():
    """But for a channel's relationship: history may found one at any step, and use warms it once a day."""
    written = [name for phase in TURN for name in phase.writes]
    assert [name for name in set(written) if written.count(name) > 1] == ["relationship"]
    assert [phase.name for phase in TURN if "relationship" in phase.writes] == ["carry", "cultivate"]
    assert set(VARIABLES) - set(written) == {"tempo", "lethality"}


def test_every_random_stream_has_a_name_of_its_own():
    names = [process.name for of_phase in processes(SCENARIO).values() for process in of_phase]
    assert len(names) == len(set(names))


def cited_keys() -> set[str]:
    return {
        key
        for part in (SECTIONS, PROFILES)
        for section in part.values()
        for _, parameter in section
        for key in parameter.sources
    }


def test_every_source_cited_by_a_parameter_is_in_the_bibliography():
    known = set(re.findall(r"@\w+\{([^,\s]+),", (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")))
    assert cited_keys() <= known, cited_keys() - known


def test_every_rule_says_in_its_docstring_what_it_models():
    for phase in TURN:
        assert phase.rule.__doc__
        module = ast.parse(Path(phase.rule.__code__.co_filename).read_text(encoding="utf-8"))
        assert len(ast.get_docstring(module) or "") > 80


def test_no_rule_owns_a_generator():
    for path in Path(rules.__file__).parent.rglob("*.py"):
        assert "random" not in path.read_text(encoding="utf-8").replace("at random", "").replace("random utility", ""), path
