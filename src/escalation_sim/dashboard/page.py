"""The page as a whole: head, tabs, and what happens when something on it is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from nicegui import ui

from escalation_sim.dashboard.page_calendar import CalendarPart
from escalation_sim.dashboard.page_causes import CausesPart
from escalation_sim.dashboard.page_crisis import CrisisPart
from escalation_sim.dashboard.page_run import RunPart
from escalation_sim.dashboard.session import Session
from escalation_sim.dashboard.view import PAGES

__all__ = ["build"]


class Part(Protocol):
    """One part of the page."""

    def show(self) -> None:
        """Bring the part up to date with the session's view."""


def build(session: Session, wrong: str) -> None:
    """Build the page for one tab."""
    ui.colors(primary="#00598c", accent="#a33c00", positive="#00664b", negative="#a33c00")
    ui.html('<a class="skip" href="#content">To the content</a>', sanitize=False)
    first = session.view.page
    stale: set[str] = set(PAGES)
    parts: dict[str, Part] = {}

    def shown(name: str) -> None:
        if not parts:  # the tabs are being built
            return
        session.view = replace(session.view, page=name)
        write_address(session)
        if name in stale:
            stale.discard(name)
            parts[name].show()

    def changed() -> None:
        """Something about the scenario is new: the part on screen is shown anew, the others when they are opened."""
        stale.update(PAGES)
        shown(session.view.page)

    def go(name: str) -> None:
        stale.update(PAGES)
        tabs.set_value(name)

    with ui.element("header").classes("top"):
        ui.html("escalation-sim", sanitize=False, tag="h1")
        with ui.tabs(on_change=lambda event: shown(event.value)) as tabs:
            tabs.props("no-caps inline-label align=left outside-arrows mobile-arrows aria-label='Parts of the page'")
            for name, label in PAGES.items():
                ui.tab(name, label=label)
    makers: dict[str, Callable[[], Part]] = {
        "crisis": lambda: CrisisPart(session, changed, wrong),
        "run": lambda: RunPart(session, lambda: write_address(session)),
        "calendar": lambda: CalendarPart(session, lambda: go("crisis")),
        "causes": lambda: CausesPart(session),
    }
    with ui.element("main").props("id=content tabindex=-1").style("width:100%"), ui.tab_panels(tabs, value=first) as panels:
        panels.props("keep-alive").classes("panels")
        for name in PAGES:
            with ui.tab_panel(name):
                parts[name] = makers[name]()
    tabs.set_value(first)
    shown(first)


def write_address(session: Session) -> None:
    """Put the view into the address bar."""
    ui.navigate.history.replace(f"/?{session.view.to_query()}")
