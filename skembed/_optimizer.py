"""Keras optimizers: made anew, told apart, and known for what they need."""

from __future__ import annotations

import json
from typing import Any

import keras

NAME = "optimizer"
# an element's step depends on its own gradients, not on how large they are
BY_ELEMENT = (
    keras.optimizers.Adadelta,
    keras.optimizers.Adagrad,
    keras.optimizers.Adam,
    keras.optimizers.Adamax,
    keras.optimizers.Ftrl,
    keras.optimizers.Lion,
    keras.optimizers.Nadam,
    keras.optimizers.RMSprop,
)
WHOLE_TABLE_OPTIONS = (
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "gradient_accumulation_steps",
    "use_ema",
    "weight_decay",
)


def make_optimizer(optimizer: Any) -> keras.optimizers.Optimizer:
    """Return a fresh optimizer of a name or a configuration, or like another one.

    All of them have one name: TensorFlow keeps something for ever of each name that a
    variable has, and Keras would number them.
    """
    if isinstance(optimizer, str):
        optimizer = {"class_name": optimizer, "config": {}}
    if isinstance(optimizer, dict):
        config = {**optimizer["config"], "name": NAME}
        return keras.optimizers.get({**optimizer, "config": config})
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise TypeError(
            "optimizer is to be a name or a keras.optimizers.Optimizer, but it is of "
            f"type {type(optimizer).__name__}."
        )
    return type(optimizer).from_config({**optimizer.get_config(), "name": NAME})


def fingerprint(optimizer: keras.optimizers.Optimizer) -> tuple[Any, ...]:
    """Return what two optimizers have in common if they can share a graph."""
    serialized = keras.optimizers.serialize(optimizer)
    serialized["config"].pop("name")
    if has_own_rate(optimizer):
        serialized["config"].pop("learning_rate")  # a variable, set for every fit
    # classes of one name differ: a class that was defined again, say
    inner = type(getattr(optimizer, "inner_optimizer", None))
    return type(optimizer), inner, json.dumps(serialized, sort_keys=True, default=repr)


def has_own_rate(optimizer: keras.optimizers.Optimizer) -> bool:
    """Say whether the learning rate is a number, rather than follows a schedule."""
    return isinstance(optimizer.get_config().get("learning_rate"), float)


def acts_by_element(optimizer: keras.optimizers.Optimizer) -> bool:
    """Say whether an optimizer can work on some rows of a table at a time.

    An element's step is to depend on that element's gradients alone. Nor may it grow
    with them: a level that batches rarely hold gets its whole penalty at once.
    """
    config = optimizer.get_config()
    return type(optimizer) in BY_ELEMENT and not any(
        config.get(option) for option in WHOLE_TABLE_OPTIONS
    )
