"""Quantities cut into pieces, whose effects may differ by level.

A slope of each level's own cannot bend. Effects of the pieces in which a level's rows
lie can follow any curve, the closer the finer the pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

COARSE_TO_FINE = (4, 12, 48)  # pieces, of which a table has as many as it has knots for


@dataclass(frozen=True, eq=False)
class Pieces:
    """A quantity that is cut at some of its values.

    Attributes
    ----------
    quantity : int
        Which one.
    edges : ndarray of shape (n_pieces - 1,)
        Where, increasing; an edge belongs to the piece that it begins.
    """

    quantity: int
    edges: np.ndarray

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return len(self.edges) + 1

    def of_rows(self, quantities: np.ndarray) -> np.ndarray:
        """Return the number of the piece in which each row lies, the lowest first."""
        values = quantities[:, self.quantity]
        return np.searchsorted(self.edges, values, side="right")


def cut(quantity: int, knots: np.ndarray) -> Iterator[Pieces]:
    """Cut a quantity at its knots, and at some of them.

    Parameters
    ----------
    quantity : int
        Which one.
    knots : ndarray of shape (n_knots,)
        Increasing, the first and the last at the ends; may be empty.

    Yields
    ------
    Pieces
        Coarse ones first, of about as many rows each as knots are quantiles.
    """
    inner, n_edges = knots[1:-1], 0
    for n_pieces in COARSE_TO_FINE:
        step = -(-(len(inner) + 1) // n_pieces)
        edges = inner[step - 1 :: step]
        if len(edges) > n_edges:
            n_edges = len(edges)
            yield Pieces(quantity, edges)
