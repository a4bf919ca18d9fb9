"""Questions about the levels of a column: which are alike, and how much."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics.pairwise import euclidean_distances

from skembed._nearest import nearest_points
from skembed._spelling import close_spellings
from skembed._vocabulary import Vocabulary
from skembed.exceptions import UnknownLevelError

METRICS = ("euclidean", "cosine", "effect")
NUMBERS_AT_A_TIME = 2**17  # that fit into a processor's cache
GROUP = 1_024  # distances of which the smallest is looked at first
VECTOR_HINT = " A vector is passed as an array of numbers: np.array([...])."


@dataclass(frozen=True, eq=False)
class Space:
    """The levels of a column as points.

    Attributes
    ----------
    vocabulary : Vocabulary
        The levels.
    points : ndarray of shape (n_levels, n_dims)
        Their vectors; for the cosine the directions of these.
    metric : {"euclidean", "cosine", "effect"}
        The distance of two points, or half its square for the cosine.
    """

    vocabulary: Vocabulary
    points: np.ndarray
    metric: str

    def index(self, places: np.ndarray) -> pd.Index:
        """Return some of the levels."""
        return pd.Index(self.vocabulary.levels[places], name=self.vocabulary.name)

    def position(self, token: Hashable, hint: str = "") -> int:
        """Return where a level stands; raise an error if ``fit`` has not seen it."""
        position = self.vocabulary.position(token)
        if position is None:
            raise _unknown(token, self.vocabulary, hint)
        return position

    def squares_from(self, point: np.ndarray) -> np.ndarray:
        """Return the squared distance of every level from a point, in one pass.

        They have the precision of the points, and are ranked as distances are.
        """
        n_levels, n_dims = self.points.shape
        n_rows = min(n_levels, max(NUMBERS_AT_A_TIME // n_dims, 1))
        # as long as a block: a point that is broadcast is subtracted row by row
        tiled = np.tile(point.astype(self.points.dtype), (n_rows, 1))
        squares = np.empty(n_levels, dtype=tiled.dtype)
        work, ones = np.empty_like(tiled), np.ones(n_dims, dtype=tiled.dtype)
        for start in range(0, n_levels, n_rows):
            part = self.points[start : start + n_rows]
            difference = np.subtract(part, tiled[: len(part)], out=work[: len(part)])
            np.square(difference, out=difference)
            np.matmul(difference, ones, out=squares[start : start + len(part)])
        return squares

    def neighbors(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions and distances of each level's `k` nearest others."""
        places, distances = nearest_points(self.points, k)
        return places, self.distances(distances**2)

    def distances_among(self, places: np.ndarray) -> np.ndarray:
        """Return the symmetric matrix of distances between some levels.

        Levels that share a vector, such as a level named twice, have a distance of 0.
        """
        if not len(places):
            return np.empty((0, 0))
        _, first, place = np.unique(
            self.vocabulary.rows[places], return_index=True, return_inverse=True
        )
        points = self.points[places[first]].astype(np.float64)
        points -= points.mean(axis=0)  # products of short vectors round less
        squares = euclidean_distances(points, squared=True)
        squares = (squares + squares.T) / 2  # a matrix product rounds each half its way
        np.fill_diagonal(squares, 0)
        return self.distances(squares)[place[:, np.newaxis], place]

    def distances(self, squares: np.ndarray) -> np.ndarray:
        """Return distances, in double precision, of their squares."""
        squares = squares.astype(np.float64)
        return squares / 2 if self.metric == "cosine" else np.sqrt(squares)

    def table(self, squares: np.ndarray, places: np.ndarray) -> pd.DataFrame:
        """Show some levels with their distances and counts."""
        columns = {
            "distance": self.distances(squares[places]),
            "count": self.vocabulary.counts[places],
        }
        return pd.DataFrame(columns, index=self.index(places))


def make_space(vocabulary: Vocabulary, vectors: np.ndarray, metric: str) -> Space:
    """Return the levels of a column as points of a metric."""
    points = _directions(vectors) if metric == "cosine" else vectors
    return Space(vocabulary, points, metric)


