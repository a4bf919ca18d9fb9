"""Learning from batches: what estimators do where a table does not come as a whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from sklearn.utils.metaestimators import available_if

from skembed._columns import as_table, read_columns
from skembed._estimator import EmbeddingEstimator
from skembed._model import Network
from skembed._progress import EpochProgress
from skembed._sklearn import check_features, features_seen, fit_context
from skembed._target import read_target
from skembed._training_data import read_training_data

if TYPE_CHECKING:
    from skembed._streaming import Learned, Stream

TABLE_HAS = ("shape", "columns", "__array__", "__dataframe__", "__arrow_c_stream__")
FEATURES = ("n_features_in_", "feature_names_in_")


def are_batches(X: Any, y: Any) -> bool:
    """Say whether ``fit`` was given batches in place of a table and a target."""
    if y is not None or isinstance(X, str) or not isinstance(X, Iterable):
        return False
    return not any(hasattr(X, name) for name in TABLE_HAS)


def _learns_from_batches(estimator: Any) -> bool:
    """Raise an error if a parameter asks for what takes all rows."""
    from skembed._streaming import check_can_stream

    check_can_stream(estimator.get_params(deep=False))
    return True


class BatchMixin(EmbeddingEstimator):
    """An estimator that also learns from batches, by a network."""

    _stream: Stream | None = None
    epochs: Any
    loss: Any
    verbose: int

    @available_if(_learns_from_batches)
    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train a network on a batch, going on from what was learned before.

        The first batch decides on the roles of columns, on the scales of quantities and
        of the target, and on lengths of vectors that are "auto". Levels that come later
        get vectors of their own, which start from the average one. The penalty `alpha`
        is weighed against all rows so far. A network forgets old rows over new ones:
        batches are best mixed, not sorted.

        Each row is trained on once, and `epochs` is not used; callbacks see a training
        of one epoch. A blend takes all rows at once: with ``model="auto"`` this is a
        network, which starts anew where the earlier fit is a blend. A quantity has a
        flag for missing values if the first batch has some.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features), or (n_samples,)
            The features, always the same ones in the same order.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target.

        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights, relative to those of all batches; None is a weight of
            one.

        Returns
        -------
        estimator
            This one. Pickled or saved, it can go on later, to the same bits.

        Raises
        ------
        ColumnError
            If a feature cannot be read, or not in its role.
        AttributeError
            If a parameter asks for what takes all rows: a blend, early stopping, or the
            pooling of rare levels.
        ValueError
            If the batch is malformed, or if what a network is built from has changed.
            What was learned before stays, whatever was raised.

        Warns
        -----
        UserWarning
            If the earlier fit is a blend; if the target or a quantity has one value
            only in the first batch.

        Examples
        --------
        >>> from skembed import EmbeddingRegressor
        >>> from skembed.datasets import make_effects
        >>> X, y = make_effects(3_000, n_levels=(20,), random_state=0)
        >>> model = EmbeddingRegressor(random_state=0)
        >>> for start in (0, 1_000, 2_000):
        ...     rows = slice(start, start + 1_000)
        ...     model = model.partial_fit(X[rows], y[rows])
        >>> model.n_iter_, int(model.category_counts_["a"].sum())
        (3, 3000)
        """
        is_blend = hasattr(self, "_model") and not isinstance(self._model.core, Network)
        if is_blend:
            warnings.warn(
                "partial_fit starts anew: the earlier fit is a blend, of all of its "
                "rows at once. Set model='network' for both to go on from it.",
                stacklevel=2,
            )
        learner = _Learner(self, is_continued=not is_blend)
        loss = learner.learn(X, y, sample_weight)
        self._keep_learned(learner, [loss])
        return self

    def __getattr__(self, name: str) -> Any:
        """Say why there is no `partial_fit`."""
        if name == "partial_fit":
            try:
                _learns_from_batches(self)
            except ValueError as error:
                raise AttributeError(f"There is no partial_fit: {error}") from error
        return super().__getattr__(name)

    def _fit_batches(self, batches: Iterable[Any], sample_weight: Any) -> None:
        """Pass over batches as often as `epochs` says."""
        from skembed._network_fitting import n_epochs

        if sample_weight is not None:
            raise ValueError(
                "Weights of batches are their third part, (X, y, sample_weight): the "
                "sample_weight of fit is for a table that comes as a whole."
            )
        _learns_from_batches(self)
        # passes are shown, not batches
        learner = _Learner(self, is_continued=self.warm_start, verbose=0)
        epochs = n_epochs(learner.params)
        if epochs > 1 and iter(batches) is batches:
            raise ValueError(
                f"epochs={self.epochs} passes over the batches {epochs} times, but an "
                "iterator is used up after one: pass a list of them, or an object that "
                "starts anew, such as skembed.batches.ParquetBatches, or set epochs=1."
            )
        curve = []
        for epoch in range(epochs):
            progress = EpochProgress(epoch, epochs, self.verbose)
            is_counted = epoch == 0 and not learner.is_continued
            for number, batch in enumerate(batches, start=1):
                with _named(f"In batch {number} of pass {epoch + 1}."):
                    X, y, weight = _parts_of(batch)
                    if _counts(y, weight):
                        loss = learner.learn(X, y, weight, is_counted=is_counted)
                        progress.add(loss, len(y))
            if not progress.losses:
                raise ValueError(
                    f"There are no batches with rows in pass {epoch + 1}: pass a list "
                    "of them, or an object that starts anew for each pass."
                )
            curve.append(progress.end())
        self._keep_learned(learner, curve)

    def _keep_learned(self, learner: _Learner, losses: list[float]) -> None:
        """Keep what was learned of batches, of which there was one at least."""
        learned = cast("Learned", learner.learned)
        history = {"loss": [*learner.earlier_losses, *losses]}
        self._keep(replace(learned.model, history=history), learner.features)
        self._stream = learned.stream
        self._y_ndim = learner.y_ndim
        self._loss = self.loss if isinstance(self.loss, str) else None


