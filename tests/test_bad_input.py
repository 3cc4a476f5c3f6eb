"""Claims about bad scenario files: each is answered with one clear line that says where, what and what instead."""

from __future__ import annotations

import copy
import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation_sim.errors import InputError
from escalation_sim.rules import SECTIONS
from escalation_sim.scenario import Scenario, load_scenario, shipped_ladders

FRAGILITY = SECTIONS["cease_fire"]["fragility"]
VALID = """\
name: border-crisis
title: A crisis at the border
start: 2025-04-22
horizon_days: 60
decision: quantal_response
countries:
  india:
    label: India
    government:
      resolve: {value: 1.2, range: [0.8, 1.6], shape: triangular, source: "fearon1994, tomz2007", note: judged}
    outlets:
      mass_tv: {audience: 0.4}
      drop: [social_messaging]
  pakistan:
    label: Pakistan
    outlets:
      drop: [social_open]
model:
  cease_fire:
    fragility: 0.03
channels:
  as_of: 2025-04-22
  dgmo_hotline: open
  track_two: {status: suspended, relationship: 0.3}
  new_line: {preset: back_channel, status: open, label: A new line, influence: 0.4}
triggers:
  - kind: attack
    date: 2025-04-23
    actor: armed_group
    victim: india
    deaths: 26
    visibility: 1.0
    what: an attack
  - kind: exercise
    day: 3.5
    actor: pakistan
    rung: 3
    lasts: 5
armed_groups:
  lashkar: {label: Lashkar, base: pakistan, target: india, attacks_per_year: 0.2}
mediators:
  united_states: {label: United States, attention: 0.6}
observed:
  source: press2025
  end: 2025-05-10
  acts:
    - {date: 2025-04-24, actor: india, rung: 2, what: measures, source: press2025, conf: V}
    - {date: 2025-05-10, kind: cease_fire, channel: dgmo_hotline, what: a stop}
  deaths: {total: [95, 108], india: 50, source: press2025}
"""

LADDER_RUNG = (
    '{{name: {name}, words: "{{actor}} acts", kind: {kind}, lasts: {lasts}, falls_back_to: {falls}, severity: {severity}, '
    "answers: 0.1, injures: 0.1, costs: 0.1}}"
)


RUNG_ABOVE = LADDER_RUNG.format(name="bomb", kind="act", lasts=1, falls=2, severity=10) + "\n"


def ladder(**changes: Any) -> str:
    """Text of a ladder of four rungs with some rungs or marks changed."""
    rungs: list[dict[str, Any]] = [
        {"name": "peace", "kind": "posture", "lasts": 0, "falls": 0, "severity": 0},
        {"name": "alert", "kind": "posture", "lasts": 0, "falls": 0, "severity": 2},
        {"name": "strike", "kind": "act", "lasts": 1, "falls": 1, "severity": 4},
        {"name": "war", "kind": "posture", "lasts": 0, "falls": 1, "severity": 8},
    ]
    marks = {"quiet": 0, "alert": 1, "force": 2, "war": 3, "nuclear_use": 4} | {
        key: value for key, value in changes.items() if not key.startswith("rung_")
    }
    for key, value in changes.items():
        if key.startswith("rung_"):
            rungs[int(key[5:])] |= value
    lines = ["name: own_ladder", *(f"{key}: {value}" for key, value in marks.items()), "rungs:"]
    return "\n".join([*lines, *(f"  - {LADDER_RUNG.format(**rung)}" for rung in rungs)]) + "\n"


def written(folder: Path, text: str | bytes, name: str = "crisis.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path: Path) -> InputError:
    """The error with which a file is refused; one printable line that begins with the file."""
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    message = str(caught.value)
    assert message.isprintable()
    assert str(path) in message or caught.value.file is not None
    assert caught.value.exit_code == 2
    return caught.value


def check_line(error: InputError) -> None:
    """The message is one printable line."""
    assert str(error).isprintable()


def replaced(old: str, new: str) -> tuple[str, int]:
    """The valid file with one piece replaced, and the number of the line in which it stood."""
    assert VALID.count(old) == 1, old
    return VALID.replace(old, new), VALID[: VALID.index(old)].count("\n") + 1


def test_the_file_that_is_spoilt_below_is_a_good_one(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, VALID))
    assert scenario.name == "border-crisis"
    assert len(scenario.channels) == 8


