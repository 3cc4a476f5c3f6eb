"""Everything the model is held against, collected: hindcasts, scores, patterns; misses with the hits."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim.history import dyads, hindcasts, patterns
from escalation_sim.history.hindcasts import CRISES, MODES, OUTCOMES, Hindcast
from escalation_sim.history.patterns import Ensemble, Pattern, Rivalry
from escalation_sim.scenario import Scenario
from escalation_sim.version import __version__

__all__ = [
    "FITTED",
    "FITTED_PATTERNS",
    "RIVALRY_FILE",
    "PatternResult",
    "Validation",
    "as_text",
    "fitted_in_words",
    "validated",
    "verdict",
]

FITTED: Mapping[str, tuple[str, ...]] = dict.fromkeys(CRISES, tuple(OUTCOMES))
"""Outcomes, by crisis, that the model's numbers were set with in view: that they are hit is no test.

The search for defaults (experiments/calibration.py) asks for the outcomes of all these crises. Besides, the default ladder has its days
of preparation from the answers of 2016, 2019 and 2025, and its deaths from the raid of 2016, Kargil and 2025. To be kept up with both;
an outcome leaves the list only if the defaults were found without it.
"""

FITTED_PATTERNS = ("south_asia", "generic", "rivalry")
"""Ensembles (or single patterns) of which the same is true: the search asks for the first two, the patterns of a rivalry were looked at by
hand, and local fire has its excitation from clustering."""

RIVALRY_FILE = "rivalry-1998-2025.yaml"

DYADS_A_RUN = 32
"""Generic dyads for each run of a crisis: they are as unlike as can be, and only every second one becomes a crisis."""

_RIVALRY_RUNS = 200
"""Runs of the rivalry at most; each is as long as decades of crises."""

MODES_IN_WORDS = {
    "judged": "inputs as judged for each crisis",
    "identical": "the same wide ranges for all crises",
    "permuted": "judged inputs of another crisis (mean over all ways of passing them round)",
}

Progress = Callable[[str, int, int], None]
"""Called with what goes on, how much of it is done, how much there is."""


@dataclass(frozen=True)
class PatternResult:
    """A pattern and the model's figure.

    Attributes
    ----------
    pattern : the pattern.
    model : the model's figure, over the runs in which somebody left the quiet rungs (data on crises hold no others) or over a rivalry; None
        where the runs it needs could not be made.
    all_runs : the same over all runs; None for a rivalry. It decides nothing.
    runs : number of runs.
    why : why there is no figure.
    """

    pattern: Pattern
    model: tuple[float, ...] | None
    all_runs: tuple[float, ...] | None = None
    runs: int = 0
    why: str = ""

    @property
    def hits(self) -> tuple[bool, ...]:
        """Whether each part lies in its interval; empty where nothing was run."""
        return () if self.model is None else self.pattern.hits(self.model)

    @property
    def fitted(self) -> bool:
        """Whether the model's numbers were set with this pattern in view."""
        return self.pattern.ensemble in FITTED_PATTERNS or self.pattern.id in FITTED_PATTERNS

    @property
    def hit(self) -> bool:
        """Whether every part does."""
        return self.model is not None and all(self.hits)


