"""Claims: files, trials, and verdicts that turn when the world does."""

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from escalation_sim.analysis.verdicts import NO_EFFECT, OPPOSITE, SUPPORTED
from escalation_sim.errors import InputError
from escalation_sim.experiments import pieces
from escalation_sim.experiments.claim import FOUNDING, load_claim, load_claims
from escalation_sim.experiments.claims import verdicts_on
from escalation_sim.experiments.claims_page import claims_page
from escalation_sim.experiments.measures import measured
from escalation_sim.experiments.trials import CURVE_SETS, Plan, differences, trials_of
from escalation_sim.experiments.worlds import numbers_in_worlds, place_in_range, scaled
from escalation_sim.inputs import inputs_of, varied

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
ONE_THEORY = ("quantal_response",)
SMALL = Plan(sets=12, runs=6, rivalry_runs=2, seed=1)

TRUST = """
claim: secret-line-builds-trust
says: "A secret line leaves the two governments with more trust."
by: "nobody, for a test"
scenario: pahalgam-2025
changes:
  set:
    horizon_days: 20
    quiet_days: 21
    step_hours: 24
    armed_groups: {}
    triggers: []
    model.trust.initial: 0.4
    channels.back_channel.by_choice: 0.0
    channels.back_channel.stress_tolerance: 10.0
    channels.back_channel.influence: 1.0
    channels.back_channel.sponsorship: 1.0
    channels.back_channel.negotiates: 0.0
    channels.back_channel.builds_trust: {builds_trust}
    channels.back_channel.leak_rate: {leak_rate}
    model.channels.reopening: 1.0
against: {called: "no line", close: back_channel}
with: {called: "a line", open: {back_channel: 0.9}}
tests:
  - {outcome: trust_end, expects: higher, smallest: 0.02, unit: "trust, 0 to 1", because: "for a test"}
break_even: {scales: "what the line builds", paths: channels.back_channel.builds_trust}
built_in: "all of it"
emerges: "nothing"
"""


def planted(folder, builds_trust, leak_rate):
    """The same claim in a world of which the truth is known."""
    text = TRUST.replace("{builds_trust}", str(builds_trust)).replace("{leak_rate}", str(leak_rate))
    file = folder / "secret-line-builds-trust.yaml"
    file.write_text(text, encoding="utf-8")
    return load_claim(file, SCENARIOS)


def verdict_on(claim, folder, **options):
    return verdicts_on([claim], SMALL, folder, theories=ONE_THEORY, **options).claims[0]


# Verdicts turn with the world


def test_a_claim_is_supported_where_the_line_builds_trust(tmp_path):
    found = verdict_on(planted(tmp_path, 0.02, 0.0), tmp_path / "out")
    assert found.verdict == SUPPORTED
    assert found.tests[0].break_even.factor < 1.0


def test_the_same_claim_has_no_effect_where_the_line_builds_nothing(tmp_path):
    assert verdict_on(planted(tmp_path, 0.0, 0.0), tmp_path / "out").verdict == NO_EFFECT


def test_the_same_claim_is_opposite_where_the_line_leaks(tmp_path):
    assert verdict_on(planted(tmp_path, 0.0, 0.2), tmp_path / "out").verdict == OPPOSITE


@pytest.mark.slow
def test_a_shipped_claim_loses_its_support_where_its_channel_does_nothing(tmp_path):
    claim = load_claim(ROOT / "experiments" / "claims" / "nuclear-understanding.yaml")
    test = claim.tests[0]
    nothing = dataclasses.replace(
        test.comparison,
        with_=dataclasses.replace(
            test.comparison.with_, scenario=test.comparison.with_.scenario.set("channels.track_two.clarifies_signals", 0.0)
        ),
    )
    everything = dataclasses.replace(
        test.comparison,
        with_=dataclasses.replace(
            test.comparison.with_,
            scenario=test.comparison.with_.scenario.set("channels.track_two.clarifies_signals", 1.0)
            .set("channels.track_two.strength", 1.0)
            .open("track_two", 1.0),
        ),
    )
    plan = Plan(sets=12, runs=60)
    found = {}
    for name, comparison in (("nothing", nothing), ("everything", everything)):
        changed = dataclasses.replace(claim, tests=(dataclasses.replace(test, comparison=comparison),))
        found[name] = verdicts_on([changed], plan, tmp_path / name, theories=ONE_THEORY, workers=2).claims[0].verdict
    assert found == {"nothing": NO_EFFECT, "everything": SUPPORTED}


