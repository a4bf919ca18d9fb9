"""Quantities in pieces: a network and a linear model see where a value lies.

A linear function of a quantity cannot bend. Its ramps can: each runs from 0 to 1
between two neighbouring quantiles, so that a linear function of all of them is
piecewise linear, and finer where there are more rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from skembed._lines import Lines

MAX_STRAIGHT = 8  # distinct values up to which a quantity stays one straight line
MAX_RAMPS = 48
FARTHEST = 5.0  # standard deviations, to which outliers are drawn in


@dataclass(frozen=True, eq=False)
class Ramps:
    """Where the ramps of every quantity begin and end.

    Attributes
    ----------
    knots : tuple of ndarray
        For each input, increasing; fewer than two knots are no ramps.
    center : ndarray of shape (n_columns,)
        The weighted mean of every column that `apply` returns, which it takes away.
    """

    knots: tuple[np.ndarray, ...]
    center: np.ndarray

    @property
    def blocks(self) -> list[int]:
        """Columns of each block of `apply`: straight lines, then each one's ramps."""
        ramps = [max(len(knots) - 1, 0) for knots in self.knots]
        return [n for n in (len(self.knots), *ramps) if n]

    def apply(self, quantities: np.ndarray) -> Lines:
        """Return quantities and their ramps, of mean 0.

        Parameters
        ----------
        quantities : ndarray of shape (n_samples, n_inputs)
            Standardised.

        Returns
        -------
        Lines
            `blocks` says what is where.
        """
        hats, sums = _hats(self.knots, quantities), _sums(self.knots)
        return Lines(within_reach(quantities), hats, sums, self.center)


def within_reach(quantities: np.ndarray) -> np.ndarray:
    """Draw outliers in, which would pull a straight line towards them."""
    return np.clip(quantities, -FARTHEST, FARTHEST)


def learn_ramps(quantities: np.ndarray, weight: np.ndarray) -> Ramps:
    """Place the knots at quantiles, about as many as the cube root of the rows.

    The ramps are the piecewise linear encoding of Gorishniy, Rubachev & Babenko
    (2022), On Embeddings for Numerical Features in Tabular Deep Learning, section 3.2.

    Parameters
    ----------
    quantities : ndarray of shape (n_samples, n_inputs)
        Standardised.
    weight : ndarray of shape (n_samples,)
        How often each row counts.

    Returns
    -------
    Ramps
        A quantity of few distinct values has none.
    """
    n_ramps = int(np.clip(np.cbrt(weight.sum()), 4, MAX_RAMPS))
    knots = tuple(_knots(column, weight, n_ramps) for column in quantities.T)
    of_lines = weight @ within_reach(quantities)
    of_ramps = _sums(knots).T @ (_hats(knots, quantities).T @ weight)
    return Ramps(knots, np.append(of_lines, of_ramps) / weight.sum())


def _knots(column: np.ndarray, weight: np.ndarray, n_ramps: int) -> np.ndarray:
    values, position = np.unique(column, return_inverse=True)
    if len(values) <= MAX_STRAIGHT:
        return np.empty(0)
    share = np.cumsum(np.bincount(position, weights=weight))
    wanted = np.linspace(0, 1, n_ramps + 1) * share[-1]
    # half a row of slack: what sums round must not move a knot
    found = np.searchsorted(share, wanted - 0.5)
    knots = values[np.unique(found)]
    return knots if len(knots) > 2 else np.empty(0)


def _hats(knots: Sequence[np.ndarray], quantities: np.ndarray) -> sparse.csr_matrix:
    """Return the weights of each row's two knots, of every quantity that has some."""
    n_rows, n_knots = len(quantities), 0
    values, places = [np.empty((n_rows, 0))], [np.empty((n_rows, 0), dtype=np.intp)]
    for column, k in zip(quantities.T, knots, strict=True):
        if not len(k):
            continue
        last = len(k) - 2
        left = np.clip(np.searchsorted(k, column, side="right") - 1, 0, last)
        share = np.clip((column - k[left]) / np.diff(k)[left], 0, 1)
        values.append(np.column_stack([1 - share, share]))
        places.append(n_knots + np.column_stack([left, left + 1]))
        n_knots += len(k)
    data, indices = np.hstack(values), np.hstack(places)
    starts = np.arange(n_rows + 1) * data.shape[1]
    shape = (n_rows, n_knots)
    return sparse.csr_matrix((data.ravel(), indices.ravel(), starts), shape=shape)


def _sums(knots: Sequence[np.ndarray]) -> sparse.csr_matrix:
    """Return what ramps add up to at knots: there all ramps before have reached 1."""
    steps = [np.tri(len(k), len(k) - 1, -1) for k in knots if len(k)]
    blocks = [sparse.csr_matrix(step) for step in (np.empty((0, 0)), *steps)]
    return sparse.block_diag(blocks, format="csr")
