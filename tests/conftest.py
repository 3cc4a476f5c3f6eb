"""Scenarios that many tests share, and a few short ways of changing them."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import pickle
from concurrent.futures import Executor, Future
from pathlib import Path

import hypothesis
import pytest

import escalation_sim as es

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))


hypothesis.settings.register_profile("no-clock", deadline=None)  # no test depends on how fast a machine is
hypothesis.settings.load_profile("no-clock")


class Pickled(Executor):
    """Does at once what it is given, but as a process would get it and give it back: through bytes."""

    def submit(self, work, /, *given, **named):
        def through_bytes(what):
            return pickle.loads(pickle.dumps(what))

        future = Future()
        try:
            future.set_result(through_bytes(through_bytes(work)(*through_bytes(given), **through_bytes(named))))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture
def pickled_workers(monkeypatch) -> None:
    """Two workers are as good as two processes, but need not load everything; real ones are tested with the runs, and with the slow tests."""
    monkeypatch.setattr("escalation_sim.executors.Processes.executor", lambda self: Pickled())


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
