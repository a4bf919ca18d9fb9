"""Likelihoods, against SciPy's distributions and differences of their losses."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from skembed._encoding import Encoded
from skembed._likelihood import (
    BERNOULLI,
    NORMAL,
    likelihood_of,
    step_lengths,
    working_sample,
)
from skembed._sample import make_sample, merge_equal_inputs

LIKELIHOODS = pytest.mark.parametrize("likelihood", [NORMAL, BERNOULLI])
RNG = np.random.default_rng(0)
PREDICTION = RNG.normal(0, 2, 50)
OUTCOMES = RNG.integers(0, 2, 50).astype(float)


def sample_of(target, weight=None):
    inputs = Encoded(np.zeros((len(target), 1), dtype=np.int32), np.zeros((50, 0)))
    return make_sample(inputs, target[:, np.newaxis], weight)


def test_losses_are_those_of_the_distributions():
    expected = -stats.bernoulli.logpmf(OUTCOMES, expit(PREDICTION))
    np.testing.assert_allclose(BERNOULLI.losses(OUTCOMES, PREDICTION), expected)
    error = PREDICTION - OUTCOMES
    np.testing.assert_allclose(NORMAL.losses(OUTCOMES, PREDICTION), error**2)


def test_the_loss_of_a_share_is_that_of_its_observations():
    losses = [BERNOULLI.losses(np.full(50, y), PREDICTION) for y in (0, 1)]
    share = BERNOULLI.losses(np.full(50, 0.25), PREDICTION)
    np.testing.assert_allclose(share, 0.75 * losses[0] + 0.25 * losses[1])


def test_extreme_predictions_have_finite_losses():
    far = np.array([-1e3, 1e3])
    assert np.isfinite(BERNOULLI.losses(np.array([1.0, 0.0]), far)).all()
    response, curvature = BERNOULLI.working(np.array([1.0, 0.0]), far)
    assert np.isfinite(response).all()
    assert (curvature > 0).all()


def test_working_responses_have_the_slope_and_the_curvature_of_the_loss():
    h = 1e-4
    below, at, above = (BERNOULLI.losses(OUTCOMES, PREDICTION + d) for d in (-h, 0, h))
    response, curvature = BERNOULLI.working(OUTCOMES, PREDICTION)
    slope = -curvature * (response - PREDICTION)
    np.testing.assert_allclose(slope, (above - below) / (2 * h), atol=1e-6)
    np.testing.assert_allclose(curvature, (above - 2 * at + below) / h**2, atol=1e-4)


def test_normal_outcomes_are_their_own_responses():
    response, curvature = NORMAL.working(OUTCOMES, PREDICTION)
    np.testing.assert_array_equal(response, OUTCOMES)
    np.testing.assert_array_equal(curvature, 1)
    sample = sample_of(OUTCOMES, np.arange(1.0, 51))
    work = working_sample(NORMAL, sample, PREDICTION)
    np.testing.assert_array_equal(work.target, sample.target)
    np.testing.assert_array_equal(work.weight, sample.weight)


def test_the_start_are_the_odds_of_all_rows():
    weight = np.arange(1.0, 51)
    share = weight @ OUTCOMES / weight.sum()
    start = BERNOULLI.start(sample_of(OUTCOMES, weight))
    np.testing.assert_allclose(start, [logit(share)])
    assert np.isfinite(BERNOULLI.start(sample_of(np.ones(50)))).all()


def test_a_network_corrects_outcomes_from_a_prediction():
    sample = BERNOULLI.to_correct(sample_of(OUTCOMES), PREDICTION)
    np.testing.assert_array_equal(sample.target, np.c_[OUTCOMES, PREDICTION])
    assert not sample.squares.any()
    left = NORMAL.to_correct(sample_of(OUTCOMES), PREDICTION)
    np.testing.assert_array_equal(left.target[:, 0], OUTCOMES - PREDICTION)


@LIKELIHOODS
def test_restored_units_are_those_of_the_target(likelihood):
    target = 3 + 5 * OUTCOMES[:, np.newaxis]
    scale = likelihood.scale(target, np.ones(50))
    np.testing.assert_allclose(scale.restore(scale.standardize(target)), target)


def test_the_variance_is_known_only_of_outcomes_that_are_not_normal():
    assert NORMAL.noise(0.3) == 0.3
    assert BERNOULLI.noise(0.3) == 1.0
    assert NORMAL.unit(4.0) == 2.0
    assert BERNOULLI.unit(4.0) == 1.0


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_classes_are_drawn_as_bernoulli(loss):
    assert likelihood_of(loss) is BERNOULLI
    assert likelihood_of("squared_error") is NORMAL
    assert likelihood_of(lambda y, p: y - p) is NORMAL


def test_cells_have_the_loss_of_their_rows_but_for_a_constant():
    cells = merge_equal_inputs(sample_of(OUTCOMES))
    for prediction in (-1.0, 0.4):
        alone = cells.weight @ BERNOULLI.losses(cells.target[:, 0], prediction)
        assert alone == pytest.approx(BERNOULLI.losses(OUTCOMES, prediction).sum())


def test_steps_that_lead_up_are_halved():
    """To the largest power of one half at which each parabola is below its start."""
    minimum = np.array([1.0, 0.3, 0.01])

    def objective(length):
        return (length - minimum) ** 2

    np.testing.assert_array_equal(step_lengths(objective, 3), [1, 0.5, 1 / 64])


def test_a_step_that_only_leads_up_is_not_taken():
    np.testing.assert_array_equal(step_lengths(lambda length: length, 2), 0)
