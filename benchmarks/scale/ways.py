"""The ways from a table to a model, and the sizes of tables that tell their costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.scale.sizes import (
    N_BATCH_ROWS,
    Counts,
    Size,
    of_batches,
    of_blend,
    of_cells,
    of_grouping,
    of_levels,
    of_network,
)
from skembed import EmbeddingRegressor
from skembed.cells import group_cells

MEMORY_LIMIT = "1GB"  # of DuckDB, which takes a disk for what is more

Work = Callable[[], object]


@dataclass(frozen=True)
class Way:
    """A way from a table to a model, or to its cells.

    Attributes
    ----------
    name : str
        As the command line calls it.
    prepare : callable
        Returns a context with what is to be timed, for a size.
    for_seconds, for_megabytes : callable
        Return what of a size costs time, and what takes memory.
    sizes : dict of str to Size
        Some that tell the costs; the last is to check them by.
    """

    name: str
    prepare: Callable[[Size], AbstractContextManager[Work]]
    for_seconds: Callable[[Size], Counts]
    for_megabytes: Callable[[Size], Counts]
    sizes: dict[str, Size]


@contextmanager
def on_rows(size: Size, **settings: Any) -> Iterator[Work]:
    """Fit all rows at once."""
    X, y = _draw(size, int(size.n_rows), 0)
    model = EmbeddingRegressor(**settings, random_state=0)
    yield lambda: model.fit(X, y)


@contextmanager
def on_batches(size: Size, **settings: Any) -> Iterator[Work]:
    """Fit batches that are drawn as they are asked for."""
    batches = _Batches(size)
    model = EmbeddingRegressor(**settings, random_state=0)
    yield lambda: model.fit(batches)


@contextmanager
def by_duckdb(size: Size) -> Iterator[Work]:
    """Group a file of Parquet."""
    with TemporaryDirectory() as folder, _connect() as connection:
        path = str(Path(folder) / "rows.parquet")
        connection.sql(_made(size)).write_parquet(path)
        yield lambda: group_cells(connection.read_parquet(path), "y")


@contextmanager
def as_made(size: Size) -> Iterator[Work]:
    """Group rows that are made as they are asked for, and never held."""
    with _connect() as connection:
        yield lambda: group_cells(connection.sql(_made(size)), "y")


def _connect() -> Any:
    import duckdb

    return duckdb.connect(config={"memory_limit": MEMORY_LIMIT})


def _made(size: Size) -> str:
    """Return the words by which DuckDB makes rows."""
    return (
        f"select (hash(i) % {int(size.n_levels)})::int as item, "
        f"(hash(i + 1) % {int(size.n_others)})::int as shop, "
        "item % 7 + (hash(i + 2) % 1000) / 1000.0 as y "
        f"from range({int(size.n_rows)}) rows(i)"
    )


class _Batches:
    """Batches that are held while they are looked at."""

    def __init__(self, size: Size) -> None:
        self.size = size

    def __iter__(self) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
        n_rows = int(self.size.n_rows)
        for seed, start in enumerate(range(0, n_rows, N_BATCH_ROWS)):
            yield _draw(self.size, min(N_BATCH_ROWS, n_rows - start), seed)


def _draw(size: Size, n_rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    item = rng.integers(int(size.n_levels), size=n_rows)
    shop = rng.integers(int(size.n_others), size=n_rows)
    y = _effects(size)[item] + rng.normal(size=n_rows)
    return pd.DataFrame({"item": item, "shop": shop}), y


def _effects(size: Size) -> np.ndarray:
    return np.arange(int(size.n_levels)) % 7 - 3.0


def _sizes(
    n_rows: int, n_more: int, n_levels: int, n_most: int | None = None
) -> dict[str, Size]:
    """Return tables that differ in rows, cells and levels, and one to check by.

    Where rows are merged at once, it takes most rows to see what they cost.
    """
    return {
        "few rows": Size(n_rows, 1_000, 10),
        "more rows": Size(n_most or n_more, 1_000, 10),
        "more cells": Size(n_more, 1_000, n_levels // 100),
        "more levels": Size(n_more, n_levels, 10),
        "check": Size(2 * n_more, n_levels, 4),
    }


GROUPED, MADE = "grouped by DuckDB", "made and grouped by DuckDB"
GROUPINGS = _sizes(1_000_000, 20_000_000, 200_000) | {
    "more levels": Size(20_000_000, 200_000, 2)
}
A_BILLION = Size(10**9, 200_000, 4)
NETWORK = {"model": "network"}
WAYS = (
    Way(
        "blend, all rows",
        on_rows,
        of_blend,
        of_blend,
        _sizes(100_000, 1_000_000, 10_000, 20_000_000),
    ),
    Way(
        "network, all rows",
        partial(on_rows, **NETWORK),
        of_network,
        of_network,
        _sizes(200_000, 2_000_000, 100_000, 20_000_000),
    ),
    Way(
        "network, batches",
        partial(on_batches, **NETWORK, epochs=1),
        of_batches,
        of_levels,
        _sizes(1_000_000, 5_000_000, 200_000),
    ),
    Way(
        GROUPED,
        by_duckdb,
        of_grouping,
        of_cells,
        GROUPINGS,
    ),
    Way(
        MADE,
        as_made,
        of_grouping,
        of_cells,
        GROUPINGS | {"check": A_BILLION},
    ),
)
