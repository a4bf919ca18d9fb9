"""A large matrix from some of its rows and columns, if it is about of low rank.

What a model predicts of a level depends on few numbers that it knows of the level, so
the matrix of predictions of levels by rows of a table has a low rank, or nearly so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SIZES = ((20, 50), (60, 150))  # columns and rows of a skeleton, the smallest first
CHECK_EVERY = 5  # of these rows one is left out to measure the error
TOLERANCE = 0.01  # of the standard deviation within columns
SMALLEST_SINGULAR = 1e-5  # of the largest

Entries = Callable[[np.ndarray, np.ndarray], np.ndarray]


def fill_matrix(entries: Entries, n_rows: int, n_columns: int) -> np.ndarray:
    """Compute a matrix, by a skeleton [1]_ if that is cheaper and close enough.

    All other columns are linear combinations of a few, fitted by least squares on some
    rows. Rows that were left out measure the error; if it is too large for every
    skeleton, all entries are computed.

    Parameters
    ----------
    entries : callable
        ``entries(rows, columns)`` returns an array of shape (len(rows), len(columns),
        n_outputs).
    n_rows, n_columns : int
        Size of the matrix.

    Returns
    -------
    ndarray of shape (n_rows, n_columns, n_outputs)
        The matrix of each output.

    References
    ----------
    .. [1] Goreinov, S. A., Tyrtyshnikov, E. E. & Zamarashkin, N. L. (1997). A Theory of
       Pseudoskeleton Approximations. Linear Algebra and its Applications 261.
    """
    all_rows, all_columns = np.arange(n_rows), np.arange(n_columns)
    for n_kept_columns, n_kept_rows in SIZES:
        cost = n_rows * n_kept_columns + n_kept_rows * n_columns
        if 2 * cost > n_rows * n_columns:
            break
        columns = _equal_steps(n_columns, n_kept_columns)
        kept = entries(_equal_steps(n_rows, n_kept_rows), all_columns)
        combinations = [_combinations(of_output, columns) for of_output in kept.T]
        if all(combination is not None for combination in combinations):
            some = entries(all_rows, columns)
            return np.einsum("rko,ock->rco", some, np.array(combinations))
    return entries(all_rows, all_columns)


def _equal_steps(n: int, n_kept: int) -> np.ndarray:
    """Return positions of as many out of `n`, at equal steps."""
    return ((np.arange(n_kept) + 0.5) / n_kept * n).astype(np.intp)


def _combinations(transposed: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
    """Fit all columns by some of them; None if the rows left out are not close.

    Parameters
    ----------
    transposed : ndarray of shape (n_columns, n_kept_rows)
        Some rows of the matrix.
    columns : ndarray of int
        Which columns to combine.

    Returns
    -------
    ndarray of shape (n_columns, len(columns)) or None
        The coefficients of each column.
    """
    is_check = np.arange(transposed.shape[1]) % CHECK_EVERY == CHECK_EVERY // 2
    fitted, checked = transposed[:, ~is_check], transposed[:, is_check]
    inverse = np.linalg.pinv(fitted[columns], rcond=SMALLEST_SINGULAR)
    combinations = fitted @ inverse
    error = np.sqrt(np.mean((combinations @ checked[columns] - checked) ** 2))
    within = np.sqrt(np.mean(transposed.var(axis=1)))
    return combinations if error <= TOLERANCE * within else None
