"""Hindcasts of a few small crises; what the modes change, and what they leave alone."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from conftest import ROOT
from escalation_sim.errors import InputError
from escalation_sim.history import hindcasts as history
from escalation_sim.history import patterns
from escalation_sim.history.dyads import WEIGHTS
from escalation_sim.history.hindcasts import Hindcast, hindcasts, identical, inputs_of_mode, permuted, scores, table
from escalation_sim.history.validation import FITTED, FITTED_PATTERNS, RIVALRY_FILE, PatternResult, Validation, validated
from escalation_sim.scenario import Scenario


def crisis(name: str, resolve: Any, acts: list[dict[str, Any]], deaths: list[float], **india: Any) -> dict[str, Any]:
    """A crisis of 20 days after an attack, with a record; in steps of a day, which are enough for what is claimed here."""
    return {
        "name": name,
        "start": "2001-01-01",
        "horizon_days": 20,
        "step_hours": 24,
        "countries": {
            "india": {"label": "India", "government": {"resolve": resolve, **india}},
            "pakistan": {"government": {"precision": 3.0}},
        },
        "model": {"trust": {"initial": {"value": 0.3, "range": [0.2, 0.4]}}},
        "triggers": [{"kind": "attack", "day": 0, "actor": "armed_group", "victim": "india", "deaths": 20}],
        "observed": {"acts": acts, "deaths": {"total": deaths}},
    }


def act(day: int, rung: int) -> dict[str, Any]:
    return {"date": f"2001-01-{day + 1:02d}", "actor": "india", "rung": rung}


STRONG = {"value": 1.8, "range": [1.5, 2.5]}
WEAK = {"value": 0.5, "range": [0.2, 0.9]}
DOCUMENTS = {
    "strong": crisis("strong", STRONG, [act(9, 5), act(12, 2)], [40, 60]),
    "weak": crisis("weak", WEAK, [act(1, 1)], [20, 20], restraint={"value": 0.3, "range": [0.1, 0.5]}),
    "plain": crisis("plain", 1.0, [act(2, 3), act(6, 1)], [20, 30]),
}


@pytest.fixture(scope="module")
def crises() -> dict[str, Scenario]:
    return {name: Scenario.from_document(document) for name, document in DOCUMENTS.items()}


@pytest.fixture(scope="module")
def found(crises) -> list[Hindcast]:
    return hindcasts(crises, runs=200, seed=1)


def without(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A document without some entries of the government."""
    rest = copy.deepcopy(dict(document))
    for block in rest["countries"].values():
        block["government"] = {name: entry for name, entry in block.get("government", {}).items() if name not in names}
    return rest


# Inputs


def test_identical_inputs_are_the_same_wide_range_for_everybody():
    changed = identical(DOCUMENTS)
    priors = [block["government"]["resolve"] for document in changed.values() for block in document["countries"].values()]
    assert all(prior == priors[0] for prior in priors)
    assert priors[0]["range"] == [0.2, 2.5]
    assert priors[0]["shape"] == "uniform"


def test_identical_inputs_change_nothing_else():
    for name, document in identical(DOCUMENTS).items():
        assert without(document, "resolve", "restraint") == without(DOCUMENTS[name], "resolve", "restraint")


def test_what_no_crisis_says_is_left_to_the_default():
    for document in identical(DOCUMENTS).values():
        assert all(
            "military_weight" not in block["government"] and "outreach" not in block for block in document["countries"].values()
        )


def test_permuted_inputs_are_those_of_the_next_crisis():
    changed = permuted(DOCUMENTS, 1)
    governments = {name: document["countries"]["india"]["government"] for name, document in changed.items()}
    assert governments == {
        "strong": {"resolve": WEAK, "restraint": {"value": 0.3, "range": [0.1, 0.5]}},
        "weak": {"resolve": 1.0},
        "plain": {"resolve": STRONG},
    }


def test_permuted_inputs_change_nothing_else():
    for name, document in permuted(DOCUMENTS, 2).items():
        assert without(document, "resolve", "restraint") == without(DOCUMENTS[name], "resolve", "restraint")
        assert document["countries"]["pakistan"]["government"]["precision"] == 3.0


