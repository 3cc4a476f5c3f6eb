"""What a page says, whatever kind of result it is of, and the page itself: HTML with nothing outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from escalation_sim.analysis.gist import Gist
from escalation_sim.plots.vector import drawn_in_page

__all__ = ["Assumptions", "Chart", "Page", "Remake", "Section", "Story", "Table", "Telling", "chart", "html"]


@dataclass(frozen=True)
class Chart:
    """A chart, the line under it, and how much place it takes: "broad", "tall" or "half" the width."""

    drawn: Markup
    words: str = ""
    place: str = "broad"


@dataclass(frozen=True)
class Table:
    """Rows of cells under their columns; a row of one cell is a heading. `words`: columns that hold words, all others hold numbers."""

    columns: list[str]
    rows: list[list[str]]
    caption: str = ""
    words: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Telling:
    """One run told: what it is called, its chart, its dated lines."""

    called: str
    drawn: Markup | None
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class Story:
    """A run worth telling, once or with its twin beside it: its title, why it was chosen."""

    title: str
    why: str
    tellings: tuple[Telling, ...]


@dataclass(frozen=True)
class Section:
    """A part that only one kind of page has."""

    title: str
    words: tuple[str, ...] = ()
    table: Table | None = None
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assumptions:
    """What the answer rests on."""

    words: str
    table: Table | None = None


@dataclass(frozen=True)
class Remake:
    """What makes the result again.

    Attributes
    ----------
    seed, runs : as they are said.
    versions : of the software.
    file : name under which what is needed is saved; `link` is that file itself, `then` what is done with it before the command.
    command : lines to be typed.
    channels : at the start; None where there are several scenarios.
    texts : by name what is in the file.
    """

    seed: int
    runs: str
    versions: str
    file: str
    link: str
    then: str
    command: str
    channels: Table | None
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """A result told.

    Attributes
    ----------
    title, under, about : of what; what was run; further words, empty for none.
    question, answers : what was asked, and each answer with how sure it is.
    remarks : what else is worth a sentence.
    seen : heading of the charts.
    """

    title: str
    under: str
    about: str
    question: str
    answers: tuple[Gist, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    assumptions: Assumptions
    remake: Remake
    remarks: tuple[str, ...] = ()
    seen: str = "What happened in the runs"
    sections: tuple[Section, ...] = ()
    stories: tuple[Story, ...] = ()


def chart(figure: Any, words: str, below: str = "", place: str = "broad") -> Chart:
    """A Matplotlib figure as a chart of the page; `words` for those who do not see it."""
    return Chart(Markup(drawn_in_page(figure, words)), below, place)


def html(page: Page) -> str:
    """The page; equal pages give equal text."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(page=page)
