"""One tidy file of all that was measured, so that a run can be interrupted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TypeVar

import pandas as pd

from benchmarks.surroundings import surroundings

NAME = "results.csv"
# the measures that end a cell
COMPLETE = "complete"
FAILED = "failed"
Work = TypeVar("Work")
FOLDERS = re.compile(r"/(?:[^/\s'\"()]+/)+")


@dataclass(frozen=True)
class Cell:
    """What is measured at a time: who does what.

    Attributes
    ----------
    benchmark : str
        Which command measured it.
    size : {"full", "quick"}
        Whether on all rows.
    table, contender : str
        Their names.
    seed, fold : int
        Which run it is.
    """

    benchmark: str
    size: str
    table: str
    contender: str
    seed: int = 0
    fold: int = 0

    @property
    def lane(self) -> tuple[str, ...]:
        """Who does what, whichever run it is."""
        return self.benchmark, self.size, self.table, self.contender


KEYS = [field.name for field in fields(Cell)]
LANES = KEYS[:4]
MEASURED = ["measure", "value", "note"]


class ResultsFile:
    """A CSV with a line for each number, to which cells are appended.

    Parameters
    ----------
    folder : Path
        Where ``results.csv`` is, made with its folder if missing. A cell at its end of
        which not all was written is taken away.

    Raises
    ------
    ValueError
        If there is a file of other columns.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._surroundings = surroundings()
        self._header = [*KEYS, *MEASURED, *self._surroundings]
        folder.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            self._check_header()
            self._remove_what_was_cut_off()
        else:
            self._write([self._header])

    def done(self) -> set[Cell]:
        """Return the cells that need not be run again, failed ones among them."""
        return _cells_in(self._read())

    def missing(self, cells: Mapping[Cell, Work]) -> dict[Cell, Work]:
        """Leave out what was run, and all cells of who failed on the same table.

        Parameters
        ----------
        cells : mapping
            Anything, by cell.
        """
        lines = self._read()
        failed = lines.loc[lines["measure"] == FAILED, LANES].drop_duplicates()
        fallen = set(failed.itertuples(index=False, name=None))
        done = _cells_in(lines)
        return {
            cell: work
            for cell, work in cells.items()
            if cell not in done and cell.lane not in fallen
        }

    def append(self, cell: Cell, measures: Mapping[str, float]) -> None:
        """Write what was measured."""
        lines = [(name, value, "") for name, value in measures.items()]
        self._append(cell, [*lines, (COMPLETE, 1, "")])

    def append_failure(self, cell: Cell, reason: str) -> None:
        """Write why nothing was measured: the last line, without folders of files."""
        note = FOLDERS.sub("", reason.strip().splitlines()[-1])
        self._append(cell, [(FAILED, 1, note)])

    def cells(self, benchmark: str, size: str) -> pd.DataFrame:
        """Return a row for each cell that was measured, a column for each measure.

        They are in the order in which they were written.
        """
        lines = self._lines_of(benchmark, size)
        lines = lines[~lines["measure"].isin([COMPLETE, FAILED])]
        about = lines[[*KEYS, *self._surroundings]].drop_duplicates(KEYS)
        wide = lines.pivot_table(
            index=KEYS, columns="measure", values="value", sort=False
        )
        return about.merge(wide.rename_axis(columns=None), on=KEYS)

    def failures(self, benchmark: str, size: str) -> pd.DataFrame:
        """Return a row for each cell that was not measured, with the reason."""
        lines = self._lines_of(benchmark, size)
        return lines.loc[lines["measure"] == FAILED, [*KEYS, "note"]]

    def _lines_of(self, benchmark: str, size: str) -> pd.DataFrame:
        lines = self._read()
        return lines[(lines["benchmark"] == benchmark) & (lines["size"] == size)]

    def _read(self) -> pd.DataFrame:
        return pd.read_csv(
            self.path,
            keep_default_na=False,
            na_values={"value": [""]},
            dtype={"commit": str},  # 12e4567 is no number
        )

    def _append(self, cell: Cell, measured: list[tuple[str, float, str]]) -> None:
        key, behind = astuple(cell), self._surroundings.values()
        self._write([[*key, *line, *behind] for line in measured])

    def _write(self, lines: list[list[object]]) -> None:
        """Write lines at once: an interruption cuts off no cell but the last."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())

    def _check_header(self) -> None:
        with self.path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file), None)
        if header != self._header:
            raise ValueError(
                f"{self.path} has other columns than this version writes; choose "
                "another folder by --out"
            )

    def _remove_what_was_cut_off(self) -> None:
        header, *lines, cut = self.path.read_text(encoding="utf-8").split("\n")
        whole = lines
        if lines and not _ends_a_cell(lines[-1]):
            whole = [line for line in lines if _key_of(line) != _key_of(lines[-1])]
        if cut or whole is not lines:
            text = "\n".join([header, *whole, ""])
            self.path.write_text(text, encoding="utf-8")


def _cells_in(lines: pd.DataFrame) -> set[Cell]:
    keys = lines[KEYS].drop_duplicates()
    return {Cell(*row) for row in keys.itertuples(index=False)}


def _key_of(line: str) -> list[str]:
    return next(csv.reader([line]))[: len(KEYS)]


def _ends_a_cell(line: str) -> bool:
    return next(csv.reader([line]))[len(KEYS)] in (COMPLETE, FAILED)
