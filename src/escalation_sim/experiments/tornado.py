"""One number at a time: what an outcome becomes when a number stands low or high in its range and all others where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from escalation_sim.analysis.estimates import Estimate, mean_of
from escalation_sim.executors import Crew, crew_of
from escalation_sim.experiments.labels import label_of
from escalation_sim.experiments.response import response_of
from escalation_sim.experiments.variants import Variant
from escalation_sim.inputs import inputs_of
from escalation_sim.parameters import Array, Number
from escalation_sim.scenario import Scenario

__all__ = ["HIGH", "LOW", "Tornado", "swings", "tornado"]

LOW, HIGH = 0.05, 0.95
"""Places in a number's distribution."""


@dataclass(frozen=True)
class Tornado:
    """Changes of an outcome, one number at a time.

    Attributes
    ----------
    outcome, effect : as in `Sensitivity`.
    scenario, runs, seed : as they were given.
    centre : the outcome where all numbers have their central values.
    swings : one row per number, the largest first: `label`, `low` and `high` (its values), and for each end the change of the outcome against the
        centre with its interval (`at_low`, `at_low_from`, `at_low_to`; `at_high` …), run by run on the same luck.
    """

    outcome: str
    effect: str
    scenario: Scenario
    runs: int
    seed: int
    centre: Estimate
    swings: pd.DataFrame


def tornado(  # noqa: PLR0913  (what to look at, and how)
    scenario: Scenario,
    outcome: str,
    paths: Sequence[str],
    *,
    effect: Variant | None = None,
    runs: int = 1000,
    seed: int = 1,
    workers: int | Crew = 1,
    folder: str | Path | None = None,
) -> Tornado:
    """Each number at the 5 % and the 95 % quantile of its distribution, the others at their central values.

    Parameters, errors as in `sensitivity`; intervals of 95 % are for the finite number of runs.
    """
    response = response_of(
        scenario, outcome, effect=effect, over=paths, runs=runs, seed=seed, crew=crew_of(workers),
        folder=None if folder is None else Path(folder),
    )  # fmt: skip
    chosen = [path for path in paths if path in response.numbers]
    values = response.of([one_at_a_time(side.numbers, chosen) for side in response.sides], 2 * len(chosen) + 1)
    inputs = {path: one for side in response.sides for path, one in inputs_of(side.scenario).items()}
    found = swings(values, chosen)
    found.insert(0, "label", [label_of(path, scenario, inputs) for path in found.index])
    for name, place in (("low", LOW), ("high", HIGH)):
        found[name] = [float(response.numbers[path].quantile(np.array([place]))[0]) for path in found.index]
    words = "; ".join(effect.in_words()) if effect is not None else ""
    return Tornado(outcome, words, scenario, runs, seed, mean_of(values[0].astype(float)), found)


def one_at_a_time(numbers: Mapping[str, Number], chosen: Sequence[str]) -> dict[str, Array]:
    """A design: the centre, then for each number its low and its high value; of numbers that there are."""
    rows = 2 * len(chosen) + 1
    design = {}
    for place, path in enumerate(chosen):
        if path in numbers:
            column = np.full(rows, numbers[path].value)
            column[2 * place + 1 : 2 * place + 3] = numbers[path].quantile(np.array([LOW, HIGH]))
            design[path] = column
    return design


def swings(values: Array, names: Sequence[str]) -> pd.DataFrame:
    """Changes against the centre, with intervals; the largest swing from end to end first.

    Parameters
    ----------
    values : shape (1 + 2 · name, run): the centre, then low and high of each.
    """
    changes = values[1:].astype(float) - values[0].astype(float)
    found = [mean_of(change) for change in changes]
    frame = pd.DataFrame(index=pd.Index(names, name="name"))
    for end, estimates in (("at_low", found[0::2]), ("at_high", found[1::2])):
        frame[end] = [one.value for one in estimates]
        frame[f"{end}_from"] = [one.low for one in estimates]
        frame[f"{end}_to"] = [one.high for one in estimates]
    reach = frame[["at_low", "at_high"]].assign(centre=0.0)
    return frame.loc[(reach.max(axis=1) - reach.min(axis=1)).sort_values(ascending=False, kind="stable").index]