def test_each_crisis_gets_the_inputs_of_every_other_once(crises):
    sets = inputs_of_mode(crises, "permuted")
    assert list(sets) == [1, 2]
    given = [[str(one["weak"].document["countries"]["india"]["government"]["resolve"])] for one in sets.values()]
    assert given[0] != given[1]


def test_inputs_cannot_be_passed_round_to_oneself():
    with pytest.raises(InputError, match="itself"):
        permuted(DOCUMENTS, 3)


def test_the_documents_given_are_left_alone():
    before = json.dumps(DOCUMENTS)
    identical(DOCUMENTS)
    permuted(DOCUMENTS)
    assert json.dumps(DOCUMENTS) == before


def test_an_unknown_mode_is_refused(crises):
    with pytest.raises(InputError, match="identical"):
        inputs_of_mode(crises, "identcal")


@pytest.mark.parametrize("mode", history.MODES)
def test_the_shipped_crises_load_in_every_mode(mode):
    shipped = history.crises_in(ROOT / "scenarios")
    for scenarios in inputs_of_mode(shipped, mode).values():
        assert list(scenarios) == list(shipped)
        for name, scenario in scenarios.items():
            assert scenario.triggers == shipped[name].triggers
            assert scenario.model == shipped[name].model
            if mode == "judged":
                assert scenario == shipped[name]


def test_a_folder_without_crises_is_refused(tmp_path):
    with pytest.raises(InputError, match="no scenario of a real crisis"):
        history.crises_in(tmp_path)


# Forecasts and scores


def test_every_outcome_on_record_is_hindcast_in_every_mode(found):
    assert len(found) == 3 * 4 * (1 + 1 + 2)
    assert all(one.crps >= 0.0 and one.q10 <= one.q50 <= one.q90 for one in found)


def test_what_was_observed_is_coded_like_a_run(found):
    observed = {(one.crisis, one.outcome): (one.low, one.high) for one in found if one.mode == "judged"}
    assert observed["strong", "peak_rung"] == (5.0, 5.0)
    assert observed["strong", "days_to_response"] == (9.0, 9.0)
    assert observed["strong", "deaths_total"] == (40.0, 60.0)
    assert np.isinf(observed["weak", "days_to_response"][0])


def test_modes_differ_only_where_inputs_do(found):
    def peaks(mode: str, shift: int = 0) -> dict[str, float]:
        return {one.crisis: one.crps for one in found if (one.mode, one.shift, one.outcome) == (mode, shift, "peak_rung")}

    assert peaks("judged")["strong"] != peaks("permuted", 1)["strong"]
    # the base rates know nothing of inputs
    rates = {
        mode: [one.crps_base for one in found if one.mode == mode and one.shift == shift]
        for mode, shift in (("judged", 0), ("permuted", 2))
    }
    assert rates["judged"] == rates["permuted"]


def test_base_rates_are_the_records_of_the_others(crises):
    # peaks on record are 5, 1 and 3
    (one,) = [one for one in hindcasts(crises, 20, 1, ["judged"]) if (one.crisis, one.outcome) == ("strong", "peak_rung")]
    assert one.crps_base == pytest.approx((4.0 + 2.0) / 2.0 - 0.5 * (2.0 / 2.0))


def test_days_are_capped_at_the_horizon_and_scored_as_logarithms():
    scaled = history.on_scale([0.0, 20.0, 300.0, np.inf], "days_to_end", 20.0)
    assert scaled.tolist() == pytest.approx([0.0, np.log(21.0), np.log(21.0), np.log(21.0)])
    assert history.on_scale([3.0], "peak_rung", 20.0).tolist() == [3.0]


def test_a_range_of_deaths_is_scored_at_its_geometric_middle():
    assert np.expm1(history.middle_on_scale((3.0, 15.0), "deaths_total", 20.0)) == pytest.approx(7.0)


def test_one_crisis_alone_has_no_base_rate(crises):
    alone = hindcasts({"strong": crises["strong"]}, 20, 1)
    assert all(np.isnan(one.crps_base) for one in alone)
    assert {one.mode for one in alone} == {"judged", "identical"}
    assert np.isnan(scores(alone)["better"]).all()


def made(inside: bool, crps: float, **changes: Any) -> Hindcast:
    entries = {
        "crisis": "a",
        "outcome": "peak_rung",
        "mode": "judged",
        "shift": 0,
        "low": 3.0,
        "high": 3.0,
        "q10": 1.0,
        "q50": 2.0,
        "q90": 4.0,
        "never": 0.0,
    }
    return Hindcast(**{**entries, **changes}, inside=inside, crps=crps, crps_base=1.0)


