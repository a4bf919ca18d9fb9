"""Keras optimizers: made anew, told apart, and known for what they need."""

from __future__ import annotations

import json
from typing import Any

import keras

BY_ELEMENT = (
    keras.optimizers.Adadelta,
    keras.optimizers.Adagrad,
    keras.optimizers.Adam,
    keras.optimizers.Adamax,
    keras.optimizers.Ftrl,
    keras.optimizers.Lion,
    keras.optimizers.Nadam,
    keras.optimizers.RMSprop,
    keras.optimizers.SGD,
)
WHOLE_TABLE_OPTIONS = (
    "clipnorm",
    "gradient_accumulation_steps",
    "use_ema",
    "weight_decay",
)


def make_optimizer(optimizer: Any) -> keras.optimizers.Optimizer:
    """Return a fresh optimizer of a name or like a Keras optimizer."""
    if isinstance(optimizer, str):
        return keras.optimizers.get(optimizer)
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise TypeError(
            "optimizer is to be a name or a keras.optimizers.Optimizer, but it is of "
            f"type {type(optimizer).__name__}."
        )
    return type(optimizer).from_config(optimizer.get_config())


def fingerprint(optimizer: keras.optimizers.Optimizer) -> str:
    """Return what two optimizers have in common if they can share a graph."""
    serialized = keras.optimizers.serialize(optimizer)
    serialized["config"].pop("name")  # Keras numbers the names that it makes up
    if has_own_rate(optimizer):
        serialized["config"].pop("learning_rate")  # a variable, set for every fit
    return json.dumps(serialized, sort_keys=True, default=repr)


def has_own_rate(optimizer: keras.optimizers.Optimizer) -> bool:
    """Say whether the learning rate is a number, rather than follows a schedule."""
    return isinstance(optimizer.get_config().get("learning_rate"), float)


def acts_by_element(optimizer: keras.optimizers.Optimizer) -> bool:
    """Say whether an element's step depends on that element's gradients alone."""
    config = optimizer.get_config()
    return type(optimizer) in BY_ELEMENT and not any(
        config.get(option) for option in WHOLE_TABLE_OPTIONS
    )
