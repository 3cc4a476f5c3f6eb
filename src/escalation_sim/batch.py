"""The batch engine: thousands of runs of one scenario as arrays with the run on the last axis.

It walks `turn.TURN`; what happens in a phase is the rule's business. Runs that have ended leave the working set at the next midnight;
memory does not grow with the number of runs unless trajectories are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from escalation_sim.errors import InputError, nearest
from escalation_sim.noise import BLOCK, Draws
from escalation_sim.outcomes import coded, first_tally, has_ended, outcome_names, tallied
from escalation_sim.parameters import Array, Values
from escalation_sim.results import Result, fan_from_counts, frame_from_columns, trajectories_from_paths
from escalation_sim.scenario import Scenario
from escalation_sim.state import VARIABLES, Setting, initial_state, processes
from escalation_sim.turn import EVERY_DAY, TURN, Phase

__all__ = ["run", "run_chunk", "steps"]

_CHUNK_BLOCKS = 2


@dataclass
class Chunk:
    """A set of runs that are computed together.

    Attributes
    ----------
    setting, state, tally : what the live runs are made of.
    draws : their chance.
    live : places of the live runs among all runs of the chunk.
    """

    setting: Setting
    state: dict[str, Array]
    tally: dict[str, Array]
    draws: Draws
    live: Array
    lanes: dict[str, tuple[str, ...]]
    given: dict[str, Values] = field(default_factory=dict)

    def refresh(self) -> None:
        """Renew what the rules are given, after the set of runs has changed."""
        self.given = {phase.name: self.setting.given(phase) for phase in TURN}

    def keep(self, places: Array) -> None:
        """Go on with these live runs only."""
        self.state = {name: array[..., places] for name, array in self.state.items()}
        self.tally = {name: array[..., places] for name, array in self.tally.items()}
        self.draws.keep(places)
        self.setting.keep(places)
        self.live = self.live[places]
        self.refresh()


def begin(scenario: Scenario, seed: int, runs: Sequence[int] | Array) -> Chunk:
    """The chunk before its first step."""
    setting = Setting(scenario, seed, runs)
    found = processes(scenario)
    chunk = Chunk(
        setting,
        initial_state(setting),
        first_tally(len(runs)),
        Draws(seed, runs, [process for of_phase in found.values() for process in of_phase]),
        np.arange(len(runs)),
        {name: tuple(process.name for process in of_phase) for name, of_phase in found.items()},
    )
    chunk.refresh()
    return chunk


def read(state: dict[str, Array], phase: Phase, day: Array) -> Values:
    """The state a phase declares to read, as its rule sees it."""
    entries = {name: state[source][::-1] if rival else state[source] for name, source, rival in phase.attributes}
    entries["day"] = day
    return Values(entries)


def advance(chunk: Chunk, step: int) -> None:
    """One step of every live run."""
    setting = chunk.setting
    day = np.array([step / setting.steps_a_day])
    for phase in TURN:
        if phase.every == EVERY_DAY and step % setting.steps_a_day:
            continue
        u = [chunk.draws.next(lane)[0] for lane in chunk.lanes[phase.name]]
        written = phase.rule(read(chunk.state, phase, day), chunk.given[phase.name], u)
        for name, array in written.items():
            old = chunk.state[name]
            chunk.state[name] = array if array.shape == old.shape else np.array(np.broadcast_to(array, old.shape))


def steps(scenario: Scenario, *, seed: int, runs: Sequence[int]) -> Iterator[dict[str, Array]]:
    """State of the given runs after every step, as long as any of them goes on.

    For comparing engines and for teaching. Runs that have ended are left at their last state (they are not computed further).
    """
    chunk = begin(scenario, seed, runs)
    shown = {name: array.copy() for name, array in chunk.state.items()}
    for step in range(round(scenario.horizon_days * chunk.setting.steps_a_day)):
        advance(chunk, step)
        for name, array in chunk.state.items():
            shown[name][..., chunk.live] = array
        yield {name: array.copy() for name, array in shown.items()}
        chunk.tally = tallied(chunk.tally, chunk.state, step / chunk.setting.steps_a_day, scenario.ladder)
        if (step + 1) % chunk.setting.steps_a_day == 0:
            ended = has_ended(chunk.tally, (step + 1) / chunk.setting.steps_a_day, scenario.quiet_days)
            if ended.all():
                return
            if ended.any():
                chunk.keep(np.flatnonzero(~ended))


def run_chunk(
    scenario: Scenario, seed: int, runs: Sequence[int] | Array, keep: Sequence[str] = ()
) -> tuple[dict[str, Array], Array, Array, dict[str, Array], dict[str, Array]]:
    """Compute a set of runs.

    Returns
    -------
    columns : outcomes, arrays of shape (run,).
    counts : runs on each rung at the end of each day, shape (day, country, rung); an ended run stays on its last rung.
    ended : runs that have ended by the end of each day, shape (day,).
    paths : kept state, shape (step, …, run), NaN after the end.
    judged : judged numbers, arrays of shape (run,).
    """
    chunk = begin(scenario, seed, runs)
    judged = dict(chunk.setting.judged)
    steps_a_day = chunk.setting.steps_a_day
    total = round(scenario.horizon_days * steps_a_day)
    days = total // steps_a_day
    counts = np.zeros((days, 2, len(scenario.ladder)), dtype=np.int64)
    ended_counts = np.zeros(days, dtype=np.int64)
    columns = {name: np.empty(len(runs), dtype=object if name == "ended_by" else float) for name in names_of(scenario)}
    paths = {name: np.full((total, *chunk.state[name].shape), np.nan) for name in keep}
    for step in range(total):
        advance(chunk, step)
        for name, path in paths.items():
            path[step][..., chunk.live] = chunk.state[name]
        chunk.tally = tallied(chunk.tally, chunk.state, step / steps_a_day, scenario.ladder)
        if (step + 1) % steps_a_day:
            continue
        day = (step + 1) // steps_a_day
        counts[day - 1] += rung_counts(chunk.state["posture"], len(scenario.ladder))
        ended = has_ended(chunk.tally, float(day), scenario.quiet_days)
        if ended.any():
            gone = np.flatnonzero(ended)
            counts[day:] += rung_counts(chunk.state["posture"][:, gone], len(scenario.ladder))
            ended_counts[day - 1 :] += len(gone)
            hand_over(chunk, gone, ended[gone], columns)
            if len(gone) == len(chunk.live):
                chunk.live = chunk.live[:0]
                break
            chunk.keep(np.flatnonzero(~ended))
    if len(chunk.live):
        hand_over(chunk, np.arange(len(chunk.live)), np.zeros(len(chunk.live), dtype=bool), columns)
    return columns, counts, ended_counts, paths, judged


def names_of(scenario: Scenario) -> tuple[str, ...]:
    """Outcome columns of a scenario."""
    first, second = scenario.countries
    return outcome_names((first.name, second.name))


def hand_over(chunk: Chunk, places: Array, ended: Array, columns: dict[str, Array]) -> None:
    """Write the outcomes of runs that stop now into the columns of the chunk."""
    tally = {name: array[..., places] for name, array in chunk.tally.items()}
    state = {name: array[..., places] for name, array in chunk.state.items()}
    for name, column in coded(tally, state, ended, chunk.setting.scenario).items():
        columns[name][chunk.live[places]] = column


def rung_counts(posture: Array, rungs: int) -> Array:
    """Runs on each rung, shape (country, rung)."""
    return np.stack([np.bincount(side.astype(np.intp), minlength=rungs) for side in posture])


def checked(keep: Sequence[str]) -> tuple[str, ...]:
    """Names of state to be kept, or an error that names the nearest."""
    for name in keep:
        if name not in VARIABLES:
            raise InputError(
                "no such state",
                key="keep",
                value=name,
                allowed=", ".join(sorted(VARIABLES)),
                suggestion=nearest(name, VARIABLES),
            )
    return tuple(keep)


def run(
    scenario: Scenario,
    runs: int = 1000,
    seed: int = 1,
    *,
    keep: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
    blocks_per_chunk: int = _CHUNK_BLOCKS,
) -> Result:
    """Run a scenario many times.

    Parameters
    ----------
    scenario : see `load_scenario`.
    runs : number of runs, 1 or more; runs 0 … runs - 1. Run 37 is the same whatever this number is.
    seed : non-negative integer. Two scenarios run with one seed share their luck.
    keep : names of state (see `state.VARIABLES`) whose whole paths are stored; nothing per step is stored otherwise.
    progress : called with (runs done, runs in all) after every chunk.
    blocks_per_chunk : size of what is computed at a time, in blocks of 512 runs; changes no result.

    Returns
    -------
    Result : outcomes (DataFrame indexed by run), fan (posture quantiles by country and day), trajectories, judged numbers.

    Raises
    ------
    InputError : a number of runs or a seed out of range, a name in `keep` that is no state.
    """
    kept = checked(keep)
    if runs < 1:
        raise InputError("out of range", key="runs", value=runs, allowed="1 or more")
    if not 0 <= seed < 2**63:
        raise InputError("out of range", key="seed", value=seed, allowed="0 to 2^63 - 1")
    size = max(blocks_per_chunk, 1) * BLOCK
    parts = []
    for start in range(0, runs, size):
        numbers = np.arange(start, min(start + size, runs))
        parts.append(run_chunk(scenario, seed, numbers, kept))
        if progress:
            progress(int(numbers[-1]) + 1, runs)
    columns = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    judged = {path: np.concatenate([part[4][path] for part in parts]) for path in parts[0][4]}
    return Result(
        outcomes=frame_from_columns(columns),
        fan=fan_from_counts(np.sum([part[1] for part in parts], axis=0), np.sum([part[2] for part in parts], axis=0), scenario),
        judged=frame_from_columns(judged, rows=runs),
        trajectories=trajectories_from_paths(
            {name: np.concatenate([part[3][name] for part in parts], axis=-1) for name in kept}, scenario
        ),
        scenario=scenario,
        seed=seed,
    )