NEW_LINE = "{preset: back_channel, status: open, label: A new line, influence: 0.4}"

# What stands in the valid file, what it is replaced by, and words the answer must hold. The line is that of the piece replaced.
SPOILT: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "misspelt top key": ("horizon_days: 60", "horizen_days: 60", ("unknown key", "did you mean 'horizon_days'")),
    "unknown top key": ("horizon_days: 60", "zzz: 60", ("zzz", "unknown key", "allowed: name")),
    "misspelt country key": ("    label: India\n", "    lable: India\n", ("countries.india.lable", "did you mean 'label'")),
    "misspelt section": ("    government:", "    goverment:", ("did you mean 'government'",)),
    "misspelt parameter": ("resolve: {value", "resolv: {value", ("government.resolv", "did you mean 'resolve'")),
    "misspelt number key": ("shape: triangular", "shap: triangular", ("resolve.shap", "did you mean 'shape'")),
    "misspelt outlet": ("mass_tv:", "mas_tv:", ("outlets.mas_tv", "unknown outlet", "did you mean 'mass_tv'")),
    "misspelt outlet number": ("{audience: 0.4}", "{audienc: 0.4}", ("mass_tv.audienc", "did you mean 'audience'")),
    "misspelt dropped outlet": ("drop: [social_open]", "drop: [social_opn]", ("drop.0", "did you mean 'social_open'")),
    "dropped and changed": ("drop: [social_messaging]", "drop: [social_messaging, mass_tv]", ("dropped and changed",)),
    "unequal outlets": ("drop: [social_open]", "drop: []", ("as many outlets", "india has 5", "pakistan has 6")),
    "misspelt model section": ("  cease_fire:", "  ceasefire:", ("model.ceasefire", "did you mean 'cease_fire'")),
    "shared section in a country": ("    government:", "    cease_fire:", ("not a country's", "under model.cease_fire")),
    "misspelt channel": ("  dgmo_hotline: open", "  dgmo_hotlin: open", ("unknown channel", "did you mean 'dgmo_hotline'")),
    "misspelt channel key": ("relationship: 0.3", "relatonship: 0.3", ("track_two.relatonship", "did you mean 'relationship'")),
    "misspelt preset": ("preset: back_channel", "preset: bak_channel", ("unknown preset", "did you mean 'back_channel'")),
    "unknown channel to be like": ("preset: back_channel", "like: front_channel", ("new_line.like", "above this one")),
    "channel like and of a preset": ("preset: back_channel", "like: track_two, preset: back_channel", ("not both",)),
    "new channel of no profile": (NEW_LINE, "open", ("unknown channel",)),
    "misspelt status": ("dgmo_hotline: open", "dgmo_hotline: opne", ("unknown status", "did you mean 'open'")),
    "status off": ("dgmo_hotline: open", "dgmo_hotline: off", ("unknown status", "'off'", "closed, suspended, open")),
    "status true": ("dgmo_hotline: open", "dgmo_hotline: true", ("dgmo_hotline", "True", "closed, suspended, open")),
    "unknown start of a channel": ("status: suspended,", "status: open, since: triger,", ("did you mean 'trigger'",)),
    "suspended and being set up": ("status: suspended,", "status: suspended, since: trigger,", ("not being set up",)),
    "unknown level": ("label: A new line", "level: politics", ("unknown level", "did you mean 'political'")),
    "relationship above 1": ("relationship: 0.3", "relationship: 1.3", ("out of range", "1.3", "0 to 1")),
    "misspelt trigger key": ("    deaths: 26", "    death: 26", ("triggers.0.death", "did you mean 'deaths'")),
    "unknown trigger kind": ("kind: attack", "kind: atack", ("unknown kind of trigger", "did you mean 'attack'")),
    "unknown actor": ("actor: armed_group", "actor: armd_group", ("unknown actor", "did you mean 'armed_group'")),
    "armed group exercises": ("    actor: pakistan\n", "    actor: lashkar\n", ("unknown actor for kind exercise",)),
    "unknown victim": ("victim: india", "victim: indai", ("unknown country", "did you mean 'india'")),
    "attack on oneself": ("actor: armed_group", "actor: india", ("same country",)),
    "trigger before the start": ("date: 2025-04-23", "date: 2025-04-21", ("before the start", "2025-04-21")),
    "trigger after the horizon": ("date: 2025-04-23", "date: 2025-12-23", ("after the horizon of 60 days",)),
    "trigger of a negative day": ("day: 3.5", "day: -3.5", ("out of range",)),
    "trigger without a day": ("    date: 2025-04-23\n", "", ("either `date` or `day`",)),
    "attack with a rung": ("    deaths: 26", "    rung: 4\n    deaths: 26", ("0.rung", "means nothing for kind attack")),
    "attack without deaths": ("    deaths: 26\n", "", ("required key 'deaths'",)),
    "exercise without a rung": ("    rung: 3\n", "", ("required key 'rung'",)),
    "exercise of no time": ("lasts: 5", "lasts: 0", ("must last some time",)),
    "trigger on no rung": ("rung: 3\n", "rung: 11\n", ("no such rung", "0 to 10")),
    "trigger on half a rung": ("rung: 3\n", "rung: 3.5\n", ("must be a rung", "3.5")),
    "unknown rung name": ("rung: 3\n", "rung: alert and mobilization\n", ("unknown rung", "'alert and mobilisation'")),
    "armed group without a target": (", target: india", "", ("required key 'target'",)),
    "armed group of nowhere": ("base: pakistan", "base: pakstan", ("unknown country", "did you mean 'pakistan'")),
    "armed group at home": ("target: india", "target: pakistan", ("same country",)),
    "armed group named as a country": ("  lashkar:", "  india:", ("name is taken",)),
    "misspelt mediator key": ("attention: 0.6", "atention: 0.6", ("did you mean 'attention'",)),
    "observed end before the start": ("end: 2025-05-10", "end: 2025-04-10", ("observed.end", "before the start")),
    "observed act before the start": ("date: 2025-04-24", "date: 2025-04-01", ("acts.0.date", "before the start")),
    "observed act of nobody": ("actor: india, rung: 2", "rung: 2", ("required key 'actor'",)),
    "observed act of a stranger": ("actor: india, rung: 2", "actor: china, rung: 2", ("unknown actor", "'china'")),
    "observed act without a rung": ("actor: india, rung: 2", "actor: india", ("required key 'rung'",)),
    "observed kind": ("kind: cease_fire, channel", "kind: ceasefire, channel", ("did you mean 'cease_fire'",)),
    "observed channel": ("channel: dgmo_hotline", "channel: dgmo_hotlin", ("did you mean 'dgmo_hotline'",)),
    "observed cease-fire on a rung": ("kind: cease_fire, channel", "kind: cease_fire, rung: 2, channel", ("means nothing",)),
    "observed confidence": ("conf: V", "conf: X", ("unknown confidence", "V, C, D, R")),
    "observed deaths backwards": ("total: [95, 108]", "total: [108, 95]", ("runs backwards",)),
    "observed deaths in three numbers": ("total: [95, 108]", "total: [95, 100, 108]", ("number or two numbers",)),
    "observed deaths of a stranger": ("india: 50", "indai: 50", ("unknown country", "did you mean 'india'")),
    "unknown theory": ("decision: quantal_response", "decision: quantal", ("unknown theory", "quantal_response, prospect")),
    "text for a number": ("fragility: 0.03", "fragility: high", ("must be a number", "'high'")),
    "number in quotes": ("fragility: 0.03", 'fragility: "0.03"', ("must be a number", "without quotes")),
    "boolean for a number": ("fragility: 0.03", "fragility: true", ("must be a number", "True")),
    "yes for a number": ("fragility: 0.03", "fragility: yes", ("must be a number", "'yes'")),
    "clock time for a number": ("fragility: 0.03", "fragility: 1:30", ("must be a number", "'1:30'")),
    "nothing for a number": ("fragility: 0.03", "fragility:", ("fragility", "has no value")),
    "list for a number": ("fragility: 0.03", "fragility: [0.03]", ("must be a number", "[0.03]")),
    "not a number": ("fragility: 0.03", "fragility: .nan", ("finite", "nan")),
    "infinity": ("fragility: 0.03", "fragility: .inf", ("finite", "inf")),
    "minus infinity": ("fragility: 0.03", "fragility: -.inf", ("finite", "-inf")),
    "overflowing float": ("fragility: 0.03", "fragility: 1e999", ("finite", "inf")),
    "overflowing integer": ("fragility: 0.03", "fragility: 1" + "0" * 400, ("too large",)),
    "integer of too many digits": ("fragility: 0.03", "fragility: 1" + "0" * 5000, ("too large",)),
    "number out of range": ("fragility: 0.03", "fragility: 0.5", ("out of range", "0.5", f"{FRAGILITY.low:g} to {FRAGILITY.high:g} 1/day")),
    "outlet neither social nor not": ("{audience: 0.4}", "{social: 0.5}", ("must be 0 or 1",)),
    "range out of range": ("[0.8, 1.6]", "[0.8, 16]", ("resolve.range.1", "out of range", "0 to 3")),
    "range without the value": ("[0.8, 1.6]", "[1.4, 1.6]", ("range", "does not contain the value 1.2")),
    "range backwards": ("[0.8, 1.6]", "[1.6, 0.8]", ("runs backwards",)),
    "range of one number": ("[0.8, 1.6]", "[0.8]", ("two numbers",)),
    "range of words": ("[0.8, 1.6]", "[low, high]", ("must be a number", "'low'")),
    "range that is a number": ("[0.8, 1.6]", "0.8", ("two numbers",)),
    "unknown shape": ("shape: triangular", "shape: normal", ("unknown shape", "triangular, uniform")),
    "number without a value": ("{value: 1.2, range", "{range", ("required key 'value'",)),
    "source that is a number": ('source: "fearon1994, tomz2007"', "source: 1994", ("source", "in quotes", "1994")),
    "empty source": ('source: "fearon1994, tomz2007"', 'source: ""', ("source", "empty")),
    "label that is a number": ("    label: India\n", "    label: 1947\n", ("must be text, in quotes", "1947")),
    "label that is a boolean": ("    label: India\n", "    label: true\n", ("must be text, in quotes", "True")),
    "empty label": ("    label: India\n", '    label: "  "\n', ("must not be empty",)),
    "endless label": ("    label: India\n", f"    label: {'x' * 201}\n", ("too long", "at most 200")),
    "label with a bell": ("    label: India\n", '    label: "In\\adia"\n', ("control character",)),
    "label with a broken surrogate": ("    label: India\n", '    label: "In\\ud800dia"\n', ("control character",)),
    "label of two lines": ("    label: India\n", '    label: "In\\ndia"\n', ("line break",)),
    "title too long": ("title: A crisis at the border", f"title: {'x' * 201}", ("too long",)),
    "name with spaces": ("name: border-crisis", "name: border crisis", ("is not a name", "a letter first")),
    "name too long": ("name: border-crisis", f"name: {'x' * 61}", ("is not a name",)),
    "name that is a number": ("name: border-crisis", "name: 2025", ("must be a name, in quotes",)),
    "stream that is no name": ("    label: Pakistan\n", "    stream: ../x\n", ("is not a name",)),
    "two countries with one stream": ("    label: Pakistan\n", "    stream: india\n", ("same stream",)),
    "country that is no name": ("  pakistan:\n", "  Pakistan:\n", ("countries.Pakistan", "is not a name")),
    "channel that is no name": ("  new_line:", "  New line:", ("is not a name",)),
    "start that is no date": ("start: 2025-04-22", "start: tomorrow", ("is not a date", "YYYY-MM-DD")),
    "start on no day": ("start: 2025-04-22", "start: 2025-02-30", ("is not a date",)),
    "start with a time": ("start: 2025-04-22", "start: 2025-04-22 10:00:00", ("is not a date",)),
    "start that is a year": ("start: 2025-04-22", "start: 2025", ("is not a date", "2025")),
    "as of no date": ("as_of: 2025-04-22", "as_of: last year", ("channels.as_of", "is not a date")),
    "calendar perhaps": (
        "as_of: 2025-04-22",
        "follow_calendar: perhaps",
        ("channels.follow_calendar", "must be true or false", "perhaps"),
    ),
    "no start": ("start: 2025-04-22\n", "", ("required key 'start'",)),
    "horizon of nothing": ("horizon_days: 60", "horizon_days: 0", ("out of range", "1 to 36525 days")),
    "horizon that is judged": ("horizon_days: 60", "horizon_days: {value: 60}", ("must be a number",)),
    "five-hour steps": ("horizon_days: 60", "step_hours: 5", ("one of a few", "3, 6, 12, 24")),
    "list for a block": ("    government:\n", "    government: [1]\n    media:\n", ("must be a mapping",)),
    "mapping for a list": ("    drop: [social_messaging]", "    drop: {a: 1}", ("must be a list",)),
    "number for a block": ("model:\n  cease_fire:\n    fragility: 0.03\n", "model: 3\n", ("model", "must be a mapping")),
    "unknown ladder": ("horizon_days: 60", "ladder: eleven_rung", ("unknown ladder", "did you mean 'eleven_rungs'")),
    "ladder that is a number": ("horizon_days: 60", "ladder: 11", ("ladder", "shipped ladder")),
    "absolute ladder": ("horizon_days: 60", "ladder: /etc/ladder.yaml", ("outside the scenario's folder",)),
    "ladder up the tree": ("horizon_days: 60", "ladder: ../ladder.yaml", ("outside the scenario's folder",)),
    "ladder with a null": ("horizon_days: 60", 'ladder: "a\\0.yaml"', ("outside the scenario's folder",)),
    "missing ladder": ("horizon_days: 60", "ladder: ladder.yaml", ("no such ladder file",)),
    "anchor": ("fragility: 0.03", "fragility: &x 0.03", ("anchors and aliases are not allowed",)),
    "alias": ("fragility: 0.03", "fragility: *x", ("anchors and aliases are not allowed",)),
    "anchored key": ("horizon_days: 60", "&x horizon_days: 60", ("anchors and aliases are not allowed",)),
    "python tag": ("fragility: 0.03", "fragility: !!python/object/apply:os.system [ls]", ("tags", "not allowed")),
    "own tag": ("fragility: 0.03", "fragility: !secret 0.03", ("tags", "not allowed")),
    "merge key": ("    fragility: 0.03", "    <<: {fragility: 0.03}", ("cease_fire.<<", "unknown key")),
    "key given twice": ("horizon_days: 60", "name: other", ("name", "given twice", "first on line 1")),
    "key given twice deep down": ("{audience: 0.4}", "{audience: 0.4, audience: 0.5}", ("mass_tv.audience", "given twice")),
    "key that is a number": ("    fragility: 0.03", "    7: 0.03", ("keys must be printable text",)),
    "key that is a list": ("    fragility: 0.03", "    ? [a]\n    : 0.03", ("keys must be printable text",)),
    "two documents": ("horizon_days: 60\n", "---\nhorizon_days: 60\n", ("second document",)),
    "bracket left open": ("drop: [social_open]", "drop: [social_open", ("not YAML",)),
    "tab": ("  cease_fire:", "\tcease_fire:", ("not YAML", "spaces for indentation")),
    "raw control character": ("title: A crisis", "title: A \x01crisis", ("control character",)),
    "nested far too deep": ("fragility: 0.03", "fragility: " + "[" * 30 + "]" * 30, ("levels deep",)),
}  # fmt: skip

