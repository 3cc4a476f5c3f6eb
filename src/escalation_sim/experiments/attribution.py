"""Which channel an effect is owed to: every subset of the channels on the same luck, and what each adds to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim.analysis import shapley
from escalation_sim.analysis.measures import Outcome, named_measure
from escalation_sim.analysis.resampling import intervals_of_means
from escalation_sim.errors import InputError, nearest
from escalation_sim.experiments.archive import archived, manifest_in
from escalation_sim.parameters import Array
from escalation_sim.rulers import ruler_of
from escalation_sim.runs import run_design
from escalation_sim.scenario import Channel, Scenario

__all__ = [
    "BILATERAL",
    "KIND",
    "MOST_PLAYERS",
    "Attribution",
    "attribute",
    "attributions",
    "load_attributions",
    "save_attributions",
    "with_all_present",
]

KIND = "attribution"

BILATERAL = (
    "back_channel",
    "track_two",
    "dgmo_hotline",
    "high_commissions",
    "people_to_people",
    "foreign_secretary_hotline",
)
"""The channels that share an effect unless others are named; those through a mediator stay as they are in the scenario."""

MOST_PLAYERS = 10

_ROWS_AT_ONCE = 100_000  # of a design, whose outcomes are all held until the ones asked for are taken from them

_ROUNDING = 1e-13

_TABLES = ("values", "interactions", "totals", "subsets")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Attribution:
    """What the open channels change in one outcome, and what of it is owed to each.

    A channel that is *present* is open from the first day, with the working relationship that the scenario gives it, else that of the
    calendar, else a judged one, 0.5 (0.2 to 0.8); one that exists through a mediator only is suspended until one steps in. A channel that
    is *absent* is closed. All intervals are of 95 %, for the number of runs only: percentile bootstrap over runs, the same runs in every
    subset.

    Attributes
    ----------
    outcome, unit : what is attributed; see `analysis.measures.Outcome`.
    values : indexed by channel: `value` (Shapley value), `alone` (what it changes where no other is present), `lost` (what its absence
        changes where all others are present), each with `_low` and `_high`.
    interactions : one row for each pair, indexed by `first` and `second`: `value` (Shapley interaction index), `low`, `high`.
    totals : indexed by "none", "all", "effect": `value`, `low`, `high`.
    subsets : one row for each subset: a column for each channel (present or not), `mean`, `low`, `high`.
    scenario : with all channels present.
    runs, seed : what was run of each subset.
    """

    outcome: str
    unit: str
    values: pd.DataFrame
    interactions: pd.DataFrame
    totals: pd.DataFrame
    subsets: pd.DataFrame
    scenario: Scenario
    runs: int
    seed: int

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels among which the effect is shared."""
        return tuple(map(str, self.values.index))


def attribute(
    scenario: Scenario,
    outcome: str = "peak_rung",
    runs: int = 1000,
    seed: int = 1,
    *,
    channels: Sequence[str] = BILATERAL,
    workers: int = 1,
    progress: Progress | None = None,
) -> Attribution:
    """Share the effect of channels on an outcome among them: exact Shapley values over every subset, on the same seeds.

    Parameters
    ----------
    outcome : a standard outcome that has a mean (peak_rung, force, war, days_to_end, deaths_total, cease_fire, misperception) or a numeric
        column of the outcomes that every run has.
    runs : of each of the 2^n subsets.
    channels : two to `MOST_PLAYERS` of the scenario's; default `BILATERAL`.
    seed, workers, progress : as in `run_design`.

    Raises
    ------
    InputError : an outcome or a channel that is not known, an outcome that some runs lack, too few or too many channels, a number out of range.
    """
    return attributions(scenario, [outcome], runs, seed, channels=channels, workers=workers, progress=progress)[outcome]


