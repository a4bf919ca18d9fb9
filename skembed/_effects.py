"""The effect of each level of a column on the target, shrunken by its count."""

from __future__ import annotations

import numpy as np

from skembed._sample import Sample


def shrunken_effects(
    sample: Sample, column: int, n_rows: int, alpha: float
) -> np.ndarray:
    """Estimate the effects of one column's levels, ignoring the other columns.

    They are the coefficients of a ridge regression on the one-hot codes of this column
    alone: the mean deviation of a level with n observations from the overall mean is
    multiplied by ``n / (n + alpha)``.

    Parameters
    ----------
    sample : Sample
        With a standardised target.
    column : int
        Which categorical column.
    n_rows : int
        Rows of its table.
    alpha : float
        Strength of the shrinkage, in observations.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs)
        0 for rows without observations.
    """
    codes = sample.inputs.codes[:, column]
    count = np.bincount(codes, weights=sample.weight, minlength=n_rows)
    mean = sample.weight @ sample.target / count.sum()
    sums = [
        np.bincount(codes, weights=sample.weight * deviation, minlength=n_rows)
        for deviation in (sample.target - mean).T
    ]
    shrunken = count + alpha + (count == 0)  # 0 / 1 for rows without observations
    return np.column_stack(sums) / shrunken[:, np.newaxis]
