from itertools import chain

import numpy as np
import pytest
from scipy import sparse
from scipy.linalg import subspace_angles

from skembed import _interactions
from skembed._encoding import Encoded
from skembed._interactions import (
    MAX_DIMS,
    PRIOR_ROWS,
    _decompose,
    count_dimensions,
    interaction_vectors,
)
from skembed._mixed_model import fit_mixed_model
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._terms import learn_term
from skembed.datasets import make_effects

SEEDS = pytest.mark.parametrize("seed", range(3))
N_LEVELS = (150, 40)


def left_by_columns(inputs, target):
    """What a mixed model of the columns alone leaves over of a standardised target."""
    target = (target - target.mean()) / target.std()
    sample = make_sample(inputs, target[:, np.newaxis], None)
    terms = [
        learn_term(inputs, (column,), (n_rows,))[0]
        for column, n_rows in enumerate(table_rows())
    ]
    ramps = learn_ramps(inputs.quantities, sample.weight)
    model = fit_mixed_model(ramps, terms, sample, 4)
    return target - model.predict(model.locate(inputs))


def table(seed, scale=1.0, latent_dim=2, n_samples=8000):
    """Codes of interacting columns, and what a model of single columns leaves over."""
    X, y = make_effects(
        n_samples,
        n_levels=N_LEVELS,
        interaction_scale=scale,
        latent_dim=latent_dim,
        random_state=seed,
    )
    codes = np.column_stack([X[name].str[1:].astype(int) for name in X])
    inputs = Encoded(codes.astype(np.int32), np.zeros((n_samples, 0)))
    return inputs, left_by_columns(inputs, y.to_numpy())


def true_vectors(seed, latent_dim=2):
    """Drawn as `make_effects` draws them, effects before them; centred."""
    rng = np.random.RandomState(seed)
    for n in N_LEVELS:
        rng.normal(size=n)
    vectors = [rng.normal(size=(n, latent_dim)) for n in N_LEVELS]
    return [table - table.mean(axis=0) for table in vectors]


def table_rows(n_levels=N_LEVELS):
    return [n + 1 for n in n_levels]


def counted(inputs, residual, quantities=(), weight=None, n_levels=N_LEVELS):
    weight = np.ones(len(residual)) if weight is None else weight
    rng = np.random.default_rng(1000)  # others than the tables are drawn by
    read = inputs, table_rows(n_levels), quantities, residual, weight, rng
    return count_dimensions(*read)


def vectors_of(inputs, residual, n_dims=(2, 2), quantities=(), weight=None):
    weight = np.ones(len(residual)) if weight is None else weight
    read = inputs, table_rows(), quantities, residual, weight, n_dims
    return interaction_vectors(*read)


@pytest.mark.parametrize("latent_dim", [0, 1, 2])
def test_as_many_dimensions_are_counted_as_there_are(latent_dim):
    """Noise exceeds the largest of its like, and hides what is small, now and then."""
    n_wrong = 0
    for seed in range(8):
        scale = float(latent_dim > 0)
        n_dims = counted(*table(seed, scale, max(latent_dim, 1)))
        n_wrong += n_dims != [latent_dim, latent_dim]
    assert n_wrong <= 1


@SEEDS
def test_sizes_are_parts_of_the_standard_deviation_of_the_target(seed):
    inputs, residual = table(seed, scale=3.0)
    _, sizes = vectors_of(inputs, residual, counted(inputs, residual))
    for values in sizes:
        assert len(values) == 2
        assert (np.diff(values) < 0).all()
        # noise is a tenth of the residual
        assert (values**2).sum() == pytest.approx(0.9 * residual.var(), rel=0.15)


@SEEDS
def test_vectors_span_the_true_ones(seed):
    """To the uncertainty of about 50 rows for each level of the first column."""
    vectors, _ = vectors_of(*table(seed, scale=2.0))
    for found, truth, n in zip(vectors, true_vectors(seed), N_LEVELS, strict=True):
        correlations = np.cos(subspace_angles(found[:n], truth))
        assert correlations.min() > 0.9


@SEEDS
def test_levels_that_meet_a_quantity_differently_differ(seed):
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.integers(0, n, 8000) for n in N_LEVELS])
    quantities = rng.normal(size=(8000, 3))
    slopes = rng.normal(size=N_LEVELS[0])
    target = rng.normal(size=8000) + slopes[codes[:, 0]] * quantities[:, 1]
    inputs = Encoded(codes, quantities)
    residual = left_by_columns(inputs, target)
    assert counted(inputs, residual, [0, 1])[0] == 1
    sizes, others = (
        vectors_of(inputs, residual, (1, 0), q)[1][0] for q in ([0, 1], [0, 2])
    )
    assert sizes[0] > 2 * others[0]
    (vectors, _), _ = vectors_of(inputs, residual, (1, 0), [0, 1])
    assert abs(np.corrcoef(vectors[:-1, 0], slopes)[0, 1]) > 0.95


