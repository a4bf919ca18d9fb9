"""Levels by fits without a fold, on the axes of the whole fit."""

from dataclasses import replace

import numpy as np
import pytest

from skembed import (
    EmbeddingClassifier,
    EmbeddingRegressor,
    _leave_fold_out,
    _mixed_model,
)
from skembed._columns import read_columns
from skembed._cross_encoding import (
    _vectors_without_folds,
    tables_without_folds,
    whole_tables,
)
from skembed._cross_fitting import CrossFitted
from skembed._folds import group_by_fold, with_folds
from skembed._level_means import shrunken_means
from skembed._sample import make_sample
from skembed.datasets import make_classes, make_effects

N_FOLDS = 3
KINDS = {
    "effects": {"n_levels": (30, 20)},
    "products": {"n_levels": (30, 20), "interaction_scale": 1.0},
    "slopes": {"n_levels": (30, 20), "n_quantities": 1, "slope_scale": 1.0},
    "crosses": {"n_levels": (12, 3), "interaction_scale": 2.0, "noise": 0.3},
    "both": {
        "n_levels": (30, 20),
        "n_quantities": 1,
        "slope_scale": 1.0,
        "interaction_scale": 1.0,
    },
}


class Case:
    """A fitted model, its rows, and folds of them."""

    def __init__(self, estimator, X, y, seed=0):
        rng = np.random.default_rng(seed)
        self.of_row = rng.permutation(len(X)) % N_FOLDS
        model = estimator.fit(X, y)._model
        self.core, self.scale = model.core, model.scale
        inputs = model.encoding.encode(read_columns(X), "average")
        classes = getattr(estimator, "classes_", None)
        y = np.asarray(y)
        target = y if classes is None else (y[:, np.newaxis] == classes) * 1.0
        if classes is not None and len(classes) == 2:
            target = target[:, 1]
        target = np.asarray(target, dtype=float).reshape(len(X), -1)
        self.sample = make_sample(inputs, target.copy(), None)

    @property
    def folds(self):
        standard = self.sample.standardized(self.scale)
        inputs = with_folds(standard.inputs, self.of_row)
        return group_by_fold(replace(standard, inputs=inputs), N_FOLDS)

    def tables(self):
        return tables_without_folds(self.core, self.folds, self.scale)


def regression(kind, n_samples=1_000, **parameters):
    X, y = make_effects(n_samples, **KINDS[kind], random_state=0)
    model = EmbeddingRegressor(n_networks=0, random_state=0, **parameters)
    return Case(model, X, y)


def classification(n_classes):
    X, y = make_classes(1_000, n_classes=n_classes, **KINDS["products"], random_state=0)
    return Case(EmbeddingClassifier(n_networks=0, random_state=0), X, y)


@pytest.fixture(scope="module", params=KINDS)
def numbers(request):
    return regression(request.param)


@pytest.fixture(scope="module", params=[*KINDS, 2, 3])
def case(request):
    if isinstance(request.param, int):
        return classification(request.param)
    return regression(request.param)


def test_the_kinds_have_what_they_are_called():
    models = {kind: regression(kind).core.model for kind in KINDS}
    added = {kind: len(m.mixed.terms) - 2 for kind, m in models.items()}
    assert added["slopes"] > 0
    assert added["crosses"] > 0 or models["crosses"].factors
    assert models["products"].factors
    assert not models["effects"].factors


def in_another_basis(factors, rng):
    """The same products by other vectors."""
    n_dims = factors.left.shape[1]
    matrix = rng.normal(size=(n_dims, n_dims)) + 2 * np.eye(n_dims)
    inverse = np.linalg.inv(matrix)
    return replace(factors, left=factors.left @ matrix, right=factors.right @ inverse.T)


def known_fits(case, models):
    """What it would be if the fits without a fold were known."""
    folds, whole = case.folds, case.core.model
    rows = whole.mixed.locate(folds.sample.inputs)
    coefficients = np.column_stack([m.mixed.coefficients for m in models])
    factors = tuple(m.factors for m in models)
    return CrossFitted(whole, folds, rows, coefficients, factors)


def test_a_fit_that_predicts_the_same_has_the_same_vectors(numbers):
    model = numbers.core.model
    rng = np.random.default_rng(0)
    turned = tuple(in_another_basis(f, rng) for f in model.factors)
    fitted = known_fits(numbers, [model, replace(model, factors=turned), model])
    for column, table in enumerate(numbers.core.tables):
        for found in _vectors_without_folds([fitted], column, table):
            np.testing.assert_allclose(found, table, atol=2e-3 * np.abs(table).max())


def test_twice_the_effect_is_twice_the_vector():
    case = regression("effects")
    model = case.core.model
    mixed = model.mixed
    doubled = replace(mixed, coefficients=2 * mixed.coefficients)
    fitted = known_fits(case, [replace(model, mixed=doubled)] * N_FOLDS)
    for column, table in enumerate(case.core.tables):
        for found in _vectors_without_folds([fitted], column, table):
            np.testing.assert_allclose(found, 2 * table, rtol=1e-4, atol=1e-6)


