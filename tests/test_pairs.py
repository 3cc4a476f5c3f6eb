"""Charts that stand in a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from escalation_sim.analysis.playback import played
from escalation_sim.plots.heat_map import heat_map_chart, shares_chart
from escalation_sim.plots.pairs import PAIR_CHARTS, alternative_text
from escalation_sim.plots.run_path import run_chart, run_in_words, span_of_days
from escalation_sim.plots.vector import picture, svg_in_page
from escalation_sim.runs import run


@pytest.fixture(scope="module")
def pair(short):
    return run(short, 60, 1), run(short.open("back_channel", 0.5), 60, 1)


@pytest.mark.parametrize("name", PAIR_CHARTS)
def test_a_chart_in_a_page_is_well_formed_says_what_it_shows_and_names_nothing_twice(pair, name):
    words = alternative_text(name, *pair)
    text = svg_in_page(PAIR_CHARTS[name](*pair), words, text=True)
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-label") == words
    assert "as it was:" in words
    assert "with your change:" in words
    assert root.get("height") is None
    assert "<style" not in text  # it would speak for the whole page
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_letters_are_outlines_unless_the_page_has_the_font(pair):
    figure = PAIR_CHARTS["ends"](*pair)
    assert "<text" in svg_in_page(figure, "", text=True)
    assert "<text" not in svg_in_page(figure, "")


def test_words_cannot_smuggle_markup(pair):
    text = svg_in_page(PAIR_CHARTS["ends"](*pair), '"><script>alert(1)</script>')
    assert "<script" not in text
    ET.fromstring(text)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_equal_charts_give_equal_files(pair, kind):
    assert picture(PAIR_CHARTS["peaks"](*pair), kind) == picture(PAIR_CHARTS["peaks"](*pair), kind)


def test_without_a_change_the_real_crisis_is_drawn_instead(pair):
    texts = [text.get_text() for text in PAIR_CHARTS["postures"](pair[0], None).legends[0].get_texts()]
    assert "what really happened" in texts
    assert not any("change" in text for text in texts)


def test_before_and_after_differ_in_more_than_colour(pair):
    styles = {line.get_linestyle() for line in PAIR_CHARTS["ends"](*pair).axes[0].get_lines()}
    assert len(styles) > 1


def test_the_mark_of_a_step_lies_on_the_days_of_the_chart(short):
    playback = played(short, 1, 3)
    figure = run_chart(playback)
    axes = figure.axes[0]
    begin, end = span_of_days(playback, figure.get_figwidth(), axes.get_xlim()[1])
    for share, day in ((begin, 0.0), (end, playback.day(playback.last))):
        place = figure.transFigure.inverted().transform(axes.transData.transform((day, 0.0)))[0]
        assert share == pytest.approx(place, abs=1e-9)
    assert "Run 3" in run_in_words(playback)


def test_a_map_writes_every_number_and_shows_zero_in_the_middle_of_a_difference():
    values = np.array([[-4.0, 0.0], [2.0, np.nan]])
    figure = heat_map_chart(values, [0.0, 1.0], [0.0, 1.0], ("x", "y", "title"), digits=0, difference=True)
    mesh = figure.axes[0].collections[0]
    assert mesh.get_clim() == (-4.0, 4.0)
    assert [text.get_text() for text in figure.axes[0].texts] == ["\u22124", "0", "+2", "–"]


def test_shares_are_ordered_by_size():
    figure = shares_chart(
        ["small", "large"], np.array([0.1, -0.5]), np.array([0.0, -0.6]), np.array([0.2, -0.4]), ("title", "rungs")
    )
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["small", "large"]
