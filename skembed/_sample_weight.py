"""Sample weights: checked, brought to a scale, rows without weight left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from skembed._sklearn import check_sample_weight


def read_sample_weight(
    sample_weight: Any, target: np.ndarray, *, is_scaled: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Check the weights, and say which rows have one.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)
        Non-negative.
    target : ndarray of shape (n_samples, ...)
        The target.
    is_scaled : bool, default=True
        Whether to bring those that are no whole numbers to a mean of 1.

    Returns
    -------
    weight : ndarray of shape (n_samples,)
        Of a mean of 1 over the rows that have one where they were to be scaled.
    is_kept : ndarray of shape (n_samples,) and dtype bool
        Which rows have one that is not zero.

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
    if is_scaled and (weight != np.floor(weight)).any():
        weight = weight / weight[kept].mean()
    return weight, kept
