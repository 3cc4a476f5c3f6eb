"""Every Track II initiative, at the top of its range and alone in a long run, moves what its focus acts on; at strength zero it changes nothing."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest

import escalation_sim as es
from conftest import shipped
from escalation_sim.scenario import channel_presets, initiatives

MOVED_BY = {
    "general": ("trust_mean", 1.0, ("builds_trust",)),
    "nuclear": ("signals_misread", -1.0, ("clarifies_signals",)),
    "kashmir": ("deals_per_talk", 1.0, ("prepares_deals",)),  # not the number of deals: they come sooner, and fewer are needed
    "trade": ("trade_mean", 1.0, ("builds_trade",)),
    "people": ("civil_voice_mean", 1.0, ("builds_constituency",)),
    "media": ("climate_mean", -1.0, ("calms_media",)),
}
"""What a focus moves, in which direction, and through which property of the channel."""

YEARS = 5
RUNS = {"nuclear": 4096, "kashmir": 2048}  # counts of rare events need more runs than averages over years


def rivalry(name, strength, focus):
    """A rivalry with an attack a year by each group, and no Track II but this initiative, its own mechanism at the top of its range."""
    document = shipped("rivalry-1998-2025").document
    top = {key: channel_presets()["track_two"].profile[key].range[1] for key in MOVED_BY[focus][2]}
    track_two = {"status": "open", "initiatives": [name], "strength": strength, **top}
    for group in document["armed_groups"].values():
        group["attacks_per_year"] = 1.0
    channels = {**document["channels"], "track_two": track_two}
    return es.Scenario.from_document({**document, "horizon_days": YEARS * 365, "triggers": [], "channels": channels})


@functools.cache
def without(focus):
    """Outcomes without any Track II; the same for every initiative of a focus."""
    name = next(one.name for one in initiatives() if main_focus(one) == focus)
    return outcomes_of(rivalry(name, 0.0, focus), focus)


def outcomes_of(scenario, focus):
    outcomes = es.run(scenario, RUNS.get(focus, 256), seed=1).outcomes
    return outcomes.assign(deals_per_talk=outcomes["deals_struck"] / outcomes["deals_tried"].clip(lower=1.0))


def main_focus(initiative):
    return max(initiative.focus, key=initiative.focus.get)


@pytest.mark.slow
@pytest.mark.parametrize("initiative", initiatives(), ids=lambda one: one.name)
def test_an_initiative_alone_moves_what_its_focus_acts_on(initiative):
    focus = main_focus(initiative)
    outcome, direction, _ = MOVED_BY[focus]
    strongest = initiative.strength.range[1]
    with_it = outcomes_of(rivalry(initiative.name, strongest, focus), focus)
    difference = (with_it[outcome] - without(focus)[outcome]).to_numpy()
    reach = 2.576 * difference.std(ddof=1) / np.sqrt(len(difference))
    assert direction * difference.mean() > reach, f"{difference.mean():.4g} +- {reach:.2g}"


@pytest.mark.parametrize("initiative", initiatives(), ids=lambda one: one.name)
def test_an_initiative_of_strength_zero_changes_nothing_at_all(initiative):
    focus = main_focus(initiative)
    document = rivalry(initiative.name, 0.0, focus).document
    nothing = {**document["channels"], "track_two": "closed"}
    zero, closed = ({**document, "horizon_days": 60, "channels": channels} for channels in (document["channels"], nothing))
    assert es.run(es.Scenario.from_document(zero), 32, seed=1).outcomes.equals(
        outcomes_of_document(json.dumps(closed, default=str))
    )


@functools.cache
def outcomes_of_document(document):
    """Outcomes of a document given as text: without Track II all the initiatives have the same."""
    return es.run(es.Scenario.from_document(json.loads(document)), 32, seed=1).outcomes


def test_there_is_a_mechanism_for_every_focus():
    assert {focus for one in initiatives() for focus in one.focus} == set(MOVED_BY)
