"""Sample weights: checked, brought to a scale, rows without weight left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from skembed._columns import Column
from skembed._sklearn import check_sample_weight


def read_sample_weight(
    sample_weight: Any, columns: list[Column], target: np.ndarray
) -> tuple[list[Column], np.ndarray, np.ndarray]:
    """Check the weights and leave out the rows of weight zero.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)
        Non-negative.
    columns : list of Column
        The table.
    target : ndarray of shape (n_samples, ...)
        The target.

    Returns
    -------
    columns : list of Column
        Of the rows that are left.
    target : ndarray
        Of the same rows.
    weight : ndarray of shape (n_rows,)
        Scaled to a mean of 1 unless they are whole numbers.

    Raises
    ------
    ValueError
        If no row has a weight, or one is negative or not finite.
    """
    weight = check_sample_weight(
        sample_weight, target, dtype=np.float64, ensure_non_negative=True
    )
    kept = weight > 0
    if not kept.any():
        raise ValueError("sample_weight is zero for every row: nothing is left to fit.")
    if (weight != np.floor(weight)).any():
        weight = weight / weight[kept].mean()
    if kept.all():
        return columns, target, weight
    return [c.take(kept) for c in columns], target[kept], weight[kept]
