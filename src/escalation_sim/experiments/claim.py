"""A claim: who says what, which two variants of a scenario are compared, and what would count. Read from a file; nothing is computed here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from escalation_sim.errors import InputError, nearest
from escalation_sim.experiments.claim_schema import BreakEvenBlock, ClaimBlock, SideBlock, TestBlock
from escalation_sim.experiments.experiment import folders_near, matching, placed, scenario_named
from escalation_sim.experiments.measures import names_measured
from escalation_sim.experiments.schema import VariantBlock
from escalation_sim.experiments.variants import Variant
from escalation_sim.inputs import inputs_of
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.document import Document, plain, read
from escalation_sim.scenario.findings import listed
from escalation_sim.scenario.schema import checked

__all__ = ["EFFECTS", "FOUNDING", "Claim", "Comparison", "Side", "Test", "claim_from", "load_claim", "load_claims"]

FOUNDING = (
    "contained-earlier", "track-two-next-time", "no-goodwill-to-pull-back", "hard-to-gauge", "dgmo-implements", "pathankot-uri-managed",
    "talking-did-not-deter", "not-talking-no-better", "media-at-war", "few-loud-voices", "stigma", "track-two-mostly-futile",
    "people-to-people", "contact-then-cease-fire", "restraint-2008", "accommodating-settings", "room-for-risk", "slow",
    "nuclear-understanding",
)  # fmt: skip
"""The claims that the software was made to test."""

EFFECTS = (
    "intent_precision", "posture_precision", "clarifies_accidents", "clarifies_signals", "negotiates", "prepares_deals", "implements",
    "builds_trust", "builds_constituency", "builds_trade", "calms_media",
)  # fmt: skip
"""What a channel does: the numbers of its profile that are scaled to find the break-even."""


@dataclass(frozen=True)
class Side:
    """One of two variants compared.

    Attributes
    ----------
    called : in words.
    scenario : changed.
    fixed : paths of numbers that the claim sets, and that no sample of worlds overwrites.
    changes : what was changed, one phrase each.
    """

    called: str
    scenario: Scenario
    fixed: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Two variants of a scenario, and the paths of what is scaled to find the break-even."""

    scenario: str
    against: Side
    with_: Side
    scaled: tuple[str, ...]


