"""Speed of the batch engine and of the Mesa model, as ratios measured side by side in one process.

Run from the project's root (``make bench``)::

    python benchmarks/bench.py           # measure (about five minutes), print, store under benchmarks/results/
    python benchmarks/bench.py --docs    # put what is stored into docs/performance.md; measures nothing

Six things are timed in turn, round after round; ratios are taken within a round. See docs/performance.md for what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mesa
import numpy as np

import escalation_sim as es
from escalation_sim import batch
from escalation_sim.turn import TURN
from growth import exponents
from measuring import (
    RESULTS,
    SEED,
    environment,
    has_workers,
    live_steps,
    options,
    read_json,
    run_batch,
    seconds,
    spread,
    table,
    write_json,
)
from memory import peaks

PAGE = Path("docs/performance.md")
BLOCK = re.compile(r"(?<=<!-- bench:begin -->\n).*?(?=<!-- bench:end -->)", re.DOTALL)

NORMALS, UNIFORMS, AT_ONCE, FLOOR_STEPS = 10, 20, 4096, 128
"""The floor, fixed for good: draws per live run-step, runs to an array; and how many steps are timed."""

TIMED = {
    "a": "batch engine, per live run-step",
    "b": "Mesa model under mesa.batch_run, per live run-step",
    "c": f"floor: {NORMALS} normals and {UNIFORMS} uniforms of SFC64, per run-step",
    "d": "bare Mesa: empty agents, per step",
    "e": "rules as they are written over one run, drawn beforehand, per step",
    "e_with_draws": "rules as they are written over one run, its draws included, per step",
    "f": "rules over one run as the batch engine repeats them, drawn beforehand, per step",
}
RATIOS = ("a/c", "b/a", "b/d", "b/e", "b/f")


@dataclass(frozen=True)
class Sizes:
    """How much is run.

    Attributes
    ----------
    runs, mesa_runs : runs of the batch engine, and of the Mesa model and the single runs.
    worker_runs : runs with one worker and with two; 0: not measured.
    rounds : rounds.
    """

    runs: int = 65_536
    mesa_runs: int = 4
    worker_runs: int = 65_536
    rounds: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.mesa_runs <= self.runs or self.rounds < 1:
            raise SystemExit("error: needs at least one round, one run of the Mesa model, and as many runs of the batch engine")


class Collected(es.EscalationModel):
    """The Mesa model with the least that `mesa.batch_run` asks for: one reporter, read by number of the step."""

    def __init__(self, scenario: es.Scenario, run: int) -> None:
        super().__init__(scenario, seed=SEED, run=run)
        self.datacollector = mesa.DataCollector(model_reporters={"one": lambda _model: 1})

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


class Bare(mesa.Model):
    """As many empty agents of as many kinds as a scenario has, called in as many phases by Mesa's own means."""

    def __init__(self, agents: dict[str, int], steps_a_day: int) -> None:
        super().__init__(rng=np.random.default_rng(SEED))
        self.steps_a_day = steps_a_day
        kinds = {kind: type(kind, (mesa.Agent,), {"step": lambda _agent: None}) for kind, count in agents.items() if count}
        for kind, empty in kinds.items():
            empty.create_agents(self, agents[kind])
        self.phases = [(phase, self.agents_by_type[kinds[phase.who]]) for phase in TURN if phase.who in kinds]

    def step(self) -> None:
        for phase, agents in self.phases:
            if phase.is_due(self.steps - 1, self.steps_a_day):
                agents.do("step")

    def walk(self, steps: int) -> None:
        """Some steps."""
        for _ in range(steps):
            self.step()


class Tape:
    """Draws made beforehand, handed out in the order in which they were made."""

    def __init__(self, drawn: list[Any]) -> None:
        self._left = iter(drawn)

    def for_rule(self, _lane: str) -> Any:
        return next(self._left)


def agents_of(scenario: es.Scenario) -> dict[str, int]:
    """Number of agents of each kind."""
    return {kind: len(agents) for kind, agents in es.EscalationModel(scenario, seed=SEED).actors.items()}


def run_mesa(scenario: es.Scenario, runs: int) -> list[Collected]:
    """The first runs by Mesa's own runner, in this process; the models as they stopped."""
    models: list[Collected] = []

    def model(run: int, **_chance: object) -> Collected:  # Mesa 3.5 hands over a generator, which a run of ours does not need
        models.append(Collected(scenario, run))
        return models[-1]

    last = round(scenario.horizon_days * 24.0 / scenario.step_hours)
    mesa.batch_run(
        model, {"run": range(runs)}, number_processes=1, data_collection_period=-1, max_steps=last, display_progress=False
    )
    return models


