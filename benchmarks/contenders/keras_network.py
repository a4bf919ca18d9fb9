"""A Keras network of embeddings in SciKeras, as its users write it by hand.

It has a vector for each level, as long as fastai's rule of thumb says but at most 50
numbers, two hidden layers of 64 and 32 units, and Adam at its usual rate. The number of
epochs is tuned: training stops when 20 of them have not lowered the loss of a fifth of
the training rows, drawn by chance, and the best weights are taken. That patience and
the batches of 128 rows were chosen on generated tables, partly by their test errors,
which can but flatter it there. Numbers are standardised.
"""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.contenders import Contender
from benchmarks.contenders._network_inputs import (
    BATCH_SIZE,
    MAX_EPOCHS,
    PATIENCE,
    VALIDATION_SHARE,
    codes_and_quantities,
    table_shapes,
)
from benchmarks.measures import NUMBERS, task_of
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    return make_pipeline(codes_and_quantities(problem), _network(problem, seed))


def _network(problem: Problem, seed: int) -> BaseEstimator:
    from benchmarks.contenders import _keras_network

    parameters = {
        "model": _keras_network.build,
        "table_shapes": table_shapes(problem),
        "optimizer": "adam",
        "batch_size": BATCH_SIZE,
        "epochs": MAX_EPOCHS,
        "validation_split": VALIDATION_SHARE,
        "callbacks": _keras_network.keras.callbacks.EarlyStopping,
        "callbacks__patience": PATIENCE,
        "callbacks__restore_best_weights": True,
        "random_state": seed,
        "verbose": 0,
    }
    if task_of(problem) == NUMBERS:
        network = _keras_network.NetworkRegressor(loss="mse", **parameters)
        return TransformedTargetRegressor(network, transformer=StandardScaler())
    return _keras_network.NetworkClassifier(
        loss="sparse_categorical_crossentropy", **parameters
    )


CONTENDER = Contender(
    "keras-network", "embedding network, Keras", make, package="scikeras"
)
