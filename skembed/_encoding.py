"""From columns to the numbers that a network reads, and what that takes to learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skembed._columns import Column
from skembed._quantities import Standardizer, learn_standardizer
from skembed._scale import LARGEST
from skembed._spelling import close_spellings
from skembed._unseen_levels import refuse_unseen, warn_of_unseen
from skembed._vocabulary import Vocabulary, learn_vocabulary
from skembed.exceptions import ColumnError


@dataclass(frozen=True, eq=False)
class Encoded:
    """A table as a network reads it.

    Attributes
    ----------
    codes : ndarray of shape (n_samples, n_categorical) and dtype int32
        A row of its column's embedding table for every value.
    quantities : ndarray of shape (n_samples, n_inputs) and dtype float64
        Standardised quantities and the flags of missing ones.
    """

    codes: np.ndarray
    quantities: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: np.ndarray | slice) -> Encoded:
        """Return some of the rows."""
        return Encoded(self.codes[rows], self.quantities[rows])


@dataclass(frozen=True, eq=False)
class Encoding:
    """The learned way from columns to numbers.

    Attributes
    ----------
    is_categorical : ndarray of shape (n_features,) and dtype bool
        Which columns have levels; the others are quantities.
    vocabularies : tuple of Vocabulary
        One for every categorical column, in the order of the table.
    standardizer : Standardizer
        Of the other columns.
    """

    is_categorical: np.ndarray
    vocabularies: tuple[Vocabulary, ...]
    standardizer: Standardizer

    def encode(self, columns: Sequence[Column], handle_unknown: str) -> Encoded:
        """Encode columns like those that were learned.

        Parameters
        ----------
        columns : sequence of Column
            As many, in the same order.
        handle_unknown : {"average", "error", "warn"}
            What to do about a level that was not learned; `warn_of_unseen` warns.

        Returns
        -------
        Encoded
            With the code `Vocabulary.unseen_row` for levels not learned.

        Raises
        ------
        UnknownLevelError
            If there are any and `handle_unknown` is "error".
        """
        categorical, quantitative = _by_role(columns, self.is_categorical)
        if handle_unknown == "error":
            refuse_unseen(self.vocabularies, categorical)
        pairs = zip(self.vocabularies, categorical, strict=True)
        codes = [vocabulary.encode(column) for vocabulary, column in pairs]
        quantities = self.standardizer.apply(
            _matrix(quantitative, len(columns[0].values))
        )
        return Encoded(stack_columns(codes, len(quantities)), quantities)

    def warn_of_unseen(self, columns: Sequence[Column], handle_unknown: str) -> None:
        """Warn of levels that were not learned, see `_unseen_levels`."""
        categorical, _ = _by_role(columns, self.is_categorical)
        warn_of_unseen(self.vocabularies, categorical, handle_unknown)

    def on_the_scale_of(self, earlier: Encoding) -> Encoding:
        """Return the same levels with the quantities scaled as they were earlier."""
        return replace(self, standardizer=earlier.standardizer)

    def extended(
        self,
        columns: Sequence[Column],
        weight: np.ndarray | None = None,
        *,
        is_counted: bool = True,
    ) -> Encoding:
        """Return what is known after more rows: more levels, on the same scales.

        Parameters
        ----------
        columns : sequence of Column
            As many, in the same order.
        weight : ndarray of shape (n_samples,), default=None
            How often each row counts; None counts each once.
        is_counted : bool, default=True
            Whether the rows are new. If they have been met before, only levels are
            counted that have not.
        """
        categorical, _ = _by_role(columns, self.is_categorical)
        pairs = zip(self.vocabularies, categorical, strict=True)
        extend = Vocabulary.extended if is_counted else _with_new_levels
        vocabularies = tuple(extend(known, more, weight) for known, more in pairs)
        return replace(self, vocabularies=vocabularies)


def join_inputs(parts: Sequence[Encoded]) -> Encoded:
    """Put the rows of some tables one after the other."""
    return Encoded(
        np.vstack([part.codes for part in parts]),
        np.vstack([part.quantities for part in parts]),
    )


def learn_encoding(
    columns: Sequence[Column],
    is_categorical: np.ndarray,
    weight: np.ndarray | None = None,
    min_frequency: float | None = None,
    max_categories: int | None = None,
) -> Encoding:
    """Learn levels and scales.

    Parameters
    ----------
    columns : sequence of Column
        The training table.
    is_categorical : ndarray of shape (n_features,) and dtype bool
        From `resolve_categorical`.
    weight : ndarray of shape (n_samples,), default=None
        How often each row counts; None counts each once.
    min_frequency, max_categories
        See `learn_vocabulary`.

    Returns
    -------
    Encoding
        What `Encoding.encode` needs.
    """
    categorical, quantitative = _by_role(columns, is_categorical)
    return Encoding(
        is_categorical=is_categorical,
        vocabularies=tuple(
            learn_vocabulary(column, weight, min_frequency, max_categories)
            for column in categorical
        ),
        standardizer=learn_standardizer(
            _matrix(quantitative, len(columns[0].values)), weight
        ),
    )


def resolve_categorical(choice: Any, columns: Sequence[Column]) -> np.ndarray:
    """Decide which columns are categorical.

    Parameters
    ----------
    choice : {"auto", "all"} or array-like
        "auto" takes every column that is not of floating-point numbers. An array
        holds names, positions or a boolean for every column.
    columns : sequence of Column
        The table.

    Returns
    -------
    ndarray of shape (n_features,) and dtype bool
        True where the column is categorical.

    Raises
    ------
    ColumnError
        If `choice` names a column that is not there.
    """
    if isinstance(choice, str):
        return np.array([choice == "all" or not c.is_quantity for c in columns])
    chosen = list(choice)
    if chosen and all(isinstance(entry, bool | np.bool_) for entry in chosen):
        if len(chosen) != len(columns):
            raise ColumnError(
                f"categorical_features is a mask of {len(chosen)} entries, but X has "
                f"{len(columns)} columns."
            )
        return np.array(chosen, dtype=bool)
    mask = np.zeros(len(columns), dtype=bool)
    mask[[_position(entry, columns) for entry in chosen]] = True
    return mask


def _with_new_levels(
    known: Vocabulary, column: Column, weight: np.ndarray | None
) -> Vocabulary:
    is_new = known.encode(column) == known.unseen_row
    if not is_new.any():
        return known
    return known.extended(column, is_new * (1.0 if weight is None else weight))


def _position(entry: Any, columns: Sequence[Column]) -> int:
    names = [column.name for column in columns]
    if isinstance(entry, str) and entry in names:
        return names.index(entry)
    if isinstance(entry, int | np.integer) and -len(names) <= entry < len(names):
        return int(entry)
    raise ColumnError(
        f"categorical_features names column {entry!r}, which X does not have"
        f"{close_spellings(entry, names)}"
    )


def _by_role(
    columns: Sequence[Column], is_categorical: np.ndarray
) -> tuple[list[Column], list[Column]]:
    pairs = list(zip(columns, is_categorical, strict=True))
    return [c for c, is_ in pairs if is_], [c for c, is_ in pairs if not is_]


def _matrix(columns: Sequence[Column], n_samples: int) -> np.ndarray:
    return stack_columns(
        [_quantity(column) for column in columns], n_samples, np.float64
    )


def stack_columns(
    arrays: Sequence[np.ndarray], n_samples: int, dtype: type = np.int32
) -> np.ndarray:
    """Put columns, of which there may be none, side by side."""
    matrix: np.ndarray = np.empty((n_samples, len(arrays)), dtype=dtype)
    for j, array in enumerate(arrays):
        matrix[:, j] = array
    return matrix


def _quantity(column: Column) -> np.ndarray:
    """Return the numbers of a column, which must be finite or missing."""
    if column.kind == "text" and len(column.factorized[1]):
        raise ColumnError(
            f"Column {column.name!r} must hold numbers, because it is not in "
            "categorical_features; got text. Convert it with astype(float), add it to "
            "categorical_features, or keep it away from this estimator: "
            "ColumnTransformer([('levels', estimator, columns)]) drops all other "
            "columns, and passes them on with remainder='passthrough'."
        )
    values = column.to_float()
    if (np.abs(values) > LARGEST).any():
        raise ColumnError(
            f"Column {column.name!r} contains infinity or numbers beyond {LARGEST:g}. "
            "Replace them by smaller ones, or by NaN if the values are unknown."
        )
    return values
