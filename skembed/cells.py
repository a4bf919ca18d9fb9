"""Cells for ``EmbeddingRegressor.fit``, of tables that another engine holds."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
from sklearn.utils import check_array, check_consistent_length

from skembed._checks import choose_features
from skembed._divisible import two_values
from skembed.exceptions import ColumnError

__all__ = ["Cells", "group_cells", "make_cells"]

COUNT, KNOWN, MEAN, VARIANCE = (
    f"skembed: {what}" for what in ("count", "known", "mean", "variance")
)


class Cells(NamedTuple):
    """Rows of equal levels as two at most: what ``fit`` takes, in its order.

    Attributes
    ----------
    X : DataFrame or pyarrow.Table
        The levels, for every combination that occurs one row, or two if there are
        several. Of pandas and Dask it is a pandas frame, of Polars one of Polars, and
        else a table of pyarrow.
    y : ndarray of shape (n_rows,)
        Targets that have, with their weights, the mean and the variance of those that
        they stand for.
    sample_weight : ndarray of shape (n_rows,)
        For how many each of them stands.
    """

    X: Any
    y: np.ndarray
    sample_weight: np.ndarray


def group_cells(
    table: Any, target: str, features: Sequence[str] | None = None
) -> Cells:
    """Group a table by all of its levels, in the engine that holds it.

    To squared error, rows of equal levels are no more than their count, their mean and
    their variance: ``fit(*group_cells(table, "y"))`` learns what ``fit`` on all rows
    would, a blend or a network, with memory for the cells. Sums of 64 bits are rounded
    in another order, which moves predictions by 1e-10 of their spread or less where the
    mean of the target is no more than some thousand times its spread.

    Cells are for one ``fit`` of an ``EmbeddingRegressor`` of squared error, or of an
    ``EmbeddingEncoder``. Another loss would be that of values that no row has. And the
    two values of a cell are not its rows: where one is held out and the other is not,
    as in cross-validation, in searches and in ``fit_transform``, scores are wrong.
    Group the rows of each part apart instead.

    Parameters
    ----------
    table : DuckDB relation, Dask DataFrame, or other table that narwhals reads
        Also a frame of Polars, lazy or not, or of pandas. It is grouped where it is;
        what comes into memory are the cells.

    target : str
        The column to predict, of numbers.

    features : sequence of str, default=None
        The columns to group by; None takes all others.

    Returns
    -------
    Cells
        A named tuple ``(X, y, sample_weight)``.

    Raises
    ------
    ColumnError
        If there is no column of a name, or one is named twice; if a feature holds
        quantities, whose rows would hardly ever be equal, or what has no levels; if the
        target has missing values, or others that are not finite, or is no number.
    TypeError
        If narwhals does not read the table, or `features` is one name.

    See Also
    --------
    make_cells : The same of what was grouped already.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.cells import group_cells
    >>> from skembed.datasets import make_effects
    >>> X, y = make_effects(10_000, n_levels=(40, 20), random_state=0)
    >>> cells = group_cells(X.assign(y=y), target="y")
    >>> len(cells.X), int(cells.sample_weight.sum())
    (1600, 10000)
    >>> model = EmbeddingRegressor(random_state=0).fit(*cells)
    >>> whole = EmbeddingRegressor(random_state=0).fit(X, y)
    >>> bool(abs(model.predict(X) - whole.predict(X)).max() < 1e-10)
    True
    """
    with warnings.catch_warnings():  # where a later narwhals has it, it will say so
        warnings.filterwarnings("ignore", "Dask support is moving", FutureWarning)
        lazy = nw.from_native(table).lazy()
        schema = lazy.collect_schema()
        features = _checked(schema, target, features)
        origin = _some_target(lazy, target)
        collected = _grouped(lazy, target, features, origin)
    n_missing = int((collected[COUNT] - collected[KNOWN]).sum())
    if n_missing:
        raise ColumnError(
            f"The target {target!r} is missing in {n_missing} rows. Leave them out "
            "before they are grouped."
        )
    count, mean, variance = (
        collected[name].to_numpy().astype(np.float64)
        for name in (COUNT, MEAN, VARIANCE)
    )
    if not np.isfinite(mean).all():
        raise ColumnError(f"The target {target!r} has values that are not finite.")
    levels = collected.select(features).to_native()
    return make_cells(levels, count, mean + origin, np.maximum(variance, 0))


def make_cells(X: Any, n_rows: Any, mean: Any, variance: Any) -> Cells:
    """Make what ``fit`` takes of counts, means and variances.

    Where an engine is asked in its own words, as in ``SELECT shop, item, count(sales),
    avg(sales), var_pop(sales) FROM sales WHERE sales IS NOT NULL GROUP BY shop, item``,
    this takes the answer, for what `group_cells` says.

    Parameters
    ----------
    X : DataFrame
        The levels, a row for each combination; of pandas, Polars, or pyarrow.

    n_rows : array-like of shape (n_cells,)
        How many rows there are of each.

    mean : array-like of shape (n_cells,)
        The mean of their targets.

    variance : array-like of shape (n_cells,)
        Their variance by their number, not by one less: 0 of a single row. Squares are
        lost in rounding where it is computed from sums of squares and the mean is
        large; take some typical target off all of them first.

    Returns
    -------
    Cells
        A named tuple ``(X, y, sample_weight)``.

    Raises
    ------
    ValueError
        If lengths differ; if a count is not whole or not positive, or a variance is
        negative; if anything is not a finite number.
    TypeError
        If narwhals does not read the levels, or they are not in memory.

    See Also
    --------
    group_cells : Groups a table as well.

    Examples
    --------
    >>> import pandas as pd
    >>> from skembed.cells import make_cells
    >>> levels = pd.DataFrame({"shop": ["Oslo", "Rome"]})
    >>> cells = make_cells(levels, n_rows=[4, 1], mean=[5.0, 8.0], variance=[9.0, 0.0])
    >>> cells.X.assign(y=cells.y, weight=cells.sample_weight)
       shop    y  weight
    0  Oslo  2.0     2.0
    0  Oslo  8.0     2.0
    1  Rome  8.0     1.0
    """
    levels = nw.from_native(X)
    if isinstance(levels, nw.LazyFrame):
        raise TypeError(
            f"The levels are a {type(X).__name__}, which is not in memory: pass a "
            "frame of pandas, Polars or pyarrow, such as its df(), compute(), "
            "collect() or toPandas() returns."
        )
    figures = {"n_rows": n_rows, "mean": mean, "variance": variance}
    count, means, variances = (
        check_array(values, ensure_2d=False, dtype=np.float64, input_name=name)
        for name, values in figures.items()
    )
    check_consistent_length(levels, count, means, variances)
    _check_figures(count, variances)
    cell, times, value = two_values(count, means, np.sqrt(variances))
    return Cells(levels[cell].to_native(), value, times)


def _check_figures(count: np.ndarray, variance: np.ndarray) -> None:
    is_no_count = (count < 1) | (count != np.floor(count))
    _refuse("n_rows", count, is_no_count, "a whole number from 1 on")
    is_no_variance = (variance < 0) | ((count == 1) & (variance > 0))
    asked = "0 or more, and 0 for a single row"
    _refuse("variance", variance, is_no_variance, asked)


def _refuse(name: str, values: np.ndarray, is_wrong: np.ndarray, asked: str) -> None:
    if is_wrong.any():
        place = int(np.argmax(is_wrong))
        raise ValueError(f"{name}[{place}] is {values[place]:g}: it is to be {asked}.")


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
    if not schema[target].is_numeric():
        raise ColumnError(
            f"The target {target!r} is of type {schema[target]}: it is to be a number."
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
