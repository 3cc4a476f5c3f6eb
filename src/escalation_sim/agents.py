"""The Mesa model: one crisis, for looking into.

Every government, military, public, outlet, group, channel, armed group and mediator is a `mesa.Agent` that holds its own state and
calls its rule. `EscalationModel` walks `turn.TURN`; in a phase every agent concerned looks, then all write. The agents
have one method per phase, so that one decision can be changed by overriding one method::

    class Dove(Government):
        def choose_posture(self, seen, draws):
            decided = super().choose_posture(seen, draws)
            decided["posture_wanted"] = np.minimum(decided["posture_wanted"], 2.0)
            return decided

    model = EscalationModel(crisis, seed=1, run=37, cast={"government": {"india": Dove}})
    model.run_model()

The same seed and run number give the same crisis as the batch engine, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import mesa
import numpy as np
import pandas as pd

from escalation_sim.chronicle import WATCHED, Event, events_of_step, frame_of_events
from escalation_sim.errors import InputError, nearest
from escalation_sim.noise import Draws
from escalation_sim.parameters import FLOAT, Array, Values
from escalation_sim.rulers import ruler_of
from escalation_sim.rules import (
    aftermath,
    armed_groups,
    bargaining,
    cease_fire,
    channels,
    civil_society,
    government,
    grievance,
    leadership,
    local_fire,
    losses,
    media,
    mediation,
    military,
    nuclear_signalling,
    outreach,
    perception,
    public_opinion,
    trade,
    triggers,
    trust,
)
from escalation_sim.scenario import Scenario
from escalation_sim.state import AXES, COUNTRY_AXIS, VARIABLES, Setting, initial_state, processes
from escalation_sim.turn import TURN, Phase

__all__ = [
    "ArmedGroup",
    "Channel",
    "CivilSocietyGroup",
    "CrisisAgent",
    "EscalationModel",
    "Government",
    "LineOfContact",
    "MediaOutlet",
    "Mediator",
    "Military",
    "Public",
]

Written = dict[str, Array]
Sources = Any  # an agent, or nested lists of agents along the axes that the reader does not have


class CrisisAgent(mesa.Agent):
    """An entity of the crisis, holding its own state.

    State is held as arrays of shape (1,) (with a rung axis in front where there is one value per rung) and read as plain attributes:
    ``government.posture_wanted`` is a float. Assigning to such an attribute changes the state.

    Attributes
    ----------
    name : name of the member ("india" for a government, "mass_tv" for an outlet).
    country : name of its country; None for what lies between the two.
    place : indices along the axes of its kind.
    given : parameters by phase, what the rules call `p`.
    """

    kind: ClassVar[str] = ""

    def __init__(self, model: EscalationModel, name: str, place: tuple[int, ...], country: str | None) -> None:
        super().__init__(model)
        self.name = name
        self.place = place
        self.country = country
        self.prepare()
        self.state: dict[str, Array] = {}
        self.sources: dict[str, list[tuple[str, str, Sources]]] = {}

    def prepare(self) -> None:
        """Take over the parameters as they stand."""
        self.given = {phase.name: self.model.setting.given(phase, self.place) for phase in TURN if phase.who == self.kind}

    def __getattr__(self, name: str) -> Any:
        variable = VARIABLES.get(name)
        if variable is None or variable.owner != self.kind or "state" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")
        value = self.__dict__["state"][name]
        return value[:, 0].tolist() if variable.by_rung else float(value[0])

    def __setattr__(self, name: str, value: Any) -> None:
        variable = VARIABLES.get(name)
        if variable is not None and variable.owner == self.kind:
            self.write({name: np.asarray(value, dtype=float)})
        else:
            super().__setattr__(name, value)

    def look(self, phase: Phase, day: Array) -> Values:
        """What this agent sees in a phase: the state the phase declares to read."""
        entries = {attribute: gathered(source, variable) for attribute, variable, source in self.sources[phase.name]}
        entries["day"] = day
        return Values(entries)

    def write(self, written: Mapping[str, Any]) -> None:
        """Take over new values of own state.

        Raises InputError for a name that is not state of this kind of agent.
        """
        for name, value in written.items():
            if name not in self.state:
                raise InputError(
                    f"no state of a {self.kind}", key=name, allowed=", ".join(self.state), suggestion=nearest(name, self.state)
                )
            shape = self.state[name].shape
            if value.__class__ is not np.ndarray or value.shape != shape or value.dtype != FLOAT:
                value = np.array(np.broadcast_to(np.asarray(value, dtype=FLOAT), shape))
            self.state[name] = value


def gathered(source: Sources, variable: str) -> Array:
    """One agent's value, or those of many with the axes they differ along in front."""
    if isinstance(source, list):
        if not source:
            return np.zeros((0, 1), FLOAT)
        found = [gathered(member, variable) for member in source]
        return np.concatenate(found).reshape(len(found), *found[0].shape)
    value: Array = source.state[variable]
    return value


