"""The one door to Keras: the network, and a model that trains on resident data.

Importing this module imports Keras and TensorFlow, so nothing imports it before the
first ``fit``.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf

from skembed._architecture import Architecture
from skembed._encoding import Encoded
from skembed._predictor import Builder, Predictor
from skembed._target import TargetScale

_lock = threading.RLock()
_rebuilt: WeakKeyDictionary[Predictor, keras.Model] = WeakKeyDictionary()

# inputs by name, target, weights of mean 1
Tensors: TypeAlias = tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]

BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
)


@tf.custom_gradient
def _lookup(table: tf.Tensor, codes: tf.Tensor) -> tuple[tf.Tensor, Callable[..., Any]]:
    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, None]:
        rows = tf.shape(table)[0]
        return tf.math.unsorted_segment_sum(upstream, codes, rows), None

    return tf.gather(table, codes), gradient


@keras.saving.register_keras_serializable("skembed")
class SummedEmbedding(keras.layers.Embedding):
    """An embedding whose gradient is summed over the rows of a level.

    TensorFlow hands an optimizer one slice of gradient per row of the batch. Adam and
    RMSprop square the slices before they add those of one level, so that a level's
    step would depend on how often the batch holds it.
    """

    def call(self, codes: tf.Tensor) -> tf.Tensor:
        """Look up the vectors of codes of shape (n_rows,)."""
        return _lookup(tf.convert_to_tensor(self.embeddings), codes)


def build_network(architecture: Architecture, builder: Builder | None) -> keras.Model:
    """Build the standard network, or the user's own.

    Parameters
    ----------
    architecture : Architecture
        The sizes.
    builder : callable or None
        ``builder(inputs, features, n_outputs)`` returns a Keras model of `inputs`.

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
            embedding = SummedEmbedding(rows, dim, name=f"embedding_{j}")
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
        python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        try:
            yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)  # noqa: NPY002


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


class Workspace:
    """What training needs besides the network.

    It stands apart from the model, because Keras would count lists of variables that
    are attributes of a model among the model's weights.

    Parameters
    ----------
    model : keras.Model
        Compiled, its optimizer built.
    """

    def __init__(self, model: keras.Model) -> None:
        loss = keras.losses.get(model.loss)
        self.sample_loss = loss.call if isinstance(loss, keras.losses.Loss) else loss
        self.penalized = [
            variable
            for variable in model.trainable_variables
            if variable.path.endswith(("kernel", "embeddings"))
        ]
        self.penalty = tf.Variable(0.0, trainable=False)
        self.optimizer = model.optimizer
        self.optimizer_start = [v.numpy() for v in model.optimizer.variables]

    def prepare(
        self, rng: np.random.Generator, penalty: float, unit: float, floor: float
    ) -> None:
        """Set what the next training needs, and forget the steps of the last one.

        Parameters
        ----------
        rng : numpy.random.Generator
            Shuffles the rows before every epoch.
        penalty : float
            Multiplies the sum of squares of kernels and embeddings.
        unit, floor : float
            A loss is reported as ``floor + unit * loss``.
        """
        self.rng, self.unit, self.floor = rng, unit, floor
        self.penalty.assign(penalty)
        pairs = zip(self.optimizer.variables, self.optimizer_start, strict=True)
        for variable, value in pairs:
            variable.assign(value)


