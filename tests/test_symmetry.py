"""Nothing in the rules knows which country is which."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import escalation_sim as es
from conftest import shipped, with_decision
from escalation_sim.rules import THEORIES


def reordered(scenario: es.Scenario) -> es.Scenario:
    """The same crisis with the two countries listed the other way round; each keeps its name, numbers and stream."""
    return dataclasses.replace(scenario, countries=scenario.countries[::-1])


def relabelled(scenario: es.Scenario) -> es.Scenario:
    """The mirror image: what was India's (numbers, luck, role in the triggers) is now called Pakistan's, and the other way round."""
    first, second = scenario.countries
    swap = {first.name: second.name, second.name: first.name}

    def other(name: str) -> str:
        return swap.get(name, name)

    return dataclasses.replace(
        scenario,
        countries=(
            dataclasses.replace(second, name=first.name, label=first.label),
            dataclasses.replace(first, name=second.name, label=second.label),
        ),
        triggers=tuple(dataclasses.replace(t, actor=other(t.actor), victim=other(t.victim)) for t in scenario.triggers),
        armed_groups=tuple(dataclasses.replace(g, base=other(g.base), target=other(g.target)) for g in scenario.armed_groups),
    )


@pytest.mark.parametrize("theory", THEORIES)
def test_the_order_of_the_countries_changes_nothing(theory, in_half_days):
    scenario = with_decision(in_half_days, theory)
    one, other = es.run(scenario, 400, 1).outcomes, es.run(reordered(scenario), 400, 1).outcomes
    assert one.equals(other[one.columns])


@pytest.mark.parametrize("name", ["pahalgam-2025", "u2-1960"])
def test_swapping_the_two_countries_swaps_every_result(name):
    scenario = dataclasses.replace(shipped(name), horizon_days=40.0, step_hours=12.0)
    first, second = (country.name for country in scenario.countries)
    one, other = es.run(scenario, 400, 1), es.run(relabelled(scenario), 400, 1)
    names = {f"{kind}_{first}": f"{kind}_{second}" for kind in ("peak_rung", "deaths")}
    names |= {new: old for old, new in names.items()}
    assert one.outcomes.equals(other.outcomes.rename(columns=names)[one.outcomes.columns])
    assert np.array_equal(one.fan["posture"].sel(country=first), other.fan["posture"].sel(country=second))
    assert one.judged.equals(other.judged[one.judged.columns])


def test_swapping_labels_but_not_luck_changes_the_results(in_half_days):
    """The test above can fail: without carrying the streams along, the mirror image is another crisis."""
    mirror = relabelled(in_half_days)
    unlucky = dataclasses.replace(
        mirror,
        countries=tuple(
            dataclasses.replace(country, stream=original.stream)
            for country, original in zip(mirror.countries, in_half_days.countries, strict=True)
        ),
    )
    one, other = es.run(in_half_days, 200, 1).outcomes, es.run(unlucky, 200, 1).outcomes
    assert not np.array_equal(one["deaths_total"], other["deaths_total"])
