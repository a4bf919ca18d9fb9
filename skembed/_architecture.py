"""The configuration of a network: sizes and names, nothing learned."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from skembed._vocabulary import Vocabulary
from skembed.exceptions import ColumnError

MAX_AUTO_DIM = 16


@dataclass(frozen=True)
class Architecture:
    """The sizes of a network.

    Attributes
    ----------
    table_rows : tuple of int
        Rows of each categorical column's embedding table, one for unseen levels
        among them.
    embedding_dims : tuple of int
        Columns of each table.
    n_quantities : int
        Numeric inputs: quantities and the flags of missing ones.
    hidden_units : tuple of int
        Units of each hidden layer.
    activations : tuple of str
        A Keras activation for each hidden layer.
    n_outputs : int
        Units of the output layer, which is linear.
    """

    table_rows: tuple[int, ...]
    embedding_dims: tuple[int, ...]
    n_quantities: int
    hidden_units: tuple[int, ...]
    activations: tuple[str, ...]
    n_outputs: int

    @property
    def layer_sizes(self) -> list[tuple[int, int]]:
        """Inputs and units of each dense layer, the output layer last."""
        width = sum(self.embedding_dims) + self.n_quantities
        units = [*self.hidden_units, self.n_outputs]
        return list(zip([width, *units[:-1]], units, strict=True))

    def rounded_up(self) -> Architecture:
        """Return the same network with tables of up to a quarter more rows.

        Samples of the same data have slightly different numbers of levels; rounded
        up, they share one compiled network.
        """
        return self.with_table_rows(tuple(map(_round_up, self.table_rows)))

    def with_table_rows(self, table_rows: tuple[int, ...]) -> Architecture:
        """Return the same network with tables of other lengths."""
        return replace(self, table_rows=table_rows)


def _round_up(rows: int) -> int:
    step = max(1, 2 ** (rows.bit_length() - 3))
    return -(-rows // step) * step


def choose_embedding_dims(
    choice: Any, vocabularies: Sequence[Vocabulary]
) -> tuple[int, ...]:
    """Decide the width of every embedding table.

    Parameters
    ----------
    choice : "auto", int or dict
        "auto" is the rule of thumb ``round(0.8 * n_levels ** 0.56)``, kept between 2
        and 16 (half of the one in fastai's ``emb_sz_rule``). A dict gives the
        dimension by column; columns not in it are "auto".
    vocabularies : sequence of Vocabulary
        The categorical columns.

    Returns
    -------
    tuple of int
        A dimension for each column.

    Raises
    ------
    ColumnError
        If the dict names a column that is not categorical.
    """
    if not isinstance(choice, Mapping):
        return tuple(_dim(choice, vocabulary) for vocabulary in vocabularies)
    names = [vocabulary.name for vocabulary in vocabularies]
    for name in choice:
        if name not in names:
            close = difflib.get_close_matches(str(name), map(str, names))
            hint = f"; did you mean {close[0]!r}?" if close else "."
            raise ColumnError(
                f"embedding_dim names {name!r}, which is not a categorical column{hint}"
            )
    return tuple(_dim(choice.get(v.name, "auto"), v) for v in vocabularies)


def _dim(choice: Any, vocabulary: Vocabulary) -> int:
    if choice == "auto":
        return min(MAX_AUTO_DIM, max(2, round(0.8 * vocabulary.unseen_row**0.56)))
    return int(choice)
