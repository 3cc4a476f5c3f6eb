"""Claims about scenarios: what a file gives, what is filled in, and what the operations on a scenario do."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from escalation_sim.errors import InputError
from escalation_sim.parameters import Number
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.scenario import (
    Channel,
    Scenario,
    calendar,
    channel_presets,
    channels_as_of,
    initiatives,
    json_schema,
    load_scenario,
    shipped_ladders,
    societies,
    track_two_as_of,
)

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
PRESETS = [
    "back_channel", "track_two", "dgmo_hotline", "high_commissions", "people_to_people",
    "foreign_secretary_hotline", "third_party",
]  # fmt: skip
CLOSED, SUSPENDED, OPEN = 0.0, 1.0, 2.0

SMALL: dict[str, Any] = {"name": "small", "start": "2025-04-22", "countries": {"india": {}, "pakistan": {}}}


def scenario(**changes: Any) -> Scenario:
    """The smallest scenario with some top-level entries added."""
    return Scenario.from_document({**SMALL, **changes})


def channel(found: Scenario, name: str) -> Channel:
    return next(one for one in found.channels if one.name == name)


def test_the_smallest_scenario_has_the_documented_defaults() -> None:
    small = scenario()
    assert small.start == datetime.date(2025, 4, 22)
    assert (small.horizon_days, small.step_hours, small.quiet_days) == (120.0, 6.0, 7.0)
    assert (small.decision, small.ladder.name, small.title) == ("quantal_response", "eleven_rungs", "small")
    assert [(country.name, country.label, country.stream) for country in small.countries] == [
        ("india", "India", "india"),
        ("pakistan", "Pakistan", "pakistan"),
    ]
    assert not small.model
    assert not small.triggers
    assert not small.armed_groups
    assert not small.mediators
    assert small.observed is None


def test_a_key_with_nothing_after_it_is_an_empty_block(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(
        "name: small\nstart: 2025-04-22\ncountries: {india: , pakistan: }\n"
        "model:\nchannels:\ntriggers:\narmed_groups:\nmediators:\n"
    )
    assert [country.name for country in load_scenario(path).countries] == ["india", "pakistan"]


def test_the_countries_keep_their_order() -> None:
    turned = scenario(countries={"pakistan": {}, "india": {}})
    assert [country.name for country in turned.countries] == ["pakistan", "india"]
    assert turned != scenario()


def test_sections_hold_only_what_the_document_gives() -> None:
    found = scenario(
        countries={"india": {"government": {"resolve": 0.6}}, "pakistan": {"media": {}}},
        model={"cease_fire": {"fragility": {"value": 0.02, "range": [0.01, 0.03], "source": "fortna2004"}}},
    )
    assert found.countries[0].sections == {"government": {"resolve": Number(0.6)}}
    assert found.countries[1].sections == {}
    assert found.model == {"cease_fire": {"fragility": Number(0.02, (0.01, 0.03), "triangular", "fortna2004")}}


@pytest.mark.parametrize("theory", sorted(THEORIES))
def test_every_theory_can_be_chosen_and_given_numbers(theory: str) -> None:
    section = SECTIONS[theory]
    numbers = {name: parameter.default for name, parameter in section}
    found = scenario(decision=theory, model={theory: numbers})
    assert found.decision == theory
    assert {name: number.value for name, number in found.model.get(theory, {}).items()} == numbers


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_every_declared_parameter_is_accepted_at_both_ends_of_its_range_and_refused_beyond(name: str) -> None:
    for key, parameter in SECTIONS[name]:
        for end, beyond in ((parameter.low, parameter.low - 1.0), (parameter.high, parameter.high + 1.0)):
            assert scenario(model={name: {key: end}}).model[name][key].value == end
            with pytest.raises(InputError, match=r"out of range|0 or 1"):
                scenario(model={name: {key: beyond}})


def test_an_outlet_is_changed_by_one_number_a_new_one_added_and_one_dropped() -> None:
    outlets = {"mass_tv": {"audience": 0.9}, "wire": {"label": "The wire", "hostility": 0.1}, "drop": ["social_open"]}
    found = scenario(countries={"india": {"outlets": outlets}, "pakistan": {}})
    default = societies().outlets
    members = {member.name: member for member in found.countries[0].outlets}
    assert list(members) == [*(name for name in default if name != "social_open"), "wire"]
    assert members["mass_tv"].profile["audience"] == Number(0.9)
    assert members["mass_tv"].profile["hostility"] == default["mass_tv"].profile["hostility"]
    assert members["wire"].label == "The wire"
    assert set(members["wire"].profile) == set(PROFILES["outlet"].parameters)
    assert found.countries[1].outlets == tuple(default.values())


def test_without_a_date_every_preset_is_there_and_closed() -> None:
    small = scenario()
    assert [one.name for one in small.channels] == PRESETS == list(channel_presets())
    assert all((one.status, one.relationship.value) == (CLOSED, 0.0) for one in small.channels)
    assert all(set(one.profile) == set(PROFILES["channel"].parameters) for one in small.channels)


@pytest.mark.parametrize(
    "day", ["1960-01-01", "1987-01-20", "1999-06-01", "2004-06-01", "2019-02-26", "2025-04-22", "2100-01-01"]
)
def test_as_of_a_date_the_channels_are_in_the_states_of_history(day: str) -> None:
    past = channels_as_of(day)
    assert list(past) == PRESETS
    for one in scenario(channels={"as_of": day}).channels:
        assert (one.status, one.relationship) == (past[one.name].status, past[one.name].relationship)


def test_track_two_sums_the_initiatives_of_the_day() -> None:
    active = track_two_as_of("2004-06-01")
    assert 0 < len(active) < len(initiatives())
    strength = min(1.0, sum(one.strength.value for one in active))
    state = channels_as_of(datetime.date(2004, 6, 1))["track_two"]
    assert (state.status, state.profile["strength"].value) == (OPEN, pytest.approx(strength))
    assert state.relationship == Number(0.5, (0.3, 0.7))
    assert channels_as_of("1960-01-01")["track_two"].status == CLOSED
    assert "track_two" not in calendar()


def test_a_channel_opened_by_hand_has_the_relationship_given_or_that_of_the_day_or_a_half() -> None:
    assert channel(scenario(channels={"dgmo_hotline": "open"}), "dgmo_hotline").relationship == Number(0.5, (0.2, 0.8))
    given = scenario(channels={"dgmo_hotline": {"status": "open", "relationship": 0.2}})
    assert channel(given, "dgmo_hotline").relationship == Number(0.2)
    past = channels_as_of("2004-06-01")
    dated = scenario(channels={"as_of": "2004-06-01", "dgmo_hotline": "suspended", "third_party": "open"})
    assert channel(dated, "dgmo_hotline").relationship == past["dgmo_hotline"].relationship
    assert channel(dated, "dgmo_hotline").status == SUSPENDED
    judged = {"value": 0.4, "range": [0.2, 0.6], "shape": "uniform"}
    assert channel(
        scenario(channels={"dgmo_hotline": {"status": "open", "relationship": judged}}), "dgmo_hotline"
    ).relationship == Number(0.4, (0.2, 0.6), "uniform")


def test_a_date_keeps_a_preset_whose_numbers_alone_are_changed() -> None:
    dated = scenario(channels={"as_of": "2004-06-01", "back_channel": {"influence": 0.1}})
    assert channel(dated, "back_channel").status == OPEN
    assert channel(dated, "back_channel").profile["influence"] == Number(0.1)


def test_a_new_channel_copies_a_preset_or_another_channel_or_starts_from_nothing() -> None:
    new = {
        "envoys": {"preset": "back_channel", "status": "open", "label": "Envoys", "influence": 0.4},
        "second": {"like": "envoys", "label": "More envoys"},
        "own": {"label": "Own line", "level": "military", "negotiates": 0.1},
    }
    found = scenario(channels=new)
    preset = channel_presets()["back_channel"]
    assert [one.name for one in found.channels] == [*PRESETS, "envoys", "second", "own"]
    assert channel(found, "envoys").profile == {**preset.profile, "influence": Number(0.4)}
    assert channel(found, "second").profile == channel(found, "envoys").profile
    assert channel(found, "envoys").level == preset.level
    own = channel(found, "own")
    assert (own.label, own.level, own.status) == ("Own line", "military", CLOSED)
    assert [name for name, number in own.profile.items() if number.value != PROFILES["channel"][name].default] == ["negotiates"]


def test_a_trigger_is_dated_or_counted_from_the_start_and_its_rung_named_or_numbered() -> None:
    found = scenario(
        triggers=[
            {"kind": "attack", "date": "2025-04-25", "victim": "india", "deaths": 26},
            {"kind": "exercise", "day": 0.5, "actor": "india", "rung": "alert and mobilisation"},
            {"kind": "accident", "day": 2, "actor": "pakistan", "rung": 4},
        ]
    )
    attack, exercise, accident = found.triggers
    assert (attack.day, attack.actor, attack.victim, attack.deaths, attack.rung) == (
        3.0,
        "armed_group",
        "india",
        Number(26.0),
        0,
    )
    assert (exercise.day, exercise.victim, exercise.rung, exercise.lasts) == (0.5, "pakistan", 3, Number(1.0))
    assert (accident.victim, accident.rung, accident.lasts, accident.visibility) == ("india", 4, Number(0.0), Number(1.0))


def test_members_of_other_kinds_have_complete_profiles() -> None:
    found = scenario(
        armed_groups={"raiders": {"base": "pakistan", "target": "india", "attacks_per_year": 1}},
        mediators={"swiss_envoys": {"delay": 2}},
    )
    (raiders,), (envoys,) = found.armed_groups, found.mediators
    assert (raiders.base, raiders.target, raiders.profile["attacks_per_year"].value) == ("pakistan", "india", 1.0)
    assert set(raiders.profile) == set(PROFILES["armed_group"].parameters)
    assert (envoys.label, envoys.profile["delay"].value) == ("Swiss envoys", 2.0)
    assert envoys.profile["leverage"].value == PROFILES["mediator"]["leverage"].default


def test_what_happened_is_read_and_put_in_order() -> None:
    acts = [
        {"date": "2025-05-10", "kind": "cease_fire", "channel": "dgmo_hotline"},
        {"date": datetime.date(2025, 5, 7), "actor": "india", "rung": "strike on non-state targets", "conf": "V"},
    ]
    observed = scenario(observed={"end": "2025-05-11", "acts": acts, "deaths": {"total": [95, 108], "india": 50}}).observed
    assert observed is not None
    assert [(act.day, act.kind, act.rung) for act in observed.acts] == [(15.0, "act", 5), (18.0, "cease_fire", None)]
    assert (observed.end_day, observed.deaths_total, observed.deaths) == (19.0, (95.0, 108.0), {"india": (50.0, 50.0)})


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
class TestEveryShippedScenario:
    def test_it_is_called_like_its_file(self, path: Path) -> None:
        assert load_scenario(path).name == path.stem

    def test_it_survives_json_and_pickle(self, path: Path) -> None:
        found = load_scenario(path)
        assert Scenario.from_document(json.loads(json.dumps(found.document, allow_nan=False))) == found
        assert pickle.loads(pickle.dumps(found)) == found

    def test_what_is_not_given_is_as_without_the_file(self, path: Path) -> None:
        found = load_scenario(path)
        assert len(found.countries[0].outlets) == len(found.countries[1].outlets)
        assert len(found.countries[0].groups) == len(found.countries[1].groups)
        assert {one.name for one in found.channels} >= set(PRESETS)

    def test_fixed_takes_every_range_away_and_nothing_else(self, path: Path) -> None:
        found = load_scenario(path)
        fixed = found.fixed()
        assert found.judged
        assert not fixed.judged
        assert fixed.fixed() == fixed
        for before, after in zip(found._numbers(), fixed._numbers(), strict=True):
            assert before[0] == after[0]
            assert (before[1].value, before[1].source) == (after[1].value, after[1].source)

    def test_every_judged_number_can_be_set_by_its_path(self, path: Path) -> None:
        found = load_scenario(path)
        assert found.set_all({name: number.value for name, number in found.judged.items()}).judged == {}
        assert found.set_all(found.judged).judged == found.judged
        for name, number in {name.split(".")[0]: (name, number) for name, number in found.judged.items()}.values():
            assert name not in found.set(name, number.value).judged
            assert found.set(name, number).judged[name] == number

    def test_the_schema_for_editors_accepts_it(self, path: Path) -> None:
        jsonschema = pytest.importorskip("jsonschema")
        jsonschema.Draft202012Validator(json_schema()).validate(load_scenario(path).document)


@pytest.fixture(scope="module")
def crisis() -> Scenario:
    return load_scenario(ROOT / "scenarios" / "pahalgam-2025.yaml")


def test_opening_a_channel_changes_that_channel_alone(crisis: Scenario) -> None:
    opened = crisis.open("back_channel", relationship=0.7)
    assert (channel(opened, "back_channel").status, channel(opened, "back_channel").relationship) == (OPEN, Number(0.7))
    assert [one for one in opened.channels if one.name != "back_channel"] == [
        one for one in crisis.channels if one.name != "back_channel"
    ]
    unchanged = [field.name for field in dataclasses.fields(Scenario) if field.name not in ("channels", "_document", "ladder")]
    assert all(getattr(opened, name) == getattr(crisis, name) for name in unchanged)
    assert channel(crisis.open("back_channel"), "back_channel").relationship == Number(0.5, (0.2, 0.8))


def test_a_channel_since_the_trigger_is_closed_until_it_is_set_up(crisis: Scenario) -> None:
    building = channel(crisis.open("back_channel", since="trigger"), "back_channel")
    assert (building.status, building.since_trigger) == (CLOSED, True)
    existing = channel(crisis.open("back_channel", since="trigger").open("back_channel"), "back_channel")
    assert (existing.status, existing.since_trigger) == (OPEN, False)


def test_opening_takes_a_judged_relationship(crisis: Scenario) -> None:
    judged = Number(0.5, (0.3, 0.7), source="fp2025")
    assert crisis.open("back_channel", relationship=judged).judged["channels.back_channel.relationship"] == judged


def test_closing_a_channel_keeps_its_slot_and_its_profile(crisis: Scenario) -> None:
    closed = crisis.set("channels.dgmo_hotline.influence", 0.9).close("dgmo_hotline")
    hotline = channel(closed, "dgmo_hotline")
    assert (hotline.status, hotline.relationship.value, hotline.profile["influence"].value) == (CLOSED, 0.0, 0.9)
    assert [one.name for one in closed.channels] == [one.name for one in crisis.channels]


def test_opening_and_closing_again_gives_the_closed_channel_back(crisis: Scenario) -> None:
    again = crisis.open("back_channel", relationship=0.7).close("back_channel")
    assert (channel(again, "back_channel").status, channel(again, "back_channel").relationship.value) == (CLOSED, 0.0)


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("countries.india.government.resolve", 0.6, lambda s: s.countries[0].sections["government"]["resolve"].value),
        ("countries.india.outlets.mass_tv.audience", 0.6, lambda s: s.countries[0].outlets[0].profile["audience"].value),
        ("model.cease_fire.fragility", 0.02, lambda s: s.model["cease_fire"]["fragility"].value),
        ("channels.track_two.influence", 0.05, lambda s: channel(s, "track_two").profile["influence"].value),
        ("channels.track_two", "closed", lambda s: "closed" if channel(s, "track_two").status == CLOSED else "open"),
        ("horizon_days", 30, lambda s: s.horizon_days),
        ("decision", "spiral", lambda s: s.decision),
        ("ladder", "eleven_rungs", lambda s: s.ladder.name),
        ("start", datetime.date(2025, 4, 21), lambda s: s.start),
        ("triggers.0.deaths", 60, lambda s: s.triggers[0].deaths.value),
        ("armed_groups.jaish.attacks_per_year", 1, lambda s: s.armed_groups[0].profile["attacks_per_year"].value),
        ("mediators.united_states.delay", 3, lambda s: s.mediators[0].profile["delay"].value),
        ("mediators.china", {"delay": 3}, lambda s: {"delay": s.mediators[-1].profile["delay"].value}),
    ],
)
def test_an_entry_is_set_by_its_path(crisis: Scenario, path: str, value: Any, found: Any) -> None:
    before = crisis.document
    assert found(crisis.set(path, value)) == value
    assert crisis.document == before


def test_setting_a_status_keeps_the_rest_of_a_channel_given_by_one_word() -> None:
    found = scenario(channels={"dgmo_hotline": "open"}).set("channels.dgmo_hotline.influence", 0.7)
    assert (channel(found, "dgmo_hotline").status, channel(found, "dgmo_hotline").profile["influence"].value) == (OPEN, 0.7)


def test_the_channels_of_another_year_come_without_the_rest_of_that_year(crisis: Scenario) -> None:
    own = crisis.set("channels.envoys", {"preset": "back_channel", "status": "open", "label": "Envoys"}).open(
        "back_channel", 0.9
    )
    then = own.set("channels.dgmo_hotline.influence", 0.9).with_channels_as_of("2004-06-01")
    past = channels_as_of("2004-06-01")
    for name in PRESETS:
        assert (channel(then, name).status, channel(then, name).relationship) == (past[name].status, past[name].relationship)
    assert channel(then, "envoys") == channel(own, "envoys")
    assert channel(then, "dgmo_hotline").profile["influence"].value == 0.9
    assert (then.start, then.triggers, then.countries) == (crisis.start, crisis.triggers, crisis.countries)
    assert then == own.set("channels.dgmo_hotline.influence", 0.9).with_channels_as_of(datetime.date(2004, 6, 1))


def test_nothing_done_to_a_document_reaches_the_scenario(crisis: Scenario) -> None:
    document = crisis.document
    before = copy.deepcopy(document)
    again = Scenario.from_document(document)
    document["countries"].clear()
    again.document.clear()
    assert crisis.document == again.document == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        crisis.name = "other"  # type: ignore[misc]


def test_scenarios_are_equal_by_what_they_say(crisis: Scenario) -> None:
    assert crisis == Scenario.from_document(crisis.document)
    assert crisis != crisis.close("dgmo_hotline")
    assert crisis != "crisis"


def test_the_five_rungs_ship_beside_the_eleven() -> None:
    assert {name: len(ladder) for name, ladder in shipped_ladders().items()} == {"eleven_rungs": 11, "five_rungs": 5}
    assert scenario(ladder="five_rungs").ladder.top == 4


def test_numbers_follow_yaml_1_2_and_words_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(
        "name: words\ntitle: No\nabout: 2025-04-22\nstart: 2025-04-22\nhorizon_days: 1e2\n"
        "countries: {india: {label: off}, pakistan: {label: 1:30}}\nmodel: {cease_fire: {grace: 01, fragility: 2e-2}}\n"
    )
    found = load_scenario(path)
    assert (found.title, found.about, found.horizon_days) == ("No", "2025-04-22", 100.0)
    assert [country.label for country in found.countries] == ["off", "1:30"]
    assert found.model["cease_fire"] == {"grace": Number(1.0), "fragility": Number(0.02)}


def blocks_of(schema: dict[str, Any]) -> dict[str, Any]:
    return schema["$defs"]  # type: ignore[no-any-return]


def test_the_schema_describes_every_parameter_with_unit_default_and_bounds() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    described = {
        title: block["properties"] for title, block in blocks_of(schema).items() if block.get("additionalProperties") is False
    }
    declared = [
        *((f"{''.join(word.capitalize() for word in name.split('_'))}Section", one) for name, one in SECTIONS.items()),
        *(("".join(word.capitalize() for word in kind.split("_")), one) for kind, one in PROFILES.items()),
    ]  # fmt: skip
    for title, section in declared:
        for name, parameter in section:
            entry = described[title][name]
            assert (entry["default"], entry["unit"]) == (parameter.default, parameter.unit)
            assert parameter.about in entry["description"]
            plain = entry["anyOf"][0]
            if parameter.unit != "0 or 1":
                assert (plain["minimum"], plain["maximum"]) == (parameter.low, parameter.high)


def test_the_schema_is_itself_a_schema_and_refuses_what_the_loader_refuses() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(SMALL)
    for wrong in ({"horizen_days": 3}, {"horizon_days": 0}, {"decision": "hope"}, {"model": {"cease_fire": {"fragility": 7}}}):
        assert not validator.is_valid({**SMALL, **wrong})


def test_the_schema_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(json_schema(), allow_nan=False)) == json_schema()
