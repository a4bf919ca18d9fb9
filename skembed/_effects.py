"""The effect of each level of a column on the target, shrunken by its count."""

from __future__ import annotations

import numpy as np

from skembed._sample import Sample


def shrunken_effects(sample: Sample, column: int, n_rows: int) -> np.ndarray:
    """Estimate the effects of one column's levels, ignoring the other columns.

    A level's mean deviation from the overall mean is multiplied by
    ``n / (n + s2 / t2)``, where n is its count: the best linear predictor of a random
    effect of variance t2 under noise of variance s2. The variances are estimated by
    the method of moments [1]_.

    Parameters
    ----------
    sample : Sample
        With a standardised target.
    column : int
        Which categorical column.
    n_rows : int
        Rows of its table.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs)
        0 for rows without observations, and for all rows when the levels differ by no
        more than noise would make them.

    References
    ----------
    .. [1] Searle, S. R., Casella, G. & McCulloch, C. E. (1992). Variance Components,
       chapter 3: the one-way classification, unbalanced data. Wiley.
    """
    codes = sample.inputs.codes[:, column]
    count = np.bincount(codes, weights=sample.weight, minlength=n_rows)
    total, squares = count.sum(), (count**2).sum()
    seen = np.maximum(count, np.finfo(np.float64).tiny)
    n_levels = np.count_nonzero(count)
    effects = np.zeros((n_rows, sample.target.shape[1]))
    for k, target in enumerate(sample.target.T):
        sums = np.bincount(codes, weights=sample.weight * target, minlength=n_rows)
        deviation = np.where(count > 0, sums / seen - sums.sum() / total, 0.0)
        between = (count * deviation**2).sum()
        everything = (sample.weight * (target - sums.sum() / total) ** 2).sum()
        inside = max(everything + total * sample.within - between, 0.0)
        noise = inside / max(total - n_levels, 1.0)
        spread = (between - (n_levels - 1) * noise) / max(total - squares / total, 1.0)
        spread = max(spread, 0.0)
        effects[:, k] = (
            deviation
            * count
            * spread
            / np.maximum(count * spread + noise, np.finfo(np.float64).tiny)
        )
    return effects
