"""The mixed model of classes, against the penalised likelihood itself."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from skembed import _leave_fold_out, _mixed_model
from skembed._encoding import Encoded
from skembed._folds import deal_into_folds
from skembed._leave_fold_out import fit_without_folds
from skembed._likelihood import BERNOULLI
from skembed._mixed_model import fit_mixed_model, spread_effects
from skembed._ramps import learn_ramps
from skembed._sample import make_sample, merge_equal_inputs, merge_equal_rows
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(2))


@pytest.fixture
def solved_closely(monkeypatch):
    monkeypatch.setattr(_mixed_model, "TOLERANCE", 1e-9)
    monkeypatch.setattr(_mixed_model, "SMALL_STEP", 1e-9)
    monkeypatch.setattr(_leave_fold_out, "LAST_STEP", 0.0)


def drawn(seed, n_levels=(12, 5), n_samples=600, scale=1.0, mean=-0.5):
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.integers(n, size=n_samples) for n in n_levels])
    effects = [scale * rng.normal(size=n) for n in n_levels]
    odds = mean + sum(e[c] for e, c in zip(effects, codes.T, strict=True))
    outcome = (rng.random(n_samples) < expit(odds)).astype(float)
    inputs = Encoded(codes.astype(np.int32), np.zeros((n_samples, 0)))
    return make_sample(inputs, outcome[:, np.newaxis], None), effects


def fitted(sample, n_rounds=8):
    ramps = learn_ramps(sample.inputs.quantities, sample.weight)
    n_codes = sample.inputs.codes.max(axis=0) + 2
    terms = [
        learn_term(sample.inputs, (column,), (int(n),))[0]
        for column, n in enumerate(n_codes)
    ]
    return fit_mixed_model(ramps, terms, sample, n_rounds, None, BERNOULLI)


def most_likely(sample, model, weight, mean=None):
    """Maximise the penalised likelihood of dense indicators, by BFGS."""
    cells = model.locate(sample.inputs).cells
    X = np.hstack([np.eye(n)[c] for n, c in zip([12, 5], cells.T, strict=True)])
    penalty = np.repeat(model.penalties, [12, 5])

    def objective(b):
        odds = (b[0] if mean is None else mean) + X @ b[1:]
        loss = weight @ BERNOULLI.losses(sample.target[:, 0], odds)
        left = weight * (expit(odds) - sample.target[:, 0])
        slope = np.append(left.sum() * (mean is None), X.T @ left + penalty * b[1:])
        return loss + penalty @ b[1:] ** 2 / 2, slope

    return minimize(objective, np.zeros(18), jac=True, tol=1e-10).x


@SEEDS
@pytest.mark.usefixtures("solved_closely")
def test_effects_are_the_most_likely_ones(seed):
    sample, _ = drawn(seed)
    model = fitted(sample)
    expected = most_likely(sample, model, sample.weight)
    assert model.noise == 1.0
    assert model.mean == pytest.approx(expected[0], abs=1e-4)
    np.testing.assert_allclose(model.coefficients, expected[1:], atol=1e-4)


@SEEDS
@pytest.mark.usefixtures("solved_closely")
def test_effects_without_a_fold_are_the_most_likely_ones_of_the_others(
    seed, monkeypatch
):
    monkeypatch.setattr(_leave_fold_out, "STEPS_WITHOUT_FOLD", 12)
    sample, _ = drawn(seed)
    folds = deal_into_folds(merge_equal_rows(sample), 3, np.random.default_rng(0))
    model = fitted(folds.sample)
    found = fit_without_folds(model, model.locate(folds.sample.inputs), folds)
    for fold in range(3):
        weight = folds.sample.weight * (folds.of_row != fold)
        expected = most_likely(folds.sample, model, weight, model.mean)
        np.testing.assert_allclose(found[:, fold], expected[1:], atol=1e-4)


@SEEDS
def test_a_few_steps_without_a_fold_are_enough(seed):
    sample, _ = drawn(seed)
    folds = deal_into_folds(merge_equal_rows(sample), 5, np.random.default_rng(0))
    model = fitted(folds.sample)
    found = fit_without_folds(model, model.locate(folds.sample.inputs), folds)
    weight = folds.sample.weight * (folds.of_row != 0)
    expected = most_likely(folds.sample, model, weight, model.mean)
    np.testing.assert_allclose(found[:, 0], expected[1:], atol=0.01)


@SEEDS
def test_variances_of_many_rows_a_level_are_those_of_the_truth(seed):
    sample, effects = drawn(seed, (60, 40), n_samples=40_000, scale=1.5)
    model = fitted(merge_equal_inputs(sample))
    for term, true in enumerate(effects):
        assert model.variance(term) == pytest.approx(true.var(), rel=0.15)
        centered = true - true.mean()
        assert np.corrcoef(model.effects(term), centered)[0, 1] > 0.98


@SEEDS
def test_cells_and_their_rows_have_the_same_effects(seed):
    sample, _ = drawn(seed)
    cells, rows = fitted(merge_equal_inputs(sample)), fitted(sample)
    np.testing.assert_allclose(cells.coefficients, rows.coefficients, atol=0.01)


@SEEDS
@pytest.mark.usefixtures("solved_closely")
def test_effects_that_vary_more_are_shrunken_less(seed):
    sample, _ = drawn(seed)
    model = fitted(sample)
    wider = spread_effects(model, model.locate(sample.inputs), sample, 2.0)
    np.testing.assert_allclose(wider.penalties, model.penalties / 2)
    expected = most_likely(sample, wider, sample.weight)
    np.testing.assert_allclose(wider.coefficients, expected[1:], atol=1e-4)
    assert (wider.coefficients**2).sum() > (model.coefficients**2).sum()


@pytest.mark.parametrize("mean", [-6.0, 6.0])
def test_rare_classes_do_not_lead_astray(mean):
    """Newton's first step from there is too long."""
    sample, _ = drawn(0, (200, 100), n_samples=4_000, scale=2.0, mean=mean)
    model = fitted(sample)
    prediction = model.predict(model.locate(sample.inputs))
    loss = BERNOULLI.losses(sample.target[:, 0], prediction).mean()
    alone = BERNOULLI.losses(sample.target[:, 0], BERNOULLI.start(sample)).mean()
    assert loss < alone
    assert np.abs(prediction).max() < 30
