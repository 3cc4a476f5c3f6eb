"""Sensitivity of a scenario: what is varied, what stands still, and that neither pieces nor workers change a bit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.analysis.chance import Split
from escalation_sim.analysis.estimates import Estimate
from escalation_sim.cli.commands import commands
from escalation_sim.experiments import pieces as pieces_module
from escalation_sim.experiments import response as response_module
from escalation_sim.experiments.response import response_of, values_at
from escalation_sim.experiments.sensitivity import OTHERS, Sensitivity, sensitivity
from escalation_sim.experiments.sensitivity_in_words import chance_in_words
from escalation_sim.experiments.tornado import swings, tornado
from escalation_sim.experiments.variants import Variant
from escalation_sim.inputs import inputs_of, varied
from escalation_sim.runs import run_design

RESOLVE = "countries.india.government.resolve"
COSTS = "model.government.cost_sensitivity"
OPEN = Variant(opened={"back_channel": 0.5})


@pytest.fixture(scope="module")
def brief(pahalgam) -> es.Scenario:
    """Two weeks of the crisis in steps of half a day: enough for answers to the attack."""
    return es.Scenario.from_document({**pahalgam.document, "name": "brief", "horizon_days": 14, "step_hours": 12})


def called(*arguments):
    return CliRunner().invoke(commands, list(arguments))


def test_samples_lie_within_the_declared_ranges(pahalgam):
    response = response_of(pahalgam, "peak_rung")
    names = list(response.numbers)
    assert len(names) > 250
    cube = np.random.default_rng(1).random((50, len(names)))
    known = inputs_of(pahalgam)
    for path, values in values_at(response.numbers, names, cube).items():
        low, high = response.numbers[path].range
        assert known[path].declared.low <= low <= values.min() <= values.max() <= high <= known[path].declared.high, path


def test_a_number_that_nothing_reads_has_an_index_of_exactly_zero(brief):
    over = [RESOLVE, COSTS, "channels.back_channel.candour"]
    found = sensitivity(brief, "peak_rung", over=over, samples=4, runs=10)
    assert found.indices.at["channels.back_channel.candour", "effect"] == 0.0  # its channel is closed
    assert found.indices.at["channels.back_channel.candour", "high"] == 0.0
    assert (found.indices.loc[[RESOLVE, COSTS], "effect"] > 0.0).all()
    assert found.indices.index[0] in (RESOLVE, COSTS)


def test_numbers_of_a_theory_that_is_not_in_use_change_nothing(brief):
    path = idle_path(brief)
    found = sensitivity(brief, "peak_rung", method="sobol", over=[path, COSTS], samples=8, runs=4)
    assert found.indices.loc[path, ["total", "low", "high", "first", "noise"]].abs().max() == 0.0
    assert path not in varied(brief)


def idle_path(scenario):
    used = varied(scenario)
    return next(path for path, one in inputs_of(scenario).items() if path not in used and one.plausible is not None)


def test_neither_workers_nor_pieces_change_a_bit(brief, monkeypatch, pickled_workers):
    over = [RESOLVE, COSTS, "model.media.uptake"]
    whole = sensitivity(brief, "deaths_total", effect=OPEN, over=over, samples=4, runs=6)
    monkeypatch.setattr(response_module, "ROWS_A_PART", 30)
    pieces = sensitivity(brief, "deaths_total", effect=OPEN, over=over, samples=4, runs=6)
    both = sensitivity(brief, "deaths_total", effect=OPEN, over=over, samples=4, runs=6, workers=2)
    for other in (pieces, both):
        pd.testing.assert_frame_equal(whole.indices, other.indices, check_exact=True)
        pd.testing.assert_frame_equal(whole.points, other.points, check_exact=True)
        assert whole.split == other.split


SMALL = {"over": [RESOLVE, COSTS], "samples": 4, "runs": 6}


def stopped_after(pieces, monkeypatch, error):
    """Let a computation be stopped once so many pieces are kept; what was computed is told."""
    put, kept = pieces_module.put, []

    def put_or_stop(target, written):
        if len(kept) == pieces:
            raise error
        kept.append(target.name)
        put(target, written)

    monkeypatch.setattr(response_module, "ROWS_A_PART", 30)
    monkeypatch.setattr(pieces_module, "put", put_or_stop)
    return kept


def test_what_was_stopped_is_gone_on_with_and_gives_the_same(brief, monkeypatch, tmp_path):
    whole = sensitivity(brief, "deaths_total", effect=OPEN, **SMALL)
    with monkeypatch.context() as patch:
        kept = stopped_after(2, patch, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            sensitivity(brief, "deaths_total", effect=OPEN, **SMALL, folder=tmp_path)
    with monkeypatch.context() as patch:
        again, told = stopped_after(-1, patch, None), []
        found = sensitivity(
            brief, "deaths_total", effect=OPEN, **SMALL, folder=tmp_path, progress=lambda *done: told.append(done)
        )
    assert len(kept) == 2
    assert not set(kept) & set(again), "nothing is computed twice"
    assert told[0] == (60, 144)
    assert told[-1] == (144, 144)
    pd.testing.assert_frame_equal(found.indices, whole.indices, check_exact=True)


def test_another_question_finds_no_piece_of_this_one(brief, monkeypatch, tmp_path):
    kept = stopped_after(-1, monkeypatch, None)

    def computed(scenario=brief, outcome="deaths_total", **changed):
        kept.clear()
        sensitivity(scenario, outcome, **{**SMALL, **changed}, folder=tmp_path)
        return len(kept)

    assert computed() == 3
    assert computed() == 0
    others = ({"seed": 2}, {"runs": 5}, {"over": [RESOLVE, "model.media.uptake"]}, {"outcome": "peak_rung"})
    for changed in (*others, {"scenario": brief.set("quiet_days", 12)}):
        assert computed(**changed) >= 2, changed
    assert computed() == 0


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [(KeyboardInterrupt(), 130, "interrupted: "), (OSError(28, "No space left on device"), 1, "No space left")],
)
def test_what_stops_it_is_said_with_what_is_kept(brief, monkeypatch, tmp_path, error, code, said):
    file = tmp_path / "small.yaml"
    file.write_text(json.dumps(brief.document, default=str))
    stopped_after(1, monkeypatch, error)
    done = called(
        "sensitivity", str(file), "--over", RESOLVE, "--over", COSTS, "--samples", "4", "--runs", "6", "--out", str(tmp_path / "out")
    )  # fmt: skip
    assert done.exit_code == code, done.output
    assert said in done.output
    assert "30 of 72 runs are kept in" in done.output
    assert "Traceback" not in done.output


def test_the_response_is_what_a_design_gives_with_judged_numbers_fixed(brief):
    response = response_of(brief, "force", over=[RESOLVE, COSTS], runs=8, seed=3)
    cube = np.array([[0.2, 0.9], [0.7, 0.1]])
    by_hand = run_design(brief.fixed(), values_at(response.numbers, [RESOLVE, COSTS], cube), 8, 3)
    force = (by_hand["peak_rung"] >= brief.ladder.force).to_numpy(float).reshape(2, 8)
    assert (response.at([RESOLVE, COSTS], cube) == force).all()


def test_an_effect_is_the_paired_difference_on_the_same_luck(brief):
    response = response_of(brief, "misperception", effect=OPEN, over=[COSTS], runs=40, seed=3)
    cube = np.array([[0.1], [0.5]])
    design = values_at(response.numbers, [COSTS], cube)
    before, after = (run_design(one.fixed(), design, 40, 3)["misperception"] for one in (brief, OPEN.applied(brief)))
    assert response.at([COSTS], cube).ravel() == pytest.approx((after - before).to_numpy(), abs=1e-6)
    assert after.mean() < before.mean()


def test_a_change_that_changes_nothing_has_no_effect_anywhere(brief):
    found = sensitivity(brief, effect=Variant(closed=("back_channel",)), over=[RESOLVE, COSTS], samples=4, runs=4)
    assert (found.indices["effect"] == 0.0).all()
    assert found.split.share.value == 0.0


def test_numbers_that_only_the_changed_scenario_has_are_varied_and_what_the_change_sets_is_not(brief):
    relationship = "channels.back_channel.relationship"
    assert relationship not in response_of(brief, "force").numbers
    assert relationship in response_of(brief, "force", effect=Variant(opened={"back_channel": None})).numbers
    assert COSTS not in response_of(brief, "force", effect=Variant(entries={COSTS: 2.0})).numbers


def test_sobol_takes_up_the_top_of_a_screening_and_all_others_as_one(brief, monkeypatch):
    monkeypatch.setattr("escalation_sim.experiments.sensitivity.TRAJECTORIES", 4)
    found = sensitivity(brief, method="sobol", top=2, samples=4, runs=2)
    assert found.screening is not None
    assert set(found.indices.index) == {*found.screening.largest(2), OTHERS}
    assert found.indices["numbers"].sum() == len(varied(brief))
    assert len(found.largest(12)) == 2


def test_groups_are_sections(brief):
    found = sensitivity(brief, over=["model.government.*", "channels.dgmo_hotline.*"], groups=True, samples=4, runs=3)
    assert set(found.indices.index) == {"model.government", "channels.dgmo_hotline"}
    assert found.indices.at["channels.dgmo_hotline", "label"] == "Hotline of the directors general of military operations"


def test_a_tornado_is_run_by_run_against_the_centre(brief):
    found = tornado(brief, "peak_rung", [RESOLVE, COSTS], runs=60, seed=2)
    low, high = varied(brief)[COSTS].quantile(np.array([0.05, 0.95]))
    by_hand = run_design(brief.fixed(), {COSTS: [varied(brief)[COSTS].value, low, high]}, 60, 2)["peak_rung"].unstack("run")
    assert found.swings.at[COSTS, "at_low"] == pytest.approx((by_hand.loc[1] - by_hand.loc[0]).mean())
    assert found.swings.at[COSTS, "at_high"] == pytest.approx((by_hand.loc[2] - by_hand.loc[0]).mean())
    assert found.swings.at[COSTS, "low"] == pytest.approx(low)
    assert found.centre.value == pytest.approx(by_hand.loc[0].mean())
    assert found.swings.at[COSTS, "at_high"] < 0.0 < found.swings.at[COSTS, "at_low"]  # dear acts are avoided


def test_the_largest_swing_comes_first():
    values = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [2.0, 2.0]])
    found = swings(values, ["small", "large"])
    assert list(found.index) == ["large", "small"]
    assert found.loc["large", ["at_low", "at_low_from", "at_low_to", "at_high"]].tolist() == [-1.0, -1.0, -1.0, 2.0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"outcome": "peak_rong"}, "did you mean 'peak_rung'?"),
        ({"outcome": "days_to_response", "over": [COSTS]}, "not every run has this outcome"),
        ({"method": "sobel"}, "did you mean 'sobol'?"),
        ({"method": "sobol", "samples": 100}, "not a power of two"),
        ({"runs": 1}, "chance cannot be told apart"),
        ({"over": ["channels.back_channel.relationship"]}, "cannot be varied"),
        ({"over": ["model.government.*"], "groups": True}, "there is but one group"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(brief, arguments, said):
    with pytest.raises(es.InputError, match=said.replace("?", r"\?")) as error:
        sensitivity(brief, **{"samples": 4, "runs": 4, **arguments})
    assert "\n" not in str(error.value)


def test_the_command_prints_a_narrow_table_and_writes_tables_and_charts(brief, tmp_path, monkeypatch):
    monkeypatch.setattr("escalation_sim.cli.sensitivity.RUNS_OF_TORNADO", 50)
    file = tmp_path / "small.yaml"
    file.write_text(json.dumps(brief.document, default=str))
    out = tmp_path / "out"
    for method in ("morris", "sobol"):
        done = called(
            "sensitivity", str(file), "--method", method, "--effect", "open back_channel=0.5", "--over", RESOLVE, "--over", COSTS, "--samples",
            "4", "--runs", "4", "--out", str(out),
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        assert max(len(line) for line in done.output.splitlines()) <= max(80, len(str(out)) + 70)
        assert "Chance and parameters" in done.output
    names = {path.name for path in out.iterdir()}
    assert {"indices.csv", "indices.parquet", "tornado.csv", "points.parquet", "sensitivity.json"} <= names
    assert {"morris.png", "morris.svg", "sobol.png", "sobol.svg", "tornado.png", "tornado.svg"} <= names
    assert json.loads((out / "sensitivity.json").read_text())["effect"] == "open back_channel=0.5"
    assert set(pd.read_csv(out / "indices.csv")["name"]) == {RESOLVE, COSTS}


def test_a_mistyped_effect_is_answered_in_one_line(tmp_path):
    done = called("sensitivity", "scenarios/pahalgam-2025.yaml", "--effect", "opne back_channel", "--out", str(tmp_path / "no"))
    assert done.exit_code == 2
    assert "--effect" in done.output
    assert "did you mean 'open'?" in done.output
    assert not (tmp_path / "no").exists()


def test_the_python_shown_in_the_docs_runs(monkeypatch):
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    (block,) = re.findall(r"```python\n(.*?)```", (root / "docs" / "sensitivity.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(re.sub(r"runs=\d+", "runs=2", block), "sensitivity.md", "exec"), names)
    assert isinstance(names["found"], Sensitivity)


def test_an_order_that_is_mostly_luck_is_said_to_be():
    split = Split(0.1, 10.0, 10.0, Estimate(0.01, 0.0, 0.1), 20)
    found = SimpleNamespace(split=split, outcome="force", runs=20)
    assert "mostly luck" in chance_in_words(found)
    assert "mostly luck" not in chance_in_words(SimpleNamespace(split=replace(split, parameters=1.0), outcome="force", runs=20))
