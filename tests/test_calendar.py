"""The chart of the calendar: what it shows, that nothing overlaps or is cut off, and how the command fails."""

from __future__ import annotations

import datetime
import re
import warnings
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from matplotlib.text import Annotation, Text
from typer.testing import CliRunner

from escalation_sim.cli.commands import commands
from escalation_sim.errors import InputError
from escalation_sim.plots.calendar import (
    FIRST,
    LAST,
    calendar_chart,
    crises_and_wars,
    day_on_chart,
    event_label,
    stacked,
    strength_over_time,
    year_of,
)
from escalation_sim.scenario import channel_presets, channels_as_of, initiatives


@dataclass
class Happening:
    name: str
    first: datetime.date
    last: datetime.date
    kind: str = "crisis"


def in_year(year: int, name: str = "A crisis at the line") -> Happening:
    return Happening(name, datetime.date(year, 3, 1), datetime.date(year, 4, 1))


def called(*arguments: str):
    return CliRunner().invoke(commands, list(map(str, arguments)))


def assert_one_line(outcome, *words: str) -> None:
    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1
    assert outcome.stderr.startswith("error: ")
    for word in words:
        assert word in outcome.stderr


@pytest.fixture(scope="module")
def figure():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return calendar_chart(crises_and_wars(), "2004-06-01")


def labels(figure) -> list[Annotation]:
    return [text for text in figure.findobj(Annotation) if text.get_text().strip()]


def test_every_channel_and_every_initiative_is_named_once(figure):
    shown = "\n".join(text.get_text().replace("\n", " ") for text in figure.findobj(Text))
    for preset in channel_presets().values():
        assert preset.label in shown
    for one in initiatives():
        assert shown.count(f"{one.name}  {one.first.year}") == 1


def test_crises_and_wars_are_those_of_the_record_since_1980():
    years = [event.first.year for event in crises_and_wars()]
    assert years == sorted(years)
    assert {1999, 2008, 2019, 2025} <= set(years)
    assert years[0] >= 1980
    assert {event.kind for event in crises_and_wars()} == {"war", "crisis"}


def test_no_label_overlaps_another_and_none_is_cut_off(figure):
    figure.draw_without_rendering()
    boxes = [(label.get_text(), Text.get_window_extent(label)) for label in labels(figure)]
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y1 <= figure.bbox.height, text
    for (first, one), (second, other) in combinations(boxes, 2):
        apart = one.x1 <= other.x0 + 1 or other.x1 <= one.x0 + 1 or one.y1 <= other.y0 + 1 or other.y1 <= one.y0 + 1
        assert apart, (first, second)


def test_type_survives_halving(figure):
    assert 1400 <= figure.bbox.width <= 1500
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text().strip()]
    assert min(sizes) * figure.dpi / 72 / 2 >= 10


def test_no_line_of_a_later_event_crosses_a_label():
    boxes = [(0.0, 50.0, 20.0), (10.0, 60.0, 30.0), (20.0, 70.0, 20.0), (90.0, 120.0, 20.0)]
    bottoms = stacked(boxes)
    for place, later in combinations(range(len(boxes)), 2):
        if boxes[later][0] < boxes[place][1]:
            assert bottoms[place] >= bottoms[later] + boxes[later][2]
    assert bottoms[-1] == 0.0


def test_many_events_close_together_make_the_chart_higher():
    few, many = calendar_chart([in_year(2000)]), calendar_chart([in_year(year) for year in range(2000, 2008)])
    assert many.bbox.height > few.bbox.height


def test_events_outside_the_years_are_left_out():
    assert not any("1971" in text.get_text() for text in calendar_chart([in_year(1971)]).findobj(Text))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Kargil 1999", "1999\nKargil"),
        ("Nuclear tests of 1999", "1999\nNuclear\ntests"),
        ("Standoff of 1999-02", "1999–02\nStandoff"),
        ("Raid", "1999\nRaid"),
        ("Echo of 1971", "1999\nEcho of 1971"),
    ],
)
def test_a_label_says_the_year_once(name, label):
    assert event_label(in_year(1999, name)) == label


def test_the_sum_of_strengths_is_that_of_the_channel():
    years, total = strength_over_time(initiatives())
    for day in (datetime.date(1985, 6, 1), datetime.date(2004, 6, 1), datetime.date(2016, 6, 1), datetime.date(2025, 6, 1)):
        shown = total[np.searchsorted(years, year_of(day), side="right") - 1]
        profile = channels_as_of(day)["track_two"].profile
        assert shown == pytest.approx(profile["strength"].value if profile else 0.0)


def test_days_outside_the_calendar_are_refused():
    assert day_on_chart("1980-01-01") == FIRST
    assert day_on_chart(LAST) == LAST
    for day in ("1979-12-31", "2026-01-01", "2004-13-01"):
        with pytest.raises(InputError):
            day_on_chart(day)


def test_the_command_writes_the_chart_and_says_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = called("channels", "--calendar")
    assert outcome.exit_code == 0, outcome.output
    assert "results/channels" in outcome.output
    assert sorted(path.name for path in Path("results/channels").iterdir()) == ["channels.png", "channels.svg"]
    assert imread("results/channels/channels.png").shape[1] >= 1400
    first = without_names(Path("results/channels"))
    assert called("channels", "--calendar", "--as-of", "2004-06-01", "--out", "here").exit_code == 0
    assert called("channels", "--calendar", "--out", "again").exit_code == 0
    assert without_names(Path("again")) == first
    assert Path("here/channels.png").read_bytes() != first["channels.png"]


def without_names(folder: Path) -> dict[str, bytes]:
    """Files of a folder; in SVG without the names of clipping areas, which hash their last bit."""
    return {path.name: re.sub(rb"(?<=[#\"])p[0-9a-f]{10}", b"", path.read_bytes()) for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--calendar", "--as-of", "1975-01-01"], ["1975-01-01", "1980-01-01", "2025-12-31"]),
        (["--calendar", "--as-of", "tomorrow"], ["tomorrow", "YYYY-MM-DD"]),
        (["--out", "here"], ["--out", "--calendar"]),
        (["--calendar", "--out", "file/below"], ["--out", "file"]),
    ],
)
def test_a_bad_option_is_answered_in_one_line(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine", encoding="utf-8")
    assert_one_line(called("channels", *arguments), *words)
    assert sorted(path.name for path in Path().iterdir()) == ["file"]
