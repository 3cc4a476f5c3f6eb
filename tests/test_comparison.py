"""Comparisons of several variants: what pairing is worth, how many runs a precision takes, what is printed and drawn."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import escalation_sim as es
from conftest import SHIPPED, shipped, without_later_triggers
from escalation_sim.analysis.differences import PAIRING, coupling, pairing, remaining_variances_from_counts, runs_needed
from escalation_sim.analysis.in_print import factor, pairing_rows
from escalation_sim.analysis.resampling import intervals
from escalation_sim.cli.changes import Changes, variant_from
from escalation_sim.cli.commands import commands
from escalation_sim.experiments import comparison as module
from escalation_sim.experiments.comparison import Comparison
from escalation_sim.experiments.precision import Precision, precision_from
from escalation_sim.plots.comparison import charts_of_comparison, comparison_chart, groups_of, steps_of
from made_results import SHORT_LADDER, made_result, made_scenario
from test_plots import drawn_texts

NEVER = np.nan


def pair_of(first, second, name: str = "peak_rung") -> pd.Series:
    """The row of `pairing` of two columns of values."""
    return (
        pairing(made_result(made_scenario(), **{name: first}), made_result(made_scenario(), **{name: second}))
        .set_index("outcome")
        .loc[{"deaths_total": "deaths_mean"}.get(name, name)]
    )


def correlated(runs: int, correlation: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Two columns of numbers of variance 1 with a correlation."""
    chance = np.random.default_rng(seed)
    shared, own = chance.normal(size=runs), chance.normal(size=runs)
    return shared, correlation * shared + np.sqrt(1.0 - correlation**2) * own


def test_the_factor_is_that_of_the_definition_counted_by_hand():
    found = pair_of([1.0, 2.0, 3.0, 6.0], [1.0, 1.0, 3.0, 5.0])
    before, after = np.array([1.0, 2.0, 3.0, 6.0]), np.array([1.0, 1.0, 3.0, 5.0])
    assert found["factor"] == pytest.approx((before.var() + after.var()) / (after - before).var())
    assert found["correlation"] == pytest.approx(np.corrcoef(before, after)[0, 1])
    assert found["spread"] == pytest.approx((after - before).std(ddof=1))
    assert tuple(found[["lower", "same", "higher"]]) == (0.5, 0.5, 0.0)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, -0.5])
def test_the_factor_of_normal_pairs_is_one_over_one_less_the_correlation_and_its_interval_covers_that(correlation):
    found = pair_of(*correlated(1000, correlation), "deaths_total")
    truth = 1.0 / (1.0 - correlation)
    assert found["factor_low"] <= truth <= found["factor_high"]
    assert found["factor_high"] / found["factor_low"] < 1.5


def test_independent_runs_gain_nothing():
    """The check that the factor can be 1: luck that is not shared brings none."""
    one = made_result(made_scenario(), deaths_total=np.random.default_rng(1).exponential(size=1500))
    other = made_result(made_scenario(), deaths_total=np.random.default_rng(2).exponential(size=1500))
    found = pairing(one, other).set_index("outcome").loc["deaths_mean"]
    assert found["factor"] == pytest.approx(1.0, abs=0.15)


def test_the_interval_of_the_factor_covers_the_truth_in_about_95_of_100_samples():
    truth = 1.0 - 0.8
    covered = 0
    for seed in range(100):
        first, second = correlated(200, 0.8, seed)
        low, high = intervals(lambda kept, pair=(first, second): remaining_variances_from_counts([pair]), 200)
        covered += bool(low[0] <= truth <= high[0])
    assert 87 <= covered <= 100


def test_a_change_that_changes_nothing_differs_by_exactly_nothing_and_is_called_identical():
    crisis = made_scenario(
        horizon_days=20, channels={"mute": {"label": "A line that does nothing", "status": "closed", "influence": 0.0}}
    )
    found = es.compare(crisis, crisis.open("mute"), runs=60, seed=3)
    assert (found.differences[["difference", "low", "high"]].to_numpy() == 0.0).all()
    assert (found.pairs["same"] == 1.0).all()
    assert np.isinf(found.pairs["factor"]).all()
    rows = pairing_rows(found.pairs.loc["variant 1"].reset_index(), found.needed().loc["variant 1"])
    assert {row[5] for row in rows} == {"identical"}


