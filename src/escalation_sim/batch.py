"""The batch engine: thousands of runs of one scenario as arrays with the run on the last axis.

It walks `turn.TURN`; what happens in a phase is the rule's business. Runs that have ended leave the working set soon after;
memory does not grow with the number of runs unless trajectories are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from escalation_sim.noise import Draws
from escalation_sim.parameters import FLOAT, Array, Values
from escalation_sim.plan import Plans, Stretch, read, rhythm_of, spread
from escalation_sim.rivalry import crises_over
from escalation_sim.rulers import ruler_of
from escalation_sim.rules import THEORIES
from escalation_sim.scenario import Scenario
from escalation_sim.scenario.schema import STATUSES
from escalation_sim.state import Setting, initial_state, members, processes
from escalation_sim.turn import TURN

__all__ = ["CHUNK", "Ledger", "computed", "steps"]

CHUNK = 8192
_CARRIED_ALONG = 0.08  # largest share of ended runs in a chunk: putting the others together costs about as much as a step
_HEAP_BYTES = 31 << 20
_MERGE_ON_DAYS = (14, 28, 56)  # runs that go on beyond these days are put together, so that no chunk runs nearly empty


@dataclass
class Chunk:
    """A set of runs that are computed together.

    Attributes
    ----------
    setting, state, tally : what the live runs are made of.
    draws : their chance.
    live : rows of the runs in the ledger.
    plans : how a step is gone through.
    given : what rules are given, by name of the phase.
    goes_on : which of them have not ended; those that have are carried along until it is worth putting the others together.
    step : steps done.
    """

    setting: Setting
    state: dict[str, Array]
    tally: dict[str, Array]
    draws: Draws
    live: Array
    plans: Plans
    step: int = 0
    given: dict[str, Values] = field(default_factory=dict)
    goes_on: Array = field(init=False)

    def __post_init__(self) -> None:
        self.goes_on = np.ones(len(self.live), dtype=bool)

    def given_to(self, name: str) -> Values:
        """What the rule of a phase is given, made when first needed."""
        if name not in self.given:
            self.given[name] = self.setting.given(self.plans.phases[name])
        return self.given[name]

    def renew(self) -> None:
        """Forget what follows from what the rules are given, after that has changed."""
        self.given = {}
        self.plans.forget()

    def keep(self, places: Array) -> None:
        """Go on with these live runs only."""
        self.state = {name: array.take(places, axis=-1) for name, array in self.state.items()}
        self.tally = {name: array.take(places, axis=-1) for name, array in self.tally.items()}
        self.draws.keep(places)
        self.plans.keep(places, len(self.live))
        self.setting.keep(places)
        self.live = self.live[places]
        self.goes_on = self.goes_on[places]
        self.given = {}

    def leave_behind(self, places: Array, share: float) -> None:
        """Let runs end; once more than a share of all has ended go on with the others only."""
        self.goes_on[places] = False
        left = np.flatnonzero(self.goes_on)
        if len(self.live) - len(left) > share * len(self.live):
            self.keep(left)

    @classmethod
    def joined(cls, parts: Sequence[Chunk]) -> Chunk:
        """Go on with the live runs of several chunks together; all must have done the same number of steps."""
        if len(parts) == 1:
            return parts[0]
        first = parts[0]
        return cls(
            Setting.joined([part.setting for part in parts]),
            {name: np.concatenate([part.state[name] for part in parts], axis=-1) for name in first.state},
            {name: np.concatenate([part.tally[name] for part in parts], axis=-1) for name in first.tally},
            Draws.joined([part.draws for part in parts]),
            np.concatenate([part.live for part in parts]),
            first.plans.anew(),
            first.step,
        )


class Ledger:
    """What is kept of all runs, row by row.

    Attributes
    ----------
    columns : outcomes, arrays of shape (run,).
    counts : runs on each rung at the end of each day, shape (day, country, rung); an ended run stays on its last rung.
    ended : runs that have ended by the end of each day, shape (day,).
    paths : kept state, shape (step, …, run), NaN after the end of a run.
    done : runs that have stopped.
    crises : crises of a rivalry that are over, a table for each step with any: `run` and the columns of `rivalry.CRISES`.
    """

    def __init__(self, scenario: Scenario, runs: int, keep: Sequence[str] = ()) -> None:
        steps_a_day = round(24.0 / scenario.step_hours)
        self.scenario = scenario
        self.total = round(scenario.horizon_days * steps_a_day)
        days = self.total // steps_a_day
        self.runs = runs
        self.columns = {
            name: np.empty(runs, dtype=object if name == "ended_by" else float) for name in ruler_of(scenario).names(scenario)
        }
        self.counts = np.zeros((days, 2, len(scenario.ladder)), dtype=np.int64)
        self.ended = np.zeros(days, dtype=np.int64)
        self.keep = tuple(keep)
        self.paths: dict[str, Array] = {}
        self.done = 0
        self.crises: list[dict[str, Array]] = []

    def enter(self, chunk: Chunk) -> None:
        """Open the rows of a chunk that begins."""
        for name in self.keep:
            if name not in self.paths:
                self.paths[name] = np.full((self.total, *chunk.state[name].shape[:-1], self.runs), np.nan, FLOAT)

    def note_step(self, chunk: Chunk) -> None:
        """Keep the states asked for, and the crises that are over."""
        for name, path in self.paths.items():
            path[chunk.step][..., chunk.live] = chunk.state[name]
        if self.scenario.kind == "rivalry":
            places, table = crises_over(chunk.tally)
            if len(places):
                self.crises.append({"run": chunk.live[places], **table})

    def note_day(self, chunk: Chunk, day: int, gone: Array) -> None:
        """Count the rungs at the end of a day; runs in `gone` stay where they are from now on."""
        rungs = len(self.scenario.ladder)
        posture = chunk.state["posture"]
        self.counts[day - 1] += rung_counts(posture.take(np.flatnonzero(chunk.goes_on), axis=-1), rungs)
        if len(gone):
            self.counts[day:] += rung_counts(posture.take(gone, axis=-1), rungs)
            self.ended[day - 1 :] += len(gone)

    def hand_over(self, chunk: Chunk, places: Array, ended: bool) -> None:
        """Write the outcomes of runs that stop now."""
        ruler = ruler_of(self.scenario)
        tally = {name: array.take(places, axis=-1) for name, array in chunk.tally.items()}
        state = {name: chunk.state[name].take(places, axis=-1) for name in ruler.reads}
        rows = chunk.live[places]
        for name, column in ruler.coded(tally, state, np.full(len(places), ended), self.scenario).items():
            self.columns[name][rows] = column
        self.done += len(places)

    def take_over(self, start: int, part: Ledger) -> None:
        """Enter what another ledger holds of the rows from `start` on."""
        rows = slice(start, start + part.runs)
        for name, column in part.columns.items():
            self.columns[name][rows] = column
        for name, path in part.paths.items():
            if name not in self.paths:
                self.paths[name] = np.full((*path.shape[:-1], self.runs), np.nan, FLOAT)
            self.paths[name][..., rows] = path
        self.counts += part.counts
        self.ended += part.ended
        self.crises.extend({**table, "run": table["run"] + start} for table in part.crises)
        self.done += part.runs


@cache
def keep_the_heap() -> None:
    """Have the C library keep freed memory for the next arrays; done once in a process.

    It gives the top of its heap back at every chance until it has seen a large block freed; the arrays of a step are then paged in anew, which
    costs up to a tenth of the time. The block is never touched.
    """
    np.empty(_HEAP_BYTES, dtype=np.uint8)


def seen_by_rules(scenario: Scenario) -> Hashable:
    """Everything in a scenario on which it may depend what rules and tally do, besides the arrays that rules are given.

    What is missing here would be taken from the notes of another scenario; a test looks through all that rules are given.
    """
    return (
        scenario.kind, scenario.decision, scenario.ladder, scenario.step_hours, scenario.quiet_days, scenario.start,
        tuple((trigger.kind, trigger.day, trigger.rung) for trigger in scenario.triggers),
        tuple(len(names) for names in members(scenario).values()), THEORIES[scenario.decision],
    )  # fmt: skip


def begin(
    scenario: Scenario,
    seed: int,
    runs: Sequence[int] | Array,
    first_row: int = 0,
    design: Mapping[str, Array] | None = None,
) -> Chunk:
    """The chunk before its first step; its rows in the ledger start at `first_row`."""
    setting = Setting(scenario, seed, runs, design)
    found = processes(scenario)
    return Chunk(
        setting,
        initial_state(setting),
        ruler_of(scenario).first_tally(len(runs), scenario),
        Draws(seed, runs, [process for of_phase in found.values() for process in of_phase]),
        np.arange(first_row, first_row + len(runs)),
        Plans(
            TURN,
            {name: tuple(process.name for process in of_phase) for name, of_phase in found.items()},
            seen_by_rules(scenario),
        ),
    )


def advance(chunk: Chunk) -> None:
    """One step of every live run: state and tally."""
    setting, plans = chunk.setting, chunk.plans
    scenario, ruler = setting.scenario, ruler_of(setting.scenario)
    day = chunk.step / setting.steps_a_day
    if setting.turn_page(day):
        chunk.renew()
    rhythm = rhythm_of(chunk.step, setting.steps_a_day)
    draws = {lane: chunk.draws.for_rule(lane) for lane in plans.lanes_due(rhythm)}
    clock = np.array(day, FLOAT)
    sources = {"state": chunk.state, "draws": draws, "tally": chunk.tally, "now": {"day": clock}}
    for part in plans.parts(rhythm, chunk.given_to, sources, lambda *counted: ruler.tallied(*counted, scenario)):
        if isinstance(part, Stretch):
            part.take_step(sources)
        elif part is None:
            chunk.tally = ruler.tallied(chunk.tally, chunk.state, day, scenario)
        else:
            u = [draws[lane] for lane in plans.lanes[part.name]]
            written = part.rule(read(chunk.state, part, clock), chunk.given_to(part.name), u)
            chunk.state.update({name: spread(array, chunk.state[name].shape) for name, array in written.items()})


def ended_at_midnight(chunk: Chunk) -> Array:
    """Places of the runs that have ended now, if the step just done ends a day; none otherwise."""
    steps_a_day = chunk.setting.steps_a_day
    if (chunk.step + 1) % steps_a_day:
        return np.empty(0, dtype=np.intp)
    scenario = chunk.setting.scenario
    ended = ruler_of(scenario).has_ended(chunk.tally, (chunk.step + 1) / steps_a_day, scenario.quiet_days)
    return np.flatnonzero(ended & chunk.goes_on)


def steps(scenario: Scenario, *, seed: int, runs: Sequence[int], as_written: bool = False) -> Iterator[dict[str, Array]]:
    """State of the given runs after every step, as long as any of them goes on.

    For comparing engines, for looking for a fault in a rule, and for teaching. Runs that have ended are left at their last state (they are not computed further).
    With `as_written` every rule is called as it stands; otherwise rules are noted down and repeated (see `routines`), which gives the same bits.
    """
    chunk = begin(scenario, seed, runs)
    chunk.plans.as_written = as_written
    shown = {name: array.copy() for name, array in chunk.state.items()}
    while chunk.step < round(scenario.horizon_days * chunk.setting.steps_a_day) and len(chunk.live):
        advance(chunk)
        for name, array in chunk.state.items():
            shown[name][..., chunk.live] = array
        yield {name: array.copy() for name, array in shown.items()}
        gone = ended_at_midnight(chunk)
        if len(gone):
            chunk.leave_behind(gone, 0.0)
        chunk.step += 1


def carry_on(chunk: Chunk, ledger: Ledger, last_step: int) -> None:
    """Compute a chunk up to `last_step`, entering into the ledger what stops on the way."""
    while chunk.step < last_step and len(chunk.live):
        advance(chunk)
        ledger.note_step(chunk)
        if (chunk.step + 1) % chunk.setting.steps_a_day == 0:
            gone = ended_at_midnight(chunk)
            ledger.note_day(chunk, (chunk.step + 1) // chunk.setting.steps_a_day, gone)
            if len(gone):
                ledger.hand_over(chunk, gone, True)
                chunk.leave_behind(gone, 0.0 if ledger.keep else _CARRIED_ALONG)
        chunk.step += 1
    if not chunk.goes_on.all():
        chunk.keep(np.flatnonzero(chunk.goes_on))
    if chunk.step >= ledger.total and len(chunk.live):
        ledger.hand_over(chunk, np.arange(len(chunk.live)), False)
        chunk.live = chunk.live[:0]


def without_lines_closed_for_good(scenario: Scenario, design: Mapping[str, Array], keep: Sequence[str]) -> Scenario:
    """The scenario without channels that are closed and that nothing in it opens: they do nothing, and nobody draws for them.

    All of them stay where state is to be kept, which may speak of channels by their place; and one stays in any case. Not worth it for few runs: scenarios with
    all their channels share notes, whichever are open, and to take notes costs more than a closed channel does.
    """
    if keep:
        return scenario
    lines = [
        channel
        for channel in scenario.channels
        if channel.status != STATUSES["closed"]
        or channel.since_trigger
        or channel.schedule
        or f"channels.{channel.name}.status" in design
    ]
    return replace(scenario, channels=tuple(lines or scenario.channels[:1]))


def computed(
    scenario: Scenario,
    seed: int,
    runs: Sequence[int] | Array,
    *,
    keep: Sequence[str] = (),
    size: int = CHUNK,
    progress: Callable[[int, int], None] | None = None,
    design: Mapping[str, Array] | None = None,
) -> Ledger:
    """Compute a set of runs and return the ledger, rows in the order of `runs`; with a `design`, each row under its own numbers.

    Chunks of about `size` runs, all alike, go from stage to stage (see `_MERGE_ON_DAYS`). At the end of a stage what is left of a chunk waits
    until enough runs are left to fill one; at most one chunk's worth waits at each stage, so memory does not grow.
    """
    keep_the_heap()
    numbers = np.asarray(runs, dtype=np.int64)
    if len(numbers) >= size:
        scenario = without_lines_closed_for_good(scenario, design or {}, keep)
    ledger = Ledger(scenario, len(numbers), keep)
    steps_a_day = round(24.0 / scenario.step_hours)
    stages = [*(day * steps_a_day for day in _MERGE_ON_DAYS if day * steps_a_day < ledger.total), ledger.total]
    waiting: list[list[Chunk]] = [[] for _ in stages]

    def go_on_from(stage: int) -> None:
        """Compute what waits for a stage, hand what is left to the next, and so on as long as that fills a chunk."""
        # A loop: a function that calls itself is a cycle, and would hold the ledger until somebody looks for those.
        while waiting[stage]:
            chunk = Chunk.joined(waiting[stage])
            waiting[stage] = []
            carry_on(chunk, ledger, stages[stage])
            if progress:
                progress(ledger.done, len(numbers))
            if not len(chunk.live):
                return
            chunk.draws.pack()
            chunk.renew()  # what can be found again is not held while a chunk waits
            stage += 1
            waiting[stage].append(chunk)
            del chunk  # once it is joined with others, nobody is to hold it
            if sum(len(one.live) for one in waiting[stage]) < size:
                return

    share = max(-(-len(numbers) // max(round(len(numbers) / size), 1)), 1)
    for start in range(0, len(numbers), share):
        of_chunk = {path: values[start : start + share] for path, values in (design or {}).items()}
        chunk = begin(scenario, seed, numbers[start : start + share], start, of_chunk)
        ledger.enter(chunk)
        waiting[0].append(chunk)
        del chunk
        go_on_from(0)
    for stage in range(len(stages)):
        go_on_from(stage)
    return ledger


def rung_counts(posture: Array, rungs: int) -> Array:
    """Runs on each rung, shape (country, rung)."""
    codes = posture.astype(np.intp)
    codes[1] += rungs
    return np.bincount(codes.ravel(), minlength=2 * rungs).reshape(2, rungs)
