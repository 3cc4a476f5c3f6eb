"""Claims tested: what `claims` writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from escalation_sim.analysis.gist import Gist
from escalation_sim.analysis.hinges import Hinge
from escalation_sim.analysis.verdicts import NO_EFFECT, OPPOSITE, SUPPORTED, UNDECIDED, WORDS
from escalation_sim.experiments.claims import Judgement, Verdict, Verdicts, holds_claims, load_verdicts
from escalation_sim.experiments.claims_page import (
    EXPECTED,
    break_even_in_words,
    interval_in_words,
    made_with,
    number,
    share_in_words,
    theories_in_words,
    undecided_in_words,
    verdict_in_words,
)
from escalation_sim.plots.claims import charts_of_claims
from escalation_sim.report.page import Assumptions, Chart, Page, Section, Table, chart
from escalation_sim.report.remaking import from_files
from escalation_sim.scenario import as_yaml, yaml_of

__all__ = ["holds", "page"]

_HOW = (
    "A world is one set of all the model's numbers, drawn from their ranges, under one theory of how governments decide. A claim is supported where it is "
    "so in two thirds of the worlds or more, and beyond doubt in more than half; in the same way it may have no effect or be the opposite of what is "
    "so; else it is undecided. The smallest difference that would matter was named before anything was run. Each verdict is a statement about the "
    "model, none is a finding about the world."
)
_OVERVIEW = (
    "Shares of the worlds, with 95 % intervals for the number of sets and runs, for the test of each claim that is supported least often. Break-even: what the effects at "
    "issue have to be multiplied by for the claim to begin or cease to hold on average."
)
_CHART = "Verdicts over all worlds and under each theory of decision; the shares are of worlds in which the claim holds."


def holds(folder: Path) -> bool:
    """Whether a folder holds tests of claims."""
    return holds_claims(folder)


def page(folder: Path) -> Page:
    """The claims told."""
    found, software = load_verdicts(folder)
    several = len(found.claims) > 1
    drawn = charts_of_claims(found)
    plan = found.plan
    return Page(
        title=f"{len(found.claims)} claims about talking, tested" if several else f"A claim tested: {found.claims[0].claim.name}",
        under=f"{made_with(found)[:1].upper()}{made_with(found)[1:]}",
        about=_HOW,
        question="Which of these claims does the model bear out, in what share of all that may be assumed?"
        if several
        else found.claims[0].claim.says,
        answers=(answer(found),),
        remarks=(undecided_in_words(found),) if undecided_in_words(found) else (),
        seen="All verdicts",
        charts=(chart(drawn["claims"](), verdicts_in_words(found), _CHART),),
        tables=(overview(found),),
        sections=tuple(section(one, chart(drawn[f"claims-{one.claim.name}"](), in_words(one))) for one in found.claims),
        assumptions=assumptions(found),
        remake=from_files(
            "claims", files_of(found), ["claims", "claims", *plan_options(found)], "results/claims", plan.seed,
            f"{plan.runs} runs of each of {plan.sets} sets of numbers in a crisis, {plan.rivalry_runs} in a rivalry", software,
        ),
    )  # fmt: skip


def answer(found: Verdicts) -> Gist:
    """How many verdicts of which kind."""
    counts = Counter(one.verdict for one in found.claims)
    told = {SUPPORTED: "supported", NO_EFFECT: "without effect", OPPOSITE: "the opposite of what is so", UNDECIDED: "undecided"}
    if len(found.claims) == 1:
        one = found.claims[0]
        share = share_in_words(one.weakest.overall.shares[SUPPORTED])
        sentence = f"{verdict_in_words(one)[:1].upper()}{verdict_in_words(one)[1:]}: it holds in {share} of the worlds."
    else:
        named = [
            f"{counts[word]} {'is' if counts[word] == 1 else 'are'} {words}" for word, words in told.items() if counts[word]
        ]
        sentence = f"Of {len(found.claims)} claims {', '.join(named)}."
    footing = "In brackets and tables: 95 % intervals for the number of sets and of runs. Shares mirror the ranges from which the worlds were drawn."
    return Gist(sentence, footing)


def verdicts_in_words(found: Verdicts) -> str:
    """The chart for those who do not see it."""
    return "; ".join(f"{one.claim.name}: {verdict_in_words(one)}" for one in found.claims)


def in_words(one: Verdict) -> str:
    """The chart of one claim for those who do not see it."""
    means = "; ".join(f"{test.test.in_words} {interval_in_words(test.overall.mean)}" for test in one.tests)
    return f"Differences by world and theory, {one.claim.name}. Means over all worlds: {means}"


def overview(found: Verdicts) -> Table:
    """All claims."""
    rows = []
    for one in found.claims:
        shares = [share_in_words(one.weakest.overall.shares[word]) for word in WORDS]
        rows.append([one.claim.name, verdict_in_words(one), *shares, break_even_in_words(one.weakest.break_even)])
    columns = ["Claim", "Verdict", "Supported in", "No effect in", "Opposite in", "Break-even"]
    return Table(columns, rows, _OVERVIEW, words=(0, 1, 5))


def section(one: Verdict, drawn: Chart) -> Section:
    """One claim."""
    claim = one.claim
    verdict = verdict_in_words(one)
    return Section(
        title=f"{claim.name}: {verdict}",
        words=(f"“{claim.says}” ({claim.by})", f"By theory: {theories_in_words(one)}.", *([claim.about.strip()] if claim.about else [])),
        table=tests_of(one),
        charts=(drawn,),
        notes=(*notes(one), f"Built in: {claim.built_in.strip()}", f"Emerges: {claim.emerges.strip()}"),
    )  # fmt: skip


def tests_of(one: Verdict) -> Table:
    """The tests of a claim."""
    rows = []
    for judged in one.tests:
        test, overall = judged.test, judged.overall
        beside = "" if test.decides else " (told beside the verdict)"
        rows.append(
            [
                f"{test.in_words}, {test.unit}{beside}",
                EXPECTED[test.expects].format(smallest=f"{test.smallest:g}"),
                interval_in_words(overall.mean),
                share_in_words(overall.shares[SUPPORTED]),
                f"{overall.verdict} ({overall.why})" if overall.why else overall.verdict,
            ]
        )
    columns = ["Measured", "Expected", "Mean difference (95 %)", "Supported in", "Verdict"]
    return Table(columns, rows, words=(0, 1, 4))


def notes(one: Verdict) -> Iterator[str]:
    """What each test compares, and why its smallest effect is what it is."""
    for judged in one.tests:
        comparison = judged.test.comparison
        yield (
            f"{judged.test.in_words[:1].upper()}{judged.test.in_words[1:]}, in {comparison.scenario}: {comparison.against.called} ({number(judged.against)}) against "
            f"{comparison.with_.called} ({number(judged.with_)}). {judged.test.because.strip()} Break-even on {one.claim.scales}: "
            f"{break_even_in_words(judged.break_even)}."
        )


def assumptions(found: Verdicts) -> Assumptions:
    """What the verdicts hinge on."""
    rows = [
        [one.claim.name, hinge.path, number(hinge.where_low), number(hinge.where_high)]
        for one in found.claims
        for hinge in hinges_of(one.deciding)
    ]
    words = (
        "All numbers that have a range are drawn anew for each world. Below are those on which a claim's differences hinge, with the mean difference where the "
        "number is in the lowest and in the highest third of its range. What a claim has built in is told under each."
        if rows
        else "All numbers that have a range are drawn anew for each world. No single one stands out that a verdict hinges on; what a claim has built in is told under each."
    )
    table = Table(["Claim", "Number", "Lowest third", "Highest third"], rows, words=(0, 1))
    return Assumptions(words, table if rows else None)


def hinges_of(tests: tuple[Judgement, ...]) -> Iterator[Hinge]:
    """What the tests of a claim hinge on, each number once."""
    yield from {hinge.path: hinge for test in tests for hinge in test.hinges}.values()


def files_of(found: Verdicts) -> dict[str, str]:
    """The files of the claims and of their scenarios."""
    claims = {f"claims/{one.claim.name}.yaml": yaml_of(dict(one.claim.document)) for one in found.claims}
    return claims | {f"scenarios/{name}.yaml": as_yaml(scenario) for name, scenario in found.scenarios.items()}


def plan_options(found: Verdicts) -> list[str]:
    """The plan as options."""
    plan = found.plan
    numbers = {"--sets": plan.sets, "--runs": plan.runs, "--rivalry-runs": plan.rivalry_runs, "--seed": plan.seed}
    return [word for option, value in numbers.items() for word in (option, str(value))]
