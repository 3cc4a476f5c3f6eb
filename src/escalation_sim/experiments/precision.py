"""A wanted precision: how near to the truth a difference is to be known, as in "0.5 pp" or "2 %"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from escalation_sim.errors import InputError, nearest

__all__ = ["USUAL", "Precision", "example_for", "precision_from"]

RELATIVE = "relative"

_UNITS = {
    **dict.fromkeys(("pp", "point", "points"), ("share", 0.01)),
    **dict.fromkeys(("rung", "rungs"), ("rungs", 1.0)),
    **dict.fromkeys(("day", "days", "d"), ("days", 1.0)),
    **dict.fromkeys(("death", "deaths"), ("deaths", 1.0)),
    **dict.fromkeys(("%", "percent"), (RELATIVE, 0.01)),
    "": ("", 1.0),
}
_SHOWN = {"share": ("points", 100.0), "rungs": ("rungs", 1.0), "days": ("days", 1.0), "deaths": ("deaths", 1.0)}
_ALLOWED = "a number and pp, rungs, days, deaths or %, as in 0.5pp"


@dataclass(frozen=True)
class Precision:
    """Half the width of the 95 % interval that is wanted.

    Attributes
    ----------
    size : above 0, in the unit.
    unit : "share", "rungs", "days", "deaths", "relative" (to the value before the change) or "" (that of the outcome, whatever it is).
    """

    size: float
    unit: str

    def __str__(self) -> str:
        if self.unit == RELATIVE:
            return f"± {100.0 * self.size:g} %"
        word, scale = _SHOWN.get(self.unit, ("", 1.0))
        return f"± {scale * self.size:g} {word}".rstrip()

    def reach(self, before: float) -> float:
        """Half the width in the unit of the outcome, whose value before the change is `before`."""
        return self.size * abs(before) if self.unit == RELATIVE else self.size

    @property
    def says_of_what(self) -> bool:
        """Whether the unit says by itself which outcomes are meant."""
        return self.unit not in (RELATIVE, "")

    def fits(self, unit: str) -> bool:
        """Whether an outcome of a unit can be known to it."""
        return self.unit in (RELATIVE, unit)


USUAL = {
    "share": Precision(0.005, "share"),
    "rungs": Precision(0.02, "rungs"),
    "days": Precision(0.5, "days"),
    "deaths": Precision(2.0, "deaths"),
}
"""What numbers of runs are told for where nobody asks for a precision, by unit."""


def precision_from(text: str) -> Precision:
    """A precision as typed; raises InputError in one line."""
    found = re.fullmatch(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*([^\s0-9.]*)\s*", text)
    if not found:
        raise InputError("not a precision", key="precision", value=text, allowed=_ALLOWED)
    size, word = float(found[1]), found[2].lower()
    if word not in _UNITS:
        units: Sequence[str] = [one for one in _UNITS if one]
        raise InputError("no such unit", key="precision", value=found[2], allowed=_ALLOWED, suggestion=nearest(word, units))
    unit, scale = _UNITS[word]
    if not 0.0 < size * scale < float("inf"):
        raise InputError("out of range", key="precision", value=text, allowed="more than 0")
    return Precision(size * scale, unit)


def example_for(unit: str) -> str:
    """A precision that fits outcomes of a unit, in words."""
    return {"share": "points of percent, as in 0.5pp", "rungs": "0.05 rungs", "days": "1 day", "deaths": "5 deaths"}.get(
        unit, "a number without unit"
    ) + ", or 2 %"
