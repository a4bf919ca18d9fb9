"""Whether what is said to be probable is as frequent as that."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.accuracy.cells import Cell, names
from benchmarks.accuracy.tidy import TidyFile

N_BINS = 10


@dataclass(frozen=True)
class Bin:
    """Rows of about the same predicted probability of the second of two classes.

    Attributes
    ----------
    bin : int
        Its number, from the smallest probabilities on.
    predicted : float
        The mean of the probabilities.
    share : float
        How many of the rows are of that class.
    count : int
        How many rows there are.
    """

    bin: int
    predicted: float
    share: float
    count: int


def bins_of(y: pd.Series, prediction: np.ndarray) -> list[Bin]:
    """Cut the rows by quantiles of what is predicted of them.

    Parameters
    ----------
    y : Series
        The target.
    prediction : ndarray
        What was predicted.

    Returns
    -------
    list of Bin
        As many as there are different quantiles; none unless predictions are
        probabilities of two classes.
    """
    if prediction.ndim < 2 or prediction.shape[1] != 2:
        return []
    probability = prediction[:, 1]
    edges = np.quantile(probability, np.linspace(0, 1, N_BINS + 1)[1:-1])
    number = np.searchsorted(edges, probability)
    rows = pd.DataFrame({"predicted": probability, "share": y.to_numpy()})
    groups = rows.groupby(number)
    means = groups.mean().assign(count=groups.size())
    return [Bin(*row) for row in means.itertuples()]


class ReliabilityFile(TidyFile):
    """A tidy CSV of bins, a line for each bin of each cell of two classes.

    Parameters
    ----------
    path : Path
        The file, made with its folder if missing.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, [*names(Cell), *names(Bin)])

    def read(self) -> pd.DataFrame:
        """Return a line for each bin, the latest if a cell was interrupted."""
        return super().read().drop_duplicates([*names(Cell), "bin"], keep="last")

    def append(self, cell: Cell, bins: list[Bin]) -> None:
        """Write the bins of a cell."""
        self.write([[*astuple(cell), *astuple(found)] for found in bins])


def pooled(bins: pd.DataFrame) -> pd.DataFrame:
    """Average the bins of a contender's runs on a problem, weighted by rows.

    Parameters
    ----------
    bins : DataFrame
        Lines of the file, of one problem, contender and size.

    Returns
    -------
    DataFrame
        "predicted", "share" and "count", by number of the bin.
    """
    counts = bins["count"].groupby(bins["bin"]).sum()
    sums = bins[["predicted", "share"]].mul(bins["count"], axis=0)
    means = sums.groupby(bins["bin"]).sum().div(counts, axis=0)
    return means.assign(count=counts)
