"""What it takes to go on training where it stopped, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Memory:
    """What an optimizer remembers.

    Attributes
    ----------
    scalars : tuple of ndarray of shape ()
        Of the training as a whole, such as its steps.
    tables : tuple of tuple of ndarray
        Of each embedding table, arrays with a row for each of its rows.
    others : tuple of tuple of ndarray
        Of each other variable that is trained.
    """

    scalars: tuple[np.ndarray, ...]
    tables: tuple[tuple[np.ndarray, ...], ...]
    others: tuple[tuple[np.ndarray, ...], ...]

    def with_rows(self, moved: Sequence[Callable[[np.ndarray], np.ndarray]]) -> Memory:
        """Return the same of tables whose rows have moved, by a function for each."""
        tables = tuple(
            tuple(map(move, arrays))
            for move, arrays in zip(moved, self.tables, strict=True)
        )
        return replace(self, tables=tables)


@dataclass(frozen=True, eq=False)
class Past:
    """What was trained on so far.

    Attributes
    ----------
    memory : Memory or None
        None before the first step.
    n_observations : float
        How many observations, by which penalties are divided.
    occurrences : tuple of ndarray
        In how many rows that were trained on each row of each embedding table occurred:
        equal observations are one row.
    importance : float
        The mean weight of the rows to train on, over that of all rows so far.
    """

    memory: Memory | None
    n_observations: float
    occurrences: tuple[np.ndarray, ...]
    importance: float
