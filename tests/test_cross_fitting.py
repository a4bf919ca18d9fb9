"""What a model is without a fold does not depend on the fold's targets."""

from dataclasses import replace

import numpy as np
import pytest

from skembed import _mixed_model
from skembed._bilinear import fit_bilinear, products
from skembed._cross_fitting import cross_fit, with_pairs
from skembed._encoding import Encoded
from skembed._folds import deal_into_folds
from skembed._leave_fold_out import fit_without_folds
from skembed._mixed_model import fit_mixed_model
from skembed._pairs import Pair
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._terms import learn_term

PAIRS = [Pair((0, 1), 2)]
N_FOLDS = 3


def problem(seed=0, n_samples=500, noise=0.3):
    """Folds of two columns that interact and a quantity, and their mixed model."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, (20, 15), (n_samples, 2)).astype(np.int32)
    first, second = rng.normal(size=(2, 20))
    x = rng.normal(size=(n_samples, 1))
    target = first[codes[:, 0]] * second[codes[:, 1]] + x[:, 0]
    target += rng.normal(0, noise, n_samples)
    target = (target - target.mean()) / target.std()
    weight = rng.integers(1, 9, n_samples).astype(float)  # over all folds
    sample = make_sample(Encoded(codes, x), target[:, np.newaxis], weight)
    folds = deal_into_folds(sample, N_FOLDS, rng)
    inputs = folds.sample.inputs
    terms = [learn_term(inputs, (c,), (n,))[0] for c, n in enumerate((21, 16))]
    ramps = learn_ramps(inputs.quantities, folds.sample.weight)
    return folds, fit_mixed_model(ramps, terms, folds.sample, 8)


@pytest.fixture(scope="module")
def fitted():
    folds, mixed = problem()
    return with_pairs(cross_fit(mixed, folds), PAIRS)


def test_without_pairs_it_is_the_mixed_model():
    folds, mixed = problem()
    found = cross_fit(mixed, folds)
    assert found.model.mixed is mixed
    assert found.model.factors == ()
    assert (found.products == 0).all()
    expected = fit_without_folds(mixed, found.rows, folds)
    np.testing.assert_array_equal(found.coefficients, expected)


def test_the_model_is_fitted_on_all_folds(fitted):
    folds, mixed = problem()
    expected = fit_bilinear(mixed, fitted.rows, folds.sample, PAIRS)
    found = fitted.model.predict(fitted.rows)
    np.testing.assert_allclose(found, expected.predict(fitted.rows))


def naive_predictions(fitted):
    """Of each row by the fit without its fold."""
    expected = np.empty(len(fitted.rows))
    for fold in range(N_FOLDS):
        own = fitted.folds.rows_of(fold)
        rows = fitted.rows.take(own)
        (factors,) = fitted.factors[fold]
        plain = fitted.model.mixed.predict(rows, fitted.coefficients[:, [fold]])
        expected[own] = plain + factors.predict(rows)
    return expected


def test_the_loss_is_that_of_rows_without_their_fold(fitted):
    sample = fitted.folds.sample
    squares = (sample.target[:, 0] - naive_predictions(fitted)) ** 2
    assert fitted.loss == pytest.approx(sample.weight @ squares)


def test_interactions_help_rows_that_were_left_out(fitted):
    folds, mixed = problem()
    assert fitted.loss < 0.4 * cross_fit(mixed, folds).loss


@pytest.mark.parametrize("fold", range(N_FOLDS))
def test_each_fit_is_one_of_the_rows_of_other_folds(fitted, fold):
    """As if there were no others, with the variances that all rows gave."""
    folds, mixed = problem()
    sample = folds.sample.take(np.flatnonzero(folds.of_row != fold))
    alone = cross_fit(mixed, folds).coefficients[:, fold]
    rows = mixed.locate(sample.inputs)
    expected = fit_bilinear(replace(mixed, coefficients=alone), rows, sample, PAIRS)
    (factors,), (known,) = fitted.factors[fold], expected.factors
    np.testing.assert_allclose(factors.left, known.left, atol=1e-10)
    np.testing.assert_allclose(factors.right, known.right, atol=1e-10)
    found = fitted.coefficients[:, fold]
    np.testing.assert_allclose(found, expected.mixed.coefficients, atol=1e-10)
    others = [x for x in range(N_FOLDS) if x != fold]
    apart = fitted.coefficients[:, others] - found[:, np.newaxis]
    assert np.abs(apart).max(axis=0).min() > 1e-3


def test_what_pairs_add_to_a_row_is_without_its_fold(fitted):
    mixed = fitted.model.mixed
    plain = mixed.predict(fitted.rows, fitted.coefficients, fitted.folds.of_row)
    expected = naive_predictions(fitted) - plain
    np.testing.assert_allclose(fitted.products, expected, atol=1e-12)
    whole = fitted.model.factors[0].predict(fitted.rows)
    assert np.abs(fitted.products - whole).max() > 0.01


@pytest.mark.parametrize("pairs", [[], PAIRS], ids=["alone", "pairs"])
def test_a_fit_without_a_fold_does_not_depend_on_its_targets(pairs, monkeypatch):
    monkeypatch.setattr(_mixed_model, "TOLERANCE", 1e-11)

    def found(change, fold):
        folds, mixed = problem()
        folds.sample.target[folds.rows_of(1)] *= change
        fitted = cross_fit(mixed, folds)
        if pairs:
            fitted = with_pairs(fitted, pairs)
        known = mixed.predict(fitted.rows, fitted.coefficients[:, [fold]])
        return known + products(fitted.factors[fold], fitted.rows)

    np.testing.assert_allclose(found(1.0, 1), found(-3.0, 1), atol=1e-6)
    assert np.abs(found(1.0, 0) - found(-3.0, 0)).max() > 1
