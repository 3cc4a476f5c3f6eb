"""Charts that stand in a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from escalation_sim.analysis.playback import played
from escalation_sim.plots import heat_map
from escalation_sim.plots.heat_map import heat_map_chart
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


DIFFERENCES = np.array([[-4.0, 0.0], [2.0, np.nan]])


def mapped(values, uncertain=None):
    return heat_map_chart(
        values, [0.0, 1.0], [0.0, 1.0], ("x", "y", "title"), digits=0, difference=True, uncertain=uncertain
    ).axes[0]


def test_a_map_writes_every_number():
    assert [text.get_text() for text in mapped(DIFFERENCES).texts] == ["\u22124", "0", "+2", "–"]


def test_zero_is_the_middle_of_the_colours_of_a_difference():
    nothing, everything = mapped(np.zeros((2, 2))).patches[0], mapped(DIFFERENCES).patches[1]
    assert nothing.get_facecolor() == everything.get_facecolor()
    assert np.ptp(nothing.get_facecolor()[:3]) < 0.01  # grey: neither side


def test_a_cell_that_cannot_be_told_from_zero_is_hatched_and_no_other():
    in_doubt = np.array([[False, True], [False, False]])
    axes = mapped(DIFFERENCES, in_doubt)
    assert [bool(patch.get_hatch()) for patch in axes.patches] == in_doubt.ravel().tolist()
    assert "not told from 0" in axes.figure.legends[0].get_texts()[0].get_text()
    assert not mapped(DIFFERENCES).figure.legends


def test_numbers_of_a_map_are_read_on_every_colour_of_it():
    for colours in (heat_map._BOTH_WAYS, heat_map._ONE_WAY):
        for place in np.linspace(0.0, 1.0, 101):
            colour = colours(place)
            assert contrast(colour, "white" if heat_map.is_dark(colour) else "black") >= 4.5


def luminance(colour):
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_stand_on_the_part_they_belong_to_and_smuggle_no_markup():
    figure = mapped(DIFFERENCES).figure
    drawn = svg_in_page(figure, "a map", hints={"cell-0-1": "resolve 1: <0>"})
    assert drawn.count("<title>") == 1
    assert "<g><title>resolve 1: &lt;0&gt;</title>" in drawn
