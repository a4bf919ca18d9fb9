import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._scale import learn_scale

SEEDS = range(20)


def naive_scale(values, weight):
    """Mean and standard deviation of the values that are present, in a loop."""
    total = mean = variance = 0.0
    present = [(v, w) for v, w in zip(values, weight, strict=True) if not np.isnan(v)]
    for value, w in present:
        total += w
        mean += w * value
    mean /= total
    for value, w in present:
        variance += w * (value - mean) ** 2 / total
    return mean, variance**0.5


def generated(seed, n_samples=60):
    rng = np.random.default_rng(seed)
    values = rng.normal(rng.normal(size=3), [1e-3, 1.0, 1e5], (n_samples, 3))
    values[rng.random(values.shape) < 0.1] = np.nan
    return values, rng.integers(1, 12, n_samples).astype(np.float64), rng


@pytest.mark.parametrize("seed", SEEDS)
def test_mean_and_scale_are_the_weighted_ones_but_for_the_rounding(seed):
    values, weight, _ = generated(seed)
    mean, scale = learn_scale(values, weight)
    for j, column in enumerate(values.T):
        naive_mean, naive_sd = naive_scale(column, weight)
        assert abs(mean[j] - naive_mean) <= 1e-6 * naive_sd
        np.testing.assert_allclose(scale[j], naive_sd, rtol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_weights_each_row_counts_once(seed):
    values, weight, _ = generated(seed)
    np.testing.assert_array_equal(
        learn_scale(values), learn_scale(values, np.ones_like(weight))
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_repeated_rows_have_the_scale_of_weighted_ones_to_the_last_bit(seed):
    values, weight, _ = generated(seed)
    repeated = np.repeat(values, weight.astype(int), axis=0)
    np.testing.assert_array_equal(learn_scale(values, weight), learn_scale(repeated))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_rows_does_not_show_in_the_last_bit(seed):
    values, weight, rng = generated(seed)
    order = rng.permutation(len(values))
    np.testing.assert_array_equal(
        learn_scale(values, weight), learn_scale(values[order], weight[order])
    )


@settings(deadline=None)
@given(st.floats(-1e9, 1e9), st.lists(st.integers(1, 20), min_size=1))
def test_a_constant_has_scale_one(value, counts):
    values = np.full((len(counts), 1), value)
    mean, scale = learn_scale(values, np.array(counts, dtype=np.float64))
    np.testing.assert_allclose(mean, value, rtol=1e-12)
    assert scale == 1.0


def test_a_column_without_values_has_mean_zero_and_scale_one():
    mean, scale = learn_scale(np.array([[np.nan, 1.0], [np.nan, 3.0]]))
    assert mean[0] == 0.0
    assert scale[0] == 1.0
    np.testing.assert_allclose([mean[1], scale[1]], [2.0, 1.0])


def test_no_columns_have_no_scale():
    mean, scale = learn_scale(np.empty((3, 0)), np.ones(3))
    assert mean.shape == scale.shape == (0,)


@settings(deadline=None)
@given(st.floats(1e-90, 1e90), st.floats(-1e3, 1e3))
def test_the_scale_grows_with_the_unit(unit, shift):
    mean, scale = learn_scale(unit * (shift + np.array([[-1.0], [1.0], [3.0]])))
    np.testing.assert_allclose(mean, unit * (shift + 1), atol=2e-6 * unit)
    np.testing.assert_allclose(scale, unit * np.sqrt(8 / 3), rtol=1e-6)


@pytest.mark.parametrize("count", [3, 6, 10, 100])
def test_a_constant_is_the_same_repeated_and_weighted_to_the_last_bit(count):
    weighted = learn_scale(np.array([[0.1]]), np.array([float(count)]))
    repeated = learn_scale(np.full((count, 1), 0.1))
    np.testing.assert_array_equal(weighted, repeated)
