"""Tidy tables in files to which lines are appended."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd


class TidyFile:
    """A CSV of known columns.

    Parameters
    ----------
    path : Path
        The file, made with its folder if missing.
    header : sequence of str
        Its columns.

    Raises
    ------
    ValueError
        If there is a file of other columns.
    """

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self._header = list(header)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._check_header()
        else:
            self.write([self._header])

    def read(self) -> pd.DataFrame:
        """Return all lines."""
        return pd.read_csv(self.path)

    def write(self, lines: Iterable[Sequence[object]]) -> None:
        """Append lines."""
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerows(lines)

    def _check_header(self) -> None:
        with self.path.open(newline="") as file:
            header = next(csv.reader(file), None)
        if header != self._header:
            raise ValueError(
                f"{self.path} has other columns than this version writes; choose "
                "another folder by --out"
            )
