"""The command line: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.agents import EscalationModel
from escalation_sim.analysis.story import MOST_LINES, story
from escalation_sim.cli.changes import Changes, value_from
from escalation_sim.cli.commands import commands
from escalation_sim.cli.parameters import markdown
from escalation_sim.cli.story import played
from escalation_sim.results import Result
from escalation_sim.rules import PROFILES, SECTIONS
from escalation_sim.scenario import load_scenario
from made_results import SHORT_LADDER, made_scenario

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "scenarios" / "pahalgam-2025.yaml"


@pytest.fixture
def small(tmp_path, monkeypatch) -> str:
    """A scenario file of 20 days in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Path("small.yaml").write_text(json.dumps(made_scenario(horizon_days=20).document), encoding="utf-8")
    return "small.yaml"


@pytest.fixture(scope="module")
def run_to_see() -> str:
    """The first run in which a government gives up doing nothing for no other reason more than for a grievance."""
    scenario = load_scenario(SHIPPED).fixed()
    for run in range(100):
        model = EscalationModel(scenario, seed=1, run=run)
        model.run_model()
        if not model.reasons.empty:
            reasons = model.reasons[model.reasons["wanted_before"] == 0]
            reasons = reasons.drop(columns=["day", "date", "country", "wanted_before", "wanted"])
            if ((reasons["grievance"] > 0.1) & (reasons["grievance"] >= reasons.max(axis=1))).any():
                return str(run)
    raise AssertionError("no such run")


def called(*arguments: str):
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


def process(*arguments: str, **settings) -> subprocess.Popen:
    command = [sys.executable, "-m", "escalation_sim", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **settings.pop("env", {})}
    # What starts the tests in the background may ignore interrupts, and children inherit that.
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        **settings,
    )


def assert_one_line(outcome, code: int, *words: str) -> None:
    assert outcome.exit_code == code
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    assert outcome.stderr.startswith("error: ")
    for word in words:
        assert word in outcome.stderr


def test_run_prints_a_summary_and_a_story_and_writes_data_and_charts(small):
    outcome = called("run", small, "--runs", "20")
    assert outcome.exit_code == 0, outcome.output
    for words in (
        "Made up, to count with",
        "20 runs of 20 days, seed 1",
        "HOW HIGH IT CLIMBED",
        "nearest the middle",
        "3 February 2001",
    ):
        assert words in outcome.output
    written = {path.name for path in Path("results/made").iterdir()}
    assert written == {
        "data",
        *(f"{name}.{kind}" for name in ("posture", "peaks", "time_to_end", "deaths") for kind in ("png", "svg")),
    }


def test_what_is_saved_is_what_the_engine_computes(small):
    called("run", small, "--runs", "30", "--seed", "5", "--out", "here", "--no-charts", "--story", "none")
    assert [path.name for path in Path("here").iterdir()] == ["data"]
    expected = es.run(load_scenario(small), 30, 5).outcomes
    pd.testing.assert_frame_equal(Result.load("here/data").outcomes, expected, check_index_type=False)


def test_output_that_is_no_terminal_is_plain(small):
    text = called("run", small, "--runs", "5", "--no-charts").output
    assert "\x1b" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 80


def test_a_story_can_be_of_any_run_or_of_none(small):
    assert "Run 3\n" in called("run", small, "--runs", "5", "--no-charts", "--story", "3").output
    assert "Run " not in called("run", small, "--runs", "5", "--no-charts", "--story", "none").output.replace("Runs", "")
    assert_one_line(called("run", small, "--story", "-1"), 2, "--story")


def test_a_story_is_short_enough_to_be_read(small, run_to_see):
    lines = called("run", SHIPPED, "--runs", "2", "--no-charts", "--fixed", "--story", run_to_see).output.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Run "))
    assert 3 <= len([line for line in lines[start:] if line.strip()]) <= 36, "a screen, though some sentences take two lines"
    sentences = story(played(load_scenario(SHIPPED).fixed(), 1, int(run_to_see)))
    assert 3 <= len(sentences) <= MOST_LINES + 2


def test_results_are_replaced_and_other_files_stay(small):
    Path("here").mkdir()
    Path("here/notes.txt").write_text("mine", encoding="utf-8")
    for runs in ("3", "4"):
        assert called("run", small, "--runs", runs, "--no-charts", "--out", "here").exit_code == 0
    assert Path("here/notes.txt").read_text(encoding="utf-8") == "mine"
    assert len(Result.load("here/data").outcomes) == 4


def test_charts_of_older_data_do_not_stay_beside_newer_data(small):
    Path("here/data").mkdir(parents=True)
    for old in ("peaks.png", "holiday.png"):
        Path("here", old).write_bytes(b"old")
    called("run", small, "--runs", "2", "--no-charts", "--out", "here")
    assert sorted(path.name for path in Path("here").iterdir()) == ["data", "holiday.png"]


