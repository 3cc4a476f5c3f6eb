"""`escalation-sim dashboard`: what is said before a page is served."""

from __future__ import annotations

import importlib.util
import socket

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from escalation_sim.cli import dashboard
from escalation_sim.cli.commands import commands

SCENARIOS = str(ROOT / "scenarios")


def said(*arguments):
    done = CliRunner().invoke(commands, ["dashboard", "--no-browser", *arguments])
    return done.exit_code, done.output


def test_a_missing_extra_is_named_in_one_line(monkeypatch):
    monkeypatch.setattr(dashboard, "find_spec", lambda _: None)
    code, output = said(SCENARIOS)
    assert code == 2
    assert output.strip().splitlines() == [
        "error: the page needs packages that are not installed; allowed: pip install 'escalation-sim[dashboard]'"
    ]


@pytest.mark.skipif(importlib.util.find_spec("nicegui") is None, reason="needs the extra [dashboard]")
class TestWithTheExtra:
    def test_a_port_that_is_taken_is_answered_in_one_line(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            code, output = said(SCENARIOS, "--port", str(taken.getsockname()[1]))
        assert code == 2
        assert "--port: the port cannot be used" in output
        assert "Traceback" not in output

    def test_a_folder_that_is_not_there_is_answered_in_one_line(self, tmp_path):
        code, output = said(str(tmp_path / "nowhere"))
        assert code == 2
        assert "there is no such folder" in output

    def test_any_free_port_is_found(self):
        assert dashboard.free_port(0) > 0

    def test_ctrl_c_ends_the_page_without_complaint(self, monkeypatch):
        def serve(*_given, **named):
            assert named["ahead"] is False
            raise KeyboardInterrupt

        monkeypatch.setattr("escalation_sim.dashboard.server.serve", serve)
        code, output = said(SCENARIOS, "--port", "0", "--no-ahead")
        assert code == 0
        assert "interrupted" not in output
