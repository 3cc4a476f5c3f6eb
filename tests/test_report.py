"""The report: one file that stands alone and can be made again."""

from __future__ import annotations

import base64
import dataclasses
import html
import re
import shlex

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from escalation_sim.analysis.assumptions import assumptions_that_matter, fisher_interval
from escalation_sim.cli.commands import commands
from escalation_sim.errors import InputError
from escalation_sim.experiments.archive import data_folder
from escalation_sim.report.kinds.runs import talked_down
from escalation_sim.report.report import kind_in, report
from escalation_sim.results import Result
from escalation_sim.runs import run

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def folder(short, tmp_path_factory):
    place = tmp_path_factory.mktemp("result") / "short"
    scenario = es.Scenario.from_document({**short.document, "horizon_days": 20, "title": f"A crisis {EVIL}"})
    run(scenario.open("back_channel", 0.6), 60, seed=3).save(place / "data")
    return place


@pytest.fixture(scope="module")
def page(folder):
    return report(folder)


def test_a_report_remade_from_what_it_says_has_the_same_numbers(page, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    link = re.search(r'id="scenario" download="([^"]*)" href="data:application/yaml;base64,([^"]*)"', page)
    (tmp_path / link.group(1)).write_bytes(base64.b64decode(link.group(2)))
    first, second = html.unescape(re.search(r'<pre id="command">([^<]*)</pre>', page).group(1)).splitlines()
    assert "--runs 60 --seed 3" in first
    for command in (f"{first} --no-charts --story none", second):
        done = CliRunner().invoke(commands, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
    before, after = Result.load(folder / "data"), Result.load(tmp_path / "results" / before_name(folder) / "data")
    pd.testing.assert_frame_equal(before.outcomes, after.outcomes)
    again = (tmp_path / "results" / before_name(folder) / "report.html").read_text(encoding="utf-8")
    assert again == page  # which also says that equal results give equal reports


def before_name(folder):
    return Result.load(folder / "data").scenario.name


def test_a_report_asks_nothing_of_the_network_and_runs_nothing(page):
    loaded = re.findall(r"(?:src|href)=[\"']?([^\"'\s>]+)", page)
    assert all(target.startswith(("#", "data:")) for target in loaded)
    assert "@import" not in page
    assert "url(http" not in page
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_a_report_is_small_enough_to_be_mailed(page):
    assert len(page.encode()) < 5_000_000


def test_a_report_says_what_was_run_and_how_sure_it_is(page):
    assert '<strong id="seed">3</strong>' in page
    assert '<span id="runs">60</span>' in page
    assert "95 % interval" in page
    assert "not doubt about" in re.sub(r"\s+", " ", page)
    assert "Back channel between the security advisers" in page
    assert page.count('class="story"') >= 2


def test_the_folder_of_the_data_will_do_for_that_of_the_result(folder):
    assert data_folder(folder / "data") == data_folder(folder) == folder / "data"


def test_a_folder_without_a_result_is_answered_in_one_line(tmp_path):
    done = CliRunner().invoke(commands, ["report", str(tmp_path)])
    assert done.exit_code == 2
    with pytest.raises(InputError, match="no result here"):
        kind_in(tmp_path)


def test_the_run_that_talks_ended_was_ended_by_a_channel(short):
    result = run(short.open("back_channel", 0.9), 200, 1)
    number = talked_down(result)
    assert result.outcomes.loc[number, "ended_by"] in [channel.name for channel in short.channels]
    none = dataclasses.replace(result, outcomes=result.outcomes.assign(ended_by="unilateral"))
    assert talked_down(none) is None


def made(result, outcome, **judged):
    other = dataclasses.replace(result, outcomes=result.outcomes.assign(peak_rung=outcome))
    other.__dict__["judged"] = pd.DataFrame(judged, index=result.outcomes.index)
    return other


def test_a_number_that_decides_everything_is_found_and_noise_is_not(short):
    result, rng = run(short.set("horizon_days", 10), 400, 1), np.random.default_rng(1)
    first, second = list(short.judged)[:2]
    decides, noise = rng.random(400), rng.random(400)
    found = assumptions_that_matter(made(result, decides * 10.0, **{first: decides, second: noise}))
    assert list(found["path"]) == [first]
    assert found["rho"].iloc[0] == pytest.approx(1.0)


def test_no_number_is_named_after_a_handful_of_runs_or_where_all_runs_are_alike(short):
    brief = short.set("horizon_days", 10)
    result = run(brief, 20, 1)
    assert assumptions_that_matter(result).empty
    alike = made(run(brief, 64, 1), np.full(64, 3.0), **{next(iter(brief.judged)): np.arange(64.0)})
    assert assumptions_that_matter(alike).empty


def test_the_interval_of_a_correlation_covers_as_often_as_it_says():
    rng, hits = np.random.default_rng(2), 0
    for _ in range(400):
        x = rng.normal(size=80)
        y = 0.5 * x + np.sqrt(0.75) * rng.normal(size=80)
        low, high = fisher_interval(float(pd.Series(x).corr(pd.Series(y), method="spearman")), 80, 1.96)
        hits += low <= 0.4826 <= high  # Spearman's of a bivariate normal: 6 / pi * asin(0.5 / 2)
    assert 0.92 <= hits / 400 <= 0.98
