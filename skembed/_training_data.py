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
    is_kept : ndarray of shape (n_samples,) and dtype bool
        Which rows of the table they are: those of weight zero were left out.
    """

    columns: Sequence[Column]
    target: np.ndarray
    weight: np.ndarray | None
    is_kept: np.ndarray

    def take(self, rows: np.ndarray) -> TrainingData:
        """Return some of the rows."""
        return replace(
            self,
            columns=[column.take(rows) for column in self.columns],
            target=self.target[rows],
            weight=None if self.weight is None else self.weight[rows],
            is_kept=np.full(len(rows), True),
        )


def read_training_data(
    columns: list[Column],
    target: np.ndarray,
    sample_weight: Any,
    *,
    is_scaled: bool = True,
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
    is_scaled : bool, default=True
        Whether to bring weights that are no whole numbers to a mean of 1.

    Returns
    -------
    TrainingData
        The rows that count.
    """
    check_consistent_length(columns[0].values, target)
    target = target.reshape(len(target), -1)
    if sample_weight is None:
        return TrainingData(columns, target, None, np.full(len(target), True))
    weight, is_kept = read_sample_weight(sample_weight, target, is_scaled=is_scaled)
    if is_kept.all():
        return TrainingData(columns, target, weight, is_kept)
    kept = [column.take(is_kept) for column in columns]
    return TrainingData(kept, target[is_kept], weight[is_kept], is_kept)