def is_same(model: es.EscalationModel, row: Any) -> bool:
    """Whether a model's outcomes are those of a row of the batch engine, to the last bit."""
    return all(row[name] == value or (row[name] != row[name] and value != value) for name, value in model.outcomes.items())


def draw_floor() -> None:
    """The floor: what numpy needs for the draws alone."""
    generator = np.random.Generator(np.random.SFC64(SEED))
    array = np.empty(AT_ONCE)
    for _ in range(FLOOR_STEPS):
        for _ in range(NORMALS):
            generator.standard_normal(out=array)
        for _ in range(UNIFORMS):
            generator.random(out=array)


def walk(chunk: Any, steps: int) -> None:
    """Some steps of the array rules."""
    for _ in range(steps):
        batch.advance(chunk)
        chunk.step += 1


def walk_all(chunks: list[Any], steps: list[int]) -> None:
    """Some steps of each chunk, one chunk after the other."""
    for chunk, count in zip(chunks, steps, strict=True):
        walk(chunk, count)


def drawn_in(scenario: es.Scenario, run: int, steps: int) -> list[Any]:
    """What a run draws in its first steps, in order."""
    chunk = batch.begin(scenario, SEED, [run])
    draw, drawn = chunk.draws.for_rule, []

    def kept(lane: str) -> Any:
        drawn.append(draw(lane).copy())
        return drawn[-1]

    chunk.draws.for_rule = kept
    walk(chunk, steps)
    return drawn


def seconds_of_single_runs(
    scenario: es.Scenario, steps: list[int], tapes: list[list[Any]] | None = None, *, as_written: bool = True
) -> float:
    """Time of the array rules over the first runs one by one, in seconds; with the draws unless they are given."""
    chunks = [batch.begin(scenario, SEED, [run]) for run in range(len(steps))]
    for chunk in chunks:
        chunk.plans.as_written = as_written
    for chunk, drawn in zip(chunks, tapes or (), strict=False):
        chunk.draws = Tape(drawn)
    return seconds(walk_all, chunks, steps)


@contextmanager
def steps_counted() -> Iterator[list[int]]:
    """Collects the number of runs in every step that the batch engine computes."""
    advance, counts = batch.advance, []

    def counted(chunk: Any) -> None:
        counts.append(len(chunk.live))
        advance(chunk)

    batch.advance = counted
    try:
        yield counts
    finally:
        batch.advance = advance


def measured(scenario: es.Scenario, sizes: Sizes) -> dict[str, Any]:
    """The whole record; seconds by round, and their ratios."""
    with steps_counted() as computed:
        outcomes = run_batch(scenario, sizes.runs).outcomes
    live = live_steps(outcomes, scenario)
    models = run_mesa(scenario, sizes.mesa_runs)
    singles = live[: sizes.mesa_runs].tolist()
    agents = agents_of(scenario)
    identical = [is_same(model, outcomes.loc[run]) for run, model in enumerate(models)]
    if not all(identical) or [model.steps for model in models] != singles:
        raise SystemExit("error: the Mesa model and the batch engine do not give the same outcomes")
    tapes = [drawn_in(scenario, run, steps) for run, steps in enumerate(singles)]
    timings = timings_of(scenario, sizes, int(live.sum()), singles, tapes, agents)
    rounds = [{name: timing() for name, timing in timings.items()} for _ in range(sizes.rounds)]
    return {
        "environment": environment(),
        "scenario": scenario.name,
        "seed": SEED,
        "sizes": asdict(sizes),
        "live_run_steps": int(live.sum()),
        "computed_run_steps": sum(computed),
        "mesa": {"live_run_steps": sum(singles), "identical_outcomes": all(identical), "agents": agents, "phases": len(TURN)},
        "floor": {"normals": NORMALS, "uniforms": UNIFORMS, "runs_to_an_array": AT_ONCE, "steps": FLOOR_STEPS},
        "timed": TIMED,
        "rounds": rounds,
        "seconds": {name: spread(one[name] for one in rounds) for name in timings},
        "ratios": ratios_of(rounds),
        "note": note_on_workers(sizes),
    }


