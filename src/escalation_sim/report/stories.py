"""Runs played again and told, each with its chart."""

from __future__ import annotations

from markupsafe import Markup

from escalation_sim.agents import EscalationModel
from escalation_sim.analysis.annals import annals
from escalation_sim.analysis.annals_in_words import story_of_years
from escalation_sim.analysis.playback import recorded
from escalation_sim.analysis.story import story
from escalation_sim.plots.run_path import run_chart, run_in_words
from escalation_sim.plots.vector import drawn_in_page
from escalation_sim.report.page import Telling
from escalation_sim.scenario import Scenario

__all__ = ["told", "told_years"]

MOST_LINES = 16


def told(scenario: Scenario, seed: int, run: int, called: str = "", most: int = MOST_LINES) -> Telling:
    """A run of a crisis, played again in Mesa."""
    model = EscalationModel(scenario, seed=seed, run=run)
    playback = recorded(model)
    title = f"Run {run}" + (f", {called}" if called else "")
    picture = drawn_in_page(run_chart(playback, title=title), run_in_words(playback))
    return Telling(called, Markup(picture), sentences(story(model, most=most)))


def told_years(scenario: Scenario, seed: int, run: int) -> Telling:
    """A run of a rivalry, played again."""
    return Telling("", None, sentences(story_of_years(annals(scenario, seed, run))))


def sentences(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of a story with a capital letter each."""
    return [(date, f"{words[:1].upper()}{words[1:]}") for date, words in lines]
