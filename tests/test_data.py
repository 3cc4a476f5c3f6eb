"""Claims about the shipped data: presets, calendar, Track II, societies, scenarios and their sources."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from escalation_sim.parameters import ASSUMED, Section
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.scenario import channels_as_of, load_scenario

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src" / "escalation_sim" / "data"
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
LADDERS = sorted((DATA / "ladders").glob("*.yaml"))
PRESETS = {
    "back_channel",
    "track_two",
    "dgmo_hotline",
    "high_commissions",
    "people_to_people",
    "foreign_secretary_hotline",
    "third_party",
}
NAMED_INITIATIVES = (
    "Neemrana Dialogue",
    "Shanghai Initiative",
    "BALUSA",
    "Pugwash",
    "Peoples' Forum for Peace and Democracy",
    "Parliamentary Forum",
    "South Asian Free Media Association",
    "Chaophraya",
    "Ottawa Dialogue",
    "Joint Chamber of Commerce",
    "WISCOMP",
    "South Asia Peace Action Network",
    "Aman ki Asha",
    "writers",
    "poets",
    "journalists",
    "traders",
)


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


CHANNELS = loaded(DATA / "channels.yaml")
CALENDAR = loaded(DATA / "calendar.yaml")["channels"]
INITIATIVES = loaded(DATA / "track_two.yaml")["initiatives"]
SOCIETIES = loaded(DATA / "societies.yaml")
BIBLIOGRAPHY = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^@\w+\{([^,\s]+),(.*?)^\}", BIBLIOGRAPHY, re.DOTALL | re.MULTILINE))


def value_of(number: Any) -> float:
    return float(number["value"] if isinstance(number, dict) else number)


def bounds_of(number: Any) -> tuple[float, float]:
    if isinstance(number, dict) and "range" in number:
        low, high = number["range"]
        return float(low), float(high)
    return value_of(number), value_of(number)


def sources_in(node: Any) -> Iterator[str]:
    """Every key named under a `source:` anywhere below."""
    if isinstance(node, dict):
        for key, entry in node.items():
            if key == "source":
                yield from (part.strip() for part in entry.split(","))
            else:
                yield from sources_in(entry)
    elif isinstance(node, list):
        for entry in node:
            yield from sources_in(entry)


def numbers_in(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number of the model below: mappings with a value, and plain numbers."""
    if isinstance(node, dict) and "value" in node:
        yield path, node
    elif isinstance(node, dict):
        for key, entry in node.items():
            yield from numbers_in(entry, f"{path}.{key}")
    elif isinstance(node, list):
        for place, entry in enumerate(node):
            yield from numbers_in(entry, f"{path}.{place}")
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path, node


def lies_within(section: Section, name: str, number: Any) -> bool:
    parameter = section[name]
    low, high = bounds_of(number)
    return parameter.low <= low <= value_of(number) <= high <= parameter.high


def active_on(day: datetime.date) -> list[dict[str, Any]]:
    """Initiatives of the year of a day."""
    return [entry for entry in INITIATIVES if entry["from"] <= day.year <= (entry["to"] or 9999)]


def strength_on(date: str) -> float:
    """Strength of Track II on a date: its initiatives added up, at most 1."""
    return min(1.0, sum(value_of(entry["strength"]) for entry in active_on(datetime.date.fromisoformat(date))))


def state_on(channel: str, date: str) -> tuple[str, float]:
    """Status and relationship of one channel on a date, by the rule of the calendar."""
    day = datetime.date.fromisoformat(date)
    if channel == "track_two":
        return ("open", 0.5) if active_on(day) else ("closed", 0.0)
    for entry in CALENDAR.get(channel, ()):
        if entry["from"] <= day and (entry["to"] is None or day <= entry["to"]):
            return entry["status"], entry["relationship"]
    return "closed", 0.0


# Sources


@pytest.mark.parametrize("section", [*SECTIONS.values(), *PROFILES.values()], ids=lambda section: section.name)
def test_every_source_of_a_rule_is_in_the_bibliography(section: Section) -> None:
    for name, parameter in section:
        assert set(parameter.sources) <= ENTRIES.keys(), name


@pytest.mark.parametrize("path", [*sorted(DATA.glob("*.yaml")), *LADDERS, *SCENARIOS], ids=lambda path: path.name)
def test_every_source_of_the_data_is_in_the_bibliography(path: Path) -> None:
    assert set(sources_in(loaded(path))) - {ASSUMED} <= ENTRIES.keys()


def test_every_entry_says_how_well_it_is_known() -> None:
    codes = ("read in excerpt", "recalled, unverified", "composite of press reports: re-source before citing")
    for key, entry in ENTRIES.items():
        note = re.search(r"note = \{(.*)\},?\s*$", entry, re.MULTILINE)
        assert note is not None, key
        assert note[1].startswith(codes), key


