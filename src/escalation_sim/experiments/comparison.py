"""Variants of a scenario compared with it on the same seeds, as many runs as a wanted precision asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim.analysis.differences import differences_and_pairing, runs_needed
from escalation_sim.analysis.measures import ALIASES, MEAN, measures_in
from escalation_sim.errors import InputError, nearest
from escalation_sim.experiments.archive import archived, manifest_in
from escalation_sim.experiments.precision import USUAL, Precision, example_for, precision_from
from escalation_sim.results import Result
from escalation_sim.rulers import ruler_of
from escalation_sim.runs import run
from escalation_sim.scenario import Scenario

__all__ = ["KIND", "MOST_RUNS", "Comparison", "Plan", "compare", "load_comparison", "save_comparison"]

KIND = "comparison"

Progress = Callable[[int, int], None]
Told = Callable[["Plan"], None]

MOST_RUNS = 200_000
"""Runs of each variant beyond which a wanted precision does not push."""

_SPARE = 1.05  # a spread found from a pilot is uncertain
_ROUNDS = 3


@dataclass(frozen=True)
class Plan:
    """Numbers of runs found from a pilot.

    Attributes
    ----------
    precision : what is wanted.
    outcomes : of which outcomes.
    pilot : runs of the pilot.
    needed : runs found to be needed of each variant.
    runs : runs to be made; less than needed where that is more than `MOST_RUNS`.
    """

    precision: Precision
    outcomes: tuple[str, ...]
    pilot: int
    needed: int
    runs: int

    def __str__(self) -> str:
        of = ", ".join(self.outcomes)
        if self.needed <= self.pilot:
            return f"For {self.precision} ({of}) the first {self.pilot:,} runs are enough"
        found = f"For {self.precision} ({of}) {self.needed:,} runs are needed, judged by the first {self.pilot:,}"
        return found if self.runs >= self.needed else f"{found}; {self.runs:,} are made, which is the most"


@dataclass(frozen=True)
class Comparison:
    """A scenario and variants of it, on the same seeds.

    Attributes
    ----------
    base : runs of the scenario as it stands.
    variants : runs of the variants, by name.
    differences : indexed by variant and outcome; columns as in `analysis.differences.paired_differences`.
    pairs : indexed by variant and outcome; columns as in `analysis.differences.pairing`.
    plan : how the number of runs was found; None where it was given.
    """

    base: Result
    variants: dict[str, Result]
    plan: Plan | None = None
    differences: pd.DataFrame = field(init=False)
    pairs: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        tables = {variant: differences_and_pairing(self.base, result) for variant, result in self.variants.items()}
        for place, name in enumerate(("differences", "pairs")):
            whole = {variant: of_both[place].set_index("outcome") for variant, of_both in tables.items()}
            object.__setattr__(self, name, pd.concat(whole, names=["variant"]))

    @property
    def runs(self) -> int:
        """Runs of each variant."""
        return len(self.base.outcomes)

    @property
    def seed(self) -> int:
        """The seed of all."""
        return self.base.seed

    def needed(self, precision: str | Precision | None = None) -> pd.DataFrame:
        """Numbers of runs after which differences would be known to a precision; by default to what is usual for each unit.

        Indexed as `pairs`, without outcomes of another unit. Columns: `precision` (in words), `reach` (in the unit of the outcome),
        `paired`, and `unpaired` for runs that do not share their luck. Raises InputError for a text that is no precision.
        """
        wanted = as_precision(precision)
        rows: dict[Any, tuple[object, ...]] = {}
        key: Any
        for key, row in self.pairs.iterrows():
            chosen = wanted or USUAL.get(row["unit"])
            if chosen is None or not chosen.fits(row["unit"]) or not np.isfinite(row["spread"]):
                continue
            reach = chosen.reach(float(self.differences["before"][key]))
            if reach > 0.0:
                spread = max(float(row["spread"]), unseen_spread(row["unit"], row["same"], self.runs))
                numbers = (runs_needed(one, reach) for one in (spread, float(row["spread_unpaired"])))
                rows[key] = (str(chosen), reach, *numbers)
        index = pd.MultiIndex.from_tuples(list(rows), names=self.pairs.index.names)
        return pd.DataFrame(list(rows.values()), index=index, columns=["precision", "reach", "paired", "unpaired"])


def unseen_spread(unit: str, same: float, runs: int) -> float:
    """Standard deviation that differences of shares may have although no run differs: by the rule of three (Hanley and Lippman-Hand 1983)
    one in a third of the runs may. 0 where some do differ, and for other outcomes, of which nothing can be said.
    """
    return float(np.sqrt(min(3.0 / runs, 1.0))) if unit == "share" and same == 1.0 else 0.0


def compare(  # noqa: PLR0913  (what to run, and how)
    scenario: Scenario,
    *variants: Scenario,
    runs: int = 1000,
    seed: int = 1,
    workers: int = 1,
    names: Sequence[str] | None = None,
    precision: str | Precision | None = None,
    outcome: str | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
) -> Comparison:
    """Run a scenario and variants of it on the same seeds, and compare them run by run.

    Parameters
    ----------
    scenario, variants : as from `load_scenario`, `Scenario.open` and so on; at least one variant.
    runs : number of runs of each; with a `precision`, of the pilot that says how many are needed.
    names : of the variants, all different; default "variant 1" and so on.
    precision : half the width of the 95 % interval wanted, as in "0.5 pp", "0.05 rungs", "1 day", "2 %" (of the value before); see `MOST_RUNS`.
    outcome : the one it is wanted of; default: every outcome of its unit. "2 %" needs one.
    seed, workers, progress : as in `run`; progress is called anew for every set of runs.
    told : called with the `Plan` as soon as it is known.

    Raises
    ------
    InputError : no variant, names that do not fit, an outcome or a precision that is not known, and as `run` does.
    """
    called = checked_names(variants, names)
    wanted = as_precision(precision)
    name = checked_outcome(scenario, wanted, outcome)

    def made(number: int, plan: Plan | None = None) -> Comparison:
        base, *others = (run(one, number, seed, workers=workers, progress=progress) for one in (scenario, *variants))
        return Comparison(base, dict(zip(called, others, strict=True)), plan)

    found = made(runs)
    if wanted is None:
        return found
    plan = first = planned(found, wanted, name)
    if told:
        told(plan)
    for _ in range(_ROUNDS):
        if plan.runs <= found.runs:
            break
        found = made(plan.runs, first)
        plan = planned(found, wanted, name)
    return found if found.plan else replace(found, plan=first)


def planned(pilot: Comparison, wanted: Precision, outcome: str | None = None) -> Plan:
    """How many runs a precision takes, of one outcome or of all of its unit, judged by some."""
    needed = pilot.needed(wanted)
    if outcome is not None:
        needed = needed[needed.index.get_level_values("outcome") == outcome]
    most = int(needed["paired"].max()) if len(needed) else 1
    if most > pilot.runs:
        most = int(np.ceil(_SPARE * most))
    outcomes = tuple(dict.fromkeys(map(str, needed.index.get_level_values("outcome"))))
    return Plan(wanted, outcomes, pilot.runs, most, max(min(most, MOST_RUNS), pilot.runs))


def as_precision(precision: str | Precision | None) -> Precision | None:
    """A precision from what was typed."""
    return precision_from(precision) if isinstance(precision, str) else precision


def checked_names(variants: Sequence[Scenario], names: Sequence[str] | None) -> list[str]:
    """Names of the variants; raises InputError where there is no variant, or names do not fit."""
    if not variants:
        raise InputError("there is nothing to compare with", key="variants", allowed="one variant or more")
    called = [f"variant {place}" for place in range(1, len(variants) + 1)] if names is None else [str(name) for name in names]
    if len(called) != len(variants) or len(set(called)) != len(called):
        raise InputError("one name for each variant, all different", key="names", value=called)
    return called


def checked_outcome(scenario: Scenario, wanted: Precision | None, outcome: str | None) -> str | None:
    """Name of the outcome that is to be precise; None for all of a unit.

    Raises InputError for an outcome without a precision, a relative precision without an outcome, an outcome that is not compared, a
    precision in another unit than the outcome's.
    """
    if wanted is None and outcome is not None:
        raise InputError("means nothing without a precision", key="outcome", value=outcome)
    if outcome is None:
        if wanted is not None and not wanted.says_of_what:
            raise InputError(
                "needs an outcome", key="precision", value=str(wanted), allowed="an outcome beside it, or another unit"
            )
        return None
    columns = [name for name in ruler_of(scenario).names(scenario) if name != "ended_by"]
    compared = {one.name: one for one in measures_in([pd.DataFrame(columns=columns, dtype=float)]) if one.statistic == MEAN}
    name = ALIASES.get(outcome, outcome)
    if name not in compared:
        near = nearest(outcome, [*compared, *ALIASES])
        raise InputError("no such outcome", key="outcome", value=outcome, allowed=listed(compared), suggestion=near)
    if wanted is not None and not wanted.fits(compared[name].unit):
        raise InputError(
            f"not in the unit of {name}", key="precision", value=str(wanted), allowed=example_for(compared[name].unit)
        )
    return name


def listed(names: Iterable[str]) -> str:
    """Names in a row, those of single years left out."""
    return ", ".join(name for name in names if not name[-1].isdigit())


def save_comparison(found: Comparison, folder: Path, arguments: Sequence[str]) -> None:
    """Keep a comparison in a folder, written whole or not at all.

    Parameters
    ----------
    arguments : what `escalation-sim compare` takes behind the scenario's file to make it again.
    """
    entries = {
        "scenario": found.base.scenario.document,
        "seed": found.seed,
        "runs": found.runs,
        "arguments": list(arguments),
        "variants": list(found.variants),
        "plan": str(found.plan) if found.plan else None,
    }
    with archived(folder, KIND, entries) as work:
        for place, result in enumerate((found.base, *found.variants.values())):
            result.save(work / str(place), judged=False)


def load_comparison(folder: Path, only: str | None = None) -> tuple[Comparison, dict[str, Any]]:
    """A comparison that was kept, without its plan, and what its manifest says; raises InputError where there is none.

    `only` : what the variant is to be called where there is one.
    """
    place, manifest = manifest_in(folder, KIND)
    names = [only] if only is not None and len(manifest["variants"]) == 1 else manifest["variants"]
    base, *variants = (Result.load(place / str(number)) for number in range(1 + len(names)))
    return Comparison(base, dict(zip(names, variants, strict=True))), manifest