def test_the_same_shift_in_every_run_is_not_called_identical():
    found = pair_of([1.0, 2.0, 5.0], [2.0, 3.0, 6.0])
    assert np.isinf(found["factor"])
    assert factor(found) == "–"


def test_rare_outcomes_have_an_interval_although_some_draws_hold_none():
    first = np.zeros(400)
    first[:3] = 8.0
    second = first.copy()
    second[0] = 2.0
    found = pairing(made_result(made_scenario(), peak_rung=first), made_result(made_scenario(), peak_rung=second)).set_index(
        "outcome"
    )
    low, middle = found.loc["war", ["factor_low", "factor"]]
    assert 0.99 <= low < middle


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30))
@settings(max_examples=25)
def test_factor_and_interval_are_in_order_whatever_the_values(values):
    first, second = (np.array(column, dtype=float) for column in zip(*values, strict=True))
    found = pair_of(first, second)
    if not np.isnan(found["factor"]):
        assert 0.0 < found["factor_low"] <= found["factor_high"]
        assert found["lower"] + found["same"] + found["higher"] == pytest.approx(1.0)


def test_less_is_better_but_for_cease_fires():
    found = pairing(made_result(made_scenario()), made_result(made_scenario())).set_index("outcome")
    assert tuple(found.reset_index().columns) == PAIRING
    assert found.loc["cease_fire", "better"] == ""
    assert set(found.drop(index="cease_fire")["better"]) == {"lower"}


def test_one_run_has_no_factor():
    found = pair_of([5.0], [4.0])
    assert np.isnan(found[["factor", "factor_low", "factor_high", "correlation", "spread"]].astype(float)).all()


def test_numbers_of_runs_follow_the_spread_and_reach_what_they_promise():
    first, second = correlated(3000, 0.9)
    spread = (second - first).std(ddof=1)
    runs = runs_needed(spread, 0.05)
    assert 1.96 * spread / np.sqrt(runs) <= 0.05 < 1.96 * spread / np.sqrt(runs - 2)
    assert runs_needed(0.0, 0.05) == 1


@cache
def crisis_and_variants():
    talk = {"status": "closed", "by_choice": 0.0, "influence": 0.9, "intent_precision": 2.0, "candour": 0.8}  # always in use
    crisis = made_scenario(horizon_days=20, channels={"back_channel": talk})
    return crisis, crisis.open("back_channel", 0.8), crisis.close("dgmo_hotline").set("countries.north.government.resolve", 2.0)


def test_variants_are_compared_with_the_runs_they_would_have_alone():
    crisis, *variants = crisis_and_variants()
    found = es.compare(crisis, *variants, runs=50, seed=2, names=["talk", "no hotline"])
    assert isinstance(found, es.Comparison)
    assert list(found.variants) == ["talk", "no hotline"]
    assert (found.runs, found.seed) == (50, 2)
    for name, variant in zip(found.variants, variants, strict=True):
        assert found.variants[name].outcomes.equals(es.run(variant, 50, 2).outcomes)
        alone = es.compare(crisis, variant, runs=50, seed=2)
        assert found.differences.loc[name].equals(alone.differences.loc["variant 1"])


def test_a_comparison_cannot_be_altered():
    crisis, variant, _ = crisis_and_variants()
    with pytest.raises(AttributeError):
        es.compare(crisis, variant, runs=3).base = None


def test_workers_and_progress_are_passed_on(monkeypatch):
    crisis, variant, _ = crisis_and_variants()
    asked = []
    monkeypatch.setattr(module, "run", lambda *args, **options: asked.append(options) or es.run(*args))
    es.compare(crisis, variant, runs=2, workers=3, progress=print)
    assert asked == [{"workers": 3, "progress": print}] * 2


def test_a_precision_makes_as_many_runs_as_it_takes_and_says_so_once():
    crisis, variant, _ = crisis_and_variants()
    told = []
    found = es.compare(crisis, variant, runs=40, precision="0.04 rungs", outcome="misperception", told=told.append)
    (plan,) = told
    assert plan == found.plan
    assert plan.outcomes == ("misperception",)
    assert plan.pilot == 40 < plan.needed <= plan.runs <= found.runs
    row = found.differences.loc[("variant 1", "misperception")]
    assert (row["high"] - row["low"]) / 2.0 <= 0.04 * 1.3
    assert "first 40" in str(plan)
    assert "misperception" in str(plan)


