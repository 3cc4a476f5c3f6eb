"""Which numbers decide an outcome, or what a change does to it; and how much of it is chance.

Morris's method screens all numbers that have a range. Sobol's shares of variance are dear: they are found for the dozen that came out first, with all
the others moved together as one more group, so that nothing stands still by accident.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from escalation_sim.analysis.chance import Split, told_apart
from escalation_sim.errors import InputError, nearest
from escalation_sim.executors import Crew, crew_of
from escalation_sim.experiments.indices import MORRIS, SOBOL, Design, indices_of, morris_design, sobol_design
from escalation_sim.experiments.labels import label_of, section_of
from escalation_sim.experiments.response import Response, response_of
from escalation_sim.experiments.variants import Variant
from escalation_sim.inputs import inputs_of
from escalation_sim.parameters import Array, Number
from escalation_sim.scenario import Scenario

__all__ = ["METHODS", "OTHERS", "Sensitivity", "indices_over", "sensitivity"]

Progress = Callable[[int, int], None]

METHODS = (MORRIS, SOBOL)
OTHERS = "all others"
"""Name of the group of the numbers that are not looked at one by one."""

TRAJECTORIES = 20
BASE_POINTS = 256
TOP = 12


class Answers(Protocol):
    """What is asked: an outcome at places in the distributions of inputs."""

    def __call__(self, names: Sequence[str], cube: Array) -> Array:
        """Shape (point, run), for a cube of shape (point, input) with a name for each column."""


@dataclass(frozen=True)
class Sensitivity:
    """What decides an outcome.

    Attributes
    ----------
    outcome, effect : the outcome; the change whose effect on it is looked at, in words, "" where it is the outcome itself.
    method : "morris" or "sobol".
    scenario : as it was given.
    samples, runs, seed : trajectories (Morris) or base points (Sobol), runs of each point, seed of the sample and of all luck.
    indices : one row per number or group, the largest index first; see `indices.indices_of`. With `label` and the range (`from`, `to`).
    split : variance by parameters and by chance.
    mean : of the outcome over the whole sample.
    points : places of the sample in the numbers' distributions, one row per point; `mean` and `variance` over runs.
    screening : the Morris screening that chose the numbers, None where they were given.
    """

    outcome: str
    effect: str
    method: str
    scenario: Scenario
    samples: int
    runs: int
    seed: int
    indices: pd.DataFrame
    split: Split
    mean: float
    points: pd.DataFrame
    screening: Sensitivity | None = None

    @property
    def about(self) -> str:
        """What the indices are of, in words."""
        return f"{self.outcome}: effect of {self.effect}" if self.effect else self.outcome

    def largest(self, number: int = TOP) -> list[str]:
        """Names of the numbers with the largest indices, groups left out."""
        return [str(name) for name in self.indices.index if name in self.points.columns][:number]


def sensitivity(  # noqa: PLR0913  (what to look at, and how)
    scenario: Scenario,
    outcome: str = "peak_rung",
    *,
    method: str = MORRIS,
    effect: Variant | None = None,
    over: Sequence[str] | None = None,
    groups: bool = False,
    top: int = TOP,
    samples: int | None = None,
    runs: int = 20,
    seed: int = 1,
    workers: int | Crew = 1,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Which numbers decide an outcome of a scenario, or the effect of a change on it.

    Parameters
    ----------
    outcome : a column that every run has, or what follows from one: see `tables.names_of_outcomes`.
    method : "morris" screens; "sobol" gives shares of variance, for the `top` numbers of a screening and all others together, or for those named by `over`.
    effect : a change; what is looked at is then the difference it makes, on the same luck.
    over : paths or patterns of the numbers to vary (`channels.*`), all others at their central values; default: all that have a range.
    groups : one index for each section (government, media, each channel …) instead of each number.
    samples : trajectories (Morris, default 20) or base points (Sobol, a power of two, default 256).
    runs, seed, progress : of each point; as in `run_design`. `progress` is called anew for each of two stages.
    workers : processes, or a crew of `executors`. Changes no result.
    folder : where what is computed is kept, so that an interrupted call is gone on with by the same call; default: nothing is kept.

    Returns
    -------
    Intervals speak of the finite number of points, those of `split` of that of runs too; none of doubt about the ranges.

    Raises
    ------
    InputError : an unknown method, outcome or path, sizes out of range, an outcome that not every run has; worker processes keep dying.
    OSError : the disk is full, or the folder cannot be written. What is finished is kept.
    """
    check_choices(method, samples, top)
    response = response_of(
        scenario, outcome, effect=effect, over=over, runs=runs, seed=seed, crew=crew_of(workers),
        folder=None if folder is None else Path(folder), progress=progress,
    )  # fmt: skip
    members = members_of(response.numbers, groups)
    screening = None
    if method == SOBOL and over is None and not groups and len(members) > top:
        found = indices_over(response.at, members, MORRIS, TRAJECTORIES, seed)
        screening = told(found, scenario, response, effect)
        members = with_others(members, screening.largest(top))
    size = samples or (TRAJECTORIES if method == MORRIS else BASE_POINTS)
    return told(indices_over(response.at, members, method, size, seed), scenario, response, effect, screening)


