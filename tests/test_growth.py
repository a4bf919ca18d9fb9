"""A model of single columns grows by what predicts rows that it was not fitted to."""

import numpy as np
import pytest
from scipy.special import expit

from skembed import _growth, _mixed_model
from skembed._encoding import Encoded
from skembed._folds import deal_into_folds
from skembed._growth import grow_model
from skembed._likelihood import BERNOULLI, NORMAL
from skembed._pairs import Pair
from skembed._sample import make_sample, merge_equal_rows
from skembed._terms import learn_term
from skembed.datasets import make_effects

N_LEVELS = (100, 60)  # with too many crosses for a term of them
FEW_LEVELS = (50, 30)
N_FOLDS = 5


def table(n_samples, **changes):
    """Inputs of two columns, a standardised target, and its expectation."""
    options = {"n_levels": N_LEVELS, "noise": 0.5, "random_state": 0} | changes
    X, y, mean = make_effects(n_samples, return_mean=True, **options)
    codes = np.column_stack([X[name].str[1:].astype(int) for name in ("a", "b")])
    quantities = X.drop(columns=["a", "b"]).to_numpy().reshape(n_samples, -1)
    center, unit = y.mean(), y.std()
    inputs = Encoded(codes.astype(np.int32), quantities)
    return inputs, ((y - center) / unit).to_numpy(), (mean - center) / unit


def grown(inputs, target, weight=None, n_levels=N_LEVELS):
    sample = make_sample(inputs, target[:, np.newaxis], weight)
    rng = np.random.default_rng(0)
    folds = deal_into_folds(merge_equal_rows(sample), N_FOLDS, rng)
    return grow_model([folds], [n + 1 for n in n_levels], NORMAL, rng).model


def predict(model, inputs):
    return model.predict(model.mixed.locate(inputs))


def error(model, inputs, truth):
    return np.mean((predict(model, inputs) - truth) ** 2)


def test_vectors_are_better_than_a_cross(monkeypatch):
    inputs, target, mean = table(4000, n_levels=FEW_LEVELS, interaction_scale=1.5)
    training, later = slice(0, 2500), slice(2500, None)
    read = inputs.take(training), target[training]
    best = grown(*read, n_levels=FEW_LEVELS)
    assert best.factors
    monkeypatch.setattr(_growth, "find_pairs", lambda *_: [])
    crossed = grown(*read, n_levels=FEW_LEVELS)
    assert any(len(term.columns) == 2 for term in crossed.mixed.terms)
    later = inputs.take(later), mean[later]
    assert error(best, *later) < 0.5 * error(crossed, *later)


def test_slopes_and_interactions_can_be_had_together():
    inputs, target, mean = table(
        4000,
        n_levels=FEW_LEVELS,
        interaction_scale=1.0,
        n_quantities=1,
        slope_scale=1.0,
    )
    training, later = slice(0, 2500), slice(2500, None)
    model = grown(inputs.take(training), target[training], n_levels=FEW_LEVELS)
    found = {(term.columns, term.quantity) for term in model.mixed.terms}
    assert ((0,), 0) in found
    assert [factors.columns for factors in model.factors] == [(0, 1)]
    assert error(model, inputs.take(later), mean[later]) < 0.02


def test_vectors_of_nothing_are_not_kept():
    """Where they are looked for, though there is nothing to be found."""
    inputs, target, _ = table(1500, noise=2.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_growth, "find_pairs", lambda *_: [Pair((0, 1), 3)])
        model = grown(inputs, target)
    plain = grown(inputs, target)
    assert not plain.factors
    off = predict(model, inputs) - predict(plain, inputs)
    assert np.sqrt(np.mean(off**2)) < 0.05


@pytest.mark.parametrize("interaction_scale", [0, 1.5])
def test_a_cross_stays_only_if_it_predicts_rows_of_other_folds(
    interaction_scale, monkeypatch
):
    def find_the_cross(inputs, table_rows, *_):
        return [learn_term(inputs, (0, 1), tuple(table_rows))[0]], [1.0]

    monkeypatch.setattr(_growth, "find_terms", find_the_cross)
    monkeypatch.setattr(_growth, "find_pairs", lambda *_: [])
    # variances that cannot shrink leave it to the folds
    monkeypatch.setattr(_mixed_model, "PENALTIES", (1e-4, 1.0))
    inputs, target, _ = table(
        2000, n_levels=(20, 10), interaction_scale=interaction_scale, noise=2.0
    )
    model = grown(inputs, target, n_levels=(20, 10))
    columns = [term.columns for term in model.mixed.terms]
    expected = [(0,), (1,), (0, 1)] if interaction_scale else [(0,), (1,)]
    assert columns == expected


def test_where_nothing_is_to_be_added_variances_are_estimated_to_the_end(monkeypatch):
    monkeypatch.setattr(_growth, "find_terms", lambda *_: ([], []))
    monkeypatch.setattr(_growth, "find_pairs", lambda *_: [])
    inputs, target, _ = table(3000, noise=0.3)
    penalties = []
    for n_rounds in (1, 20):
        monkeypatch.setattr(_growth, "FIRST_ROUNDS", n_rounds)
        penalties.append(grown(inputs, target).mixed.penalties)
    np.testing.assert_allclose(*penalties, rtol=0.01)


def test_pairs_are_looked_for_among_all_observations(monkeypatch):
    totals = []

    def find_pairs(rows, n_columns, residual, weight, rng):
        totals.append((n_columns, weight.sum()))
        return []

    monkeypatch.setattr(_growth, "find_pairs", find_pairs)
    inputs, target, _ = table(200)
    grown(inputs, target, np.full(200, 20.0))
    assert set(totals) == {(2, 4000.0)}


def penalties_of_classes(n_samples, scales, seed, likelihood=BERNOULLI):
    """Those of columns of 10 levels whose effects on log-odds have some scales."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 10, (n_samples, len(scales))).astype(np.int32)
    log_odds = (rng.normal(size=(10, len(scales))) * scales)[
        codes, np.arange(len(scales))
    ].sum(axis=1)
    target = (rng.uniform(size=n_samples) < expit(log_odds)).astype(float)
    sample = make_sample(
        Encoded(codes, np.empty((n_samples, 0))), target[:, None], None
    )
    folds = deal_into_folds(merge_equal_rows(sample), N_FOLDS, rng)
    fitted = grow_model([folds], [11] * len(scales), likelihood, rng)
    return fitted.model.mixed.penalties[: len(scales)]


@pytest.mark.parametrize("seed", range(3))
def test_columns_that_are_alike_share_a_variance(seed):
    assert len(np.unique(penalties_of_classes(500, np.ones(8), seed))) == 1


@pytest.mark.parametrize("seed", range(3))
def test_columns_that_are_not_alike_have_their_own(seed):
    penalties = penalties_of_classes(3_000, np.array([2.0, 0, 0, 0, 0, 0]), seed)
    assert len(np.unique(penalties)) > 1
    assert penalties[0] < 0.1 * penalties[1:].min()


def test_normal_outcomes_have_variances_of_their_own():
    penalties = penalties_of_classes(500, np.ones(4), 0, NORMAL)
    assert len(np.unique(penalties)) == 4
