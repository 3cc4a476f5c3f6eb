"""`escalation-sim attribute`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from escalation_sim.cli.changes import AsOf, Changes, Close, Decision, Fixed, Open, ScenarioFile, Seed, Set, Workers
from escalation_sim.cli.compare import columns_of, number, say_wrapped, show_files, signed
from escalation_sim.cli.run import NoCharts, Out, RunsByKind, check_folder

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.experiments.attribution import Attribution
    from escalation_sim.scenario import Channel, Scenario

__all__ = ["attribute", "interaction_lines", "value_rows"]

Outcomes = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome",
        metavar="NAME",
        help="What is attributed: peak_rung, force, war, days_to_end, deaths_total, cease_fire, misperception, or a number of the "
        "outcomes that every run has. Repeatable.",
        show_default="peak_rung; deaths_total of a rivalry",
    ),
]
Players = Annotated[
    str | None,
    typer.Option(
        "--channels", metavar="A,B,C", help="The channels that share the effect.", show_default="the six between the two sides"
    ),
]

_MANY = 10
_DEFAULT = {"crisis": "peak_rung", "rivalry": "deaths_total"}
_RUNS = {"crisis": 1000, "rivalry": 50}
_SCALE = {"share": (100.0, 2), "rungs": (1.0, 3), "days": (1.0, 2), "deaths": (1.0, 1)}
_UNITS = {"share": "points", "rungs": "rungs", "days": "days", "deaths": "deaths"}
_NOTES = (
    "Shapley: what a channel adds, averaged over all orders in which they may come in; these values add up to the difference. Only it: "
    "change where it is the only one, against none. Without: change where it is the only one missing, against all.",
    "Every set of channels has the same luck, run by run. Intervals are of 95 % for the finite number of runs, not for doubt about the model.",
)


def attribute(  # noqa: PLR0913  (one argument for each option)
    scenario: ScenarioFile,
    outcome: Outcomes = None,
    channels: Players = None,
    runs: RunsByKind = None,
    seed: Seed = "1",  # type: ignore[assignment]  # read by the option's parser
    opened: Open = None,
    closed: Close = None,
    entries: Set = None,
    as_of: AsOf = None,
    fixed: Fixed = False,
    decision: Decision = None,
    out: Out = None,
    no_charts: NoCharts = False,
    workers: Workers = "1",  # type: ignore[assignment]
) -> None:
    """Share an effect among the channels: exact Shapley values, every set of channels run on the same seeds."""
    from escalation_sim.cli.printing import progress_bar
    from escalation_sim.experiments import attribution
    from escalation_sim.scenario import load_scenario

    changes = Changes(as_of, tuple(opened or ()), tuple(closed or ()), decision, tuple(entries or ()), fixed)
    crisis = changes.applied(load_scenario(scenario))
    names = [name.strip() for name in channels.split(",")] if channels is not None else list(attribution.BILATERAL)
    players = attribution.checked_players(crisis, names)
    outcomes = list(dict.fromkeys(outcome or [_DEFAULT[crisis.kind]]))
    attribution.checked_measures(crisis, outcomes)
    folder = out if out is not None else Path("results") / f"attribute-{crisis.name}"
    check_folder(folder)
    count = _RUNS[crisis.kind] if runs is None else runs
    show_header(crisis, changes, players, count, seed)
    with progress_bar("running", count << len(players)) as progress:
        found = attribution.attributions(crisis, outcomes, count, seed, channels=names, workers=workers, progress=progress)
    for one in found.values():
        show_attribution(one)
    for note in _NOTES:
        say_wrapped(note)
    show_files(folder, written_to(found, folder, charts=not no_charts))


def show_header(crisis: Scenario, changes: Changes, players: list[Channel], runs: int, seed: int) -> None:
    """Say what is run, and what it means for a channel to be there."""
    from escalation_sim.cli.printing import heading, say

    say(heading(crisis.title))
    number_of_runs = f"{runs:,} {'run' if runs == 1 else 'runs'}"
    say(f"All {1 << len(players)} sets of {len(players)} channels, {number_of_runs} of each, seed {seed}")
    if changes.in_words():
        say_wrapped(f"Changed: {'; '.join(changes.in_words())}")
    say_wrapped(presence_in_words(crisis, players))
    say()


def presence_in_words(crisis: Scenario, players: list[Channel]) -> str:
    """What present and absent mean here."""
    from escalation_sim.experiments.attribution import with_all_present

    closed = {channel.name for channel in players if channel.status == 0.0}
    given = [
        f"{channel.name} {channel.relationship.value:g}"
        + (f" ({channel.relationship.range[0]:g} to {channel.relationship.range[1]:g})" if channel.relationship.range else "")
        for channel in with_all_present(crisis, players).channels
        if channel.name in closed
    ]
    there = "Present: open from the first day, with the working relationship of the scenario"
    return f"{there}{'; closed there, and given one: ' + ', '.join(given) if given else ''}. Absent: closed."


def show_attribution(found: Attribution) -> None:
    """Print what is owed to which channel."""
    from escalation_sim.cli.printing import heading, say, table

    say(heading(f"{found.outcome}{', ' + _UNITS[found.unit] if found.unit in _UNITS else ''}"))
    say_wrapped(total_in_words(found))
    say(table(columns_of("Shapley", "95 % interval", "Only it", "Without"), value_rows(found)))
    say()
    for line in interaction_lines(found):
        say_wrapped(line)
    say()


def total_in_words(found: Attribution) -> str:
    """The outcome with none and with all of the channels, and the difference."""
    totals: Any = found.totals
    scale, digits = _SCALE.get(found.unit, (1.0, 3))
    percent = " %" if found.unit == "share" else ""
    none, every = (f"{number(scale * totals.loc[name, 'value'], digits)}{percent}" for name in ("none", "all"))
    return f"{none} with none of them, {every} with all: {difference(totals.loc['effect'], found.unit)}"


def difference(row: Any, unit: str) -> str:
    """A difference and its interval in print."""
    scale, digits = _SCALE.get(unit, (1.0, 3))
    value, low, high = (signed(scale * row[name], digits) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})" if row["low"] == row["low"] else value


def value_rows(found: Attribution) -> list[list[str]]:
    """The table of values in print, one row for each channel, the largest first."""
    scale, digits = _SCALE.get(found.unit, (1.0, 3))
    values: pd.DataFrame = found.values.sort_values("value", key=lambda column: -column.abs(), kind="stable")
    rows = []
    row: Any
    for name, row in values.iterrows():
        low, high = (signed(scale * row[end], digits) for end in ("value_low", "value_high"))
        between = f"{low} to {high}" if row["value_low"] == row["value_low"] else ""
        shown = (signed(scale * row[way], digits) for way in ("value", "alone", "lost"))
        value, alone, lost = shown
        rows.append([str(name), value, between, alone, lost])
    return rows


def interaction_lines(found: Attribution) -> list[str]:
    """The pairs that do more or less together than each alone, as far as their intervals tell."""
    table = found.interactions
    told = table[(table["low"] > 0.0) | (table["high"] < 0.0)].sort_values("value", key=lambda column: -column.abs())
    if told.empty:
        return ["No two of them do more or less together than each alone by more than chance: all intervals hold 0."]
    pairs: Any = told.iterrows()
    words = [f"{first} and {second} {difference(row, found.unit)}" for (first, second), row in pairs]
    by_chance = f" (of {len(table)} intervals, one in twenty misses 0 by chance)" if len(table) >= _MANY else ""
    return [f"Together, beyond each alone: {'; '.join(words)}{by_chance}."]


def written_to(found: Mapping[str, Attribution], folder: Path, *, charts: bool) -> list[Path]:
    """Write the tables and, where asked for, the charts to a folder, and return the files."""
    from escalation_sim.cli.tables import write_tables

    tables = {
        f"{kind}-{name}": getattr(one, kind)
        for name, one in found.items()
        for kind in ("values", "interactions", "totals", "subsets")
    }
    files = write_tables(tables, folder)
    if charts:
        from escalation_sim.plots.shapley import write_attributions

        files += write_attributions(found, folder)
    return files
