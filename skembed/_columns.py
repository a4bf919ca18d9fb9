"""Reading a table: whatever users pass becomes a list of typed columns."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.utils import check_array

from skembed._decimals import shortest_decimals
from skembed._objects import KIND_OF_OBJECTS, Kind, read_objects, unreadable
from skembed.exceptions import ColumnError

# what brings a table of another engine into memory; Spark's collect() returns rows
COLLECTING = ("compute", "df", "toPandas", "collect", "to_pandas")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table: its name, the kind of its values, the values.

    Attributes
    ----------
    name : hashable
        The column's name, or its position where the table has no names.
    kind : {"text", "boolean", "integer", "float"}
        What the values are, missing ones aside.
    values : array of shape (n_samples,)
        A numpy or pandas array; missing values are whatever pandas counts as such.
    """

    name: Hashable
    kind: Kind
    values: Any

    @property
    def is_quantity(self) -> bool:
        """Whether the values are measured numbers unless somebody says otherwise."""
        return self.kind == "float" and not isinstance(self.values, pd.Categorical)

    @cached_property
    def factorized(self) -> tuple[np.ndarray, np.ndarray]:
        """The values split into codes and what they stand for.

        Returns
        -------
        codes : ndarray of shape (n_samples,)
            The position of each value in `uniques`; -1 where it is missing.
        uniques : ndarray
            Distinct values in no order; a pandas categorical may list unused ones.
            Floats are of 64 bits, see `shortest_decimals`.
        """
        if isinstance(self.values, pd.Categorical):
            codes, uniques = self.values.codes, self.values.categories.to_numpy()
        else:
            codes, distinct = pd.factorize(self.values)
            uniques = np.asarray(distinct)
        is_float = uniques.dtype.kind == "f"
        return codes, shortest_decimals(uniques) if is_float else uniques

    def take(self, rows: np.ndarray) -> Column:
        """Return some of the rows."""
        return replace(self, values=self.values[rows])

    def to_float(self) -> np.ndarray:
        """Return the values as 64-bit floats, NaN where they are missing."""
        return np.asarray(
            pd.Series(self.values).to_numpy(dtype=np.float64, na_value=np.nan)
        )


def as_table(X: Any) -> Any:
    """Return `X` as a two-dimensional table, without touching its values.

    Parameters
    ----------
    X : array-like, dataframe, series or list
        One-dimensional tokens become a table of one column.

    Returns
    -------
    table : dataframe or ndarray of shape (n_samples, n_features)
        The same dataframe that was passed, or an array.

    Raises
    ------
    ColumnError
        For columns that share a name.
    TypeError
        For sparse matrices, masked and structured arrays.
    ValueError
        For tables without rows or columns, one-dimensional floats, tables of other
        engines and arrays of more than two dimensions.
    """
    if isinstance(X, np.ma.MaskedArray):
        raise TypeError(
            "A masked array was passed, whose mask would be lost. Fill it with missing "
            "values first: X.astype(object).filled(None)."
        )
    if sparse.issparse(X):
        raise TypeError(
            "Sparse data was passed, but levels and quantities are read from a dense "
            "table. Use X.toarray() or, better, the table from before it was encoded."
        )
    with warnings.catch_warnings():  # a later narwhals will read Dask by a plugin
        warnings.filterwarnings("ignore", "Dask support is moving", FutureWarning)
        try:
            frame = nw.from_native(X, allow_series=True, pass_through=True)
        except nw.exceptions.DuplicateError:
            raise _repeated_name(X) from None
    if isinstance(frame, nw.LazyFrame):
        raise _not_in_memory(X)
    if isinstance(frame, nw.Series):
        frame = frame.to_frame()
    if isinstance(frame, nw.DataFrame):
        _check_not_empty(frame.shape)
        return frame.to_native()
    return _as_array(X)


def _not_in_memory(table: Any) -> ValueError:
    """Return the error for a table of another engine, with the method that collects it.

    Parameters
    ----------
    table : DuckDB relation, Dask DataFrame, Polars LazyFrame or other lazy table
        The table.
    """
    methods = [method for method in COLLECTING if hasattr(table, method)]
    what = f"{type(table).__module__.split('.')[0]} {type(table).__name__}"
    remedy = f"call its {methods[0]}()" if methods else "collect it"
    return ValueError(
        f"X must be a table in memory; got a {what}: {remedy} first. If it does not "
        "fit into memory, use skembed.cells or skembed.batches."
    )


def _repeated_name(frame: Any) -> ColumnError:
    names = getattr(frame, "column_names", None) or list(frame.columns)
    name = next(name for name, count in Counter(names).items() if count > 1)
    return ColumnError(
        f"Two columns are named {name!r}, and levels are asked for by the name of "
        "their column: rename one of them."
    )


def _as_array(X: Any) -> np.ndarray:
    array = _array_of(X) if isinstance(X, list | tuple) else np.asarray(X)
    if array.dtype.names:
        raise TypeError(
            "X must be a dataframe or an array of one type; got a structured array of "
            f"{', '.join(map(repr, array.dtype.names))}. Pass pandas.DataFrame(X)."
        )
    if array.ndim == 1 and array.size and not _is_quantity(array):
        return array.reshape(-1, 1)
    return cast(np.ndarray, check_array(array, dtype=None, ensure_all_finite=False))


