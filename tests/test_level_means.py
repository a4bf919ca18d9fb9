"""Means that are drawn to the mean of all rows as far as chance is behind them."""

import numpy as np
import pytest

from skembed._level_means import shrunken_means


def drawn(seed, n_levels, per_level, spread, noise=1.0):
    rng = np.random.default_rng(seed)
    codes = rng.permutation(np.repeat(np.arange(n_levels), per_level))
    truth = 3 + spread * rng.normal(size=n_levels)
    return truth, codes, truth[codes] + noise * rng.normal(size=len(codes))


def test_means_of_many_rows_are_the_means():
    truth, codes, values = drawn(0, 20, 2_000, 1.0)
    found = shrunken_means(values, codes, np.ones(len(codes)), 20)
    plain = np.bincount(codes, values) / np.bincount(codes)
    np.testing.assert_allclose(found, plain, atol=0.01)
    assert np.abs(found - truth).max() < 0.1


@pytest.mark.parametrize("seed", range(3))
def test_means_of_few_rows_are_closer_to_the_truth(seed):
    truth, codes, values = drawn(seed, 500, 3, 0.5)
    found = shrunken_means(values, codes, np.ones(len(codes)), 500)
    plain = np.bincount(codes, values) / np.bincount(codes)
    best = values.mean() + (plain - values.mean()) * 0.25 / (0.25 + 1 / 3)

    def error(means):
        return ((means - truth) ** 2).mean()

    assert error(found) < 0.75 * error(plain)
    assert error(found) < 1.1 * error(best)


@pytest.mark.parametrize("seed", range(3))
def test_levels_that_do_not_differ_have_next_to_the_same_mean(seed):
    _, codes, values = drawn(seed, 500, 3, 0.0)
    found = shrunken_means(values, codes, np.ones(len(codes)), 500)
    plain = np.bincount(codes, values) / np.bincount(codes)
    assert found.std() < 0.25 * plain.std()


def test_weights_are_counts():
    _, codes, values = drawn(0, 30, 5, 1.0)
    weight = np.random.default_rng(1).integers(1, 5, len(codes))
    repeated = np.repeat(np.arange(len(codes)), weight)
    np.testing.assert_allclose(
        shrunken_means(values, codes, weight.astype(float), 30),
        shrunken_means(values[repeated], codes[repeated], np.ones(len(repeated)), 30),
    )


@pytest.mark.parametrize("values", [np.arange(4.0), np.ones(4)])
def test_levels_without_rows_have_the_mean_of_all(values):
    found = shrunken_means(values, np.array([0, 0, 2, 2]), np.ones(4), 5)
    np.testing.assert_allclose(found[[1, 3, 4]], values.mean())


def test_a_single_level_has_the_mean_of_all():
    values = np.array([0.1, 0.2, 0.4])
    found = shrunken_means(values, np.zeros(3, dtype=int), np.ones(3), 2)
    np.testing.assert_allclose(found, values.mean())


def test_a_row_for_each_level():
    """Within levels nothing varies: what is seen is taken for the truth."""
    values = np.array([1.0, 2.0, 4.0])
    found = shrunken_means(values, np.arange(3), np.ones(3), 4)
    np.testing.assert_allclose(found, [1, 2, 4, 7 / 3])
