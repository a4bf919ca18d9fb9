"""Questions about the levels of a column: which are alike, and how much."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances

from skembed._nearest import nearest_points
from skembed._spelling import close_spellings
from skembed._vocabulary import Vocabulary
from skembed.exceptions import UnknownLevelError

METRICS = ("euclidean", "cosine", "effect")
ROWS_AT_A_TIME = 4_096  # that fit into a processor's cache


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

    def position(self, token: Hashable) -> int:
        """Return where a level stands; raise an error if ``fit`` has not seen it."""
        position = self.vocabulary.position(token)
        if position is None:
            raise _unknown(token, self.vocabulary)
        return position

    def distances_from(self, point: np.ndarray) -> np.ndarray:
        """Return the distance of every level from a point, in one pass over them."""
        n_levels, n_dims = self.points.shape
        point = point.astype(self.points.dtype)
        squares = np.empty(n_levels, dtype=point.dtype)
        work = np.empty((min(n_levels, ROWS_AT_A_TIME), n_dims), dtype=point.dtype)
        ones = np.ones(n_dims, dtype=point.dtype)
        for start in range(0, n_levels, ROWS_AT_A_TIME):
            part = self.points[start : start + ROWS_AT_A_TIME]
            difference = np.subtract(part, point, out=work[: len(part)])
            np.square(difference, out=difference)
            np.matmul(difference, ones, out=squares[start : start + len(part)])
        return self._distances(squares)

    def distances_of(self, token: Hashable) -> np.ndarray:
        """Return the distance of every level from one of them."""
        return self.distances_from(self.points[self.position(token)])

    def neighbors(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions and distances of each level's `k` nearest others."""
        places, distances = nearest_points(self.points, k)
        return places, self._distances(distances**2)

    def distances_among(self, places: np.ndarray) -> np.ndarray:
        """Return the distances of some levels from one another."""
        points = self.points[places].astype(np.float64)
        return self._distances(pairwise_distances(points) ** 2)

    def _distances(self, squares: np.ndarray) -> np.ndarray:
        return squares / 2 if self.metric == "cosine" else np.sqrt(squares)

    def table(self, distances: np.ndarray, places: np.ndarray) -> pd.DataFrame:
        """Show some levels with their distances and counts."""
        columns = {
            "distance": distances[places],
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


def nearest(distances: np.ndarray, k: int) -> np.ndarray:
    """Return the positions of the `k` smallest distances, equal ones in order."""
    k = min(k, len(distances))
    if k == 0:
        return np.empty(0, dtype=np.intp)
    near = np.flatnonzero(distances <= np.partition(distances, k - 1)[k - 1])
    return near[np.argsort(distances[near], kind="stable")][:k]


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
    signs = [1.0] * len(positive) + [-1.0] * len(negative)
    points, places = [], []
    for item in [*positive, *negative]:
        if isinstance(item, np.ndarray | list | tuple):
            points.append(_free_point(space, item))
        else:
            places.append(space.position(item))
            points.append(space.points[places[-1]])
    if not points:
        raise ValueError("positive and negative are both empty: name a level.")
    total = np.asarray(signs) @ np.asarray(points, dtype=np.float64)
    if space.metric == "cosine":
        return _directions(total[:-1]), places
    if sum(signs) <= 0:
        raise ValueError(
            f"{len(positive)} positive and {len(negative)} negative levels have no "
            "mixture that is a point: name more positive than negative ones, or ask "
            "for metric='cosine'."
        )
    return total / sum(signs), places


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
            f"numbers; got {vector!r}."
        )
    return _directions(point) if space.metric == "cosine" else point


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


def _unknown(token: Hashable, vocabulary: Vocabulary) -> UnknownLevelError:
    return UnknownLevelError(
        f"{token!r} is not a level of column {vocabulary.name!r} that fit has seen"
        f"{close_spellings(token, vocabulary.levels.tolist())} "
        "The levels are in categories_."
    )
