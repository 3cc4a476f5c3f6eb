"""The benchmarks measure what they say and write it down; how fast anything is, no test asks."""

from __future__ import annotations

import dataclasses
import json
import math
import platform
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import escalation_sim as es
from escalation_sim import batch

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
PAHALGAM = ROOT / "scenarios" / "pahalgam-2025.yaml"
HEADS = {"median", "min", "max"}

pytestmark = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="the benchmarks are not part of this copy")


@pytest.fixture(scope="module")
def modules():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield {name: import_module(name) for name in ("bench", "growth", "measuring", "memory", "regression")}


@pytest.fixture(scope="module")
def brief(pahalgam):
    """Three days, twelve steps."""
    return pahalgam.set("horizon_days", 3)


@pytest.fixture(scope="module")
def record(modules, brief):
    sizes = modules["bench"].Sizes(runs=20, mesa_runs=1, worker_runs=0, rounds=2)
    return json.loads(json.dumps(modules["bench"].measured(brief, sizes)))


def test_record_holds_every_round_and_every_ratio(record, modules):
    assert len(record["rounds"]) == 2
    assert set(record["seconds"]) == set(record["timed"]) == {"a", "b", "c", "d", "e", "e_with_draws", "f"}
    assert set(record["ratios"]) == set(modules["bench"].RATIOS)
    for values in (*record["seconds"].values(), *record["ratios"].values()):
        assert set(values) == HEADS
        assert all(math.isfinite(value) and value > 0.0 for value in values.values())
        assert values["min"] <= values["median"] <= values["max"]
    assert record["mesa"]["identical_outcomes"] is True
    assert record["note"]


def test_ratios_are_taken_within_rounds(modules):
    rounds = [{"a": 6.0, "b": 60.0, "c": 1.0, "d": 2.0, "e": 3.0, "f": 1.0}]
    rounds.append({name: 10.0 * value for name, value in rounds[0].items()})
    ratios = modules["bench"].ratios_of(rounds)
    assert ratios["a/c"] == {"median": 6.0, "min": 6.0, "max": 6.0}
    assert ratios["b/e"]["median"] == 20.0


def test_record_tells_the_machine_without_its_name(record):
    made = record["environment"]
    assert {"date", "processor", "cores", "python", "numpy", "mesa", "escalation-sim"} <= set(made)
    assert "node" not in made
    assert platform.node() not in made.values()


def test_floor_is_ten_normals_and_twenty_uniforms(record):
    assert record["floor"] == {"normals": 10, "uniforms": 20, "runs_to_an_array": 4096, "steps": 128}


def test_live_run_steps_are_those_of_runs_that_go_on(modules, pahalgam):
    scenario = dataclasses.replace(pahalgam, horizon_days=20.0)
    with modules["bench"].steps_counted() as computed:
        outcomes = es.run(scenario, 60, 1).outcomes
    live = modules["measuring"].live_steps(outcomes, scenario)
    assert 0 < outcomes["censored"].sum() < 60
    for run in (int(live.argmin()), int(live.argmax())):
        assert live[run] == len(list(batch.steps(scenario, seed=1, runs=[run])))
    assert sum(computed) >= live.sum()


def test_live_steps_end_at_midnight_or_at_the_horizon(modules, short):
    outcomes = pd.DataFrame({"days_to_end": [0.0, 0.25, 33.0, 39.0, np.nan]})
    assert modules["measuring"].live_steps(outcomes, short).tolist() == [28, 32, 160, 160, 160]
    assert modules["measuring"].live_steps(outcomes[[]], short).tolist() == [160] * 5


def test_a_tape_gives_the_same_run_as_its_draws(modules, brief):
    drawn = modules["bench"].drawn_in(brief, 3, 12)
    played, own = (batch.begin(brief, 1, [3]) for _ in range(2))
    played.draws = modules["bench"].Tape(drawn)
    for chunk in (played, own):
        modules["bench"].walk(chunk, 12)
    assert all(np.array_equal(played.state[name], own.state[name]) for name in own.state)


def test_bare_model_has_as_many_agents_of_as_many_kinds(modules, brief):
    agents = modules["bench"].agents_of(brief)
    model = modules["bench"].Bare(agents, 4)
    model.step()
    assert len(model.agents) == sum(agents.values())
    assert len(model.agents_by_type) == sum(count > 0 for count in agents.values())


