"""Losses that networks are trained by: Keras's, and one of corrections."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from skembed._schedule import KERAS_LOSSES


def make_loss(loss: Any) -> Any:
    """Return a loss that Keras compiles, by its name or as it is."""
    if not isinstance(loss, str):
        return loss
    if loss == "cross_entropy_of_correction":
        return cross_entropy_of_correction
    if loss == "cross_entropy":
        return keras.losses.CategoricalCrossentropy(from_logits=True)
    if loss == "binary_cross_entropy":
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return KERAS_LOSSES[loss]


def cross_entropy_of_correction(target: Any, correction: Any) -> Any:
    """Return what a correction of log-odds costs, for each row.

    Parameters
    ----------
    target : tensor of shape (n_rows, 2)
        The outcome, from 0 to 1, and the log-odds to correct.
    correction : tensor of shape (n_rows, 1)
        What is added to them.

    Returns
    -------
    tensor of shape (n_rows,)
        Cross-entropies.
    """
    outcome, known = target[:, 0], target[:, 1]
    log_odds = known + correction[:, 0]
    return ops.softplus(log_odds) - outcome * log_odds