def _directions(vectors: np.ndarray) -> np.ndarray:
    """Divide vectors by their length; those of none have a direction of their own."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    is_zero = length == 0
    return np.concatenate([vectors / np.where(is_zero, 1, length), is_zero], axis=-1)


def nearest(distances: np.ndarray, k: int, first: int | None = None) -> np.ndarray:
    """Find the `k` smallest distances.

    Parameters
    ----------
    distances : ndarray of shape (n_levels,)
        Or their squares.
    k : int
        How many; no more are found than there are.
    first : int, default=None
        The position of a smallest distance that goes before its equals.

    Returns
    -------
    ndarray of shape (k,)
        Their positions, equal distances in order.
    """
    k = min(k, len(distances))
    if k == 0:
        return np.empty(0, dtype=np.intp)
    starts = np.arange(0, len(distances), GROUP)
    # of k groups, the smallest are k distances: none of the k nearest is larger
    some = np.minimum.reduceat(distances, starts) if len(starts) >= k else distances
    near = np.flatnonzero(distances <= np.partition(some, k - 1)[k - 1])
    near = near[np.argsort(distances[near], kind="stable")]
    if first is not None:
        near = np.append(first, near[near != first])
    return near[:k]


def mixture(
    space: Space, positive: Sequence[Any], negative: Sequence[Any]
) -> tuple[np.ndarray, list[int]]:
    """Add up the points of levels, and take others away.

    For the cosine, lengths are of no account, and any sum has a direction. Else the
    sum is divided by its number of terms, those taken away counted as negative, which
    makes it a point that does not depend on where zero is.

    Parameters
    ----------
    space : Space
        The levels.
    positive, negative : sequence of hashable or array-like of shape (n_dims,)
        Levels, or vectors of a point of its own.

    Returns
    -------
    point : ndarray of shape (n_dims,)
        The mixture.
    places : list of int
        Of the levels that were mixed.
    """
    if not positive and not negative:
        missing = " ([None] is that of missing values)"
        raise ValueError(
            "positive and negative are both empty: name a level"
            f"{missing if space.vocabulary.has_missing else ''}."
        )
    points, places = [], []
    for item in [*positive, *negative]:
        if pd.api.types.is_list_like(item):
            points.append(_free_point(space, item))
        else:
            hint = VECTOR_HINT if isinstance(item, float | np.floating) else ""
            places.append(space.position(item, hint))
            points.append(space.points[places[-1]])
    signs = np.repeat([1.0, -1.0], [len(positive), len(negative)])
    total = signs @ np.asarray(points, dtype=np.float64)
    if space.metric == "cosine":
        return _direction_of_sum(total), places
    return _mean(total, len(positive), len(negative)), places


def _direction_of_sum(total: np.ndarray) -> np.ndarray:
    if np.allclose(total, 0):
        raise ValueError(
            "The directions of what was named cancel each other, and metric='cosine' "
            "compares directions: name others, or ask for metric='euclidean'."
        )
    return _directions(total[:-1])


def _mean(total: np.ndarray, n_positive: int, n_negative: int) -> np.ndarray:
    if n_positive <= n_negative:
        raise ValueError(
            f"{n_positive} positive and {n_negative} negative levels have no "
            "mixture that is a point: name more positive than negative ones, or ask "
            "for metric='cosine'."
        )
    return total / (n_positive - n_negative)


def _free_point(space: Space, vector: Any) -> np.ndarray:
    if space.metric == "effect":
        raise ValueError(
            "metric='effect' compares predictions, which a vector has none of: name "
            "levels, or ask for metric='euclidean'."
        )
    try:
        point = np.asarray(vector, dtype=np.float64)
    except (TypeError, ValueError):
        point = np.empty(0)
    n_dims = space.points.shape[1] - (space.metric == "cosine")
    if point.shape != (n_dims,) or not np.isfinite(point).all():
        raise ValueError(
            f"A vector of column {space.vocabulary.name!r} has {n_dims} finite "
            f"numbers; got {vector!r}. Levels that are numbers go into a list."
        )
    if space.metric != "cosine":
        return point
    if not point.any():
        raise ValueError(
            "A vector of zeros has no direction, and metric='cosine' compares "
            "directions: ask for metric='euclidean'."
        )
    return _directions(point)


def neighbors_of_all(space: Space, k: int) -> pd.DataFrame:
    """Return the `k` nearest levels of each level, a row for each pair."""
    n_levels = len(space.points)
    k = min(k, n_levels - 1)
    places, distances = space.neighbors(k) if k else (np.empty(0, dtype=np.intp),) * 2
    levels, found = space.vocabulary.levels, places.ravel()
    return pd.DataFrame(
        {
            "level": np.repeat(levels, k),
            "neighbor": levels[found],
            "distance": distances.ravel(),
            "count": space.vocabulary.counts[found],
        }
    )


def _unknown(
    token: Hashable, vocabulary: Vocabulary, hint: str = ""
) -> UnknownLevelError:
    what = f"{token!r} is not a level of column {vocabulary.name!r}"
    if pd.api.types.is_scalar(token) and pd.isna(token):
        return UnknownLevelError(f"{what}: fit saw no missing values in it.")
    return UnknownLevelError(
        f"{what} that fit has seen{close_spellings(token, vocabulary.levels.tolist())} "
        f"The levels are in categories_.{hint}"
    )
