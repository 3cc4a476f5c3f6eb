"""One run, step by step: who stands where, who talks to whom, and why they decide as they do; a saved run with its twin beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from nicegui import ui

from escalation_sim.analysis.gist import saved_run, worst_run
from escalation_sim.analysis.playback import Playback
from escalation_sim.analysis.summary import typical_run
from escalation_sim.dashboard import tasks
from escalation_sim.dashboard.controls import QuickSlider
from escalation_sim.dashboard.drawing import country_card, events_list, lines_card, reasons_card
from escalation_sim.dashboard.session import Session
from escalation_sim.dashboard.view import MOST_RUNS, PICKS
from escalation_sim.dashboard.work import Latest
from escalation_sim.errors import InputError

__all__ = ["RunPart"]

_SECONDS_A_STEP = 0.45
_NOTABLE = ("trigger", "attack", "act", "posture", "deal", "deal broken", "nuclear signal", "accident", "mediation")


@dataclass(frozen=True)
class Shown:
    """A run as it is on screen: what it is called, what happened, its chart and where the chart's days begin and end."""

    title: str
    playback: Playback
    svg: str
    span: tuple[float, float]


class RunPart:
    """The part of the page that plays one run. `moved` is called when another run is on screen."""

    def __init__(self, session: Session, moved: Callable[[], None]) -> None:
        self.session, self.moved = session, moved
        self.latest = Latest(lambda error: self.say(f"error: {type(error).__name__}: {error}"))
        self.shown: list[Shown] = []
        self.columns: list[Column] = []
        self.filling = False
        with ui.element("div").classes("wide"):
            self.build_choice()
            self.build_player()
            self.place = ui.element("div").style("width:100%")
        self.timer = ui.timer(_SECONDS_A_STEP, self.tick, active=False)

    def build_choice(self) -> None:
        """Which run."""
        ui.html("One run, step by step", sanitize=False, tag="h2")
        with ui.element("div").classes("row"):
            self.pick = ui.radio(dict(PICKS), on_change=lambda event: self.choose(event.value)).props("inline dense")
            self.pick.props["aria-label"] = "Which run"
            self.number = (
                ui.number("or run number", min=0, max=MOST_RUNS - 1, precision=0).props("dense outlined").style("width:130px")
            )
            self.number.on("keydown.enter", self.choose_number)
            self.number.on("blur", self.choose_number)
        self.state = ui.html("", sanitize=False, tag="p").classes("state").props("role=status id=run-state")

    def build_player(self) -> None:
        """Step, play, jump."""
        with ui.element("div").classes("row card").style("margin-bottom:14px") as self.player:
            for icon, words, change in (
                ("first_page", "To the start", lambda _: 0),
                ("chevron_left", "One step back", lambda step: step - 1),
                ("chevron_right", "One step on", lambda step: step + 1),
                ("skip_next", "To the next event", self.next_event),
            ):
                button = ui.button(icon=icon, on_click=self.mover(change)).props("flat round dense")
                button.props["aria-label"] = words
                button.tooltip(words)
            self.play = ui.button("Play", icon="play_arrow", on_click=self.toggle).props(
                "unelevated dense padding='4px 14px' id=play"
            )
            self.bar = QuickSlider(min=0, max=1, step=1, on_change=lambda event: self.go(event.value)).style(
                "flex:1; min-width:200px"
            )
            self.bar.props["aria-label"] = "Step of the run"
            self.bar.props("id=step-slider")
            self.when = ui.label("").classes("number").props("id=when").style("min-width:190px")
            self.day = ui.number("Jump to day", min=0, precision=0).props("dense outlined").style("width:120px")
            self.day.on("keydown.enter", self.jump)

    def show(self) -> None:
        """Play the run that the view asks for."""
        self.stop()
        self.filling = True
        self.pick.set_value(self.session.view.pick if self.session.view.run is None else None)
        self.number.set_value(self.session.view.run)
        self.filling = False
        self.latest.ask(self.load)

    def choose(self, pick: str | None) -> None:
        """A run picked by what it is like."""
        if not self.filling and pick is not None:
            self.session.view = replace(self.session.view, pick=pick, run=None)
            self.moved()
            self.show()

    def choose_number(self) -> None:
        """A run picked by its number."""
        value = self.number.value
        if value is None or value == self.session.view.run:
            return
        if not 0 <= value < MOST_RUNS:
            self.say(f"error: run: out of range, got {value:g}; allowed: a whole number from 0 to {MOST_RUNS - 1:,}")
            return
        self.session.view = replace(self.session.view, run=int(value))
        self.moved()
        self.show()

    def say(self, words: str) -> None:
        """A line about what is on screen or what is being done."""
        self.state.set_content(escape(words))

    async def load(self) -> None:
        """Find the run, play it in a worker process, and show its beginning."""
        session, view = self.session, self.session.view
        self.say("Looking for the run …")
        try:
            base, scenario = session.base, session.scenario
            wanted = [base, scenario] if view.is_changed else [base]
            found = await asyncio.gather(*(session.workshop.result(one, view.runs, view.seed) for one in wanted))
        except InputError as error:
            self.say(f"error: {error}")
            return
        number, words = view.run, "the number you asked for"
        twin = view.pick == "saved" and view.is_changed
        if number is None:
            if view.pick == "saved":
                number = saved_run(found[0], found[1]) if view.is_changed else None
                if number is None:
                    self.say(
                        "The change brought no run down." if view.is_changed
                        else "Nothing is changed yet: switch a channel in “The crisis”, then look for a run that this saved."
                    )  # fmt: skip
                    self.clear()
                    return
            else:
                number = worst_run(found[-1]) if view.pick == "worst" else typical_run(found[-1])
            words = {"typical": "nearest the middle in peak, length and deaths", "worst": "the highest peak, then the most deaths",
                     "saved": "the change brought it down furthest"}[view.pick]  # fmt: skip
        named = [("As it was", base), ("With your change", scenario)] if twin else [("", scenario)]
        done = session.workshop.done
        runs = await asyncio.gather(*(done(tasks.run_played, one, view.seed, number) for _, one in named))
        last = max(*(run.day(run.last) for run in runs), 7.0) if twin else None
        titles = [title or f"Run {number}" for title, _ in named]
        drawn = await asyncio.gather(
            *(done(tasks.run_drawn, run, title, last) for run, title in zip(runs, titles, strict=True))
        )
        self.shown = [Shown(title, run, *one) for title, run, one in zip(titles, runs, drawn, strict=True)]
        change = " with your change" if view.is_changed and not twin else ""
        self.say(f"Run {number} of {view.runs:,}{change}, seed {view.seed}: {words}.")
        self.build_columns()

    def clear(self) -> None:
        """Nothing to be played."""
        self.shown, self.columns = [], []
        self.place.clear()
        self.player.set_visibility(False)

    def build_columns(self) -> None:
        """Places for one run, or for two beside each other."""
        self.place.clear()
        self.player.set_visibility(True)
        with self.place, ui.element("div").classes("twins" if len(self.shown) > 1 else ""):
            self.columns = [Column(one, alone=len(self.shown) == 1) for one in self.shown]
        self.bar.props["max"] = self.last
        self.day.props["max"] = self.shown[0].playback.day(self.last)
        self.bar.set_value(0)
        self.go(0)

    @property
    def last(self) -> int:
        """The last step of the longest run on screen."""
        return max((one.playback.last for one in self.shown), default=0)

    def next_event(self, step: int) -> int:
        """The next step in which something notable happens in a run on screen."""
        return min(
            (one.playback.next_moment(step, _NOTABLE) for one in self.shown if step < one.playback.last), default=self.last
        )

    def mover(self, change: Callable[[int], int]) -> Callable[[], None]:
        """What a button does that goes to another step."""

        def move() -> None:
            self.stop()
            self.bar.set_value(min(max(change(int(self.bar.value or 0)), 0), self.last))

        return move

    def jump(self) -> None:
        """To a day."""
        if self.shown and self.day.value is not None:
            self.stop()
            self.bar.set_value(min(max(round(float(self.day.value) * 24.0 / self.shown[0].playback.step_hours), 0), self.last))

    def toggle(self) -> None:
        """Play or pause; at the end, from the beginning."""
        if self.timer.active:
            self.stop()
            return
        if int(self.bar.value or 0) >= self.last:
            self.bar.set_value(0)
        self.timer.activate()
        self.play.set_text("Pause")
        self.play.props("icon=pause")

    def stop(self) -> None:
        """Pause."""
        self.timer.deactivate()
        self.play.set_text("Play")
        self.play.props("icon=play_arrow")

    def tick(self) -> None:
        """One step on."""
        step = int(self.bar.value or 0) + 1
        if step > self.last:
            self.stop()
            return
        self.bar.set_value(step)

    def go(self, value: float | None) -> None:
        """Show a step."""
        if self.shown and value is not None:
            step = int(value)
            longest = max(self.shown, key=lambda one: one.playback.last).playback
            self.when.set_text(f"day {longest.day(step):.2f}  ·  {longest.when(step)}")
            for column in self.columns:
                column.go(step)


