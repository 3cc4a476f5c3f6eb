"""docs/model.md says what the code does: sections, tables, keys and names are held against it."""

from __future__ import annotations

import importlib.util
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from escalation_sim import rivalry, rules
from escalation_sim.ladder import Ladder
from escalation_sim.outcomes import outcome_names
from escalation_sim.parameters import Section, Values
from escalation_sim.rules import PROFILES, SECTIONS, THEORIES
from escalation_sim.rules.local_fire import kindled, local_fire
from escalation_sim.rules.losses import losses
from escalation_sim.rules.perception import belief_next
from escalation_sim.rules.public_opinion import opinion
from escalation_sim.scenario import load_scenario
from escalation_sim.scenario.catalogue import TRACK_TWO, channel_presets, initiatives, shipped_ladders, track_two_of
from escalation_sim.scenario.schema import FOCI
from escalation_sim.state import VARIABLES
from escalation_sim.turn import TURN

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
RULES = Path(rules.__file__).parent
MODEL = (DOCS / "model.md").read_text(encoding="utf-8")
DECLARED = {**SECTIONS, **PROFILES}
STEPS = (3, 6, 12, 24)


def tables_script():
    spec = importlib.util.spec_from_file_location("make_tables", DOCS / "make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_tables"] = module
    spec.loader.exec_module(module)
    return module


SCRIPT = tables_script()


def part(title: str, level: int, text: str = MODEL) -> str:
    """Text under a heading, up to the next heading of its level or above."""
    start = re.search(rf"^#{{{level}}} {re.escape(title)}$", text, re.MULTILINE)
    assert start, f"no heading {'#' * level} {title}"
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


SUBMODELS = part("7 Submodels", 2)


def headings(level: int, text: str) -> list[str]:
    return re.findall(rf"^#{{{level}}} (.+)$", text, re.MULTILINE)


