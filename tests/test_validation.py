"""What docs/validation.md reports is what the model gives, misses included; and how good it has to be."""

from __future__ import annotations

import os
import re

import pytest

from conftest import ROOT
from escalation_sim.history import dyads, hindcasts, patterns
from escalation_sim.history.validation import DYADS_A_RUN, validated

PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def judged():
    crises = hindcasts.crises_in(ROOT / "scenarios")
    return [one for one in hindcasts.hindcasts(crises, 1000, 1, ("judged",), None) if one.mode == "judged"]


@pytest.mark.slow
def test_two_thirds_of_what_happened_lie_in_the_central_80_per_cent(judged):
    assert len(judged) == 28
    assert sum(one.inside for one in judged) >= 28 * 2 / 3


@pytest.mark.slow
def test_half_of_the_forecasts_beat_the_base_rates_of_the_other_crises(judged):
    scored = [one for one in judged if one.crps_base == one.crps_base]
    assert len(scored) == 28
    assert sum(one.crps < one.crps_base for one in scored) >= 14


@pytest.mark.slow
def test_the_page_has_the_patterns_as_the_model_gives_them():
    """Figures and not verdicts, within what another processor may change in the last bits of some runs."""
    generic = patterns.gathered(dyads.generic_scenarios(2000 * DYADS_A_RUN), 1, workers=os.cpu_count() or 1)
    crises = generic.where(generic.risen)
    for pattern in patterns.patterns():
        if pattern.ensemble == "generic":
            found = patterns.MEASURES[pattern.measure](crises)
            for stated, value, unit in zip(figures_on_page(pattern.id, len(pattern.value)), found, pattern.units, strict=True):
                assert stated == pytest.approx(value, rel=0.04, abs=0.6 if unit == "days" else 0.015), pattern.id


def figures_on_page(name: str, parts: int) -> list[float]:
    """The model's figure for each part of a pattern, as the page says it."""
    lines = PAGE.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(f"| {name} |"))
    return [float(line.split("|")[3].replace(",", "")) for line in lines[first : first + parts]]


def verdicts_on_page(name: str, parts: int) -> tuple[bool, ...]:
    """Whether each part of a pattern is a hit, as the page says it."""
    lines = PAGE.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(f"| {name} |"))
    return tuple("| hit |" in line for line in lines[first : first + parts])


def test_the_page_tells_misses_as_plainly_as_hits():
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert any("MISS" in row for row in rows)
    assert any("| hit |" in row for row in rows)
    hit, of = (int(number) for number in re.search(r"(\d+) of (\d+) patterns are hit", PAGE).groups())
    names = [pattern.id for pattern in patterns.patterns()]
    assert of == len(names) == 15
    assert hit == sum(all(verdicts_on_page(pattern.id, len(pattern.value))) for pattern in patterns.patterns())
    assert hit >= 9


def test_the_page_says_what_was_fitted():
    assert "search for the model's defaults looked at" in PAGE
    for mode in ("judged", "identical", "permuted"):
        assert f"| {mode} |" in PAGE


def test_a_validation_without_patterns_is_made_of_hindcasts_alone(tmp_path):
    for name in hindcasts.crises_in(ROOT / "scenarios"):
        text = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(text + "step_hours: 24\n", encoding="utf-8")
    found = validated(tmp_path, runs=4, modes=("judged",), with_patterns=False)
    assert len(found.of_mode("judged")) == 28
    assert found.patterns == ()
