"""An experiment: a scenario, what varies, how many runs of each point. Read from a file; nothing is computed here.

The points of an experiment are all combinations of the levels of its grid (the last factor changes fastest), each with all points of its
list or sample. What differs between points only in numbers that rules read goes to the engine as one design; everything else (a theory, a
ladder, channels of another day) makes scenarios of their own. Which is which is found out here, and nobody else has to know.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim.errors import InputError, nearest
from escalation_sim.experiments.samples import sampled
from escalation_sim.experiments.schema import MOST_POINTS, ExperimentBlock, FactorBlock, SampleBlock
from escalation_sim.experiments.variants import Variant
from escalation_sim.inputs import country_path, inputs_of, varied
from escalation_sim.parameters import Array, Number
from escalation_sim.rulers import ruler_of
from escalation_sim.runs import numbers_of_points
from escalation_sim.scenario import Scenario, load_scenario
from escalation_sim.scenario.document import Document, plain, read, shown
from escalation_sim.scenario.findings import listed
from escalation_sim.scenario.schema import checked

__all__ = ["Experiment", "Factor", "Group", "experiment_from", "load_experiment"]


@dataclass(frozen=True)
class Factor:
    """What takes several values in an experiment.

    Attributes
    ----------
    levels : for each level what the table of points shows, by column.
    numbers : for each level the numbers that the engine takes as a design, by path.
    variants : for each level the change that makes another scenario of it; empty where numbers are all that differs.
    """

    levels: tuple[Mapping[str, Any], ...]
    numbers: tuple[Mapping[str, Any], ...]
    variants: tuple[Variant, ...] = ()

    def __len__(self) -> int:
        return len(self.levels)


@dataclass(frozen=True)
class Group:
    """Points that are one scenario under different numbers.

    Attributes
    ----------
    scenario : the scenario.
    points : numbers of the points, ascending, shape (point,).
    design : by path as the engine knows it, a value for each of these points.
    """

    scenario: Scenario
    points: Array
    design: Mapping[str, Array]


@dataclass(frozen=True)
class Experiment:
    """What is to be computed.

    Attributes
    ----------
    name, question, about : what it is called, what it asks.
    scenario : the scenario all points start from, the experiment's `changes` made.
    runs, seed : runs of each point, and the seed that all points share: run 37 has the same luck at every point.
    points : one row per point, a column for each thing that differs.
    groups : the points as the engine computes them.
    outcomes : columns that are kept.
    document : plain data that describe the experiment, its scenario included.
    """

    name: str
    question: str
    about: str
    scenario: Scenario
    runs: int
    seed: int
    points: pd.DataFrame
    groups: tuple[Group, ...]
    outcomes: tuple[str, ...]
    document: Mapping[str, Any] = field(repr=False)


def load_experiment(path: str | os.PathLike[str], scenarios: str | os.PathLike[str] | None = None) -> Experiment:
    """Read an experiment's file.

    Parameters
    ----------
    scenarios : folder of the scenario it names; by default that of the file itself, or a folder `scenarios` beside it or above.

    Raises
    ------
    InputError : one line about the first thing wrong, with file, line and key.
    """
    document = read(path)
    block = checked(ExperimentBlock, document)
    folders = [Path(scenarios)] if scenarios is not None else folders_near(Path(path))
    return assembled(block, document, scenario_named(block.scenario, folders, document))


def experiment_from(content: Mapping[str, Any], scenario: Scenario) -> Experiment:
    """The experiment that plain data describe, on a scenario that is at hand; raises InputError."""
    document = Document(plain({"scenario": scenario.name, **content}))
    return assembled(checked(ExperimentBlock, document), document, scenario)


def folders_near(path: Path) -> list[Path]:
    """Where the scenarios of an experiment's file may be: beside it, in `scenarios` there or up to two folders above, or here."""
    folder = path.parent
    return [folder, *(up / "scenarios" for up in (folder, folder / "..", folder / ".." / "..", Path()))]


def scenario_named(
    name: str, folders: Sequence[Path], document: Document, place: tuple[str | int, ...] = ("scenario",)
) -> Scenario:
    """The scenario of a name, which stands at a place of a document, from the first folder that has it."""
    for folder in folders:
        if (folder / f"{name}.yaml").is_file():
            return load_scenario(folder / f"{name}.yaml")
    known = sorted({file.stem for folder in folders[1:] or folders if folder.is_dir() for file in folder.glob("*.yaml")})
    raise InputError(
        "there is no such scenario",
        file=document.file,
        line=document.line(place),
        key=shown(place),
        value=name,
        allowed=listed(known) or "the name of a file in scenarios/, without .yaml",
        suggestion=nearest(name, known),
    )


