"""Vectors for gensim."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from skembed._checks import check_estimator, check_installed
from skembed._estimator import EmbeddingEstimator
from skembed.exports._words import MISSING, check_no_level_is_missing, words_of


def to_keyed_vectors(
    estimator: EmbeddingEstimator, column: Hashable | None = None
) -> Any:
    """Return a column's vectors as gensim's ``KeyedVectors``.

    Parameters
    ----------
    estimator : EmbeddingRegressor, EmbeddingClassifier or EmbeddingEncoder
        A fitted one.

    column : hashable, default=None
        The categorical feature, by the keys of `embeddings_`; not needed if there is
        only one.

    Returns
    -------
    gensim.models.KeyedVectors
        Keys are levels as text, "%nan" for missing values, in the order of
        `categories_`; ``get_vecattr(level, "count")`` tells how many training rows a
        level had.

    Raises
    ------
    ColumnError
        If there is no such categorical feature, or several to choose from, or one of
        its levels is "%nan".
    ImportError
        If gensim is not installed.
    """
    check_estimator(estimator, "to_keyed_vectors")
    check_installed("gensim", "to_keyed_vectors")
    from gensim.models import KeyedVectors

    _, vocabulary = estimator._categorical(column)
    check_no_level_is_missing(vocabulary, "gensim")
    vectors = estimator.embeddings_[vocabulary.name]
    keys = [MISSING if word is None else word for word in words_of(vocabulary)]
    keyed = KeyedVectors(vectors.shape[1], count=0, dtype=vectors.dtype)
    keyed.add_vectors(keys, vectors)
    for key, count in zip(keys, vocabulary.counts.tolist(), strict=True):
        keyed.set_vecattr(key, "count", count)
    return keyed
