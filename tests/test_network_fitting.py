"""The axes that the vectors of a network are shown on."""

import numpy as np
import pytest

from skembed import EmbeddingRegressor, _network_fitting
from skembed.datasets import make_effects

QUICK = {"model": "network", "hidden_units": (8,), "epochs": 5, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    return make_effects(
        800, n_levels=(12, 7), n_quantities=1, interaction_scale=1.0, random_state=0
    )


@pytest.fixture(scope="module")
def turned(table):
    return EmbeddingRegressor(**QUICK).fit(*table)


@pytest.fixture(scope="module")
def as_learned(table):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_network_fitting, "on_principal_axes", lambda model, *_: model)
        return EmbeddingRegressor(**QUICK).fit(*table)


def test_predictions_are_those_of_the_network_as_it_was_learned(
    table, turned, as_learned
):
    X, _ = table
    X = X.copy()
    X.iloc[:5, 0] = "unseen"
    np.testing.assert_allclose(turned.predict(X), as_learned.predict(X), atol=1e-5)
    changed = turned.embeddings_["a"] - as_learned.embeddings_["a"]
    assert np.abs(changed).max() > 0.01


def test_distances_are_those_of_the_network_as_it_was_learned(turned, as_learned):
    for column in "ab":
        matrices = [m.similarity_matrix(column) for m in (turned, as_learned)]
        np.testing.assert_allclose(*matrices, atol=1e-5)


def test_axes_are_principal_and_uncorrelated(turned):
    for column in "ab":
        covariance = np.cov(turned.embeddings_[column].T)
        spread = np.diag(covariance)
        assert (np.diff(spread) <= 0).all()
        np.testing.assert_allclose(covariance, np.diag(spread), atol=1e-6)


def test_a_networks_first_axis_rises_with_the_effects(turned):
    for column in "ab":
        first = turned.embeddings_[column][:, 0]
        assert np.corrcoef(first, turned.level_effects(column))[0, 1] > 0.3


def test_the_keras_model_has_the_vectors_that_are_shown(turned):
    weights = turned.model_.get_weights()
    for table, shown in zip(weights, turned.embeddings_.values(), strict=False):
        np.testing.assert_array_equal(table[: len(shown)], shown)


def test_a_network_of_ones_own_keeps_its_vectors(table):
    import keras

    def build(inputs, features, n_outputs):
        return keras.Model(inputs, keras.layers.Dense(n_outputs)(features))

    model = EmbeddingRegressor(model=build, epochs=2, random_state=0).fit(*table)
    learned = model.model_.get_weights()
    for shown in model.embeddings_.values():
        assert any(
            np.array_equal(array[: len(shown)], shown)
            for array in learned
            if array.shape[1:] == shown.shape[1:]
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_vectors_of_a_blend_can_be_compared_between_seeds(table, seed):
    params = {"n_networks": 2, "epochs": 2}
    one, other = (
        EmbeddingRegressor(**params, random_state=s).fit(*table) for s in (0, seed)
    )
    for column in "ab":
        first, second = one.embeddings_[column], other.embeddings_[column]
        n_dims = min(first.shape[1], second.shape[1], 2)
        for x, y in zip(first.T[:n_dims], second.T[:n_dims], strict=True):
            assert np.corrcoef(x, y)[0, 1] > 0.95
