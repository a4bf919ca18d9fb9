"""From the columns of a table to codes and standardised quantities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from skembed._encoding import Encoding
from skembed._quantities import Standardizer
from skembed._vocabulary import Vocabulary
from skembed.exports._onnx.graph import Graph, Name
from skembed.exports._words import MISSING, words_of


@dataclass(frozen=True)
class Read:
    """What was read of a table.

    Attributes
    ----------
    codes : tuple of Name
        Of each categorical column, of shape (n_rows,).
    quantities : Name or None
        Of shape (n_rows, n_inputs); None if there are none.
    """

    codes: tuple[Name, ...]
    quantities: Name | None

    def without(self, column: int) -> Read:
        """Return the same without a categorical column."""
        return Read(self.codes[:column] + self.codes[column + 1 :], self.quantities)


def read_table(graph: Graph, encoding: Encoding, names: Sequence[str]) -> Read:
    """Add the columns of the table as inputs, and what is read of them."""
    vocabularies = iter(encoding.vocabularies)
    codes, quantities = [], []
    for name, is_categorical in zip(names, encoding.is_categorical, strict=True):
        if is_categorical:
            levels = graph.input(name, TensorProto.STRING)
            codes.append(_codes(graph, next(vocabularies), levels))
        else:
            quantities.append(graph.input(name, TensorProto.DOUBLE))
    if not quantities:
        return Read(tuple(codes), None)
    standard = _standardized(graph, encoding.standardizer, graph.beside(quantities))
    return Read(tuple(codes), standard)


def _codes(graph: Graph, vocabulary: Vocabulary, levels: Name) -> Name:
    words = words_of(vocabulary)
    codes = graph.learned(
        "LabelEncoder",
        levels,
        keys_strings=[MISSING if word is None else word for word in words],
        values_int64s=vocabulary.rows.tolist(),
        default_int64=vocabulary.unseen_row,
    )
    return graph.vector(codes)


def _standardized(graph: Graph, standardizer: Standardizer, quantities: Name) -> Name:
    missing = graph("IsNaN", quantities)
    centered = graph("Sub", quantities, standardizer.mean)
    scaled = graph("Div", centered, standardizer.scale)
    standard = graph("Where", missing, np.float64(0), scaled)
    flagged = np.flatnonzero(standardizer.flagged)
    if not len(flagged):
        return standard
    flags = graph("Gather", graph.double(missing), flagged, axis=1)
    return graph.beside([standard, flags])
