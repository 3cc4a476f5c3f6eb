"""How a result is made again: files in a link of the page, and what to type."""

from __future__ import annotations

import base64
import io
import shlex
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from escalation_sim.report.page import Remake, Table
from escalation_sim.scenario import Scenario, as_yaml

__all__ = ["channels_at_the_start", "from_files", "from_scenario", "versions"]

_STATES = {0.0: "closed", 1.0: "suspended", 2.0: "open"}


def from_scenario(
    scenario: Scenario, command: str, arguments: Sequence[str], folder: str, seed: int, runs: str, software: Mapping[str, Any]
) -> Remake:
    """How to make again what a command made of one scenario's file; `folder` is where it then lies."""
    file, text = f"{scenario.name}.yaml", as_yaml(scenario)
    return Remake(
        seed, runs, versions(software), file, link("application/yaml", text.encode()), "", lines([command, file, *arguments], folder),
        channels_at_the_start(scenario), ((file, text),),
    )  # fmt: skip


def from_files(
    name: str,
    files: Mapping[str, str],
    arguments: Sequence[str],
    folder: str,
    seed: int,
    runs: str,
    software: Mapping[str, Any],
) -> Remake:
    """How to make again what a command made of several files, by path; they are put into one archive of this name."""
    packed = link("application/zip", archive_of(files))
    then = "unpack it"
    return Remake(
        seed, runs, versions(software), f"{name}.zip", packed, then, lines(arguments, folder), None, tuple(files.items())
    )


def lines(arguments: Sequence[str], folder: str) -> str:
    """What to type: the command, and the report of what it makes."""
    return f"escalation-sim {shlex.join(arguments)}\nescalation-sim report {shlex.quote(folder)}"


def link(kind: str, content: bytes) -> str:
    """A file as a link of the page."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def archive_of(files: Mapping[str, str]) -> bytes:
    """Files in a ZIP archive; equal files give equal archives."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def versions(software: Mapping[str, Any]) -> str:
    """What a result was made with, in words."""
    named = {"Python": "python", "NumPy": "numpy", "escalation-sim": "escalation_sim"}
    return ", ".join(f"{name} {software.get(key, '?')}" for name, key in named.items()) + "."


def channels_at_the_start(scenario: Scenario) -> Table:
    """Label, state and working relationship of every channel."""
    rows = []
    for channel in scenario.channels:
        number = channel.relationship
        judged = f" ({number.range[0]:g}–{number.range[1]:g})" if number.range else ""
        state = "to be set up from the first day" if channel.since_trigger else _STATES[channel.status]
        there = channel.status > 0.0 or channel.since_trigger
        rows.append([channel.label, state, f"{number.value:g}{judged}" if there else "–"])
    return Table(["Channel", "State", "Working relationship (range)"], rows, "Channels at the start", words=(0, 1))