def assembled(block: ExperimentBlock, document: Document, scenario: Scenario) -> Experiment:
    """The experiment that a checked block describes on a scenario; raises InputError."""
    with placed(document, ("changes",)):
        base = block.changes.variant.applied(scenario)
    factors = []
    for name, one in block.grid.items():
        with placed(document, ("grid", name)):
            factors.append(factor_from(name, one, base))
            base = prepared(one, base)
    columns = drawn_or_listed(block, document, base)
    rows = max(len(columns), 1)
    number = int(np.prod([len(one) for one in factors], dtype=np.int64)) * rows
    if number > MOST_POINTS:
        raise InputError("too many points", file=document.file, value=number, allowed=f"at most {MOST_POINTS:,}")
    combinations = list(itertools.product(*(range(len(one)) for one in factors)))
    with placed(document, ("grid",)):
        groups = tuple(groups_of(base, factors, combinations, columns))
    return Experiment(
        block.name,
        block.question,
        block.about,
        base,
        block.runs,
        block.seed,
        table_of_points(factors, combinations, columns),
        groups,
        outcomes_kept(block, document, base),
        {"experiment": document.content, "scenario": scenario.document},
    )


class placed:  # noqa: N801  (reads as a sentence in a with statement)
    """What is wrong inside is said with the place in the file."""

    def __init__(self, document: Document, path: tuple[str | int, ...]) -> None:
        self._document, self._path = document, path

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InputError) and error.file is None:
            key = ".".join(part for part in (shown(self._path), error.key) if part)
            raise InputError(
                error.problem,
                file=self._document.file,
                line=self._document.line(self._path),
                key=key,
                value=error.value,
                allowed=error.allowed,
                suggestion=error.suggestion,
            ) from error


# Factors


def factor_from(name: str, block: FactorBlock, scenario: Scenario) -> Factor:
    """A factor of the grid on a scenario."""
    if block.subsets is not None:
        return subsets_of(block.subsets)
    if block.variants is not None:
        levels = tuple({name: label} for label in block.variants)
        variants = tuple(one.variant for one in block.variants.values())
        return Factor(levels, tuple({} for _ in levels), variants)
    paths = [one for pattern in block.path or () for one in matching(pattern, every_path(scenario), scenario)]
    if block.times is not None:
        values = inputs_of(scenario)
        numbers = tuple({path: factor * values[path].number.value for path in paths} for factor in block.times)
        return Factor(tuple({name: factor} for factor in block.times), numbers)
    given = block.values or []
    levels = tuple({name: value} for value in given)
    if all(is_input(scenario, path) for path in paths):
        return Factor(levels, tuple(dict.fromkeys(paths, value) for value in given))
    return Factor(levels, tuple({} for _ in given), tuple(Variant(entries=dict.fromkeys(paths, value)) for value in given))


def subsets_of(channels: Sequence[str]) -> Factor:
    """All 2^n ways in which some channels may be open, the others of them closed; none first, the first channel changes fastest."""
    states = [
        {name: "open" if number >> place & 1 else "closed" for place, name in enumerate(channels)}
        for number in range(2 ** len(channels))
    ]
    numbers = [{f"channels.{name}.status": status for name, status in state.items()} for state in states]
    return Factor(tuple(states), tuple(numbers))


def prepared(block: FactorBlock, scenario: Scenario) -> Scenario:
    """The scenario in which all channels of a factor of subsets are open, so that each has a working relationship where it is."""
    for name in block.subsets or ():
        scenario = scenario.open(name)
    return scenario


def is_input(scenario: Scenario, path: str) -> bool:
    """Whether there is a number at a path that the engine takes as part of a design."""
    return path in inputs_of(scenario) or country_path(scenario, path) is not None


def every_path(scenario: Scenario) -> list[str]:
    """Paths of all numbers that rules read."""
    return list(inputs_of(scenario))


def matching(pattern: str, paths: Iterable[str], scenario: Scenario) -> list[str]:
    """Paths that a pattern means; one without `*` means itself. Raises InputError where there are none."""
    if "*" not in pattern:
        if not is_input(scenario, pattern):
            scenario.set(pattern, None if "." in pattern else getattr(scenario, pattern, None))
        return [pattern]
    found = [path for path in paths if fits(pattern, path)]
    if not found:
        raise InputError(
            "no number fits the pattern", key="path", value=pattern, allowed="as in countries.*.outlets.*.hostility"
        )
    return found


