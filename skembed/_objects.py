"""Columns of Python objects: the kind that all of their values share."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from skembed._decimals import shortest_decimals
from skembed.exceptions import ColumnError

Kind: TypeAlias = Literal["text", "boolean", "integer", "float"]

KIND_OF_OBJECTS: dict[str, Kind] = {
    "string": "text",
    "empty": "text",
    "boolean": "boolean",
    "integer": "integer",
    "floating": "float",
    "mixed-integer-float": "float",
}
SHORT_FLOATS = (np.float16, np.float32)


def read_objects(name: Hashable, values: np.ndarray) -> tuple[Kind, Any]:
    """Return the kind of a column's objects, and the values as that kind holds them.

    Parameters
    ----------
    name : hashable
        The column's name, for errors.
    values : ndarray of shape (n_samples,) and dtype object
        None, NaN, ``pandas.NA``, ``NaT`` and ``Decimal("NaN")`` are missing values.

    Returns
    -------
    kind : {"text", "boolean", "integer", "float"}
        "text" if all values are missing.
    values : array of shape (n_samples,)
        A numpy or pandas array.

    Raises
    ------
    ColumnError
        If the values are of more than one kind, or of one that cannot be read.
    """
    is_missing = pd.isna(values)
    if is_missing.any():
        values = values.copy()
        values[is_missing] = None
    kind = KIND_OF_OBJECTS.get(pd.api.types.infer_dtype(values, skipna=True))
    if kind is None:
        raise unreadable(name, types_of(values))
    if kind == "integer":
        return kind, _integers(values)
    if kind == "float":
        return kind, _floats(values)
    return kind, values


def _integers(values: np.ndarray) -> Any:
    try:
        return pd.array(values, dtype="Int64")
    except (OverflowError, TypeError):
        return values  # beyond 64 bits Python's integers serve as levels


def _floats(values: np.ndarray) -> np.ndarray:
    floats = values.astype(np.float64)  # None becomes NaN
    is_short = [isinstance(value, SHORT_FLOATS) for value in values]
    for row in np.flatnonzero(is_short):
        floats[row] = shortest_decimals(np.asarray(values[row]))
    return floats


def types_of(values: np.ndarray) -> str:
    """Return the types of objects by name: of several, the first of the rarest type.

    Parameters
    ----------
    values : ndarray of shape (n_samples,) and dtype object
        Missing values are of no type.
    """
    present = np.flatnonzero(~pd.isna(values))
    types = pd.Series([type(values[row]).__name__ for row in present], index=present)
    counts = types.value_counts()
    if len(counts) == 1:
        return str(counts.index[0])
    rarest = counts.index[-1]
    row = types.index[types == rarest][0]
    return (
        f"{' and '.join(sorted(counts.index))} (the first {rarest} is "
        f"{values[row]!r}, in row {row}, counted from 0)"
    )


def unreadable(name: Hashable, what: str) -> ColumnError:
    """Return the error for a column that holds `what`, with the remedies."""
    return ColumnError(
        f"Column {name!r} must hold text, booleans or numbers, of one kind throughout; "
        f"got values of type {what}. Turn levels into text with astype(str) and "
        "numeric features into numbers with astype(float). Replace a date by its "
        "parts, such as month and weekday, or keep it away from this estimator by a "
        "ColumnTransformer."
    )
