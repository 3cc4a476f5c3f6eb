"""What of an effect is owed to which channel: what `attribute` writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from escalation_sim.analysis.gist import Gist
from escalation_sim.experiments.archive import kind_of
from escalation_sim.experiments.attribution import KIND, Attribution, load_attributions
from escalation_sim.experiments.attribution_in_words import (
    UNITS,
    difference,
    interaction_lines,
    presence_in_words,
    total_in_words,
    value_rows,
)
from escalation_sim.plots.shapley import charts_of_attributions, label_of
from escalation_sim.report.page import Assumptions, Chart, Page, Table, chart
from escalation_sim.report.remaking import from_scenario
from escalation_sim.scenario import Scenario

__all__ = ["holds", "page"]

_CHART = (
    "Above: what each line adds, averaged over all orders in which they may come in, with its 95 % interval for the number of runs; the values add "
    "up to the whole. Below: what two lines change together beyond what each changes alone."
)
_TABLE = (
    "{outcome}. Shapley: what a line adds, averaged over all orders in which they may come in. Only it: change where it is the only one, against "
    "none. Without: change where it is the only one missing, against all. Intervals of 95 % are for the number of runs, not for doubt about the model."
)


def holds(folder: Path) -> bool:
    """Whether a folder holds an attribution."""
    return kind_of(folder) == KIND


def page(folder: Path) -> Page:
    """The attribution told."""
    found, manifest = load_attributions(folder)
    given, first = Scenario.from_document(manifest["scenario"]), next(iter(found.values()))
    players = [channel for channel in given.channels if channel.name in manifest["channels"]]
    labels = {channel.name: channel.label for channel in given.channels}
    sets = len(first.subsets)
    return Page(
        title=f"{given.title}: which line does what",
        under=f"All {sets} sets of {len(players)} lines, {first.runs:,} runs of each on the same luck, seed {first.seed}, "
        f"escalation-sim {manifest['software']['escalation_sim']}",
        about=given.about,
        question=question(found, [labels[name] for name in first.channels]),
        answers=tuple(answer(one, labels) for one in found.values()),
        remarks=tuple(line for one in found.values() for line in together(one, labels)),
        seen="What is owed to which line",
        charts=tuple(charts(found, labels)),
        tables=tuple(tables(found, labels)),
        assumptions=Assumptions(
            f"{presence_in_words(given, players)} {len(first.scenario.judged)} judged numbers are drawn anew for every run, the same in every set; "
            "which of them decide what a line does is a question of its own (`escalation-sim sensitivity --effect`)."
        ),
        remake=from_scenario(
            given, "attribute", manifest["arguments"], f"results/attribute-{given.name}", first.seed, f"{first.runs}", manifest["software"]
        ),
    )  # fmt: skip


def question(found: Mapping[str, Attribution], lines: list[str]) -> str:
    """What was asked."""
    outcomes = " and ".join(in_sentence(one) for one in found.values())
    return f"Of what these lines change together in the {outcomes}, what is owed to each: {', '.join(lines)}? Which would one keep, if it could only be one?"


def in_sentence(found: Attribution) -> str:
    """The outcome inside of a sentence."""
    return label_of(found)[:1].lower() + label_of(found)[1:]


def answer(found: Attribution, labels: Mapping[str, str]) -> Gist:
    """The total, the line that most is owed to, the one to keep and the one not to lose, as far as chance lets them be told."""
    largest = told_apart(found, "value")
    parts = [f"{named(found)}: {total_in_words(found)}."]
    if largest is None:
        parts.append("With so many runs no line's part in that can be told from chance.")
    else:
        parts.append(f"Most of it is owed to “{labels[largest]}”: {with_interval(found, largest, 'value')}.")
    for way, words in (
        ("alone", "If only one could be kept, it would be"),
        ("lost", "If one were lost, most would change without"),
    ):
        name = told_apart(found, way)
        if name is not None:
            parts.append(f"{words} “{labels[name]}”: {with_interval(found, name, way)}.")
    footing = f"{found.runs:,} runs of each set of lines, the same luck in all. In brackets 95 % intervals for that number of runs, which say nothing about doubt in the model."
    return Gist(" ".join(parts), footing)


def named(found: Attribution) -> str:
    """The outcome with its unit, where the one does not say the other."""
    unit = UNITS.get(found.unit, "")
    return f"{label_of(found)}, in {unit}" if unit and unit not in in_sentence(found) else label_of(found)


def together(found: Attribution, labels: Mapping[str, str]) -> Iterator[str]:
    """Pairs that do more or less together than each alone, with the outcome and the labels of the lines."""
    for line in interaction_lines(found):
        for name, label in labels.items():
            line = line.replace(name, f"“{label}”")
        yield f"{label_of(found)}: {line[:1].lower()}{line[1:]}"


def told_apart(found: Attribution, way: str) -> str | None:
    """The channel with the largest number of a kind among those whose interval does not hold 0; None where there is none."""
    table = found.values
    sure = table[(table[f"{way}_low"] > 0.0) | (table[f"{way}_high"] < 0.0)]
    return None if sure.empty else str(sure[way].abs().idxmax())


def with_interval(found: Attribution, name: str, way: str) -> str:
    """A number of a channel with its interval."""
    row: Any = found.values.loc[name]
    ends = {"value": row[way], "low": row[f"{way}_low"], "high": row[f"{way}_high"]}
    return difference(pd.Series(ends), found.unit)


def charts(found: Mapping[str, Attribution], labels: Mapping[str, str]) -> Iterator[Chart]:
    """The charts of `plot`."""
    for one, draw in zip(found.values(), charts_of_attributions(found).values(), strict=True):
        values = "; ".join(f"{labels[name]} {with_interval(one, name, 'value')}" for name in one.channels)
        yield chart(draw(), f"Shapley values of {in_sentence(one)}: {values}", _CHART)


def tables(found: Mapping[str, Attribution], labels: Mapping[str, str]) -> Iterator[Table]:
    """What is owed to which line, for each outcome."""
    for one in found.values():
        rows = [[labels[row[0]], *row[1:]] for row in value_rows(one)]
        columns = ["Line", "Shapley", "95 % interval", "Only it", "Without"]
        yield Table(columns, rows, _TABLE.format(outcome=named(one)))
