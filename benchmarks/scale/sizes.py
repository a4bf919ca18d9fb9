"""Sizes of tables, and what of them costs something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

N_BATCH_ROWS = 100_000
N_FOLDS = 5  # of a blend
N_NEAR = 50_000  # cells of some 40 bytes that caches of 2 MB hold, about

Counts: TypeAlias = dict[str, float]


@dataclass(frozen=True)
class Size:
    """How large a table of two columns is.

    Attributes
    ----------
    n_rows : float
        Rows.
    n_levels, n_others : float
        Levels of its columns.
    """

    n_rows: float
    n_levels: float
    n_others: float = 10

    @property
    def n_met(self) -> float:
        """How many levels of the first column occur."""
        return distinct(self.n_rows, self.n_levels)

    @property
    def n_cells(self) -> float:
        """How many combinations of levels occur."""
        return distinct(self.n_rows, self.n_levels * self.n_others)


def distinct(n_draws: float, n_kinds: float) -> float:
    """Return how many kinds are expected among draws of equal chances."""
    return float(-n_kinds * np.expm1(-n_draws / n_kinds))


def of_blend(size: Size) -> Counts:
    """Count rows, levels, and cells, which are divided by the folds."""
    n_parts = distinct(size.n_rows, N_FOLDS * size.n_levels * size.n_others)
    return _counts(rows=size.n_rows, cells=n_parts, levels=size.n_met)


def of_network(size: Size) -> Counts:
    """Count rows, cells and levels."""
    return _counts(rows=size.n_rows, cells=size.n_cells, levels=size.n_met)


def of_batches(size: Size) -> Counts:
    """Count rows, and the cells and the levels of each batch anew."""
    n_batches = size.n_rows / N_BATCH_ROWS
    n_cells = distinct(N_BATCH_ROWS, size.n_levels * size.n_others)
    levels = n_batches * size.n_met
    return _counts(rows=size.n_rows, cells=n_batches * n_cells, levels=levels)


def of_levels(size: Size) -> Counts:
    """Count levels, which are all that is kept of batches."""
    return _counts(levels=size.n_met)


def of_grouping(size: Size) -> Counts:
    """Count rows, those of them whose cell is far from the processor, and cells."""
    n_far = size.n_rows * max(0.0, 1 - N_NEAR / size.n_cells)
    return _counts(rows=size.n_rows, far_rows=n_far, cells=size.n_cells)


def of_cells(size: Size) -> Counts:
    """Count cells, which are all that is kept of what was grouped."""
    return _counts(cells=size.n_cells)


def _counts(**counts: float) -> Counts:
    return {"start": 1.0, **counts}
