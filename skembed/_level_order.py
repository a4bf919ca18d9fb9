"""Whether the levels of a column predict a target by their order, or each on its own.

Let m_i be the mean target of level i, in the order of the levels' values, less the
mean of all rows. If the order tells nothing, m_i and m_{i+1} are independent and their
products have mean zero; if the mean is a smooth function of the value, the products are
about m_i^2. Two halves of each level's rows, A and B, show how levels differ from their
neighbours: products of the differences d_i = m_i - m_{i-1} in A and in B have mean zero
if neighbours are alike, whatever the noise is, and twice the variance of effects that
are drawn independently.

Both sums of products are divided by the root of the sum of their squares, which makes
them standard normal under either hypothesis without an estimate of the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MIN_PAIRS = 16  # of neighbouring levels with rows in both halves
# the variance of a sum of products of differences, of which two neighbours share a
# level and correlate by 1/2, over the sum of their variances
OVERLAP = 1 + 2 * 0.5**2


@dataclass(frozen=True)
class LevelOrder:
    """How the mean target depends on the levels of a column.

    Attributes
    ----------
    smooth : float
        The variance of effects that neighbouring levels share.
    rough : float
        The variance of what each level has of its own, 0 if too few have two rows.
    smooth_z, rough_z : float
        Standard normal if there are no such effects.
    """

    smooth: float
    rough: float
    smooth_z: float
    rough_z: float


def compare_with_order(
    codes: np.ndarray, target: np.ndarray, weight: np.ndarray, is_first: np.ndarray
) -> LevelOrder:
    """Measure how the mean target depends on the order of levels.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,)
        The rank of each row's level, from 0 without gaps.
    target : ndarray of shape (n_rows, n_outputs)
        Numbers, or zeros and ones.
    weight : ndarray of shape (n_rows,)
        Positive weights.
    is_first : ndarray of shape (n_rows,) and dtype bool
        Which rows are of half A. Copies of a row must be of one half.

    Returns
    -------
    LevelOrder
        Variances in squared units of the target, added up over outputs.
    """
    target = target - np.average(target, axis=0, weights=weight)
    means, total = _level_means(codes, target, weight)
    share = np.sqrt(total[1:] * total[:-1])
    smooth, smooth_z = _mean_product(means[1:], means[:-1], share)
    halves = [
        _level_means(codes, target, np.where(is_of_half, weight, 0), len(total))
        for is_of_half in (is_first, ~is_first)
    ]
    (first, of_first), (second, of_second) = halves
    kept = np.flatnonzero((of_first > 0) & (of_second > 0))
    if len(kept) <= MIN_PAIRS:
        return LevelOrder(smooth, 0.0, smooth_z, 0.0)
    share = np.minimum(total[kept][1:], total[kept][:-1])
    rough, rough_z = _mean_product(
        np.diff(first[kept], axis=0), np.diff(second[kept], axis=0), share
    )
    return LevelOrder(smooth, rough / 2, smooth_z, rough_z / np.sqrt(OVERLAP))


def _level_means(
    codes: np.ndarray, target: np.ndarray, weight: np.ndarray, n_levels: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean target of each level, and its weight."""
    total = np.bincount(codes, weight, n_levels)
    sums = [np.bincount(codes, weight * output, n_levels) for output in target.T]
    divisor = np.where(total > 0, total, 1)
    return np.stack(sums, axis=1) / divisor[:, np.newaxis], total


def _mean_product(
    left: np.ndarray, right: np.ndarray, share: np.ndarray
) -> tuple[float, float]:
    """Return the weighted mean of products of rows, and their standardized sum."""
    products = share * (left * right).sum(axis=1)
    length = np.sqrt((products**2).sum())
    z = products.sum() / length if length > 0 else 0.0
    return float(products.sum() / share.sum()), float(z)
