"""Where along the first axis a condition holds: first, last, nowhere; few places and many."""

from __future__ import annotations

import numpy as np
import pytest

from escalation_sim.places import column, first_place, last_place


@pytest.mark.parametrize("places", [1, 2, 11, 127, 128, 129, 300])
@pytest.mark.parametrize("shape", [(1,), (2, 40)])
def test_first_and_last_are_those_of_a_search_one_by_one(places, shape):
    holds = np.random.default_rng(places).random((places, *shape)) < 3.0 / places
    holds[places // 2, ..., 0] = True
    found = np.moveaxis(holds, 0, -1).reshape(-1, places)
    last = [max(np.flatnonzero(one), default=0) for one in found]
    assert last_place(holds).ravel().tolist() == last
    somewhere = holds.any(axis=0)
    first = [min(np.flatnonzero(one)) for one in found if one.any()]
    assert first_place(holds)[somewhere].tolist() == first


def test_the_very_last_of_many_places_is_found():
    holds = np.zeros((300, 1), dtype=bool)
    holds[299] = True
    assert first_place(holds) == last_place(holds) == 299


def test_a_column_stands_beside_arrays_and_one_place_is_as_it_is():
    assert column(np.arange(3.0), 3).shape == (3, 1, 1)
    assert column(np.float32(2.0), 3) == 2.0