class Government(CrisisAgent):
    """A government: suffers attacks, believes, resents, chooses a posture, signals, weighs a deal, trusts."""

    kind = "government"

    def suffer_attack(self, seen: Values, draws: list[Array]) -> Written:
        """Injury from attacks, and whom it blames."""
        return triggers.attack_suffered(seen, self.given["suffer_attack"], draws)

    def believe(self, seen: Values, draws: list[Array]) -> Written:
        """Belief about what the rival means to do."""
        return perception.believe(seen, self.given["believe"], draws)

    def resent(self, seen: Values, draws: list[Array]) -> Written:
        """Grievance against the rival."""
        return grievance.resentment(seen, self.given["resent"], draws)

    def change_leaders(self, seen: Values, draws: list[Array]) -> Written:
        """A new leader, or the old one."""
        return leadership.leadership(seen, self.given["change_leaders"], draws)

    def reach_out(self, seen: Values, draws: list[Array]) -> Written:
        """How readily it talks."""
        return outreach.outreach(seen, self.given["reach_out"], draws)

    def read_signal(self, seen: Values, draws: list[Array]) -> Written:
        """How it reads the rival's nuclear signal."""
        return nuclear_signalling.signal_read(seen, self.given["read_signal"], draws)

    def change_mood(self, seen: Values, draws: list[Array]) -> Written:
        """Its mood, once a day."""
        return government.mood(seen, self.given["change_mood"], draws)

    def choose_posture(self, seen: Values, draws: list[Array]) -> Written:
        """The rung it wants, and what goes with the choice."""
        return government.decision(seen, self.given["choose_posture"], draws)

    def signal(self, seen: Values, draws: list[Array]) -> Written:
        """Whether it signals with nuclear weapons."""
        return nuclear_signalling.nuclear_signal(seen, self.given["signal"], draws)

    def weigh_a_deal(self, seen: Values, draws: list[Array]) -> Written:
        """Its private willingness to stop."""
        return bargaining.willingness(seen, self.given["weigh_a_deal"], draws)

    def revise_trust(self, seen: Values, draws: list[Array]) -> Written:
        """Trust in the rival government."""
        return trust.trust(seen, self.given["revise_trust"], draws)

    def reasons(self, seen: Values) -> dict[str, Array]:
        """What each term contributes to each rung, shape (rung,), as this government sees things."""
        terms = government.reasons(seen, self.given["choose_posture"])
        return {name: term[:, 0] for name, term in terms.items()}


class Military(CrisisAgent):
    """A military: prepares, acts, overshoots, has accidents."""

    kind = "military"

    def act(self, seen: Values, draws: list[Array]) -> Written:
        """Turn orders into acts."""
        return military.act(seen, self.given["act"], draws)


class Public(CrisisAgent):
    """The public of a country: its opinion and its dead."""

    kind = "public"

    def follow_the_news(self, seen: Values, draws: list[Array]) -> Written:
        """What it meets in the day's coverage."""
        return public_opinion.news(seen, self.given["follow_the_news"], draws)

    def form_opinion(self, seen: Values, draws: list[Array]) -> Written:
        """Salience, pressure and weariness."""
        return public_opinion.opinion(seen, self.given["form_opinion"], draws)

    def count_losses(self, seen: Values, draws: list[Array]) -> Written:
        """Own deaths in this step."""
        return losses.losses(seen, self.given["count_losses"], draws)


