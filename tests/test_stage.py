"""The stage of a long table, against an optimizer that works on rows one by one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skembed import EmbeddingRegressor, _training
from skembed._network import StageableEmbedding
from skembed._optimizer import BY_ELEMENT
from skembed._stage import StagedTable, on_stage

N_ROWS, DIM, RATE = 30, 2, 0.1
BATCHES = [[4, 4, 7], [29, 7, 7, 0], [4], [0, 1, 2, 3, 4, 5]]


def staged(n_rows=6, optimizer=None):
    """A layer, its stage, and an optimizer that works on the stage."""
    optimizer = optimizer or keras.optimizers.Adam(RATE)
    layer = StageableEmbedding(N_ROWS, DIM, name="embedding_0")
    layer.build((None,))
    table = np.random.default_rng(0).normal(size=(N_ROWS, DIM)).astype(np.float32)
    layer.set_weights([table])
    stage = StagedTable(0, layer, n_rows)
    optimizer.build([stage.vectors])
    stage.build(optimizer)
    return layer, stage, optimizer


def slope(batch, step):
    """The gradient of an arbitrary linear loss, for each row of a batch."""
    return np.random.default_rng(step).normal(size=(len(batch), DIM)).astype("float32")


def train(layer, stage, optimizer):
    for step, batch in enumerate(BATCHES):
        with tf.GradientTape() as tape, on_stage([stage]):
            vectors = layer(tf.constant(batch, tf.int32))
            loss = tf.reduce_sum(vectors * slope(batch, step))
        gradient = tf.convert_to_tensor(tape.gradient(loss, stage.vectors.value))
        optimizer.apply([gradient], [stage.vectors])
        stage.store()
    return layer.get_weights()[0]


def adam_row_by_row(table):
    """Adam that touches the rows of a batch only, and adds up what they occur for."""
    table = table.astype(np.float64)
    first, second = np.zeros_like(table), np.zeros_like(table)
    for step, batch in enumerate(BATCHES):
        gradient = np.zeros_like(table)
        np.add.at(gradient, batch, slope(batch, step))
        for row in set(batch):
            first[row] += 0.1 * (gradient[row] - first[row])
            second[row] += 0.001 * (gradient[row] ** 2 - second[row])
            corrected = np.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
            table[row] -= RATE * corrected * first[row] / (np.sqrt(second[row]) + 1e-7)
    return table


def test_an_optimizer_on_the_stage_is_one_that_goes_row_by_row():
    layer, stage, optimizer = staged()
    expected = adam_row_by_row(layer.get_weights()[0])
    np.testing.assert_allclose(train(layer, stage, optimizer), expected, rtol=1e-3)


def test_rows_that_no_batch_holds_rest():
    layer, stage, optimizer = staged()
    before = layer.get_weights()[0]
    after = train(layer, stage, optimizer)
    rest = np.setdiff1d(np.arange(N_ROWS), np.concatenate(BATCHES))
    np.testing.assert_array_equal(after[rest], before[rest])


@pytest.mark.parametrize("kind", BY_ELEMENT, ids=lambda kind: kind.__name__)
def test_with_every_row_in_every_batch_the_stage_changes_nothing(kind):
    layer, stage, optimizer = staged(N_ROWS, kind(RATE))
    whole = keras.Variable(layer.get_weights()[0])
    plain = kind(RATE)
    rng = np.random.default_rng(0)
    for step in range(3):
        rows = rng.permutation(N_ROWS).astype(np.int32)
        gradient = slope(rows, step)
        with on_stage([stage]):
            layer(rows)
        optimizer.apply([tf.constant(gradient)], [stage.vectors])
        stage.store()
        plain.apply([tf.constant(gradient[np.argsort(rows)])], [whole])
    np.testing.assert_allclose(layer.get_weights()[0], whole.numpy(), rtol=1e-5)


def test_what_an_optimizer_remembers_can_be_forgotten():
    layer, stage, optimizer = staged()
    start = layer.get_weights(), [v.numpy() for v in optimizer.variables]
    first = train(layer, stage, optimizer)
    layer.set_weights(start[0])
    for variable, value in zip(optimizer.variables, start[1], strict=True):
        variable.assign(value)
    stage.prepare(np.zeros((1, 1), dtype=np.int32))
    np.testing.assert_array_equal(train(layer, stage, optimizer), first)


def test_the_squares_of_an_epochs_batches_average_to_those_of_the_table():
    layer, stage, _ = staged(8)
    codes = np.random.default_rng(1).integers(5, 25, 48).astype(np.int32)
    stage.prepare(codes[:, np.newaxis])
    estimates = []
    for batch in codes.reshape(6, 8):
        with on_stage([stage]):
            layer(batch)
        estimates.append(float(stage.sum_of_squares()))
    squares = (layer.get_weights()[0][np.unique(codes)] ** 2).sum()
    np.testing.assert_allclose(np.mean(estimates), squares, rtol=1e-5)


def test_after_a_step_the_table_itself_is_looked_up():
    layer, stage, _ = staged()
    with on_stage([stage]):
        layer(np.array([0, 1]))
    stage.vectors.assign(np.full((6, DIM), np.nan))
    vectors = layer(np.array([3, 3, 8]), training=True)
    np.testing.assert_array_equal(vectors, layer.get_weights()[0][[3, 3, 8]])


@pytest.mark.parametrize("alpha", [1, 100, 10_000])
def test_a_stage_learns_what_the_whole_table_does(
    alpha, long_table, long_parameters, monkeypatch, has_stage
):
    """Also where the penalty is strong, and comes at once for a level that is rare."""
    X, y = long_table
    parameters = long_parameters | {"epochs": 40, "learning_rate": 0.01}
    model = EmbeddingRegressor(**parameters, alpha=alpha)
    _training._compiled.clear()
    with_stage = model.fit(X, y).score(X, y)
    assert has_stage()
    monkeypatch.setattr(_training, "ROWS_PER_STAGED", np.inf)
    _training._compiled.clear()
    whole = model.fit(X, y).score(X, y)
    assert not has_stage()
    assert with_stage == pytest.approx(whole, abs=0.05)


@pytest.mark.parametrize(
    "parameters", [{}, {"early_stopping": True}, {"optimizer": "rmsprop"}], ids=str
)
def test_a_seed_gives_the_same_bits_on_a_stage(parameters, long_table, long_parameters):
    X, y = long_table
    model = EmbeddingRegressor(**long_parameters, **parameters)
    first = model.fit(X, y).predict(X)
    np.testing.assert_array_equal(model.fit(X, y).predict(X), first)


def test_a_long_table_is_learned(long_table):
    X, y = long_table
    parameters = {"model": "network", "batch_size": 64, "alpha": 1}
    model = EmbeddingRegressor(**parameters, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.95


def test_stages_have_shapes_that_nothing_else_has(long_table):
    """Here are two tables of one size, and a kernel of the size of a stage."""
    X, y = long_table
    twins = X.assign(b=X["a"])
    parameters = {"batch_size": 16, "embedding_dim": 8, "hidden_units": (8,)}
    model = EmbeddingRegressor(model="network", **parameters, epochs=2, random_state=0)
    first = model.fit(twins, y).predict(twins)
    *_, kept = _training._compiled.values()
    shapes = [tuple(variable.shape) for variable in kept.workspace.trained]
    assert (16, 8) in shapes  # the kernel behind two vectors of 8
    assert len(set(shapes)) == len(shapes)
    np.testing.assert_array_equal(model.fit(twins, y).predict(twins), first)
