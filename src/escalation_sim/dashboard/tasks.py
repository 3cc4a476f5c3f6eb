"""What is computed and drawn in worker processes: plain functions that can be sent there.

Imports are made inside the functions, so that the page is there before the engine and Matplotlib are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from escalation_sim.results import Result
    from escalation_sim.scenario import Scenario

__all__ = ["chart_file", "charts", "differences", "ran", "runs_file", "warm"]

_WARMING_RUNS = 8


def warm(scenario: Scenario) -> None:
    """Load what the first answer will need."""
    result = ran(scenario, _WARMING_RUNS, 1)
    charts(("postures", "peaks", "ends", "deaths"), result, result)


def ran(scenario: Scenario, runs: int, seed: int) -> Result:
    """Runs of a scenario."""
    from escalation_sim.runs import run

    return run(scenario, runs, seed)


def charts(names: Sequence[str], before: Result, after: Result | None) -> dict[str, str]:
    """Charts of one or two results as SVG elements, by name."""
    from escalation_sim.plots.pairs import PAIR_CHARTS, alternative_text
    from escalation_sim.plots.vector import svg_in_page

    return {
        name: svg_in_page(PAIR_CHARTS[name](before, after), alternative_text(name, before, after), text=True) for name in names
    }


def chart_file(name: str, kind: str, before: Result, after: Result | None) -> bytes:
    """One chart as the content of a file, "png" or "svg"."""
    from escalation_sim.plots.pairs import PAIR_CHARTS
    from escalation_sim.plots.vector import picture

    return picture(PAIR_CHARTS[name](before, after), kind)


def differences(before: Result, after: Result) -> pd.DataFrame:
    """Outcomes before and after, with intervals; see `analysis.differences`."""
    from escalation_sim.analysis.differences import paired_differences

    return paired_differences(before, after)


def runs_file(kind: str, before: Result, after: Result | None) -> bytes:
    """Outcomes, one row per run of each of one or two results, as the content of a "csv" or "parquet" file."""
    import io

    import pandas as pd

    tables = {"as it was": before.outcomes} | ({} if after is None else {"with the change": after.outcomes})
    table = pd.concat(tables, names=["variant"]).reset_index()
    stream = io.BytesIO()
    if kind == "csv":
        table.to_csv(stream, index=False)
    else:
        table.to_parquet(stream, index=False)
    return stream.getvalue()
