from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._ramps import (
    FARTHEST,
    MAX_RAMPS,
    MAX_STRAIGHT,
    learn_ramps,
    within_reach,
)

SEEDS = pytest.mark.parametrize("seed", range(3))

TABLES = st.lists(
    st.tuples(st.integers(-30, 30), st.integers(-2, 2), st.integers(1, 9)),
    min_size=1,
    max_size=60,
)


def generated(seed, n_samples=400):
    """A quantity without ties, a skewed one, one of few values; and counts."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=n_samples), rng.exponential(size=n_samples)
    quantities = np.column_stack([*columns, rng.integers(0, 3, n_samples)])
    return quantities, rng.integers(1, 5, n_samples).astype(float)


def table_of(rows):
    many, few, count = np.array(rows, dtype=float).T
    return np.column_stack([many / 10, few]), count


def naive_knots(column, weight, n_ramps):
    """Values at even steps through the sorted rows, each repeated by its count."""
    if len(set(column)) <= MAX_STRAIGHT:
        return []
    repeated = np.sort(np.repeat(column, weight.astype(int)))
    steps = np.linspace(0, 1, n_ramps + 1) * len(repeated)
    # the k-th row stands in the middle of its step
    places = [max(int(np.ceil(step - 0.5)), 1) - 1 for step in steps]
    knots = sorted(set(repeated[places]))
    return knots if len(knots) > 2 else []


def naive_columns(knots, quantities):
    """Quantities, outliers drawn in, then a ramp between each two knots."""
    columns = [[min(max(value, -5.0), 5.0) for value in x] for x in quantities.T]
    for x, k in zip(quantities.T, knots, strict=True):
        for low, high in pairwise(k):
            columns.append(np.interp(x, [low, high], [0, 1]))
    return np.column_stack(columns)


@settings(deadline=None)
@given(TABLES)
def test_knots_lie_at_even_steps_through_the_rows(rows):
    quantities, weight = table_of(rows)
    n_ramps = int(np.clip(np.cbrt(weight.sum()), 4, MAX_RAMPS))
    for column, knots in zip(
        quantities.T, learn_ramps(quantities, weight).knots, strict=True
    ):
        assert knots.tolist() == naive_knots(column, weight, n_ramps)


@SEEDS
def test_ramps_interpolate_between_two_knots(seed):
    quantities, weight = generated(seed)
    ramps = learn_ramps(quantities, weight)
    new = np.random.default_rng(seed + 10).normal(0, 3, (200, 3))
    expected = naive_columns(ramps.knots, new) - ramps.center
    np.testing.assert_allclose(ramps.apply(new).toarray(), expected, atol=1e-12)


@SEEDS
def test_columns_are_of_mean_zero_where_they_were_learned(seed):
    quantities, weight = generated(seed)
    columns = learn_ramps(quantities, weight).apply(quantities).toarray()
    np.testing.assert_allclose(weight @ columns, 0, atol=1e-9)


@settings(deadline=None)
@given(TABLES)
def test_a_weight_counts_as_repeated_rows_do(rows):
    quantities, weight = table_of(rows)
    repeated = np.repeat(quantities, weight.astype(int), axis=0)
    ramps = learn_ramps(quantities, weight)
    same = learn_ramps(repeated, np.ones(len(repeated)))
    for knots, others in zip(ramps.knots, same.knots, strict=True):
        np.testing.assert_array_equal(knots, others)
    np.testing.assert_allclose(ramps.center, same.center, atol=1e-12)


@settings(deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random):
    ramps = learn_ramps(*table_of(rows))
    shuffled = learn_ramps(*table_of(random.sample(rows, len(rows))))
    for knots, others in zip(ramps.knots, shuffled.knots, strict=True):
        np.testing.assert_array_equal(knots, others)


@SEEDS
def test_piecewise_linear_functions_are_linear_in_the_ramps(seed):
    quantities, weight = generated(seed)
    ramps = learn_ramps(quantities, weight)
    rng = np.random.default_rng(seed)
    target = sum(
        np.interp(column, knots, rng.normal(size=len(knots)))
        for column, knots in zip(quantities.T[:2], ramps.knots, strict=False)
    )
    design = np.column_stack([np.ones(len(target)), ramps.apply(quantities).toarray()])
    solution, *_ = np.linalg.lstsq(design, target, rcond=None)
    np.testing.assert_allclose(design @ solution, target, atol=1e-9)


@SEEDS
def test_blocks_are_the_straight_lines_then_the_ramps_of_each_quantity(seed):
    quantities, weight = generated(seed)
    ramps = learn_ramps(quantities, weight)
    assert [len(knots) > 0 for knots in ramps.knots] == [True, True, False]
    assert ramps.blocks == [3, len(ramps.knots[0]) - 1, len(ramps.knots[1]) - 1]
    n_columns = ramps.apply(quantities).n_columns
    assert sum(ramps.blocks) == n_columns == len(ramps.center)


@pytest.mark.parametrize("n_values", [1, 2, MAX_STRAIGHT, MAX_STRAIGHT + 1])
def test_few_distinct_values_stay_one_straight_line(n_values):
    quantities = np.tile(np.arange(n_values, dtype=float), 50)[:, np.newaxis]
    ramps = learn_ramps(quantities, np.ones(len(quantities)))
    is_bent = n_values > MAX_STRAIGHT
    assert (len(ramps.knots[0]) > 0) == is_bent
    assert len(ramps.blocks) == 1 + is_bent


def test_a_value_that_nearly_all_rows_share_leaves_no_ramps():
    quantities = np.append(np.zeros(1000), np.arange(1, 10))[:, np.newaxis]
    ramps = learn_ramps(quantities, np.ones(len(quantities)))
    assert ramps.blocks == [1]


@pytest.mark.parametrize(("n_rows", "n_ramps"), [(30, 4), (1000, 10), (10**6, 48)])
def test_there_are_as_many_ramps_as_the_cube_root_of_the_rows(n_rows, n_ramps):
    values = np.random.default_rng(0).normal(size=(200, 1))
    weight = np.full(200, n_rows / 200)
    assert learn_ramps(values, weight).blocks == [1, n_ramps]


def test_what_is_within_reach_stays_as_it_is():
    values = np.array([[-99.0, -5.0], [-4.9, 0.0], [5.1, 1e300]])
    expected = [[-FARTHEST, -FARTHEST], [-4.9, 0.0], [FARTHEST, FARTHEST]]
    assert within_reach(values).tolist() == expected


@SEEDS
def test_a_straight_line_is_one_column(seed):
    """Within reach, where a linear function of it is exact at any value."""
    quantities, weight = generated(seed)
    ramps = learn_ramps(quantities, weight)
    new = np.random.default_rng(seed).uniform(-5, 5, (50, 3))
    slopes = np.diff(ramps.apply(new).toarray()[:, :3], axis=0) / np.diff(new, axis=0)
    np.testing.assert_allclose(slopes, 1, rtol=1e-6)


def test_far_outliers_are_drawn_in_and_ramps_end():
    quantities, weight = generated(0)
    ramps = learn_ramps(quantities, weight)
    far = (
        ramps.apply(np.array([[50.0, 50, 50], [1e6, 1e6, 1e6]])).toarray()
        + ramps.center
    )
    np.testing.assert_allclose(far[:, :3], FARTHEST)
    assert (far[:, 3:] == 1).all()
    assert (ramps.apply(np.full((1, 3), -1e6)).toarray() + ramps.center)[
        0, 3:
    ].max() < 1e-12


def test_without_quantities_there_are_no_columns():
    ramps = learn_ramps(np.empty((7, 0)), np.ones(7))
    assert ramps.blocks == []
    assert ramps.apply(np.empty((3, 0))).toarray().shape == (3, 0)