def test_a_pilot_in_which_no_run_differs_is_not_taken_for_certainty():
    found = Comparison(
        made_result(made_scenario(), peak_rung=[1.0] * 40), {"x": made_result(made_scenario(), peak_rung=[1.0] * 40)}
    )
    needed = found.needed("5 pp").loc[("x", "force")]
    assert needed["paired"] == np.ceil(1.96**2 * (3 / 40) / 0.05**2)
    assert module.planned(found, Precision(0.05, "share")).runs > 40


def test_a_pilot_that_is_enough_is_not_run_again(monkeypatch):
    crisis, _, variant = crisis_and_variants()
    made = []
    monkeypatch.setattr(module, "run", lambda *args, **kwargs: made.append(args) or es.run(*args, **kwargs))
    found = es.compare(crisis, variant, runs=40, precision="60 pp")
    assert len(made) == 2
    assert found.runs == 40
    assert "enough" in str(found.plan)


def test_a_precision_beyond_reach_stops_at_the_most(monkeypatch):
    monkeypatch.setattr(module, "MOST_RUNS", 60)
    crisis, variant, _ = crisis_and_variants()
    found = es.compare(crisis, variant, runs=40, precision="0.001 rungs", outcome="misperception")
    assert found.runs == 60
    assert "which is the most" in str(found.plan)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5pp", Precision(0.005, "share")),
        (" 0.5 points ", Precision(0.005, "share")),
        (".05 rungs", Precision(0.05, "rungs")),
        ("1 day", Precision(1.0, "days")),
        ("5 Deaths", Precision(5.0, "deaths")),
        ("2 %", Precision(0.02, "relative")),
        ("1e1 deaths", Precision(10.0, "deaths")),
        ("0.2", Precision(0.2, "")),
    ],
)
def test_a_precision_is_read_with_its_unit(text, expected):
    found = precision_from(text)
    assert found.unit == expected.unit
    assert found.size == pytest.approx(expected.size)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a precision"), ("half", "not a precision"), ("1 2 pp", "not a precision"), ("-1 pp", "not a precision"),
        ("0 pp", "more than 0"), ("0.5 pq", "no such unit"), ("1 dyas", "did you mean 'days'"), ("1e999 pp", "out of range"), ("nan", "not a precision"),
    ],
)  # fmt: skip
def test_what_is_no_precision_is_refused(text, words):
    with pytest.raises(es.InputError, match=words):
        precision_from(text)


def test_a_share_of_the_value_before_is_a_precision():
    assert precision_from("2 %").reach(50.0) == pytest.approx(1.0)
    assert str(precision_from("2 %")) == "± 2 %"
    assert str(precision_from("0.5pp")) == "± 0.5 points"


