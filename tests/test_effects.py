import numpy as np
import pytest
from sklearn.linear_model import Ridge

from skembed._effects import shrunken_effects
from skembed._encoding import Encoded
from skembed._sample import make_sample, merge_equal_inputs

SEEDS = pytest.mark.parametrize("seed", range(5))
ALPHAS = pytest.mark.parametrize("alpha", [0, 0.5, 10.0])
N_ROWS = 6  # of the table: the last two are of levels without observations


def generated(seed, n_samples=60):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, N_ROWS - 2, (n_samples, 2)).astype(np.int32)
    target = rng.normal(size=(n_samples, 2)) + codes * [1.0, -2.0]
    weight = rng.integers(1, 5, n_samples).astype(np.float64)
    return Encoded(codes, np.zeros((n_samples, 0))), target, weight


def naive_effects(codes, target, weight, alpha):
    mean = sum(w * y for w, y in zip(weight, target, strict=True)) / sum(weight)
    effects = []
    for level in range(N_ROWS):
        rows = [i for i, code in enumerate(codes) if code == level]
        n = sum(weight[i] for i in rows)
        if n:
            deviation = sum(weight[i] * target[i] for i in rows) / n - mean
            effects.append(deviation * n / (n + alpha))
        else:
            effects.append(np.zeros(len(mean)))
    return np.array(effects)


@SEEDS
@ALPHAS
@pytest.mark.parametrize("column", [0, 1])
def test_deviations_are_shrunken_by_the_count(seed, alpha, column):
    inputs, target, weight = generated(seed)
    np.testing.assert_allclose(
        shrunken_effects(make_sample(inputs, target, weight), column, N_ROWS, alpha),
        naive_effects(inputs.codes[:, column], target, weight, alpha),
        atol=1e-12,
    )


@SEEDS
@pytest.mark.parametrize("alpha", [0.5, 10.0])
def test_effects_are_the_coefficients_of_a_ridge_regression(seed, alpha):
    inputs, target, weight = generated(seed)
    centred = target - np.average(target, axis=0, weights=weight)
    one_hot = np.eye(N_ROWS)[inputs.codes[:, 0]]
    ridge = Ridge(alpha, fit_intercept=False, solver="cholesky")
    ridge.fit(one_hot, centred, sample_weight=weight)
    effects = shrunken_effects(make_sample(inputs, target, weight), 0, N_ROWS, alpha)
    np.testing.assert_allclose(effects, ridge.coef_.T, atol=1e-12)


@SEEDS
@ALPHAS
def test_merging_rows_leaves_the_effects_as_they_are(seed, alpha):
    sample = make_sample(*generated(seed))
    np.testing.assert_allclose(
        shrunken_effects(merge_equal_inputs(sample), 1, N_ROWS, alpha),
        shrunken_effects(sample, 1, N_ROWS, alpha),
        atol=1e-12,
    )


@SEEDS
def test_a_weight_counts_as_repeated_rows_do(seed):
    inputs, target, weight = generated(seed)
    rows = np.repeat(np.arange(len(target)), weight.astype(int))
    np.testing.assert_allclose(
        shrunken_effects(make_sample(inputs, target, weight), 0, N_ROWS, 3.0),
        shrunken_effects(
            make_sample(inputs.take(rows), target[rows], None), 0, N_ROWS, 3.0
        ),
        atol=1e-12,
    )


@ALPHAS
def test_rows_of_the_table_without_observations_have_no_effect(alpha):
    effects = shrunken_effects(make_sample(*generated(0)), 0, N_ROWS, alpha)
    assert effects.shape == (N_ROWS, 2)
    assert (effects[-2:] == 0).all()
    assert (effects[:-2] != 0).all()


def test_a_constant_target_has_no_effects():
    inputs, target, weight = generated(0)
    sample = make_sample(inputs, np.ones_like(target), weight)
    np.testing.assert_allclose(shrunken_effects(sample, 0, N_ROWS, 1.0), 0, atol=1e-12)


def test_true_effects_are_recovered_from_many_observations():
    truth = np.array([[-2.0, 1.0], [-0.5, 0.0], [0.5, 1.0], [2.0, -2.0]])
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(4, dtype=np.int32), 10_000)
    target = truth[codes] + rng.normal(size=(len(codes), 2))
    inputs = Encoded(codes[:, np.newaxis], np.zeros((len(codes), 0)))
    effects = shrunken_effects(make_sample(inputs, target, None), 0, 5, 10.0)
    np.testing.assert_allclose(effects[:-1], truth, atol=0.05)


def test_shrinkage_brings_noisy_effects_closer_to_the_truth():
    # effects of variance 1 under noise of variance 10: the best penalty is their ratio
    rng = np.random.default_rng(0)
    n_levels = 500
    truth = rng.normal(size=n_levels)
    codes = rng.integers(0, n_levels, 5 * n_levels).astype(np.int32)
    target = truth[codes] + rng.normal(0, np.sqrt(10), len(codes))
    inputs = Encoded(codes[:, np.newaxis], np.zeros((len(codes), 0)))
    sample = make_sample(inputs, target[:, np.newaxis], None)
    errors = {
        alpha: np.mean(
            (shrunken_effects(sample, 0, n_levels, alpha)[:, 0] - truth) ** 2
        )
        for alpha in (0.0, 1.0, 10.0, 100.0, 1000.0)
    }
    assert min(errors, key=errors.get) == 10.0
