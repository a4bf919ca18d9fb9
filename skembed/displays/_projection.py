"""Vectors of levels, flattened so that they can be drawn."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from skembed._checks import check_installed
from skembed.displays._ranges import ALIKE

Projection: TypeAlias = Literal["pca", "tsne", "umap"]

NEIGHBORHOOD = {"tsne": 30, "umap": 15}  # their own defaults, for many levels
FEWEST = 5  # levels whose neighborhoods can be told apart
ROUNDING = 1e-6  # of the first axis


def project(vectors: np.ndarray, projection: Projection, random_state: Any) -> Any:
    """Return a place in the plane for each level.

    Parameters
    ----------
    vectors : ndarray of shape (n_levels, n_dims)
        On their principal axes, as an estimator's `embeddings_` are.
    projection : {"pca", "tsne", "umap"}
        The first two principal axes as they are; or a map that keeps neighborhoods
        and lets go of distances, started from there, unless there is nothing to map.
    random_state : int, RandomState instance or None
        For what is left to chance in UMAP.

    Returns
    -------
    ndarray of shape (n_levels, 2), or (n_levels, 1)
        One coordinate if all vectors lie on a line. Levels that share a vector, such
        as pooled rare ones, have the same place.
    """
    if projection not in get_args(Projection):
        raise ValueError(
            f"projection must be one of {get_args(Projection)}; got {projection!r}"
        )
    vectors = np.asarray(vectors, dtype=np.float64)
    if projection == "pca" or not has_neighborhoods(vectors):
        return vectors[:, :2] if lies_in_plane(vectors) else vectors[:, :1]
    # copies would be neighbors of one another alone, and take minutes to map
    distinct, place = np.unique(vectors, axis=0, return_inverse=True)
    if len(distinct) < FEWEST:
        raise ValueError(
            f"projection={projection!r} shows who is near whom among many, and here "
            f"are {len(distinct)} different vectors: set projection='pca'."
        )
    neighborhood = min(NEIGHBORHOOD[projection], (len(distinct) - 1) // 2)
    mapped = _tsne if projection == "tsne" else _umap
    points = mapped(distinct, _start(distinct), neighborhood, random_state)
    return points[place.ravel()]


def lies_in_plane(vectors: np.ndarray) -> bool:
    """Say whether there is a second axis: vectors may end in zeros, or in rounding."""
    if vectors.shape[1] == 1:
        return False
    first, second = np.ptp(vectors[:, :2], axis=0)
    return bool(second > ROUNDING * first)


def has_neighborhoods(vectors: np.ndarray) -> bool:
    """Say whether vectors differ, and in more than one number.

    Otherwise methods that keep neighborhoods would tear a line, or make much of noise.
    """
    return lies_in_plane(vectors) and bool(np.ptp(vectors[:, 0]) > ALIKE)


def axis_shares(vectors: np.ndarray) -> np.ndarray:
    """Return the share of the variance between levels along each axis."""
    variances = np.asarray(vectors, dtype=np.float64).var(axis=0)
    return np.asarray(variances / max(variances.sum(), np.finfo(float).tiny))


def _start(vectors: np.ndarray) -> np.ndarray:
    """Return the first two axes, the first with a small standard deviation."""
    plane = np.zeros((len(vectors), 2))
    plane[:, : vectors.shape[1]] = vectors[:, :2]
    return np.asarray(plane / max(plane[:, 0].std(), np.finfo(float).tiny))


def _tsne(
    vectors: np.ndarray, start: np.ndarray, neighborhood: int, random_state: Any
) -> np.ndarray:
    from sklearn.manifold import TSNE

    tsne = TSNE(
        perplexity=neighborhood,
        init=(1e-4 * start).astype(np.float32),  # as small as its own start is
        random_state=random_state,
    )
    return np.asarray(tsne.fit_transform(vectors))


def _umap(
    vectors: np.ndarray, start: np.ndarray, neighborhood: int, random_state: Any
) -> np.ndarray:
    check_installed("umap", "projection='umap'", project="umap-learn")
    from umap import UMAP

    umap = UMAP(
        n_neighbors=neighborhood,
        init=start.astype(np.float32),
        random_state=random_state,
        n_jobs=1,  # as it insists where there is a random state
    )
    return np.asarray(umap.fit_transform(vectors))