@pytest.mark.parametrize(
    ("text", "name", "changes"),
    [
        (
            "both: open back_channel=0.5; close dgmo_hotline",
            "both",
            Changes(opened=("back_channel=0.5",), closed=("dgmo_hotline",)),
        ),
        ("open back_channel", "open back_channel", Changes(opened=("back_channel",))),
        ('x: set a.b={"value": 1}; fixed', "x", Changes(entries=('a.b={"value": 1}',), fixed=True)),
        ("set a=b:c", "set a=b:c", Changes(entries=("a=b:c",))),
        ("then: as-of 2004-06-01; decision spiral", "then", Changes(as_of="2004-06-01", decision="spiral")),
        ("open: open back_channel", "open", Changes(opened=("back_channel",))),
    ],
)
def test_a_variant_is_read_with_its_name(text, name, changes):
    assert variant_from(text) == (name, changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: opn back_channel", "did you mean 'open'"), ("a: open", "not a change"), ("a:", "changes nothing"), ("", "changes nothing"),
        ("a: fixed now", "not a change"), ("a: decision spiral; decision prospect", "given twice"), ("back_channel", "not a change"),
    ],
)  # fmt: skip
def test_what_is_no_variant_is_refused(text, words):
    with pytest.raises(es.InputError, match=words):
        variant_from(text)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"variants": 0}, "nothing to compare"),
        ({"names": ["a", "a"], "variants": 2}, "all different"),
        ({"names": ["a"], "variants": 2}, "one name for each"),
        ({"precision": "1 pp", "outcome": "peak_rung"}, "not in the unit of peak_rung"),
        ({"precision": "2 %"}, "needs an outcome"),
        ({"outcome": "force"}, "without a precision"),
        ({"precision": "1 pp", "outcome": "fource"}, "did you mean 'force'"),
        ({"precision": "1 pq"}, "no such unit"),
        ({"runs": 0}, "runs: out of range"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_long(entries, words, monkeypatch):
    crisis, variant, _ = crisis_and_variants()
    entries = {"runs": 10, **entries}
    if entries["runs"]:
        monkeypatch.setattr(module, "run", None)
    with pytest.raises(es.InputError, match=words):
        es.compare(crisis, *[variant] * entries.pop("variants", 1), **entries)


@pytest.fixture
def small(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    Path("small.yaml").write_text(json.dumps(made_scenario(horizon_days=20, step_hours=12).document), encoding="utf-8")
    return "small.yaml"


def called(*arguments: str):
    return CliRunner().invoke(commands, list(map(str, arguments)))


def test_several_variants_are_printed_one_below_the_other_and_written(small):
    outcome = called(
        "compare", small, "--runs", "30", "--open", "back_channel",
        "--variant", "warlike: set countries.north.government.resolve=2.0", "--out", "there", "--no-charts",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    assert max(map(len, outcome.output.splitlines())) <= 80
    for words in ("each of 2 variants", "Changed: open back_channel", "warlike: set", "Corr.", "Factor", "Less is better"):
        assert words in outcome.output
    written = {path.name for path in Path("there").iterdir()}
    assert written == {"data", "differences.csv", "pairs.csv"}
    table = pd.read_csv("there/differences.csv", index_col=[0, 1])
    assert set(table.index.unique("variant")) == {"open back_channel", "warlike"}


def test_a_precision_on_the_command_line_says_how_many_runs_and_whether_it_was_reached(small):
    outcome = called("compare", small, "--runs", "30", "--close", "dgmo_hotline", "--set", "countries.north.government.resolve=2.0",
                     "--precision", "5pp", "--outcome", "force")  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.count("± 5 points (force)") == 1
    assert "± 5 points is reached with" in outcome.output
    charts = {f"{name}.{kind}" for name in ("differences", "peak_rung", "days_to_end", "deaths") for kind in ("png", "svg")}
    assert {path.name for path in Path("results/compare-made").iterdir()} == {"data", "differences.csv", "pairs.csv", *charts}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--variant", "opn back_channel"], ["--variant", "opn back_channel", "did you mean 'open'"]),
        (["--variant", "a: close dgmo_hotline", "--variant", "a: open back_channel"], ["two variants have this name", "'a'"]),
        (["--open", "back_channel", "--precision", "lots"], ["precision", "'lots'"]),
        (["--open", "back_channel", "--outcome", "force"], ["without a precision"]),
        (["--open", "back_channel", "--precision", "2%"], ["needs an outcome"]),
        (["--open", "back_channel", "--precision", "1pp", "--outcome", "wr"], ["no such outcome", "did you mean 'war'"]),
        (["--variant", "a: open bak_channel"], ["bak_channel", "back_channel"]),
        (["--open", "back_channel", "--out", "small.yaml"], ["not a folder"]),
    ],
)
def test_a_bad_option_is_answered_in_one_line_and_nothing_is_written(small, arguments, words):
    outcome = called("compare", small, *arguments)
    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    assert all(word in outcome.stderr for word in words), outcome.stderr
    assert [path.name for path in Path().iterdir()] == ["small.yaml"]


CORNERS = {
    "one run": ({"peak_rung": [6.0], "deaths_total": [12.0]}, {"peak_rung": [5.0], "deaths_total": [4.0]}),
    "identical": ({"peak_rung": [2.0, 3.0]}, {"peak_rung": [2.0, 3.0]}),
    "far apart": (
        {"deaths_total": [0.0, 2e7, 5.0], "days_to_end": [NEVER, 1.0, 0.0]},
        {"deaths_total": [1e6, 0.0, 6.0], "days_to_end": [0.0, NEVER, 39.0]},
    ),
    "from one to all": ({"peak_rung": [0.0] * 5}, {"peak_rung": [10.0] * 5}),
    "tiny": (
        {"deaths_total": [1.0, 2.0], "days_to_end": [1.0, 1.5]},
        {"deaths_total": [2.0, 1.0], "days_to_end": [1.25, 1.25]},
    ),
}
LONG = "a name of a variant that is far too long for any chart and costs $5"


@pytest.mark.parametrize(("corner", "name"), [("far apart", LONG), *((corner, "x") for corner in CORNERS)])
def test_every_chart_is_drawn_without_a_warning_and_nothing_is_cut_off(corner, name):
    first, second = (made_result(made_scenario(), **columns) for columns in CORNERS[corner])
    found = Comparison(first, {name: second})
    for key, chart in charts_of_comparison(found).items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure = chart()
        renderer = figure.canvas.get_renderer()
        for text in drawn_texts(figure):
            box = text.get_window_extent(renderer)
            inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.width + 1 and box.y1 <= figure.bbox.height + 1
            assert inside, f"{key}: {text.get_text()!r} is cut off"
        sizes = [text.get_fontsize() for text in drawn_texts(figure)]
        assert min(sizes) * figure.dpi / 72 / 2 >= 10


def test_five_rungs_and_many_variants_are_drawn():
    base = made_result(made_scenario(ladder=SHORT_LADDER), peak_rung=[0.0, 2.0, 4.0])
    found = Comparison(base, {f"variant {place}": replace(base) for place in range(9)})
    assert len(charts_of_comparison(found)) == 1 + 3 * 9
    assert charts_of_comparison(found)["differences"]().axes


def test_bars_count_every_run():
    first, second = (
        made_result(made_scenario(), deaths_total=[0.0, 3.0, 2e8]),
        made_result(made_scenario(), deaths_total=[0.0, 5.0, 1.0]),
    )
    found = Comparison(first, {"x": second})
    edges, names = groups_of(found, "deaths_mean", np.array([0.0, 3.0, 2e8]))
    assert len(edges) == len(names)
    assert names[0] == "nobody"
    steps, groups = steps_of("deaths_mean", np.array([0.0, 2.0, 1.0 - 2e8]))
    place = np.searchsorted(steps, [0.0, 2.0, -2.0, 1.0 - 2e8, 3.0, -3.0], side="right") - 1
    assert len(steps) == len(groups)
    middle = len(groups) // 2
    assert list(place - middle) == [0, 1, -1, -middle, 2, -2]
    assert comparison_chart(found, "deaths_mean").axes


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_pairing_pays_on_every_shipped_comparison(name):
    """Each channel between the two sides is opened where it is closed and closed where it is open; what was reached stands in docs/comparing.md.

    Months of a crisis and years of a rivalry are followed: what pairing is worth does not wait for the end.

    Deaths are taken on a logarithmic scale: one run in which nuclear weapons are used in one variant only outweighs all others.
    """
    whole = shipped(name)
    if whole.kind == "rivalry":
        crisis = without_later_triggers(whole, 1500)
    else:
        record = {key: value for key, value in whole.document.items() if key != "observed"}  # may reach beyond the horizon
        crisis = es.Scenario.from_document({**record, "horizon_days": 120})
    changes = {
        channel.name: crisis.close(channel.name) if channel.status else crisis.open(channel.name)
        for channel in crisis.channels
        if channel.level != "third_party"
    }
    runs = 1000 if crisis.kind == "crisis" else 200
    found = es.compare(crisis, *changes.values(), runs=runs, seed=1, names=list(changes))
    standard = ["peak_rung", "force", "war", "days_to_end", "cease_fire", "misperception", "crises", "days_in_crisis"]
    pairs = found.pairs[found.pairs.index.get_level_values("outcome").isin(standard)]
    known = pairs["correlation"].notna() | np.isinf(
        pairs["factor"]
    )  # an outcome that occurs in one variant only has the factor 1
    assert (pairs["factor"][known] > 1.0).all()
    assert (pairs["factor"] >= 1.0).all()
    for variant in found.variants.values():
        deaths = [np.log1p(result.outcomes["deaths_total"].to_numpy(dtype=float)) for result in (found.base, variant)]
        assert coupling(*deaths)[1] < 1.0
