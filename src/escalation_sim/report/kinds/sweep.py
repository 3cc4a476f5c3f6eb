"""Points of an experiment: what `sweep` writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from escalation_sim.analysis.assumptions import numbers_that_go_along
from escalation_sim.analysis.estimates import mean_of
from escalation_sim.analysis.gist import Gist
from escalation_sim.analysis.in_print import number, signed
from escalation_sim.experiments.experiment import Experiment
from escalation_sim.experiments.store import is_data_set, manifest_in
from escalation_sim.experiments.sweep import Sweep, load_sweep
from escalation_sim.experiments.tables import labels_of, levels_of
from escalation_sim.inputs import varied
from escalation_sim.plots.album import charts_of_sweep, rows_of, usual_outcomes
from escalation_sim.plots.sweeps import SHARES, called, changes_by_state
from escalation_sim.report.assumed import table_of
from escalation_sim.report.page import Assumptions, Chart, Page, Table, chart
from escalation_sim.report.remaking import from_files
from escalation_sim.scenario import Scenario, as_yaml, yaml_of

__all__ = ["holds", "page"]

_MOST_LEVELS, _MOST_POINTS, _MOST_LABELS = 40, 64, 6
_CAPTIONS = {
    "by": "Means at each level, over the levels of all else, with 95 % intervals for the number of runs.",
    "survival": "Share of the crises still going, by day, with its 95 % band.",
    "map": "Means over the levels of all else.",
    "lines": "What opening each line changes: a dot for each state of the others, a bar for their mean with its 95 % interval for the number of runs.",
}
_LEVELS = "Means at each level of one factor, over the levels of all others (95 % interval for the number of runs)."
_LINES = "What opening a line changes, on average over every state of the others (95 % interval for the number of runs)."
_FOOTING = (
    "{runs:,} runs at each of {points:,} points, the same luck at all. In brackets 95 % intervals for the number of runs. Levels share their luck, so that "
    "a difference may be sure although intervals overlap."
)


@dataclass(frozen=True)
class Told:
    """A sweep with what is looked up in it more than once."""

    found: Sweep
    asked: Experiment

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row per point and run."""
        return rows_of(self.found, self.asked)

    @cached_property
    def points(self) -> pd.DataFrame:
        """The points that could be computed, and what tells them apart."""
        return self.found.points[self.found.points["error"].isna()].drop(columns="error")

    @cached_property
    def outcomes(self) -> list[str]:
        """The usual outcomes that are there."""
        return usual_outcomes(self.rows, self.asked)

    @property
    def channels(self) -> list[str]:
        """Channels that are open at some points and closed at others."""
        found = [name for name in self.points.columns if set(self.points[name]) == {"open", "closed"}]
        return found if len(found) > 1 else []

    @property
    def factors(self) -> list[str]:
        """What else has a few levels."""
        return [
            name
            for name in self.points.columns
            if name not in self.channels and 1 < self.points[name].nunique() <= min(_MOST_LEVELS, len(self.points) - 1 or 1)
        ]


def holds(folder: Path) -> bool:
    """Whether a folder holds a sweep."""
    return is_data_set(folder)


def page(folder: Path) -> Page:
    """The sweep told."""
    told = Told(*load_sweep(folder))
    asked, software = told.asked, manifest_in(folder)["software"]
    runs, points = asked.runs, len(asked.points)
    return Page(
        title=asked.question,
        under=f"{asked.scenario.title}: {points:,} points of {runs:,} runs each, the same luck at every point, seed {asked.seed}, escalation-sim {software['escalation_sim']}",
        about=asked.about,
        question=asked.question,
        answers=(answer(told),),
        remarks=tuple(failures(told.found)),
        seen="What comes of it",
        charts=tuple(charts(told)),
        tables=tuple(tables(told)),
        assumptions=assumptions(told),
        remake=from_files(
            asked.name, files_of(folder), ["sweep", f"experiments/{asked.name}.yaml"], f"results/{asked.name}", asked.seed,
            f"{runs} runs at each of {points:,} points", software,
        ),
    )  # fmt: skip


