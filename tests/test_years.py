"""Rivalries: the summary by decade, by the outset of crises, one run told, charts, and what the command line prints of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import escalation_sim as es
from conftest import shipped
from escalation_sim.agents import EscalationModel
from escalation_sim.analysis.annals import Annals, Crisis, annals, lines_ended, lines_founded, new_leaders
from escalation_sim.analysis.annals_in_words import story_of_years
from escalation_sim.analysis.estimates import mean_of_counts
from escalation_sim.analysis.summary import typical_run
from escalation_sim.analysis.years import (
    DIFFERENCE,
    at_the_outset,
    by_decade,
    mean_by_run,
    over_the_years,
    period_label,
)
from escalation_sim.chronicle import WATCHED, Event, events_of_step, frame_of_events
from escalation_sim.cli.commands import commands
from escalation_sim.cli.run import DEFAULT_RUNS
from escalation_sim.cli.trace import in_words
from escalation_sim.plots import CHARTS, CHARTS_OF_YEARS, charts_of, write_charts
from escalation_sim.plots.crises import crises_a_year, real_crises
from escalation_sim.plots.fire import covered_years, is_recorded, rates
from made_results import made_result, made_scenario

DAYS = 420


def made_rivalry(**entries):
    """Two countries from February 2008 on, in daily steps, with attacks enough for a crisis or two in a run."""
    groups = {"raiders": {"base": "south", "target": "north", "attacks_per_year": 8.0}}
    gesture = {"kind": "gesture", "date": "2008-04-01", "actor": "south", "victim": "north", "what": "a visit"}
    attack = {"kind": "attack", "date": "2008-02-20", "actor": "south", "victim": "north", "deaths": 60, "what": "an attack"}
    settled = {"kind": "rivalry", "start": "2008-02-03", "horizon_days": DAYS, "step_hours": 24, "armed_groups": groups}
    return made_scenario(**{**settled, "triggers": [gesture, attack], **entries})


@pytest.fixture(scope="module")
def result():
    return es.run(made_rivalry(), 20, 3)


def with_crises(result, **columns):
    """The result with crises chosen by hand."""
    count = len(next(iter(columns.values())))
    table = {
        "run": np.arange(count) % len(result.outcomes),
        "start_day": np.arange(count) % DAYS,
        "peak_rung": np.full(count, 2.0),
    }
    table |= {"deaths": np.zeros(count), "trust_at_outset": np.linspace(0.0, 1.0, count), **columns}
    table.setdefault("end_day", np.asarray(table["start_day"]) + 5.0)
    return dataclasses.replace(result, crises=pd.DataFrame(table))


def test_decades_are_named_by_the_years_they_cover():
    assert period_label("2000s", made_rivalry()) == "2008–09"
    assert period_label("2000s", shipped("rivalry-1998-2025")) == "2000s"
    assert period_label("1990s", shipped("rivalry-1998-2025")) == "1998–99"


def test_means_of_the_decades_are_those_of_the_outcomes(result):
    rows = {(row.group, row.label): row for row in by_decade(result)}
    assert rows["Crises", "in all"].value == pytest.approx(result.outcomes["crises"].mean())
    assert rows["Deaths", "2008–09"].value == pytest.approx(result.outcomes["deaths_2000s"].mean())
    parts = [row.value for (group, label), row in rows.items() if group == "Deaths" and label != "in all"]
    assert sum(parts) == pytest.approx(rows["Deaths", "in all"].value)


def test_wars_that_never_came_may_still_come():
    found = mean_of_counts(np.zeros(200))
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(3.689 / 200, rel=1e-3)
    assert mean_of_counts(np.array([0.0, 0.0, 1.0])).low == 0.0


def test_shares_over_the_years_count_runs(result):
    rows = {row.label: row for row in over_the_years(result)}
    peak, force = result.outcomes["peak_rung"], result.scenario.ladder.force
    assert rows[f"Force across the border (rung {force} or above), share"].value == pytest.approx((peak >= force).mean())
    assert rows["Calls that nobody answered, mean"].value == pytest.approx(result.outcomes["calls_unanswered"].mean())


def test_crises_are_compared_by_the_thirds_of_trust(result):
    peaks = np.where(np.arange(90) < 30, 5.0, 2.0)
    rows = {(row.group, row.label): row for row in at_the_outset(with_crises(result, peak_rung=peaks))}
    assert rows["Reached force", "lowest third"].value == 1.0
    assert rows["Reached force", "highest third"].value == 0.0
    assert rows["Reached force", DIFFERENCE].value == 1.0


def test_few_crises_are_not_compared(result):
    assert at_the_outset(with_crises(result, peak_rung=np.full(20, 3.0))) == []
    assert at_the_outset(with_crises(result, trust_at_outset=np.full(50, 0.3))) == []


def test_crises_of_one_run_that_are_alike_count_as_one():
    rng = np.random.default_rng(2)
    values = (rng.random(400) < 0.3) * 1.0
    everything = np.ones(400, dtype=bool)
    apart = mean_by_run(pd.Series(np.arange(400)), values, everything)
    four_times = mean_by_run(pd.Series(np.repeat(np.arange(400), 4)), np.repeat(values, 4), np.ones(1600, dtype=bool))
    assert four_times.high - four_times.low == pytest.approx(apart.high - apart.low)
    simple = 2 * 1.959964 * np.std(values, ddof=1) / 20.0
    assert apart.high - apart.low == pytest.approx(simple, rel=1e-3)


def test_the_typical_run_of_a_rivalry_lies_in_the_middle(result):
    columns = {
        "crises": [1.0, 9, 4, 5, 30],
        "deaths_total": [1.0, 900, 40, 55, 9e4],
        "violations_a_year": [1.0, 80, 40, 45, 900],
    }
    outcomes = result.outcomes.iloc[:5].assign(**columns)
    assert typical_run(dataclasses.replace(result, outcomes=outcomes)) == 3


def test_the_annals_of_a_run_are_its_row_and_its_crises(result):
    run = int(result.outcomes["crises"].idxmax())
    told = annals(result.scenario, result.seed, run)
    assert told.outcomes == pytest.approx(result.outcomes.loc[run].to_dict())
    assert len(told.crises) == result.outcomes["crises"][run]
    over = [crisis for crisis in told.crises if crisis.ended]
    listed = result.crises[result.crises["run"] == run]
    assert [crisis.peak for crisis in over] == listed["peak_rung"].tolist()
    assert [crisis.deaths for crisis in over] == pytest.approx(listed["deaths"].tolist())
    assert [crisis.days for crisis in over] == pytest.approx((listed["end_day"] - listed["start_day"]).tolist())
    assert told.crises[0].began


def test_lines_that_history_founds_and_leaders_are_in_the_annals():
    restless = shipped("rivalry-1998-2025").set("countries.india.leadership.turnover", 1.0)
    scenario = dataclasses.replace(restless, horizon_days=450.0)
    founded, ended, leaders = [], [], []
    for run in range(2):
        told = annals(scenario, 1, run)
        founded.append([event.date.year for event in lines_founded(told)])
        ended.append([event.date.year for event in lines_ended(told)])
        leaders += [event for country in scenario.countries for event in new_leaders(told, country.label)]
    assert founded == [[1999]] * 2
    assert ended == [[1999]] * 2
    assert leaders
    assert all((event.day, event.words.endswith("new leader")) == (365.0, True) for event in leaders)


def crisis(number: int, peak: int, ended: str = "it passes quietly") -> Crisis:
    return Crisis(dt.date(2008, 3, 1), 7.0 if ended else np.nan, f"attack {number}", peak, 10.0 * peak, ended)


def test_the_story_of_many_crises_is_short_and_tells_the_gravest(result):
    outcomes = result.outcomes.loc[0].to_dict()
    many = Annals(result.scenario, tuple(crisis(number, 7 if number == 50 else 3) for number in range(80)), (), outcomes)
    lines = story_of_years(many)
    text = "\n".join(words for _, words in lines)
    assert len(lines) <= 18
    assert "attack 50; up to rung 7" in text
    assert "66 lesser crises left out" in text


def test_a_crisis_at_the_horizon_goes_on(result):
    one = Annals(result.scenario, (crisis(1, 3, ended=""),), (), result.outcomes.loc[0].to_dict())
    assert story_of_years(one)[0][1].endswith("it goes on")


def test_charts_go_by_the_kind_of_scenario(result, tmp_path):
    assert charts_of(result) is CHARTS_OF_YEARS
    assert charts_of(made_result(made_scenario())) is CHARTS
    files = write_charts(result, tmp_path)
    assert {path.name for path in files} == {f"{name}.{kind}" for name in ("crises", "fire") for kind in ("png", "svg")}


@pytest.mark.parametrize("chart", CHARTS_OF_YEARS)
def test_charts_of_years_are_drawn_whole_with_and_without_crises(chart, result):
    real = dataclasses.replace(shipped("rivalry-1998-2025"), start=dt.date(2016, 2, 1), horizon_days=60.0)
    for shown in (
        with_crises(result, peak_rung=[2.0, 5.0, 10.0]),
        dataclasses.replace(result, crises=result.crises.iloc[:0]),
        es.run(real, 2, 1),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure = CHARTS_OF_YEARS[chart](shown)
        renderer = figure.canvas.get_renderer()
        box = figure.get_tightbbox(renderer)
        assert box.x0 >= -0.05
        assert box.x1 <= figure.get_figwidth() + 0.05
        assert box.y1 <= figure.get_figheight() + 0.05


def test_crises_are_counted_in_the_year_in_which_they_begin(result):
    made = with_crises(result, run=[0, 0, 1], start_day=[0.0, 332.0, 333.0], peak_rung=[2.0, 5.0, 5.0])
    assert crises_a_year(made)[:, :2].tolist() == [[2.0, 0.0], [0.0, 1.0]]
    assert crises_a_year(made, 4.0)[:, :2].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_parts_of_years_are_put_at_their_rate(result):
    assert list(covered_years(result.scenario)) == [2008]
    shown, per_year = rates(result)
    assert shown == [2008]
    assert per_year[0] == pytest.approx(result.outcomes["violations_2008"].to_numpy() * 365.25 / 333.0)


def test_the_record_stands_beside_the_two_it_is_about_only():
    real = shipped("rivalry-1998-2025")
    assert is_recorded(real)
    assert not is_recorded(made_rivalry())
    names = [event.name for event in real_crises(real)]
    assert "Kargil 1999" in names
    assert "Pahalgam 2025" in names
    assert not any("U-2" in name or "Brasstacks" in name for name in names)


def quiet_step(scenario):
    """A step of which nothing is to be told."""
    model = EscalationModel(scenario, seed=1, run=0)
    return {name: np.zeros_like(array) for name, array in model.batch_state(WATCHED).items()}


def changed(step, **entries):
    return {**step, **{name: np.array(values, dtype=float).reshape(step[name].shape) for name, values in entries.items()}}


def words_of(before, after, scenario, day: float = 9.0) -> list[str]:
    return [event.words for event in events_of_step(before, after, day, scenario)]


def test_calls_are_told_when_nobody_answers_and_when_another_line_carries_on():
    scenario = shipped("pahalgam-2025")
    names = [channel.name for channel in scenario.channels]
    quiet = quiet_step(scenario)
    hotline = [float(name == "dgmo_hotline") for name in names]
    embassies = [float(name == "high_commissions") for name in names]
    after = changed(quiet, unanswered=hotline)
    assert words_of(quiet, after, scenario) == ["Nobody answers on the hotline of the directors general of military operations"]
    rescued = words_of(changed(quiet, own_failure=hotline), changed(quiet, rescued=embassies), scenario)
    assert rescued == [
        "What failed on the hotline of the directors general of military operations gets through on the high commissions"
    ]


def test_misread_signals_leaders_and_gestures_are_told():
    scenario = made_rivalry()
    quiet = quiet_step(scenario)
    words = words_of(quiet, changed(quiet, nuclear_signal=[1, 0], signal_misread=[0, 1]), scenario)
    assert words == [
        "North signals with its nuclear forces",
        "South $5 misreads the signal of North as preparation for use",
    ]
    assert words_of(quiet, changed(quiet, temper=[0.3, 0.0]), scenario) == ["North has a new leader"]
    (gesture,) = events_of_step(quiet, quiet, 58.0, scenario)
    assert (gesture.kind, gesture.words) == ("gesture", "a visit")


def test_a_line_is_told_of_once_a_day():
    def call(day: float, line: str) -> Event:
        return Event(day, dt.datetime(2001, 1, 1), "call", line, None, "Nobody answers")

    table = frame_of_events([call(3.0, "a"), call(3.25, "b"), call(3.75, "a"), call(4.0, "a")])
    assert table[["day", "actor"]].to_numpy().tolist() == [[3.0, "a"], [3.25, "b"], [4.0, "a"]]


def test_ties_are_trust_and_trade():
    assert in_words({"ties": -0.7}) == "trust and trade −0.7"


@pytest.fixture
def small(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    Path("years.yaml").write_text(json.dumps(made_rivalry(horizon_days=200).document), encoding="utf-8")
    return "years.yaml"


def test_run_on_a_rivalry_prints_decades_and_a_story_within_100_columns(small):
    outcome = CliRunner().invoke(commands, ["run", small, "--runs", "12"])
    assert outcome.exit_code == 0, outcome.output
    for words in ("12 runs of 0.5 years", "By the years", "that became war", "in crises, deaths and violations", "New leaders"):
        assert words in outcome.output
    assert max(map(len, outcome.output.splitlines())) <= 100
    assert {path.stem for path in Path("results/made").glob("*.png")} == {"crises", "fire"}


def test_a_rivalry_has_fewer_runs_if_none_are_asked_for(small, monkeypatch):
    monkeypatch.setitem(DEFAULT_RUNS, "rivalry", 4)
    outcome = CliRunner().invoke(commands, ["run", small, "--no-charts", "--story", "none"])
    assert "4 runs of" in outcome.output


def test_trace_of_a_rivalry_says_that_it_takes_a_while(small):
    outcome = CliRunner().invoke(commands, ["trace", small, "--run", "1"])
    assert outcome.exit_code == 0, outcome.output
    assert "takes a while" in outcome.stderr
    assert "20 Feb 2008" in outcome.stdout
    assert "In 0.5 years" in outcome.stdout
