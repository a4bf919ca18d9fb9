"""The Keras side: the same function as numpy's, and the user's own networks."""

import importlib
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from skembed import EmbeddingRegressor, _network


def build(inputs, features, n_outputs):
    x = keras.layers.Dense(8, "relu")(features)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dropout(0.1)(x)
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(x))


def keras_inputs(model, X):
    encoded = model._model.encoding.encode(model._read(X), "average")
    return {"codes": encoded.codes, "quantities": encoded.quantities}


def test_model_is_the_keras_model_that_was_trained(shop_model, shops):
    X, _ = shops
    prediction = shop_model.model_.predict(keras_inputs(shop_model, X), verbose=0)
    np.testing.assert_allclose(prediction[:, 0], shop_model.predict(X), rtol=1e-4)


# Keras's own, where it writes its weights
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_model_can_be_saved_by_keras(shop_model, shops, tmp_path):
    X, _ = shops
    shop_model.model_.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    inputs = keras_inputs(shop_model, X)
    np.testing.assert_array_equal(
        loaded.predict(inputs, verbose=0),
        shop_model.model_.predict(inputs, verbose=0),
    )


def test_a_builder_replaces_the_dense_layers(shops):
    X, y = shops
    parameters = {"model": build, "epochs": 40, "random_state": 0}
    model = EmbeddingRegressor(**parameters).fit(X, y)
    assert model.score(X, y) > 0.8
    assert model.embeddings_["city"].shape == (5, 2)
    again = EmbeddingRegressor(**parameters).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), again.predict(X))
    prediction = model.model_.predict(keras_inputs(model, X), verbose=0)
    np.testing.assert_allclose(prediction[:, 0], model.predict(X), rtol=1e-4)


def test_a_builder_can_warm_start(shops):
    X, y = shops
    model = EmbeddingRegressor(model=build, warm_start=True, random_state=0).fit(X, y)
    first = model.loss_curve_
    assert model.fit(X, y).loss_curve_[0] < first[0]


def test_a_builder_that_ignores_the_vectors_is_refused(shops):
    def ignore(inputs, features, n_outputs):
        return keras.Model(inputs, keras.layers.Dense(n_outputs)(inputs["quantities"]))

    with pytest.raises(ValueError, match="lacks the layer 'embedding_0'"):
        EmbeddingRegressor(model=ignore).fit(*shops)


NO_BUILDERS = {
    "a model": keras.Sequential([keras.layers.Dense(1)]),
    "a model of the user's class": type("Own", (keras.Model,), {})(),
    "a layer": keras.layers.Dense(1),
    "a class of Keras": keras.Sequential,
    "a function without arguments": lambda: None,
    "a function of two arguments": lambda inputs, features: None,
}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("case", NO_BUILDERS)
def test_a_model_that_is_no_builder_is_refused(shops, case, method):
    estimator = EmbeddingRegressor(model=NO_BUILDERS[case])
    message = r"model\(inputs, features, n_outputs\) that returns a keras.Model; got "
    with pytest.raises(TypeError, match=message):
        getattr(estimator, method)(*shops)


@pytest.mark.parametrize("units", [1, 3])
def test_a_builder_of_the_wrong_width_is_refused(shops, units):
    def narrow(inputs, features, n_outputs):
        return keras.Model(inputs, keras.layers.Dense(units)(features))

    X, y = shops
    with pytest.raises(ValueError, match="end in 2 units"):
        EmbeddingRegressor(model=narrow).fit(X, np.column_stack([y, y]))


def test_a_level_moves_as_far_however_often_a_batch_holds_it():
    """Adam's first step is the learning rate, for every level with a gradient."""
    X = [["rare"]] + [["often"]] * 400
    y = np.array([5.0] + [-1.0, 3.0] * 200)
    parameters = {
        "model": "network",
        "hidden_units": (),
        "alpha": 0,
        "random_state": 0,
        "batch_size": 401,
    }
    tables = [
        EmbeddingRegressor(
            1, **parameters, loss="absolute_error", epochs=1, learning_rate=rate
        )
        .fit(X, y)
        .embedding_[:, 0]
        for rate in (1e-9, 1e-2)
    ]
    steps = np.abs(tables[1] - tables[0])
    np.testing.assert_allclose(steps[1], 1e-2, rtol=1e-2)


def test_another_backend_of_keras_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(ImportError, match=r"'jax': .* KERAS_BACKEND=tensorflow"):
        importlib.reload(_network)


def test_another_backend_is_refused_by_fit():
    pytest.importorskip("jax")
    code = """
from skembed import EmbeddingRegressor
from skembed.datasets import make_tokens

X, y = make_tokens(200, random_state=0)
model = EmbeddingRegressor(n_networks=0).fit(X, y)  # which needs none
try:
    model.set_params(n_networks=1).fit(X, y)
except ImportError as error:
    print(error, model.predict(X).shape)
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "KERAS_BACKEND=tensorflow" in told.stdout
    assert "(200,)" in told.stdout