def test_no_bibliography_key_occurs_twice() -> None:
    assert len(re.findall(r"^@\w+\{", BIBLIOGRAPHY, re.MULTILINE)) == len(ENTRIES)


# Presets


def test_the_seven_presets_are_there() -> None:
    assert set(CHANNELS) == PRESETS


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_gives_every_number_of_a_profile_within_its_range(preset: str) -> None:
    profile = CHANNELS[preset]["profile"]
    assert set(profile) <= set(PROFILES["channel"].parameters)
    left_out = set(PROFILES["channel"].parameters) - set(profile)
    without_effect = {name for name in left_out if PROFILES["channel"][name].default == 0.0}
    assert without_effect <= {"clarifies_signals", "prepares_deals", "builds_trade", "calms_media"}
    used_by_those_who_take_part = value_of(profile["by_choice"]) == 0.0
    assert left_out - without_effect <= {"strength", *(["reliability"] if used_by_those_who_take_part else [])}
    for name, number in profile.items():
        assert lies_within(PROFILES["channel"], name, number), name
        assert number["source"], name
        assert number["note"], name


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_candour_may_be_worth_nothing(preset: str) -> None:
    assert bounds_of(CHANNELS[preset]["profile"]["candour"])[0] == 0.0


@pytest.mark.parametrize("preset", ["dgmo_hotline", "foreign_secretary_hotline"])
def test_a_hotline_may_have_no_effect(preset: str) -> None:
    for effect in ("intent_precision", "posture_precision", "clarifies_accidents", "negotiates", "implements", "builds_trust"):
        assert bounds_of(CHANNELS[preset]["profile"][effect])[0] == 0.0, effect


def test_the_military_hotline_implements_most_and_the_back_channel_settles_most_between_the_two() -> None:
    def largest(name: str) -> str:
        bilateral = PRESETS - {"third_party"}
        return max(bilateral, key=lambda preset: value_of(CHANNELS[preset]["profile"][name]))

    assert largest("implements") == "dgmo_hotline"
    assert largest("negotiates") == largest("intent_precision") == largest("influence") == "back_channel"


def test_track_two_as_it_was_never_built_a_larger_constituency_than_contacts_between_people() -> None:
    for year in range(1985, 2026):
        profile = channels_as_of(f"{year}-06-01")["track_two"].profile
        built = profile["builds_constituency"].value * profile["strength"].value if profile else 0.0
        assert built < value_of(CHANNELS["people_to_people"]["profile"]["builds_constituency"]), year


def test_only_the_third_party_needs_a_mediator() -> None:
    assert {preset for preset in PRESETS if value_of(CHANNELS[preset]["profile"]["third_party"])} == {"third_party"}


# Calendar and Track II


def test_the_calendar_knows_the_presets_only() -> None:
    assert set(CALENDAR) == PRESETS - {"track_two"}


@pytest.mark.parametrize("channel", sorted(CALENDAR))
def test_spells_of_a_channel_follow_each_other_without_gap_or_overlap(channel: str) -> None:
    spells = CALENDAR[channel]
    for spell in spells:
        assert spell["status"] in ("open", "suspended", "closed")
        assert 0.0 <= spell["relationship"] <= 1.0
        assert spell["source"]
        assert spell["note"]
    for earlier, later in itertools.pairwise(spells):
        assert later["from"] == earlier["to"] + datetime.timedelta(days=1)
    assert spells[-1]["to"] is None


@pytest.mark.parametrize(
    ("date", "channel", "status", "relationship"),
    [
        ("1987-01-24", "back_channel", "closed", 0.0),
        ("1987-01-24", "dgmo_hotline", "open", 0.2),
        ("1987-01-24", "track_two", "closed", 0.0),
        ("1987-01-24", "foreign_secretary_hotline", "closed", 0.0),
        ("1999-06-01", "high_commissions", "open", 0.6),
        ("2002-06-01", "high_commissions", "open", 0.2),
        ("2002-06-01", "people_to_people", "suspended", 0.1),
        ("2004-06-01", "back_channel", "open", 0.7),
        ("2004-06-01", "dgmo_hotline", "open", 0.6),
        ("2004-06-01", "high_commissions", "open", 0.7),
        ("2004-06-01", "people_to_people", "open", 0.4),
        ("2004-06-01", "foreign_secretary_hotline", "closed", 0.0),
        ("2004-06-01", "third_party", "suspended", 0.6),
        ("2008-11-26", "back_channel", "closed", 0.0),
        ("2016-01-02", "back_channel", "open", 0.6),
        ("2016-01-02", "high_commissions", "open", 0.7),
        ("2016-01-02", "people_to_people", "open", 0.4),
        ("2016-09-18", "back_channel", "open", 0.6),
        ("2019-02-14", "back_channel", "suspended", 0.25),
        ("2025-04-22", "back_channel", "closed", 0.0),
        ("2025-04-22", "dgmo_hotline", "open", 0.5),
        ("2025-04-22", "high_commissions", "open", 0.25),
        ("2025-04-22", "foreign_secretary_hotline", "open", 0.1),
        ("2025-04-22", "people_to_people", "open", 0.1),
        ("2025-04-22", "third_party", "suspended", 0.6),
        ("1979-12-31", "dgmo_hotline", "closed", 0.0),
    ],
)
def test_a_channel_had_the_state_the_record_gives(date: str, channel: str, status: str, relationship: float) -> None:
    assert state_on(channel, date) == (status, pytest.approx(relationship))


