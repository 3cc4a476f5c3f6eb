"""What a change does, in a sentence a newspaper could print; and the runs that show it best.

Pure functions of two results with the same seed, so that run 37 after the change has the luck of run 37 before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from escalation_sim.analysis.differences import check_pair
from escalation_sim.analysis.estimates import Estimate, quantiles_of, share_of, time_reached
from escalation_sim.analysis.summary import time_to_end
from escalation_sim.parameters import Array
from escalation_sim.results import Result

__all__ = ["Gist", "gist", "in_hundred", "saved_run", "state_in_words", "worst_run"]


@dataclass(frozen=True)
class Gist:
    """A comparison in words.

    Attributes
    ----------
    sentence : what the change does.
    footing : how sure that is: intervals of 95 % for the number of runs.
    """

    sentence: str
    footing: str


def gist(before: Result, after: Result, change: str = "With the change") -> Gist:
    """What the change does to peaks, length and deaths; `change` begins the sentence.

    Raises InputError where the results cannot be paired.
    """
    check_pair(before, after)
    moved = peaks_of(after) - peaks_of(before)
    lower, higher = share_of(moved < 0), share_of(moved > 0)
    runs = len(moved)
    if not moved.any() and before.outcomes.equals(after.outcomes):
        return Gist(f"{change}, nothing changes in any of {runs:,} crises.", "The same runs, one by one.")
    sentence = (
        f"{change}, {in_hundred(lower.value)} in 100 crises peak lower and {in_hundred(higher.value)} in 100 higher; "
        f"{end_in_words(before, after)}, and {deaths_in_words(before, after)}."
    )
    footing = (
        f"{runs:,} pairs of runs with the same luck. 95 % intervals for that number of runs: lower in {bounds(lower)}, higher in "
        f"{bounds(higher)} of 100. They say nothing about doubt in the model."
    )
    return Gist(sentence, footing)


def state_in_words(result: Result) -> Gist:
    """What happens in a result, where nothing is changed."""
    peak, ladder = peaks_of(result), result.scenario.ladder
    force, war = share_of(peak >= ladder.force), share_of(peak >= ladder.war)
    day = median_end(result)
    ends = (
        "the median crisis has not ended by the horizon" if not np.isfinite(day) else f"the median crisis ends on day {day:.0f}"
    )
    deaths = quantiles_of(result.outcomes["deaths_total"].to_numpy(dtype=float), (0.5,))[0]
    sentence = (
        f"As it was, force is used across the border in {in_hundred(force.value)} in 100 crises and {in_hundred(war.value)} in 100 "
        f"become war; {ends}, with {deaths:,.0f} dead."
    )
    footing = (
        f"{len(peak):,} runs. 95 % intervals for that number of runs: force in {bounds(force)}, war in {bounds(war)} of 100. They say "
        "nothing about doubt in the model."
    )
    return Gist(sentence, footing)


def peaks_of(result: Result) -> Array:
    """Highest rung of each run, shape (run,)."""
    return result.outcomes["peak_rung"].to_numpy(dtype=float)


def in_hundred(share: float) -> str:
    """A share as a number of cases in a hundred: "31", "fewer than 1", "none"."""
    if share == 0.0:
        return "none"
    return "fewer than 1" if share < 0.0095 else f"{100.0 * share:.0f}"


def bounds(share: Estimate) -> str:
    """An interval of a share in cases of a hundred, one digit."""
    return f"{100.0 * share.low:.1f}–{100.0 * share.high:.1f}"


def median_end(result: Result) -> float:
    """Day by which half of the runs have ended; infinite where fewer have."""
    return time_reached(time_to_end(result)).value


def end_in_words(before: Result, after: Result) -> str:
    """What becomes of the day on which the median run ends."""
    was, becomes = median_end(before), median_end(after)
    if not np.isfinite(was) and not np.isfinite(becomes):
        return "more than half still go on at the horizon either way"
    if not np.isfinite(becomes):
        return "the median crisis no longer ends before the horizon"
    if not np.isfinite(was):
        return f"the median crisis now ends, on day {becomes:.0f}"
    days = round(becomes - was)
    if days == 0:
        return "the median crisis ends on the same day"
    number = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"the median crisis ends {number} {'sooner' if days < 0 else 'later'}"


def deaths_in_words(before: Result, after: Result) -> str:
    """In how many runs fewer and more people die; a mean would hang on a handful of wars."""
    change = (after.outcomes["deaths_total"] - before.outcomes["deaths_total"]).to_numpy(dtype=float)
    fewer, more = (in_hundred(float(np.mean(where))) for where in (change < -0.5, change > 0.5))
    return f"fewer people die in {fewer} in 100 and more in {more}"


def worst_run(result: Result) -> int:
    """Number of the run that climbed highest; among these the one with most deaths, then the first."""
    table = result.outcomes
    worst = table[table["peak_rung"] == table["peak_rung"].max()]
    return int(worst["deaths_total"].idxmax())


def saved_run(before: Result, after: Result) -> int | None:
    """Number of the run that the change brought down furthest; among these the one spared most deaths. None where none came down."""
    check_pair(before, after)
    fall = peaks_of(before) - peaks_of(after)
    if fall.max() <= 0.0:
        return None
    spared = (before.outcomes["deaths_total"] - after.outcomes["deaths_total"]).to_numpy(dtype=float)
    among = np.flatnonzero(fall == fall.max())
    return int(before.outcomes.index[int(among[np.argmax(spared[among])])])
