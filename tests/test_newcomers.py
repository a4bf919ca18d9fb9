"""Levels that are yet to come are predicted without their column where that is better.

The tables are Mundlak's (1978, On the Pooling of Time Series and Cross Section Data,
Econometrica 46): what a quantity tells within a level differs from what its mean tells
of the level.
"""

import numpy as np
import pandas as pd
import pytest

from skembed import EmbeddingRegressor, _newcomers
from skembed._encoding import Encoded
from skembed._mixed_model import fit_mixed_model
from skembed._newcomers import drop_column, is_better_without, without_column
from skembed._ramps import learn_ramps
from skembed._sample import make_sample, merge_equal_inputs
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(3))
N_LEVELS = 80


def table(seed, within=1.0, among=-1.0, n_levels=N_LEVELS, per_level=15):
    """A level's rows, another column, a quantity; and the expectation of the target."""
    rng = np.random.default_rng(seed)
    level = np.repeat(np.arange(n_levels), per_level)
    center = rng.normal(size=n_levels)[level]
    x = center + rng.normal(size=len(level))
    other = rng.integers(0, 4, len(level))
    mean = within * (x - center) + among * center + other / 2
    mean += rng.normal(0, 0.3, n_levels)[level]
    return np.column_stack([level, other]), x, mean


def problem(seed, n_levels=N_LEVELS, **slopes):
    codes, x, mean = table(seed, n_levels=n_levels, **slopes)
    target = mean + np.random.default_rng(seed + 100).normal(0, 0.5, len(x))
    target = (target - target.mean()) / target.std()
    inputs = Encoded(codes.astype(np.int32), x[:, np.newaxis])
    sample = make_sample(inputs, target[:, np.newaxis], None)
    ramps = learn_ramps(inputs.quantities, sample.weight)
    terms = [
        learn_term(inputs, columns, rows)[0]
        for columns, rows in [((0,), (n_levels + 1,)), ((1,), (5,))]
    ]
    return fit_mixed_model(ramps, terms, sample, 8), sample


def is_better(model, sample, column=0, n_folds=5, seed=0):
    return is_better_without(
        model, sample, column, n_folds, np.random.default_rng(seed)
    )


@SEEDS
def test_where_slopes_within_levels_mislead_they_do_better_without(seed):
    assert is_better(*problem(seed))


@SEEDS
def test_where_columns_add_up_they_do_not(seed):
    assert not is_better(*problem(seed, within=1.0, among=1.0))


@SEEDS
def test_of_a_column_that_misleads_nothing_the_answer_is_no(seed):
    assert not is_better(*problem(seed), column=1, n_folds=2)


@pytest.mark.parametrize(("n_levels", "expected"), [(9, False), (10, True)])
def test_few_levels_cannot_tell(n_levels, expected, monkeypatch):
    monkeypatch.setattr(_newcomers, "SURE", 0)
    model, sample = problem(0, n_levels=n_levels, among=-3.0)
    assert is_better(model, sample) == expected