def test_without_a_fold_vectors_are_close_to_those_of_the_whole_fit(case):
    n_outputs = case.core.n_outputs
    for tables in case.tables():
        for found, whole in zip(tables, case.core.tables, strict=True):
            first = found[:, n_outputs]
            assert np.corrcoef(first, whole[:, 0])[0, 1] > 0.9
            assert found.shape[1] == n_outputs + whole.shape[1]


def test_outcomes_of_a_fold_do_not_matter_to_its_tables(case):
    before = case.tables()
    own = case.of_row == 1
    case.sample.target[own] = case.sample.target[own][::-1]
    after = case.tables()
    case.sample.target[own] = case.sample.target[own][::-1]
    for one, other in zip(before[1], after[1], strict=True):
        scale = np.abs(one).max()
        np.testing.assert_allclose(one, other, atol=1e-2 * scale)
    changes = [np.abs(a - b).max() for a, b in zip(before[0], after[0], strict=True)]
    assert max(changes) > 0.05


def test_equations_are_solved_as_far_as_it_takes_to_forget_a_fold(case, monkeypatch):
    """The search starts from the fit that has seen it."""
    found = case.tables()
    monkeypatch.setattr(_mixed_model, "TOLERANCE", 1e-10)
    monkeypatch.setattr(_leave_fold_out, "STEPS_WITHOUT_FOLD", 12)
    for tables, exact in zip(found, case.tables(), strict=True):
        for one, other in zip(tables, exact, strict=True):
            spread = np.maximum(other[:-1].std(axis=0), 1e-9)
            # of a pair of columns the search for vectors is ended early, too
            assert (np.abs(one - other) / spread).mean() < 0.02


@pytest.mark.parametrize("embedding_dim", [1, 2, 9])
def test_vectors_that_were_cut_or_filled_are_cut_or_filled_alike(embedding_dim):
    full = regression("both").tables()
    cut = regression("both", embedding_dim=embedding_dim).tables()
    for whole, short in zip(full, cut, strict=True):
        for one, other in zip(whole, short, strict=True):
            n_kept = min(one.shape[1], other.shape[1])
            assert other.shape[1] == 1 + embedding_dim
            scale = np.abs(one).max()
            kept = one[:, :n_kept], other[:, :n_kept]
            np.testing.assert_allclose(*kept, atol=1e-2 * scale)
            assert (other[:, one.shape[1] :] == 0).all()


def test_fewer_levels_than_dimensions():
    """As many axes as levels differ by, each found in every fit."""
    X, y = make_effects(
        600, n_levels=(2, 30), interaction_scale=1.0, noise=0.3, random_state=0
    )
    case = Case(EmbeddingRegressor(embedding_dim=4, random_state=0), X, y)
    whole = case.core.tables[0]
    for found, *_ in case.tables():
        np.testing.assert_allclose(found[:2, 1], whole[:2, 0], atol=0.2)
        np.testing.assert_allclose(found[:2, 1:], whole[:2], atol=0.2)


def test_a_level_of_one_fold_only_is_an_average_level_there(case):
    n_outputs = case.core.n_outputs
    level = case.sample.inputs.codes[0, 0]
    own = case.sample.inputs.codes[:, 0] == level
    earlier = case.of_row.copy()
    case.of_row[own] = 0
    tables = case.tables()
    case.of_row[:] = earlier
    found = tables[0][0][level]
    np.testing.assert_allclose(found[n_outputs:], 0, atol=1e-12)
    np.testing.assert_array_equal(found[:n_outputs], tables[0][0][-1, :n_outputs])
    assert np.abs(tables[1][0][level, n_outputs:]).max() > 0.01


def test_means_are_those_of_predictions_by_effects(case):
    weight = np.random.default_rng(0).integers(1, 4, len(case.of_row)).astype(float)
    sample, codes = replace(case.sample, weight=weight), case.sample.inputs.codes
    said = [
        blend.model.predict(blend.model.mixed.locate(sample.inputs))
        for blend in case.core.blends
    ]
    predicted = np.column_stack(said) * case.scale.scale + case.scale.mean
    tables = whole_tables(case.core, sample, case.scale)
    for column, table in enumerate(tables):
        vectors = case.core.tables[column]
        n_outputs = table.shape[1] - vectors.shape[1]
        np.testing.assert_array_equal(table[:, n_outputs:], vectors)
        for output, of_rows in enumerate(predicted.T):
            expected = shrunken_means(of_rows, codes[:, column], weight, len(table))
            np.testing.assert_allclose(table[:, output], expected)


def test_means_without_a_fold_are_those_of_the_other_rows():
    """Of a fit that predicts the same, so that only the rows differ."""
    case = regression("effects")
    others = case.of_row != 2
    codes = case.sample.inputs.codes[others, 0]
    mixed = case.core.model.mixed
    fold_fit = case.tables()[2][0][:, 0]
    predicted = case.core.model.predict(mixed.locate(case.sample.inputs))[others]
    predicted = predicted * case.scale.scale + case.scale.mean
    expected = np.bincount(codes, predicted) / np.bincount(codes)
    assert np.corrcoef(fold_fit[: len(expected)], expected)[0, 1] > 0.98