# A syntax error is where the parser gives up, a missing key where its block begins.
LINE_ELSEWHERE = {
    "no start", "trigger without a day", "attack without deaths", "exercise without a rung", "attack with a rung",
    "bracket left open", "key given twice", "unequal outlets", "dropped and changed", "attack on oneself",
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_file_is_answered_in_one_line_that_says_where_and_why(case: str, tmp_path: Path) -> None:
    old, new, words = SPOILT[case]
    text, line = replaced(old, new)
    error = refused(written(tmp_path, text))
    for word in words:
        assert word in str(error), str(error)
    if case not in LINE_ELSEWHERE:
        assert error.line == line, str(error)


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("no start", 1),
        ("attack without deaths", 27),
        ("exercise without a rung", 34),
        ("key given twice", 4),
        ("unequal outlets", 16),
    ],
)
def test_what_is_missing_is_reported_where_its_block_begins(case: str, line: int, tmp_path: Path) -> None:
    old, new, _ = SPOILT[case]
    assert refused(written(tmp_path, replaced(old, new)[0])).line == line


def test_the_first_error_is_shown_and_the_others_are_counted(tmp_path: Path) -> None:
    text = (
        VALID.replace("fragility: 0.03", "fragility: 3")
        .replace("horizon_days: 60", "horizon_days: no")
        .replace("kind: attack", "kind: x")
    )
    error = refused(written(tmp_path, text))
    assert error.line == 4
    assert str(error).endswith("(and 2 more)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# nothing but a comment\n", "empty"),
        ("---\n", "empty"),
        ("null\n", "empty"),
        ("- a\n- b\n", "top level must be a mapping"),
        ("just words\n", "top level must be a mapping"),
        ("{}\n", "required key 'name'"),
        ("a: b: c\n", "not YAML"),
        ("%YAML 9.9\n---\na: 1\n", "not YAML"),
        ("'\n", "not YAML"),
        ("name: \udcff\n".encode("utf-8", "surrogateescape"), "not UTF-8"),
        ("name: x\n".encode("utf-16"), "not UTF-8"),
        (b"\x00\x01\x02", "control character"),
        ("[" * 100_000, "levels deep"),
        ("{a: " * 100_000, "levels deep"),
        ("- " * 100_000, "levels deep"),
        ("? " * 100_000, "keys must be printable text"),
        ("a: [" + "1, " * 60_000 + "1]", "more than 50,000 entries"),
        ("x" * 1_000_001, "too large"),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_what_is_no_scenario_at_all_is_refused(text: str | bytes, words: str, tmp_path: Path) -> None:
    assert words in str(refused(written(tmp_path, text)))


