"""Observations dealt into folds, and grouped within each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skembed._encoding import Encoded
from skembed._sample import Sample, join, merge_equal_inputs, part_of


@dataclass(frozen=True, eq=False)
class Folds:
    """A sample whose rows each belong to one fold.

    Attributes
    ----------
    sample : Sample
        Cells of equal inputs and equal fold.
    of_row : ndarray of shape (n_rows,)
        The fold of each row.
    count : int
        How many folds there are.
    """

    sample: Sample
    of_row: np.ndarray
    count: int

    def rows_outside(self, *folds: int) -> np.ndarray:
        """Return the positions of the rows that some folds leave for training."""
        return np.flatnonzero(~np.isin(self.of_row, folds))

    def rows_of(self, fold: int) -> np.ndarray:
        """Return the positions of the rows of a fold."""
        return np.flatnonzero(self.of_row == fold)


def deal_into_folds(sample: Sample, n_folds: int, rng: np.random.Generator) -> Folds:
    """Deal observations into folds at random, as even as can be.

    A row that stands for several observations is dealt as if it had been repeated.

    Parameters
    ----------
    sample : Sample
        Merged rows, in a canonical order.
    n_folds : int
        How many folds to make.
    rng : numpy.random.Generator
        Deals the observations.

    Returns
    -------
    Folds
        Of which each has about the same number of observations.
    """
    dealt = _deal(sample.count, n_folds, rng)
    parts = [part_of(sample, dealt[:, fold]) for fold in range(n_folds)]
    of_row = np.repeat(np.arange(n_folds), [len(part.inputs) for part in parts])
    cells = merge_equal_inputs(_with_folds(join(parts), of_row))
    codes = cells.inputs.codes
    inputs = Encoded(codes[:, :-1], cells.inputs.quantities)
    return Folds(replace(cells, inputs=inputs), codes[:, -1], n_folds)


def _deal(count: np.ndarray, n_folds: int, rng: np.random.Generator) -> np.ndarray:
    """Return how many of each row's observations go to each fold.

    Rows come in random order, and each goes on where the one before it ended.
    """
    order = rng.permutation(len(count))
    whole, rest = np.divmod(count[order], n_folds)
    first = np.cumsum(rest) - rest
    turn = (np.arange(n_folds) - first[:, np.newaxis]) % n_folds
    dealt = np.empty((len(count), n_folds))
    dealt[order] = whole[:, np.newaxis] + (turn < rest[:, np.newaxis])
    return dealt


def _with_folds(sample: Sample, of_row: np.ndarray) -> Sample:
    """Return a sample with the fold as one more code."""
    codes = np.column_stack([sample.inputs.codes, of_row]).astype(np.int32)
    return replace(sample, inputs=Encoded(codes, sample.inputs.quantities))