def test_the_share_among_sets_that_agree_with_history_stands_beside(tmp_path):
    matched = np.arange(SMALL.sets) < 6
    found = verdict_on(planted(tmp_path, 0.02, 0.0), tmp_path / "out", matched=matched)
    assert found.tests[0].matched.worlds == 6
    assert found.tests[0].overall.worlds == SMALL.sets


# The same whoever computes it, and gone on with


def test_verdicts_are_the_same_for_one_worker_and_for_two(tmp_path):
    claim = planted(tmp_path, 0.02, 0.05)
    theories = ("quantal_response", "spiral")
    one, two = (verdicts_on([claim], SMALL, tmp_path / str(workers), theories=theories, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.table(), two.table(), check_exact=True)
    pd.testing.assert_frame_equal(one.effects, two.effects, check_exact=True)


def test_what_was_interrupted_is_gone_on_with_and_gives_the_same(tmp_path, monkeypatch):
    claim = planted(tmp_path, 0.02, 0.05)
    theories = ("quantal_response", "spiral", "prospect")
    verdicts_on([claim], SMALL, tmp_path / "whole", theories=theories)
    computed = []
    put = pieces.put

    def interrupted(target, written):
        if target.parent.name == "parts":
            if len(computed) == 2:
                raise KeyboardInterrupt
            computed.append(target.name)
        put(target, written)

    monkeypatch.setattr(pieces, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        verdicts_on([claim], SMALL, tmp_path / "cut", theories=theories)
    assert len(list((tmp_path / "cut" / "parts").iterdir())) == 2
    computed.clear()
    done = []
    verdicts_on([claim], SMALL, tmp_path / "cut", theories=theories, progress=lambda done_, total: done.append((done_, total)))
    assert len(computed) == 1
    assert done[0][0] == pytest.approx(done[0][1] * 2 / 3)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "cut" / "effects.parquet"), pd.read_parquet(tmp_path / "whole" / "effects.parquet")
    )


def test_a_changed_world_is_another_piece_and_changed_words_are_not(tmp_path):
    first, same, other = planted(tmp_path, 0.02, 0.0), planted(tmp_path, 0.02, 0.0), planted(tmp_path, 0.03, 0.0)
    reworded = dataclasses.replace(same, says="Something else.", built_in="-", scales="-")
    keys = [trials_of([claim], ONE_THEORY, SMALL)[0].key for claim in (first, reworded, other)]
    assert keys[0] == keys[1] != keys[2]


def test_more_runs_of_a_rivalry_leave_the_pieces_of_crises_alone(tmp_path):
    claim = planted(tmp_path, 0.02, 0.0)
    more = dataclasses.replace(SMALL, rivalry_runs=9)
    assert trials_of([claim], ONE_THEORY, SMALL)[0].key == trials_of([claim], ONE_THEORY, more)[0].key


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear all", encoding="utf-8")
    with pytest.raises(InputError, match="holds something other than tests of claims"):
        verdict_on(planted(tmp_path, 0.0, 0.0), tmp_path)


# Worlds


def test_a_set_has_the_same_numbers_in_both_variants_and_under_every_theory(tmp_path):
    comparison = planted(tmp_path, 0.02, 0.0).tests[0].comparison
    against, with_ = (numbers_in_worlds(side.scenario, 20, 1, side.fixed) for side in (comparison.against, comparison.with_))
    shared = set(against) & set(with_)
    assert len(shared) > 200
    assert all((against[path] == with_[path]).all() for path in shared)
    other = numbers_in_worlds(comparison.with_.scenario.set("decision", "spiral"), 20, 1)
    assert all((other[path] == with_[path]).all() for path in set(other) & set(with_))


def test_what_a_claim_sets_is_not_overwritten(tmp_path):
    side = planted(tmp_path, 0.02, 0.0).tests[0].comparison.with_
    assert "model.trust.initial" in side.fixed
    assert "model.trust.initial" in varied(side.scenario)
    assert "model.trust.initial" not in numbers_in_worlds(side.scenario, 20, 1, side.fixed)


