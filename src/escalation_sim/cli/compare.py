"""`escalation-sim compare`."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from escalation_sim.cli.changes import (
    MOST_RUNS,
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

    from escalation_sim.experiments.comparison import Comparison, Plan
    from escalation_sim.scenario import Scenario

__all__ = ["compare", "difference_rows", "pairing_rows"]

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

_LABELS = {
    "peak_rung": "Peak rung, mean",
    "force": "Runs reaching force",
    "war": "Runs reaching war",
    "days_to_end": "Days to the end, mean",
    "deaths_mean": "Deaths, mean",
    "deaths_median": "Deaths, median (ratio)",
    "cease_fire": "Runs with a cease-fire",
    "misperception": "Misperception, rungs",
}
_SHORT = {
    "peak_rung": "Peak rung",
    "force": "Force",
    "war": "War",
    "days_to_end": "Days to the end",
    "deaths_mean": "Deaths",
    "cease_fire": "Cease-fire",
    "misperception": "Misperception",
}

_OF_DIFFERENCES = ("As it was", "Changed", "Difference", "95 % interval")
_OF_PAIRS = ("Lower", "Same", "Higher", "Corr.", "Factor", "Runs")
_PERIOD = re.compile(r"_[0-9]{4}s?$")
_DIGITS = {"share": 1, "rungs": 2, "days": 1, "deaths": 0, "relative": 2}
_MOST_NAME = 44
_MOST_SHOWN = 1000.0
_DIFFERENCES = (
    "The differences are taken run by run: run 37 has the same luck every time. Shares are in percent of runs, their differences in "
    "points. The interval is for the finite number of runs, not for doubt about the model."
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
    check_folder(folder)
    number = DEFAULT_RUNS[crisis.kind] if runs is None else runs
    show_header(crisis, asked, number, seed, pilot=wanted is not None)
    with progress_bar("running", number) as progress:
        found = comparison.compare(
            crisis, *changed, runs=number, seed=seed, workers=workers, names=list(asked), precision=wanted, outcome=outcome,
            progress=progress, told=show_plan,
        )  # fmt: skip
    show_comparison(found, asked)
    written = written_to(found, folder, charts=not no_charts)
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
    from escalation_sim.cli.printing import heading, say, table

    needed = found.needed(found.plan.precision if found.plan else None)
    for name, changes in asked.items():
        if len(asked) > 1:
            say(heading(textwrap.shorten(described(name, changes), WIDTH, placeholder=" …")))
        differences = without_periods(found.differences.loc[name].reset_index())
        pairs = without_periods(found.pairs.loc[name].reset_index())
        say(table(columns_of(*_OF_DIFFERENCES), difference_rows(differences)))
        say()
        own = needed[needed.index.get_level_values("variant") == name].droplevel("variant")
        say(table(columns_of(*_OF_PAIRS), pairing_rows(pairs, own)))
        say()
    for note in (_DIFFERENCES, *horizon_note(found), _PAIRS, *precision_note(needed), *reached_note(found)):
        say_wrapped(note)


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


def without_periods(table: pd.DataFrame) -> pd.DataFrame:
    """Without the outcomes of single years and decades."""
    return table[[_PERIOD.search(name) is None for name in table["outcome"]]]


def difference_rows(differences: pd.DataFrame) -> list[list[str]]:
    """The table of `paired_differences` in print, one row for each outcome."""
    rows = []
    for name, before, after, difference, low, high, unit in differences.itertuples(index=False):
        label = _LABELS.get(name, name[:1].upper() + name[1:].replace("_", " "))
        if unit == "relative":
            cells = [number(before, 0), number(after, 0), ratio(difference)]
            between = "" if low != low else f"{ratio(low)} to {ratio(high)}"
        else:
            scale, digits = 100.0 if unit == "share" else 1.0, _DIGITS.get(unit, 2 if abs(before) >= 1.0 else 3)
            cells = [number(scale * before, digits), number(scale * after, digits), signed(scale * difference, digits)]
            between = "" if low != low else f"{signed(scale * low, digits)} to {signed(scale * high, digits)}"
        percent = " %" if unit == "share" else ""
        rows.append([label, *(cell + percent for cell in cells[:2]), cells[2], between])
    return rows


def pairing_rows(pairs: pd.DataFrame, needed: pd.DataFrame) -> list[list[str]]:
    """The table of `pairing` in print, one row for each outcome, with the numbers of runs needed where there are any."""
    rows = []
    row: Any
    for row in pairs.itertuples(index=False):
        label = _SHORT.get(row.outcome, row.outcome[:1].upper() + row.outcome[1:].replace("_", " "))
        moves = [percent(getattr(row, name)) for name in ("lower", "same", "higher")]
        asked = row.outcome in needed.index and row.same < 1.0
        runs = runs_in_print(int(needed["paired"][row.outcome])) if asked else ""
        rows.append([label, *moves, number(row.correlation, 2), factor(row), runs])
    return rows


def runs_in_print(runs: int) -> str:
    """A number of runs in print, as far as anybody would make them."""
    return f"{runs:,}" if runs <= MOST_RUNS else "too many"


def factor(row: Any) -> str:
    """A variance-reduction factor with its interval in print, "19 (14 to 30)"."""
    value, low, high = (row.factor, row.factor_low, row.factor_high)
    if value != value:
        return "–"
    if value == float("inf"):
        return "identical" if row.same == 1.0 else "–"
    if value >= _MOST_SHOWN:
        return f"over {_MOST_SHOWN:,.0f}"
    if low != low:
        return rounded(value)
    return (
        f"{rounded(value)} (over {rounded(low)})"
        if high > _MOST_SHOWN
        else f"{rounded(value)} ({rounded(low)} to {rounded(high)})"
    )


def rounded(value: float) -> str:
    """A number above 0 in two digits or in whole."""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def percent(share: float) -> str:
    """A share of runs in print; "–" for none."""
    return "–" if share != share else f"{100.0 * share:.1f} %"


def number(value: float, digits: int) -> str:
    """A number in print; "–" for none."""
    return "–" if value != value else f"{value:,.{digits}f}".replace("-", "−")


def signed(value: float, digits: int) -> str:
    """A difference in print, "+1.2", "−0.3", "0" where there is none at all; "–" for one that is not defined."""
    if value != value:
        return "–"
    return "0" if value == 0.0 else f"{value:+,.{digits}f}".replace("-", "−")


def ratio(relative: float) -> str:
    """A ratio in print, "× 0.83"; "–" where it is not finite."""
    return f"× {1.0 + relative:.2f}" if abs(relative) < float("inf") else "–"


def say_wrapped(text: str) -> None:
    """Print a text in lines of at most 80 columns; an empty line for none."""
    from escalation_sim.cli.printing import say

    for line in textwrap.wrap(text, WIDTH, break_on_hyphens=False) or [""]:
        say(line)


def written_to(found: Comparison, folder: Path, *, charts: bool) -> list[Path]:
    """Write the tables and, where asked for, the charts to a folder, and return the files."""
    from escalation_sim.cli.tables import write_tables

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
