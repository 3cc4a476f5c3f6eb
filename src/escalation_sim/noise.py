"""Chance, addressed.

Every draw of the simulation has an address: seed, process, member, run, how often the process was called before. The words of random bits at an address
are its encryption: AES in counter mode, one of the generators with which Salmon et al. (2011) pass TestU01's BigCrush, with a key made from the seed and a counter made from
the rest. So nothing has to be drawn to get at a later draw, a run that has ended costs nothing, and run 37 is the same run whatever the number of runs, the chunk, the
engine or the number of workers. Processes and members enter by their names, so that a new process, a seventh outlet or an eighth channel shifts
nobody's draws, closed channels keep theirs, and two countries that are swapped carry their luck along with their `stream` key.

How an address becomes a counter is part of the contract: changing it changes every result.
"""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from escalation_sim.parameters import FLOAT, Array

__all__ = ["NORMAL", "UNIFORM", "Draws", "Process", "initial_draws"]

UNIFORM = "uniform"
NORMAL = "normal"

_WORDS = 4  # of 32 bits, in a block of the cipher
_BLOCK_BITS = 24  # of half a counter, for the block within a run's stream; the other 40 are for the run
_PAIR = 2  # normal values come in pairs, for one call and the next
_FEW, _MOST_TIMES = 4096, 8  # of fewer runs more calls are drawn at once, up to so many times more


def _hashed(text: str, size: int) -> bytes:
    """A cryptographic hash of so many bytes."""
    return hashlib.blake2b(text.encode(), digest_size=size).digest()


class _Source:
    """Words of random bits of one seed, by address."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        # A counter is encrypted once and never again under one key, which is what this mode is safe for.
        self._encryptor = Cipher(algorithms.AES(_hashed(str(seed), 16)), modes.ECB()).encryptor()

    def __reduce__(self) -> tuple[type[_Source], tuple[int]]:
        return _Source, (self._seed,)  # what encrypts cannot be copied, but made anew

    def bits(self, streams: Array, runs: Array, start: int, count: int) -> Array:
        """The upper 24 bits of words `start` to `start + count - 1` of some streams (see `_streams`) for some runs, shape (word, stream, run)."""
        first, skipped = divmod(start, _WORDS)
        blocks = -(-(skipped + count) // _WORDS)
        counters = np.empty((len(streams), blocks, len(runs), 2), "<u8")
        counters[..., 0] = streams[:, None, None]
        counters[..., 1] = (runs.astype(np.uint64) << np.uint64(_BLOCK_BITS)) + np.arange(
            first, first + blocks, dtype=np.uint64
        )[:, None]
        encrypted = np.empty(counters.nbytes + 2 * _WORDS * 4, np.uint8)  # as much longer as the cipher asks for
        self._encryptor.update_into(counters.reshape(-1).view(np.uint8).data, encrypted.data)
        words = encrypted[: counters.nbytes].view("<u4").reshape(len(streams), blocks, len(runs), _WORDS)
        in_order = np.right_shift(words.transpose(1, 3, 0, 2), np.uint32(8), order="C")
        return in_order.reshape(blocks * _WORDS, len(streams), len(runs))[skipped : skipped + count]


def _streams(process: str, members: Sequence[str]) -> Array:
    """What tells the streams of some members in a process from all others, shape (member,)."""
    return np.array([int.from_bytes(_hashed(f"{process}\x1f{member}", 8), "little") for member in members], "<u8")


def _uniform(bits: Array) -> Array:
    """Evenly spread values on [0, 1), multiples of 2^-24, each from 24 bits."""
    values = bits.view(np.int32).astype(FLOAT)  # signed numbers are faster to convert
    values *= FLOAT(2.0**-24)
    return values


def _normal(bits: Array) -> Array:
    """Standard normal values, the first axis in pairs: two from two evenly spread ones (Box & Muller 1958)."""
    even = _uniform(bits)
    distance, angle = np.sqrt(FLOAT(-2.0) * np.log(FLOAT(1.0) - even[0::2])), FLOAT(2.0 * math.pi) * even[1::2]
    np.multiply(distance, np.cos(angle), out=even[0::2])
    np.multiply(distance, np.sin(angle), out=even[1::2])
    return even


_VALUES = {UNIFORM: _uniform, NORMAL: _normal}


def initial_draws(seed: int, runs: Sequence[int] | Array, process: str, member: str, kind: str = UNIFORM) -> Array:
    """One draw per run, made before the first step; shape (run,)."""
    bits = _Source(seed).bits(_streams("initial/" + process, [member]), np.asarray(runs, dtype=np.int64), 0, _PAIR)
    values: Array = _VALUES[kind](bits)[0, 0]
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
    ahead : calls that are drawn at once for many runs, an even number: saves overhead, costs memory, changes no value.
    """

    name: str
    members: tuple[str, ...]
    shape: tuple[int, ...]
    lanes: int
    kind: str = UNIFORM
    ahead: int = 4


