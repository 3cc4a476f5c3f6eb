"""`escalation-sim dashboard`."""

from __future__ import annotations

import contextlib
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from escalation_sim.cli.changes import number_from
from escalation_sim.errors import InputError

__all__ = ["dashboard"]

Folder = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Folder with the scenarios.", show_default=True)]
Port = Annotated[
    int,
    typer.Option(
        "--port", metavar="N", help="Port on this machine; 0: any that is free.", parser=number_from("--port", 0, 65535)
    ),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Only say where the page is; do not open it.")]
NoAhead = Annotated[
    bool, typer.Option("--no-ahead", help="Compute nothing before it is asked for; spares a battery, makes switches slower.")
]
Workers = Annotated[
    int, typer.Option("--workers", metavar="N", help="Processes to compute in.", parser=number_from("--workers", 1, 64))
]

_HOST = "127.0.0.1"


def dashboard(
    folder: Folder = Path("scenarios"),
    port: Port = "8080",  # type: ignore[assignment]  # read by the option's parser
    no_browser: NoBrowser = False,
    workers: Workers = "2",  # type: ignore[assignment]
    no_ahead: NoAhead = False,
) -> None:
    """Open a local page on which channels are switched and the outcomes move; nothing leaves this machine."""
    if find_spec("nicegui") is None:
        raise InputError("the page needs packages that are not installed", allowed="pip install 'escalation-sim[dashboard]'")
    from escalation_sim.dashboard.library import Library

    library = Library(folder)
    free = free_port(port)
    for line in library.left_out:
        typer.echo(f"left out: {line}", err=True)
    typer.echo(f"The page is at http://{_HOST}:{free}/ (Ctrl-C ends it)")
    from escalation_sim.dashboard.server import serve

    with contextlib.suppress(KeyboardInterrupt):  # this is how the page is ended; nothing was to be written
        serve(library, free, show=not no_browser, workers=workers, ahead=not no_ahead)


def free_port(port: int) -> int:
    """The port, or any free one for 0; raises InputError where it is taken or may not be used."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise InputError(
                f"the port cannot be used ({error.strerror})",
                key="--port",
                value=port,
                allowed="another, or 0 for any that is free",
            ) from None
        found: int = probe.getsockname()[1]
        return found
