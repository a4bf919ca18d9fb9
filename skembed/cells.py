"""Cells for ``EmbeddingRegressor.fit``, of tables that another engine holds."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np

from skembed.exceptions import ColumnError

__all__ = ["Cells", "group_cells"]

COUNT, KNOWN, MEAN = (f"skembed: {what}" for what in ("count", "known", "mean"))


class Cells(NamedTuple):
    """Rows of equal levels as one each: what ``fit`` takes, in its order.

    Attributes
    ----------
    X : DataFrame or pyarrow.Table
        The levels, a row for every combination that occurs. Of pandas and Dask it is a
        pandas frame, of Polars one of Polars, and else a table of pyarrow.
    mean : ndarray of shape (n_cells,)
        The mean of the target over the rows of each.
    n_rows : ndarray of shape (n_cells,)
        How many there are of each: weights for ``fit``.
    """

    X: Any
    mean: np.ndarray
    n_rows: np.ndarray


def group_cells(
    table: Any, target: str, features: Sequence[str] | None = None
) -> Cells:
    """Group a table by all of its levels, in the engine that holds it.

    To a network (``model="network"``) with squared error, rows of equal levels are no
    more than their count and their mean: ``fit(*group_cells(table, "y"))`` learns what
    ``fit`` on all rows would, with memory for the cells. Sums of 64 bits are rounded in
    another order, which moves predictions by 1e-10 of their spread or less. A blend
    also learns from how rows of equal levels differ, and is not for cells.

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
        A named tuple ``(X, mean, n_rows)``.

    Raises
    ------
    ColumnError
        If there is no column of a name; if a feature holds quantities, whose rows would
        hardly ever be equal; if the target has missing values or is no number.
    TypeError
        If narwhals does not read the table.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.cells import group_cells
    >>> from skembed.datasets import make_effects
    >>> X, y = make_effects(10_000, n_levels=(40, 20), random_state=0)
    >>> cells = group_cells(X.assign(y=y), target="y")
    >>> len(cells.X), int(cells.n_rows.sum())
    (800, 10000)
    >>> model = EmbeddingRegressor(model="network", random_state=0).fit(*cells)
    >>> whole = EmbeddingRegressor(model="network", random_state=0).fit(X, y)
    >>> bool(abs(model.predict(X) - whole.predict(X)).max() < 1e-10)
    True
    """
    with warnings.catch_warnings():  # where a later narwhals has it, it will say so
        warnings.filterwarnings("ignore", "Dask support is moving", FutureWarning)
        lazy = nw.from_native(table).lazy()
        schema = lazy.collect_schema()
        features = _checked(schema, target, features)
        collected = _grouped(lazy, target, features)
    n_missing = int((collected[COUNT] - collected[KNOWN]).sum())
    if n_missing:
        raise ColumnError(
            f"The target {target!r} is missing in {n_missing} rows. Leave them out "
            "before they are grouped."
        )
    mean, n_rows = (
        collected[name].to_numpy().astype(np.float64) for name in (MEAN, COUNT)
    )
    return Cells(collected.select(features).to_native(), mean, n_rows)


def _grouped(
    lazy: nw.LazyFrame[Any], target: str, features: list[str]
) -> nw.DataFrame[Any]:
    aggregates = (
        nw.len().alias(COUNT),
        nw.col(target).count().alias(KNOWN),
        nw.col(target).mean().alias(MEAN),
    )
    return lazy.group_by(*features).agg(*aggregates).collect()


def _checked(
    schema: nw.Schema, target: str, features: Sequence[str] | None
) -> list[str]:
    """Return the features, which are to have levels, and check the target."""
    others = [name for name in schema if name != target]
    chosen = others if features is None else list(features)
    for name in (target, *chosen):
        if name not in schema:
            raise ColumnError(
                f"The table has no column {name!r}; it has "
                f"{', '.join(map(repr, schema))}."
            )
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
    return chosen
