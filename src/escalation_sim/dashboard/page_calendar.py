"""The calendar: which lines were open when; a click on a day puts its channels into the scenario."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from nicegui import events, ui

from escalation_sim.dashboard import tasks
from escalation_sim.dashboard.session import Session
from escalation_sim.dashboard.tables import plain_table
from escalation_sim.dashboard.view import STATES, day_in_words
from escalation_sim.dashboard.work import Latest
from escalation_sim.errors import InputError
from escalation_sim.scenario import channel_presets, channels_as_of

__all__ = ["CalendarPart", "day_at"]

_PLACE_OF_CLICK = """(event) => {
  const box = event.currentTarget.getBoundingClientRect();
  emit((event.clientX - box.left) / box.width);
}"""
_STATES = {0: STATES["closed"], 1: STATES["suspended"], 2: STATES["open"]}
_OF_CALENDAR = {"india", "pakistan"}


def day_at(place: float, axis: tasks.YearsAxis) -> datetime.date | None:
    """The day at a place on the chart, 0 left and 1 right; None beside the years."""
    share = (place - axis.left) / (axis.right - axis.left)
    year = axis.first + share * (axis.last - axis.first)
    if not tasks.FIRST_YEAR <= year < tasks.LAST_YEAR + 1:
        return None
    begins = datetime.date(int(year), 1, 1)
    length = (datetime.date(int(year) + 1, 1, 1) - begins).days
    return begins + datetime.timedelta(days=int((year - int(year)) * length))


class CalendarPart:
    """The part of the page that shows the history of the lines. `go` is called when a day's channels were put into the scenario."""

    def __init__(self, session: Session, go: Callable[[], None]) -> None:
        self.session, self.go = session, go
        self.latest = Latest()
        self.axis: tasks.YearsAxis | None = None
        with ui.element("div").classes("wide"):
            ui.html("The lines between India and Pakistan, 1980–2025", sanitize=False, tag="h2")
            ui.label("Click on a day, or type one, to see which lines were open; then put them into the crisis.").classes(
                "about"
            )
            self.wrong = ui.html("", sanitize=False).classes("wrong").props("role=alert")
            self.wrong.set_visibility(False)
            with ui.element("div").classes("row").style("margin:10px 0"):
                self.day = ui.input("Day", on_change=lambda event: self.look(event.value)).props(
                    "type=date outlined dense stack-label"
                )
                self.day.props(f"min={tasks.FIRST_YEAR}-01-01 max={tasks.LAST_YEAR}-12-31 for=calendar-day")
                self.take = ui.button("Put these channels into the crisis", on_click=self.put).props(
                    "unelevated id=take-channels"
                )
            with ui.element("section").classes("card"):
                self.chart = ui.html("", sanitize=False).classes("chart").style("cursor:crosshair").props("id=calendar")
                self.chart.on("click", self.clicked, js_handler=_PLACE_OF_CLICK)
            self.table = ui.html("", sanitize=False).style("margin-top:14px; max-width:760px; width:100%")

    def show(self) -> None:
        """Draw the calendar with the view's day marked."""
        fits = {country.name for country in self.session.base.countries} == _OF_CALENDAR
        self.take.set_enabled(fits)
        self.refuse("" if fits else "The scenario on screen is about other countries; this calendar does not fit it.")
        if not self.day.value:
            self.day.set_value(self.session.view.as_of or self.session.base.start.isoformat())
        self.latest.ask(self.draw)

    def refuse(self, message: str) -> None:
        """Say what is wrong."""
        self.wrong.set_content(escape(message))
        self.wrong.set_visibility(bool(message))

    def clicked(self, event: events.GenericEventArguments) -> None:
        """A click on the chart."""
        if self.axis is not None and isinstance(event.args, int | float):
            day = day_at(float(event.args), self.axis)
            if day is not None:
                self.day.set_value(day.isoformat())

    def look(self, day: Any) -> None:
        """Show what was open on a day."""
        try:
            states = channels_as_of(str(day))
        except InputError as error:
            self.refuse(f"error: {error}")
            return
        self.refuse("")
        labels = {preset.name: preset.label for preset in channel_presets().values()}
        rows = [[labels[name], _STATES[int(state.status)], f"{state.relationship.value:.2f}"] for name, state in states.items()]
        columns = ["Channel", "State", "Working relationship"]
        self.table.set_content(
            plain_table(columns, rows, f"{day_in_words(str(day))}: states as recorded, relationships as judged.")
        )
        self.latest.ask(self.draw)

    def put(self) -> None:
        """Put the channels of the day into the scenario: states and relationships, not the trust or the policies of that time."""
        switched = replace(self.session.view, as_of=str(self.day.value), switches={})
        message = self.session.try_view(switched)
        if message:
            self.refuse(f"error: {message}")
        else:
            self.go()

    async def draw(self) -> None:
        """Draw the chart in a worker process."""
        svg, self.axis = await self.session.workshop.done(tasks.calendar_drawn, self.day.value or None)
        self.chart.set_content(svg)
