"""Claims tested: runs in many worlds under every theory of decision, and what they say.

No verdict is written anywhere but in what `judged` makes of the differences that were computed.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from escalation_sim.analysis.break_even import BreakEven, break_even
from escalation_sim.analysis.hinges import Hinge, hinges
from escalation_sim.analysis.verdicts import (
    SUPPORTED,
    WORDS,
    Effects,
    Findings,
    Share,
    answer_of_world,
    findings_from,
    on_the_edge,
    steadied,
    verdict_of_tests,
)
from escalation_sim.errors import InputError
from escalation_sim.executors import Crew, crew_of
from escalation_sim.experiments.claim import Claim, Test, claim_from
from escalation_sim.experiments.pieces import FOLDER, frames_of
from escalation_sim.experiments.store import fingerprint_of_code, put
from escalation_sim.experiments.trials import Plan, trials_of
from escalation_sim.experiments.worlds import place_in_range
from escalation_sim.inputs import varied
from escalation_sim.parameters import Array
from escalation_sim.rules import THEORIES
from escalation_sim.scenario import Scenario
from escalation_sim.version import __version__

__all__ = ["FULL", "Judgement", "Verdict", "Verdicts", "holds_claims", "judged", "load_verdicts", "verdicts_on"]

FULL = Plan(sets=200, runs=2000, rivalry_runs=20)
"""What `--full` computes."""

KIND = "claims"
FILE = "claims.json"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Judgement:
    """What the worlds say of one test.

    Attributes
    ----------
    overall, by_theory : over all worlds, and over those of each theory.
    matched : over the worlds whose numbers agree with history; None where that was not looked at.
    single : how many single worlds gave which answer, by their own interval.
    break_even : how large the numbers at issue have to be.
    hinges : what it hinges on; empty where nothing stands out.
    against, with_ : means of the two sides over all worlds.
    """

    test: Test
    overall: Findings
    by_theory: Mapping[str, Findings]
    matched: Findings | None
    single: Mapping[str, int]
    break_even: BreakEven
    hinges: tuple[Hinge, ...]
    against: float
    with_: float

    @property
    def on_the_edge(self) -> bool:
        """Whether the mean difference cannot be told from the smallest that matters; see `verdicts.on_the_edge`."""
        return on_the_edge(self.overall.mean, self.test.expects, self.test.smallest)


@dataclass(frozen=True)
class Verdict:
    """The verdict on a claim.

    Attributes
    ----------
    verdict, why : see `analysis.verdicts.verdict_of_tests`.
    by_theory : the same for each theory.
    tests : what each test says, those that decide nothing included.
    """

    claim: Claim
    verdict: str
    why: str
    by_theory: Mapping[str, tuple[str, str]]
    tests: tuple[Judgement, ...]

    @property
    def deciding(self) -> tuple[Judgement, ...]:
        """Tests that decide."""
        return tuple(one for one in self.tests if one.test.decides)

    @property
    def weakest(self) -> Judgement:
        """The deciding test that is so in the smallest share of the worlds."""
        return min(self.deciding, key=lambda one: np.nan_to_num(one.overall.shares[SUPPORTED].value))


@dataclass(frozen=True)
class Verdicts:
    """All verdicts, and what they were made with.

    Attributes
    ----------
    effects : one row per test, theory and set: mean difference, standard error, runs.
    """

    plan: Plan
    theories: tuple[str, ...]
    claims: tuple[Verdict, ...]
    effects: pd.DataFrame = field(repr=False)
    version: str = __version__

    def table(self) -> pd.DataFrame:
        """One row per claim, test and theory ("all" for all of them): verdict of the test, shares of the worlds and mean, with intervals."""
        return pd.DataFrame(
            row for verdict in self.claims for place, one in enumerate(verdict.tests) for row in rows_of(verdict, place, one)
        )

    def document(self) -> dict[str, Any]:
        """All that was found, as plain data."""
        return {
            "kind": KIND,
            "software": {
                "escalation_sim": self.version,
                "python": platform.python_version(),
                "numpy": np.__version__,
                "code": fingerprint_of_code(),
            },
            "plan": asdict(self.plan),
            "theories": list(self.theories),
            "scenarios": {name: scenario.document for name, scenario in self.scenarios.items()},
            "claims": [document_of(one) for one in self.claims],
        }

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios that the claims name, unchanged."""
        return {name: scenario for one in self.claims for name, scenario in one.claim.scenarios.items()}


