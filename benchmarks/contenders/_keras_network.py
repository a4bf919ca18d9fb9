"""A network of embeddings as its users write it in Keras. Importing this loads it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.contenders._network_inputs import HIDDEN_UNITS, UNSEEN
from benchmarks.tensorflow_loading import load_tensorflow

load_tensorflow()

import keras  # noqa: E402 - TensorFlow first, without its chatter
from scikeras.wrappers import KerasClassifier, KerasRegressor  # noqa: E402 - TensorFlow first, without its chatter

# that it traces anew for every network that is fitted
logging.getLogger("tensorflow").setLevel(logging.ERROR)


class ShuffledRows:
    """Draws the rows that validate by chance: Keras takes the last ones."""

    def fit(self, X: np.ndarray, y: Any) -> Any:
        """Shuffle the rows and fit the network."""
        order = np.random.default_rng(self.random_state).permutation(len(X))
        return super().fit(X[order], np.asarray(y)[order])


class NetworkRegressor(ShuffledRows, KerasRegressor):
    """A network that predicts numbers."""


class NetworkClassifier(ShuffledRows, KerasClassifier):
    """A network that predicts classes."""


def build(meta: dict[str, Any], table_shapes: Sequence[tuple[int, int]]) -> keras.Model:
    """Build the network for a matrix whose first columns are codes of levels."""
    layers = keras.layers
    matrix = keras.Input((meta["n_features_in_"],))
    vectors = [
        layers.Embedding(*shape)(keras.ops.cast(matrix[:, j], "int32") - UNSEEN)
        for j, shape in enumerate(table_shapes)
    ]
    x = layers.Concatenate()([*vectors, matrix[:, len(table_shapes) :]])
    for units in HIDDEN_UNITS:
        x = layers.Dense(units, activation="relu")(x)
    if "n_classes_" in meta:
        output = layers.Dense(meta["n_classes_"], activation="softmax")(x)
    else:
        output = layers.Dense(1)(x)
    return keras.Model(matrix, output)
