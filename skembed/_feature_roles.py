"""Warn of columns whose role under ``categorical_features="auto"`` is doubtful."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from skembed._columns import Column
from skembed._level_order import LevelOrder, compare_with_order
from skembed._training_data import TrainingData

MIN_LEVELS = 32  # more than the days of a month, which are few enough to learn
MAX_SHARE = 0.8  # of levels in observations: beyond, most levels have one row
MIN_ORDER_Z = 4.0
MIN_LEVELS_Z = 3.5
MIN_RATIO = 4.0  # of what neighbouring levels share to what each has of its own
MAX_NUMBERS = 100_000  # of the target that are looked at


def warn_of_doubtful_roles(
    data: TrainingData, categorical_features: Any, *, is_whole: bool = True
) -> None:
    """Warn if "auto" may have taken numeric features as categorical, or identifiers.

    Integers are categorical under "auto". They may be numeric if nearly each row has a
    level of its own, or if neighbouring values have alike mean targets. Floats are
    numeric. They may be levels if they are integers beside missing values, which pandas
    turns into floats, and if neighbouring values have unlike mean targets.

    Parameters
    ----------
    data : TrainingData
        The rows to fit to.
    categorical_features : {"auto", "all"} or array-like
        The estimator's parameter. There is no warning unless it is "auto".
    is_whole : bool, default=True
        Whether these are all rows, in which levels can be counted, and not a batch.

    Warns
    -----
    UserWarning
        One, which names all such columns and the remedies.
    """
    if not isinstance(categorical_features, str) or categorical_features != "auto":
        return
    candidates = [column for column in data.columns if _is_candidate(column)]
    if not candidates:
        return
    sample = _OrderSample(data)
    doubts = [_doubt(column, data, sample, is_whole) for column in candidates]
    kinds = [column.kind for column in candidates]
    pairs = [pair for pair in zip(kinds, doubts, strict=True) if pair[1]]
    if pairs:
        warnings.warn(_message(pairs), stacklevel=5)


def _is_candidate(column: Column) -> bool:
    """Say whether a column holds integers of many levels, not called categories."""
    if isinstance(column.values, pd.Categorical):
        return False
    if column.kind == "integer":
        return len(column.factorized[1]) >= MIN_LEVELS
    if column.kind != "float":
        return False
    values = column.to_float()
    is_missing = np.isnan(values)
    if not is_missing.any() or (np.floor(values) != values)[~is_missing].any():
        return False
    return len(column.factorized[1]) >= MIN_LEVELS


class _OrderSample:
    """Rows at equal steps, as few as tell how a target depends on levels.

    Parameters
    ----------
    data : TrainingData
        All rows.
    """

    def __init__(self, data: TrainingData) -> None:
        n_rows, n_outputs = data.target.shape
        step = -(-n_rows * n_outputs // MAX_NUMBERS)
        self.rows = np.arange(0, n_rows, max(step, 1))
        self.target = data.target[self.rows]
        weight = np.ones(n_rows) if data.counts is None else data.counts
        self.weight = weight[self.rows]
        # the two rows that stand for a cell are not independent
        outputs = self.target.T if data.n_rows is None else ()
        self.is_first = _halves([*self._columns_of(data), *outputs])

    def _columns_of(self, data: TrainingData) -> list[np.ndarray]:
        return [
            column.to_float()[self.rows]
            if column.is_quantity
            else column.factorized[0][self.rows]
            for column in data.columns
        ]

    def order_of(self, column: Column) -> LevelOrder:
        """Compare the levels of a column with their order."""
        codes, uniques = column.factorized
        codes = codes[self.rows]
        kept = codes >= 0
        rank = np.empty(len(uniques), dtype=np.intp)
        rank[np.argsort(uniques, kind="stable")] = np.arange(len(uniques))
        _, dense = np.unique(rank[codes[kept]], return_inverse=True)
        return compare_with_order(
            dense, self.target[kept], self.weight[kept], self.is_first[kept]
        )


def _halves(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Draw a half for every row, the same one for copies of a row."""
    hashed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        hashed = hashed * np.uint64(31) + pd.util.hash_array(column)
    return pd.util.hash_array(hashed) % np.uint64(2) == 0


def _doubt(
    column: Column, data: TrainingData, sample: _OrderSample, is_whole: bool
) -> str | None:
    """Return why the role of a column is doubtful, None if it is not."""
    n_levels = len(column.factorized[1])
    n_rows = len(data.target) if data.n_rows is None else data.n_rows.sum()
    if column.kind == "integer" and is_whole and n_levels > MAX_SHARE * n_rows:
        return f"column {column.name!r} has {n_levels:,} levels in {n_rows:,.0f} rows"
    order = sample.order_of(column)
    if column.kind == "float":
        is_identifier = order.rough_z > MIN_LEVELS_Z and order.rough > order.smooth
        return f"{column.name!r}" if is_identifier else None
    if order.smooth_z > MIN_ORDER_Z and order.smooth > MIN_RATIO * order.rough:
        return (
            f"the order of the {n_levels:,} values of column {column.name!r} predicts y"
        )
    return None


def _message(doubts: Sequence[tuple[str, str | None]]) -> str:
    integers = [str(doubt) for kind, doubt in doubts if kind == "integer"]
    floats = [str(doubt) for kind, doubt in doubts if kind == "float"]
    sentences = []
    if integers:
        sentences.append(
            "categorical_features='auto' takes integers as categorical, but "
            f"{', and '.join(integers)}. Convert numeric features with astype(float), "
            "and leave out a column that names each row."
        )
    if floats:
        sentences.append(
            "categorical_features='auto' takes floats as numeric, but columns of "
            "integers and missing values predict y by their levels and not by their "
            f"order: {', '.join(floats)}. Convert identifiers with astype('Int64')."
        )
    return (
        f"{' '.join(sentences)} To keep roles as they are without this warning, name "
        "the categorical features in categorical_features."
    )