class Draws:
    """Draws of a set of runs, process by process, call by call.

    Parameters
    ----------
    seed : non-negative integer.
    runs : run numbers, below 2^40. A number may come more than once (one run under several sets of parameters): its luck is the same.
    processes : every process that will be called.

    `next(name)` returns an array of shape (lanes, *process.shape, run). `keep(places)` drops runs that have ended; what the
    others draw does not change.
    """

    def __init__(self, seed: int, runs: Sequence[int] | Array, processes: Sequence[Process]) -> None:
        self._source = _Source(seed)
        self._runs = np.asarray(runs, dtype=np.int64)
        self._processes = {process.name: process for process in processes}
        self._streams = {process.name: _streams(process.name, process.members) for process in processes}
        self._calls = dict.fromkeys(self._processes, 0)
        self._one_lane = {process.name for process in processes if process.lanes == 1}
        self._drawn: dict[str, Array] = {}  # what was drawn ahead, calls first
        self._ahead: dict[str, list[Array]] = {}  # the calls of it that are still to come, the next one last
        self._columns: dict[str, Array] = {}  # what of them belongs to the runs that are left, where runs have left since

    def next(self, name: str) -> Array:
        """The next draws of a process, shape (lanes, *process.shape, run)."""
        ahead = self._ahead.get(name)
        if not ahead or name in self._columns:
            ahead = self._ahead[name] = self._calls_ahead(name)
        self._calls[name] += 1
        return ahead.pop()

    def for_rule(self, name: str) -> Array:
        """The next draws of a process as a rule gets them: without the axis of lanes where there is one lane."""
        drawn = self.next(name)
        return drawn[0] if name in self._one_lane else drawn

    def keep(self, places: NDArrayInt) -> None:
        """Go on with the runs at these places only (ascending places among the present ones)."""
        self._runs = self._runs[places]
        renewed: dict[int, Array] = {}
        for name in self._drawn:
            columns = self._columns.get(name)
            if id(columns) not in renewed:
                renewed[id(columns)] = places if columns is None else columns[places]
            self._columns[name] = renewed[id(columns)]

    def pack(self) -> None:
        """Hold nothing that can be drawn again; before a wait."""
        self._drawn, self._ahead, self._columns = {}, {}, {}

    @classmethod
    def joined(cls, parts: Sequence[Draws]) -> Draws:
        """Go on with the runs of several sets of one seed together, in the order given; all must have been called equally often."""
        whole = copy.copy(parts[0])
        whole._calls = dict(whole._calls)
        whole._runs = np.concatenate([part._runs for part in parts])
        whole.pack()
        return whole

    def _calls_ahead(self, name: str) -> list[Array]:
        """The calls of a process to come, for the runs that are left, the next one last: what was drawn ahead, or new ones where all of that was used."""
        columns, ahead = self._columns.pop(name, None), self._ahead.get(name)
        if ahead and columns is not None:
            self._drawn[name] = self._drawn[name][-len(ahead) :].take(columns, axis=-1)
        else:
            self._drawn[name] = self._next_calls(name)
        return list(self._drawn[name][::-1])

    def _next_calls(self, name: str) -> Array:
        """Draw the next calls of a process, shape (call, lanes, *process.shape, run)."""
        process, runs = self._processes[name], len(self._runs)
        calls = process.ahead * min(max(_FEW // max(runs, 1), 1), _MOST_TIMES)
        skipped = self._calls[name] % _PAIR
        first = self._calls[name] - skipped
        bits = self._source.bits(self._streams[name], self._runs, first * process.lanes, calls * process.lanes)
        values: Array = _VALUES[process.kind](bits.reshape(calls, process.lanes, *process.shape, runs))
        return values[skipped:]


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
