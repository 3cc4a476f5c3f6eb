"""Real crises run from their triggers alone, and what happened held against the runs.

Three kinds of input tell what a hit is owed to. "judged": a crisis as its file has it. "identical": the same wide ranges of
resolve, restraint and policy for all crises, so that nothing in them can have been set with the outcome in mind. "permuted":
each crisis gets the judged country inputs of another; if these carry knowledge of the crisis, forecasts get worse.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim import runs as engine
from escalation_sim.errors import InputError, nearest
from escalation_sim.history.scores import base_rate, crps, inside, quantile
from escalation_sim.outcomes import observed_outcomes
from escalation_sim.parameters import Array
from escalation_sim.rules import SECTIONS
from escalation_sim.scenario import Scenario, load_scenario

__all__ = [
    "COMMON",
    "CRISES",
    "MODES",
    "OUTCOMES",
    "Hindcast",
    "crises_in",
    "hindcasts",
    "identical",
    "inputs_of_mode",
    "judged_inputs",
    "observed_range",
    "permuted",
    "scores",
    "table",
]

CRISES = (
    "brasstacks-1986", "kargil-1999", "mumbai-2008", "pathankot-2016", "uri-2016", "pulwama-2019", "pahalgam-2025",
)  # fmt: skip
"""Scenarios of real crises that are hindcast, in the order of time."""

MODES = ("judged", "identical", "permuted")
"""Kinds of input."""

OUTCOMES: Mapping[str, str] = {
    "peak_rung": "rungs",
    "days_to_end": "days",
    "deaths_total": "deaths",
    "days_to_response": "days",
}
"""Outcomes that are scored, and their units. Rungs are scored as they are, days and deaths on the scale of log(1 + x)."""

Key = tuple[str, str]
"""Section and name of a parameter."""

COMMON: tuple[Key, ...] = (
    ("government", "resolve"), ("government", "restraint"), ("government", "military_weight"),
    ("outreach", "no_talks_under_attack"),
)  # fmt: skip
"""Inputs that are the same for all crises in the mode "identical"; names the model does not have are passed over."""

_SWITCH = "0 or 1"


@dataclass(frozen=True)
class Hindcast:
    """One outcome of one crisis: what happened, and what the runs said.

    Attributes
    ----------
    crisis, outcome, mode : see `CRISES`, `OUTCOMES`, `MODES`.
    shift : how many places down the list the inputs come from (mode "permuted"); 0 otherwise.
    low, high : range of what was observed, equal where it is one number; infinite where it did not happen.
    q10, q50, q90 : quantiles of the runs; infinite where it did not happen.
    never : share of runs in which it did not happen.
    inside : whether what was observed lies in the central 80 % of the runs.
    crps, crps_base : score of the model and of the base rates of the other crises; NaN where there is no other crisis.
    """

    crisis: str
    outcome: str
    mode: str
    shift: int
    low: float
    high: float
    q10: float
    q50: float
    q90: float
    never: float
    inside: bool
    crps: float
    crps_base: float


def crises_in(folder: str | os.PathLike[str], names: Iterable[str] = CRISES) -> dict[str, Scenario]:
    """Scenarios of the crises whose files are in a folder, by name. Raises InputError where there is none."""
    place = Path(folder)
    found = {name: load_scenario(place / f"{name}.yaml") for name in names if (place / f"{name}.yaml").is_file()}
    if not found:
        raise InputError("no scenario of a real crisis here", file=str(place), allowed=", ".join(names))
    for name, scenario in found.items():
        if scenario.observed is None:
            raise InputError("nothing is on record", file=str(place / f"{name}.yaml"), key="observed")
    return found


# Inputs


def standing(document: Mapping[str, Any], country: str, key: Key) -> Any:
    """What a document says of a parameter for one country: its own entry, that of the model, or None."""
    section, name = key
    for block in (document["countries"][country] or {}, document.get("model") or {}):
        entry = (block.get(section) or {}).get(name)
        if entry is not None:
            return entry
    return None


def judged_inputs(document: Mapping[str, Any]) -> dict[str, dict[Key, Any]]:
    """Judged parameters (those with a range) that a document gives for a country, by country."""
    return {
        country: {
            (section, name): entry
            for section in SECTIONS
            for name, entry in ((block or {}).get(section) or {}).items()
            if isinstance(entry, Mapping) and "range" in entry
        }
        for country, block in document["countries"].items()
    }


def with_country_inputs(
    document: Mapping[str, Any], keys: Iterable[Key], inputs: Mapping[str, Mapping[Key, Any]]
) -> dict[str, Any]:
    """A document in which the countries' own entries at `keys` make way for `inputs` (by country); the rest is as it was."""
    changed = copy.deepcopy(dict(document))
    for country in changed["countries"]:
        block = changed["countries"][country] or {}
        for section, name in keys:
            entries = dict(block.get(section) or {})
            entries.pop(name, None)
            block[section] = entries
        for (section, name), entry in inputs.get(country, {}).items():
            block.setdefault(section, {})[name] = copy.deepcopy(entry)
        changed["countries"][country] = {key: entry for key, entry in block.items() if key not in SECTIONS or entry}
    return changed


