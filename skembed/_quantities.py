"""Numeric columns, standardised; a missing one becomes the mean and a flag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skembed._scale import learn_scale


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
    mean, scale = learn_scale(quantities, weight)
    return Standardizer(mean, scale, np.isnan(quantities).any(axis=0))
