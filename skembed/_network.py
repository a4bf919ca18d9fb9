"""The network in Keras: its layers, its inputs, and Keras for one thread at a time.

Importing this module imports Keras and TensorFlow, so nothing imports it before the
first ``fit``.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf

from skembed._architecture import Architecture
from skembed._encoding import Encoded
from skembed._predictor import Builder, Predictor
from skembed._target import TargetScale
from skembed._tensorflow import without_noise
from skembed._threads import heed_thread_limit

if keras.config.backend() != "tensorflow":
    raise ImportError(
        "skembed trains networks by TensorFlow, and Keras was imported with another "
        f"backend, {keras.config.backend()!r}: set the environment variable "
        "KERAS_BACKEND=tensorflow before the first import of keras."
    )

_lock = threading.RLock()
_rebuilt: WeakKeyDictionary[Predictor, keras.Model] = WeakKeyDictionary()


class Stage(Protocol):
    """Where a training step finds the vectors of a long table, see `_stage`."""

    def lookup(self, codes: tf.Tensor) -> tf.Tensor:
        """Look up the vectors of codes of shape (n_rows,)."""


class StageableEmbedding(keras.layers.Embedding):
    """An embedding that looks its vectors up elsewhere while it has a stage."""

    stage: Stage | None = None

    def call(self, codes: tf.Tensor) -> tf.Tensor:
        """Look up the vectors of codes of shape (n_rows,)."""
        return super().call(codes) if self.stage is None else self.stage.lookup(codes)


def build_network(
    architecture: Architecture,
    builder: Builder | None,
    embedding_layer: type[keras.layers.Embedding] = keras.layers.Embedding,
) -> keras.Model:
    """Build the standard network, or the user's own.

    Parameters
    ----------
    architecture : Architecture
        The sizes.
    builder : callable or None
        ``builder(inputs, features, n_outputs)`` returns a Keras model of `inputs`.
    embedding_layer : type
        What to look vectors up with.

    Returns
    -------
    keras.Model
        Its inputs are "codes" and "quantities", each only if there are any; the table
        of categorical column j is the layer ``embedding_{j}``.
    """
    inputs, parts = {}, []
    sizes = list(zip(architecture.table_rows, architecture.embedding_dims, strict=True))
    if sizes:
        inputs["codes"] = keras.Input((len(sizes),), dtype="int32", name="codes")
        for j, (rows, dim) in enumerate(sizes):
            embedding = embedding_layer(rows, dim, name=f"embedding_{j}")
            parts.append(embedding(inputs["codes"][:, j]))
    if architecture.n_quantities:
        shape = (architecture.n_quantities,)
        inputs["quantities"] = keras.Input(shape, name="quantities")
        parts.append(inputs["quantities"])
    features = parts[0] if len(parts) == 1 else keras.layers.Concatenate()(parts)
    if builder is not None:
        model = builder(inputs, features, architecture.n_outputs)
        _check_built(model, len(sizes), architecture.n_outputs)
        return model
    return keras.Model(inputs, _dense_layers(architecture, features))


def _dense_layers(architecture: Architecture, x: Any) -> Any:
    hidden = zip(architecture.hidden_units, architecture.activations, strict=True)
    for i, (units, activation) in enumerate(hidden):
        x = keras.layers.Dense(units, activation, name=f"dense_{i}")(x)
    return keras.layers.Dense(architecture.n_outputs, name="output")(x)


def _check_built(model: Any, n_tables: int, n_outputs: int) -> None:
    if not isinstance(model, keras.Model):
        raise TypeError(
            "The callable passed as model is to return a keras.Model, but it returned "
            f"an object of type {type(model).__name__}."
        )
    names = {layer.name for layer in model.layers}
    missing = [f"embedding_{j}" for j in range(n_tables)]
    missing = [name for name in missing if name not in names]
    if missing:
        raise ValueError(
            f"The Keras model lacks the layer {missing[0]!r}: build it on the features "
            "(or on the outputs of the embedding layers) that the callable receives."
        )
    if model.output_shape != (None, n_outputs):
        raise ValueError(
            f"The Keras model has outputs of shape {model.output_shape}: it is to end "
            f"in {n_outputs} units, the n_outputs that the callable receives."
        )


def table_positions(model: keras.Model, n_tables: int) -> tuple[int, ...]:
    """Say which of a model's weights are the embedding tables."""
    paths = [variable.path for variable in model.weights]
    return tuple(
        next(
            i
            for i, path in enumerate(paths)
            if path.endswith(f"embedding_{j}/embeddings")
        )
        for j in range(n_tables)
    )


def network_inputs(inputs: Encoded) -> dict[str, np.ndarray]:
    """Return the arrays by the names of the network's inputs."""
    arrays = {
        "codes": inputs.codes.astype(np.int32, copy=False),
        "quantities": inputs.quantities.astype(np.float32, copy=False),
    }
    return {name: array for name, array in arrays.items() if array.shape[1]}


@contextmanager
def keras_session(seed: int = 0) -> Iterator[None]:
    """Let one thread use Keras, with a random state of its own.

    Keras draws seeds from Python's random state whenever it makes a layer; the
    caller's is put back in the end.
    """
    with _lock:
        _start_devices()
        python_state = random.getstate()
        numpy_state = np.random.get_state()  # noqa: NPY002 - the caller's, put back
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - what Keras may draw from
        try:
            yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)  # noqa: NPY002 - the caller's


@cache
def _start_devices() -> None:
    """Have TensorFlow start, which writes lines about a GPU that is missing."""
    with without_noise():
        heed_thread_limit()
        with tf.device("/CPU:0"):
            tf.zeros(())


def rescaled_model(predictor: Predictor, scale: TargetScale) -> keras.Model:
    """Rebuild the Keras model of a trained network, in units of the target."""
    with keras_session():
        model = _keras_model(predictor)
        rescale = keras.layers.Rescaling(
            scale.scale.tolist(), scale.mean.tolist(), name="target_units"
        )
        return keras.Model(model.input, rescale(model.output))


def keras_forward(predictor: Predictor, inputs: Encoded) -> np.ndarray:
    """Evaluate a trained network by Keras, as numpy does the standard one."""
    with keras_session():
        if predictor not in _rebuilt:
            _rebuilt[predictor] = _keras_model(predictor)
        output = _rebuilt[predictor].predict(network_inputs(inputs), verbose=0)
    return np.asarray(output, dtype=np.float64)


def _keras_model(predictor: Predictor) -> keras.Model:
    """Rebuild the Keras model of a trained network, in standard units."""
    model = build_network(predictor.architecture, predictor.builder)
    model.set_weights(predictor.arrays)
    return model
