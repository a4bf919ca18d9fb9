"""Problems out of tables that were read from files."""

from __future__ import annotations

import pandas as pd

from benchmarks.problem import Problem
from benchmarks.problems import Options
from benchmarks.problems._folds import folds_of, thinned


def read_data(file: str, options: Options) -> pd.DataFrame:
    """Read a table from the folder that the command line gives."""
    if options.data is None:
        raise ValueError(f"{file} is in no package: give its folder by --data")
    return pd.read_csv(options.data / file)


def problem_of(
    name: str,
    table: pd.DataFrame,
    target: str,
    categorical: list[str],
    options: Options,
) -> Problem:
    """Make a problem: levels become strings, all other columns quantities."""
    table = thinned(table, options)
    quantities = [c for c in table.columns if c not in {target, *categorical}]
    X = table[categorical].astype(str).join(table[quantities].astype(float))
    return Problem(
        name=name,
        X=X,
        y=table[target].astype(float),
        categorical=categorical,
        quantities=quantities,
        splits=folds_of(X, options),
    )