@pytest.mark.parametrize(
    ("date", "low", "high"),
    [("2004-06-01", 0.6, 0.8), ("2016-01-02", 0.3, 0.5), ("2019-02-14", 0.2, 0.35), ("2025-04-22", 0.1, 0.2)],
)
def test_track_two_was_strongest_in_2004_and_is_nearly_gone_in_2025(date: str, low: float, high: float) -> None:
    assert low <= strength_on(date) <= high


@pytest.mark.parametrize("name", NAMED_INITIATIVES)
def test_every_initiative_the_articles_name_is_there(name: str) -> None:
    assert any(name in initiative["name"] for initiative in INITIATIVES)


@pytest.mark.parametrize("initiative", INITIATIVES, ids=lambda initiative: initiative["name"])
def test_an_initiative_is_complete(initiative: dict[str, Any]) -> None:
    assert initiative["to"] is None or initiative["from"] <= initiative["to"]
    low, high = bounds_of(initiative["strength"])
    assert 0.0 <= low <= value_of(initiative["strength"]) <= high <= 1.0
    assert 0.0 <= value_of(initiative["sponsorship"]) <= 1.0
    assert 0.0 <= value_of(initiative["influence"]) <= 1.0
    assert initiative["conf"] in ("V", "C", "R")
    assert sum(initiative["focus"].values()) == pytest.approx(1.0)
    assert initiative["participants"]
    assert initiative["source"]
    assert initiative["note"]


def test_no_initiative_is_listed_twice() -> None:
    names = [initiative["name"] for initiative in INITIATIVES]
    assert len(names) == len(set(names))


# Societies


@pytest.mark.parametrize(("kind", "section", "members"), [("outlets", "outlet", 6), ("groups", "group", 8)])
def test_a_society_has_complete_members_whose_audiences_add_up_to_one(kind: str, section: str, members: int) -> None:
    society = SOCIETIES[kind]
    assert len(society) == members
    for name, member in society.items():
        assert set(member) == {"label", *PROFILES[section].parameters}, name
        assert all(lies_within(PROFILES[section], key, number) for key, number in member.items() if key != "label"), name
    assert sum(value_of(member["audience"]) for member in society.values()) == pytest.approx(1.0)


def test_two_outlets_are_social_media_and_care_least_for_truth() -> None:
    social = {name for name, outlet in SOCIETIES["outlets"].items() if outlet["social"] == 1}
    assert social == {"social_open", "social_messaging"}
    care = {name: value_of(outlet["care_for_truth"]) for name, outlet in SOCIETIES["outlets"].items()}
    assert max(care[name] for name in social) < min(care[name] for name in care.keys() - social)


# Scenarios


def test_the_shipped_scenarios_are_there() -> None:
    assert {"pahalgam-2025.yaml", "u2-1960.yaml"} <= {path.name for path in SCENARIOS}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_number_of_a_scenario_has_a_source_or_is_called_assumed(path: Path) -> None:
    """Outlets and groups may give plain numbers: no source exists for any of them."""
    document = loaded(path)
    settings = {"horizon_days", "step_hours", "quiet_days", "observed"}
    where_things_stand = re.compile(r"^\.triggers\.\d+\.(rung|lasts|day)$|^\.countries\.\w+\.(outlets|groups)\.")
    for place, number in numbers_in({key: entry for key, entry in document.items() if key not in settings}):
        if not where_things_stand.search(place):
            assert isinstance(number, dict), f"{place} is a plain number"
            assert number.get("source"), place


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_number_of_a_scenario_lies_within_its_range(path: Path) -> None:
    document = loaded(path)
    for country in document["countries"].values():
        for name in country.keys() & SECTIONS.keys():
            assert all(lies_within(SECTIONS[name], key, number) for key, number in country[name].items()), name
        for kind, section in (("outlets", "outlet"), ("groups", "group")):
            members = {name: member for name, member in country.get(kind, {}).items() if name != "drop"}
            for name, member in members.items():
                numbers = {key: number for key, number in member.items() if key != "label"}
                assert all(lies_within(PROFILES[section], key, number) for key, number in numbers.items()), name
    for name, section_given in document.get("model", {}).items():
        assert all(lies_within(SECTIONS[name], key, number) for key, number in section_given.items()), name
    for kind, section in (("armed_groups", "armed_group"), ("mediators", "mediator")):
        for name, member in document.get(kind, {}).items():
            numbers = {key: number for key, number in member.items() if key not in ("label", "base", "target")}
            assert all(lies_within(PROFILES[section], key, number) for key, number in numbers.items()), name


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_what_was_observed_is_dated_in_order_and_said_by_someone(path: Path) -> None:
    document = loaded(path)
    if "observed" not in document:
        pytest.skip("nothing observed")
    acts = document["observed"]["acts"]
    dates = [act["date"] for act in acts]
    assert dates == sorted(dates)
    assert dates[0] >= document["start"]
    for act in acts:
        assert act["conf"] in ("V", "D", "C", "R")
        assert act["source"]
        assert ("kind" in act) or (act["actor"] in document["countries"] and 0 <= act["rung"] <= 10)


