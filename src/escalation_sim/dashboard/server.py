"""The page served on this machine, to this machine only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nicegui import app, ui
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request

from escalation_sim.dashboard.library import Library
from escalation_sim.dashboard.page import build
from escalation_sim.dashboard.session import session_from
from escalation_sim.dashboard.work import Workshop, idle_pool
from escalation_sim.plots.style import font_files

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["HOST", "serve"]

HOST = "127.0.0.1"
_MOST_BODY = 1_500_000  # a scenario file and what a form puts around it
_STYLE = Path(__file__).with_name("style.css")


class SmallBodies:
    """Refuses requests that say they are larger than any scenario file may be, before anything of them is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small enough."""
        headers = dict(scope.get("headers") or ())
        length = headers.get(b"content-length", b"0")
        if scope["type"] == "http" and (not length.isdigit() or int(length) > _MOST_BODY):
            await send({"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"the file is too large"})
            return
        await self._app(scope, receive, send)


def serve(library: Library, port: int, *, show: bool, workers: int = 2, ahead: bool = True) -> None:
    """Serve the page until interrupted. `show` opens it in a browser; `ahead`: what a next click may ask for is computed while nothing else is, where the system lets processes yield."""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    app.add_middleware(SmallBodies)
    for name, path in font_files().items():
        app.add_static_file(url_path=f"/fonts/{name}", local_file=path, max_cache_age=86_400)
    parts: dict[str, Any] = {}

    def start() -> None:
        parts["workshop"] = Workshop(workers, idle=idle_pool if ahead and hasattr(os, "nice") else None)
        parts["workshop"].warm(library.scenario(library.first))

    app.on_startup(start)
    app.on_shutdown(lambda: parts["workshop"].close())

    @ui.page("/", title="escalation-sim", language="en-GB")
    def page(request: Request) -> None:
        ui.add_css(_STYLE)
        session, wrong = session_from(library, parts["workshop"], request.url.query)
        build(session, wrong)

    ui.run(
        host=HOST, port=port, show=show, reload=False, title="escalation-sim", dark=False, tailwind=False, favicon="⚖️",
        show_welcome_message=False, uvicorn_logging_level="error",
    )  # fmt: skip
