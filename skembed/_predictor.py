"""A network and its weights, as arrays."""

from __future__ import annotations

import inspect
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


def check_builder(model: Any) -> None:
    """Raise a TypeError unless `model` is a name or can be called as a builder is."""
    if isinstance(model, str) or _takes_three_arguments(model):
        return
    got = getattr(model, "__name__", type(model).__name__)
    raise TypeError(
        "model must be 'auto', 'blend', 'network' or a function "
        f"model(inputs, features, n_outputs) that returns a keras.Model; got {got}. "
        "Build the Keras model inside a function: `inputs` is the dict of Keras "
        "inputs, `features` the tensor of all vectors and numeric features side by "
        "side, and n_outputs the number of units of the last layer: "
        "keras.Model(inputs, keras.layers.Dense(n_outputs)(features))."
    )


def _takes_three_arguments(model: Any) -> bool:
    """Return whether this is a callable of three arguments that Keras did not define.

    Models and layers of Keras are callables too, but they take tensors.
    """
    classes = model.__mro__[:1] if isinstance(model, type) else type(model).__mro__
    if any(c.__module__.partition(".")[0] == "keras" for c in classes):
        return False
    try:
        inspect.signature(model).bind("inputs", "features", "n_outputs")
    except TypeError:
        return False
    except ValueError:  # a callable of C code without a signature
        return True
    return True