def test_workers_are_measured_where_there_are_any(modules, brief, monkeypatch):
    bench, used = modules["bench"], []

    def run(scenario, runs, seed, workers=1):
        used.append((runs, workers))

    monkeypatch.setattr(es, "run", run)
    sizes = bench.Sizes(runs=4, mesa_runs=1, worker_runs=8)
    timings = bench.timings_of(brief, sizes, 1, [1], [[]], bench.agents_of(brief))
    assert all(timings[name]() >= 0.0 for name in ("workers_1", "workers_2"))
    assert used == [(8, 1), (8, 2)]
    rounds = [{**dict.fromkeys("abcdef", 1.0), "workers_1": 3.0, "workers_2": 2.0}]
    assert bench.ratios_of(rounds)["throughput of 2 workers to 1"]["median"] == 1.5
    assert bench.note_on_workers(sizes) == ""


def test_page_shows_what_is_stored(modules, record, tmp_path):
    bench, measuring = modules["bench"], modules["measuring"]
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n", encoding="utf-8")
    measuring.write_json(tmp_path / "latest.json", record)
    measuring.write_json(tmp_path / "memory.json", {"points": [{"runs": 10_000, "peak_mib": 223.4}]})
    bench.write_docs(tmp_path / "latest.json", page)
    first = page.read_text(encoding="utf-8")
    bench.write_docs(tmp_path / "latest.json", page)
    assert page.read_text(encoding="utf-8") == first
    assert first.startswith("before\n<!-- bench:begin -->\nMeasured on ")
    assert first.endswith("<!-- bench:end -->\nafter\n")
    assert "| a/c " in first
    assert "| 10,000 |" in first
    assert "old" not in first


def test_page_has_a_place_for_the_numbers(modules):
    text = (ROOT / modules["bench"].PAGE).read_text(encoding="utf-8")
    assert len(modules["bench"].BLOCK.findall(text)) == 1


def test_no_numbers_without_a_measurement(modules, tmp_path):
    with pytest.raises(SystemExit, match="run benchmarks"):
        modules["bench"].write_docs(tmp_path / "none.json", tmp_path / "page.md")


def test_sizes_that_cannot_be_compared_are_refused(modules):
    with pytest.raises(SystemExit, match="as many runs"):
        modules["bench"].Sizes(runs=2, mesa_runs=3)


def test_bounds_broken_are_named_one_line_each(modules):
    ratios = {name: {"median": value} for name, value in (("a/c", 50.0), ("b/a", 400.0), ("b/e", math.nan))}
    bounds = {"a/c": {"most": 40.0}, "b/a": {"least": 300.0}, "b/e": {"most": 5.0}}
    lines = modules["regression"].broken(ratios, bounds)
    assert lines == ["a/c is 50, must be at most 40", "b/e is nan, must be at most 5"]


def test_bounds_on_file_are_of_ratios(modules):
    bounds = json.loads((BENCHMARKS / "bounds.json").read_text(encoding="utf-8"))
    assert set(bounds) <= set(modules["bench"].RATIOS)
    assert all(set(bound) <= {"most", "least"} and bound for bound in bounds.values())


def test_growth_varies_one_factor_at_a_time(modules, pahalgam):
    points = modules["growth"].points_of(pahalgam, 100_000, 64)
    amounts = {}
    for point in points:
        amounts.setdefault(point.factor, []).append(point.amount)
    assert amounts == {
        "runs": [1000, 10_000, 100_000],
        "steps": [120, 240, 480],
        "outlets": [3, 6, 12, 24],
        "groups": [4, 8, 16, 32],
        "channels": [4, 7, 14, 28],
    }
    for point in points:
        if point.factor in ("outlets", "groups"):
            assert {len(getattr(country, point.factor)) for country in point.scenario.countries} == {point.amount}
        names = [channel.name for channel in point.scenario.channels]
        assert len(set(names)) == len(names) == (point.amount if point.factor == "channels" else 7)


def test_runs_without_end_do_not_end(modules, pahalgam):
    endless = modules["growth"].without_end(pahalgam, 10.0)
    assert es.run(endless, 20, 1).outcomes["censored"].all()


