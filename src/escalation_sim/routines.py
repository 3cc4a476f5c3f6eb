"""Rules as routines: straight lines of array operations, noted down once and then repeated.

A rule is written to be read. For a hundred runs NumPy takes a third of a microsecond to multiply two arrays, and Python twice as long to get there: attributes, calls,
keywords, numbers that follow from parameters and have been computed at every step before. So the batch engine lets phases run once with stand-ins in the place of
parameters, state and draws. A stand-in computes as arrays do and notes every operation. The notes become the source of two functions that do the same operations on the
same numbers in the same order, and so give the same bits: one for what follows from parameters alone, called when those have changed, one for a step.

What cannot be noted is a question about state or draws (``if struck.any()``). `UnforeseenError` is raised; the engine calls such a rule as it stands. A question about
parameters is noted with its answer, and the notes hold for all parameters that give the same answers. For questions that rules may ask see `asking`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from escalation_sim.parameters import Array, Values

__all__ = ["Notes", "Path", "Routine", "StandIn", "UnforeseenError"]

Path = tuple[str | int, ...]
"""Where a parameter is found: names of entries, and places in tuples."""

_IN_PLACE = dict.fromkeys(
    ("absolute", "add", "bitwise_and", "bitwise_or", "divide", "floor", "invert", "multiply", "negative", "sqrt", "subtract"),
    "",
) | {
    "maximum": "out=",
    "minimum": "out=",
}  # what gives the same bits, to whatever memory the result is written; and how that is said
_FUNCTIONS_KEPT = 512  # made from sources; a scenario needs about ten


class UnforeseenError(Exception):
    """A rule asks what cannot be answered before the values are known."""


class _Fixed(NamedTuple):
    """A number of the source or a table of the ladder, by its place in the notes."""

    place: int


_Part = int | _Fixed


class _Operation(NamedTuple):
    """One operation: `form` is its source, with braces for what it is applied to; `target` is the number of what comes out."""

    target: int
    form: str
    parts: tuple[_Part, ...]


class Notes:
    """What some rules have done so far, with the first of so many runs.

    Attributes
    ----------
    operations : in order.
    values : every value by its number: what follows from parameters (the numbers `known`) for all runs, the rest as it came out for the first.
    fixed : numbers of the source and tables.
    parameters, given : numbers of the parameters, with where each is found, and of the state and draws that are handed in.
    answers : questions about parameters, by number, and what the answer was.
    functions : what is called, by name.
    """

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self.operations: list[_Operation] = []
        self.values: list[Any] = []
        self.known: set[int] = set()
        self.fixed: list[Any] = []
        self.parameters: dict[int, Path] = {}
        self.given: list[int] = []
        self.answers: dict[int, bool] = {}
        self.functions: dict[str, Any] = {}
        self._before: dict[tuple[str, tuple[_Part, ...]], int] = {}
        self._places: dict[Any, _Fixed] = {}
        self._shown: dict[int, tuple[Any, Any]] = {}

    def take(self, value: Array) -> StandIn:
        """A stand-in for state or draws that will be handed in, of all runs."""
        found = self._new(self.of_first(value))
        self.given.append(found.number)
        return found

    def of_parameters(self, entry: Any, path: Path) -> Any:
        """Stand-ins for the arrays among what a rule is given; everything else as it is."""
        if isinstance(entry, tuple):
            return tuple(self.of_parameters(one, (*path, place)) for place, one in enumerate(entry))
        if not isinstance(entry, np.ndarray | Values):
            return entry
        if id(entry) not in self._shown:
            found: Any
            if isinstance(entry, Values):
                found = Values({name: self.of_parameters(one, (*path, name)) for name, one in entry.__dict__.items()})
            else:
                found = self._new(entry)
                self.parameters[found.number] = path
                self.known.add(found.number)
            self._shown[id(entry)] = (found, entry)  # held, so that nothing else gets its id
        return self._shown[id(entry)][0]

    def fix(self, value: Any) -> _Fixed:
        """A table, or a number with its precision."""
        if isinstance(value, np.ndarray) and value.ndim and value.shape[-1] == self.runs > 1:
            raise UnforeseenError("an array of runs that is no parameter")
        return self._fixed(id(value) if isinstance(value, np.ndarray) else repr(value), value)

    def table(self, value: Array) -> _Fixed:
        """A table, whatever its length."""
        return self._fixed(id(value), value)

    def number(self, value: Any, others: Sequence[Any]) -> _Fixed:
        """A number of the source beside other operands, in the precision in which it counts there: NumPy takes half as long over such an array."""
        dtype = np.result_type(value, *others)
        return self._fixed((repr(value), dtype), np.array(value, dtype))

    def _fixed(self, key: Any, value: Any) -> _Fixed:
        if key not in self._places:
            self._places[key] = _Fixed(len(self.fixed))
            self.fixed.append(value)
        return self._places[key]

    def add(self, form: str, parts: Sequence[_Part], value: Any) -> StandIn:
        """Note an operation, unless it was done before."""
        key = (form, tuple(parts))
        before = self._before.get(key)
        if before is not None:
            return StandIn(self, before)
        found = self._new(value)
        known = self.known
        for part in parts:
            if part not in known and not isinstance(part, _Fixed):
                break
        else:
            known.add(found.number)
        self.operations.append(_Operation(found.number, *key))
        self._before[key] = found.number
        return found

    def steady(self, value: Array) -> StandIn:
        """A stand-in for an array that depends on nothing."""
        self.functions["positive"] = np.positive
        return self.add("positive({})", (self.fix(value),), value)

    def length(self) -> tuple[int, int]:
        """Where the notes stand, for `back_to`."""
        return len(self.operations), len(self.values)

    def back_to(self, length: tuple[int, int]) -> None:
        """Strike out what was done since; what was taken meanwhile stays taken."""
        operations, values = length
        del self.operations[operations:]
        self._before = {key: number for key, number in self._before.items() if number < values}
        self.answers = {number: answer for number, answer in self.answers.items() if number < values}

    def routine(self, results: Sequence[StandIn]) -> Routine:
        """A function of what is handed in that gives these results."""
        wanted = [result.number for result in results]
        now = [one for one in needed(self.operations, wanted) if one.target not in self.known]
        used = {part for one in now for part in one.parts if isinstance(part, int)} | set(wanted)
        kept = sorted(used & self.known)
        of_parameters = needed(self.operations, [*kept, *self.answers])
        asked = {part for one in of_parameters for part in one.parts if part in self.parameters} | (
            set(self.parameters) & set(kept)
        )
        paths = {number: path for number, path in self.parameters.items() if number in asked}
        return Routine(
            self._function(of_parameters, [list(paths)], [*kept, *self.answers]),
            self._function(now, [kept, self.given], wanted),
            tuple(self.fixed),
            {path: form_of(self.values[number], self.runs) for number, path in paths.items()},
            tuple(self.answers.values()),
        )

    def close(self) -> None:
        """Undo the cycle that notes and stand-ins make, so that nothing is held longer than anybody needs it; nothing can be noted from now on."""
        self._shown.clear()

    def _function(self, operations: Sequence[_Operation], handed: Sequence[Sequence[int]], results: Sequence[int]) -> Any:
        over = self.overwritten(operations, results)
        source = source_of(operations, handed, results, len(self.fixed), over)
        return function_from(source, tuple(sorted(self.functions.items())))

    def overwritten(self, operations: Sequence[_Operation], results: Sequence[int]) -> dict[int, int]:
        """Which operand's memory an operation can write its result to, by number of the result: one that nobody needs any more, of the same form.

        NumPy then has to read and write less memory, which takes up to a third of the time. Left out are operations that might give other bits so, such as
        exponentials, and what other values may be parts of.
        """
        last = last_uses(operations, results)
        wide = {number for number in self.given if self.values[number].ndim}  # surely with an entry for each run
        holder: dict[int, int] = {}  # of each value made here, the one whose memory it has
        until: dict[int, float] = {}  # of each that holds memory, when that is last needed by another
        found: dict[int, int] = {}
        for place, (target, form, parts) in enumerate(operations):
            numbers = [part for part in parts if isinstance(part, int)]
            name = form.partition("(")[0]
            if form.startswith(("{}[", "{}.view(")):
                if (of := holder.get(numbers[0])) is not None:
                    holder[target] = of
                    until[of] = max(until[of], last[target])
                keeps_runs = self.values[numbers[0]].ndim > 1 and "," not in form
            elif self._makes_new(name):
                holder[target], until[target] = target, -1.0
                keeps_runs = not name.endswith("_reduce") or self.values[numbers[0]].ndim > 1
            else:  # may give back one of its operands as it is
                until.update({holder[number]: np.inf for number in numbers if number in holder})
                keeps_runs = False
            if keeps_runs and wide.intersection(numbers):
                wide.add(target)
            if name not in _IN_PLACE:
                continue
            value = self.values[target]
            for number in numbers:
                operand = self.values[number]
                if (
                    number in wide
                    and holder.get(number) == number
                    and last[number] == place
                    and until[number] < place
                    and (operand.dtype, operand.shape) == (value.dtype, value.shape)
                ):
                    found[target] = number
                    break
        return found

    def _makes_new(self, name: str) -> bool:
        """Whether what is called so makes an array of its own."""
        function = self.functions.get(name)
        return name in ("{}.astype", "{}.take", "where") or isinstance(getattr(function, "__self__", function), np.ufunc)

    def of_first(self, value: Any) -> Any:
        """What of an array belongs to the first run; what stands for all runs as it is."""
        if isinstance(value, np.ndarray) and value.ndim and value.shape[-1] == self.runs:
            return value[..., :1]
        return value

    def operands(self, inputs: Sequence[Any]) -> list[Any]:
        """Values of operands: for all runs where all of them are known, else for the first."""
        values, are_known = [], True
        for one in inputs:
            if isinstance(one, StandIn):
                values.append(self.values[one.number])
                are_known = are_known and one.number in self.known
            else:
                values.append(one)
        return values if are_known else [self.of_first(value) for value in values]

    def _new(self, value: Any) -> StandIn:
        self.values.append(value)
        return StandIn(self, len(self.values) - 1)


@dataclass
class Routine:
    """Functions made from notes.

    Attributes
    ----------
    of_parameters : from what is fixed and the parameters to what follows from them, and the answers to questions.
    of_step : from what is fixed, what follows from parameters and what is handed in to the results.
    fixed : what is fixed.
    forms : where the parameters are found and of what form they have to be.
    answers : the answers for which the notes hold.
    known : what follows from the parameters it is bound to, for all runs.
    """

    of_parameters: Callable[..., tuple[Any, ...]]
    of_step: Callable[..., tuple[Array, ...]]
    fixed: tuple[Any, ...]
    forms: Mapping[Path, tuple[Any, ...]]
    answers: tuple[bool, ...]
    known: tuple[Any, ...] = field(default=(), repr=False)

    def bound(self, parameter: Callable[[Path], Any], runs: int) -> Routine | None:
        """The routine for the parameters that are found so; None if the notes do not hold for them."""
        parameters = [parameter(path) for path in self.forms]
        if [form_of(one, runs) for one in parameters] != list(self.forms.values()):
            return None
        found = self.of_parameters(self.fixed, parameters)
        known = tuple(widened(one, runs) for one in found[: len(found) - len(self.answers)])
        answers = found[len(found) - len(self.answers) :]
        if any(bool(answer) != before for answer, before in zip(answers, self.answers, strict=True)):
            return None
        return Routine(self.of_parameters, self.of_step, self.fixed, self.forms, self.answers, known)

    def __call__(self, given: Sequence[Array]) -> tuple[Array, ...]:
        """The results, in the order in which they were asked for."""
        return self.of_step(self.fixed, self.known, given)

    def keep(self, places: Array, count: int) -> None:
        """Go on with the runs at these places only, of so many."""
        if count > 1:
            self.known = tuple(
                one.take(places, axis=-1) if isinstance(one, np.ndarray) and one.ndim and one.shape[-1] == count else one
                for one in self.known
            )


def widened(known: Any, runs: int) -> Any:
    """Conditions of full length, for all runs: NumPy takes ten times as long over a row of them beside one."""
    if isinstance(known, np.ndarray) and known.dtype == bool and known.ndim and known.shape[-1] == 1:
        return np.repeat(known, runs, axis=-1)
    return known


def form_of(parameter: Any, runs: int) -> tuple[Any, ...]:
    """Shape of a parameter, and whether it differs from run to run."""
    shape = parameter.shape
    return (*shape[:-1], shape[-1] == runs > 1, parameter.dtype) if shape else (parameter.dtype,)


class StandIn:
    """Stands for an array: a parameter, or one whose values are not known yet but its shape and precision are."""

    __slots__ = ("notes", "number")

    def __init__(self, notes: Notes, number: int) -> None:
        self.notes = notes
        self.number = number

    @property
    def value(self) -> Any:
        """The value while notes are taken."""
        return self.notes.values[self.number]

    @property
    def is_known(self) -> bool:
        """Whether it follows from parameters alone."""
        return self.number in self.notes.known

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

    def astype(self, dtype: Any) -> StandIn:
        """As of an array."""
        return self._method("astype", self.value.astype(dtype), np.dtype(dtype))

    def view(self, dtype: Any) -> StandIn:
        """As of an array."""
        return self._method("view", self.value.view(dtype), np.dtype(dtype))

    def any(self) -> StandIn:
        """As of an array; only of parameters."""
        return self.notes.add("{}.any()", (self.number,), self._if_known().any())

    def all(self) -> StandIn:
        """As of an array; only of parameters."""
        return self.notes.add("{}.all()", (self.number,), self._if_known().all())

    def entries_of(self, table: Array) -> StandIn:
        """The entries of a table at these places; see `places.entries`."""
        parts = (self.notes.table(table), self.number)
        return self.notes.add("{}.take({}, None, None, 'clip')", parts, table.take(self.value, mode="clip"))

    def in_one_piece(self, function: Callable[..., Array], inputs: Sequence[Any]) -> StandIn:
        """The call of a function that looks at values; see `asking`."""
        name = re.sub(r"\W", "_", f"{function.__module__}.{function.__qualname__}")
        while self.notes.functions.get(name, function) is not function:
            name += "_"  # another of the same name
        return self._called(name, function, inputs, function(*self.notes.operands(inputs)))

    def _method(self, name: str, value: Any, argument: Any) -> StandIn:
        return self.notes.add("{}." + name + "({})", (self.number, self.notes.fix(argument)), value)

    def _called(self, name: str, function: Any, inputs: Sequence[Any], value: Any, more: str = "") -> StandIn:
        """Note the call of a function."""
        self.notes.functions[name] = function
        return self.notes.add(f"{name}({', '.join(['{}'] * len(inputs))}{more})", self._parts(inputs), value)

    def _parts(self, inputs: Sequence[Any]) -> list[_Part]:
        """Operands as they are noted."""
        others = [one.value if isinstance(one, StandIn) else one for one in inputs if not is_number(one)]
        parts: list[_Part] = []
        for one in inputs:
            if isinstance(one, StandIn):
                parts.append(one.number)
            elif is_number(one):
                parts.append(self.notes.number(one, others))
            elif isinstance(one, np.generic):
                parts.append(self.notes.number(one, ()))
            elif isinstance(one, np.ndarray):
                parts.append(self.notes.number(one.flat[0], ()) if is_one_number(one, others) else self.notes.fix(one))
            else:
                raise UnforeseenError(f"an operand of type {type(one).__name__}")
        return parts

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> StandIn:
        if method not in ("__call__", "reduce") or any(options.values()):
            raise UnforeseenError(f"{ufunc.__name__}.{method} with {sorted(options)}")
        value = getattr(ufunc, method)(*self.notes.operands(inputs))
        if method == "reduce":
            return self._called(f"{ufunc.__name__}_reduce", ufunc.reduce, inputs, value)
        same = self._unchanged(ufunc, inputs, value)
        return self._called(ufunc.__name__, ufunc, inputs, value) if same is None else same

    @staticmethod
    def _unchanged(ufunc: np.ufunc, inputs: Sequence[Any], value: Any) -> StandIn | None:
        """The operand that a product or a quotient gives back as it was, because a parameter is one."""
        if ufunc not in (np.multiply, np.true_divide):
            return None
        for one, other in (inputs, inputs[::-1]) if ufunc is np.multiply else (inputs,):
            if not (isinstance(one, StandIn) and isinstance(other, StandIn)) or one.is_known or not other.is_known:
                continue
            if one.dtype == value.dtype and one.shape == value.shape and np.all(other.value == 1.0):
                asked: Any = np.equal(other, 1.0)  # so that it is asked again of other parameters
                return one if asked.all() else None
        return None

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        noted = _FUNCTIONS.get(function)
        if noted is None:
            raise UnforeseenError(function.__name__)
        return noted(self, *inputs, **options)

    def _if_known(self) -> Any:
        if not self.is_known:
            raise UnforeseenError("a condition")
        return self.value

    def __bool__(self) -> bool:
        answer = bool(self._if_known())
        self.notes.answers[self.number] = answer
        return answer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnforeseenError(name)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise UnforeseenError("values")

    def __float__(self) -> float:
        raise UnforeseenError("a number")

    __index__ = __int__ = __float__


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
for _name, _of_one in {"neg": np.negative, "invert": np.invert, "abs": np.absolute}.items():
    setattr(StandIn, f"__{_name}__", _unary(_of_one))
StandIn.__hash__ = None  # type: ignore[assignment]


def _where(one: StandIn, condition: Any, yes: Any, no: Any) -> StandIn:
    one.notes.functions["where"] = np.where
    parts = [*one._parts([condition]), *one._parts([yes, no])]
    return one.notes.add("where({}, {}, {})", parts, np.where(*one.notes.operands([condition, yes, no])))


def _max(one: StandIn, array: StandIn, axis: int, **options: Any) -> StandIn:
    more = f", {axis}" + (f", None, None, False, {options['initial']!r}" if options else "")
    return one._called("maximum_reduce", np.maximum.reduce, [array], np.max(array.value, axis=axis, **options), more)


def _zeros_like(_one: StandIn, array: StandIn) -> Array:
    """Noughts, one run for all."""
    return np.zeros((*array.shape[:-1], 1) if array.ndim else (), array.dtype)


_FUNCTIONS: dict[Any, Callable[..., Any]] = {np.where: _where, np.max: _max, np.zeros_like: _zeros_like}


def is_number(one: Any) -> bool:
    """Whether an operand is a number of the source, which has no precision of its own."""
    return isinstance(one, int | float) and not isinstance(one, np.generic)


def is_one_number(array: Array, others: Sequence[Any]) -> bool:
    """Whether an array says one number to operands that have its shape: such a number is computed with faster."""
    return array.size > 0 and bool((array == array.flat[0]).all()) and any(
        np.shape(other) == np.broadcast_shapes(np.shape(other), array.shape) for other in others if other is not array
    )  # fmt: skip


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
    raise UnforeseenError(f"an index of type {type(key).__name__}")


def needed(operations: Sequence[_Operation], results: Sequence[int]) -> list[_Operation]:
    """The operations that results depend on, in order."""
    wanted = set(results)
    kept = []
    for operation in reversed(operations):
        if operation.target in wanted:
            kept.append(operation)
            wanted.update(part for part in operation.parts if isinstance(part, int))
    return kept[::-1]


def last_uses(operations: Sequence[_Operation], results: Sequence[int]) -> dict[int, int]:
    """The place of the last operation that each value is needed for; beyond all of them for results."""
    last = {part: place for place, operation in enumerate(operations) for part in operation.parts if isinstance(part, int)}
    last.update(dict.fromkeys(results, len(operations)))
    return last


def source_of(
    operations: Sequence[_Operation],
    handed: Sequence[Sequence[int]],
    results: Sequence[int],
    fixed: int,
    overwritten: Mapping[int, int] | None = None,
) -> str:
    """The source of a function that repeats operations. Names are used again as soon as nobody needs their values, so that memory is.

    Parameters
    ----------
    handed : numbers of the values that the function is handed, list by list, after what is fixed.
    results : numbers of the values that it gives back.
    fixed : how many things are fixed.
    overwritten : which operand's memory a result is written to; see `Notes.overwritten`.
    """
    last = last_uses(operations, results)
    names = {number: f"g{place}_{n}" for place, numbers in enumerate(handed) for n, number in enumerate(numbers)}
    taken = [["_"] * fixed, *([names[number] if number in last else "_" for number in numbers] for numbers in handed)]
    free: list[str] = []
    used = 0
    lines = []
    for place, operation in enumerate(operations):
        parts = []
        for part in operation.parts:
            if isinstance(part, _Fixed):
                taken[0][part.place] = f"k{part.place}"
                parts.append(f"k{part.place}")
            else:
                parts.append(names[part])
                if last[part] == place and names[part][0] == "x":
                    free.append(names[part])
                    last[part] = -1  # freed once, also where it comes twice
        over = (overwritten or {}).get(operation.target)
        if over is not None:
            free.remove(names[over])
            free.append(names[over])
        elif not free:
            free.append(f"x{used}")
            used += 1
        name = names[operation.target] = free.pop()
        done = operation.form.format(*parts)
        if over is not None:
            done = f"{done[:-1]}, {_IN_PLACE[operation.form.partition('(')[0]]}{name})"
        lines.append(f"{name} = {done}")
    arguments = ["fixed", *(f"handed{place}" for place in range(len(handed)))]
    unpacked = [
        f"[{', '.join(listed)}] = {argument}" for listed, argument in zip(taken, arguments, strict=True) if {*listed} - {"_"}
    ]
    back = "".join(f"{names[result]}, " for result in results)
    return "\n ".join([f"def routine({', '.join(arguments)}):", *unpacked, *lines, f"return ({back})"])


@lru_cache(maxsize=_FUNCTIONS_KEPT)
def function_from(source: str, called: tuple[tuple[str, Any], ...]) -> Any:
    """The function of a source, with what it calls by name. The source is made from operations alone: no text of a scenario gets into it."""
    found: dict[str, Any] = dict(called)
    exec(compile(source, "<routine>", "exec"), found)
    return found["routine"]
