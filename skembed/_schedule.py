"""How to train, as opposed to what: names, numbers and the steps of an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skembed._sample import Sample
from skembed._target import TargetScale

KERAS_LOSSES = {
    "squared_error": "mean_squared_error",
    "absolute_error": "mean_absolute_error",
    "huber": "huber",
    "log_cosh": "log_cosh",
}
OPTIMIZERS = (
    "adadelta",
    "adafactor",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "ftrl",
    "lion",
    "nadam",
    "rmsprop",
    "sgd",
)
STEPS_PER_EPOCH = 50
AUTO_BATCH = (16, 1024)
MAX_FULL_STEPS = 1000


@dataclass(frozen=True, eq=False)
class Schedule:
    """How to train, as opposed to what.

    Attributes
    ----------
    optimizer : str, dict or keras.optimizers.Optimizer
        A name, a serialized configuration, or an optimizer whose configuration is used.
    learning_rate : float or None
        None keeps the optimizer's own.
    loss : str or keras.losses.Loss or callable
        A key of `KERAS_LOSSES`, or Keras's.
    loss_unit : float
        The loss of one standard unit, in units of the target.
    alpha : float
        Multiplies the sum of squared kernels and embeddings, which is divided by the
        number of observations and added to the mean loss.
    epochs : int
        Passes over the observations.
    batch_size : int
        Rows in each step.
    steps_per_epoch : int
        Steps in each epoch.
    patience : int
        With a validation sample, epochs without an improvement of its loss by `tol`
        after which training stops.
    tol : float
        In units of the reported loss.
    callbacks : sequence of keras.callbacks.Callback
        The user's own.
    verbose : int
        As in ``keras.Model.fit``.
    is_annealed : bool
        Whether the learning rate warms up for an epoch and then falls to zero along a
        cosine.
    """

    optimizer: Any
    learning_rate: float | None
    loss: Any
    loss_unit: float
    alpha: float
    epochs: int
    batch_size: int
    steps_per_epoch: int
    patience: int
    tol: float
    callbacks: Sequence[Any]
    verbose: int
    is_annealed: bool = False


def make_schedule(
    training: Sample,
    scale: TargetScale,
    params: Mapping[str, Any],
    n_observations: float | None = None,
) -> Schedule:
    """Turn the estimator's parameters into a schedule for one sample.

    Parameters
    ----------
    training : Sample
        What is to be trained on.
    scale : TargetScale
        What the losses are reported in.
    params : mapping
        The estimator's parameters.
    n_observations : float or None
        How many there are in all, if the sample is a part of them.

    Returns
    -------
    Schedule
        For `skembed._training.train`.
    """
    whole = n_observations or training.n_observations
    batch_size, steps = _batches(training, params["batch_size"], whole)
    unit = loss_unit(scale, params["loss"])
    return Schedule(
        optimizer=params["optimizer"],
        learning_rate=params["learning_rate"],
        loss=params["loss"],
        loss_unit=unit,
        alpha=params["alpha"],
        epochs=params["epochs"],
        batch_size=batch_size,
        steps_per_epoch=steps,
        patience=params["n_iter_no_change"],
        tol=params["tol"] * unit,
        callbacks=_as_list(params["callbacks"]),
        verbose=int(params["verbose"]),
    )


def _batches(training: Sample, batch_size: Any, whole: float) -> tuple[int, int]:
    """Decide how many rows a step sees, and how many steps make an epoch.

    An epoch has a step for every `batch_size` observations, as if cells were not
    grouped, but no more than `MAX_FULL_STEPS` if each would see every row. With "auto"
    it has no more than cells need.
    """
    n_rows, n_observations = len(training.inputs), training.n_observations
    if batch_size != "auto":
        steps = int(np.ceil(n_observations / batch_size))
        if batch_size >= n_rows:
            return n_rows, min(steps, MAX_FULL_STEPS)
        return batch_size, steps
    size = int(np.clip(whole / STEPS_PER_EPOCH, *AUTO_BATCH))
    steps = int(np.ceil(n_observations / size))
    # few cells of many observations do not need as many steps as these would
    enough = max(STEPS_PER_EPOCH, int(np.ceil(n_rows / size)))
    return min(size, n_rows), min(steps, enough)


def loss_unit(scale: TargetScale, loss: Any) -> float:
    """Return what a loss of 1 in standard units is in units of a single target."""
    if len(scale.scale) > 1 or not isinstance(loss, str):
        return 1.0
    powers = {"squared_error": 2, "absolute_error": 1}
    return float(scale.scale[0] ** powers.get(loss, 0))


def check_instances(params: Mapping[str, Any]) -> None:
    """Raise if a class, or a function, was passed where an instance is wanted."""
    for name in ("optimizer", "loss", "callbacks"):
        for entry in _as_list(params[name]):
            if isinstance(entry, type):
                raise TypeError(
                    f"{name} holds the class {entry.__name__}: pass an instance, "
                    f"{entry.__name__}()."
                )
    for callback in _as_list(params["callbacks"]):
        if not hasattr(callback, "on_epoch_end"):
            raise TypeError(
                f"callbacks holds {callback!r}, which is no callback of Keras: to call "
                "a function after every epoch, pass "
                "keras.callbacks.LambdaCallback(on_epoch_end=function)."
            )


def _as_list(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
