"""A result folder told for somebody who will never install anything: one HTML file, nothing outside of it."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from escalation_sim.errors import InputError
from escalation_sim.report import kinds
from escalation_sim.report.page import Page, html

__all__ = ["Kind", "kind_in", "report"]


class Kind(Protocol):
    """A kind of result; see `kinds`."""

    def holds(self, folder: Path) -> bool:
        """Whether a folder holds such a result."""

    def page(self, folder: Path) -> Page:
        """The result told."""


def all_kinds() -> Iterator[Kind]:
    """Every kind there is a module for."""
    for module in pkgutil.iter_modules(kinds.__path__):
        yield cast(Kind, import_module(f"{kinds.__name__}.{module.name}"))


def kind_in(folder: Path) -> Kind:
    """Of what kind the result in a folder is; raises InputError where there is none."""
    for kind in all_kinds():
        if kind.holds(folder):
            return kind
    raise InputError(
        "no result here", file=str(folder), allowed="a folder written by run, compare, attribute, sweep, claims or sensitivity"
    )


def report(folder: Path) -> str:
    """The report of a result folder as HTML; equal results give equal reports. Raises InputError."""
    return html(kind_in(folder).page(folder))
