"""Runs played again and told, each with its chart."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from escalation_sim.agents import EscalationModel
from escalation_sim.analysis.annals import annals
from escalation_sim.analysis.annals_in_words import story_of_years
from escalation_sim.analysis.playback import Playback, recorded
from escalation_sim.analysis.story import story
from escalation_sim.plots.run_path import run_chart, run_in_words
from escalation_sim.plots.vector import drawn_in_page
from escalation_sim.report.page import Telling
from escalation_sim.scenario import Scenario

__all__ = ["told", "told_side_by_side", "told_years"]

MOST_LINES, MOST_LINES_OF_TWIN = 16, 12

_MORE = "; `escalation-sim trace` tells all)"


def told(scenario: Scenario, seed: int, run: int) -> Telling:
    """A run of a crisis, played again in Mesa."""
    model = EscalationModel(scenario, seed=seed, run=run)
    playback = recorded(model)
    return Telling("", drawn(playback, f"Run {run}"), sentences(story(model, most=MOST_LINES)))


def told_side_by_side(pair: Sequence[tuple[Scenario, str]], seed: int, run: int) -> tuple[Telling, ...]:
    """A run of a crisis under several scenarios, each with what it is called; all on one scale of days."""
    models = [EscalationModel(scenario, seed=seed, run=run) for scenario, _ in pair]
    played = [recorded(model) for model in models]
    last = max(7.0, *(playback.day(playback.last) for playback in played))
    return tuple(
        Telling(called, drawn(playback, f"Run {run}, {called}", last), sentences(story(model, most=MOST_LINES_OF_TWIN)))
        for (_, called), model, playback in zip(pair, models, played, strict=True)
    )


def drawn(playback: Playback, title: str, last: float | None = None) -> Markup:
    """The chart of a run."""
    return Markup(drawn_in_page(run_chart(playback, title=title, last=last), run_in_words(playback)))


def told_years(scenario: Scenario, seed: int, run: int) -> Telling:
    """A run of a rivalry, played again."""
    return Telling("", None, sentences(story_of_years(annals(scenario, seed, run))))


def sentences(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of a story with a capital letter each, for readers who have no program at hand."""
    return [
        (date, f"{words[:1].upper()}{words[1:].removesuffix(_MORE) + ')' * words.endswith(_MORE)}") for date, words in lines
    ]
