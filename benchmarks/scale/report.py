"""What rows and levels cost, and what tables of any size take, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pandas as pd

from benchmarks.markdown import between_markers, table, three_digits
from benchmarks.provenance import provenance
from benchmarks.scale.arithmetic import FITS, Takes, best_of, takes_of
from benchmarks.scale.costs import Costs, learn_costs
from benchmarks.scale.running import BENCHMARK
from benchmarks.scale.ways import N_BATCH_ROWS, N_ROWS_OF_CELL, N_SHOPS, Way
from benchmarks.wording import counted, not_measured

MEASURES = ("seconds", "peak_megabytes")
ROWS, LEVELS = (1e6, 1e8, 1e10), (1e3, 1e6, 1e8)
COSTS_HEADER = [
    "way",
    "start, s",
    "a million rows, s",
    "a million levels, s",
    "start, MB",
    "a row, bytes",
    "a level, bytes",
]
CHECK_HEADER = ["way", "rows", "levels", "s", "computed", "MB", "computed"]
FOOTNOTE = f"""\
Medians of {{}} of each size, in a process of its own. Tables have a column of so many
levels, one of {N_SHOPS}, and no quantities. Of cells, a row is a cell of
{N_ROWS_OF_CELL} rows. A pass over batches of {N_BATCH_ROWS:,} rows takes them once; all
else is fitted as it is by default. DuckDB is given a gigabyte, and a disk.

Computed: of a table of few rows, one of more rows and one of more levels; "check" is
larger. Tables of any size: levels and cells are those that as many draws would meet.
Best: what needs {FITS:.0f} GB at most, a blend rather than a network, then the least
time. Where there is none, fewer numbers for each level (embedding_dim) or fewer levels
(min_frequency, max_categories) take less."""


def format_report(
    ways: Sequence[Way], cells: pd.DataFrame, failures: pd.DataFrame
) -> str:
    """Return what was measured, and what follows from it.

    Parameters
    ----------
    ways : sequence of Way
        What there was to measure.
    cells, failures : DataFrame
        What the file of results holds, of one size.
    """
    about = provenance(cells, BENCHMARK)
    if cells.empty:
        return "\n\n".join(["# Scale", about, *not_measured(failures)])
    medians = cells.groupby(["table", "contender"]).median(numeric_only=True)
    known = [way for way in ways if _is_measured(way, medians)]
    costs = {way.name: _costs(way, medians) for way in known}
    laps = counted(cells["seed"].nunique(), "run")
    parts = [
        "# Scale",
        about,
        "## Tables of any size",
        between_markers("scale overview", _overview(costs)),
        "## What rows and levels cost",
        table(COSTS_HEADER, [_costs_line(*item) for item in costs.items()]),
        "## Checked on larger tables",
        table(CHECK_HEADER, [_check(way, costs[way.name], medians) for way in known]),
        *not_measured(failures),
        FOOTNOTE.format(laps),
    ]
    return "\n\n".join(parts)


def _is_measured(way: Way, medians: pd.DataFrame) -> bool:
    return all((way.name, name) in medians.index for name in way.sizes)


def _costs(way: Way, medians: pd.DataFrame) -> Takes:
    """Learn costs in seconds and in megabytes of all sizes but the last."""
    *names, _ = way.sizes
    sizes = [way.sizes[name] for name in names]
    found: list[Costs] = [
        learn_costs(sizes, [medians.loc[(way.name, name), measure] for name in names])
        for measure in MEASURES
    ]
    return Takes(*found)


def _costs_line(name: str, costs: Takes) -> list[str]:
    seconds, megabytes = costs
    numbers = [
        seconds.start,
        1e6 * seconds.per_row,
        1e6 * seconds.per_level,
        megabytes.start,
        1e6 * megabytes.per_row,
        1e6 * megabytes.per_level,
    ]
    return [name, *map(three_digits, numbers)]


def _check(way: Way, costs: Takes, medians: pd.DataFrame) -> list[str]:
    *_, (name, size) = way.sizes.items()
    line = [way.name, f"{size.n_rows:,}", f"{size.n_levels:,}"]
    for measure, cost in zip(MEASURES, costs, strict=True):
        measured = medians.loc[(way.name, name), measure]
        line += [three_digits(measured), three_digits(cost.of(size))]
    return line


def _overview(costs: dict[str, Takes]) -> str:
    """Return a line for every number of rows and of levels."""
    lines, names = [], []
    for n_rows, n_levels in product(ROWS, LEVELS):
        takes = takes_of(costs, n_rows, n_levels)
        names = list(takes)
        shown = [_shown(*takes[name]) for name in names]
        lines.append([f"{n_rows:,.0f}", f"{n_levels:,.0f}", *shown, best_of(takes)])
    return table(["rows", "levels", *names, "best"], lines)


def _shown(seconds: float, megabytes: float) -> str:
    return f"{_memory(megabytes)}, {_time(seconds)}"


def _memory(megabytes: float) -> str:
    for unit, size in (("TB", 1e6), ("GB", 1e3)):
        if megabytes >= size:
            number = megabytes / size
            return f"{number:,.{int(number < 10)}f} {unit}"
    return f"{megabytes:.0f} MB"


def _time(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.0f} s"
