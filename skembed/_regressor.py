"""EmbeddingRegressor: parameters and data checked, a model fitted."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin

from skembed._batches import BatchMixin, are_batches
from skembed._columns import as_table, read_columns
from skembed._parameters import LOSS, PARAMETERS
from skembed._sklearn import fit_context
from skembed._target import read_target
from skembed._training_data import open_cells, read_training_data


class EmbeddingRegressor(RegressorMixin, BatchMixin):
    """Regression on categorical and numeric features by entity embeddings.

    Each level of each categorical feature gets a short vector, such that levels that
    act alike lie close together. By default vectors are those of a linear mixed model
    whose levels interact by products, which shrinks what few rows say; small Keras
    networks correct the model, as far as rows that they have not seen bear them out.
    With ``model="network"`` one Keras network learns vectors, and the function that
    predicts from them, on its own [1]_. Once fitted, it predicts, transforms and
    measures similarities without Keras.

    Read more in the README.

    Parameters
    ----------
    embedding_dim : "auto", int or dict, default="auto"
        Length of the vectors: one for all features, or by feature. "auto" is as long
        as the blend has something to say of a feature (longer vectors end in zeros),
        and ``round(0.8 * n_levels ** 0.56)``, kept between 2 and 16, in a network on
        its own; features that a dict leaves out are "auto".

    hidden_units : int or sequence of int, default=(64, 32)
        Units of the only hidden layer, or of each. An empty sequence makes networks
        linear in what they read.

    activation : str or sequence of str, default="relu"
        Activation of all hidden layers, or of each: "elu", "gelu", "leaky_relu",
        "linear", "mish", "relu", "selu", "sigmoid", "silu", "softplus", "softsign" or
        "tanh".

    loss : {"squared_error", "absolute_error", "huber", "log_cosh"}, Loss or callable, \
            default="squared_error"
        What training minimises. A ``keras.losses.Loss`` or a function of
        ``(y_true, y_pred)`` that returns a value for each row is taken too. The loss
        sees the target standardised to mean 0 and variance 1, so that a threshold as
        Huber's is in standard deviations.

    optimizer : str or keras.optimizers.Optimizer, default="adam"
        The name of a Keras optimizer in lower case, or an instance, whose
        configuration is used afresh in every ``fit``.

    learning_rate : float, default=None
        Step size of the optimizer. None keeps the optimizer's own, 0.001 for most; in
        a blend "adam" has 0.006, and every rate falls to zero along a cosine.

    alpha : float, default=10.0
        Strength of the L2 penalty on the vectors and on the kernels of the dense
        layers, as in ``MLPRegressor`` and ``Ridge``: `alpha` times the sum of their
        squares is added to the sum of squared errors of the standardised target. In a
        blend, "adam" decays the weights of correcting networks instead, by ``alpha /
        5`` times the learning rate at each step; nothing else there depends on it.

    epochs : int or "auto", default="auto"
        Passes over the training data. "auto" is 30 for a network on its own, and 12
        for one of a blend.

    batch_size : int or "auto", default="auto"
        Observations for each optimizer step. "auto" takes a fiftieth of them, but at
        least 16 and at most 1,024; in a blend a sixteenth, and at most 512. See Notes
        for how equal rows are grouped.

    early_stopping : bool, default=False
        Whether to hold out a validation sample, to stop when its loss no longer
        improves, and to keep the weights that were best on it. In a blend, each
        network does without one more fold for that.

    validation_fraction : float, default=0.1
        The share of the observations to hold out; not used in a blend.

    n_iter_no_change : int, default=10
        Epochs without improvement after which early stopping ends training.

    tol : float, default=1e-4
        The least decrease of the validation loss that is an improvement, for a target
        of variance 1.

    categorical_features : {"auto", "all"} or array-like, default="auto"
        Which features have levels. "auto" takes all but floats: strings, objects,
        categories, booleans and integers, and warns of integers that look numeric and
        of floats that look like identifiers. "all" takes every column. An array holds
        names, positions or a boolean for each column. The others are numeric.

    min_frequency : int or float, default=None
        Levels with a smaller count (an integer) or share (a float) share one vector.

    max_categories : int, default=None
        At most so many vectors for the levels of a feature, the shared vector of its
        rare levels among them. Missing values are not counted.

    handle_unknown : {"average", "error", "warn"}, default="average"
        What to do about unseen levels: give them the vector of an average level, raise
        an error, or give them that vector and warn. It is zero in a blend, whose random
        effects have mean zero, and else the feature's mean vector, weighted by counts.
        "average" warns only if a feature has several levels, all of them unseen.

    model : {"auto", "blend", "network"} or callable, default="auto"
        What is fitted. "blend" is a mixed model and networks that correct it, see
        Notes; "network" a single network with the vectors and layers that the
        parameters describe. "auto" is a blend for one output, squared error and no
        warm start, else a network. A callable builds a Keras model of your own:
        ``model(inputs, features, n_outputs)`` gets the dict of Keras inputs and the
        tensor of all vectors and quantities side by side, and returns a
        ``keras.Model`` from those inputs. `hidden_units` and `activation` are then not
        used, and Keras is needed to predict.

    n_networks : int, default=5
        How many networks a blend averages: each leaves out one of five folds (or of as
        many as there are networks), by which it is judged. 1 takes much less time, 0
        leaves the mixed model alone. Below 100 observations none are trained.

    callbacks : keras.callbacks.Callback or list of them, default=None
        Called during training. A method for every batch makes it slower, see Notes.

    warm_start : bool, default=False
        Whether ``fit`` continues from the earlier fit: its weights, and the scales and
        missing flags of its quantities and the scale of its target. New levels start
        from the vector of unseen ones; levels that the new data lack are forgotten.
        On batches it passes over the same ones again, which are not counted anew: new
        ones are for ``partial_fit``.

    random_state : int, RandomState instance or None, default=None
        Determines initial weights, the order of rows and the rows held out.

    verbose : int, default=0
        0 is silent; 1 prints a line for each stage of a fit, and for a single network a
        progress bar for each epoch; 2 prints a line for each epoch of every network.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_levels, n_dims)
        The vectors of the levels in `categories_`, if there is one categorical feature.

    embeddings_ : dict of ndarray
        The same for every categorical feature, by its name (or position without
        names). Levels that are rare and share a vector have a row of it each.

    categories_ : dict of ndarray of shape (n_levels,)
        The levels of each categorical feature, sorted; NaN, the last, stands for
        missing values, if there were any.

    category_counts_ : dict of ndarray of shape (n_levels,)
        How many training rows had each level; the sum of their weights, scaled to a
        mean of 1, if there were weights.

    is_categorical_ : ndarray of shape (n_features_in_,)
        Whether each feature was taken as categorical.

    n_iter_ : int
        Epochs that were run.

    loss_curve_ : list of float
        The training loss after each epoch, without the penalty, averaged over the
        epoch's steps: for squared and absolute error of a single output in units of
        the target, else for the standardised target. In a blend, of the networks that
        correct effects, averaged over them.

    history_ : dict of list of float
        "loss", the same as `loss_curve_`, "val_loss" with early stopping, and what
        callbacks add.

    model_ : keras.Model
        The trained network, rebuilt when asked for; a blend has none. It takes the
        dict of "codes", the row of each level in its table, and "quantities",
        standardised.

    n_outputs_ : int
        The number of targets.

    n_features_in_ : int
        The number of features seen during ``fit``.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if the data had string names.

    See Also
    --------
    sklearn.preprocessing.OneHotEncoder : An axis for each level, for few levels.
    sklearn.preprocessing.TargetEncoder : One number for each level.
    sklearn.neural_network.MLPRegressor : The same on numeric features.

    Notes
    -----
    A blend is fitted in three steps. First a linear mixed model: each column has
    effects drawn from a normal distribution whose variance is estimated by restricted
    maximum likelihood, quantities are piecewise linear with their own variances, and
    crosses of columns, slopes and curves that differ by level are added where residuals
    ask for it [2]_. An effect of n rows is multiplied by about ``n / (n + penalty)``.
    Second, where a singular value of the residuals of two columns' levels stands out
    from noise, these levels get vectors whose products are added, shrunken by variances
    of their own [3]_. What crosses, curves and products bring must show in rows of
    other folds. Third, networks that read the quantities, the effects and the counts of
    a row correct the model, trained on effects that were estimated without the row's
    fold [4]_. They are believed as far as they improve predictions of rows that they
    have not seen, down to not at all [5]_; of new levels, as far as they do so for
    levels that were left out as a whole.

    Vectors are shown on their principal axes, the first rising with the effects: two
    fits can be compared by eye, and the first two columns are the best flat map. (A
    network of your own keeps its vectors as learned.) Those of a blend are in standard
    deviations of the target: the squared distance of two levels is the mean square of
    what the first two steps' prediction would change by over the training rows.

    Rows of equal inputs are grouped before training into one row with their mean
    target and total weight, which leaves the squared error as it is but for a
    constant. An epoch keeps its number of steps, one for every `batch_size`
    observations; where the grouped rows fit into one batch, every step sees them all,
    and with "auto" there are then at most 50 steps. With another loss, only rows equal
    in inputs and target are grouped.

    A weight is the precision of a row's target relative to others, as in lme4; a
    constant factor changes nothing. It is not a number of rows: `skembed.cells` is for
    grouped rows. Rows that are equal in all features and in the target are copies of
    one observation, whose weight is the sum of theirs. If neither the target nor a
    numeric feature is continuous (each has fewer values than a twentieth of the number
    of rows, or than its root), equal rows are observations of their own, provided that
    features do not identify rows: there are at least 1.5 values of the target for a
    combination of features, or each value occurs at least five times with each of its
    combinations, on average. As some may be copies even so, many are held out by twos.
    Repetitions that all rows, or all of one value of the target, share do not count.

    An epoch is one call of a TensorFlow graph on data held in memory, reshuffled row by
    row; on a GPU, if that is estimated to be faster. A process keeps the graphs of its
    last four networks. With a callback that has a method for every batch, as
    ``ModelCheckpoint`` and ``TensorBoard`` do, each step is called from Python; what
    ``ModelCheckpoint`` saves predicts the standardised target.

    A table of more than four times as many rows as a batch is not worked on as a whole:
    the optimizer steps on the vectors of the batch's levels, and all others rest, as in
    PyTorch's ``SparseAdam``. Their penalty is spread over the rows that a level occurs
    in. Adafactor, Lamb, SGD and all optimizers with weight decay, clipping, moving
    averages or accumulated gradients work on the whole table, and so do networks of
    your own, which takes longer.

    References
    ----------
    .. [1] Guo, C. & Berkhahn, F. (2016). Entity Embeddings of Categorical Variables.
       arXiv:1604.06737, section 3.
    .. [2] Henderson, C. R. (1975). Best Linear Unbiased Estimation and Prediction
       under a Selection Model. Biometrics 31.
    .. [3] Lim, Y. J. & Teh, Y. W. (2007). Variational Bayesian Approach to Movie Rating
       Prediction. Proceedings of KDD Cup and Workshop, section 3.
    .. [4] Sigrist, F. (2023). A Comparison of Machine Learning Methods for Data with
       High-Cardinality Categorical Variables. arXiv:2307.02071, and Simchoni, G. &
       Rosset, S. (2023). Integrating Random Effects in Deep Neural Networks. JMLR 24,
       on mixed models and networks.
    .. [5] Wolpert, D. H. (1992). Stacked Generalization. Neural Networks 5.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_tokens
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = EmbeddingRegressor(embedding_dim=4, random_state=0).fit(X, y)
    >>> model.embedding_.shape  # the effect, and nothing more: it is the only column
    (5, 4)
    >>> model.similarities("e").sort_values().index.tolist()
    ['e', 'd', 'c', 'b', 'a']
    >>> bool(model.score(X, y) > 0.97)
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = PARAMETERS | LOSS

    def __init__(
        self,
        embedding_dim: Any = "auto",
        hidden_units: Any = (64, 32),
        activation: Any = "relu",
        *,
        loss: Any = "squared_error",
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
        callbacks: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.embedding_dim = embedding_dim
        self.hidden_units = hidden_units
        self.activation = activation
        self.loss = loss
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
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None
    ) -> EmbeddingRegressor:
        """Learn the vectors and the function that predicts from them.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features. One-dimensional tokens are one feature. Or batches: an
            iterable of tuples ``(X, y)`` or ``(X, y, sample_weight)``, without `y`, on
            which a network is trained as by ``partial_fit``, in `epochs` passes. Those
            without rows, or of weights that are all zero, are passed by. Or the cells
            of a grouped table, see `skembed.cells`, also without `y`.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target.

        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts relative to the others, see Notes; non-negative.
            None is the same for all. Rows of weight zero are left out before levels are
            learned.

        Returns
        -------
        EmbeddingRegressor
            This estimator.

        Raises
        ------
        ColumnError
            If a feature cannot be read, or not in its role.
        TrainingError
            If training diverges at once; later on, that is a ConvergenceWarning.
        ValueError
            If `X`, `y` or `sample_weight` are malformed. An earlier fit stays usable,
            whatever was raised.
        """
        if are_batches(X, y):
            self._fit_batches(X, sample_weight)
            return self
        X, y, cells = open_cells(X, y, sample_weight)
        table, target = as_table(X), read_target(y)
        data = read_training_data(read_columns(table), target, sample_weight, cells)
        self._fit(table, data, self.loss)
        self._y_ndim = target.ndim
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the target.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, in the order of ``fit``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The shape that `y` had in ``fit``.

        Raises
        ------
        UnknownLevelError
            For unseen levels, if `handle_unknown` is "error".
        """
        columns = self._read(X)
        prediction = self._model.predict(columns, self.handle_unknown)
        return prediction if self._y_ndim > 1 else prediction[:, 0]
