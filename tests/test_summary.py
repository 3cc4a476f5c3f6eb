"""Estimates against closed forms and hand counts; the summary against results made up by hand."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.analysis.estimates import cumulative_incidence, mean_of, quantiles_of, share_of, survival, time_reached
from escalation_sim.analysis.summary import Row, cause_label, followed_days, summary, time_to_end, typical_run
from made_results import SHORT_LADDER, made_result, made_scenario

NEVER = np.nan
ON_RECORD = {
    "end": "2001-02-10",
    "acts": [
        {"date": "2001-02-05", "actor": "north", "rung": 5},
        {"date": "2001-02-08", "actor": "north", "rung": 2},
        {"date": "2001-02-08", "kind": "cease_fire", "channel": "dgmo_hotline"},
    ],
    "deaths": {"total": [20, 30], "north": [5, 5]},
}


def rows_of(result) -> dict[str, Row]:
    return {row.label: row for row in summary(result)}


def test_a_share_has_wilsons_interval():
    n, k, z = 50, 7, 1.959963984540054
    found = share_of(np.arange(n) < k)
    middle = (k + z * z / 2) / (n + z * z)
    reach = z / (n + z * z) * np.sqrt(k * (n - k) / n + z * z / 4)
    assert found.value == k / n
    assert found.low == pytest.approx(middle - reach)
    assert found.high == pytest.approx(middle + reach)


def test_what_never_happened_may_still_happen():
    found = share_of(np.zeros(100))
    assert (found.value, found.low) == (0.0, 0.0)
    assert 0.03 < found.high < 0.04


def test_the_interval_of_a_mean_narrows_with_the_root_of_the_number():
    few, many = mean_of(np.tile([0.0, 1.0], 50)), mean_of(np.tile([0.0, 1.0], 5000))
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(10.0, rel=0.01)


def test_one_run_has_a_mean_and_no_interval():
    found = mean_of(np.array([4.0]))
    assert found.value == 4.0
    assert np.isnan(found.low)


def test_quantiles_are_values_that_occurred_and_skip_what_did_not_happen():
    assert quantiles_of(np.array([3.0, NEVER, 1.0, 2.0]), (0.0, 0.5, 1.0)) == (1.0, 2.0, 3.0)
    assert np.isnan(quantiles_of(np.array([NEVER]), (0.5,))).all()


def test_survival_without_censoring_is_the_share_still_going():
    days = np.array([1.0, 2.0, 2.0, 5.0])
    curve = survival(days, np.ones(4))
    assert curve.days.tolist() == [0.0, 1.0, 2.0, 5.0]
    assert curve.share == pytest.approx([1.0, 0.75, 0.25, 0.0])


def test_survival_with_censoring_is_kaplan_and_meiers_product():
    curve = survival(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 0]))
    assert curve.share[curve.days == 3.0] == pytest.approx(3 / 4 * 1 / 2)
    assert (curve.low <= curve.share + 1e-12).all()
    assert (curve.high >= curve.share - 1e-12).all()


def test_survival_of_runs_none_of_which_ended_stays_at_one():
    curve = survival(np.full(5, 40.0), np.zeros(5))
    assert (curve.share == 1.0).all()
    assert time_reached(curve).value == np.inf


def test_the_median_time_is_that_of_the_runs_in_the_middle():
    assert time_reached(survival(np.array([3.0, 1.0, 2.0, 9.0, 4.0]), np.ones(5))).value == 3.0


def test_incidence_without_censoring_is_the_share_ended_by_each_cause():
    rng = np.random.default_rng(5)
    days, causes = rng.integers(1, 30, 400).astype(float), rng.choice(["a", "b", "c"], 400)
    times, incidence = cumulative_incidence(days, causes, np.ones(400))
    for cause in "abc":
        by_hand = [((days <= time) & (causes == cause)).mean() for time in times[1:]]
        assert incidence[cause][0] == 0.0
        assert incidence[cause][1:] == pytest.approx(by_hand)


def test_incidence_with_censoring_follows_aalen_and_johansen():
    days, happened = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 1])
    times, incidence = cumulative_incidence(days, np.array(["a", "none", "b", "a"]), happened)
    assert times.tolist() == [0.0, 1.0, 3.0, 4.0]
    assert incidence["a"] == pytest.approx([0.0, 1 / 4, 1 / 4, 1 / 4 + 3 / 8])
    assert incidence["b"] == pytest.approx([0.0, 0.0, 3 / 8, 3 / 8])


def test_incidences_and_survival_sum_to_one():
    rng = np.random.default_rng(8)
    days, causes, happened = rng.integers(0, 9, 90).astype(float), rng.choice(["a", "b"], 90), rng.random(90) < 0.7
    times, incidence = cumulative_incidence(days, causes, happened)
    curve = survival(days, happened)
    still = curve.share[np.searchsorted(curve.days, times, side="right") - 1]
    assert sum(incidence.values()) + still == pytest.approx(np.ones(len(times)))


def test_ends_on_day_0_count_from_day_0():
    days, happened = np.array([0.0, 0.0, 5.0, 40.0]), np.array([1, 1, 1, 0])
    assert survival(days, happened).share[0] == 0.5
    times, incidence = cumulative_incidence(days, np.array(["a", "a", "b", "none"]), happened)
    assert times.tolist() == [0.0, 5.0]
    assert incidence["a"].tolist() == [0.5, 0.5]


def test_nothing_ended_has_no_causes():
    times, incidence = cumulative_incidence(np.full(3, 40.0), np.array(["none"] * 3), np.zeros(3))
    assert times.tolist() == [0.0]
    assert incidence == {}


def test_shares_of_peaks_sum_to_one():
    result = made_result(made_scenario(), peak_rung=[0.0, 3.0, 3.0, 6.0, 10.0])
    peaks = [row.value for row in summary(result) if row.label.startswith("Peak at rung")]
    assert len(peaks) == 4
    assert sum(peaks) == pytest.approx(1.0)


def test_force_and_war_are_counted_from_the_marks_of_the_ladder():
    rows = rows_of(made_result(made_scenario(), peak_rung=[3.0, 4.0, 7.0, 10.0]))
    assert rows["Force used across the border (rung 4 or above)"].value == 0.75
    assert rows["War (rung 7 or above)"].value == 0.5
    assert rows["Nuclear use (rung 10)"].value == 0.25


def test_a_ladder_without_nuclear_use_has_no_such_row():
    rows = rows_of(made_result(made_scenario(ladder=SHORT_LADDER), peak_rung=[0.0, 4.0]))
    assert rows["War (rung 4)"].value == 0.5
    assert not any("Nuclear use" in label for label in rows)


def test_days_to_a_cease_fire_are_taken_among_the_runs_that_have_one():
    rows = rows_of(made_result(made_scenario(), days_to_ceasefire=[NEVER, NEVER, 4.0, 6.0, 8.0]))
    assert rows["A cease-fire was agreed"].value == pytest.approx(0.6)
    assert rows["Days to first cease-fire, median of runs with one"].value == 6.0


def test_causes_and_runs_still_going_sum_to_one():
    causes = ["unilateral", "third_party", "back_channel", "back_channel", "none"]
    rows = summary(made_result(made_scenario(), days_to_end=[1, 2, 3, 4, NEVER], ended_by=causes))
    parts = [row.value for row in rows if row.label.startswith(("Ended by", "Still going"))]
    assert sum(parts) == pytest.approx(1.0)
    assert rows_of(made_result(made_scenario(), days_to_end=[1, NEVER, NEVER]))["Days to the end, median"].value_text == "later"


def test_the_mean_is_restricted_to_the_horizon():
    rows = rows_of(made_result(made_scenario(), days_to_end=[10.0, NEVER]))
    assert rows["Days to the end, mean within 40 days"].value == 25.0


def test_the_record_stands_beside_where_there_is_one():
    rows = rows_of(made_result(made_scenario(observed=ON_RECORD), peak_rung=[5.0, 6.0]))
    assert rows["Peak rung, median"].observed == "5"
    assert rows["Peak at rung 5, strike on non-state targets"].observed == "here"
    assert rows["Force used across the border (rung 4 or above)"].observed == "yes"
    assert rows["War (rung 7 or above)"].observed == "no"
    assert rows["Days to first force, median of runs with any"].observed == "2.0"
    assert rows["A cease-fire was agreed"].observed == "yes"
    assert rows["Deaths in all, median"].observed == "20–30"
    assert rows["Deaths of South $5, median"].observed == ""


def test_without_a_record_nothing_stands_beside():
    assert all(row.observed == "" for row in summary(made_result(made_scenario())))


def test_what_ended_the_real_crisis_is_listed_even_if_no_run_ended_so():
    rows = rows_of(made_result(made_scenario(observed=ON_RECORD)))
    row = rows["Ended by: Hotline of the directors general of military operations"]
    assert (row.value, row.observed) == (0.0, "here")


def test_what_became_of_calls_is_counted_a_run():
    rows = rows_of(
        made_result(made_scenario(), calls=[4.0, 0.0, 8.0], calls_unanswered=[1.0, 0.0, 2.0], rescues=[0.0, 0.0, 1.0])
    )
    assert rows["Calls tried, mean"].value == 4.0
    assert rows["Calls that nobody answered, mean"].value == 1.0
    assert rows["Messages that got through on another line, mean"].spread == (0.0, 1.0)
    assert rows["Nuclear signals misread, mean"].interval_text.startswith("0–1.")
    assert rows["Calls tried, mean"].group.startswith("Calls on the lines")


def test_counts_in_print_are_as_fine_as_they_are_small():
    texts = [Row("g", "l", value, "count").value_text for value in (0.0, 0.126, 0.996, 3.14159, 12.0, 1234.5)]
    assert texts == ["0", "0.13", "1.0", "3.1", "12", "1,234"]


def test_numbers_in_print_say_what_they_are():
    row = Row("g", "l", 0.1234, "share", (0.1, 0.2))
    assert (row.value_text, row.interval_text, row.spread_text) == ("12.3 %", "10.0–20.0", "")
    assert Row("g", "l", 12345.6, "deaths", spread=(1.0, 2e6)).spread_text == "1–2,000,000"
    assert Row("g", "l", 1 / 3000, "share").value_text == "0.03 %"
    assert Row("g", "l", NEVER, "days").value_text == "–"


def test_the_typical_run_lies_in_the_middle():
    result = made_result(
        made_scenario(),
        peak_rung=[0.0, 9.0, 4.0, 5.0, 3.0],
        days_to_end=[0, NEVER, 12, 14, 10],
        deaths_total=[0.0, 9e5, 40, 55, 30],
    )
    assert typical_run(result) == 2


def test_the_typical_run_of_one_is_that_one():
    assert typical_run(made_result(made_scenario(), peak_rung=[7.0])) == 0


def test_an_end_can_be_told_until_the_quiet_no_longer_fits_in():
    assert followed_days(made_scenario(quiet_days=7)) == 33.0
    assert followed_days(made_scenario(horizon_days=5, quiet_days=7)) == 5.0


def test_time_to_end_is_censored_at_the_horizon():
    assert time_to_end(made_result(made_scenario(), days_to_end=[5.0, NEVER])).share[-1] == 0.5


def test_causes_have_the_labels_of_their_channels():
    scenario = made_scenario(channels={"back_channel": {"status": "open", "label": "Envoys"}})
    assert cause_label("back_channel", scenario) == "Envoys"
    assert cause_label("third_party", scenario) == "a third party"
    assert cause_label("unheard_of", scenario) == "unheard_of"
