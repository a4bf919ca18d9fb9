"""The one door to SciKeras: train a network on a sample, give back numpy arrays.

Importing this module imports SciKeras, Keras and TensorFlow, so only `fit` does. Keras
is one per process: a lock lets threads train in turn, and the random state and the
compiled networks are looked after here.
"""

from __future__ import annotations

import json
import random
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from scikeras.wrappers import KerasRegressor
from sklearn.preprocessing import FunctionTransformer

from skembed._encoding import Encoded
from skembed._network import (
    ResidentModel,
    build_network,
    keras_lock,
    make_optimizer,
    network_inputs,
    table_positions,
)
from skembed._predictor import Predictor
from skembed._sample import Sample
from skembed._schedule import KERAS_LOSSES, Schedule
from skembed.exceptions import TrainingError

MAX_COMPILED = 8

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
        If the loss stops being finite.
    """
    with keras_lock, _own_random_state(int(rng.integers(2**31))):
        model = _compiled_model(start, schedule)
        if start.arrays:
            model.set_weights(_padded(start.arrays, model.get_weights()))
        model.workspace.prepare(
            rng=rng,
            penalty=schedule.alpha / training.n_observations,
            unit=schedule.loss_unit,
            floor=schedule.loss_unit * float(training.within.mean()),
        )
        if schedule.learning_rate is not None:
            model.optimizer.learning_rate = schedule.learning_rate
        wrapper = _wrapper(model, schedule, validation)
        wrapper.fit(
            _packed(training.inputs),
            training.target.astype(np.float32),
            sample_weight=training.weight,
        )
        arrays = model.get_weights()
        positions = table_positions(model, len(start.architecture.table_rows))
    trained = replace(start, arrays=tuple(arrays), table_positions=positions)
    rows = start.architecture.table_rows
    tables = [table[:n] for table, n in zip(trained.tables, rows, strict=True)]
    return trained.with_tables(tables), dict(wrapper.history_)


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
    callbacks = [*schedule.callbacks, _FiniteLoss()]
    if validation is not None:
        inputs = network_inputs(validation.inputs)
        held_out = (inputs, validation.target, validation.weight)
        callbacks.append(_early_stopping(schedule))
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


class _FiniteLoss(keras.callbacks.Callback):
    """Stops with an error that teaches when the loss is no longer a number."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if not all(np.isfinite(value) for value in (logs or {}).values()):
            raise TrainingError(
                f"The loss is no longer finite after epoch {epoch + 1}: training "
                "diverged. Set a smaller learning_rate."
            )


def _compiled_model(start: Predictor, schedule: Schedule) -> ResidentModel:
    """Return a compiled model, kept from an earlier fit where there is one.

    Tracing a network takes seconds: the last few are kept, by what their graphs hold.
    """
    if start.builder is not None:
        return _compile(build_network(start.architecture, start.builder), schedule)
    architecture = start.architecture.rounded_up()
    key = (architecture, _fingerprint(schedule.optimizer), schedule.loss)
    if key not in _compiled:
        _compiled[key] = _compile(build_network(architecture, None), schedule)
    _compiled.move_to_end(key)
    while len(_compiled) > MAX_COMPILED:
        _compiled.popitem(last=False)
    return _compiled[key]


def _fingerprint(optimizer: Any) -> str:
    """Return what two optimizers have in common if they take the same steps."""
    serialized = keras.optimizers.serialize(make_optimizer(optimizer))
    serialized["config"].pop("name")  # Keras numbers the names that it makes up
    return json.dumps(serialized, sort_keys=True, default=repr)


def _compile(plain: keras.Model, schedule: Schedule) -> ResidentModel:
    model = ResidentModel(plain.input, plain.output)
    loss = schedule.loss
    keras_loss = KERAS_LOSSES.get(loss, loss) if isinstance(loss, str) else loss
    model.compile(optimizer=make_optimizer(schedule.optimizer), loss=keras_loss)
    model.build_training()
    return model


def _padded(
    start: Sequence[np.ndarray], current: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Fill the rows by which a kept model's tables are larger with zeros."""
    padded = [np.zeros_like(array) for array in current]
    for target, source in zip(padded, start, strict=True):
        target[: len(source)] = source
    return padded


@contextmanager
def _own_random_state(seed: int) -> Iterator[None]:
    """Seed what Keras draws from, and leave the caller's random state as it was."""
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002