def wide_prior(documents: Sequence[Mapping[str, Any]], key: Key) -> dict[str, Any]:
    """One judged number for all crises and countries: even over all their ranges together; a switch stands as most have it."""
    parameter = SECTIONS[key[0]][key[1]]
    lows, values, highs = [], [], []
    for document in documents:
        for country in document["countries"]:
            entry = standing(document, country, key)
            entry = entry if isinstance(entry, Mapping) else {"value": parameter.default if entry is None else entry}
            low, high = entry.get("range") or (entry["value"], entry["value"])
            lows.append(float(low))
            highs.append(float(high))
            values.append(float(entry["value"]))
    middle = float(np.mean(values))
    if parameter.unit == _SWITCH:
        return {"value": float(round(middle)), "source": "assumed"}
    return {"value": middle, "range": [min(lows), max(highs)], "shape": "uniform", "source": "assumed"}


def identical(documents: Mapping[str, Mapping[str, Any]], common: Sequence[Key] = COMMON) -> dict[str, dict[str, Any]]:
    """Documents in which both countries of all crises have the same wide prior for each of the `common` inputs.

    An input that no document gives has its default everywhere and is left alone.
    """
    known = [key for key in common if key[0] in SECTIONS and key[1] in SECTIONS[key[0]].parameters]
    everyone = list(documents.values())
    given = [
        key for key in known
        if any(standing(document, country, key) is not None for document in everyone for country in document["countries"])
    ]  # fmt: skip
    priors = {key: wide_prior(everyone, key) for key in given}
    return {
        name: with_country_inputs(document, given, dict.fromkeys(document["countries"], priors))
        for name, document in documents.items()
    }


def permuted(documents: Mapping[str, Mapping[str, Any]], shift: int = 1) -> dict[str, dict[str, Any]]:
    """Documents in which each crisis has the judged country inputs of the crisis `shift` places further on, in a circle.

    A country gets those of the country of the same name. Where a parameter is judged in any crisis, all crises pass on what
    they say of it, be it fixed, or nothing. Raises InputError where `shift` leads back to the crisis itself or the countries
    differ.
    """
    names = list(documents)
    if shift % len(names) == 0:
        raise InputError("leads back to the crisis itself", key="shift", value=shift, allowed=f"1 to {len(names) - 1}")
    keys = sorted({key for document in documents.values() for inputs in judged_inputs(document).values() for key in inputs})
    changed = {}
    for place, name in enumerate(names):
        donor = documents[names[(place + shift) % len(names)]]
        if set(donor["countries"]) != set(documents[name]["countries"]):
            raise InputError("the crises are not between the same countries", key=name, value=list(donor["countries"]))
        inputs = {
            country: {
                (section, entry): block[section][entry]
                for section, entry in keys
                if entry in ((block or {}).get(section) or {})
            }
            for country, block in donor["countries"].items()
        }
        changed[name] = with_country_inputs(documents[name], keys, inputs)
    return changed


def inputs_of_mode(crises: Mapping[str, Scenario], mode: str) -> dict[int, dict[str, Scenario]]:
    """The crises as a mode has them, by shift ("permuted": one set for each way of passing inputs round). Raises InputError."""
    if mode not in MODES:
        raise InputError("no such mode", key="mode", value=mode, allowed=", ".join(MODES), suggestion=nearest(mode, MODES))
    if mode == "judged":
        return {0: dict(crises)}
    documents = {name: scenario.document for name, scenario in crises.items()}
    sets = {0: identical(documents)} if mode == "identical" else {k: permuted(documents, k) for k in range(1, len(documents))}
    return {
        shift: {name: Scenario.from_document(document) for name, document in changed.items()} for shift, changed in sets.items()
    }


# What was observed, and forecasts of it


def observed_range(scenario: Scenario, outcome: str) -> tuple[float, float] | None:
    """Lowest and highest count of what happened; infinite where it did not happen, None where nothing is on record."""
    if outcome == "deaths_total":
        return scenario.observed.deaths_total if scenario.observed else None
    value = observed_outcomes(scenario).get(outcome)
    if value is None:
        return None
    number = float(value)
    return (np.inf, np.inf) if np.isnan(number) else (number, number)


def on_scale(values: Any, outcome: str, horizon: float) -> Array:
    """Values on the scale on which they are scored; days beyond the horizon, and what never happened, count as the horizon."""
    numbers = np.asarray(values, dtype=float)
    unit = OUTCOMES[outcome]
    if unit == "days":
        numbers = np.minimum(numbers, horizon)
    return numbers if unit == "rungs" else np.log1p(numbers)


