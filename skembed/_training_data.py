"""What ``fit`` is given: columns, a target and weights, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length

from skembed._columns import Column
from skembed._grouped_rows import Cells, two_values
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
        Positive weights of an observation of each row, of mean 1; None if all are
        equal.
    is_kept : ndarray of shape (n_samples,) and dtype bool
        Which rows of the table they are: those of weight zero were left out.
    unit : float
        The weight that is 1 now.
    n_rows : ndarray of shape (n_rows,) or None
        How many rows each stands for, if the table was grouped.
    is_summary : bool
        Whether two rows have the mean and the variance of each group, in place of its
        targets.
    """

    columns: Sequence[Column]
    target: np.ndarray
    weight: np.ndarray | None
    is_kept: np.ndarray
    unit: float = 1.0
    n_rows: np.ndarray | None = None
    is_summary: bool = False

    @property
    def counts(self) -> np.ndarray | None:
        """How many rows each counts as, by its weight; None is one."""
        if self.weight is None or self.n_rows is None:
            return self.n_rows if self.weight is None else self.weight
        return self.n_rows * self.weight

    def take(self, rows: np.ndarray) -> TrainingData:
        """Return some of the rows."""
        return replace(
            self,
            columns=[column.take(rows) for column in self.columns],
            target=self.target[rows],
            weight=None if self.weight is None else self.weight[rows],
            n_rows=None if self.n_rows is None else self.n_rows[rows],
            is_kept=np.full(len(rows), True),
        )


def open_cells(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Cells | None]:
    """Return the features and the target that ``fit`` was given, and the cells, if any.

    Raises
    ------
    ValueError
        If cells come with a target or weights beside their own.
    """
    if not isinstance(X, Cells):
        return X, y, None
    if y is not None or sample_weight is not None:
        raise ValueError(
            "y and sample_weight must be None if fit is given cells, which hold their "
            "target and the number of their rows. Call fit(cells)."
        )
    return X.X, X.y, X


def check_cells_of_classes(cells: Cells) -> None:
    """Raise if cells hold means of numbers where classes are wanted."""
    if cells.variance.any():
        raise ValueError(
            "The target must hold classes; got cells with means of numbers. Group by "
            "the class as well, or predict numbers: target_type='continuous' in an "
            "encoder, or an EmbeddingRegressor."
        )


def read_training_data(
    columns: list[Column],
    target: np.ndarray,
    sample_weight: Any,
    cells: Cells | None = None,
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
    cells : Cells or None
        What the table stands for, if it was grouped.

    Returns
    -------
    TrainingData
        The rows of positive weight.
    """
    check_consistent_length(columns[0].values, target)
    target = target.reshape(len(target), -1)
    n_rows = weight = None
    is_kept, unit = np.full(len(target), True), 1.0
    if cells is not None:
        n_rows = cells.n_rows
        if cells.variance.any():
            return _two_rows_for_each(columns, cells)
    if sample_weight is not None:
        weight, unit, is_kept = read_sample_weight(sample_weight, target, n_rows)
    data = TrainingData(columns, target, weight, is_kept, unit, n_rows)
    return data if is_kept.all() else replace(data.take(is_kept), is_kept=is_kept)


def _two_rows_for_each(columns: list[Column], cells: Cells) -> TrainingData:
    """Return two rows for each cell, with its mean and its variance."""
    spread = np.sqrt(cells.variance)
    cell, n_rows, value = two_values(cells.n_rows, cells.y, spread)
    taken = [column.take(cell) for column in columns]
    return TrainingData(
        columns=taken,
        target=value[:, np.newaxis],
        weight=None,
        is_kept=np.full(len(cell), True),
        n_rows=n_rows,
        is_summary=True,
    )
