"""Whether the engines are still as fast as they should be, as ratios measured side by side; no seconds are compared.

Run from the project's root (``make bench-check``)::

    python benchmarks/regression.py

Exits with 1 and a line for each ratio whose median is beyond its bound in benchmarks/bounds.json.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import escalation_sim as es
from bench import Sizes, measured, tables
from measuring import options, read_json

BOUNDS = Path(__file__).with_name("bounds.json")


def broken(ratios: dict[str, Any], bounds: dict[str, dict[str, float]]) -> list[str]:
    """A line for each bound that is broken."""
    lines = []
    for name, bound in bounds.items():
        found = ratios[name]["median"]
        if "most" in bound and not found <= bound["most"]:
            lines.append(f"{name} is {found:.3g}, must be at most {bound['most']:g}")
        if "least" in bound and not found >= bound["least"]:
            lines.append(f"{name} is {found:.3g}, must be at least {bound['least']:g}")
    return lines


def main() -> int:
    """Command line."""
    chosen = options(__doc__, runs=4096, mesa_runs=2, rounds=3, bounds=BOUNDS).parse_args()
    bounds = read_json(chosen.bounds)
    if bounds is None:
        raise SystemExit(f"error: there is no {chosen.bounds}")
    sizes = Sizes(runs=chosen.runs, mesa_runs=chosen.mesa_runs, worker_runs=0, rounds=chosen.rounds)
    record = measured(es.load_scenario(chosen.scenario), sizes)
    print(tables(record))
    lines = broken(record["ratios"], bounds)
    for line in lines:
        print(f"error: {line}", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
