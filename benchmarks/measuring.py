"""What the benchmarks share: timing, counting of live run-steps, the record of the machine, JSON.

Imports nothing large at its head: `memory.py` starts its subprocesses from a small process.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import importlib.metadata
import inspect
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

SCENARIO = Path("scenarios/pahalgam-2025.yaml")
RESULTS = Path("benchmarks/results")
SEED = 1

_PACKAGES = ("escalation-sim", "numpy", "mesa", "pandas")
_ROUNDING = 1e-9  # days; keeps what binary fractions lose from adding a step


def options(about: str | None, **defaults: Any) -> argparse.ArgumentParser:
    """A command line with the scenario and, for each name given, an option with its default."""
    parser = argparse.ArgumentParser(description=(about or "").splitlines()[0])
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    for name, default in defaults.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(default), default=default, help=f"default {default}")
    return parser


def seconds(action: Callable[..., object], *arguments: Any) -> float:
    """Wall time of a call, in seconds. What earlier calls left behind is collected before."""
    gc.collect()
    started = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - started


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, smallest and largest value."""
    numbers = list(values)
    return {"median": statistics.median(numbers), "min": min(numbers), "max": max(numbers)}


def has_workers() -> bool:
    """Whether `es.run` can use several processes."""
    import escalation_sim as es

    return "workers" in inspect.signature(es.run).parameters


def run_batch(scenario: Any, runs: int, workers: int = 1) -> Any:
    """The batch engine, in one process unless more are asked for."""
    import escalation_sim as es

    return es.run(scenario, runs, SEED, **({"workers": workers} if has_workers() else {}))


def live_steps(outcomes: Any, scenario: Any) -> Any:
    """Steps for which each run is live, counted from its outcomes; integers of shape (run,).

    A crisis that goes quiet on day d ends at the first midnight at or after d + `quiet_days`; one that does not end, and a
    rivalry, live to the horizon.
    """
    import numpy as np

    steps_a_day = round(24.0 / scenario.step_hours)
    horizon = round(scenario.horizon_days * steps_a_day)
    quiet_since = outcomes["days_to_end"].to_numpy(float) if "days_to_end" in outcomes else np.full(len(outcomes), np.nan)
    midnight = np.ceil(quiet_since + scenario.quiet_days - _ROUNDING)
    steps = np.where(np.isnan(midnight), horizon, np.minimum(midnight * steps_a_day, horizon))
    return steps.astype(np.int64)


def processor() -> str:
    """Model of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def environment() -> dict[str, Any]:
    """Versions, processor and date."""
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
    }


def version(package: str) -> str:
    """Installed version of a package; of this one also where it is used from its sources."""
    if package != "escalation-sim":
        return importlib.metadata.version(package)
    from escalation_sim.version import __version__

    return __version__


def write_json(path: Path, record: dict[str, Any]) -> None:
    """Store a record, and say where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"see {path}", file=sys.stderr)


def read_json(path: Path) -> dict[str, Any] | None:
    """A stored record; None where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown, columns as wide as they need to be: the first to the left, the others to the right."""
    lines = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    shown = [lines[0], rule, *lines[1:]]
    return "\n".join(
        "| " + " | ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) + " |" for line in shown
    )
