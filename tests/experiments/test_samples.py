"""Points drawn from ranges: they lie in them, cover them as the design promises, and are the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.experiments.samples import evenly_spread, sampled
from escalation_sim.experiments.schema import METHODS
from escalation_sim.parameters import Number

NUMBERS = {
    "peaked": Number(0.2, (0.0, 1.0)),
    "even": Number(5.0, (2.0, 8.0), "uniform"),
    "rate": Number(0.1, (0.01, 10.0), "log"),
}


@pytest.mark.parametrize("method", METHODS)
def test_values_lie_in_their_ranges_and_come_again(method):
    frame = sampled(NUMBERS, 37, method, 3)
    assert list(frame.columns) == list(NUMBERS)
    assert len(frame) == 37
    for path, number in NUMBERS.items():
        low, high = number.range
        assert frame[path].between(low, high).all()
        assert frame[path].nunique() == 37
    assert frame.equals(sampled(NUMBERS, 37, method, 3))
    assert not frame.equals(sampled(NUMBERS, 37, method, 4))


def test_a_latin_hypercube_has_one_point_in_every_stratum_of_every_number():
    cube = evenly_spread(3, 50, "latin_hypercube", 1)
    assert all(sorted(np.floor(cube[:, place] * 50)) == list(range(50)) for place in range(3))


def test_a_sobol_sequence_balances_every_half_and_quarter():
    cube = evenly_spread(4, 64, "sobol", 1)
    assert all((np.bincount((cube[:, place] * 4).astype(int)) == 16).all() for place in range(4))


def test_the_first_points_of_a_longer_sobol_sequence_are_those_of_a_shorter_one():
    assert np.array_equal(evenly_spread(5, 40, "sobol", 2), evenly_spread(5, 64, "sobol", 2)[:40])


def test_the_distribution_is_the_numbers_own():
    drawn = sampled(NUMBERS, 4096, "sobol", 1)
    assert drawn["peaked"].mean() == pytest.approx((0.0 + 0.2 + 1.0) / 3.0, abs=1e-3)
    assert drawn["even"].mean() == pytest.approx(5.0, abs=1e-2)
    assert np.log10(drawn["rate"]).mean() == pytest.approx(-0.5, abs=1e-2)
