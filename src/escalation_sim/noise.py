"""Chance, addressed.

Every draw of the simulation has an address: (seed, block of runs, process, member, how often the process was called before).
Each (process, member) of a block owns a stream keyed by names, so that a new process, a seventh outlet or an eighth channel
shifts nobody's draws, closed channels keep theirs, and two countries that are swapped carry their luck along with their
`stream` key. Run 37 is the same run whatever the number of runs, the chunk, the engine or the number of workers, because its
block is always drawn whole; only what its living runs get is turned from words of random bits into values.

The size of a block is part of the contract: changing it changes every result.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from escalation_sim.parameters import FLOAT, Array

__all__ = ["BLOCK", "NORMAL", "UNIFORM", "Draws", "Process", "block_of", "initial_draws"]

BLOCK = 512
UNIFORM = "uniform"
NORMAL = "normal"

_PAIR = 2  # normal values come in pairs, for one call and the next


def block_of(run: int) -> tuple[int, int]:
    """Block of a run and its place within the block."""
    return divmod(run, BLOCK)


class _Address(ISeedSequence):
    """The state a generator starts from: a cryptographic hash of its address, so that no two streams are alike or overlap by design."""

    def __init__(self, *address: object) -> None:
        self._address = "\x1f".join(map(str, address)).encode()

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Array:
        """The first `n_words` words of the hash."""
        size = n_words * np.dtype(dtype).itemsize
        return np.frombuffer(hashlib.blake2b(self._address, digest_size=size).digest(), dtype=dtype)


def _stream(seed: int, block: int, process: str, member: str) -> np.random.Generator:
    """Generator of one address."""
    return np.random.Generator(np.random.SFC64(_Address(seed, block, process, member)))  # type: ignore[arg-type]


def _words(generator: np.random.Generator, count: int) -> Array:
    """An even number of words of 32 bits, two from each of the generator's: twice as fast as one by one."""
    words: Array = generator.bit_generator.random_raw(count // 2).view(np.uint32)
    return words


def _uniform(words: Array) -> Array:
    """Evenly spread values on [0, 1) with 24 bits, from words that are used up."""
    words >>= np.uint32(8)
    values = words.view(np.int32).astype(FLOAT)  # signed numbers are faster to convert
    values *= FLOAT(2.0**-24)
    return values


def _normal(words: Array) -> Array:
    """Standard normal values, the first axis in pairs: two from two evenly spread ones (Box & Muller 1958)."""
    even = _uniform(words)
    distance, angle = np.sqrt(FLOAT(-2.0) * np.log(FLOAT(1.0) - even[0::2])), FLOAT(2.0 * math.pi) * even[1::2]
    np.multiply(distance, np.cos(angle), out=even[0::2])
    np.multiply(distance, np.sin(angle), out=even[1::2])
    return even


_VALUES = {UNIFORM: _uniform, NORMAL: _normal}


def initial_draws(seed: int, runs: Sequence[int] | Array, process: str, member: str, kind: str = UNIFORM) -> Array:
    """One draw per run, made before the first step; shape (run,)."""
    blocks, places = _blocks_of(np.asarray(runs, dtype=np.int64))
    streams = [_stream(seed, block, "initial/" + process, member) for block in blocks]
    values: Array = _VALUES[kind](_words_of_runs(streams, _PAIR, places))[0]
    return values


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
    ahead : calls that are drawn at once, an even number: saves overhead, costs memory, changes no value.
    """

    name: str
    members: tuple[str, ...]
    shape: tuple[int, ...]
    lanes: int
    kind: str = UNIFORM
    ahead: int = 8


class Draws:
    """Draws of a set of runs, process by process, call by call.

    Parameters
    ----------
    seed : non-negative integer.
    runs : run numbers. A number may come more than once (one run under several sets of parameters): its luck is the same, and is
        drawn once.
    processes : every process that will be called.

    `next(name)` returns an array of shape (lanes, *process.shape, run). `keep(places)` drops runs that have ended; what the
    others draw does not change.
    """

    def __init__(self, seed: int, runs: Sequence[int] | Array, processes: Sequence[Process]) -> None:
        self._runs = np.asarray(runs, dtype=np.int64)
        self._blocks, self._places = _blocks_of(self._runs)
        self._processes = {process.name: process for process in processes}
        self._streams = {
            block: {
                process.name: [_stream(seed, block, process.name, member) for member in process.members]
                for process in processes
            }
            for block in self._blocks
        }
        self._ahead: dict[str, Array] = {}
        self._columns: dict[str, Array | None] = {}  # of what was drawn ahead, those of the runs that are left; None for all
        self._used = {process.name: process.ahead for process in processes}

    def next(self, name: str) -> Array:
        """The next draws of a process, shape (lanes, *process.shape, run)."""
        if self._used[name] == self._processes[name].ahead:
            self._ahead[name] = self._draw(self._processes[name])
            self._columns[name] = None
            self._used[name] = 0
        drawn: Array = self._ahead[name][self._used[name]]
        self._used[name] += 1
        columns = self._columns[name]
        return drawn if columns is None else drawn.take(columns, axis=-1)

    def for_rule(self, name: str) -> Array:
        """The next draws of a process as a rule gets them: without the axis of lanes where there is one lane."""
        drawn = self.next(name)
        return drawn[0] if self._processes[name].lanes == 1 else drawn

    def keep(self, places: NDArrayInt) -> None:
        """Go on with the runs at these places only (ascending places among the present ones)."""
        self._runs = self._runs[places]
        self._blocks, self._places = _blocks_of(self._runs)
        self._streams = {block: self._streams[block] for block in self._blocks}
        renewed: dict[int, Array] = {}
        for name, columns in self._columns.items():
            if id(columns) not in renewed:
                renewed[id(columns)] = places if columns is None else columns[places]
            self._columns[name] = renewed[id(columns)]

    def pack(self) -> None:
        """Hold no more than the runs that are left still need; before a wait."""
        self._ahead = {name: self._left(name) for name in self._ahead if self._used[name] < self._processes[name].ahead}
        self._columns = dict.fromkeys(self._ahead)

    @classmethod
    def joined(cls, parts: Sequence[Draws]) -> Draws:
        """Go on with the runs of several sets together, in the order given; all must have been called equally often."""
        whole = object.__new__(cls)
        first = parts[0]
        whole._processes = first._processes
        whole._used = dict(first._used)
        whole._runs = np.concatenate([part._runs for part in parts])
        whole._blocks, whole._places = _blocks_of(whole._runs)
        whole._streams = {block: streams for part in parts for block, streams in part._streams.items()}
        whole._ahead = {name: np.concatenate([part._left(name) for part in parts], axis=-1) for name in first._ahead}
        whole._columns = dict.fromkeys(whole._ahead)
        return whole

    def _left(self, name: str) -> Array:
        """What was drawn ahead, of the runs that are left."""
        columns = self._columns[name]
        return self._ahead[name] if columns is None else self._ahead[name].take(columns, axis=-1)

    def _draw(self, process: Process) -> Array:
        rows, count = process.ahead * process.lanes, len(self._runs)
        words = np.empty((len(process.members), rows, count), np.uint32)
        for member in range(len(process.members)):
            streams = [self._streams[block][process.name][member] for block in self._blocks]
            _words_of_runs(streams, rows, self._places, words[member])
        calls_first = np.moveaxis(words.reshape(*process.shape, process.ahead, process.lanes, count), (-3, -2), (0, 1))
        values: Array = _VALUES[process.kind](calls_first)
        return values


def _blocks_of(runs: Array) -> tuple[list[int], Array | None]:
    """The blocks of some runs, and where each run is when all of these blocks are laid side by side; None where the runs are all of them, in order."""
    blocks, which = np.unique(runs // BLOCK, return_inverse=True)
    places = which * BLOCK + runs % BLOCK
    all_of_them = len(places) == len(blocks) * BLOCK and bool((np.diff(places) == 1).all())
    return blocks.tolist(), None if all_of_them else places


def _words_of_runs(streams: Sequence[np.random.Generator], rows: int, places: Array | None, out: Array | None = None) -> Array:
    """The next words of the streams of some blocks, of the runs at `places` of these (see `_blocks_of`); shape (row, run)."""
    whole = out if out is not None and places is None else np.empty((rows, len(streams) * BLOCK), np.uint32)
    for number, stream in enumerate(streams):
        whole[:, number * BLOCK : (number + 1) * BLOCK] = _words(stream, rows * BLOCK).reshape(rows, BLOCK)
    return whole if places is None else whole.take(places, axis=-1, out=out, mode="clip")  # the fastest mode


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