def test_every_number_is_spread_evenly_over_its_range():
    place = place_in_range("model.government.resolve", 50, 1)
    assert sorted(np.floor(place * 50).astype(int)) == list(range(50))
    assert np.abs(np.corrcoef(place, place_in_range("model.government.temper", 50, 1))[0, 1]) < 0.5


def test_scaling_stops_at_the_bounds_of_the_model(pahalgam):
    inputs = inputs_of(pahalgam)
    path = "channels.dgmo_hotline.influence"
    values = {path: np.array([0.2, 0.8])}
    assert scaled(values, inputs, [path], 2.0)[path].tolist() == [0.4, 1.0]
    fixed = scaled(values, inputs, ["channels.dgmo_hotline.candour"], 0.5)["channels.dgmo_hotline.candour"]
    assert fixed == pytest.approx(0.5 * inputs["channels.dgmo_hotline.candour"].number.value)


def test_variants_run_together_give_what_each_gives_alone(tmp_path, monkeypatch):
    claim = planted(tmp_path, 0.02, 0.05)
    trial = trials_of([claim], ONE_THEORY, SMALL)[0]
    together = trial.done()
    monkeypatch.setattr("escalation_sim.experiments.trials.CHUNK", 1)
    pd.testing.assert_frame_equal(together, trial.done(), check_exact=True)


def test_sets_do_not_share_their_luck(tmp_path):
    trial = trials_of([planted(tmp_path, 0.02, 0.0)], ONE_THEORY, SMALL)[0]
    sets, numbers = trial._rows(trial.pairs[0].with_)
    assert len(set(numbers)) == len(numbers) == SMALL.sets * SMALL.runs
    assert (np.bincount(sets) == SMALL.runs).all()


def test_the_curve_takes_a_part_of_the_sets_at_every_factor(tmp_path):
    claim = planted(tmp_path, 0.02, 0.0)
    rows = trials_of([claim], ONE_THEORY, SMALL)[0].done()
    curve = rows[~rows["whole"]]
    assert set(curve["factor"]) == set(claim.factors)
    assert (curve["set"] % CURVE_SETS == 0).all()
    at_zero, at_two = (curve.loc[curve["factor"] == factor, "effect"].mean() for factor in (0.0, 2.0))
    assert abs(at_zero) < 0.01 < at_two


# Differences


def test_a_mean_difference_is_paired():
    rng = np.random.default_rng(1)
    luck = rng.normal(0.0, 10.0, (3, 50))
    runs, effect, variance, before, after = differences([luck], [luck - 2.0])
    assert effect == pytest.approx(-2.0)
    assert variance == pytest.approx(0.0, abs=1e-12)
    assert runs.tolist() == [50, 50, 50]
    assert (after - before) == pytest.approx(effect)


def test_a_ratio_is_of_the_means_and_its_error_that_of_many_repetitions():
    rng = np.random.default_rng(1)
    many, runs = 4_000, 80
    struck = rng.poisson(2.0, (many, runs)).astype(float)
    broken = rng.binomial(struck.astype(int), 0.3).astype(float)
    fewer = rng.binomial(broken.astype(int), 0.5).astype(float)
    _, effect, variance, before, _ = differences([broken, struck], [fewer, struck])
    assert before.mean() == pytest.approx(0.3, abs=0.005)
    assert effect.mean() == pytest.approx(-0.15, abs=0.005)
    assert np.sqrt(variance / runs).mean() == pytest.approx(effect.std(), rel=0.05)


def test_a_ratio_of_nothing_is_no_number_and_runs_without_a_value_do_not_count():
    nothing = np.zeros((1, 5))
    assert np.isnan(differences([nothing, nothing], [nothing, nothing])[1][0])
    values = np.array([[1.0, np.nan, 3.0]])
    runs, effect, *_ = differences([values], [np.array([[2.0, 9.0, np.nan]])])
    assert (runs[0], effect[0]) == (1, 1.0)


