"""A runtime of ONNX predicts what the estimator predicts, from the raw table."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge

from skembed import (
    EmbeddingClassifier,
    EmbeddingEncoder,
    EmbeddingRegressor,
    _growth,
    load,
)
from skembed._activations import ACTIVATIONS
from skembed.datasets import make_classes, make_effects
from skembed.exceptions import ColumnError, UnknownLevelError
from skembed.exports import onnx_inputs, to_onnx

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")
CLOSE = {"rtol": 1e-9, "atol": 1e-9}
IN_32_BITS = {"rtol": 1e-5, "atol": 1e-5}  # of some constants, or of the error function
ROUGH = ("gelu", "leaky_relu", "selu")


def run(model, X):
    """Return what the runtime makes of a table, by the names of the outputs."""
    exported = to_onnx(model)
    onnx.checker.check_model(exported, full_check=True)
    session = runtime.InferenceSession(exported.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, onnx_inputs(model, X)), strict=True))


def check_same(model, X, close=CLOSE):
    outputs = run(model, X)
    if isinstance(model, EmbeddingClassifier):
        np.testing.assert_array_equal(outputs["label"], model.predict(X))
        predicted = model.predict_proba(X)
        np.testing.assert_allclose(outputs["probabilities"], predicted, **close)
        assert outputs["probabilities"].shape == predicted.shape
    else:
        predicted = model.predict(X)
        np.testing.assert_allclose(outputs["prediction"], predicted, **close)
        assert outputs["prediction"].shape == predicted.shape


SAVED = Path(__file__).parent / "saved"
ENCODERS = ("encoder", "predictions")
PREDICTORS = sorted(
    path for path in SAVED.glob("*.skembed") if not path.stem.endswith(ENCODERS)
)


@pytest.mark.parametrize("saved", PREDICTORS, ids=lambda path: path.stem)
def test_all_parts_of_a_model_are_written_down(saved):
    """Crosses, slopes, curves, products, corrections, new levels, classes."""
    answered = json.loads(saved.with_suffix(".json").read_text())
    check_same(load(saved), pd.DataFrame(answered["table"]))


@pytest.fixture
def odd():
    """Columns of all types, with rows of levels and values missing in them."""
    rng = np.random.default_rng(0)
    picked = rng.integers(5, size=(4, 300))
    X = pd.DataFrame(
        {
            "text": np.array(["Oslo", "New York", "", "%20", None], object)[picked[0]],
            "whole": pd.array([3, 1, -7, 2**60, None], "Int64")[picked[1]],
            "truth": pd.array([True, False, None, True, False], "boolean")[picked[2]],
            "kind": pd.Categorical.from_codes(picked[3] - 1, ["x", "y", "z", "ø"]),
            "share": rng.choice([0.5, 1.5, 2.0, np.nan], 300),
            "size": rng.normal(size=300),
            "small": rng.normal(size=300).astype(np.float32),
        }
    )
    X.loc[:20, "size"] = np.nan
    return X, picked[0] + picked[1] * X["small"].to_numpy() + rng.normal(size=300)


CATEGORICAL = ["text", "whole", "truth", "kind", "share"]


@pytest.mark.parametrize("kind", ["blend", "network"])
def test_columns_of_every_type(odd, kind):
    X, y = odd
    model = EmbeddingRegressor(
        model=kind, categorical_features=CATEGORICAL, n_networks=1, epochs=2
    ).fit(X, y)
    check_same(model, X)
    new = pd.DataFrame(
        {
            "text": ["Paris", None, "", "Oslo"],
            "whole": pd.array([99, None, 2**60 + 1, 3], "Int64"),
            "truth": pd.array([None, True, False, None], "boolean"),
            "kind": ["new", None, "x", "ø"],
            "share": [0.75, np.nan, 2.0, 0.5],
            "size": [np.nan, 1e9, -1e9, 0.0],
            "small": [np.nan, 0.0, 1.0, 2.0],
        }
    )
    check_same(model, new)


@pytest.mark.parametrize("number", [np.int8, np.float64, object])
def test_equal_numbers_are_one_level(number):
    levels = np.repeat([1, 2, 3], 20)
    y = levels + np.tile([0.0, 0.1], 30)
    model = EmbeddingRegressor(categorical_features="all", n_networks=0)
    model.fit(pd.DataFrame({"a": levels}), y)
    X = pd.DataFrame({"a": np.array([1, 2, 9], dtype=number)})
    check_same(model, X)
    assert onnx_inputs(model, X)["a"].ravel().tolist() == ["1", "2", "9"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation):
    X, y = make_effects(60, n_levels=(4,), n_quantities=1, random_state=0)
    model = EmbeddingRegressor(
        model="network", hidden_units=(6, 4), activation=activation, epochs=1
    ).fit(X, y)
    far = X.assign(**{X.columns[1]: 20 * X.iloc[:, 1]})
    check_same(model, far, IN_32_BITS if activation in ROUGH else CLOSE)


@pytest.mark.parametrize(
    "labels",
    [
        ["no", "yes"],
        [False, True],
        [3, 5],
        ["a", "b", "c"],
        np.array([1, 2, 7], dtype=np.int16),
        np.array([1, 2, 7], dtype=">i8"),
        np.array(["a", "b", "c"], dtype=object),
    ],
    ids=repr,
)
def test_labels_of_every_type(labels):
    X, y = make_classes(300, n_classes=len(labels), n_levels=(5,), random_state=0)
    model = EmbeddingClassifier(n_networks=0).fit(X, np.asarray(labels)[y])
    check_same(model, X)


def test_several_labels_and_several_outputs():
    X, y = make_effects(300, n_levels=(5, 4), random_state=0)
    labels = np.column_stack([y > 0, y > 1]).astype(int)
    check_same(EmbeddingClassifier(n_networks=0).fit(X, labels), X)
    outputs = np.column_stack([y, 2 * y])
    check_same(EmbeddingRegressor(epochs=1).fit(X, outputs), X)
    check_same(EmbeddingRegressor(epochs=1).fit(X, outputs[:, :1]), X)


def test_crosses_of_columns(monkeypatch):
    X, y = make_effects(
        2_000, n_levels=(20, 10), interaction_scale=1.5, noise=0.5, random_state=0
    )
    monkeypatch.setattr(_growth, "find_pairs", lambda *_: [])  # which would be better
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    terms = model._model.core.model.mixed.terms
    assert any(len(term.columns) == 2 for term in terms)
    check_same(model, X)
    check_same(model, X.replace({"a": {"a0": "new"}}))


def test_networks_that_correct_quantities_alone():
    X = np.random.default_rng(0).normal(size=(2_000, 2))
    model = EmbeddingRegressor(n_networks=1, random_state=0)
    model.fit(X, X[:, 0] * X[:, 1])
    assert model._model.core.corrections is not None
    check_same(model, X)


def test_tables_of_one_kind_of_column():
    X, y = make_effects(300, n_levels=(5,), n_quantities=2, random_state=0)
    quantities = X.drop(columns="a").to_numpy()
    for table in (X[["a"]], quantities):
        for kind in ("blend", "network"):
            params = {"n_networks": 1, "epochs": 1}
            check_same(EmbeddingRegressor(model=kind, **params).fit(table, y), table)
    tokens = X["a"].to_numpy(dtype=object)
    check_same(EmbeddingRegressor(n_networks=0).fit(tokens, y), tokens)


def test_what_predict_refuses_is_refused():
    X, y = make_effects(100, n_levels=(5,), random_state=0)
    model = EmbeddingRegressor(n_networks=0, handle_unknown="error").fit(X, y)
    with pytest.raises(UnknownLevelError, match="'new'"):
        onnx_inputs(model, pd.DataFrame({"a": ["new"]}))


def test_what_cannot_be_exported_is_refused():
    import keras

    def build(inputs, features, n_outputs):
        return keras.Model(inputs, keras.layers.Dense(n_outputs)(features))

    X, y = make_effects(100, n_levels=(5,), random_state=0)
    with pytest.raises(TypeError, match="got EmbeddingEncoder"):
        to_onnx(EmbeddingEncoder().fit(X, y))
    with pytest.raises(TypeError, match=r"model_ by its export"):
        to_onnx(EmbeddingRegressor(model=build, epochs=1).fit(X, y))
    with pytest.raises(TypeError, match=r"to_onnx expects .* got Ridge"):
        to_onnx(Ridge())
    taken = X.replace({"a": {"a0": "%nan"}})
    with pytest.raises(ColumnError, match="'a' has a level '%nan'"):
        to_onnx(EmbeddingRegressor(n_networks=0).fit(taken, y))


def test_a_level_that_means_missing_is_refused_later():
    X, y = make_effects(100, n_levels=(5,), random_state=0)
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    with pytest.raises(ColumnError, match="'a' holds '%nan'"):
        onnx_inputs(model, pd.DataFrame({"a": ["%nan"]}))


@pytest.mark.parametrize("name", ["", "prediction", "skembed/step_0"])
def test_names_that_the_model_needs_are_refused(name):
    X, y = make_effects(100, n_levels=(5,), random_state=0)
    model = EmbeddingRegressor(n_networks=0).fit(X.set_axis([name], axis=1), y)
    with pytest.raises(ColumnError, match=f"A column is named '{name}'"):
        to_onnx(model)


def test_what_is_not_fitted_is_not_exported():
    with pytest.raises(NotFittedError):
        to_onnx(EmbeddingRegressor())


def test_a_column_without_any_level_is_asked_for_some():
    X = pd.DataFrame({"a": np.full(50, np.nan), "b": ["x", "y"] * 25})
    model = EmbeddingRegressor(n_networks=0, categorical_features="all")
    model.fit(X, np.arange(50.0))
    check_same(model, pd.DataFrame({"a": ["text", None], "b": ["x", "z"]}))


def test_onnx_is_optional(monkeypatch):
    X, y = make_effects(100, n_levels=(5,), random_state=0)
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match="pip install onnx"):
        to_onnx(model)
