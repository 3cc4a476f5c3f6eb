"""Experiment files: which points they make, what goes to the engine, and what is said of those that make no sense."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import escalation_sim as es
from escalation_sim.experiments.experiment import experiment_from, fits, load_experiment
from escalation_sim.experiments.variants import Variant
from escalation_sim.inputs import varied
from escalation_sim.runs import run_design

EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*.yaml"))


def experiment(scenario, **content):
    return experiment_from({"name": "try", "question": "Is it so?", "runs": 20, **content}, scenario)


RESOLVE = "countries.india.government.resolve"


def test_points_are_all_combinations_and_the_last_factor_changes_fastest(pahalgam):
    made = experiment(
        pahalgam,
        grid={
            "resolve": {"path": RESOLVE, "values": [1.0, 2.0]},
            "deaths": {"path": "triggers.0.deaths", "values": [5, 26, 60]},
        },
    )
    assert list(made.points.itertuples(index=False, name=None)) == [(r, d) for r in (1.0, 2.0) for d in (5, 26, 60)]
    (group,) = made.groups
    assert group.design[RESOLVE].tolist() == [1, 1, 1, 2, 2, 2]
    assert group.design["triggers.0.deaths"].tolist() == [5, 26, 60] * 2


def test_what_is_no_number_makes_scenarios_of_its_own(pahalgam):
    made = experiment(
        pahalgam,
        grid={
            "resolve": {"path": RESOLVE, "values": [1.0, 2.0]},
            "theory": {"path": "decision", "values": ["spiral", "prospect"]},
            "lines of": {"variants": {"2025": {}, "2004": {"as_of": "2004-06-01"}}},
        },
    )
    assert [group.scenario.decision for group in made.groups] == ["spiral", "spiral", "prospect", "prospect"]
    assert sorted(int(point) for group in made.groups for point in group.points) == list(range(8))
    for group in made.groups:
        assert set(made.points.loc[group.points, "theory"]) == {group.scenario.decision}
        assert group.design[RESOLVE].tolist() == made.points.loc[group.points, "resolve"].tolist()


def test_every_subset_of_channels_is_there_once(pahalgam):
    names = ["back_channel", "track_two", "dgmo_hotline"]
    made = experiment(pahalgam, grid={"lines": {"subsets": names}})
    assert len(made.points) == 8
    assert not made.points.duplicated().any()
    assert made.points.iloc[0].tolist() == ["closed"] * 3
    assert made.points.iloc[-1].tolist() == ["open"] * 3
    (group,) = made.groups
    for name in names:
        expected = np.where(made.points[name] == "open", 2.0, 0.0)
        assert np.array_equal(group.design[f"channels.{name}.status"], expected)


def test_a_point_of_subsets_is_the_scenario_with_these_channels_open_and_the_others_closed(short):
    made = experiment(short, grid={"lines": {"subsets": ["back_channel", "high_commissions"]}})
    (group,) = made.groups
    found = run_design(group.scenario, group.design, 100, 1)
    for point, (back, missions) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        alone = short.open("back_channel") if back else short.close("back_channel")
        alone = alone.open("high_commissions") if missions else alone.close("high_commissions")
        assert found.loc[point].equals(es.run(alone, 100, 1).outcomes)


def test_a_pattern_means_all_numbers_that_fit_and_times_multiplies_each(pahalgam):
    made = experiment(pahalgam, grid={"hostility": {"path": "countries.*.outlets.*.hostility", "times": [0.5, 1]}})
    (group,) = made.groups
    assert len(group.design) == 12
    assert group.design["countries.india.outlets.mass_tv.hostility"].tolist() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("pattern", "path", "fit"),
    [
        ("model.media.*", "model.media.uptake", True),
        ("model.*", "model.media.uptake", True),
        ("*", "model.media.uptake", True),
        ("model.media", "model.media.uptake", False),
        ("countries.*.government.resolve", "countries.india.government.resolve", True),
        ("countries.*.resolve", "countries.india.government.resolve", False),
        ("channels.*_hotline.leak_rate", "channels.dgmo_hotline.leak_rate", True),
    ],
)
def test_patterns_fit_key_by_key(pattern, path, fit):
    assert fits(pattern, path) is fit


def test_a_sample_over_everything_draws_what_may_be_varied_and_pairs_it_with_every_level(pahalgam):
    made = experiment(
        pahalgam,
        grid={"back channel": {"variants": {"closed": {}, "open": {"open": "back_channel"}}}},
        sample={"points": 8, "over": "*"},
    )
    numbers = varied(pahalgam)
    assert set(numbers) <= set(made.points.columns)
    closed, opened = (made.points[made.points["back channel"] == state] for state in ("closed", "open"))
    assert np.array_equal(closed[list(numbers)].to_numpy(), opened[list(numbers)].to_numpy())
    assert all(made.points[path].between(*number.range).all() for path, number in numbers.items())


def test_a_range_given_is_the_one_drawn_from(pahalgam):
    made = experiment(pahalgam, sample={"points": 16, "over": {RESOLVE: [1.0, 1.2], "model.media.*": None}})
    assert made.points[RESOLVE].between(1.0, 1.2).all()
    assert "model.media.uptake" in made.points


def test_listed_points_are_taken_as_they_stand(pahalgam):
    made = experiment(pahalgam, points=[{RESOLVE: 1.0, "triggers.0.deaths": 3}, {RESOLVE: 2.0, "triggers.0.deaths": 9}])
    assert made.points.to_dict("list") == {RESOLVE: [1.0, 2.0], "triggers.0.deaths": [3, 9]}


def test_an_experiment_in_which_nothing_varies_is_one_point(pahalgam):
    made = experiment(pahalgam)
    assert len(made.points) == 1
    assert len(made.groups) == 1


def test_changes_hold_at_every_point(pahalgam):
    made = experiment(pahalgam, changes={"close": ["dgmo_hotline"], "set": {"horizon_days": 30}, "fixed": True})
    assert made.scenario.horizon_days == 30
    assert not made.scenario.judged
    assert next(one for one in made.scenario.channels if one.name == "dgmo_hotline").status == 0.0


def test_a_variant_says_in_words_what_it_changes(pahalgam):
    one = Variant(
        "2004-06-01", {"back_channel": 0.5, "track_two": None}, ("dgmo_hotline",), "spiral", {"horizon_days": 30}, True
    )
    assert one.in_words() == [
        "channels as of 2004-06-01", "open back_channel=0.5", "open track_two", "close dgmo_hotline", "decision spiral",
        "set horizon_days=30", "judged numbers fixed",
    ]  # fmt: skip
    changed = one.applied(pahalgam)
    assert (changed.decision, changed.horizon_days, changed.judged) == ("spiral", 30, {})


@pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda file: file.stem)
def test_every_shipped_experiment_can_be_read_and_asks_a_question(file):
    made = load_experiment(file)
    assert made.name == file.stem
    assert made.question.endswith("?")
    assert len(made.points) >= 2
    assert sorted(int(point) for group in made.groups for point in group.points) == list(range(len(made.points)))


def test_the_schema_for_editors_takes_every_shipped_experiment_and_refuses_a_misspelt_key():
    import jsonschema

    from escalation_sim.cli.schema import described
    from escalation_sim.scenario.document import read

    validator = jsonschema.Draft202012Validator(described("experiment"))
    for file in EXPERIMENTS:
        assert not list(validator.iter_errors(read(file).content)), file.stem
    assert list(validator.iter_errors({**read(EXPERIMENTS[0]).content, "quesion": "x"}))


BAD = [
    ("scenario: pahalgam-2052\n", "no such scenario", "did you mean 'pahalgam-2025'"),
    ("scenario: ../secrets\n", "is not a name", ""),
    ("scenario: pahalgam-2025\nrunz: 3\n", "unknown key", "did you mean 'runs'"),
    ("scenario: pahalgam-2025\nruns: many\n", "must be a number", ""),
    ("scenario: pahalgam-2025\nruns: 0\n", "out of range", ""),
    ("scenario: pahalgam-2025\ngrid: {a: {path: model.media.uptake}}\n", "levels of one kind", ""),
    ("scenario: pahalgam-2025\ngrid: {a: {values: [1, 2]}}\n", "a path goes with", ""),
    ("scenario: pahalgam-2025\ngrid: {a: {path: model.media.uptook, values: [1]}}\n", "unknown", "uptake"),
    ("scenario: pahalgam-2025\ngrid: {a: {path: model.media.uptake, values: [0.1, 77]}}\n", "out of range", ""),
    ("scenario: pahalgam-2025\ngrid: {a: {path: countries.*.outlets.*.angst, times: [1]}}\n", "no number fits", ""),
    ("scenario: pahalgam-2025\ngrid: {a: {subsets: [back_chanel]}}\n", "unknown name in channel", "back_channel"),
    ("scenario: pahalgam-2025\ngrid: {a: {variants: {x: {open: {back_channel: 3}}}}}\n", "out of range", ""),
    ("scenario: pahalgam-2025\ngrid: {a: {variants: {x: {opne: back_channel}}}}\n", "unknown key", "open"),
    ("scenario: pahalgam-2025\ngrid: {a: {variants: {x: {open: back_channel, close: back_channel}}}}\n", "opened and closed", ""),
    ("scenario: pahalgam-2025\nsample: {points: 4, method: sobel}\n", "unknown method", "sobol"),
    ("scenario: pahalgam-2025\nsample: {points: 4, over: {model.media.uptake: [2, 1]}}\n", "runs backwards", ""),
    ("scenario: pahalgam-2025\nsample: {points: 4, over: {model.media.uptake: [0, 99]}}\n", "out of range", ""),
    ("scenario: pahalgam-2025\nsample: {points: 4}\npoints: [{model.media.uptake: 1}]\n", "not both", ""),
    ("scenario: pahalgam-2025\npoints: [{model.media.uptake: 1}, {}]\n", "every point must name", ""),
    ("scenario: pahalgam-2025\noutcomes: [peek_rung]\n", "no such outcome", "peak_rung"),
    ("scenario: pahalgam-2025\nquestion2: !!python/object:os.system x\n", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "nearest"), BAD, ids=[text[:60] for text, *_ in BAD])
def test_a_bad_file_gets_one_line_with_the_place_and_the_nearest_name(text, said, nearest, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\nquestion: Is it?\n" + text, encoding="utf-8")
    with pytest.raises(es.InputError) as caught:
        load_experiment(file, "scenarios")
    message = str(caught.value)
    assert message.startswith(str(file))
    assert "\n" not in message
    assert said in message
    assert nearest in message
