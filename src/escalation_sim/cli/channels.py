"""`escalation-sim channels`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.errors import InputError

if TYPE_CHECKING:
    from escalation_sim.scenario import Initiative

__all__ = ["channels"]

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Show the state each had on a day (YYYY-MM-DD).")]
Calendar = Annotated[bool, typer.Option("--calendar", help="Draw which was open when, 1980 to 2025; --as-of marks a day.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the chart of --calendar (default: results/channels).")
]

_SHOWN_SHARE = 0.2
_STATES = {0: "closed", 1: "suspended", 2: "open"}
_SHOWN = {
    "intent_precision": "Intent",
    "negotiates": "Deals",
    "influence": "Influence",
    "set_up": "Set-up",
}


def channels(as_of: AsOf = None, calendar: Calendar = False, out: Out = None) -> None:
    """List the channels that ship, what they can do, and which state history gave them on a day; or draw their history."""
    if calendar:
        draw_calendar(as_of, out if out is not None else Path("results") / "channels")
    elif out is not None:
        raise InputError("means nothing without --calendar", key="--out", value=str(out))
    elif as_of is None:
        show_profiles()
    else:
        show_states(as_of)


def draw_calendar(as_of: str | None, folder: Path) -> None:
    """Write the chart of the calendar and say where it is."""
    from escalation_sim.cli.printing import say
    from escalation_sim.cli.run import check_folder
    from escalation_sim.plots.calendar import calendar_chart, crises_and_wars, day_on_chart
    from escalation_sim.plots.charts import write_figures

    day = None if as_of is None else day_on_chart(as_of)
    check_folder(folder)
    write_figures({"channels": lambda: calendar_chart(crises_and_wars(), day)}, folder)
    say(f"Chart: channels (PNG and SVG) in {folder}")


def show_profiles() -> None:
    """What each preset can do, central values."""
    from escalation_sim.cli.printing import say, table
    from escalation_sim.scenario import channel_presets

    rows = [
        [preset.name, preset.label, preset.level.replace("_", " "), *(f"{preset.profile[name].value:g}" for name in _SHOWN)]
        for preset in channel_presets().values()
    ]
    columns = [("Name", "tight"), ("Channel", "left"), ("Level", "tight"), *((heading, "right") for heading in _SHOWN.values())]
    say(table(columns, rows), wide=True)
    say()
    say("Intent: how well it shows what the other side means to do (1/rung²/day). Deals: rate at which talks", wide=True)
    say("come up for decision (1/day). Influence: probability that a message reaches the leadership. Set-up: days.", wide=True)
    say("Central values; all that a channel can do, with ranges: escalation-sim parameters --section channel", wide=True)


def foci_of(initiative: Initiative) -> str:
    """Names of the foci that take a fifth of its work or more, largest first."""
    shares = sorted(initiative.focus.items(), key=lambda entry: -entry[1])
    return ", ".join(name for name, share in shares if share >= _SHOWN_SHARE)


def show_states(as_of: str) -> None:
    """States and working relationships on a day, and the Track II initiatives then active."""
    from escalation_sim.cli.printing import heading, say, table
    from escalation_sim.scenario import channel_presets, channels_as_of, track_two_as_of

    presets, rows = channel_presets(), []
    for name, state in channels_as_of(as_of).items():
        number = state.relationship
        judged = f" ({number.range[0]:g}–{number.range[1]:g})" if number.range else ""
        rows.append([name, presets[name].label, _STATES[int(state.status)], f"{number.value:g}{judged}", state.source])
    say(heading(f"Channels between India and Pakistan on {as_of}"))
    say(
        table(
            [("Name", "tight"), ("Channel", "left"), ("State", "tight"), ("Relationship", "tight"), ("Source", "left")], rows
        ),
        wide=True,
    )
    initiatives = track_two_as_of(as_of)
    if initiatives:
        say()
        say(heading("Track II initiatives then active"))
        active = [
            [one.name, f"{one.first.year}–{one.last.year if one.last else ''}", foci_of(one), f"{one.strength.value:g}"]
            for one in initiatives
        ]
        say(table([("Initiative", "left"), ("Years", "tight"), ("Focus", "left"), ("Strength", "right")], active), wide=True)
