"""Which columns interact, against singular values of a table made by hand."""

import numpy as np
import pytest
from scipy import sparse

from skembed import _pairs
from skembed._encoding import Encoded
from skembed._mixed_model import fit_mixed_model
from skembed._pairs import (
    MAX_DIMS,
    MORE_DIMS,
    PRIOR_ROWS,
    Pair,
    decompose,
    find_cells,
    find_pairs,
    singular_vectors,
)
from skembed._ramps import learn_ramps
from skembed._sample import make_sample
from skembed._terms import learn_term
from skembed.datasets import make_effects

SEEDS = pytest.mark.parametrize("seed", range(3))
N_LEVELS = (150, 40)


def left_over(inputs, target):
    """Where rows are in a mixed model of single columns, and what it leaves over."""
    target = (target - target.mean()) / target.std()
    sample = make_sample(inputs, target[:, np.newaxis], None)
    n_codes = inputs.codes.max(axis=0) + 2
    terms = [
        learn_term(inputs, (column,), (int(n_rows),))[0]
        for column, n_rows in enumerate(n_codes)
    ]
    ramps = learn_ramps(inputs.quantities, sample.weight)
    model = fit_mixed_model(ramps, terms, sample, 4)
    rows = model.locate(inputs)
    return rows, target - model.predict(rows)


def table(seed, scale=1.0, latent_dim=2, n_samples=8000, n_levels=N_LEVELS, zipf=0.0):
    X, y = make_effects(
        n_samples,
        n_levels=n_levels,
        interaction_scale=scale,
        latent_dim=latent_dim,
        zipf=zipf,
        random_state=seed,
    )
    codes = np.column_stack([X[name].str[1:].astype(int) for name in X])
    inputs = Encoded(codes.astype(np.int32), np.zeros((n_samples, 0)))
    return left_over(inputs, y.to_numpy())


def found_in(rows, residual, weight=None):
    weight = np.ones(len(residual)) if weight is None else weight
    rng = np.random.default_rng(1000)  # others than the tables are drawn by
    return find_pairs(rows, rows.cells.shape[1], residual, weight, rng)


def vectors_of(rows, residual, n_dims=2, weight=None):
    weight = np.ones(len(residual)) if weight is None else weight
    cells = find_cells(rows, (0, 1), weight)
    return singular_vectors(cells, residual, n_dims)


def test_few_observations_are_not_asked():
    few = table(0, scale=4.0, latent_dim=1, n_samples=99, n_levels=(6, 5))
    assert found_in(*few) == []
    assert found_in(*few, weight=np.full(99, 2.0)) != []
    assert found_in(*table(0, 4.0, 1, n_samples=100, n_levels=(6, 5))) != []


@pytest.mark.parametrize("latent_dim", [0, 1, 2])
def test_as_many_dimensions_are_found_as_there_are_and_some_more(latent_dim):
    """Noise exceeds the largest of its like, and hides what is small, now and then."""
    n_wrong = 0
    for seed in range(8):
        found = found_in(*table(seed, float(latent_dim > 0), max(latent_dim, 1)))
        expected = [Pair((0, 1), latent_dim + MORE_DIMS)] if latent_dim else []
        n_wrong += found != expected
    assert n_wrong <= 1


@SEEDS
def test_rare_levels_do_not_hide_what_frequent_ones_share(seed):
    """Most levels have a row or two, which meet one another by chance."""
    n_levels = 2000, 2000
    found = found_in(*table(seed, 1.5, n_samples=10_000, n_levels=n_levels, zipf=1.2))
    assert [pair.columns for pair in found] == [(0, 1)]


def test_each_pair_of_columns_is_looked_at():
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 20, (4000, 3)).astype(np.int32)
    first, third = rng.normal(size=(2, 20))
    target = first[codes[:, 0]] * third[codes[:, 2]] + rng.normal(0, 0.3, 4000)
    found = found_in(*left_over(Encoded(codes, np.zeros((4000, 0))), target))
    # noise of uneven size may pass for structure, now and then
    assert (0, 2) in {pair.columns for pair in found}
    assert len(found) <= 2


@pytest.mark.slow
def test_find_pairs_finds_none_among_many_columns_of_noise():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        codes = rng.integers(0, 6, (500, 40)).astype(np.int32)
        read = Encoded(codes, np.zeros((500, 0))), rng.normal(size=500)
        assert found_in(*left_over(*read)) == []


def test_find_pairs_finds_an_interaction_among_many_columns_of_noise():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 6, (1000, 40)).astype(np.int32)
    first, second = rng.normal(size=(2, 6))
    target = first[codes[:, 3]] * second[codes[:, 8]] + rng.normal(size=1000)
    found = found_in(*left_over(Encoded(codes, np.zeros((1000, 0))), target))
    assert [pair.columns for pair in found] == [(3, 8)]


@pytest.mark.parametrize(("n_levels", "n_pairs"), [(2, 0), (3, 1)])
def test_columns_of_very_few_levels_are_left_to_crosses(n_levels, n_pairs):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, [30, n_levels], (4000, 2)).astype(np.int32)
    effects = rng.normal(size=(30, n_levels))
    target = effects[codes[:, 0], codes[:, 1]] + rng.normal(0, 0.1, 4000)
    rows, residual = left_over(Encoded(codes, np.zeros((4000, 0))), target)
    assert len(found_in(rows, residual)) == n_pairs


@pytest.mark.parametrize("n_levels", [N_LEVELS, (90, 80)])
def test_a_residual_of_zero_has_no_pairs(n_levels):
    rows, residual = table(0, n_samples=1000, n_levels=n_levels)
    assert found_in(rows, np.zeros_like(residual)) == []


