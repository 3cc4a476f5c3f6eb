"""Shape of an experiment's file: which keys there are and what may stand at each. What depends on the scenario is checked in `experiment`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from escalation_sim.experiments.variants import Variant
from escalation_sim.parameters import Parameter
from escalation_sim.rules import THEORIES
from escalation_sim.scenario.entries import (
    Choice,
    DateEntry,
    Entry,
    NameEntry,
    PlainNumber,
    TextEntry,
    refusal,
    refused,
)
from escalation_sim.scenario.schema import RELATIONSHIP, Block

__all__ = ["METHODS", "ExperimentBlock", "FactorBlock", "SampleBlock", "VariantBlock"]

METHODS = ("latin_hypercube", "sobol", "halton", "random")
"""Ways to draw points from ranges."""

MOST_RUNS = 10_000_000
MOST_POINTS = 1_000_000
MOST_LEVELS = 1_000
MOST_CHANNELS = 12

_PATH = TextEntry(200)
Title = Annotated[str, TextEntry(300)]
Text = Annotated[str, TextEntry(5000, lines=True)]
Name = Annotated[str, NameEntry()]


def whole(low: int, high: int, about: str) -> Entry:
    """A whole number within bounds."""
    return PlainNumber(Parameter(low, low, high, "1", about), whole=True)


class ValueEntry(Entry):
    """Anything plain that a scenario may hold at a path; the scenario says whether it may."""

    def check(self, value: Any) -> Any:
        """See `Entry.check`."""
        return value

    def described(self) -> dict[str, Any]:
        """See `Entry.described`."""
        return {"description": "a value as in a scenario"}


class FlagEntry(Entry):
    """true or false."""

    def check(self, value: Any) -> bool:
        """See `Entry.check`."""
        if not isinstance(value, bool):
            raise refusal("must be true or false", value)
        return value

    def described(self) -> dict[str, Any]:
        """See `Entry.described`."""
        return {"type": "boolean"}


class OpenedEntry(Entry):
    """Channels to open: a name, names, or names with working relationships. Gives a mapping."""

    def check(self, value: Any) -> dict[str, float | None]:
        """See `Entry.check`."""
        if isinstance(value, Mapping):
            return {name: self._relationship(name, given) for name, given in value.items()}
        return dict.fromkeys(names_from(value))

    def _relationship(self, name: str, given: Any) -> float | None:
        if given is None:
            return None
        try:
            return PlainNumber(RELATIONSHIP).check(given)
        except PydanticCustomError as error:
            parts = refused(error)
            raise refusal(parts.problem, parts.value, parts.allowed, parts.suggestion, (name,)) from None

    def described(self) -> dict[str, Any]:
        """See `Entry.described`."""
        return {"type": ["string", "array", "object"], "description": "channels to open"}


class NamesEntry(Entry):
    """A name, or a list of names. Gives a tuple."""

    def check(self, value: Any) -> tuple[str, ...]:
        """See `Entry.check`."""
        return names_from(value)

    def described(self) -> dict[str, Any]:
        """See `Entry.described`."""
        return {"type": ["string", "array"], "description": "a name or a list of names"}


class PathsEntry(NamesEntry):
    """A path of a scenario, or a list of paths; `*` stands for any one key. Gives a tuple."""

    def check(self, value: Any) -> tuple[str, ...]:
        """See `Entry.check`."""
        paths = value if isinstance(value, list) else [value]
        return tuple(_PATH.check(path) for path in paths)


def names_from(value: Any) -> tuple[str, ...]:
    """One or more names."""
    names = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(NameEntry().check(name) for name in names))


class VariantBlock(Block):
    """A change to the scenario; see `Variant`."""

    as_of: Annotated[Any, DateEntry()] = None
    open: Annotated[dict[str, float | None], OpenedEntry()] = Field(default_factory=dict)
    close: Annotated[tuple[str, ...], NamesEntry()] = ()
    decision: Annotated[str, Choice("theory", tuple(THEORIES), "theory of decision")] | None = None
    set: dict[Annotated[str, _PATH], Annotated[Any, ValueEntry()]] = Field(default_factory=dict)
    fixed: Annotated[bool, FlagEntry()] = False

    @property
    def variant(self) -> Variant:
        """The change as the experiment uses it."""
        day = None if self.as_of is None else self.as_of.isoformat()
        return Variant(day, self.open, self.close, self.decision, self.set, self.fixed)


class FactorBlock(Block):
    """Something of which an experiment has several levels: values at a path, variants by name, or which of some channels are open."""

    path: Annotated[tuple[str, ...], PathsEntry()] | None = None
    values: Annotated[list[Annotated[Any, ValueEntry()]], Field(min_length=1, max_length=MOST_LEVELS)] | None = None
    times: (
        Annotated[
            list[Annotated[float, PlainNumber(Parameter(1, 0, 1000, "1", "what the scenario's number is multiplied by"))]],
            Field(min_length=1, max_length=MOST_LEVELS),
        ]
        | None
    ) = None
    variants: (
        Annotated[dict[Annotated[str, TextEntry(60)], VariantBlock], Field(min_length=1, max_length=MOST_LEVELS)] | None
    ) = None
    subsets: Annotated[list[Name], Field(min_length=1, max_length=MOST_CHANNELS)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> FactorBlock:
        kinds = [name for name in ("values", "times", "variants", "subsets") if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise refusal("must have levels of one kind", value=kinds or None, allowed="values, times, variants or subsets")
        if (self.path is not None) != (kinds[0] in ("values", "times")):
            raise refusal("a path goes with values or times, and with nothing else", value=kinds[0])
        return self


def _range(value: Any) -> Any:
    """A range, or nothing where the one declared is meant."""
    if value is None:
        return None
    good = isinstance(value, list) and len(value) == 2
    if not good or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        raise refusal("must be two numbers", value, "[low, high]")
    if value[0] >= value[1]:
        raise refusal("the range runs backwards or is empty", value, "[low, high]")
    return float(value[0]), float(value[1])


class SampleBlock(Block):
    """Points drawn from ranges: which, how and how many."""

    method: Annotated[str, Choice("method", METHODS, "how points are drawn")] = "latin_hypercube"
    points: Annotated[int, whole(1, MOST_POINTS, "points drawn")]
    seed: Annotated[int, whole(0, 2**31, "seed of the points, which chance in the runs does not share")] = 1
    prior: Annotated[str, Choice("prior", ("as_judged", "uniform"), "shape of the distribution over a range")] = "as_judged"
    over: dict[Annotated[str, _PATH], Annotated[Any, BeforeValidator(_range)]] | Annotated[tuple[str, ...], PathsEntry()] = (
        "*",
    )

    @property
    def ranges(self) -> dict[str, tuple[float, float] | None]:
        """Patterns of paths, each with a range of its own or None."""
        return self.over if isinstance(self.over, dict) else dict.fromkeys(self.over)


def _each_alike(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if any(set(point) != set(points[0]) for point in points):
        raise refusal("every point must name the same paths", allowed=", ".join(sorted(points[0])))
    return points


class ExperimentBlock(Block):
    """An experiment: a question, a scenario, what varies, how many runs."""

    name: Annotated[str, NameEntry("name of the experiment")]
    question: Title
    about: Text = ""
    scenario: Annotated[str, NameEntry("name of a scenario's file, without .yaml")]
    runs: Annotated[int, whole(1, MOST_RUNS, "runs of each point")] = 1000
    seed: Annotated[int, whole(0, 2**62, "seed of all chance")] = 1
    changes: VariantBlock = VariantBlock()
    grid: Annotated[dict[Annotated[str, TextEntry(60)], FactorBlock], Field(max_length=12)] = Field(default_factory=dict)
    points: (
        Annotated[
            list[dict[Annotated[str, _PATH], Annotated[Any, ValueEntry()]]],
            Field(min_length=1, max_length=MOST_POINTS),
            AfterValidator(_each_alike),
        ]
        | None
    ) = None
    sample: SampleBlock | None = None
    outcomes: Annotated[list[Annotated[str, TextEntry(60)]], Field(min_length=1, max_length=200)] | None = None
