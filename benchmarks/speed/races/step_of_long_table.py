"""One optimizer step on a table of many levels: the batch's rows, or all of them."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.speed.race import SEED, Contestant, Race, Work

N_DIMS = 16
N_ROWS = 100_000
BATCH_SIZE = 1_024
N_STEPS = 20


def prepare(_is_quick: bool, n_levels: int, stage_rows: int) -> Work:
    """Train the network of one column as fit does, in steps of Adam."""
    import keras
    import tensorflow as tf

    from skembed._architecture import Architecture
    from skembed._network import StageableEmbedding, build_network
    from skembed._resident import ResidentModel

    sizes = Architecture((n_levels,), (N_DIMS,), 0, (64, 32), ("relu", "relu"), 1)
    plain = build_network(sizes, None, StageableEmbedding)
    model = ResidentModel(plain.input, plain.output)
    model.compile(keras.optimizers.Adam(), "mean_squared_error")
    model.build_training((stage_rows,), n_targets=1)
    rng = np.random.default_rng(SEED)
    codes = rng.integers(n_levels, size=(N_ROWS, 1), dtype=np.int32)
    model.workspace.prepare(codes, rng, penalty=1e-4, unit=1.0, floor=0.0)
    y = tf.constant(rng.normal(size=(N_ROWS, 1)), tf.float32)
    sample = {"codes": tf.constant(codes)}, y, tf.ones(N_ROWS)
    batches = rng.integers(N_ROWS, size=(N_STEPS, BATCH_SIZE), dtype=np.int32)
    steps = tf.constant(batches), tf.constant(N_STEPS)
    return Work(lambda: model.steps_graph(sample, *steps).numpy(), n_units=N_STEPS)


def _race(n_levels: int) -> Race:
    return Race(
        f"step, {n_levels:,} levels",
        Contestant(
            "rows of the batch",
            partial(prepare, n_levels=n_levels, stage_rows=BATCH_SIZE),
        ),
        (Contestant("whole table", partial(prepare, n_levels=n_levels, stage_rows=0)),),
    )


RACES = tuple(map(_race, (1_000, 10_000, 100_000, 1_000_000)))