def timings_of(
    scenario: es.Scenario, sizes: Sizes, live: int, singles: list[int], tapes: list[list[Any]], agents: dict[str, int]
) -> dict[str, Callable[[], float]]:
    """What is timed in a round, in this order: seconds per step; of the workers, seconds in all."""
    steps = sum(singles)
    bare = Bare(agents, round(24.0 / scenario.step_hours))
    timings: dict[str, Callable[[], float]] = {
        "a": lambda: seconds(run_batch, scenario, sizes.runs) / live,
        "b": lambda: seconds(run_mesa, scenario, sizes.mesa_runs) / steps,
        "c": lambda: seconds(draw_floor) / (FLOOR_STEPS * AT_ONCE),
        "d": lambda: seconds(bare.walk, steps) / steps,
        "e": lambda: seconds_of_single_runs(scenario, singles, tapes) / steps,
        "e_with_draws": lambda: seconds_of_single_runs(scenario, singles) / steps,
        "f": lambda: seconds_of_single_runs(scenario, singles, tapes, as_written=False) / steps,
    }
    if sizes.worker_runs and has_workers():
        timings["workers_1"] = lambda: seconds(run_batch, scenario, sizes.worker_runs, 1)
        timings["workers_2"] = lambda: seconds(run_batch, scenario, sizes.worker_runs, 2)
    return timings


def ratios_of(rounds: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Ratios taken within each round: median, smallest, largest."""
    pairs = {ratio: ratio.split("/") for ratio in RATIOS}
    if "workers_2" in rounds[0]:
        pairs["throughput of 2 workers to 1"] = ["workers_1", "workers_2"]
    return {name: spread(one[over] / one[under] for one in rounds) for name, (over, under) in pairs.items()}


def note_on_workers(sizes: Sizes) -> str:
    """Why the workers were not measured, if they were not."""
    if not has_workers():
        return "workers not measured: es.run has no parameter of this name"
    return "" if sizes.worker_runs else "workers not measured: --worker-runs 0"


def in_print(number: float) -> str:
    """A number with three digits that count, or with all before the point."""
    return f"{number:,.0f}" if number >= 100.0 else f"{number:.3g}"


def tables(record: dict[str, Any]) -> str:
    """Times in microseconds and ratios, as tables."""
    heads = ("median", "min", "max")
    times = [
        (f"({name}) {what}".replace("e_with_draws", "e'"), *(in_print(record["seconds"][name][head] * 1e6) for head in heads))
        for name, what in record["timed"].items()
    ]
    ratios = [(name, *(in_print(values[head]) for head in heads)) for name, values in record["ratios"].items()]
    shown = [table(("microseconds", *heads), times), table(("ratio", *heads), ratios), record["note"]]
    return "\n\n".join(part for part in shown if part)


def block(record: dict[str, Any], growth: dict[str, Any] | None, memory: dict[str, Any] | None) -> str:
    """What is stored, as docs/performance.md shows it."""
    sizes, made = record["sizes"], record["environment"]
    parts = [
        f"Measured on {made['date']}: {made['processor']}, {made['cores']} cores, Python {made['python']}, numpy {made['numpy']}, "
        f"Mesa {made['mesa']}, escalation-sim {made['escalation-sim']}. Scenario {record['scenario']}, {sizes['runs']:,} runs of the "
        f"batch engine ({record['live_run_steps']:,} live run-steps), {sizes['mesa_runs']} runs of the Mesa model "
        f"({record['mesa']['live_run_steps']:,}), {sizes['rounds']} rounds.",
        tables(record),
    ]
    if growth:
        parts.append(exponents(growth))
    if memory:
        parts.append(peaks(memory))
    return "\n\n".join(parts) + "\n"


def write_docs(results: Path, page: Path) -> None:
    """Put what is stored into the page."""
    record = read_json(results)
    if record is None:
        raise SystemExit(f"error: there is no {results}; run benchmarks/bench.py first")
    text = block(record, read_json(results.with_name("growth.json")), read_json(results.with_name("memory.json")))
    page.write_text(BLOCK.sub(lambda _old: text, page.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = options(__doc__, **asdict(Sizes()), out=RESULTS / "latest.json")
    parser.add_argument("--docs", action="store_true", help=f"put what is stored into {PAGE} and stop")
    chosen = parser.parse_args()
    if chosen.docs:
        write_docs(chosen.out, PAGE)
        return
    sizes = Sizes(**{name: getattr(chosen, name) for name in asdict(Sizes())})
    record = measured(es.load_scenario(chosen.scenario), sizes)
    print(tables(record))
    write_json(chosen.out, record)


if __name__ == "__main__":
    main()
