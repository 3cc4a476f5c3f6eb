"""Discovery: a planted box is found, noise gives nothing, and questions of a sweep are asked right."""

from __future__ import annotations

import json
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.cli.commands import commands
from escalation_sim.experiments.cases import Cases, Question, cases_of, data_of
from escalation_sim.experiments.discovery import MOST_LIMITS, discovered, halves, in_words, suspects
from escalation_sim.experiments.experiment import experiment_from
from escalation_sim.experiments.store import FORMAT
from escalation_sim.experiments.sweep import sweep

pytestmark = pytest.mark.skipif(find_spec("ema_workbench") is None, reason="needs the extra `discover`")

COSTS, FADING = "model.government.cost_sensitivity", "model.grievance.fading"


def cases(worlds, happens):
    return Cases(Question("war", above=0.5), None, worlds, happens.astype(float), happens)


def uniform(rng, points, columns):
    return pd.DataFrame(rng.random((points, columns)), columns=[f"x{place}" for place in range(columns)])


def test_a_planted_box_is_found():
    rng = np.random.default_rng(1)
    worlds = uniform(rng, 500, 12)
    inside = (worlds["x3"] > 0.6) & (worlds["x7"] < 0.5)
    happens = ((inside & (rng.random(500) < 0.9)) | (rng.random(500) < 0.1)).to_numpy()
    found = discovered(cases(worlds, happens))
    limits = {limit.name: limit for limit in found.box.limits}
    assert set(limits) == {"x3", "x7"}
    assert limits["x3"].low == pytest.approx(0.6, abs=0.06)
    assert limits["x3"].high is None
    assert limits["x7"].high == pytest.approx(0.5, abs=0.06)
    assert limits["x7"].low is None
    assert found.density > 0.75
    assert found.coverage > 0.55
    assert found.again.low > happens.mean()
    held = found.box.holds(worlds)
    assert found.inside == held.sum()
    assert found.hits == happens[held].sum()


def test_a_planted_box_with_levels_and_two_sides_is_found():
    rng = np.random.default_rng(2)
    worlds = uniform(rng, 600, 5).assign(theory=rng.choice(["spiral", "prospect", "deterrence"], 600))
    inside = (worlds["x0"] > 0.3) & (worlds["x0"] < 0.7) & (worlds["theory"] != "spiral")
    happens = ((inside & (rng.random(600) < 0.9)) | (rng.random(600) < 0.05)).to_numpy()
    limits = {limit.name: limit for limit in discovered(cases(worlds, happens)).box.limits}
    assert set(limits) == {"x0", "theory"}
    assert (limits["x0"].low, limits["x0"].high) == (pytest.approx(0.3, abs=0.07), pytest.approx(0.7, abs=0.07))
    assert limits["theory"].values == ("deterrence", "prospect")
    assert in_words(limits["theory"], {}) == "theory is deterrence or prospect"


def test_noise_gives_nothing_and_says_so():
    rng = np.random.default_rng(3)
    found = [discovered(cases(uniform(rng, 200, 30), rng.random(200) < 0.3)) for _ in range(20)]
    assert sum(one.box is not None for one in found) <= 1
    assert all(one.why_none for one in found if one.box is None)


def test_only_columns_in_which_worlds_differ_are_searched():
    rng = np.random.default_rng(9)
    worlds = uniform(rng, 300, 40).assign(line=rng.choice(["open", "closed"], 300))
    far = np.abs(worlds["x5"] - 0.5) > 0.3  # at both ends: no difference by rank, but by distance from the middle
    happens = (far & (worlds["line"] == "open") & (rng.random(300) < 0.9)).to_numpy()
    assert set(suspects(worlds, happens)) == {"x5", "line"}
    assert sum(len(suspects(worlds, rng.permutation(happens))) for _ in range(20)) <= 4


def test_too_few_cases_are_not_searched():
    happens = np.arange(100) < 5
    found = discovered(cases(uniform(np.random.default_rng(4), 100, 3), happens))
    assert found.box is None
    assert "5 of 100 worlds" in found.why_none


def test_a_box_can_be_told():
    rng = np.random.default_rng(5)
    worlds = uniform(rng, 200, 7)
    found = discovered(cases(worlds, worlds.sum(axis=1).to_numpy() > 3.7))
    assert found.box is None or len(found.box.limits) <= MOST_LIMITS


def test_worlds_that_differ_in_a_factor_only_lie_in_the_same_half():
    worlds = pd.concat(
        [uniform(np.random.default_rng(6), 50, 3).assign(line=line) for line in ("closed", "open")], ignore_index=True
    )
    side = halves(worlds)
    assert (side[:50] == side[50:]).all()
    assert 10 < side[:50].sum() < 40


