"""ONNX: predictions wherever there is a runtime for it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skembed._checks import check_estimator, check_installed
from skembed._classifier import EmbeddingClassifier
from skembed._columns import Column
from skembed._encoder import EmbeddingEncoder
from skembed._estimator import EmbeddingEstimator
from skembed._model import Network
from skembed._sklearn import check_feature_names_in
from skembed.exceptions import ColumnError
from skembed.exports._words import MISSING, check_no_level_is_missing, word_of


def to_onnx(estimator: EmbeddingEstimator) -> Any:
    """Return a fitted predictor as an ONNX model, from raw columns to predictions.

    Each feature is an input of its name ("x0" and so on where the data had no names)
    and of shape (n_rows, 1). Quantities are 64-bit floats, NaN where they are missing.
    Levels are text: whole numbers as "3", truth values as "True" and "False", "%nan"
    where they are missing; levels that ``fit`` has not seen are predicted as with
    ``handle_unknown="average"``. `onnx_inputs` makes both of a table.

    The output of a regressor is "prediction", of the shape of ``predict``; those of a
    classifier are "label" and "probabilities".

    Parameters
    ----------
    estimator : EmbeddingRegressor or EmbeddingClassifier
        A fitted one.

    Returns
    -------
    onnx.ModelProto
        Of operator set 18, for ``onnx.save`` or a runtime. It computes in 64 bits, but
        for the activation "gelu".

    Raises
    ------
    ColumnError
        If a level is "%nan", or a column has the name of an output, or none.
    ImportError
        If onnx is not installed.
    TypeError
        If the estimator is an encoder, or one of a Keras model of your own.

    Examples
    --------
    >>> import onnxruntime
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_tokens
    >>> from skembed.exports import onnx_inputs, to_onnx
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = EmbeddingRegressor(random_state=0).fit(X, y)
    >>> session = onnxruntime.InferenceSession(to_onnx(model).SerializeToString())
    >>> (prediction,) = session.run(None, onnx_inputs(model, X))
    >>> bool(abs(prediction - model.predict(X)).max() < 1e-5)
    True
    """
    check_estimator(estimator, "to_onnx")
    check_installed("onnx", "to_onnx")
    check_is_fitted(estimator)
    _check_exportable(estimator)
    names = check_feature_names_in(estimator).tolist()
    from skembed.exports._onnx.graph import Graph
    from skembed.exports._onnx.predictor import add_classes, add_numbers, predict

    graph = Graph()
    predicted = predict(graph, estimator._model, names)
    if isinstance(estimator, EmbeddingClassifier):
        add_classes(graph, predicted, estimator._classes)
    else:
        add_numbers(graph, predicted, estimator.n_outputs_, estimator._y_ndim)
    return graph.model("skembed", version("skembed"), {"missing": MISSING})


def onnx_inputs(estimator: EmbeddingEstimator, X: Any) -> dict[str, np.ndarray]:
    """Return a table as the inputs of the ONNX model of an estimator.

    Parameters
    ----------
    estimator : EmbeddingRegressor or EmbeddingClassifier
        The one that was passed to `to_onnx`.

    X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
        The features, in the order of ``fit``.

    Returns
    -------
    dict of ndarray of shape (n_samples, 1)
        By the names of the features: 64-bit floats of quantities, and text of levels.

    Raises
    ------
    ColumnError
        If a level is "%nan".
    UnknownLevelError
        For unseen levels, if `handle_unknown` is "error".
    """
    check_estimator(estimator, "onnx_inputs")
    columns = estimator._read(X)
    encoding = estimator._model.encoding
    encoding.encode(columns, estimator.handle_unknown)  # raises as predict does
    names = check_feature_names_in(estimator)
    roles = zip(names, columns, encoding.is_categorical, strict=True)
    inputs = {
        name: _words(column) if is_categorical else column.to_float()
        for name, column, is_categorical in roles
    }
    return {name: values[:, np.newaxis] for name, values in inputs.items()}


def _words(column: Column) -> np.ndarray:
    codes, uniques = column.factorized
    words = [word_of(value, column.kind) for value in uniques.tolist()]
    if MISSING in words:
        raise ColumnError(
            f"Column {column.name!r} holds {MISSING!r}, which stands for missing "
            "values in ONNX: rename it."
        )
    return np.array([*words, MISSING], dtype=object)[codes]


def _check_exportable(estimator: EmbeddingEstimator) -> None:
    if isinstance(estimator, EmbeddingEncoder):
        raise TypeError(
            "to_onnx expects an estimator that predicts; got EmbeddingEncoder."
        )
    core = estimator._model.core
    if isinstance(core, Network) and core.predictor.builder is not None:
        raise TypeError(
            "The Keras model of model=<callable> is your own: export model_ by its "
            "export(path, format='onnx')."
        )
    for vocabulary in estimator._model.encoding.vocabularies:
        check_no_level_is_missing(vocabulary, "ONNX")
