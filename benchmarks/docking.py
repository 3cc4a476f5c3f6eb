"""Docks both engines on many runs of every shipped scenario under every theory of decision, and records what was compared.

Run from the project's root (``make dock``)::

    python benchmarks/docking.py --runs 25 --workers 2 --record docs/docking.json

Exits with 1 at the first difference.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import mesa
import numpy as np

import escalation_sim as es
from escalation_sim.docking import docked
from escalation_sim.rules import THEORIES

AT_ONCE = 25  # models held in memory side by side
DAYS_OF_A_RIVALRY = (
    420  # past the first change of leaders and the first change in the calendar; a model of 27 years takes a minute
)


def cut_short(scenario: es.Scenario) -> es.Scenario:
    """A rivalry in its first years only; crises as they are."""
    if scenario.kind != "rivalry":
        return scenario
    last = (scenario.start + datetime.timedelta(days=DAYS_OF_A_RIVALRY)).isoformat()
    document = scenario.document
    triggers = [one for one in document["triggers"] if str(one["date"]) < last]
    return es.Scenario.from_document({**document, "horizon_days": DAYS_OF_A_RIVALRY, "triggers": triggers})


def part(job: tuple[str, str, int, int]) -> tuple[str, str, int, int, int, str]:
    """Compare some runs of one scenario under one theory."""
    path, theory, first, count = job
    scenario = dataclasses.replace(cut_short(es.load_scenario(path)), decision=theory)
    report = docked(scenario, seed=1, runs=range(first, first + count))
    found = "" if report.difference is None else str(report.difference)
    return Path(path).stem, theory, report.runs, report.steps, report.values, found


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--record", type=Path, default=Path("docs/docking.json"))
    options = parser.parse_args()
    jobs = [
        (str(path), theory, first, min(AT_ONCE, options.runs - first))
        for path in sorted(Path("scenarios").glob("*.yaml"))
        for theory in THEORIES
        for first in range(0, options.runs, AT_ONCE)
    ]
    started = time.perf_counter()
    table: dict[str, dict[str, int]] = {}
    differences = []
    with ProcessPoolExecutor(options.workers) as pool:
        for scenario, theory, runs, steps, values, found in pool.map(part, jobs):
            row = table.setdefault(f"{scenario} / {theory}", {"runs": 0, "agent_steps": 0, "values": 0})
            row["runs"] += runs
            row["agent_steps"] += steps
            row["values"] += values
            if found:
                differences.append(f"{scenario} / {theory}: {found}")
                print(differences[-1], file=sys.stderr)
    record = {
        "compared": table,
        "differences": differences,
        "escalation_sim": es.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "mesa": mesa.__version__,
        "seed": 1,
    }
    options.record.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    total = sum(row["values"] for row in table.values())
    print(
        f"{total:,} values compared in {time.perf_counter() - started:.0f} s, {len(differences)} differences; see {options.record}"
    )
    return 1 if differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
