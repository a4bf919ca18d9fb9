"""The training sample: rows with a target and a count, merged and divided.

Operations that leave the weighted least-squares problem as it is: equal rows merge,
some rows are held out, and rows of equal inputs become one cell. After them it no
longer matters whether a row was repeated or weighted, nor in which order the rows came,
but for what 64-bit sums round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skembed._encoding import Encoded, join_inputs
from skembed._target import TargetScale

MAX_HYPERGEOMETRIC = 10**9  # numpy's limit
MAX_KEPT = 1_000
KEYS_PER_ROW = 8  # up to which a flag for every possible key beats a hash table


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows to train on or to validate with.

    Attributes
    ----------
    inputs : Encoded
        What the network reads.
    target : ndarray of shape (n_rows, n_outputs)
        What it is to predict.
    count : ndarray of shape (n_rows,)
        How many observations a row stands for. It decides the number of steps in an
        epoch and which rows can be held out.
    weight : ndarray of shape (n_rows,)
        How much a row counts in the loss.
    squares : ndarray of shape (n_rows, n_outputs)
        The sum of squares that was averaged away inside each row, which no function of
        the inputs can remove.
    """

    inputs: Encoded
    target: np.ndarray
    count: np.ndarray
    weight: np.ndarray
    squares: np.ndarray

    def take(self, rows: np.ndarray) -> Sample:
        """Return some of the rows."""
        return Sample(
            inputs=self.inputs.take(rows),
            target=self.target[rows],
            count=self.count[rows],
            weight=self.weight[rows],
            squares=self.squares[rows],
        )

    @property
    def within(self) -> np.ndarray:
        """The part of each output's mean squared error that was averaged away."""
        return np.asarray(self.squares.sum(axis=0) / self.weight.sum())

    @property
    def n_observations(self) -> float:
        """The number of observations that the rows stand for."""
        return float(self.count.sum())

    @property
    def weight_of_observation(self) -> float:
        """The mean weight of an observation, which is 1 where weights are counts."""
        return float(self.weight.sum() / self.count.sum())

    def standardized(self, scale: TargetScale) -> Sample:
        """Return the same rows with their targets in standard units."""
        target = scale.standardize(self.target)
        return replace(self, target=target, squares=self.squares / scale.scale**2)


def make_sample(
    inputs: Encoded, target: np.ndarray, sample_weight: np.ndarray | None
) -> Sample:
    """Join inputs, target and weights.

    Whole-number weights are read as counts: a row of weight 3 is three rows. Other
    weights only scale the loss.

    Parameters
    ----------
    inputs : Encoded
        What the network reads.
    target : ndarray of shape (n_samples, n_outputs)
        What it is to predict.
    sample_weight : ndarray of shape (n_samples,) or None
        Positive weights; None is a weight of one.

    Returns
    -------
    Sample
        A row for every row.
    """
    n_samples = len(inputs)
    weight = np.ones(n_samples) if sample_weight is None else sample_weight
    is_count = sample_weight is None or bool((weight == np.floor(weight)).all())
    return Sample(
        inputs=inputs,
        target=target,
        count=weight if is_count else np.ones(n_samples),
        weight=weight,
        squares=np.zeros(target.shape),
    )


