"""The levels of one categorical column, and the table row that each one uses."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from skembed._columns import Column, read_columns, readable_text
from skembed._decimals import shortest_decimals
from skembed._objects import Kind
from skembed.exceptions import ColumnError

NUMBERS: tuple[Kind, ...] = ("integer", "float")
SOME = 100  # levels, of which one is usually known
LARGEST_EXACT = 2**53  # up to here floats hold every integer


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What was learned of one column's levels.

    Attributes
    ----------
    name : hashable
        The column's name.
    kind : {"text", "boolean", "integer", "float"}
        What the levels are.
    levels : ndarray of shape (n_levels,)
        Sorted; NaN comes last and stands for a missing value, if ``fit`` saw one.
        Floats are of 64 bits, see `shortest_decimals`.
    counts : ndarray of shape (n_levels,)
        How many training rows have each level: the sum of their weights.
    rows : ndarray of shape (n_levels,)
        The row of the embedding table that each level uses. Rare levels share one.
    has_missing : bool
        Whether the last level is the missing one.
    """

    name: Hashable
    kind: Kind
    levels: np.ndarray
    counts: np.ndarray
    rows: np.ndarray
    has_missing: bool

    @cached_property
    def unseen_row(self) -> int:
        """The row after the learned ones: it stands for every unseen level."""
        return int(self.rows.max()) + 1

    @cached_property
    def _index(self) -> pd.Index:
        known = len(self.levels) - self.has_missing
        return pd.Index(self.levels[:known])

    @cached_property
    def _rows_or_unseen(self) -> np.ndarray:
        """The rows of the levels; position -1 is the row of unseen ones."""
        return np.append(self.rows, np.int32(self.unseen_row))

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def encode(self, column: Column) -> np.ndarray:
        """Return the table row of every value of a column.

        Parameters
        ----------
        column : Column
            Values of the kind that was learned.

        Returns
        -------
        ndarray of shape (n_samples,) and dtype int32
            `unseen_row` for levels that were not learned.

        Raises
        ------
        ColumnError
            If the column holds another kind of values than it did in ``fit``.
        """
        codes, uniques = column.factorized
        self._check_kind(column, has_values=bool(len(uniques)))
        rows = np.append(self._rows_of(uniques), np.int32(self._missing_row))
        return rows[codes]  # the code of a missing value, -1, takes the last entry

    def unseen(self, column: Column) -> list[Hashable]:
        """Return the distinct levels of a column that were not learned."""
        codes, uniques = column.factorized
        used = uniques[np.unique(codes[codes >= 0])]
        found = used[self._rows_of(used) == self.unseen_row].tolist()
        if (codes < 0).any() and not self.has_missing:
            found.append(np.nan)
        return found

    def has_none_of(self, column: Column) -> bool:
        """Say whether a column has several levels, none of which was learned."""
        codes, uniques = column.factorized
        self._check_kind(column, has_values=bool(len(uniques)))
        used = uniques[np.bincount(codes + 1, minlength=len(uniques) + 1)[1:] > 0]
        if len(used) < 2 or (self._rows_of(used[:SOME]) != self.unseen_row).any():
            return False
        return bool((self._rows_of(used) == self.unseen_row).all())

    def extended(self, column: Column, weight: np.ndarray | None = None) -> Vocabulary:
        """Return what is known after more rows: all levels, and their counts.

        Parameters
        ----------
        column : Column
            Values of the kind that was learned.
        weight : ndarray of shape (n_samples,), default=None
            How often each row counts; None counts each once.

        Returns
        -------
        Vocabulary
            Without pooled levels.

        Raises
        ------
        ColumnError
            If the column holds another kind of values than before.
        """
        more = learn_vocabulary(column, weight)
        self._check_kind(column, has_values=len(more.levels) > more.has_missing)
        levels = [*self._values(), *more._values()]
        frame = pd.DataFrame({self.name: pd.Series(levels, dtype=object)})
        (both,) = read_columns(frame)
        return learn_vocabulary(both, np.concatenate([self.counts, more.counts]))

    def rows_of_levels(self, other: Vocabulary) -> np.ndarray:
        """Return the rows that this vocabulary has for the levels of another one."""
        known = len(other.levels) - other.has_missing
        rows = self._rows_of(other.levels[:known])
        return (
            np.append(rows, np.int32(self._missing_row)) if other.has_missing else rows
        )

    def position(self, level: Hashable) -> int | None:
        """Return where a level stands in `levels`, None if it was not learned."""
        if not pd.api.types.is_scalar(level):
            return None
        if pd.isna(level):
            return len(self.levels) - 1 if self.has_missing else None
        try:
            position = self._places_of(pd.Index([level]))[0]
        except UnicodeEncodeError:  # halves of characters, which no level has
            return None
        return None if position < 0 else int(position)

    @property
    def _missing_row(self) -> int:
        return int(self.rows[-1]) if self.has_missing else self.unseen_row

    def _values(self) -> list[Hashable]:
        """Return the levels as values of their kind: integers beside NaN are floats."""
        levels: list[Hashable] = self.levels.tolist()
        if self.kind != "integer" or not self.has_missing:
            return levels
        return [*map(int, self.levels[:-1]), np.nan]

    def _rows_of(self, uniques: np.ndarray) -> np.ndarray:
        if not len(uniques):
            return np.empty(0, dtype=np.int32)
        with readable_text(self.name):
            return self._rows_or_unseen[self._places_of(pd.Index(uniques))]

    def _places_of(self, values: pd.Index) -> np.ndarray:
        """Look values up, floats that are large integers as such; -1 is nowhere."""
        if values.dtype.kind == "f":
            values = pd.Index(shortest_decimals(values.to_numpy()))
            if np.abs(values).max() > LARGEST_EXACT:
                values = values.astype(object)
        return self._index.get_indexer(values)

    def _check_kind(self, column: Column, has_values: bool) -> None:
        alike = column.kind == self.kind or {column.kind, self.kind} <= set(NUMBERS)
        if has_values and not alike and len(self._index):
            raise ColumnError(
                f"Column {self.name!r} held {self.kind} levels in fit and holds "
                f"{column.kind} values now. Convert it to the type it had in fit."
            )