def middle_on_scale(observed: tuple[float, float], outcome: str, horizon: float) -> float:
    """The middle of a range on the scale of scoring; for deaths the geometric mean of 1 + low and 1 + high."""
    return float(np.mean(on_scale(observed, outcome, horizon)))


def forecast(scenario: Scenario, runs: int, seed: int, workers: int = 1) -> dict[str, Array]:
    """The runs' values of every outcome, infinite where something did not happen; arrays of shape (run,)."""
    outcomes = engine.run(scenario, runs, seed, workers=workers).outcomes
    values = {name: outcomes[name].to_numpy(dtype=float) for name in OUTCOMES}
    return {name: np.where(np.isnan(column), np.inf, column) for name, column in values.items()}


def hindcasts(
    crises: Mapping[str, Scenario],
    runs: int = 2000,
    seed: int = 1,
    modes: Sequence[str] = MODES,
    progress: Callable[[int, int], None] | None = None,
    workers: int = 1,
) -> list[Hindcast]:
    """All outcomes on record of all crises, in every mode.

    Parameters
    ----------
    crises : scenarios with a record, by name; see `crises_in`.
    runs, seed : of each crisis in each mode; all share their luck.
    progress : called with (crises done, crises in all).
    workers : processes to compute in; changes no figure.
    """
    sets = [(mode, shift, inputs) for mode in modes for shift, inputs in inputs_of_mode(crises, mode).items()]
    total = sum(len(inputs) for *_, inputs in sets)
    found: list[Hindcast] = []
    done = 0
    for mode, shift, inputs in sets:
        for name, scenario in inputs.items():
            values = forecast(scenario, runs, seed, workers)
            found += [made for outcome in OUTCOMES if (made := hindcast(crises, name, outcome, values[outcome], mode, shift))]
            done += 1
            if progress:
                progress(done, total)
    return found


def hindcast(crises: Mapping[str, Scenario], name: str, outcome: str, values: Array, mode: str, shift: int) -> Hindcast | None:
    """One outcome of one crisis; None where nothing is on record. `values` are those of the runs, shape (run,)."""
    records = {crisis: there for crisis, scenario in crises.items() if (there := observed_range(scenario, outcome)) is not None}
    if name not in records:
        return None
    horizon = crises[name].horizon_days
    middles = [middle_on_scale(there, outcome, horizon) for there in records.values()]
    place = list(records).index(name)
    others = base_rate(middles, place)
    low, high = records[name]
    q10, q50, q90 = (quantile(values, probability) for probability in (0.1, 0.5, 0.9))
    return Hindcast(
        name, outcome, mode, shift, low, high, q10, q50, q90,
        never=float(np.mean(np.isinf(values))),
        inside=inside(values, low, high),
        crps=crps(on_scale(values, outcome, horizon), middles[place]),
        crps_base=crps(others, middles[place]) if len(others) else np.nan,
    )  # fmt: skip


# Scores


def table(found: Sequence[Hindcast]) -> pd.DataFrame:
    """One row for each hindcast; columns are the attributes of `Hindcast`."""
    return pd.DataFrame([asdict(one) for one in found], columns=list(Hindcast.__dataclass_fields__))


def scores(found: Sequence[Hindcast]) -> pd.DataFrame:
    """Scores by mode and outcome, and over all outcomes (outcome "all"); permutations are averaged.

    Returns
    -------
    One row for each mode and outcome: hindcasts (number, of one permutation), inside and better (shares; `better` than the
    base rates), crps and crps_base (means over crises; NaN for "all", since rungs and logarithms do not add up).
    """
    frame = table(found)
    frame["better"] = np.where(frame["crps_base"].isna(), np.nan, frame["crps"] < frame["crps_base"])
    rows = []
    for mode in dict.fromkeys(frame["mode"]):
        of_mode = frame[frame["mode"] == mode]
        for outcome in [*OUTCOMES, "all"]:
            part = of_mode if outcome == "all" else of_mode[of_mode["outcome"] == outcome]
            if part.empty:
                continue
            means = part[["inside", "better", "crps", "crps_base"]].astype(float).mean()
            rows.append(
                {
                    "mode": mode,
                    "outcome": outcome,
                    "hindcasts": round(len(part) / part["shift"].nunique()),
                    "inside": means["inside"],
                    "better": means["better"],
                    "crps": np.nan if outcome == "all" else means["crps"],
                    "crps_base": np.nan if outcome == "all" else means["crps_base"],
                }
            )
    return pd.DataFrame(rows, columns=["mode", "outcome", "hindcasts", "inside", "better", "crps", "crps_base"])
