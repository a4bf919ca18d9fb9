"""Numeric columns, standardised; a missing one becomes the mean and a flag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Standardizer:
    """The mean and the scale of every quantity, and which ones need a flag.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_quantities,)
        A constant quantity has scale 1.
    flagged : ndarray of shape (n_quantities,) and dtype bool
        Whether ``fit`` saw missing values.
    """

    mean: np.ndarray
    scale: np.ndarray
    flagged: np.ndarray

    @property
    def n_inputs(self) -> int:
        """The number of columns that `apply` returns."""
        return len(self.mean) + int(self.flagged.sum())

    def apply(self, quantities: np.ndarray) -> np.ndarray:
        """Return standardised quantities, followed by the flags of missing ones.

        Parameters
        ----------
        quantities : ndarray of shape (n_samples, n_quantities)
            NaN where a value is missing.

        Returns
        -------
        ndarray of shape (n_samples, n_quantities + n_flags)
            Without NaN: a missing value is 0, the mean, and its flag is 1.
        """
        missing = np.isnan(quantities)
        standard = np.where(missing, 0.0, (quantities - self.mean) / self.scale)
        return np.hstack([standard, missing[:, self.flagged]])


def learn_standardizer(
    quantities: np.ndarray, weight: np.ndarray | None = None
) -> Standardizer:
    """Learn means and scales, weighted, over the values that are present.

    Parameters
    ----------
    quantities : ndarray of shape (n_samples, n_quantities)
        NaN where a value is missing.
    weight : ndarray of shape (n_samples,), default=None
        How often each row counts; None counts each once.

    Returns
    -------
    Standardizer
        A quantity that is always missing has mean 0.
    """
    missing = np.isnan(quantities)
    present = np.where(missing, 0.0, 1.0 if weight is None else weight[:, None])
    total = np.maximum(present.sum(axis=0), np.finfo(np.float64).tiny)
    values = np.where(missing, 0.0, quantities)
    mean = (present * values).sum(axis=0) / total
    deviation = np.where(missing, 0.0, values - mean)
    scale = np.sqrt((present * deviation**2).sum(axis=0) / total)
    # rounding alone must not make a constant look like a quantity
    constant = scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)
    return Standardizer(mean, np.where(constant, 1.0, scale), missing.any(axis=0))
