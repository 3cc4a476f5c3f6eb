"""`escalation-sim scenarios`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from escalation_sim.errors import InputError

__all__ = ["scenarios"]

scenarios = typer.Typer(help="List the scenarios of a folder, or check scenario files.", invoke_without_command=True)

Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Folder with scenario files.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files.", show_default=False)]


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
    say(table(columns, [entry(path) for path in files]))


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
