"""The vectors of a blend's levels that users see: how differently levels act."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from skembed._axes import principal_axes
from skembed._bilinear import Bilinear
from skembed._pairs import decompose
from skembed._terms import Located, Term

CROSS_DIMS = 8
LEAST_SPREAD = 0.01  # of an axis, over that of the first one


def level_tables(
    model: Bilinear,
    rows: Located,
    weight: np.ndarray,
    table_rows: Sequence[int],
    dims: Sequence[int | None],
) -> tuple[np.ndarray, ...]:
    """Turn what a model knows of each level into vectors.

    The square of the distance between two levels is the mean square, over the rows, of
    how much the model's prediction changes when one takes the other's place: by its
    effect, its slopes and curves, and how it interacts.

    Parameters
    ----------
    model : Bilinear
        Its first terms are the columns.
    rows : Located
        Where the training rows are in it.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    table_rows : sequence of int
        How many codes each categorical column has, that of unseen levels the last.
    dims : sequence of int or None
        Length of each column's vectors: what is longer is cut, what is shorter is
        filled with zeros. None is as long as it comes.

    Returns
    -------
    tuple of ndarray of shape (n_codes, n_dims)
        A table for each column, on its principal axes, in units of the standardised
        target; unseen levels are zero, the mean of all levels that there might be.
    """
    tables = []
    for column, n_rows in enumerate(table_rows):
        term = model.mixed.terms[column]
        vectors = _on_principal_axes(*coordinates_of(model, rows, column), weight)
        length = dims[column] or vectors.shape[1]
        table = np.zeros((n_rows, length), dtype=np.float32)
        table[term.keys, : vectors.shape[1]] = vectors[:, :length]
        tables.append(table)
    return tuple(tables)


def coordinates_of(
    model: Bilinear, rows: Located, column: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is known of a column's levels, and what it is multiplied by.

    Parameters
    ----------
    model : Bilinear
        Its first terms are the columns.
    rows : Located
        Where the training rows are in it.
    column : int
        Which column.

    Returns
    -------
    coordinates : ndarray of shape (n_levels, n_coordinates)
        The effect first.
    factors : ndarray of shape (n_rows, n_coordinates)
        A row's prediction has the sum of the products of its level's coordinates and
        these.
    """
    n_levels = rows.n_cells[column]
    coordinates, factors = [], []
    for t, term in enumerate(model.mixed.terms):
        if column not in term.columns:
            continue
        if term.is_cross:
            known = _cross_vectors(model, rows, t, column)
        else:
            known = model.mixed.effects(t)[:, np.newaxis], np.ones((len(rows), 1))
        coordinates.append(known[0])
        factors.append(known[1] * rows.multipliers[:, t, np.newaxis])
    for pair in model.factors:
        if column in pair.columns:
            own, other, met = pair.of_column(column)
            coordinates.append(own[:n_levels])
            factors.append(met[rows.cells[:, other]])
    return np.hstack(coordinates), np.hstack(factors)


def _cross_vectors(
    model: Bilinear, rows: Located, t: int, column: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors whose products are about the effects of a cross.

    Effects are a matrix of the column's levels by the cells of what it is crossed with;
    its leading singular vectors, cells weighed by their rows, lose the least.
    """
    term = model.mixed.terms[t]
    own, others = _split_keys(term, column)
    levels = np.searchsorted(model.mixed.terms[column].keys, own)
    distinct, cells = np.unique(others, return_inverse=True)
    known = np.append(cells, len(distinct))  # of cells that were not learned
    of_row = known[rows.cells[:, t]]
    share = np.bincount(of_row, minlength=len(distinct) + 1)[:-1] / len(rows)
    root = np.sqrt(np.maximum(share, 1 / len(rows)))
    matrix = sparse.csr_matrix(
        (model.mixed.effects(t) * root[cells], (levels, cells)),
        shape=(rows.n_cells[column], len(distinct)),
    )
    left, values, right = decompose(matrix, CROSS_DIMS)
    met = np.vstack([right / root[:, np.newaxis], np.zeros((1, len(values)))])
    return left * values, met[of_row]


def _split_keys(term: Term, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each cell's level of a column, and a number for what else it is of."""
    unit = term.pieces.count if term.pieces else 1
    rest, others = np.divmod(term.keys, unit)
    own = rest
    for c, n_rows in zip(term.columns[::-1], term.table_rows[::-1], strict=True):
        rest, code = np.divmod(rest, n_rows)
        if c == column:
            own = code
        else:
            others = others + unit * code
            unit *= n_rows
    return own, others


def _on_principal_axes(
    coordinates: np.ndarray, factors: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Scale coordinates so that distances are those of predictions, and turn them."""
    moments = (factors * weight[:, np.newaxis]).T @ factors / weight.sum()
    squares, axes = np.linalg.eigh(moments)
    vectors = coordinates @ (axes * np.sqrt(np.maximum(squares, 0)))
    vectors = vectors @ principal_axes(vectors, coordinates[:, 0])
    spread = vectors.std(axis=0)
    n_dims = int((spread > LEAST_SPREAD * spread[0]).sum())
    return np.asarray(vectors[:, : max(n_dims, 1)])
