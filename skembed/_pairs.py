"""Pairs of columns whose levels interact: how many dimensions it takes, and a start.

Two levels are alike if they meet the other column's levels with like residuals. The
singular vectors of the table of these residual sums, one column's levels by the
other's, are where a bilinear model starts from. Rare levels that meet only one another
have large sums by chance. They weigh less, as nodes of few edges do in a graph whose
spectrum is regularised (Chaudhuri, Chung & Tsiatas 2012, Spectral Clustering of Graphs
with General Degrees in the Extended Planted Partition Model, COLT, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb, log

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from skembed._grouping import number_keys
from skembed._terms import Located

MAX_DIMS = 8
PRIOR_ROWS = 30.0  # of each level: rare ones would hide what frequent ones share
MARGIN = 1.05  # over the largest singular value of noise
FEW_TESTS = 5  # pairs of columns for which this margin is enough
MORE_DIMS = 2  # than stand out by themselves: a model shrinks those that are not there
N_NULLS = 2
SMALL = 64  # rows or columns of a matrix that is decomposed whole
LEAST_OBSERVATIONS = 100  # fewer tell nothing of products, and take long to say so
FEWEST_LEVELS = 3  # of a column that has dimensions beside its effects


@dataclass(frozen=True)
class Pair:
    """Two columns that interact.

    Attributes
    ----------
    columns : tuple of two int
        Positions of the categorical columns.
    n_dims : int
        Length of the vectors whose products tell how they interact.
    """

    columns: tuple[int, int]
    n_dims: int


@dataclass(frozen=True, eq=False)
class Cells:
    """Which levels of two columns meet, and how often.

    Attributes
    ----------
    shape : tuple of two int
        How many levels the columns have, one more for those that were not learned.
    codes : tuple of two ndarray of shape (n_cells,)
        The levels that meet in each cell.
    of_row : ndarray of shape (n_rows,)
        The cell of each row.
    weight : ndarray of shape (n_cells,)
        How often each cell counts.
    row_weight : ndarray of shape (n_rows,)
        How often each row counts.
    """

    shape: tuple[int, int]
    codes: tuple[np.ndarray, np.ndarray]
    of_row: np.ndarray
    weight: np.ndarray
    row_weight: np.ndarray

    @property
    def sizes(self) -> list[np.ndarray]:
        """How often each level of the two columns counts."""
        pairs = zip(self.codes, self.shape, strict=True)
        return [np.bincount(codes, self.weight, n) for codes, n in pairs]

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Add up a value of each row, as often as it counts, over each cell."""
        return np.bincount(self.of_row, self.row_weight * values, len(self.weight))

    def table(self, values: np.ndarray) -> sparse.csr_matrix:
        """Return a value of each cell as a table of the two columns' levels."""
        return sparse.csr_matrix((values, self.codes), shape=self.shape)

    @cached_property
    def scales(self) -> np.ndarray:
        """The roots of both levels' weights, a prior added, multiplied."""
        left, right = (np.sqrt(size + PRIOR_ROWS) for size in self.sizes)
        return np.asarray(left[self.codes[0]] * right[self.codes[1]])

    def scaled_sums(self, values: np.ndarray) -> np.ndarray | sparse.csr_matrix:
        """Return the table of these sums over `scales`, dense if one side is small."""
        scaled = self.sums(values) / self.scales
        if min(self.shape) > SMALL:
            return self.table(scaled)
        matrix = np.zeros(self.shape)
        matrix[self.codes] = scaled
        return matrix


def find_cells(rows: Located, columns: tuple[int, int], weight: np.ndarray) -> Cells:
    """Find which levels of two columns meet.

    Parameters
    ----------
    rows : Located
        Where the rows are in a model whose first terms are the columns.
    columns : tuple of two int
        Which columns.
    weight : ndarray of shape (n_rows,)
        How often each row counts.

    Returns
    -------
    Cells
        In the order of the first column's levels.
    """
    n_first, n_second = (rows.n_cells[column] + 1 for column in columns)
    first, second = (rows.cells[:, column].astype(np.int64) for column in columns)
    distinct, of_row = number_keys(first * n_second + second, n_first * n_second)
    codes = np.divmod(distinct, n_second)
    counts = np.bincount(of_row, weight)
    return Cells((n_first, n_second), codes, of_row, counts, weight)


