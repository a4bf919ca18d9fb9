"""A Keras model whose epoch is one graph over data held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from skembed._stage import StagedTable

# inputs by name, target, weights of mean 1
Tensors: TypeAlias = tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]

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
        self.optimizer.build(self.trained)
        self.optimizer_start = [v.numpy() for v in self.optimizer.variables]
        for stage in stages:
            stage.build(self.optimizer)

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

    def sum_of_squares(self) -> tf.Tensor:
        """Return the sum of squares that `penalty` multiplies."""
        squares = [tf.reduce_sum(tf.square(v)) for v in self.penalized]
        return tf.add_n([*squares, *(stage.sum_of_squares() for stage in self.stages)])


class ResidentModel(keras.Model):
    """A Keras model whose epoch is one call of one graph over data held in memory.

    Keras's own ``fit`` rebuilds an input iterator for every epoch and returns to
    Python after every batch, which costs a small network most of its time. `fit` has
    its interface, as far as SciKeras uses it, and honours the same callbacks.
    """

    def build_training(self, stage_rows: Sequence[int]) -> None:
        """Create what training needs besides the network, once for a model.

        Parameters
        ----------
        stage_rows : sequence of int
            For each embedding table, rows of its stage; 0 works on the whole table.
        """
        stages = [
            StagedTable(j, self.get_layer(f"embedding_{j}"), n_rows)
            for j, n_rows in enumerate(stage_rows)
            if n_rows
        ]
        self.workspace = Workspace(self, stages)

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
            penalty = self.workspace.penalty * self.workspace.sum_of_squares()
            objective = tf.add_n([loss, penalty, *self.losses])
        gradients = tape.gradient(objective, self.workspace.trained)
        self.optimizer.apply(gradients, self.workspace.trained)
        for stage in self.workspace.stages:
            stage.store()
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
        for stage in self.workspace.stages:
            stage.prepare(x["codes"])
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
        self.optimizer.finalize_variable_values(self.workspace.trained)
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
