"""Results in memory and on disk: what is kept, what comes back, what survives a failure."""

from __future__ import annotations

import dataclasses
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import escalation_sim as es
from escalation_sim.errors import InputError
from escalation_sim.results import QUANTILES, Result, fan_from_counts
from made_results import made_result, made_scenario

RUNS = 77  # no quantile of the fan falls between two runs
KEPT = ("posture", "hostility", "liking", "relationship", "talking")


@pytest.fixture(scope="module")
def brief(pahalgam) -> es.Scenario:
    return pahalgam.set("horizon_days", 40)


@pytest.fixture(scope="module")
def result(brief) -> Result:
    return es.run(brief, RUNS, 1, keep=KEPT)


@pytest.fixture
def other() -> Result:
    """Without judged numbers."""
    return made_result(made_scenario().fixed(), peak_rung=[1, 2, 3])


def assert_same(one: Result, two: Result) -> None:
    pd.testing.assert_frame_equal(one.outcomes, two.outcomes, check_index_type=False, check_column_type=False)
    if len(two.judged.columns):
        pd.testing.assert_frame_equal(one.judged, two.judged, check_index_type=False, check_column_type=False)
    xr.testing.assert_equal(one.fan, two.fan)
    xr.testing.assert_equal(one.trajectories, two.trajectories)
    assert {name: path.dims for name, path in one.trajectories.data_vars.items()} == {
        name: path.dims for name, path in two.trajectories.data_vars.items()
    }
    assert one.scenario == two.scenario
    assert one.seed == two.seed


def test_what_is_saved_is_what_is_loaded(result, tmp_path):
    assert result.save(tmp_path / "new" / "folder") == tmp_path / "new" / "folder"
    assert_same(Result.load(tmp_path / "new" / "folder"), result)


def test_a_result_without_judged_numbers_or_trajectories_comes_back_too(other, tmp_path):
    other.save(tmp_path / "made")
    loaded = Result.load(tmp_path / "made")
    assert_same(loaded, other)
    assert not len(loaded.judged.columns)
    assert not loaded.trajectories.data_vars


def test_a_table_of_no_judged_numbers_still_has_a_row_for_every_run(other, tmp_path):
    assert Result.load(other.save(tmp_path / "made")).judged.shape == other.judged.shape == (3, 0)


def test_a_loaded_result_can_be_computed_again_from_what_is_stored(result, tmp_path):
    loaded = Result.load(result.save(tmp_path / "r"))
    again = es.run(loaded.scenario, len(loaded.outcomes), loaded.seed)
    pd.testing.assert_frame_equal(again.outcomes, result.outcomes)


def test_saving_over_an_older_result_leaves_nothing_of_it(result, other, tmp_path):
    result.save(tmp_path / "r")
    other.save(tmp_path / "r")
    assert_same(Result.load(tmp_path / "r"), other)
    assert not list((tmp_path / "r").glob("trajectory-*"))
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_an_empty_folder_is_taken(other, tmp_path):
    (tmp_path / "empty").mkdir()
    assert_same(Result.load(other.save(tmp_path / "empty")), other)


def test_others_may_read_a_result(other, tmp_path):
    assert other.save(tmp_path / "r").stat().st_mode & 0o777 == 0o755


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(other, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    (tmp_path / "file").write_text("also work")
    for name in ("thesis", "file"):
        with pytest.raises(InputError, match="not a result folder, and not empty") as error:
            other.save(tmp_path / name)
        assert name in str(error.value)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"
    assert (tmp_path / "file").read_text() == "also work"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "thesis"]


