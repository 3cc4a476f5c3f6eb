"""Under which conditions something happens: a box of worlds in which it happens much more often than elsewhere (scenario discovery, Bryant & Lempert 2010).

The box is found by PRIM (Friedman & Fisher 1999) as the EMA Workbench has it. PRIM finds a box in anything, in noise as well. So it is given only the
columns in which worlds differ by whether it happens (rank tests, at a rate of false discoveries of 5 %); a limit stays only if its quasi-p-value is
below 5 %; and all this is repeated in each half of the worlds, and what is found there has to hold in the other half.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from escalation_sim.analysis.estimates import Estimate, share_of
from escalation_sim.errors import InputError
from escalation_sim.experiments.cases import Cases
from escalation_sim.parameters import Array

__all__ = ["MOST_LIMITS", "Box", "Discovery", "Limit", "box_of", "discovered", "in_words"]

FEWEST = 20
"""Worlds in which it happens, and in which it does not, below which nothing is searched for."""

MOST_LIMITS = 5

_DOUBT = 0.05
_MOST_SUSPECTS = 12
_SEED = 1
_ANY = 1e-9  # density that a box has to have for the Workbench; above 0, since what is at least so much counts as a hit


@dataclass(frozen=True)
class Limit:
    """One side of a box.

    Attributes
    ----------
    name : column of the worlds.
    low, high : bounds, both included; None on a side where there is none.
    values : levels that are left, of a column that holds no numbers; empty for numbers.
    spans : lowest and highest value among all worlds; NaN for a column that holds no numbers.
    doubt : quasi-p-value: chance of so many hits in the box if the limit meant nothing; the smaller one of two sides.
    """

    name: str
    low: float | None
    high: float | None
    values: tuple[str, ...]
    spans: tuple[float, float]
    doubt: float

    def holds(self, column: pd.Series) -> Array:
        """Whether worlds lie within."""
        if self.values:
            return column.astype(str).isin(self.values).to_numpy()
        numbers = column.to_numpy(float)
        inside = np.full(len(numbers), True)
        if self.low is not None:
            inside &= numbers >= self.low
        if self.high is not None:
            inside &= numbers <= self.high
        return inside


@dataclass(frozen=True)
class Box:
    """Worlds within limits, the surest limit first."""

    limits: tuple[Limit, ...]

    def holds(self, worlds: pd.DataFrame) -> Array:
        """Whether worlds lie in the box."""
        inside = np.full(len(worlds), True)
        for limit in self.limits:
            inside &= limit.holds(worlds[limit.name])
        return inside


@dataclass(frozen=True)
class Discovery:
    """What was found.

    Attributes
    ----------
    cases : what was looked at.
    box : the conditions; None where none were found.
    why_none : why not; "" where there is a box.
    inside, hits : worlds in the box, and those of them in which it happens.
    again : share of hits in boxes found in one half of the worlds, among the worlds of the other half (Wilson's interval); None where a half gave no box.
    doubt : chance of as many hits there if the boxes meant nothing.
    """

    cases: Cases
    box: Box | None
    why_none: str = ""
    inside: int = 0
    hits: int = 0
    again: Estimate | None = None
    doubt: float = 1.0

    @property
    def share(self) -> float:
        """Share of all worlds in which it happens."""
        return float(self.cases.happens.mean())

    @property
    def density(self) -> float:
        """Share of the worlds in the box in which it happens."""
        return self.hits / self.inside if self.inside else float("nan")

    @property
    def coverage(self) -> float:
        """Share of the worlds in which it happens that lie in the box."""
        return self.hits / max(int(self.cases.happens.sum()), 1)


def discovered(cases: Cases) -> Discovery:
    """The conditions under which it happens, if there are any that hold; raises InputError where the EMA Workbench is not installed."""
    prim = workbench()
    yes = int(cases.happens.sum())
    if min(yes, len(cases.happens) - yes) < FEWEST:
        return Discovery(cases, None, f"it happens in {yes:,} of {len(cases.happens):,} worlds: too few on one side to search")
    box = box_of(cases.worlds, cases.happens, prim)
    if box is None:
        return Discovery(cases, None, "no limit that was tried holds against chance")
    again, doubt = found_again(cases, prim)
    if doubt > _DOUBT:
        return Discovery(
            cases, None, "what is found in one half of the worlds does not hold in the other", again=again, doubt=doubt
        )
    inside = box.holds(cases.worlds)
    return Discovery(cases, box, "", int(inside.sum()), int(cases.happens[inside].sum()), again, doubt)


def workbench() -> ModuleType:
    """PRIM of the EMA Workbench, without what it says when it is imported; raises InputError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis import prim
    except ImportError:
        allowed = "after: pip install 'escalation-sim[discover]'"
        raise InputError("the EMA Workbench is not installed", key="discover", allowed=allowed) from None
    return prim


def box_of(worlds: pd.DataFrame, happens: Array, prim: ModuleType) -> Box | None:
    """The box. While it has limits that may be chance, or more than can be told, the weaker half of these goes and the others are searched again."""
    names = suspects(worlds, happens)
    while names:
        limits = sorted((sure_sides(*one) for one in searched(worlds[names], happens, prim)), key=lambda one: one.doubt)
        sure = [limit for limit in limits if limit.doubt <= _DOUBT][:MOST_LIMITS]
        if len(sure) == len(limits):
            return Box(tuple(sure)) if sure else None
        names = [limit.name for limit in limits[: len(sure) + (len(limits) - len(sure)) // 2]]
    return None


def suspects(worlds: pd.DataFrame, happens: Array) -> list[str]:
    """Columns in which worlds differ by whether it happens, the surest first, at a rate of false discoveries of 5 % (Benjamini & Hochberg 1995).

    Numbers are compared by rank, as they are and by their distance from the median (Mann & Whitney 1947); levels by a table of counts.
    """
    numbers = worlds.select_dtypes("number")
    values = numbers.to_numpy(float)
    tests = [values, np.abs(values - np.median(values, axis=0))]
    each = [stats.mannwhitneyu(one[happens], one[~happens], axis=0).pvalue for one in tests]
    doubts = dict(zip(numbers.columns, np.minimum(2.0 * np.minimum(*each), 1.0), strict=True))
    for name in worlds.columns.difference(numbers.columns):
        if worlds[name].nunique() > 1:
            doubts[name] = stats.chi2_contingency(pd.crosstab(worlds[name], happens)).pvalue
    doubts = {str(name): float(doubt) for name, doubt in doubts.items() if doubt == doubt}
    false = stats.false_discovery_control(list(doubts.values())) if doubts else []
    found = sorted((doubt, name) for (name, doubt), rate in zip(doubts.items(), false, strict=True) if rate <= _DOUBT)
    return [name for _, name in found[:_MOST_SUSPECTS]]


def searched(worlds: pd.DataFrame, happens: Array, prim: ModuleType) -> list[tuple[Limit, tuple[float, float]]]:
    """Limits of the box on PRIM's way inwards that is least likely to be chance, with quasi-p-values of both sides."""
    numbers = worlds.select_dtypes("number").astype(float)
    table = pd.concat([numbers, worlds.drop(columns=numbers.columns).astype(str).astype(object)], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        threshold = {"threshold": _ANY} if "threshold" in signature(prim.Prim).parameters else {}  # until Workbench 2
        found = prim.Prim(table, happens.astype(int), **threshold).find_box()
    way = found.peeling_trajectory
    best = int(surprise(way["n"].to_numpy(float), way["k"].to_numpy(float), happens).argmax())
    sides, doubts = found.box_lims[best], (found.qp if hasattr(found, "qp") else found.p_values)[best]  # from Workbench 3
    return [(limit_of(str(name), sides[name], table[name], doubts[name]), tuple(doubts[name])) for name in doubts]


def surprise(inside: Array, hits: Array, happens: Array) -> Array:
    """Hits in boxes above those expected of so many worlds drawn at random, in standard deviations (hypergeometric)."""
    worlds, share = len(happens), float(happens.mean())
    spread = np.sqrt(inside * share * (1.0 - share) * (worlds - inside) / (worlds - 1))
    return np.divide(hits - inside * share, spread, out=np.zeros_like(spread), where=spread > 0.0)


def limit_of(name: str, sides: Any, column: pd.Series, doubts: Any) -> Limit:
    """A limit as PRIM gives it; a side that was not moved has −1 for a quasi-p-value."""
    if column.dtype == object:
        return Limit(name, None, None, tuple(sorted(str(one) for one in sides.iloc[0])), (np.nan, np.nan), float(doubts[0]))
    low, high = (float(side) if doubt >= 0.0 else None for side, doubt in zip(sides, doubts, strict=True))
    return Limit(
        name,
        low,
        high,
        (),
        (float(column.min()), float(column.max())),
        float(min(doubt for doubt in doubts if doubt >= 0.0)) if max(doubts) >= 0.0 else 1.0,
    )


def sure_sides(limit: Limit, doubts: tuple[float, float]) -> Limit:
    """The limit with the side that may be chance left open, if the other may not; its doubt is that of the surer one."""
    sides = [doubt for doubt in doubts if doubt >= 0.0]
    if limit.values or not sides:
        return limit
    held = [0.0 <= doubt <= max(_DOUBT, min(sides)) for doubt in doubts]
    low, high = (bound if keep else None for bound, keep in zip((limit.low, limit.high), held, strict=True))
    return Limit(limit.name, low, high, (), limit.spans, min(sides))


def found_again(cases: Cases, prim: ModuleType) -> tuple[Estimate | None, float]:
    """Share of hits in the boxes of halves among the worlds of the other half, and the chance of as many without any meaning."""
    half = halves(cases.worlds)
    inside, hits = 0, 0
    for searching in (half, ~half):
        box = box_of(cases.worlds[searching].reset_index(drop=True), cases.happens[searching], prim)
        if box is None:
            continue
        within = box.holds(cases.worlds[~searching])
        inside, hits = inside + int(within.sum()), hits + int(cases.happens[~searching][within].sum())
    if not inside:
        return None, 1.0
    doubt = float(stats.binomtest(hits, inside, float(cases.happens.mean()), alternative="greater").pvalue)
    return share_of(np.arange(inside) < hits), doubt


def halves(worlds: pd.DataFrame) -> Array:
    """True for the worlds of one half; worlds that are alike in all numbers that were drawn lie in the same."""
    numbers = worlds.select_dtypes("number")
    drawn = numbers[[name for name in numbers.columns if numbers[name].nunique() > len(worlds) // 20]]
    alike = pd.factorize(pd.util.hash_pandas_object(drawn, index=False))[0] if len(drawn.columns) else np.arange(len(worlds))
    side: Array = np.random.default_rng(_SEED).permutation(int(alike.max()) + 1) % 2 == 0
    return side[alike]


def in_words(limit: Limit, labels: Mapping[str, str]) -> str:
    """A limit as a phrase."""
    name = labels.get(limit.name, limit.name)
    if limit.values:
        return f"{name} is {' or '.join(limit.values)}"
    low, high = ("" if bound is None else f"{bound:.3g}".replace("-", "−") for bound in (limit.low, limit.high))
    if low and high:
        return f"{name} is between {low} and {high}"
    return f"{name} is at least {low}" if low else f"{name} is at most {high}"
