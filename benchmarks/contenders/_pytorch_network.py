"""A network of embeddings as its users write it in PyTorch. Importing this loads it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from skorch import NeuralNetClassifier, NeuralNetRegressor
from torch import nn

from benchmarks.contenders._network_inputs import HIDDEN_UNITS, UNSEEN

INITIAL_RANGE = 0.05  # of vectors


class Network(nn.Module):
    """Vectors and quantities side by side, through dense layers.

    Its initial weights are drawn as in Keras: from PyTorch's own ones, products of
    levels take more epochs to find than early stopping waits for.

    Parameters
    ----------
    table_shapes : sequence of (int, int)
        Of each column's table of vectors.
    n_quantities : int
        How many columns follow those of codes.
    n_outputs : int
        1 for a number, or the number of classes.
    """

    def __init__(
        self, table_shapes: Sequence[tuple[int, int]], n_quantities: int, n_outputs: int
    ) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(*shape) for shape in table_shapes)
        n_inputs = sum(dim for _, dim in table_shapes) + n_quantities
        layers: list[nn.Module] = []
        for sizes in pairwise([n_inputs, *HIDDEN_UNITS]):
            layers += [nn.Linear(*sizes), nn.ReLU()]
        self.dense = nn.Sequential(*layers, nn.Linear(HIDDEN_UNITS[-1], n_outputs))
        self.apply(_initialize)

    def forward(self, matrix: torch.Tensor) -> torch.Tensor:
        """Predict from codes of levels, then quantities."""
        n_codes = len(self.tables)
        codes = matrix[:, :n_codes].long() - UNSEEN
        vectors = [table(codes[:, j]) for j, table in enumerate(self.tables)]
        return self.dense(torch.cat([*vectors, matrix[:, n_codes:].float()], dim=1))


def _initialize(module: nn.Module) -> None:
    if isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -INITIAL_RANGE, INITIAL_RANGE)
    elif isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class NetworkRegressor(NeuralNetRegressor):
    """A network that predicts numbers, seeded."""

    def __init__(self, *args: Any, random_state: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: Any) -> NetworkRegressor:
        """Fit the network."""
        torch.manual_seed(self.random_state)
        return super().fit(X, np.asarray(y, dtype=np.float32).reshape(-1, 1))


class NetworkClassifier(NeuralNetClassifier):
    """A network that predicts classes numbered from 0, seeded."""

    def __init__(self, *args: Any, random_state: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: Any) -> NetworkClassifier:
        """Fit the network."""
        torch.manual_seed(self.random_state)
        return super().fit(X, np.asarray(y, dtype=np.int64))
