"""Sweeps: what is on disk is the same whoever computed it and however often it was interrupted; nothing finished is lost or computed twice."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars
import pytest

import escalation_sim as es
from escalation_sim.executors import DaskCluster
from escalation_sim.experiments import store
from escalation_sim.experiments import sweep as module
from escalation_sim.experiments.experiment import experiment_from
from escalation_sim.experiments.store import Store
from escalation_sim.experiments.sweep import Part, parts_of, sweep

GRID = {
    "deaths": {"path": "triggers.0.deaths", "values": [3, 26, 80]},
    "theory": {"path": "decision", "values": ["quantal_response", "spiral"]},
}


def experiment(scenario, runs=40, **content):
    content = {"name": "try", "question": "Is it so?", "runs": runs, "grid": GRID, **content}
    return experiment_from(content, es.Scenario.from_document({**scenario.document, "horizon_days": 8}))


def contents(folder):
    """Everything a data set holds, file by file; tables by their bytes."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def asked(pahalgam):
    return experiment(pahalgam)


@pytest.fixture(scope="module")
def whole(asked, tmp_path_factory):
    return sweep(asked, tmp_path_factory.mktemp("whole") / "set", rows=80)


def test_every_point_holds_the_runs_of_its_own_scenario(whole, asked):
    rows = whole.rows().set_index(["point", "run"])
    assert len(rows) == 6 * 40
    for point, (deaths, theory) in enumerate(whole.points[["deaths", "theory"]].itertuples(index=False)):
        alone = es.run(asked.scenario.set("decision", theory).set("triggers.0.deaths", deaths), 40, asked.seed).outcomes
        stored = rows.loc[point]
        assert stored["ended_by"].astype(str).tolist() == alone["ended_by"].tolist()
        for name in alone.columns.drop("ended_by"):
            assert np.array_equal(stored[name].to_numpy(float), alone[name].to_numpy(float), equal_nan=True)


def test_the_summary_holds_the_means_of_the_rows(whole):
    rows = whole.rows()
    for name in ("peak_rung", "deaths_total", "days_to_response"):
        means = rows.groupby("point")[name].mean()
        counts = rows.groupby("point")[name].count()
        found = whole.summary[whole.summary["outcome"] == name].set_index("point")
        assert np.allclose(found["mean"], means, equal_nan=True)
        assert found["runs"].tolist() == counts.tolist()
        known = found[found["runs"] > 1]
        assert ((known["low"] <= known["mean"]) & (known["mean"] <= known["high"])).all()
    shares = whole.summary[whole.summary["outcome"].str.startswith("ended_by_")].groupby("point")["mean"].sum()
    assert np.allclose(shares, 1.0)


def test_duckdb_polars_and_pandas_read_the_rows_as_one_table(whole):
    pattern = str(whole.folder / "rows" / "*.parquet")
    expected = float(pd.read_parquet(whole.folder / "rows")["deaths_total"].sum())
    assert duckdb.sql(f"select sum(deaths_total), count(*) from '{pattern}'").fetchall() == [(expected, 240)]
    assert polars.scan_parquet(pattern).select("deaths_total").sum().collect().item() == pytest.approx(expected)


def test_who_computes_and_how_often_it_was_interrupted_change_no_byte(asked, whole, tmp_path, pickled_workers):
    assert contents(sweep(asked, tmp_path / "two", workers=2, rows=80).folder) == contents(whole.folder)
    for stop in range(3):
        interrupted(asked, tmp_path / "often")
        assert len(list((tmp_path / "often" / "rows").iterdir())) == stop + 1
        assert not json.loads((tmp_path / "often" / "manifest.json").read_text())["complete"]
    sweep(asked, tmp_path / "often", rows=80)
    assert contents(tmp_path / "often") == contents(whole.folder)


