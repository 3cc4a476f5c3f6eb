"""Ladders from documents: whether their rungs and marks fit each other."""

from __future__ import annotations

from collections.abc import Sequence

from escalation_sim.ladder import ACT, POSTURE, Ladder, Rung
from escalation_sim.scenario.document import Document, KeyPath
from escalation_sim.scenario.findings import Findings
from escalation_sim.scenario.schema import LadderBlock, RungBlock, checked

__all__ = ["check_ladder", "ladder_from", "read_ladder"]

_MARKS = ("quiet", "alert", "force", "war", "nuclear_use")


def read_ladder(document: Document) -> Ladder:
    """The ladder a document describes; raises InputError."""
    block = checked(LadderBlock, document)
    findings = Findings(document)
    check_ladder(block, findings, ())
    findings.raise_any()
    return ladder_from(block)


def ladder_from(block: LadderBlock) -> Ladder:
    """The ladder of a checked block."""
    rungs = tuple(Rung(**{name: getattr(rung, name) for name in Rung.__dataclass_fields__}) for rung in block.rungs)
    return Ladder(block.name, rungs, block.quiet, block.alert, block.force, block.war, block.nuclear_use)


def check_ladder(block: LadderBlock, findings: Findings, at: KeyPath) -> None:
    """Note what does not fit: the order of the marks, what rungs fall back to, falling severity."""
    _check_marks(block, findings, at)
    for number in range(len(block.rungs)):
        _check_rung(block.rungs, number, findings, (*at, "rungs", number))


def _check_marks(block: LadderBlock, findings: Findings, at: KeyPath) -> None:
    quiet, alert, force, war, nuclear_use = (getattr(block, mark) for mark in _MARKS)
    if not quiet < alert < force <= war <= nuclear_use:
        order = "quiet < alert < force <= war <= nuclear_use"
        findings.wrong(
            (*at, "quiet"), "the marks of the ladder are out of order", [getattr(block, mark) for mark in _MARKS], order
        )
    top = len(block.rungs) - 1
    for mark in _MARKS[:-1]:
        if getattr(block, mark) > top:
            findings.wrong((*at, mark), "there is no such rung", getattr(block, mark), f"0 to {top}")
    if nuclear_use > top + 1:
        findings.wrong((*at, "nuclear_use"), "there is no such rung", nuclear_use, f"0 to {top}, or {top + 1} for none")
    for mark in ("quiet", "alert", "war"):
        number = getattr(block, mark)
        if number <= top and block.rungs[number].kind != POSTURE:
            findings.wrong(
                (*at, "rungs", number, "kind"), f"the {mark} rung must be a posture", block.rungs[number].kind, POSTURE
            )


def _check_rung(rungs: Sequence[RungBlock], number: int, findings: Findings, path: KeyPath) -> None:
    rung = rungs[number]
    below = rungs[number - 1].severity if number else 0.0
    if number == 0 and (rung.severity != 0.0 or rung.kind != POSTURE):
        findings.wrong(path, "the lowest rung must be a posture of severity 0", f"{rung.kind} of severity {rung.severity:g}")
    if rung.severity < below:
        findings.wrong((*path, "severity"), "severity falls from one rung to the next", rung.severity, f"at least {below:g}")
    if rung.name in [other.name for other in rungs[:number]]:
        findings.wrong((*path, "name"), "two rungs have the same name", rung.name)
    _check_kind(rungs, number, findings, path)


def _check_kind(rungs: Sequence[RungBlock], number: int, findings: Findings, path: KeyPath) -> None:
    rung, falls = rungs[number], rungs[number].falls_back_to
    if rung.kind == ACT and rung.lasts == 0.0:
        findings.wrong((*path, "lasts"), "an act must last some time", rung.lasts, "more than 0 days")
    if rung.kind == POSTURE and rung.lasts > 0.0:
        findings.wrong((*path, "lasts"), "a posture is held until it is given up", rung.lasts, "0 days")
    highest = number - 1 if number and rung.kind == ACT else number
    if falls > highest:
        findings.wrong((*path, "falls_back_to"), "must fall back to a lower rung", falls, f"0 to {highest}")
    elif rung.kind == ACT and rungs[falls].kind != POSTURE:
        findings.wrong((*path, "falls_back_to"), "an act must fall back to a posture", falls)
