"""`escalation-sim claims`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.cli.changes import Seed, Workers, number_from
from escalation_sim.cli.sweep import DaskAddress, crew

if TYPE_CHECKING:
    from rich.console import RenderableType

    from escalation_sim.executors import Crew
    from escalation_sim.experiments.claim import Claim
    from escalation_sim.experiments.claims import Verdict, Verdicts
    from escalation_sim.experiments.trials import Plan

__all__ = ["claims"]

MOST_SETS, MOST_RUNS = 10_000, 100_000
PAGE = Path("docs") / "claims.md"
DPI_OF_PAGE = 90
BAR = 12  # columns of the bar of all worlds

Folder = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Folder with the claims.", show_default=True)]
Only = Annotated[list[str] | None, typer.Option("--claim", metavar="NAME", help="Test this claim only. Repeatable.")]
Sets = Annotated[
    int, typer.Option("--sets", metavar="N", help="Sets of the model's numbers.", parser=number_from("--sets", 2, MOST_SETS))
]
Runs = Annotated[
    int,
    typer.Option(
        "--runs", metavar="N", help="Paired runs of each set in a crisis.", parser=number_from("--runs", 2, MOST_RUNS)
    ),
]
RivalryRuns = Annotated[
    int,
    typer.Option(
        "--rivalry-runs",
        metavar="N",
        help="Paired runs of each set in a rivalry.",
        parser=number_from("--rivalry-runs", 2, MOST_RUNS),
    ),
]
Full = Annotated[
    bool, typer.Option("--full", help="200 sets of 2,000 runs (rivalries: 20) in place of the numbers given; takes hours.")
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for what is computed, tables and charts.")]
Docs = Annotated[bool, typer.Option("--docs", help="Write docs/claims.md and its charts.")]


def claims(  # noqa: PLR0913  (one argument for each option)
    folder: Folder = Path("experiments") / "claims",
    claim: Only = None,
    sets: Sets = "60",  # type: ignore[assignment]  # read by the option's parser
    runs: Runs = "150",  # type: ignore[assignment]
    rivalry_runs: RivalryRuns = "3",  # type: ignore[assignment]
    seed: Seed = "1",  # type: ignore[assignment]
    full: Full = False,
    out: Out = Path("results") / "claims",
    docs: Docs = False,
    workers: Workers = "1",  # type: ignore[assignment]
    dask: DaskAddress = None,
) -> None:
    """Test claims about what talking does, over the declared ranges of all numbers and every theory. The same command goes on where it was stopped."""
    from escalation_sim.cli.run import check_folder
    from escalation_sim.experiments.claim import load_claims
    from escalation_sim.experiments.claims import FULL
    from escalation_sim.experiments.trials import Plan

    asked = load_claims(folder, claim or ())
    check_folder(out)
    plan = FULL if full else Plan(sets, runs, rivalry_runs, seed)
    with crew(workers, dask) as those:
        found = computed(asked, plan, out, those)
    show_verdicts(found)
    show_files(found, out, docs)


def computed(asked: list[Claim], plan: Plan, out: Path, those: Crew) -> Verdicts:
    """The verdicts, with a bar while runs are computed; what stops it is said together with what is kept."""
    from escalation_sim.cli.printing import kept_on_failure, progress_bar
    from escalation_sim.experiments.claims import verdicts_on

    with progress_bar("runs", 0) as tell, kept_on_failure("runs", out, tell) as progress:
        return verdicts_on(asked, plan, out, workers=those, progress=progress)


def show_verdicts(found: Verdicts) -> None:
    """Print the table of verdicts."""
    from escalation_sim.cli.compare import say_wrapped
    from escalation_sim.cli.printing import heading, say, table
    from escalation_sim.experiments.claims_page import made_with, undecided_in_words

    say(heading(f"{len(found.claims)} {'claim' if len(found.claims) == 1 else 'claims'} tested"))
    say_wrapped(made_with(found)[:1].upper() + made_with(found)[1:] + ".")
    say()
    columns = [
        ("Claim", "tight"),
        ("Verdict", "tight"),
        ("Supported in", "right"),
        ("Worlds", "tight"),
        ("Factor", "tight"),
    ]
    say(table(columns, [row_of(one) for one in found.claims]))
    say()
    for text in (
        "Shares of the worlds, with 95 % intervals for the number of sets and runs; of several tests in a claim the one that is supported least often. "
        "They mirror the ranges from which the worlds were drawn, and are statements about the model.",
        "Worlds: █ supported, ▒ no effect, ░ the opposite.",
        "Factor: what the effect at issue has to be multiplied by for the claim to begin (from) or cease (to) to hold on average; at 0: it holds without any.",
        "*: a mean difference lies on the border between two answers; such a verdict is not to be leaned on.",
        undecided_in_words(found),
    ):
        if text:
            say_wrapped(text)


def row_of(one: Verdict) -> list[RenderableType]:
    """A claim's row."""
    from escalation_sim.analysis.verdicts import SUPPORTED, WORDS
    from escalation_sim.cli.inline import stacked
    from escalation_sim.experiments.claims_page import share_in_words

    shares = one.weakest.overall.shares
    drawn = stacked([shares[word].value for word in WORDS], BAR)
    verdict = one.verdict + (" *" if any(test.on_the_edge for test in one.deciding) else "")
    return [one.claim.name, verdict, share_in_words(shares[SUPPORTED]), drawn, break_even_in_short(one)]


def break_even_in_short(one: Verdict) -> str:
    """The break-even in a few letters."""
    from escalation_sim.analysis.break_even import ALWAYS, FROM, NEVER

    found = one.weakest.break_even
    if found.kind in (ALWAYS, NEVER):
        return "at 0" if found.kind == ALWAYS else "never"
    return f"{'from' if found.kind == FROM else 'to'} {found.factor:.2g}"


def show_files(found: Verdicts, out: Path, docs: bool) -> None:
    """Draw the charts, and say where everything is."""
    from escalation_sim.cli.printing import say
    from escalation_sim.experiments.claims_page import claims_page
    from escalation_sim.experiments.store import put
    from escalation_sim.plots.claims import write_claims_charts

    charts = write_claims_charts(found, out)
    say()
    say(f"Charts: claims and one for each claim (PNG and SVG, {len(charts)} files) in {out}")
    say(f"Data:   {out / 'verdicts.csv'}, verdicts.parquet, effects.parquet, claims.json")
    if docs:
        write_claims_charts(found, PAGE.parent / "images", formats=("png",), dpi=DPI_OF_PAGE)
        put(PAGE, lambda file: file.write_text(claims_page(found), encoding="utf-8"))
        say(f"Page:   {PAGE}")
