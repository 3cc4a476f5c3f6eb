"""`escalation-sim scenarios`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from escalation_sim.errors import InputError

__all__ = ["scenarios"]

scenarios = typer.Typer(
    help="List the scenarios of a folder, check scenario files, or begin a new one.", invoke_without_command=True
)

Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Folder with scenario files.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files.", show_default=False)]
NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="File to be written (*.yaml).", show_default=False)]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the scenario (default: that of the file).")]
Countries = Annotated[
    tuple[str, str], typer.Option("--countries", metavar="A B", help="The two countries; B is the one blamed.")
]
Start = Annotated[str, typer.Option("--start", metavar="DATE", help="First day (YYYY-MM-DD).")]
Kind = Annotated[
    str, typer.Option("--kind", metavar="KIND", help="What starts it: attack, incursion, exercise, incident, accident.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")]


@scenarios.callback()
def listed(ctx: typer.Context, folder: Folder = Path("scenarios")) -> None:
    """List the scenarios of a folder, or check scenario files."""
    if ctx.invoked_subcommand is not None:
        return
    from escalation_sim.cli.printing import say, table

    if not folder.is_dir():
        raise InputError("there is no such folder", file=str(folder), allowed="a folder with scenario files; see --folder")
    files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    if not files:
        raise InputError("the folder holds no scenario files (*.yaml)", file=str(folder))
    columns = [("File", "left"), ("What", "left"), ("Starts", "tight"), ("Days", "right"), ("On record", "tight")]
    say(table(columns, [entry(path) for path in files]), wide=True)


def entry(path: Path) -> tuple[str, ...]:
    """A line of the list; a file that is no sound scenario says why."""
    from escalation_sim.scenario import load_scenario

    try:
        found = load_scenario(path)
    except InputError as error:
        return str(path), f"not a sound scenario: {error}", "", "", ""
    return str(path), found.title, found.start.isoformat(), f"{found.horizon_days:g}", "yes" if found.observed else "no"


@scenarios.command()
def check(files: Files) -> None:
    """Check scenario files; every file that is wrong gets one line."""
    from escalation_sim.scenario import load_scenario

    wrong = 0
    for path in files:
        try:
            found = load_scenario(path)
        except InputError as error:
            wrong += 1
            typer.echo(f"error: {error}", err=True)
        else:
            typer.echo(f"ok: {path} ({found.title})")
    if wrong:
        raise typer.Exit(InputError.exit_code)


@scenarios.command()
def new(
    file: NewFile,
    name: Name = None,
    countries: Countries = ("northland", "southland"),
    start: Start = "2025-01-01",
    kind: Kind = "attack",
    force: Force = False,
) -> None:
    """Write a commented scenario file about two countries of your choice."""
    from escalation_sim.scenario.template import (
        checked_countries,
        checked_day,
        checked_kind,
        checked_name,
        scenario_template,
    )

    called = checked_name(file.stem, "name of the file") if name is None else checked_name(name, "--name")
    pair = checked_countries(countries, "--countries")
    text = scenario_template(called, pair, checked_day(start, "--start"), checked_kind(kind, "--kind"))
    check_new_file(file, force)
    write_whole(file, text)
    typer.echo(f"Written: {file}")
    typer.echo(f"Next: escalation-sim scenarios check {file}; escalation-sim run {file}")


def check_new_file(file: Path, force: bool) -> None:
    """Refuse to write where something is in the way; raises InputError."""
    if file.suffix not in (".yaml", ".yml"):
        raise InputError("not the name of a scenario file", file=str(file), allowed="a name that ends in .yaml")
    if not file.parent.is_dir():
        raise InputError("there is no such folder", file=str(file.parent))
    if (file.exists() or file.is_symlink()) and not file.is_file():
        raise InputError("is no regular file", file=str(file), allowed="a file")
    if file.exists() and not force:
        raise InputError("the file is there already", file=str(file), allowed="another name, or --force to overwrite it")


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=file.parent) as stage:
        written = Path(stage) / file.name
        written.write_text(text, encoding="utf-8")
        written.replace(file)