def test_a_bomb_of_aliases_is_refused_before_it_expands(tmp_path: Path) -> None:
    levels = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 30)]
    error = refused(written(tmp_path, "\n".join(["a0: &a0 [x]", *levels])))
    assert error.line == 1


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    assert refused(written(tmp_path, b"name: x\ntitle: caf\xe9\n")).line == 2


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load_scenario(written(tmp_path, VALID.encode("utf-8-sig"))).name == "border-crisis"


def test_a_missing_file_is_answered_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, VALID, "pahalgam-2025.yaml")
    assert "did you mean 'pahalgam-2025.yaml'" in str(refused(tmp_path / "pahalgm-2025.yaml"))


@pytest.mark.parametrize("path", ["nowhere/at/all.yaml", "x" * 5000, "null\0character.yaml", ""])
def test_a_path_that_leads_nowhere_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_scenario(tmp_path / path if path else path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "folder" in str(refused(tmp_path))


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "not a regular file" in str(refused(tmp_path / "pipe.yaml"))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_an_endless_device_is_refused(tmp_path: Path) -> None:
    assert "not a regular file" in str(refused(Path("/dev/zero")))


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert "cannot be read" in str(refused(tmp_path / "a.yaml"))


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, VALID)
    path.chmod(stat.S_IWUSR)
    assert "cannot be read" in str(refused(path))


