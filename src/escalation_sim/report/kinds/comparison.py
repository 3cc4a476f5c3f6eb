"""Variants of a scenario beside it on the same luck: what `compare` writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from escalation_sim.analysis.assumptions import numbers_that_go_along
from escalation_sim.analysis.gist import Gist, gist, saved_run
from escalation_sim.analysis.in_print import pairing_rows, without_periods
from escalation_sim.analysis.readable import path_in_words, readable_differences
from escalation_sim.experiments.archive import kind_of
from escalation_sim.experiments.comparison import KIND, Comparison, load_comparison
from escalation_sim.plots.comparison import charts_of_comparison
from escalation_sim.report.assumed import assumptions_from, labels_in
from escalation_sim.report.page import Assumptions, Chart, Page, Story, Table, chart
from escalation_sim.report.remaking import from_scenario
from escalation_sim.report.stories import told_side_by_side
from escalation_sim.results import Result
from escalation_sim.scenario import Scenario

__all__ = ["change_in_words", "holds", "page"]

_CHANGE = "with the change"
_STATES = {0.0: "closed", 1.0: "suspended", 2.0: "open"}
_MOST_CHANGES, _MOST_TOLD = 5, 3
_CAPTIONS = {
    "differences": "Each difference in units of how much the outcome varies from run to run, with its 95 % interval for the number of runs. Left of the line is less, right of it more.",
    "peak_rung": "Left: how many runs peak on which rung, before and after. Right: how far single runs, each held against its twin, come down or go up.",
    "days_to_end": "Left: how long runs last. Right: how many days single runs, each held against its twin, are shorter or longer.",
    "deaths": "Left: how many die. Right: how many fewer or more die in single runs, each held against its twin.",
}
_DIFFERENCES = (
    "{variant}: before, after, and the difference run by run. Shares are in percent of runs, their differences in points. Intervals of 95 % "
    "are for the number of runs, not for doubt about the model."
)
_PAIRS = (
    "{variant}: in how many runs each outcome is lower, the same, higher. Corr.: correlation before and after. Factor: so many times more "
    "runs would be needed without the same luck (95 % interval). Runs: so many are needed for the usual precision."
)


def holds(folder: Path) -> bool:
    """Whether a folder holds a comparison."""
    return kind_of(folder) == KIND


def page(folder: Path) -> Page:
    """The comparison told."""
    found, manifest = load_comparison(folder, _CHANGE)
    base, software = found.base.scenario, manifest["software"]
    changes = {name: change_in_words(base, result.scenario) for name, result in found.variants.items()}
    crisis = base.kind == "crisis"
    of_each = (
        f"{found.runs:,} {'crises' if crisis else 'histories'} as it stands and as many of each of {len(changes)} variants"
    )
    with_change = f"{found.runs:,} {'crises' if crisis else 'histories'}, and the same again with the change"
    return Page(
        title=f"{base.title}: what {'a change' if len(changes) == 1 else 'changes'} would do",
        under=f"{with_change if len(changes) == 1 else of_each}, on the same luck, seed {found.seed}, escalation-sim {software['escalation_sim']}",
        about=base.about,
        question=question(base, changes),
        answers=tuple(
            answer(found, name, f"{leading(name, changes)}{words_for_change(change)}") for name, change in changes.items()
        ),
        remarks=(manifest["plan"] + ".",) if manifest["plan"] else (),
        seen="What the change makes of it" if len(changes) == 1 else "What the changes make of it",
        charts=tuple(charts(found)),
        tables=tuple(tables(found)),
        stories=tuple(stories(found)) if crisis else (),
        assumptions=assumptions(found),
        remake=from_scenario(
            base, "compare", manifest["arguments"], f"results/compare-{base.name}", found.seed, f"{found.runs}", software
        ),
    )


# What is changed


def change_in_words(before: Scenario, after: Scenario) -> list[str]:
    """What a variant changes, in phrases that go on from "with": channels by their labels, all else by its path."""
    phrases = [phrase for old, new in zip(before.channels, after.channels, strict=False) for phrase in of_channel(old, new)]
    labels = labels_in(after)
    old, new = (
        dict(leaves({key: value for key, value in one.document.items() if key != "channels"})) for one in (before, after)
    )
    for path in dict.fromkeys([*old, *new]):
        if old.get(path) != new.get(path):
            phrases.append(f"“{path_in_words(path, labels)}” at {shown(new.get(path))} (it was {shown(old.get(path))})")
    if len(phrases) > _MOST_CHANGES:
        phrases[_MOST_CHANGES - 1 :] = [f"{len(phrases) - _MOST_CHANGES + 1} more changes"]
    return phrases or ["nothing changed but numbers of channels"]


def of_channel(old: Any, new: Any) -> Iterator[str]:
    """What is changed about a channel."""
    told = new.relationship.value != old.relationship.value or new.relationship.range != old.relationship.range
    at = f" at a working relationship of {new.relationship.value:g}" if told and new.status > 0.0 else ""
    if new.status != old.status:
        yield f"“{new.label}” {_STATES[new.status]}{at}"
    elif at:
        yield f"“{new.label}”{at}"


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested plain data with its path; a judged number is one value."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict) and "value" not in value:
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    if not items:
        yield path, value.get("value") if isinstance(value, dict) else value
    for key, below in items:
        yield from leaves(below, f"{path}.{key}" if path else str(key))


def shown(value: object) -> str:
    """A value in print."""
    return "its default" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def words_for_change(phrases: list[str]) -> str:
    """Phrases as the beginning of a sentence."""
    return f"With {', '.join(phrases[:-1])}{' and ' if len(phrases) > 1 else ''}{phrases[-1]}"


def leading(name: str, changes: Mapping[str, list[str]]) -> str:
    """The name of a variant before what is said of it, where there are several."""
    return f"{name}: " if len(changes) > 1 else ""


def question(base: Scenario, changes: Mapping[str, list[str]]) -> str:
    """What was asked."""
    first, second = (country.label for country in base.countries)
    what = "crisis" if base.kind == "crisis" else "rivalry"
    if len(changes) == 1:
        with_ = words_for_change(next(iter(changes.values())))
        return f"{with_}, and everything else as it was, luck included: what would have become of the {what} between {first} and {second}?"
    return f"What would each of {len(changes)} changes have made of the {what} between {first} and {second}, everything else as it was, luck included?"


# What comes of it


def answer(found: Comparison, name: str, change: str) -> Gist:
    """What a variant does."""
    if found.base.scenario.kind == "crisis":
        return gist(found.base, found.variants[name], change)
    rows = {row[0]: row for row in readable_differences(found.differences.loc[name].reset_index())}
    told = [
        f"{what} goes from {before} to {after} ({difference}; {interval or 'no interval'})"
        for key, what in (("Crises", "crises"), ("Wars", "wars"), ("Deaths, mean", "deaths"))
        if key in rows
        for _, before, after, difference, interval in [rows[key]]
    ]
    return Gist(
        f"{change}, the mean number of {', that of '.join(told)}.",
        f"{found.runs:,} pairs of runs with the same luck; in brackets the difference run by run and its 95 % interval for that number of "
        "runs, which says nothing about doubt in the model.",
    )  # fmt: skip


def charts(found: Comparison) -> Iterator[Chart]:
    """The charts of `plot`."""
    for name, draw in charts_of_comparison(found).items():
        kind, _, place = name.partition("-")
        variant = list(found.variants)[int(place) - 1 if place else 0]
        yield chart(draw(), in_words(found, kind, variant), _CAPTIONS.get(kind, ""))


def in_words(found: Comparison, kind: str, variant: str) -> str:
    """What a chart shows, for those who do not see it."""
    outcome = {"deaths": "deaths_mean"}.get(kind, kind)
    table = found.differences.loc[variant].reset_index()
    rows = readable_differences(table if kind == "differences" else table[table["outcome"] == outcome])
    return f"{variant}. " + "; ".join(f"{row[0]}: from {row[1]} to {row[2]}, difference {row[3]} ({row[4]})" for row in rows)


def tables(found: Comparison) -> Iterator[Table]:
    """For each variant the differences, and what pairing is worth."""
    needed = found.needed()
    for name in found.variants:
        differences = without_periods(found.differences.loc[name].reset_index())
        rows = [list(row) for row in readable_differences(differences)]
        columns = ["", "As it was", "Changed", "Difference", "95 % interval"]
        yield Table(columns, rows, _DIFFERENCES.format(variant=capitalised(name)))
    for name in found.variants:
        own = needed[needed.index.get_level_values("variant") == name].droplevel("variant")
        pairs = without_periods(found.pairs.loc[name].reset_index())
        columns = ["", "Lower", "Same", "Higher", "Corr.", "Factor", "Runs"]
        yield Table(columns, pairing_rows(pairs, own), _PAIRS.format(variant=capitalised(name)))


def capitalised(words: str) -> str:
    """Words with a capital letter."""
    return words[:1].upper() + words[1:]


def stories(found: Comparison) -> Iterator[Story]:
    """For each variant the run that it brought down furthest, and for the only one also the run that it sent up furthest."""
    for name, after in list(found.variants.items())[:_MOST_TOLD]:
        saved, lost = saved_run(found.base, after), saved_run(after, found.base)
        which = f", {name}" if len(found.variants) > 1 else ""
        if saved is not None:
            why = "The change brings this run down furthest, and among such runs spares most lives. All else, luck included, is the same."
            yield twins(f"A run that the change saved (run {saved}{which})", why, found.base, after, saved)
        if lost is not None and len(found.variants) == 1:
            why = "The change sends this run up furthest: talking is no insurance. All else, luck included, is the same."
            yield twins(f"A run that the change made worse (run {lost})", why, found.base, after, lost)


def twins(title: str, why: str, before: Result, after: Result, run: int) -> Story:
    """A run told as it was and with the change."""
    pair = ((before.scenario, "as it was"), (after.scenario, _CHANGE))
    return Story(title, why, told_side_by_side(pair, before.seed, run))


def assumptions(found: Comparison) -> Assumptions:
    """The judged numbers with which the difference that the first variant makes goes along."""
    after = next(iter(found.variants.values()))
    outcome, what = ("peak_rung", "peak") if after.scenario.kind == "crisis" else ("crises", "number of crises")
    change = (after.outcomes[outcome] - found.base.outcomes[outcome]).to_numpy(dtype=float)
    if not np.any(change):
        return Assumptions(f"The change moves the {what} of no run, so that nothing can be said of what that rests on.")
    numbers = numbers_that_go_along(after.judged, after.scenario.judged, change)
    whose = "the change" if len(found.variants) == 1 else f"“{next(iter(found.variants))}”"
    return assumptions_from(numbers, after.scenario, f"what {whose} does to the {what} of a run")
