"""The page on the claims: what was asked, what was found, what of it the model assumes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from escalation_sim.analysis.break_even import ALWAYS, FROM, NEVER, BreakEven
from escalation_sim.analysis.hinges import LEVEL, Hinge
from escalation_sim.analysis.verdicts import (
    BEYOND_DOUBT,
    CONFIDENCE,
    CONFIDENCE_OF_WORLD,
    MAJORITY,
    NO_EFFECT,
    OPPOSITE,
    SUPPORTED,
    UNDECIDED,
    WORDS,
    Share,
)
from escalation_sim.experiments.claims import Judgement, Verdict, Verdicts
from escalation_sim.experiments.trials import CURVE_RUNS, CURVE_SETS

__all__ = [
    "break_even_in_words",
    "claims_page",
    "made_with",
    "number",
    "share_in_words",
    "undecided_in_words",
    "verdict_in_words",
]

EXPECTED = {
    "lower": "lower by {smallest} or more",
    "higher": "higher by {smallest} or more",
    "same": "less than {smallest} apart",
    "not_lower": "not lower by {smallest} or more",
    "not_higher": "not higher by {smallest} or more",
}
"""What a claim expects, in words."""

EDGE = " **On the edge**: the mean difference cannot be told from the smallest that matters, so the shares may turn with it."

HEAD = """# The claims, tested

<!-- Written by `escalation-sim claims --docs`; do not edit. -->

Nineteen claims about what talking does, or does not do, between India and Pakistan were the reason to write this software. Here each is put as a comparison of two
variants of a scenario, run in many worlds. **Every verdict is a statement about the model**, whose numbers are mostly assumed; none is a finding about the world.
A claim that comes out wrong may be wrong, or the model may lack what makes it right: under each claim stands what is built in and what emerges.

{made_with}

## How to read a verdict

- **A world** is a set of all the model's numbers, drawn from their declared ranges with the peak at the value in use (what a claim itself sets stays as it sets it), under one of {theories} theories of decision. Most ranges of what channels do reach down to zero,
  and those of some effects of talking into harm, since no effect size has been published.
- **The difference** is that of the variant named second less the one named first, run by run on the same luck. Each test names the smallest difference that would matter, and why, beforehand;
  what was changed after a first look is told in [decisions.md](decisions.md).
- **In one world** the answer is that of the regions which its {world} % interval touches; if they do not agree, the world is undecided. Counting such answers would count noise. So the **shares** are estimated
  for the true differences of all worlds together, chance taken out ([decisions.md](decisions.md)), with {share} % intervals from drawing the sets of numbers again.
- **The verdict of a test** is *{supported}*, *{none}* or *{opposite}* if the share of worlds with that answer is {majority} or more and the lower end of its interval is not below {doubt}. Else it is *{undecided}*: because the worlds differ, which more runs will not
  change, or because there were too few runs. The rule is the same for every claim and is in the code.
- **A claim with several tests** holds only if all are supported; it is opposite if one is, and has no effect if one shows none. Its share is that of the test that holds least often.
- **On the edge** is said of a test where the interval of the mean difference holds the border between two answers. Its shares are then less certain than their intervals say, and its verdict is not to be leaned on.
- **Shares mirror the ranges**, that is: the judgement of those who declared them. Therefore the **break-even**: the numbers at issue are multiplied by a factor, and the factor is looked for at which the mean difference reaches
  what the claim says (every {curve_sets}rd set, a {curve_runs}th of the runs). Values stop at the bounds of the model.
- **What it hinges on**: up to three numbers whose ranks go with the difference, named only where so strong a correlation of the strongest of all numbers is seen in fewer than {level:.0f} % of shuffles. Otherwise nothing stands out, which is
  no proof that nothing matters; and with as many tests as here one may be named by luck.

## All verdicts

![Every claim under every theory of decision](images/claims.png)

"""


def claims_page(found: Verdicts) -> str:
    """The whole page (Markdown)."""
    head = HEAD.format(
        made_with=f"Made with {made_with(found)}.",
        theories=len(found.theories),
        world=round(100 * CONFIDENCE_OF_WORLD),
        share=round(100 * CONFIDENCE),
        supported=SUPPORTED,
        none=NO_EFFECT,
        opposite=OPPOSITE,
        undecided=UNDECIDED,
        majority="two thirds" if np.isclose(MAJORITY, 2 / 3) else f"{MAJORITY:.2f}",
        doubt="a half" if np.isclose(BEYOND_DOUBT, 0.5) else f"{BEYOND_DOUBT:.2f}",
        curve_sets=CURVE_SETS,
        curve_runs=CURVE_RUNS,
        level=100 * LEVEL,
    )
    sections = [head + "\n".join(overview(found)), *("\n".join(section(one)) for one in found.claims)]
    return "\n\n".join(sections) + "\n"


def made_with(found: Verdicts) -> str:
    """How much was computed, in words."""
    plan = found.plan
    worlds = plan.sets * len(found.theories)
    theories = "1 theory" if len(found.theories) == 1 else f"{len(found.theories)} theories"
    return (
        f"{plan.sets} sets of numbers under {theories} of decision ({worlds:,} worlds), {plan.runs:,} paired runs in each world of a crisis and "
        f"{plan.rivalry_runs:,} of a rivalry, seed {plan.seed}, version {found.version}"
    )


def overview(found: Verdicts) -> Iterator[str]:
    """The table of all claims."""
    yield "| claim | verdict | supported in | no effect in | opposite in | break-even |"
    yield "| --- | --- | ---: | ---: | ---: | --- |"
    for one in found.claims:
        shares = one.weakest.overall.shares
        cells = " | ".join(share_in_words(shares[word]) for word in WORDS)
        yield f"| [{one.claim.name}](#{one.claim.name}) | {verdict_in_words(one)} | {cells} | {break_even_in_words(one.weakest.break_even)} |"
    yield ""
    yield "Shares of the worlds, for the deciding test that is supported least often. Break-even: factor on the numbers named under the claim, for the same test."
    told = undecided_in_words(found)
    if told:
        yield ""
        yield told


def verdict_in_words(one: Verdict) -> str:
    """A claim's verdict, why it is undecided, and whether a deciding test is on the edge."""
    verdict = f"{one.verdict} ({one.why})" if one.why else one.verdict
    return verdict + (", on the edge" if any(test.on_the_edge for test in one.deciding) else "")


