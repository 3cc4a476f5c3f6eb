"""The command line, `escalation-sim`.

What a user did wrong is said in one line that begins with "error:" (exit code 2); so is what the machine refused, a full disk or a folder
without permission (exit code 1). An interrupt ends with 130 and leaves no half-written files.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line with the arguments of the process, and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        from escalation_sim.cli.commands import commands

        commands(prog_name="escalation-sim")
    except KeyboardInterrupt:
        print("interrupted: nothing was written", file=sys.stderr)
        sys.exit(130)
