"""Axes that vectors of levels are shown in, whatever basis they were learned in."""

from __future__ import annotations

import numpy as np

from skembed._parts import parts_of

LEVELS_AT_ONCE = 16_384
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
    mean = vectors.mean(axis=0, dtype=np.float64)
    parts = parts_of(len(vectors), LEVELS_AT_ONCE)
    centered = (vectors[part] - mean for part in parts)
    squares, axes = np.linalg.eigh(sum(part.T @ part for part in centered))
    squares, axes = squares[::-1], axes[:, ::-1]
    rising = effects - effects.mean()
    products, cubes = np.zeros((2, len(mean)))
    for part in parts:
        coordinates = (vectors[part] - mean) @ axes
        products += rising[part] @ coordinates
        cubes += (coordinates * coordinates * coordinates).sum(axis=0)  # **3 is slow
    lengths = np.sqrt(np.maximum(squares, 0)) * np.linalg.norm(rising)
    decisive = np.where(np.abs(products) < SURE * lengths, cubes, products)
    return axes * np.where(decisive < 0, -1.0, 1.0)
