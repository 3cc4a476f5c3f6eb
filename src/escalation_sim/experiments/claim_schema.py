"""Shape of a claim's file: which keys there are and what may stand at each. What depends on the scenario is checked in `claim`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from escalation_sim.analysis.verdicts import ANSWERS
from escalation_sim.experiments.schema import FlagEntry, NamesEntry, PathsEntry, Text, Title, VariantBlock
from escalation_sim.parameters import Parameter
from escalation_sim.scenario.entries import Choice, NameEntry, PlainNumber, TextEntry, refusal
from escalation_sim.scenario.schema import Block

__all__ = ["BreakEvenBlock", "ClaimBlock", "SideBlock", "TestBlock"]

_FACTOR = PlainNumber(Parameter(1, 0, 100, "1", "what the numbers at issue are multiplied by"))
_SMALLEST = PlainNumber(Parameter(1, 1e-9, 1e9, "1", "the smallest effect that would matter, in the unit of the outcome"))
_MOST_TESTS = 6
ScenarioName = Annotated[str, NameEntry("name of a scenario's file, without .yaml")]
Outcome = Annotated[str, TextEntry(60)]


class SideBlock(VariantBlock):
    """One of the two things compared: a change to the scenario, and what it is called."""

    called: Annotated[str, TextEntry(80)]

    @model_validator(mode="after")
    def _no_theory(self) -> SideBlock:
        if self.decision is not None:
            raise refusal("a claim is tested under every theory; it cannot choose one", self.decision, below=("decision",))
        return self


class TestBlock(Block):
    """One thing that has to be so if the claim is right."""

    __test__ = False  # no test of the project's own, whatever its name says

    outcome: Outcome
    per: Outcome | None = None
    expects: Annotated[str, Choice("expectation", tuple(ANSWERS), "what the claim says of the difference")]
    smallest: Annotated[float, _SMALLEST]
    unit: Annotated[str, TextEntry(40)]
    because: Text
    decides: Annotated[bool, FlagEntry()] = True
    scenario: ScenarioName | None = None
    changes: VariantBlock | None = None
    against: SideBlock | None = None
    with_: Annotated[SideBlock | None, Field(alias="with")] = None


class BreakEvenBlock(Block):
    """Which numbers are scaled to find how large an effect has to be for the claim to hold."""

    scales: Annotated[str, TextEntry(120)]
    channel: Annotated[tuple[str, ...], NamesEntry()] = ()
    paths: Annotated[tuple[str, ...], PathsEntry()] = ()
    factors: Annotated[list[Annotated[float, _FACTOR]], Field(min_length=2, max_length=6)] = [0.0, 0.5, 2.0]  # noqa: RUF012  (pydantic copies it)

    @model_validator(mode="after")
    def _something(self) -> BreakEvenBlock:
        if not self.channel and not self.paths:
            raise refusal("scales nothing", allowed="a channel, or paths")
        return self


class ClaimBlock(Block):
    """A claim: who says what, what is compared, and what would count."""

    claim: Annotated[str, NameEntry("name of the claim")]
    says: Title
    by: Title
    about: Text = ""
    scenario: ScenarioName
    changes: VariantBlock = VariantBlock()
    against: SideBlock
    with_: Annotated[SideBlock, Field(alias="with")]
    tests: Annotated[list[TestBlock], Field(min_length=1, max_length=_MOST_TESTS)]
    break_even: BreakEvenBlock
    built_in: Text
    emerges: Text

    @model_validator(mode="after")
    def _something_decides(self) -> ClaimBlock:
        if not any(test.decides for test in self.tests):
            raise refusal("no test decides", allowed="decides: true (or nothing) at one test or more", below=("tests",))
        return self

    @property
    def content(self) -> Any:
        """The block itself, as plain data."""
        return self.model_dump(mode="json", by_alias=True)
