"""Rows of equal inputs as two, which can be divided as all of them could.

What is learned of observations whose inputs are equal, their mean and their squares, is
all that decides what parts of them, drawn at random, are to be expected to say.
"""

from __future__ import annotations

import numpy as np

from skembed._sample import Sample, merge_equal_inputs, merge_equal_rows
from skembed._scale import learn_scale

GRAIN = 2.0**-31  # of a standard deviation or two: 64-bit sums are surer than that


def merge_to_divide(sample: Sample, loss: str) -> Sample:
    """Merge rows that a loss does not tell apart, so that they can be divided again.

    To squared error, observations of equal inputs are their count, their mean and their
    sum of squares. Any part of them that is drawn at random has the same mean and sum
    of squares to expect, and a mean that is as uncertain, if the observations take two
    values only: cells become two rows. Their values are rounded, so that cells and the
    rows that they were made of are equal to the last bit.

    Parameters
    ----------
    sample : Sample
        Rows in any order.
    loss : str
        By which rows are to be learned.

    Returns
    -------
    Sample
        In a canonical order.
    """
    if loss != "squared_error":
        return merge_equal_rows(sample)
    cells = merge_equal_inputs(sample)
    _, scale = learn_scale(sample.target, sample.weight)
    grain = np.exp2(np.frexp(scale)[1]) * GRAIN
    spread = np.sqrt(cells.squares / cells.weight[:, np.newaxis])
    mean, spread = (np.rint(x / grain) * grain for x in (cells.target, spread))
    row, count, value = two_values(cells.count, mean, spread)
    return Sample(
        inputs=cells.inputs.take(row),
        target=value,
        count=count,
        weight=cells.weight[row] * (count / cells.count[row]),
        squares=np.zeros(value.shape),
    )


def two_values(
    count: np.ndarray, mean: np.ndarray, spread: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stand for observations by others that take two values only.

    Parameters
    ----------
    count : ndarray of shape (n_cells,)
        How many observations there are; from two on there are two values.
    mean, spread : ndarray of shape (n_cells, ...)
        Mean and standard deviation, by the number of observations, of each.

    Returns
    -------
    cell : ndarray of shape (n_values,)
        Where each value belongs, in order; the lower one is first.
    n_times : ndarray of shape (n_values,)
        How many observations have it.
    value : ndarray of shape (n_values, ...)
        The value.
    """
    n_values = np.where(count > 1, 2, 1)
    cell = np.repeat(np.arange(len(count)), n_values)
    is_upper = np.append(False, cell[1:] == cell[:-1])
    lower = np.floor(count / n_values)[cell]
    upper = count[cell] - lower
    apart = np.where(
        is_upper, np.sqrt(lower / np.maximum(upper, 1)), -np.sqrt(upper / lower)
    )
    apart = apart.reshape(-1, *[1] * (mean.ndim - 1))
    return cell, np.where(is_upper, upper, lower), mean[cell] + apart * spread[cell]
