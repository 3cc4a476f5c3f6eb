"""What the same luck is worth: the variance-reduction factor of every natural single change to every shipped scenario.

Run from the project's root (about ten minutes on one core)::

    python benchmarks/pairing.py            # opens or closes each channel between the two sides in turn, and stores what is found
    python benchmarks/pairing.py --docs     # measures nothing; writes what is stored into docs/comparing.md

Exits with 1 if a factor is not above 1.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import escalation_sim as es
from escalation_sim.experiments.attribution import BILATERAL
from measuring import RESULTS, SEED

SCENARIOS = Path("scenarios")
TABLE = RESULTS / "pairing.csv"
PAGE = Path("docs/comparing.md")
BLOCK = re.compile(r"(?<=<!-- pairing:begin -->\n).*?(?=<!-- pairing:end -->)", re.DOTALL)

RUNS = {"crisis": 1_000, "rivalry": 100}
OUTCOMES = (
    "peak_rung",
    "force",
    "war",
    "days_to_end",
    "deaths_mean",
    "cease_fire",
    "misperception",
    "crises",
    "days_in_crisis",
)
_SHOWN = 1_000.0


def single_changes(scenario: es.Scenario) -> dict[str, es.Scenario]:
    """Each channel between the two sides opened where it is closed and closed where it is not, by what is done."""
    return {
        f"{'close' if channel.status else 'open'} {channel.name}": (
            scenario.close(channel.name) if channel.status else scenario.open(channel.name)
        )
        for channel in scenario.channels
        if channel.name in BILATERAL
    }


def factors(scenario: es.Scenario, runs: int, seed: int = SEED) -> pd.DataFrame:
    """Factors of all single changes to a scenario, indexed by change and outcome."""
    changes = single_changes(scenario)
    found = es.compare(scenario, *changes.values(), runs=runs, seed=seed, names=list(changes)).pairs
    kept = found[found.index.get_level_values("outcome").isin(OUTCOMES)]
    return kept.rename_axis(index={"variant": "change"})[["factor", "factor_low", "factor_high", "correlation", "same"]]


def measured() -> pd.DataFrame:
    """Factors of all shipped scenarios."""
    tables = {}
    for file in sorted(SCENARIOS.glob("*.yaml")):
        scenario = es.load_scenario(file)
        tables[scenario.name] = factors(scenario, RUNS[scenario.kind])
        print(f"{scenario.name}: lowest {tables[scenario.name]['factor'].min():.2f}", flush=True)
    return pd.concat(tables, names=["scenario"])


def told(factor: float) -> str:
    """A factor in print."""
    if np.isinf(factor):
        return "identical"
    if factor >= _SHOWN:
        return f"over {_SHOWN:,.0f}"
    return f"{factor:.1f}" if factor < 9.95 else f"{factor:.0f}"


def page_of(table: pd.DataFrame) -> str:
    """What the page says: for each scenario and channel the median factor over the outcomes and the lowest; then the lowest of all."""
    channels = table.index.get_level_values("change").str.split().str[-1]
    lines = ["| | " + " | ".join(name.replace("_", " ") for name in BILATERAL) + " |", "| --- |" + " --- |" * len(BILATERAL)]
    for scenario, rows in table.groupby(level="scenario", sort=True):
        cells = []
        for name in BILATERAL:
            own = rows[channels[table.index.get_level_values("scenario") == scenario] == name]["factor"]
            lowest = own.idxmin()
            sign = "+" if lowest[1].startswith("open") else "−"
            cells.append(f"{sign} {told(float(own.median()))} ({lowest[2].removesuffix('_mean')} {told(float(own.min()))})")
        lines.append(f"| {scenario} | " + " | ".join(cells) + " |")
    lowest = table.nsmallest(8, "factor")
    lines += [
        "",
        "The lowest of all:",
        "",
        "| scenario | change | outcome | factor | 95 % interval |",
        "| --- | --- | --- | ---: | --- |",
    ]
    for (scenario, change, outcome), row in lowest.iterrows():
        between = f"{told(row['factor_low'])} to {told(row['factor_high'])}"
        lines.append(f"| {scenario} | {change} | {outcome} | {told(row['factor'])} | {between} |")
    finite = table["factor"]
    counts = f"{len(finite)} factors, {int(np.isinf(finite).sum())} of outcomes that no run changed; {int((finite <= 1.0).sum())} not above 1"
    return "\n".join([*lines, "", f"{counts}; the median is {told(float(finite.median()))}.", ""])


def main() -> int:
    """Measure and store, or write the page."""
    if "--docs" in sys.argv:
        table = pd.read_csv(TABLE, index_col=[0, 1, 2])
        PAGE.write_text(BLOCK.sub(lambda _: page_of(table), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    table = measured()
    RESULTS.mkdir(parents=True, exist_ok=True)
    table.to_csv(TABLE)
    print(page_of(table))
    return int(bool((table["factor"] <= 1.0).any()))


if __name__ == "__main__":
    sys.exit(main())
