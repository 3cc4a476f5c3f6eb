"""Write the tables of docs/model.md that come from the code, and the output that docs/tutorial.md shows.

Run from anywhere::

    python docs/make_tables.py            # rewrite the blocks of docs/model.md
    python docs/make_tables.py --check    # exit 1 if a block is out of date
    python docs/make_tables.py --outputs  # run what the tutorial shows and put in what it prints (about a minute)

A block stands between ``<!-- NAME:begin -->`` and ``<!-- NAME:end -->``. Names: ``state`` (variables), ``turn`` (order of a step),
``ladder`` (the default ladder) and ``parameters:SECTION`` (one section of parameters, or one kind of member's profile). In the
tutorial, what stands between ``<!-- output:begin -->`` and ``<!-- output:end -->`` is a command or a piece of Python and what it prints.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from escalation_sim.parameters import ASSUMED, Parameter
from escalation_sim.rules import PROFILES, SECTIONS
from escalation_sim.scenario.catalogue import shipped_ladders
from escalation_sim.state import VARIABLES, Variable
from escalation_sim.turn import TURN, Phase

MODEL = Path(__file__).with_name("model.md")
TUTORIAL = Path(__file__).with_name("tutorial.md")
ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- (?P<name>[\w:]+):begin -->\n)(?P<body>.*?)(<!-- (?P=name):end -->)", re.DOTALL)
OUTPUT = re.compile(
    r"(?P<before><!-- output:begin -->\n```(?P<language>sh|python)\n(?P<code>.*?)```\n.*?```text\n)(?P<shown>.*?)"
    r"(?P<after>```\n<!-- output:end -->)",
    re.DOTALL,
)
DECLARED = {**SECTIONS, **PROFILES}


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def code(names: Iterable[str]) -> str:
    """Names as code, in a row; a dash for none."""
    return ", ".join(f"`{name}`" for name in names) or "–"


def bounds(variable: Variable) -> str:
    """Lowest and highest value of a variable; a rung ends at the top of the ladder."""
    low = f"{variable.low:g}".replace("-inf", "−∞")
    high = "top" if variable.unit == "rung" else f"{variable.high:g}".replace("inf", "∞")
    return f"{low} to {high}"


def state_table() -> str:
    """Every variable: name, owner, unit, bounds, meaning."""
    rows = [
        (
            f"`{one.name}`",
            one.owner,
            one.unit + (", one per rung" if one.by_rung else ""),
            bounds(one),
            one.about,
        )
        for one in VARIABLES.values()
    ]
    return table(("name", "owner", "unit", "bounds", "meaning"), rows)


def draws_of(phase: Phase) -> str:
    """Draws of a phase for each member."""
    kinds = [(name, "U, one per rung" if name in phase.by_rung else "U") for name in phase.uniform]
    kinds += [(name, "N") for name in phase.normal]
    return ", ".join(f"`{name}` {kind}" for name, kind in kinds) or "–"


def turn_table() -> str:
    """Every phase in order."""
    rows = [
        (
            str(number),
            f"`{phase.name}`",
            phase.who,
            f"`{phase.rule.__module__.rsplit('.', 1)[1]}`",
            code(phase.reads),
            code(phase.writes),
            draws_of(phase),
            phase.every,
        )
        for number, phase in enumerate(TURN, 1)
    ]
    return table(("", "phase", "who", "rule file", "reads", "writes", "draws", "every"), rows)


def ladder_table() -> str:
    """The default ladder."""
    columns = ("lasts", "prepares", "deaths_per_act", "deaths_per_day", "own_share", "answers", "injures", "costs", "danger")
    rows = [
        (str(number), rung.name, rung.kind, *(f"{getattr(rung, name):g}" for name in columns), f"{rung.visibility:g}")
        for number, rung in enumerate(shipped_ladders()["eleven_rungs"].rungs)
    ]
    return table(("", "rung", "kind", *(f"`{name}`" for name in columns), "`visibility`"), rows)


def source_of(parameter: Parameter) -> str:
    """Bibliography keys in brackets, or "assumed"."""
    return ASSUMED if parameter.source == ASSUMED else f"[{', '.join(parameter.sources)}]"


def parameter_table(name: str) -> str:
    """The parameters of a section or a profile."""
    rows = [
        (f"`{key}`", f"{one.default:g}", f"{one.low:g} to {one.high:g}", one.unit, source_of(one), one.about)
        for key, one in DECLARED[name]
    ]
    return table(("name", "default", "range", "unit", "source", "meaning"), rows) if rows else "No parameters.\n"


def body_of(name: str) -> str:
    """What belongs between the markers of a block; raises KeyError for a name that is no block."""
    if name.startswith("parameters:"):
        return parameter_table(name.removeprefix("parameters:"))
    return {"state": state_table, "turn": turn_table, "ladder": ladder_table}[name]()


def block_names(text: str) -> list[str]:
    """Names of the blocks of a text, in order."""
    return [found["name"] for found in BLOCK.finditer(text)]


def with_tables(text: str) -> str:
    """The text with every block renewed."""
    return BLOCK.sub(lambda found: f"{found[1]}{body_of(found['name'])}{found[4]}", text)


def printed_by(language: str, code: str) -> str:
    """What a command or a piece of Python prints, run from the project's root in a terminal of 80 columns."""
    if language == "sh":
        called = [sys.executable, "-m", "escalation_sim", *shlex.split(code, comments=True)[1:]]
    else:
        called = [sys.executable, "-c", code]
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    done = subprocess.run(called, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return "".join(line.rstrip() + "\n" for line in done.stdout.strip("\n").splitlines())


def with_outputs(text: str) -> str:
    """The text with every output renewed."""
    return OUTPUT.sub(lambda found: found["before"] + printed_by(found["language"], found["code"]) + found["after"], text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrite the blocks, or say whether they are up to date."""
    parser = argparse.ArgumentParser(description="Write the tables of docs/model.md that come from the code.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a block is out of date")
    parser.add_argument("--outputs", action="store_true", help="renew what docs/tutorial.md shows as output")
    asked = parser.parse_args(arguments)
    check = asked.check
    if asked.outputs:
        TUTORIAL.write_text(with_outputs(TUTORIAL.read_text(encoding="utf-8")), encoding="utf-8")
    old = MODEL.read_text(encoding="utf-8")
    new = with_tables(old)
    if new == old:
        return 0
    if check:
        print("docs/model.md is out of date: python docs/make_tables.py", file=sys.stderr)
        return 1
    MODEL.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