class _Learner:
    """What is learned from batches, until an estimator keeps it.

    Parameters
    ----------
    estimator : BatchMixin
        Whose parameters count.
    is_continued : bool
        Whether to go on from what the estimator has learned, if it has.
    **changed : object
        Parameters to use in place of the estimator's.
    """

    def __init__(
        self, estimator: BatchMixin, is_continued: bool, **changed: Any
    ) -> None:
        from skembed._streaming import learned_before

        self.params = estimator.get_params(deep=False) | changed
        self._carrier = copy(estimator)
        self.learned: Learned | None = None
        self.earlier_losses: list[float] = []
        self.is_continued = is_continued and hasattr(estimator, "_model")
        seed = estimator._draw_seed()
        if self.is_continued:
            self.learned = learned_before(estimator._model, estimator._stream)
            self.earlier_losses = estimator._model.history["loss"]
            seed = np.append(seed, self.learned.stream.n_batches)
        self._rng = np.random.default_rng(seed)
        self.y_ndim = 1

    @property
    def features(self) -> dict[str, Any]:
        """What the table's columns are called and how many there are."""
        state = vars(self._carrier)
        return {name: state[name] for name in FEATURES if name in state}

    def learn(
        self, X: Any, y: Any, sample_weight: Any, *, is_counted: bool = True
    ) -> float:
        """Train on a batch; return its loss."""
        from skembed._streaming import learn_batch

        table, target = as_table(X), read_target(y)
        if self.learned is None:
            state: dict[str, Any] = self._carrier.__dict__
            for name in FEATURES:
                state.pop(name, None)
            state.update(features_seen(table))
        check_features(self._carrier, table)
        columns = read_columns(table)
        data = read_training_data(columns, target, sample_weight)
        self.learned = learn_batch(
            data, self.params, self._rng, self.learned, is_counted=is_counted
        )
        self.y_ndim = target.ndim
        return self.learned.model.history["loss"][-1]


def _parts_of(batch: Any) -> tuple[Any, Any, Any]:
    """Return features, target and weights."""
    is_pair = isinstance(batch, tuple) and len(batch) in (2, 3)
    if not is_pair:
        raise ValueError(
            "fit was given no y, and what it was given is no series of batches, each a "
            "tuple (X, y) or (X, y, sample_weight): it holds an object of type "
            f"{type(batch).__name__}. Pass y, or such batches."
        )
    X, y, *weights = batch
    return X, y, weights[0] if weights else None


def _counts(y: Any, sample_weight: Any) -> bool:
    """Say whether a batch has rows, and of weights that are not zero."""
    has_weight = sample_weight is None or bool(np.any(sample_weight))
    return np.size(y) > 0 and has_weight


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Add to an error where it was raised."""
    try:
        yield
    except Exception as error:
        error.add_note(place)
        raise
