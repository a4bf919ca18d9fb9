"""The one door to SciKeras: train a network on a sample, give back numpy arrays.

Importing this module imports SciKeras, Keras and TensorFlow, so only `fit` does. Keras
is one per process: a lock lets threads train in turn, and the random state and the
compiled networks are looked after here.
"""

from __future__ import annotations

import gc
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scikeras.wrappers import KerasRegressor
from sklearn.preprocessing import FunctionTransformer

from skembed._architecture import Architecture, power_of_two, round_up
from skembed._callbacks import Annealing, Divergence, early_stopping, monitored
from skembed._device import CPU, Effort, Place, choose_place
from skembed._encoding import Encoded
from skembed._losses import make_loss
from skembed._memory import Memory, Past
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
from skembed._recall import go_on, remembered
from skembed._resident import ResidentModel
from skembed._sample import Sample
from skembed._schedule import Schedule

MAX_COMPILED = 4
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
        trained, history, _ = _train(start, schedule, training, validation, rng, None)
        _forget_models(start)
        return trained, history


def train_on(
    start: Predictor,
    schedule: Schedule,
    training: Sample,
    past: Past,
    rng: np.random.Generator,
) -> tuple[Predictor, dict[str, list[float]], Memory]:
    """Go on training a network on other rows, see `train`.

    Parameters
    ----------
    start, schedule, training, rng
        As for `train`.
    past : Past
        What was trained on, these rows among it, and what the optimizer remembers.

    Returns
    -------
    trained, history
        As of `train`.
    memory : Memory
        What the optimizer remembers now.
    """
    with keras_session(int(rng.integers(2**31))):
        trained, history, memory = _train(start, schedule, training, None, rng, past)
        _forget_models(start)
    assert memory is not None  # of a past there is one
    return trained, history, memory


def _train(
    start: Predictor,
    schedule: Schedule,
    training: Sample,
    validation: Sample | None,
    rng: np.random.Generator,
    past: Past | None,
) -> tuple[Predictor, dict[str, list[float]], Memory | None]:
    n_observations = past.n_observations if past else training.n_observations
    with tf.device(CPU):  # only to be looked at
        optimizer = make_optimizer(schedule.optimizer)
    n_targets = training.target.shape[1]
    rule = round_up if past is None else power_of_two
    with _model_for(start, schedule, optimizer, n_targets, rule) as model:
        if start.builder is None:
            model.start_from(start.arrays)
        elif start.arrays:
            model.set_weights(start.arrays)
        model.workspace.prepare(
            training.inputs.codes,
            rng=rng,
            penalty=schedule.alpha / n_observations,
            unit=schedule.loss_unit,
            floor=schedule.loss_unit * float(training.within.mean()),
            importance=1.0 if past is None else past.importance,
        )
        if past is not None:
            go_on(model.workspace, past)
        _set_learning_rate(model, optimizer, schedule.learning_rate)
        history = _run(model, schedule, training, validation)
        memory = None
        if past is not None:
            memory = remembered(model.workspace, start.architecture.table_rows)
        return _learned(start, model), history, memory


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


def _finite(history: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return the epochs before the loss was no longer a number."""
    losses = monitored(history)
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
    if not inputs.codes.shape[1]:
        return inputs.quantities
    return np.hstack([inputs.codes.astype(np.float64), inputs.quantities])


def _wrapper(
    model: ResidentModel, schedule: Schedule, validation: Sample | None
) -> _Wrapper:
    held_out = None
    callbacks = list(schedule.callbacks)
    if schedule.is_annealed and has_own_rate(model.optimizer):
        callbacks.append(Annealing())
    if validation is not None:
        inputs = network_inputs(validation.inputs)
        held_out = (inputs, validation.target, validation.weight)
        callbacks.append(early_stopping(schedule))
    callbacks.append(Divergence(is_restored=validation is not None))
    return _Wrapper(
        model=lambda: model,
        epochs=schedule.epochs,
        batch_size=schedule.batch_size,
        verbose=schedule.verbose,
        callbacks=callbacks,
        fit__steps_per_epoch=schedule.steps_per_epoch,
        fit__validation_data=held_out,
    )


@contextmanager
def _model_for(
    start: Predictor,
    schedule: Schedule,
    optimizer: keras.optimizers.Optimizer,
    n_targets: int,
    rule: Callable[[int], int],
) -> Iterator[ResidentModel]:
    """Lend a compiled model, kept from an earlier fit where there is one.

    Tracing a network takes seconds: the last few are kept, by what their graphs hold.
    While it is lent a model is not there for a fit inside of this one, and after that
    no callback holds it.
    """
    builder = start.builder
    sizes = start.architecture if builder else start.architecture.rounded_up(rule)
    is_staged = builder is None and acts_by_element(optimizer)
    n_rows = rule(schedule.batch_size)
    stage_rows = _stage_rows(sizes, n_rows) if is_staged else ()
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


def _stage_rows(sizes: Architecture, n_rows: int) -> tuple[int, ...]:
    """Decide which tables get a stage of so many rows; 0 is none."""
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
    # anew: its variables are to be where the network trains
    model.compile(optimizer=make_optimizer(optimizer), loss=make_loss(loss))
    return model
