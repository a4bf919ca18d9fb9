"""What rows, cells and levels cost, learned of some tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import nnls

from benchmarks.scale.sizes import Counts


def learn_costs(counts: Sequence[Counts], values: Sequence[float]) -> Counts:
    """Return what one of each costs: least squares, and nothing less than nothing.

    Parameters
    ----------
    counts : sequence of dict of str to float
        What was there of each, on every table.
    values : sequence of float
        What all of it took.
    """
    names = list(counts[0])
    matrix = np.array([[count[name] for name in names] for count in counts])
    unit = matrix.max(axis=0)
    found, _ = nnls(matrix / unit, np.asarray(values))
    return dict(zip(names, (found / unit).tolist(), strict=True))


def total(costs: Counts, counts: Counts) -> float:
    """Return what all of it costs."""
    return sum(costs[name] * counts[name] for name in costs)