def join(parts: Sequence[Sample]) -> Sample:
    """Put the rows of some samples one after the other."""
    return Sample(
        inputs=join_inputs([part.inputs for part in parts]),
        target=np.vstack([part.target for part in parts]),
        count=np.concatenate([part.count for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        squares=np.vstack([part.squares for part in parts]),
    )


def merge_equal_rows(sample: Sample) -> Sample:
    """Merge the rows that are equal in inputs and target, in a canonical order."""
    cells = _cells(sample.inputs, sample.target)
    count, weight = _totals(sample, cells)
    return Sample(
        inputs=sample.inputs.take(cells.member),
        target=sample.target[cells.member],
        count=count,
        weight=weight,
        squares=cells.column_sums(sample.squares),
    )


def merge_equal_inputs(sample: Sample) -> Sample:
    """Merge rows of equal inputs into cells with the weighted mean of their targets.

    For squared error a cell has the gradient of its rows, and their loss but for the
    variance within the cell, which is kept in `Sample.squares`.

    Parameters
    ----------
    sample : Sample
        Rows in any order.

    Returns
    -------
    Sample
        A row for every distinct combination of inputs, in a canonical order.
    """
    cells = _cells(sample.inputs)
    count, weight = _totals(sample, cells)
    weighted = sample.weight[:, np.newaxis]
    mean = cells.column_sums(weighted * sample.target) / weight[:, np.newaxis]
    squares = sample.squares + weighted * (sample.target - mean[cells.of_row]) ** 2
    return Sample(
        inputs=sample.inputs.take(cells.member),
        target=mean,
        count=count,
        weight=weight,
        squares=cells.column_sums(squares),
    )


def hold_out(
    sample: Sample, fraction: float, rng: np.random.Generator
) -> tuple[Sample, Sample]:
    """Divide the observations at random into a training and a validation sample.

    A row that stands for several observations can be divided between the two, as if
    it had been repeated.

    Parameters
    ----------
    sample : Sample
        Merged rows.
    fraction : float
        The share of the observations to hold out.
    rng : numpy.random.Generator
        Draws the observations.

    Returns
    -------
    training, validation : Sample
        Both have at least one observation.

    Raises
    ------
    ValueError
        If there is only one observation.
    """
    n_observations = int(sample.n_observations)
    if n_observations < 2:
        raise ValueError(
            "early_stopping=True needs at least 2 samples, one of them to validate "
            f"with, but n_samples = {n_observations}."
        )
    n_held_out = int(np.clip(fraction * n_observations, 1, n_observations - 1))
    count = sample.count.astype(np.int64)
    if n_observations < MAX_HYPERGEOMETRIC:
        held_out = rng.multivariate_hypergeometric(
            count, n_held_out, method="marginals"
        )
    else:  # of so many the binomial law holds out the same share, to a hair
        held_out = rng.binomial(count, fraction)
    return part_of(sample, sample.count - held_out), part_of(sample, held_out)


def part_of(sample: Sample, count: np.ndarray) -> Sample:
    """Return the rows of a sample of which some observations are taken."""
    rows = np.flatnonzero(count)
    share = (count[rows] / sample.count[rows])[:, np.newaxis]
    return Sample(
        inputs=sample.inputs.take(rows),
        target=sample.target[rows],
        count=count[rows],
        weight=sample.weight[rows] * count[rows] / sample.count[rows],
        squares=sample.squares[rows] * share,
    )


@dataclass(frozen=True, eq=False)
class Rows:
    """Inputs without a target, and how much each counts.

    Attributes
    ----------
    inputs : Encoded
        Codes and quantities.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    """

    inputs: Encoded
    weight: np.ndarray


def kept_rows(rows: Sample | Rows, n_rows: int = MAX_KEPT) -> Rows:
    """Choose rows that stand for all, if there are too many.

    Of the observations, in the order of the rows, every so-manyth is taken, so that
    nothing is left to chance.

    Parameters
    ----------
    rows : Sample or Rows
        Merged, in a canonical order.
    n_rows : int, default=1_000
        How many to keep at most.

    Returns
    -------
    Rows
        All of them where they are few enough, else observations of equal weight.
    """
    if len(rows.inputs) <= n_rows:
        return Rows(rows.inputs, rows.weight)
    total = np.cumsum(rows.weight)
    places = (np.arange(n_rows) + 0.5) / n_rows * total[-1]
    chosen = np.searchsorted(total, places)
    return Rows(rows.inputs.take(chosen), np.ones(n_rows))


def merge_rows(rows: Rows) -> Rows:
    """Merge rows of equal inputs, in a canonical order."""
    cells = _cells(rows.inputs)
    return Rows(rows.inputs.take(cells.member), cells.sums(rows.weight))


@dataclass(frozen=True, eq=False)
class _Cells:
    """Which cell each row is in; cells are numbered in the order of their values."""

    of_row: np.ndarray
    count: int

    @property
    def member(self) -> np.ndarray:
        """One row of every cell."""
        member = np.empty(self.count, dtype=np.intp)
        member[self.of_row] = np.arange(len(self.of_row))
        return member

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Add up the values of each cell's rows."""
        return np.bincount(self.of_row, weights=values, minlength=self.count)

    def column_sums(self, values: np.ndarray) -> np.ndarray:
        """Add up each column of values of shape (n_rows, n_columns)."""
        return np.column_stack([self.sums(column) for column in values.T])


def _totals(sample: Sample, cells: _Cells) -> tuple[np.ndarray, np.ndarray]:
    """Add up the counts and the weights, which often are the same, of each cell."""
    count = cells.sums(sample.count)
    is_count = sample.weight is sample.count
    return count, count if is_count else cells.sums(sample.weight)


def _cells(inputs: Encoded, target: np.ndarray | None = None) -> _Cells:
    """Find the rows that are equal in every column.

    Cells are split column by column, until every row is alone or no column is left:
    a measure that never repeats, which ends it at once, comes first.
    """
    measures = (
        inputs.quantities if target is None else np.hstack([target, inputs.quantities])
    )
    cells = _Cells(np.zeros(len(inputs), dtype=np.intp), 1)
    for column in (*measures.T, *inputs.codes.T):
        if cells.count < len(inputs):
            cells = _split(cells, column)
    return cells


def _split(cells: _Cells, column: np.ndarray) -> _Cells:
    """Split cells by the values of one more column."""
    if column.dtype.kind == "f":
        column, levels = pd.factorize(column, sort=True)
        n_levels = len(levels)
    else:
        n_levels = int(column.max()) + 1
        column = column.astype(np.intp)  # keys of several columns pass 32 bits
    if cells.count == 1:
        return _numbered(column, n_levels)
    return _numbered(cells.of_row * n_levels + column, cells.count * n_levels)


def _numbered(keys: np.ndarray, bound: int) -> _Cells:
    """Give cells to whole keys below a bound, in their order and without gaps."""
    if bound > KEYS_PER_ROW * len(keys):
        of_row, distinct = pd.factorize(keys, sort=True)
        return _Cells(of_row, len(distinct))
    present = np.zeros(bound, dtype=bool)
    present[keys] = True
    if present.all():
        return _Cells(keys, bound)
    number = np.cumsum(present) - 1
    return _Cells(number[keys], int(number[-1]) + 1)
