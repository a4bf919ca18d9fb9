"""What the cells of a problem come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.measures import task_measured_by

YARDSTICK = "ridge"


@dataclass(frozen=True)
class Summary:
    """A contender on a problem.

    Attributes
    ----------
    contender : str
        Its name.
    n_runs : int
        How many cells there are.
    mean : float
        Of the problem's measure, over folds and seeds.
    spread : float
        The standard deviation of the means of the seeds, or over the folds if there is
        only one seed. NaN if there is one of both.
    loss, score : float
        Those of the task, over folds and seeds.
    ratio : float
        Its sum of losses by the yardstick's on the same folds. NaN if that did not run
        on all of them.
    fit_seconds, fit_cpu_seconds, predict_seconds : float
        Means.
    start_seconds : float
        What its process took to load libraries and fit a few rows. NaN if unknown.
    peak_megabytes : float
        The most memory that its process held.
    """

    contender: str
    n_runs: int
    mean: float
    spread: float
    loss: float
    score: float
    ratio: float
    fit_seconds: float
    fit_cpu_seconds: float
    predict_seconds: float
    start_seconds: float
    peak_megabytes: float


def summarize(cells: pd.DataFrame, measure: str) -> list[Summary]:
    """Summarize each contender.

    Parameters
    ----------
    cells : DataFrame
        Those of one problem.
    measure : str
        What `mean` and `spread` are of.

    Returns
    -------
    list of Summary
        In the order of their first cells.
    """
    cells = with_yardstick(cells)
    groups = cells.groupby("contender", sort=False)
    column = task_measured_by(measure).columns[measure]
    return [_summary(name, rows, column) for name, rows in groups]


def with_yardstick(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the loss of the tuned linear model on the same fold, and the ratio to it."""
    is_yardstick = cells["contender"] == YARDSTICK
    of_folds = cells[is_yardstick].groupby("fold")["loss"].mean()
    yardstick = cells["fold"].map(of_folds).astype(float)
    return cells.assign(yardstick=yardstick, ratio=cells["loss"] / yardstick)


def _summary(name: str, rows: pd.DataFrame, column: str) -> Summary:
    return Summary(
        contender=name,
        n_runs=len(rows),
        mean=rows[column].mean(skipna=False),
        spread=_spread(rows, column),
        loss=rows["loss"].mean(),
        score=rows["score"].mean(),
        ratio=rows["loss"].sum() / rows["yardstick"].sum(skipna=False),
        fit_seconds=rows["fit_seconds"].mean(),
        fit_cpu_seconds=rows["fit_cpu_seconds"].mean(),
        predict_seconds=rows["predict_seconds"].mean(),
        start_seconds=rows["start_seconds"].mean(),
        peak_megabytes=rows["peak_megabytes"].max(),
    )


def _spread(rows: pd.DataFrame, column: str) -> float:
    of_seeds = rows.groupby("seed")[column].mean()
    values = of_seeds if len(of_seeds) > 1 else rows[column]
    return float(np.std(values)) if len(values) > 1 else float("nan")


def floor_of(cells: pd.DataFrame) -> float:
    """Average over the folds of a problem the loss of the truth; NaN if unknown."""
    return cells.groupby("fold")["floor"].first().mean()


def cost_ratio(
    cells: pd.DataFrame, ours: str, theirs: str, column: str
) -> tuple[float, int]:
    """Compare seconds of fits.

    Parameters
    ----------
    cells : DataFrame
        Those of all problems.
    ours, theirs : str
        Two contenders.
    column : {"fit_seconds", "fit_cpu_seconds"}
        Which seconds.

    Returns
    -------
    ratio : float
        The median over problems of our mean seconds by theirs. NaN if there is none.
    n_problems : int
        How many problems both have run on.
    """
    seconds = cells.pivot_table(
        index="table", columns="contender", values=column, aggfunc="mean"
    ).reindex(columns=[ours, theirs])
    ratios = (seconds[ours] / seconds[theirs]).dropna()
    return float(ratios.median()), len(ratios)
