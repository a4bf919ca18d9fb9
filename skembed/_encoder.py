"""EmbeddingEncoder: levels as numbers for other models, which saw no row's outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.utils import Tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from skembed._columns import Column, as_table, read_columns
from skembed._estimator import EmbeddingEstimator, distinct
from skembed._feature_roles import warn_of_doubtful_roles
from skembed._grouped_rows import Cells
from skembed._labels import as_plain, check_several
from skembed._outcome import Outcome, read_outcome
from skembed._parameters import ENCODER
from skembed._sklearn import (
    check_feature_names_in,
    features_seen,
    fit_context,
    raise_for_params,
)
from skembed._splits import folds_of_rows
from skembed._training_data import (
    TrainingData,
    check_cells_of_classes,
    open_cells,
    read_training_data,
)

if TYPE_CHECKING:
    from skembed._encoder_outputs import Output, Refit


class EmbeddingEncoder(EmbeddingEstimator):
    """Categorical features as numbers for another model, by entity embeddings.

    Each categorical feature becomes the mean prediction of its level's rows and the
    vector of its level, from the mixed model of `EmbeddingRegressor` or
    `EmbeddingClassifier`; other features pass unchanged. ``fit_transform`` encodes each
    row by a fit that has not seen it, as `TargetEncoder` does: a model that is trained
    on the result then trusts levels as far as they can be trusted in new rows. Vectors
    of all these fits are on the same axes.

    Parameters
    ----------
    embedding_dim : "auto", int or dict, default="auto"
        Length of the vectors: one for all features, or by feature. "auto" is as long
        as the model has something to say of a feature. What is longer is cut, what is
        shorter ends in zeros.

    target_type : {"auto", "continuous", "binary", "multiclass"}, default="auto"
        What the target is: a quantity or classes. "auto" takes what
        `sklearn.utils.multiclass.type_of_target` says, which calls whole numbers
        classes, and matrices of zeros and ones several labels; more than 20 distinct
        whole numbers want an answer.

    cv : int, splitter, iterable or None, default=5
        How ``fit_transform`` splits the rows: into so many shuffled folds, stratified
        by classes, copies of a row in one of them; or by a splitter that holds each row
        out once, with few large folds. None encodes all rows by the fit to all rows.

    output : {"embedding", "prediction"}, default="embedding"
        What stands for the categorical features: numbers for the level of each, or, for
        all of them together, what the whole model predicts of the row, as the
        ``decision_function`` of `EmbeddingClassifier` does for classes.

    categorical_features : {"auto", "all"} or array-like, default="auto"
        Which features have levels. "auto" takes all but floats: strings, objects,
        categories, booleans and integers, and warns of integers that look numeric and
        of floats that look like identifiers. "all" takes every column. An array holds
        names, positions or a boolean for each column.

    min_frequency : int or float, default=None
        Levels with a smaller count (an integer) or a smaller share of the
        observations (a float) are rare: those of one feature share their numbers.

    max_categories : int, default=None
        At most so many vectors for the levels of a feature, the shared one included.

    handle_unknown : {"average", "error", "warn"}, default="average"
        What to do about levels that ``fit`` has not seen: encode them as an average
        level, raise an error, or encode them so and warn. "average" warns only if a
        feature has several levels, all of them unseen. Those that are only missing from
        the other folds are encoded as an average level in any case.

    n_networks : int, default=1
        How many networks correct predictions, see `EmbeddingRegressor`. Not used for
        vectors, which they do not change.

    random_state : int, RandomState instance or None, default=None
        Determines folds, if `cv` is an int, and fits.

    Attributes
    ----------
    embedding_, embeddings_, categories_, category_counts_ : ndarray, dict, dict, dict
        Vectors, levels and counts of the categorical features, and

    is_categorical_ : ndarray of shape (n_features_in_,)
        which these are, as those of `EmbeddingRegressor`.

    target_type_ : str
        "continuous", "binary", "multiclass" or "multilabel-indicator".

    classes_ : ndarray of shape (n_classes,) or None
        The labels, sorted; None for numbers.

    n_features_in_, feature_names_in_ : int, ndarray of shape (n_features_in_,)
        The features seen by ``fit``; names only if all are strings.

    n_outputs_ : int
        1, or the number of labels, or of classes where there are more than two.

    n_iter_, loss_curve_, history_ : int, list, dict
        Epochs and losses of the networks, see `EmbeddingRegressor`.

    See Also
    --------
    EmbeddingRegressor : Its ``transform`` gives the vectors of a plain fit.
    sklearn.preprocessing.TargetEncoder : The mean outcome of each level.

    Notes
    -----
    The terms of the model, its variances and the mean outcome are those of the whole
    fit. What is fitted again without each fold are the effects of levels and their
    vectors. Each axis of a vector is a function of the row, by which its coordinate is
    multiplied in predictions; a level of another fit gets the coordinates that come
    closest, by least squares over the training rows, to what it adds to the predictions
    of that fit. So axes need not be matched by levels, as orthogonal Procrustes
    analysis [1]_ would do. A level that is in no other fold is encoded as an average
    level: the mean prediction of the rows of the other folds, and zeros.

    Vectors tell what a level adds to the other features; means tell what it is like as
    a whole, which a linear model cannot put together where the features depend on
    another, or act by curves. They are means of predictions by the mixed model, whose
    effects are shrunken, and are drawn to the mean of all rows as far as the rows that
    a level happens to have may be behind it. They are in units of the target, or in
    log-odds of each class against all others.

    A feature of two levels, such as a boolean, needs no vector: leave it out of
    `categorical_features` to have one number for it.

    References
    ----------
    .. [1] Schönemann, P. H. (1966). A Generalized Solution of the Orthogonal Procrustes
       Problem. Psychometrika 31.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from skembed import EmbeddingEncoder
    >>> from skembed.datasets import make_effects
    >>> X, y = make_effects(
    ...     2_000, n_levels=(40, 20), interaction_scale=1.0, random_state=0
    ... )
    >>> encoder = EmbeddingEncoder(embedding_dim=2, random_state=0)
    >>> encoder.fit_transform(X, y).shape
    (2000, 6)
    >>> encoder.get_feature_names_out().tolist()
    ['a_mean', 'a_0', 'a_1', 'b_mean', 'b_0', 'b_1']
    >>> make_pipeline(encoder, Ridge()).fit(X, y).predict(X).shape
    (2000,)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = ENCODER
    _output: Output
    classes_: np.ndarray | None

    def __init__(
        self,
        embedding_dim: Any = "auto",
        *,
        target_type: str = "auto",
        cv: Any = 5,
        output: str = "embedding",
        categorical_features: Any = "auto",
        min_frequency: float | None = None,
        max_categories: int | None = None,
        handle_unknown: str = "average",
        n_networks: int = 1,
        random_state: Any = None,
    ) -> None:
        self.embedding_dim = embedding_dim
        self.target_type = target_type
        self.cv = cv
        self.output = output
        self.categorical_features = categorical_features
        self.min_frequency = min_frequency
        self.max_categories = max_categories
        self.handle_unknown = handle_unknown
        self.n_networks = n_networks
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> EmbeddingEncoder:
        """Learn the numbers that ``transform`` returns.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, or the cells of a grouped table, see `skembed.cells`.

        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            The target: numbers, labels, or a matrix of zeros and ones if rows may have
            several labels.

        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts relative to the others, see `EmbeddingRegressor`.
            Rows of weight zero are left out before levels are learned.

        Returns
        -------
        EmbeddingEncoder
            This encoder.

        Raises
        ------
        ColumnError
            If a feature cannot be read, or not in its role.
        ValueError
            If `X`, `y` or `sample_weight` are malformed, or not of `target_type`. An
            earlier fit stays usable, whatever was raised.
        """
        table, outcome, _, data = self._read_training(X, y, sample_weight)
        from skembed._encoder_fitting import fit_output  # imports all stages of a fit

        output = fit_output(self.output, self._refit_for(outcome), data)
        self._keep_all(table, outcome, output)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(
        self, X: Any, y: Any, sample_weight: Any = None, **params: Any
    ) -> np.ndarray:
        """Learn as ``fit`` does, and encode each row by a fit that has not seen it.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features. One-dimensional tokens are one feature.

        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            The target.

        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights. Rows of weight zero, which no fit has seen, are
            encoded as ``transform`` does.

        **params : dict
            What the splitter takes, such as groups, if metadata routing is enabled.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            In the order of ``get_feature_names_out``.

        Raises
        ------
        ColumnError
            If a feature cannot be read, or not in its role.
        ValueError
            For what ``fit`` raises it for, and if `cv` does not hold each row out once.
        """
        raise_for_params(params, self, "fit_transform")
        if isinstance(X, Cells):
            raise ValueError(
                "fit_transform must be given rows, which it holds out; got cells. Call "
                "fit(cells), then transform."
            )
        table, outcome, columns, data = self._read_training(X, y, sample_weight)
        to_split = process_routing(self, "fit_transform", **params).splitter.split
        from skembed._encoder_fitting import fit_output
        from skembed._encoder_outputs import encode_without_folds
        from skembed._observations import observations_of_rows

        folds = None
        if self.cv is not None:
            folds = folds_of_rows(
                self.cv,
                table,
                np.asarray(as_plain(y)) if outcome.is_exclusive else outcome.target,
                self.random_state,
                to_split,
                is_stratified=outcome.is_exclusive,
                is_seen=data.is_kept,
                observation=observations_of_rows(columns, outcome.target),
            )
        refit = self._refit_for(outcome)
        output = fit_output(self.output, refit, data)
        encoded = output.encode(columns, "average")
        if folds is not None:
            encode_without_folds(encoded, columns, output, data, folds, refit)
        self._keep_all(table, outcome, output)
        return encoded

    def transform(self, X: Any) -> np.ndarray:
        """Encode rows by the fit that has seen all training rows.

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
        return self._output.encode(columns, self.handle_unknown)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Name the columns that ``transform`` returns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features; None takes those of ``fit``, or "x0" and so on.

        Returns
        -------
        ndarray of str
            "city_mean" for the mean prediction of feature "city", or "city_mean_red"
            and so on for each of several classes; "city_0", "city_1" and so on for the
            vectors; or "prediction", or "prediction_red" and so on. Other features keep
            their names.
        """
        check_is_fitted(self)
        if self._output.is_of_levels:
            return super().get_feature_names_out(input_features)
        names = check_feature_names_in(self, input_features)
        others = names[~self.is_categorical_].tolist()
        return distinct([*self._name_outputs("prediction"), *others])

    def _name_numbers(self, name: str, n_dims: int) -> list[str]:
        means = self._name_outputs(f"{name}_mean")
        return [*means, *super()._name_numbers(name, n_dims)]

    def _name_outputs(self, name: str) -> list[str]:
        if self.n_outputs_ == 1 or self.classes_ is None:
            return [name]
        return [f"{name}_{label}" for label in self.classes_]

    def _read_training(
        self, X: Any, y: Any, sample_weight: Any
    ) -> tuple[Any, Outcome, list[Column], TrainingData]:
        X, y, cells = open_cells(X, y, sample_weight)
        table = as_table(X)
        columns = read_columns(table)
        outcome = read_outcome(y, self.target_type)
        if cells is not None and outcome.classes is not None:
            check_cells_of_classes(cells)
        data = read_training_data(columns, outcome.target, sample_weight, cells)
        warn_of_doubtful_roles(data, self.categorical_features)
        if outcome.classes is not None:
            remedy = "encode by rows of at least 2, or by target_type='continuous'"
            check_several(outcome.classes, data.target, remedy=remedy)
        return table, outcome, columns, data

    def _refit_for(self, outcome: Outcome) -> Refit:
        from skembed._encoder_fitting import refit_for

        return refit_for(self.get_params(deep=False), outcome, self._draw_seed())

    def _keep_all(self, table: Any, outcome: Outcome, output: Output) -> None:
        self._keep(output.model, features_seen(table))
        self._output = output
        self._loss = outcome.loss
        self._prediction_unit = outcome.unit
        self.target_type_ = outcome.kind
        self.classes_ = None if outcome.classes is None else outcome.classes.labels

    def get_metadata_routing(self) -> MetadataRouter:
        """Say what ``fit`` takes, and that groups and the like go to the splitter.

        Returns
        -------
        MetadataRouter
            See scikit-learn's guide to metadata routing.
        """
        router = MetadataRouter(owner=self).add_self_request(self)
        to_split = MethodMapping().add(caller="fit_transform", callee="split")
        return router.add(splitter=self.cv, method_mapping=to_split)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        return tags
