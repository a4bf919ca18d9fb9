"""The text format of word2vec: a line for each level."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import pandas as pd

from skembed._checks import check_estimator
from skembed._estimator import EmbeddingEstimator
from skembed._files import write_text
from skembed.exports._words import escape, unescape, words_of


def write_word2vec(
    estimator: EmbeddingEstimator,
    path: str | os.PathLike[str],
    column: Hashable | None = None,
) -> None:
    """Write a column's vectors in the text format of word2vec.

    The first line tells how many levels and dimensions there are; each other one is a
    level and its numbers, divided by spaces. Spaces and control characters in a level
    are written as "%20" and the like, a percent sign as "%25", an empty text as "%",
    and the level of missing values as "%nan". `read_word2vec` reads it, and so do
    gensim's ``KeyedVectors.load_word2vec_format`` and many others, which know levels by
    what is written.

    Parameters
    ----------
    estimator : EmbeddingRegressor, EmbeddingClassifier or EmbeddingEncoder
        A fitted one.

    path : str or path-like
        Where to, in UTF-8.

    column : hashable, default=None
        The categorical feature, by the keys of `embeddings_`; not needed if there is
        only one.

    Raises
    ------
    ColumnError
        If there is no such categorical feature, or several to choose from.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_tokens
    >>> from skembed.exports import read_word2vec, write_word2vec
    >>> model = EmbeddingRegressor(random_state=0).fit(*make_tokens(random_state=0))
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tokens.txt"
    ...     write_word2vec(model, path)
    ...     vectors = read_word2vec(path)
    >>> vectors.index.tolist()
    ['a', 'b', 'c', 'd', 'e']
    >>> bool((vectors == model.embedding_).all(axis=None))
    True
    """
    check_estimator(estimator, "write_word2vec")
    _, vocabulary = estimator._categorical(column)
    vectors = estimator.embeddings_[vocabulary.name]
    lines = [f"{vectors.shape[0]} {vectors.shape[1]}"]
    for word, vector in zip(words_of(vocabulary), vectors, strict=True):
        lines.append(" ".join([escape(word), *map(str, vector)]))
    write_text(path, "\n".join([*lines, ""]))


def read_word2vec(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read vectors that `write_word2vec` has written.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    DataFrame of shape (n_levels, n_dims)
        Indexed by level, as text; None for missing values.

    Raises
    ------
    ValueError
        If the first line does not hold two numbers, or there are other lines than it
        tells.
    """
    first, *lines = Path(path).read_text(encoding="utf-8").split("\n")
    if not re.fullmatch(r"\d+ \d+", first):
        raise ValueError(
            f"{os.fspath(path)!r} is to begin with the numbers of levels and of "
            f"dimensions, and begins with {first[:40]!r}."
        )
    rows = [line.split(" ") for line in lines if line]
    n_levels, n_dims = map(int, first.split(" "))
    if len(rows) != n_levels or any(len(row) != n_dims + 1 for row in rows):
        raise ValueError(
            f"{os.fspath(path)!r} is to have {n_levels} lines of a level and {n_dims} "
            "numbers, as its first line tells, and has others."
        )
    levels = pd.Index([unescape(row[0]) for row in rows], dtype=object)
    numbers = np.array([row[1:] for row in rows], dtype=np.float32)
    return pd.DataFrame(numbers.reshape(n_levels, n_dims), index=levels)
