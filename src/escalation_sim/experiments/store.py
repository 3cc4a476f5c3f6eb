"""What a sweep has computed, on disk: a folder that can be left at any moment and gone on with.

    manifest.json            the experiment, hashes, versions; `complete` tells whether all is there
    points.parquet           one row per point: what differs; `error` where it could not be computed
    rows/part-00000.parquet  one row per point and run: `point`, `run`, outcomes
    failed/part-00000.json   what went wrong at points of a part
    summary.parquet, .csv    one row per point and outcome, with intervals

A part is written under another name and put in its place whole, so that what is there is right. DuckDB, polars and pandas read `rows` as one table.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import escalation_sim
from escalation_sim.errors import InputError
from escalation_sim.results import software

__all__ = ["MANIFEST", "Store", "fingerprint_of", "is_data_set", "manifest_in", "manifest_of"]

MANIFEST = "manifest.json"
KIND = "sweep"
FORMAT = 1

_CALLED = {
    "experiment": "the experiment's file",
    "scenario": "the scenario",
    "runs": "the number of runs",
    "seed": "the seed",
    "code": "the software",
    "rows_a_part": "the size of its parts",
}


def fingerprint_of(data: Any) -> str:
    """SHA-256 of plain data, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def fingerprint_of_code() -> str:
    """SHA-256 of what decides results: the package's modules and data below the analysis. A changed model is another experiment."""
    root = Path(escalation_sim.__file__).parent
    folders = [root, root / "rules", root / "rules" / "decision", root / "scenario", root / "data", root / "data" / "ladders"]
    found = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.iterdir() if file.suffix in (".py", ".yaml")):
        found.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def manifest_of(document: Mapping[str, Any], runs: int, seed: int, rows_a_part: int, parts: int) -> dict[str, Any]:
    """What a data set says of itself."""
    return {
        "kind": KIND,
        "format": FORMAT,
        "complete": False,
        "software": software(),
        "hashes": {
            "experiment": fingerprint_of(document["experiment"]),
            "scenario": fingerprint_of(document["scenario"]),
            "code": fingerprint_of_code(),
        },
        "runs": runs,
        "seed": seed,
        "rows_a_part": rows_a_part,
        "parts": parts,
        **document,
    }


def is_data_set(folder: Path) -> bool:
    """Whether a folder holds what a sweep wrote."""
    try:
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["kind"] == KIND)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def manifest_in(folder: Path) -> dict[str, Any]:
    """What the data set in a folder says of itself; raises InputError where there is none, or one of another format."""
    if not is_data_set(folder):
        raise InputError("no data set of a sweep here", file=str(folder), allowed=f"a folder with {MANIFEST}")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest.get("format") != FORMAT:
        raise InputError("written in another format", file=str(folder), value=manifest.get("format"), allowed=str(FORMAT))
    return manifest


class Store:
    """The folder of one sweep.

    Parameters
    ----------
    folder : made where it is missing.
    manifest : see `manifest_of`.

    Raises
    ------
    InputError : the folder holds something else, or a sweep that differs in what decides its results.
    OSError : the folder cannot be written.
    """

    def __init__(self, folder: str | Path, manifest: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self._check(manifest)
        self.manifest = dict(manifest)
        for place in (self.folder / "rows", self.folder / "failed"):
            place.mkdir(parents=True, exist_ok=True)
        for left in (*self.folder.glob(".making-*"), *self.folder.glob("*/.making-*")):
            left.unlink(missing_ok=True)
        if not (self.folder / MANIFEST).exists():
            self._write_manifest()

    def _check(self, manifest: Mapping[str, Any]) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError("not a folder", file=str(self.folder))
        if not self.folder.exists() or not any(self.folder.iterdir()):
            return
        if not is_data_set(self.folder):
            raise InputError(
                "holds something other than a sweep", file=str(self.folder), allowed="a new folder, or that of this sweep"
            )
        there = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        differs = [said for name, said in _CALLED.items() if entry(there, name) != entry(manifest, name)]
        if differs:
            raise InputError(
                f"was begun with something else ({', '.join(differs)} changed since)",
                file=str(self.folder),
                allowed="another folder (--out), or this one after it has been removed",
            )

    def rows_of(self, part: int) -> Path:
        """File of a part's rows."""
        return self.folder / "rows" / f"part-{part:05d}.parquet"

    def failures_of(self, part: int) -> Path:
        """File of what went wrong in a part."""
        return self.folder / "failed" / f"part-{part:05d}.json"

    def has(self, part: int) -> bool:
        """Whether a part has been computed."""
        return self.rows_of(part).is_file()

    def write(self, part: int, table: pa.Table, failures: Mapping[int, str]) -> None:
        """Put a part in its place. Its rows come last: a part with rows is whole."""
        if failures:
            text = json.dumps({str(point): said for point, said in failures.items()}, indent=1) + "\n"
            put(self.failures_of(part), lambda file: file.write_text(text, encoding="utf-8"))
        put(self.rows_of(part), lambda file: pq.write_table(table, file, compression="zstd"))

    def failures(self) -> dict[int, str]:
        """What went wrong, by point."""
        files = sorted((self.folder / "failed").glob("part-*.json"))
        found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return {int(point): said for one in found for point, said in one.items()}

    def write_frame(self, name: str, frame: pd.DataFrame, *, as_csv: bool = False) -> None:
        """Put a small table in its place."""
        put(self.folder / f"{name}.parquet", lambda file: frame.to_parquet(file))
        if as_csv:
            put(self.folder / f"{name}.csv", lambda file: frame.to_csv(file, index=False))

    def finish(self) -> None:
        """Say that all is there."""
        self.manifest["complete"] = True
        self._write_manifest()

    def tables(self, parts: int) -> Iterator[pa.Table]:
        """Rows, part by part."""
        for part in range(parts):
            yield pq.read_table(self.rows_of(part))

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest, indent=1, ensure_ascii=False) + "\n"
        put(self.folder / MANIFEST, lambda file: file.write_text(text, encoding="utf-8"))


def entry(manifest: Mapping[str, Any], name: str) -> Any:
    """What a manifest says under a name, among its hashes or beside them."""
    return manifest.get("hashes", {}).get(name, manifest.get(name) if name in ("runs", "seed", "rows_a_part") else None)


def put(target: Path, written: Callable[[Path], object]) -> None:
    """Write a file under another name, and put it in its place once it is whole and on the disk."""
    handle, name = tempfile.mkstemp(prefix=".making-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    made = Path(name)
    try:
        written(made)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        made.chmod(0o644)
        made.replace(target)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
