"""Places in the plane keep who is near whom, where there is anything to keep."""

import sys
import warnings

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from skembed.displays._projection import project


@pytest.mark.parametrize("projection", ["tsne", "umap"])
def test_what_differs_by_rounding_is_not_projected(projection):
    vectors = np.random.default_rng(0).normal(size=(12, 3))
    line = vectors * (1, 1e-9, 0)
    np.testing.assert_array_equal(project(line, projection, 0), line[:, :1])
    noise = 1e-5 * vectors
    np.testing.assert_array_equal(project(noise, projection, 0), noise[:, :2])


@pytest.fixture
def asked(monkeypatch):
    """What a stand-in for UMAP is asked for, which maps to the first two axes."""
    options_seen = {}

    class UMAP:
        def __init__(self, **options):
            options_seen.update(options)

        def fit_transform(self, vectors):
            return vectors[:, :2]

    monkeypatch.setitem(sys.modules, "umap", type(sys)("umap"))
    sys.modules["umap"].UMAP = UMAP
    return options_seen


def test_umap_keeps_neighborhoods(asked):
    vectors = np.random.default_rng(0).normal(size=(12, 3))
    np.testing.assert_array_equal(project(vectors, "umap", 3), vectors[:, :2])
    assert (asked["n_neighbors"], asked["random_state"]) == (5, 3)
    assert asked["init"].shape == (12, 2)


@pytest.mark.slow
def test_umap_itself_keeps_neighborhoods():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        pytest.importorskip("umap")
    vectors = np.random.default_rng(0).normal(size=(60, 3))
    mapped = project(vectors, "umap", 0)
    assert trustworthiness(vectors, mapped, n_neighbors=5) > 0.8
    np.testing.assert_array_equal(project(vectors, "umap", 0), mapped)


@pytest.mark.parametrize("projection", ["tsne", "umap"])
def test_few_levels_have_no_neighborhoods(projection):
    with pytest.raises(ValueError, match="here are 4 different vectors"):
        project(np.eye(4), projection, None)
    with pytest.raises(ValueError, match="here are 4 different vectors"):
        project(np.eye(4)[np.arange(100) % 4], projection, None)


@pytest.mark.parametrize("projection", ["tsne", "umap"])
def test_project_gives_levels_that_share_a_vector_one_place(projection, asked):
    vectors = np.random.default_rng(0).normal(size=(12, 3))
    is_pooled = np.arange(3_000) >= 11
    shared = vectors[np.where(is_pooled, 11, np.arange(3_000))]
    mapped = project(shared, projection, 0)
    np.testing.assert_array_equal(mapped[11:], mapped[[11]].repeat(2_989, axis=0))
    np.testing.assert_array_equal(mapped[:12], project(vectors, projection, 0))
