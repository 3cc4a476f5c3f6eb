"""Speed of the batch engine, as ratios measured side by side in one run.

Run from the project's root::

    python benchmarks/speed.py --runs 4096 --rounds 5

Three things are timed in turn, round after round, and the medians of their ratios are printed: the batch engine, the drawing of its random
numbers alone (the floor no engine of this kind gets below), and the same runs one by one as Mesa models.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

import escalation_sim as es
from escalation_sim.batch import begin
from escalation_sim.turn import TURN


def seconds(action) -> float:
    """Wall time of a call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def draw_only(scenario: es.Scenario, runs: int, steps: int) -> None:
    """Draw what `runs` runs of `steps` steps would draw, and do nothing with it."""
    chunk = begin(scenario, 1, np.arange(runs))
    for step in range(steps):
        for phase in TURN:
            if phase.is_due(step, chunk.setting.steps_a_day):
                for lane in chunk.lanes[phase.name]:
                    chunk.draws.next(lane)


def one_by_one(scenario: es.Scenario, runs: int) -> None:
    """The same runs as Mesa models."""
    for run in range(runs):
        es.EscalationModel(scenario, seed=1, run=run).run_model()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="scenarios/pahalgam-2025.yaml")
    parser.add_argument("--runs", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mesa-runs", type=int, default=4)
    options = parser.parse_args()
    scenario = es.load_scenario(options.scenario)
    outcomes = es.run(scenario, options.runs, 1).outcomes
    days = (outcomes["days_to_end"] + scenario.quiet_days).clip(upper=scenario.horizon_days).fillna(scenario.horizon_days)
    run_steps = float(days.sum() * 24.0 / scenario.step_hours)
    mesa_steps = float(days.iloc[: options.mesa_runs].sum() * 24.0 / scenario.step_hours)
    floor_steps = 64
    rows = []
    for _ in range(options.rounds):
        batch = seconds(lambda: es.run(scenario, options.runs, 1)) / run_steps
        floor = seconds(lambda: draw_only(scenario, options.runs, floor_steps)) / (options.runs * floor_steps)
        mesa = seconds(lambda: one_by_one(scenario, options.mesa_runs)) / mesa_steps
        rows.append((batch, batch / floor, mesa / batch))
    batch, over_floor, faster = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"batch engine: {batch * 1e6:.2f} microseconds per run and step (median of {options.rounds} rounds)")
    print(f"ratio to drawing its random numbers alone: {over_floor:.1f}")
    print(f"ratio of the Mesa model to the batch engine, per run and step: {faster:.0f}")


if __name__ == "__main__":
    main()
