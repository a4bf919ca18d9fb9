"""What is competed on: every file of this folder loads one `Problem`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

Split: TypeAlias = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Problem:
    """A table, a target, and which rows to train and test on.

    Attributes
    ----------
    name : str
        As contenders and the table of results call it.
    X : DataFrame
        The features: `categorical` and `quantities`.
    y : Series
        The target.
    categorical, quantities : list of str
        Names of the columns that hold levels and of those that hold measures.
    splits : list of (train, test)
        Positions of rows, for each split.
    repeats : int
        How often each split is measured, for steadier seconds.
    true_means : ndarray or None
        The target of every row without its noise, or the probability of each class,
        where it is known.
    note : str
        A line about the target, its unit and the splits.
    """

    name: str
    X: pd.DataFrame
    y: pd.Series
    categorical: list[str]
    quantities: list[str]
    splits: list[Split]
    repeats: int = 1
    true_means: np.ndarray | None = None
    note: str = ""
