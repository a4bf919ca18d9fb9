"""The training sample: observations with a target and a weight, merged and divided.

Operations that leave the weighted least-squares problem as it is: equal observations
merge, some are held out, and those of equal inputs become one cell. The order in which
rows came does not matter after them, except for the rounding of 64-bit sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skembed._encoding import Encoded, join_inputs
from skembed._grouping import Groups, group_rows
from skembed._target import TargetScale

MAX_HYPERGEOMETRIC = 10**9  # numpy's limit
MAX_KEPT = 1_000


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
        The number of observations of equal weight that a row can be divided into. For a
        row that merges observations of unequal weight it is their effective number
        (Kish 1965, Survey Sampling, section 8.2), so that one heavy observation is not
        divided.
    weight : ndarray of shape (n_rows,)
        How much a row counts in the loss: the precision of its target, relative to that
        of one observation. The sum over all rows is the number of observations.
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
        """The number of observations, without the rounding errors of the weights."""
        return float(np.round(self.weight.sum(), 6))

    def standardized(self, scale: TargetScale) -> Sample:
        """Return the same rows with their targets in standard units."""
        target = scale.standardize(self.target)
        return replace(self, target=target, squares=self.squares / scale.scale**2)


def make_sample(
    inputs: Encoded,
    target: np.ndarray,
    count: np.ndarray | None = None,
    weight: np.ndarray | None = None,
) -> Sample:
    """Join features and target.

    Parameters
    ----------
    inputs : Encoded
        The features.
    target : ndarray of shape (n_rows, n_outputs)
        Their target.
    count, weight : ndarray of shape (n_rows,), default=None
        See `Sample`. By default a row is one observation, and each observation has a
        weight of 1.

    Returns
    -------
    Sample
        Of these rows.
    """
    count = np.ones(len(inputs)) if count is None else count
    return Sample(
        inputs=inputs,
        target=target,
        count=count,
        weight=count if weight is None else weight,
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
    return merge_groups(sample, group_rows(sample.inputs, sample.target))


def merge_groups(sample: Sample, groups: Groups) -> Sample:
    """Merge the rows of each group, which are equal in inputs and target."""
    count, weight = _totals(sample, groups)
    return Sample(
        inputs=sample.inputs.take(groups.member),
        target=sample.target[groups.member],
        count=count,
        weight=weight,
        squares=groups.column_sums(sample.squares),
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
    cells = group_rows(sample.inputs)
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

    A row that stands for several observations can be divided between the two.

    Parameters
    ----------
    sample : Sample
        Rows that were merged by `skembed._divisible.merge_to_divide`.
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
    n_parts = int(sample.count.sum())
    if n_parts < 2:
        raise ValueError(
            "early_stopping=True needs at least 2 distinct samples, one of them to "
            f"validate with, but n_samples = {n_parts}."
        )
    n_held_out = int(np.clip(fraction * n_parts, 1, n_parts - 1))
    count = sample.count.astype(np.int64)
    if n_parts < MAX_HYPERGEOMETRIC:
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
    cells = group_rows(rows.inputs)
    return Rows(rows.inputs.take(cells.member), cells.sums(rows.weight))


def _totals(sample: Sample, groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the effective number of observations of each group, and its weight."""
    weight = groups.sums(sample.weight)
    if sample.weight is sample.count:
        return weight, weight
    return weight**2 / groups.sums(sample.weight**2 / sample.count), weight
