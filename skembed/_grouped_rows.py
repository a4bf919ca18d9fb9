"""Grouped rows: tables that were grouped before ``fit``, and rows to stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Cells:
    """Grouped rows: a cell for each combination of levels, as ``fit(cells)`` takes it.

    Attributes
    ----------
    X : DataFrame or pyarrow.Table
        The levels, one row for each cell.
    y : ndarray of shape (n_cells,)
        The mean of the target over the rows of each cell; for classes, the label that
        all rows of the cell have.
    n_rows : ndarray of shape (n_cells,)
        The number of rows of each cell.
    variance : ndarray of shape (n_cells,)
        The variance of the target within each cell, divided by the number of rows; 0
        for classes.
    """

    X: Any
    y: np.ndarray
    n_rows: np.ndarray
    variance: np.ndarray


def two_values(
    count: np.ndarray, mean: np.ndarray, spread: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stand for observations by others that take two values only.

    Parameters
    ----------
    count : ndarray of shape (n_cells,)
        How many observations there are; from two on there are two values.
    mean, spread : ndarray of shape (n_cells, ...)
        Mean and standard deviation, by the number of observations, of each.

    Returns
    -------
    cell : ndarray of shape (n_values,)
        Where each value belongs, in order; the lower one is first.
    n_times : ndarray of shape (n_values,)
        How many observations have it.
    value : ndarray of shape (n_values, ...)
        The value.
    """
    n_values = np.where(count > 1, 2, 1)
    cell = np.repeat(np.arange(len(count)), n_values)
    is_upper = np.append(False, cell[1:] == cell[:-1])
    lower = np.floor(count / n_values)[cell]
    upper = count[cell] - lower
    apart = np.where(
        is_upper, np.sqrt(lower / np.maximum(upper, 1)), -np.sqrt(upper / lower)
    )
    apart = apart.reshape(-1, *[1] * (mean.ndim - 1))
    return cell, np.where(is_upper, upper, lower), mean[cell] + apart * spread[cell]