def learn_vocabulary(
    column: Column,
    weight: np.ndarray | None = None,
    min_frequency: float | None = None,
    max_categories: int | None = None,
) -> Vocabulary:
    """Learn the levels of a column.

    Parameters
    ----------
    column : Column
        Its values.
    weight : ndarray of shape (n_samples,), default=None
        How often each row counts; None counts each once.
    min_frequency : int or float, default=None
        Levels of a smaller count (an integer) or share (a float) are pooled.
    max_categories : int, default=None
        At most so many rows of the table for the levels, the pool among them.

    Returns
    -------
    Vocabulary
        Levels that are missing have a row of their own and are never pooled.
    """
    codes, uniques = column.factorized
    n_rows = np.bincount(codes + 1, minlength=len(uniques) + 1)
    total = n_rows
    if weight is not None:
        total = np.bincount(codes + 1, weights=weight, minlength=len(uniques) + 1)
    used = np.flatnonzero(n_rows[1:])
    order = used[_argsort(uniques[used])]
    levels, counts = uniques[order], total[1:][order]

    pooled = _is_rare(counts, total.sum(), min_frequency, max_categories)
    rows = np.cumsum(~pooled) - 1
    rows[pooled] = rows.max(initial=-1) + 1
    has_missing = bool(n_rows[0])
    if has_missing:
        levels = _append_missing(levels, column.kind)
        counts = np.append(counts, total[0])
        rows = np.append(rows, rows.max(initial=-1) + 1)
    return Vocabulary(
        name=column.name,
        kind=column.kind,
        levels=levels,
        counts=counts,
        rows=rows.astype(np.int32),
        has_missing=has_missing,
    )


def _argsort(levels: np.ndarray) -> np.ndarray:
    """Sort distinct levels; Python's own sort is the quicker one for its objects."""
    if levels.dtype != object:
        return np.argsort(levels, kind="stable")
    objects = levels.tolist()
    return np.array(sorted(range(len(objects)), key=objects.__getitem__), dtype=np.intp)


def _append_missing(levels: np.ndarray, kind: Kind) -> np.ndarray:
    """Put NaN behind the levels; integers beyond what floats tell apart stay so."""
    exact = kind in NUMBERS
    if kind == "integer":
        exact = max(map(abs, levels.tolist()), default=0) <= LARGEST_EXACT
    return np.append(levels.astype(np.float64 if exact else object), np.nan)


def _is_rare(
    counts: np.ndarray,
    total: float,
    min_frequency: float | None,
    max_categories: int | None,
) -> np.ndarray:
    """Mark the levels to pool, by the rules of scikit-learn's OneHotEncoder."""
    rare = np.zeros(len(counts), dtype=bool)
    if min_frequency is not None:
        is_count = isinstance(min_frequency, int | np.integer)
        rare = counts < (min_frequency if is_count else min_frequency * total)
    n_kept = len(counts) - rare.sum()
    if max_categories is not None and n_kept + rare.any() > max_categories:
        by_count = np.argsort(counts, kind="stable")
        rare[by_count[: len(counts) - (max_categories - 1)]] = True
    return rare
