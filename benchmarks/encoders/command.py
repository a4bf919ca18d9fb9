"""What ``python -m benchmarks encoders`` does."""

from __future__ import annotations

from benchmarks.choosing import chosen, names_of
from benchmarks.encoders.report import format_report
from benchmarks.encoders.running import BENCHMARK, cells_of, run
from benchmarks.encoders.tables import all_tables
from benchmarks.encoders.ways import WAYS
from benchmarks.progress import progress_bar
from benchmarks.request import Request
from benchmarks.results_file import ResultsFile

N_SEEDS = 10
QUICK_TABLES = ("noise_100", "restaurants")


def table_names() -> set[str]:
    """Return the names that the command line knows."""
    return names_of(all_tables())


def contender_names() -> set[str]:
    """Return the names that the command line knows: ways to encode."""
    return names_of(WAYS)


def measure(request: Request, file: ResultsFile) -> None:
    """Measure what is not in the file of results yet.

    A quick run takes few tables, if none are named.
    """
    options = request.options
    names = request.names(QUICK_TABLES)
    tables = chosen(all_tables(), names)
    present = [t for t in tables if not t.needs_data or options.data is not None]
    for table in tables:
        if table not in present:
            print(f"{table.name}: left out, give the folder of its table by --data")
    ways = chosen(WAYS, request.contenders)
    n_seeds = request.seeds(N_SEEDS, quick=2)
    waiting = file.missing(cells_of(present, ways, n_seeds, options))
    if waiting:
        with progress_bar(len(waiting)) as bar:
            run(waiting, options, file, bar)


def report(request: Request, file: ResultsFile) -> str:
    """Return what the file of results says of encoders, in Markdown."""
    cells = file.cells(BENCHMARK, request.options.size)
    return f"# Encoders\n\n{format_report(cells, all_tables())}"
