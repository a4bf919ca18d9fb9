"""What is measured, kept in a file so that a run can be interrupted."""

from __future__ import annotations

import csv
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

PACKAGES = (
    "skembed",
    "scikit-learn",
    "numpy",
    "pandas",
    "keras",
    "tensorflow",
    "lightgbm",
    "catboost",
)
NOT_INSTALLED = "none"


@dataclass(frozen=True)
class Cell:
    """A contender's run on a fold of a problem.

    Attributes
    ----------
    size : {"full", "quick"}
        Whether the table had all its rows.
    problem, contender : str
        Their names.
    seed, fold : int
        Which run it is.
    """

    size: str
    problem: str
    contender: str
    seed: int
    fold: int


@dataclass(frozen=True)
class Measures:
    """What a run took and how good it is.

    Attributes
    ----------
    n_train, n_test : int
        Rows.
    mse, r2 : float
        Of the test rows.
    floor_mse : float
        The mean squared error of the true means; NaN where they are not known.
    fit_seconds, fit_cpu_seconds : float
        By the clock, and of all threads of this process.
    predict_seconds : float
        By the clock.
    """

    n_train: int
    n_test: int
    mse: float
    r2: float
    floor_mse: float
    fit_seconds: float
    fit_cpu_seconds: float
    predict_seconds: float


class CellFile:
    """A tidy CSV of cells, a line each, to which lines are appended.

    Parameters
    ----------
    path : Path
        The file, made with its folder if missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._surroundings = surroundings()
        self._header = [*_names(Cell), *_names(Measures), *self._surroundings]
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._check_header()
        else:
            self._write(self._header)

    def read(self) -> pd.DataFrame:
        """Return all lines."""
        return pd.read_csv(self.path)

    def done(self) -> set[Cell]:
        """Return the cells that need no run."""
        rows = self.read()[_names(Cell)].itertuples(index=False)
        return {Cell(*row) for row in rows}

    def append(self, cell: Cell, measures: Measures) -> None:
        """Write a line."""
        values = [*astuple(cell), *asdict(measures).values()]
        self._write([*values, *self._surroundings.values()])

    def _write(self, values: Iterable[object]) -> None:
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerow(values)

    def _check_header(self) -> None:
        with self.path.open(newline="") as file:
            header = next(csv.reader(file), None)
        if header != self._header:
            raise ValueError(
                f"{self.path} has other columns than this version writes; choose "
                "another folder by --out"
            )


def surroundings() -> dict[str, object]:
    """Say on what is measured."""
    versions = {f"{package} version": _version(package) for package in PACKAGES}
    python = platform.python_version()
    return {"cores": os.cpu_count(), "python version": python, **versions}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return NOT_INSTALLED


def _names(record: type) -> list[str]:
    return [field.name for field in fields(record)]
