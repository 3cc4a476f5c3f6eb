"""How the time of the batch engine grows with runs, steps, outlets, groups and channels.

Run from the project's root (``make bench``)::

    python benchmarks/growth.py --largest 100000

Each factor is changed by itself; time is fitted as a power of it (least squares on logarithms of the medians over rounds). What takes a
moment is done again and again for some seconds and its mean taken: the speed of a machine changes within seconds, and a single go would be held against the mean of minutes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

import escalation_sim as es
from escalation_sim.plots.style import BLUE, INK, PALE, styled, titled
from measuring import RESULTS, SEED, environment, options, run_batch, seconds, spread, table, write_json

CHART = Path("docs/images/growth.png")
HORIZONS = (30.0, 60.0, 120.0)
SHARES = (0.5, 1.0, 2.0, 4.0)
SMALLEST = 1000
MANY = 10_000  # runs from which on time is to be in proportion to their number

UNITS = {
    "runs": "runs",
    "steps": "steps per run",
    "outlets": "outlets per country",
    "groups": "groups per country",
    "channels": "channels",
}


@dataclasses.dataclass(frozen=True)
class Point:
    """One size at which the time is taken."""

    factor: str
    amount: int
    scenario: es.Scenario
    runs: int


def without_end(scenario: es.Scenario, days: float) -> es.Scenario:
    """The scenario with a horizon of `days`, no run of which ends before it."""
    return dataclasses.replace(scenario, horizon_days=days, quiet_days=days + 1.0)


def of_number(members: Sequence[Any], number: int) -> tuple[Any, ...]:
    """The first `number` members, followed by copies with other names where there are too few."""
    copies = (divmod(place, len(members)) for place in range(number))
    return tuple(
        dataclasses.replace(members[place], name=f"{members[place].name}_{copy + 1}") if copy else members[place]
        for copy, place in copies
    )


def with_members(scenario: es.Scenario, factor: str, number: int) -> es.Scenario:
    """The scenario with another number of outlets, groups or channels.

    Not by way of a document: there all seven presets are channels of every scenario, and no kind may have more than 30 members.
    """
    if factor == "channels":
        return dataclasses.replace(scenario, channels=of_number(scenario.channels, number))
    first, second = (
        dataclasses.replace(country, **{factor: of_number(getattr(country, factor), number)}) for country in scenario.countries
    )
    return dataclasses.replace(scenario, countries=(first, second))


def points_of(scenario: es.Scenario, largest: int, runs: int) -> list[Point]:
    """All sizes: runs as the scenario has them, everything else over runs that do not end."""
    powers = range(round(np.log10(SMALLEST)), int(np.log10(largest) + 1e-9) + 1)
    found = [Point("runs", 10**power, scenario, 10**power) for power in powers]
    for days in HORIZONS:
        found.append(Point("steps", round(days * 24.0 / scenario.step_hours), without_end(scenario, days), runs))
    short = without_end(scenario, HORIZONS[0])
    members = {"outlets": scenario.countries[0].outlets, "groups": scenario.countries[0].groups, "channels": scenario.channels}
    for factor, present in members.items():
        for number in (max(round(share * len(present)), 1) for share in SHARES):
            found.append(Point(factor, number, with_members(short, factor, number), runs))
    return found


def fitted(amounts: Sequence[float], times: Sequence[float]) -> tuple[float, float]:
    """Exponent, and the logarithm of the time at one, of the power that fits best."""
    exponent, level = np.polyfit(np.log(amounts), np.log(times), 1)
    return float(exponent), float(level)


def mean_seconds(point: Point, least: float) -> float:
    """Seconds at one point: the mean of as many goes as fill `least` seconds, of one at least."""
    goes = [seconds(run_batch, point.scenario, point.runs)]
    while sum(goes) < least:
        goes.append(seconds(run_batch, point.scenario, point.runs))
    return sum(goes) / len(goes)


def measured(points: Sequence[Point], rounds: int, least: float = 0.0) -> dict[str, Any]:
    """Seconds at every point by round, and the exponents by factor."""
    taken: list[list[float]] = [[] for _ in points]
    for _ in range(rounds):
        for place, point in enumerate(points):
            taken[place].append(mean_seconds(point, least))
    factors: dict[str, Any] = {}
    for point, times in zip(points, taken, strict=True):
        row = {"amount": point.amount, "runs": point.runs, "rounds": times, "seconds": spread(times)}
        factors.setdefault(point.factor, {"unit": UNITS[point.factor], "points": []})["points"].append(row)
    for found in factors.values():
        amounts, medians = ([row["amount"] for row in found["points"]], [row["seconds"]["median"] for row in found["points"]])
        found["exponent"], found["level"] = fitted(amounts, medians)
        found["exponent_at_the_top"] = fitted(amounts[-2:], medians[-2:])[0]
        if found["unit"] == UNITS["runs"] and MANY in amounts[:-1]:
            many = amounts.index(MANY)
            found["exponent_of_many"] = fitted(amounts[many:], medians[many:])[0]
    return {"environment": environment(), "seed": SEED, "factors": factors}


def exponents(record: dict[str, Any]) -> str:
    """Exponents by factor, as a table."""
    rows = []
    for name, found in record["factors"].items():
        rows.append((name, f"{found['exponent']:.2f}", f"{found['exponent_at_the_top']:.2f}"))
        if "exponent_of_many" in found:
            rows.append((f"runs, from {MANY:,} on", f"{found['exponent_of_many']:.2f}", f"{found['exponent_at_the_top']:.2f}"))
    return table(("time against", "exponent", "between the two largest"), rows)


@styled
def chart(record: dict[str, Any], title: str) -> Figure:
    """One panel for each factor, both axes in logarithms, with the fitted power."""
    rounds = len(next(iter(record["factors"].values()))["points"][0]["rounds"])
    below = f"{title}  ·  one core  ·  median of {rounds} rounds, bars from fastest to slowest"
    figure = titled("How the time of the batch engine grows", below, 7.4)
    figure.get_layout_engine().set(h_pad=0.12)
    panels = figure.subplots(2, 3).ravel()
    for axes, (factor, found) in zip(panels, record["factors"].items(), strict=False):
        panel(axes, factor, found)
    for axes in panels[::3]:
        axes.set_ylabel("time (seconds)")
    how_to_read(panels[-1], record)
    return figure


def panel(axes: Axes, factor: str, found: dict[str, Any]) -> None:
    """Time against one factor."""
    amounts = np.array([row["amount"] for row in found["points"]], dtype=float)
    median, low, high = (np.array([row["seconds"][name] for row in found["points"]]) for name in ("median", "min", "max"))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.plot(amounts, median[0] * amounts / amounts[0], color=PALE, linewidth=4.0)
    axes.plot(amounts, np.exp(found["level"]) * amounts ** found["exponent"], color=INK, linewidth=1.4, linestyle=(0, (4, 3)))
    axes.errorbar(amounts, median, (median - low, high - median), fmt="o", color=BLUE, markersize=8, elinewidth=2.0)
    axes.set_title(f"{factor.capitalize()}: exponent {found['exponent']:.2f}")
    axes.set_xlabel(found["unit"])
    wide_enough(axes, np.concatenate([low, high]))
    axes.xaxis.set_major_locator(FixedLocator(amounts.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda amount, _place: amount_in_print(amount)))
    axes.yaxis.set_major_locator(FixedLocator([size * 10.0**power for power in range(-4, 5) for size in (1, 2, 5)]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda time, _place: f"{time:g}"))
    axes.grid()


def amount_in_print(amount: float) -> str:
    """An amount on an axis; large ones, which are powers of ten, as such."""
    return f"$10^{{{np.log10(amount):.0f}}}$" if amount >= SMALLEST else f"{amount:.0f}"


def wide_enough(axes: Axes, times: Any) -> None:
    """At least a factor of ten on the axis of time, so that panels do not make much of little."""
    middle, half = np.sqrt(times.min() * times.max()), max(np.sqrt(times.max() / times.min()) * 1.3, np.sqrt(10.0))
    axes.set_ylim(middle / half, middle * half)
    axes.margins(x=0.12)


def how_to_read(axes: Axes, record: dict[str, Any]) -> None:
    """What an exponent means, where there is no sixth factor."""
    runs = record["factors"]["outlets"]["points"][0]["runs"]
    days = f"{HORIZONS[0]:g}"
    axes.axis("off")
    axes.text(
        0.0, 1.0,
        "Dashed: the power that fits\nbest. Grey: in proportion\n(exponent 1). Exponent 0:\nit makes no difference.\n\n"
        f"Runs: as the scenario has\nthem. All else: {runs:,} runs\nthat do not end before the\nhorizon; outlets, groups and\nchannels over {days} days.",
        va="top", transform=axes.transAxes, color="#555555", linespacing=1.35,
    )  # fmt: skip


def main() -> None:
    """Command line."""
    parser = options(__doc__, largest=100_000, runs=2048, rounds=3, least=5.0, out=RESULTS / "growth.json", chart=CHART)
    chosen = parser.parse_args()
    if chosen.largest < 10 * SMALLEST:
        parser.error(f"--largest must be {10 * SMALLEST:,} or more")
    scenario = es.load_scenario(chosen.scenario)
    points = points_of(scenario, chosen.largest, chosen.runs)
    record = {"scenario": scenario.name, **measured(points, chosen.rounds, chosen.least)}
    print(exponents(record))
    write_json(chosen.out, record)
    chosen.chart.parent.mkdir(parents=True, exist_ok=True)
    chart(record, scenario.title).savefig(chosen.chart)


if __name__ == "__main__":
    main()
