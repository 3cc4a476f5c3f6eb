"""Running a scenario many times: in memory, on several cores, to disk, or under a design of many points.

Rows are cut into pieces; a piece is computed whole (see `batch.computed`), here or in a worker process, and what comes back is put
together in order. A row's crisis depends on its seed, run number and numbers alone, so that neither pieces nor workers change a bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

from escalation_sim.batch import CHUNK, Ledger, computed
from escalation_sim.errors import InputError, nearest
from escalation_sim.executors import crew_of, done_in_order
from escalation_sim.inputs import Input, country_path, inputs_of
from escalation_sim.parameters import Array
from escalation_sim.results import (
    Result,
    ResultWriter,
    fan_from_counts,
    frame_from_columns,
    judged_numbers,
    table_of_crises,
    trajectories_from_paths,
)
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.schema import STATUSES
from escalation_sim.state import VARIABLES

__all__ = ["Task", "joined", "numbers_of_points", "parts_of", "run", "run_design", "run_to_disk"]

Progress = Callable[[int, int], None]

MOST_RUNS = 100_000_000
_PIECE = 12 * CHUNK  # rows a worker computes at a time, at most: enough that chunks that run empty can be put together
_PIECES_A_WORKER = 2  # at least and all alike, so that nobody waits long for the last; each runs empty once, which costs
_LEAST_PIECE = 512  # but not of fewer rows: a step costs about as much for those


def run(
    scenario: Scenario,
    runs: int = 1000,
    seed: int = 1,
    *,
    keep: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
    chunk: int = CHUNK,
) -> Result:
    """Run a scenario many times.

    Parameters
    ----------
    scenario : see `load_scenario`.
    runs : number of runs, 1 or more; runs 0 … runs - 1. Run 37 is the same whatever this number is.
    seed : non-negative integer. Two scenarios run with one seed share their luck.
    keep : names of state (see `state.VARIABLES`) whose whole paths are stored; nothing per step is stored otherwise.
    workers : processes to compute in; 1 computes here. Changes no result.
    progress : called with (runs done, runs in all) from time to time.
    chunk : runs that are computed together; changes no result.

    Returns
    -------
    Result : outcomes (DataFrame indexed by run), fan (posture quantiles by country and day), trajectories, judged numbers.

    Raises
    ------
    InputError : a number of runs, a seed or a number of workers out of range, a name in `keep` that is no state.
    """
    check_size(runs, seed, workers)
    kept = states_named(keep)
    task = Task(scenario, seed, np.arange(runs), {}, kept, max(chunk, 1))
    return result_of(task, done_by(task, workers, progress))


def result_of(task: Task, ledger: Ledger) -> Result:
    """The result of a task whose rows are all done."""
    return Result(
        outcomes=frame_from_columns(ledger.columns),
        fan=fan_from_counts(ledger.counts, ledger.ended, task.scenario),
        crises=table_of_crises(ledger.crises),
        trajectories=trajectories_from_paths(ledger.paths, task.scenario),
        scenario=task.scenario,
        seed=task.seed,
    )


def parts_of(scenario: Scenario, runs: int, seed: int, most: int) -> list[Task]:
    """The runs of a scenario cut into at most so many parts, for one who has workers of their own; see `joined`.

    Raises InputError as `run` does.
    """
    check_size(runs, seed, most)
    return [piece for _, piece in Task(scenario, seed, np.arange(runs)).cut(most)]


def joined(parts: Sequence[Task], ledgers: Sequence[Ledger]) -> Result:
    """The result of `run`, to the bit, from its parts (see `parts_of`) and what each has come to (`Task.done`)."""
    first = parts[0]
    whole = replace(first, numbers=np.concatenate([part.numbers for part in parts]))
    ledger = Ledger(first.scenario, len(whole.numbers), first.keep)
    for part, done in zip(parts, ledgers, strict=True):
        ledger.take_over(int(part.numbers[0]), done)
    return result_of(whole, ledger)


def run_to_disk(
    scenario: Scenario,
    runs: int,
    seed: int,
    folder: str | Path,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Run a scenario more often than memory would hold, writing a result folder piece by piece; see `Result.load` and `results`.

    Parameters and errors as in `run`, and InputError where the folder holds something else. The folder appears when all is done.
    """
    check_size(runs, seed, workers)
    numbers = np.arange(runs)
    counts = ended = np.zeros(1)
    with ResultWriter(folder, scenario, seed) as writer:
        for start, part in pieces_done(Task(scenario, seed, numbers), workers, _PIECE):
            rows = numbers[start : start + part.runs]
            writer.append(
                frame_from_columns(part.columns, first=start),
                judged_numbers(scenario, seed, rows),
                table_of_crises(part.crises, start),
            )
            counts, ended = counts + part.counts, ended + part.ended
            if progress:
                progress(start + part.runs, runs)
        return writer.finish(fan_from_counts(counts, ended, scenario), trajectories_from_paths({}, scenario))


