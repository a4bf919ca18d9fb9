import numpy as np
import pytest
from scipy.stats import ortho_group

from skembed import _axes
from skembed._axes import principal_axes

SEEDS = pytest.mark.parametrize("seed", range(3))


def drawn(seed, n_dims=4, n_levels=60):
    """Vectors whose dimensions are of different lengths, not centred, and effects."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(1, 2.0 ** -np.arange(n_dims), (n_levels, n_dims))
    return vectors, vectors[:, 0] + 0.1 * rng.normal(size=n_levels)


@SEEDS
def test_vectors_are_turned_only(seed):
    vectors, effects = drawn(seed)
    axes = principal_axes(vectors, effects)
    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-12)


@SEEDS
def test_axes_are_in_the_order_of_their_spread_and_uncorrelated(seed):
    vectors, effects = drawn(seed)
    covariance = np.cov((vectors @ principal_axes(vectors, effects)).T)
    spread = np.diag(covariance)
    assert (np.diff(spread) < 0).all()
    np.testing.assert_allclose(covariance, np.diag(spread), atol=1e-12)


@SEEDS
def test_any_basis_gives_the_same_coordinates(seed):
    vectors, effects = drawn(seed)
    turned = vectors @ ortho_group.rvs(4, random_state=seed)
    one, other = (x @ principal_axes(x, effects) for x in (vectors, turned))
    np.testing.assert_allclose(one, other, atol=1e-10)


@SEEDS
def test_the_first_axis_rises_with_the_effects(seed):
    vectors, effects = drawn(seed)
    first = (vectors @ principal_axes(vectors, effects))[:, 0]
    assert np.corrcoef(first, effects)[0, 1] > 0.9
    opposite = (vectors @ principal_axes(vectors, -effects))[:, 0]
    np.testing.assert_allclose(opposite, -first)


@SEEDS
def test_parts_of_the_levels_add_up(seed, monkeypatch):
    vectors, effects = drawn(seed)
    effects = np.roll(effects, 7)  # have nothing to do with vectors: tails decide
    whole = principal_axes(vectors, effects)
    monkeypatch.setattr(_axes, "LEVELS_AT_ONCE", 7)
    np.testing.assert_allclose(principal_axes(vectors, effects), whole, atol=1e-12)


@SEEDS
def test_where_effects_start_from_is_of_no_account(seed):
    vectors, effects = drawn(seed)
    axes = [principal_axes(vectors, effects + start) for start in (0, 1000)]
    np.testing.assert_array_equal(*axes)


def test_axes_of_single_precision_vectors_are_of_double_precision():
    vectors, effects = drawn(0)
    axes = principal_axes(vectors.astype(np.float32), effects)
    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-12)


def test_an_axis_without_effects_points_to_its_longer_tail():
    coordinates = np.array([-1.0, -1, -1, 3, 0])
    effects = np.array([1.0, -1, 0, 0, 0])
    for sign in (1, -1):
        found = sign * coordinates[:, np.newaxis]
        axes = principal_axes(found, effects)
        np.testing.assert_allclose(found @ axes, coordinates[:, np.newaxis])


@pytest.mark.parametrize("n_levels", [1, 2])
def test_few_levels_have_axes_too(n_levels):
    vectors, effects = drawn(0, n_levels=n_levels)
    axes = principal_axes(vectors, effects)
    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-12)
