"""The same network of embeddings as in Keras, in PyTorch and skorch.

It is as large, starts from weights drawn alike, and is trained and stopped in the same
way: what is said of that network holds for this one.
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
