"""The same network and a tight training loop in PyTorch. Importing this loads it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from benchmarks.speed.data.zipf import Zipf
from benchmarks.speed.rivals.network_sizes import HIDDEN_UNITS, embedding_dim


class Network(nn.Module):
    """Vectors and quantities side by side, through dense layers."""

    def __init__(self, n_levels: Sequence[int], n_quantities: int) -> None:
        super().__init__()
        dims = [embedding_dim(n) for n in n_levels]
        tables = [nn.Embedding(n, dim) for n, dim in zip(n_levels, dims, strict=True)]
        self.tables = nn.ModuleList(tables)
        sizes = [sum(dims) + n_quantities, *HIDDEN_UNITS]
        layers: list[nn.Module] = []
        for n_inputs, n_outputs in pairwise(sizes):
            layers += [nn.Linear(n_inputs, n_outputs), nn.ReLU()]
        self.dense = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))

    def forward(self, codes: torch.Tensor, quantities: torch.Tensor) -> torch.Tensor:
        """Predict the target of shape (n_rows, 1)."""
        vectors = [table(codes[:, j]) for j, table in enumerate(self.tables)]
        return self.dense(torch.cat([*vectors, quantities], dim=1))


class Trainer:
    """A network, its optimizer and its data.

    Parameters
    ----------
    n_levels : sequence of int
        Of each column of codes.
    data : Zipf
        To train on.
    batch_size : int
        Rows in each step.
    """

    def __init__(self, n_levels: Sequence[int], data: Zipf, batch_size: int) -> None:
        torch.set_num_threads(os.cpu_count() or 1)
        self._network = Network(n_levels, data.quantities.shape[1])
        # quicker than foreach, which is quicker than a loop over parameters
        self._optimizer = torch.optim.Adam(self._network.parameters(), fused=True)
        self._codes = torch.from_numpy(data.codes)
        self._quantities = torch.from_numpy(data.quantities)
        self._y = torch.from_numpy(data.y).reshape(-1, 1)
        self._batch_size = batch_size

    def fit(self, n_epochs: int) -> None:
        """Go on training for so many epochs."""
        for _ in range(n_epochs):
            for rows in torch.randperm(len(self._y)).split(self._batch_size):
                self._step(rows)

    def _step(self, rows: torch.Tensor) -> None:
        prediction = self._network(self._codes[rows], self._quantities[rows])
        loss = nn.functional.mse_loss(prediction, self._y[rows])
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._optimizer.step()
