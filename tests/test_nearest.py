import numpy as np
import pytest

from skembed import _nearest
from skembed._nearest import MAX_TREE_DIMS, nearest_points

DIMS = [1, 2, MAX_TREE_DIMS, MAX_TREE_DIMS + 1, 32]


def naive(points, k):
    """Every distance, sorted; equal ones in the order of the points."""
    points = points.astype(np.float64)
    neighbors, distances = [], []
    for i, point in enumerate(points):
        distance = np.sqrt(((points - point) ** 2).sum(axis=1))
        distance[i] = np.inf
        nearest = np.argsort(distance, kind="stable")[:k]
        neighbors.append(nearest)
        distances.append(distance[nearest])
    return np.array(neighbors), np.array(distances)


@pytest.mark.parametrize("n_dims", DIMS)
@pytest.mark.parametrize(("n_points", "k"), [(2, 1), (30, 29), (700, 1), (700, 10)])
def test_the_nearest_points_are_found(n_points, k, n_dims):
    points = np.random.default_rng(n_dims).normal(size=(n_points, n_dims))
    neighbors, distances = nearest_points(points, k)
    expected = naive(points, k)
    np.testing.assert_array_equal(neighbors, expected[0])
    np.testing.assert_allclose(distances, expected[1], rtol=1e-12)


@pytest.mark.parametrize("n_dims", DIMS)
def test_equal_points_are_at_no_distance(n_dims):
    points = np.random.default_rng(0).normal(size=(100, n_dims)).repeat(5, axis=0)
    neighbors, distances = nearest_points(points, 4)
    assert (distances == 0).all()
    assert (neighbors // 5 == np.arange(500)[:, np.newaxis] // 5).all()
    assert (neighbors != np.arange(500)[:, np.newaxis]).all()


@pytest.mark.parametrize("n_dims", [2, 20])
@pytest.mark.parametrize("n_copies", [2, 40])
@pytest.mark.parametrize("k", [1, 5, 60])
def test_equal_points_come_in_order_as_ones_own_and_as_neighbors(n_dims, n_copies, k):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(61, n_dims))
    points = np.concatenate([points, points[[7, 30]].repeat(n_copies, axis=0)])
    points = points[rng.permutation(len(points))]
    neighbors, distances = nearest_points(points, k)
    expected = naive(points, k)
    np.testing.assert_array_equal(neighbors, expected[0])
    np.testing.assert_allclose(distances, expected[1], rtol=1e-12)


def test_many_equal_points_are_searched_for_once(monkeypatch):
    searched = []
    search = _nearest._search
    monkeypatch.setattr(
        _nearest, "_search", lambda p, k: searched.append(len(p)) or search(p, k)
    )
    points = np.random.default_rng(0).normal(size=(90, 40))[np.arange(2000) % 90]
    nearest_points(points, 10)
    assert searched == [90]


@pytest.mark.parametrize("n_dims", [2, 20])
def test_no_point_is_its_own_neighbor_where_all_are_equal(n_dims):
    neighbors, distances = nearest_points(np.ones((40, n_dims)), 3)
    assert (distances == 0).all()
    assert (neighbors != np.arange(40)[:, np.newaxis]).all()


@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_rounding_to_32_bits_hides_no_neighbor(offset):
    """Points that are close together, far from others and from zero."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(20, 16)).repeat(30, axis=0)
    points = offset + centers + 1e-4 * rng.normal(size=(600, 16))
    neighbors, _ = nearest_points(points, 10)
    np.testing.assert_array_equal(neighbors, naive(points, 10)[0])


def test_blocks_of_any_size_give_the_same(monkeypatch):
    points = np.random.default_rng(0).normal(size=(500, 12))
    whole = nearest_points(points, 7)
    monkeypatch.setattr(_nearest, "MOST_PRODUCTS", 500 * 13)
    for part, expected in zip(nearest_points(points, 7), whole, strict=True):
        np.testing.assert_array_equal(part, expected)


def test_points_of_single_precision_are_measured_in_double():
    points = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    distances = nearest_points(points, 2)[1]
    assert distances.dtype == np.float64
    np.testing.assert_allclose(distances, naive(points, 2)[1], rtol=1e-12)