def test_scores_are_shares_and_means():
    frame = scores([made(True, 0.5), made(False, 2.0, crisis="b"), made(True, 0.25, outcome="days_to_end")])
    rows = {row["outcome"]: row for row in frame.to_dict("records")}
    assert (rows["peak_rung"]["inside"], rows["peak_rung"]["better"], rows["peak_rung"]["crps"]) == (0.5, 0.5, 1.25)
    assert rows["all"]["hindcasts"] == 3
    assert rows["all"]["inside"] == pytest.approx(2 / 3)


def test_permutations_are_averaged():
    frame = scores([made(True, 0.5, mode="permuted", shift=1), made(False, 1.5, mode="permuted", shift=2)])
    row = frame[frame["outcome"] == "peak_rung"].iloc[0]
    assert (row["hindcasts"], row["inside"], row["crps"]) == (1, 0.5, 1.0)


def test_the_table_has_a_row_for_each_hindcast(found):
    assert len(table(found)) == len(found)
    assert list(table(found).columns) == list(Hindcast.__dataclass_fields__)


# All together


def test_misses_are_told_as_plainly_as_hits():
    never = made(False, 2.0, crisis="pahalgam-2025", low=np.inf, high=np.inf, outcome="days_to_response")
    pattern = history_pattern()
    missed = PatternResult(pattern, (1000.0,), runs=5)
    validation = Validation((made(True, 0.5), never), (missed,), ("a", "pahalgam-2025"), ("uri-2016",), {"generic": 0.5}, 7, 3)
    page = validation.markdown()
    assert "Misses (mode judged): pahalgam-2025, days_to_response." in page
    assert "0 of 1 patterns are hit in every part, 1 are missed" in page
    assert "No scenario yet: uri-2016." in page
    assert "7 runs" in page
    assert "seed 3" in page
    content = json.loads(validation.to_json())
    assert [one["inside"] for one in content["hindcasts"]] == [True, False]
    assert content["hindcasts"][1]["low"] == "never"
    assert content["patterns"][0]["hit"] is False
    assert content["scores_not_fitted"][-1]["hindcasts"] == 1  # crisis "a", which no search has seen
    assert "only a peak_rung it did not see" in page


def test_where_everything_was_fitted_the_page_says_that_nothing_is_a_test():
    validation = Validation((made(True, 0.5, crisis="uri-2016"),), (), ("uri-2016",), (), {}, 7, 3)
    assert "not how well it foretells" in validation.markdown()
    assert "did not see, alone" not in validation.markdown()
    assert json.loads(validation.to_json())["scores_not_fitted"] == []


def test_what_the_search_for_defaults_asks_for_is_listed_as_fitted():
    script = (ROOT / "experiments" / "calibration.py").read_text(encoding="utf-8")
    asked = [name for name in history.CRISES if name in script]
    assert asked
    assert set(asked) <= set(FITTED)
    if "patterns" in script:
        assert {"south_asia", "generic"} <= set(FITTED_PATTERNS)


def history_pattern():
    return patterns.patterns()[0]


def test_a_validation_of_shipped_crises_has_every_pattern(tmp_path, monkeypatch):
    monkeypatch.setattr(patterns, "HORIZON", 30.0)  # what is claimed is that each has its figure, not which
    for name in ("uri-2016", "pahalgam-2025"):
        text = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(re.sub(r"horizon_days: \d+", "horizon_days: 30", text), encoding="utf-8")
    steps: list[str] = []
    validation = validated(
        tmp_path, runs=8, seed=1, modes=["judged"], progress=lambda what, done, total: steps.append(f"{what} {done}/{total}")
    )
    assert validation.crises == ("uri-2016", "pahalgam-2025")
    assert len(validation.missing) == 5
    assert len(validation.patterns) == 15
    assert [one.pattern.id for one in validation.patterns if one.model is None] == ["clustering", "balance"]
    assert all(RIVALRY_FILE in one.why for one in validation.patterns if one.model is None)
    assert steps[-1] == f"patterns {2 + len(WEIGHTS)}/{2 + len(WEIGHTS)}"
    json.loads(validation.to_json())
