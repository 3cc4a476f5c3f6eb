"""A scenario written as YAML is read as the same scenario."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import escalation_sim as es
from conftest import SHIPPED, shipped
from escalation_sim.scenario import as_yaml, scenario_from_bytes


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_comes_back(name):
    scenario = shipped(name)
    assert scenario_from_bytes(as_yaml(scenario, "a heading\nof two lines").encode(), "x.yaml") == scenario


@settings(max_examples=30)
@given(title=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip))
@example(title="1e5")
@example(title="off")
@example(title="1:30")
@example(title="null")
@example(title="0x1F")
@example(title="2025-04-22")
@example(title="# not a comment")
def test_text_that_looks_like_something_else_stays_text(pahalgam, title):
    try:
        scenario = pahalgam.set("title", title)
    except es.InputError:
        return  # text that no scenario may have
    assert scenario_from_bytes(as_yaml(scenario).encode(), "x.yaml").title == scenario.title


def test_what_is_written_is_yaml_for_others_too(pahalgam):
    assert yaml.safe_load(as_yaml(pahalgam))["name"] == "pahalgam-2025"
    assert "&" not in as_yaml(pahalgam).split("acts:")[0].replace("P&", "")
