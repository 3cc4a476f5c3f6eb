"""`escalation-sim attribute`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.cli.changes import AsOf, Changes, Close, Decision, Fixed, Open, ScenarioFile, Seed, Set, Workers
from escalation_sim.cli.compare import columns_of, say_wrapped, show_files
from escalation_sim.cli.run import NoCharts, Out, RunsByKind, check_folder

if TYPE_CHECKING:
    from escalation_sim.experiments.attribution import Attribution
    from escalation_sim.scenario import Channel, Scenario

__all__ = ["attribute"]

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

_DEFAULT = {"crisis": "peak_rung", "rivalry": "deaths_total"}
_RUNS = {"crisis": 1000, "rivalry": 50}
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
    check_folder(folder, "attribution")
    count = _RUNS[crisis.kind] if runs is None else runs
    show_header(crisis, changes, players, count, seed)
    with progress_bar("running", count << len(players)) as progress:
        found = attribution.attributions(crisis, outcomes, count, seed, channels=names, workers=workers, progress=progress)
    for one in found.values():
        show_attribution(one)
    for note in _NOTES:
        say_wrapped(note)
    arguments = [
        *(word for name in outcomes for word in ("--outcome", name)),
        *("--channels", ",".join(names), "--runs", str(count), "--seed", str(seed)),
    ]
    attribution.save_attributions(found, crisis, folder / "data", arguments)
    show_files(folder, written_to(found, folder, charts=not no_charts))


def show_header(crisis: Scenario, changes: Changes, players: list[Channel], runs: int, seed: int) -> None:
    """Say what is run, and what it means for a channel to be there."""
    from escalation_sim.cli.printing import heading, say
    from escalation_sim.experiments.attribution_in_words import presence_in_words

    say(heading(crisis.title))
    number_of_runs = f"{runs:,} {'run' if runs == 1 else 'runs'}"
    say(f"All {1 << len(players)} sets of {len(players)} channels, {number_of_runs} of each, seed {seed}")
    if changes.in_words():
        say_wrapped(f"Changed: {'; '.join(changes.in_words())}")
    say_wrapped(presence_in_words(crisis, players))
    say()


def show_attribution(found: Attribution) -> None:
    """Print what is owed to which channel."""
    from escalation_sim.cli.printing import heading, say, table
    from escalation_sim.experiments.attribution_in_words import UNITS, interaction_lines, total_in_words, value_rows

    say(heading(f"{found.outcome}{', ' + UNITS[found.unit] if found.unit in UNITS else ''}"))
    say_wrapped(total_in_words(found))
    say(table(columns_of("Shapley", "95 % interval", "Only it", "Without"), value_rows(found)))
    say()
    for line in interaction_lines(found):
        say_wrapped(line)
    say()


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
