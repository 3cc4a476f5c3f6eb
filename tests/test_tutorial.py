"""What the tutorial and the README show works as shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.cli.commands import commands
from escalation_sim.scenario import load_scenario
from test_model_doc import SCRIPT

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorial.md"
PAGES = [ROOT / "README.md", TUTORIAL]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def brief(monkeypatch):
    """Scenarios that pages load are cut to 40 days in half as many steps: what is shown has to run, not to come out as printed."""
    monkeypatch.chdir(ROOT)
    for place in (es, es.scenario):
        monkeypatch.setattr(
            place, "load_scenario", lambda file: load_scenario(file).set_all({"horizon_days": 40, "step_hours": 12})
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_shown_runs(page, brief, capsys):
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(re.sub(r"runs=\d+", "runs=20", block), page.name, "exec"), names)
    assert isinstance(names["model"], es.EscalationModel)


@pytest.mark.slow
def test_the_python_shown_that_takes_long_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    (block,) = blocks(TUTORIAL, "py")
    names: dict[str, object] = {}
    exec(compile(block, "tutorial.md", "exec"), names)
    assert isinstance(names["result"], es.Result)
    assert len(names["result"].crises)


def test_the_classroom_scenario_runs(tmp_path):
    whole = next(block for block in blocks(ROOT / "docs" / "tutorial.md", "yaml") if block.startswith("name:"))
    path = tmp_path / "classroom.yaml"
    path.write_text(whole, encoding="utf-8")
    outcomes = es.run(es.load_scenario(path), runs=50, seed=1).outcomes
    assert outcomes["peak_rung"].max() <= 4
    assert outcomes["peak_rung_north"].nunique() > 1


def shown_outputs() -> list[tuple[str, str, str]]:
    """Language, code and printed text of every piece of the tutorial that shows what it prints."""
    return [(found["language"], found["code"], found["shown"]) for found in SCRIPT.OUTPUT.finditer(TUTORIAL.read_text("utf-8"))]


def called(line: str):
    return CliRunner().invoke(commands, shlex.split(line, comments=True)[1:])


def test_commands_print_what_the_tutorial_shows_but_for_the_numbers(brief, monkeypatch, tmp_path):
    """Numbers are those of more runs than a test can afford, and of the defaults of the day: python docs/make_tables.py --outputs."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)  # what a command writes must not take the place of somebody's results
    monkeypatch.setenv("COLUMNS", "80")

    def words(text: str) -> list[str]:
        """Words, without those that stand for a number and without rungs, of which more are reached in more runs."""
        text = re.sub(r"^[0-9]+ [-a-z ]+[0-9.]+ %.*$", "", text, flags=re.MULTILINE)
        return [
            word for word in re.sub(r"[^A-Za-z]+", " ", text).split() if word not in ("to", "over", "identical", "too", "many")
        ]

    commands_shown = [(code, shown) for language, code, shown in shown_outputs() if language == "sh"]
    assert len(commands_shown) == 1
    for code, shown in commands_shown:
        assert words(called(re.sub(r"--runs \d+", "--runs 40", code)).stdout) == words(shown)


def test_what_python_prints_is_shown_line_by_line(brief, capsys):
    pieces = [(code, shown) for language, code, shown in shown_outputs() if language == "python"]
    assert len(pieces) == 1
    for code, shown in pieces:
        exec(compile(re.sub(r"runs=\d+", "runs=20", code), "tutorial.md", "exec"), {})
        printed = capsys.readouterr().out.splitlines()
        assert [len(line.split()) for line in printed] == [len(line.split()) for line in shown.splitlines()]


def test_no_output_is_missing_or_left_empty():
    text = TUTORIAL.read_text("utf-8")
    assert text.count("<!-- output:begin -->") == text.count("<!-- output:end -->") == len(shown_outputs())
    assert all(shown.strip() for _, _, shown in shown_outputs())


def test_the_scenario_for_another_dyad_is_written_and_sound(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = next(block for block in blocks(TUTORIAL, "sh") if "scenarios new" in block).splitlines()
    for line in lines[:2]:
        assert called(line).exit_code == 0, line
    assert lines[2].startswith("escalation-sim run aegean.yaml")
    crisis = es.load_scenario("aegean.yaml")
    assert {country.name for country in crisis.countries} == {"greece", "turkey"}
    assert len(es.run(crisis, runs=20, seed=1).outcomes) == 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_options_of_commands_shown_exist(page):
    for block in blocks(page, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if not words or Path(words[0]).name != "escalation-sim":
                continue
            command = words[1:3] if words[1] == "scenarios" else words[1:2]
            told = CliRunner().invoke(commands, [*command, "--help"], env={"COLUMNS": "200"})
            assert told.exit_code == 0, line
            for option in (word for word in words if word.startswith("--")):
                assert option in told.stdout, line


def test_the_readme_lists_the_shipped_scenarios():
    shipped = {path.stem for path in (ROOT / "scenarios").glob("*.yaml")}
    listed = set(re.findall(r"^\| `([\w-]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == shipped


def test_every_page_the_readme_links_to_exists():
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
