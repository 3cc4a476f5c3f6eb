"""Runs in pieces, in workers, to disk, and under a design: always the same crises."""

from __future__ import annotations

import errno

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import escalation_sim as es
from conftest import shipped, without_later_triggers
from escalation_sim import runs as module
from escalation_sim.executors import Processes, done_elsewhere
from escalation_sim.results import Result
from escalation_sim.runs import Task, done_by, pieces_done
from mortal import Mortal

POINTS = {
    "countries.india.government.resolve": [1.0, 1.9, 3.0],
    "triggers.0.deaths": [5.0, 60.0, 20.0],
    "channels.back_channel.status": ["closed", "open", "open"],
    "channels.back_channel.relationship": [0.0, 0.5, 0.9],
    "model.local_fire.tension": [0.0, 0.1, 0.2],
    "channels.high_commissions.negotiates": [0.0, 0.5, 0.0],
    "channels.dgmo_hotline.leak_rate": [0.2, 0.0, 0.1],
}


def as_scenario(scenario: es.Scenario, point: int) -> es.Scenario:
    """A point of `POINTS` as a scenario of its own."""
    for path, values in POINTS.items():
        scenario = scenario.set(path, values[point])
    return scenario


@pytest.fixture(scope="module")
def brief(in_half_days):
    return in_half_days.set("horizon_days", 24)


def test_two_workers_give_what_one_gives(brief):
    one, two = es.run(brief, 1543, 1), es.run(brief, 1543, 1, workers=2)
    assert one.outcomes.equals(two.outcomes)
    assert one.fan.identical(two.fan)
    assert one.judged.equals(two.judged)


def test_pieces_of_any_size_give_the_same(brief):
    task = Task(brief, 1, np.arange(1500))
    whole = done_by(task, 1, None)
    parts = [part for _, part in pieces_done(task, 1, 400)]
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in whole.columns}
    assert pd.DataFrame(columns).equals(pd.DataFrame(whole.columns))


def test_kept_states_come_back_whole_from_workers(brief):
    one, two = (es.run(brief, 1024, 1, keep=["posture"], workers=workers) for workers in (1, 2))
    assert one.trajectories.identical(two.trajectories)


def test_crises_of_a_rivalry_come_back_in_order_from_workers(years_of_rivalry):
    one, two = (es.run(years_of_rivalry, 1024, 1, workers=workers) for workers in (1, 2))
    assert len(one.crises) > 100
    assert one.crises.equals(two.crises)


@pytest.fixture(scope="module")
def years_of_rivalry():
    return without_later_triggers(shipped("rivalry-1998-2025"), 200)


def test_a_design_gives_at_each_point_the_runs_of_that_scenario(brief):
    outcomes = es.run_design(brief, POINTS, 600, 1)
    assert outcomes.index.names == ["point", "run"]
    for point in range(3):
        alone = es.run(as_scenario(brief, point), 600, 1).outcomes
        assert outcomes.loc[point].equals(alone), point
    assert not outcomes.loc[0].equals(outcomes.loc[2])


def test_a_design_is_the_same_in_two_workers_and_as_a_data_frame(brief):
    one = es.run_design(brief, POINTS, 600, 1)
    assert es.run_design(brief, pd.DataFrame(POINTS), 600, 1, workers=2).equals(one)


def test_a_judged_number_in_the_design_is_not_drawn_and_the_others_keep_their_luck(brief):
    path = next(path for path in brief.judged if path.endswith("government.resolve"))
    number = brief.judged[path]
    design = es.run_design(brief, {path: [number.value, number.value]}, 300, 1)
    assert design.loc[0].equals(design.loc[1])
    assert design.loc[0].equals(es.run(brief.set(path, number.value), 300, 1).outcomes)


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ({"model.local_fire.tensoin": [0.1]}, "did you mean 'tension'"),
        ({"model.local_fire.tension": [0.1, 9.0]}, "out of range"),
        ({"channels.back_chanel.status": ["open"]}, "did you mean 'back_channel'"),
        ({"channels.back_channel.status": ["ajar"]}, "closed, suspended, open"),
        ({"horizon_days": [10.0, 20.0]}, "cannot differ from point to point"),
        ({"model.local_fire.tension": [0.1], "triggers.0.deaths": [1.0, 2.0]}, "one value per point"),
        ({}, "one value per point"),
        ({"model.local_fire.tension": ["much", "little"]}, "not numbers"),
    ],
)
def test_a_design_that_makes_no_sense_is_refused(brief, design, said):
    with pytest.raises(es.InputError, match=said):
        es.run_design(brief, design, 10, 1)


def test_runs_written_to_disk_are_those_of_memory(brief, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PIECE", 512)
    folder = es.run_to_disk(brief, 1541, 1, tmp_path / "far")
    there, here = Result.load(folder), es.run(brief, 1541, 1)
    assert there.outcomes.equals(here.outcomes)
    assert there.fan.identical(here.fan)
    assert there.judged.equals(here.judged)
    assert pq.ParquetFile(folder / "outcomes.parquet").num_row_groups == 4
    assert pq.read_table(folder / "outcomes.parquet")["run"].to_pylist() == list(range(1541))


def test_nothing_is_left_of_a_run_to_disk_that_fails(brief, tmp_path, monkeypatch):
    def broken(task, progress=None):
        raise RuntimeError("no luck")

    monkeypatch.setattr(Task, "done", broken)
    with pytest.raises(RuntimeError):
        es.run_to_disk(brief, 10, 1, tmp_path / "far")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_run_to_disk_when_the_disk_is_full(brief, tmp_path, monkeypatch):
    close = pq.ParquetWriter.close

    def full(writer, *_):
        close(writer)
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    monkeypatch.setattr(pq.ParquetWriter, "close", full)
    with pytest.raises(OSError, match="no space"):
        es.run_to_disk(brief, 10, 1, tmp_path / "far")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("changes", "said"), [({"runs": 0}, "runs"), ({"seed": -1}, "seed"), ({"workers": 0}, "workers")])
def test_numbers_out_of_range_are_refused(brief, changes, said):
    with pytest.raises(es.InputError, match=said):
        es.run(brief, **{"runs": 5, **changes})


def test_a_piece_whose_worker_is_killed_is_computed_again(tmp_path):
    pieces = [(start, Mortal(tmp_path / "deaths", 1, start)) for start in range(6)]
    assert list(done_elsewhere(pieces, Processes(2))) == [(start, start) for start in range(6)]
    assert (tmp_path / "deaths").read_text() == "x"


def test_workers_that_die_again_and_again_are_reported_in_one_line(tmp_path):
    pieces = [(start, Mortal(tmp_path / "deaths", 99, start)) for start in range(4)]
    with pytest.raises(es.InputError, match="worker processes keep dying"):
        list(done_elsewhere(pieces, Processes(2)))