def test_a_scenario_with_five_rungs_and_nothing_on_record_runs(small):
    Path("five.yaml").write_text(json.dumps(made_scenario(ladder=SHORT_LADDER, horizon_days=10).document), encoding="utf-8")
    outcome = called("run", "five.yaml", "--runs", "1", "--no-charts")
    assert outcome.exit_code == 0, outcome.output
    assert "Record" not in outcome.output


@pytest.mark.parametrize("number", ["0", "-5", "1e12", "10000001", "many", "1.5", "", "٣"])
def test_a_bad_number_of_runs_is_answered_with_what_is_allowed(small, number):
    assert_one_line(called("run", small, "--runs", number), 2, "--runs", "from 1 to 10,000,000")
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--open", "bak_channel"], ["bak_channel", "back_channel"]),
        (["--open", "back_channel=much"], ["back_channel", "much", "0 to 1"]),
        (["--open", "back_channel=7"], ["relationship", "7"]),
        (["--open", "back_channel", "--close", "back_channel"], ["back_channel"]),
        (["--close", "telegraph"], ["telegraph"]),
        (["--set", "horizon_days"], ["--set", "PATH=VALUE"]),
        (["--set", "countries.north.government.resolv=1"], ["resolv", "resolve"]),
        (["--set", "countries.north.government.resolve=NaN"], ["resolve"]),
        (["--set", "countries.north.government.resolve=high"], ["resolve", "high"]),
        (["--set", "horizon_days=1e400"], ["horizon_days"]),
        (["--as-of", "yesterday"], ["yesterday", "YYYY-MM-DD"]),
        (["--decision", "quantal"], ["decision", "quantal"]),
        (["--seed", "-1"], ["--seed"]),
        (["--out", "small.yaml"], ["--out", "small.yaml"]),
        (["--out", "small.yaml/below"], ["--out", "small.yaml"]),
    ],
)
def test_a_bad_option_is_answered_in_one_line(small, arguments, words):
    assert_one_line(called("run", small, *arguments), 2, *words)
    assert sorted(path.name for path in Path().iterdir()) == ["small.yaml"]


def test_a_missing_file_is_answered_with_the_nearest(small):
    assert_one_line(called("run", "smal.yaml"), 2, "smal.yaml", "small.yaml")


def test_an_unknown_option_ends_with_2(small):
    assert called("run", small, "--rnus", "5").exit_code == 2


def test_a_folder_of_something_else_is_left_alone(small):
    Path("here/data").mkdir(parents=True)
    Path("here/data/thesis.txt").write_text("mine", encoding="utf-8")
    assert_one_line(called("run", small, "--out", "here"), 2, "data")
    assert [path.name for path in Path("here/data").iterdir()] == ["thesis.txt"]


def test_a_full_disk_is_told_in_one_line_after_what_was_computed(small, monkeypatch):
    def full(self, folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))

    monkeypatch.setattr(Result, "save", full)
    outcome = called("run", small, "--runs", "3")
    assert_one_line(outcome, 1, "No space left")
    assert "HOW HIGH IT CLIMBED" in outcome.stdout


def test_an_interrupt_while_charts_are_drawn_says_where_the_data_are(small, monkeypatch):
    def stopped(result, folder):
        raise KeyboardInterrupt

    monkeypatch.setattr("escalation_sim.plots.write_charts", stopped)
    outcome = called("run", small, "--runs", "3")
    assert outcome.exit_code == 130
    assert "interrupted: the data are complete in" in outcome.stderr
    assert len(Result.load("results/made/data").outcomes) == 3


def test_an_interrupt_leaves_nothing(small):
    running = process("run", small, "--runs", "10000000", "--out", "deep/here")
    running.stdout.readline()  # the header: arguments are read, the runs are about to begin
    time.sleep(1.0)
    running.send_signal(signal.SIGINT)
    try:
        _, said = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode == 130
    assert said == "interrupted: nothing was written\n"
    assert sorted(path.name for path in Path().iterdir()) == ["small.yaml"]


def test_a_reader_who_stops_reading_is_no_error():
    running = process("parameters")
    running.stdout.close()
    assert running.stderr.read() == ""
    assert running.wait(timeout=20) == 141


def test_a_terminal_that_knows_no_dashes_still_gets_its_text():
    running = process("parameters", "--section", "government", env={"PYTHONIOENCODING": "ascii"})
    text, said = running.communicate(timeout=20)
    assert (running.returncode, said) == (0, "")
    assert "resolve" in text


def test_a_mistyped_command_is_answered_with_the_nearest():
    for arguments, nearest in ((["rnu"], "run"), (["scenarios", "chek"], "check")):
        outcome = called(*arguments)
        assert outcome.exit_code == 2
        assert f"No such command '{arguments[-1]}'. Did you mean '{nearest}'?" in outcome.stderr