def find_pairs(
    rows: Located,
    n_columns: int,
    residual: np.ndarray,
    weight: np.ndarray,
    rng: np.random.Generator,
) -> list[Pair]:
    """Find the pairs of columns whose residuals show more structure than noise.

    A dimension counts if its singular value exceeds the largest that residuals of
    random signs have: parallel analysis [1]_. The threshold rises with the number of
    pairs that are tested; see `_rise`.

    Parameters
    ----------
    rows : Located
        Where the rows are in a model whose first terms are the columns.
    n_columns : int
        How many columns there are.
    residual : ndarray of shape (n_rows,)
        What a mixed model leaves over.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    rng : numpy.random.Generator
        Draws the signs.

    Returns
    -------
    list of Pair
        In the order of the columns; none of fewer than 100 observations.

    References
    ----------
    .. [1] Horn, J. L. (1965). A Rationale and Test for the Number of Factors in Factor
       Analysis. Psychometrika 30.
    """
    if weight.sum() < LEAST_OBSERVATIONS:
        return []
    signs = rng.choice([-1.0, 1.0], (N_NULLS, len(residual)))
    noise = float(((weight * residual) ** 2).sum() / weight.sum())
    columns = [c for c in range(n_columns) if rows.n_cells[c] >= FEWEST_LEVELS]
    found = []
    for pair in combinations(columns, 2):
        cells = find_cells(rows, pair, weight)
        values = singular_values(cells.scaled_sums(residual), MAX_DIMS)
        rise = _rise(cells, noise, comb(len(columns), 2))
        for null in signs * residual:
            largest = singular_values(cells.scaled_sums(null), 1)
            values = values[values > MARGIN * largest + rise]
            if not len(values):
                break
        if n_dims := len(values):
            found.append(Pair(pair, min(n_dims + MORE_DIMS, MAX_DIMS, *cells.shape)))
    return found


def _rise(cells: Cells, noise: float, n_tests: int) -> float:
    """Return by how much the largest of several null singular values exceeds one.

    The square of the largest singular value of an m x n matrix of noise of variance 1
    varies on the scale ``(sqrt(m) + sqrt(n)) (1 / sqrt(m) + 1 / sqrt(n)) ** (1 / 3)``,
    in units of which the density of its upper tail falls as ``exp(-2 / 3 x ** 1.5)``
    [1]_. The largest of k such values therefore is some ``(1.5 log(k)) ** (2 / 3)``
    units above a single one. The margin alone is enough for `FEW_TESTS`, so that k is
    the number of tests beyond these.

    References
    ----------
    .. [1] Johnstone, I. M. (2001). On the Distribution of the Largest Eigenvalue in
       Principal Components Analysis. Annals of Statistics 29, section 1.
    """
    variance = noise * float((cells.weight / cells.scales**2).max())
    m, n = cells.shape
    unit = np.sqrt(variance) / 2 * (1 / np.sqrt(m) + 1 / np.sqrt(n)) ** (1 / 3)
    return float(unit * (1.5 * log(max(n_tests - FEW_TESTS, 1))) ** (2 / 3))


def singular_vectors(cells: Cells, residual: np.ndarray, n_dims: int) -> np.ndarray:
    """Return vectors of the first column's levels that interact as residuals do.

    Parameters
    ----------
    cells : Cells
        Of the two columns.
    residual : ndarray of shape (n_rows,)
        What a mixed model leaves over.
    n_dims : int
        Length of the vectors.

    Returns
    -------
    ndarray of shape (n_levels + 1, n_dims)
        With a weighted mean square of 1; zero for levels without rows.
    """
    sizes = cells.sizes[0]
    left, *_ = decompose(cells.scaled_sums(residual), n_dims)
    left = left / np.sqrt(sizes + PRIOR_ROWS)[:, np.newaxis]
    left[sizes == 0] = 0  # a singular value of zero has any vectors
    power = sizes @ left**2 / sizes.sum()
    return np.asarray(left / np.sqrt(np.maximum(power, 1e-300)))


def singular_values(matrix: np.ndarray | sparse.csr_matrix, n_dims: int) -> np.ndarray:
    """Return the largest singular values of a matrix; see `decompose`."""
    if isinstance(matrix, np.ndarray):
        return np.asarray(np.linalg.svd(matrix, compute_uv=False)[:n_dims])
    return decompose(matrix, n_dims)[1]


def decompose(
    matrix: np.ndarray | sparse.csr_matrix, n_dims: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the leading singular vectors of a matrix.

    Parameters
    ----------
    matrix : ndarray or csr_matrix of shape (n_rows, n_columns)
        May be zero.
    n_dims : int
        How many of them, or as many as there are.

    Returns
    -------
    left, values, right : ndarray
        Of shapes (n_rows, n_dims), (n_dims,) and (n_columns, n_dims), largest first.
    """
    if not isinstance(matrix, np.ndarray):
        if min(matrix.shape) > max(SMALL, n_dims + 1):
            return _decompose_large(matrix, n_dims)
        matrix = matrix.toarray()
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    return left[:, :n_dims], values[:n_dims], right[:n_dims].T


def _decompose_large(
    matrix: sparse.csr_matrix, n_dims: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    largest = np.abs(matrix.data).max(initial=0.0)
    if largest == 0:
        left, right = (np.zeros((n, n_dims)) for n in matrix.shape)
        return left, np.zeros(n_dims), right
    # ones may be orthogonal to every row
    start = np.random.default_rng(0).normal(size=min(matrix.shape))
    left, values, right = svds(matrix / largest, k=n_dims, v0=start)
    return left[:, ::-1], largest * values[::-1], right[::-1].T
