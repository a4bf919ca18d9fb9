"""Straight lines and ramps of quantities, of which most are 0 or 1 in a row.

What all ramps of a quantity add to a prediction is a piecewise linear function, which a
row reads off between two knots: two numbers instead of one for each ramp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse


@dataclass(frozen=True, eq=False)
class Lines:
    """A matrix of rows by straight lines and ramps, ``hats @ sums - center``.

    Attributes
    ----------
    hats : csr_matrix of shape (n_rows, n_hats)
        The straight lines, and where each row lies between two knots: a function that
        is known at the knots is interpolated by ``hats @ values``.
    sums : csr_matrix of shape (n_hats, n_columns)
        From the coefficients of ramps to values at knots, which are their sums.
    center : ndarray of shape (n_columns,)
        What is taken away from every column.
    """

    hats: sparse.csr_matrix
    sums: sparse.csr_matrix
    center: np.ndarray

    def __len__(self) -> int:
        return int(self.hats.shape[0])

    @property
    def n_columns(self) -> int:
        """How many straight lines and ramps there are."""
        return len(self.center)

    def take(self, rows: np.ndarray) -> Lines:
        """Return some of the rows."""
        return replace(self, hats=self.hats[rows])

    def toarray(self) -> np.ndarray:
        """Return all entries."""
        return np.asarray(self.hats @ self.sums.toarray() - self.center)

    def times(self, coefficients: np.ndarray) -> np.ndarray:
        """Return the product with coefficients of shape (n_columns, k)."""
        at_knots = self.sums @ coefficients
        return np.asarray(self.hats @ at_knots - self.center @ coefficients)

    def transposed_times(self, values: np.ndarray | sparse.csr_matrix) -> np.ndarray:
        """Return sums over rows, of shape (n_columns, k)."""
        sums = self.sums.T @ (self.hats.T @ values)
        if sparse.issparse(sums):
            sums = sums.toarray()
        total = np.asarray(values.sum(axis=0)).ravel()
        return np.asarray(sums - np.outer(self.center, total))

    def gram(self, weight: np.ndarray) -> np.ndarray:
        """Return the products of each two columns, summed over weighted rows."""
        scaled = self.hats.multiply(weight[:, np.newaxis]).tocsr()
        products = (self.sums.T @ (self.hats.T @ scaled) @ self.sums).toarray()
        totals = self.sums.T @ (self.hats.T @ weight)
        both = np.outer(self.center, totals)
        center = weight.sum() * np.outer(self.center, self.center)
        return np.asarray(products - both - both.T + center)