def files_of(folder: Path) -> dict[str, str]:
    """The experiment's file and that of its scenario."""
    manifest = manifest_in(folder)
    experiment, scenario = manifest["experiment"], Scenario.from_document(manifest["scenario"])
    return {
        f"experiments/{experiment['name']}.yaml": yaml_of(experiment),
        f"scenarios/{experiment['scenario']}.yaml": as_yaml(scenario),
    }


# The answer


def answer(told: Told) -> Gist:
    """How far the first outcomes move with each thing that varies; over all points where all are numbers drawn anew."""
    sentences = [sentence for outcome in told.outcomes[:2] for sentence in along(told, outcome)]
    sentences = sentences or [over_all(told, outcome) for outcome in told.outcomes[:2]]
    return Gist(" ".join(sentences), _FOOTING.format(runs=told.asked.runs, points=len(told.points)))


def along(told: Told, outcome: str) -> Iterator[str]:
    """A sentence for each factor, and one for all lines."""
    for factor in told.factors:
        if told.points[factor].nunique() == 2:
            yield by_two(told, factor, outcome)
            continue
        frame = levels_of(told.rows, told.points, [factor], outcome)
        means = frame["mean"].to_numpy(dtype=float)
        low, high = frame.iloc[int(np.argmin(means))], frame.iloc[int(np.argmax(means))]
        yield (
            f"The {called(outcome)} is lowest where “{factor}” is {level(low[factor])}, {cell(outcome, low)}, and highest where it is "
            f"{level(high[factor])}, {cell(outcome, high)}."
        )
    if told.channels:
        moved = {name: change_by(told, name, outcome) for name in told.channels}
        largest = sorted(moved, key=lambda name: -abs(moved[name][0]))[:2]
        words = ", ".join(
            f"{name.replace('_', ' ')} by {change(outcome, moved[name][0])} ({change(outcome, moved[name][1])} to {change(outcome, moved[name][2])})"
            for name in largest
        )
        yield f"Opening a line moves {called(outcome)} most for {words}."


def by_two(told: Told, factor: str, outcome: str) -> str:
    """What the second of two levels changes against the first, run by run."""
    first, second = dict.fromkeys(told.points[factor])
    values = told.rows.pivot(index="point", columns="run", values=outcome)
    sides = [
        np.nanmean(values.loc[told.points.index[told.points[factor] == one]].to_numpy(float), axis=0) for one in (first, second)
    ]
    found = mean_of(sides[1] - sides[0])
    return (
        f"Where “{factor}” is {level(second)} and not {level(first)}, run by run on the same luck, the {called(outcome)} differs by "
        f"{change(outcome, found.value)} ({change(outcome, found.low)} to {change(outcome, found.high)})."
    )


def over_all(told: Told, outcome: str) -> str:
    """Where an outcome lies over the points."""
    means = told.rows.groupby("point")[outcome].mean().to_numpy(dtype=float)
    low, first, middle, last, high = (figure(outcome, value) for value in np.quantile(means, (0.0, 0.1, 0.5, 0.9, 1.0)))
    return f"Over the points, {called(outcome)} lies between {low} and {high}; at half of them it is below {middle}, at eight in ten between {first} and {last}."


def change_by(told: Told, channel: str, outcome: str) -> tuple[float, float, float]:
    """What opening a line changes on average over the states of the others, with its interval."""
    values = told.rows.pivot(index="point", columns="run", values=outcome)
    found = mean_of(np.nanmean(changes_by_state(told.points, told.channels, channel, values), axis=0))
    return found.value, found.low, found.high


def figure(outcome: str, value: float) -> str:
    """A mean in print; shares in percent."""
    return f"{number(100.0 * value, 1)} %" if outcome in SHARES else number(value, 2 if abs(value) < 10.0 else 1)


def between(outcome: str, low: float, high: float) -> str:
    """An interval in print; what is counted is never below 0."""
    low = max(low, 0.0) if outcome in SHARES else low
    return f"{figure(outcome, low).removesuffix(' %')}–{figure(outcome, high)}" if np.isfinite(low) else "no interval"


def change(outcome: str, value: float) -> str:
    """A difference in print; that of shares in points."""
    return signed(100.0 * value, 1) + " points" if outcome in SHARES else signed(value, 2)


