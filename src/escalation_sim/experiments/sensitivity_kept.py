"""What a sensitivity analysis found, on disk: tables, and `sensitivity.json`, which is put in its place last and says how it is made again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from escalation_sim.analysis.chance import Split
from escalation_sim.analysis.estimates import Estimate
from escalation_sim.errors import InputError
from escalation_sim.experiments.sensitivity import Sensitivity
from escalation_sim.experiments.store import put
from escalation_sim.experiments.tornado import Tornado
from escalation_sim.results import software
from escalation_sim.scenario import Scenario

__all__ = ["holds_sensitivity", "load_sensitivity", "save_sensitivity"]

FILE = "sensitivity.json"
KIND = "sensitivity"


def save_sensitivity(found: Sensitivity, ends: Tornado | None, folder: Path, arguments: Sequence[str], top: int) -> list[str]:
    """Write what was found to a folder, and return the names of the tables.

    Parameters
    ----------
    arguments : what `escalation-sim sensitivity` takes behind the scenario's file to make it again.
    top : numbers that are shown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"indices": found.indices, **({"tornado": ends.swings} if ends is not None else {})}
    for name, frame in tables.items():
        put(folder / f"{name}.parquet", frame.to_parquet)
        put(folder / f"{name}.csv", frame.to_csv)
    put(folder / "points.parquet", found.points.to_parquet)
    document = {**summary_of(found, ends), "kind": KIND, "software": software(), "arguments": list(arguments), "top": top}
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    put(folder / FILE, lambda file: file.write_text(text, encoding="utf-8"))
    return list(tables)


def summary_of(found: Sensitivity, ends: Tornado | None) -> dict[str, Any]:
    """What was run and how much is chance, as plain data."""
    split, centre = found.split, ends.centre if ends is not None else None
    return {
        "scenario": found.scenario.name,
        "outcome": found.outcome,
        "effect": found.effect,
        "method": found.method,
        "samples": found.samples,
        "runs": found.runs,
        "seed": found.seed,
        "mean": found.mean,
        "variance_by_parameters": split.parameters,
        "variance_by_chance": split.chance,
        "interplay": split.interplay,
        "share_of_parameters": [split.share.value, split.share.low, split.share.high],
        "noise_between_points": split.noise,
        "runs_of_tornado": ends.runs if ends is not None else 0,
        "centre_of_tornado": [centre.value, centre.low, centre.high] if centre is not None else None,
        "document": found.scenario.document,
    }


def holds_sensitivity(folder: Path) -> bool:
    """Whether a folder holds what `save_sensitivity` wrote."""
    try:
        return bool(json.loads((folder / FILE).read_text(encoding="utf-8"))["kind"] == KIND)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load_sensitivity(folder: Path) -> tuple[Sensitivity, Tornado | None, dict[str, Any]]:
    """What was found, without its screening; the tornado, None where there is none; and `sensitivity.json`. Raises InputError where there is none."""
    if not holds_sensitivity(folder):
        raise InputError("no sensitivity analysis here", file=str(folder), allowed=f"a folder with {FILE}")
    kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
    scenario = Scenario.from_document(kept["document"])
    indices, points = (pd.read_parquet(folder / f"{name}.parquet") for name in ("indices", "points"))
    share = Estimate(*kept["share_of_parameters"])
    split = Split(kept["variance_by_parameters"], kept["variance_by_chance"], kept["interplay"], share, kept["runs"])
    named = {name: kept[name] for name in ("outcome", "effect", "method", "samples", "runs", "seed", "mean")}
    found = Sensitivity(**named, scenario=scenario, indices=indices, split=split, points=points)
    if not kept["runs_of_tornado"]:
        return found, None, kept
    centre, swings = Estimate(*kept["centre_of_tornado"]), pd.read_parquet(folder / "tornado.parquet")
    ends = Tornado(kept["outcome"], kept["effect"], scenario, kept["runs_of_tornado"], kept["seed"], centre, swings)
    return found, ends, kept
