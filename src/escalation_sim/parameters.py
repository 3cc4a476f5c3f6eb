"""Numbers of the model, each declared once: default, range, unit, source.

A rule file declares a `Section` of `Parameter`s beside its equations. Validation, sweeps, judged draws, the generated
reference `docs/parameters.md` and the JSON Schema all derive from these declarations; nothing repeats them.

`source` is a key of `docs/references.bib`, several keys joined by ", ", or "assumed". An assumed number carries a range over
which it is to be swept; a result that holds only for its default is not a result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["ASSUMED", "FLOAT", "Array", "Number", "Parameter", "Section", "Values"]

Array = NDArray[Any]
"""An array, of floats unless something else is said."""

Found = TypeVar("Found")

FLOAT = np.float32
"""Precision of the state. Seven digits are more than any number of the model has; half the memory is half the time."""

ASSUMED = "assumed"


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    Attributes
    ----------
    default : value used where a scenario says nothing.
    low, high : plausible range; a scenario outside it is refused.
    unit : unit of the number, "1" for pure numbers.
    about : one plain sentence.
    source : bibliography key(s) or "assumed".
    """

    default: float
    low: float
    high: float
    unit: str
    about: str
    source: str = ASSUMED

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"default {self.default} outside [{self.low}, {self.high}]: {self.about}")

    @property
    def sources(self) -> tuple[str, ...]:
        """Bibliography keys; empty for an assumed number."""
        return () if self.source == ASSUMED else tuple(key.strip() for key in self.source.split(","))


@dataclass(frozen=True)
class Section:
    """The parameters of one rule, or of one kind of member.

    Attributes
    ----------
    name : key of the section in scenario files.
    scope : "country" (each country may have its own value), "shared" (one value for the crisis) or the kind of member
        whose profile it is: "channel", "outlet", "group", "armed_group", "mediator".
    """

    name: str
    scope: str
    parameters: Mapping[str, Parameter]

    def __iter__(self) -> Iterator[tuple[str, Parameter]]:
        return iter(self.parameters.items())

    def __getitem__(self, name: str) -> Parameter:
        return self.parameters[name]


def section(name: str, scope: str = "country", **parameters: Parameter) -> Section:
    """Declare a `Section`; keyword names are parameter names."""
    return Section(name, scope, dict(parameters))


@dataclass(frozen=True)
class Number:
    """A value as a scenario gives it.

    A number with a `range` is judged: it is drawn once per run from the triangular distribution over the range with its peak
    at `value` (``shape="triangular"``), or evenly (``shape="uniform"``), or evenly in its logarithm (``shape="log"``, for rates of which not
    even the order of magnitude is known; its range is above 0), keyed by its path. Without a range it is fixed.
    """

    value: float
    range: tuple[float, float] | None = None
    shape: str = "triangular"
    source: str = ASSUMED

    def quantile(self, uniform: Array) -> Array:
        """Values of the judged number for draws from [0, 1), same shape.

        Closed form of the triangular distribution (or the uniform one).
        """
        if self.range is None:
            return np.full_like(uniform, self.value)
        low, high = self.range
        width = high - low
        if width == 0.0:
            return np.full_like(uniform, low)
        if self.shape == "uniform":
            return low + width * uniform
        if self.shape == "log":
            return low * np.exp(np.log(high / low) * uniform)
        split = (self.value - low) / width
        rising = low + np.sqrt(uniform * (width * (self.value - low)))
        falling = high - np.sqrt((1.0 - uniform) * (width * (high - self.value)))
        return np.where(uniform < split, rising, falling)


class Values:
    """Read-only namespace of arrays (and constants) handed to a rule.

    State has one dimension or more, a parameter that is one number for all has none; one agent and a batch compute to the same bit. Asking for a name that was not
    put in raises AttributeError: a rule cannot read what its phase does not declare.
    """

    __slots__ = ("__dict__", "_found")

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self.__dict__.update(entries)

    def once(self, what: Callable[[Values], Found]) -> Found:
        """What follows from these values alone, found when it is first asked for and kept: parameters stay, while steps go by."""
        try:
            found: dict[Callable[[Values], Any], Any] = object.__getattribute__(self, "_found")
        except AttributeError:
            found = {}
            object.__setattr__(self, "_found", found)
        if what not in found:
            found[what] = what(self)
        return found[what]

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'{name}' is not among {sorted(self.__dict__)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("values are read-only")