def test_a_seed_deals_the_levels(monkeypatch):
    """All rows of a level are in one fold, and folds have as many levels each."""
    dealt = []

    def seen(model, folds, codes):
        dealt.append(folds)
        return np.ones(N_LEVELS)

    monkeypatch.setattr(_newcomers, "_losses_of_levels", seen)
    model, sample = problem(0)
    for seed in (0, 0, 1):
        assert not is_better(model, sample, seed=seed)
    first, _, same, _, other, _ = (folds.of_row for folds in dealt)
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()
    level = sample.inputs.codes[:, 0]
    pairs = set(zip(level.tolist(), first.tolist(), strict=True))
    assert len(pairs) == N_LEVELS
    sizes = np.bincount([fold for _, fold in pairs])
    assert sizes.tolist() == [N_LEVELS // 5] * 5


def test_crosses_of_the_column_go_with_it(monkeypatch):
    fitted = []

    def fit(ramps, terms, sample, n_rounds, start, likelihood):
        fitted.append([term.columns for term in terms])
        # the penalties to start from are those of what stays
        n_lines = len(ramps.blocks)
        stays = model.penalties[[*range(n_lines), n_lines + 1, n_lines + 3]]
        np.testing.assert_array_equal(start, stays)
        return fit_mixed_model(ramps, terms, sample, n_rounds, start, likelihood)

    model, sample = problem(0)
    crossed = learn_term(sample.inputs, (0, 1), (N_LEVELS + 1, 5))[0]
    slope = learn_term(sample.inputs, (1,), (5,), 0)[0]
    terms = [*model.terms, crossed, slope]
    model = fit_mixed_model(model.ramps, terms, sample, 4)
    monkeypatch.setattr(_newcomers, "fit_mixed_model", fit)
    assert is_better(model, sample)
    assert fitted == [[(1,), (1,)]]


def test_counts_are_as_good_as_repeated_rows():
    model, sample = problem(0)
    assert is_better(model, merge_equal_inputs(sample)) == is_better(model, sample)


def test_a_column_is_dropped():
    _, sample = problem(0)
    rest = without_column(sample, 0)
    np.testing.assert_array_equal(rest.inputs.codes, sample.inputs.codes[:, 1:])
    np.testing.assert_array_equal(rest.inputs.quantities, sample.inputs.quantities)
    np.testing.assert_array_equal(rest.target, sample.target)
    same = drop_column(sample.inputs, 0)
    np.testing.assert_array_equal(same.codes, rest.inputs.codes)


# -- as a whole ------------------------------------------------------------------------


def frames(seed, **slopes):
    """Rows of levels to learn from, and rows of levels that are yet to come."""
    codes, x, mean = table(seed, n_levels=2 * N_LEVELS, **slopes)
    X = pd.DataFrame(
        {"id": [f"i{c}" for c in codes[:, 0]], "kind": codes[:, 1], "x": x}
    )
    y = mean + np.random.default_rng(seed).normal(0, 0.5, len(x))
    known = codes[:, 0] < N_LEVELS
    return X[known], y[known], X[~known], mean[~known]


def fitted(X, y, n_networks=0, **changes):
    options = {"n_networks": n_networks, "hidden_units": (8,), "random_state": 0}
    return EmbeddingRegressor(**options | changes).fit(X, y)


@SEEDS
@pytest.mark.filterwarnings("ignore:All levels of column 'id' are unseen")
@pytest.mark.parametrize("n_networks", [0, 2])
def test_new_levels_are_predicted_as_well_as_without_their_column(seed, n_networks):
    X, y, later, mean = frames(seed)
    model = fitted(X, y, n_networks)
    without = fitted(X[["kind", "x"]], y, n_networks)
    error = np.mean((model.predict(later) - mean) ** 2)
    expected = np.mean((without.predict(later[["kind", "x"]]) - mean) ** 2)
    assert error < 1.05 * expected
    # far better than by the slope within levels
    core = model._model.core
    naive = core.model.predict(core.model.mixed.locate(encoded(model, later)))
    naive = model._model.scale.restore(naive[:, np.newaxis])
    assert error < 0.7 * np.mean((np.ravel(naive) - mean) ** 2)


def encoded(model, X):
    return model._model.encoding.encode(model._read(X), "average")


def test_only_rows_of_new_levels_of_the_column_are_predicted_without_it():
    X, y, later, _ = frames(0)
    model = fitted(X, y)
    newcomers = model._model.core.newcomers
    assert newcomers.column == 0
    assert newcomers.blend.newcomers is None
    assert len(newcomers.blend.tables) == 1
    other = X[:40].assign(kind=99)
    core = model._model.core
    for rows in (X[:40], other):
        inputs = encoded(model, rows)
        expected = core.model.predict(core.model.mixed.locate(inputs))
        np.testing.assert_array_equal(core.forward(inputs)[:, 0], expected)
    mixed = pd.concat([X[:5], later[:5], X[5:10]])
    inputs = encoded(model, mixed)
    by_hand = core.model.predict(core.model.mixed.locate(inputs))
    new = slice(5, 10)
    by_hand[new] = newcomers.blend.forward(drop_column(inputs.take(new), 0))[:, 0]
    np.testing.assert_allclose(core.forward(inputs)[:, 0], by_hand)


def test_the_columns_that_stay_keep_the_length_of_their_vectors():
    X, y, *_ = frames(0)
    core = fitted(X, y, embedding_dim={"id": 3, "kind": 2})._model.core
    assert [vectors.shape[1] for vectors in core.tables] == [3, 2]
    assert [vectors.shape[1] for vectors in core.newcomers.blend.tables] == [2]


@SEEDS
def test_where_columns_add_up_there_is_no_second_model(seed):
    X, y, *_ = frames(seed, within=1.0, among=1.0)
    assert fitted(X, y)._model.core.newcomers is None