def check_choices(method: str, samples: int | None, top: int) -> None:
    """Raise InputError for a method or a size that there is not."""
    if method not in METHODS:
        raise InputError(
            "no such method", key="method", value=method, allowed=", ".join(METHODS), suggestion=nearest(method, METHODS)
        )
    if top < 1:
        raise InputError("out of range", key="top", value=top, allowed="1 or more")
    if samples is None:
        return
    if samples < 4:
        raise InputError("out of range", key="samples", value=samples, allowed="4 or more")
    if method == SOBOL and samples & (samples - 1):
        raise InputError("not a power of two", key="samples", value=samples, allowed="64, 128, 256, 512 and so on")


def members_of(numbers: Mapping[str, Number], groups: bool) -> dict[str, tuple[str, ...]]:
    """Names that get an index, each with the numbers it stands for: itself, or the section's."""
    if not groups:
        return {path: (path,) for path in numbers}
    sections: dict[str, tuple[str, ...]] = {}
    for path in numbers:
        sections[section_of(path)] = (*sections.get(section_of(path), ()), path)
    if len(sections) < 2:
        raise InputError(
            "there is but one group", key="groups", value=list(sections), allowed="numbers of two sections or more"
        )
    return sections


def with_others(members: Mapping[str, tuple[str, ...]], chosen: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The chosen one by one, and all others as a group."""
    left = tuple(path for name, of_one in members.items() if name not in chosen for path in of_one)
    return {**{name: members[name] for name in chosen}, **({OTHERS: left} if left else {})}


@dataclass(frozen=True)
class Found:
    """A sample, what came of it, and the indices."""

    design: Design
    values: Array
    indices: pd.DataFrame
    samples: int
    seed: int

    @property
    def split(self) -> Split:
        """Variance by parameters and by chance; points of one trajectory or base point belong together."""
        return told_apart(self.values.reshape(-1, self.design.places, self.values.shape[1]))


def indices_over(answers: Answers, members: Mapping[str, tuple[str, ...]], method: str, samples: int, seed: int) -> Found:
    """Indices of anything that answers for a cube; names as in `members`, see `Design`."""
    design = (morris_design if method == MORRIS else sobol_design)(members, samples, seed)
    values = answers(design.inputs, design.cube)
    return Found(design, values, indices_of(design, values), samples, seed)


def told(
    found: Found, scenario: Scenario, response: Response, effect: Variant | None, screening: Sensitivity | None = None
) -> Sensitivity:
    """What was found, with names in words, the largest first."""
    first = found.indices.columns[0]
    points = pd.DataFrame(found.design.cube.astype(np.float32), columns=found.design.inputs)
    summaries = {"mean": found.values.mean(axis=1, dtype=float), "variance": found.values.var(axis=1, ddof=1, dtype=float)}
    return Sensitivity(
        outcome=response.outcome,
        effect="; ".join(effect.in_words()) if effect is not None else "",
        method=found.design.method,
        scenario=scenario,
        samples=found.samples,
        runs=response.runs,
        seed=found.seed,
        indices=described(found, scenario, response).sort_values(first, ascending=False, kind="stable"),
        split=found.split,
        mean=float(summaries["mean"].mean()),
        points=points.assign(**summaries),
        screening=screening,
    )


def described(found: Found, scenario: Scenario, response: Response) -> pd.DataFrame:
    """The indices with what each name means and the range of its number; NaN for a group."""
    inputs = {path: one for side in response.sides for path, one in inputs_of(side.scenario).items()}
    frame = found.indices.copy()
    frame["label"] = [
        name if name == OTHERS else label_of(str(name), scenario, inputs) for name in frame.index
    ]  # a group goes by its section
    ranges = [response.numbers[name].range if name in response.numbers else None for name in frame.index]
    frame["from"], frame["to"] = (np.array([one[end] if one else np.nan for one in ranges], float) for end in (0, 1))
    frame["numbers"] = [len(of_one) for of_one in found.design.members.values()]
    return frame
