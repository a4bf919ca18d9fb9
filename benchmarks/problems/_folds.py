"""Which rows are trained and tested on: the same for every contender."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, KFold

from benchmarks.problem import Problem, Split
from benchmarks.problems import Options

SEED = 0
N_QUICK_ROWS = 2_000


def n_rows(whole: int, options: Options) -> int:
    """Return how many rows are taken of so many."""
    return min(whole, N_QUICK_ROWS) if options.is_quick else whole


def thinned(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Draw the rows of a quick run; otherwise keep all in their order."""
    if not options.is_quick:
        return table.reset_index(drop=True)
    n = n_rows(len(table), options)
    return table.sample(n, random_state=SEED, ignore_index=True)


def folds_of(X: pd.DataFrame, options: Options) -> list[Split]:
    """Split rows by chance."""
    return list(KFold(options.n_folds, shuffle=True, random_state=SEED).split(X))


def folds_of_unseen_levels(
    X: pd.DataFrame, column: str, options: Options
) -> list[Split]:
    """Split rows so that no level of a column is both trained and tested on."""
    folds = GroupKFold(options.n_folds, shuffle=True, random_state=SEED)
    return list(folds.split(X, groups=X[column]))


def largest_column(problem: Problem) -> str:
    """Find the categorical column of most levels."""
    n_levels = problem.X[problem.categorical].nunique()
    return problem.categorical[int(np.argmax(n_levels))]
