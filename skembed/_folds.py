"""Observations dealt into folds, and grouped within each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skembed._encoding import Encoded
from skembed._sample import Sample, join, merge_equal_inputs, part_of

MAX_ORDERED = 10_000_000  # observations; more are not brought into an order


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
    """Deal observations into folds of even size, at random.

    A row that stands for several observations can be divided among folds; an
    observation and its whole weight lie in one.

    Parameters
    ----------
    sample : Sample
        Rows that were merged by `skembed._divisible.merge_to_divide`.
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
    dealt_rows = join(parts)
    inputs = with_folds(dealt_rows.inputs, of_row)
    return group_by_fold(replace(dealt_rows, inputs=inputs), n_folds)


def group_by_fold(sample: Sample, n_folds: int) -> Folds:
    """Group rows whose folds are given.

    Parameters
    ----------
    sample : Sample
        Rows in any order, their fold the last of their codes, see `with_folds`.
    n_folds : int
        How many there are.

    Returns
    -------
    Folds
        In a canonical order.
    """
    cells = merge_equal_inputs(sample)
    codes = cells.inputs.codes
    inputs = Encoded(codes[:, :-1], cells.inputs.quantities)
    return Folds(replace(cells, inputs=inputs), codes[:, -1], n_folds)


def _deal(count: np.ndarray, n_folds: int, rng: np.random.Generator) -> np.ndarray:
    """Return how many of each row's observations go to each fold.

    Observations come in random order, and each goes to the next fold. Equal ones are
    not kept apart: those of other folds would tell of them.
    """
    if count.sum() > MAX_ORDERED:
        return _deal_one_by_one(count, n_folds, rng)
    row = np.repeat(np.arange(len(count)), count.astype(np.intp))
    row = row[rng.permutation(len(row))]
    places = row * n_folds + np.arange(len(row)) % n_folds
    dealt = np.bincount(places, minlength=len(count) * n_folds)
    return dealt.reshape(len(count), n_folds)


def _deal_one_by_one(
    count: np.ndarray, n_folds: int, rng: np.random.Generator
) -> np.ndarray:
    """Throw a die for each observation: folds of so many are even, to a hair."""
    even = np.floor(np.maximum(count - MAX_ORDERED, 0) / n_folds)
    rest = (count - n_folds * even).astype(np.int64)
    dealt = np.empty((len(count), n_folds))
    for fold in range(n_folds):
        thrown = rng.binomial(rest, 1 / (n_folds - fold))
        dealt[:, fold] = even + thrown
        rest = rest - thrown
    return dealt


def with_folds(inputs: Encoded, of_row: np.ndarray) -> Encoded:
    """Return inputs with the fold of each row as one more code."""
    codes = np.column_stack([inputs.codes, of_row]).astype(np.int32)
    return Encoded(codes, inputs.quantities)
