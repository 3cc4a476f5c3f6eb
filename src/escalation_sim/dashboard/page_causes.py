"""Compare and attribute: a map over any two numbers, and the effect of the channels shared among them; computed when asked for."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from nicegui import ui

from escalation_sim.dashboard import studies
from escalation_sim.dashboard.session import Session
from escalation_sim.dashboard.work import Latest
from escalation_sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CausesPart"]

_RUNS = {100: "100 runs a point (quick)", 200: "200 runs a point", 500: "500 runs a point (slow)"}


class Job:
    """Something long: a button that begins it, a bar, a button that stops it, and a place for its chart."""

    def __init__(self, words: str, name: str, begin: Callable[[], None]) -> None:
        self.latest = Latest(lambda error: self.stopped(f"error: {type(error).__name__}: {error}"))
        with ui.element("div").classes("progress"):
            self.go = ui.button(words, on_click=begin).props(f"unelevated id={name}-go")
            self.bar = ui.linear_progress(0.0, show_value=False).props("rounded size=10px").style("max-width:320px")
            self.bar.props["aria-label"] = f"{words}: how far it is"
            self.cancel = ui.button("Cancel", on_click=self.drop).props(f"flat id={name}-cancel")
        self.state = ui.html("", sanitize=False, tag="p").classes("state").props(f"role=status id={name}-state")
        self.chart = ui.html("", sanitize=False).classes("chart").props(f"id={name}-chart")
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """Show the bar while it goes on."""
        self.bar.set_visibility(busy)
        self.cancel.set_visibility(busy)
        self.go.set_enabled(not busy)

    def told(self, done: int, total: int) -> None:
        """So much is done."""
        self.bar.set_value(done / max(total, 1))
        self.say(f"{done} of {total} parts done …")

    def say(self, words: str) -> None:
        """A line about it."""
        self.state.set_content(escape(words))

    def stopped(self, words: str) -> None:
        """It is over."""
        self.set_busy(False)
        self.say(words)

    def drop(self) -> None:
        """Stop it."""
        self.latest.drop()
        self.stopped("Cancelled.")


class CausesPart:
    """The part of the page for questions that take longer."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.mapped: pd.DataFrame | None = None
        with ui.element("div").classes("wide"):
            ui.html("What matters, and what it is owed to", sanitize=False, tag="h2")
            self.what = ui.label("").classes("about")
            with ui.element("section").classes("card").style("margin-top:14px"):
                self.build_shares()
            with ui.element("section").classes("card").style("margin-top:14px"):
                self.build_map()

    def build_shares(self) -> None:
        """Shapley values."""
        ui.html("Which channel is the effect owed to?", sanitize=False, tag="h3")
        ui.label(
            "Every combination of the channels is run with the same luck; what a channel adds, averaged over all orders in which they could "
            "have been opened (Shapley), is its share. Bars to the left: lower than without it."
        ).classes("small")
        with ui.element("div").classes("row"):
            self.outcome = select(
                {"peak_rung": "peak rung", "force": "force used", "days_to_end": "days to the end", "deaths_total": "deaths"},
                "peak_rung",
                "Effect on",
            )
            self.share_runs = select({100: "100 runs each", 200: "200 runs each", 500: "500 runs each (slow)"}, 200, "Runs")
        self.shares = Job("Share it out", "shares", self.begin_shares)

    def build_map(self) -> None:
        """A heat map."""
        ui.html("Where does it matter? A map over any two numbers", sanitize=False, tag="h3")
        with ui.element("div").classes("row"):
            self.across = select({}, None, "Across", search=True)
            self.up = select({}, None, "Up", search=True)
        with ui.element("div").classes("row").style("margin-top:8px"):
            self.measure = select({name: measure.label for name, measure in studies.MEASURES.items()}, "force", "What is shown")
            self.map_runs = select(dict(_RUNS), 100, "Runs")
            self.as_difference = ui.switch("the difference that my change makes").props("dense id=as-difference")
        self.map = Job("Draw the map", "map", self.begin_map)
        self.save_map = ui.button("Cells with intervals (CSV)", on_click=self.save_cells).props("outline id=save-map")
        self.save_map.set_enabled(False)

    def show(self) -> None:
        """Offer what the scenario on screen has."""
        base, view = self.session.base, self.session.view
        words = "; ".join(view.in_words(base))
        self.what.set_text(f"{base.title}" + (f", changed: {words}" if words else ", as it was"))
        axes = {path: axis.label for path, axis in studies.axes_of(base).items()}
        first = base.countries[0].name
        chosen = (self.across.value, self.up.value)
        usual = (f"countries.{first}.government.resolve", "channels.back_channel.relationship")
        for field, value, default in zip((self.across, self.up), chosen, usual, strict=True):
            field.set_options(axes, value=value if value in axes else default if default in axes else next(iter(axes)))
        self.as_difference.set_enabled(view.is_changed)
        if not view.is_changed:
            self.as_difference.set_value(False)

    def begin_map(self) -> None:
        """Begin the map."""
        self.map.set_busy(True)
        self.map.latest.ask(self.draw_map)

    async def draw_map(self) -> None:
        """Compute the map row by row, and draw it."""
        session, job = self.session, self.map
        try:
            axes = studies.axes_of(session.base)
            grid = studies.Grid(
                session.scenario, session.base if self.as_difference.value else None, axes[self.across.value], axes[self.up.value],
                self.measure.value, int(self.map_runs.value), session.view.seed,
            )  # fmt: skip
            rows = await session.workshop.pieces(studies.grid_row, studies.grid_pieces(grid), job.told)
        except InputError as error:
            job.stopped(f"error: {error}")
            return
        job.chart.set_content(await session.workshop.done(studies.map_drawn, grid, rows))
        self.mapped = studies.map_table(grid, rows)
        self.save_map.set_enabled(True)
        job.stopped(
            f"{grid.runs:,} runs at each of {studies.POINTS * studies.POINTS} points, the same luck at every point, seed {grid.seed}. "
            "Point at a cell for its interval."
        )

    def save_cells(self) -> None:
        """The cells of the map on screen, with their intervals."""
        if self.mapped is not None:
            ui.download.content(self.mapped.to_csv(index=False).encode(), f"{self.session.base.name}-map.csv", "text/csv")

    def begin_shares(self) -> None:
        """Begin the attribution."""
        self.shares.set_busy(True)
        self.shares.latest.ask(self.draw_shares)

    async def draw_shares(self) -> None:
        """Run the subsets piece by piece, and draw the shares."""
        session, job = self.session, self.shares
        outcome, runs = str(self.outcome.value), int(self.share_runs.value)
        try:
            pieces = studies.subset_pieces(session.scenario, outcome, runs, session.view.seed)
            games = await session.workshop.pieces(studies.subset_values, pieces, job.told)
            svg, words = await session.workshop.done(studies.shares_drawn, session.scenario, outcome, session.view.seed, games)
        except InputError as error:
            job.stopped(f"error: {error}")
            return
        job.chart.set_content(svg)
        job.stopped(words)


def select(options: dict[str, str] | dict[int, str], value: object, label: str, *, search: bool = False) -> ui.select:
    """A list to choose from."""
    field = ui.select(options, value=value, label=label, with_input=search)
    return field.props("outlined dense options-dense behavior=menu").style(f"min-width:{420 if search else 240}px")
