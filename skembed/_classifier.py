"""EmbeddingClassifier: parameters and labels checked, a model fitted."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import Tags, check_consistent_length

from skembed._class_weight import weigh_classes
from skembed._columns import as_table, read_columns
from skembed._estimator import EmbeddingEstimator
from skembed._labels import Classes, as_plain, check_same, check_several, read_labels
from skembed._parameters import CLASS_WEIGHT, PARAMETERS
from skembed._sklearn import check_sample_weight, fit_context
from skembed._training_data import (
    check_cells_of_classes,
    open_cells,
    read_training_data,
)


class EmbeddingClassifier(ClassifierMixin, EmbeddingEstimator):
    """Classification by categorical and numeric features by entity embeddings.

    Each level of each categorical feature gets a short vector, such that levels that
    act alike lie close together. By default vectors are those of a logistic mixed model
    whose levels interact by products; small Keras networks correct it, as far as rows
    that they have not seen bear them out. With ``model="network"`` one Keras network
    learns everything [1]_. Once fitted, it predicts without Keras.

    Parameters
    ----------
    embedding_dim : "auto", int or dict, default="auto"
        Length of the vectors: one for all features, or by feature. "auto" is as long
        as the blend has something to say of a feature (longer vectors end in zeros),
        and chosen by their number in a network; see `EmbeddingRegressor`.

    hidden_units : int or sequence of int, default=(64, 32)
        Units of the only hidden layer, or of each; none makes networks linear.

    activation : str or sequence of str, default="relu"
        Activation of all hidden layers, or of each.

    optimizer : str or keras.optimizers.Optimizer, default="adam"
        The name of a Keras optimizer in lower case, or an instance.

    learning_rate : float, default=None
        Its step size; see `EmbeddingRegressor`.

    alpha : float, default=10.0
        Strength of the L2 penalty on the vectors and on the kernels of the dense
        layers, in units of cross-entropy; see `EmbeddingRegressor`.

    epochs : int or "auto", default="auto"
        Passes over the training data. "auto" is 30 for a network, 12 in a blend.

    batch_size : int or "auto", default="auto"
        Observations for each optimizer step; see `EmbeddingRegressor`.

    early_stopping : bool, default=False
        Whether to hold out a validation sample, to stop when its loss no longer
        improves, and to keep the weights that were best on it.

    validation_fraction : float, default=0.1
        The share of observations to hold out; not used in a blend.

    n_iter_no_change : int, default=10
        Epochs without improvement after which early stopping ends training.

    tol : float, default=1e-4
        The least decrease of the validation loss that is an improvement.

    categorical_features : {"auto", "all"} or array-like, default="auto"
        Which features have levels. "auto" takes all but floats: strings, objects,
        categories, booleans and integers, and warns of integers that look numeric and
        of floats that look like identifiers. "all" takes every column. An array holds
        names, positions or a boolean for each column. The others are numeric.

    min_frequency : int or float, default=None
        Levels with a smaller count (an integer) or share (a float) share one vector.

    max_categories : int, default=None
        At most so many vectors for the levels of a feature, the shared one included.

    handle_unknown : {"average", "error", "warn"}, default="average"
        What to do about unseen levels: give them the vector of an average level, raise
        an error, or give them that vector and warn. It is zero in a blend, whose random
        effects have mean zero, and else the feature's mean vector, weighted by counts.
        "average" warns only if a feature has several levels, all of them unseen.

    model : {"auto", "blend", "network"} or callable, default="auto"
        What is fitted. "blend" is a mixed model and networks that correct it, one of
        each class against all others, see Notes; "network" a single network with the
        vectors and layers that the parameters describe. "auto" is a blend, but for a
        warm start. A callable builds a Keras model of your own: ``model(inputs,
        features, n_outputs)`` gets the dict of Keras inputs and the tensor of all
        vectors and quantities side by side, and returns a ``keras.Model`` from those
        inputs to log-odds (of the second of two classes, and of each label), or to
        logarithms of probabilities of more classes, but for a constant. `hidden_units`
        and `activation` are then not used, and Keras is needed to predict.

    n_networks : int, default=5
        How many networks a blend averages; none below 1,000 observations.

    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, by their labels, that multiply `sample_weight`;
        "balanced" gives all classes the same total weight. Probabilities are then those
        of the weighted classes.

    callbacks : keras.callbacks.Callback or list of them, default=None
        Called during training. Those with a method for every batch make it slower.

    warm_start : bool, default=False
        Whether ``fit`` continues from the earlier fit, of the same classes.

    random_state : int, RandomState instance or None, default=None
        Determines initial weights, the order of rows and the rows held out.

    verbose : int, default=0
        0 is silent; 1 prints a line for each stage of a fit, 2 one for each epoch, too.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted; positions of labels where rows may have several.

    embedding_ : ndarray of shape (n_levels, n_dims)
        The vectors of the levels in `categories_`, if there is one categorical feature.

    embeddings_ : dict of ndarray
        The same for every categorical feature, by its name (or position where the
        data had no names).

    categories_ : dict of ndarray of shape (n_levels,)
        The levels of each categorical feature, sorted; NaN, the last, stands for
        missing values, if there were any.

    category_counts_ : dict of ndarray of shape (n_levels,)
        How many training rows had each level, by their weights if there were any.

    is_categorical_ : ndarray of shape (n_features_in_,)
        Whether each feature was taken as categorical.

    n_iter_ : int
        Epochs that were run.

    loss_curve_ : list of float
        The mean cross-entropy after each epoch, without the penalty, averaged over the
        epoch's steps. In a blend, of the networks that correct effects, averaged over
        them.

    history_ : dict of list of float
        "loss", the same as `loss_curve_`, "val_loss" with early stopping, and what
        callbacks add.

    model_ : keras.Model
        The trained network, rebuilt when asked for; a blend has none. It takes the
        dict of "codes", the row of each level in its table, and "quantities",
        standardised, and returns what `model` describes.

    n_outputs_ : int
        1 for two classes, else the number of classes or labels.

    n_features_in_ : int
        The number of features seen during ``fit``.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if the data had string names.

    See Also
    --------
    EmbeddingRegressor : The same for numbers; it says more of what both share.
    sklearn.linear_model.LogisticRegression : With one-hot encoding, for few levels.
    sklearn.preprocessing.TargetEncoder : One number for each level.

    Notes
    -----
    A blend of two classes is fitted as that of `EmbeddingRegressor` is, with outcomes
    drawn from Bernoulli distributions of the log-odds that it predicts: by penalised
    quasi-likelihood [2]_, which understates the variances of effects where levels have
    few rows; they are made larger as far as that improves the cross-entropy of rows of
    other folds. Of more than two classes, each has a blend that tells it from all
    others, and a multinomial regression, fitted to what these say of rows that they
    have not seen, makes probabilities of them. Several labels have a blend each.

    Vectors are on their principal axes, those of a blend in log-odds: the squared
    distance of two levels is the mean square of what the prediction by effects would
    change by over the training rows, added up over classes. Distances of the metric
    "effect" are in units of `decision_function`.

    References
    ----------
    .. [1] Guo, C. & Berkhahn, F. (2016). Entity Embeddings of Categorical Variables.
       arXiv:1604.06737, section 3.
    .. [2] Breslow, N. E. & Clayton, D. G. (1993). Approximate Inference in Generalized
       Linear Mixed Models. JASA 88.

    Examples
    --------
    >>> from skembed import EmbeddingClassifier
    >>> from skembed.datasets import make_tokens
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = EmbeddingClassifier(random_state=0).fit(X, y > 9)
    >>> model.classes_
    array([False,  True])
    >>> model.predict_proba(X).shape
    (1000, 2)
    >>> bool(model.score(X, y > 9) > 0.8)
    True
    """

    _classes: Classes
    _prediction_unit = "log-odds"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = PARAMETERS | CLASS_WEIGHT

    def __init__(
        self,
        embedding_dim: Any = "auto",
        hidden_units: Any = (64, 32),
        activation: Any = "relu",
        *,
        optimizer: Any = "adam",
        learning_rate: float | None = None,
        alpha: float = 10.0,
        epochs: Any = "auto",
        batch_size: Any = "auto",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        categorical_features: Any = "auto",
        min_frequency: float | None = None,
        max_categories: int | None = None,
        handle_unknown: str = "average",
        model: Any = "auto",
        n_networks: int = 5,
        class_weight: Any = None,
        callbacks: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.embedding_dim = embedding_dim
        self.hidden_units = hidden_units
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.categorical_features = categorical_features
        self.min_frequency = min_frequency
        self.max_categories = max_categories
        self.handle_unknown = handle_unknown
        self.model = model
        self.n_networks = n_networks
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None
    ) -> EmbeddingClassifier:
        """Learn the vectors and the function that predicts from them.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, or the cells of a grouped table, see `skembed.cells`.

        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            The labels, or a matrix of zeros and ones if rows may have several.

        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts relative to the others, see `EmbeddingRegressor`.
            Rows of weight zero are left out before levels are learned.

        Returns
        -------
        EmbeddingClassifier
            This estimator.

        Raises
        ------
        ColumnError
            If a feature cannot be read, or not in its role.
        TrainingError
            If training diverges at once; later on, that is a ConvergenceWarning.
        ValueError
            If `X`, `y` or `sample_weight` are malformed, or there is one class only. An
            earlier fit stays usable, whatever was raised.
        """
        X, y, cells = open_cells(X, y, sample_weight)
        if cells is not None:
            check_cells_of_classes(cells)
        table = as_table(X)
        classes, indicator = read_labels(y)
        check_consistent_length(table, indicator)
        if sample_weight is not None or self.class_weight is not None:
            sample_weight = check_sample_weight(sample_weight, indicator)
        if self.class_weight is not None:
            n_rows = None if cells is None else cells.n_rows
            labels = np.asarray(as_plain(y))
            sample_weight = weigh_classes(
                self.class_weight, labels, sample_weight, n_rows
            )
        check_several(classes, indicator, sample_weight)
        if self.warm_start and hasattr(self, "classes_"):
            check_same(self._classes, classes)
        columns = read_columns(table)
        data = read_training_data(columns, indicator, sample_weight, cells)
        self._fit(table, data, classes.loss)
        self._y_ndim = indicator.ndim
        self._classes, self.classes_ = classes, classes.labels
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Predict log-odds, or logarithms of probabilities but for a constant.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, in the order of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Of two classes the log-odds of the second; of several labels those of each.

        Raises
        ------
        UnknownLevelError
            For unseen levels, if `handle_unknown` is "error".
        """
        scores = self._scores(X)
        return scores[:, 0] if self._classes.is_binary else scores

    def _scores(self, X: Any) -> np.ndarray:
        columns = self._read(X)
        return self._model.predict(columns, self.handle_unknown)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, in the order of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`; rows add up to 1 unless they may have several
            labels.
        """
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Predict the logarithms of these probabilities, none of which is infinite.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, in the order of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            See `predict_proba`.
        """
        scores = self._scores(X)
        return self._classes.log_probabilities(scores)

    def predict(self, X: Any) -> np.ndarray:
        """Predict the most probable class of each row, or its labels.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, in the order of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
            Labels as in `y`; zeros and ones where rows may have several.
        """
        scores = self._scores(X)
        return self._classes.decide(scores)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = False
        return tags