def test_a_mediator_that_comes_into_the_quiet_has_not_stepped_in(pahalgam):
    columns = {
        "mediation_day": np.array([3.0, 9.0, np.nan, 50.0]),
        "days_to_end": np.array([8.0, 8.0, 8.0, np.nan]),
        "days_to_response": np.array([5.0, np.nan, np.nan, 100.0]),
    }
    assert measured("mediated", columns, pahalgam).tolist() == [1.0, 0.0, 0.0, 1.0]
    assert measured("days_from_force_to_end", columns, pahalgam).tolist() == [3.0, 0.0, 0.0, 20.0]


# Files


def test_all_nineteen_claims_are_there_and_say_what_they_assume():
    claims = load_claims(ROOT / "experiments" / "claims")
    assert tuple(claim.name for claim in claims) == FOUNDING
    assert len(FOUNDING) == 19
    for claim in claims:
        assert len(claim.built_in) > 80
        assert len(claim.emerges) > 80
        assert claim.factors[0] == 0.0
        for test in claim.tests:
            assert test.because
            assert test.comparison.scaled
            assert test.comparison.against.scenario != test.comparison.with_.scenario


def test_the_two_arguments_over_refusing_talks_compare_the_same_things():
    one, other = (
        load_claim(ROOT / "experiments" / "claims" / f"{name}.yaml")
        for name in ("talking-did-not-deter", "not-talking-no-better")
    )
    assert one.tests[0].comparison.with_.scenario == other.tests[0].comparison.against.scenario
    assert one.tests[0].comparison.against.scenario == other.tests[0].comparison.with_.scenario
    assert one.tests[1].comparison.with_.scenario == other.tests[1].comparison.with_.scenario


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expects: higher", "expects: hihger", "did you mean 'higher'"),
        ("outcome: trust_end", "outcome: trust_ned", "did you mean 'trust_end'"),
        ("scenario: pahalgam-2025", "scenario: pahalgam-2026", "did you mean 'pahalgam-2025'"),
        ("smallest: 0.02", "smallest: 0", "smallest"),
        ("close: back_channel", "close: back_chanel", "did you mean 'back_channel'"),
        ("paths: channels.back_channel.builds_trust", "paths: channels.back_channel.builds_trusts", "builds_trust"),
        ("model.trust.initial", "model.trust.intial", "initial"),
        ("built_in:", "builtin:", "built_in"),
        ("claim: secret-line-builds-trust", "claim: another", "a claim is called as its file"),
        ('with: {called: "a line",', 'with: {called: "a line", decision: spiral,', "tested under every theory"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path, old, new, said):
    text = TRUST.replace("{builds_trust}", "0.0").replace("{leak_rate}", "0.0")
    assert old in text
    file = tmp_path / "secret-line-builds-trust.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_claim(file, SCENARIOS)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert "secret-line-builds-trust.yaml" in str(error.value)


def test_an_unknown_claim_and_an_empty_folder_are_told(tmp_path):
    with pytest.raises(InputError, match="did you mean 'stigma'"):
        load_claims(ROOT / "experiments" / "claims", ["stgima"])
    with pytest.raises(InputError, match="there are no claims"):
        load_claims(tmp_path)


# Page and command


def test_the_page_says_how_much_was_run_and_that_it_is_a_model(tmp_path):
    page = claims_page(verdicts_on([planted(tmp_path, 0.02, 0.0)], SMALL, tmp_path / "out", theories=ONE_THEORY))
    assert "12 sets of numbers under 1 theory of decision (12 worlds)" in page
    assert "6 paired runs" in page
    assert "statement about the model" in page
    assert "*Built in.* all of it" in page


def test_the_command_prints_eighty_columns_and_writes_its_files(tmp_path):
    folder = tmp_path / "claims"
    folder.mkdir()
    planted(folder, 0.02, 0.0)
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    done = subprocess.run(
        [sys.executable, "-m", "escalation_sim", "claims", str(folder), "--sets", "3", "--runs", "2", "--out", "out"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert max(len(line) for line in done.stdout.splitlines() if "out/" not in line) <= 80
    assert "secret-line-builds-trust" in done.stdout
    for name in ("verdicts.csv", "effects.parquet", "claims.json", "claims.png", "claims-secret-line-builds-trust.svg"):
        assert (tmp_path / "out" / name).is_file()
    assert not list((tmp_path / "out").glob("**/.making-*"))
