"""Vectors of levels from what a mixed model leaves over: how levels interact.

Two levels are alike if they meet the other columns' levels, and quantities, with like
residuals. The singular vectors of the table of these residual sums, levels by
everything else, are where networks start from: at random vectors an interaction has no
gradient.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from skembed._encoding import Encoded
from skembed._ramps import within_reach

MAX_DIMS = 8
PRIOR_ROWS = 2.0  # shrinks the vectors of rare levels
MARGIN = 1.05  # over the largest singular value of noise
N_NULLS = 2
SMALL = 64  # rows or columns of a matrix that is decomposed whole


def count_dimensions(
    inputs: Encoded,
    table_rows: Sequence[int],
    quantities: Sequence[int],
    residual: np.ndarray,
    weight: np.ndarray,
    rng: np.random.Generator,
) -> list[int]:
    """Say how many dimensions each column has that are more than noise.

    A dimension counts if its singular value exceeds the largest that residuals of
    random signs have: parallel analysis (Horn 1965, A Rationale and Test for the Number
    of Factors in Factor Analysis, Psychometrika 30).

    Parameters
    ----------
    inputs : Encoded
        The rows.
    table_rows : sequence of int
        How many codes each column has.
    quantities : sequence of int
        Which of the quantities count as something that levels meet.
    residual : ndarray of shape (n_rows,)
        What a mixed model leaves over.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    rng : numpy.random.Generator
        Draws the signs.

    Returns
    -------
    list of int
        For each column.
    """
    contexts = _Contexts(inputs, table_rows, quantities, weight)
    n_dims = []
    for j in range(len(table_rows)):
        found = 0
        if min(contexts.shape(j)) > 2:
            _, values = _decompose(contexts.matrix(j, residual), MAX_DIMS)
            signs = rng.choice([-1.0, 1.0], (N_NULLS, len(residual)))
            nulls = [_decompose(contexts.matrix(j, s * residual), 1)[1] for s in signs]
            found = int((values > MARGIN * np.max(nulls)).sum())
        n_dims.append(found)
    return n_dims


def interaction_vectors(
    inputs: Encoded,
    table_rows: Sequence[int],
    quantities: Sequence[int],
    residual: np.ndarray,
    weight: np.ndarray,
    n_dims: Sequence[int],
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return vectors for the levels of every column.

    Parameters
    ----------
    inputs, table_rows, quantities, residual, weight
        See `count_dimensions`.
    n_dims : sequence of int
        Length of each column's vectors.

    Returns
    -------
    vectors : list of ndarray of shape (n_codes, n_dims)
        Each dimension has a weighted mean square of 1; zero for levels without rows.
    sizes : list of ndarray of shape (n_dims,)
        The singular values: about the standard deviation of each dimension's part of
        the target.
    """
    contexts = _Contexts(inputs, table_rows, quantities, weight)
    vectors, sizes = [], []
    for j, dims in enumerate(n_dims):
        left, values = np.zeros((table_rows[j], 0)), np.zeros(0)
        if dims:
            left, values = _decompose(contexts.matrix(j, residual), dims)
        raw = left / np.sqrt(contexts.sizes[j] + PRIOR_ROWS)[:, np.newaxis]
        power = contexts.sizes[j] @ raw**2 / weight.sum()
        vectors.append(raw / np.sqrt(np.maximum(power, 1e-300)))
        sizes.append(values)
    return vectors, sizes


class _Contexts:
    """Everything that the levels of a column meet: other levels, and quantities."""

    def __init__(
        self,
        inputs: Encoded,
        table_rows: Sequence[int],
        quantities: Sequence[int],
        weight: np.ndarray,
    ) -> None:
        n_rows = len(inputs)
        starts = np.arange(n_rows + 1)
        self._weight = weight
        self._levels = [
            sparse.csr_matrix((np.ones(n_rows), codes, starts), shape=(n_rows, n))
            for codes, n in zip(inputs.codes.T, table_rows, strict=True)
        ]
        self._quantities = sparse.csr_matrix(
            within_reach(inputs.quantities[:, list(quantities)])
        )
        self.sizes = [level.T @ weight for level in self._levels]

    def shape(self, column: int) -> tuple[int, int]:
        """Rows and columns of `matrix`."""
        return self._levels[column].shape[1], self._context(column).shape[1]

    def matrix(self, column: int, residual: np.ndarray) -> sparse.csr_matrix:
        """Return sums of residuals, over the root of what they would be of noise."""
        context = self._context(column)
        scaled = context.multiply((self._weight * residual)[:, np.newaxis]).tocsr()
        sums = self._levels[column].T @ scaled
        power = context.multiply(context).T @ self._weight
        left = sparse.diags_array(1 / np.sqrt(self.sizes[column] + PRIOR_ROWS))
        right = sparse.diags_array(1 / np.sqrt(power + PRIOR_ROWS))
        return (left @ sums @ right).tocsr()

    def _context(self, column: int) -> sparse.csr_matrix:
        others = [z for j, z in enumerate(self._levels) if j != column]
        return sparse.hstack([*others, self._quantities]).tocsr()


def _decompose(matrix: sparse.csr_matrix, n_dims: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the left singular vectors and the values, largest first."""
    if min(matrix.shape) <= max(SMALL, n_dims + 1):
        left, values, _ = np.linalg.svd(matrix.toarray(), full_matrices=False)
    else:
        start = np.ones(min(matrix.shape))
        left, values, _ = svds(matrix, k=n_dims, v0=start)
        left, values = left[:, ::-1], values[::-1]
    left, values = left[:, :n_dims], values[:n_dims]
    # the sign of a singular vector is of no account: make the largest entry positive
    largest = np.take_along_axis(left, np.abs(left).argmax(axis=0)[np.newaxis], axis=0)
    return left * np.where(largest < 0, -1.0, 1.0), values
