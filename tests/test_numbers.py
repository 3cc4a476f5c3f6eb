"""Declared numbers, judged numbers, and what a rule is handed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from escalation_sim.parameters import Number, Parameter, Section, Values, section
from given import evenly


@st.composite
def judged(draw) -> Number:
    low = draw(st.integers(-1000, 1000)) / 10
    width = draw(st.integers(1, 1000)) / 10
    share = draw(st.sampled_from([0.0, 0.1, 0.5, 0.83, 1.0]))
    return Number(min(low + share * width, low + width), (low, low + width))


@given(number=judged())
@settings(max_examples=30)
def test_the_mean_of_a_judged_number_is_that_of_a_triangle(number):
    low, high = number.range
    mode = number.value
    drawn = number.quantile(evenly(20_000))
    assert drawn.mean() == pytest.approx((low + mode + high) / 3.0, abs=1e-4 * (high - low))
    variance = (low * low + mode * mode + high * high - low * mode - low * high - mode * high) / 18.0
    assert drawn.var() == pytest.approx(variance, abs=2e-4 * (high - low) ** 2)


@given(number=judged(), uniform=st.floats(0.0, 1.0, exclude_max=True))
@settings(max_examples=50)
def test_a_judged_number_is_the_quantile_of_a_triangle(number, uniform):
    low, high = number.range
    width = high - low
    expected = stats.triang.ppf(uniform, (number.value - low) / width, loc=low, scale=width)
    found = number.quantile(np.array([uniform]))[0]
    assert found == pytest.approx(expected, abs=1e-7 * width)
    assert low - 1e-12 * abs(low) <= found <= high + 1e-12 * abs(high)


@given(number=judged())
@settings(max_examples=20)
def test_a_luckier_draw_never_gives_a_smaller_number(number):
    assert (np.diff(number.quantile(evenly(500))) >= -1e-12).all()


def test_the_peak_lies_where_it_is_said_to_lie():
    assert Number(3.0, (0.0, 10.0)).quantile(np.array([0.0, 0.3])) == pytest.approx([0.0, 3.0])


def test_an_even_number_is_spread_evenly():
    uniform = evenly(7)
    assert Number(2.0, (1.0, 5.0), shape="uniform").quantile(uniform) == pytest.approx(1.0 + 4.0 * uniform, abs=1e-15)


@pytest.mark.parametrize("shape", ["triangular", "uniform"])
def test_a_range_of_no_width_is_one_number(shape):
    assert (Number(4.0, (4.0, 4.0), shape=shape).quantile(evenly(9)) == 4.0).all()


def test_a_number_without_a_range_does_not_vary():
    drawn = Number(0.7).quantile(np.zeros((2, 3)))
    assert drawn.shape == (2, 3)
    assert (drawn == 0.7).all()


@pytest.mark.parametrize(
    ("default", "low", "high"), [(-0.1, 0.0, 1.0), (1.1, 0.0, 1.0), (0.5, 1.0, 0.0), (float("nan"), 0.0, 1.0)]
)
def test_a_default_outside_its_range_is_refused(default, low, high):
    with pytest.raises(ValueError, match="what it is for"):
        Parameter(default, low, high, "1", "what it is for")


def test_an_assumed_number_has_no_sources():
    assert Parameter(1, 0, 2, "1", "").sources == ()
    assert Parameter(1, 0, 2, "1", "", "kydd2005, jervis1976").sources == ("kydd2005", "jervis1976")


def test_a_section_keeps_the_order_of_its_parameters():
    one, two = Parameter(1, 0, 2, "1", "one"), Parameter(2, 0, 2, "1", "two")
    declared = section("name", scope="shared", zeta=one, alpha=two)
    assert declared == Section("name", "shared", {"zeta": one, "alpha": two})
    assert list(declared) == [("zeta", one), ("alpha", two)]
    assert declared["alpha"] is two
    assert section("name").scope == "country"


def test_a_rule_cannot_read_what_it_was_not_given_nor_write_what_it_reads():
    values = Values({"trust": 1.0, "belief": 2.0})
    with pytest.raises(AttributeError, match=r"'treat' is not among \['belief', 'trust'\]"):
        _ = values.treat
    with pytest.raises(AttributeError, match="read-only"):
        values.trust = 0.0


def test_what_follows_from_values_is_found_once_and_anew_for_other_values():
    asked = []

    def twice(values: Values) -> float:
        asked.append(values)
        return 2.0 * values.trust

    one, other = Values({"trust": 1.0}), Values({"trust": 3.0})
    assert [one.once(twice), one.once(twice), other.once(twice)] == [2.0, 2.0, 6.0]
    assert asked == [one, other]
    assert set(one.__dict__) == {"trust"}, "what was found is no value"
