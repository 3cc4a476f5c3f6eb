"""Everything found wrong in a document, answered with one line about the first of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from escalation_sim.errors import InputError, nearest
from escalation_sim.scenario.document import Document, KeyPath, shown

__all__ = ["Finding", "Findings", "listed"]

_MOST_NAMES = 12


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong at one place; see `InputError` for the parts."""

    path: KeyPath
    problem: str
    value: object = None
    allowed: str | None = None
    suggestion: str | None = None


class Findings:
    """What is wrong in one document, collected while it is checked."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: list[Finding] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, finding: Finding) -> None:
        """Note one more."""
        self._found.append(finding)

    def wrong(self, path: KeyPath, problem: str, value: object = None, allowed: str | None = None) -> None:
        """Note that the entry at `path` is wrong."""
        self.add(Finding(path, problem, value, allowed))

    def known(self, path: KeyPath, kind: str, name: str, names: Collection[str]) -> bool:
        """Whether `name` is among `names`; where it is not, that is noted with the nearest."""
        if name in names:
            return True
        self.add(Finding(path, f"unknown {kind}", name, listed(names) or "none", nearest(name, names)))
        return False

    def raise_any(self) -> None:
        """Raise `error()` if anything is wrong."""
        if self._found:
            raise self.error()

    def error(self) -> InputError:
        """About the first finding by line; says how many more there are."""
        first = min(self._found, key=lambda finding: self._document.line(finding.path) or 0)
        error = InputError(
            first.problem,
            file=self._document.file,
            line=self._document.line(first.path),
            key=shown(first.path),
            value=first.value,
            allowed=first.allowed,
            suggestion=first.suggestion,
        )
        if len(self._found) > 1:
            error.args = (f"{error} (and {len(self._found) - 1} more)",)
        return error


def listed(names: Iterable[str]) -> str:
    """Names joined by commas, cut after a dozen."""
    every = list(names)
    return ", ".join(every[:_MOST_NAMES]) + (", …" if len(every) > _MOST_NAMES else "")
