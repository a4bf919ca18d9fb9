"""How far a contender's losses are from ours, on the same folds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

CONFIDENCE = 0.95
WIN, TIE, LOSS = "win", "tie", "loss"


@dataclass(frozen=True)
class Comparison:
    """A contender and one of ours on a table.

    Attributes
    ----------
    table, ours, other : str
        Their names.
    difference : float
        The mean over folds of its loss by ours, less one: positive where ours is
        smaller.
    lower, upper : float
        The interval that the difference is in; NaN if there is but one fold.
    n_folds : int
        How many folds both were measured on.
    """

    table: str
    ours: str
    other: str
    difference: float
    lower: float
    upper: float
    n_folds: int

    @property
    def verdict(self) -> str:
        """Whether ours wins or loses for certain; otherwise it is a tie."""
        if self.lower > 0:
            return WIN
        return LOSS if self.upper < 0 else TIE


@dataclass(frozen=True)
class Tally:
    """On how many tables ours wins, ties and loses."""

    wins: int
    ties: int
    losses: int

    @property
    def total(self) -> int:
        """On how many tables both were measured."""
        return self.wins + self.ties + self.losses


def compare(rows: pd.DataFrame, ours: str, other: str) -> Comparison | None:
    """Compare a contender with one of ours.

    Parameters
    ----------
    rows : DataFrame
        The cells of a table.
    ours, other : str
        Whose losses are compared, averaged over seeds.

    Returns
    -------
    Comparison or None
        None if there is no fold that both were measured on.
    """
    both = rows[rows["contender"].isin([ours, other])]
    losses = both.groupby(["fold", "contender"])["loss"].mean().unstack()
    losses = losses.reindex(columns=[ours, other]).dropna()
    if losses.empty:
        return None
    differences = (losses[other] / losses[ours] - 1).to_numpy()
    sizes = both[both["fold"].isin(losses.index)]
    test_by_train = (sizes["n_test"] / sizes["n_train"]).mean()
    mean = float(differences.mean())
    half = half_interval(differences, test_by_train)
    table = rows["table"].iloc[0]
    return Comparison(table, ours, other, mean, mean - half, mean + half, len(losses))


def half_interval(differences: np.ndarray, test_by_train: float) -> float:
    """Return how far the interval reaches to either side of the mean.

    Training sets of different folds share most rows, so that differences on them are
    alike and their variance is too small: Nadeau and Bengio (2003) correct it.

    Parameters
    ----------
    differences : ndarray
        One for each fold.
    test_by_train : float
        The number of test rows by that of training rows.
    """
    n_folds = len(differences)
    if n_folds < 2:
        return np.nan
    variance = differences.var(ddof=1) * (1 / n_folds + test_by_train)
    return float(t.ppf((1 + CONFIDENCE) / 2, n_folds - 1) * np.sqrt(variance))


def compare_on_tables(
    cells: pd.DataFrame, tables: Iterable[str], ours: str, others: Iterable[str]
) -> list[Comparison]:
    """Compare contenders with one of ours, table by table, where both were measured."""
    names = list(others)
    by_table = {table: cells[cells["table"] == table] for table in tables}
    found = [
        compare(rows, ours, other)
        for rows in by_table.values()
        for other in names
        if not rows.empty
    ]
    return [comparison for comparison in found if comparison is not None]


def tally(comparisons: Iterable[Comparison]) -> Tally:
    """Count verdicts."""
    verdicts = [comparison.verdict for comparison in comparisons]
    return Tally(*(verdicts.count(verdict) for verdict in (WIN, TIE, LOSS)))


def typical_difference(comparisons: Iterable[Comparison]) -> float:
    """Return the geometric mean over tables of a contender's loss by ours, less one."""
    ratios = [1 + comparison.difference for comparison in comparisons]
    return float(np.exp(np.mean(np.log(ratios)))) - 1 if ratios else np.nan
