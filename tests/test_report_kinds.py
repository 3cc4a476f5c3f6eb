"""Reports of comparisons, attributions, sweeps and claims: each can be made again from what it says, with the same numbers."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import shlex
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from conftest import shipped, without_later_triggers
from escalation_sim.analysis.gist import saved_run
from escalation_sim.analysis.summary import in_print
from escalation_sim.cli.commands import commands
from escalation_sim.errors import InputError
from escalation_sim.experiments.archive import archived, kind_of
from escalation_sim.experiments.attribution import load_attributions
from escalation_sim.experiments.claim import load_claims
from escalation_sim.experiments.claims import load_verdicts, verdicts_on
from escalation_sim.experiments.comparison import Comparison, compare, load_comparison, save_comparison
from escalation_sim.experiments.trials import Plan
from escalation_sim.report.kinds.comparison import change_in_words
from escalation_sim.report.report import all_kinds, report
from made_results import made_scenario

EXPERIMENT = """
name: loudness
question: "Does it matter how loud the press is & who <b>reads</b> it?"
scenario: made
runs: 12
seed: 4
outcomes: [peak_rung]
grid:
  resolve: {path: countries.north.government.resolve, values: [0.5, 1.0, 2.0]}
  attack: {variants: {small: {}, large: {set: {triggers.0.deaths: 90}}}}
"""

CLAIM = """
claim: bold-north
says: "A bold government goes further."
by: "nobody, for a test"
scenario: made
against: {called: "calm", set: {countries.north.government.resolve: 0.5}}
with: {called: "bold", set: {countries.north.government.resolve: 2.5}}
tests:
  - {outcome: peak_rung, expects: higher, smallest: 0.1, unit: rungs, because: "for a test"}