def attributions(
    scenario: Scenario,
    outcomes: Sequence[str],
    runs: int = 1000,
    seed: int = 1,
    *,
    channels: Sequence[str] = BILATERAL,
    workers: int = 1,
    progress: Progress | None = None,
) -> dict[str, Attribution]:
    """The same for several outcomes, from one set of runs; by outcome."""
    measures = checked_measures(scenario, outcomes)
    players = checked_players(scenario, channels)
    present = with_all_present(scenario, players)
    games = games_of(present, players, list(measures.values()), runs, seed, workers=workers, progress=progress)
    return {
        outcome: attributed(games[place], measure, players, present, seed)
        for place, (outcome, measure) in enumerate(measures.items())
    }


def checked_measures(scenario: Scenario, outcomes: Sequence[str]) -> dict[str, Outcome]:
    """The outcomes of these names; raises InputError for one that is not known."""
    columns = [name for name in ruler_of(scenario).names(scenario) if name != "ended_by"]
    return {outcome: named_measure(outcome, columns) for outcome in outcomes}


def checked_players(scenario: Scenario, channels: Sequence[str]) -> list[Channel]:
    """The channels of these names; raises InputError for names that are not known or come twice, and for too few or too many."""
    there = {channel.name: channel for channel in scenario.channels}
    for name in channels:
        if name not in there:
            raise InputError(
                "unknown channel", key="channels", value=name, allowed=", ".join(there), suggestion=nearest(name, there)
            )
    if len(set(channels)) != len(channels) or not 2 <= len(channels) <= MOST_PLAYERS:
        raise InputError(
            "not a set of channels", key="channels", value=list(channels), allowed=f"2 to {MOST_PLAYERS}, all different"
        )
    return [there[name] for name in channels]


def is_mediated(channel: Channel) -> bool:
    """Whether a channel exists through a mediator only."""
    return channel.profile["third_party"].value == 1.0


def with_all_present(scenario: Scenario, players: Sequence[Channel]) -> Scenario:
    """The scenario with all of some channels present (see `Attribution`), off the calendar where it follows one."""
    for channel in players:
        if is_mediated(channel):
            scenario = scenario.set(f"channels.{channel.name}.status", "suspended")
        else:
            scenario = scenario.open(channel.name)
    return scenario


