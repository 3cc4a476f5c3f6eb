"""Peak memory of the batch engine against the number of runs, each in a process of its own.

Run from the project's root (``make bench``)::

    python benchmarks/memory.py --largest 1000000

A single run comes first: it shows what the interpreter and the libraries take.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measuring import RESULTS, SEED, environment, options, table, write_json

SMALLEST = 10_000
PROGRAM = "import sys, escalation_sim as es; es.run(es.load_scenario(sys.argv[1]), int(sys.argv[2]), {seed})"

_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in which the system counts


def peak_mib(scenario: Path, runs: int) -> float:
    """Peak resident size of a fresh process that makes these runs, in MiB."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM.format(seed=SEED), str(scenario), str(runs)])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"error: the process of {runs:,} runs ended with {process.returncode}")
    return usage.ru_maxrss * _UNIT / 2**20


def sizes_up_to(largest: int) -> list[int]:
    """One run, then powers of ten from the smallest size to the largest."""
    sizes = [1]
    size = SMALLEST
    while size <= largest:
        sizes.append(size)
        size *= 10
    return sizes


def measured(scenario: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Peak memory at every size. The machine is described last, so that this process is small when it starts the others."""
    points = [{"runs": runs, "peak_mib": peak_mib(scenario, runs)} for runs in sizes]
    return {"scenario": scenario.stem, "seed": SEED, "points": points, "environment": environment()}


def peaks(record: dict[str, Any]) -> str:
    """Peaks by number of runs, as a table."""
    return table(
        ("runs", "peak memory (MiB)"), [(f"{point['runs']:,}", f"{point['peak_mib']:,.0f}") for point in record["points"]]
    )


def main() -> None:
    """Command line."""
    chosen = options(__doc__, largest=1_000_000, out=RESULTS / "memory.json").parse_args()
    record = measured(chosen.scenario, sizes_up_to(chosen.largest))
    print(peaks(record))
    write_json(chosen.out, record)


if __name__ == "__main__":
    main()