def fits(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern, key by key; a last `*` stands for all that follows."""
    wanted, parts = pattern.split("."), path.split(".")
    if wanted[-1] == "*" and len(parts) > len(wanted):
        parts = parts[: len(wanted)]
    return len(wanted) == len(parts) and all(fnmatchcase(part, want) for part, want in zip(parts, wanted, strict=True))


# Lists and samples


def drawn_or_listed(block: ExperimentBlock, document: Document, scenario: Scenario) -> pd.DataFrame:
    """Values at the points of the list or of the sample, a column for each path; empty with neither."""
    if block.points is not None and block.sample is not None:
        raise InputError("points are listed and drawn", file=document.file, key="sample", allowed="points or sample, not both")
    if block.points is not None:
        return pd.DataFrame(block.points)
    if block.sample is None:
        return pd.DataFrame()
    with placed(document, ("sample", "over")):
        numbers = numbers_drawn(block.sample, scenario)
    return sampled(numbers, block.sample.points, block.sample.method, block.sample.seed)


def numbers_drawn(block: SampleBlock, scenario: Scenario) -> dict[str, Number]:
    """The numbers that a sample varies, each with its range; raises InputError."""
    plausible, known = varied(scenario), inputs_of(scenario)
    found: dict[str, Number] = {}
    for pattern, bounds in block.ranges.items():
        for path in matching(pattern, plausible, scenario):
            number = plausible.get(path) if bounds is None else None
            if bounds is not None:
                value = known[path].number.value if path in known else bounds[0]
                number = Number(min(max(value, bounds[0]), bounds[1]), bounds, "uniform")
            if number is None:
                raise InputError("nothing is known of its range", key=path, allowed="a range, [low, high]")
            found[path] = number if block.prior == "as_judged" else Number(number.value, number.range, "uniform", number.source)
    return found


# Points


def groups_of(
    base: Scenario, factors: Sequence[Factor], combinations: Sequence[tuple[int, ...]], columns: pd.DataFrame
) -> Iterator[Group]:
    """Combinations that share their scenario, as groups."""
    rows = max(len(columns), 1)
    structural = [place for place, one in enumerate(factors) if one.variants]
    sorted_out: dict[tuple[int, ...], list[int]] = {}
    for number, levels in enumerate(combinations):
        sorted_out.setdefault(tuple(levels[place] for place in structural), []).append(number)
    for levels, numbers in sorted_out.items():
        scenario = base
        for place, level in zip(structural, levels, strict=True):
            scenario = factors[place].variants[level].applied(scenario)
        values = {path: np.tile(columns[path].to_numpy(), len(numbers)) for path in columns.columns}
        chosen = [[one.numbers[combinations[number][place]] for place, one in enumerate(factors)] for number in numbers]
        for path in {path: None for of_one in chosen[:1] for one in of_one for path in one}:
            given = [next(one[path] for one in of_one if path in one) for of_one in chosen]
            values[path] = np.repeat(np.array(given), rows)
        points = (np.array(numbers)[:, None] * rows + np.arange(rows)).ravel()
        yield Group(scenario, points, numbers_of_points(scenario, values))


def table_of_points(factors: Sequence[Factor], combinations: Sequence[tuple[int, ...]], columns: pd.DataFrame) -> pd.DataFrame:
    """The table of points: a row for each, a column for each thing that differs."""
    rows = max(len(columns), 1)
    labels = [{key: value for one, level in zip(factors, levels, strict=True) for key, value in one.levels[level].items()}
              for levels in combinations]  # fmt: skip
    frame = pd.DataFrame(labels, index=range(len(labels))).loc[np.repeat(np.arange(len(labels)), rows)].reset_index(drop=True)
    values = pd.DataFrame({path: np.tile(columns[path].to_numpy(), len(combinations)) for path in columns.columns})
    points = pd.concat([frame, values], axis=1)
    points.index.name = "point"
    return points


def outcomes_kept(block: ExperimentBlock, document: Document, scenario: Scenario) -> tuple[str, ...]:
    """Outcomes that are kept: those asked for, or all."""
    names = ruler_of(scenario).names(scenario)
    for place, name in enumerate(block.outcomes or ()):
        if name not in names:
            raise InputError(
                "no such outcome",
                file=document.file,
                line=document.line(("outcomes", place)),
                key="outcomes",
                value=name,
                allowed=listed(names),
                suggestion=nearest(name, names),
            )
    return tuple(block.outcomes or names)
