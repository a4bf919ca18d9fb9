"""The same network of embeddings as in Keras, in PyTorch and skorch.

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

LEARNING_RATE = 1e-3  # the usual one of Adam, which is not skorch's


def make(problem: Problem, seed: int) -> Pipeline:
    return make_pipeline(codes_and_quantities(problem), _network(problem, seed))


def _network(problem: Problem, seed: int) -> BaseEstimator:
    import torch
    from skorch.callbacks import EarlyStopping
    from skorch.dataset import ValidSplit

    from benchmarks.contenders import _pytorch_network

    are_numbers = task_of(problem) == NUMBERS
    parameters = {
        "module": _pytorch_network.Network,
        "module__table_shapes": table_shapes(problem),
        "module__n_quantities": len(problem.quantities),
        "module__n_outputs": 1 if are_numbers else problem.y.nunique(),
        "optimizer": torch.optim.Adam,
        "optimizer__fused": True,
        "lr": LEARNING_RATE,
        "batch_size": BATCH_SIZE,
        "max_epochs": MAX_EPOCHS,
        "train_split": ValidSplit(VALIDATION_SHARE, random_state=seed),
        "callbacks": [("stop", EarlyStopping(patience=PATIENCE, load_best=True))],
        "random_state": seed,
        "verbose": 0,
    }
    if are_numbers:
        network = _pytorch_network.NetworkRegressor(**parameters)
        return TransformedTargetRegressor(network, transformer=StandardScaler())
    return _pytorch_network.NetworkClassifier(
        criterion=torch.nn.CrossEntropyLoss, **parameters
    )


CONTENDER = Contender(
    "pytorch-network", "embedding network, PyTorch", make, package="skorch"
)