@dataclass(frozen=True)
class Test:
    """One thing that has to be so if the claim is right.

    Attributes
    ----------
    outcome : measure whose mean difference, `with` less `against`, is looked at; with `per` the difference of the ratios of the two means.
    expects : what the claim says of it, a key of `ANSWERS`.
    smallest : the smallest effect that would matter, in `unit`, for the reason `because`.
    decides : False for what is told beside the verdict.
    """

    __test__ = False  # no test of the project's own, whatever its name says

    outcome: str
    per: str | None
    expects: str
    smallest: float
    unit: str
    because: str
    decides: bool
    comparison: Comparison

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of what is measured."""
        return (self.outcome,) if self.per is None else (self.outcome, self.per)

    @property
    def in_words(self) -> str:
        """What is measured, in words."""
        name = self.outcome if self.per is None else f"{self.outcome} per {self.per}"
        return name.replace("_", " ")


@dataclass(frozen=True)
class Claim:
    """A claim.

    Attributes
    ----------
    name, says, by, about : what it is called, the claim in a sentence, who makes it, further remarks.
    tests : all that decide have to be so.
    scales : what the break-even multiplies, in words; `factors` by what, 1 included.
    built_in, emerges : what of the answer the model assumes, and what it does not.
    document : its file, as plain data; `scenarios` are those that it names, unchanged.
    """

    name: str
    says: str
    by: str
    about: str
    tests: tuple[Test, ...]
    scales: str
    factors: tuple[float, ...]
    built_in: str
    emerges: str
    document: Mapping[str, Any] = field(repr=False)
    scenarios: Mapping[str, Scenario] = field(repr=False)


def load_claims(folder: str | os.PathLike[str], names: Sequence[str] = ()) -> list[Claim]:
    """The claims of a folder, the founding ones first and in their order, then others by name.

    Raises InputError: a file is wrong, a name is not among them, or there are none.
    """
    place = Path(folder)
    files = {path.stem: path for path in sorted(place.glob("*.yaml"))} if place.is_dir() else {}
    if not files:
        raise InputError(
            "there are no claims", file=str(place), allowed="a folder of claims, as experiments/claims of the project"
        )
    for name in names:
        if name not in files:
            raise InputError(
                "there is no such claim",
                key="--claim",
                value=name,
                allowed=listed(list(files)),
                suggestion=nearest(name, files),
            )
    order = [*(name for name in FOUNDING if name in files), *(name for name in files if name not in FOUNDING)]
    shelf: dict[str, Scenario] = {}
    return [load_claim(files[name], shelf=shelf) for name in order if not names or name in names]


def load_claim(
    path: str | os.PathLike[str], scenarios: str | os.PathLike[str] | None = None, shelf: dict[str, Scenario] | None = None
) -> Claim:
    """Read a claim's file.

    Parameters
    ----------
    scenarios : folder of the scenarios it names; by default that of the file, or a folder `scenarios` beside it or above.
    shelf : scenarios read already, by name; those that are read are put there.

    Raises
    ------
    InputError : one line about the first thing wrong, with file, line and key.
    """
    document = read(path)
    block = checked(ClaimBlock, document)
    if block.claim != Path(path).stem:
        raise InputError(
            "a claim is called as its file", file=document.file, line=document.line(("claim",)), key="claim", value=block.claim,
            allowed=Path(path).stem,
        )  # fmt: skip
    folders = [Path(scenarios)] if scenarios is not None else folders_near(Path(path))
    return assembled(block, document, folders, {} if shelf is None else shelf)


def claim_from(content: Mapping[str, Any], scenarios: Mapping[str, Scenario]) -> Claim:
    """The claim that plain data describe, on scenarios that are at hand, by name; raises InputError."""
    document = Document(plain(content))
    return assembled(checked(ClaimBlock, document), document, [], dict(scenarios))


def assembled(block: ClaimBlock, document: Document, folders: Sequence[Path], known: dict[str, Scenario]) -> Claim:
    """The claim that a checked block describes; scenarios that are read are put among the known ones. Raises InputError."""
    tests = tuple(requirement_from(one, place, block, document, folders, known) for place, one in enumerate(block.tests))
    factors = tuple(sorted({1.0, *block.break_even.factors}))
    named = {test.comparison.scenario: known[test.comparison.scenario] for test in tests}
    return Claim(
        block.claim, block.says, block.by, block.about, tests, block.break_even.scales, factors, block.built_in, block.emerges,
        document.content, named,
    )  # fmt: skip


def requirement_from(
    one: TestBlock, place: int, claim: ClaimBlock, document: Document, folders: Sequence[Path], shelf: dict[str, Scenario]
) -> Test:
    """A test of a claim; what it does not say itself is as in the claim."""
    here: tuple[str | int, ...] = ("tests", place)
    name = one.scenario or claim.scenario
    whose = (*here, "scenario") if one.scenario else ("scenario",)
    if name not in shelf:
        shelf[name] = scenario_named(name, folders, document, whose)
    scenario = shelf[name]
    common = one.changes or claim.changes
    with placed(document, (*here, "changes") if one.changes else ("changes",)):
        scenario, fixed = changed(scenario, common)
    against = side_from(
        one.against or claim.against, scenario, fixed, document, (*here, "against") if one.against else ("against",)
    )
    with_ = side_from(one.with_ or claim.with_, scenario, fixed, document, (*here, "with") if one.with_ else ("with",))
    for key in ("outcome", "per"):
        check_outcome(getattr(one, key), scenario, document, (*here, key))
    with placed(document, ("break_even",)):
        scaled = paths_scaled(claim.break_even, with_.scenario)
    comparison = Comparison(name, against, with_, scaled)
    return Test(one.outcome, one.per, one.expects, one.smallest, one.unit, one.because, one.decides, comparison)


def side_from(
    block: SideBlock, scenario: Scenario, fixed: tuple[str, ...], document: Document, place: tuple[str | int, ...]
) -> Side:
    """A variant of a scenario in which the numbers at some paths are fixed already."""
    with placed(document, place):
        made, own = changed(scenario, block)
    return Side(block.called, made, tuple(dict.fromkeys((*fixed, *own))), tuple(block.variant.in_words()))


def changed(scenario: Scenario, block: VariantBlock) -> tuple[Scenario, tuple[str, ...]]:
    """A scenario changed, and the paths that were set to plain numbers; patterns of paths stand for every path that fits."""
    entries = expanded(block.set, scenario)
    variant = Variant(block.variant.as_of, block.open, block.close, None, entries, block.fixed)
    return variant.applied(scenario), tuple(path for path, value in entries.items() if not is_judged(value))


def expanded(entries: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """Entries with every pattern replaced by the paths that fit it."""
    if not any("*" in path for path in entries):
        return dict(entries)
    known = list(inputs_of(scenario))
    return {
        path: value
        for pattern, value in entries.items()
        for path in (matching(pattern, known, scenario) if "*" in pattern else [pattern])
    }


def is_judged(value: Any) -> bool:
    """Whether an entry gives a number with a range, from which worlds are drawn."""
    return isinstance(value, Mapping) and value.get("range") is not None


def check_outcome(name: str | None, scenario: Scenario, document: Document, place: tuple[str | int, ...]) -> None:
    """Raise InputError for what cannot be measured."""
    known = names_measured(scenario)
    if name is not None and name not in known:
        raise InputError(
            "no such outcome", file=document.file, line=document.line(place), key=".".join(map(str, place)), value=name,
            allowed=listed(list(known)), suggestion=nearest(name, known),
        )  # fmt: skip


def paths_scaled(block: BreakEvenBlock, scenario: Scenario) -> tuple[str, ...]:
    """Paths of the numbers that the break-even multiplies."""
    known = inputs_of(scenario)
    names = [channel.name for channel in scenario.channels]
    for name in block.channel:
        if name not in names:
            raise InputError(
                "no such channel", key="channel", value=name, allowed=listed(names), suggestion=nearest(name, names)
            )
    of_channels = (f"channels.{name}.{effect}" for name in block.channel for effect in EFFECTS)
    of_paths = flat(matching(pattern, known, scenario) for pattern in block.paths)
    for path in of_paths:
        if path not in known:
            raise InputError("no number that this scenario reads", key="paths", value=path, suggestion=nearest(path, known))
    return (*of_channels, *of_paths)


def flat(lists: Iterable[list[str]]) -> list[str]:
    """One list of several."""
    return [one for some in lists for one in some]