def naive_table(rows, residual, weight):
    """Sums of residuals by two levels, and how often each level counts."""
    sums = np.zeros((N_LEVELS[0] + 1, N_LEVELS[1] + 1))
    sizes = [np.zeros(n) for n in sums.shape]
    for (first, second), r, w in zip(rows.cells, residual, weight, strict=True):
        sums[first, second] += w * r
        sizes[0][first] += w
        sizes[1][second] += w
    return sums, sizes


@SEEDS
def test_cells_are_what_rows_meet(seed):
    rows, residual = table(seed, n_samples=1500)
    weight = np.random.default_rng(seed).integers(1, 4, 1500).astype(float)
    cells = find_cells(rows, (0, 1), weight)
    sums, sizes = naive_table(rows, residual, weight)
    np.testing.assert_allclose(cells.table(cells.sums(residual)).toarray(), sums)
    for found, expected in zip(cells.sizes, sizes, strict=True):
        np.testing.assert_allclose(found, expected)
    of_row = np.column_stack([codes[cells.of_row] for codes in cells.codes])
    np.testing.assert_array_equal(of_row, rows.cells)
    roots = [np.sqrt(size + PRIOR_ROWS) for size in sizes]
    scaled = sums / roots[0][:, np.newaxis] / roots[1]
    np.testing.assert_allclose(cells.scaled_sums(residual), scaled)


@SEEDS
def test_vectors_are_singular_vectors_over_the_root_of_the_rows(seed):
    rows, residual = table(seed, n_samples=3000)
    weight = np.random.default_rng(seed).integers(1, 4, 3000).astype(float)
    found = vectors_of(rows, residual, 3, weight)
    sums, sizes = naive_table(rows, residual, weight)
    roots = [np.sqrt(size + PRIOR_ROWS) for size in sizes]
    u, *_ = np.linalg.svd(sums / np.outer(*roots))
    expected = u[:, :3] / roots[0][:, np.newaxis]
    expected /= np.sqrt(np.average(expected**2, axis=0, weights=sizes[0]))
    expected *= np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found, expected, atol=1e-8)


@SEEDS
def test_a_weight_counts_as_repeated_rows_do(seed):
    rows, residual = table(seed, n_samples=2000)
    weight = np.random.default_rng(seed).integers(1, 4, 2000)
    again = np.repeat(np.arange(2000), weight)
    weighted = vectors_of(rows, residual, weight=weight.astype(float))
    repeated = vectors_of(rows.take(again), residual[again])
    np.testing.assert_allclose(weighted @ weighted.T, repeated @ repeated.T, atol=1e-8)


def test_levels_without_rows_are_zero():
    rows, residual = table(0)
    rows.cells[rows.cells[:, 0] == 7, 0] = 8
    left = vectors_of(rows, residual)
    np.testing.assert_allclose(left[[7, -1]], 0, atol=1e-12)
    assert (np.abs(left[[6, 8]]).max(axis=1) > 1e-3).all()


@SEEDS
def test_levels_without_rows_are_zero_in_dimensions_that_are_not_there(seed):
    """A table of three levels has three, and vectors may be longer."""
    rows, residual = table(seed, n_samples=500, n_levels=(3, 9))
    left = vectors_of(rows, residual, 4)
    assert (left[-1] == 0).all()
    assert (np.abs(left[:-1, :3]).max(axis=0) > 0.1).all()


@SEEDS
def test_a_matrix_is_decomposed_alike_as_a_whole_and_in_part(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    strong = rng.normal(size=(90, 4)) @ rng.normal(size=(4, 70))
    matrix = sparse.csr_matrix(strong + rng.normal(size=(90, 70)))
    products = []
    for small in (64, 1000):
        monkeypatch.setattr(_pairs, "SMALL", small)
        left, values, right = decompose(matrix, 4)
        assert (np.diff(values) < 0).all()
        products.append(left * values @ right.T)
    np.testing.assert_allclose(*products, atol=1e-8)


@pytest.mark.parametrize("shape", [(3, 90), (90, 3), (5, 5)])
def test_a_small_matrix_has_as_many_dimensions_as_it_can(shape):
    matrix = sparse.csr_matrix(np.random.default_rng(0).normal(size=shape))
    left, values, right = decompose(matrix, MAX_DIMS)
    np.testing.assert_allclose(left * values @ right.T, matrix.toarray(), atol=1e-10)
    assert len(values) == min(shape)


@pytest.mark.parametrize("unit", [1e-200, 1e100])
def test_a_large_matrix_may_have_any_unit(unit):
    matrix = sparse.csr_matrix(np.random.default_rng(0).normal(size=(90, 70)))
    left, values, right = decompose(matrix, 4)
    found = decompose(unit * matrix, 4)
    np.testing.assert_allclose(found[1], unit * values)
    np.testing.assert_allclose(found[0] @ found[2].T, left @ right.T, atol=1e-8)


def test_a_large_matrix_may_be_zero():
    matrix = sparse.csr_matrix((90, 70))
    found = decompose(matrix, 4)
    assert [part.shape for part in found] == [(90, 4), (4,), (70, 4)]
    assert not any(part.any() for part in found)


def test_rows_of_a_large_matrix_may_sum_to_zero():
    """As those of two columns that matter only together."""
    signs = np.outer((-1.0) ** np.arange(90), (-1.0) ** np.arange(70))
    left, values, right = decompose(sparse.csr_matrix(signs), 2)
    np.testing.assert_allclose(values, [np.sqrt(90 * 70), 0], atol=1e-10)
    np.testing.assert_allclose(left * values @ right.T, signs, atol=1e-10)
