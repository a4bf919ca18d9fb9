"""How often the figures of a report were measured."""

from __future__ import annotations

import pandas as pd

from benchmarks.accuracy.featured import OURS
from benchmarks.accuracy.measured import Measured
from benchmarks.wording import counted, span


def format_sizes(measured: Measured) -> str:
    """Say how many tables, folds and seeds there are.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    """
    cells = measured.open_cells if measured.open_problems else measured.cells
    n_folds = cells.groupby("table")["fold"].nunique()
    ours = cells[cells["contender"].isin(OURS)]
    n_seeds = ours.groupby(["table", "contender"])["seed"].nunique()
    words = f"{counted(len(n_folds), 'table')} of {_counted(n_folds, 'fold')} each"
    if n_seeds.empty:
        return f"{words}."
    return f"{words}, the same for all, and {_counted(n_seeds, 'seed')} of skembed."


def _counted(numbers: pd.Series, noun: str) -> str:
    text = span(numbers)
    return f"{text} {noun}" if text == "1" else f"{text} {noun}s"
