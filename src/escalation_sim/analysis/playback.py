"""One run, recorded step by step from the Mesa model, to be played at any pace.

The model is walked once and everything that is shown is kept as arrays.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from escalation_sim.agents import EscalationModel
from escalation_sim.parameters import Array
from escalation_sim.scenario import Scenario

__all__ = ["REASONS", "Moment", "Playback", "Reason", "played", "recorded"]

_KEPT = (
    "posture", "order", "posture_wanted", "pressure", "climate", "weariness", "trust", "status", "relationship", "in_use", "called",
    "answered", "unanswered", "rescued", "leak", "cease_fire", "fire", "deaths", "engaged",
)  # fmt: skip
_NOT_REASONS = ("day", "date", "country", "wanted_before", "wanted")

REASONS: Mapping[str, str] = {
    "grievance": "grievance",
    "threat": "threat from the other side",
    "pressure": "public pressure",
    "disposition": "leaders' disposition",
    "cost": "cost",
    "fear": "fear of the top",
    "ties": "trust and trade",
    "weariness": "weariness",
    "deal": "word given",
    "inertia": "habit",
}
"""What the terms of a decision are called."""


@dataclass(frozen=True)
class Moment:
    """Something that happened: step in which it did, date in print, who, what kind, plain words."""

    step: int
    date: str
    actor: str
    kind: str
    words: str


@dataclass(frozen=True)
class Reason:
    """A decision: step, place of the country, rung wanted before and after, and what each term added to the new rung over the old."""

    step: int
    country: int
    before: int
    wanted: int
    terms: Mapping[str, float]


@dataclass(frozen=True)
class Playback:
    """A run to be played.

    Attributes
    ----------
    run, seed : which run it is.
    start, step_hours : when step 0 begins, and how long a step is.
    countries, rungs, channels : labels.
    paths : by name of state, an array with the step first; index 0 is the state before the first step.
    voice : mean voice of civil society, shape (step, country).
    moments, reasons : in order of time.
    outcomes : as in a row of the batch engine.
    """

    run: int
    seed: int
    start: datetime.date
    step_hours: float
    countries: tuple[str, str]
    rungs: tuple[str, ...]
    channels: tuple[str, ...]
    paths: Mapping[str, Array]
    voice: Array
    moments: tuple[Moment, ...]
    reasons: tuple[Reason, ...]
    outcomes: Mapping[str, Any]

    @property
    def last(self) -> int:
        """The last step."""
        return len(self.voice) - 1

    def day(self, step: int) -> float:
        """Days since the start at the end of a step."""
        return step * self.step_hours / 24.0

    def step_of(self, day: float) -> int:
        """The step that ends a day, within the run."""
        return min(max(round(day * 24.0 / self.step_hours), 0), self.last)

    def when(self, step: int) -> str:
        """Date and time of day at the end of a step, "7 May 2025, 06:00"."""
        moment = datetime.datetime.combine(self.start, datetime.time()) + datetime.timedelta(days=self.day(step))
        return f"{moment.day} {moment:%B %Y}, {moment:%H:%M}"

    def until(self, step: int) -> list[Moment]:
        """What has happened by the end of a step."""
        return [moment for moment in self.moments if moment.step <= step]

    def decision(self, country: int, step: int) -> Reason | None:
        """The last decision of a country by the end of a step."""
        made = [reason for reason in self.reasons if reason.country == country and reason.step <= step]
        return made[-1] if made else None

    def next_moment(self, step: int, kinds: tuple[str, ...] = ()) -> int:
        """The next step in which something happens; the last where nothing does any more."""
        return next((one.step for one in self.moments if one.step > step and (not kinds or one.kind in kinds)), self.last)


def played(scenario: Scenario, seed: int, run: int) -> Playback:
    """Play a run of a crisis to its end and record it."""
    return recorded(EscalationModel(scenario, seed=seed, run=run))


def recorded(model: EscalationModel) -> Playback:
    """Play a model that has not begun to its end and record it."""
    scenario = model.crisis
    states = [model.batch_state((*_KEPT, "voice"))]
    while model.running:
        model.step()
        states.append(model.batch_state((*_KEPT, "voice")))
    steps_a_day = round(24.0 / scenario.step_hours)
    return Playback(
        run=int(model.setting.runs[0]),
        seed=model.setting.seed,
        start=scenario.start,
        step_hours=scenario.step_hours,
        countries=(scenario.countries[0].label, scenario.countries[1].label),
        rungs=tuple(scenario.ladder.names),
        channels=tuple(channel.label for channel in scenario.channels),
        paths={name: np.stack([state[name][..., 0] for state in states]) for name in _KEPT},
        voice=np.stack([state["voice"][..., 0].mean(axis=0) if state["voice"].size else np.zeros(2) for state in states]),
        moments=tuple(moments_of(model, steps_a_day)),
        reasons=tuple(reasons_of(model, steps_a_day)),
        outcomes=dict(model.outcomes),
    )


def moments_of(model: EscalationModel, steps_a_day: int) -> list[Moment]:
    """The events of a run; an event of a step is shown at its end."""
    found = []
    for event in model.events.to_dict("records"):
        date = event["date"]
        words = str(event["words"])
        told = f"{words[0].upper()}{words[1:]}"
        found.append(
            Moment(round(event["day"] * steps_a_day) + 1, f"{date.day} {date:%b %H:%M}", event["actor"], event["kind"], told)
        )
    return found


def reasons_of(model: EscalationModel, steps_a_day: int) -> list[Reason]:
    """The decisions of a run."""
    names = [country.name for country in model.crisis.countries]
    found = []
    for row in model.reasons.to_dict("records"):
        terms = {str(name): float(size) for name, size in row.items() if name not in _NOT_REASONS}
        place = names.index(row["country"])
        found.append(Reason(round(row["day"] * steps_a_day) + 1, place, int(row["wanted_before"]), int(row["wanted"]), terms))
    return found
