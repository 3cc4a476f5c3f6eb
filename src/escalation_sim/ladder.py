"""The escalation ladder: rungs as data.

Kahn (1965) drew 44 rungs; a rung can be skipped. The default ladder has eleven; a scenario may bring its own. What
the rest of the model needs to know of a ladder is said by `quiet`, `alert`, `force` and `nuclear_use`, never by a rung's number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from escalation_sim.parameters import FLOAT, Array
from escalation_sim.places import entries

__all__ = ["ACT", "POSTURE", "Ladder", "Rung"]

ACT = "act"
POSTURE = "posture"


@dataclass(frozen=True)
class Rung:
    """One rung.

    Attributes
    ----------
    name : short name, as shown in charts.
    words : what a newspaper would say a government does at this rung; "{actor}" and "{rival}" are filled in.
    kind : "act" (carried out, over after `lasts` days) or "posture" (held until given up).
    lasts : days an act goes on; 0 for postures.
    falls_back_to : rung number after an act.
    severity : severity on a scale from 0 to 10 on which choices are made; the default ladder's is its own number.
    visibility : probability-like weight in [0, 1] with which the rival sees the rung.
    prepares : days of preparation from cold.
    deaths_per_act, deaths_per_day : expected deaths among the rival's nationals, per act begun, and per day held.
    own_share : own deaths as a share of the deaths inflicted.
    answers : how far being at this rung answers a grievance, 0 to about 1.
    injures : grievance that one act, or one day of a posture, at this rung puts on the rival.
    costs : cost of standing there, in units of utility.
    danger : weight with which nuclear caution counts at this rung.
    goldstein : Goldstein (1992) conflict score, negative is hostile.
    source : bibliography keys or "assumed".
    """

    name: str
    words: str
    kind: str
    lasts: float
    falls_back_to: int
    severity: float
    visibility: float
    prepares: float
    deaths_per_act: float
    deaths_per_day: float
    own_share: float
    answers: float
    injures: float
    costs: float
    danger: float
    goldstein: float
    source: str = "assumed"


@dataclass(frozen=True)
class Ladder:
    """A ladder and the marks on it.

    Attributes
    ----------
    quiet : highest rung that counts as quiet.
    alert : rung of alert and mobilisation; nuclear signals are possible from here.
    force : lowest rung at which force is used across the border.
    war : lowest rung that is war, held from day to day.
    nuclear_use : rung of nuclear use, or a number beyond the ladder where it has none.

    Tables (`severity`, `prepares`, …) are arrays of shape (rung,). Besides the properties of the rungs there are `number`,
    `above_quiet` (severity above that of the highest quiet rung), `own_deaths_per_act` and `own_deaths_per_day` (deaths times `own_share`), `is_act` (1 for acts), `injures_a_day` (postures only), `war_injures_a_day` and `war_answers_a_day` (postures of war only).
    """

    name: str
    rungs: tuple[Rung, ...]
    quiet: int
    alert: int
    force: int
    war: int
    nuclear_use: int
    tables: dict[str, Array] = field(init=False, repr=False, compare=False)
    _numbers: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numeric = [name for name in Rung.__dataclass_fields__ if name not in ("name", "words", "kind", "source")]
        tables = {name: np.array([getattr(rung, name) for rung in self.rungs], FLOAT) for name in numeric}
        is_act = np.array([float(rung.kind == ACT) for rung in self.rungs], FLOAT)
        at_war = (1.0 - is_act) * (np.arange(len(self.rungs)) >= self.war)
        tables["number"] = np.arange(len(self.rungs), dtype=FLOAT)
        tables["above_quiet"] = np.maximum(tables["severity"] - tables["severity"][self.quiet], 0.0)
        tables["is_act"] = is_act
        tables["injures_a_day"] = tables["injures"] * (1.0 - is_act)
        tables["war_injures_a_day"] = tables["injures"] * at_war
        tables["war_answers_a_day"] = tables["answers"] * at_war
        tables["own_deaths_per_act"] = tables["deaths_per_act"] * tables["own_share"]
        tables["own_deaths_per_day"] = tables["deaths_per_day"] * tables["own_share"]
        for table in tables.values():
            table.setflags(write=False)
        numbers = frozenset(name for name, table in tables.items() if np.array_equal(table, tables["number"]))
        object.__setattr__(self, "_numbers", numbers)
        object.__setattr__(self, "tables", tables)

    def __len__(self) -> int:
        return len(self.rungs)

    @cached_property
    def of_postures(self) -> dict[str, Array]:
        """The tables for the rungs of kind posture alone, from the bottom up."""
        places = [number for number, rung in enumerate(self.rungs) if rung.kind == POSTURE]
        return {name: table[places] for name, table in self.tables.items()}

    @property
    def top(self) -> int:
        """Number of the highest rung."""
        return len(self.rungs) - 1

    @property
    def names(self) -> tuple[str, ...]:
        """Rung names from the bottom up."""
        return tuple(rung.name for rung in self.rungs)

    def look_up(self, table: str, rung: Array) -> Array:
        """Entries of a table at the given rungs (as floats); same shape as `rung`, and `rung` itself where a table numbers the rungs."""
        if table in self._numbers:
            return rung
        return entries(self.tables[table], rung)
