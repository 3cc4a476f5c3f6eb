"""Morris and Sobol on functions with known indices, through the mapping and the aggregation that scenarios go through."""

import numpy as np
import pytest

from escalation_sim.experiments.indices import MORRIS, SOBOL, ends_of_steps, morris_design
from escalation_sim.experiments.response import values_at
from escalation_sim.experiments.sensitivity import indices_over, with_others
from escalation_sim.parameters import Number

ISHIGAMI = {f"x{place}": Number(0.0, (-np.pi, np.pi), "uniform") for place in (1, 2, 3)}
FIRST, TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])  # Homma & Saltelli 1996, a = 7, b = 0.1


def alone(numbers):
    return {name: (name,) for name in numbers}


def answering(numbers, function, runs=2, noise=0.0):
    """What answers for a cube: a function of numbers, with luck that is shared by all points where `noise` is given."""
    rng = np.random.default_rng(11)
    luck = rng.normal(size=runs)

    def answers(names, cube):
        values = function(values_at(numbers, names, cube))
        return (values[:, None] + noise * luck).astype(np.float32)

    return answers


def ishigami(x):
    return np.sin(x["x1"]) + 7.0 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])


def test_sobol_finds_the_indices_of_ishigami():
    found = indices_over(answering(ISHIGAMI, ishigami, noise=5.0), alone(ISHIGAMI), SOBOL, 2048, 3).indices
    assert np.abs(found["first"] - FIRST).max() < 0.04
    assert np.abs(found["total"] - TOTAL).max() < 0.04
    assert ((found["low"] < TOTAL) & (found["high"] > TOTAL)).all()
    assert ((found["first_low"] < FIRST) & (found["first_high"] > FIRST)).all()


def test_sobol_finds_the_indices_of_the_g_function():
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    numbers = {f"x{place}": Number(0.5, (0.0, 1.0), "uniform") for place in range(len(a))}
    part = 1.0 / (3.0 * (1.0 + a) ** 2)  # closed form (Sobol 1993)
    whole = np.prod(1.0 + part)
    found = indices_over(
        answering(numbers, lambda x: np.prod([(abs(4.0 * x[f"x{i}"] - 2.0) + a[i]) / (1.0 + a[i]) for i in range(len(a))], axis=0)),
        alone(numbers), SOBOL, 2048, 3,
    ).indices  # fmt: skip
    assert np.abs(found["first"] - part / (whole - 1.0)).max() < 0.03
    assert np.abs(found["total"] - part * whole / (1.0 + part) / (whole - 1.0)).max() < 0.03


def test_a_group_has_the_total_of_all_its_members():
    members = with_others(alone(ISHIGAMI), ["x2"])
    found = indices_over(answering(ISHIGAMI, ishigami), members, SOBOL, 2048, 3).indices
    assert found.at["x2", "total"] == pytest.approx(0.4424, abs=0.04)
    assert found.at["all others", "total"] == pytest.approx(1.0 - 0.4424, abs=0.04)


def test_shape_and_range_decide_how_much_a_number_does():
    numbers = {"narrow": Number(1.0, (0.0, 2.0)), "wide": Number(1.0, (0.0, 2.0), "uniform")}  # variances 1/6 and 1/3
    found = indices_over(answering(numbers, lambda x: x["narrow"] + x["wide"]), alone(numbers), SOBOL, 1024, 1).indices
    assert found.at["narrow", "total"] == pytest.approx(1.0 / 3.0, abs=0.03)


def test_morris_gives_half_the_range_times_the_slope_of_a_straight_line():
    numbers = {
        "a": Number(0.0, (0.0, 4.0), "uniform"),
        "b": Number(5.0, (0.0, 10.0), "uniform"),
        "idle": Number(0.5, (0.0, 1.0)),
    }
    found = indices_over(answering(numbers, lambda x: 3.0 * x["a"] - x["b"], noise=2.0), alone(numbers), MORRIS, 12, 1).indices
    assert found["effect"].to_numpy() == pytest.approx([6.0, 5.0, 0.0], abs=1e-5)
    assert found["direction"].to_numpy() == pytest.approx([6.0, -5.0, 0.0], abs=1e-5)
    assert found["spread"].max() < 1e-5
    assert (found.loc["idle", ["effect", "low", "high", "noise"]] == 0.0).all()


def test_morris_sees_what_depends_on_the_others():
    numbers = {name: Number(0.5, (0.0, 1.0), "uniform") for name in ("a", "b", "c")}
    found = indices_over(
        answering(numbers, lambda x: 4.0 * (x["a"] - 0.5) * (x["b"] - 0.5) + x["c"]), alone(numbers), MORRIS, 200, 1
    )
    # moved by 1/2, the product changes by twice the other's distance from its middle: 3/4 or 1/4, mean 1/2, either sign
    indices = found.indices
    assert indices.loc[["a", "b"], "effect"].to_numpy() == pytest.approx(0.5, abs=0.05)
    assert np.abs(indices.loc[["a", "b"], "direction"]).max() < 0.12
    assert indices.at["a", "spread"] > 0.4
    assert indices.at["c", "effect"] == pytest.approx(0.5, abs=1e-6)
    assert indices.at["c", "spread"] < 1e-6


def test_morris_never_puts_a_number_at_an_end_of_its_range():
    design = morris_design(alone(ISHIGAMI), 10, 1)
    assert sorted({round(float(place), 9) for place in design.cube.ravel()}) == [0.125, 0.375, 0.625, 0.875]


def test_the_ends_of_a_step_are_the_two_points_between_which_only_that_number_moved():
    design = morris_design({"a": ("a",), "pair": ("b", "c")}, 6, 1)
    values = design.cube @ np.array([1.0, 10.0, 100.0])
    for name, (before, after) in zip(design.members, ends_of_steps(design, values[:, None]), strict=True):
        change = np.abs(after - before).ravel()
        assert np.isin(np.round(change, 6), [0.5] if name == "a" else [45.0, 55.0]).all()


def test_noise_is_what_luck_alone_would_look_like():
    numbers = {"a": Number(0.5, (0.0, 1.0), "uniform"), "b": Number(0.5, (0.0, 1.0), "uniform")}
    rng = np.random.default_rng(5)

    def answers(names, cube):
        return cube[:, :1] + rng.normal(size=(len(cube), 25))

    found = indices_over(answers, alone(numbers), MORRIS, 400, 1).indices
    assert found.at["b", "effect"] == pytest.approx(found.at["b", "noise"], rel=0.1)  # b does nothing but for fresh luck
    assert found.at["b", "noise"] == pytest.approx(np.sqrt(2.0 / 25.0 * 2.0 / np.pi), rel=0.05)
    shares = indices_over(answers, alone(numbers), SOBOL, 1024, 1).indices
    assert shares.at["b", "total"] == pytest.approx(shares.at["b", "noise"], abs=0.03)


def test_an_outcome_that_never_varies_has_indices_of_zero():
    for method in (MORRIS, SOBOL):
        found = indices_over(lambda names, cube: np.ones((len(cube), 3)), alone(ISHIGAMI), method, 8, 1).indices
        assert (found.fillna(0.0).to_numpy() == 0.0).all()