break_even: {scales: "all that the line does", channel: back_channel}
built_in: "all of it"
emerges: "nothing"
"""

COMMANDS = {
    "comparison": 'compare made.yaml --variant "bold: set countries.north.government.resolve=2.0; open back_channel=0.6" --runs 40 --seed 3 --no-charts',
    "attribution": "attribute made.yaml --channels back_channel,dgmo_hotline --outcome force --runs 16 --seed 2 --set quiet_days=5 --no-charts",
    "sweep": "sweep loudness.yaml",
    "sensitivity": "sensitivity made.yaml --over 'countries.north.government.*' --samples 4 --runs 4 --top 1 --effect 'open back_channel=0.6' --no-charts",
    "claims": "claims claims --sets 5 --runs 6 --seed 2",
}
FOLDERS = {
    "comparison": "compare-made",
    "attribution": "attribute-made",
    "sweep": "loudness",
    "sensitivity": "sensitivity-made-peak_rung",
    "claims": "claims",
}
TABLES = {
    "comparison": "differences.csv",
    "attribution": "values-force.csv",
    "sweep": "summary.csv",
    "sensitivity": "indices.csv",
    "claims": "verdicts.csv",
}


def called(*arguments: str):
    done = CliRunner().invoke(commands, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A working folder in which every command has written its results; the folder and the pages by kind."""
    place = tmp_path_factory.mktemp("work")
    document = made_scenario(
        horizon_days=20, countries={"north": {"government": {"resolve": {"value": 1.3, "range": [1.0, 1.8]}}}, "south": {}}
    ).document
    (place / "made.yaml").write_text(json.dumps(document), encoding="utf-8")
    (place / "loudness.yaml").write_text(EXPERIMENT, encoding="utf-8")
    (place / "claims").mkdir()
    (place / "claims" / "bold-north.yaml").write_text(CLAIM, encoding="utf-8")
    (place / "scenarios").mkdir()
    (place / "scenarios" / "made.yaml").write_text(json.dumps(document), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for command in COMMANDS.values():
            called(*shlex.split(command))
        return place, {kind: report(Path("results") / folder) for kind, folder in FOLDERS.items()}


def unpacked(page: str, place: Path) -> list[list[str]]:
    """Save what the link of a page holds; the commands that it states."""
    name, kind, content = re.search(r'id="scenario" download="([^"]*)" href="data:([^;]*);base64,([^"]*)"', page).groups()
    data = base64.b64decode(content)
    if kind == "application/zip":
        zipfile.ZipFile(io.BytesIO(data)).extractall(place)
    else:
        (place / name).write_bytes(data)
    lines = html.unescape(re.search(r'<pre id="command">([^<]*)</pre>', page).group(1)).splitlines()
    return [shlex.split(line)[1:] for line in lines]


QUICK = "attribution"


@pytest.mark.parametrize("kind", [kind if kind == QUICK else pytest.param(kind, marks=pytest.mark.slow) for kind in COMMANDS])
def test_a_report_made_again_from_what_it_says_is_the_same(made, kind, tmp_path, monkeypatch):
    place, pages = made
    monkeypatch.chdir(tmp_path)
    first, second = unpacked(pages[kind], tmp_path)
    called(*first, *(["--no-charts"] if kind in ("comparison", "attribution", "sensitivity") else []))
    called(*second)
    before, after = (pd.read_csv(root / "results" / FOLDERS[kind] / TABLES[kind]) for root in (place, tmp_path))
    pd.testing.assert_frame_equal(before, after)
    assert (tmp_path / "results" / FOLDERS[kind] / "report.html").read_text(encoding="utf-8") == pages[kind]


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_report_stands_alone_is_small_and_says_what_it_rests_on(made, kind):
    page = made[1][kind]
    assert all(target.startswith(("#", "data:")) for target in re.findall(r"(?:src|href)=[\"']?([^\"'\s>]+)", page))
    assert "@import" not in page
    assert "url(http" not in page
    assert "<b>reads" not in page
    assert len(page.encode()) < 5_000_000
    for part in ("question", "charts", "numbers", "assumptions", "remake"):
        assert f'<h2 id="{part}">' in page
    assert "95 % interval" in page
    assert "@media print" in page


def test_every_number_of_a_comparison_stands_in_its_report(made):
    found, _ = load_comparison(made[0] / "results" / "compare-made")
    page = made[1]["comparison"]
    assert list(found.variants) == ["bold"]
    pd.testing.assert_frame_equal(
        found.differences, pd.read_csv(made[0] / "results/compare-made/differences.csv", index_col=[0, 1])
    )  # fmt: skip
    assert f"{found.differences.loc[('bold', 'peak_rung'), 'after']:.2f}" in page
    assert "As it was" in page
    assert "“resolve: North, government” at 2 (it was 1.3)" in page


def test_runs_that_a_change_moves_are_told_beside_their_twins(made):
    found, _ = load_comparison(made[0] / "results" / "compare-made")
    before, after = found.base, found.variants["bold"]
    moved = [run for run in (saved_run(before, after), saved_run(after, before)) if run is not None]
    assert moved
    assert made[1]["comparison"].count('<div class="twins">') == len(moved)
    for run in moved:
        assert f"(run {run})" in made[1]["comparison"]


def test_what_is_kept_of_a_comparison_gives_the_same_one(tmp_path):
    crisis = made_scenario(horizon_days=20)
    found = compare(crisis, crisis.open("back_channel", 0.5), runs=20, names=["a line"])
    save_comparison(found, tmp_path / "data", [])
    again, manifest = load_comparison(tmp_path)
    assert isinstance(again, Comparison)
    assert manifest["variants"] == ["a line"]
    pd.testing.assert_frame_equal(found.pairs, again.pairs)
    assert again.variants["a line"].judged.equals(found.variants["a line"].judged), "drawn again"


def test_a_change_is_told_by_the_labels_of_channels_and_the_paths_of_all_else():
    crisis = made_scenario(horizon_days=20)
    label = next(channel.label for channel in crisis.channels if channel.name == "dgmo_hotline")
    changed = crisis.open("dgmo_hotline", 0.5).set("countries.north.government.resolve", 1.25)
    opened, resolve = change_in_words(crisis, changed)
    assert opened == f"“{label}” open at a working relationship of 0.5"
    assert resolve.startswith("“resolve: North, government” at 1.25 (it was ")
    assert change_in_words(crisis, crisis.set("decision", "spiral"))[0].startswith("“decision” at spiral")


def test_values_kept_of_an_attribution_add_up_to_its_whole(made):
    found, manifest = load_attributions(made[0] / "results" / "attribute-made")
    assert list(found) == ["force"]
    assert manifest["scenario"]["quiet_days"] == 5
    for one in found.values():
        assert one.values["value"].sum() == pytest.approx(one.totals.loc["effect", "value"])
        assert "--set" not in manifest["arguments"], "the change is in the scenario that is handed over"


def test_a_sweep_is_told_by_the_difference_where_there_are_two_levels(made):
    text = re.sub(r"\s+", " ", html.unescape(made[1]["sweep"]))
    rows = pd.read_parquet(made[0] / "results/loudness/rows")
    points = pd.read_parquet(made[0] / "results/loudness/points.parquet")
    means = rows.groupby("point")["peak_rung"].mean()
    change = means[points["attack"] == "large"].mean() - means[points["attack"] == "small"].mean()
    assert change != 0.0
    told = f"{change:+.2f}".replace("-", "−")
    assert f"the mean peak rung differs by {told}" in text
    assert "is lowest where “resolve” is" in text


def test_verdicts_read_again_are_those_that_were_written(made, tmp_path, monkeypatch):
    monkeypatch.chdir(made[0])
    found = verdicts_on(load_claims("claims"), Plan(sets=5, runs=6, seed=2), tmp_path / "claims")
    again, software = load_verdicts(tmp_path / "claims")
    assert software["escalation_sim"] == es.__version__
    as_text = [json.dumps(one.document(), default=float) for one in (found, again)]
    assert as_text[0] == as_text[1]
    assert found.claims[0].tests[0].overall.spread > 0.0
    pd.testing.assert_frame_equal(found.table(), again.table())


def test_claims_of_an_older_version_are_answered_with_what_to_do(made, tmp_path):
    document = json.loads((made[0] / "results/claims/claims.json").read_text(encoding="utf-8"))
    del document["scenarios"]
    (tmp_path / "claims.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="older version"):
        report(tmp_path)


def test_findings_of_another_kind_are_not_overwritten(made, monkeypatch):
    monkeypatch.chdir(made[0])
    done = CliRunner().invoke(commands, ["run", "made.yaml", "--runs", "2", "--out", "results/compare-made", "--no-charts"])
    assert done.exit_code == 2
    assert "another kind of result (comparison)" in done.stderr
    assert kind_of(Path("results/compare-made")) == "comparison"


def test_nothing_is_left_of_findings_that_were_not_finished(tmp_path):
    def interrupted():
        with archived(tmp_path / "data", "comparison", {}) as work:
            (work / "half").write_text("x", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_every_kind_says_what_it_holds_and_no_two_claim_the_same_folder(made, tmp_path):
    for folder in FOLDERS.values():
        assert sum(kind.holds(made[0] / "results" / folder) for kind in all_kinds()) == 1
    assert not any(kind.holds(tmp_path) for kind in all_kinds())


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("attribution", "shapley-force"),
        pytest.param("comparison", "differences", marks=pytest.mark.slow),
        pytest.param("claims", "claims-bold-north", marks=pytest.mark.slow),
        pytest.param("sensitivity", "tornado", marks=pytest.mark.slow),
    ],
)
def test_charts_of_kept_results_can_be_drawn_again(made, tmp_path, monkeypatch, kind, name):
    monkeypatch.chdir(made[0])
    called("plot", f"results/{FOLDERS[kind]}", "--out", str(tmp_path))
    assert (tmp_path / f"{name}.png").stat().st_size > 5_000


def test_numbers_that_cannot_be_told_from_chance_are_not_told_as_an_answer(made):
    text = html.unescape(made[1]["attribution"])
    found, _ = load_attributions(made[0] / "results" / "attribute-made")
    values = found["force"].values
    sure = bool(((values["value_low"] > 0) | (values["value_high"] < 0)).any())
    assert ("no line's part in that can be told from chance" in text.split("Runs reaching force")[1][:300]) == (not sure)
    assert np.isfinite(values["value"]).all()


@pytest.mark.slow
def test_a_rivalry_is_told_with_its_decades_and_one_run_of_it(tmp_path):
    years = without_later_triggers(shipped("rivalry-1998-2025"), 300)
    result = es.run(years, 6, 2)
    result.save(tmp_path / "data")
    page = report(tmp_path)
    told = in_print(float(result.outcomes["crises"].mean()), "count")
    assert f"In 300 days there are {told}" in page
    assert "By the years" in page
    assert "One run, told" in page
    assert '<dl class="story"><dt>' in page


@pytest.mark.slow
def test_a_change_of_a_rivalry_is_told_in_crises_wars_and_deaths(tmp_path):
    years = without_later_triggers(shipped("rivalry-1998-2025"), 120)
    found = compare(years, years.open("back_channel", 0.6), runs=4)
    save_comparison(found, tmp_path / "data", ["--open", "back_channel=0.6"])
    text = html.unescape(report(tmp_path))
    before, after = (found.differences.loc[("variant 1", "crises"), side] for side in ("before", "after"))
    assert f"the mean number of crises goes from {before:.2f} to {after:.2f} (" in text
    assert "that of wars goes from" in text
