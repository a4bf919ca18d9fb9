"""The observations of a table: copies merged, weights brought to a mean of 1.

A weight says how much an observation counts relative to the others, as the precision
weights of lme4 do, not how many observations it stands for. Copies of a row are one
observation with the sum of their weights. Where the target takes few values, equal rows
need not be copies: five customers of one shop may all answer "yes".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from skembed._columns import Column
from skembed._encoding import Encoded
from skembed._grouping import Groups, group_rows
from skembed._sample import Sample, make_sample, merge_groups
from skembed._sample_weight import rounded
from skembed._training_data import TrainingData

ROWS_PER_VALUE = 20  # of what is not continuous, if it takes many values
MIN_DISTINCT = 16  # distinct rows; fewer may have a common divisor by chance
VALUES_PER_COMBINATION = 1.5
MIN_TIMES = 5.0
COPIES = 2.0  # of an observation among equal rows, on average; a bootstrap's


def make_observations(inputs: Encoded, data: TrainingData) -> Sample:
    """Join features, target and weights, and merge copies.

    Equal rows that are observations of their own may have copies among them all the
    same, as in a bootstrap sample. From three on they are divided into half as many
    parts, but at least two, so that copies seldom confirm each other.

    Parameters
    ----------
    inputs : Encoded
        The features.
    data : TrainingData
        What ``fit`` was given.

    Returns
    -------
    Sample
        Its weights add up to the number of observations.
    """
    sample = make_sample(inputs, data.target, data.n_rows, data.counts)
    if data.is_summary:
        return sample
    groups = group_rows(inputs, data.target)
    if groups.count == len(inputs) and data.n_rows is None:
        return sample
    times = groups.sums(sample.count)
    n_observations = count_observations(times, inputs, data.target, groups)
    merged = merge_groups(sample, groups)
    weight = rounded(merged.weight * (n_observations.sum() / merged.weight.sum()))
    count = merged.count * n_observations / times
    halved = np.maximum(count / COPIES, np.minimum(count, 2))
    return replace(merged, count=halved, weight=weight)


def count_observations(
    times: np.ndarray, inputs: Encoded, target: np.ndarray, groups: Groups
) -> np.ndarray:
    """Decide how many observations equal rows are.

    Equal rows are copies, one observation, if the target or a numeric feature is
    continuous: if it takes more different values than a twentieth of the number of
    rows, and than the root of that number. Otherwise they are observations of their own
    if the features do not identify rows: if the combinations of features have 1.5
    different values of the target on average, or if every value of the target occurs at
    least five times with the combinations that have it, on average. Before that, how
    often rows occur is divided by its greatest common divisor, overall and among the
    rows of each value of the target, so that a repeated table and an oversampled class
    are recognised. None of this depends on the weights.

    Parameters
    ----------
    times : ndarray of shape (n_groups,)
        How often each distinct row occurs.
    inputs : Encoded
        The features of all rows.
    target : ndarray of shape (n_rows, n_outputs)
        Their target.
    groups : Groups
        Of rows that are equal in both.

    Returns
    -------
    ndarray of shape (n_groups,)
        Positive integers, as floats.
    """
    times = _without_divisor(times.astype(np.int64), np.zeros(len(times), np.intp))
    values = group_rows(_no_features(len(inputs)), target)
    n_values = [values.count, *(len(pd.unique(x)) for x in inputs.quantities.T)]
    most = max(n_values)
    if most * min(most, ROWS_PER_VALUE) > times.sum():
        return np.ones(len(times))
    value = values.of_row[groups.member]
    times = _without_divisor(times, value)
    n_combinations = group_rows(inputs.take(groups.member)).count
    n_distinct = np.bincount(value)
    mean_times = np.bincount(value, times) / n_distinct
    is_dense = len(times) >= VALUES_PER_COMBINATION * n_combinations
    if is_dense or mean_times.min() >= MIN_TIMES:
        return times.astype(np.float64)
    return np.ones(len(times))


def observations_of_rows(columns: Sequence[Column], target: np.ndarray) -> np.ndarray:
    """Return a number for each row of a table, the same for copies of one row.

    Parameters
    ----------
    columns : sequence of Column
        The features.
    target : ndarray of shape (n_samples, n_outputs)
        The target.

    Returns
    -------
    ndarray of shape (n_samples,)
        The observation of each row, in the order in which they first occur.
    """
    n_rows = len(target)
    codes = {True: [_no_features(n_rows).codes], False: [_no_features(n_rows).codes]}
    for column in columns:
        codes[column.is_quantity].append(column.factorized[0] + 1)
    levels, numbers = np.column_stack(codes[False]), np.column_stack(codes[True])
    inputs = Encoded(levels.astype(np.int32), numbers.astype(np.float64))
    groups = group_rows(inputs, target)
    if groups.count == n_rows:
        return np.arange(n_rows)
    times = np.bincount(groups.of_row)
    n_observations = count_observations(times, inputs, target, groups)
    rank = pd.Series(groups.of_row).groupby(groups.of_row).cumcount().to_numpy()
    keys = groups.of_row * times.max() + rank % n_observations[groups.of_row]
    return pd.factorize(keys)[0]


def _no_features(n_rows: int) -> Encoded:
    return Encoded(np.empty((n_rows, 0), dtype=np.int32), np.empty((n_rows, 0)))


def _without_divisor(times: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Divide by the greatest common divisor of all rows of a kind, if they are many."""
    divisor = np.zeros(kind.max() + 1, dtype=times.dtype)
    np.gcd.at(divisor, kind, times)
    divisor[np.bincount(kind) < MIN_DISTINCT] = 1
    return times // divisor[kind]
