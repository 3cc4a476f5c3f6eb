"""Chance, addressed.

Every draw of the simulation has an address: (seed, block of runs, process, member, how often the process was called before).
Each (process, member) of a block owns a stream keyed by names, so that a new process, a seventh outlet or an eighth channel
shifts nobody's draws, closed channels keep theirs, and two countries that are swapped carry their luck along with their
`stream` key. Run 37 is the same run whatever the number of runs, the chunk, the engine or the number of workers, because its
block is always drawn whole.

The size of a block is part of the contract: changing it changes every result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["BLOCK", "NORMAL", "UNIFORM", "Draws", "Process", "block_of", "initial_draws"]

BLOCK = 512
UNIFORM = "uniform"
NORMAL = "normal"

_CALLS_AHEAD = 8  # calls of a process that are drawn at once; saves overhead, changes no value


def block_of(run: int) -> tuple[int, int]:
    """Block of a run and its place within the block."""
    return divmod(run, BLOCK)


def _stream(seed: int, block: int, process: str, member: str) -> np.random.Generator:
    """Generator of one address; keyed by names through a stable hash."""
    digest = hashlib.blake2b(f"{process}\x1f{member}".encode(), digest_size=16).digest()
    words = np.frombuffer(digest, dtype="<u4")
    entropy = [seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, block, *(int(word) for word in words)]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))


def _fill(generator: np.random.Generator, kind: str, shape: tuple[int, ...]) -> Array:
    return generator.standard_normal(shape) if kind == NORMAL else generator.random(shape)


def initial_draws(seed: int, runs: Sequence[int] | Array, process: str, member: str, kind: str = UNIFORM) -> Array:
    """One draw per run, made before the first step; shape (run,)."""
    numbers = np.asarray(runs, dtype=np.int64)
    drawn = np.empty(len(numbers))
    blocks = numbers // BLOCK
    for block in np.unique(blocks):
        here = blocks == block
        values = _fill(_stream(seed, int(block), "initial/" + process, member), kind, (BLOCK,))
        drawn[here] = values[numbers[here] % BLOCK]
    return drawn


@dataclass(frozen=True)
class Process:
    """A process that draws at every call.

    Attributes
    ----------
    name : name of the stream.
    members : names of the members, laid out in `shape` in C order.
    shape : axes in front of the run axis.
    lanes : draws per member and call.
    kind : "uniform" on [0, 1) or "normal".
    """

    name: str
    members: tuple[str, ...]
    shape: tuple[int, ...]
    lanes: int
    kind: str = UNIFORM


class Draws:
    """Draws of a set of runs, process by process, call by call.

    Parameters
    ----------
    seed : non-negative integer.
    runs : run numbers, ascending.
    processes : every process that will be called.

    `next(name)` returns an array of shape (lanes, *process.shape, run). `keep(places)` drops runs that have ended; what the
    others draw does not change.
    """

    def __init__(self, seed: int, runs: Sequence[int] | Array, processes: Sequence[Process]) -> None:
        numbers = np.asarray(runs, dtype=np.int64)
        self._places = [(int(block), numbers[numbers // BLOCK == block] % BLOCK) for block in np.unique(numbers // BLOCK)]
        self._processes = {process.name: process for process in processes}
        self._streams = {
            process.name: [
                [_stream(seed, block, process.name, member) for block, _ in self._places] for member in process.members
            ]
            for process in processes
        }
        self._ahead: dict[str, Array] = {}
        self._used = dict.fromkeys(self._processes, _CALLS_AHEAD)

    def next(self, name: str) -> Array:
        """The next draws of a process, shape (lanes, *process.shape, run)."""
        if self._used[name] == _CALLS_AHEAD:
            self._ahead[name] = self._draw(self._processes[name])
            self._used[name] = 0
        drawn = self._ahead[name][self._used[name]]
        self._used[name] += 1
        return drawn

    def for_rule(self, name: str) -> Array:
        """The next draws of a process as a rule gets them: without the axis of lanes where there is one lane."""
        drawn = self.next(name)
        return drawn[0] if self._processes[name].lanes == 1 else drawn

    def keep(self, places: NDArrayInt) -> None:
        """Go on with the runs at these places only (ascending places among the present ones)."""
        start = 0
        kept = []
        for block, within in self._places:
            mine = places[(places >= start) & (places < start + len(within))] - start
            kept.append((block, within[mine]))
            start += len(within)
        alive = [len(within) > 0 for _, within in kept]
        self._places = [place for place, live in zip(kept, alive, strict=True) if live]
        for name, members in self._streams.items():
            self._streams[name] = [[stream for stream, live in zip(streams, alive, strict=True) if live] for streams in members]
            if name in self._ahead:
                self._ahead[name] = self._ahead[name][..., places]

    @classmethod
    def joined(cls, parts: Sequence[Draws]) -> Draws:
        """Go on with the runs of several sets together, in the order given; all must have been called equally often."""
        whole = object.__new__(cls)
        first = parts[0]
        whole._processes = first._processes
        whole._used = dict(first._used)
        whole._places = [place for part in parts for place in part._places]
        whole._streams = {
            name: [[stream for part in parts for stream in part._streams[name][member]] for member in range(len(members))]
            for name, members in first._streams.items()
        }
        whole._ahead = {name: np.concatenate([part._ahead[name] for part in parts], axis=-1) for name in first._ahead}
        return whole

    def _draw(self, process: Process) -> Array:
        count = sum(len(within) for _, within in self._places)
        drawn = np.empty((_CALLS_AHEAD, process.lanes, len(process.members), count))
        for member, streams in enumerate(self._streams[process.name]):
            start = 0
            for stream, (_, within) in zip(streams, self._places, strict=True):
                block = _fill(stream, process.kind, (_CALLS_AHEAD, process.lanes, BLOCK))
                stop = start + len(within)
                drawn[:, :, member, start:stop] = block if len(within) == BLOCK else block[:, :, within]
                start = stop
        return drawn.reshape(_CALLS_AHEAD, process.lanes, *process.shape, count)


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