def level(value: object) -> str:
    """A level of a factor in print."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def failures(found: Sweep) -> Iterator[str]:
    """What could not be computed."""
    failed = found.points[found.points["error"].notna()]
    if len(failed):
        yield f"{len(failed):,} points could not be computed; the first, point {failed.index[0]}: {failed['error'].iloc[0]}."


# Charts and tables


def charts(told: Told) -> Iterator[Chart]:
    """The charts of `plot`."""
    for name, draw in charts_of_sweep(told.found, told.asked, told.rows, told.outcomes).items():
        kind = name.split("-")[0]
        yield chart(draw(), f"{name.replace('-', ', ').replace('_', ' ')}. {answer(told).sentence}", _CAPTIONS.get(kind, ""))


def tables(told: Told) -> Iterator[Table]:
    """Means by the levels of each factor and by line, and the first points."""
    heads = [called(outcome)[:1].upper() + called(outcome)[1:] for outcome in told.outcomes]
    for factor in told.factors:
        by_outcome = [levels_of(told.rows, told.points, [factor], outcome) for outcome in told.outcomes]
        rows = [
            [level(name), *(cell(outcome, frame.iloc[place]) for outcome, frame in zip(told.outcomes, by_outcome, strict=True))]
            for place, name in enumerate(by_outcome[0][factor])
        ]  # fmt: skip
        yield Table([factor, *heads], rows, _LEVELS)
    if told.channels:
        rows = [
            [name.replace("_", " "), *(line_cell(told, name, outcome) for outcome in told.outcomes)] for name in told.channels
        ]
        yield Table(["Line", *heads], rows, _LINES)
    yield points_table(told, heads)


def cell(outcome: str, row: pd.Series) -> str:
    """A mean with its interval."""
    return f"{figure(outcome, row['mean'])} ({between(outcome, row['low'], row['high'])})"


def line_cell(told: Told, channel: str, outcome: str) -> str:
    """What opening a line changes, with its interval."""
    value, low, high = change_by(told, channel, outcome)
    return f"{change(outcome, value)} ({change(outcome, low)} to {change(outcome, high)})".replace(" points (", " (").replace(
        " points to", " to"
    )


def points_table(told: Told, heads: Sequence[str]) -> Table:
    """The first points with their means."""
    summary = told.found.summary.set_index(["point", "outcome"])
    labels = labels_of(told.points)
    shown = list(labels.columns[:_MOST_LABELS])
    rows = [
        [str(point), *(level(labels.at[point, name]) for name in shown),
         *(cell(outcome, summary.loc[(point, outcome)]) for outcome in told.outcomes)]
        for point in labels.index[:_MOST_POINTS]
    ]  # fmt: skip
    left = len(labels) - len(rows)
    more = f" {left:,} further points are in the data set." if left else ""
    narrow = f" {len(labels.columns) - len(shown)} more things vary than are shown." if len(labels.columns) > len(shown) else ""
    caption = f"Points with their means (95 % interval for the number of runs).{more}{narrow}"
    return Table(["Point", *shown, *heads], rows, caption, words=tuple(range(1 + len(shown))))


def assumptions(told: Told) -> Assumptions:
    """Numbers of a sample with which the first outcome goes along; for a grid what was drawn for every run."""
    scenario, outcome = told.asked.scenario, told.outcomes[0]
    numbers = varied(scenario)
    drawn = told.points[[name for name in told.points.columns if name in numbers]]
    means = told.rows.groupby("point")[outcome].mean().reindex(told.points.index).to_numpy(dtype=float)
    found = numbers_that_go_along(drawn, numbers, means)
    if len(drawn.columns) and not found.empty:
        words = f"{len(drawn.columns)} numbers differ from point to point. Below are those with which the points' {called(outcome)} goes along most."
        return Assumptions(words, table_of(found, scenario, "points"))
    return Assumptions(
        f"{len(scenario.judged)} judged numbers were drawn anew for every run, each from its range, alike at every point; what is not varied stands as in the scenario. "
        "Most of them are assumed."
    )
