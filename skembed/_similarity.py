"""How far the levels of a column are from one of them."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from skembed._spelling import close_spellings
from skembed._vocabulary import Vocabulary
from skembed.exceptions import UnknownLevelError


def distances_from(
    token: Hashable, vocabulary: Vocabulary, embedding: np.ndarray
) -> pd.Series:
    """Return the Euclidean distance from one level's vector to every level's.

    Parameters
    ----------
    token : hashable
        A level; None or NaN for the missing one.
    vocabulary : Vocabulary
        The levels.
    embedding : ndarray of shape (n_levels, n_dims)
        Their vectors.

    Returns
    -------
    Series of shape (n_levels,)
        Indexed by level.

    Raises
    ------
    UnknownLevelError
        If ``fit`` has not seen the level.
    """
    position = vocabulary.position(token)
    if position is None:
        raise _unknown(token, vocabulary)
    distance = np.linalg.norm(embedding - embedding[position], axis=1)
    index = pd.Index(vocabulary.levels, name=vocabulary.name)
    return pd.Series(distance, index=index, name=f"distance from {token}")


def _unknown(token: Hashable, vocabulary: Vocabulary) -> UnknownLevelError:
    return UnknownLevelError(
        f"{token!r} is not a level of column {vocabulary.name!r} that fit has seen"
        f"{close_spellings(token, vocabulary.levels.tolist())} "
        "The levels are in categories_."
    )
