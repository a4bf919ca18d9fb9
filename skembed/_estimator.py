"""What the estimators share: a learned model, its vectors, and questions about them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from skembed._columns import Column, as_table, read_columns
from skembed._feature_roles import warn_of_doubtful_roles
from skembed._geometry import GeometryMixin
from skembed._model import Model, Network, shown_attributes
from skembed._sklearn import check_feature_names_in, check_features, features_seen
from skembed._tensorflow import load_tensorflow
from skembed._training_data import TrainingData
from skembed.exceptions import ColumnError


class EmbeddingEstimator(GeometryMixin, TransformerMixin, BaseEstimator):
    """A transformer of categorical features into learned vectors.

    A subclass has the parameters, and a ``fit`` that reads the target for `_fit`.
    """

    _prediction_unit = "units of the target"
    categorical_features: Any
    handle_unknown: str
    random_state: Any
    warm_start: bool
    _model: Model

    def _fit(self, table: Any, data: TrainingData, loss: Any) -> None:
        """Learn from a table that was read, and keep what was learned."""
        from skembed._fitting import fit_model  # to import all stages takes a while

        features = features_seen(table)
        warn_of_doubtful_roles(data, self.categorical_features)
        params = {**self.get_params(deep=False), "loss": loss}
        earlier = self._earlier_model(table)
        rng = np.random.default_rng(self._draw_seed())
        model = fit_model(data, params, rng, earlier)
        self._keep(model, features)
        self._loss = loss if isinstance(loss, str) else None

    def _draw_seed(self) -> np.ndarray:
        """Draw what decides on all that is random in a fit."""
        state = check_random_state(self.random_state)
        return np.asarray(state.randint(2**31, size=4))

    def _earlier_model(self, table: Any) -> Model | None:
        if not self.warm_start or not hasattr(self, "_model"):
            return None
        check_features(self, table)
        return self._model

    def _keep(self, model: Model, features: dict[str, Any]) -> None:
        """Set every learned attribute; nothing can fail from here on."""
        for stale in ("feature_names_in_", "embedding_", "_stream"):
            self.__dict__.pop(stale, None)
        self.__dict__.update(features, **shown_attributes(model))
        self._model = model

    def transform(self, X: Any) -> np.ndarray:
        """Replace each categorical feature by its vectors; others pass unchanged.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, in the order of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            In the order of ``get_feature_names_out``.

        Raises
        ------
        UnknownLevelError
            For unseen levels, if `handle_unknown` is "error".
        """
        columns = self._read(X)
        return self._model.transform(columns, self.handle_unknown)

    def embedding_frame(self, column: Hashable | None = None) -> pd.DataFrame:
        """Return a column's levels, their counts and their vectors as a table.

        Its ``to_csv`` writes it, and so does ``to_parquet``, but for integers beyond 64
        bits; `skembed.exports` has other formats.

        Parameters
        ----------
        column : hashable, default=None
            The categorical feature, by the keys of `embeddings_`; not needed if there
            is only one.

        Returns
        -------
        DataFrame of shape (n_levels, 2 + n_dims)
            The columns "level", "count", and "city_0", "city_1" and so on for the
            vectors of feature "city", in the order of `categories_`.

        Raises
        ------
        ColumnError
            If there is no such categorical feature, or several to choose from.
        """
        place, vocabulary = self._categorical(column)
        vectors = self.embeddings_[vocabulary.name]
        name = check_feature_names_in(self)[self.is_categorical_][place]
        numbers = {f"{name}_{i}": values for i, values in enumerate(vectors.T)}
        about = {"level": vocabulary.levels, "count": vocabulary.counts}
        return pd.DataFrame(about | numbers)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this fitted estimator to a file that holds no code.

        `skembed.load` reads it, also with other versions of Python, numpy and
        scikit-learn. The file is a zip archive of JSON, as Python writes it (with NaN),
        and of the bytes of arrays.

        Parameters
        ----------
        path : str or path-like
            Where to. A file that is there is replaced when the new one is complete.

        Raises
        ------
        NotFittedError
            If there is nothing to save.
        SavedFileError
            If a parameter is a function, a callback, an optimizer, a splitter or the
            like, or this is an instance of a class of your own. An earlier file is left
            as it is.
        """
        from skembed._saving import save  # imports what a fit does

        check_is_fitted(self)
        save(self, path)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Name the columns that ``transform`` returns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features; None takes those of ``fit``, or "x0" and so on.

        Returns
        -------
        ndarray of str
            "city_0", "city_1" and so on for the vectors of feature "city"; other
            features keep their names.
        """
        check_is_fitted(self)
        names = check_feature_names_in(self, input_features)
        dims = (table.shape[1] for table in self._model.core.tables)
        named = [
            self._name_numbers(name, next(dims)) if is_categorical else [name]
            for name, is_categorical in zip(names, self.is_categorical_, strict=True)
        ]
        flat = [name for names in named for name in names]
        return distinct(flat)

    def _name_numbers(self, name: str, n_dims: int) -> list[str]:
        """Name what stands for the levels of a feature."""
        return [f"{name}_{i}" for i in range(n_dims)]

    def __getattr__(self, name: str) -> Any:
        """Rebuild `model_`, and say why there is no `embedding_`."""
        # a property would be listed, and scikit-learn reads every attribute that is
        # listed to display an estimator: TensorFlow would load for a picture
        if name not in ("model_", "embedding_"):
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}"
            )
        check_is_fitted(self)
        if name == "embedding_":
            raise AttributeError(
                f"There are {len(self.embeddings_)} categorical features: use "
                "embeddings_, the dict of their tables."
            )
        if not isinstance(self._model.core, Network):
            raise AttributeError(
                "A blend is more than one Keras model: an estimator of model='network' "
                "has one that model_ can rebuild."
            )
        load_tensorflow()
        from skembed._network import rescaled_model

        return rescaled_model(self._model.core.predictor, self._model.scale)

    def _read(self, X: Any) -> list[Column]:
        check_is_fitted(self)
        table = as_table(X)
        check_features(self, table)
        columns = read_columns(table)
        self._model.encoding.warn_of_unseen(columns, self.handle_unknown)
        return columns

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        return tags


def distinct(names: list[str]) -> np.ndarray:
    """Return the names of columns, which must differ."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ColumnError(
            f"Two columns of the output would be named {min(repeated)!r}: rename "
            "the feature of that name."
        )
    return np.array(names, dtype=object)
