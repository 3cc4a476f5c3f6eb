"""Errors a user can cause, each said in one line.

Every error that comes from what somebody typed (a scenario file, an option, a key) is an `InputError`. The command line
prints it and exits with code 2; a caller of the Python API can catch it and read its parts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["EscalationError", "InputError", "nearest"]

_MOST_VALUE_CHARACTERS = 60


class EscalationError(Exception):
    """Base of all errors this package raises on purpose."""

    exit_code = 1


class InputError(EscalationError):
    """Something given to the program is wrong; the message is complete in one line.

    Parameters
    ----------
    problem : what is wrong, a clause without full stop.
    file, line, key : where (any may be missing).
    value : the offending value; shown shortened.
    allowed : what would be right, in words.
    suggestion : the nearest valid name, if there is one.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        line: int | None = None,
        key: str | None = None,
        value: object = None,
        allowed: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.key = key
        self.value = value
        self.allowed = allowed
        self.suggestion = suggestion
        super().__init__(self._message())

    def _message(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place = f"{place}:{self.line}" if place else f"line {self.line}"
        parts = [part for part in (place, self.key) if part]
        text = ": ".join([*parts, self.problem])
        if self.value is not None:
            text += f", got {shortened(self.value)}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.suggestion:
            text += f"; did you mean '{self.suggestion}'?"
        return " ".join(text.split())


def shortened(value: object) -> str:
    """One line of at most 60 characters that shows `value`."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _MOST_VALUE_CHARACTERS else text[: _MOST_VALUE_CHARACTERS - 1] + "…"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The valid name nearest to `name`, or None where nothing is near."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return found[0] if found else None