def verdicts_on(
    claims: Sequence[Claim],
    plan: Plan,
    folder: str | Path,
    *,
    theories: Sequence[str] = tuple(THEORIES),
    workers: int | Crew = 1,
    matched: Array | None = None,
    progress: Progress | None = None,
) -> Verdicts:
    """Test claims, or go on with what was interrupted.

    Parameters
    ----------
    folder : where pieces are kept, and where tables are written when all is done. A piece that is there is not computed again, whoever asks.
    matched : whether each set of numbers agrees with history, shape (set,); the share among those is then given beside that of all.
    progress : called with (runs done, runs in all), those that were there before included.

    Raises
    ------
    InputError : the folder holds something else; worker processes keep dying.
    OSError : the disk is full, or the folder cannot be written. What is finished is kept.
    """
    place = folder_for_claims(Path(folder))
    trials = trials_of(claims, theories, plan)
    crew = crew_of(workers)
    frames = dict(frames_of(trials, place, crew, progress))
    rows = pd.concat([frames[number] for number in range(len(trials))], ignore_index=True)
    found = judged(claims, rows, plan, theories, matched)
    written(found, place)
    return found


def folder_for_claims(place: Path) -> Path:
    """The folder, made if it is missing; raises InputError where it holds something else."""
    if place.exists() and not place.is_dir():
        raise InputError("not a folder", file=str(place))
    if place.is_dir() and any(place.iterdir()) and not (place / FOLDER).is_dir():
        raise InputError(
            "holds something other than tests of claims", file=str(place), allowed="a new folder, or one of claims"
        )
    (place / FOLDER).mkdir(parents=True, exist_ok=True)
    for left in place.glob(".making-*"):
        left.unlink(missing_ok=True)
    return place


def written(found: Verdicts, place: Path) -> None:
    """Put the tables in their places."""
    put(place / "effects.parquet", lambda file: found.effects.to_parquet(file))
    table = found.table()
    put(place / "verdicts.parquet", lambda file: table.to_parquet(file))
    put(place / "verdicts.csv", lambda file: table.to_csv(file, index=False))
    text = json.dumps(found.document(), indent=1, ensure_ascii=False, default=float) + "\n"
    put(place / FILE, lambda file: file.write_text(text, encoding="utf-8"))


# From differences to verdicts


def judged(
    claims: Sequence[Claim], rows: pd.DataFrame, plan: Plan, theories: Sequence[str], matched: Array | None = None
) -> Verdicts:
    """Verdicts on claims from the differences of their tests; `rows` as `Trial.done` gives them."""
    verdicts = []
    for claim in claims:
        of_claim = rows[rows["claim"] == claim.name]
        tests = tuple(
            judgement_of(claim, place, test, of_claim[of_claim["test"] == place], plan, theories, matched)
            for place, test in enumerate(claim.tests)
        )
        deciding = [one for one in tests if one.test.decides]
        verdict, why = verdict_of_tests([one.overall for one in deciding])
        by_theory = {theory: verdict_of_tests([one.by_theory[theory] for one in deciding]) for theory in theories}
        verdicts.append(Verdict(claim, verdict, why, by_theory, tests))
    whole = rows[rows["whole"]].drop(columns=["whole", "factor"])
    names = [claim.name for claim in claims]
    order = whole.assign(claim=pd.Categorical(whole["claim"], names), theory=pd.Categorical(whole["theory"], list(theories)))
    ordered = order.sort_values(["claim", "test", "theory", "set"]).astype({"claim": str, "theory": str}).reset_index(drop=True)
    return Verdicts(plan, tuple(theories), tuple(verdicts), ordered)


