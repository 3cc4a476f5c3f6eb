"""Rules as routines: straight lines of array operations, noted down once and then repeated.

A rule is written to be read. For a hundred runs NumPy takes a third of a microsecond to multiply two arrays, and Python twice as long to get there: attributes, calls,
keywords, numbers that follow from parameters and have been computed at every step before. So a driver lets phases run once with stand-ins in the place of
state and draws. A stand-in computes as arrays do and notes every operation; what follows from parameters alone is computed by NumPy meanwhile and enters as a constant.
The notes become the source of a function that does the same operations on the same numbers in the same order, and so gives the same bits.

What cannot be noted is a question about values that are not known in advance (``if struck.any()``). `Unforeseen` is raised; the driver calls such a rule as it stands.
Where a question only serves to leave out work that would change nothing, a rule asks `places.nowhere`, and the routine does the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from escalation_sim.parameters import Array

__all__ = ["Notes", "Routine", "StandIn", "Unforeseen"]

_ROUTINES_KEPT = 256  # sources of functions; a scenario needs about ten


class Unforeseen(Exception):
    """A rule asks what cannot be answered before the values are known."""


@dataclass(frozen=True)
class _Constant:
    """A constant by its place in the notes."""

    place: int


@dataclass(frozen=True)
class _Operation:
    """One operation: `form` is its source, with braces for what it is applied to.

    `parts` are values by number, or constants. An operation that changes a value has that as `target` and gives nothing new.
    """

    target: int
    form: str
    parts: tuple[int | _Constant, ...]
    changes: bool = False


class Notes:
    """What some rules have done so far, with the first of so many runs.

    Attributes
    ----------
    operations : in order.
    values : every value by its number, as it came out for the first run.
    constants : arrays that do not depend on what was handed in, for all runs; `tables` are the places of those without an axis of runs.
    given : numbers of the values that were handed in.
    functions : what is called, by name.
    """

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self.operations: list[_Operation] = []
        self.values: list[Any] = []
        self.constants: list[Any] = []
        self.tables: set[int] = set()
        self.given: list[int] = []
        self.functions: dict[str, Any] = {}
        self._known: dict[tuple[str, tuple[int | _Constant, ...]], int] = {}
        self._places: dict[Any, _Constant] = {}
        self._changing: set[int] = set()

    def take(self, value: Array) -> StandIn:
        """A stand-in for a value that will be handed in, of all runs."""
        found = self._new(self.of_first(value))
        self.given.append(found.number)
        return found

    def constant(self, value: Any, *, is_table: bool = False) -> _Constant:
        """A constant; of a table the last axis has nothing to do with runs."""
        key = id(value) if isinstance(value, np.ndarray) else repr(value)
        if key not in self._places:
            self._places[key] = _Constant(len(self.constants))
            self.constants.append(value)  # held, so that nothing else gets its id
        if is_table:
            self.tables.add(self._places[key].place)
        return self._places[key]

    def number(self, value: Any, others: Sequence[Any]) -> _Constant:
        """A number of the source beside other operands, in the precision in which it counts there: NumPy takes half as long over such an array."""
        dtype = np.result_type(value, *others)
        key = (repr(value), dtype)
        if key not in self._places:
            self._places[key] = self.constant(np.array(value, dtype))
        return self._places[key]

    def add(self, form: str, parts: Sequence[int | _Constant], value: Any) -> StandIn:
        """Note an operation, unless it was done before."""
        key = (form, tuple(parts))
        is_steady = not self._changing.intersection(part for part in parts if isinstance(part, int))
        if is_steady and key in self._known:
            return StandIn(self, self._known[key])
        found = self._new(value)
        self.operations.append(_Operation(found.number, *key))
        if is_steady:
            self._known[key] = found.number
        return found

    def steady(self, value: Array) -> StandIn:
        """A stand-in for a constant that is read as if it were none."""
        self.functions["positive"] = np.positive
        return self.add("positive({})", (self.constant(value),), self.of_first(value))

    def add_empty(self, like: int, value: Array) -> StandIn:
        """Note an array that is filled piece by piece."""
        found = self._new(value)
        self.functions["empty_like"] = np.empty_like
        self.operations.append(_Operation(found.number, "empty_like({})", (like,)))
        self._changing.add(found.number)
        return found

    def add_change(self, target: int, key: str, value: int | _Constant) -> None:
        """Note that a piece of an array is filled."""
        if target not in self._changing:
            raise Unforeseen("a value is changed that others may hold")
        self.operations.append(_Operation(target, "{}[" + key + "] = {}", (target, value), changes=True))

    def length(self) -> tuple[int, int, int]:
        """Where the notes stand, for `back_to`."""
        return len(self.operations), len(self.values), len(self.given)

    def back_to(self, length: tuple[int, int, int]) -> None:
        """Strike out what was noted since."""
        operations, values, given = length
        del self.operations[operations:], self.given[given:]
        self._known = {key: number for key, number in self._known.items() if number < values}

    def routine(self, results: Sequence[StandIn | Array]) -> Routine:
        """A function of what was handed in that gives these results (stand-ins, or arrays that are constants)."""
        parts = [value.number if isinstance(value, StandIn) else self.constant(value) for value in results]
        function = function_from(source_of(self, parts), tuple(sorted(self.functions.items())))
        return Routine(function, list(self.constants), self.tables)

    def of_first(self, value: Any) -> Any:
        """What of an array belongs to the first run; what stands for all runs as it is."""
        if isinstance(value, np.ndarray) and value.ndim and value.shape[-1] == self.runs:
            return value[..., :1]
        return value

    def now(self, one: Any) -> Any:
        """The value of an operand for the first run."""
        return one.value if isinstance(one, StandIn) else self.of_first(one)

    def _new(self, value: Any) -> StandIn:
        self.values.append(value)
        return StandIn(self, len(self.values) - 1)


@dataclass
class Routine:
    """A function made from notes.

    Attributes
    ----------
    function : from the constants and what is handed in to the results.
    constants : its constants; `tables` are the places of those without an axis of runs.
    """

    function: Callable[..., tuple[Array, ...]]
    constants: list[Any]
    tables: set[int]
    _bound: tuple[Any, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._bound = tuple(self.constants)

    def __call__(self, given: Sequence[Array]) -> tuple[Array, ...]:
        """The results, in the order in which they were asked for."""
        return self.function(self._bound, given)

    def keep(self, places: Array, count: int) -> None:
        """Go on with the runs at these places only, of so many."""
        if count > 1:
            self.constants = [
                array.take(places, axis=-1)
                if isinstance(array, np.ndarray) and array.ndim and array.shape[-1] == count and place not in self.tables
                else array
                for place, array in enumerate(self.constants)
            ]
            self._bound = tuple(self.constants)


class StandIn:
    """Stands for an array whose values are not known yet; its shape and precision are."""

    __slots__ = ("notes", "number")

    def __init__(self, notes: Notes, number: int) -> None:
        self.notes = notes
        self.number = number

    @property
    def value(self) -> Any:
        """The value while notes are taken."""
        return self.notes.values[self.number]

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array."""
        return tuple(self.value.shape)

    @property
    def ndim(self) -> int:
        """As of an array."""
        return int(self.value.ndim)

    @property
    def dtype(self) -> Any:
        """As of an array."""
        return self.value.dtype

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[StandIn]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, key: Any) -> StandIn:
        return self.notes.add("{}[" + in_source(key) + "]", (self.number,), self.value[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        part = value.number if isinstance(value, StandIn) else self.notes.constant(value)
        self.notes.add_change(self.number, in_source(key), part)
        self.value[key] = self.notes.now(value)

    def astype(self, dtype: Any) -> StandIn:
        """As of an array."""
        return self._method("astype", self.value.astype(dtype), np.dtype(dtype))

    def view(self, dtype: Any) -> StandIn:
        """As of an array."""
        return self._method("view", self.value.view(dtype), np.dtype(dtype))

    def entries_of(self, table: Array) -> StandIn:
        """The entries of a table at these places; see `places.entries`."""
        parts = (self.notes.constant(table, is_table=True), self.number)
        return self.notes.add("{}.take({}, None, None, 'clip')", parts, table.take(self.value, mode="clip"))

    def _method(self, name: str, value: Any, argument: Any) -> StandIn:
        return self.notes.add("{}." + name + "({})", (self.number, self.notes.constant(argument)), value)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> StandIn:
        if method not in ("__call__", "reduce") or any(options.values()):
            raise Unforeseen(f"{ufunc.__name__}.{method} with {sorted(options)}")
        value = getattr(ufunc, method)(*(self.notes.now(one) for one in inputs))
        same = self._unchanged(ufunc, inputs, value) if method == "__call__" else None
        if same is not None:
            return same
        name = ufunc.__name__ + ("" if method == "__call__" else f"_{method}")
        return self._called(name, ufunc if method == "__call__" else ufunc.reduce, inputs, value)

    @staticmethod
    def _unchanged(ufunc: np.ufunc, inputs: Sequence[Any], value: Any) -> StandIn | None:
        """The operand that an operation gives back as it was: many a parameter is one."""
        for one, other in ((inputs[0], inputs[-1]), (inputs[-1], inputs[0])) if ufunc in _KEEPS else ():
            is_first = one is inputs[0]
            if isinstance(one, StandIn) and not isinstance(other, StandIn) and (is_first or ufunc is np.multiply):
                if np.all(other == 1) and one.dtype == value.dtype and one.shape == value.shape:
                    return one
        return None

    def in_one_piece(self, function: Callable[..., Array], inputs: Sequence[Any]) -> StandIn:
        """The call of a function that looks at values; see `asking`."""
        name = f"{function.__module__}.{function.__qualname__}".replace(".", "_")
        return self._called(name, function, inputs, function(*(self.notes.now(one) for one in inputs)))

    def _called(self, name: str, function: Any, inputs: Sequence[Any], value: Any, more: str = "") -> StandIn:
        """Note the call of a function."""
        self.notes.functions[name] = function
        form = f"{name}({', '.join(['{}'] * len(inputs))}{more})"
        return self.notes.add(form, self._parts(inputs), value)

    def _parts(self, inputs: Sequence[Any]) -> list[int | _Constant]:
        """Operands as they are noted."""
        others = [self.notes.now(one) for one in inputs if not is_number(one)]
        parts: list[int | _Constant] = []
        for one in inputs:
            if isinstance(one, StandIn):
                parts.append(one.number)
            elif is_number(one):
                parts.append(self.notes.number(one, others))
            elif isinstance(one, np.generic):
                parts.append(self.notes.number(one, ()))
            elif isinstance(one, np.ndarray):
                parts.append(self.notes.constant(one))
            else:
                raise Unforeseen(f"an operand of type {type(one).__name__}")
        return parts

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        noted = _FUNCTIONS.get(function)
        if noted is None:
            raise Unforeseen(function.__name__)
        return noted(self, *inputs, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Unforeseen(name)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise Unforeseen("values")

    def __bool__(self) -> bool:
        raise Unforeseen("a condition")

    def __float__(self) -> float:
        raise Unforeseen("a number")

    __index__ = __int__ = __float__


_KEEPS = (np.multiply, np.true_divide)  # what is multiplied or divided by one


def _binary(ufunc: np.ufunc, *, turned: bool = False) -> Callable[[StandIn, Any], Any]:
    def operator(self: StandIn, other: Any) -> Any:
        return ufunc(other, self) if turned else ufunc(self, other)

    return operator


def _unary(ufunc: np.ufunc) -> Callable[[StandIn], Any]:
    return lambda self: ufunc(self)


for _name, _ufunc in {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "and": np.bitwise_and, "or": np.bitwise_or,
}.items():  # fmt: skip
    setattr(StandIn, f"__{_name}__", _binary(_ufunc))
    setattr(StandIn, f"__r{_name}__", _binary(_ufunc, turned=True))
for _name, _ufunc in {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
}.items():  # fmt: skip
    setattr(StandIn, f"__{_name}__", _binary(_ufunc))
for _name, _ufunc in {"neg": np.negative, "invert": np.invert, "abs": np.absolute}.items():
    setattr(StandIn, f"__{_name}__", _unary(_ufunc))
StandIn.__hash__ = None  # type: ignore[assignment]


def _where(one: StandIn, condition: Any, yes: Any, no: Any) -> StandIn:
    notes = one.notes
    value = np.where(notes.now(condition), notes.now(yes), notes.now(no))
    notes.functions["where"] = np.where
    return notes.add("where({}, {}, {})", [*one._parts([condition]), *one._parts([yes, no])], value)


def _max(one: StandIn, array: StandIn, axis: int, **options: float) -> StandIn:
    more = f", {axis}" + (f", None, None, False, {options['initial']!r}" if options else "")
    return one._called("maximum_reduce", np.maximum.reduce, [array], np.max(array.value, axis=axis, **options), more)


def _zeros_like(one: StandIn, array: StandIn) -> Array:
    """Noughts are a constant."""
    return np.zeros_like(array.value)


def _empty_like(one: StandIn, array: StandIn) -> StandIn:
    return one.notes.add_empty(array.number, np.empty_like(array.value))


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.max: _max,
    np.zeros_like: _zeros_like,
    np.empty_like: _empty_like,
}


def is_number(one: Any) -> bool:
    """Whether an operand is a number of the source, which has no precision of its own."""
    return isinstance(one, int | float) and not isinstance(one, np.generic)


def in_source(key: Any) -> str:
    """An index as it is written."""
    if isinstance(key, tuple):
        return ", ".join(in_source(one) for one in key)
    if isinstance(key, slice):
        ends = (key.start, key.stop, key.step)
        if all(end is None or isinstance(end, int) for end in ends):
            return ":".join("" if end is None else str(int(end)) for end in ends)
    if isinstance(key, int):
        return str(int(key))
    raise Unforeseen(f"an index of type {type(key).__name__}")


def needed(notes: Notes, results: Sequence[int | _Constant]) -> list[_Operation]:
    """The operations that results depend on, in order."""
    wanted = {part for part in results if isinstance(part, int)}
    kept = []
    for operation in reversed(notes.operations):
        if operation.target in wanted:
            kept.append(operation)
            wanted.update(part for part in operation.parts if isinstance(part, int))
    return kept[::-1]


def source_of(notes: Notes, results: Sequence[int | _Constant]) -> str:
    """The source of a function that repeats what was noted. Names are used again as soon as nobody needs their values, so that memory is."""
    operations = needed(notes, results)
    last = {part: place for place, operation in enumerate(operations) for part in operation.parts if isinstance(part, int)}
    last.update({part: len(operations) for part in results if isinstance(part, int)})
    names: dict[int, str] = {number: f"g{place}" for place, number in enumerate(notes.given)}
    free: list[str] = []
    used = 0
    lines = []
    constants: set[int] = set()

    def name_of(part: int | _Constant) -> str:
        if isinstance(part, _Constant):
            constants.add(part.place)
            return f"k{part.place}"
        return names[part]

    for place, operation in enumerate(operations):
        source = operation.form.format(*(name_of(part) for part in operation.parts))
        over = [part for part in dict.fromkeys(operation.parts) if isinstance(part, int) and last[part] == place]
        free += [names[part] for part in over if names[part].startswith("x")]
        if not operation.changes:
            if not free:
                free.append(f"x{used}")
                used += 1
            names[operation.target] = free.pop()
            source = f"{names[operation.target]} = {source}"
        lines.append(source)
    back = ", ".join(name_of(part) for part in results)
    taken = [f"k{place}" if place in constants else "_" for place in range(len(notes.constants))]
    head = [f"[{', '.join(taken)}] = constants"] if taken else []
    head += [f"[{', '.join(f'g{place}' for place in range(len(notes.given)))}] = given"] if notes.given else []
    return "\n ".join(["def routine(constants, given):", *head, *lines, f"return ({back}{',' if back else ''})"])


@lru_cache(maxsize=_ROUTINES_KEPT)
def function_from(source: str, called: tuple[tuple[str, Any], ...]) -> Any:
    """The function of a source, with what it calls by name. The source is made from operations alone: no text of a scenario gets into it."""
    found: dict[str, Any] = dict(called)
    exec(compile(source, "<routine>", "exec"), found)
    return found["routine"]