class MediaOutlet(CrisisAgent):
    """A news outlet or a part of social media."""

    kind = "outlet"

    def cover(self, seen: Values, draws: list[Array]) -> Written:
        """Hostility and truth of the day's coverage."""
        return media.coverage(seen, self.given["cover"], draws)


class CivilSocietyGroup(CrisisAgent):
    """A group of civil society."""

    kind = "group"

    def speak(self, seen: Values, draws: list[Array]) -> Written:
        """Voice, once a day."""
        return civil_society.voice(seen, self.given["speak"], draws)


class Channel(CrisisAgent):
    """A line of communication."""

    kind = "channel"

    def carry(self, seen: Values, draws: list[Array]) -> Written:
        """State, use and exposure."""
        return channels.channel(seen, self.given["carry"], draws)

    def cultivate(self, seen: Values, draws: list[Array]) -> Written:
        """Working relationship, once a day."""
        return channels.working_relationship(seen, self.given["cultivate"], draws)


class ArmedGroup(CrisisAgent):
    """An armed group."""

    kind = "armed_group"

    def strike(self, seen: Values, draws: list[Array]) -> Written:
        """Deaths inflicted in this step."""
        return armed_groups.strikes(seen, self.given["strike"], draws)


class Mediator(CrisisAgent):
    """A third party."""

    kind = "mediator"

    def mediate(self, seen: Values, draws: list[Array]) -> Written:
        """Step in, arrive, work."""
        return mediation.mediation(seen, self.given["mediate"], draws)


class LineOfContact(CrisisAgent):
    """What lies between the two: the line and its fire, talks, the cease-fire."""

    kind = "dyad"

    def sum_up_lines(self, seen: Values, draws: list[Array]) -> Written:
        """What all open channels do together."""
        return channels.lines(seen, self.given["sum_up_lines"], draws)

    def exchange_fire(self, seen: Values, draws: list[Array]) -> Written:
        """Local fire."""
        return local_fire.local_fire(seen, self.given["exchange_fire"], draws)

    def bargain(self, seen: Values, draws: list[Array]) -> Written:
        """Talks and deals."""
        return bargaining.deal(seen, self.given["bargain"], draws)

    def keep_cease_fire(self, seen: Values, draws: list[Array]) -> Written:
        """Whether the stop holds."""
        return cease_fire.cease_fire(seen, self.given["keep_cease_fire"], draws)

    def trade(self, seen: Values, draws: list[Array]) -> Written:
        """What there is to lose."""
        return trade.trade(seen, self.given["trade"], draws)

    def come_to_rest(self, seen: Values, draws: list[Array]) -> Written:
        """Whether the crisis is over."""
        return aftermath.aftermath(seen, self.given["come_to_rest"], draws)


_CLASSES: dict[str, type[CrisisAgent]] = {
    agent.kind: agent
    for agent in (
        LineOfContact, Government, Military, Public, MediaOutlet, CivilSocietyGroup, Channel, ArmedGroup, Mediator,
    )
}  # fmt: skip

Cast = Mapping[str, type[CrisisAgent] | Mapping[str, type[CrisisAgent]]]