@pytest.mark.parametrize(
    ("key", "entry", "most"),
    [
        ("triggers:", "  - {kind: attack, day: 1, victim: india, deaths: 5}", 50),
        ("armed_groups:", "  group{n}: {{base: pakistan, target: india}}", 20),
        ("mediators:", "  state{n}: {{}}", 20),
        ("channels:", "  line{n}: {{preset: back_channel, label: A line}}", 30),
        ("      mass_tv: {audience: 0.4}", "      paper{n}: {{label: A paper}}", 30),
        ("  acts:", "    - {{date: 2025-05-01, kind: mediation}}", 500),
    ],
)
def test_too_many_members_are_refused(key: str, entry: str, most: int, tmp_path: Path) -> None:
    many = "\n".join(entry.replace("{n}", str(n)).replace("{{", "{").replace("}}", "}") for n in range(most + 1))
    text, _ = replaced(key + "\n", f"{key}\n{many}\n")
    error = refused(written(tmp_path, text))
    assert re.search(r"too many|must have 1 to 30", str(error)), str(error)


@pytest.mark.parametrize("countries", ["{}", "{india: {}}", "{india: {}, pakistan: {}, china: {}}"])
def test_there_are_exactly_two_countries(countries: str, tmp_path: Path) -> None:
    error = refused(written(tmp_path, f"name: x\nstart: 2025-01-01\ncountries: {countries}\n"))
    assert "exactly two" in str(error)
    assert error.line == 3


