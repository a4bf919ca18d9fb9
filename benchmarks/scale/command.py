"""What ``python -m benchmarks scale`` does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from benchmarks.choosing import chosen
from benchmarks.one_by_one import run_missing
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.scale.report import format_report
from benchmarks.scale.running import BENCHMARK, run_way
from benchmarks.scale.ways import WAYS, Way

N_LAPS = 3
QUICK_WAYS = ("blend, all rows",)
QUICK = 100  # by how much its tables are smaller


def table_names() -> set[str]:
    """Return the names that the command line knows: those of ways."""
    return {way.name for way in WAYS}


def contender_names() -> set[str]:
    """Return the names that the command line knows: those of sizes."""
    return set(WAYS[0].sizes)


def measure(request: Request, file: ResultsFile) -> None:
    """Measure what is not in the file of results yet, in turns."""
    options = request.options
    names = request.names(QUICK_WAYS)
    calls = {
        Cell(BENCHMARK, options.size, way.name, name, lap): partial(run_way, way, size)
        for lap in range(request.seeds(N_LAPS))
        for way in chosen(_ways(request), names)
        for name, size in way.sizes.items()
        if name in (request.contenders or way.sizes)
    }
    run_missing(calls, file)


def report(request: Request, file: ResultsFile) -> str:
    """Return what the file of results says of sizes, in Markdown."""
    size = request.options.size
    cells, failures = file.cells(BENCHMARK, size), file.failures(BENCHMARK, size)
    return format_report(_ways(request), cells, failures)


def _ways(request: Request) -> list[Way]:
    return [_quick(way) if request.options.is_quick else way for way in WAYS]


def _quick(way: Way) -> Way:
    """Return the same on small tables."""
    sizes = {
        name: replace(
            size, n_rows=size.n_rows // QUICK, n_levels=size.n_levels // QUICK
        )
        for name, size in way.sizes.items()
    }
    return replace(way, sizes=sizes)
