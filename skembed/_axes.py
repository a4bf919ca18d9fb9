"""Axes that vectors of levels are shown in, whatever basis they were learned in."""

from __future__ import annotations

import numpy as np

SURE = 0.3  # correlation with the effects from which an axis follows them


def principal_axes(vectors: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """Return the directions in which vectors differ most, as columns.

    The first two of them are the best flat map of the levels (Hotelling 1933, Analysis
    of a Complex of Statistical Variables into Principal Components, Journal of
    Educational Psychology 24). Each points to where effects rise, or, if it has next to
    nothing to do with them, to its longer tail. Vectors are turned, not shifted: their
    lengths and all distances stay.

    Parameters
    ----------
    vectors : ndarray of shape (n_levels, n_dims)
        Of the levels that were learned.
    effects : ndarray of shape (n_levels,)
        Numbers that decide on signs.

    Returns
    -------
    ndarray of shape (n_dims, n_dims)
        Orthogonal; `vectors` times it are the coordinates on these axes.
    """
    vectors = vectors.astype(np.float64)
    centered = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centered.T @ centered)
    axes = axes[:, ::-1]
    return axes * np.array([_sign(x, effects) for x in (centered @ axes).T])


def _sign(coordinates: np.ndarray, effects: np.ndarray) -> float:
    rising = effects - effects.mean()
    product = coordinates @ rising
    if abs(product) < SURE * np.linalg.norm(coordinates) * np.linalg.norm(rising):
        product = (coordinates**3).sum()
    return -1.0 if product < 0 else 1.0
