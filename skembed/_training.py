"""The one door to SciKeras: train a network on a sample, give back numpy arrays.

Importing this module imports SciKeras, Keras and TensorFlow, so only `fit` does. Keras
is one per process: a lock lets threads train in turn, and the random state and the
compiled networks are looked after here.
"""

from __future__ import annotations

import gc
import json
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scikeras.wrappers import KerasRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import FunctionTransformer

from skembed._architecture import Architecture, round_up
from skembed._device import Effort, Place, choose_place
from skembed._encoding import Encoded
from skembed._losses import make_loss
from skembed._network import (
    StageableEmbedding,
    build_network,
    keras_session,
    network_inputs,
    table_positions,
)
from skembed._optimizer import (
    acts_by_element,
    fingerprint,
    has_own_rate,
    make_optimizer,
)
from skembed._predictor import Predictor
from skembed._resident import ResidentModel
from skembed._sample import Sample
from skembed._schedule import Schedule
from skembed.exceptions import TrainingError

MAX_COMPILED = 4
MONITORED = ("loss", "val_loss")
N_COPIES = 10  # of weights, in a training that may diverge
ROWS_PER_STAGED = 4  # of a table, for each row of a batch, from which a stage pays

_compiled: OrderedDict[tuple[Any, ...], ResidentModel] = OrderedDict()


def train(
    start: Predictor,
    schedule: Schedule,
    training: Sample,
    validation: Sample | None,
    rng: np.random.Generator,
) -> tuple[Predictor, dict[str, list[float]]]:
    """Train a network through SciKeras.

    Parameters
    ----------
    start : Predictor
        The network and the weights to start from.
    schedule : Schedule
        How to train it.
    training, validation : Sample
        With standardised targets; `validation` may be None.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    trained : Predictor
        The same network with the weights it has learned.
    history : dict of list of float
        Losses by epoch, in multiples of `Schedule.loss_unit`.

    Raises
    ------
    TrainingError
        If no weights were good before the loss stopped being finite. If some were, they
        are kept, and a ConvergenceWarning says so.
    """
    with keras_session(int(rng.integers(2**31))):
        result = _train(start, schedule, training, validation, rng)
        _forget_models(start)
        return result


def _train(
    start: Predictor,
    schedule: Schedule,
    training: Sample,
    validation: Sample | None,
    rng: np.random.Generator,
) -> tuple[Predictor, dict[str, list[float]]]:
    optimizer = make_optimizer(schedule.optimizer)
    n_targets = training.target.shape[1]
    with _model_for(start, schedule, optimizer, n_targets) as model:
        if start.arrays:
            model.set_weights(_padded(start.arrays, model.get_weights()))
        model.workspace.prepare(
            training.inputs.codes,
            rng=rng,
            penalty=schedule.alpha / training.n_observations,
            unit=schedule.loss_unit,
            floor=schedule.loss_unit * float(training.within.mean()),
        )
        _set_learning_rate(model, optimizer, schedule.learning_rate)
        history = _run(model, schedule, training, validation)
        return _learned(start, model), history


def _run(
    model: ResidentModel,
    schedule: Schedule,
    training: Sample,
    validation: Sample | None,
) -> dict[str, list[float]]:
    """Hand the samples and the model to SciKeras, which has the model train."""
    wrapper = _wrapper(model, schedule, validation)
    wrapper.fit(
        _packed(training.inputs),
        training.target.astype(np.float32),
        sample_weight=training.weight,
    )
    return _finite(wrapper.history_)


def _monitored(told: Mapping[str, Any]) -> list[Any]:
    """Return the losses that are to be finite, the one that decides last."""
    return [told[name] for name in MONITORED if name in told]