class Column:
    """One run on screen: its chart with a mark for the step, its stage, its events, its reasons."""

    def __init__(self, shown: Shown, *, alone: bool) -> None:
        self.shown = shown
        with ui.element("div").classes("run-column"):
            with ui.element("section").classes("card path"):
                with ui.element("div").classes("timeline"):
                    ui.html(shown.svg, sanitize=False).classes("chart")
                    self.cursor = ui.element("div").classes("cursor").props("aria-hidden=true")
                ui.label("Yellow: a cease-fire is in force. Rings: orders as they are given.").classes("small")
            with ui.element("div").classes("stage" if alone else "stage twin"):
                first = self.card()
                lines = self.card()
                second = self.card()
            self.stage = (first, lines, second)
            with ui.element("div").classes("side-by-side told" if alone else "told"):
                with ui.element("section").classes("card"):
                    ui.html("What has happened", sanitize=False, tag="h3")
                    self.events = (
                        ui.html("", sanitize=False)
                        .classes("events")
                        .props("tabindex=0 role=log aria-label='What has happened'")
                    )
                with ui.element("section").classes("card"):
                    ui.html("Why: the last decision of each", sanitize=False, tag="h3")
                    self.reasons = (ui.html("", sanitize=False), ui.html("", sanitize=False))
            self.end = ui.html("", sanitize=False, tag="p").classes("footing")

    def card(self) -> ui.html:
        """A place for a part of the stage."""
        return ui.html("", sanitize=False, tag="section").classes("card")

    def go(self, step: int) -> None:
        """Show a step; a run that is over stays at its end."""
        playback = self.shown.playback
        now = min(step, playback.last)
        begin, end = self.shown.span
        place = begin + (end - begin) * now / max(playback.last, 1)
        self.cursor.style(f"left:{100.0 * place:.2f}%")
        self.stage[0].set_content(country_card(playback, 0, now))
        self.stage[1].set_content(lines_card(playback, now))
        self.stage[2].set_content(country_card(playback, 1, now))
        self.events.set_content(events_list(playback, now))
        for place_of, html in enumerate(self.reasons):
            html.set_content(reasons_card(playback, place_of, now))
        self.end.set_content("This run is over." if now == playback.last else "")
