"""Which judged numbers an outcome goes along with, over the runs of a result.

Every judged number is drawn once per run. Its rank correlation with an outcome says how far runs with a high draw differ from runs
with a low one, whatever else differs between them. It is no decomposition of doubt, and says nothing of numbers that are not judged.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from escalation_sim.analysis.estimates import NORMAL
from escalation_sim.parameters import Array, Number
from escalation_sim.results import Result

__all__ = ["COLUMNS", "assumptions_that_matter", "numbers_that_go_along"]

COLUMNS = ("path", "rho", "low", "high", "value", "range_low", "range_high", "source")

_LEAST_RUNS = 30


def assumptions_that_matter(result: Result, outcome: str = "peak_rung", most: int = 8) -> pd.DataFrame:
    """The judged numbers that go along most with an outcome, the strongest first.

    As `numbers_that_go_along` says, with the numbers drawn in each run.
    """
    return numbers_that_go_along(result.judged, result.scenario.judged, result.outcomes[outcome].to_numpy(dtype=float), most)


def numbers_that_go_along(drawn: pd.DataFrame, numbers: Mapping[str, Number], values: Array, most: int = 8) -> pd.DataFrame:
    """The numbers that go along most with something, the strongest first.

    Parameters
    ----------
    drawn : one row for each value, a column for each number, by path.
    numbers : as they are declared.
    values : of what is looked at, shape (row,).

    Returns
    -------
    Columns are `path`, `rho` (Spearman's rank correlation), `low`, `high` (95 %, by Fisher's transformation), `value`, `range_low`,
    `range_high` and `source` of the number. Numbers whose interval, widened for as many numbers as were looked at (Bonferroni), includes 0
    are left out; with fewer than thirty rows, all are.
    """
    known = [path for path in drawn.columns if path in numbers and drawn[path].nunique() > 1]
    if len(values) < _LEAST_RUNS or not known or np.ptp(values) == 0.0:
        return pd.DataFrame(columns=list(COLUMNS))
    strict = float(stats.norm.isf(0.025 / len(known)))
    rows = []
    for path in known:
        rho = float(stats.spearmanr(drawn[path].to_numpy(dtype=float), values).statistic)
        low, high = fisher_interval(rho, len(values), NORMAL)
        surely = fisher_interval(rho, len(values), strict)
        if surely[0] > 0.0 or surely[1] < 0.0:
            number = numbers[path]
            bounds = number.range or (number.value, number.value)
            rows.append((path, rho, low, high, number.value, *bounds, number.source))
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.reindex(found["rho"].abs().sort_values(ascending=False, kind="stable").index)[:most].reset_index(drop=True)


def fisher_interval(rho: float, runs: int, width: float) -> tuple[float, float]:
    """Interval of a rank correlation, `width` standard errors to each side (Fieller, Hartley and Pearson 1957)."""
    middle: Array = np.arctanh(np.clip(rho, -0.999999, 0.999999))
    reach = width * np.sqrt(1.06 / max(runs - 3, 1))
    return float(np.tanh(middle - reach)), float(np.tanh(middle + reach))