def undecided_in_words(found: Verdicts) -> str:
    """Which claims are undecided, and why."""
    parts = []
    for why, words in (("worlds differ", "the worlds differ"), ("too few runs", "more runs are needed")):
        names = [one.claim.name for one in found.claims if one.why == why]
        if names:
            parts.append(f"Undecided because {words}: {', '.join(names)}.")
    return " ".join(parts)


def section(one: Verdict) -> Iterator[str]:
    """One claim."""
    claim = one.claim
    yield f"## {claim.name}"
    yield ""
    yield f"> {claim.says}"
    yield ">"
    yield f"> {claim.by}"
    yield ""
    yield f"**{one.verdict[:1].upper()}{one.verdict[1:]}**{f' ({one.why})' if one.why else ''}. By theory: {theories_in_words(one)}."
    yield ""
    if claim.about:
        yield claim.about.strip()
        yield ""
    yield "| | measured | expected | difference | supported | no effect | opposite | verdict |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |"
    for place, test in enumerate(one.tests):
        yield row_of_test(place, test)
    yield ""
    yield from notes(one)
    yield ""
    yield f"*Built in.* {claim.built_in.strip()}"
    yield ""
    yield f"*Emerges.* {claim.emerges.strip()}"
    yield ""
    yield f"![Differences by world and theory: {claim.name}](images/claims-{claim.name}.png)"


def theories_in_words(one: Verdict) -> str:
    """Verdicts by theory, those that agree together."""
    by_word: dict[str, list[str]] = {}
    for theory, (verdict, _) in one.by_theory.items():
        by_word.setdefault(verdict, []).append(theory.replace("_", " "))
    return "; ".join(f"{word} under {', '.join(names)}" for word, names in by_word.items())


def row_of_test(place: int, one: Judgement) -> str:
    """A test's row."""
    test, overall = one.test, one.overall
    mark = f"{place + 1}" if test.decides else f"{place + 1} (beside)"
    expected = EXPECTED[test.expects].format(smallest=f"{test.smallest:g}")
    shares = " | ".join(share_in_words(overall.shares[word]) for word in WORDS)
    verdict = f"{overall.verdict} ({overall.why})" if overall.why else overall.verdict
    return f"| {mark} | {test.in_words} ({test.unit}) | {expected} | {interval_in_words(overall.mean)} | {shares} | {verdict} |"


def notes(one: Verdict) -> Iterator[str]:
    """What each test compares, its smallest effect and why, break-even and hinges."""
    for place, test in enumerate(one.tests):
        comparison = test.test.comparison
        yield (
            f"{place + 1}. In `{comparison.scenario}`: {comparison.against.called} ({number(test.against)}) against {comparison.with_.called} "
            f"({number(test.with_)}). {test.test.because.strip()} "
            f"Break-even on {one.claim.scales}: {break_even_in_words(test.break_even)}{curve_in_words(test.break_even)}. {hinges_in_words(test.hinges)}"
            + (EDGE if test.on_the_edge else "")
            + (matched_in_words(test) if test.matched else "")
        )


def matched_in_words(one: Judgement) -> str:
    """The share among the worlds that agree with history."""
    assert one.matched is not None
    return (
        f" Supported in {share_in_words(one.matched.shares[SUPPORTED])} of the {one.matched.worlds:,} history-matched worlds."
    )


def curve_in_words(found: BreakEven) -> str:
    """Mean differences at the factors."""
    points = ", ".join(f"{number(mean)} at {factor:g}" for factor, mean in zip(found.factors, found.means, strict=True))
    return f" (mean difference {points})"


def break_even_in_words(found: BreakEven) -> str:
    """Where a claim begins or ceases to hold, on average over the worlds."""
    top = f"{found.factors[-1]:g}"
    if found.kind == NEVER:
        return f"never up to × {top}"
    if found.kind == ALWAYS:
        return "at zero already"
    low, high = (bound_in_words(bound, top) for bound in (found.low, found.high))
    word = "from" if found.kind == FROM else "up to"
    return f"{word} × {found.factor:.2g} ({low} to {high})"


def bound_in_words(bound: float, top: str) -> str:
    """End of an interval of a factor."""
    return f"over {top}" if np.isinf(bound) else f"{bound:.2g}"


def hinges_in_words(found: tuple[Hinge, ...]) -> str:
    """What a test hinges on."""
    if not found:
        return "Nothing stands out that it hinges on."
    told = "; ".join(
        f"`{one.path}` ({number(one.where_low)} in its lowest third, {number(one.where_high)} in its highest)" for one in found
    )
    return f"It hinges on {told}."


def share_in_words(share: Share) -> str:
    """A share with its interval, "64 % (55–72)"."""
    if np.isnan(share.value):
        return "–"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f})"


def interval_in_words(share: Share) -> str:
    """A mean with its interval."""
    return f"{number(share.value)} ({number(share.low)} to {number(share.high)})"


def number(value: float) -> str:
    """A number with three digits that count, as many as a reader needs."""
    if np.isnan(value):
        return "–"
    if abs(value) < 5e-5:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{min(digits, 4)}f}".replace("-", "−")
