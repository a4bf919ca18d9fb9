"""Networks as a user writes them by hand in Keras. Importing this loads TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.speed.rivals.network_sizes import HIDDEN_UNITS, embedding_dim
from benchmarks.tensorflow_loading import load_tensorflow

load_tensorflow()

import keras  # noqa: E402 -- after TensorFlow, which it would load with its chatter


def fit_example(tokens: pd.Series, outcomes: pd.Series) -> keras.Model:
    """Build and fit the network of the motivating example."""
    levels, codes = np.unique(tokens, return_inverse=True)
    model = keras.Sequential(
        [
            keras.layers.Embedding(len(levels), 4),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="relu"),
            keras.layers.Dense(8),
            keras.layers.Dense(6),
            keras.layers.Dense(4),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="rmsprop", loss="mse")
    codes = codes.reshape(-1, 1)
    model.fit(codes, outcomes, epochs=100, batch_size=1000, verbose=0)
    return model


def build_by_column(n_levels: Sequence[int], n_quantities: int) -> keras.Model:
    """Build a network of an input for each column of codes and one for quantities."""
    codes = [keras.Input((1,), dtype="int32") for _ in n_levels]
    quantities = keras.Input((n_quantities,))
    output = _network(codes, quantities, n_levels, regularizer=None)
    model = keras.Model([*codes, quantities], output)
    model.compile(optimizer="adam", loss="mse")
    return model


def build_of_matrix(
    n_levels: Sequence[int], n_quantities: int, penalty: float
) -> keras.Model:
    """Build a network of one matrix, its codes first, to be compiled by SciKeras.

    The code of unknown levels is -1.
    """
    n_codes = len(n_levels)
    matrix = keras.Input((n_codes + n_quantities,))
    codes = [keras.ops.cast(matrix[:, j : j + 1], "int32") + 1 for j in range(n_codes)]
    regularizer = keras.regularizers.L2(penalty)
    output = _network(
        codes, matrix[:, n_codes:], [n + 1 for n in n_levels], regularizer
    )
    return keras.Model(matrix, output)


def _network(
    codes: Sequence[keras.KerasTensor],
    quantities: keras.KerasTensor,
    n_levels: Sequence[int],
    regularizer: keras.regularizers.Regularizer | None,
) -> keras.KerasTensor:
    layers = keras.layers
    vectors = [
        layers.Flatten()(
            layers.Embedding(n, embedding_dim(n), embeddings_regularizer=regularizer)(c)
        )
        for n, c in zip(n_levels, codes, strict=True)
    ]
    x = layers.Concatenate()([*vectors, quantities])
    for units in HIDDEN_UNITS:
        x = layers.Dense(units, activation="relu", kernel_regularizer=regularizer)(x)
    return layers.Dense(1, kernel_regularizer=regularizer)(x)
