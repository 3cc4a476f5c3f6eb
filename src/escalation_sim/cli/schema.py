"""`escalation-sim schema`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from escalation_sim.errors import InputError, nearest

KINDS = ("scenario", "experiment")

Kind = Annotated[str, typer.Option("--of", metavar="KIND", help="Kind of file: scenario or experiment.")]


def schema(of: Kind = "scenario") -> None:
    """Print the JSON Schema of scenario or experiment files, for editors that complete and check."""
    if of not in KINDS:
        raise InputError("no such kind of file", key="--of", value=of, allowed=", ".join(KINDS), suggestion=nearest(of, KINDS))
    print(json.dumps(described(of), indent=2, ensure_ascii=False))


def described(of: str) -> dict[str, object]:
    """The schema of one kind of file."""
    if of == "experiment":
        from escalation_sim.experiments.schema import ExperimentBlock
        from escalation_sim.scenario.schema import schema_of

        return schema_of(ExperimentBlock, "Experiment of escalation-sim")
    from escalation_sim.scenario import json_schema

    return json_schema()
