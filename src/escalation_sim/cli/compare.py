"""`escalation-sim compare`."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.analysis.in_print import difference_rows, pairing_rows, percent, without_periods
from escalation_sim.cli.changes import (
    AsOf,
    Changes,
    Close,
    Decision,
    Fixed,
    Open,
    ScenarioFile,
    Seed,
    Set,
    Workers,
    variant_from,
)
from escalation_sim.cli.run import DEFAULT_RUNS, NoCharts, Out, RunsByKind, check_folder
from escalation_sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from rich.console import RenderableType

    from escalation_sim.experiments.comparison import Comparison, Plan
    from escalation_sim.scenario import Scenario

__all__ = ["columns_of", "compare", "say_wrapped", "show_files"]

WIDTH = 80
CHANGED = "changed"

Variants = Annotated[
    list[str] | None,
    typer.Option(
        "--variant",
        metavar='"NAME: CHANGES"',
        help='A variant, as in "both: open back_channel=0.5; close dgmo_hotline; set PATH=VALUE"; also as-of DATE, decision NAME, '
        "fixed. Repeatable.",
    ),
]
Precise = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="P",
        help="Run as often as it takes to know differences to ± P, as in 0.5pp, 0.05 rungs, 1 day, 5 deaths, 2 %; --runs are then the pilot's.",
    ),
]
OfOutcome = Annotated[
    str | None,
    typer.Option("--outcome", metavar="NAME", help="The outcome that --precision is for (default: all of its unit)."),
]


_OF_DIFFERENCES = ("Before", "After", "Change", "95 % interval")
MARKS = 15  # columns of an interval drawn against zero
_BAR = 11
_OF_PAIRS = ("Lower", "Same", "Higher", "Corr.", "Factor", "Runs")
_MOST_NAME = 44
_DIFFERENCES = (
    "Before: as it stands; after: with the change. Force, war, cease-fire: runs that reach or have it, in percent, their changes in points; else means, but for the median. The change is taken run by run: run 37 has the "
    "same luck every time. The interval is for the finite number of runs, not for doubt about the model; each is drawn on a scale of its own, "
    "● the change, │ none."
)
_PAIRS = (
    "Lower, same, higher: in so many runs. Less is better, but for cease-fires, which are good only where there is something to stop. "
    "Correlation: of the outcome before and after. Factor: so many times more runs would be needed without the same luck (95 % interval)."
)


def compare(  # noqa: PLR0913  (one argument for each option)
    scenario: ScenarioFile,
    runs: RunsByKind = None,
    seed: Seed = "1",  # type: ignore[assignment]  # read by the option's parser
    opened: Open = None,
    closed: Close = None,
    entries: Set = None,
    as_of: AsOf = None,
    fixed: Fixed = False,
    decision: Decision = None,
    variants: Variants = None,
    precision: Precise = None,
    outcome: OfOutcome = None,
    out: Out = None,
    no_charts: NoCharts = False,
    workers: Workers = "1",  # type: ignore[assignment]
) -> None:
    """Compare a scenario as it stands with variants of it, on the same seeds."""
    from escalation_sim.cli.printing import progress_bar
    from escalation_sim.experiments import comparison
    from escalation_sim.scenario import load_scenario

    changes = Changes(as_of, tuple(opened or ()), tuple(closed or ()), decision, tuple(entries or ()), fixed)
    asked = asked_variants(changes, variants or [])
    crisis = load_scenario(scenario)
    changed = [one.applied(crisis) for one in asked.values()]
    wanted = comparison.as_precision(precision)
    comparison.checked_outcome(crisis, wanted, outcome)
    folder = out if out is not None else Path("results") / f"compare-{crisis.name}"
    check_folder(folder, "comparison")
    number = DEFAULT_RUNS[crisis.kind] if runs is None else runs
    show_header(crisis, asked, number, seed, pilot=wanted is not None)
    with progress_bar("running", number) as progress:
        found = comparison.compare(
            crisis, *changed, runs=number, seed=seed, workers=workers, names=list(asked), precision=wanted, outcome=outcome,
            progress=progress, told=show_plan,
        )  # fmt: skip
    show_comparison(found, asked)
    arguments = [
        *changes.arguments(),
        *(word for text in variants or [] for word in ("--variant", text)),
        *(["--precision", precision] if precision is not None else []),
        *(["--outcome", outcome] if outcome is not None else []),
        *("--runs", str(number), "--seed", str(seed)),
    ]
    written = written_to(found, folder, arguments, charts=not no_charts)
    show_files(folder, written)


def asked_variants(changes: Changes, texts: list[str]) -> dict[str, Changes]:
    """Every variant by name: that of the options, then those of `--variant`. Raises InputError where there is none, or a name comes twice."""
    words = "; ".join(changes.in_words())
    asked = {words if len(words) <= _MOST_NAME else CHANGED: changes} if words else {}
    for text in texts:
        name, named = variant_from(text)
        if name in asked:
            raise InputError("two variants have this name", key="--variant", value=name)
        asked[name] = named
    if not asked:
        raise InputError(
            "there is nothing to compare with: no change is given",
            allowed="at least one of --open, --close, --set, --as-of, --decision, --fixed, --variant",
        )
    return asked


def show_header(crisis: Scenario, asked: Mapping[str, Changes], runs: int, seed: int, *, pilot: bool) -> None:
    """Say what is compared."""
    from escalation_sim.cli.printing import heading, say

    say(heading(crisis.title))
    number = f"{runs:,} {'run' if runs == 1 else 'runs'}"
    changed = f"{runs:,} with the change" if len(asked) == 1 else f"as many of each of {len(asked)} variants"
    say(f"{'First ' if pilot else ''}{number} as it stands and {changed}, seed {seed}")
    for name, changes in asked.items():
        say_wrapped(described(name, changes))
    say()


def described(name: str, changes: Changes) -> str:
    """A variant in one line: its name, and its changes where these are not its name."""
    words = "; ".join(changes.in_words())
    return f"{'Changed' if name in (words, CHANGED) else name}: {words}"


def show_plan(plan: Plan) -> None:
    """Say how many runs are made, and why."""
    say_wrapped(f"{plan}.")
    say_wrapped("")


def show_comparison(found: Comparison, asked: Mapping[str, Changes]) -> None:
    """Print the comparison of every variant with the scenario as it stands."""
    from escalation_sim.cli.inline import interval
    from escalation_sim.cli.printing import heading, say, table

    needed = found.needed(found.plan.precision if found.plan else None)
    for name, changes in asked.items():
        if len(asked) > 1:
            say(heading(textwrap.shorten(described(name, changes), WIDTH, placeholder=" …")))
        differences = without_periods(found.differences.loc[name].reset_index())
        pairs = without_periods(found.pairs.loc[name].reset_index())
        if found.base.scenario.kind == "crisis":
            say(
                table(
                    [("Highest rung", "left"), *[("Before", "right"), ("", "tight"), ("After", "right"), ("", "tight")]],
                    peak_rows(found, name),
                )
            )
            say()
        drawn = [
            interval(low, middle, high, MARKS)
            for low, middle, high in zip(*(differences[one] for one in ("low", "difference", "high")), strict=True)
        ]
        rows: list[list[RenderableType]] = [
            [*cells, marks] for cells, marks in zip(difference_rows(differences), drawn, strict=True)
        ]
        say(table([*columns_of(*_OF_DIFFERENCES), ("less   0   more", "tight")], rows))
        say()
        own = needed[needed.index.get_level_values("variant") == name].droplevel("variant")
        say(table(columns_of(*_OF_PAIRS), pairing_rows(pairs, own)))
        say()
    for note in (_DIFFERENCES, *horizon_note(found), _PAIRS, *precision_note(needed), *reached_note(found)):
        say_wrapped(note)


def peak_rows(found: Comparison, name: str) -> list[list[RenderableType]]:
    """Shares of the runs by the highest rung, as it stands and in a variant, with bars on one scale; the highest rung on top."""
    from escalation_sim.cli.inline import bar

    ladder = found.base.scenario.ladder
    before, after = (one.outcomes["peak_rung"].to_numpy(dtype=int) for one in (found.base, found.variants[name]))
    low, high = int(min(before.min(), after.min())), int(max(before.max(), after.max()))
    names = [*ladder.names, *[""] * (high + 1 - len(ladder))]
    shares = {rung: [float((peak == rung).mean()) for peak in (before, after)] for rung in range(high, low - 1, -1)}
    most = max(map(max, shares.values()))
    return [
        [f"{rung} {names[rung]}", *(cell for share in both for cell in (percent(share), bar(share / most, _BAR)))]
        for rung, both in shares.items()
    ]


def columns_of(*names: str) -> list[tuple[str, str]]:
    """A first column of names, and columns of numbers with these headings."""
    return [("", "left"), *((name, "right") for name in names)]


def horizon_note(found: Comparison) -> list[str]:
    """What days mean of a run that has not ended."""
    compared = found.differences.index.unique("outcome")
    return ["A run that has not ended counts with the horizon."] if "days_to_end" in compared else []


def precision_note(needed: pd.DataFrame) -> list[str]:
    """What the numbers of runs are for."""
    words = ", ".join(dict.fromkeys(needed["precision"]))
    return [f"Runs: of each, so many for the difference to be known to {words}."] if words else []


def reached_note(found: Comparison) -> list[str]:
    """Whether the precision asked for was reached."""
    if found.plan is None:
        return []
    needed = found.needed(found.plan.precision)
    needed = needed[needed.index.get_level_values("outcome").isin(found.plan.outcomes)]
    most = int(needed["paired"].max()) if len(needed) else 1
    if most <= found.runs:
        return [f"{found.plan.precision} is reached with {found.runs:,} runs of each."]
    return [f"{found.plan.precision} is not reached with {found.runs:,} runs of each: it takes {most:,}."]


def say_wrapped(text: str) -> None:
    """Print a text in lines of at most 80 columns; an empty line for none."""
    from escalation_sim.cli.inline import typed
    from escalation_sim.cli.printing import say

    for line in textwrap.wrap(typed(text), WIDTH, break_on_hyphens=False) or [""]:
        say(line)


def written_to(found: Comparison, folder: Path, arguments: list[str], *, charts: bool) -> list[Path]:
    """Write the data, the tables and, where asked for, the charts to a folder, and return the tables and charts."""
    from escalation_sim.cli.tables import write_tables
    from escalation_sim.experiments.comparison import save_comparison

    save_comparison(found, folder / "data", arguments)
    files = write_tables({"differences": found.differences, "pairs": found.pairs}, folder)
    if charts:
        from escalation_sim.plots.comparison import write_comparison

        files += write_comparison(found, folder)
    return files


def show_files(folder: Path, written: list[Path]) -> None:
    """Say what is where."""
    from escalation_sim.cli.printing import say

    say()
    for word, kinds in (("Tables", ".csv"), ("Charts", ".png")):
        names = [path.stem for path in written if path.suffix == kinds]
        if names:
            say_wrapped(f"{word}: {', '.join(names)} in {folder}")
    say_wrapped(f"Data:   {folder / 'data'}")
