"""Groups of rows that are equal in every column, numbered in a canonical order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skembed._encoding import Encoded

KEYS_PER_ROW = 8  # up to which a flag for every possible key beats a hash table


@dataclass(frozen=True, eq=False)
class Groups:
    """The group of each row; groups are numbered in the order of their values."""

    of_row: np.ndarray
    count: int

    @property
    def member(self) -> np.ndarray:
        """One row of every group."""
        member = np.empty(self.count, dtype=np.intp)
        member[self.of_row] = np.arange(len(self.of_row))
        return member

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Add up the values of each group's rows."""
        return np.bincount(self.of_row, weights=values, minlength=self.count)

    def column_sums(self, values: np.ndarray) -> np.ndarray:
        """Add up each column of values of shape (n_rows, n_columns)."""
        return np.column_stack([self.sums(column) for column in values.T])


def group_rows(inputs: Encoded, target: np.ndarray | None = None) -> Groups:
    """Group the rows that are equal in every column.

    Groups are split column by column, until every row is alone or no column is left.
    The target comes first, because one that never repeats ends the search.

    Parameters
    ----------
    inputs : Encoded
        The features.
    target : ndarray of shape (n_rows, n_outputs), default=None
        Columns that must be equal as well.

    Returns
    -------
    Groups
        In an order that does not depend on the order of the rows.
    """
    measures = (
        inputs.quantities if target is None else np.hstack([target, inputs.quantities])
    )
    groups = Groups(np.zeros(len(inputs), dtype=np.intp), 1)
    for column in (*measures.T, *inputs.codes.T):
        if groups.count < len(inputs):
            groups = _split(groups, column)
    return groups


def _split(groups: Groups, column: np.ndarray) -> Groups:
    """Split groups by the values of one more column."""
    if column.dtype.kind == "f":
        column, levels = pd.factorize(column, sort=True)
        n_levels = len(levels)
    else:
        n_levels = int(column.max()) + 1
        column = column.astype(np.intp)  # keys of several columns pass 32 bits
    keys = groups.of_row * n_levels + column
    distinct, of_row = number_keys(keys, groups.count * n_levels)
    return Groups(of_row, len(distinct))


def number_keys(keys: np.ndarray, bound: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct keys, sorted, and the position of each key among them.

    The result is that of ``numpy.unique`` with its inverse. A flag for every possible
    key is faster than sorting if there are not many more possible keys than rows.

    Parameters
    ----------
    keys : ndarray of int of shape (n_rows,)
        From 0 to ``bound - 1``.
    bound : int
        The number of possible keys.

    Returns
    -------
    distinct : ndarray of shape (n_distinct,)
        The keys that occur.
    positions : ndarray of shape (n_rows,)
        ``distinct[positions]`` is `keys`.
    """
    if bound > KEYS_PER_ROW * len(keys):
        positions, distinct = pd.factorize(keys, sort=True)
        return np.asarray(distinct), positions
    occurs = np.zeros(bound, dtype=bool)
    occurs[keys] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[keys]