def _finite(history: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return the epochs before the loss was no longer a number."""
    losses = _monitored(history)
    n_epochs = int(np.isfinite(losses).all(axis=0).cumprod().sum())
    return {name: values[:n_epochs] for name, values in history.items()}


def _learned(start: Predictor, model: ResidentModel) -> Predictor:
    """Copy the weights out of a model whose tables may be longer."""
    rows = start.architecture.table_rows
    positions = table_positions(model, len(rows))
    arrays = tuple(model.get_weights())
    trained = replace(start, arrays=arrays, table_positions=positions)
    tables = [table[:n] for table, n in zip(trained.tables, rows, strict=True)]
    return trained.with_tables(tables)


class _Wrapper(KerasRegressor):
    """SciKeras's regressor for one packed matrix that holds codes and quantities."""

    @property
    def feature_encoder(self) -> FunctionTransformer:
        # a global set_output must not reach in here
        return FunctionTransformer(self._unpack).set_output(transform="default")

    def _unpack(self, packed: np.ndarray) -> dict[str, np.ndarray]:
        inputs = self.model_.input
        n_codes = inputs["codes"].shape[1] if "codes" in inputs else 0
        return network_inputs(Encoded(packed[:, :n_codes], packed[:, n_codes:]))


def _packed(inputs: Encoded) -> np.ndarray:
    """Join codes and quantities: SciKeras takes one matrix of one dtype."""
    return np.hstack([inputs.codes.astype(np.float64), inputs.quantities])


def _wrapper(
    model: ResidentModel, schedule: Schedule, validation: Sample | None
) -> _Wrapper:
    held_out = None
    callbacks = list(schedule.callbacks)
    if schedule.is_annealed and has_own_rate(model.optimizer):
        callbacks.append(_Annealing())
    if validation is not None:
        inputs = network_inputs(validation.inputs)
        held_out = (inputs, validation.target, validation.weight)
        callbacks.append(_early_stopping(schedule))
    callbacks.append(_Divergence(is_restored=validation is not None))
    return _Wrapper(
        model=lambda: model,
        epochs=schedule.epochs,
        batch_size=schedule.batch_size,
        verbose=schedule.verbose,
        callbacks=callbacks,
        fit__steps_per_epoch=schedule.steps_per_epoch,
        fit__validation_data=held_out,
    )


def _early_stopping(schedule: Schedule) -> keras.callbacks.EarlyStopping:
    return keras.callbacks.EarlyStopping(
        monitor="val_loss",
        min_delta=schedule.tol,
        patience=schedule.patience,
        mode="min",
        restore_best_weights=True,
    )


class _Annealing(keras.callbacks.Callback):
    """Sets the rate of every epoch: a warm one, then along a falling cosine."""

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._full = float(self.model.optimizer.learning_rate)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        phase = np.pi * (epoch + 0.5) / self.params["epochs"]
        warmth = 0.5 if epoch == 0 else 1.0
        rate = self._full * warmth * (1 + np.cos(phase)) / 2
        self.model.optimizer.learning_rate = rate


class _Divergence(keras.callbacks.Callback):
    """Ends a training that diverges, with the best of the weights that were copied.

    They are copied up to ten times, at even steps, the first epoch's among them.

    Parameters
    ----------
    is_restored : bool
        Whether early stopping, which comes before, has put its best weights back.
    """

    def __init__(self, is_restored: bool) -> None:
        super().__init__()
        self._is_restored = is_restored

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._best: list[np.ndarray] = []
        self._least = np.inf
        self._every = -(-self.params["epochs"] // N_COPIES)
        self._n_epochs = 0
        self._has_diverged = False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._n_epochs = epoch + 1
        losses = _monitored(logs or {})
        if not np.isfinite(losses).all():
            self._has_diverged = True
            self.model.stop_training = True
        elif epoch % self._every == 0 and losses[-1] < self._least:
            weights = self.model.get_weights()
            if _are_finite(weights):
                self._best, self._least = weights, losses[-1]

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        are_good = _are_finite(self.model.get_weights())
        if are_good and not self._has_diverged:
            return
        what = "The loss is" if self._has_diverged else "Weights are"
        diverged = f"{what} no longer finite after epoch {self._n_epochs}: training"
        if not (are_good and self._is_restored):
            if not self._best:
                raise TrainingError(
                    f"{diverged} diverged. Set a smaller learning_rate."
                )
            self.model.set_weights(self._best)
        kept = "the best weights of those before are kept. Set a smaller learning_rate."
        warnings.warn(f"{diverged} diverged, {kept}", ConvergenceWarning)


def _are_finite(arrays: Sequence[np.ndarray]) -> bool:
    return all(np.isfinite(array).all() for array in arrays)


@contextmanager
def _model_for(
    start: Predictor,
    schedule: Schedule,
    optimizer: keras.optimizers.Optimizer,
    n_targets: int,
) -> Iterator[ResidentModel]:
    """Lend a compiled model, kept from an earlier fit where there is one.

    Tracing a network takes seconds: the last few are kept, by what their graphs hold.
    While it is lent a model is not there for a fit inside of this one, and after that
    no callback holds it.
    """
    builder = start.builder
    sizes = start.architecture if builder else start.architecture.rounded_up()
    is_staged = builder is None and acts_by_element(optimizer)
    stage_rows = _stage_rows(sizes, schedule.batch_size) if is_staged else ()
    place = _place(sizes, schedule, can_fuse=builder is None and not any(stage_rows))
    key = (sizes, stage_rows, place, fingerprint(optimizer), _loss_key(schedule.loss))
    model = None if builder else _compiled.pop(key, None)
    with tf.device(place.device):
        if model is None:
            plain = build_network(sizes, builder, StageableEmbedding)
            model = _compile(plain, optimizer, schedule.loss)
            model.build_training(stage_rows, n_targets, is_fused=place.is_fused)
        try:
            yield model
        finally:
            for callback in schedule.callbacks:
                callback._model = None
            if builder is None:
                _compiled[key] = model


def _forget_models(start: Predictor) -> None:
    """Free the model that was used longest ago, or one that will not come again."""
    is_full = len(_compiled) > MAX_COMPILED
    if is_full:
        _compiled.popitem(last=False)
    if is_full or start.builder is not None:
        gc.collect()  # graphs are large, and full of cycles


def _place(sizes: Architecture, schedule: Schedule, can_fuse: bool) -> Place:
    n_steps = schedule.epochs * schedule.steps_per_epoch
    return choose_place(Effort(sizes, schedule.batch_size, n_steps), can_fuse)


def _stage_rows(sizes: Architecture, batch_size: int) -> tuple[int, ...]:
    """Decide which tables get a stage, and how many rows it has; 0 is none."""
    n_rows = round_up(batch_size)
    return tuple(
        n_rows if rows > ROWS_PER_STAGED * n_rows else 0 for rows in sizes.table_rows
    )


def _loss_key(loss: Any) -> Any:
    """Return what two losses have in common if they can share a graph."""
    if type(loss).__module__.startswith("keras."):
        return json.dumps(keras.losses.serialize(loss), sort_keys=True, default=repr)
    return loss  # a loss of the user's need not say all that it does


def _set_learning_rate(
    model: ResidentModel,
    optimizer: keras.optimizers.Optimizer,
    learning_rate: float | None,
) -> None:
    if has_own_rate(optimizer):
        model.optimizer.learning_rate = learning_rate or float(optimizer.learning_rate)
    elif learning_rate is not None:
        raise ValueError(
            "The optimizer's learning rate follows a schedule of its own, which "
            f"learning_rate={learning_rate} cannot replace: set one of both."
        )


def _compile(
    plain: keras.Model, optimizer: keras.optimizers.Optimizer, loss: Any
) -> ResidentModel:
    model = ResidentModel(plain.input, plain.output)
    model.compile(optimizer=optimizer, loss=make_loss(loss))
    return model


def _padded(
    start: Sequence[np.ndarray], current: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Fill the rows by which a kept model's tables are larger with zeros."""
    padded = [np.zeros_like(array) for array in current]
    for target, source in zip(padded, start, strict=True):
        target[: len(source)] = source
    return padded
