"""Changes to a scenario that can be made on the command line, and the numbers given there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from escalation_sim.errors import InputError, nearest

if TYPE_CHECKING:
    from escalation_sim.experiments.variants import Variant
    from escalation_sim.scenario import Scenario

__all__ = [
    "AsOf",
    "Changes",
    "Close",
    "Decision",
    "Fixed",
    "Open",
    "RunNumber",
    "ScenarioFile",
    "Seed",
    "Set",
    "Workers",
    "number_from",
    "value_from",
    "variant_from",
]

MOST_RUNS = 10_000_000


def number_from(option: str, low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers for an option; it raises InputError outside [low, high]."""
    allowed = f"a whole number from {low:,} to {high:,}"

    def read(text: str | int) -> int:
        shown = str(text).strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,30}", shown):
            raise InputError("not a whole number", key=option, value=shown, allowed=allowed)
        if not low <= int(shown) <= high:
            raise InputError("out of range", key=option, value=int(shown), allowed=allowed)
        return int(shown)

    return read


ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file (YAML).", show_default=False)]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", help="Seed of all chance.", parser=number_from("--seed", 0, 2**63 - 1))
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers", metavar="N", help="Processes to compute in; changes no result.", parser=number_from("--workers", 1, 1024)
    ),
]
RunNumber = Annotated[
    int,
    typer.Option(
        "--run", metavar="N", help="Number of the run.", parser=number_from("--run", 0, MOST_RUNS - 1), show_default=False
    ),
]
Open = Annotated[
    list[str] | None,
    typer.Option(
        "--open", metavar="NAME[=RELATIONSHIP]", help="Open a channel, with a working relationship from 0 to 1. Repeatable."
    ),
]
Close = Annotated[list[str] | None, typer.Option("--close", metavar="NAME", help="Close a channel. Repeatable.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change any entry, as in countries.india.government.resolve=0.6. Repeatable."
    ),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Put all channels into the states they had on a day (YYYY-MM-DD).")
]
Fixed = Annotated[bool, typer.Option("--fixed", help="Take the central value of every judged number instead of drawing it.")]
Decision = Annotated[str | None, typer.Option("--decision", metavar="NAME", help="Theory by which governments decide.")]


@dataclass(frozen=True)
class Changes:
    """What is to be changed: in this order, the day of the channels, channels opened, closed, the theory, entries set."""

    as_of: str | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    decision: str | None = None
    entries: tuple[str, ...] = ()
    fixed: bool = False

    @property
    def variant(self) -> Variant:
        """The changes as data; raises InputError where a text makes none."""
        from escalation_sim.experiments.variants import Variant

        opened = dict(named_value(text) for text in self.opened)
        entries = dict(path_and_value(text) for text in self.entries)
        return Variant(self.as_of, opened, self.closed, self.decision, entries, self.fixed)

    def applied(self, scenario: Scenario) -> Scenario:
        """The changed scenario; raises InputError where a change makes none."""
        return self.variant.applied(scenario)

    def arguments(self) -> list[str]:
        """The options that say these changes on the command line."""
        return [
            *(["--as-of", self.as_of] if self.as_of is not None else []),
            *(word for text in self.opened for word in ("--open", text)),
            *(word for text in self.closed for word in ("--close", text)),
            *(["--decision", self.decision] if self.decision is not None else []),
            *(word for text in self.entries for word in ("--set", text)),
            *(["--fixed"] if self.fixed else []),
        ]

    def in_words(self) -> list[str]:
        """The changes, one phrase each."""
        return [
            *([f"channels as of {self.as_of}"] if self.as_of is not None else []),
            *(f"open {text}" for text in self.opened),
            *(f"close {text}" for text in self.closed),
            *([f"decision {self.decision}"] if self.decision is not None else []),
            *(f"set {text}" for text in self.entries),
            *(["judged numbers fixed"] if self.fixed else []),
        ]


_VERBS = ("open", "close", "set", "as-of", "decision", "fixed")


def variant_from(text: str) -> tuple[str, Changes]:
    """Name and changes from "NAME: open back_channel=0.5; close dgmo_hotline; set a.b=1"; without a name the changes are the name.

    Raises InputError for a change that is none, or twice the same where there can be one only.
    """
    name, colon, rest = text.partition(":")
    first, *more = name.split(maxsplit=1) or [""]
    if not colon or (first in _VERBS and more):
        name, rest = "", text
    said: dict[str, list[str]] = {verb: [] for verb in _VERBS}
    for change in filter(None, map(str.strip, rest.split(";"))):
        verb, _, what = change.partition(" ")
        if verb not in _VERBS or (not what.strip()) != (verb == "fixed"):
            raise InputError(
                "not a change", key="--variant", value=change, suggestion=nearest(verb, _VERBS) if verb not in _VERBS else None,
                allowed="open NAME[=RELATIONSHIP], close NAME, set PATH=VALUE, as-of DATE, decision NAME, fixed; joined by ;",
            )  # fmt: skip
        said[verb].append(what.strip())
    for verb in ("as-of", "decision"):
        if len(said[verb]) > 1:
            raise InputError(f"{verb} is given twice", key="--variant", value=text)
    changes = Changes(
        as_of=next(iter(said["as-of"]), None), opened=tuple(said["open"]), closed=tuple(said["close"]),
        decision=next(iter(said["decision"]), None), entries=tuple(said["set"]), fixed=bool(said["fixed"]),
    )  # fmt: skip
    if not changes.in_words():
        raise InputError(
            "changes nothing", key="--variant", value=text, allowed='"NAME: open back_channel=0.5; close dgmo_hotline"'
        )
    return name.strip() or "; ".join(changes.in_words()), changes


def named_value(text: str) -> tuple[str, float | None]:
    """Channel and working relationship from "name" or "name=0.5"."""
    name, equals, number = text.partition("=")
    if not equals:
        return name, None
    value = value_from(number)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError("the working relationship is not a number", key=f"--open {name}", value=number, allowed="0 to 1")
    return name, value


def path_and_value(text: str) -> tuple[str, Any]:
    """Key path and value from "path=value"."""
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise InputError("no value given", key="--set", value=text, allowed="PATH=VALUE")
    return path, value_from(value)


def value_from(text: str) -> Any:
    """A value as typed: numbers, true, false, null, lists and mappings in JSON; all else is text."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    if re.fullmatch(r"[+-]?(\.[0-9]+|[0-9]+\.?[0-9]*)([eE][+-]?[0-9]+)?", text.strip()):
        return float(text)
    return text