def test_a_society_needs_an_audience(tmp_path: Path) -> None:
    text, _ = replaced(
        "drop: [social_open]",
        "drop: [mass_tv, english_press, regional_press, public_broadcaster, social_open, social_messaging]",
    )
    assert "1 to 30 outlets" in str(refused(written(tmp_path, text)))


def with_ladder(folder: Path, text: str, name: str = "own.yaml") -> Path:
    written(folder, text, name)
    return written(folder, VALID.replace("horizon_days: 60", f"ladder: {name}").replace("    rung: 3\n", "    rung: 1\n"))


def test_a_scenario_may_bring_its_own_ladder(tmp_path: Path) -> None:
    scenario = load_scenario(with_ladder(tmp_path, ladder()))
    assert scenario.ladder.names == ("peace", "alert", "strike", "war")
    assert scenario.document["ladder"]["name"] == "own_ladder"
    assert Scenario.from_document(json.loads(json.dumps(scenario.document))) == scenario


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ladder(quiet=1), "out of order"),
        (ladder(force=1), "out of order"),
        (ladder(war=1), "out of order"),
        (ladder(nuclear_use=2), "out of order"),
        (ladder(nuclear_use=5), "no such rung"),
        (ladder(war=4), "no such rung"),
        (ladder(war=2), "war rung must be a posture"),
        (ladder(quiet=0.5), "whole number"),
        (ladder(rung_0={"severity": 1}), "lowest rung"),
        (ladder(rung_1={"severity": 5}), "severity falls"),
        (ladder(rung_3={"severity": 11}), "out of range"),
        (ladder(rung_1={"kind": "act", "lasts": 1}), "alert rung must be a posture"),
        (ladder(rung_2={"lasts": 0}), "an act must last"),
        (ladder(rung_1={"lasts": 2}), "held until it is given up"),
        (ladder(rung_2={"falls": 2}), "fall back to a lower rung"),
        (ladder() + "  - " + RUNG_ABOVE, "must fall back to a posture"),
        (ladder(rung_1={"falls": 3}), "fall back to a lower rung"),
        (ladder(rung_1={"name": "peace"}), "same name"),
        (ladder(rung_1={"kind": "pose"}), "unknown kind of rung"),
        (ladder().replace("{actor} acts", "{victim} acts"), "unknown place to fill in"),
        (ladder().replace("{actor} acts", "{actor.__class__} acts"), "unknown place to fill in"),
        (ladder().replace("{actor} acts", "{actor acts"), "braces"),
        (ladder().replace("severity: 4", "severty: 4"), "did you mean 'severity'"),
        (ladder().replace("costs: 0.1", "costs: -1"), "out of range"),
        (ladder().split("rungs:")[0] + "rungs: []\n", "too few entries"),
        ("name: [\n", "not YAML"),
        ("", "empty"),
    ],
)
def test_a_ladder_that_does_not_fit_is_refused_with_its_own_file_named(text: str, words: str, tmp_path: Path) -> None:
    error = refused(with_ladder(tmp_path, text))
    assert words in str(error), str(error)
    assert "own.yaml" in str(error.file)