class ResidentModel(keras.Model):
    """A Keras model whose epoch is one call of one graph over data held in memory.

    Keras's own ``fit`` rebuilds an input iterator for every epoch and returns to
    Python after every batch, which costs a small network most of its time. `fit` has
    its interface, as far as SciKeras uses it, and honours the same callbacks.
    """

    def build_training(self) -> None:
        """Create what training needs besides the network, once for a model."""
        self.optimizer.build(self.trainable_variables)
        self.workspace = Workspace(self)

    # autograph reads source code, which new versions of Python warn about
    @tf.function(reduce_retracing=True, autograph=False)
    def _run_steps(self, data: Tensors, batches: tf.Tensor) -> tf.Tensor:
        """Take one optimizer step for each row of `batches`; return the mean loss."""
        n_steps = tf.shape(batches)[0]

        def step(i: tf.Tensor, total: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return i + 1, total + self._step(data, batches[i])

        _, total = tf.while_loop(lambda i, _: i < n_steps, step, (0, tf.zeros(())))
        return total / tf.cast(n_steps, tf.float32)

    def _step(self, data: Tensors, rows: tf.Tensor) -> tf.Tensor:
        """Take one optimizer step on some rows; return their loss before it."""
        batch = tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), data)
        with tf.GradientTape() as tape:
            loss = self._mean_loss(batch, training=True)
            squares = [tf.reduce_sum(tf.square(v)) for v in self.workspace.penalized]
            penalty = self.workspace.penalty * tf.add_n([tf.zeros(()), *squares])
            objective = tf.add_n([loss, penalty, *self.losses])
        gradients = tape.gradient(objective, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return loss

    @tf.function(reduce_retracing=True, autograph=False)
    def _evaluate(self, data: Tensors) -> tf.Tensor:
        return self._mean_loss(data, training=False)

    def _mean_loss(self, data: Tensors, training: bool) -> tf.Tensor:
        x, y, weight = data
        losses = self.workspace.sample_loss(y, self(x, training=training))
        if losses.shape.rank == 0:
            raise ValueError(
                "loss returned one number for a whole batch: it is to return one for "
                "each row, so that rows can be weighted."
            )
        by_row = tf.reduce_mean(tf.reshape(losses, (tf.shape(weight)[0], -1)), axis=1)
        # weights have mean 1 over the sample: a batch of heavy rows counts for more
        return tf.reduce_mean(weight * by_row)

    def fit(
        self,
        x: dict[str, np.ndarray],
        y: np.ndarray,
        sample_weight: np.ndarray,
        batch_size: int,
        epochs: int,
        steps_per_epoch: int,
        validation_data: tuple[Any, ...] | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: int = 0,
        initial_epoch: int = 0,
        **defaults: Any,
    ) -> keras.callbacks.History:
        """Train; the arguments are those of ``keras.Model.fit``.

        SciKeras also passes the defaults of some that do not matter here.
        """
        data = _tensors(x, y, sample_weight)
        held_out = None if validation_data is None else _tensors(*validation_data)
        callback_list = keras.callbacks.CallbackList(
            list(callbacks),
            add_history=True,
            add_progbar=verbose != 0,
            verbose=verbose,
            epochs=epochs,
            steps=steps_per_epoch,
            model=self,
        )
        by_batch = any(_has_batch_hook(callback) for callback in callbacks)
        run_epoch = self._epoch_by_batch if by_batch else self._epoch
        self.stop_training = False
        callback_list.on_train_begin()
        logs: dict[str, float] = {}
        for epoch in range(initial_epoch, epochs):
            callback_list.on_epoch_begin(epoch)
            batches = _batches(len(y), batch_size, steps_per_epoch, self.workspace.rng)
            logs = {"loss": run_epoch(data, batches, callback_list)}
            if held_out is not None:
                logs["val_loss"] = self.workspace.unit * float(self._evaluate(held_out))
            callback_list.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        self.optimizer.finalize_variable_values(self.trainable_variables)
        callback_list.on_train_end(logs)
        return self.history

    def _epoch(self, data: Tensors, batches: np.ndarray, callbacks: Any) -> float:
        loss = float(self._run_steps(data, tf.constant(batches)))
        return self.workspace.floor + self.workspace.unit * loss

    def _epoch_by_batch(
        self, data: Tensors, batches: np.ndarray, callbacks: Any
    ) -> float:
        losses = []
        for step, rows in enumerate(batches):
            callbacks.on_train_batch_begin(step)
            losses.append(self._epoch(data, rows[np.newaxis], callbacks))
            callbacks.on_train_batch_end(step, {"loss": losses[-1]})
            if self.stop_training:
                break
        return float(np.mean(losses))


def _tensors(x: dict[str, np.ndarray], y: np.ndarray, weight: np.ndarray) -> Tensors:
    """Move a sample into tensors, its weights scaled to a mean of 1."""
    scaled = (weight / weight.mean()).astype(np.float32)
    return (
        {name: tf.constant(array) for name, array in x.items()},
        tf.constant(y.astype(np.float32)),
        tf.constant(scaled),
    )


def _batches(
    n_rows: int, batch_size: int, n_steps: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the rows of each step: shuffled passes over the table, cut evenly."""
    size = min(batch_size, n_rows)
    if size == n_rows:  # every step sees every row: their order is of no account
        return np.tile(np.arange(n_rows, dtype=np.int32), (n_steps, 1))
    n_passes = -(-n_steps * size // n_rows)
    passes = [rng.permutation(n_rows).astype(np.int32) for _ in range(n_passes)]
    return np.concatenate(passes)[: n_steps * size].reshape(n_steps, size)


def _has_batch_hook(callback: keras.callbacks.Callback) -> bool:
    """Say whether a class, or an instance as LambdaCallback's, has one of its own."""
    return any(
        getattr(getattr(callback, hook), "__func__", None)
        is not getattr(keras.callbacks.Callback, hook)
        for hook in BATCH_HOOKS
    )
