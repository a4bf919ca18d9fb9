"""Whether what is said to be probable is as frequent as that."""

from __future__ import annotations

import numpy as np
import pandas as pd

N_BINS = 10
COLUMNS = ("predicted", "share", "count")


def bins_of(y: pd.Series, prediction: np.ndarray) -> pd.DataFrame:
    """Cut rows of two classes by quantiles of the second one's probability.

    Parameters
    ----------
    y : Series
        The target.
    prediction : ndarray
        What was predicted.

    Returns
    -------
    DataFrame
        By bin, from the smallest probabilities on: the mean "predicted" probability,
        the "share" of rows that are of that class, and the "count" of rows. As many as
        there are different quantiles; none unless predictions are probabilities of two
        classes.
    """
    if prediction.ndim < 2 or prediction.shape[1] != 2:
        return pd.DataFrame(columns=COLUMNS)
    probability = prediction[:, 1]
    edges = np.quantile(probability, np.linspace(0, 1, N_BINS + 1)[1:-1])
    number = np.searchsorted(edges, probability)
    rows = pd.DataFrame({"predicted": probability, "share": y.to_numpy()})
    groups = rows.groupby(number)
    return groups.mean().assign(count=groups.size())


def measures_by_bin(y: pd.Series, prediction: np.ndarray) -> dict[str, float]:
    """Return the numbers of all bins, under the names of `measure_name`."""
    return {
        measure_name(row.Index, column): float(getattr(row, column))
        for row in bins_of(y, prediction).itertuples()
        for column in COLUMNS
    }


def measure_name(number: int, column: str) -> str:
    """Return what a file of results calls a number of a bin."""
    return f"{column} of bin {number}"


def pooled(cells: pd.DataFrame) -> pd.DataFrame:
    """Average the bins of a contender's runs on a problem, weighted by rows.

    Parameters
    ----------
    cells : DataFrame
        Those of one problem and contender.

    Returns
    -------
    DataFrame
        "predicted", "share" and "count", by bin; empty unless there are two classes.
    """
    rows = []
    for number in range(N_BINS):
        names = [measure_name(number, column) for column in COLUMNS]
        found = cells.reindex(columns=names).dropna().to_numpy()
        if len(found):
            count = found[:, 2]
            rows.append([*np.average(found[:, :2], axis=0, weights=count), count.sum()])
    return pd.DataFrame(rows, columns=COLUMNS)
