"""What a row and a level cost, computed of three tables, and what larger ones would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scale.ways import N_SHOPS, Size


@dataclass(frozen=True)
class Costs:
    """Of seconds, or of megabytes.

    Attributes
    ----------
    start : float
        What a table without rows would take.
    per_row, per_level : float
        What each adds.
    """

    start: float
    per_row: float
    per_level: float

    def of(self, size: Size) -> float:
        """Return what a table of any size would take."""
        return self.start + self.per_row * size.n_rows + self.per_level * size.n_levels


def learn_costs(sizes: Sequence[Size], values: Sequence[float]) -> Costs:
    """Solve for what took so much on three tables; nothing costs less than nothing."""
    equations = [[1.0, size.n_rows, size.n_levels] for size in sizes]
    start, per_row, per_level = np.linalg.solve(equations, values)
    return Costs(*(max(float(cost), 0.0) for cost in (start, per_row, per_level)))


def met(size: Size) -> Size:
    """Return how many levels of so many are met, if all are as frequent."""
    return Size(size.n_rows, _distinct(size.n_rows, size.n_levels))


def grouped(size: Size) -> Size:
    """Return the cells of a table, and the levels that are met in it."""
    n_cells = _distinct(size.n_rows, N_SHOPS * size.n_levels)
    return Size(n_cells, met(size).n_levels)


def _distinct(n_draws: float, n_kinds: float) -> float:
    """Return how many kinds are expected among draws."""
    return float(-n_kinds * np.expm1(-n_draws / n_kinds))
