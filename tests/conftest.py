"""Scenarios that many tests share, and a few short ways of changing them."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from pathlib import Path

import pytest

import escalation_sim as es

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))


@functools.cache
def shipped(name: str) -> es.Scenario:
    return es.load_scenario(ROOT / "scenarios" / f"{name}.yaml")


def without_later_triggers(scenario: es.Scenario, days: int) -> es.Scenario:
    """A rivalry cut short: the first days, and of the dated events those that lie in them."""
    document = scenario.document
    last = scenario.start + datetime.timedelta(days=days)
    document["triggers"] = [one for one in document["triggers"] if datetime.date.fromisoformat(str(one["date"])) < last]
    return es.Scenario.from_document({**document, "horizon_days": days})


def with_decision(scenario: es.Scenario, theory: str) -> es.Scenario:
    return dataclasses.replace(scenario, decision=theory)


@pytest.fixture(scope="session")
def pahalgam() -> es.Scenario:
    return shipped("pahalgam-2025")


@pytest.fixture(scope="session")
def short(pahalgam) -> es.Scenario:
    """Pahalgam 2025 cut to 40 days: long enough for strikes and deals, short enough for many tests.

    Cut in its document: what is then opened, closed or set has 40 days too.
    """
    return pahalgam.set("horizon_days", 40)


@pytest.fixture(scope="session")
def in_half_days(short) -> es.Scenario:
    """The same in half as many steps, where no time of day matters."""
    return short.set("step_hours", 12)
