"""`escalation-sim discover`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from escalation_sim.errors import InputError

if TYPE_CHECKING:
    from escalation_sim.experiments.cases import Cases
    from escalation_sim.experiments.discovery import Discovery

__all__ = ["discover"]


def mark_from(option: str) -> Callable[[str], float]:
    """A reader of numbers for an option; it raises InputError for what is none."""

    def read(text: str | float) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputError("not a number", key=option, value=text, allowed="a number")
        return value

    return read


Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="Folder of a finished sweep.", show_default=False)]
On = Annotated[str, typer.Option("--on", metavar="OUTCOME", help="Outcome that is looked at.", show_default=False)]
EffectOf = Annotated[
    str | None,
    typer.Option("--effect-of", metavar="FACTOR", help="Look at what a factor does to it, as in 'back channel', run by run."),
]
From = Annotated[str | None, typer.Option("--from", metavar="LEVEL", help="Level of the factor before, as in closed.")]
To = Annotated[str | None, typer.Option("--to", metavar="LEVEL", help="Level of the factor after, as in open.")]
Is = Annotated[
    str,
    typer.Option(
        "--is", metavar="DIRECTION", help="What the effect is to be: higher, lower (by more than its interval) or neither."
    ),
]
Above = Annotated[
    float | None,
    typer.Option(
        "--above", metavar="X", help="It happens where the mean is above X.", parser=mark_from("--above"), show_default=False
    ),
]
Below = Annotated[
    float | None,
    typer.Option(
        "--below", metavar="X", help="It happens where the mean is below X.", parser=mark_from("--below"), show_default=False
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="FACTOR=LEVEL", help="Look at the points of one level of another factor only. Repeatable."),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the box and its chart (default: discover in RESULTS).")
]
NoCharts = Annotated[bool, typer.Option("--no-charts", help="Draw no chart.")]


def discover(  # noqa: PLR0913  (one argument for each option)
    results: Results,
    on: On,
    effect_of: EffectOf = None,
    before: From = None,
    after: To = None,
    direction: Is = "higher",
    above: Above = None,
    below: Below = None,
    where: Where = None,
    out: Out = None,
    no_charts: NoCharts = False,
) -> None:
    """Under which conditions something happens in a sweep: a channel helps, hurts or changes nothing, an outcome passes a mark."""
    from escalation_sim.cli.run import check_folder
    from escalation_sim.experiments.cases import Question, cases_of, data_of
    from escalation_sim.experiments.discovery import discovered

    if (effect_of is None) != (before is None) or (effect_of is None) != (after is None):
        raise InputError("go together", key="--effect-of, --from, --to", allowed="all three or none")
    question = Question(on, effect_of, before, after, direction, above, below)
    folder = out if out is not None else results / "discover"
    data = data_of(results)
    check_folder(folder)
    found = discovered(cases_of(data, question, levels_from(where or [])))
    labels = labels_of(found.cases)
    show(found, labels)
    show_files(found, labels, folder, not no_charts)


def levels_from(texts: list[str]) -> dict[str, str]:
    """Factors and levels from "factor=level"."""
    found = {}
    for text in texts:
        factor, equals, level = text.partition("=")
        if not equals:
            raise InputError("no level given", key="--where", value=text, allowed="FACTOR=LEVEL")
        found[factor.strip()] = level.strip()
    return found


def labels_of(cases: Cases) -> dict[str, str]:
    """The columns of worlds in plain words."""
    from escalation_sim.experiments.labels import label_of
    from escalation_sim.inputs import inputs_of

    inputs = inputs_of(cases.scenario)
    return {name: label_of(name, cases.scenario, inputs) if name in inputs else name for name in cases.worlds.columns}


def show(found: Discovery, labels: dict[str, str]) -> None:
    """Print the box."""
    from escalation_sim.cli.compare import say_wrapped
    from escalation_sim.cli.printing import heading, say, table

    cases = found.cases
    say(heading(cases.scenario.title))
    worlds, yes = len(cases.happens), int(cases.happens.sum())
    say_wrapped(f"Looked for: worlds where {cases.question.in_words}.")
    say_wrapped(
        f"It is so in {yes:,} of {worlds:,} worlds ({percent(found.share)}); {len(cases.worlds.columns):,} things differ between them."
    )
    say()
    if found.box is None:
        say_wrapped(f"Nothing found: {found.why_none}.")
        return
    say_wrapped(f"{sentence(found, labels)}.")
    say()
    say(
        table(
            [("Limit", "tight"), ("Quasi-p", "right")],
            [[in_lines(limit, labels), doubt(limit.doubt).removeprefix("= ")] for limit in found.box.limits],
        )
    )
    say()
    if found.again is not None:
        say_wrapped(
            f"Boxes found in one half of the worlds hold {percent(found.again.value)} ({percent(found.again.low)} to {percent(found.again.high)}) in the other half, which "
            f"is the fairer figure: a box is drawn around the cases it was found in. Against {percent(found.share)} of all: p {doubt(found.doubt)}."
        )
    say_wrapped(
        "Quasi-p: chance of so many cases in the box if that limit meant nothing. The shares are shares of the worlds that were drawn, and say nothing of "
        "how likely any of them is."
    )


def sentence(found: Discovery, labels: dict[str, str]) -> str:
    """The box in plain words."""
    from escalation_sim.experiments.discovery import in_words

    limits = " and ".join(in_words(limit, labels) for limit in (found.box.limits if found.box else ()))
    return (
        f"Where {limits}: {percent(found.density)} of {found.inside:,} such worlds, against {percent(found.share)} of all; "
        f"this covers {percent(found.coverage)} of the cases"
    )


def in_lines(limit: object, labels: dict[str, str]) -> str:
    """A limit in lines that leave room for figures."""
    import textwrap

    from escalation_sim.experiments.discovery import Limit, in_words

    assert isinstance(limit, Limit)
    return textwrap.fill(in_words(limit, labels), 60, subsequent_indent="  ")


def percent(share: float) -> str:
    """A share in print."""
    return f"{100.0 * share:.0f} %"


def doubt(value: float) -> str:
    """A p-value in print."""
    return "< 0.0001" if value < 1e-4 else f"= {value:.2g}"


def show_files(found: Discovery, labels: dict[str, str], folder: Path, charts: bool) -> None:
    """Write the worlds, the box and its chart, and say where they are."""
    from escalation_sim.cli.printing import say
    from escalation_sim.experiments.store import put

    folder.mkdir(parents=True, exist_ok=True)
    cases = found.cases
    inside = found.box.holds(cases.worlds) if found.box is not None else False
    worlds = cases.worlds.assign(mean=cases.size, happens=cases.happens, in_box=inside)
    put(folder / "worlds.parquet", worlds.to_parquet)
    text = json.dumps(as_data(found, labels), indent=1, ensure_ascii=False) + "\n"
    put(folder / "box.json", lambda file: file.write_text(text, encoding="utf-8"))
    say()
    if charts and found.box is not None:
        from escalation_sim.plots.box import box_chart
        from escalation_sim.plots.charts import write_figures

        write_figures({"box": lambda: box_chart(found, labels)}, folder)
        say(f"Chart:  box (PNG and SVG) in {folder}")
    say(f"Tables: box.json, worlds.parquet in {folder}")


def as_data(found: Discovery, labels: dict[str, str]) -> dict[str, object]:
    """The discovery as plain data."""
    limits = found.box.limits if found.box is not None else ()
    return {
        "question": found.cases.question.in_words,
        "worlds": len(found.cases.happens),
        "cases": int(found.cases.happens.sum()),
        "why_none": found.why_none,
        "box": [
            {"name": one.name, "label": labels.get(one.name, one.name), "low": one.low, "high": one.high, "values": list(one.values),
             "quasi_p": one.doubt}
            for one in limits
        ],
        "inside": found.inside,
        "hits": found.hits,
        "held_out": None if found.again is None else [found.again.value, found.again.low, found.again.high],
        "p": found.doubt,
    }  # fmt: skip
