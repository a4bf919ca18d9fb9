"""A Keras model whose epoch is one graph over data held in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from skembed._network import StageableEmbedding
from skembed._optimizer import make_optimizer
from skembed._stage import StagedTable, make_stages, on_stage

# inputs by name, target, weights of mean 1
Tensors: TypeAlias = tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]

ALIGNMENT = 64  # bytes, as TensorFlow asks of memory that it does not copy
STEPS = tf.TensorSpec((), tf.int32)
ANY_BATCHES = tf.TensorSpec((None, None), tf.int32)
BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
)


class Workspace:
    """What training needs besides the network.

    It stands apart from the model, because Keras would count lists of variables that
    are attributes of a model among the model's weights.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    stages : sequence of StagedTable
        Of the layers whose tables are too long to be worked on as a whole.
    """

    def __init__(self, model: keras.Model, stages: Sequence[StagedTable]) -> None:
        loss = keras.losses.get(model.loss)
        self.sample_loss = loss.call if isinstance(loss, keras.losses.Loss) else loss
        self.optimizer, self.stages = model.optimizer, stages
        waiting = {stage.table.path for stage in stages}
        whole = [v for v in model.trainable_variables if v.path not in waiting]
        self.trained = [*whole, *(stage.vectors for stage in stages)]
        self.penalized = [v for v in whole if v.path.endswith(("kernel", "embeddings"))]
        self.penalty = tf.Variable(0.0, trainable=False)
        self.importance = tf.Variable(1.0, trainable=False)
        self.optimizer.build(self.trained)
        self.optimizer_start = [v.numpy() for v in self.optimizer.variables]
        for stage in stages:
            stage.build(self.optimizer)

    def prepare(
        self,
        codes: np.ndarray,
        rng: np.random.Generator,
        penalty: float,
        unit: float,
        floor: float,
        importance: float = 1.0,
    ) -> None:
        """Set what the next training needs, and forget the steps of the last one.

        Parameters
        ----------
        codes : ndarray of shape (n_rows, n_tables)
            What will be trained on.
        rng : numpy.random.Generator
            Shuffles the rows before every epoch.
        penalty : float
            Multiplies the sum of squares of kernels and embeddings.
        unit, floor : float
            A loss is reported as ``floor + unit * loss``.
        importance : float
            Multiplies the loss, for which weights are brought to a mean of 1.
        """
        self.rng, self.unit, self.floor = rng, unit, floor
        self.penalty.assign(penalty)
        self.importance.assign(importance)
        pairs = zip(self.optimizer.variables, self.optimizer_start, strict=True)
        for variable, value in pairs:
            variable.assign(value)
        for stage in self.stages:
            stage.prepare(codes)

    @cached_property
    def owners(self) -> list[int | None]:
        """Which of `trained` each variable of the optimizer belongs to; None for all.

        Not every version of Keras names them so that it can be told: an optimizer of
        the same kind is built for variables that differ in length.
        """
        twin = make_optimizer(self.optimizer)
        lengths = range(2, 2 + len(self.trained))
        of_length = [np.zeros(n, np.float32) for n in lengths]
        twin.build([keras.Variable(a, name=f"of_{len(a)}") for a in of_length])
        return [v.shape[0] - 2 if len(v.shape) else None for v in twin.variables]

    def sum_of_squares(self) -> tf.Tensor:
        """Return the sum of squares that `penalty` multiplies."""
        squares = [tf.reduce_sum(tf.square(v)) for v in self.penalized]
        return tf.add_n(
            [tf.zeros(()), *squares, *(s.sum_of_squares() for s in self.stages)]
        )


class _Graph:
    """A function that is traced once, for tensors of any length, at its first call.

    TensorFlow would count the traces of all models as those of one function, and warn.
    """

    def __init__(
        self, function: Callable[..., tf.Tensor], *specs: Any, is_fused: bool = False
    ) -> None:
        # autograph reads source code, which new versions of Python warn about
        self._function = tf.function(function, autograph=False, jit_compile=is_fused)
        self._specs = specs

    @cached_property
    def _traced(self) -> Callable[..., tf.Tensor]:
        return self._function.get_concrete_function(*self._specs)

    def __call__(self, *tensors: Any) -> tf.Tensor:
        return self._traced(*tensors)


class ResidentModel(keras.Model):
    """A Keras model whose epoch is one call of one graph over data held in memory.

    Keras's own ``fit`` rebuilds an input iterator for every epoch and returns to
    Python after every batch, which costs a small network most of its time. `fit` has
    its interface, as far as SciKeras uses it, and honours the same callbacks.
    """

    def build_training(
        self, stage_rows: Sequence[int], n_targets: int, is_fused: bool = False
    ) -> None:
        """Create what training needs besides the network, once for a model.

        Parameters
        ----------
        stage_rows : sequence of int
            For each embedding table, rows that its stage is to have at least; 0 works
            on the whole table.
        n_targets : int
            How many numbers of each row the loss compares the output with.
        is_fused : bool, default=False
            Whether XLA compiles an epoch.
        """
        self.workspace = Workspace(self, make_stages(self, stage_rows))
        sample = (
            {name: _any_rows(tensor) for name, tensor in self.input.items()},
            tf.TensorSpec((None, n_targets), tf.float32),
            tf.TensorSpec((None,), tf.float32),
        )
        steps = sample, ANY_BATCHES, STEPS
        self.steps_graph = _Graph(self._run_steps, *steps, is_fused=is_fused)
        self.evaluation_graph = _Graph(self._evaluate, sample)

    def start_from(self, arrays: Sequence[np.ndarray]) -> None:
        """Set the standard network's weights; rows by which tables are longer are 0."""
        for variable, array in zip(self.weights, arrays, strict=True):
            padded = np.zeros(variable.shape, dtype=variable.dtype)
            padded[: len(array)] = array
            variable.assign(_tensor(padded, padded.dtype))

    def save(self, *args: Any, **options: Any) -> None:
        """Save the network as a plain Keras model, which loads without skembed."""
        network = keras.Model(self.input, self.output)
        plain = keras.models.clone_model(network, clone_function=_plain_layer)
        plain.set_weights(self.get_weights())
        plain.save(*args, **options)

    def _run_steps(
        self, data: Tensors, batches: tf.Tensor, n_steps: tf.Tensor
    ) -> tf.Tensor:
        """Take steps with one batch after the other; return the mean loss."""

        def step(i: tf.Tensor, total: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            rows = batches[i % tf.shape(batches)[0]]
            return i + 1, total + self._step(data, rows)

        _, total = tf.while_loop(lambda i, _: i < n_steps, step, (0, tf.zeros(())))
        return total / tf.cast(n_steps, tf.float32)

    def _step(self, data: Tensors, rows: tf.Tensor) -> tf.Tensor:
        """Take one optimizer step on some rows; return their loss before it."""
        batch = tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), data)
        with tf.GradientTape() as tape, on_stage(self.workspace.stages):
            loss = self._mean_loss(batch, training=True)
            penalty = self.workspace.penalty * self.workspace.sum_of_squares()
            weighted = self.workspace.importance * loss
            objective = tf.add_n([weighted, penalty, *self.losses])
            scaled = self.optimizer.scale_loss(objective)  # what `apply` takes back
        self._apply(tape.gradient(scaled, self.workspace.trained))
        for stage in self.workspace.stages:
            stage.store()
        return loss

    def _apply(self, gradients: list[Any]) -> None:
        """Have the optimizer take a step."""
        # TensorFlow hands on a slice of gradient for each row of the batch; Adam and
        # RMSprop would square them before they add up those of one level, whose step
        # would depend on how often the batch holds it
        summed = [None if g is None else tf.convert_to_tensor(g) for g in gradients]
        if isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
            self.optimizer.apply(summed, self.workspace.trained)  # as it insists
            return
        # outside of a replica, where Keras would first add up the gradients of all of
        # them by an operation whose gradient keeps the graph in memory for ever
        tf.distribute.get_replica_context().merge_call(
            lambda _: self.optimizer.apply(summed, self.workspace.trained)
        )

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
            loss = run_epoch(data, batches, steps_per_epoch, callback_list)
            logs = {"loss": loss}
            if held_out is not None:
                logs["val_loss"] = self.workspace.unit * float(
                    self.evaluation_graph(held_out)
                )
            callback_list.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        self.optimizer.finalize_variable_values(self.workspace.trained)
        callback_list.on_train_end(logs)
        return self.history

    def _epoch(
        self, data: Tensors, batches: np.ndarray, n_steps: int, callbacks: Any
    ) -> float:
        steps = tf.constant(batches), tf.constant(n_steps)
        loss = float(self.steps_graph(data, *steps))
        return self.workspace.floor + self.workspace.unit * loss

    def _epoch_by_batch(
        self, data: Tensors, batches: np.ndarray, n_steps: int, callbacks: Any
    ) -> float:
        losses = []
        for step in range(n_steps):
            rows = batches[step % len(batches)]
            callbacks.on_train_batch_begin(step)
            losses.append(self._epoch(data, rows[np.newaxis], 1, callbacks))
            callbacks.on_train_batch_end(step, {"loss": losses[-1]})
            if self.stop_training:
                break
        return float(np.mean(losses))


