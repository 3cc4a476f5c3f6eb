"""Results of a run of the batch engine, in memory and on disk.

On disk a result is a folder: `manifest.json` (scenario, seed, versions, how to read the rest), `outcomes.parquet`, `judged.parquet`, `crises.parquet`,
`fan-posture.parquet`, `fan-rung_share.parquet`, `fan-ended.parquet` and, where asked for, one `trajectory-<state>.parquet` for each kept state. A folder is written whole or not at all.
"""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from escalation_sim.errors import InputError
from escalation_sim.parameters import Array
from escalation_sim.rivalry import CRISES
from escalation_sim.scenario import Scenario
from escalation_sim.state import AXES, VARIABLES, Setting, members
from escalation_sim.version import __version__

__all__ = [
    "QUANTILES",
    "Result",
    "ResultWriter",
    "fan_from_counts",
    "frame_from_columns",
    "judged_numbers",
    "table_of_crises",
    "trajectories_from_paths",
]

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)

_MANIFEST = "manifest.json"
_FORMAT = 2


@dataclass(frozen=True)
class Result:
    """Outcomes of many runs of one scenario.

    Attributes
    ----------
    outcomes : one row per run (index `run`); columns as in `outcomes.outcome_names`. Days count from the start of the crisis, deaths
        are persons, rungs are numbers on the ladder; NaN where something did not happen.
    fan : Dataset over day and country: `posture` (quantile, country, day), `rung_share` (rung, country, day), `ended` (day).
    trajectories : Dataset of the kept states over run, time (days, end of step) and their own axes; NaN after the end of a run.
    scenario, seed : what was run.
    crises : of a rivalry, one row per crisis that is over: run, start_day, end_day, peak_rung, deaths, trust_at_outset.
    """

    outcomes: pd.DataFrame
    fan: xr.Dataset
    trajectories: xr.Dataset
    scenario: Scenario
    seed: int
    crises: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def judged(self) -> pd.DataFrame:
        """One row per run, one column per judged number; empty with none. Drawn again when asked for: a draw is known by its address."""
        return judged_numbers(self.scenario, self.seed, self.outcomes.index.to_numpy())

    def save(self, folder: str | Path, *, judged: bool = True) -> Path:
        """Write the result to a folder, replacing a result that is there; nothing half-written is left on an interrupt.

        Without the `judged` numbers it is a tenth as large; they are then drawn again when asked for.

        Raises InputError where the folder holds something else.
        """
        numbers = self.judged if judged else pd.DataFrame(index=self.outcomes.index)
        with ResultWriter(folder, self.scenario, self.seed) as writer:
            writer.append(self.outcomes, numbers, self.crises)
            return writer.finish(self.fan, self.trajectories)

    @classmethod
    def load(cls, folder: str | Path) -> Result:
        """Read a result that `save` wrote.

        Raises InputError where the folder is missing, is no result, or was written in a newer format.
        """
        place = Path(folder)
        if not (place / _MANIFEST).is_file():
            raise InputError("no result here", file=str(place), allowed=f"a folder with {_MANIFEST}")
        try:
            manifest = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
            if manifest["format"] != _FORMAT:
                raise InputError("written in another format", file=str(place), value=manifest["format"], allowed=str(_FORMAT))
            frames = {name: pd.read_parquet(place / f"{name}.parquet") for name in ("outcomes", "judged", "crises")}
            for name in ("outcomes", "judged"):
                frames[name].index = pd.RangeIndex(len(frames[name]), name="run")
            scenario, seed = Scenario.from_document(manifest["scenario"]), int(manifest["seed"])
            fan = {name: array_from_table(place / f"fan-{name}.parquet", name) for name in ("posture", "rung_share", "ended")}
            paths = {
                name: array_from_table(place / f"trajectory-{name}.parquet", "value").transpose(*dims)
                for name, dims in manifest["trajectories"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"damaged result ({type(error).__name__}: {error})", file=str(place)) from error
        result = cls(frames["outcomes"], xr.Dataset(fan), xr.Dataset(paths), scenario, seed, frames["crises"])
        if len(frames["judged"].columns):
            result.__dict__["judged"] = frames["judged"]  # as they were drawn, by whatever version
        return result


class ResultWriter:
    """A result folder in the making, written piece by piece; used in a `with` block. Nothing is left of one that is not finished.

    Parameters
    ----------
    folder : where the result is to stand; a result that is there is replaced at the end.

    Raises
    ------
    InputError : the folder holds something else.
    """

    def __init__(self, folder: str | Path, scenario: Scenario, seed: int) -> None:
        self._target = Path(folder)
        place = self._target
        if place.exists() and not (place / _MANIFEST).is_file() and (not place.is_dir() or any(place.iterdir())):
            raise InputError("not a result folder, and not empty", file=str(folder), allowed="a new or a result folder")
        self._scenario, self._seed = scenario, seed
        self._runs = 0
        self._tables: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> ResultWriter:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._work = Path(tempfile.mkdtemp(prefix=f".{self._target.name}-", dir=self._target.parent))
        return self

    def __exit__(self, *_: object) -> None:
        for table in self._tables.values():
            with suppress(OSError):  # a full disk is full for the end of a file as well
                table.close()
        shutil.rmtree(self._work, ignore_errors=True)

    def append(self, outcomes: pd.DataFrame, judged: pd.DataFrame, crises: pd.DataFrame) -> None:
        """Write rows of the three tables."""
        for name, frame in (("outcomes", outcomes), ("judged", judged), ("crises", crises)):
            table = pa.Table.from_pandas(frame, preserve_index=name != "crises")
            if name not in self._tables:
                self._tables[name] = pq.ParquetWriter(self._work / f"{name}.parquet", table.schema)
            self._tables[name].write_table(table.cast(self._tables[name].schema))
        self._runs += len(outcomes)

    def finish(self, fan: xr.Dataset, trajectories: xr.Dataset) -> Path:
        """Write the rest, and put the folder in its place."""
        for table in self._tables.values():
            table.close()
        for name in ("posture", "rung_share", "ended"):
            fan[name].to_dataframe().reset_index().to_parquet(self._work / f"fan-{name}.parquet")
        for variable, path in trajectories.data_vars.items():
            path.to_dataframe(name="value").reset_index().to_parquet(self._work / f"trajectory-{variable}.parquet")
        manifest = {
            "format": _FORMAT,
            "software": software(),
            "scenario": self._scenario.document,
            "seed": self._seed,
            "runs": self._runs,
            "trajectories": {str(name): [str(dim) for dim in path.dims] for name, path in trajectories.data_vars.items()},
        }
        (self._work / _MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        self._work.chmod(0o755)  # a temporary folder is its owner's alone
        replace_folder(self._work, self._target)
        return self._target


def software() -> dict[str, str]:
    """What results were made with."""
    return {"escalation_sim": __version__, "python": platform.python_version(), "numpy": np.__version__}


def judged_numbers(scenario: Scenario, seed: int, runs: Array) -> pd.DataFrame:
    """Judged numbers of some runs: one row per run, one column per number."""
    return pd.DataFrame(Setting(scenario, seed, runs).judged, index=pd.Index(runs, name="run"))


def table_of_crises(tables: Sequence[Mapping[str, Array]], first: int = 0) -> pd.DataFrame:
    """Crises of all runs in one table, by run (counted from `first`) and day; no rows for scenarios of a single crisis."""
    columns = ("run", *CRISES)
    parts = {name: [table[name] for table in tables] for name in columns}
    frame = pd.DataFrame({name: np.concatenate(arrays) if arrays else np.empty(0) for name, arrays in parts.items()})
    ordered = frame.astype({"run": int}).sort_values(["run", "start_day"], kind="stable")
    return ordered.assign(run=ordered["run"] + first).reset_index(drop=True)


def replace_folder(new: Path, target: Path) -> None:
    """Put a finished folder in the place of an older one."""
    if target.exists():
        old = target.with_name(f".{target.name}-old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        try:
            new.rename(target)
        except BaseException:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        new.rename(target)


def array_from_table(path: Path, value: str) -> xr.DataArray:
    """A labelled array from its long table, coordinates in the order in which they were written."""
    table = pd.read_parquet(path)
    axes = [column for column in table.columns if column != value]
    coordinates = {axis: list(dict.fromkeys(table[axis])) for axis in axes}
    values = table[value].to_numpy(float).reshape([len(labels) for labels in coordinates.values()])
    return xr.DataArray(values, coords=coordinates, dims=axes, name=value)


def frame_from_columns(columns: Mapping[str, Array], first: int = 0) -> pd.DataFrame:
    """A table with one row per run, numbered from `first`; shares the memory of the columns."""
    length = len(next(iter(columns.values())))
    return pd.DataFrame(dict(columns), index=pd.RangeIndex(first, first + length, name="run"), copy=False)


def fan_from_counts(counts: Array, ended: Array, scenario: Scenario) -> xr.Dataset:
    """Quantiles of posture from the number of runs on each rung.

    Parameters
    ----------
    counts : shape (day, country, rung).
    ended : runs ended by the end of each day, shape (day,).
    """
    share = counts / counts.sum(axis=2, keepdims=True)
    below = np.cumsum(share, axis=2)
    quantiles = np.stack([(below < q - 1e-12).sum(axis=2) for q in QUANTILES]).astype(float)
    runs = counts[0, 0].sum()
    names = members(scenario)
    return xr.Dataset(
        {
            "posture": (("quantile", "day", "country"), quantiles),
            "rung_share": (("day", "country", "rung"), share),
            "ended": (("day",), ended / runs),
        },
        coords={
            "quantile": list(QUANTILES),
            "day": np.arange(1, len(counts) + 1),
            "country": list(names["country"]),
            "rung": np.arange(len(scenario.ladder)),
        },
    )


def trajectories_from_paths(paths: Mapping[str, Array], scenario: Scenario) -> xr.Dataset:
    """Kept states as a Dataset with dims run, time and the axes of the state.

    `paths` hold arrays of shape (step, …, run).
    """
    names = members(scenario)
    arrays = {}
    for name, path in paths.items():
        axes = [*(["rung"] if VARIABLES[name].by_rung else []), *AXES[VARIABLES[name].owner]]
        coordinates: dict[str, Any] = {axis: list(names[axis]) for axis in axes}
        coordinates["time"] = (np.arange(len(path)) + 1) * scenario.step_hours / 24.0
        coordinates["run"] = np.arange(path.shape[-1])
        country_first = sorted(axes, key=lambda axis: axis != "country")
        arrays[name] = xr.DataArray(path, coords=coordinates, dims=["time", *axes, "run"]).transpose(
            "run", "time", *country_first
        )
    return xr.Dataset(arrays)