def test_help_says_in_full_what_each_command_does():
    text = " ".join(called("--help").output.split())
    assert "run Run a scenario many times: a summary, one run told, charts and data. trace" in text
    assert called("--version").output.startswith("escalation-sim ")


def test_changes_are_those_of_the_scenario_itself():
    scenario = load_scenario(SHIPPED)
    changes = Changes(opened=("back_channel=0.4",), closed=("dgmo_hotline",), entries=("horizon_days=30",))
    assert changes.applied(scenario) == scenario.open("back_channel", 0.4).close("dgmo_hotline").set("horizon_days", 30)
    assert Changes(as_of="2004-06-01", fixed=True).applied(scenario) == scenario.with_channels_as_of("2004-06-01").fixed()
    assert Changes(decision="spiral").applied(scenario).decision == "spiral"


def test_changes_are_printed_above_the_summary(small):
    text = called("run", small, "--runs", "2", "--no-charts", "--open", "back_channel=0.3", "--set", "quiet_days=5").output
    assert "Changed: open back_channel=0.3; set quiet_days=5" in text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.6", 0.6),
        ("3", 3),
        (".5", 0.5),
        ("5.", 5.0),
        ("true", True),
        ("null", None),
        ("[1, 2]", [1, 2]),
        ("spiral", "spiral"),
        ("", ""),
    ],
)
def test_values_are_read_as_typed(text, value):
    assert value_from(text) == value
    assert type(value_from(text)) is type(value)


def test_trace_tells_events_and_the_reasons_of_every_decision(run_to_see):
    outcome = called("trace", SHIPPED, "--run", run_to_see, "--fixed")
    assert outcome.exit_code == 0, outcome.output
    for words in (
        "gunmen kill 26 tourists near Pahalgam",
        "22 Apr 00:00",
        "Decisions and their reasons",
        "0 → ",
        "grievance +",
    ):
        assert words in outcome.output


def test_trace_tells_the_run_that_the_batch_computed(small):
    told = json.loads(called("trace", small, "--run", "7", "--seed", "3", "--json").output)
    row = es.run(load_scenario(small), 8, 3).outcomes.loc[7]
    assert told["run"] == 7
    for name, value in told["outcomes"].items():
        assert value == (None if pd.isna(row[name]) else row[name]), name
    assert told["events"][0]["kind"] == "trigger"


def test_trace_writes_tables_where_asked_and_nothing_else(small):
    assert called("trace", small, "--run", "1").exit_code == 0
    assert sorted(path.name for path in Path().iterdir()) == ["small.yaml"]
    assert called("trace", small, "--run", "1", "--csv", "tables").exit_code == 0
    assert sorted(path.name for path in Path("tables").iterdir()) == ["events.csv", "reasons.csv"]
    assert "words" in pd.read_csv("tables/events.csv").columns


def test_scenarios_lists_what_ships_and_says_what_is_unsound(small):
    assert "The U-2 incident, 1960" in called("scenarios", "--folder", ROOT / "scenarios").output
    Path("broken.yaml").write_text("name: [", encoding="utf-8")
    outcome = called("scenarios", "--folder", ".")
    assert outcome.exit_code == 0
    assert "not a sound scenario" in outcome.output
    assert "Made up, to count with" in outcome.output
    assert_one_line(called("scenarios"), 2, "scenarios")


def test_scenarios_check_answers_every_file(small):
    Path("broken.yaml").write_text("name: x\nhorizon_days: -3\n", encoding="utf-8")
    assert called("scenarios", "check", small).output == "ok: small.yaml (Made up, to count with)\n"
    outcome = called("scenarios", "check", small, "broken.yaml")
    assert "ok: small.yaml" in outcome.stdout
    assert_one_line(outcome, 2, "broken.yaml:")


def test_every_number_of_the_model_is_in_the_list():
    plain, text = called("parameters").output, markdown()
    for section in (*SECTIONS.values(), *PROFILES.values()):
        for name, _ in section:
            assert name in plain
            assert f"| `{name}` |" in text


def test_one_section_can_be_asked_for():
    assert "audience_cost" in called("parameters", "--section", "government").output
    assert "latency" not in called("parameters", "--section", "government").output
    assert_one_line(called("parameters", "--section", "goverment"), 2, "government")


def test_the_reference_in_docs_is_that_of_the_code():
    assert (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8") == markdown()


def test_channels_shows_presets_and_the_state_of_a_day():
    assert "Back channel between" in called("channels").output
    text = called("channels", "--as-of", "2004-06-01").output
    assert any("back_channel" in line and "open" in line for line in text.splitlines())
    assert "Neemrana" in text
    assert_one_line(called("channels", "--as-of", "2004-13-01"), 2, "2004-13-01")


def test_schema_is_json():
    assert json.loads(called("schema").output)["type"] == "object"
