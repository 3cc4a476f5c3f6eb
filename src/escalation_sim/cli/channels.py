"""`escalation-sim channels`."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["channels"]

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Show the state each had on a day (YYYY-MM-DD).")]

_STATES = {0: "closed", 1: "suspended", 2: "open"}
_SHOWN = {
    "intent_precision": "Intent",
    "negotiates": "Deals",
    "influence": "Influence",
    "set_up": "Set-up",
}


def channels(as_of: AsOf = None) -> None:
    """List the channels that ship, what they can do, and which state history gave them on a day."""
    if as_of is None:
        show_profiles()
    else:
        show_states(as_of)


def show_profiles() -> None:
    """What each preset can do, central values."""
    from escalation_sim.cli.printing import say, table
    from escalation_sim.scenario import channel_presets

    rows = [
        [preset.name, preset.label, preset.level.replace("_", " "), *(f"{preset.profile[name].value:g}" for name in _SHOWN)]
        for preset in channel_presets().values()
    ]
    columns = [("Name", "tight"), ("Channel", "left"), ("Level", "tight"), *((heading, "right") for heading in _SHOWN.values())]
    say(table(columns, rows))
    say()
    say("Intent: how well it shows what the other side means to do (1/rung²/day). Deals: rate at which talks")
    say("come up for decision (1/day). Influence: probability that a message reaches the leadership. Set-up: days.")
    say("Central values; all that a channel can do, with ranges: escalation-sim parameters --section channel")


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
        table([("Name", "tight"), ("Channel", "left"), ("State", "tight"), ("Relationship", "tight"), ("Source", "left")], rows)
    )
    initiatives = track_two_as_of(as_of)
    if initiatives:
        say()
        say(heading("Track II initiatives then active"))
        active = [
            [one.name, f"{one.first.year}–{one.last.year if one.last else ''}", ", ".join(one.focus), f"{one.strength.value:g}"]
            for one in initiatives
        ]
        say(table([("Initiative", "left"), ("Years", "tight"), ("Focus", "left"), ("Strength", "right")], active))