def _any_rows(tensor: keras.KerasTensor) -> tf.TensorSpec:
    return tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype)


def _plain_layer(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Copy a layer for another model."""
    is_ours = isinstance(layer, StageableEmbedding)
    kind = keras.layers.Embedding if is_ours else type(layer)
    return kind.from_config(layer.get_config())


def _tensors(x: dict[str, np.ndarray], y: np.ndarray, weight: np.ndarray) -> Tensors:
    """Move a sample into tensors, its weights scaled to a mean of 1."""
    return (
        {name: _tensor(array, array.dtype) for name, array in x.items()},
        _tensor(y, np.float32),
        _tensor(weight / weight.mean(), np.float32),
    )


def _tensor(array: np.ndarray, dtype: Any) -> tf.Tensor:
    """Move an array to where training is, by a single copy that is freed with it.

    ``tf.constant`` makes two, of which one stays until another takes its place.
    """
    size = array.size * np.dtype(dtype).itemsize
    buffer = np.empty(size + ALIGNMENT, dtype=np.uint8)
    start = -buffer.ctypes.data % ALIGNMENT
    copy = buffer[start : start + size].view(dtype).reshape(array.shape)
    copy[...] = array
    return tf.identity(tf.experimental.dlpack.from_dlpack(copy.__dlpack__()))


def _batches(
    n_rows: int, batch_size: int, n_steps: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the rows of each step: shuffled passes over the table, cut evenly.

    Where every step sees every row, there is one batch for all of them.
    """
    size = min(batch_size, n_rows)
    if size == n_rows:
        return np.arange(n_rows, dtype=np.int32)[np.newaxis]
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
