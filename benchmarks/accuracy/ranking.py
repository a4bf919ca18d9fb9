"""Who is ahead over all tables, by ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import friedmanchisquare, studentized_range

SIGNIFICANCE = 0.05
N_DIGITS = 4  # as many as the report shows: losses that look the same share a rank


@dataclass(frozen=True, eq=False)
class Ranking:
    """Mean ranks over tables, as Demsar (2006) compares them.

    Attributes
    ----------
    mean_ranks : Series
        By contender, the best first.
    n_tables : int
        How many tables there are.
    p_value : float
        Friedman's, that all contenders are alike.
    critical_difference : float
        Nemenyi's: mean ranks that differ by less are not told apart.
    left_out : list of str
        Who was not measured on all tables.
    """

    mean_ranks: pd.Series
    n_tables: int
    p_value: float
    critical_difference: float
    left_out: list[str]

    @property
    def alike(self) -> list[list[str]]:
        """The largest groups of contenders that are not told apart."""
        ranks = self.mean_ranks.to_numpy()
        ends = np.searchsorted(ranks, ranks + self.critical_difference)
        is_new = np.diff(ends, prepend=0) > 0
        names = self.mean_ranks.index.tolist()
        groups = [names[i:end] for i, end in enumerate(ends) if is_new[i]]
        return [group for group in groups if len(group) > 1]


def rank(losses: pd.DataFrame) -> Ranking | None:
    """Rank contenders on each table, and average.

    Parameters
    ----------
    losses : DataFrame
        A row for each table, a column for each contender; NaN where one was not
        measured on all folds.

    Returns
    -------
    Ranking or None
        None unless there are two tables and three contenders measured on them.
    """
    complete = losses.dropna(axis="columns")
    n_tables, n_contenders = complete.shape
    if n_tables < 2 or n_contenders < 3:
        return None
    shown = complete.map(lambda loss: float(f"{loss:.{N_DIGITS}g}"))
    _, p_value = friedmanchisquare(*shown.to_numpy().T)
    return Ranking(
        mean_ranks=shown.rank(axis="columns").mean().sort_values(kind="stable"),
        n_tables=n_tables,
        p_value=float(p_value),
        critical_difference=critical_difference(n_contenders, n_tables),
        left_out=[name for name in losses if name not in complete],
    )


def critical_difference(n_contenders: int, n_tables: int) -> float:
    """Return Nemenyi's critical difference of mean ranks."""
    quantile = studentized_range.ppf(1 - SIGNIFICANCE, n_contenders, np.inf)
    variance = n_contenders * (n_contenders + 1) / (12 * n_tables)
    return float(quantile * np.sqrt(variance))


def losses_by_table(
    cells: pd.DataFrame, tables: list[str], ours: str, others: list[str]
) -> pd.DataFrame:
    """Average losses over folds and seeds, where folds are no fewer than ours.

    Parameters
    ----------
    cells : DataFrame
        Those of all tables.
    tables : list of str
        Those to show, if ours was measured on them.
    ours : str
        Whose folds count.
    others : list of str
        Who else is shown.
    """
    of_folds = cells.groupby(["table", "fold", "contender"])["loss"].mean().unstack()
    of_folds = of_folds.reindex(columns=[ours, *others])
    of_folds = of_folds[of_folds[ours].notna()]
    by_table = of_folds.groupby("table", sort=False)
    means = by_table.mean().where(by_table.count().eq(by_table.size(), axis="index"))
    return means.reindex([table for table in tables if table in means.index])
