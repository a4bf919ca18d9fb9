"""What rows and levels cost, and what tables of any size take, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import nan

import pandas as pd

from benchmarks.markdown import between_markers, table, three_digits
from benchmarks.provenance import provenance
from benchmarks.scale.arithmetic import FITS, Costed, best_of, takes_of
from benchmarks.scale.costs import learn_costs
from benchmarks.scale.running import BENCHMARK
from benchmarks.scale.sizes import N_BATCH_ROWS, N_FOLDS, N_NEAR, Counts, Size
from benchmarks.scale.ways import Way
from benchmarks.wording import counted, not_measured

ROWS, LEVELS = (1e6, 1e8, 1e10), (1e3, 1e6, 1e8)
FOR_SECONDS = {
    "rows": "rows",
    "far_rows": "rows of far cells",
    "cells": "cells",
    "levels": "levels",
}
FOR_MEGABYTES = {name: name for name in FOR_SECONDS if name != "far_rows"}
COSTS_HEADER = [
    "way",
    "start, s",
    *(f"a million {name}, s" for name in FOR_SECONDS.values()),
    "start, MB",
    *(f"a million {name}, MB" for name in FOR_MEGABYTES.values()),
]
CHECK_HEADER = ["way", "rows", "levels", "s", "computed", "MB", "computed"]
FOOTNOTE = f"""\
Medians of {{}} of each size, in a process of its own. Tables have two columns, the
second of 10 levels, and no quantities: rows of equal levels are one cell, which a blend
divides by {N_FOLDS} folds. With quantities nearly each row is a cell. Cells are grouped
by DuckDB, with a gigabyte of memory and a disk, then fitted; rows that it makes are
never held. A pass over batches of {N_BATCH_ROWS:,} rows takes them once; all else is
fitted as it is by default.

Computed: what a row, a cell and a level cost is learned of four tables, and checked on
a larger one. A cell is far if it is not among the {N_NEAR:,} or so that the caches of a
processor hold. Tables of any size have the levels and the cells that as many draws
would meet. Best: what needs {FITS:.0f} GB at most, a blend rather than a network, then
the least time. Where there is none, fewer numbers for each level (embedding_dim) or
fewer levels (min_frequency, max_categories) take less."""


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
    known = [_costed(way, medians) for way in ways if _is_measured(way, medians)]
    parts = [
        "# Scale",
        about,
        "## Tables of any size",
        between_markers("scale overview", _overview(known)),
        "## What rows, cells and levels cost",
        table(COSTS_HEADER, [_costs_line(each) for each in known]),
        "## Checked on larger tables",
        between_markers(
            "scale check",
            table(CHECK_HEADER, [_check(each, medians) for each in known]),
        ),
        *not_measured(failures),
        FOOTNOTE.format(counted(cells["seed"].nunique(), "run")),
    ]
    return "\n\n".join(parts)


def _is_measured(way: Way, medians: pd.DataFrame) -> bool:
    return all((way.name, name) in medians.index for name in way.sizes)


def _costed(way: Way, medians: pd.DataFrame) -> Costed:
    """Learn costs of all sizes but the last."""
    *names, _ = way.sizes
    measured = medians.loc[[(way.name, name) for name in names]]
    sizes = [way.sizes[name] for name in names]
    seconds = learn_costs(list(map(way.for_seconds, sizes)), measured["seconds"])
    counts = list(map(way.for_megabytes, sizes))
    return Costed(way, seconds, learn_costs(counts, measured["peak_megabytes"]))


def _costs_line(costed: Costed) -> list[str]:
    seconds = _costs(costed.seconds, FOR_SECONDS)
    return [costed.way.name, *seconds, *_costs(costed.megabytes, FOR_MEGABYTES)]


def _costs(costs: Counts, names: Iterable[str]) -> list[str]:
    millions = [1e6 * costs.get(name, nan) for name in names]
    return list(map(three_digits, [costs["start"], *millions]))


def _check(costed: Costed, medians: pd.DataFrame) -> list[str]:
    *_, (name, size) = costed.way.sizes.items()
    measured, computed = medians.loc[(costed.way.name, name)], costed.of(size)
    numbers = [
        measured["seconds"],
        computed.seconds,
        measured["peak_megabytes"],
        computed.megabytes,
    ]
    levels = f"{size.n_levels:,}"
    return [costed.way.name, f"{size.n_rows:,}", levels, *map(three_digits, numbers)]


def _overview(ways: Sequence[Costed]) -> str:
    """Return a line for every number of rows and of levels."""
    lines, names = [], []
    for n_rows, n_levels in product(ROWS, LEVELS):
        takes = takes_of(ways, Size(n_rows, n_levels))
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
