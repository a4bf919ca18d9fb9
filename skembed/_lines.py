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
    """A matrix of rows by straight lines and ramps.

    Attributes
    ----------
    straight : ndarray of shape (n_rows, n_straight)
        The first columns.
    hats : csr_matrix of shape (n_rows, n_knots)
        Where each row lies between two knots: a function that is known at the knots is
        interpolated by ``hats @ values``.
    sums : csr_matrix of shape (n_knots, n_ramps)
        From the coefficients of ramps to values at knots: ``hats @ sums`` are the other
        columns.
    center : ndarray of shape (n_columns,)
        What is taken away from every column.
    """

    straight: np.ndarray
    hats: sparse.csr_matrix
    sums: sparse.csr_matrix
    center: np.ndarray

    def __len__(self) -> int:
        return len(self.straight)

    @property
    def n_columns(self) -> int:
        """How many straight lines and ramps there are."""
        return len(self.center)

    def take(self, rows: np.ndarray | slice) -> Lines:
        """Return some of the rows."""
        return replace(self, straight=self.straight[rows], hats=self.hats[rows])

    def toarray(self) -> np.ndarray:
        """Return all entries."""
        ramps = self.hats @ self.sums.toarray()
        return np.hstack([self.straight, ramps]) - self.center

    def times(self, coefficients: np.ndarray) -> np.ndarray:
        """Return the product with coefficients of shape (n_columns, k)."""
        split = self.straight.shape[1]
        bent = self.hats @ (self.sums @ coefficients[split:])
        product = self.straight @ coefficients[:split] + bent
        return np.asarray(product - self.center @ coefficients)

    def transposed_times(self, values: np.ndarray | sparse.csr_matrix) -> np.ndarray:
        """Return sums over rows, of shape (n_columns, k)."""
        straight, bent = values.T @ self.straight, self.sums.T @ (self.hats.T @ values)
        if sparse.issparse(bent):
            bent = bent.toarray()
        total = np.asarray(values.sum(axis=0)).ravel()
        return np.vstack([straight.T, bent]) - np.outer(self.center, total)

    def gram(self, weight: np.ndarray) -> np.ndarray:
        """Return the products of each two columns, summed over weighted rows."""
        sums_T, hats_T = self.sums.T, self.hats.T
        scaled = weight[:, np.newaxis] * self.straight
        side = sums_T @ (hats_T @ scaled)
        of_hats = hats_T @ self.hats.multiply(weight[:, np.newaxis])
        corner = (sums_T @ of_hats @ self.sums).toarray()
        products = np.block([[self.straight.T @ scaled, side.T], [side, corner]])
        totals = np.append(scaled.sum(axis=0), sums_T @ (hats_T @ weight))
        both = np.outer(self.center, totals)
        center = weight.sum() * np.outer(self.center, self.center)
        return np.asarray(products - both - both.T + center)
