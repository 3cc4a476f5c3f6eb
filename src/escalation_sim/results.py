"""Results of a run of the batch engine, in memory and on disk.

On disk a result is a folder: `manifest.json` (scenario, seed, versions, how to read the rest), `outcomes.parquet`, `judged.parquet`, `crises.parquet`,
`fan-posture.parquet`, `fan-rung_share.parquet`, `fan-ended.parquet` and, where asked for, one `trajectory-<state>.parquet` for each kept state. A folder is written whole or not at all.
"""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from escalation_sim.errors import InputError
from escalation_sim.noise import BLOCK
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario
from escalation_sim.state import AXES, VARIABLES, members
from escalation_sim.version import __version__

__all__ = ["QUANTILES", "Result", "fan_from_counts", "frame_from_columns", "trajectories_from_paths"]

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
    judged : one row per run, one column per judged number; empty with none.
    trajectories : Dataset of the kept states over run, time (days, end of step) and their own axes; NaN after the end of a run.
    scenario, seed : what was run.
    crises : of a rivalry, one row per crisis that is over: run, start_day, end_day, peak_rung, deaths, trust_at_outset.
    """

    outcomes: pd.DataFrame
    fan: xr.Dataset
    judged: pd.DataFrame
    trajectories: xr.Dataset
    scenario: Scenario
    seed: int
    crises: pd.DataFrame = field(default_factory=pd.DataFrame)

    def save(self, folder: str | Path) -> Path:
        """Write the result to a folder, replacing a result that is there; nothing half-written is left on an interrupt.

        Raises InputError where the folder holds something else.
        """
        target = Path(folder)
        if target.exists() and not (target / _MANIFEST).is_file() and (not target.is_dir() or any(target.iterdir())):
            raise InputError("not a result folder, and not empty", file=str(target), allowed="a new or a result folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            self._write(work)
            work.chmod(0o755)  # a temporary folder is its owner's alone
            replace_folder(work, target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return target

    def _write(self, folder: Path) -> None:
        self.outcomes.to_parquet(folder / "outcomes.parquet")
        self.judged.to_parquet(folder / "judged.parquet")
        self.crises.to_parquet(folder / "crises.parquet")
        for name in ("posture", "rung_share", "ended"):
            self.fan[name].to_dataframe().reset_index().to_parquet(folder / f"fan-{name}.parquet")
        for variable, path in self.trajectories.data_vars.items():
            path.to_dataframe(name="value").reset_index().to_parquet(folder / f"trajectory-{variable}.parquet")
        (folder / _MANIFEST).write_text(json.dumps(self.manifest(), indent=1) + "\n", encoding="utf-8")

    def manifest(self) -> dict[str, Any]:
        """What is needed to make this result again, and to read it."""
        return {
            "format": _FORMAT,
            "software": {
                "escalation_sim": __version__,
                "python": platform.python_version(),
                "numpy": np.__version__,
                "block": BLOCK,
            },
            "scenario": self.scenario.document,
            "seed": self.seed,
            "runs": len(self.outcomes),
            "trajectories": {str(name): [str(dim) for dim in path.dims] for name, path in self.trajectories.data_vars.items()},
        }

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
            frames["judged"] = frames["judged"].reindex(frames["outcomes"].index)
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
        return cls(frames["outcomes"], xr.Dataset(fan), frames["judged"], xr.Dataset(paths), scenario, seed, frames["crises"])


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


def frame_from_columns(columns: Mapping[str, Array], rows: int | None = None) -> pd.DataFrame:
    """A table with one row per run."""
    length = rows if rows is not None else len(next(iter(columns.values())))
    return pd.DataFrame(dict(columns), index=pd.RangeIndex(length, name="run"))


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
