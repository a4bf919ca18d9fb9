"""Batches for ``EmbeddingRegressor.fit``, of tables that do not fit into memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from skembed._checks import check_installed
from skembed.exceptions import ColumnError

__all__ = ["ParquetBatches"]


class ParquetBatches:
    """The row groups of Parquet files, one batch each.

    Every ``iter()`` starts anew, so that ``fit`` can pass over them several times. One
    row group is in memory at a time; its order is that of the files, sorted by name.

    Parameters
    ----------
    path : str or path-like
        A file, or a folder whose ``*.parquet`` files have the same columns.

    target : str
        The column to predict.

    features : sequence of str, default=None
        The columns to predict from; None takes all others.

    sample_weight : str, default=None
        The column of weights, if there is one.

    Raises
    ------
    ColumnError
        If there is no column of a name.
    FileNotFoundError
        If there is no file.
    ImportError
        Without pyarrow.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.batches import ParquetBatches
    >>> from skembed.datasets import make_effects
    >>> X, y = make_effects(3_000, n_levels=(20,), random_state=0)
    >>> with TemporaryDirectory() as folder:
    ...     path = f"{folder}/table.parquet"
    ...     X.assign(y=y).to_parquet(path, row_group_size=1_000)
    ...     batches = ParquetBatches(path, target="y")
    ...     n_batches = len(batches)
    ...     model = EmbeddingRegressor(epochs=2, random_state=0).fit(batches)
    >>> n_batches, model.n_iter_
    (3, 2)
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        target: str,
        features: Sequence[str] | None = None,
        sample_weight: str | None = None,
    ) -> None:
        check_installed("pyarrow", "ParquetBatches", "parquet")
        self._paths = _files_of(Path(path))
        self._target, self._sample_weight = target, sample_weight
        columns = self._open(self._paths[0]).schema_arrow.names
        others = [name for name in columns if name not in (target, sample_weight)]
        self._features = others if features is None else list(features)
        for name in self._columns:
            if name not in columns:
                raise ColumnError(
                    f"{self._paths[0]} has no column {name!r}; it has "
                    f"{', '.join(map(repr, columns))}."
                )

    def __len__(self) -> int:
        return sum(self._open(path).num_row_groups for path in self._paths)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for path in self._paths:
            file = self._open(path)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=self._columns)
                yield self._parts_of(table.to_pandas())

    @property
    def _columns(self) -> list[str]:
        weight = [] if self._sample_weight is None else [self._sample_weight]
        return [*self._features, self._target, *weight]

    def _parts_of(self, frame: pd.DataFrame) -> tuple[Any, ...]:
        parts = frame[self._features], frame[self._target]
        if self._sample_weight is None:
            return parts
        return *parts, frame[self._sample_weight]

    @staticmethod
    def _open(path: Path) -> Any:
        from pyarrow.parquet import ParquetFile

        return ParquetFile(path)


def _files_of(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    files = sorted(path.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{path} is no Parquet file, nor a folder of such.")
    return files
