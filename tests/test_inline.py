"""Marks between words on a terminal: right for known numbers, 80 columns, plain in a pipe, and typed where there are no signs."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from escalation_sim.cli import inline
from escalation_sim.cli.commands import commands
from made_results import made_scenario

ROOT = Path(__file__).resolve().parent.parent
FINITE = st.floats(-1e6, 1e6, allow_nan=False)

EXPERIMENT = """
name: loudness
question: "Does it matter?"
scenario: made
runs: 8
grid:
  resolve: {path: countries.north.government.resolve, values: [0.5, 1.0, 2.0]}
"""


def printed(mark) -> str:
    console = Console(file=io.StringIO(), width=60, color_system=None)
    with console.capture() as captured:
        console.print(mark, end="")
    return captured.get().rstrip()


def test_half_of_the_runs_are_half_of_the_bar():
    assert printed(inline.bar(0.5, 10)) == "█████"
    assert printed(inline.bar(1.0, 10)) == "██████████"
    assert printed(inline.bar(0.25, 10)) == "██▌"


def test_what_is_not_nothing_is_seen_and_nothing_is_not():
    assert printed(inline.bar(1e-6, 10)) == "▏"
    assert printed(inline.bar(0.0, 10)) == ""
    assert printed(inline.bar(float("nan"), 10)) == ""


def test_shares_one_behind_the_other_fill_the_bar():
    assert str(inline.stacked([0.5, 0.25, 0.25], 12)) == "██████▒▒▒░░░"
    assert str(inline.stacked([1 / 3, 1 / 3, 1 / 3], 10)) == "███▒▒▒▒░░░"
    assert str(inline.stacked([float("nan")] * 3, 10)) == ""


@pytest.mark.parametrize(
    ("low", "value", "high", "drawn"),
    [
        (-4.0, -2.0, 4.0, "├─●─┼───┤"),
        (-4.0, -3.0, -2.0, "├●┤ │    "),
        (1.0, 2.0, 4.0, "    │├●─┤"),
        (0.0, 2.0, 4.0, "    ├─●─┤"),
        (0.0, 0.0, 0.0, "    ●    "),
        (float("nan"), 3.0, float("nan"), "    │   ●"),
        (float("nan"), float("nan"), float("nan"), "    │    "),
        (-0.001, 4.0, 4.0, "   ├┼───●"),
    ],
)
def test_an_interval_is_drawn_where_it_lies(low, value, high, drawn):
    assert str(inline.interval(low, value, high, 9)) == drawn


@given(st.lists(FINITE, min_size=3, max_size=3).map(sorted), st.integers(2, 12).map(lambda half: 2 * half + 1))
def test_an_interval_touches_zero_on_the_sheet_only_if_it_holds_it(numbers, width):
    low, value, high = numbers
    drawn = str(inline.interval(low, value, high, width))
    assert len(drawn) == width
    assert drawn.count("●") == 1
    middle = drawn[width // 2]
    if low > 0.0 or high < 0.0:
        assert middle == "│"
        side = drawn[: width // 2] if low > 0.0 else drawn[width // 2 + 1 :]
        assert not side.strip(), "on the side of the numbers only"
    else:
        assert middle in "┼●├┤│"


def test_every_sign_has_a_letter_of_a_typewriter_in_its_place(monkeypatch):
    monkeypatch.setattr(inline, "encodes", lambda: False)
    assert inline.typed("├──●─┼┤ │ ██▍▏▒░ −1.0 × 2") == "[--o-+] | ##..=- -1.0 x 2"
    assert inline.typed(inline._SIGNS).isascii()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("printed")
    (folder / "made.yaml").write_text(json.dumps(made_scenario(horizon_days=15).document), encoding="utf-8")
    (folder / "loudness.yaml").write_text(EXPERIMENT, encoding="utf-8")
    return folder


LINES = (
    "run made.yaml --runs 30 --no-charts --out run",
    "compare made.yaml --runs 30 --open back_channel=0.7 --no-charts --out compare",
    "compare made.yaml --runs 20 --as-of 2004-06-01 --decision spiral --set countries.north.government.resolve=2.0 --no-charts --out long",
    "attribute made.yaml --runs 10 --channels back_channel,foreign_secretary_hotline --no-charts --out attribute",
    "sweep loudness.yaml",
)


@pytest.mark.parametrize("line", LINES)
def test_what_is_printed_in_a_pipe_fits_80_columns_and_is_plain(place, monkeypatch, line):
    monkeypatch.chdir(place)
    monkeypatch.delenv("COLUMNS", raising=False)
    done = CliRunner().invoke(commands, line.split())
    assert done.exit_code == 0, done.output
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not any(one != one.rstrip() for one in done.stdout.splitlines())


def test_where_the_output_knows_no_signs_no_number_loses_its_own(place):
    """A minus that became a question mark would turn an effect round."""
    line = "compare made.yaml --runs 30 --set countries.north.government.resolve=0.3 --no-charts --out ascii"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    ended = subprocess.run(
        [sys.executable, "-m", "escalation_sim", *line.split()], cwd=place, env=environment, capture_output=True
    )
    text = ended.stdout.decode("ascii")
    assert ended.returncode == 0, ended.stderr
    assert "?" not in text
    assert "o" in text
    (row,) = [
        one for one in text.splitlines() if one.startswith("Peak rung") and " to " in one and "." in one and "(" not in one
    ]
    assert "-" in row
    assert "[" in row or "o" in row
    assert max(map(len, text.splitlines())) <= 80


def test_bars_of_peaks_before_and_after_are_on_one_scale():
    import numpy as np

    from escalation_sim.cli.compare import peak_rows
    from escalation_sim.experiments.comparison import Comparison
    from made_results import made_result

    before = made_result(made_scenario(), peak_rung=np.array([2.0, 2.0, 2.0, 5.0]))
    after = made_result(made_scenario(), peak_rung=np.array([2.0, 2.0, 3.0, 5.0]))
    rows = peak_rows(Comparison(before, {"calm": after}), "calm")
    assert [row[0].split()[0] for row in rows] == ["5", "4", "3", "2"]
    assert [row[1] for row in rows] == ["25.0 %", "0.0 %", "0.0 %", "75.0 %"]
    assert [len(printed(row[2])) for row in rows] == [4, 0, 0, 11], "three quarters are the longest"
    assert [len(printed(row[4])) for row in rows] == [4, 0, 4, 8]