class EscalationModel(mesa.Model):
    """One crisis as a Mesa model.

    Parameters
    ----------
    scenario : see `load_scenario`.
    seed : as in `batch.run`.
    run : run number, 0 or more; run 37 here is row 37 there.
    cast : classes to use instead of the ones of this module, by kind ("government", "military", "public", "outlet", "group", "channel",
        "armed_group", "mediator", "dyad"); either a class for all of a kind or a mapping by country (or by name).

    Attributes
    ----------
    day : days since the start of the crisis.
    events : DataFrame of what happened (day, date, actor, rung, kind, words).
    reasons : DataFrame of decisions: what each term contributed to the rung chosen, over the one wanted before.
    outcomes : dict with the names and values of the batch row of this run; complete once the model has stopped.
    """

    def __init__(self, scenario: Scenario, seed: int = 1, run: int = 0, *, cast: Cast | None = None) -> None:
        if run < 0:
            raise InputError("out of range", key="run", value=run, allowed="0 or more")
        if not 0 <= seed < 2**63:
            raise InputError("out of range", key="seed", value=seed, allowed="0 to 2^63 - 1")
        super().__init__(rng=np.random.default_rng([seed, run]))
        self.crisis = scenario
        self.setting = Setting(scenario, seed, [run])
        found = processes(scenario)
        self._lanes = {name: [process.name for process in of_phase] for name, of_phase in found.items()}
        self._draws = Draws(seed, [run], [process for of_phase in found.values() for process in of_phase])
        self.actors = self._actors(cast or {})
        self._introduce()
        self._ruler = ruler_of(scenario)
        self._tally = self._ruler.first_tally(1, scenario)
        self._ended = np.array([False])
        self._events: list[Event] = []
        self._reasons: list[dict[str, Any]] = []
        self._before = self._watched()

    @property
    def day(self) -> float:
        """Days since the start of the crisis, at the end of the last step."""
        return float(self.steps / self.setting.steps_a_day)

    @property
    def events(self) -> pd.DataFrame:
        """What happened so far, one row per event."""
        return frame_of_events(self._events)

    @property
    def reasons(self) -> pd.DataFrame:
        """Decisions so far, one row each time a government changed the rung it wants."""
        return pd.DataFrame(self._reasons)

    @property
    def outcomes(self) -> dict[str, Any]:
        """Outcomes as they stand; those of the batch row once the model has stopped."""
        columns = self._ruler.coded(self._tally, self.batch_state(self._ruler.reads), self._ended, self.crisis)
        return {name: column[0] if name == "ended_by" else float(column[0]) for name, column in columns.items()}

    def step(self) -> None:
        """One step of the turn table."""
        step = self.steps - 1
        day = np.array([step / self.setting.steps_a_day], FLOAT)
        if self.setting.turn_page(float(day[0])):
            for agents in self.actors.values():
                for agent in agents.values():
                    agent.prepare()
        for phase in TURN:
            if not phase.is_due(step, self.setting.steps_a_day):
                continue
            self.play(phase, day)
        after = self._watched()
        self._events += events_of_step(self._before, after, float(day[0]), self.crisis)
        self._before = after
        self._close_step(step)

    def play(self, phase: Phase, day: Array) -> None:
        """Everyone concerned looks and decides, then all write."""
        drawn = [self._draws.for_rule(lane) for lane in self._lanes[phase.name]]
        written = []
        for agent in self.actors[phase.who].values():
            seen = agent.look(phase, day)
            mine: Any = (..., *agent.place, slice(None))
            draws = [lane[mine] for lane in drawn]
            decided = getattr(agent, phase.name)(seen, draws)
            if phase.name == "choose_posture":
                self._note_reasons(agent, seen, decided, float(day[0]))
            written.append((agent, decided))
        for agent, decided in written:
            agent.write(decided)

    def batch_state(self, names: tuple[str, ...] | None = None) -> dict[str, Array]:
        """State of all agents in the layout of the batch engine, for one run; all variables unless names are given."""
        return {name: self._layout(name) for name in (names or tuple(VARIABLES))}

    def government(self, country: str) -> Government:
        """The government of a country."""
        return self._of_country("government", country)

    def military(self, country: str) -> Military:
        """The military of a country."""
        return self._of_country("military", country)

    def _of_country(self, kind: str, country: str) -> CrisisAgent:
        names = self.setting.names["country"]
        if country not in names:
            raise InputError("no such country", value=country, allowed=", ".join(names), suggestion=nearest(country, names))
        return self.actors[kind][(names.index(country),)]

    def _actors(self, cast: Cast) -> dict[str, dict[tuple[int, ...], CrisisAgent]]:
        for kind in cast:
            if kind not in _CLASSES:
                raise InputError(
                    "no such kind of agent", value=kind, allowed=", ".join(_CLASSES), suggestion=nearest(kind, _CLASSES)
                )
        start = initial_state(self.setting)
        actors: dict[str, dict[tuple[int, ...], CrisisAgent]] = {}
        for kind, axes in AXES.items():
            actors[kind] = {}
            for place in np.ndindex(*(len(self.setting.names[axis]) for axis in axes)):
                name, country = self._identity(axes, place)
                agent = cast_for(cast, kind, country, name)(self, name, place, country)
                agent.state = {
                    variable.name: start[variable.name][(slice(None), *place) if variable.by_rung else place].copy()
                    for variable in VARIABLES.values()
                    if variable.owner == kind
                }
                actors[kind][place] = agent
        return actors

    def _identity(self, axes: tuple[str, ...], place: tuple[int, ...]) -> tuple[str, str | None]:
        if not axes:
            return "dyad", None
        country = self.crisis.countries[place[axes.index(COUNTRY_AXIS)]] if COUNTRY_AXIS in axes else None
        if axes == (COUNTRY_AXIS,) and country is not None:
            return country.name, country.name
        if country is not None:
            return getattr(country, axes[0] + "s")[place[0]].name, country.name
        return self.setting.names[axes[0]][place[0]], None

    def _introduce(self) -> None:
        """Tell every agent whom it looks at in each phase."""
        for phase in TURN:
            for agent in self.actors[phase.who].values():
                agent.sources[phase.name] = [
                    (attribute, variable, self._sources(agent, variable, rival))
                    for attribute, variable, rival in phase.attributes
                ]

    def _sources(self, agent: CrisisAgent, variable: str, rival: bool) -> Sources:
        owner = VARIABLES[variable].owner
        own = dict(zip(AXES[agent.kind], agent.place, strict=True))
        if rival:
            own[COUNTRY_AXIS] = 1 - own[COUNTRY_AXIS]

        def along(axes: tuple[str, ...], place: tuple[int, ...]) -> Sources:
            if not axes:
                return self.actors[owner][place]
            if axes[0] in own:
                return along(axes[1:], (*place, own[axes[0]]))
            return [along(axes[1:], (*place, index)) for index in range(len(self.setting.names[axes[0]]))]

        return along(AXES[owner], ())

    def _layout(self, name: str) -> Array:
        variable = VARIABLES[name]
        lengths = tuple(len(self.setting.names[axis]) for axis in AXES[variable.owner])
        actors = self.actors[variable.owner]
        if not actors:
            return np.zeros((*lengths, 1), FLOAT)
        found = [agent.state[name] for agent in actors.values()]
        if variable.by_rung:
            return np.stack(found, axis=1).reshape(len(found[0]), *lengths, 1)
        return np.concatenate(found).reshape(*lengths, 1)

    def _watched(self) -> dict[str, Array]:
        return self.batch_state(WATCHED)

    def _close_step(self, step: int) -> None:
        steps_a_day = self.setting.steps_a_day
        self._tally = self._ruler.tallied(self._tally, self.batch_state(self._ruler.reads), step / steps_a_day, self.crisis)
        if (step + 1) % steps_a_day == 0:
            self._ended = np.asarray(self._ruler.has_ended(self._tally, (step + 1) / steps_a_day, self.crisis.quiet_days))
        if self._ended[0] or step + 1 >= round(self.crisis.horizon_days * steps_a_day):
            self.running = False

    def _note_reasons(self, agent: CrisisAgent, seen: Values, decided: Written, day: float) -> None:
        before, wanted = agent.posture_wanted, float(np.atleast_1d(decided["posture_wanted"])[0])
        if before == wanted or not isinstance(agent, Government):
            return
        terms = agent.reasons(seen)
        self._reasons.append(
            {
                "day": day,
                "date": pd.Timestamp(self.crisis.start) + pd.Timedelta(days=day),
                "country": agent.country,
                "wanted_before": before,
                "wanted": wanted,
                **{name: float(term[int(wanted)] - term[int(before)]) for name, term in terms.items()},
            }
        )


def cast_for(cast: Cast, kind: str, country: str | None, name: str) -> type[CrisisAgent]:
    """Class of one agent."""
    chosen = cast.get(kind, _CLASSES[kind])
    if isinstance(chosen, Mapping):
        return chosen.get(name, chosen.get(country or "", _CLASSES[kind]))
    return chosen
