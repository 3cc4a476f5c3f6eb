"""What a sweep costs beside its engine: overhead in processor time, peak memory of many rows, and the cost of a task on a Dask cluster.

    python benchmarks/sweeping.py --points 1000 --runs 1000     # overhead
    python benchmarks/sweeping.py --part memory --rows 10000000 # peak memory
    python benchmarks/sweeping.py --part dask --tasks 400       # cost of a task

Overhead is all processor time of the process less what `Task.done` takes: planning, tables, files, summary. Memory is measured in a fresh process on crises of
a quarter of a day, which cost next to nothing to compute and fill as many rows.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import RESULTS, SEED, options

PATH = "countries.india.government.resolve"


def asked(scenario: Path, points: int, runs: int, changes: dict[str, Any]) -> Any:
    """An experiment of many points: one number of the scenario over its range."""
    import numpy as np

    import escalation_sim as es
    from escalation_sim.experiments.experiment import experiment_from

    values = np.linspace(1.0, 2.5, points).tolist()
    grid = {"resolve": {"path": PATH, "values": values[:1000]}}
    if points > 1000:
        grid["seen"] = {"path": "triggers.0.visibility", "values": np.linspace(0.5, 1.0, points // 1000).tolist()}
    content = {
        "name": "measured",
        "question": "What does it cost?",
        "runs": runs,
        "seed": SEED,
        "grid": grid,
        "changes": changes,
    }
    return experiment_from(content, es.load_scenario(scenario))


def overhead(scenario: Path, points: int, runs: int) -> dict[str, float]:
    """Processor time of a sweep in one process, and the share of it that is not the engine's."""
    from escalation_sim.experiments.sweep import sweep
    from escalation_sim.runs import Task

    engine = 0.0
    done = Task.done

    def timed(task: Task, progress: Any = None) -> Any:
        nonlocal engine
        began = time.process_time()
        found = done(task, progress)
        engine += time.process_time() - began
        return found

    Task.done = timed  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            sweep(asked(scenario, points, runs, {}), Path(folder) / "set")
            whole = time.process_time() - began
    finally:
        Task.done = done  # type: ignore[method-assign]
    return {"points": points, "runs": runs, "seconds": whole, "engine": engine, "overhead": (whole - engine) / engine}


def memory(scenario: Path, rows: int) -> dict[str, float]:
    """Peak resident size of a process that sweeps so many rows, in MiB."""
    code = f"import sys; sys.path.insert(0, 'benchmarks'); import sweeping; sweeping.fill({str(scenario)!r}, {rows})"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return {"rows": rows, "peak_mib": float(found.stdout.split()[-1])}


def fill(scenario: str, rows: int) -> None:
    """Sweep rows of short crises and print the peak resident size in MiB."""
    from escalation_sim.experiments.sweep import sweep

    with tempfile.TemporaryDirectory() as folder:
        sweep(asked(Path(scenario), rows // 1000, 1000, {"set": {"horizon_days": 1, "step_hours": 24}}), Path(folder) / "set")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)


class Nothing:
    """A piece that computes nothing."""

    def done(self) -> int:
        """Zero."""
        return 0


def dask(tasks: int) -> dict[str, float]:
    """Seconds a task takes on a local cluster of two processes when it computes nothing, and the size of a part and of what comes back."""
    import pickle

    from distributed import LocalCluster

    from escalation_sim.executors import DaskCluster, done_in_order
    from escalation_sim.experiments.sweep import parts_of

    part = parts_of(asked(Path("scenarios/pahalgam-2025.yaml"), 36, 1000, {"set": {"horizon_days": 1}}))[0]
    table, _ = part.done()
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        DaskCluster(cluster.scheduler_address) as crew,
    ):
        list(done_in_order([(0, Nothing())], crew))
        began = time.perf_counter()
        list(done_in_order([(number, Nothing()) for number in range(tasks)], crew))
        took = time.perf_counter() - began
    return {
        "tasks": tasks,
        "seconds_a_task": took / tasks,
        "sent_kib": len(pickle.dumps(part)) / 1024,
        "returned_mib": table.nbytes / 2**20,
    }


def main() -> None:
    """Command line."""
    parser = options(__doc__, part="overhead", points=1000, runs=1000, rows=10_000_000, tasks=400)
    asked_for = parser.parse_args()
    found = {
        "overhead": lambda: overhead(asked_for.scenario, asked_for.points, asked_for.runs),
        "memory": lambda: memory(asked_for.scenario, asked_for.rows),
        "dask": lambda: dask(asked_for.tasks),
    }[asked_for.part]()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"sweeping-{asked_for.part}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