def interrupted(asked, folder):
    """A sweep of which one more part is written, and which is interrupted before the next is."""
    write = Store.write
    written = []

    def write_one(self, part, table, failures):
        if written:
            raise KeyboardInterrupt
        written.append(part)
        write(self, part, table, failures)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "write", write_one)
        with pytest.raises(KeyboardInterrupt):
            sweep(asked, folder, rows=80)


def test_what_is_finished_is_never_computed_again(asked, whole, tmp_path, monkeypatch):
    shutil.copytree(whole.folder, tmp_path / "set")
    (tmp_path / "set" / "rows" / "part-00001.parquet").unlink()
    computed = []
    done = Part.done
    monkeypatch.setattr(Part, "done", lambda part: computed.append(part) or done(part))
    sweep(asked, tmp_path / "set", rows=80)
    assert len(computed) == 1
    sweep(asked, tmp_path / "set", rows=80)
    assert len(computed) == 1
    assert contents(tmp_path / "set") == contents(whole.folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"runs": 41}, "number of runs"),
        ({"seed": 2}, "seed"),
        ({"question": "Is it otherwise?"}, "experiment's file"),
        ({"grid": {"deaths": {"path": "triggers.0.deaths", "values": [3, 26]}}}, "experiment's file"),
    ],
)
def test_a_changed_experiment_is_refused_into_the_old_folder(pahalgam, whole, change, said):
    before = contents(whole.folder)
    with pytest.raises(es.InputError, match=said):
        sweep(experiment(pahalgam, **change), whole.folder, rows=80)
    assert contents(whole.folder) == before


def test_a_changed_scenario_or_model_is_refused_into_the_old_folder(pahalgam, asked, whole, monkeypatch):
    other = experiment(pahalgam.set("countries.india.government.resolve", 1.0))
    with pytest.raises(es.InputError, match="scenario"):
        sweep(other, whole.folder, rows=80)
    monkeypatch.setattr("escalation_sim.experiments.store.fingerprint_of_code", lambda: "another")
    with pytest.raises(es.InputError, match="the software"):
        sweep(asked, whole.folder, rows=80)