@pytest.fixture(scope="module")
def swept(tmp_path_factory, pahalgam):
    small = es.Scenario.from_document({**pahalgam.document, "horizon_days": 14, "step_hours": 12})
    content = {
        "name": "small", "question": "Where?", "runs": 10,
        "grid": {"back channel": {"variants": {"closed": {}, "open": {"open": {"back_channel": 0.5}}}}},
        "sample": {"points": 12, "over": [COSTS, FADING]},
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("sweep") / "small"
    return sweep(experiment_from(content, small), folder)


def test_an_effect_is_that_of_pairs_that_differ_in_the_factor_alone(swept):
    found = cases_of(data_of(swept.folder), Question("peak_rung", "back channel", "closed", "open", "lower"))
    rows = swept.rows(["point", "run", "peak_rung"]).set_index(["point", "run"])["peak_rung"].unstack()
    before, after = (swept.points.index[swept.points["back channel"] == level] for level in ("closed", "open"))
    assert (swept.points.loc[before, COSTS].to_numpy() == swept.points.loc[after, COSTS].to_numpy()).all()
    change = rows.loc[after].to_numpy() - rows.loc[before].to_numpy()
    assert found.size == pytest.approx(change.mean(axis=1))
    assert list(found.worlds.columns) == [COSTS, FADING]
    reach = 1.959964 * change.std(axis=1, ddof=1) / np.sqrt(10)
    assert (found.happens == (change.mean(axis=1) + reach < 0.0)).all()


def test_an_outcome_passes_a_mark_at_points_of_one_level(swept):
    data = data_of(swept.folder)
    found = cases_of(data, Question("force", above=0.2), {"back channel": "open"})
    assert len(found.happens) == 12
    summary = swept.summary[swept.summary["outcome"] == "force"].set_index("point")["mean"]
    expected = summary[swept.points["back channel"].to_numpy() == "open"]
    assert (found.happens == (expected.to_numpy() > 0.2)).all()
    assert len(cases_of(data, Question("force", above=0.2)).happens) == 24


def planted(folder, scenario):
    """A sweep made by hand: the back channel lengthens the crisis where costs weigh little and grievance fades slowly."""
    rng = np.random.default_rng(8)
    sample = pd.DataFrame({COSTS: rng.random(300), FADING: rng.random(300), "model.media.uptake": rng.random(300)})
    points = pd.concat([sample.assign(**{"back channel": level}) for level in ("closed", "open")])
    points = points.sample(frac=1.0, random_state=1).reset_index(drop=True)
    hurts = (points["back channel"] == "open") & (points[COSTS] < 0.5) & (points[FADING] < 0.6)
    runs = 20
    days = (
        10.0
        + 60.0 * np.repeat(points["model.media.uptake"], runs)
        + 5.0 * np.repeat(hurts.to_numpy(), runs)
        + rng.normal(size=600 * runs)
    )
    (folder / "rows").mkdir(parents=True)
    experiment = {"name": "made", "question": "Where?", "scenario": scenario.name, "runs": runs}
    manifest = {"kind": "sweep", "format": FORMAT, "complete": True, "experiment": experiment, "scenario": scenario.document}
    (folder / "manifest.json").write_text(json.dumps(manifest, default=str))
    pd.DataFrame({"point": [0]}).to_parquet(folder / "summary.parquet")
    points.assign(error=pd.Series(pd.NA, index=points.index, dtype="string")).to_parquet(folder / "points.parquet")
    rows = {
        "point": np.repeat(np.arange(600), runs),
        "run": np.tile(np.arange(runs), 600),
        "days_to_end": days.astype(np.float32),
    }
    pq.write_table(pa.table(rows), folder / "rows" / "part-00000.parquet")
    return folder


ASKED = ("--on", "days_to_end_or_horizon", "--effect-of", "back channel", "--from", "closed", "--to", "open")


def called(*arguments):
    return CliRunner().invoke(commands, list(arguments))


def test_the_command_tells_the_box_in_plain_words_and_draws_it(tmp_path, pahalgam):
    folder = planted(tmp_path / "made", pahalgam)
    done = called("discover", str(folder), *ASKED, "--is", "higher")
    assert done.exit_code == 0, done.output
    text = " ".join(done.output.split())
    assert "Government: weight of the ladder's costs is at most 0." in text
    assert "Grievance: rate at which time takes grievance away is at most 0." in text
    assert "such worlds, against" in text
    assert {path.name for path in (folder / "discover").iterdir()} == {"box.json", "box.png", "box.svg", "worlds.parquet"}
    box = json.loads((folder / "discover" / "box.json").read_text())
    assert {limit["name"]: limit["high"] for limit in box["box"]} == {
        COSTS: pytest.approx(0.5, abs=0.05),
        FADING: pytest.approx(0.6, abs=0.06),
    }


def test_the_command_says_where_nothing_is_found(tmp_path, pahalgam):
    done = called("discover", str(planted(tmp_path / "made", pahalgam)), *ASKED, "--is", "lower")
    assert done.exit_code == 0
    assert "Nothing found: it happens in" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--on", "force", "--above", "0.1"), "no such outcome"),
        (("--on", "days_to_end_or_horizon"), "nothing is asked"),
        ((*ASKED, "--is", "worse"), "allowed: higher, lower, neither"),
        ((*ASKED[:4], "--from", "closed"), "all three or none"),
        ((*ASKED[:6], "--to", "opne"), "did you mean 'open'?"),
        ((*ASKED[:2], "--effect-of", "back chanel", *ASKED[4:]), "did you mean 'back channel'?"),
        ((*ASKED, "--where", "back channel"), "no level given"),
        ((*ASKED[:2], "--above", "many"), "not a number"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(tmp_path, pahalgam, arguments, said):
    folder = planted(tmp_path / "made", pahalgam)
    done = called("discover", str(folder), *arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert done.output.count("\n") == 1
    assert not (folder / "discover").exists()


def test_a_folder_without_a_finished_sweep_is_refused(tmp_path, pahalgam):
    assert "no data set of a sweep" in called("discover", str(tmp_path), *ASKED).output
    folder = planted(tmp_path / "made", pahalgam)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "complete": False}))
    assert "not finished" in called("discover", str(folder), *ASKED).output