def judgement_of(
    claim: Claim, place: int, test: Test, rows: pd.DataFrame, plan: Plan, theories: Sequence[str], matched: Array | None
) -> Judgement:
    """What the worlds say of one test."""
    whole = rows[rows["whole"]].sort_values(["theory", "set"])
    known = whole[whole["effect"].notna() & whole["variance"].notna() & (whole["runs"] > 0)]
    effects, of_theory = effects_of(known), known["theory"].to_numpy()

    def findings(worlds: Effects) -> Findings:
        return findings_from(worlds, test.expects, test.smallest)

    answers = [answer_of_world(e, s, test.expects, test.smallest) for e, s in zip(effects.effect, effects.error, strict=True)]
    curve = rows[~rows["whole"]].pivot_table(index=["set", "theory"], columns="factor", values="effect", dropna=False)
    return Judgement(
        test=test,
        overall=findings(effects),
        by_theory={theory: findings(effects.of(np.flatnonzero(of_theory == theory))) for theory in theories},
        matched=None if matched is None else findings(effects.of(np.flatnonzero(matched[effects.sets]))),
        single=dict(pd.Series(answers, dtype=str).value_counts().items()),  # type: ignore[arg-type]
        break_even=break_even(
            curve.columns.to_numpy(float), curve.to_numpy(float), curve.index.get_level_values("set").to_numpy(), test.expects, test.smallest
        ),
        hinges=tuple(hinges_of(claim, place, known, plan, theories)),
        against=float(known["against"].mean()),
        with_=float(known["with"].mean()),
    )  # fmt: skip


def effects_of(rows: pd.DataFrame) -> Effects:
    """Effects of worlds with their standard errors, the variances of all of them steadied by each other."""
    runs = rows["runs"].to_numpy(float)
    variance = steadied(rows["variance"].to_numpy(float), runs)
    return Effects(rows["set"].to_numpy(), rows["effect"].to_numpy(float), np.sqrt(variance / np.maximum(runs, 1.0)))


def hinges_of(claim: Claim, place: int, rows: pd.DataFrame, plan: Plan, theories: Sequence[str]) -> list[Hinge]:
    """What a test hinges on. The parameters of a theory are held against the effect under it, all others against the mean over the theories."""
    by_set = rows.pivot_table(index="set", columns="theory", values="effect").reindex(columns=list(theories)).dropna()
    if by_set.empty:
        return []
    effects: dict[str, Array] = {theory: by_set[theory].to_numpy() for theory in theories}
    effects[""] = by_set.mean(axis=1).to_numpy()
    comparison = claim.tests[place].comparison
    numbers: dict[str, tuple[str, Array]] = {}
    of_theories = {f"model.{theory}.{name}": theory for theory in theories for name, _ in THEORIES[theory].PARAMETERS}
    for side in (comparison.against, comparison.with_):
        for path in {**dict.fromkeys(varied(side.scenario)), **of_theories}:
            if path not in side.fixed:
                place_of_sets = place_in_range(path, plan.sets, plan.seed)[by_set.index.to_numpy()]
                numbers[path] = (of_theories.get(path, ""), place_of_sets)
    return hinges(effects, numbers)


# As plain data


def rows_of(verdict: Verdict, place: int, one: Judgement) -> list[dict[str, Any]]:
    """Rows of a test in the table of verdicts."""
    found = {"all": one.overall, **one.by_theory, **({"history-matched": one.matched} if one.matched else {})}
    return [
        {
            "claim": verdict.claim.name,
            "test": place,
            "outcome": one.test.in_words,
            "expects": one.test.expects,
            "smallest": one.test.smallest,
            "unit": one.test.unit,
            "decides": one.test.decides,
            "theory": theory,
            "worlds": findings.worlds,
            "verdict": findings.verdict,
            "why": findings.why,
            **{f"{word.replace(' ', '_')}{end}": number for word in WORDS for end, number in ends(findings.shares[word])},
            **{f"effect{end}": number for end, number in ends(findings.mean)},
            "between_worlds": findings.spread,
        }
        for theory, findings in found.items()
    ]


