"""What ``fit`` is given: columns, a target and weights, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length

from skembed._columns import Column
from skembed._sample_weight import read_sample_weight


@dataclass(frozen=True, eq=False)
class TrainingData:
    """The rows that a model is fitted to.

    Attributes
    ----------
    columns : sequence of Column
        The table.
    target : ndarray of shape (n_rows, n_outputs)
        In units of its own.
    weight : ndarray of shape (n_rows,) or None
        Positive weights.
    """

    columns: Sequence[Column]
    target: np.ndarray
    weight: np.ndarray | None

    def take(self, rows: np.ndarray) -> TrainingData:
        """Return some of the rows."""
        return replace(
            self,
            columns=[column.take(rows) for column in self.columns],
            target=self.target[rows],
            weight=None if self.weight is None else self.weight[rows],
        )


def read_training_data(
    columns: list[Column], target: np.ndarray, sample_weight: Any
) -> TrainingData:
    """Check that lengths agree, and leave out the rows of weight zero.

    Parameters
    ----------
    columns : list of Column
        The table.
    target : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        The target.
    sample_weight : array-like of shape (n_samples,) or None
        Non-negative.

    Returns
    -------
    TrainingData
        The rows that count.
    """
    check_consistent_length(columns[0].values, target)
    weight = None
    if sample_weight is not None:
        columns, target, weight = read_sample_weight(sample_weight, columns, target)
    return TrainingData(columns, target.reshape(len(target), -1), weight)
