"""A network and its weights, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from skembed._architecture import Architecture

Builder: TypeAlias = Callable[[dict[str, Any], Any, int], Any]


@dataclass(frozen=True, eq=False)
class Predictor:
    """A network and its weights.

    Attributes
    ----------
    architecture : Architecture
        The sizes.
    arrays : tuple of ndarray
        In the order of ``keras.Model.get_weights``. There are none before the first
        training of the user's own network, which starts as its builder leaves it.
    table_positions : tuple of int
        Which of the arrays are the embedding tables.
    builder : callable or None
        The user's own, which only Keras can evaluate; None for the standard network,
        which numpy evaluates.
    """

    architecture: Architecture
    arrays: tuple[np.ndarray, ...]
    table_positions: tuple[int, ...]
    builder: Builder | None = None

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """The embedding tables, the vector of unseen levels in their last rows."""
        return tuple(self.arrays[position] for position in self.table_positions)

    def with_tables(self, tables: Sequence[np.ndarray]) -> Predictor:
        """Return the same network with other tables."""
        arrays = list(self.arrays)
        for position, table in zip(self.table_positions, tables, strict=True):
            arrays[position] = table
        return replace(self, arrays=tuple(arrays))

    def resized(self, architecture: Architecture) -> Predictor:
        """Return the same weights under an architecture of other table lengths."""
        return replace(self, architecture=architecture)
