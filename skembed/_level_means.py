"""Means of levels, drawn to the mean of all rows as chance asks for it."""

from __future__ import annotations

import numpy as np


def shrunken_means(
    values: np.ndarray, codes: np.ndarray, weight: np.ndarray, n_codes: int
) -> np.ndarray:
    """Estimate the means of levels whose rows have some values.

    Values are what is predicted of rows: they differ within a level by what else the
    rows are. A level's mean is drawn to that of all rows as if it had more rows of that
    value: as many as the variance within levels is times that of true means, which is
    estimated by the analysis of variance [1]_, chapter 3. Where means differ by no more
    than chance would have it, they are all the same.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        A value of each row.
    codes : ndarray of shape (n_rows,)
        Its level.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    n_codes : int
        How many levels there may be.

    Returns
    -------
    ndarray of shape (n_codes,)
        Levels without rows have the mean of all rows.

    References
    ----------
    .. [1] Searle, S. R., Casella, G. & McCulloch, C. E. (1992). Variance Components.
       Wiley.
    """
    total = weight.sum()
    overall = weight @ values / total
    counts = np.bincount(codes, weight, n_codes)
    sums = np.bincount(codes, weight * (values - overall), n_codes)
    known = counts > 0
    deviation = np.zeros(n_codes)
    deviation[known] = sums[known] / counts[known]
    n_levels = known.sum()
    left = weight @ (values - overall - deviation[codes]) ** 2
    within = left / max(total - n_levels, 1)
    among = counts @ deviation**2 - (n_levels - 1) * within
    if n_levels < 2 or among <= 0:
        return np.full(n_codes, overall)
    variance = among / (total - counts @ counts / total)
    deviation[known] *= counts[known] / (counts[known] + within / variance)
    return overall + deviation
