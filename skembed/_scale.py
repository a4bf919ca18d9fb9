"""Means and standard deviations that do not show the order of their sums."""

from __future__ import annotations

import numpy as np

GRAIN = 2.0**-20
LARGEST = 1e100  # numbers whose squares can still be added up


def learn_scale(
    values: np.ndarray, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and standard deviation of each column.

    Both are rounded, the mean to a millionth of the standard deviation and that to 32
    bits. Rows that are repeated, weighted or in another order, whose sums differ in
    their last bits, so have the same scale to the last bit.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_columns)
        NaN where a value is missing.
    weight : ndarray of shape (n_samples,), default=None
        How often each row counts; None counts each once.

    Returns
    -------
    mean, scale : ndarray of shape (n_columns,)
        Over the values that are present. A column without any has mean 0, and one
        that is constant has scale 1.
    """
    missing = np.isnan(values)
    present = np.where(missing, 0.0, 1.0 if weight is None else weight[:, np.newaxis])
    total = np.maximum(present.sum(axis=0), np.finfo(np.float64).tiny)
    mean = (present * np.where(missing, 0.0, values)).sum(axis=0) / total
    deviation = np.where(missing, 0.0, values - mean)
    scale = np.sqrt((present * deviation**2).sum(axis=0) / total)
    # rounding alone must not make a constant look like a variable
    constant = scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)
    value = np.where(missing, -np.inf, values).max(axis=0, initial=-np.inf)
    scale = np.where(constant, 1.0, scale)
    mantissa, exponent = np.frexp(scale)
    scale = np.ldexp(mantissa.astype(np.float32).astype(np.float64), exponent)
    mean = np.rint(mean / scale / GRAIN) * GRAIN * scale
    return np.where(constant & np.isfinite(value), value, mean), scale