@pytest.mark.parametrize("failure", [OSError("no space left on device"), KeyboardInterrupt()], ids=["full disk", "interrupt"])
def test_a_failure_while_writing_leaves_the_old_result_whole_and_no_rubbish(result, other, tmp_path, monkeypatch, failure):
    other.save(tmp_path / "r")
    written = pd.DataFrame.to_parquet
    calls = []

    def full(frame, path, *args, **kwargs):
        calls.append(path)
        if len(calls) == 4:
            raise failure
        return written(frame, path, *args, **kwargs)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(type(failure)):
        result.save(tmp_path / "r")
    monkeypatch.undo()
    assert len(calls) == 4
    assert_same(Result.load(tmp_path / "r"), other)
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_failure_while_replacing_leaves_the_old_result_in_its_place(result, other, tmp_path, monkeypatch):
    other.save(tmp_path / "r")
    renamed = Path.rename

    def stuck(path, target):
        if Path(target) == tmp_path / "r" and "-old" not in path.name:
            raise OSError("input/output error")
        return renamed(path, target)

    monkeypatch.setattr(Path, "rename", stuck)
    with pytest.raises(OSError, match="input/output"):
        result.save(tmp_path / "r")
    monkeypatch.undo()
    assert_same(Result.load(tmp_path / "r"), other)


def damaged(folder: Path, change) -> Path:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(change(manifest)))
    return folder


@pytest.mark.parametrize("words", ["", "{", "no json", '{"format": 2}'])
def test_a_damaged_manifest_is_answered_in_one_line(other, tmp_path, words):
    folder = other.save(tmp_path / "r")
    (folder / "manifest.json").write_text(words)
    with pytest.raises(InputError, match="damaged result") as error:
        Result.load(folder)
    assert str(folder) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("key", ["format", "scenario", "trajectories"])
def test_a_manifest_with_a_missing_entry_is_answered_in_one_line(other, tmp_path, key):
    with pytest.raises(InputError, match="damaged result"):
        Result.load(damaged(other.save(tmp_path / "r"), lambda m: {name: m[name] for name in m if name != key}))


@pytest.mark.parametrize(
    "change",
    [lambda m: {name: m[name] for name in m if name != "seed"}, lambda m: [m], lambda m: {**m, "trajectories": []}],
    ids=["no seed", "a list", "trajectories a list"],
)
def test_any_damage_of_the_manifest_is_answered_in_one_line(other, tmp_path, change):
    with pytest.raises(InputError, match="damaged result"):
        Result.load(damaged(other.save(tmp_path / "r"), change))


def test_a_result_in_another_format_says_so(other, tmp_path):
    with pytest.raises(InputError, match="written in another format, got 1; allowed: 2"):
        Result.load(damaged(other.save(tmp_path / "r"), lambda m: {**m, "format": 1}))


@pytest.mark.parametrize("name", ["outcomes.parquet", "crises.parquet", "fan-posture.parquet", "trajectory-posture.parquet"])
def test_a_missing_or_cut_table_is_answered_in_one_line(result, tmp_path, name):
    folder = result.save(tmp_path / "r")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged result"):
        Result.load(folder)
    (folder / name).unlink()
    with pytest.raises(InputError, match="damaged result"):
        Result.load(folder)


def test_where_no_result_is_none_is_loaded(tmp_path):
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="no result here"):
            Result.load(place)


def test_a_misspelt_state_is_answered_with_the_nearest(brief):
    with pytest.raises(InputError, match="did you mean 'posture'") as error:
        es.run(brief, 2, keep=["postur"])
    assert (error.value.key, error.value.value) == ("keep", "postur")


def test_nothing_per_step_is_stored_unless_asked_for(brief):
    found = es.run(brief, 20, 1)
    assert not found.trajectories.data_vars
    assert not found.trajectories.sizes


def test_keeping_trajectories_changes_nothing_else(result, brief):
    bare = es.run(brief, RUNS, 1)
    assert bare.outcomes.equals(result.outcomes)
    assert bare.fan.equals(result.fan)


