"""What a fitted estimator can be asked about the levels of its columns."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skembed._model import Model
from skembed._profiles import profiles_of
from skembed._similarity import (
    METRICS,
    Space,
    make_space,
    mixture,
    nearest,
    neighbors_of_all,
)
from skembed._spelling import close_spellings
from skembed._vocabulary import Vocabulary
from skembed.exceptions import ColumnError


class GeometryMixin:
    """Questions about levels: which are alike, how much, and in what they differ.

    All of them take a `column`, the key of a categorical feature in `embeddings_`,
    which is not needed if there is only one, and most a `metric`:

    - "euclidean", the distance between vectors. In a blend its square is the mean
      square of what the model of effects and interactions would change over the
      training rows if one level took the other's place;
    - "cosine", one minus the cosine of the angle between vectors. Where levels differ
      by one number, it only tells whether their signs agree (0) or not (2);
    - "effect", the root mean square of what the whole model's prediction would change,
      in units of the target, or of a classifier's ``decision_function``. It is the
      distance between the levels' curves of individual conditional expectation [1]_ at
      these two levels. Where there are more than 1,000 distinct training rows,
      observations at equal steps stand for them, and fewer, but at least 50, for more
      than 2,000 levels. Most predictions of many levels are interpolated, to within 1%.

    A vector says what a level adds to the other columns of the table: beside a column
    of continents, countries are compared within them. Leave out columns that contain
    it to compare levels as a whole.

    Levels that `min_frequency` or `max_categories` call rare share one vector: they are
    at no distance from one another. Counts are of each level itself, so that theirs
    stay small: of what a rare level is like, the shared vector tells little. Of equal
    distances, those of levels earlier in `categories_` come first.

    References
    ----------
    .. [1] Goldstein, A., Kapelner, A., Bleich, J. & Pitkin, E. (2015). Peeking Inside
       the Black Box. Journal of Computational and Graphical Statistics 24, section 3.
    """

    _model: Model
    embeddings_: dict[Hashable, np.ndarray]

    def similarities(
        self,
        token: Hashable,
        column: Hashable | None = None,
        *,
        metric: str = "euclidean",
        k: int | None = None,
        return_counts: bool = False,
    ) -> pd.Series | pd.DataFrame:
        """Measure how far every level is from one of them.

        Parameters
        ----------
        token : hashable
            The level; None or NaN for missing values.

        column : hashable, default=None
            The categorical feature, by the keys of `embeddings_`; not needed if there
            is only one.

        metric : {"euclidean", "cosine", "effect"}, default="euclidean"
            The distance between vectors, one minus the cosine of their angle (of
            vectors of one number only whether their signs differ), or how differently
            the model predicts, in units of the target.

        k : int, default=None
            How many levels to return, nearest first, and the level itself before
            others at no distance; None is all, in the order of `categories_`.

        return_counts : bool, default=False
            Whether to tell how many training rows each level had, too: what has few
            is not known well, also where its vector is one that rare levels share.

        Returns
        -------
        Series of shape (n_levels,), or DataFrame of shape (n_levels, 2)
            Distances, indexed by level: 0 for the level itself, and for the others the
            smaller, the more alike. With counts, the columns "distance" and "count".

        Raises
        ------
        UnknownLevelError
            If ``fit`` has not seen the level.
        ColumnError
            If there is no such categorical feature, or several to choose from.

        Notes
        -----
        A vector says what a level adds to the other columns: leave out columns that
        contain this one to compare its levels as a whole.

        Examples
        --------
        >>> from skembed import EmbeddingRegressor
        >>> from skembed.datasets import make_tokens
        >>> X, y = make_tokens(1_000, random_state=0)
        >>> model = EmbeddingRegressor(random_state=0).fit(X, y)
        >>> model.similarities("e", metric="effect", k=3).round(1)
        token
        e     0.0
        d     9.8
        c    20.1
        Name: distance from e, dtype: float64
        """
        space = self._space(column, metric)
        place = space.position(token)
        squares = space.squares_from(space.points[place])
        if k is None:
            places = np.arange(len(squares))
        else:
            places = nearest(squares, _count(k, len(squares)), first=place)
        found = space.table(squares, places)
        if return_counts:
            return found
        return found["distance"].rename(f"distance from {token}")

    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        column: Hashable | None = None,
        *,
        k: int | None = 10,
        metric: str = "euclidean",
    ) -> pd.DataFrame:
        """Find the levels nearest to a mixture of levels, or to a vector.

        Mixtures are sums of vectors, as in word2vec [1]_: "what is to `a` as `c` is to
        `b`" is ``positive=[a, c], negative=[b]``, and something between two levels is
        ``positive=[a, b]``.

        Parameters
        ----------
        positive, negative : level or list of levels and vectors, default=None
            What is added up, and what is taken away; None is nothing, and ``[None]``
            the level of missing values. A vector is an array of floats, as many as
            vectors of the column have; other arrays and Series are several levels.

        column : hashable, default=None
            The categorical feature; not needed if there is only one.

        k : int or None, default=10
            How many levels to return; None returns all.

        metric : {"euclidean", "cosine", "effect"}, default="euclidean"
            See `similarities`. But for the cosine, the sum is divided by its number of
            terms, those taken away counted as negative, so that it is a point among the
            others; for "effect" predictions are added up, not vectors.

        Returns
        -------
        DataFrame of shape (k, 2)
            The columns "distance" and "count", indexed by level, nearest first, without
            the levels that were named.

        Raises
        ------
        UnknownLevelError
            If ``fit`` has not seen a level.
        ColumnError
            If there is no such categorical feature, or several to choose from.
        ValueError
            If nothing is named, if no fewer levels are taken away than added up (but
            for the cosine), or if a vector has another length.

        References
        ----------
        .. [1] Mikolov, T., Chen, K., Corrado, G. & Dean, J. (2013). Efficient
           Estimation of Word Representations in Vector Space. arXiv:1301.3781,
           section 4.

        Examples
        --------
        >>> from skembed import EmbeddingRegressor
        >>> from skembed.datasets import make_tokens
        >>> X, y = make_tokens(1_000, random_state=0)
        >>> model = EmbeddingRegressor(random_state=0).fit(X, y)
        >>> model.most_similar(["a", "c"], k=1).index.tolist()
        ['b']
        """
        space = self._space(column, metric)
        point, named = mixture(space, _listed(positive), _listed(negative))
        squares = space.squares_from(point)
        n_wanted = _count(k, len(squares))
        places = nearest(squares, n_wanted + len(set(named)))
        return space.table(squares, places[~np.isin(places, named)][:n_wanted])

    def similarity_matrix(
        self,
        column: Hashable | None = None,
        *,
        metric: str = "euclidean",
        levels: Sequence[Hashable] | None = None,
    ) -> pd.DataFrame:
        """Measure how far all levels are from one another.

        Parameters
        ----------
        column : hashable, default=None
            The categorical feature; not needed if there is only one.

        metric : {"euclidean", "cosine", "effect"}, default="euclidean"
            See `similarities`.

        levels : sequence of hashable, default=None
            Some levels, in the order that is wanted, also repeated; None is all of
            them. The matrix has the square of their number of entries.

        Returns
        -------
        DataFrame of shape (n_levels, n_levels)
            Symmetric, with zeros on the diagonal and between levels that share a
            vector: ``scipy.spatial.distance.squareform`` takes it.

        Raises
        ------
        UnknownLevelError
            If ``fit`` has not seen a level.
        ColumnError
            If there is no such categorical feature, or several to choose from.
        TypeError
            If `levels` is a single level.
        """
        space = self._space(column, metric)
        if levels is None:
            places = np.arange(len(space.points))
        else:
            places = _places(space, levels)
        index = space.index(places)
        distances = space.distances_among(places)
        return pd.DataFrame(distances, index=index, columns=index)

    def neighbors(
        self,
        column: Hashable | None = None,
        *,
        metric: str = "euclidean",
        k: int | None = 5,
    ) -> pd.DataFrame:
        """Find the nearest levels of every level.

        Parameters
        ----------
        column : hashable, default=None
            The categorical feature; not needed if there is only one.

        metric : {"euclidean", "cosine", "effect"}, default="euclidean"
            See `similarities`.

        k : int or None, default=5
            How many for each level; None returns all other levels of each.

        Returns
        -------
        DataFrame of shape (n_levels * k, 4)
            The columns "level", "neighbor", "distance" and "count", that of the
            neighbour; in the order of `categories_`, nearest first.

        Raises
        ------
        ColumnError
            If there is no such categorical feature, or several to choose from.
        """
        space = self._space(column, metric)
        return neighbors_of_all(space, _count(k, len(space.points)))

    def level_effects(self, column: Hashable | None = None) -> pd.Series | pd.DataFrame:
        """Tell by how much each level moves the prediction.

        The effect of a level is the mean prediction over the training rows, had they
        all this level (partial dependence [1]_), less the mean over all levels,
        weighted by their counts. Where another column contains this one, as continents
        contain countries, it is what a level adds to that column's.

        Parameters
        ----------
        column : hashable, default=None
            The categorical feature; not needed if there is only one.

        Returns
        -------
        Series of shape (n_levels,), or DataFrame of shape (n_levels, n_outputs)
            In units of the target, or of ``decision_function``, indexed by level.

        Raises
        ------
        ColumnError
            If there is no such categorical feature, or several to choose from.

        References
        ----------
        .. [1] Friedman, J. H. (2001). Greedy Function Approximation. Annals of
           Statistics 29, section 8.2.

        Examples
        --------
        >>> from skembed import EmbeddingRegressor
        >>> from skembed.datasets import make_tokens
        >>> X, y = make_tokens(1_000, random_state=0)
        >>> EmbeddingRegressor(random_state=0).fit(X, y).level_effects().round(0)
        token
        a   -20.0
        b   -10.0
        c    -0.0
        d    10.0
        e    20.0
        Name: effect, dtype: float64
        """
        place, vocabulary = self._categorical(column)
        means = profiles_of(self._model, place).means
        means = means - np.average(means, axis=0, weights=vocabulary.counts)
        index = pd.Index(vocabulary.levels, name=vocabulary.name)
        if means.shape[1] == 1:
            return pd.Series(means[:, 0], index=index, name="effect")
        return pd.DataFrame(means, index=index)

    def _space(self, column: Hashable | None, metric: str) -> Space:
        if metric not in METRICS:
            raise ValueError(f"metric must be one of {METRICS}; got {metric!r}.")
        place, vocabulary = self._categorical(column)
        if metric == "effect":
            points = profiles_of(self._model, place).points
        else:
            points = self.embeddings_[vocabulary.name]
        return make_space(vocabulary, points, metric)

    def _categorical(self, column: Hashable | None) -> tuple[int, Vocabulary]:
        check_is_fitted(self)
        vocabularies = self._model.encoding.vocabularies
        if column is None and len(vocabularies) == 1:
            return 0, vocabularies[0]
        for place, vocabulary in enumerate(vocabularies):
            if vocabulary.name == column:
                return place, vocabulary
        raise _no_such_column(column, [vocabulary.name for vocabulary in vocabularies])


def _no_such_column(column: Hashable | None, names: list[Hashable]) -> ColumnError:
    known = ", ".join(map(repr, names)) or "there are none"
    if column is None:
        return ColumnError(
            f"No column given: name one of the categorical features: {known}."
        )
    return ColumnError(
        f"column={column!r} is not one of the categorical features"
        f"{close_spellings(column, names)} Those of this table: {known}."
    )


def _listed(named: Any) -> list[Any]:
    """Return a list of levels and vectors, of which one may stand alone."""
    if named is None:
        return []
    if not pd.api.types.is_list_like(named):
        return [named]
    if isinstance(named, np.ndarray | pd.Series | pd.Index):
        values = np.asarray(named)
        return [values] if values.dtype.kind == "f" and values.ndim == 1 else [*values]
    return list(named)


def _places(space: Space, levels: Sequence[Hashable]) -> np.ndarray:
    if not pd.api.types.is_list_like(levels):
        raise TypeError(
            f"levels must be a list of levels; got {levels!r}: pass [{levels!r}] to "
            "ask for that one."
        )
    return np.array([space.position(level) for level in levels], dtype=int)


def _count(k: int | None, n_levels: int) -> int:
    """Return how many levels are asked for, at most all of them."""
    if k is None:
        return n_levels
    if not isinstance(k, Integral) or k < 1:
        raise ValueError(f"k must be an integer >= 1, or None for all; got {k!r}.")
    return min(int(k), n_levels)
