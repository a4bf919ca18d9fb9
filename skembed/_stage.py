"""Long tables: a step works on the rows of its batch, and leaves the others alone.

An optimizer goes through whole tables at every step. Of a table of a hundred thousand
levels a batch holds some hundred, so these are brought onto a small stage, with what
the optimizer remembers of them; it steps there; and they go back to their rows. A level
that is not in the batch rests, as in PyTorch's ``SparseAdam``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import keras
import numpy as np
import tensorflow as tf

from skembed._network import StageableEmbedding


class StagedTable:
    """The stage of one embedding layer.

    Parameters
    ----------
    j : int
        Which categorical column.
    layer : StageableEmbedding
        Its table is the one that is too long.
    n_rows : int
        Rows of the stage, no fewer than of a batch. No other variable that the same
        optimizer trains may have the shape that results.
    """

    def __init__(self, j: int, layer: StageableEmbedding, n_rows: int) -> None:
        self.j, self.layer, self.table = j, layer, layer.embeddings
        shape = (n_rows, self.table.shape[1])
        self.vectors = keras.Variable(np.zeros(shape, np.float32), name=f"stage_{j}")
        self._sparsity = tf.Variable(tf.zeros(self.table.shape[0]), trainable=False)

    def build(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Make room for what an optimizer, which is built, remembers of every row."""
        # told by their shape: not every version of Keras names them after the variable
        slots = [v for v in optimizer.variables if v.shape == self.vectors.shape]
        tables = [tf.Variable(self._like_first_row(v), trainable=False) for v in slots]
        self._pairs = list(
            zip([self.table.value, *tables], [self.vectors, *slots], strict=True)
        )

    def _like_first_row(self, slot: keras.Variable) -> tf.Tensor:
        return tf.repeat(slot.value[:1], self.table.shape[0], axis=0)

    def prepare(self, codes: np.ndarray) -> None:
        """Forget what was remembered, and count the rows that are trained on."""
        occurrences = np.bincount(codes[:, self.j], minlength=self.table.shape[0])
        self._sparsity.assign(len(codes) / np.maximum(occurrences, 1))
        for table, slot in self._pairs[1:]:
            table.assign(self._like_first_row(slot))

    @property
    def remembered(self) -> list[tf.Variable]:
        """What the optimizer remembers of every row."""
        return [table for table, _ in self._pairs[1:]]

    def occurred(self, occurrences: np.ndarray) -> None:
        """Set how often rows of the table occur in all that is trained on."""
        counts = np.ones(self.table.shape[0])
        counts[: len(occurrences)] = np.maximum(occurrences, 1)
        self._sparsity.assign(occurrences.sum() / counts)

    def lookup(self, codes: tf.Tensor) -> tf.Tensor:
        """Bring the rows of a batch onto the stage; return their vectors."""
        self._rows, positions, self._counts = tf.unique_with_counts(codes)
        free = tf.shape(self.vectors)[0] - tf.size(self._rows)
        padded = tf.pad(self._rows, [[0, free]])
        for table, staged in self._pairs:
            staged.assign(tf.gather(table, padded))
        return tf.gather(self.vectors, positions)

    def sum_of_squares(self) -> tf.Tensor:
        """Estimate the sum of squares of the trained rows of the table.

        Each row's share is spread over the rows of the sample that it occurs in, so
        that the average over the batches of an epoch is the sum.
        """
        n = tf.size(self._rows)
        share = tf.cast(self._counts, tf.float32) / tf.cast(
            tf.reduce_sum(self._counts), tf.float32
        )
        weight = share * tf.gather(self._sparsity, self._rows)
        squares = tf.reduce_sum(tf.square(self.vectors[:n]), axis=1)
        return tf.reduce_sum(weight * squares)

    def store(self) -> None:
        """Take the rows back to where they belong."""
        n = tf.size(self._rows)
        for table, staged in self._pairs:
            table.scatter_update(tf.IndexedSlices(staged[:n], self._rows))


def make_stages(model: keras.Model, stage_rows: Sequence[int]) -> list[StagedTable]:
    """Make the stages of a model's long tables.

    Parameters
    ----------
    model : keras.Model
        As `build_network` returns it.
    stage_rows : sequence of int
        For each embedding table, rows that its stage is to have at least; 0 is none.

    Returns
    -------
    list of StagedTable
        Each of a shape that no other variable of the model has.
    """
    shapes = {tuple(variable.shape) for variable in model.trainable_variables}
    stages = []
    for j, least in enumerate(stage_rows):
        if least:
            layer = model.get_layer(f"embedding_{j}")
            free = (n for n in count(least) if (n, layer.output_dim) not in shapes)
            stages.append(StagedTable(j, layer, next(free)))
            shapes.add(tuple(stages[-1].vectors.shape))
    return stages


@contextmanager
def on_stage(stages: Sequence[StagedTable]) -> Iterator[None]:
    """Have layers look their vectors up on the stages, then in the tables again."""
    for stage in stages:
        stage.layer.stage = stage
    try:
        yield
    finally:
        for stage in stages:
            stage.layer.stage = None