def test_trajectories_are_laid_out_by_run_time_and_then_their_own_axes(result, brief):
    paths = result.trajectories
    assert paths["posture"].dims == ("run", "time", "country")
    assert paths["hostility"].dims == ("run", "time", "country", "outlet")
    assert paths["liking"].dims == ("run", "time", "country", "rung")
    assert paths["relationship"].dims == ("run", "time", "channel")
    assert paths["talking"].dims == ("run", "time")
    assert list(paths["country"].values) == [country.name for country in brief.countries]
    assert list(paths["channel"].values) == [channel.name for channel in brief.channels]
    assert paths["time"].values == pytest.approx((np.arange(160) + 1) / 4)


def test_a_run_has_a_trajectory_until_it_stops_and_none_after(result, brief):
    known = result.trajectories["posture"].notnull().all("country").sum("time").values / 4
    ends = result.outcomes["days_to_end"].to_numpy()
    stops = np.where(np.isnan(ends), brief.horizon_days, np.ceil(ends + brief.quiet_days))
    assert np.array_equal(known, stops)
    assert len(np.unique(stops)) > 5


def test_trajectories_agree_with_the_outcomes(result):
    highest = result.trajectories["posture"].max(["time", "country"])
    assert np.array_equal(highest, result.outcomes["peak_rung"])


def at_day_ends(result: Result) -> xr.DataArray:
    """Postures at the end of each day; a run that has ended stays on its last rung."""
    paths = result.trajectories["posture"].transpose("time", "run", "country").copy()
    for step in range(1, paths.sizes["time"]):
        paths[step] = paths[step].fillna(paths[step - 1])
    return paths.transpose("run", "time", "country").isel(time=slice(3, None, 4))


def test_the_fan_is_made_of_the_quantiles_of_the_postures_at_the_end_of_each_day(result):
    postures = at_day_ends(result).values  # run, day, country
    expected = np.quantile(postures, QUANTILES, axis=0, method="inverted_cdf")
    found = result.fan["posture"].transpose("quantile", "day", "country").values
    assert np.array_equal(found, expected)
    assert len(np.unique(found)) > 4


def test_rung_shares_are_the_shares_of_runs_on_each_rung(result):
    postures = at_day_ends(result)
    for rung in (0, 3, 5, 6):
        share = (postures == rung).mean("run").values
        assert result.fan["rung_share"].sel(rung=rung).transpose("day", "country").values == pytest.approx(share, abs=1e-12)
    assert result.fan["rung_share"].sum("rung").values == pytest.approx(1.0)


def test_the_share_ended_counts_the_runs_that_have_stopped(result):
    stops = result.trajectories["talking"].notnull().sum("time").values / 4
    censored = result.outcomes["censored"].to_numpy() == 1.0
    ended = [np.mean((stops <= day) & ~censored) for day in result.fan["day"].values]
    assert result.fan["ended"].values == pytest.approx(ended)


def test_a_quantile_that_falls_between_two_runs_is_the_lower_one():
    scenario = made_scenario()
    counts = np.zeros((1, 2, 11), dtype=np.int64)
    counts[0, :, 2], counts[0, :, 7] = 10, 10
    fan = fan_from_counts(counts, np.array([5]), scenario)
    assert list(fan["posture"].sel(country="north", day=1).values) == [2, 2, 2, 2, 7, 7, 7]
    assert fan["ended"].item() == 0.25


def peak_memory(scenario: es.Scenario, **options) -> int:
    tracemalloc.start()
    es.run(scenario, 256, 1, **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_days_simulated_unless_trajectories_are_kept(pahalgam):
    brief, long = (dataclasses.replace(pahalgam, horizon_days=days, step_hours=12.0) for days in (4.0, 12.0))
    for keep in ((), ("liking",)) * 2:  # what is made once
        es.run(brief, 256, 1, keep=keep)
    assert peak_memory(long) < 1.1 * peak_memory(brief)
    assert peak_memory(long, keep=["liking"]) > peak_memory(brief, keep=["liking"]) + 0.9 * (16 * 22 * 256 * 4)
