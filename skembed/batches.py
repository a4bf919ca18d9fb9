"""Batches for ``EmbeddingRegressor.fit``, of tables that do not fit into memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from skembed._checks import check_installed, choose_features

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
        The columns to predict from; None takes all others but those in which pandas or
        Dask have stored an index.

    sample_weight : str, default=None
        The column of weights, if there is one.

    Raises
    ------
    ColumnError
        If there is no column of a name, in one of the files, or one serves twice.
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
        check_installed("pyarrow", "ParquetBatches")
        self._paths = _files_of(Path(path))
        self._others = [target] if sample_weight is None else [target, sample_weight]
        schemas = [self._open(each).schema_arrow for each in self._paths]
        used = {*self._others, *_index_of(schemas[0])}
        default = [name for name in schemas[0].names if name not in used]
        for each, schema in zip(self._paths, schemas, strict=True):
            self._features = choose_features(
                features, default, self._others, schema.names, str(each)
            )

    def __len__(self) -> int:
        return sum(len(_groups_of(self._open(path))) for path in self._paths)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        columns = [*self._features, *self._others]
        for path in self._paths:
            file = self._open(path)
            for group in _groups_of(file):
                table = file.read_row_group(group, columns=columns)
                # without what pandas stored, a column means the same in all groups
                frame = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
                yield frame[self._features], *(frame[name] for name in self._others)

    @staticmethod
    def _open(path: Path) -> Any:
        from pyarrow.parquet import ParquetFile

        return ParquetFile(path)


def _index_of(schema: Any) -> list[str]:
    """Return the columns in which pandas or Dask have stored an index."""
    stored = (schema.pandas_metadata or {}).get("index_columns", [])
    return [name for name in stored if isinstance(name, str)]


def _groups_of(file: Any) -> list[int]:
    """Return which row groups have rows: an empty table is written as one, too."""
    groups = range(file.num_row_groups)
    return [group for group in groups if file.metadata.row_group(group).num_rows]


def _files_of(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    files = sorted(path.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{path} is no Parquet file, nor a folder of such.")
    return files
