"""What ``python -m benchmarks encoders`` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.encoders.report import format_report
from benchmarks.encoders.running import CellFile, cells_of, run
from benchmarks.encoders.tables import Table, all_tables
from benchmarks.problems import Options
from benchmarks.progress import progress_bar


class UnknownTableError(ValueError):
    """A table was asked for that there is not."""


def compare(names: Sequence[str], options: Options, n_seeds: int, out: Path) -> None:
    """Measure what is not in the file of cells yet, print and write the report.

    Parameters
    ----------
    names : sequence of str
        Tables and families of them; all if empty.
    options : Options
        Where tables are, and how much of them is taken.
    n_seeds : int
        How many tables of each kind are drawn.
    out : Path
        The folder of ``encoders.csv`` and ``encoders.md``.

    Raises
    ------
    UnknownTableError
        If a name is no table's.
    """
    tables = chosen_tables(names)
    present = [t for t in tables if not t.needs_data or options.data is not None]
    for table in tables:
        if table not in present:
            print(f"{table.name}: left out, give the folder of its table by --data")
    file = CellFile(out / "encoders.csv")
    done = file.done()
    waiting = [
        (table, way, cell)
        for table, way, cell in cells_of(present, n_seeds, options)
        if cell not in done
    ]
    if waiting:
        with progress_bar(len(waiting)) as bar:
            run(waiting, options, file, bar)
    cells = file.read()
    cells = cells[cells["size"] == ("quick" if options.is_quick else "full")]
    report = format_report(cells, all_tables())
    (out / "encoders.md").write_text(f"# Encoders\n\n{report}\n", encoding="utf-8")
    print(report)


def chosen_tables(names: Sequence[str]) -> list[Table]:
    """Return the tables of these names or families, all if there are none."""
    known = all_tables()
    for name in names:
        if name not in {n for table in known for n in (table.name, table.family)}:
            listed = "\n  ".join(sorted(table.name for table in known))
            raise UnknownTableError(
                f"no table is called {name!r}; there are\n  {listed}"
            )
    return [t for t in known if not names or {t.name, t.family} & set(names)]
