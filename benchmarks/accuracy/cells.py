"""What is measured, kept in a file so that a run can be interrupted."""

from __future__ import annotations

import os
import platform
from dataclasses import astuple, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Generic, TypeVar

from benchmarks.accuracy.tidy import TidyFile

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

Key = TypeVar("Key", bound=Any)
Value = TypeVar("Value", bound=Any)


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
    loss, score : float
        Of the test rows: those of the problem's task.
    floor : float
        The loss of the true means or probabilities; NaN where they are not known.
    fit_seconds, fit_cpu_seconds : float
        By the clock, and of all threads of this process.
    predict_seconds : float
        By the clock.
    """

    n_train: int
    n_test: int
    loss: float
    score: float
    floor: float
    fit_seconds: float
    fit_cpu_seconds: float
    predict_seconds: float


class RecordFile(TidyFile, Generic[Key, Value]):
    """A tidy CSV of what was measured of what, to which lines are appended.

    Parameters
    ----------
    path : Path
        The file, made with its folder if missing.
    key, value : type
        Dataclasses: what says which run it is, and what is measured.
    """

    def __init__(self, path: Path, key: type[Key], value: type[Value]) -> None:
        self._key, self._surroundings = key, surroundings()
        super().__init__(path, [*names(key), *names(value), *self._surroundings])

    def done(self) -> set[Key]:
        """Return the runs that need not be run again."""
        rows = self.read()[names(self._key)].itertuples(index=False)
        return {self._key(*row) for row in rows}

    def append(self, key: Key, value: Value) -> None:
        """Write a line."""
        values = [*astuple(key), *astuple(value), *self._surroundings.values()]
        self.write([values])


class CellFile(RecordFile[Cell, Measures]):
    """A tidy CSV of cells, a line each.

    Parameters
    ----------
    path : Path
        The file, made with its folder if missing.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, Cell, Measures)


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


def names(record: type) -> list[str]:
    """Return the columns that a record fills."""
    return [field.name for field in fields(record)]
