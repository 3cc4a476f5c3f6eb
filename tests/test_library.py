"""Claims about the library of what was: every system the founding articles name is there, under its name, with a source."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from escalation_sim.errors import InputError
from escalation_sim.parameters import ASSUMED
from escalation_sim.scenario import calendar, channel_presets, initiatives
from escalation_sim.scenario.document import Document
from escalation_sim.scenario.history import (
    KINDS,
    Event,
    EventBlock,
    Violations,
    events_between,
    history,
    violations,
)
from escalation_sim.scenario.schema import FOCI, InitiativeBlock, checked

ROOT = Path(__file__).parents[1]
KEYS = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "docs" / "references.bib").read_text(encoding="utf-8"), re.MULTILINE))
SHIPPED_OR_PLANNED = {
    "brasstacks-1986",
    "kargil-1999",
    "mumbai-2008",
    "pathankot-2016",
    "uri-2016",
    "pulwama-2019",
    "brahmos-2022",
    "pahalgam-2025",
    "u2-1960",
}

# What the articles name, each by a piece of the name it has here.
NAMED_INITIATIVES = (
    "Neemrana Dialogue",
    "Neemrana Dialogue (revived)",
    "Shanghai Initiative",
    "BALUSA Group",
    "Pugwash meetings on Kashmir",
    "Pakistan-India Peoples' Forum for Peace and Democracy",
    "Pakistan-India Parliamentary Forum",
    "South Asian Free Media Association",
    "Chaophraya Dialogue",
    "Ottawa Dialogue",
    "India-Pakistan Joint Chamber of Commerce",
    "WISCOMP Conflict Transformation",
    "South Asia Peace Action Network",
    "Exchanges of writers",
    "Exchanges of poets",
    "Exchanges of journalists",
    "Exchanges of traders",
)
NAMED_EVENTS = (
    # wars and crises
    "War of 1947",
    "War of 1965",
    "War of 1971",
    "Siachen 1984",
    "Brasstacks 1986-87",
    "Spring 1990",
    "Nuclear tests of 1998",
    "Kargil 1999",
    "Standoff of 2001-02",
    "Mumbai 2008",
    "Firing of 2013",
    "Firing of 2014",
    "Pathankot 2016",
    "Uri 2016",
    "Pulwama 2019",
    "BrahMos 2022",
    "Pahalgam 2025",
    "U-2 incident",
    "Kashmir's change of status",
    # what was agreed, opened, refused
    "Cease-fire of 2003",
    "Cease-fire of May 2018",
    "Cease-fire of 2021",
    "Cease-fire of May 2025",
    "Zia's cricket visit",
    "Lahore bus journey",
    "Visits of 2003-04",
    "Visit to Lahore of December 2015",
    "Border crossings opened",
    "High commissions downgraded",
    "No talks under attack",
    "Strategic restraint",
    "Naming and shaming abroad",
    "Letter of the Peoples' Forum",
    "Agreement on non-attack of nuclear installations",
    "Lahore memorandum",
    "Agreement on notice of missile tests",
    "Agreement on a foreign secretaries' hotline",
    "DGMO talks",
    # who spoke for whom
    "Mediation by the United States in 1999",
    "Mediation by the United States in 2002",
    "Mediation by the United States in 2008",
    "Mediation by the United States in 2019",
    "Mediation by the United States in 2025",
    "Naik-Mishra back channel",
    "Mishra-Aziz back channel",
    "Lambah-Aziz back channel",
    "Lambah-Riaz Khan back channel",
    "Doval-Janjua back channel",
    "UAE-facilitated back channel",
    "Doval-Munir back channel (proposed)",
    # armed groups
    "Jaish-e-Mohammed",
    "Lashkar-e-Taiba",
    "United Jihad Council",
)
NAMED_CHANNELS = (
    "back_channel",
    "track_two",
    "dgmo_hotline",
    "high_commissions",
    "people_to_people",
    "foreign_secretary_hotline",
    "third_party",
)
NAMED_IN_A_SCENARIO = ("Jaish-e-Mohammed", "Lashkar-e-Taiba", "United States")

EVENTS = {event.name: event for event in history()}
INITIATIVES = {one.name: one for one in initiatives()}


def keys_of(source: str) -> set[str]:
    return {key.strip() for key in source.split(",")}


def well_sourced(source: str) -> bool:
    return bool(source) and ASSUMED not in keys_of(source) and keys_of(source) <= KEYS


def sources_below(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, entry in node.items():
            if key == "source":
                yield entry
            else:
                yield from sources_below(entry)


def members_of_scenarios() -> Iterator[tuple[str, list[str]]]:
    """Labels of the armed groups and mediators of all scenario files, each with its sources."""
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for kind in ("armed_groups", "mediators"):
            for name, member in (document.get(kind) or {}).items():
                yield member.get("label", name), list(sources_below(member))


# Everything named is there


@pytest.mark.parametrize("name", NAMED_INITIATIVES)
def test_every_initiative_named_is_there_with_a_source(name: str) -> None:
    assert well_sourced(INITIATIVES[name].source)


@pytest.mark.parametrize("name", NAMED_EVENTS)
def test_every_event_named_is_there_with_a_source(name: str) -> None:
    found = [event for title, event in EVENTS.items() if title.startswith(name)]
    assert found
    assert all(well_sourced(event.source) for event in found)


@pytest.mark.parametrize("name", NAMED_CHANNELS)
def test_every_channel_named_is_a_preset_and_has_a_history(name: str) -> None:
    assert name in channel_presets()
    sourced = [one.source for one in (initiatives() if name == "track_two" else calendar()[name])]
    assert any(well_sourced(source) for source in sourced)


@pytest.mark.parametrize("label", NAMED_IN_A_SCENARIO)
def test_every_actor_named_takes_part_in_a_scenario(label: str) -> None:
    found = [sources for name, sources in members_of_scenarios() if name == label]
    assert found
    assert any(well_sourced(source) for sources in found for source in sources)


# Initiatives


@pytest.mark.parametrize("initiative", initiatives(), ids=lambda initiative: initiative.name)
def test_the_focus_of_an_initiative_adds_up_to_one(initiative: Any) -> None:
    assert set(initiative.focus) <= set(FOCI)
    assert sum(initiative.focus.values()) == pytest.approx(1.0)
    for number in (initiative.influence, initiative.strength, initiative.sponsorship):
        assert number.range is not None
        low, high = number.range
        assert 0.0 <= low <= number.value <= high <= 1.0


def test_every_focus_has_an_initiative() -> None:
    assert {name for one in initiatives() for name in one.focus} == set(FOCI)


def test_those_close_to_a_government_pass_messages_best() -> None:
    people = INITIATIVES["Pakistan-India Peoples' Forum for Peace and Democracy"].influence.value
    officials = INITIATIVES["Neemrana Dialogue"].influence.value
    parliament = INITIATIVES["Pakistan-India Parliamentary Forum"].influence.value
    assert people < officials < parliament


def an_initiative(**focus: float) -> dict[str, Any]:
    known = {"name": "Test", "from": 2000, "to": None, "influence": 0.1, "strength": 0.1, "sponsorship": 0.1}
    return known | {"source": ASSUMED, "conf": "R", "focus": focus}


def test_a_misspelt_focus_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="nuclear") as refused:
        checked(InitiativeBlock, Document(an_initiative(nuclaer=1.0)))
    assert "unknown focus" in str(refused.value)


@pytest.mark.parametrize(
    ("focus", "problem"),
    [
        ({"general": 0.5, "trade": 0.4}, "do not add up to 1"),
        ({"general": 1.5, "trade": -0.5}, "out of range"),
        ({}, "do not add up to 1"),
    ],
)
def test_shares_that_are_none_are_refused(focus: dict[str, float], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        checked(InitiativeBlock, Document(an_initiative(**focus)))


# History


def test_the_record_is_in_order_and_no_event_is_listed_twice() -> None:
    starts = [event.first for event in history()]
    assert starts == sorted(starts)
    assert len(EVENTS) == len(history())


@pytest.mark.parametrize("event", history(), ids=lambda event: event.name)
def test_an_event_is_complete(event: Event) -> None:
    assert datetime.date(1947, 8, 15) <= event.first <= event.last <= datetime.date(2025, 12, 31)
    assert event.kind in KINDS
    assert event.what.endswith(".")
    assert well_sourced(event.source)
    assert not event.channel or event.channel in channel_presets()
    assert not event.scenario or event.scenario in SHIPPED_OR_PLANNED


def test_every_kind_of_event_occurs() -> None:
    assert {event.kind for event in history()} == set(KINDS)


def test_every_scenario_has_one_event_and_the_other_dyad_is_there() -> None:
    told = [event.scenario for event in history() if event.scenario]
    assert sorted(told) == sorted(SHIPPED_OR_PLANNED)
    assert {event.name for event in history() if event.dyad != "india-pakistan"} == {"U-2 incident"}


def test_events_are_found_by_any_part_of_them() -> None:
    names = {event.name for event in events_between("2016-09-20", "2016-09-20")}
    assert {"Uri 2016", "Doval-Janjua back channel", "Strategic restraint"} <= names
    assert "Pathankot 2016" not in names
    assert events_between("1950-01-01", "1950-12-31") == ()


def test_an_event_that_ends_before_it_begins_is_refused() -> None:
    event = {"name": "Test", "from": 2001, "to": 2000, "kind": "war", "what": "Nothing.", "source": ASSUMED, "conf": "R"}
    with pytest.raises(InputError, match="ends before it begins"):
        checked(EventBlock, Document(event))


# Violations


def counted(year: int, side: str = "india") -> Violations:
    (row,) = (row for row in violations() if (row.year, row.reported_by) == (year, side))
    return row


def test_a_cease_fire_shows_in_the_counts() -> None:
    assert counted(2003).low > 100 * max(counted(2004).high, 1)
    assert counted(2020).low > 100 * counted(2022).high


def test_counts_are_sourced_and_ranges_run_forward() -> None:
    seen = [(row.year, row.reported_by) for row in violations()]
    assert seen == sorted(set(seen))
    for row in violations():
        assert 0 <= row.low <= row.high
        assert well_sourced(row.source)
        assert (row.low < row.high) <= (row.conf == "C")
