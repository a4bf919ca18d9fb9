"""Quantities cut into pieces, whose effects may differ by level.

A slope of each level's own cannot bend. Effects of the pieces in which a level's rows
lie can follow any curve, the closer the finer the pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

COARSE_TO_FINE = (4, 12, 48)  # pieces, of which a quantity has as many as it can


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


def ends_of_pieces(
    quantities: np.ndarray, knots: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Return where the finest pieces of each quantity end, the last not among them.

    Parameters
    ----------
    quantities : ndarray of shape (n_samples, n_inputs)
        The training rows.
    knots : sequence of ndarray
        Quantiles of each quantity, the first and the last at its ends. One without
        knots, which has few values, is cut between them.

    Returns
    -------
    list of ndarray
        Increasing; empty for what is constant.
    """
    return [
        places[1:-1] if len(places) else np.unique(column)[1:]
        for column, places in zip(quantities.T, knots, strict=True)
    ]


def cut(quantity: int, ends: np.ndarray) -> Iterator[Pieces]:
    """Cut a quantity where its finest pieces end, and at some of these ends.

    Parameters
    ----------
    quantity : int
        Which one.
    ends : ndarray of shape (n_ends,)
        Increasing; may be empty.

    Yields
    ------
    Pieces
        Coarse ones first, each of about as many of the finest.
    """
    n_edges = 0
    for n_pieces in COARSE_TO_FINE:
        step = -(-(len(ends) + 1) // n_pieces)
        edges = ends[step - 1 :: step]
        if len(edges) > n_edges:
            n_edges = len(edges)
            yield Pieces(quantity, edges)
