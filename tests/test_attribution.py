"""Attribution: an effect is shared among the channels as the runs say, and what is shared is what was run."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.analysis import shapley
from escalation_sim.analysis.measures import named_measure
from escalation_sim.cli.commands import commands
from escalation_sim.experiments import attribution as module
from escalation_sim.experiments.attribution import (
    attributed,
    attributions,
    checked_players,
    design_of,
    games_of,
    with_all_present,
)
from escalation_sim.experiments.attribution_in_words import interaction_lines, value_rows
from escalation_sim.plots.shapley import shapley_chart
from made_results import made_scenario
from test_plots import drawn_texts

THREE = ("back_channel", "track_two", "dgmo_hotline")
TWIN = {
    "status": "open", "relationship": 0.6, "influence": 0.9, "intent_precision": 2.0,
    "candour": 0.8, "builds_trust": 0.03, "sponsorship": 1.0, "calms_media": 0.03, "stress_tolerance": 10.0,
}  # fmt: skip
"""A line that never breaks, leaks or is called: no draw of its own decides anything."""


TALK = {"status": "closed", "by_choice": 0.0, "influence": 0.9, "intent_precision": 2.0, "candour": 0.8}
"""A back channel that is always in use, so that few runs show what it does."""


def crisis(**channels) -> es.Scenario:
    lines = {"back_channel": TALK, "dgmo_hotline": {"status": "open", "relationship": 0.7}}
    return made_scenario(horizon_days=20, channels={**lines, **channels})


def attributed_by_hand(game: np.ndarray, unit: str = "peak_rung") -> es.Attribution:
    """An attribution of made-up values, shape (subset, run)."""
    scenario = crisis()
    names = [channel.name for channel in scenario.channels][: shapley.players_of(game)]
    return attributed(
        game, named_measure(unit, ["peak_rung", "misperception", "deaths_total"]), checked_players(scenario, names), scenario, 1
    )


@pytest.fixture(scope="module")
def found() -> es.Attribution:
    return es.attribute(crisis(), "misperception", runs=40, seed=2, channels=THREE)


def test_rows_of_a_subset_are_those_of_the_scenario_with_these_channels_opened_and_the_others_closed():
    scenario = crisis()
    players = checked_players(scenario, THREE)
    table = es.run_design(with_all_present(scenario, players), design_of(range(8), players), 30, 2)
    for subset in (0, 3, 5, 7):
        variant = scenario
        for name, there in zip(THREE, shapley.members(subset, 3), strict=True):
            variant = variant.open(name) if there else variant.close(name)
        assert table.loc[subset].equals(es.run(variant, 30, 2).outcomes), subset


def test_shares_add_up_to_the_difference_between_all_and_none(found):
    none, every = (
        es.run(one, 40, 2).outcomes["misperception"].mean()
        for one in (
            crisis().close("back_channel").close("track_two").close("dgmo_hotline"),
            crisis().open("back_channel").open("track_two"),
        )
    )
    assert found.totals.loc["effect", "value"] == pytest.approx(every - none)
    assert found.totals.loc["effect", "value"] != 0.0
    assert abs(found.values["value"].sum() - found.totals.loc["effect", "value"]) < 1e-14
    assert found.totals.loc["none", "value"] == pytest.approx(none)
    assert found.subsets.loc[0, "mean"] == pytest.approx(none)


def test_what_one_adds_alone_and_takes_away_last_are_differences_of_subsets(found):
    mean = found.subsets["mean"]
    assert found.values.loc["track_two", "alone"] == pytest.approx(mean[2] - mean[0])
    assert found.values.loc["track_two", "lost"] == pytest.approx(mean[5] - mean[7])
    assert list(found.subsets.loc[5, list(THREE)]) == [True, False, True]


def test_intervals_hold_what_they_are_of(found):
    for way in ("value", "alone", "lost"):
        assert (found.values[f"{way}_low"] <= found.values[way]).all()
        assert (found.values[way] <= found.values[f"{way}_high"]).all()
    assert (found.interactions["low"] <= found.interactions["high"]).all()


def test_intervals_of_shares_are_those_of_the_mean_of_the_shares_of_runs():
    game = np.random.default_rng(3).normal(size=(8, 400))
    table = attributed_by_hand(game).values
    of_runs = shapley.shapley_values(game)
    reach = 1.96 * of_runs.std(axis=1, ddof=1) / np.sqrt(400)
    assert ((table["value_high"] - table["value_low"]) / 2.0).to_numpy() == pytest.approx(reach, rel=0.1)


def test_the_interval_of_a_share_covers_the_truth_in_about_95_of_100_samples():
    covered = 0
    for seed in range(60):
        chance = np.random.default_rng(seed)
        game = chance.exponential(size=150) * np.array([0.0, 1.0, 2.0, 5.0])[:, None]  # 2 and 3 in the mean
        row = attributed_by_hand(game).values.iloc[0]
        covered += row["value_low"] <= 2.0 <= row["value_high"]
    assert 50 <= covered <= 60


def test_a_channel_that_does_nothing_gets_exactly_nothing():
    mute = crisis(mute={"label": "A line that does nothing", "status": "open", "influence": 0.0})
    found = es.attribute(mute, "misperception", runs=40, channels=("back_channel", "mute", "dgmo_hotline"))
    assert (found.values.loc["mute"] == 0.0).all()
    pairs = found.interactions.reset_index()
    assert (pairs[(pairs["first"] == "mute") | (pairs["second"] == "mute")][["value", "low", "high"]] == 0.0).all(axis=None)
    assert found.values.loc["back_channel", "value"] != 0.0


def test_two_channels_that_are_alike_get_exactly_the_same():
    """Lines that are called, cut or exposed each have luck of their own and are alike only on average; these two are not."""
    twins = crisis(first_twin={**TWIN, "label": "One"}, second_twin={**TWIN, "label": "Other"})
    found = es.attribute(twins, "misperception", runs=40, channels=("dgmo_hotline", "first_twin", "second_twin"))
    one, other = (found.values.loc[name] for name in ("first_twin", "second_twin"))
    assert one["value"] != 0.0
    assert (one == other).all()


def test_subsets_in_pieces_are_the_same_game(monkeypatch):
    scenario = crisis()
    players = checked_players(scenario, THREE)
    measures = [named_measure("misperception", ["misperception"]), named_measure("peak_rung", ["peak_rung"])]
    whole = games_of(with_all_present(scenario, players), players, measures, 20, 2)
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", 60)
    told = []
    pieces = games_of(with_all_present(scenario, players), players, measures, 20, 2, progress=lambda *seen: told.append(seen))
    assert (whole == pieces).all()
    assert told[-1] == (160, 160)


def test_several_outcomes_come_from_one_set_of_runs(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "run_design", lambda *args, **options: calls.append(args) or es.run_design(*args, **options))
    found = attributions(crisis(), ["force", "deaths_total"], 10, channels=THREE[:2])
    assert len(calls) == 1
    assert [one.unit for one in found.values()] == ["share", "deaths"]


def test_a_line_through_a_mediator_is_there_as_one_that_waits():
    players = checked_players(crisis(), ["third_party", "track_two"])
    assert [channel.status for channel in with_all_present(crisis(), players).channels if channel.name == "third_party"] == [
        1.0
    ]
    assert set(design_of(range(4), players)["channels.third_party.status"]) == {"closed", "suspended"}


def test_a_channel_to_be_built_is_there_from_the_first_day():
    later = crisis(back_channel={"status": "open", "since": "trigger", "relationship": 0.4})
    present = with_all_present(later, checked_players(later, THREE))
    there = next(channel for channel in present.channels if channel.name == "back_channel")
    assert (there.status, there.since_trigger, there.relationship.value) == (2.0, False, 0.4)


def test_an_attribution_cannot_be_altered(found):
    assert isinstance(found, es.Attribution)
    assert found.channels == THREE
    with pytest.raises(AttributeError):
        found.runs = 3


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"channels": ["bak_channel", "track_two"]}, "did you mean 'back_channel'"),
        ({"channels": ["track_two"]}, "2 to 10"),
        ({"channels": ["track_two", "track_two"]}, "all different"),
        ({"outcome": "peek_rung"}, "did you mean 'peak_rung'"),
        ({"outcome": "ended_by"}, "no such outcome"),
        ({"outcome": "deaths_median"}, "no such outcome"),
        ({"runs": 0}, "runs"),
    ],
)
def test_what_cannot_be_attributed_is_refused_before_anything_is_run(entries, words, monkeypatch):
    if entries.get("runs") is None:
        monkeypatch.setattr(module, "run_design", None)
    with pytest.raises(es.InputError, match=words):
        es.attribute(crisis(), **{"runs": 5, **entries})


def test_an_outcome_that_some_runs_lack_is_refused():
    with pytest.raises(es.InputError, match="every run has"):
        es.attribute(crisis(), "days_to_response", runs=5, channels=THREE[:2])


@pytest.fixture
def small(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    Path("small.yaml").write_text(json.dumps(crisis().document), encoding="utf-8")
    return "small.yaml"


def called(*arguments: str):
    return CliRunner().invoke(commands, list(map(str, arguments)))


def test_what_is_printed_is_what_was_found_and_fits_80_columns(small):
    outcome = called(
        "attribute", small, "--runs", "40", "--seed", "2", "--channels", ", ".join(THREE), "--outcome", "misperception"
    )
    assert outcome.exit_code == 0, outcome.output
    assert max(map(len, outcome.output.splitlines())) <= 80
    for words in (
        "8 sets of 3 channels",
        "Present: open",
        "back_channel 0.5 (0.2 to 0.8)",
        "Absent: closed",
        "Shapley",
        "Only it",
        "Without",
    ):
        assert words in outcome.output
    found = es.attribute(crisis(), "misperception", runs=40, seed=2, channels=THREE)
    for cells in value_rows(found):
        assert any(all(cell in line for cell in cells) for line in outcome.output.splitlines()), cells
    written = {path.name for path in Path("results/attribute-made").iterdir()}
    tables = {f"{kind}-misperception.csv" for kind in ("values", "interactions", "totals", "subsets")}
    assert written == {"data", *tables, "shapley-misperception.png", "shapley-misperception.svg"}
    table = pd.read_csv("results/attribute-made/values-misperception.csv", index_col="channel")
    assert table["value"].to_numpy() == pytest.approx(found.values["value"].to_numpy())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--outcome", "pek_rung"], ["outcome", "did you mean 'peak_rung'"]),
        (["--channels", "back_channel"], ["channels", "2 to 10"]),
        (["--channels", "back_chanel,track_two"], ["did you mean 'back_channel'"]),
        (["--runs", "0"], ["--runs"]),
        (["--out", "small.yaml"], ["not a folder"]),
    ],
)
def test_a_bad_option_is_answered_in_one_line_and_nothing_is_written(small, arguments, words):
    outcome = called("attribute", small, *arguments)
    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    assert all(word in outcome.stderr for word in words), outcome.stderr
    assert [path.name for path in Path().iterdir()] == ["small.yaml"]


def test_pairs_are_told_as_far_as_their_intervals_tell():
    together = attributed_by_hand(np.array([0.0, 1.0, 1.0, 5.0])[:, None] + np.zeros((4, 9)))
    assert interaction_lines(together) == ["Together, beyond each alone: back_channel and track_two +3.000 (+3.000 to +3.000)."]
    (line,) = interaction_lines(attributed_by_hand(np.array([0.0, 1.0, 1.0, 2.0])[:, None] + np.zeros((4, 9))))
    assert line.startswith("No two")


GAMES = {
    "nothing": np.zeros((4, 3)),
    "one run": np.arange(8.0)[:, None],
    "up and down": np.random.default_rng(1).normal(size=(64, 20)) * 1e5,
    "tiny": np.random.default_rng(2).normal(size=(16, 5)) * 1e-4,
}


@pytest.mark.parametrize("game", GAMES)
def test_every_chart_is_drawn_without_a_warning_and_nothing_is_cut_off(game):
    found = attributed_by_hand(GAMES[game], "deaths_total" if game == "up and down" else "peak_rung")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = shapley_chart(found)
    renderer = figure.canvas.get_renderer()
    for text in drawn_texts(figure):
        box = text.get_window_extent(renderer)
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.width + 1 and box.y1 <= figure.bbox.height + 1
        assert inside, f"{text.get_text()!r} is cut off"
    assert min(text.get_fontsize() for text in drawn_texts(figure)) * figure.dpi / 72 / 2 >= 10