def test_a_folder_with_something_else_in_it_is_left_alone(asked, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(es.InputError, match="something other than a sweep"):
        sweep(asked, tmp_path / "mine")
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_point_that_fails_is_told_and_the_others_go_on(asked, whole, tmp_path, monkeypatch):
    done = module.Task.done

    def fails(task, progress=None):
        if (task.design["triggers.0.deaths"] == 26).any() and task.scenario.decision == "spiral":
            raise FloatingPointError("a planted one")
        return done(task, progress)

    monkeypatch.setattr(module.Task, "done", fails)
    found = sweep(asked, tmp_path / "set", rows=80)
    assert found.points["error"].notna().tolist() == [False, False, False, True, False, False]
    assert found.points.loc[3, "error"] == "FloatingPointError: a planted one"
    assert set(found.rows()["point"]) == {0, 1, 2, 4, 5}
    others = whole.rows()
    assert found.rows().reset_index(drop=True).equals(others[others["point"] != 3].reset_index(drop=True))


def test_a_full_disk_keeps_what_is_finished_and_leaves_nothing_half_written(asked, whole, tmp_path, monkeypatch):
    write_table = store.pq.write_table

    def full(table, file, **options):
        if len(list((tmp_path / "set" / "rows").glob("part-*"))) == 1:
            Path(file).write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device", str(file))
        write_table(table, file, **options)

    monkeypatch.setattr(store.pq, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        sweep(asked, tmp_path / "set", rows=80)
    assert [file.name for file in (tmp_path / "set" / "rows").iterdir()] == ["part-00000.parquet"]
    monkeypatch.setattr(store.pq, "write_table", write_table)
    sweep(asked, tmp_path / "set", rows=80)
    assert contents(tmp_path / "set") == contents(whole.folder)


def test_what_a_killed_writer_left_is_cleared_away(asked, whole, tmp_path):
    shutil.copytree(whole.folder, tmp_path / "set")
    (tmp_path / "set" / "rows" / ".making-xyz.parquet").write_bytes(b"half")
    sweep(asked, tmp_path / "set", rows=80)
    assert contents(tmp_path / "set") == contents(whole.folder)


@pytest.mark.parametrize("rows", [1, 40, 100, 512, 10_000])
def test_parts_hold_every_run_of_every_point_once_whatever_their_size(pahalgam, rows):
    asked = experiment(pahalgam, runs=1300)
    runs = [
        (int(point), run) for part in parts_of(asked, rows) for point in part.points for run in range(part.first, part.last)
    ]
    assert len(runs) == len(set(runs)) == 6 * 1300


def test_a_point_cut_into_several_parts_has_one_row_in_the_summary(pahalgam, tmp_path):
    asked = experiment(pahalgam, runs=1100, grid={"deaths": GRID["deaths"]})
    cut = sweep(asked, tmp_path / "cut", rows=512)
    assert len(list((cut.folder / "rows").iterdir())) == 9
    uncut = sweep(asked, tmp_path / "uncut", rows=10_000)
    assert cut.summary.equals(uncut.summary)
    assert cut.rows().equals(uncut.rows())


def test_the_manifest_says_what_was_run(whole, asked):
    manifest = json.loads((whole.folder / "manifest.json").read_text())
    assert manifest["complete"] is True
    assert set(manifest["hashes"]) == {"experiment", "scenario", "code"}
    assert (manifest["seed"], manifest["runs"]) == (1, 40)
    again = experiment_from(manifest["experiment"], es.Scenario.from_document(manifest["scenario"]))
    assert again.points.equals(asked.points)


# Slow ones: real processes, a real cluster, a real full disk

SLOW_FILE = """\
name: killed
question: Does it go on?
scenario: pahalgam-2025
runs: 512
seed: 1
changes: {set: {horizon_days: 20}}
grid:
  lines: {subsets: [back_channel, track_two, dgmo_hotline, high_commissions]}
"""

COMMAND = """\
import sys
from escalation_sim.experiments import store
from escalation_sim.experiments import sweep as module
module.sweep.__kwdefaults__["rows"] = 1024
from escalation_sim.cli import main
sys.argv = ["escalation-sim", "sweep", *sys.argv[1:]]
main()
"""


def started(arguments, folder):
    """The command in a process group of its own, with small parts so that there is much to interrupt."""
    command = [sys.executable, "-c", COMMAND, *arguments, "--out", str(folder), "--scenarios", "scenarios"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_parts(folder, process, number):
    while process.poll() is None and len(list((folder / "rows").glob("part-*"))) < number:
        time.sleep(0.05)
    assert process.poll() is None, process.communicate()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("experiment") / "killed.yaml"
    path.write_text(SLOW_FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def uninterrupted(file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted") / "set"
    out, err = started([str(file)], folder).communicate()
    assert "Summary" in out, err
    return contents(folder)


@pytest.mark.slow
def test_a_sweep_killed_twice_goes_on_and_ends_as_if_it_had_not_been(file, uninterrupted, tmp_path):
    folder = tmp_path / "set"
    for workers, parts in (("1", 2), ("2", 4)):
        process = started([str(file), "--workers", workers], folder)
        wait_for_parts(folder, process, parts)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    out, err = started([str(file)], folder).communicate()
    assert "Summary" in out, err
    assert contents(folder) == uninterrupted


@pytest.mark.slow
def test_the_sweep_of_all_subsets_of_channels_is_the_same_from_one_worker_and_from_two_on_dask_after_a_kill(tmp_path):
    distributed = pytest.importorskip("distributed")
    from escalation_sim.experiments.experiment import load_experiment

    asked = load_experiment("experiments/channel-availability.yaml")
    assert (len(asked.points), asked.runs) == (64, 2000)
    command = [
        sys.executable,
        "-m",
        "escalation_sim",
        "sweep",
        "experiments/channel-availability.yaml",
        "--out",
        str(tmp_path / "dask"),
    ]
    process = subprocess.Popen([*command, "--workers", "2"], stdout=subprocess.DEVNULL, start_new_session=True)
    wait_for_parts(tmp_path / "dask", process, 1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        DaskCluster(cluster.scheduler_address) as crew,
    ):
        sweep(asked, tmp_path / "dask", workers=crew)
    assert contents(tmp_path / "dask") == contents(sweep(asked, tmp_path / "one").folder)


@pytest.mark.slow
def test_an_interrupt_says_what_is_kept_and_how_to_go_on(file, tmp_path):
    folder = tmp_path / "set"
    process = started([str(file)], folder)
    wait_for_parts(folder, process, 2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert "are kept in" in err
    assert "the same command goes on from there" in err
    assert "Traceback" not in err
    assert not list(folder.rglob(".making-*"))


@pytest.mark.slow
def test_a_worker_killed_in_mid_sweep_costs_nothing_but_time(file, uninterrupted, tmp_path):
    folder = tmp_path / "set"
    process = started([str(file), "--workers", "2"], folder)
    wait_for_parts(folder, process, 2)
    workers = [pid for pid in descendants(process.pid) if "loky" in cmdline(pid)]
    os.kill(workers[0], signal.SIGKILL)
    out, err = process.communicate()
    assert "Summary" in out, err
    assert contents(folder) == uninterrupted


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def descendants(parent):
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                ppid = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(ppid, []).append(int(entry.name))
    found, todo = [], [parent]
    while todo:
        found += (new := children.get(todo.pop(), []))
        todo += new
    return found


@pytest.mark.slow
def test_a_dask_cluster_of_which_a_worker_is_killed_gives_the_same_data_set(file, uninterrupted, tmp_path):
    distributed = pytest.importorskip("distributed")
    from escalation_sim.experiments.experiment import load_experiment

    asked = load_experiment(file, "scenarios")
    killed = []
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        DaskCluster(cluster.scheduler_address) as crew,
    ):
        assert crew.width == 2

        def progress(done, total):
            if done > 2000 and not killed:
                killed.append(next(iter(cluster.workers.values())).process.pid)
                os.kill(killed[0], signal.SIGKILL)

        sweep(asked, tmp_path / "set", workers=crew, rows=1024, progress=progress)
    assert killed
    assert contents(tmp_path / "set") == uninterrupted


@pytest.mark.slow
def test_a_disk_that_is_really_full_is_said_in_a_line_and_the_sweep_goes_on_elsewhere_later(file, uninterrupted, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120k", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("may not mount a small disk")
    try:
        process = started([str(file)], disk / "set")
        _, err = process.communicate()
        assert process.returncode == 1
        assert "No space left on device" in err
        assert "are kept in" in err
        assert "Traceback" not in err
        kept = len(list((disk / "set" / "rows").glob("part-*")))
        assert kept > 0
        assert not list(disk.rglob(".making-*"))
        shutil.copytree(disk / "set", tmp_path / "set")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    out, err = started([str(file)], tmp_path / "set").communicate()
    assert "Summary" in out, err
    assert contents(tmp_path / "set") == uninterrupted


@pytest.mark.slow
def test_a_read_only_disk_is_said_in_a_line(file, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=4m", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("may not mount a read-only disk")
    try:
        process = started([str(file)], disk / "set")
        _, err = process.communicate()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert process.returncode == 1
    assert "Read-only file system" in err
    assert "Traceback" not in err


def test_nobody_at_the_address_of_a_cluster_is_said_in_a_line(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("escalation_sim.executors._SECONDS_TO_CONNECT", 1)
    with pytest.raises(es.InputError, match="no Dask scheduler answers"):
        DaskCluster("tcp://127.0.0.1:9")