def _array_of(rows: Any) -> np.ndarray:
    """Make an array of a list, each value keeping the type it has."""
    array = np.array(rows, dtype=object)
    if array.ndim == 1 and any(isinstance(row, list | tuple) for row in rows):
        raise ValueError(
            "The rows of X differ in length, so it is not a table: pass a dataframe "
            "or rows of equal length."
        )
    return array


def _is_quantity(values: np.ndarray) -> bool:
    """Say whether one-dimensional values are measured, rather than tokens."""
    if values.dtype == object:
        inferred = pd.api.types.infer_dtype(values, skipna=True)
        return KIND_OF_OBJECTS.get(inferred) == "float" or inferred == "complex"
    return values.dtype.kind in "fc"


def _check_not_empty(shape: tuple[int, int]) -> None:
    for count, what in zip(shape, ("sample", "feature"), strict=True):
        if count == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={shape}) while a minimum of 1 "
                "is required."
            )


def read_columns(table: Any) -> list[Column]:
    """Read every column of a table.

    Parameters
    ----------
    table : dataframe or ndarray of shape (n_samples, n_features)
        As returned by `as_table`.

    Returns
    -------
    list of Column
        In the order of the table.

    Raises
    ------
    ColumnError
        For a column of dates, of mixed types, or of anything else that is neither
        text nor a truth value nor a number.
    """
    if isinstance(table, np.ndarray):
        return [_column(j, _series(j, table[:, j])) for j in range(table.shape[1])]
    if isinstance(table, pd.DataFrame):
        return [_column(name, series) for name, series in table.items()]
    frame = nw.from_native(table, eager_only=True)
    return [_column(name, _to_pandas(frame[name])) for name in frame.columns]


def _series(name: Hashable, values: np.ndarray) -> pd.Series:
    with readable_text(name):
        return pd.Series(values)


@contextmanager
def readable_text(name: Hashable) -> Iterator[None]:
    """Name the column in an error about its text.

    Raises
    ------
    ColumnError
        Where pandas cannot keep halves of characters.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        raise ColumnError(
            f"Column {name!r} holds {error.object!r}, which is not valid Unicode: read "
            "the table again with the encoding it was written in."
        ) from error


def _to_pandas(series: nw.Series[Any]) -> pd.Series:
    """Copy a column of another frame library, its missing values with it."""
    dtype = series.dtype
    if _fits_numpy(series):
        return pd.Series(series.to_numpy())
    readable = (nw.String, nw.Categorical, nw.Enum, nw.Boolean, nw.Object)
    empty = series.null_count() == len(series)
    if empty or dtype.is_integer() or dtype in readable:
        return pd.Series(series.to_list(), dtype=object)
    raise unreadable(series.name, str(dtype).lower())


def _fits_numpy(series: nw.Series[Any]) -> bool:
    """Say whether numpy holds the values exactly: it has no integers of 128 bits."""
    dtype = series.dtype
    if dtype.is_integer():
        return not series.null_count() and dtype not in (nw.Int128, nw.UInt128)
    return dtype.is_numeric()


def _column(name: Hashable, series: pd.Series) -> Column:
    series = _decoded(series)
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical(name, series)
    kind = _kind_of(dtype)
    if kind is not None:
        return Column(name, kind, _values(series))
    if pd.api.types.is_object_dtype(dtype) or series.isna().all():
        return Column(name, *read_objects(name, series.to_numpy(object)))
    if pd.api.types.is_complex_dtype(dtype):
        raise ColumnError(f"Complex data not supported: column {name!r} holds it.")
    raise unreadable(name, str(dtype))


def _kind_of(dtype: Any) -> Kind | None:
    """Return what the values of a data type are, None if it does not say."""
    types = pd.api.types
    if types.is_object_dtype(dtype):
        return None
    kinds: dict[Kind, bool] = {
        "boolean": types.is_bool_dtype(dtype),
        "integer": types.is_integer_dtype(dtype),
        "float": types.is_float_dtype(dtype),
        "text": types.is_string_dtype(dtype) and dtype.kind != "S",
    }
    return next((kind for kind, is_it in kinds.items() if is_it), None)


def _decoded(series: pd.Series) -> pd.Series:
    """Give the values of an Arrow dictionary, which Parquet makes of a category."""
    dtype = series.dtype
    if not isinstance(dtype, pd.ArrowDtype) or not str(dtype).startswith("dictionary"):
        return series
    return series.astype(pd.ArrowDtype(dtype.pyarrow_dtype.value_type))


def _values(series: pd.Series) -> Any:
    """Return the array of a column, in whichever form pandas holds it."""
    if series.dtype == np.float16:  # which pandas cannot look up
        return shortest_decimals(series.to_numpy())
    is_numpy = isinstance(series.dtype, np.dtype)
    return series.to_numpy() if is_numpy else series.array


def _categorical(name: Hashable, series: pd.Series) -> Column:
    """Keep the codes of a pandas categorical; its levels decide the kind."""
    categories = series.cat.categories
    if categories.dtype == object:  # those that no row has may be of another kind
        series = series.cat.remove_unused_categories()
        categories = series.cat.categories
    levels = _column(name, categories.to_series())
    values = pd.Categorical.from_codes(
        series.cat.codes.to_numpy(), categories=pd.Index(levels.values)
    )
    return Column(name, levels.kind, values)
