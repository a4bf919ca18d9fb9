"""Errors apart by how many training rows there are of a test row's level."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

FROM = (0, 1, 3, 10, 30, 100, 300)
BANDS = ("0", "1-2", "3-9", "10-29", "30-99", "100-299", "300+")


def band_of(counts: np.ndarray) -> np.ndarray:
    """Return the position of each count's band."""
    return np.searchsorted(FROM, counts, side="right") - 1


def measures_by_band(
    levels: pd.Series,
    train: np.ndarray,
    test: np.ndarray,
    loss_of_rows: Callable[[np.ndarray], float],
) -> dict[str, float]:
    """Measure the loss of each band of test rows, and count them.

    Parameters
    ----------
    levels : Series
        Those of the column, of all rows.
    train, test : ndarray of int
        Positions of rows.
    loss_of_rows : callable
        ``loss_of_rows(mask)`` returns the mean loss of some of the test rows.

    Returns
    -------
    dict of str to float
        Under the names of `loss_name` and `count_name`, where there are rows.
    """
    counts = levels.iloc[test].map(levels.iloc[train].value_counts()).fillna(0)
    bands = band_of(counts.to_numpy())
    measures = {}
    for i, band in enumerate(BANDS):
        mask = bands == i
        if mask.any():
            measures[loss_name(band)] = loss_of_rows(mask)
            measures[count_name(band)] = float(mask.sum())
    return measures


def loss_name(band: str) -> str:
    """Return what a file of results calls the loss of a band."""
    return f"loss of levels of {band} rows"


def count_name(band: str) -> str:
    """Return what a file of results calls the number of test rows of a band."""
    return f"test rows of levels of {band} rows"
