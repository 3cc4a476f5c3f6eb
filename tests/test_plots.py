"""Charts: every one is drawn in every corner case, nothing is cut off or overlaps, files are whole."""

from __future__ import annotations

import subprocess
import sys
import warnings
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread
from matplotlib.text import Text

from escalation_sim.plots import CHARTS, charts, write_charts
from escalation_sim.plots.deaths import bins
from escalation_sim.plots.posture import days_shown
from escalation_sim.plots.style import rung_labels
from made_results import SHORT_LADDER, made_result, made_scenario

NEVER = np.nan
ON_RECORD = {
    "acts": [{"date": "2001-02-05", "actor": "north", "rung": 5}, {"date": "2001-02-08", "actor": "north", "rung": 2}],
    "deaths": {"total": [0, 30], "north": [0, 0]},
}
CAUSES = ["unilateral", "third_party", "exhaustion", "back_channel", "track_two", "dgmo_hotline", "high_commissions"]
MANY_CAUSES = [*CAUSES, "people_to_people", "foreign_secretary_hotline", "unilateral"]

RESULTS = {
    "one run": lambda: made_result(made_scenario(), peak_rung=[6.0], deaths_total=[12.0]),
    "none ended": lambda: made_result(made_scenario(), days_to_end=[NEVER] * 5, peak_rung=[3.0, 4, 5, 5, 7]),
    "nobody died": lambda: made_result(made_scenario(observed=ON_RECORD)),
    "five rungs": lambda: made_result(
        made_scenario(ladder=SHORT_LADDER), peak_rung=[0.0, 1, 2, 3, 4], days_to_end=[NEVER, 0, 4, 5, 30]
    ),
    "all at the top": lambda: made_result(
        made_scenario(observed=ON_RECORD), peak_rung=[10.0] * 3, deaths_total=[1e7, 2e7, 1.0]
    ),
    "ten endings": lambda: made_result(
        made_scenario(), days_to_end=np.arange(10.0), ended_by=MANY_CAUSES, deaths_total=np.arange(10.0)
    ),
    "a day long": lambda: made_result(made_scenario(horizon_days=1, quiet_days=1), days_to_end=[NEVER, 0.0]),
}


def texts_shown(figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


@pytest.fixture(params=RESULTS)
def result(request):
    return RESULTS[request.param]()


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_is_drawn_without_a_warning_and_nothing_is_cut_off(chart, result):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = CHARTS[chart](result)
    renderer = figure.canvas.get_renderer()
    for text in texts_shown(figure):
        box = text.get_window_extent(renderer)
        if box.width:  # labels of ticks outside the axis are not drawn
            inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.width + 1 and box.y1 <= figure.bbox.height + 1
            assert inside or text not in drawn_texts(figure), f"{text.get_text()!r} is cut off"


def drawn_texts(figure) -> list[Text]:
    """Texts other than the labels of ticks that lie outside their axis."""
    hidden = []
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            hidden += [tick.label1 for tick in ticks if not low <= tick.get_loc() <= high]
    return [text for text in texts_shown(figure) if text not in hidden]


def test_names_of_rungs_do_not_overlap():
    figure = CHARTS["posture"](RESULTS["one run"]())
    renderer = figure.canvas.get_renderer()
    boxes = [label.get_window_extent(renderer) for label in figure.axes[0].get_yticklabels()]
    assert len(boxes) == 11
    assert all(below.y1 <= above.y0 + 1 for below, above in pairwise(boxes))


def test_pictures_are_wide_enough_and_type_survives_halving():
    figure = CHARTS["peaks"](RESULTS["one run"]())
    assert 1200 <= figure.bbox.width <= 1600
    assert min(text.get_fontsize() for text in texts_shown(figure)) * figure.dpi / 72 / 2 >= 10


def test_labels_of_rungs_carry_their_numbers():
    ladder = made_scenario().ladder
    assert rung_labels(ladder)[10].endswith("10")
    assert all(len(line) <= 26 for label in rung_labels(ladder) for line in label.splitlines())


def test_the_axis_of_days_ends_when_nearly_all_runs_have_ended():
    assert days_shown(made_result(made_scenario(), days_to_end=[1.0] * 100)) == 21.0
    assert days_shown(made_result(made_scenario(), days_to_end=[30.0] * 100)) == 30.0
    assert days_shown(made_result(made_scenario(), days_to_end=[NEVER] * 3)) == 40.0


@pytest.mark.parametrize("most", [10.0, 25.0, 1e3, 1e6, 2e7])
def test_bars_of_deaths_hold_every_number(most):
    edges = bins(most)
    assert (np.diff(edges) > 0).all()
    assert edges[0] < 0.35
    assert edges[-1] > most


def test_files_are_written_whole_and_equal_results_give_equal_files(tmp_path, monkeypatch):
    result = RESULTS["ten endings"]()
    monkeypatch.setattr(charts, "CHARTS", {name: CHARTS[name] for name in ("posture", "peaks")})
    first, second = write_charts(result, tmp_path / "a"), write_charts(result, tmp_path / "b")
    assert {path.name for path in first} == {f"{name}.{kind}" for name in ("posture", "peaks") for kind in ("png", "svg")}
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert imread(tmp_path / "a" / "posture.png").shape[1] >= 1200
    assert sorted(tmp_path.iterdir()) == [tmp_path / "a", tmp_path / "b"]


@pytest.mark.parametrize("mishap", [KeyboardInterrupt, OSError])
def test_a_mishap_leaves_what_was_there_before(tmp_path, monkeypatch, mishap):
    def fails(result):
        raise mishap

    (tmp_path / "peaks.png").write_bytes(b"old")
    monkeypatch.setattr(charts, "CHARTS", {"peaks": CHARTS["peaks"], "deaths": fails})
    with pytest.raises(mishap):
        write_charts(RESULTS["one run"](), tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("peaks.png", b"old")]


def test_a_mishap_makes_no_folder(tmp_path, monkeypatch):
    def fails(result):
        raise OSError

    monkeypatch.setattr(charts, "CHARTS", {"deaths": fails})
    with pytest.raises(OSError):  # noqa: PT011
        write_charts(RESULTS["one run"](), tmp_path / "new" / "folder")
    assert list(tmp_path.iterdir()) == []


def test_the_readers_own_settings_stay_as_they_are():
    before = dict(mpl.rcParams)
    CHARTS["peaks"](RESULTS["one run"]())
    assert dict(mpl.rcParams) == before


def test_no_state_of_pyplot_is_touched():
    code = "import sys, escalation_sim.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_dollar_in_a_label_is_no_formula():
    figure = CHARTS["posture"](RESULTS["one run"]())
    assert any(text.get_text() == r"South \$5" for text in texts_shown(figure))
