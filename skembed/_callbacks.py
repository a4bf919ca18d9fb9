"""Callbacks of a training: what changes its rate, ends it, and keeps its best weights.

Importing this module imports Keras.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skembed._schedule import Schedule
from skembed.exceptions import TrainingError

MONITORED = ("loss", "val_loss")
N_COPIES = 10  # of weights, in a training that may diverge


def monitored(told: Mapping[str, Any]) -> list[Any]:
    """Return the losses that are to be finite, the one that decides last."""
    return [told[name] for name in MONITORED if name in told]


def early_stopping(schedule: Schedule) -> keras.callbacks.EarlyStopping:
    """Return what ends a training, and puts the best weights back."""
    return keras.callbacks.EarlyStopping(
        monitor="val_loss",
        min_delta=schedule.tol,
        patience=schedule.patience,
        mode="min",
        restore_best_weights=True,
    )


class Annealing(keras.callbacks.Callback):
    """Sets the rate of every epoch: a warm one, then along a falling cosine."""

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._full = float(self.model.optimizer.learning_rate)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        phase = np.pi * (epoch + 0.5) / self.params["epochs"]
        warmth = 0.5 if epoch == 0 else 1.0
        rate = self._full * warmth * (1 + np.cos(phase)) / 2
        self.model.optimizer.learning_rate = rate


class Divergence(keras.callbacks.Callback):
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
        losses = monitored(logs or {})
        if not np.isfinite(losses).all():
            self._has_diverged = True
            self.model.stop_training = True
            return
        is_due = epoch % self._every == 0 and losses[-1] < self._least
        if is_due and _has_finite_weights(self.model):
            self._best.clear()  # before there are others: tables can be large
            self._best.extend(self.model.get_weights())
            self._least = losses[-1]

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        are_good = _has_finite_weights(self.model)
        best, self._best = self._best, []
        if are_good and not self._has_diverged:
            return
        what = "The loss is" if self._has_diverged else "Weights are"
        diverged = f"{what} no longer finite after epoch {self._n_epochs}: training"
        if not (are_good and self._is_restored):
            if not best:
                raise TrainingError(
                    f"{diverged} diverged. Set a smaller learning_rate."
                )
            self.model.set_weights(best)
        kept = "the best weights of those before are kept. Set a smaller learning_rate."
        warnings.warn(f"{diverged} diverged, {kept}", ConvergenceWarning)


def _has_finite_weights(model: keras.Model) -> bool:
    return all(bool(keras.ops.all(keras.ops.isfinite(v))) for v in model.weights)
