"""`escalation-sim trace`."""

from __future__ import annotations

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from escalation_sim.cli.changes import AsOf, Changes, Close, Decision, Fixed, Open, RunNumber, ScenarioFile, Seed, Set
from escalation_sim.cli.story import played

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.agents import EscalationModel

__all__ = ["trace"]

Json = Annotated[bool, typer.Option("--json", help="Print outcomes, events and reasons as JSON instead.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="DIR", help="Also write events.csv and reasons.csv to a folder.")]

_WORDS = {
    "fear": "fear of the top",
    "deal": "word given",
    "pressure": "public pressure",
    "inertia": "habit",
    "ties": "trust and trade",
}
_NOT_REASONS = ("day", "date", "country", "wanted_before", "wanted")
_MOST_REASONS = 3
_LEAST = 0.05


def trace(  # noqa: PLR0913  (one argument for each option)
    scenario: ScenarioFile,
    number: RunNumber,
    seed: Seed = "1",  # type: ignore[assignment]  # read by the option's parser
    opened: Open = None,
    closed: Close = None,
    entries: Set = None,
    as_of: AsOf = None,
    fixed: Fixed = False,
    decision: Decision = None,
    as_json: Json = False,
    csv: Csv = None,
) -> None:
    """Tell one run in full: what happened, and why each government decided as it did."""
    from escalation_sim.scenario import load_scenario

    changes = Changes(as_of, tuple(opened or ()), tuple(closed or ()), decision, tuple(entries or ()), fixed)
    changed = changes.applied(load_scenario(scenario))
    if changed.kind == "rivalry":
        print(f"{changed.horizon_days / 365.25:.1f} years, played step by step: this takes a while.", file=sys.stderr)
    model = played(changed, seed, number)
    if csv is not None:
        write_tables(model, csv)
    if as_json:
        print(as_text(model, seed, number))
    else:
        show(model, changes, seed, number)


def show(model: EscalationModel, changes: Changes, seed: int, number: int) -> None:
    """Print events and decisions."""
    from escalation_sim.analysis.story import closing, rows_of
    from escalation_sim.cli.printing import heading, say, table

    crisis = model.crisis
    say(heading(f"{crisis.title}: run {number}, seed {seed}"))
    if changes.in_words():
        say(f"Changed: {'; '.join(changes.in_words())}")
    say()
    written = "%d %b %Y" if crisis.kind == "rivalry" else "%d %b %H:%M"
    rows = [[f"{event['day']:.2f}", f"{event['date']:{written}}", event["words"]] for event in rows_of(model.events)]
    say(table([("Day", "right"), ("Date", "tight"), ("What happened", "left")], rows), wide=True)
    say()
    say(closing(model.outcomes, crisis))
    say()
    say(heading("Decisions and their reasons"))
    if model.reasons.empty:
        say("No government changed what it wanted.")
        return
    columns = [
        ("Day", "right"),
        ("Date", "tight"),
        ("Who", "tight"),
        ("Wants", "left"),
        ("For the change", "left"),
        ("Against it", "left"),
    ]
    say(table(columns, decisions(model)), wide=True)
    say(
        "Numbers: what a reason adds to the utility of the new rung over that of the old one. An act follows its order after preparation."
    )


def decisions(model: EscalationModel) -> list[list[str]]:
    """One line for each time a government changed the rung it wants."""
    from escalation_sim.analysis.story import rows_of

    crisis = model.crisis
    written = "%d %b %Y" if crisis.kind == "rivalry" else "%d %b"
    labels = {country.name: country.label for country in crisis.countries}
    rows = []
    for decision in rows_of(model.reasons):
        before, wanted = int(decision["wanted_before"]), int(decision["wanted"])
        reasons = {name: float(size) for name, size in decision.items() if name not in _NOT_REASONS}
        rows.append(
            [
                f"{decision['day']:.2f}",
                f"{decision['date']:{written}}",
                labels[decision["country"]],
                f"{before} → {wanted} {crisis.ladder.names[wanted]}",
                in_words({name: size for name, size in reasons.items() if size > 0}),
                in_words({name: size for name, size in reasons.items() if size < 0}),
            ]
        )
    return rows


def in_words(reasons: dict[str, float]) -> str:
    """The largest reasons with their size, "grievance +1.9, cost −0.8"; those too small to matter are left out."""
    largest = sorted(reasons.items(), key=lambda item: -abs(item[1]))[:_MOST_REASONS]
    return ", ".join(f"{_WORDS.get(name, name)} {size:+.1f}".replace("-", "−") for name, size in largest if abs(size) >= _LEAST)


def as_text(model: EscalationModel, seed: int, number: int) -> str:
    """The run as JSON; dates in ISO 8601, null for what did not happen."""
    content = {
        "scenario": model.crisis.name,
        "seed": seed,
        "run": number,
        "outcomes": {name: plain(value) for name, value in model.outcomes.items()},
        "events": records(model.events),
        "reasons": records(model.reasons),
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain values."""
    from escalation_sim.analysis.story import rows_of

    return [{name: plain(value) for name, value in row.items()} for row in rows_of(table)]


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    import pandas as pd

    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def write_tables(model: EscalationModel, folder: Path) -> None:
    """Write events.csv and reasons.csv, each whole or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (("events.csv", model.events), ("reasons.csv", model.reasons)):
        with tempfile.TemporaryDirectory(prefix=".trace-", dir=folder) as stage:
            table.to_csv(Path(stage) / name, index=False)
            (Path(stage) / name).replace(folder / name)