def test_growth_is_fitted_stored_and_drawn(modules, pahalgam, tmp_path):
    growth = modules["growth"]
    brief = growth.without_end(pahalgam, 2.0)
    points = [
        growth.Point(factor, amount, growth.with_members(brief, factor, amount), 4)
        for factor in ("outlets", "groups", "channels")
        for amount in (2, 9)
    ]
    record = json.loads(json.dumps(growth.measured(points, rounds=2)))
    for found in record["factors"].values():
        assert math.isfinite(found["exponent"])
        assert [len(row["rounds"]) for row in found["points"]] == [2, 2]
        assert set(found["points"][0]["seconds"]) == HEADS
    growth.chart(record, "two days").savefig(tmp_path / "growth.png")
    assert (tmp_path / "growth.png").stat().st_size > 10_000


def test_a_power_is_found_again(modules):
    exponent, level = modules["growth"].fitted([1.0, 10.0, 100.0], [2.0, 63.2455532, 2000.0])
    assert exponent == pytest.approx(1.5)
    assert math.exp(level) == pytest.approx(2.0)


def test_what_takes_a_moment_is_done_again_until_it_fills_some_seconds(modules, pahalgam, monkeypatch):
    growth = modules["growth"]
    taken = iter([1.0, 3.0, 2.0])
    monkeypatch.setattr(growth, "seconds", lambda *_: next(taken))
    assert growth.mean_seconds(growth.Point("runs", 1000, pahalgam, 1000), 5.0) == 2.0


def test_growth_with_runs_is_fitted_from_ten_thousand_on_as_well(modules, pahalgam, monkeypatch):
    growth = modules["growth"]
    monkeypatch.setattr(growth, "seconds", lambda _action, _scenario, runs: 7.0 + runs if runs < 10_000 else runs**0.9)
    record = growth.measured(growth.points_of(pahalgam, 1_000_000, 64)[:4], rounds=1)
    assert record["factors"]["runs"]["exponent_of_many"] == pytest.approx(0.9)
    assert "runs, from 10,000 on" in growth.exponents(record)


def test_sizes_of_memory_go_up_by_tens(modules):
    assert modules["memory"].sizes_up_to(1_000_000) == [1, 10_000, 100_000, 1_000_000]


@pytest.mark.slow
def test_memory_of_a_process_is_its_own(modules):
    record = modules["memory"].measured(PAHALGAM, [1])
    assert [point["runs"] for point in record["points"]] == [1]
    assert 10.0 < record["points"][0]["peak_mib"] < 10_000.0


@pytest.mark.slow
def test_check_passes_or_fails_by_the_bounds_alone(modules, tmp_path, monkeypatch, capsys):
    arguments = ["regression.py", "--scenario", str(PAHALGAM), "--runs", "64", "--mesa-runs", "1", "--rounds", "1"]
    for bound, status in (({"least": 0.0}, 0), ({"most": 0.0}, 1)):
        path = tmp_path / "bounds.json"
        path.write_text(json.dumps({"b/a": bound}), encoding="utf-8")
        monkeypatch.setattr("sys.argv", [*arguments, "--bounds", str(path)])
        assert modules["regression"].main() == status
        assert capsys.readouterr().err.count("error: b/a is ") == status


@pytest.mark.slow
def test_the_suite_runs_from_the_command_line(modules, tmp_path, monkeypatch, capsys):
    arguments = ["--scenario", str(PAHALGAM), "--runs", "600", "--mesa-runs", "1", "--worker-runs", "1024", "--rounds", "1"]
    monkeypatch.setattr("sys.argv", ["bench.py", *arguments, "--out", str(tmp_path / "latest.json")])
    modules["bench"].main()
    stored = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))
    assert stored["sizes"]["runs"] == 600
    assert "a/c" in capsys.readouterr().out
    assert ("throughput of 2 workers to 1" in stored["ratios"]) == modules["measuring"].has_workers()


def test_factors_of_single_changes_are_told_scenario_by_scenario(brief):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        pairing = import_module("pairing")
    changes = pairing.single_changes(brief)
    assert list(changes) == [
        "open back_channel", "close track_two", "close dgmo_hotline", "close high_commissions", "close people_to_people", "close foreign_secretary_hotline",
    ]  # fmt: skip
    table = pd.concat({"made": pairing.factors(brief, 30)}, names=["scenario"])
    assert table.index.names == ["scenario", "change", "outcome"]
    page = pairing.page_of(table)
    assert "| made | + " in page
    assert page.count("\n| made |") == 1 + 8
    table["factor"], table["correlation"] = 1.0, np.nan
    assert pairing.too_rare(table).all()
