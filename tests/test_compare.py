"""Comparisons: run by run on the same seeds, checked by counting on results made by hand."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.analysis.differences import COLUMNS, MOST_RUNS, STANDARD, paired_differences, peak_moves
from escalation_sim.analysis.in_print import difference_rows, without_periods
from escalation_sim.cli.commands import commands
from escalation_sim.errors import InputError
from made_results import SHORT_LADDER, made_result, made_scenario

ROOT = Path(__file__).resolve().parent.parent
NEVER = np.nan


@pytest.fixture
def small(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    Path("small.yaml").write_text(json.dumps(made_scenario(horizon_days=20, step_hours=12).document), encoding="utf-8")
    return "small.yaml"


def called(*arguments: str):
    return CliRunner().invoke(commands, list(map(str, arguments)))


def assert_one_line(outcome, *words: str) -> None:
    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    for word in words:
        assert word in outcome.stderr


def row(table, name: str):
    return table.set_index("outcome").loc[name]


BEFORE = {
    "peak_rung": [2.0, 5.0, 7.0, 8.0],
    "days_to_end": [10.0, 20.0, NEVER, 12.0],
    "deaths_total": [0.0, 10.0, 20.0, 400.0],
    "days_to_ceasefire": [NEVER, 3.0, 4.0, NEVER],
    "misperception": [1.0, 1.0, 2.0, 2.0],
}
AFTER = {
    "peak_rung": [2.0, 3.0, 6.0, 9.0],
    "days_to_end": [10.0, 10.0, 30.0, NEVER],
    "deaths_total": [0.0, 5.0, 20.0, 100.0],
    "days_to_ceasefire": [NEVER, 3.0, 4.0, 5.0],
    "misperception": [1.0, 0.5, 1.5, 2.0],
}


def made_pair():
    return made_result(made_scenario(), **BEFORE), made_result(made_scenario(), **AFTER)


def test_differences_are_those_counted_by_hand():
    table = paired_differences(*made_pair())
    assert tuple(table.columns) == COLUMNS
    assert list(table["outcome"]) == [one.name for one in STANDARD]
    expected = {
        "peak_rung": (5.5, 5.0, -0.5),
        "force": (0.75, 0.5, -0.25),
        "war": (0.5, 0.25, -0.25),
        "days_to_end": ((10 + 20 + 40 + 12) / 4, (10 + 10 + 30 + 40) / 4, 2.0),
        "deaths_mean": (107.5, 31.25, -76.25),
        "deaths_median": (10.0, 5.0, -0.5),
        "cease_fire": (0.5, 0.75, 0.25),
        "misperception": (1.5, 1.25, -0.25),
    }
    for name, numbers in expected.items():
        assert tuple(row(table, name)[["before", "after", "difference"]]) == pytest.approx(numbers), name
    assert peak_moves(*made_pair()) == {"lower": 0.5, "same": 0.25, "higher": 0.25}


def test_a_result_compared_with_itself_differs_by_exactly_nothing():
    before, _ = made_pair()
    assert (paired_differences(before, before)[["difference", "low", "high"]].to_numpy() == 0.0).all()


def test_the_interval_covers_the_difference_and_is_that_of_the_normal_approximation():
    chance = np.random.default_rng(4)
    first = chance.integers(0, 9, 2000).astype(float)
    second = first - (chance.random(2000) < 0.15)
    table = paired_differences(
        made_result(made_scenario(), peak_rung=first), made_result(made_scenario(), peak_rung=np.maximum(second, 0.0))
    )
    assert ((table["low"] <= table["difference"]) & (table["difference"] <= table["high"])).all()
    peak, change = row(table, "peak_rung"), np.maximum(second, 0.0) - first
    reach = 1.96 * change.std(ddof=1) / np.sqrt(len(change))
    assert peak["high"] - peak["low"] == pytest.approx(2 * reach, rel=0.1)


def test_an_interval_covers_the_truth_in_about_95_of_100_samples():
    chance, covered, truth = np.random.default_rng(5), 0, -0.3
    for _ in range(100):
        change = -(chance.random(300) < 0.3).astype(float)
        found = row(
            paired_differences(
                made_result(made_scenario(), peak_rung=np.full(300, 5.0)),
                made_result(made_scenario(), peak_rung=5.0 + change),
            ),
            "peak_rung",
        )
        covered += found["low"] <= truth <= found["high"]
    assert 88 <= covered <= 99


def test_many_runs_take_little_time_and_narrow_the_interval():
    chance = np.random.default_rng(6)
    widths = []
    for runs in (MOST_RUNS, 4 * MOST_RUNS):
        first = chance.integers(0, 9, runs).astype(float)
        second = np.maximum(first - (chance.random(runs) < 0.15), 0.0)
        pair = made_result(made_scenario(), peak_rung=first), made_result(made_scenario(), peak_rung=second)
        began = time.perf_counter()
        found = row(paired_differences(*pair), "peak_rung")
        assert time.perf_counter() - began < 10.0  # about 1.5 s on an idle machine
        assert found["low"] <= found["difference"] <= found["high"]
        widths.append(found["high"] - found["low"])
    assert widths[0] / widths[1] == pytest.approx(2.0, rel=0.1)


def test_one_run_has_a_difference_and_no_interval():
    pair = [made_result(made_scenario(), peak_rung=[rung]) for rung in (5.0, 4.0)]
    found = row(paired_differences(*pair), "peak_rung")
    assert found["difference"] == -1.0
    assert np.isnan(found["low"])
    assert np.isnan(found["high"])


def test_a_median_of_nothing_has_no_ratio():
    nobody, some = made_result(made_scenario(), deaths_total=[0.0] * 5), made_result(made_scenario(), deaths_total=[8.0] * 5)
    assert np.isinf(row(paired_differences(nobody, some), "deaths_median")["difference"])
    assert "–" in next(cells for cells in difference_rows(paired_differences(nobody, some)) if "median" in cells[0])
    assert row(paired_differences(some, nobody), "deaths_median")["difference"] == -1.0
    assert row(paired_differences(nobody, nobody), "deaths_median")["difference"] == 0.0


def test_horizons_that_differ_are_cut_to_the_shorter():
    before = made_result(made_scenario(), days_to_end=[NEVER, 35.0, 5.0])
    after = made_result(made_scenario(horizon_days=30), days_to_end=[NEVER, NEVER, 5.0])
    assert row(paired_differences(before, after), "days_to_end")["difference"] == 0.0


def test_ladders_that_differ_have_their_own_marks():
    before, after = (
        made_result(made_scenario(), peak_rung=[4.0]),
        made_result(made_scenario(ladder=SHORT_LADDER), peak_rung=[3.0]),
    )
    expected = (float(before.scenario.ladder.force <= 4), float(after.scenario.ladder.force <= 3))
    assert tuple(row(paired_differences(before, after), "force")[["before", "after"]]) == expected


def test_other_outcomes_are_compared_where_the_standard_ones_are_missing():
    def other(**columns):
        table = pd.DataFrame({**columns, "word": ["a", "b", "c"]}, index=pd.RangeIndex(3, name="run"))
        return dataclasses.replace(made_result(made_scenario()), outcomes=table)

    before = other(wars=[1.0, 2.0, 0.0], first_war_year=[3.0, 4.0, NEVER], only_before=[1.0] * 3)
    after = other(wars=[1.0, 1.0, 0.0], first_war_year=[3.0, NEVER, 5.0])
    table = paired_differences(before, after)
    assert list(table["outcome"]) == ["wars", "first_war_year"]
    assert row(table, "wars")["difference"] == pytest.approx(-1 / 3)
    assert row(table, "first_war_year")["difference"] == 0.0
    assert peak_moves(before, after) == {}
    assert difference_rows(table)[1][0] == "First war year"


def test_a_rivalry_is_compared_in_the_standard_outcomes_it_has_and_in_its_own():
    def other(result):
        table = result.outcomes[["peak_rung", "deaths_total"]].assign(crises=[3.0, 4.0, 5.0, 6.0], crises_1990s=1.0)
        return dataclasses.replace(result, outcomes=table)

    table = paired_differences(*map(other, made_pair()))
    names = ["peak_rung", "force", "war", "deaths_mean", "deaths_median", "crises", "crises_1990s"]
    assert list(table["outcome"]) == names
    assert list(without_periods(table)["outcome"]) == names[:-1]


@pytest.mark.parametrize("runs", [3, 5])
def test_results_that_cannot_be_paired_are_refused(runs):
    with pytest.raises(InputError, match="number of runs"):
        paired_differences(made_result(made_scenario()), made_result(made_scenario(), peak_rung=[1.0] * runs))


def test_results_of_different_seeds_are_refused():
    before = made_result(made_scenario())
    with pytest.raises(InputError, match="seed"):
        paired_differences(before, dataclasses.replace(before, seed=before.seed + 1))


def test_a_number_set_to_what_it_is_changes_nothing():
    crisis = made_scenario(horizon_days=20, countries={"north": {"government": {"resolve": 1.3}}, "south": {}})
    results = [es.run(one, runs=40, seed=3) for one in (crisis, crisis.set("countries.north.government.resolve", 1.3))]
    table = paired_differences(*results)
    assert (table[["difference", "low", "high"]].to_numpy() == 0.0).all()
    assert peak_moves(*results) == {"lower": 0.0, "same": 1.0, "higher": 0.0}


def test_the_comparison_fits_80_columns(small):
    outcome = called(
        "compare", small, "--runs", "40", "--open", "back_channel=0.6", "--set", "countries.north.government.resolve=0.4"
    )
    assert outcome.exit_code == 0, outcome.output
    assert max(map(len, outcome.output.splitlines())) <= 80
    for words in (
        "Before",
        "95 % interval",
        "Peak rung",
        "Cease-fire",
        "Misperception",
        "Same",
        "Changed: open",
    ):
        assert words in outcome.output
    assert sorted(path.name for path in Path().iterdir()) == ["results", "small.yaml"]


def test_the_channels_of_2004_in_the_crisis_of_2025():
    outcome = called(
        "compare", ROOT / "scenarios" / "pahalgam-2025.yaml", "--as-of", "2004-06-01", "--runs", "20", "--no-charts"
    )
    assert outcome.exit_code == 0, outcome.output
    assert "channels as of 2004-06-01" in outcome.output


def test_what_is_printed_is_what_was_computed(small):
    text = called("compare", small, "--runs", "30", "--seed", "5", "--close", "dgmo_hotline", "--decision", "spiral").output
    crisis = es.load_scenario(small)
    results = [es.run(one, runs=30, seed=5) for one in (crisis, crisis.close("dgmo_hotline").set("decision", "spiral"))]
    for cells in difference_rows(paired_differences(*results)):
        assert any(all(cell in line for cell in cells) for line in text.splitlines()), cells


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["no change", "--open", "--as-of"]),
        (["--open", "bak_channel"], ["bak_channel", "back_channel"]),
        (["--set", "horizon_days"], ["--set", "PATH=VALUE"]),
        (["--as-of", "yesterday"], ["yesterday", "YYYY-MM-DD"]),
        (["--open", "back_channel", "--runs", "0"], ["--runs"]),
    ],
)
def test_a_bad_option_is_answered_in_one_line(small, arguments, words):
    assert_one_line(called("compare", small, *arguments), *words)
