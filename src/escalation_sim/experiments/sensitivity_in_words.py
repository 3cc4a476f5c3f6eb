"""What decides an outcome, in words."""

from __future__ import annotations

from collections.abc import Iterator

from escalation_sim.experiments.sensitivity import Sensitivity

__all__ = ["chance_in_words", "figure", "notes", "percent", "signed_size"]

MOST_RUNS = 10_000_000  # that anybody would make


def figure(value: float) -> str:
    """A size in print, three digits of it."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def percent(share: float) -> str:
    """A share of variance in print."""
    return f"{100.0 * share:.0f} %".replace("-", "−")


def signed_size(size: float, way: float, numbers: int) -> str:
    """An elementary effect in print: + where the outcome goes up with the number, − where down, ± where that depends; bare for a group."""
    sign = "" if numbers > 1 else "+" if way > 0.8 * size else "−" if way < -0.8 * size else "±"
    return sign + figure(size)


def notes(found: Sensitivity) -> Iterator[str]:
    """What the figures are."""
    varied = int(found.indices["numbers"].sum())
    if found.method == "morris":
        yield (
            f"Change: mean size of the change in {found.outcome} when the number moves half its distribution, the others anywhere "
            f"({found.samples} trajectories over {varied:,} numbers, {found.runs} runs of each point); + where it goes up with the number, − where down, "
            "± where that depends on the others. Noise: what the number of runs alone may add to it."
        )
        still = int((found.indices["effect"] == 0.0).sum())
        if still:
            yield f"{still:,} of {len(found.indices):,} changed nothing in any run."
    else:
        yield (
            f"Total: share of the variance between points that goes with the number, in whatever it has a part; alone: without its interplay with "
            f"others ({found.samples} base points, {found.runs} runs of each point, {varied:,} numbers varied)."
        )
    yield "Intervals are for the finite number of points, not for doubt about the ranges."


def chance_in_words(found: Sensitivity) -> str:
    """How much is chance, and what it leaves in the indices."""
    split = found.split
    share = split.share
    said = (
        f"Chance and parameters: {percent(share.value)} ({percent(share.low)} to {percent(share.high)}) of the variance of {found.outcome} over worlds and luck "
        f"lies in these numbers, the rest is chance. With {found.runs} runs of each point {percent(split.noise)} of the variance between points is noise"
    )
    needed = split.runs_needed()
    if split.noise <= 0.05:
        return f"{said}."
    said += f"; {needed:,.0f} runs would bring that to 5 %." if needed <= MOST_RUNS else "."
    if split.noise <= 0.5:
        return said
    return (
        f"{said} The order above is therefore mostly luck: look at fewer numbers (--over, --groups) under more runs (--runs)."
    )
