"""The switches and sliders beside the charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from nicegui import ui

from escalation_sim.dashboard.session import Session
from escalation_sim.dashboard.view import (
    CLOSED,
    MOST_RUNS,
    STATES,
    SUSPENDED,
    Slider,
    Switch,
    View,
    is_on,
    sliders_of,
    switch_as_it_was,
    turned,
)
from escalation_sim.rules import THEORIES
from escalation_sim.scenario.document import MOST_BYTES, too_large

__all__ = ["Controls"]


# NiceGUI writes the list of all that an event carries where the value belongs; a switch would then be neither on nor off.
_KEEP_VALUE = "(value) => { element.props['model-value'] = value }"


class QuickSwitch(ui.switch):
    """A switch that turns at once, not when the server has heard of it: a second click then turns it back."""

    LOOPBACK = False

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.on("update:model-value", js_handler=_KEEP_VALUE)


class QuickSlider(ui.slider):
    """A slider that follows the hand, not the server."""

    LOOPBACK = False

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.on("update:model-value", js_handler=_KEEP_VALUE)


_CHOICES = {name: words for name, words in STATES.items() if name != CLOSED}


class Controls:
    """Everything a reader can change about a scenario.

    `taken` is called after each change with what is wrong with it, empty where nothing is. While `fill` writes into the controls
    what the view says, their events mean nothing.
    """

    def __init__(
        self, session: Session, taken: Callable[[str], None], upload: Callable[..., Any], refuse: Callable[[str], None]
    ) -> None:
        self.session, self.taken, self.refuse = session, taken, refuse
        self.filling = False
        self.built_for = ""
        self.channels: dict[str, ChannelControl] = {}
        self.sliders: dict[str, SliderControl] = {}
        ui.html("Scenario", sanitize=False, tag="h2")
        self.scenario = ui.select(session.titles, value=session.view.scenario, on_change=lambda event: self.choose(event.value))
        self.scenario.props("outlined dense options-dense behavior=menu").style("width:100%").props["aria-label"] = "Scenario"
        self.about = ui.expansion("What happened").style("width:100%").props("dense")
        with self.about:
            self.story = ui.label("").classes("small")
        with ui.element("div").classes("row"):
            self.back = ui.button("As it was", on_click=self.reset).props("outline dense padding='4px 12px' id=reset")
            self.uploader = ui.upload(max_file_size=MOST_BYTES, on_upload=upload, on_rejected=self.rejected, auto_upload=True)
            self.uploader.classes("hidden").props("accept='.yaml,.yml'")
            ui.button("Upload a scenario", on_click=lambda: self.uploader.run_method("pickFiles")).props("flat dense")
        with ui.element("div").classes("controls") as self.place:
            pass

    def build(self) -> None:
        """Controls for the scenario on screen."""
        base = self.session.base
        self.place.clear()
        self.channels, self.sliders = {}, {}
        with self.place:
            with ui.element("div"):
                ui.html("Channels", sanitize=False, tag="h2")
                ui.label("Open or closed, and how well those on the line know each other: 0 strangers, 1 confidants.").classes(
                    "small"
                )
                self.day = ui.html("", sanitize=False, tag="p").classes("small moved")
                for channel in base.channels:
                    self.channels[channel.name] = ChannelControl(channel.name, channel.label, self.switch)
            with ui.element("div"):
                ui.html("Governments, media, the attack", sanitize=False, tag="h2")
                for slider in sliders_of(base):
                    self.sliders[slider.name] = SliderControl(slider, self.move)
                theories = {name: name.replace("_", " ") for name in THEORIES}
                self.decision = ui.select(
                    theories, label="How governments decide", on_change=lambda event: self.decide(event.value)
                )
                self.decision.props("outlined dense options-dense behavior=menu").style("width:100%; margin-top:6px")
                ui.html("Runs", sanitize=False, tag="h2")
                with ui.element("div").classes("row"):
                    self.runs = self.number("Runs of each", 2, MOST_RUNS, lambda value: {"runs": value})
                    self.seed = self.number("Seed of all luck", 0, 2**53, lambda value: {"seed": value})
        self.built_for = self.session.view.scenario

    def number(self, label: str, low: int, high: int, change: Callable[[int], dict[str, int]]) -> ui.number:
        """A field for a whole number that counts when it is left or confirmed."""
        field = ui.number(label, min=low, max=high, precision=0).props("outlined dense").style("width:132px")

        def take() -> None:
            value = field.value
            if value is None or not low <= value <= high:
                self.taken(f"error: {label}: out of range, got {value}; allowed: a whole number from {low:,} to {high:,}")
                return
            self.try_view(replace(self.session.view, **change(int(value))))  # type: ignore[arg-type]

        field.on("blur", take)
        field.on("keydown.enter", take)
        return field

    def fill(self) -> None:
        """Write into the controls what the view says."""
        session, view = self.session, self.session.view
        self.filling = True
        try:
            if self.built_for != view.scenario:
                self.build()
            self.scenario.set_options(session.titles, value=view.scenario)
            self.story.set_text(session.base.about)
            self.about.set_visibility(bool(session.base.about))
            self.back.set_enabled(view.is_changed)
            self.day.set_content(f"Channels of {escape(view.as_of)}" if view.as_of else "")
            before = session.base if view.as_of is None else session.base.with_channels_as_of(view.as_of)
            for channel in before.channels:
                was = switch_as_it_was(channel)
                self.channels[channel.name].fill(was, view.switches.get(channel.name))
            for name, control in self.sliders.items():
                control.fill(view.values.get(name))
            self.decision.set_value(view.decision or session.base.decision)
            self.runs.set_value(view.runs)
            self.seed.set_value(view.seed)
        finally:
            self.filling = False

    def try_view(self, view: View) -> None:
        """Show another view, or say what is wrong with it."""
        if self.filling or view == self.session.view:
            return
        message = self.session.try_view(view)
        self.taken(f"error: {message}" if message else "")

    def choose(self, name: str) -> None:
        """Another scenario."""
        if not self.filling and name != self.session.view.scenario:
            self.session.choose(name)
            self.taken("")

    def reset(self) -> None:
        """Everything as it was."""
        self.try_view(replace(self.session.view.as_it_was(), page=self.session.view.page))

    def switch(self, name: str, switch: Switch | None) -> None:
        """A channel switched, or put back."""
        self.try_view(self.session.view.switched(name, switch))

    def move(self, name: str, value: float | None) -> None:
        """A slider moved, or put back."""
        self.try_view(self.session.view.moved(name, value))

    def decide(self, name: str) -> None:
        """Another theory of decision."""
        self.try_view(replace(self.session.view, decision=None if name == self.session.base.decision else name))

    def rejected(self) -> None:
        """A file that the browser did not send because it is too large or no YAML."""
        self.refuse(f"error: {too_large('upload')}, ending in .yaml")


class ChannelControl:
    """A switch for a channel; under it, while it exists, how it does and its working relationship."""

    def __init__(self, name: str, label: str, changed: Callable[[str, Switch | None], None]) -> None:
        self.name, self.changed = name, changed
        self.was = Switch(CLOSED)
        with ui.element("div").classes("channel"):
            self.on = QuickSwitch(label, on_change=lambda event: self.flip(event.value)).props(f"dense id=switch-{name}")
            with ui.element("div").classes("how") as self.more:
                self.how = ui.select(_CHOICES, on_change=lambda _: self.tell()).props(
                    "dense options-dense borderless behavior=menu"
                )
                self.how.props["aria-label"] = f"{label}: how it stands"
                self.relationship = QuickSlider(min=0.0, max=1.0, step=0.05, on_change=lambda _: self.tell())
                self.relationship.props["aria-label"] = f"{label}: working relationship, 0 to 1"
                self.relationship.props(f"id=relationship-{name} dense")
                self.number = ui.label("").classes("number")
            self.note = ui.label("").classes("small")
        self.filling = False

    def fill(self, was: Switch, now: Switch | None) -> None:
        """Show a state; `was` is that of the scenario as it was, `now` None where nothing is changed."""
        self.was = was
        shown = now or was
        self.filling = True
        try:
            self.on.set_value(is_on(was, now))
            self.more.set_visibility(self.on.value)
            self.how.set_value(shown.state if shown.state in _CHOICES else "open")
            self.relationship.set_value(shown.relationship)
            self.number.set_text(f"{shown.relationship:.2f}")
            self.number.classes(add="moved" if now else "", remove="" if now else "moved")
            state = STATES[was.state] + (f", {was.relationship:g}" if was.state != CLOSED else "")
            self.note.set_text(f"changed; it was {state}" if now else (STATES[SUSPENDED] if was.state == SUSPENDED else ""))
        finally:
            self.filling = False

    def flip(self, on: bool) -> None:
        """The switch was turned."""
        if self.filling:
            return
        self.changed(self.name, turned(self.was, on))

    def tell(self) -> None:
        """State or relationship were changed."""
        if self.filling or self.how.value is None or self.relationship.value is None:
            return
        now = Switch(self.how.value, round(float(self.relationship.value), 2))
        self.number.set_text(f"{now.relationship:.2f}")
        self.changed(self.name, None if now == self.was else now)


class SliderControl:
    """A number with its name, where it stands and where it stood."""

    def __init__(self, slider: Slider, changed: Callable[[str, float | None], None]) -> None:
        self.slider, self.changed = slider, changed
        self.filling = False
        with ui.element("div").classes("slider"):
            with ui.element("div").classes("names"):
                label = ui.label(slider.label[0].upper() + slider.label[1:])
                label.props["title"] = slider.about
                self.number = ui.label("").classes("number")
            self.bar = QuickSlider(min=slider.low, max=slider.high, step=slider.step, on_change=lambda _: self.tell())
            self.bar.props["aria-label"] = f"{slider.label}. {slider.about}"
            self.bar.props(f"id=slider-{slider.name.replace('.', '-')} dense")

    def fill(self, value: float | None) -> None:
        """Show a value; None where it is that of the scenario."""
        self.filling = True
        try:
            shown = self.slider.value if value is None else value
            self.bar.set_value(shown)
            was = f" (was {self.slider.value:g})" if value is not None else ""
            self.number.set_text(f"{shown:g} {self.slider.unit}{was}".strip())
            self.number.classes(add="moved" if was else "", remove="" if was else "moved")
        finally:
            self.filling = False

    def tell(self) -> None:
        """The slider was moved."""
        if self.filling or self.bar.value is None:
            return
        value = round(float(self.bar.value), 4)
        self.changed(self.slider.name, None if abs(value - self.slider.value) < 0.5 * self.slider.step else value)
