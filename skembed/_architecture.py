"""The configuration of a network: sizes and names, nothing learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

from skembed._activations import ACTIVATIONS
from skembed._spelling import close_spellings
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

    def rounded_up(self, round_up: Callable[[int], int]) -> Architecture:
        """Return the same network with longer tables, by a rule for their rows."""
        return self.with_table_rows(tuple(map(round_up, self.table_rows)))

    def with_table_rows(self, table_rows: tuple[int, ...]) -> Architecture:
        """Return the same network with tables of other lengths."""
        return replace(self, table_rows=table_rows)


def round_up(rows: int) -> int:
    """Return a multiple of 8 or a number of few digits, up to a quarter larger.

    Samples of the same data have slightly different numbers of levels: rounded up, they
    share one compiled network.
    """
    step = max(8, 2 ** (rows.bit_length() - 3))
    return -(-rows // step) * step


def power_of_two(rows: int) -> int:
    """Return the next power of two: tables that grow share few compiled networks."""
    return max(8, 1 << (rows - 1).bit_length())


def read_hidden_units(hidden_units: Any) -> tuple[int, ...]:
    """Return the units of each hidden layer.

    Raises
    ------
    ValueError
        If one of them is not a positive integer.
    """
    layers = [hidden_units] if isinstance(hidden_units, Integral) else hidden_units
    for units in layers:
        if not _is_count(units):
            raise ValueError(
                f"hidden_units holds {units!r}: every hidden layer is to have a whole "
                "number of units, 1 or more."
            )
    return tuple(int(units) for units in layers)


def read_activations(activation: Any, n_layers: int) -> tuple[str, ...]:
    """Return the activation of each hidden layer.

    Raises
    ------
    ValueError
        If one of them is unknown, or if there are too few or too many.
    """
    names = (activation,) * n_layers if isinstance(activation, str) else activation
    if len(names) != n_layers:
        raise ValueError(
            f"activation names {len(names)} activations for {n_layers} hidden layers: "
            "give one name for all of them, or one for each of hidden_units."
        )
    for name in names:
        if name not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"activation holds {name!r}, which is not one of {known}.")
    return tuple(map(str, names))


def read_embedding_dims(
    choice: Any, vocabularies: Sequence[Vocabulary]
) -> tuple[int | None, ...]:
    """Return the width that the user wants of every embedding table.

    Parameters
    ----------
    choice : "auto", int or dict
        A dict gives the dimension by column; columns not in it are "auto".
    vocabularies : sequence of Vocabulary
        The categorical columns.

    Returns
    -------
    tuple of int or None
        A dimension for each column; None for "auto".

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
            raise ColumnError(
                f"embedding_dim names {name!r}, which is not a categorical column"
                f"{close_spellings(name, names)}"
            )
    return tuple(_dim(choice.get(v.name, "auto"), v) for v in vocabularies)


def choose_embedding_dims(
    choice: Any, vocabularies: Sequence[Vocabulary]
) -> tuple[int, ...]:
    """Decide the width of every embedding table of a network.

    Parameters
    ----------
    choice, vocabularies
        See `read_embedding_dims`. "auto" is the rule of thumb
        ``round(0.8 * n_levels ** 0.56)``, kept between 2 and 16 (half of the one in
        fastai's ``emb_sz_rule``).

    Returns
    -------
    tuple of int
        A dimension for each column.
    """
    pairs = zip(read_embedding_dims(choice, vocabularies), vocabularies, strict=True)
    return tuple(dim or _rule_of_thumb(v.unseen_row) for dim, v in pairs)


def _rule_of_thumb(n_levels: int) -> int:
    return min(MAX_AUTO_DIM, max(2, round(0.8 * n_levels**0.56)))


def _dim(choice: Any, vocabulary: Vocabulary) -> int | None:
    if choice == "auto":
        return None
    if not _is_count(choice):
        raise ValueError(
            f"embedding_dim for column {vocabulary.name!r} is {choice!r}: it is to be "
            "'auto' or a whole number, 1 or more."
        )
    return int(choice)


def _is_count(value: Any) -> bool:
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    return is_integer and int(value) >= 1
