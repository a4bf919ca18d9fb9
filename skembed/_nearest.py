"""The nearest levels of every level, without a table of levels by levels."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

MAX_TREE_DIMS = 10  # in more, a tree visits most points
MOST_PRODUCTS = 2**25  # held at a time
MOST_ROWS = 256
GROUP = 64
ROUNDING = 1e-6  # of 32-bit products, over the largest squared length


def nearest_points(points: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the `k` nearest points of each point, itself left out.

    In few dimensions a tree finds them, in many a search block by block. Points
    that are equal, as of rare levels that share a vector, are searched for once.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_dims)
        In any order.
    k : int
        Less than `n_points`.

    Returns
    -------
    neighbors : ndarray of shape (n_points, k) and dtype int
        Nearest first; where distances are equal, in the order of the points, but all
        that are equal to one another together.
    distances : ndarray of shape (n_points, k)
        To them.
    """
    points = points.astype(np.float64, copy=False)
    first, place = _distinct(points)
    if len(first) == len(points):
        return _search(points, k)
    n_others = min(k, len(first) - 1)
    found = _search(points[first], n_others)
    members, distances = _members_of_nearest(place, *found, k + 1)
    members, distances = members[place], distances[place]
    kept = _others(members)
    return members[kept].reshape(-1, k), distances[kept].reshape(-1, k)


def _distinct(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each distinct point is first met, and of each point which it is."""
    _, first, place = np.unique(points, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return first[order], np.argsort(order)[place.ravel()]


def _members_of_nearest(
    place: np.ndarray, neighbors: np.ndarray, distances: np.ndarray, n_wanted: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return of each distinct point the first points equal to it, then to neighbors."""
    groups = np.column_stack([np.arange(len(neighbors)), neighbors])
    distances = np.column_stack([np.zeros(len(neighbors)), distances])
    by_group, sizes = np.argsort(place, kind="stable"), np.bincount(place)
    ends, wanted = np.cumsum(sizes[groups], axis=1), np.arange(n_wanted)
    which = (ends[:, :, np.newaxis] <= wanted).sum(axis=1)
    group = np.take_along_axis(groups, which, axis=1)
    # counted from the end of a group, among a row's groups and among all
    before_end = np.take_along_axis(ends, which, axis=1) - wanted
    members = by_group[np.cumsum(sizes)[group] - before_end]
    return members, np.take_along_axis(distances, which, axis=1)


def _others(found: np.ndarray) -> np.ndarray:
    """Mark all but the point itself, or the last where it was not found."""
    kept = found != np.arange(len(found))[:, np.newaxis]
    kept[kept.all(axis=1), -1] = False
    return kept


def _search(points: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the `k` nearest of points that are distinct."""
    if k == 0:
        return np.empty((len(points), 0), dtype=np.intp), np.empty((len(points), 0))
    if points.shape[1] <= MAX_TREE_DIMS:
        return _by_tree(points, k)
    blocks = _Blocks(points, k)
    n_rows = max(min(MOST_PRODUCTS // len(points), MOST_ROWS), 1)
    found = [
        _nearest_of(points, k, start, *blocks.candidates(start, start + n_rows))
        for start in range(0, len(points), n_rows)
    ]
    neighbors, distances = zip(*found, strict=True)
    return np.concatenate(neighbors), np.concatenate(distances)


def _by_tree(points: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Ask a tree for one more than `k`: points so close that it may leave one out."""
    tree = KDTree(points, balanced_tree=False, compact_nodes=False)
    _, found = tree.query(points, k + 1, workers=-1)
    kept = _others(found)
    rows = np.repeat(np.arange(len(points)), k)
    return _nearest_of(points, k, 0, rows, found[kept])


class _Blocks:
    """A search for what may be near enough, by 32-bit matrix products.

    Points are dealt into groups. A row's products with all points are read once, to
    find the largest of each group; only groups whose largest is among the best are
    looked into.
    """

    def __init__(self, points: np.ndarray, k: int) -> None:
        n_points, n_dims = points.shape
        centered = points - points.mean(axis=0)
        half = np.einsum("ij,ij->i", centered, centered) / 2
        self._k = k
        self._size = int(np.clip(n_points // (4 * (k + 1)), 1, GROUP))
        self._n_groups = -(-n_points // self._size)
        # a product with (point, 1) is larger the nearer a point is; padding is far
        self._points = np.zeros(
            (self._size * self._n_groups, n_dims + 1), dtype=np.float32
        )
        self._points[:, -1] = np.finfo(np.float32).min / 2
        self._points[:n_points, :-1] = centered
        self._points[:n_points, -1] = -half
        self._margin = np.float32(2 * ROUNDING * half.max())
        self._n_points = n_points

    def candidates(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs of points, of which the first is from `start` to `stop`."""
        own = self._points[start : min(stop, self._n_points)].copy()
        own[:, -1] = 1
        products = own @ self._points.T
        groups = products.reshape(len(own), self._size, self._n_groups)
        best = groups.max(axis=1)
        # the point itself is among the k + 1 best
        kth = self._n_groups - self._k - 1
        enough = np.partition(best, kth, axis=1)[:, kth] - self._margin
        rows, found = np.nonzero(best >= enough[:, np.newaxis])
        pair, place = np.nonzero(groups[rows, :, found] >= enough[rows, np.newaxis])
        rows, others = rows[pair] + start, place * self._n_groups + found[pair]
        kept = rows != others
        return rows[kept], others[kept]


def _nearest_of(
    points: np.ndarray, k: int, start: int, rows: np.ndarray, others: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Measure pairs of points exactly, and keep the nearest `k` of each first one."""
    difference = points[rows] - points[others]
    squares = np.einsum("ij,ij->i", difference, difference)
    order = np.lexsort((others, squares, rows))
    rows, others, squares = rows[order], others[order], squares[order]
    first = np.searchsorted(rows, np.arange(start, rows[-1] + 1))
    nearest = first[:, np.newaxis] + np.arange(k)
    return others[nearest], np.sqrt(squares[nearest])
