"""Grouped rows for ``fit``, from tables that another engine holds."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.utils import check_array, check_consistent_length

from skembed._checks import choose_features
from skembed._grouped_rows import Cells
from skembed.exceptions import ColumnError

__all__ = ["Cells", "group_cells", "make_cells"]

COUNT, KNOWN, MEAN, VARIANCE = (
    f"skembed: {what}" for what in ("count", "known", "mean", "variance")
)


def group_cells(
    table: Any, target: str, features: Sequence[str] | None = None
) -> Cells:
    """Group a table by all of its levels, in the engine that holds it.

    For squared error, rows of equal levels are represented by their number, their mean
    and their variance: ``fit(group_cells(table, "y"))`` learns what ``fit`` on all rows
    would, for a blend or a network, with memory for the cells only. Sums of 64 bits are
    rounded in another order, which moves predictions by at most 1e-10 of their standard
    deviation if the mean of the target is at most some thousand times its standard
    deviation. A target that is not a number holds classes, and rows are grouped by it
    as well.

    Numbers count as observations of their own, whatever they are: copies of a row must
    be removed before, and equal numbers, as ratings have them, are divided more freely
    than ``fit`` would divide their rows. Classes are treated as ``fit`` treats rows.

    Parameters
    ----------
    table : DuckDB relation, Dask DataFrame, or other table that narwhals reads
        Also a frame of Polars, lazy or not, or of pandas. It is grouped where it is;
        only the cells come into memory.

    target : str
        The column to predict: of numbers for `EmbeddingRegressor`, of strings,
        categories or booleans for `EmbeddingClassifier`. `EmbeddingEncoder` takes both.

    features : sequence of str, default=None
        The columns to group by; None takes all others.

    Returns
    -------
    Cells
        What ``fit`` takes in place of `X` and `y`. It cannot be split, so that it is
        not for cross-validation, searches and ``fit_transform``: group the rows of each
        part separately.

    Raises
    ------
    ColumnError
        If a column does not exist or is named twice; if a feature holds floats, whose
        rows would hardly ever be equal, or a type that has no levels; if the target has
        missing or infinite values.
    TypeError
        If narwhals does not read the table, or `features` is a string.

    See Also
    --------
    make_cells : The same for a table that was grouped already.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.cells import group_cells
    >>> from skembed.datasets import make_effects
    >>> X, y = make_effects(10_000, n_levels=(40, 20), random_state=0)
    >>> cells = group_cells(X.assign(y=y), target="y")
    >>> len(cells.X), int(cells.n_rows.sum())
    (800, 10000)
    >>> model = EmbeddingRegressor(random_state=0).fit(cells)
    >>> whole = EmbeddingRegressor(random_state=0).fit(X, y)
    >>> bool(abs(model.predict(X) - whole.predict(X)).max() < 1e-10)
    True
    """
    with warnings.catch_warnings():  # where a later narwhals has it, it will say so
        warnings.filterwarnings("ignore", "Dask support is moving", FutureWarning)
        lazy = nw.from_native(table).lazy()
        schema = lazy.collect_schema()
        features = _checked(schema, target, features)
        if not schema[target].is_numeric():
            return _grouped_classes(lazy, target, features)
        origin = _some_target(lazy, target)
        collected = _grouped(lazy, target, features, origin)
    _check_known(collected, target)
    count, mean, variance = (
        collected[name].to_numpy().astype(np.float64)
        for name in (COUNT, MEAN, VARIANCE)
    )
    if not np.isfinite(mean).all():
        raise ColumnError(f"The target {target!r} has values that are not finite.")
    levels = collected.select(features).to_native()
    return make_cells(levels, mean + origin, count, np.maximum(variance, 0))


def _grouped_classes(
    lazy: nw.LazyFrame[Any], target: str, features: list[str]
) -> Cells:
    figures = nw.len().alias(COUNT), nw.col(target).count().alias(KNOWN)
    collected = lazy.group_by(*features, target).agg(*figures).collect()
    _check_known(collected, target)
    collected = collected.filter(nw.col(COUNT) > 0)
    levels, count = collected.select(features).to_native(), collected[COUNT].to_numpy()
    labels = collected[target].to_pandas().to_numpy(dtype=object)
    return make_cells(levels, labels, count)


def _check_known(collected: nw.DataFrame[Any], target: str) -> None:
    n_missing = int((collected[COUNT] - collected[KNOWN]).sum())
    if n_missing:
        raise ColumnError(
            f"The target {target!r} is missing in {n_missing} rows. Leave them out "
            "before they are grouped."
        )


def make_cells(X: Any, y: Any, n_rows: Any, variance: Any = None) -> Cells:
    """Make what ``fit`` takes from numbers of rows, means and variances.

    An engine that narwhals does not reach can group a table in its own language, as in
    ``SELECT shop, item, avg(sales), count(sales), var_pop(sales) FROM sales WHERE sales
    IS NOT NULL GROUP BY shop, item``. For classes, group by the class as well and count
    the rows.

    Parameters
    ----------
    X : DataFrame
        The levels, a row for each cell; of pandas, Polars, or pyarrow.

    y : array-like of shape (n_cells,)
        The mean of the target of each cell, or its class.

    n_rows : array-like of shape (n_cells,)
        The number of rows of each cell.

    variance : array-like of shape (n_cells,), default=None
        The variance of the target in each cell, divided by the number of rows, not by
        one less: 0 for a single row. Digits are lost if it is computed from sums of
        squares and the mean is large; subtract a typical target from all rows first.
        None is for classes.

    Returns
    -------
    Cells
        What ``fit`` takes in place of `X` and `y`.

    Raises
    ------
    ValueError
        If lengths differ; if a number of rows is not a positive integer, a variance is
        negative, or means have none; if a number is not finite.
    TypeError
        If narwhals does not read the levels, or they are not in memory.

    See Also
    --------
    group_cells : Groups a table as well.

    Examples
    --------
    >>> import pandas as pd
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.cells import make_cells
    >>> levels = pd.DataFrame({"shop": ["Oslo", "Rome"]})
    >>> cells = make_cells(levels, y=[5.0, 8.0], n_rows=[4, 1], variance=[9.0, 0.0])
    >>> EmbeddingRegressor(random_state=0).fit(cells).category_counts_["shop"]
    array([4., 1.])
    """
    levels = nw.from_native(X)
    if isinstance(levels, nw.LazyFrame):
        raise TypeError(
            f"The levels are a {type(X).__name__}, which is not in memory: pass a "
            "frame of pandas, Polars or pyarrow, such as its df(), compute(), "
            "collect() or toPandas() returns."
        )
    y = np.asarray(y)
    if variance is not None:
        y = _figures("y", y)
    elif y.dtype.kind == "f":
        raise ValueError(
            "variance must be given if y holds means; got None. Pass the variance of "
            "the target within each cell, 0 for a single row."
        )
    count = _figures("n_rows", n_rows)
    variances = np.zeros(len(y)) if variance is None else _figures("variance", variance)
    check_consistent_length(levels, y, count, variances)
    _check_figures(count, variances)
    return Cells(X, y, count, variances)


def _figures(name: str, values: Any) -> np.ndarray:
    return np.asarray(
        check_array(values, ensure_2d=False, dtype=np.float64, input_name=name)
    )


def _check_figures(count: np.ndarray, variance: np.ndarray) -> None:
    is_no_count = (count < 1) | (count != np.floor(count))
    _refuse("n_rows", count, is_no_count, "an integer >= 1")
    is_no_variance = (variance < 0) | ((count == 1) & (variance > 0))
    asked = "0 or more, and 0 for a single row"
    _refuse("variance", variance, is_no_variance, asked)


def _refuse(name: str, values: np.ndarray, is_wrong: np.ndarray, asked: str) -> None:
    if is_wrong.any():
        place = int(np.argmax(is_wrong))
        raise ValueError(f"{name}[{place}] must be {asked}; got {values[place]:g}.")


def _some_target(lazy: nw.LazyFrame[Any], target: str) -> float:
    """Return a target: sums of squares around it are rounded little in any engine."""
    for part in _parts_of(lazy):
        some = part.select(nw.col(target).cast(nw.Float64)).head(1).collect()
        values = some[target].to_numpy()
        if np.isfinite(values).any():
            return float(values[0])
    return 0.0


def _parts_of(lazy: nw.LazyFrame[Any]) -> Iterator[nw.LazyFrame[Any]]:
    """Yield what can be read on its own: the head of a Dask table reads all of it."""
    if lazy.implementation.is_dask():
        table = lazy.to_native()
        for number in range(table.npartitions):
            yield nw.from_native(table.partitions[number]).lazy()
    else:
        yield lazy


def _grouped(
    lazy: nw.LazyFrame[Any], target: str, features: list[str], origin: float
) -> nw.DataFrame[Any]:
    value = nw.col(target)
    shifted = lazy.with_columns((value.cast(nw.Float64) - origin).alias(target))
    others = nw.len().alias(COUNT), value.count().alias(KNOWN), value.mean().alias(MEAN)
    if not lazy.implementation.is_dask():
        variance = value.var(ddof=0).alias(VARIANCE)
        return shifted.group_by(*features).agg(*others, variance).collect()
    # with pandas 2 Dask loses squares of missing levels, and adds cells without rows
    squares = shifted.with_columns((value**2).alias(VARIANCE)).group_by(*features)
    cells = squares.agg(*others, nw.col(VARIANCE).mean()).filter(nw.col(COUNT) > 0)
    return cells.with_columns(nw.col(VARIANCE) - nw.col(MEAN) ** 2).collect()


def _checked(
    schema: nw.Schema, target: str, features: Sequence[str] | None
) -> list[str]:
    """Return the features, which are to have levels, and check the target."""
    default = [name for name in schema if name != target]
    chosen = choose_features(features, default, [target], list(schema), "The table")
    if not (schema[target].is_numeric() or _has_levels(schema[target])):
        raise ColumnError(
            f"The target {target!r} must hold numbers, strings, categories or booleans;"
            f" got {schema[target]}."
        )
    for name in chosen:
        if schema[name].is_float() or schema[name].is_decimal():
            raise ColumnError(
                f"Column {name!r} is a quantity, of type {schema[name]}: nearly every "
                "row would be a cell of its own. Leave it out of features, or fit on "
                "batches of the rows, which may hold quantities. If its numbers are "
                "levels, cast them to whole numbers or strings."
            )
        if not _has_levels(schema[name]):
            raise ColumnError(
                f"Column {name!r} is of type {schema[name]}, which has no levels: cast "
                "it to whole numbers of 64 bits or to strings; of a date, take its "
                "parts, such as month and weekday."
            )
    return chosen


def _has_levels(dtype: nw.dtypes.DType) -> bool:
    """Say whether ``fit`` can read a column of that type, which is no quantity."""
    if dtype.is_integer():
        return dtype not in (nw.Int128, nw.UInt128)
    return dtype in (nw.String, nw.Categorical, nw.Enum, nw.Boolean, nw.Object)
