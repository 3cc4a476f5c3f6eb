"""Tables written as CSV files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_tables"]


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write tables, by file name, with their index as CSV files and return these. The folder is made if it is missing.

    Each file is put in its place whole. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with tempfile.TemporaryDirectory(prefix=".tables-", dir=folder) as stage:
        for name, table in tables.items():
            table.to_csv(Path(stage) / f"{name}.csv")
        for name in tables:
            files.append(folder / f"{name}.csv")
            (Path(stage) / f"{name}.csv").replace(files[-1])
    return files
