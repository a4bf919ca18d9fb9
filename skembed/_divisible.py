"""Rows of equal inputs as two, which can be divided as all of them could.

What is learned of observations whose inputs are equal, their mean and their squares, is
all that decides what parts of them, drawn at random, are to be expected to say.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skembed._grouped_rows import two_values
from skembed._sample import Sample, merge_equal_inputs, merge_equal_rows
from skembed._scale import learn_scale

GRAIN = 2.0**-31  # of a standard deviation or two: 64-bit sums are surer than that
# counts from this fraction on are rounded up: no ratio of small integers is near it
ROUNDED_UP = (3 - np.sqrt(5)) / 2


def merge_to_divide(sample: Sample, loss: str) -> Sample:
    """Merge observations that a loss does not tell apart, so that they can be divided.

    For squared error, observations of equal inputs are represented by their effective
    number, their mean and their sum of squares, as two values. Any part of them that is
    drawn at random has the same mean and sum of squares to expect, and a mean that is
    as uncertain. Values are rounded, so that cells and the rows that they were made of
    are equal to the last bit.

    Parameters
    ----------
    sample : Sample
        Observations in any order.
    loss : str
        What they are learned by.

    Returns
    -------
    Sample
        In a canonical order, with counts that are positive integers.
    """
    if loss != "squared_error":
        rows = merge_equal_rows(sample)
        return replace(rows, count=_whole(rows.count))
    cells = merge_equal_inputs(sample)
    _, scale = learn_scale(sample.target, sample.weight)
    grain = np.exp2(np.frexp(scale)[1]) * GRAIN
    spread = np.sqrt(cells.squares / cells.weight[:, np.newaxis])
    mean, spread = (np.rint(x / grain) * grain for x in (cells.target, spread))
    cell_count = _whole(cells.count)
    row, count, value = two_values(cell_count, mean, spread)
    squares: np.ndarray = np.zeros(value.shape)
    is_single = cell_count[row] == 1
    squares[is_single] = cells.squares[row[is_single]]
    return Sample(
        inputs=cells.inputs.take(row),
        target=value,
        count=count,
        weight=cells.weight[row] * (count / cell_count[row]),
        squares=squares,
    )


def _whole(count: np.ndarray) -> np.ndarray:
    """Round effective numbers of observations to positive integers.

    The border lies at a fraction that weights which are small integers do not reach,
    so that small changes of a weight change no count.
    """
    return np.asarray(np.maximum(np.floor(count + 1 - ROUNDED_UP), 1))