def test_an_inline_ladder_is_checked_likewise(tmp_path: Path) -> None:
    own = "ladder:\n" + "\n".join("  " + line for line in ladder(quiet=1).splitlines())
    error = refused(written(tmp_path, VALID.replace("horizon_days: 60", own)))
    assert "ladder.quiet" in str(error)
    assert error.line == 6


def test_a_link_does_not_lead_a_ladder_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    outside = written(tmp_path, ladder(), "outside.yaml")
    (inside / "own.yaml").symlink_to(outside)
    scenario = written(inside, VALID.replace("horizon_days: 60", "ladder: own.yaml"))
    assert "outside the scenario's folder" in str(refused(scenario))


@pytest.mark.parametrize(
    "operation",
    [
        lambda s: s.open("bak_channel"),
        lambda s: s.open("back_channel", relationship=2.0),
        lambda s: s.open("back_channel", relationship=True),
        lambda s: s.open("back_channel", since="yesterday"),
        lambda s: s.close("dgmo"),
        lambda s: s.set("countries.indai.government.resolve", 0.5),
        lambda s: s.set("countries.india.goverment.resolve", 0.5),
        lambda s: s.set("countries.india.outlets.mas_tv.audience", 0.5),
        lambda s: s.set("model.cease_fire.fragilty", 0.5),
        lambda s: s.set("model.cease_fire.fragility", 5),
        lambda s: s.set("model.cease_fire.fragility", float("nan")),
        lambda s: s.set("model.cease_fire.fragility.value.more", 0.1),
        lambda s: s.set("channels.bak_channel.influence", 0.5),
        lambda s: s.set("channels.bak_channel", "open"),
        lambda s: s.set("armed_groups.lashka.attacks_per_year", 0.5),
        lambda s: s.set("mediators.united_stats.delay", 0.5),
        lambda s: s.set("triggers.2.deaths", 5),
        lambda s: s.set("triggers.-1.deaths", 5),
        lambda s: s.set("triggers.²", 5),
        lambda s: s.set("triggers.first.deaths", 5),
        lambda s: s.set("horizon_days.value", 5),
        lambda s: s.set("horizon_days", object()),
        lambda s: s.set("horizen_days", 5),
        lambda s: s.set("", 5),
        lambda s: s.set("about", {1: 2}),
        lambda s: s.set(".".join(["model"] * 500), 5),
        lambda s: s.set("decision", "hope"),
        lambda s: s.with_channels_as_of("yesterday"),
        lambda s: Scenario.from_document([]),
        lambda s: Scenario.from_document({}),
        lambda s: Scenario.from_document({"ladder": "own.yaml", **{k: v for k, v in s.document.items() if k != "ladder"}}),
        lambda s: Scenario.from_document({"name": {1, 2}}),
    ],
)
def test_an_operation_that_makes_no_sense_is_answered_in_one_line(operation: Callable[[Scenario], Any], tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, VALID))
    with pytest.raises(InputError) as caught:
        operation(scenario)
    assert str(caught.value).isprintable()


