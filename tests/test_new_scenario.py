"""A new scenario file: sound as it stands for every trigger and any two countries, never over another file."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.cli.commands import commands
from escalation_sim.scenario import channel_presets, load_scenario
from escalation_sim.scenario.schema import TRIGGER_KINDS
from escalation_sim.scenario.template import _TRIGGERS, rungs_in_words


def called(*arguments: str):
    return CliRunner().invoke(commands, list(map(str, arguments)))


def new(*arguments: str):
    return called("scenarios", "new", *arguments)


def assert_one_line(outcome, *words: str) -> None:
    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    assert outcome.stderr.startswith("error: ")
    for word in words:
        assert word in outcome.stderr


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_every_kind_of_trigger_has_a_template():
    assert set(_TRIGGERS) >= set(TRIGGER_KINDS)


@pytest.mark.parametrize("kind", TRIGGER_KINDS)
def test_the_file_loads_and_runs_for_every_kind_of_trigger(kind):
    outcome = new("mine.yaml", "--kind", kind)
    assert outcome.exit_code == 0, outcome.output
    assert files() == ["mine.yaml"]
    scenario = load_scenario("mine.yaml")
    assert (scenario.name, scenario.triggers[0].kind) == ("mine", kind)
    assert len(es.run(scenario.set("horizon_days", 20), runs=64, seed=1).outcomes) == 64


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("china", "india"),
        ("ruritania", "strelsau"),
        ("border_group", "united_nations"),
        ("null", "yes"),
        ("a", "b-2"),
        ("x" * 60, "y" * 60),
    ],
)
def test_any_two_countries_will_do(first, second):
    assert new("pair.yaml", "--countries", first, second, "--start", "2030-02-28", "--name", "some-pair").exit_code == 0
    scenario = load_scenario("pair.yaml")
    assert [country.name for country in scenario.countries] == [first, second]
    assert scenario.name == "some-pair"
    assert scenario.start.isoformat() == "2030-02-28"
    assert called("scenarios", "check", "pair.yaml").exit_code == 0


def test_a_third_dyad_runs_from_the_command_line():
    assert new("china-india.yaml", "--countries", "china", "india", "--kind", "incident").exit_code == 0
    outcome = called("run", "china-india.yaml", "--runs", "64", "--set", "horizon_days=20", "--no-charts")
    assert outcome.exit_code == 0, outcome.output
    assert "China" in outcome.output


@pytest.mark.parametrize("kind", TRIGGER_KINDS)
def test_the_examples_are_sound_too(kind):
    new("mine.yaml", "--kind", kind, "--countries", "ruritania", "strelsau")
    before, observed, after = Path("mine.yaml").read_text(encoding="utf-8").partition("\n#observed:")
    examples = re.sub(r"(?m)^( +)#(?=\w)", r"\1", before)
    examples += re.sub(r"(?m)^#", "", observed + after)
    Path("full.yaml").write_text(examples, encoding="utf-8")
    scenario = load_scenario("full.yaml")
    names = [channel.name for channel in scenario.channels]
    assert {"envoy", "city_twins"} <= set(names)
    assert scenario.observed is not None
    assert len(es.run(scenario.set("horizon_days", 20), runs=8, seed=1).outcomes) == 8


def test_the_file_names_every_preset_and_every_rung():
    new("mine.yaml")
    text = Path("mine.yaml").read_text(encoding="utf-8")
    for name in channel_presets():
        assert f"\n  {name}: " in text
    assert rungs_in_words(load_scenario("mine.yaml").ladder) in text
    assert max(map(len, text.splitlines())) <= 140


def test_a_file_that_is_there_is_left_alone_unless_forced():
    Path("mine.yaml").write_text("precious", encoding="utf-8")
    assert_one_line(new("mine.yaml"), "mine.yaml", "--force")
    assert Path("mine.yaml").read_text(encoding="utf-8") == "precious"
    assert new("mine.yaml", "--force").exit_code == 0
    assert load_scenario("mine.yaml").name == "mine"
    assert files() == ["mine.yaml"]


def test_nothing_half_written_stays_after_a_mishap(monkeypatch):
    def full(self, target):
        raise OSError(28, os.strerror(28), str(target))

    Path("mine.yaml").write_text("precious", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", full)
    outcome = new("mine.yaml", "--force")
    assert outcome.exit_code == 1
    assert outcome.stderr.count("\n") == 1
    assert files() == ["mine.yaml"]
    assert Path("mine.yaml").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mine.yaml", "--kind", "atack"], ["--kind", "atack", "'attack'"]),
        (["mine.yaml", "--kind", ""], ["--kind", "attack"]),
        (["mine.yaml", "--name", "My Crisis"], ["--name", "My Crisis", "'my_crisis'"]),
        (["mine.yaml", "--name", ""], ["--name", "a letter first"]),
        (["My Crisis.yaml"], ["My Crisis", "'my_crisis'"]),
        (["mine.yaml", "--countries", "China", "india"], ["--countries", "China", "'china'"]),
        (["mine.yaml", "--countries", "india", "india"], ["--countries", "same"]),
        (["mine.yaml", "--countries", "armed_group", "india"], ["--countries", "armed_group"]),
        (["mine.yaml", "--countries", "a: b\n", "india"], ["--countries", "is not a name"]),
        (["mine.yaml", "--start", "yesterday"], ["--start", "yesterday", "YYYY-MM-DD"]),
        (["mine.yaml", "--start", "2025-02-30"], ["--start", "2025-02-30"]),
        (["mine.yaml", "--start", "9999-12-31"], ["--start", "9999-12-31"]),
        (["mine.txt"], ["mine.txt", ".yaml"]),
        (["nowhere/mine.yaml"], ["nowhere"]),
        (["taken.yaml", "--force"], ["taken.yaml", "regular"]),
    ],
)
def test_a_bad_value_is_answered_in_one_line_and_nothing_is_written(arguments, words):
    Path("taken.yaml").mkdir()
    assert_one_line(new(*arguments), *words)
    assert files() == ["taken.yaml"]
