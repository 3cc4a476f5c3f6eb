"""Scenarios by name, uploads, and the file that gives the screen again."""

from __future__ import annotations

import dataclasses
import shutil

import pytest

import escalation_sim as es
from conftest import ROOT
from escalation_sim.dashboard.library import Library
from escalation_sim.dashboard.session import Session, session_from
from escalation_sim.dashboard.view import OPEN, Switch, View
from escalation_sim.errors import InputError


@pytest.fixture
def session():
    library = Library(ROOT / "scenarios")
    return Session(library, None, View(library.first))  # type: ignore[arg-type]  # nothing is run here


def test_the_latest_crisis_comes_first_and_rivalries_are_left_out(session):
    assert session.library.first == "pahalgam-2025"
    assert "rivalry-1998-2025" not in session.titles
    assert any("rivalry" in line for line in session.library.left_out)


@pytest.mark.parametrize("name", ["../scenarios/pahalgam-2025", "/etc/passwd", "pahalgam-2025.yaml", ""])
def test_only_names_of_the_library_are_known(session, name):
    with pytest.raises(InputError, match="no such scenario"):
        session.library.scenario(name)


def test_a_folder_without_crises_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no scenario"):
        Library(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        Library(tmp_path / "nowhere")


def test_a_broken_file_in_the_folder_is_left_out_and_named(tmp_path):
    shutil.copy(ROOT / "scenarios" / "uri-2016.yaml", tmp_path)
    (tmp_path / "broken.yaml").write_text("name: [")
    library = Library(tmp_path)
    assert list(library.titles) == ["uri-2016"]
    assert "broken.yaml" in library.left_out[0]


BAD_FILES = {
    "not-yaml.yaml": b"name: [",
    "empty.yaml": b"",
    "letters.yaml": b"\xff\xfe",
    "range.yaml": (ROOT / "scenarios" / "uri-2016.yaml").read_bytes() + b"\nmodel: {government: {resolve: 99}}\n",
    "key.yaml": b"nmae: x\n",
    "large.yaml": b"#" * 1_000_001,
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_an_uploaded_file_gets_the_message_of_the_command_line(session, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(BAD_FILES[name])
    with pytest.raises(InputError) as there:
        es.load_scenario(name)
    with pytest.raises(InputError) as here:
        session.upload(BAD_FILES[name], name)
    assert str(here.value) == str(there.value)
    assert session.view.scenario == "pahalgam-2025"  # the page goes on


def test_an_uploaded_scenario_is_shown(session):
    session.upload((ROOT / "scenarios" / "uri-2016.yaml").read_bytes(), "mine.yaml")
    assert session.base == es.load_scenario(ROOT / "scenarios" / "uri-2016.yaml")
    assert session.view.scenario in session.titles


def test_the_downloaded_file_is_the_scenario_on_screen(session, tmp_path):
    session.view = session.view.switched("back_channel", Switch(OPEN, 0.5)).moved("media", 0.3)
    file = tmp_path / "screen.yaml"
    file.write_text(session.yaml(), encoding="utf-8")
    there = es.load_scenario(file)
    assert there.set("name", session.base.name) == session.scenario
    runs = [es.run(dataclasses.replace(one, horizon_days=20.0), 64, 1) for one in (there, session.scenario)]
    assert runs[0].outcomes.equals(runs[1].outcomes)


def test_a_view_that_makes_no_scenario_changes_nothing(session):
    before = session.view
    assert "out of range" in session.try_view(session.view.moved("media", 7.0))
    assert session.view == before


def test_a_bad_address_shows_the_first_scenario_and_says_why(session):
    found, wrong = session_from(session.library, None, "scenario=pahalgam-2026")
    assert "did you mean 'pahalgam-2025'" in wrong
    assert found.view == View("pahalgam-2025")