def games_of(
    present: Scenario,
    players: Sequence[Channel],
    measures: Sequence[Outcome],
    runs: int,
    seed: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Array:
    """Value of every run under every subset, shape (measure, subset, run); so many subsets at a time that memory stays bounded."""
    subsets = 1 << len(players)
    games = np.empty((len(measures), subsets, runs))
    at_once = max(_ROWS_AT_ONCE // max(runs, 1), 1)
    for first in range(0, subsets, at_once):
        numbers = range(first, min(first + at_once, subsets))

        def told(done: int, _rows: int, before: int = first) -> None:
            if progress:
                progress(before * runs + done, subsets * runs)

        table = run_design(present, design_of(numbers, players), runs, seed, workers=workers, progress=told)
        for place, measure in enumerate(measures):
            values = measure.values(table, present, float(present.horizon_days))
            games[place, numbers.start : numbers.stop] = values.reshape(len(numbers), runs)
    return games


def design_of(subsets: range, players: Sequence[Channel]) -> dict[str, Array]:
    """States of the channels in subsets of these numbers, as a design."""
    there = np.array([shapley.members(subset, len(players)) for subset in subsets])
    return {
        f"channels.{channel.name}.status": np.where(there[:, place], "suspended" if is_mediated(channel) else "open", "closed")
        for place, channel in enumerate(players)
    }


def attributed(game: Array, measure: Outcome, players: Sequence[Channel], present: Scenario, seed: int) -> Attribution:
    """The effect shared, from the value of every run under every subset, shape (subset, run)."""
    if np.isnan(game).any():
        raise InputError("some runs have none", key="outcome", value=measure.name, allowed="an outcome that every run has")
    names = [channel.name for channel in players]
    pairs = [(first, second) for second in range(len(names)) for first in range(second)]
    index = without_rounding(shapley.interactions(game), game)
    found = estimates(
        {
            "value": without_rounding(shapley.shapley_values(game), game),
            "alone": shapley.alone(game),
            "lost": -shapley.last(game),
            "pairs": np.stack([index[pair] for pair in pairs]),
            "totals": np.stack([game[0], game[-1], shapley.total(game)]),
            "subsets": game,
        }
    )
    values = pd.concat([renamed(found[way], way) for way in ("value", "alone", "lost")], axis=1)
    between = pd.MultiIndex.from_tuples([(names[first], names[second]) for first, second in pairs], names=["first", "second"])
    there = pd.DataFrame([shapley.members(subset, len(names)) for subset in range(len(game))], columns=names)
    return Attribution(
        outcome=measure.name,
        unit=measure.unit,
        values=values.set_axis(pd.Index(names, name="channel")),
        interactions=found["pairs"].set_axis(between),
        totals=found["totals"].set_axis(["none", "all", "effect"]),
        subsets=pd.concat([there, found["subsets"].rename(columns={"value": "mean"})], axis=1),
        scenario=present,
        runs=game.shape[-1],
        seed=seed,
    )


def estimates(arrays: dict[str, Array]) -> dict[str, pd.DataFrame]:
    """Means over the runs with their intervals, one row for each entry along the first axis, of arrays of shape (entry, run)."""
    together = np.concatenate(list(arrays.values()))
    low, high = intervals_of_means(together)
    table = pd.DataFrame({"value": together.mean(axis=-1), "low": low, "high": high})
    ends = np.cumsum([len(values) for values in arrays.values()])
    return {
        name: table.iloc[end - len(values) : end].reset_index(drop=True)
        for (name, values), end in zip(arrays.items(), ends, strict=True)
    }


def without_rounding(values: Array, game: Array) -> Array:
    """Values of which those within rounding of nothing, for numbers as large as the game's, are 0."""
    return np.where(np.abs(values) < _ROUNDING * np.abs(game).max(initial=0.0), 0.0, values)


def renamed(table: pd.DataFrame, way: str) -> pd.DataFrame:
    """Columns of a table of estimates under the name of what is estimated."""
    return table.rename(columns={"value": way, "low": f"{way}_low", "high": f"{way}_high"})


def save_attributions(found: Mapping[str, Attribution], scenario: Scenario, folder: Path, arguments: Sequence[str]) -> None:
    """Keep attributions of one scenario in a folder, written whole or not at all.

    Parameters
    ----------
    found : by outcome.
    scenario : as it was given, its channels as they are there.
    arguments : what `escalation-sim attribute` takes behind the scenario's file to make them again.
    """
    first = next(iter(found.values()))
    entries = {
        "scenario": scenario.document,
        "seed": first.seed,
        "runs": first.runs,
        "arguments": list(arguments),
        "channels": list(first.channels),
        "outcomes": [{"asked": asked, "outcome": one.outcome, "unit": one.unit} for asked, one in found.items()],
    }
    with archived(folder, KIND, entries) as work:
        for asked, one in found.items():
            for name in _TABLES:
                getattr(one, name).to_parquet(work / f"{name}-{asked}.parquet")


def load_attributions(folder: Path) -> tuple[dict[str, Attribution], dict[str, Any]]:
    """Attributions that were kept, by outcome, and what their manifest says; raises InputError where there are none."""
    place, manifest = manifest_in(folder, KIND)
    given = Scenario.from_document(manifest["scenario"])
    present = with_all_present(given, checked_players(given, manifest["channels"]))
    found = {}
    for one in manifest["outcomes"]:
        tables = {name: pd.read_parquet(place / f"{name}-{one['asked']}.parquet") for name in _TABLES}
        found[one["asked"]] = Attribution(
            one["outcome"], one["unit"], **tables, scenario=present, runs=int(manifest["runs"]), seed=int(manifest["seed"])
        )
    return found, manifest
