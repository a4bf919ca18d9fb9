import numpy as np
import pytest
from scipy import sparse

from skembed._lines import Lines

SEEDS = pytest.mark.parametrize("seed", range(3))


def generated(seed, n_rows=40):
    """Lines, and what they are entry by entry."""
    rng = np.random.default_rng(seed)
    straight = rng.normal(size=(n_rows, 2))
    hats = rng.normal(size=(n_rows, 7)) * (rng.random((n_rows, 7)) < 0.4)
    sums = rng.integers(0, 2, (7, 3)).astype(float)
    center = rng.normal(size=5)
    lines = Lines(straight, sparse.csr_matrix(hats), sparse.csr_matrix(sums), center)
    return lines, np.hstack([straight, hats @ sums]) - center, rng


@SEEDS
def test_all_entries(seed):
    lines, matrix, _ = generated(seed)
    assert (len(lines), lines.n_columns) == matrix.shape
    np.testing.assert_allclose(lines.toarray(), matrix, atol=1e-12)


@SEEDS
def test_products_are_those_of_the_entries(seed):
    lines, matrix, rng = generated(seed)
    coefficients, values = rng.normal(size=(5, 3)), rng.normal(size=(40, 2))
    products = lines.times(coefficients)
    np.testing.assert_allclose(products, matrix @ coefficients, atol=1e-12)
    sums = lines.transposed_times(values)
    np.testing.assert_allclose(sums, matrix.T @ values, atol=1e-12)
    of_sparse = lines.transposed_times(sparse.csr_matrix(values))
    np.testing.assert_allclose(of_sparse, matrix.T @ values, atol=1e-12)


@SEEDS
def test_columns_by_columns(seed):
    lines, matrix, rng = generated(seed)
    weight = rng.integers(1, 5, 40).astype(float)
    expected = matrix.T @ (weight[:, np.newaxis] * matrix)
    np.testing.assert_allclose(lines.gram(weight), expected, atol=1e-9)


@SEEDS
def test_some_of_the_rows(seed):
    lines, matrix, rng = generated(seed)
    rows = rng.integers(0, 40, 15)
    np.testing.assert_allclose(lines.take(rows).toarray(), matrix[rows], atol=1e-12)