def run_design(
    scenario: Scenario,
    design: Mapping[str, Sequence[float] | Array] | pd.DataFrame,
    runs: int,
    seed: int = 1,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Outcomes of many points at once: numbers of the scenario that differ from point to point.

    Parameters
    ----------
    design : for each path (as in `Scenario.set`) one value per point. `channels.<name>.status` takes "open", "suspended", "closed" too.
    runs : runs per point; run 37 has the same luck at every point.
    seed, workers, progress : as in `run`.

    Returns
    -------
    One row per point and run, index (point, run); columns as in `outcomes.outcome_names`.

    Raises
    ------
    InputError : a path that does not exist or cannot differ between points, a value out of range, columns of unlike length.
    """
    columns = {str(path): np.asarray(values) for path, values in design.items()}
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1 or 0 in lengths:
        raise InputError("a design has one value per point in every column", key="design", value=sorted(lengths))
    points = lengths.pop()
    check_size(points * runs, seed, workers)
    numbers = np.tile(np.arange(runs), points)
    rows = {path: np.repeat(values, runs) for path, values in numbers_of_points(scenario, columns).items()}
    ledger = done_by(Task(scenario, seed, numbers, rows), workers, progress)
    index = pd.MultiIndex.from_product([range(points), range(runs)], names=["point", "run"])
    return frame_from_columns(ledger.columns).set_axis(index)


def numbers_of_points(scenario: Scenario, columns: Mapping[str, Array]) -> dict[str, Array]:
    """The columns of a design by the paths that the engine knows, checked: every path exists, every value is allowed."""
    known = inputs_of(scenario)
    checked: dict[str, Array] = {}
    for path, values in columns.items():
        if path not in known:
            own = country_path(scenario, path)
            if own is None:
                raise_unknown(scenario, path, values, known)
            known[path] = own
        given = known[path]
        if path.endswith(".status"):
            checked[given.key] = status_codes(path, values)
            continue
        checked[given.key] = as_numbers(path, values)
        for extreme in (float(np.min(checked[given.key])), float(np.max(checked[given.key]))):
            if not given.declared.low <= extreme <= given.declared.high:
                scenario.set(path, extreme)
    return checked


def raise_unknown(scenario: Scenario, path: str, values: Array, known: Mapping[str, Input]) -> NoReturn:
    """Say that nothing of this name can differ between points: it does not exist, or it is no number that rules read."""
    scenario.set(path, values.tolist()[0])
    raise InputError(
        "cannot differ from point to point",
        key=path,
        allowed="numbers that rules read here (a country may have its own)",
        suggestion=nearest(path, known),
    )


def status_codes(path: str, values: Array) -> Array:
    """States of a channel as the engine knows them."""
    codes = {**STATUSES, **{str(code): code for code in STATUSES.values()}}
    names = [str(value) for value in values.tolist()]
    for name in dict.fromkeys(names):
        if name not in codes:
            raise InputError("no such state of a channel", key=path, value=name, allowed=", ".join(STATUSES))
    return np.array([codes[name] for name in names], float)


def as_numbers(path: str, values: Array) -> Array:
    """A column of a design as floats; raises InputError where it holds something else."""
    try:
        return values.astype(float)
    except (TypeError, ValueError):
        raise InputError("not numbers", key=path, value=values.tolist()[:3], allowed="one number per point") from None


@dataclass(frozen=True)
class Task:
    """Rows to be computed: run numbers, and the numbers of the model that differ from row to row."""

    scenario: Scenario
    seed: int
    numbers: Array
    design: Mapping[str, Array] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    size: int = CHUNK

    def piece(self, start: int, stop: int) -> Task:
        """Some of the rows."""
        design = {path: values[start:stop] for path, values in self.design.items()}
        return replace(self, numbers=self.numbers[start:stop], design=design)

    def cut(self, most: int) -> list[tuple[int, Task]]:
        """First row and task of each of at most so many pieces of equal size."""
        rows = len(self.numbers)
        size = -(-rows // min(most, max(rows // _LEAST_PIECE, 1)))
        return [(start, self.piece(start, start + size)) for start in range(0, rows, size)]

    def done(self, progress: Progress | None = None) -> Ledger:
        """The ledger of the rows, computed here."""
        return computed(
            self.scenario, self.seed, self.numbers, keep=self.keep, size=self.size, progress=progress, design=self.design
        )


def done_by(task: Task, workers: int, progress: Progress | None) -> Ledger:
    """The ledger of all rows of a task."""
    if workers == 1:
        return task.done(progress)
    rows = len(task.numbers)
    rounds = max(_PIECES_A_WORKER, -(-rows // (workers * _PIECE)))
    ledger = Ledger(task.scenario, rows, task.keep)
    for start, part in done_in_order(task.cut(workers * rounds), crew_of(workers)):
        ledger.take_over(start, part)
        if progress:
            progress(start + part.runs, rows)
    return ledger


def pieces_done(task: Task, workers: int, size: int) -> Iterator[tuple[int, Ledger]]:
    """First row and ledger of every piece of a task, in order."""
    pieces = [(start, task.piece(start, start + size)) for start in range(0, len(task.numbers), size)]
    return done_in_order(pieces, crew_of(workers))


def check_size(runs: int, seed: int, workers: int) -> None:
    """Raise InputError for numbers out of range."""
    if not 1 <= runs <= MOST_RUNS:
        raise InputError("out of range", key="runs", value=runs, allowed=f"1 to {MOST_RUNS:,}")
    if not 0 <= seed < 2**63:
        raise InputError("out of range", key="seed", value=seed, allowed="0 to 2^63 - 1")
    if workers < 1:
        raise InputError("out of range", key="workers", value=workers, allowed="1 or more")


def states_named(keep: Sequence[str]) -> tuple[str, ...]:
    """Names of state to be kept, or an error that names the nearest."""
    for name in keep:
        if name not in VARIABLES:
            raise InputError(
                "no such state",
                key="keep",
                value=name,
                allowed=", ".join(sorted(VARIABLES)),
                suggestion=nearest(name, VARIABLES),
            )
    return tuple(keep)
