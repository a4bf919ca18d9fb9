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

from skembed import EmbeddingRegressor
from skembed.cells import group_cells, make_cells

N_SHOPS = 10  # levels of the second column
N_BATCH_ROWS = 100_000
N_ROWS_OF_CELL = 100
MEMORY_LIMIT = "1GB"  # of DuckDB, which takes a disk for what is more

Work = Callable[[], object]


@dataclass(frozen=True)
class Size:
    """How large a table is.

    Attributes
    ----------
    n_rows : float
        Rows; of cells, how many cells.
    n_levels : float
        Levels of its larger column.
    """

    n_rows: float
    n_levels: float


@dataclass(frozen=True)
class Way:
    """A way from a table to a model.

    Attributes
    ----------
    name : str
        As the command line calls it.
    prepare : callable
        Returns a context with what is to be timed, for a size.
    sizes : dict of str to Size
        Three that tell the costs, and one to check them by.
    """

    name: str
    prepare: Callable[[Size], AbstractContextManager[Work]]
    sizes: dict[str, Size]


@contextmanager
def on_rows(size: Size, **settings: Any) -> Iterator[Work]:
    """Fit all rows at once."""
    X, y = _draw(size, int(size.n_rows), 0)
    model = EmbeddingRegressor(**settings, random_state=0)
    yield lambda: model.fit(X, y)


@contextmanager
def on_cells(size: Size, **settings: Any) -> Iterator[Work]:
    """Fit cells of a hundred rows each."""
    shop, item = divmod(np.arange(int(size.n_rows)), int(size.n_levels))
    levels = pd.DataFrame({"item": item, "shop": shop})
    mean = _effects(size)[item] + 0.1 * np.random.default_rng(0).normal(size=len(item))
    counts = np.full(len(item), N_ROWS_OF_CELL)
    cells = make_cells(levels, counts, mean, np.ones(len(item)))
    model = EmbeddingRegressor(**settings, random_state=0)
    yield lambda: model.fit(*cells)


@contextmanager
def on_batches(size: Size, **settings: Any) -> Iterator[Work]:
    """Fit batches that are drawn as they are asked for."""
    batches = _Batches(size)
    model = EmbeddingRegressor(**settings, random_state=0)
    yield lambda: model.fit(batches)


@contextmanager
def by_duckdb(size: Size) -> Iterator[Work]:
    """Group a file of Parquet."""
    import duckdb

    with (
        TemporaryDirectory() as folder,
        duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection,
    ):
        path = str(Path(folder) / "rows.parquet")
        connection.sql(
            f"select (hash(i) % {int(size.n_levels)})::int as item, "
            f"(hash(i + 1) % {N_SHOPS})::int as shop, "
            "item % 7 + (hash(i + 2) % 1000) / 1000.0 as y "
            f"from range({int(size.n_rows)}) rows(i)"
        ).write_parquet(path)
        yield lambda: group_cells(connection.read_parquet(path), "y")


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
    shop = rng.integers(N_SHOPS, size=n_rows)
    y = _effects(size)[item] + rng.normal(size=n_rows)
    return pd.DataFrame({"item": item, "shop": shop}), y


def _effects(size: Size) -> np.ndarray:
    return np.arange(int(size.n_levels)) % 7 - 3.0


def _sizes(few: int, more: int, levels: int, check: int) -> dict[str, Size]:
    """Return a table of few rows, ten levels each at least, and larger ones."""
    return {
        "few rows": Size(few, 1_000),
        "more rows": Size(more, 1_000),
        "more levels": Size(more, levels),
        "check": Size(check, levels // 2),
    }


ROWS, CELLS = "all rows", "cells"
GROUPED = "grouped by DuckDB"
NETWORK = {"model": "network"}
WAYS = (
    Way(
        f"blend, {ROWS}",
        partial(on_rows),
        _sizes(50_000, 500_000, 100_000, 1_000_000),
    ),
    Way(
        f"network, {ROWS}",
        partial(on_rows, **NETWORK),
        _sizes(100_000, 1_000_000, 300_000, 2_000_000),
    ),
    Way(
        f"blend, {CELLS}",
        partial(on_cells),
        _sizes(20_000, 100_000, 50_000, 200_000),
    ),
    Way(
        f"network, {CELLS}",
        partial(on_cells, **NETWORK),
        _sizes(20_000, 500_000, 300_000, 1_000_000),
    ),
    Way(
        "network, batches",
        partial(on_batches, **NETWORK, epochs=1),
        _sizes(1_000_000, 10_000_000, 300_000, 20_000_000),
    ),
    Way(GROUPED, by_duckdb, _sizes(1_000_000, 20_000_000, 300_000, 40_000_000)),
)
