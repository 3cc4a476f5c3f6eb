"""The crisis: switches and sliders on the left, what they do to two thousand crises on the right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from nicegui import events, ui

from escalation_sim.analysis.gist import gist, state_in_words
from escalation_sim.dashboard import tasks
from escalation_sim.dashboard.controls import Controls
from escalation_sim.dashboard.session import Session
from escalation_sim.dashboard.tables import table_of_differences
from escalation_sim.dashboard.work import Latest
from escalation_sim.errors import InputError
from escalation_sim.scenario.document import MOST_BYTES, too_large

if TYPE_CHECKING:
    from escalation_sim.results import Result

__all__ = ["CrisisPart"]

_PAUSE = 0.03  # seconds for which a change has to stand before it is computed
_PLACES = {"postures": "broad", "peaks": "tall"}
_DRAWN = ("postures", "ends", "deaths", "peaks")  # what takes long and stands first, then what is there soonest
_TITLES = {"postures": "Postures", "peaks": "Peaks", "ends": "Length", "deaths": "Deaths"}


class CrisisPart:
    """The part of the page that shows many runs.

    `changed` is called when the scenario on screen has become another.
    """

    def __init__(self, session: Session, changed: Callable[[], None], wrong: str) -> None:
        self.session = session
        self.changed = changed
        self.latest, self.latest_table = Latest(self.failed), Latest(self.failed)
        self.results: tuple[Result, Result | None] | None = None
        self.charts: dict[str, ui.html] = {}
        with ui.element("div").classes("layout"):
            with ui.element("aside").classes("side").props('aria-label="What is changed"'):
                self.controls = Controls(session, self.take_over, self.upload, self.refuse)
            with ui.element("div").classes("main"):
                self.build_answer()
        self.refuse(wrong)

    def build_answer(self) -> None:
        """Places for the sentence, the charts and the numbers."""
        self.wrong = ui.html("", sanitize=False).classes("wrong").props("role=alert id=wrong")
        self.sentence = ui.html("", sanitize=False, tag="p").classes("gist").props("id=gist aria-live=polite")
        self.footing = ui.html("", sanitize=False, tag="p").classes("footing")
        self.state = ui.html("", sanitize=False, tag="p").classes("state").props("id=state role=status")
        with ui.element("div").classes("charts"):
            for name in _TITLES:
                with ui.element("section").classes(f"card {_PLACES.get(name, '')}"):
                    self.charts[name] = ui.html("", sanitize=False).classes("chart").props(f"id=chart-{name}")
                    with ui.element("div").classes("row"):
                        for kind in ("png", "svg"):
                            button = ui.button(f"{kind.upper()}", on_click=self.saver(name, kind)).props("flat dense no-caps")
                            button.props["aria-label"] = f"Save the chart of {_TITLES[name].lower()} as {kind.upper()}"
        with ui.expansion("All numbers, with intervals", on_value_change=lambda _: self.show_table()).props(
            "id=numbers"
        ) as self.numbers:
            self.numbers.style("width:100%; margin-top:14px")
            self.table = ui.html("", sanitize=False)
        self.build_downloads()

    def build_downloads(self) -> None:
        """Buttons that save what is on screen."""
        ui.html("Take it with you", sanitize=False, tag="h3").style("margin-top:18px")
        with ui.element("div").classes("row"):
            ui.button("Scenario (YAML)", on_click=self.save_scenario).props("outline id=save-yaml")
            ui.button("Runs (CSV)", on_click=lambda: self.save_runs("csv")).props("outline id=save-csv")
            ui.button("Runs (Parquet)", on_click=lambda: self.save_runs("parquet")).props("outline")
        self.command = ui.html("", sanitize=False, tag="p").classes("small")

    def show(self) -> None:
        """Bring everything up to date with the view."""
        self.controls.fill()
        self.latest.ask(self.answer)

    def take_over(self, message: str) -> None:
        """After a change: say what is wrong with it, or show what it does."""
        self.refuse(message)
        if not message:
            self.changed()

    def refuse(self, message: str) -> None:
        """Say what is wrong; nothing where nothing is."""
        self.wrong.set_content(escape(message))
        self.wrong.set_visibility(bool(message))

    def failed(self, error: BaseException) -> None:
        """Say that the program itself failed; what was shown before stays."""
        self.refuse(f"error: {type(error).__name__}: {error}")
        self.say_busy(False)

    async def upload(self, event: events.UploadEventArguments) -> None:
        """Take over a scenario file."""
        name = event.file.name
        try:
            if event.file.size() > MOST_BYTES:
                raise too_large(name)
            self.session.upload(await event.file.read(), name)
        except InputError as error:
            self.refuse(f"error: {error}")
            return
        self.take_over("")

    async def answer(self) -> None:
        """Run, and show what comes out: the sentence, then the charts as they are drawn."""
        session = self.session
        self.say_busy(True)
        await asyncio.sleep(_PAUSE)
        view, base = session.view, session.base
        try:
            scenarios = [base, session.scenario] if view.is_changed else [base]
            found = await asyncio.gather(*(session.workshop.result(one, view.runs, view.seed) for one in scenarios))
        except InputError as error:
            self.refuse(f"error: {error}")
            self.say_busy(False)
            return
        await self.show_results(found[0], found[1] if len(found) > 1 else None)

    async def show_results(self, before: Result, after: Result | None) -> None:
        """Show what came out."""
        self.results = before, after
        words = self.session.view.in_words(self.session.base)
        said = state_in_words(before) if after is None else gist(before, after, change_in_words(words))
        self.sentence.set_content(escape(said.sentence))
        self.footing.set_content(escape(said.footing))
        await asyncio.gather(*(self.draw(name, before, after) for name in _DRAWN))
        self.say_busy(False)
        self.show_table()
        self.session.look_ahead()

    async def draw(self, name: str, before: Result, after: Result | None) -> None:
        """Draw a chart in a worker process, and show it."""
        chart = self.charts[name]
        chart.set_content(await self.session.workshop.done(tasks.chart, name, before, after))
        chart.classes(remove="old")

    def say_busy(self, busy: bool) -> None:
        """Say whether something is being computed, and let the old charts fade meanwhile."""
        view = self.session.view
        pairs = f"{view.runs:,} crises as it was" + (f" and {view.runs:,} with your change" if view.is_changed else "")
        self.state.set_content(f"Running {pairs} …" if busy else f"Shown: {pairs}, seed {view.seed}.")
        self.state.classes(add="busy" if busy else "", remove="" if busy else "busy")
        for chart in self.charts.values():
            chart.classes(add="old" if busy else "", remove="" if busy else "old")
        file = f"{self.session.base.name}{'-changed' if view.is_changed else ''}.yaml"
        self.command.set_content(
            f"The same numbers on the command line: <code>escalation-sim run {escape(file)} --runs {view.runs} --seed {view.seed}</code>"
        )

    def show_table(self) -> None:
        """All numbers, if they are asked for."""
        if self.numbers.value and self.results is not None:
            self.latest_table.ask(self.fill_table)

    async def fill_table(self) -> None:
        """Compute the intervals and show them."""
        if self.results is None:
            return
        before, after = self.results
        found = await self.session.workshop.done(tasks.differences, before, after if after is not None else before)
        self.table.set_content(table_of_differences(found, after is not None))

    def saver(self, name: str, kind: str) -> Callable[[], Any]:
        """What a button does that saves a chart."""

        async def save() -> None:
            if self.results is None:
                return
            content = await self.session.workshop.done(tasks.chart_file, name, kind, *self.results)
            ui.download.content(content, f"{self.session.base.name}-{name}.{kind}")

        return save

    def save_scenario(self) -> None:
        """The scenario on screen as YAML."""
        name = f"{self.session.base.name}{'-changed' if self.session.view.is_changed else ''}"
        ui.download.content(self.session.yaml().encode(), f"{name}.yaml", "application/yaml")

    def save_runs(self, kind: str) -> None:
        """One row per run as it was, and one with the change."""
        if self.results is not None:
            name = f"{self.session.base.name}-runs.{kind}"
            ui.download.content(tasks.runs_file(kind, *self.results), name)


def change_in_words(words: list[str]) -> str:
    """The beginning of the sentence: the change itself where there is one, else that there are some."""
    if len(words) != 1:
        return "With your changes"
    return f"With {words[0]}"
