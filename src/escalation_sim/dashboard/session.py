"""What one browser tab works on: its view, the scenarios it uploaded, and messages about what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from escalation_sim.dashboard.library import Library
from escalation_sim.dashboard.view import View
from escalation_sim.dashboard.work import Wish, Workshop
from escalation_sim.errors import InputError
from escalation_sim.scenario import Scenario, as_yaml, scenario_from_bytes

__all__ = ["Session", "session_from"]


@dataclass
class Session:
    """State of a tab.

    Attributes
    ----------
    view : what is on screen.
    uploads : scenarios that were uploaded in this tab, by name; gone when the tab is closed or loaded again.
    """

    library: Library
    workshop: Workshop
    view: View
    uploads: dict[str, Scenario] = field(default_factory=dict)

    @property
    def titles(self) -> dict[str, str]:
        """Titles of all scenarios that can be chosen, by name."""
        uploaded = {name: f"{scenario.title} (uploaded)" for name, scenario in self.uploads.items()}
        return {**uploaded, **self.library.titles}

    @property
    def base(self) -> Scenario:
        """The scenario as it was."""
        if self.view.scenario in self.uploads:
            return self.uploads[self.view.scenario]
        return self.library.scenario(self.view.scenario)

    @property
    def scenario(self) -> Scenario:
        """The scenario with all changes made; raises InputError."""
        return self.view.changed(self.base)

    def upload(self, data: bytes, name: str) -> None:
        """Take over the content of a scenario file and show it; raises InputError."""
        scenario = scenario_from_bytes(data, name)
        if scenario.kind != "crisis":
            raise InputError("the page shows single crises", file=name, key="kind", value=scenario.kind, allowed="crisis")
        key = f"uploaded-{scenario.name}"
        self.uploads[key] = scenario
        self.choose(key)

    def choose(self, name: str) -> None:
        """Show another scenario, nothing changed."""
        self.view = View(name, seed=self.view.seed, runs=self.view.runs, page=self.view.page)

    def try_view(self, view: View) -> str:
        """Show a view if it makes a scenario; else nothing changes and the message says why. Empty where all is well."""
        old, self.view = self.view, view
        try:
            _ = self.scenario
        except InputError as error:
            self.view = old
            return str(error)
        return ""

    def look_ahead(self) -> None:
        """Have what one more turn of a switch leads to computed while the reader reads."""
        view, base = self.view, self.base
        self.workshop.look_ahead(
            [Wish(partial(one.changed, base), view.runs, view.seed) for one in view.a_switch_away(base) if one.is_changed]
        )

    def yaml(self) -> str:
        """The scenario on screen as a file that the command line runs with the same numbers."""
        view, changed = self.view, "; ".join(self.view.in_words(self.base)) or "nothing"
        heading = (
            f"Made by escalation-sim dashboard from {self.base.name}. Changed: {changed}.\n"
            f"The same runs: escalation-sim run FILE --runs {view.runs} --seed {view.seed}"
        )
        return as_yaml(replace_name(self.scenario, view), heading)


def replace_name(scenario: Scenario, view: View) -> Scenario:
    """A changed scenario gets a name of its own, so that its results do not fall into the folder of the one it was made from."""
    return scenario.set("name", f"{scenario.name[:50]}-changed") if view.is_changed else scenario


def session_from(library: Library, workshop: Workshop, query: str) -> tuple[Session, str]:
    """The session of an address, and what was wrong with the address (empty: nothing); then the first scenario is shown."""
    fallback = View(library.first)
    session = Session(library, workshop, fallback)
    try:
        view = View.from_query(query, library.first)
        if view.scenario.startswith("uploaded-"):
            return session, "The scenario of this address was uploaded in another tab; upload its file again."
        library.scenario(view.scenario)
        return session, session.try_view(view)
    except InputError as error:
        session.view = replace(fallback)
        return session, str(error)
