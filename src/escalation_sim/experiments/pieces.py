"""Pieces of work that are kept on disk as soon as they are done.

A piece goes by the hash of all that decides it, the software included. So it is found again by whoever asks for the same, and by nobody else: whatever
stops a computation, the next one begins where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd

from escalation_sim.executors import Crew, done_in_order
from escalation_sim.experiments.store import put

__all__ = ["FOLDER", "Keyed", "file_of", "frames_of"]

FOLDER = "parts"

_LETTERS = 32  # of the hash: enough that no two pieces meet

Progress = Callable[[int, int], None]


class Keyed(Protocol):
    """A piece that can be kept."""

    @property
    def key(self) -> str:
        """Hash of all that decides what comes of it."""

    @property
    def runs(self) -> int:
        """Runs that it computes."""

    def done(self) -> pd.DataFrame:
        """What comes of it."""


def file_of(place: Path, piece: Keyed) -> Path:
    """Where a piece is kept."""
    return place / FOLDER / f"{piece.key[:_LETTERS]}.parquet"


def frames_of(
    pieces: Sequence[Keyed], place: Path | None, crew: Crew, progress: Progress | None = None
) -> Iterator[tuple[int, pd.DataFrame]]:
    """What comes of pieces, each with its number: first of those that are there, then of the others as they are done.

    Parameters
    ----------
    place : folder of a computation; pieces are kept in its `parts`. None keeps nothing.
    progress : called with (runs done, runs in all), those that were there before included.

    Raises
    ------
    InputError : worker processes keep dying.
    OSError : the disk is full, or the folder cannot be written. What is finished is kept.
    """
    files = None if place is None else [file_of(place, piece) for piece in pieces]
    there = [number for number in range(len(pieces)) if files is not None and files[number].is_file()]
    todo = [(number, pieces[number]) for number in sorted(set(range(len(pieces))).difference(there))]
    done, total = sum(pieces[number].runs for number in there), sum(piece.runs for piece in pieces)
    tell = progress or (lambda _done, _total: None)
    tell(done, total)
    if files is not None:
        yield from ((number, pd.read_parquet(files[number])) for number in there)
    if files and todo:
        made_ready(files[0].parent)
    for number, frame in done_in_order(todo, crew):
        if files is not None:
            put(files[number], frame.to_parquet)
        done += pieces[number].runs
        tell(done, total)
        yield number, frame


def made_ready(folder: Path) -> None:
    """Make a folder for pieces, and clear away what an interrupted writer left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".making-*"):
        left.unlink(missing_ok=True)