def ends(share: Share) -> list[tuple[str, float]]:
    """Value and ends of an interval, with the endings of their columns."""
    return [("", share.value), ("_low", share.low), ("_high", share.high)]


def document_of(one: Verdict) -> dict[str, Any]:
    """A verdict as plain data."""
    return {
        "claim": one.claim.name,
        "verdict": one.verdict,
        "why": one.why,
        "by_theory": {theory: {"verdict": verdict, "why": why} for theory, (verdict, why) in one.by_theory.items()},
        "file": one.claim.document,
        "tests": [
            {
                **{key: value for key, value in rows_of(one, place, test)[0].items() if key not in ("claim", "theory")},
                "against": test.against,
                "with": test.with_,
                "single_worlds": dict(test.single),
                "break_even": asdict(test.break_even),
                "hinges": [asdict(hinge) for hinge in test.hinges],
            }
            for place, test in enumerate(one.tests)
        ],
    }


# Read again


def holds_claims(folder: Path) -> bool:
    """Whether a folder holds what `verdicts_on` wrote."""
    try:
        return bool(json.loads((folder / FILE).read_text(encoding="utf-8"))["kind"] == KIND)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load_verdicts(folder: Path) -> tuple[Verdicts, dict[str, Any]]:
    """Verdicts as they were written, and the software they were made with; raises InputError where there are none."""
    if not holds_claims(folder):
        raise InputError("no tests of claims here", file=str(folder), allowed=f"a folder with {FILE}")
    document = json.loads((folder / FILE).read_text(encoding="utf-8"))
    if "scenarios" not in document:
        again = "the same `claims` command writes it anew, from what is computed already"
        raise InputError("written by an older version", file=str(folder / FILE), allowed=again)
    scenarios = {name: Scenario.from_document(one) for name, one in document["scenarios"].items()}
    table = pd.read_parquet(folder / "verdicts.parquet").fillna({"why": ""})
    verdicts = tuple(verdict_from(one, table[table["claim"] == one["claim"]], scenarios) for one in document["claims"])
    effects = pd.read_parquet(folder / "effects.parquet")
    plan, theories = Plan(**document["plan"]), tuple(document["theories"])
    return Verdicts(plan, theories, verdicts, effects, document["software"]["escalation_sim"]), document["software"]


def verdict_from(document: Mapping[str, Any], table: pd.DataFrame, scenarios: Mapping[str, Scenario]) -> Verdict:
    """A verdict from plain data and its rows of the table."""
    claim = claim_from(document["file"], scenarios)
    by_theory = {theory: (one["verdict"], one["why"]) for theory, one in document["by_theory"].items()}
    tests = tuple(
        judgement_from(claim.tests[place], one, table[table["test"] == place]) for place, one in enumerate(document["tests"])
    )
    return Verdict(claim, document["verdict"], document["why"], by_theory, tests)


def judgement_from(test: Test, document: Mapping[str, Any], rows: pd.DataFrame) -> Judgement:
    """What the worlds said of one test, from plain data and its rows of the table."""
    found = {row["theory"]: findings_of(row) for row in rows.to_dict("records")}
    overall, matched = found.pop("all"), found.pop("history-matched", None)
    curve = {name: tuple(document["break_even"][name]) for name in ("factors", "means")}
    return Judgement(
        test,
        overall,
        found,
        matched,
        document["single_worlds"],
        BreakEven(**{**document["break_even"], **curve}),
        tuple(Hinge(**hinge) for hinge in document["hinges"]),
        document["against"],
        document["with"],
    )


def findings_of(row: Mapping[Any, Any]) -> Findings:
    """Findings from a row of the table; the reverse of `rows_of`."""

    def share(name: str) -> Share:
        return Share(*(float(row[f"{name}{end}"]) for end in ("", "_low", "_high")))

    shares = {word: share(word.replace(" ", "_")) for word in WORDS}
    return Findings(row["verdict"], row["why"], shares, share("effect"), float(row["between_worlds"]), int(row["worlds"]))
