"""Errors and warnings about levels that ``fit`` has not seen."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence

from skembed._columns import Column
from skembed._vocabulary import Vocabulary
from skembed.exceptions import UnknownLevelError

N_SHOWN = 5


def refuse_unseen(
    vocabularies: Sequence[Vocabulary], columns: Sequence[Column]
) -> None:
    """Raise an error that lists the unseen levels of a column, if there are any.

    Parameters
    ----------
    vocabularies : sequence of Vocabulary
        The levels of each categorical column in ``fit``.
    columns : sequence of Column
        The same columns now.

    Raises
    ------
    UnknownLevelError
        For the first column that has unseen levels.
    """
    for vocabulary, column in zip(vocabularies, columns, strict=True):
        unseen = vocabulary.unseen(column)
        if unseen:
            raise UnknownLevelError(
                f"Column {vocabulary.name!r} holds levels that fit has not seen: "
                f"{_shown(unseen)}. Set handle_unknown='average' to give them the "
                "average embedding, or fit on data that has them."
            )


def warn_of_unseen(
    vocabularies: Sequence[Vocabulary],
    columns: Sequence[Column],
    handle_unknown: str,
) -> None:
    """Warn of unseen levels: of all, or if a column has no others.

    Parameters
    ----------
    vocabularies : sequence of Vocabulary
        The levels of each categorical column in ``fit``.
    columns : sequence of Column
        The same columns now.
    handle_unknown : {"average", "error", "warn"}
        The estimator's parameter: "warn" warns of every unseen level, "average" only
        of a column of several levels none of which was seen, "error" of none.

    Warns
    -----
    UserWarning
        One, which names the columns and the levels.

    Raises
    ------
    ColumnError
        If a column holds another kind of values than it did in ``fit``.
    """
    if handle_unknown == "error":
        return
    found = []
    for vocabulary, column in zip(vocabularies, columns, strict=True):
        if vocabulary.has_none_of(column):
            found.append(_all_unseen(vocabulary, column))
        elif handle_unknown == "warn" and (unseen := vocabulary.unseen(column)):
            found.append(
                f"Column {vocabulary.name!r} holds levels that fit has not seen: "
                f"{_shown(unseen)}."
            )
    if found:
        warnings.warn(
            f"{' '.join(found)} Unseen levels are encoded as an average level.",
            stacklevel=5,
        )


def _all_unseen(vocabulary: Vocabulary, column: Column) -> str:
    known: list[Hashable] = vocabulary.levels[:N_SHOWN].tolist()
    more = " and others" * (len(vocabulary.levels) > N_SHOWN)
    return (
        f"All levels of column {vocabulary.name!r} are unseen: "
        f"{_shown(vocabulary.unseen(column))}; those of fit are "
        f"{', '.join(map(repr, known))}{more}. If they are meant to be the same, "
        "the cause is another data type or spelling: convert the column to what it was "
        "in fit."
    )


def _shown(levels: Sequence[Hashable]) -> str:
    more = f" and {len(levels) - N_SHOWN} more" * (len(levels) > N_SHOWN)
    return f"{', '.join(map(repr, levels[:N_SHOWN]))}{more}"