def test_deaths_of_pahalgam_add_up_from_each_sides_own_admissions() -> None:
    document = loaded(ROOT / "scenarios" / "pahalgam-2025.yaml")
    deaths = document["observed"]["deaths"]
    assert deaths["total"] == [deaths["india"][end] + deaths["pakistan"][end] for end in (0, 1)]
    killed = value_of(document["triggers"][0]["deaths"])
    assert deaths["india"] == [killed + 5 + 13, killed + 8 + 21]


def test_pahalgam_strikes_came_a_fortnight_after_the_attack_and_stopped_after_four_days() -> None:
    document = loaded(ROOT / "scenarios" / "pahalgam-2025.yaml")
    force = [act["date"] for act in document["observed"]["acts"] if act.get("rung", 0) >= 4]
    (stop,) = (act["date"] for act in document["observed"]["acts"] if act.get("kind") == "cease_fire")
    assert (force[0] - document["start"]).days == 15
    assert (stop - force[0]).days == 3


def test_no_hotline_and_no_track_two_existed_in_1960() -> None:
    document = loaded(ROOT / "scenarios" / "u2-1960.yaml")
    assert document["channels"]["dgmo_hotline"] == document["channels"]["track_two"] == "closed"
    assert "as_of" not in document["channels"]


# The loader reads all of it


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_loads(path: Path) -> None:
    scenario = load_scenario(path)
    assert scenario.name == path.stem
    assert scenario.decision in THEORIES
    assert {channel.name for channel in scenario.channels} >= PRESETS


@pytest.mark.parametrize("date", ["2004-06-01", "2016-01-02", "2025-04-22"])
def test_the_loader_gives_the_channels_the_state_of_the_calendar(date: str) -> None:
    code = {"closed": 0.0, "suspended": 1.0, "open": 2.0}
    scenario = load_scenario(ROOT / "scenarios" / "pahalgam-2025.yaml")
    for channel in scenario.with_channels_as_of(datetime.date.fromisoformat(date)).channels:
        status, relationship = state_on(channel.name, date)
        assert channel.status == code[status], channel.name
        assert channel.relationship.value == pytest.approx(relationship), channel.name
        strength = strength_on(date) if channel.name == "track_two" else 1.0
        assert channel.profile["strength"].value == pytest.approx(strength), channel.name


FOCUSED = {
    "intent_precision": "general", "builds_trust": "general", "clarifies_signals": "nuclear", "prepares_deals": "kashmir",
    "builds_trade": "trade", "builds_constituency": "people", "calms_media": "media",
}  # fmt: skip


@pytest.mark.parametrize("date", ["2004-06-01", "2016-01-02", "2025-04-22"])
def test_what_track_two_does_is_its_presets_number_times_the_share_of_its_work_with_that_focus(date: str) -> None:
    active = active_on(datetime.date.fromisoformat(date))
    weights = [value_of(entry["strength"]) for entry in active]
    profile = channels_as_of(date)["track_two"].profile
    for name, focus in FOCUSED.items():
        share = np.average([entry["focus"].get(focus, 0.0) for entry in active], weights=weights)
        assert profile[name].value == pytest.approx(value_of(CHANNELS["track_two"]["profile"][name]) * share), name
    for name in ("influence", "sponsorship"):
        assert profile[name].value == pytest.approx(np.average([value_of(entry[name]) for entry in active], weights=weights)), (
            name
        )


def test_a_focus_that_no_initiative_has_does_nothing() -> None:
    for year in range(1991, 2026):
        profile = channels_as_of(f"{year}-06-01")["track_two"].profile
        for name, focus in FOCUSED.items():
            someone = any(entry["focus"].get(focus, 0.0) > 0.0 for entry in active_on(datetime.date(year, 6, 1)))
            assert (profile[name].value > 0.0) == someone, (year, name)