def test_data_in_a_circle_are_refused(tmp_path: Path) -> None:
    document = load_scenario(written(tmp_path, VALID)).document
    document["model"]["self"] = document
    with pytest.raises(InputError, match="levels deep"):
        Scenario.from_document(document)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["open", "closed", "india", "pakistan", "2025-04-22", "trigger", "eleven_rungs", "{actor}", "../x.yaml"]),
    st.just(10**400),
    st.lists(st.integers(-3, 300), max_size=3),
    st.dictionaries(st.text(max_size=8), st.integers(), max_size=3),
    st.builds(lambda: {"value": 0.5, "range": [0, 1]}),
    st.builds(lambda: [{} for _ in range(10)]),
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Key paths of everything inside plain data."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [place for key, value in entries for place in ((*path, key), *places(value, (*path, key)))]


def mutated(document: Any, data: st.DataObject) -> Any:
    """The document with an entry removed, replaced, renamed or added."""
    path = data.draw(st.sampled_from(places(document)))
    block = document
    for part in path[:-1]:
        block = block[part]
    how = data.draw(st.sampled_from(["remove", "replace", "rename", "add"]))
    if how == "remove":
        del block[path[-1]]
    elif how == "replace" or isinstance(block, list):
        block[path[-1]] = data.draw(ODD)
    elif how == "rename":
        block[data.draw(st.text(max_size=10))] = block.pop(path[-1])
    else:
        block[data.draw(st.one_of(st.text(max_size=10), st.sampled_from(["label", "rung", "day", "since", "like"])))] = (
            data.draw(ODD)
        )
    return document


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("sound")
    return load_scenario(with_ladder(folder, ladder())).document


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_changed_a_scenario_or_one_clear_line_comes_out(data: st.DataObject, sound: dict[str, Any]) -> None:
    document = copy.deepcopy(sound)
    for _ in range(data.draw(st.integers(1, 3))):
        if places(document):
            document = mutated(document, data)
    try:
        scenario = Scenario.from_document(document)
    except InputError as error:
        check_line(error)
    else:
        assert Scenario.from_document(scenario.document) == scenario
        json.dumps(scenario.document, allow_nan=False)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_its_text_a_scenario_or_one_clear_line_comes_out(data: st.DataObject, tmp_path: Path) -> None:
    start = data.draw(st.integers(0, len(VALID)))
    length = data.draw(st.integers(0, 30))
    new = data.draw(st.one_of(st.text(max_size=8), st.sampled_from(list("{}[]:,&*!|>%@`'\"#-? \n\t"))))
    path = written(tmp_path, (VALID[:start] + new + VALID[start + length :]).encode("utf-8", "replace"))
    try:
        load_scenario(path)
    except InputError as error:
        check_line(error)


def test_every_shipped_ladder_is_sound() -> None:
    assert set(shipped_ladders()) == {"eleven_rungs", "five_rungs"}
