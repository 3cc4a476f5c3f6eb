"""Charts of results on disk: those that suit what varies, and one line where there is nothing to draw."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.cli.commands import commands
from escalation_sim.experiments.experiment import experiment_from
from escalation_sim.experiments.sweep import sweep

GRIDS = {
    "factor": {"deaths": {"path": "triggers.0.deaths", "values": [3, 26, 80]}},
    "two": {
        "deaths": {"path": "triggers.0.deaths", "values": [3, 26, 80]},
        "resolve": {"path": "countries.india.government.resolve", "values": [1.0, 1.5, 2.0]},
    },
    "lines": {"lines": {"subsets": ["back_channel", "dgmo_hotline"]}},
    "nothing": {},
}


@pytest.fixture(scope="module")
def results(pahalgam, tmp_path_factory):
    scenario = es.Scenario.from_document({**pahalgam.document, "horizon_days": 10})
    folder = tmp_path_factory.mktemp("results")
    for name, grid in GRIDS.items():
        sweep(experiment_from({"name": name, "question": "Is it so?", "runs": 30, "grid": grid}, scenario), folder / name)
    return folder


def said(*arguments):
    found = CliRunner().invoke(commands, ["plot", *map(str, arguments)])
    return found.exit_code, " ".join(found.output.split())


@pytest.mark.parametrize(
    ("name", "outcome", "files"),
    [
        ("factor", "peak_rung", {"by-deaths", "survival-deaths"}),
        ("two", "force", {"by-deaths", "by-resolve", "survival-deaths", "survival-resolve", "map-deaths-resolve-force"}),
        ("lines", "deaths_total", {"lines-deaths_total"}),
    ],
)
def test_what_varies_decides_which_charts_are_drawn(results, tmp_path, name, outcome, files):
    code, text = said(results / name, "--out", tmp_path, "--outcome", outcome)
    assert code == 0, text
    assert {path.name for path in tmp_path.iterdir()} == {f"{file}.{kind}" for file in files for kind in ("png", "svg")}


def test_equal_data_give_equal_charts(results, tmp_path):
    for place in ("one", "two"):
        said(results / "lines", "--out", tmp_path / place, "--outcome", "force")
    one, two = (sorted((tmp_path / place).iterdir()) for place in ("one", "two"))
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "no result here"),
        (("{results}/nothing",), "nothing varies"),
        (("{results}/factor", "--outcome", "peek_rung"), "did you mean 'peak_rung'"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(results, arguments, words):
    code, text = said(*(one.format(results=results) for one in arguments))
    assert code == 2
    assert words in text


def test_an_unfinished_sweep_says_how_to_go_on(results, tmp_path):
    import json
    import shutil

    shutil.copytree(results / "lines", tmp_path / "set")
    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text())
    (tmp_path / "set" / "manifest.json").write_text(json.dumps({**manifest, "complete": False}))
    code, text = said(tmp_path / "set")
    assert code == 2
    assert "not finished" in text
