"""`escalation-sim compare`."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from escalation_sim.cli.changes import AsOf, Changes, Close, Decision, Fixed, Open, ScenarioFile, Seed, Set
from escalation_sim.cli.run import Runs, computed
from escalation_sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.results import Result
    from escalation_sim.scenario import Scenario

__all__ = ["compare", "difference_rows"]

WIDTH = 80

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

_PERIOD = re.compile(r"_[0-9]{4}s?$")
_DIGITS = {"share": 1, "rungs": 2, "days": 1, "deaths": 0, "relative": 2}
_MOVES = {"lower": "lower", "same": "the same", "higher": "higher"}
_NOTES = (
    "The differences are taken run by run: run 37 has the same luck both times.",
    "Shares are in percent of runs, their differences in points. The interval is for the finite number of runs, not for doubt about the "
    "model.",
)


def compare(  # noqa: PLR0913  (one argument for each option)
    scenario: ScenarioFile,
    runs: Runs = "1000",  # type: ignore[assignment]  # read by the option's parser
    seed: Seed = "1",  # type: ignore[assignment]
    opened: Open = None,
    closed: Close = None,
    entries: Set = None,
    as_of: AsOf = None,
    fixed: Fixed = False,
    decision: Decision = None,
) -> None:
    """Compare a scenario as it stands with the same scenario changed, on the same seeds."""
    from escalation_sim.scenario import load_scenario

    changes = Changes(as_of, tuple(opened or ()), tuple(closed or ()), decision, tuple(entries or ()), fixed)
    if not changes.in_words():
        raise InputError(
            "there is nothing to compare with: no change is given",
            allowed="at least one of --open, --close, --set, --as-of, --decision, --fixed",
        )
    crisis = load_scenario(scenario)
    changed = changes.applied(crisis)
    show_header(crisis, changes, runs, seed)
    before, after = computed(crisis, runs, seed), computed(changed, runs, seed)
    show_differences(before, after)


def show_header(crisis: Scenario, changes: Changes, runs: int, seed: int) -> None:
    """Say what is compared."""
    from escalation_sim.cli.printing import heading, say

    say(heading(crisis.title))
    say(f"{runs:,} {'run' if runs == 1 else 'runs'} as it stands and {runs:,} with the change, seed {seed}")
    say_wrapped(f"Changed: {'; '.join(changes.in_words())}")
    say()


def show_differences(before: Result, after: Result) -> None:
    """Print the comparison of two results."""
    from escalation_sim.analysis.differences import paired_differences, peak_moves
    from escalation_sim.cli.printing import say, table

    columns = [("", "left"), *((name, "right") for name in ("As it was", "Changed", "Difference", "95 % interval"))]
    differences = without_periods(paired_differences(before, after))
    say(table(columns, difference_rows(differences)))
    say()
    moves = peak_moves(before, after)
    if moves:
        shares = ", ".join(f"{word} in {100.0 * moves[name]:.1f} %" for name, word in _MOVES.items())
        say_wrapped(f"With the change the peak is {shares} of the runs.")
    for note in _NOTES:
        say_wrapped(note)
    if "days_to_end" in set(differences["outcome"]):
        say_wrapped("A run that has not ended counts with the horizon.")


def without_periods(differences: pd.DataFrame) -> pd.DataFrame:
    """Without the outcomes of single years and decades."""
    return differences[[_PERIOD.search(name) is None for name in differences["outcome"]]]


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
    """Print a text in lines of at most 80 columns."""
    from escalation_sim.cli.printing import say

    for line in textwrap.wrap(text, WIDTH):
        say(line)
