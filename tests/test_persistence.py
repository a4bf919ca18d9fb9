"""Copies of a fitted estimator are the same estimator."""

import copy
import io
import pickle
from pathlib import Path
from tempfile import TemporaryDirectory

import cloudpickle
import joblib
import numpy as np
import pytest
import skops.io
from sklearn.base import clone

from skembed import EmbeddingRegressor, load


def through_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def through_skops(model):
    data = skops.io.dumps(model)
    return skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))


def through_a_file(model):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.skembed"
        model.save(path)
        return load(path)


COPIES = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "cloudpickle": lambda model: pickle.loads(cloudpickle.dumps(model)),
    "joblib": through_joblib,
    "skops": through_skops,
    "save": through_a_file,
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_predicts_the_same(fitted_shops, copied):
    model, X, _ = fitted_shops
    twin = copied(model)
    np.testing.assert_array_equal(twin.predict(X), model.predict(X))
    np.testing.assert_array_equal(twin.transform(X), model.transform(X))
    assert twin.get_params() == model.get_params()


def test_a_copy_of_one_with_a_builder_predicts_the_same(shops):
    import keras

    def build(inputs, features, n_outputs):
        return keras.Model(inputs, keras.layers.Dense(n_outputs)(features))

    X, y = shops
    model = EmbeddingRegressor(model=build, epochs=2).fit(X, y)
    twin = pickle.loads(cloudpickle.dumps(model))
    np.testing.assert_array_equal(twin.predict(X), model.predict(X))


def test_a_clone_with_an_optimizer_instance_fits_the_same(shops, quick_parameters):
    import keras

    X, y = shops
    optimizer = keras.optimizers.Adam(0.01)
    model = EmbeddingRegressor(**quick_parameters, optimizer=optimizer).fit(X, y)
    np.testing.assert_array_equal(clone(model).fit(X, y).predict(X), model.predict(X))


def test_the_example_pickles_to_less_than_100_kilobytes(example):
    assert len(pickle.dumps(example)) < 100_000


def test_predicting_leaves_no_trace(fitted_shops):
    model, X, _ = fitted_shops
    before = pickle.dumps(model)
    model.predict(X)
    model.transform(X)
    model.similarities("Oslo", "city")
    assert pickle.dumps(model) == before
