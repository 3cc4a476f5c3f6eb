"""The commands, and what happens when one fails.

The module of a command imports at its top what its options are made of, and in its functions what they work with, so that help and
mistyped commands are answered at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import escalation_sim
from escalation_sim.cli.attribute import attribute
from escalation_sim.cli.channels import channels
from escalation_sim.cli.claims import claims
from escalation_sim.cli.compare import compare
from escalation_sim.cli.dashboard import dashboard
from escalation_sim.cli.discover import discover
from escalation_sim.cli.parameters import parameters
from escalation_sim.cli.plot import plot
from escalation_sim.cli.report import report
from escalation_sim.cli.run import run
from escalation_sim.cli.scenarios import scenarios
from escalation_sim.cli.schema import schema
from escalation_sim.cli.sensitivity import sensitivity
from escalation_sim.cli.sweep import sweep
from escalation_sim.cli.trace import trace
from escalation_sim.cli.validate import validate
from escalation_sim.errors import EscalationError

__all__ = ["commands"]

INTERRUPTED = 130
BROKEN_PIPE = 141


class Commands(TyperGroup):
    """A group of commands whose failures are one line each."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; raises `typer.Exit` where it fails in a way that can be told in a line."""
        try:
            outcome = super().invoke(ctx)
            sys.stdout.flush()
        except EscalationError as error:
            fail(str(error), error.exit_code)
        except KeyboardInterrupt:
            fail("interrupted: nothing was written", INTERRUPTED, "")
        except BrokenPipeError:
            be_quiet()
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            fail(f"{place}{error.strerror or error}", 1)
        return outcome

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`, off unless given; typer has no default for it, and loads pydantic to make a truth value of that."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write in full what each command does; typer would cut it to a line."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.commands[name].help or "") for name in self.list_commands(ctx)])


def fail(message: str, code: int, before: str = "error: ") -> None:
    """Say in one line why the command stops, and stop."""
    print(f"{before}{message}", file=sys.stderr)
    raise typer.Exit(code)


def be_quiet() -> None:
    """Stop without a word: whoever read the output has stopped reading."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise typer.Exit(BROKEN_PIPE)


commands = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # with it, every help and every mistake would wait for rich
    help="Crises between two rival governments under communication channels, simulated thousands of times.",
)


def version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(f"escalation-sim {escalation_sim.__version__}")
        raise typer.Exit


@commands.callback()
def top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=version, is_eager=True)] = False,
) -> None:
    """Crises between two rival governments under communication channels, simulated thousands of times."""


commands.command("run")(run)
commands.command("trace")(trace)
commands.command("compare")(compare)
commands.command("attribute")(attribute)
commands.command("sweep")(sweep)
commands.command("plot")(plot)
commands.command("sensitivity")(sensitivity)
commands.command("discover")(discover)
commands.add_typer(scenarios, name="scenarios")
commands.command("channels")(channels)
commands.command("validate")(validate)
commands.command("claims")(claims)
commands.command("parameters")(parameters)
commands.command("schema")(schema)
commands.command("report")(report)
commands.command("dashboard")(dashboard)
