"""The vectors of levels that users see: effects first, then how levels interact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import orthogonal_procrustes

from skembed._members import Member
from skembed._mixed_model import MixedModel


def level_tables(
    model: MixedModel,
    table_rows: Sequence[int],
    interactions: Sequence[np.ndarray],
    dims: Sequence[int | None],
) -> tuple[np.ndarray, ...]:
    """Put together what is known of each level.

    The first coordinate of a level is its effect, then come the slopes of quantities
    that its column has, then the vector by which it interacts, all in units of the
    standardised target.

    Parameters
    ----------
    model : MixedModel
        Its first terms are the columns.
    table_rows : sequence of int
        How many codes each categorical column has, that of unseen levels the last.
    interactions : sequence of ndarray of shape (n_codes, n_dims)
        For each column, with or without dimensions.
    dims : sequence of int or None
        Length of each column's vectors: what is longer is cut, what is shorter is
        filled with zeros. None is as long as it comes.

    Returns
    -------
    tuple of ndarray of shape (n_codes, n_dims)
        A table for each column; unseen levels are zero, the mean of all levels that
        there might be.
    """
    tables = []
    for column, n_rows in enumerate(table_rows):
        parts = [
            _on_codes(model.effects(t), term.keys, n_rows)
            for t, term in enumerate(model.terms)
            if term.columns == (column,)
        ]
        table = np.column_stack([*parts, interactions[column]])
        length = dims[column] or table.shape[1]
        padded = np.zeros((n_rows, length))
        padded[:, : table.shape[1]] = table[:, :length]
        tables.append(padded.astype(np.float32))
    return tuple(tables)


def _on_codes(effects: np.ndarray, codes: np.ndarray, n_rows: int) -> np.ndarray:
    """Spread the effects of a column's cells over its codes."""
    spread = np.zeros(n_rows)
    spread[codes] = effects
    return spread


def common_vectors(
    members: Sequence[Member],
    place: int,
    reference: np.ndarray,
    sizes: np.ndarray,
) -> np.ndarray:
    """Average one column's vectors over networks.

    Networks may turn their vectors as they like: each table is turned to lie as close
    to the reference as it can (Schönemann 1966, A Generalized Solution of the
    Orthogonal Procrustes Problem, Psychometrika 31).

    Parameters
    ----------
    members : sequence of Member
        The networks.
    place : int
        Which of their tables.
    reference : ndarray of shape (n_codes, n_dims)
        Vectors in order of importance.
    sizes : ndarray of shape (n_dims,)
        What the standard deviation of each dimension is to mean.

    Returns
    -------
    ndarray of shape (n_codes, n_dims)
        In units of the standardised target.
    """
    turned = []
    for member in members:
        table = member.network.tables[place].astype(np.float64)
        rotation, _ = orthogonal_procrustes(table, reference)
        turned.append(table @ rotation)
    return np.mean(turned, axis=0) * sizes
