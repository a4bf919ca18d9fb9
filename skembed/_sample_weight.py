"""Sample weights: checked, and brought to a mean of 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from skembed._sklearn import check_sample_weight

BITS = 32  # of a weight that are kept


def read_sample_weight(
    sample_weight: Any, target: np.ndarray, n_rows: np.ndarray | None = None
) -> tuple[np.ndarray, float, np.ndarray]:
    """Check the weights, and scale them to a mean of 1.

    Scaled weights are rounded to 32 bits, so that weights that differ by a constant
    factor are equal to the last bit.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)
        Non-negative.
    target : ndarray of shape (n_samples, ...)
        The target.
    n_rows : ndarray of shape (n_samples,), default=None
        How many rows each stands for; None is one.

    Returns
    -------
    weight : ndarray of shape (n_samples,)
        Scaled to a mean of 1 over the rows whose weight is not zero.
    unit : float
        The mean that they had.
    is_kept : ndarray of shape (n_samples,) and dtype bool
        Which rows have a weight that is not zero.

    Raises
    ------
    ValueError
        If all weights are zero, or one is negative or not finite.
    """
    weight = check_sample_weight(
        sample_weight, target, dtype=np.float64, ensure_non_negative=True
    )
    kept = weight > 0
    if not kept.any():
        raise ValueError("sample_weight is zero for every row: nothing is left to fit.")
    largest = weight.max()  # the sum of weights could be beyond 64-bit floats
    times = None if n_rows is None else n_rows[kept]
    mean = np.average(weight[kept] / largest, weights=times)
    scaled = rounded(weight / largest / mean)
    if (scaled[kept] == 0).any():
        raise ValueError(
            f"sample_weight must not span more than 300 orders of magnitude; got "
            f"weights from {weight[kept].min():g} to {largest:g}. Leave out the rows "
            "of the smallest weights."
        )
    return scaled, float(mean * largest), kept


def rounded(weight: np.ndarray) -> np.ndarray:
    """Round weights to so many bits that the errors of a few operations vanish."""
    mantissa, exponent = np.frexp(weight)
    return np.asarray(np.ldexp(np.rint(np.ldexp(mantissa, BITS)), exponent - BITS))