@dataclass(frozen=True)
class Validation:
    """What was found.

    Attributes
    ----------
    hindcasts : all of them, in every mode.
    patterns : in the order of the data file; empty where they were not asked for.
    crises, missing : scenarios that were run; those whose file is missing.
    calm : by ensemble, share of runs in which nobody left the quiet rungs; such runs would hardly be in data on crises.
    runs, seed, version : of each crisis and mode, of generic dyads in all; of the package.
    """

    hindcasts: tuple[Hindcast, ...]
    patterns: tuple[PatternResult, ...]
    crises: tuple[str, ...]
    missing: tuple[str, ...]
    calm: Mapping[str, float]
    runs: int
    seed: int
    version: str = __version__

    @property
    def modes(self) -> tuple[str, ...]:
        """Modes that were run, in the order of `MODES`."""
        found = {one.mode for one in self.hindcasts}
        return tuple(mode for mode in MODES if mode in found)

    def of_mode(self, mode: str, shift: int | None = None) -> list[Hindcast]:
        """Hindcasts of a mode (of one permutation, where `shift` is given)."""
        return [one for one in self.hindcasts if one.mode == mode and shift in (None, one.shift)]

    @property
    def shown(self) -> list[Hindcast]:
        """Hindcasts that are listed one by one: those of the first mode that was run."""
        return self.of_mode(self.modes[0], 0 if self.modes[0] != "permuted" else 1) if self.modes else []

    @property
    def scores(self) -> pd.DataFrame:
        """Scores of all crises; see `hindcasts.scores`."""
        return hindcasts.scores(self.hindcasts)

    @property
    def scores_not_fitted(self) -> pd.DataFrame:
        """Scores of the outcomes that the model's numbers were set without; empty where there are none. See `FITTED`."""
        return hindcasts.scores([one for one in self.hindcasts if one.outcome not in FITTED.get(one.crisis, ())])

    def to_json(self) -> str:
        """Everything as JSON; "never" stands for what did not happen, null for what is not defined."""
        content = {
            "version": self.version,
            "runs": self.runs,
            "seed": self.seed,
            "crises": self.crises,
            "missing": self.missing,
            "fitted": {name: outcomes for name, outcomes in FITTED.items() if name in self.crises},
            "calm": dict(self.calm),
            "hindcasts": [asdict(one) for one in self.hindcasts],
            "scores": self.scores.to_dict("records"),
            "scores_not_fitted": self.scores_not_fitted.to_dict("records"),
            "patterns": [
                {
                    **asdict(one.pattern),
                    "model": one.model,
                    "model_all_runs": one.all_runs,
                    "runs": one.runs,
                    "hits": one.hits,
                    "hit": one.hit,
                    "fitted": one.fitted,
                    "why": one.why,
                }
                for one in self.patterns
            ],
        }
        return json.dumps(json_able(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def markdown(self) -> str:
        """The page docs/validation.md."""
        return "\n".join([*introduction(self), *page_of_hindcasts(self), *page_of_patterns(self)]) + "\n"


def json_able(data: Any) -> Any:
    """Data without what JSON lacks."""
    if isinstance(data, Mapping):
        return {str(key): json_able(entry) for key, entry in data.items()}
    if isinstance(data, list | tuple):
        return [json_able(entry) for entry in data]
    if isinstance(data, float | np.floating):
        return None if np.isnan(data) else "never" if np.isinf(data) else float(data)
    if isinstance(data, np.bool_ | np.integer):
        return data.item()
    return data


# Running


def validated(
    folder: str | os.PathLike[str] = "scenarios",
    *,
    runs: int = 2000,
    seed: int = 1,
    modes: Sequence[str] = MODES,
    with_patterns: bool = True,
    workers: int = 1,
    progress: Progress | None = None,
) -> Validation:
    """Hold the model against history.

    Parameters
    ----------
    folder : where the scenarios are.
    runs : of each crisis in each mode and for the patterns; of generic dyads, in all, `DYADS_A_RUN` times as many.
    modes : see `hindcasts.MODES`.
    workers : processes to compute in; changes no figure.
    progress : called with (what, done, in all).

    Raises
    ------
    InputError : no scenario of a real crisis in the folder, an unknown mode, a number of runs or a seed out of range.
    """

    def told(what: str) -> Callable[[int, int], None] | None:
        return (lambda done, total: progress(what, done, total)) if progress else None

    crises = hindcasts.crises_in(folder)
    found = hindcasts.hindcasts(crises, runs, seed, modes, told("hindcasts"), workers)
    held: list[PatternResult] = []
    calm: dict[str, float] = {}
    if with_patterns:
        ensembles, rivalry = gathered(crises, Path(folder) / RIVALRY_FILE, runs, seed, told("patterns"), workers)
        held = [held_against(pattern, ensembles, rivalry) for pattern in patterns.patterns()]
        calm = {name: float(np.mean(~one.risen)) for name, one in ensembles.items()}
    missing = tuple(name for name in CRISES if name not in crises)
    return Validation(tuple(found), tuple(held), tuple(crises), missing, calm, runs, seed)


def gathered(
    crises: Mapping[str, Scenario],
    rivalry: Path,
    runs: int,
    seed: int,
    progress: Callable[[int, int], None] | None,
    workers: int = 1,
) -> tuple[dict[str, Ensemble], Rivalry | None]:
    """The runs that the patterns need: of real crises, of generic dyads, and of a rivalry if its file exists."""
    asked = {
        "south_asia": [(scenario, runs) for scenario in crises.values()],
        "generic": dyads.generic_scenarios(DYADS_A_RUN * runs),
    }
    total = sum(len(one) for one in asked.values()) + rivalry.is_file()
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    ensembles = {name: patterns.gathered(scenarios, seed, one_more, workers) for name, scenarios in asked.items()}
    if not rivalry.is_file():
        return ensembles, None
    events = patterns.rivalry_events(rivalry, min(runs, _RIVALRY_RUNS), seed)
    one_more()
    return ensembles, events


def held_against(pattern: Pattern, ensembles: Mapping[str, Ensemble], rivalry: Rivalry | None) -> PatternResult:
    """The model's figure for a pattern."""
    if pattern.ensemble == "rivalry":
        if rivalry is None:
            return PatternResult(pattern, None, why=f"there is no {RIVALRY_FILE}")
        return PatternResult(pattern, patterns.RIVALRY_MEASURES[pattern.measure](rivalry), runs=len(rivalry.event_days))
    ensemble = ensembles[pattern.ensemble]
    measure = patterns.MEASURES[pattern.measure]
    if not ensemble.risen.any():
        return PatternResult(pattern, None, measure(ensemble), why="nobody ever left the quiet rungs")
    return PatternResult(pattern, measure(ensemble.where(ensemble.risen)), measure(ensemble), int(ensemble.risen.sum()))


# In words


def as_text(value: float, unit: str) -> str:
    """A figure in print; "never" for what did not happen, "–" for what is not defined."""
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "never"
    if unit in ("days", "deaths"):
        return f"{value:,.0f}"
    return f"{value:g}" if unit == "rungs" else f"{value:.2f}"


def range_as_text(low: float, high: float, unit: str) -> str:
    """A range in print, one figure where both ends are the same."""
    ends = as_text(low, unit), as_text(high, unit)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def verdict(hit: bool) -> str:
    """A hit or a miss."""
    return "hit" if hit else "MISS"


def fitted_in_words(found: Validation) -> str:
    """What was fitted, and what not."""
    unseen = [f"{one.crisis} {one.outcome}" for one in found.shown if one.outcome not in FITTED.get(one.crisis, ())]
    crises = (
        f"The search for the model's defaults looked at outcomes of these crises; only {', '.join(unseen)} it did not see. "
        if unseen
        else "The search for the model's defaults looked at every outcome here: how many are hit says how well the model can be made "
        "to fit, not how well it foretells. Base rates leave out the crisis they are asked about; the model did not, and that it "
        "does better than they is no proof of skill. "
    )
    unfitted = ", ".join(one.pattern.id for one in found.patterns if not one.fitted) or "none"
    patterns_too = f"Of the patterns it did not look at: {unfitted}. " if found.patterns else ""
    return (
        f"{crises}{patterns_too}Whoever judged the inputs of a crisis knew how it ended, too: the modes identical and permuted show "
        "how much that is worth."
    )


def share_of(part: float, whole: int) -> str:
    """A share as a count, "22 of 28"; one decimal where it is a mean over permutations."""
    if np.isnan(part):
        return "–"
    count = part * whole
    return f"{count:.0f} of {whole}" if abs(count - round(count)) < 1e-6 else f"{count:.1f} of {whole}"


def rows_of_scores(frame: pd.DataFrame) -> list[list[str]]:
    """Scores in print: mode, outcome, inside, better, CRPS of model and base rates."""
    return [
        [
            row["mode"],
            row["outcome"],
            share_of(row["inside"], row["hindcasts"]),
            share_of(row["better"], row["hindcasts"]),
            as_text(row["crps"], "score"),
            as_text(row["crps_base"], "score"),
        ]
        for row in frame.to_dict("records")
    ]


def rows_of_hindcasts(found: Sequence[Hindcast]) -> list[list[str]]:
    """Hindcasts in print: crisis, outcome, on record, 10, 50, 90 %, hit, CRPS of model and base rates."""
    rows = []
    for one in found:
        unit = OUTCOMES[one.outcome]
        numbers = [as_text(value, unit) for value in (one.q10, one.q50, one.q90)]
        observed = range_as_text(one.low, one.high, unit)
        scored = [as_text(value, "score") for value in (one.crps, one.crps_base)]
        rows.append([one.crisis, one.outcome, observed, *numbers, verdict(one.inside), *scored])
    return rows


def rows_of_patterns(found: Sequence[PatternResult]) -> list[list[str]]:
    """Patterns in print, a row for each part: pattern (once), part, model, over all runs, real, interval, hit."""
    rows = []
    for one in found:
        pattern = one.pattern
        for place, (element, unit) in enumerate(zip(pattern.elements, pattern.units, strict=True)):
            low, high = (
                f"{bound:.1f}" if unit == "days" and bound < 10.0 else as_text(bound, unit) for bound in pattern.interval[place]
            )
            rows.append(
                [
                    pattern.id if place == 0 else "",
                    f"{element}, days" if unit == "days" else element,
                    "not run" if one.model is None else as_text(one.model[place], unit),
                    "–" if one.all_runs is None else as_text(one.all_runs[place], unit),
                    as_text(pattern.value[place], unit),
                    f"{low} to {high}" + ("" if pattern.sourced else " *"),
                    "–" if one.model is None else verdict(one.hits[place]),
                ]
            )
    return rows


def counted(found: Validation) -> str:
    """How many patterns are hit."""
    run = [one for one in found.patterns if one.model is not None]
    hit = sum(one.hit for one in run)
    parts = [part for one in run for part in one.hits]
    missed = f"{len(run) - hit} are missed ({sum(parts)} of {len(parts)} parts are hit)"
    text = f"{hit} of {len(run)} patterns are hit in every part, {missed}"
    return text + (f"; {len(found.patterns) - len(run)} could not be run" if len(run) < len(found.patterns) else "")


# The page


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table."""
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)] + [""]


def introduction(found: Validation) -> list[str]:
    """What was done, and what it can show."""
    missing = f" No scenario yet: {', '.join(found.missing)}." if found.missing else ""
    return [
        "# The model held against history",
        "",
        "Generated by `escalation-sim validate --docs`; do not edit.",
        "",
        f"Version {found.version}, {found.runs:,} runs of each of {len(found.crises)} crises in each mode, "
        f"seed {found.seed}.{missing}",
        "",
        fitted_in_words(found),
        "",
    ]


def page_of_hindcasts(found: Validation) -> list[str]:
    """Scores and hindcasts as a chapter."""
    if not found.hindcasts:
        return []
    misses = [one for one in found.shown if not one.inside]
    named = "; ".join(f"{one.crisis}, {one.outcome}" for one in misses) or "none"
    head = ["mode", "outcome", "inside 80 %", "better than base rates", "CRPS model", "CRPS base rates"]
    return [
        "## Crises run from their triggers alone",
        "",
        *(f"- {mode}: {MODES_IN_WORDS[mode]}" for mode in found.modes),
        "",
        "Inside: what happened lies between the 10th and the 90th percentile of the runs (deaths: the range on record overlaps it; "
        "what never happened: it does not happen in a tenth of the runs or more). About 80 % should. CRPS: continuous ranked "
        "probability score, smaller is better; in rungs for the peak, on the scale of log(1 + x) for days (up to the horizon) and "
        "deaths. Base rates: the observed values of the other crises, all equally likely. The model knows what the trigger brings, "
        "its deaths and the force of an incursion; base rates do not. A handful of crises between the same two countries: the "
        "shares are rough.",
        "",
        *markdown_table(head, rows_of_scores(found.scores)),
        *unseen_scores(found, head),
        f"Misses (mode {found.shown[0].mode}): {named}.",
        "",
        *markdown_table(
            ["crisis", "outcome", "on record", "10 %", "50 %", "90 %", "", "CRPS", "CRPS base rates"],
            rows_of_hindcasts(found.shown),
        ),
    ]


def unseen_scores(found: Validation, head: Sequence[str]) -> list[str]:
    """Scores of the outcomes that the model's numbers were set without, if there are any."""
    rows = [row for row in rows_of_scores(found.scores_not_fitted) if row[1] == "all"]
    return ["Outcomes that the search for defaults did not see, alone:", "", *markdown_table(head, rows)] if rows else []


def page_of_patterns(found: Validation) -> list[str]:
    """Patterns as a chapter."""
    if not found.patterns:
        return []
    calm = "; ".join(f"{name} {share:.2f}" for name, share in found.calm.items())
    return [
        "## Patterns of real crises",
        "",
        f"{counted(found)}. South Asian patterns are taken from the crises above, pooled; general ones from generic dyads, in each "
        "of which every parameter is drawn from its declared range; clustering and balance from a rivalry over decades. Crises are "
        "followed for 730 days. Interval: of the source, or (*) a quarter of the figure or 0.05, whichever is larger.",
        "",
        f"Share of runs in which nobody left the quiet rungs, which data on crises do not hold: {calm}. Hits and misses go by the "
        "others; the column all runs has the figure with them.",
        "",
        *markdown_table(["pattern", "part", "model", "all runs", "real", "interval", ""], rows_of_patterns(found.patterns)),
        *(f"- {one.pattern.id}: {one.pattern.says} [{one.pattern.source}]{remark(one)}." for one in found.patterns),
    ]


def remark(one: PatternResult) -> str:
    """The note of a pattern, and why it was not run, behind its sentence."""
    notes = [note for note in (one.pattern.note, one.why) if note]
    return f" ({'; '.join(notes)})" if notes else ""
