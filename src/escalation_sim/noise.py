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

_ALL = np.arange(BLOCK)

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
    numbers = np.asarray(runs, dtype=np.int64)
    words = np.empty((_PAIR, len(numbers)), np.uint32)
    of_block: dict[int, Array] = {}
    start = 0
    for block, within in _pieces(numbers // BLOCK, numbers % BLOCK):
        if block not in of_block:
            of_block[block] = _words(_stream(seed, block, "initial/" + process, member), _PAIR * BLOCK).reshape(_PAIR, BLOCK)
        words[:, start : start + len(within)] = of_block[block].take(within, axis=-1)
        start += len(within)
    values: Array = _VALUES[kind](words)[0]
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
        numbers = np.asarray(runs, dtype=np.int64)
        self._pieces = _pieces(numbers // BLOCK, numbers % BLOCK)
        self._processes = {process.name: process for process in processes}
        blocks = np.unique(numbers // BLOCK).tolist()
        self._streams = {
            block: {
                process.name: [_stream(seed, block, process.name, member) for member in process.members]
                for process in processes
            }
            for block in blocks
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
        start = 0
        kept = []
        for block, within in self._pieces:
            stop = start + len(within)
            first, last = np.searchsorted(places, (start, stop))
            if last > first:
                kept.append((block, within[places[first:last] - start]))
            start = stop
        self._pieces = kept
        alive = {block for block, _ in kept}
        self._streams = {block: streams for block, streams in self._streams.items() if block in alive}
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
        whole._pieces = [piece for part in parts for piece in part._pieces]
        whole._streams = {block: streams for part in parts for block, streams in part._streams.items()}
        whole._ahead = {name: np.concatenate([part._left(name) for part in parts], axis=-1) for name in first._ahead}
        whole._columns = dict.fromkeys(whole._ahead)
        return whole

    def _left(self, name: str) -> Array:
        """What was drawn ahead, of the runs that are left."""
        columns = self._columns[name]
        return self._ahead[name] if columns is None else self._ahead[name].take(columns, axis=-1)

    def _draw(self, process: Process) -> Array:
        count = sum(len(within) for _, within in self._pieces)
        shape = (process.ahead, process.lanes, BLOCK)
        words = np.empty((process.ahead, process.lanes, len(process.members), count), np.uint32)
        wanted: dict[int, list[tuple[slice, Array | None]]] = {}
        start = 0
        for block, piece in self._pieces:
            all_of_it = len(piece) == BLOCK and bool((piece == _ALL).all())
            wanted.setdefault(block, []).append((slice(start, start + len(piece)), None if all_of_it else piece))
            start += len(piece)
        for block, here in wanted.items():
            for member, stream in enumerate(self._streams[block][process.name]):
                whole = _words(stream, math.prod(shape)).reshape(shape)
                for places, within in here:
                    words[:, :, member, places] = whole if within is None else whole.take(within, axis=-1)
        return _VALUES[process.kind](words).reshape(process.ahead, process.lanes, *process.shape, count)


def _pieces(blocks: Array, within: Array) -> list[tuple[int, Array]]:
    """Stretches of runs of one block, in order: the block, and the places of the runs in it."""
    borders = np.flatnonzero(np.diff(blocks)) + 1
    return [(int(blocks[start]), places) for start, places in zip((0, *borders), np.split(within, borders), strict=True)]


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
