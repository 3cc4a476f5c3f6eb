"""Findings on disk: the folder `data` beside tables and charts, which holds what they were made from and how that is made again.

`manifest.json` in it says of what kind it is, the software, and what the kind needs. A folder is written whole or not at all.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from escalation_sim.errors import InputError
from escalation_sim.results import replace_folder, software

__all__ = ["MANIFEST", "RUNS", "archived", "data_folder", "kind_of", "manifest_in"]

MANIFEST = "manifest.json"
FORMAT = 1
DATA = "data"
RUNS = "runs"


@contextmanager
def archived(folder: Path, kind: str, entries: Mapping[str, Any]) -> Iterator[Path]:
    """A folder to write to. At the end of the block it is put in the place of `folder`, its manifest in it; where the block fails, nothing is left.

    Parameters
    ----------
    kind : of the findings; `entries` are what the manifest says beside it.

    Raises OSError where the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield work
        manifest = {"kind": kind, "format": FORMAT, "software": software(), **entries}
        (work / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        work.chmod(0o755)  # a temporary folder is its owner's alone
        replace_folder(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def data_folder(folder: Path) -> Path | None:
    """Where the data of findings lie: the folder itself, or `data` in it; None where neither has a manifest."""
    return next((place for place in (folder, folder / DATA) if (place / MANIFEST).is_file()), None)


def kind_of(folder: Path) -> str | None:
    """Of what kind the findings in a folder are; `RUNS` for those of a single scenario, None where there are none."""
    place = data_folder(folder)
    if place is None:
        return None
    try:
        kind = json.loads((place / MANIFEST).read_text(encoding="utf-8")).get("kind", RUNS)
    except (OSError, ValueError, AttributeError):
        return None
    return str(kind)


def manifest_in(folder: Path, kind: str) -> tuple[Path, dict[str, Any]]:
    """Where the findings of a kind lie, and what their manifest says; raises InputError where there are none, or of another kind or format."""
    place = data_folder(folder)
    found = kind_of(folder)
    if place is None or found != kind:
        raise InputError(f"no {kind} here", file=str(folder), value=found, allowed=f"a folder with {MANIFEST} of that kind")
    manifest: dict[str, Any] = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    if manifest.get("format") != FORMAT:
        raise InputError("written in another format", file=str(place), value=manifest.get("format"), allowed=str(FORMAT))
    return place, manifest
