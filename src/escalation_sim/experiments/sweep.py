"""An experiment computed, part by part, to a folder that can be gone on with; see `store`.

A part is some points with all their runs, or some of the runs of one point. How points are cut into parts depends on the experiment alone, never on who
computes: the data set is the same with one worker, with many, and after any number of interruptions.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from escalation_sim.batch import CHUNK
from escalation_sim.errors import InputError
from escalation_sim.executors import Crew, crew_of, done_in_order
from escalation_sim.experiments.experiment import Experiment, Group, experiment_from, load_experiment
from escalation_sim.experiments.store import Store, manifest_in, manifest_of
from escalation_sim.experiments.tables import summary_of
from escalation_sim.parameters import Array
from escalation_sim.runs import Task
from escalation_sim.scenario import Scenario

__all__ = ["Part", "Sweep", "load_sweep", "parts_of", "sweep"]

ROWS_A_PART = 4 * CHUNK
"""Rows computed and written at a time: enough for full chunks, little enough to lose."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sweep:
    """A finished data set.

    Attributes
    ----------
    folder : where it lies; `rows` in it is a Parquet data set.
    points : one row per point; `error` where a point could not be computed.
    summary : one row per point and outcome, with intervals; see `tables.summary_of`.
    """

    folder: Path
    points: pd.DataFrame
    summary: pd.DataFrame

    def rows(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One row per point and run, in order; all columns or some."""
        return pd.read_parquet(self.folder / "rows", columns=None if columns is None else list(columns))


@dataclass(frozen=True)
class Part:
    """Some of the rows of an experiment.

    Attributes
    ----------
    points : numbers of the points, shape (point,).
    first, last : runs of each, from the first to before the last.
    design : by path as the engine knows it, a value for each point.
    outcomes : columns that are kept.
    """

    scenario: Scenario
    seed: int
    points: Array
    first: int
    last: int
    outcomes: tuple[str, ...]
    design: Mapping[str, Array] = field(default_factory=dict)

    def done(self) -> tuple[pa.Table, dict[int, str]]:
        """The rows, and what went wrong, by point. Where something does, the points are tried one by one."""
        try:
            return self._rows(), {}
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:
            if len(self.points) == 1:
                return self._no_rows(), {int(self.points[0]): f"{type(error).__name__}: {error}"}
            each = [self._point(place).done() for place in range(len(self.points))]
            failures = {point: said for _, failed in each for point, said in failed.items()}
            return pa.concat_tables([table for table, _ in each]).unify_dictionaries(), failures

    def _point(self, place: int) -> Part:
        one = slice(place, place + 1)
        design = {path: values[one] for path, values in self.design.items()}
        return Part(self.scenario, self.seed, self.points[one], self.first, self.last, self.outcomes, design)

    def _rows(self) -> pa.Table:
        runs = np.arange(self.first, self.last)
        design = {path: np.repeat(values, len(runs)) for path, values in self.design.items()}
        ledger = Task(self.scenario, self.seed, np.tile(runs, len(self.points)), design).done()
        return table_of(ledger.columns, np.repeat(self.points, len(runs)), np.tile(runs, len(self.points)), self.outcomes)

    def _no_rows(self) -> pa.Table:
        words = {name: np.empty(0, object if name == "ended_by" else np.float32) for name in self.outcomes}
        return table_of(words, np.empty(0), np.empty(0), self.outcomes)


def table_of(columns: Mapping[str, Array], points: Array, runs: Array, outcomes: Sequence[str]) -> pa.Table:
    """Rows as they are stored: outcomes in the precision in which they were computed, words as a dictionary."""
    arrays: dict[str, Any] = {"point": pa.array(points.astype(np.int32)), "run": pa.array(runs.astype(np.int32))}
    for name in outcomes:
        values = np.asarray(columns[name])
        words = values.dtype == object
        arrays[name] = pa.array(values, pa.string()).dictionary_encode() if words else pa.array(values.astype(np.float32))
    return pa.table(arrays)


def parts_of(experiment: Experiment, rows: int = ROWS_A_PART) -> list[Part]:
    """An experiment cut into parts of at most so many rows."""
    return [part for group in experiment.groups for part in parts_of_group(experiment, group, rows)]


def parts_of_group(experiment: Experiment, group: Group, rows: int) -> Iterator[Part]:
    """The parts of one group."""
    runs = experiment.runs
    a_part = max(rows // runs, 1)
    for start in range(0, len(group.points), a_part):
        some = slice(start, start + a_part)
        design = {path: values[some] for path, values in group.design.items()}
        for first in range(0, runs, min(rows, runs)):
            last = min(first + rows, runs)
            yield Part(group.scenario, experiment.seed, group.points[some], first, last, experiment.outcomes, design)


def sweep(
    experiment: Experiment | str | os.PathLike[str],
    folder: str | Path | None = None,
    *,
    workers: int | Crew = 1,
    progress: Progress | None = None,
    rows: int = ROWS_A_PART,
) -> Sweep:
    """Compute an experiment, or go on with one that was interrupted.

    Parameters
    ----------
    experiment : or its file.
    folder : where the data set is to lie; default `results/` and the experiment's name.
    workers : processes, or a crew of `executors` (a Dask cluster). Changes no result.
    progress : called with (rows done, rows in all), rows that were there before included.
    rows : at most so many a part; changes no row, but where the files begin.

    Returns
    -------
    The finished data set. A point that could not be computed is in `points` with its error; the others go on.

    Raises
    ------
    InputError : the folder holds something else, or an experiment that differs; worker processes keep dying.
    OSError : the disk is full, or the folder cannot be written. What is finished is kept.
    """
    asked = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    place = Path(folder) if folder is not None else Path("results") / asked.name
    parts = parts_of(asked, rows)
    store = Store(place, manifest_of(asked.document, asked.runs, asked.seed, rows, len(parts)))
    crew = crew_of(workers)
    total = len(asked.points) * asked.runs
    done = sum(rows_in(part) for number, part in enumerate(parts) if store.has(number))
    todo = [(number, part) for number, part in enumerate(parts) if not store.has(number)]
    tell = progress or (lambda _done, _total: None)
    tell(done, total)
    for number, (table, failures) in done_in_order(todo, crew):
        store.write(number, table, failures)
        done += rows_in(parts[number])
        tell(done, total)
    return finished(asked, store, len(parts))


def rows_in(part: Part) -> int:
    """Rows of a part, those of points that fail included."""
    return len(part.points) * (part.last - part.first)


def finished(experiment: Experiment, store: Store, parts: int) -> Sweep:
    """The tables that stand beside the rows, and the mark that all is there."""
    failures = store.failures()
    errors = pd.Series(failures, index=experiment.points.index, dtype="string")
    points = experiment.points.assign(error=errors)
    summary = summary_of(store.tables(parts), experiment.scenario)
    store.write_frame("points", points)
    store.write_frame("summary", summary, as_csv=True)
    store.finish()
    return Sweep(store.folder, points, summary)


def load_sweep(folder: str | Path) -> tuple[Sweep, Experiment]:
    """A finished data set and the experiment it is of.

    Raises InputError where the folder holds no data set, one that is not finished, or one written in another format.
    """
    place = Path(folder)
    manifest = manifest_in(place)
    if not manifest["complete"]:
        raise InputError("the sweep is not finished", file=str(place), allowed="the same command goes on from where it stopped")
    try:
        experiment = experiment_from(manifest["experiment"], Scenario.from_document(manifest["scenario"]))
        points, summary = (pd.read_parquet(place / f"{name}.parquet") for name in ("points", "summary"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"damaged data set ({type(error).__name__}: {error})", file=str(place)) from error
    return Sweep(place, points, summary), experiment