def naive_matrix(inputs, residual, weight, column, other, n_levels):
    """Sums of residuals by two levels, over the root of what noise would have."""
    rows, columns = (n_levels[j] + 1 for j in (column, other))
    sums, sizes = np.zeros((rows, columns)), np.zeros(rows)
    powers = np.zeros(columns)
    for codes, r, w in zip(inputs.codes, residual, weight, strict=True):
        sums[codes[column], codes[other]] += w * r
        sizes[codes[column]] += w
        powers[codes[other]] += w
    roots = np.sqrt(sizes + PRIOR_ROWS)[:, np.newaxis] * np.sqrt(powers + PRIOR_ROWS)
    return sums / roots, sizes


@SEEDS
@pytest.mark.parametrize("column", [0, 1])
def test_vectors_are_singular_vectors_over_the_root_of_the_rows(seed, column):
    inputs, residual = table(seed, n_samples=3000)
    weight = np.random.default_rng(seed).integers(1, 4, 3000).astype(float)
    read = inputs, residual, weight, column, 1 - column, N_LEVELS
    matrix, sizes = naive_matrix(*read)
    left, values, _ = np.linalg.svd(matrix, full_matrices=False)
    vectors, values_of = vectors_of(inputs, residual, (3, 3), weight=weight)
    for found, singular in zip(vectors[column].T, left.T[:3], strict=True):
        expected = singular / np.sqrt(sizes + PRIOR_ROWS)
        expected *= np.sign(expected @ found)
        expected /= np.sqrt(np.average(expected**2, weights=sizes))
        np.testing.assert_allclose(found, expected, atol=1e-8)
    np.testing.assert_allclose(values_of[column], values[:3], rtol=1e-8)


@SEEDS
def test_each_dimension_has_a_mean_square_of_one(seed):
    inputs, residual = table(seed)
    tables, _ = vectors_of(inputs, residual, (3, 3))
    for codes, vectors in zip(inputs.codes.T, tables, strict=True):
        np.testing.assert_allclose((vectors[codes] ** 2).mean(axis=0), 1)


@SEEDS
def test_a_weight_counts_as_repeated_rows_do(seed):
    inputs, residual = table(seed, n_samples=2000)
    weight = np.random.default_rng(seed).integers(1, 4, 2000)
    rows = np.repeat(np.arange(2000), weight)
    weighted = vectors_of(inputs, residual, weight=weight.astype(float))
    repeated = vectors_of(inputs.take(rows), residual[rows])
    for first, second in zip(chain(*weighted), chain(*repeated), strict=True):
        np.testing.assert_allclose(first, second, atol=1e-8)


def test_levels_without_rows_are_zero():
    inputs, residual = table(0)
    codes = inputs.codes.copy()
    codes[codes[:, 0] == 7, 0] = 8
    (vectors, _), _ = vectors_of(Encoded(codes, inputs.quantities), residual)
    np.testing.assert_allclose(vectors[[7, -1]], 0, atol=1e-12)
    assert (np.abs(vectors[[6, 8]]).max(axis=1) > 1e-3).all()


def test_a_column_of_no_dimensions_has_empty_vectors():
    vectors, sizes = vectors_of(*table(0), n_dims=(0, 1))
    assert [found.shape for found in vectors] == [(151, 0), (41, 1)]
    assert [found.shape for found in sizes] == [(0,), (1,)]


@SEEDS
def test_a_matrix_is_decomposed_alike_as_a_whole_and_in_part(seed, monkeypatch):
    """Signs among it: the largest entry of each vector is positive."""
    rng = np.random.default_rng(seed)
    strong = rng.normal(size=(90, 4)) @ rng.normal(size=(4, 70))
    matrix = sparse.csr_matrix(strong + rng.normal(size=(90, 70)))
    left, values = _decompose(matrix, 4)
    monkeypatch.setattr(_interactions, "SMALL", 1000)
    whole, all_values = _decompose(matrix, 4)
    np.testing.assert_allclose(values, all_values)
    np.testing.assert_allclose(left, whole, atol=1e-8)
    largest = np.abs(left).argmax(axis=0)
    assert (left[largest, range(4)] > 0).all()
    assert (np.diff(values) < 0).all()


@pytest.mark.parametrize("shape", [(3, 90), (90, 3), (5, 5)])
def test_a_small_matrix_has_as_many_dimensions_as_it_can(shape):
    matrix = sparse.csr_matrix(np.random.default_rng(0).normal(size=shape))
    left, values = _decompose(matrix, MAX_DIMS)
    assert left.shape == (shape[0], min(shape))
    assert len(values) == min(shape)


def test_columns_that_meet_next_to_nothing_are_not_counted():
    codes = np.random.default_rng(0).integers(0, 9, (500, 1))
    inputs = Encoded(codes, np.zeros((500, 0)))
    residual = np.random.default_rng(1).normal(size=500)
    assert counted(inputs, residual, n_levels=(9,)) == [0]


def test_a_residual_of_zero_has_no_dimensions_and_no_vectors():
    inputs, residual = table(0, n_samples=1000)
    assert counted(inputs, np.zeros_like(residual)) == [0, 0]