def files(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py")} - {"__init__"}


def without_tables(text: str) -> str:
    return SCRIPT.BLOCK.sub("", text)


def prose(text: str) -> str:
    """The text without code and comments."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"<!--.*?-->|``.*?``|`[^`\n]*`|\$\$.*?\$\$", "", text, flags=re.DOTALL)


def cited(text: str) -> set[str]:
    """Keys in brackets that are no links: [key], [key, key]."""
    groups = re.findall(r"(?<!\])\[([a-z][a-z0-9]{2,}(?:, [a-z][a-z0-9]{2,})*)\](?![(\[])", prose(text))
    return {key for group in groups for key in group.split(", ")}


def known_keys() -> set[str]:
    return set(re.findall(r"@\w+\{([^,\s]+),", (DOCS / "references.bib").read_text(encoding="utf-8")))


def module_of(name: str) -> str:
    """Rule file that declares a section or a profile."""
    for section_name, path in declared_in():
        if section_name == name:
            return path
    raise AssertionError(name)


def declared_in() -> list[tuple[str, str]]:
    return [
        (declared.name, name)
        for name, module in vars(rules).items()
        if hasattr(module, "__file__")
        for declared in vars(module).values()
        if isinstance(declared, Section)
    ]


def test_every_rule_file_has_a_section_of_its_name_and_every_section_a_rule_file():
    found = headings(3, SUBMODELS)
    assert len(found) == len(set(found))
    assert set(found) == files(RULES)


def test_every_file_of_the_decision_folder_has_a_section_under_government():
    found = headings(4, SUBMODELS)
    assert len(found) == len(set(found))
    assert set(found) == set(headings(4, part("government", 3))) == files(RULES / "decision")
    assert set(found) - {"stakes"} == set(THEORIES)


def test_sections_stand_in_the_order_in_which_their_rules_first_decide_something():
    # `channels` stands where a channel acts, not where the lines are summed up
    order = [phase.rule.__module__.rsplit(".", 1)[1] for phase in TURN if phase.name != "sum_up_lines"]
    assert headings(3, SUBMODELS) == list(dict.fromkeys(order))


def test_every_section_says_what_it_rests_on_and_where_it_departs():
    for name in headings(3, SUBMODELS):
        text = part(name, 3)
        for word in ("*Theory.*", "*Departure.*", "*Left out.*"):
            assert word in text, (name, word)
        assert "```text" in text, name
    for theory in THEORIES:
        assert "*Theory.*" in part(theory, 4), theory
        assert "*Departure.*" in part(theory, 4), theory


def test_the_tables_are_up_to_date():
    assert SCRIPT.with_tables(MODEL) == MODEL, "python docs/make_tables.py"
    assert SCRIPT.main(["--check"]) == 0


def test_an_outdated_table_is_noticed_and_renewed(tmp_path, monkeypatch, capsys):
    copy = tmp_path / "model.md"
    old = re.sub(r"\| `fading` \| [0-9.e-]+ \|", "| `fading` | 77 |", MODEL, count=1)
    assert old != MODEL
    copy.write_text(old, encoding="utf-8")
    monkeypatch.setattr(SCRIPT, "MODEL", copy)
    assert SCRIPT.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert copy.read_text(encoding="utf-8") == old
    assert SCRIPT.main([]) == 0
    assert copy.read_text(encoding="utf-8") == MODEL


def test_every_begun_block_ends():
    begun = re.findall(r"<!-- ([\w:-]+):begin -->", MODEL)
    assert begun == re.findall(r"<!-- ([\w:-]+):end -->", MODEL)
    assert set(begun) - set(SCRIPT.block_names(MODEL)) == {"step-length"}


def test_every_section_of_parameters_has_its_table_in_the_section_of_its_rule():
    tabled = [name.removeprefix("parameters:") for name in SCRIPT.block_names(MODEL) if name.startswith("parameters:")]
    assert len(tabled) == len(set(tabled))
    assert set(tabled) == set(DECLARED)
    for name in DECLARED:
        place = part(name, 4) if name in THEORIES else part(module_of(name), 3)
        assert f"<!-- parameters:{name}:begin -->" in place, name


@pytest.mark.parametrize("name", SECTIONS)
def test_every_parameter_of_a_rule_stands_in_its_equations(name):
    place = without_tables(part(name, 4) if name in THEORIES else part(module_of(name), 3))
    missing = {key for key, _ in SECTIONS[name] if not re.search(rf"\b{key}\b", place)}
    assert not missing


@pytest.mark.parametrize("name", PROFILES)
def test_every_property_of_a_member_is_spoken_of(name):
    text = without_tables(SUBMODELS)
    missing = {key for key, _ in PROFILES[name] if not re.search(rf"\b{key}\b", text)}
    assert not missing


@pytest.mark.parametrize("phase", TURN, ids=lambda phase: phase.name)
def test_what_a_rule_writes_is_spoken_of_in_the_model_description(phase):
    text = without_tables(MODEL)
    words = {name: name.replace("_", "[_ ]") for name in phase.writes}
    said_otherwise = {
        "strike_deaths", "set_up_left", "act_left", "act_begun", "overshot", "accident_misread", "fought", "deal_tried", "deal_struck",
        "deal_broken", "deaths_in_step", "engaged", "arrives_in",
    }  # fmt: skip
    missing = {name for name, word in words.items() if name not in said_otherwise and not re.search(rf"\b{word}\b", text)}
    assert not missing


def test_every_parameter_named_with_its_section_exists():
    for span in re.findall(r"`([a-z_]+\.[a-z_]+)`", MODEL):
        first, last = span.split(".")
        if last in ("py", "md", "yaml", "bib") or first == "rival":
            continue
        assert first in DECLARED, span
        assert last in dict(DECLARED[first]), span


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_key_cited_is_in_the_bibliography(page):
    missing = cited(page.read_text(encoding="utf-8")) - known_keys()
    assert not missing


def test_keys_are_found_where_they_are_cited():
    assert "grimm2020" in cited(MODEL)
    assert {"mueller1970", "oneal1995"} <= cited(SCRIPT.parameter_table("public_opinion"))
    assert cited("[key1990] `[code]` [link](to) [other][ref] [0, 1] [a1, b2] [axelrod1984, osgood1962]") == {
        "key1990", "axelrod1984", "osgood1962",
    }  # fmt: skip


def test_every_outcome_is_defined():
    text = part("8 Definitions of outcomes", 2)
    for name in outcome_names(("<country>", "<country>")):
        assert f"`{name}`" in text, name


def test_every_outcome_of_a_rivalry_is_defined_and_no_other():
    scenario = load_scenario(ROOT / "scenarios" / "rivalry-1998-2025.yaml")
    countries = "|".join(country.name for country in scenario.countries)
    general = {
        re.sub(rf"_({countries})$", "_<country>", re.sub(r"_\d{4}$", "_<year>", re.sub(r"_\d{4}s$", "_<decade>", name)))
        for name in rivalry.outcome_names(scenario)
    }
    text = part("9 Rivalries", 2)
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([\w<>]+)`", " ".join(rows))) == general
    for column in rivalry.CRISES:
        assert f"`{column}`" in text, column


def test_the_arguments_against_talking_sit_where_the_text_says_and_are_off_where_it_says_so():
    rows = [
        line.strip("| ").split(" | ") for line in part("10 Arguments against talking", 2).splitlines() if line.startswith("| ")
    ]
    placed = [
        (re.findall(r"`([a-z_]+)\.([a-z_]+)`", where), default) for _, where, default in (row for row in rows if len(row) == 3)
    ]
    assert len([names for names, _ in placed if names]) >= 10
    for names, default in placed:
        for section, name in names[:1]:
            parameter = dict(DECLARED[section])[name]
            assert default != "0" or parameter.default == 0.0, name
            assert default != "above 0" or parameter.default > 0.0, name
            assert parameter.low < parameter.high, name
    for name, reaches in {"appeasement": 1, "restraint_by_talks": -1}.items():
        bounds = dict(DECLARED["armed_groups"])[name]
        assert bounds.low < 0.0 if reaches < 0 else bounds.high > 0.0, name
    assert dict(DECLARED["government"])["trade_weight"].low == 0.0
    assert all(
        preset.profile["candour"].range[0] == 0.0 for preset in channel_presets().values() if preset.profile["candour"].range
    )


def test_a_focus_of_track_two_acts_through_what_the_table_says():
    table = dict(re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|$", part("5 Initialization", 2), re.MULTILINE))
    assert tuple(table) == FOCI
    preset = channel_presets()[TRACK_TWO].profile
    for one in initiatives():
        found = track_two_of([one]).profile
        assert found["strength"].value == one.strength.value
        for focus, names in table.items():
            for name in re.findall(r"`(\w+)`", names):
                assert found[name].value == pytest.approx(preset[name].value * one.focus.get(focus, 0.0)), (one.name, name)
    assert set(found) - {"strength", "influence", "sponsorship"} == set(re.findall(r"`(\w+)`", " ".join(table.values())))


def test_numbered_chapters_follow_each_other_and_are_in_the_contents():
    chapters = re.findall(r"^## (\d+) (.+)$", MODEL, re.MULTILINE)
    numbers = [int(number) for number, _ in chapters]
    assert all(after == before + 1 for before, after in pairwise(numbers))
    contents = MODEL[: MODEL.index("## 1 ")]
    for number, title in chapters:
        assert f"[{number} {title}](#{number}-{title.lower().replace(' ', '-').replace(',', '')})" in contents, title


def test_links_within_the_page_lead_somewhere():
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", MODEL, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", MODEL)) <= anchors
    for target in re.findall(r"\]\(([\w./-]+)\)", MODEL):
        assert (DOCS / target).exists(), target


def test_the_marks_of_the_default_ladder_are_those_stated():
    ladder = shipped_ladders()["eleven_rungs"]
    assert (ladder.quiet, ladder.alert, ladder.force, ladder.war, ladder.nuclear_use) == (2, 3, 4, 7, 10)
    assert np.array_equal(ladder.tables["severity"], np.arange(11.0))


def test_dispositions_are_the_state_that_nobody_but_a_new_leader_writes():
    written = {name for phase in TURN for name in phase.writes if phase.name != "change_leaders"}
    named = re.search(r'"Dispositions".*?: (.*?)\. ', MODEL)
    assert named
    of_leaders = next(set(phase.writes) for phase in TURN if phase.name == "change_leaders")
    dispositions = set(re.findall(r"`(\w+)`", named[1]))
    assert dispositions == set(VARIABLES) - written - {"new_leader"}
    assert of_leaders == {"temper", "liking", "new_leader"}


def long_run_variance(hours: float) -> float:
    section = dict(SECTIONS["perception"])
    none, variance = np.zeros(1), np.ones(1)
    for _ in range(round(1500 * 24 / hours)):
        _, variance = belief_next(
            none,
            variance,
            none,
            np.array([section["watching"].default]),
            none,
            section["drift"].default,
            np.array([hours / 24]),
        )
    return float(variance[0])


def set_off_by_one(hours: float) -> float:
    """Mean number of exchanges that one exchange sets off directly, summed over the steps that follow, relative to `excitation`."""
    p = {name: np.array([one.default]) for name, one in SECTIONS["local_fire"]}
    p.update(background=np.zeros(1), tension=np.zeros(1), fighting=np.zeros(1))
    given = Values({**p, "dt": np.array([hours / 24]), "ladder": some_ladder()})
    calm = {"posture": np.zeros((2, 1)), "salience": np.zeros((2, 1)), "cease_fire": np.zeros(1)}
    excitement, total = kindled(p["excitation"], p["memory"], given.dt), 0.0
    for _ in range(round(1500 * 24 / hours)):
        total += float(excitement[0]) * hours / 24
        excitement = local_fire(Values({**calm, "excitement": excitement}), given, [np.zeros(1)])["excitement"]
    return total / float(p["excitation"][0])


def recent_deaths_at_constant_losses(hours: float) -> float:
    p = {name: np.array([one.default]) for name, one in SECTIONS["losses"]}
    given = Values({**p, "dt": np.array([hours / 24]), "ladder": some_ladder()})
    none = np.zeros(1)
    names = ("lethality", "act_begun", "posture", "rival_posture", "rival_act_begun", "fire", "deaths")
    recent = none
    for _ in range(2000):
        seen = Values({**dict.fromkeys(names, none), "attack_deaths": np.array([hours / 24]), "deaths_recent": recent})
        recent = losses(seen, given, [none, none])["deaths_recent"]
    return float(recent[0])


def wavering_of_belief(hours: float) -> float:
    """Long-run variance of the belief around a posture that does not change."""
    section = dict(SECTIONS["perception"])
    drift, watching = section["drift"].default, section["watching"].default
    none, one = np.zeros(1), np.ones(1)
    rest = {"variance": np.sqrt([drift / watching]), "signal": none, "precision": np.array([watching]), "drift": drift}
    dt = np.array([hours / 24])
    kept, _ = belief_next(belief=one, noise=none, dt=dt, **rest)
    by_noise, _ = belief_next(belief=none, noise=one, dt=dt, **rest)
    return float((by_noise**2 / (1 - kept**2))[0])


def arousal_in_a_long_war(hours: float) -> float:
    """Arousal that settles under a war of the rival, relative to that of a step of no length."""
    p = {name: np.array([one.default]) for name, one in SECTIONS["public_opinion"]}
    ladder = some_ladder()
    given = Values({**p, "dt": np.array([hours / 24]), "ladder": ladder})
    phase = next(phase for phase in TURN if phase.name == "form_opinion")
    calm = {read: np.zeros(1) for read, _, _ in phase.attributes}
    arousal = np.zeros(1)
    for _ in range(round(1500 * 24 / hours)):
        at_war = {"rival_posture": np.array([float(ladder.war)]), "arousal": arousal}
        arousal = opinion(Values({**calm, **at_war}), given, [])["arousal"]
    exact = p["salience_per_injury"] * ladder.tables["war_injures_a_day"][ladder.war] * p["attention_span"]
    return float((arousal / exact)[0])


def some_ladder() -> Ladder:
    return shipped_ladders()["eleven_rungs"]


@pytest.mark.parametrize(
    ("label", "measure"),
    [
        ("long-run variance of the belief", long_run_variance),
        ("further exchanges set off by one", set_off_by_one),
        ("recent deaths at constant losses", recent_deaths_at_constant_losses),
        ("wavering of the belief", wavering_of_belief),
        ("arousal of the public in a long war", arousal_in_a_long_war),
    ],
)
def test_the_errors_of_a_step_are_as_stated(label, measure):
    row = next(line for line in MODEL.splitlines() if line.startswith(f"| {label}"))
    stated = [cell.strip() for cell in row.strip("|").split("|")][2:]
    assert stated == [f"{measure(hours):.2f}" for hours in STEPS]
