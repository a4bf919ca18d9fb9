import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._gate import MOST_AMBIGUOUS, believable_share
from skembed._likelihood import NORMAL

SEEDS = pytest.mark.parametrize("seed", range(3))


def generated(seed, n_rows=500, truth=0.5, noise=1.0):
    rng = np.random.default_rng(seed)
    correction = rng.normal(size=n_rows)
    error = truth * correction + rng.normal(0, noise, n_rows)
    return error, correction, rng.integers(1, 5, n_rows).astype(float)


def share_of(error, correction, weight, ambiguity):
    """The same for any predictions that leave an error over."""
    prediction = np.linspace(-2, 3, len(error))
    judged = prediction + error, prediction, correction, weight
    return believable_share(NORMAL, *judged, ambiguity)


@SEEDS
@pytest.mark.parametrize("truth", [-0.5, 0.0, 0.3, 0.9, 2.0])
@pytest.mark.parametrize("ambiguity", [0.0, 0.3])
def test_the_share_is_the_best_from_none_to_all(seed, truth, ambiguity):
    """An ensemble has its ambiguity less than a network."""
    error, correction, weight = generated(seed, truth=truth)
    share = share_of(error, correction, weight, ambiguity)
    grid = np.linspace(0, 1, 1001)
    left = error - grid[:, np.newaxis] * correction
    losses = np.average(left**2, axis=1, weights=weight) - ambiguity * grid**2
    assert share == pytest.approx(grid[losses.argmin()], abs=6e-4)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10**6), st.floats(-3, 3), st.floats(0, 5), st.floats(0, 3))
def test_a_share_is_a_share(seed, truth, noise, ambiguity):
    assert 0 <= share_of(*generated(seed, 30, truth, noise), ambiguity) <= 1


@SEEDS
def test_a_weight_counts_as_repeated_rows_do(seed):
    error, correction, weight = generated(seed)
    rows = np.repeat(np.arange(len(error)), weight.astype(int))
    repeated = error[rows], correction[rows], np.ones(len(rows))
    assert share_of(error, correction, weight, 0.1) == pytest.approx(
        share_of(*repeated, 0.1)
    )


@SEEDS
def test_noise_is_not_believed(seed):
    rng = np.random.default_rng(seed)
    error, correction = rng.normal(size=(2, 5000))
    # the mean of 5000 products, or zero
    assert share_of(error, correction, np.ones(5000), 0) < 4 / np.sqrt(5000)


def test_a_correction_of_nothing_has_no_share():
    assert share_of(np.ones(9), np.zeros(9), np.ones(9), 0.0) == 0


@SEEDS
@pytest.mark.parametrize("ambiguity", [0.0, 0.2, 0.5, 50.0])
def test_what_networks_differ_by_raises_the_share(seed, ambiguity):
    """The mean product with the error, over the mean square of the average."""
    error, correction, weight = generated(seed, truth=0.2)
    only = correction / np.sqrt(np.average(correction**2, weights=weight))
    share = share_of(error, only, weight, ambiguity)
    # of the mean square, 1 for each network, at least a tenth is believed to be common
    common = 1 - min(ambiguity, MOST_AMBIGUOUS)
    expected = np.average(error * only, weights=weight) / common
    assert share == pytest.approx(min(max(expected, 0), 1))


@SEEDS
def test_the_average_of_networks_gets_the_share_that_is_best_for_it(seed):
    """Each row is judged by one of several networks that all err in their own way."""
    rng = np.random.default_rng(seed)
    signal, n_networks, n_rows = rng.normal(size=50_000), 5, 50_000
    outputs = 0.7 * signal + rng.normal(0, 0.8, (n_networks, n_rows))
    error = 0.4 * signal + rng.normal(size=n_rows)
    judge = rng.integers(n_networks, size=n_rows)
    judged = outputs[judge, np.arange(n_rows)]
    ambiguity = float(outputs.var(axis=0).mean())
    average = outputs.mean(axis=0)
    best = (average @ error) / (average @ average)
    share = share_of(error, judged, np.ones(n_rows), ambiguity)
    assert share == pytest.approx(best, abs=0.03)
