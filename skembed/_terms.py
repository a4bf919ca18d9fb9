"""Terms of a mixed model: effects of levels, of crosses of levels, slopes, curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from skembed._encoding import Encoded
from skembed._grouping import number_keys
from skembed._lines import Lines
from skembed._pieces import Pieces
from skembed._ramps import Ramps, within_reach


@dataclass(frozen=True, eq=False)
class Term:
    """One effect for every cell of some categorical columns, and of pieces if asked.

    Attributes
    ----------
    columns : tuple of int
        Positions of the categorical columns; their levels together are a cell.
    table_rows : tuple of int
        How many codes each of them has.
    keys : ndarray of shape (n_cells,)
        The cells that were learned, as increasing numbers.
    quantity : int or None
        What the effect is multiplied by: a slope; None for a plain effect.
    pieces : Pieces or None
        Of a quantity that tells cells apart as a column does: a curve for each
        combination of levels. None: levels alone.
    """

    columns: tuple[int, ...]
    table_rows: tuple[int, ...]
    keys: np.ndarray
    quantity: int | None = None
    pieces: Pieces | None = None

    @property
    def is_cross(self) -> bool:
        """Whether cells are told apart by more than one column's levels."""
        return len(self.columns) > 1 or self.pieces is not None

    @property
    def n_cells(self) -> int:
        """The number of cells that were learned."""
        return len(self.keys)

    def cells(self, inputs: Encoded) -> np.ndarray:
        """Return the cell of each row; `n_cells` where it was not learned."""
        keys = cell_keys(inputs, self.columns, self.table_rows, self.pieces)
        if not self.is_cross and self.n_cells == self.table_rows[0] - 1:
            return keys  # every code but the last, which stands for unseen levels
        position = np.searchsorted(self.keys, keys)
        position[position == self.n_cells] = 0
        return np.where(self.keys[position] == keys, position, self.n_cells)

    def multiplier(self, inputs: Encoded) -> np.ndarray:
        """Return what the effect of each row is multiplied by."""
        if self.quantity is None:
            return np.ones(len(inputs))
        return within_reach(inputs.quantities[:, self.quantity])


def cell_keys(
    inputs: Encoded,
    columns: tuple[int, ...],
    table_rows: tuple[int, ...],
    pieces: Pieces | None = None,
) -> np.ndarray:
    """Return a number for each row's combination of levels, its piece the last digit.

    Parameters
    ----------
    inputs : Encoded
        The rows.
    columns, table_rows, pieces
        See `Term`.

    Returns
    -------
    ndarray of shape (n_samples,)
        Equal for rows of one cell.
    """
    keys = np.zeros(len(inputs), dtype=np.int64)
    for column, n_rows in zip(columns, table_rows, strict=True):
        keys = keys * n_rows + inputs.codes[:, column]
    if pieces is not None:
        keys = keys * pieces.count + pieces.of_rows(inputs.quantities)
    return keys


def learn_term(
    inputs: Encoded,
    columns: tuple[int, ...],
    table_rows: tuple[int, ...],
    quantity: int | None = None,
    pieces: Pieces | None = None,
) -> tuple[Term, np.ndarray]:
    """Learn the cells of some columns.

    Parameters
    ----------
    inputs : Encoded
        The training rows.
    columns, table_rows, quantity, pieces
        See `Term`.

    Returns
    -------
    term : Term
        With the cells that occur.
    cells : ndarray of shape (n_samples,)
        The cell of each row.
    """
    keys = cell_keys(inputs, columns, table_rows, pieces)
    bound = prod(table_rows) * (pieces.count if pieces else 1)
    distinct, cells = number_keys(keys, bound)
    return Term(columns, table_rows, distinct, quantity, pieces), cells


@dataclass(frozen=True, eq=False)
class Located:
    """Where rows stand in a mixed model.

    Attributes
    ----------
    lines : Lines
        Straight lines and ramps of the quantities.
    cells : ndarray of shape (n_rows, n_terms)
        The cell of each term; its number of cells where that was not learned.
    multipliers : ndarray of shape (n_rows, n_terms)
        What the effect of the cell is multiplied by.
    n_cells : tuple of int
        How many cells each term has.
    """

    lines: Lines
    cells: np.ndarray
    multipliers: np.ndarray
    n_cells: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, rows: np.ndarray | slice) -> Located:
        """Return some of the rows."""
        return replace(
            self,
            lines=self.lines.take(rows),
            cells=self.cells[rows],
            multipliers=self.multipliers[rows],
        )

    def first(self, n_terms: int) -> Located:
        """Return the rows as they stand in a model of the first terms alone."""
        return replace(
            self,
            cells=self.cells[:, :n_terms],
            multipliers=self.multipliers[:, :n_terms],
            n_cells=self.n_cells[:n_terms],
        )

    def forget(self, terms: np.ndarray) -> Located:
        """Return the rows as if some of their cells had not been learned.

        Parameters
        ----------
        terms : ndarray of shape (n_rows, n_terms) and dtype bool
            Which ones.

        Returns
        -------
        Located
            Of as many rows.
        """
        unseen = np.array(self.n_cells, dtype=self.cells.dtype)
        return replace(self, cells=np.where(terms, unseen, self.cells))

    def split(self, coefficients: np.ndarray) -> list[np.ndarray]:
        """Split coefficients into those of the lines and the effects of each term."""
        sizes = [self.lines.n_columns, *self.n_cells]
        return np.split(coefficients, np.cumsum(sizes)[:-1])

    def add_up(
        self, coefficients: np.ndarray, fit: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what the lines and what each term adds to the prediction of a row.

        Parameters
        ----------
        coefficients : ndarray of shape (n_coefficients, n_fits)
            Of several fits of one model.
        fit : ndarray of shape (n_rows,)
            Which of them counts for each row.

        Returns
        -------
        lines : ndarray of shape (n_rows,)
            The sum over all lines.
        terms : ndarray of shape (n_rows, n_terms)
            Zero where the cell was not learned.
        """
        slopes, *effects = self.split(coefficients)
        lines = np.take_along_axis(self.lines.times(slopes), fit[:, np.newaxis], axis=1)
        added = np.empty(self.cells.shape)
        for t, effect in enumerate(effects):
            known = np.vstack([effect, np.zeros((1, effect.shape[1]))])
            added[:, t] = known[self.cells[:, t], fit]
        return lines[:, 0], added * self.multipliers


def locate(ramps: Ramps, terms: Sequence[Term], inputs: Encoded) -> Located:
    """Find the place of rows in a mixed model of these ramps and terms."""
    cells = np.empty((len(inputs), len(terms)), dtype=np.int32)
    multipliers = np.empty((len(inputs), len(terms)))
    for t, term in enumerate(terms):
        cells[:, t] = term.cells(inputs)
        multipliers[:, t] = term.multiplier(inputs)
    lines = ramps.apply(inputs.quantities)
    return Located(lines, cells, multipliers, tuple(term.n_cells for term in terms))


def count_columns(terms: Sequence[Term]) -> int:
    """Count the terms of single columns, which come before all others."""
    n_columns = 0
    for term in terms:
        if term.columns != (n_columns,):
            break
        n_columns += 1
    return n_columns
