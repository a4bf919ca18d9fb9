"""The model that trains on resident data: its batches, and what it leaves behind."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from skembed import EmbeddingRegressor
from skembed._resident import _batches, _tensor

TWENTY_ESTIMATORS = """
import numpy as np
import pandas as pd
from skembed import EmbeddingRegressor

def resident_megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

rng = np.random.default_rng(0)
X = pd.DataFrame({"a": rng.integers(50, size=4000), "b": rng.normal(size=4000)})
y = rng.normal(size=4000)
memory = []
for i in range(20):
    model = EmbeddingRegressor(
        model="network", alpha=i, learning_rate=0.001 * (i + 1), epochs=1 + i % 3,
        random_state=i, early_stopping=i % 2 == 1, batch_size=100 + 10 * i,
    )
    model.fit(X[: 3000 + 50 * i], y[: 3000 + 50 * i])
    memory.append(resident_megabytes())
print(memory[-1] - memory[2])
"""


@pytest.mark.parametrize("shape", [(1,), (7,), (5, 3), (1000, 17)])
@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_a_tensor_is_a_copy_of_any_array(shape, dtype):
    array = np.random.default_rng(0).integers(-9, 9, shape)
    for given in (array, np.asfortranarray(array), array[::-1]):
        tensor = _tensor(given, dtype)
        assert tensor.dtype == dtype
        np.testing.assert_array_equal(tensor, given)
    array += 1
    np.testing.assert_array_equal(tensor, array[::-1] - 1)


def test_an_epoch_has_every_row_once_in_an_order_of_its_own():
    rng = np.random.default_rng(0)
    epochs = [_batches(12, 4, 3, rng) for _ in range(3)]
    assert all(epoch.shape == (3, 4) for epoch in epochs)
    for epoch in epochs:
        assert sorted(epoch.ravel()) == list(range(12))
    assert len({tuple(epoch.ravel()) for epoch in epochs}) == 3


def test_rows_are_shuffled_one_by_one():
    """Not block by block: neighbours of the table part."""
    order = _batches(10_000, 100, 100, np.random.default_rng(0)).ravel()
    apart = np.abs(np.diff(order))
    assert np.median(apart) > 1000


def test_steps_that_a_pass_does_not_fill_go_on_with_the_next():
    rows = _batches(5, 2, 4, np.random.default_rng(0))
    assert rows.shape == (4, 2)
    assert sorted(rows.ravel()[:5]) == list(range(5))


def test_steps_that_see_every_row_share_one_batch():
    rows = _batches(5, 8, 100, np.random.default_rng(0))
    assert rows.tolist() == [[0, 1, 2, 3, 4]]


class Watch(keras.callbacks.Callback):
    """Notes how many steps there were."""

    def __init__(self):
        super().__init__()
        self.steps = 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1


@pytest.mark.parametrize("batch_size", [64, 5000], ids=["few rows", "all rows"])
def test_steps_one_by_one_are_the_steps_of_a_graph(
    batch_size, long_table, long_parameters
):
    X, y = long_table
    model = EmbeddingRegressor(**long_parameters | {"batch_size": batch_size})
    in_graph = model.fit(X, y)
    expected, curve = in_graph.predict(X), in_graph.loss_curve_
    watch = Watch()
    one_by_one = model.set_params(callbacks=watch).fit(X, y)
    assert watch.steps == long_parameters["epochs"] * -(-len(X) // batch_size)
    np.testing.assert_array_equal(one_by_one.predict(X), expected)
    np.testing.assert_allclose(one_by_one.loss_curve_, curve, rtol=1e-5)


def test_early_stopping_restores_the_best_weights_of_a_long_table(
    long_table, long_parameters
):
    X, y = long_table
    parameters = long_parameters | {"epochs": 60, "learning_rate": 0.03, "alpha": 0}
    model = EmbeddingRegressor(
        **parameters, early_stopping=True, n_iter_no_change=3
    ).fit(X, y)
    best = int(np.argmin(model.history_["val_loss"]))
    assert best < model.n_iter_ - 1
    until_best = EmbeddingRegressor(
        **parameters | {"epochs": best + 1}, early_stopping=True, n_iter_no_change=99
    ).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), until_best.predict(X))


class LookAtEverything(keras.callbacks.Callback):
    """Evaluates the network on more levels than a stage has room for."""

    def on_epoch_end(self, epoch, logs=None):
        codes = np.column_stack([np.arange(600), np.zeros(600)]).astype("int32")
        inputs = {"codes": codes}
        self.outputs = self.model(inputs, training=True).numpy()


def test_a_callback_can_evaluate_the_network(long_table, long_parameters):
    look = LookAtEverything()
    EmbeddingRegressor(**long_parameters, callbacks=look).fit(*long_table)
    assert np.isfinite(look.outputs).all()


# Keras's own, where it writes its weights
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_checkpoint_is_a_plain_keras_model(long_table, long_parameters, tmp_path):
    X, y = long_table
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "checkpoint.keras")
    model = EmbeddingRegressor(**long_parameters, callbacks=checkpoint).fit(X, y)
    loaded = keras.models.load_model(tmp_path / "checkpoint.keras")
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {
        "keras"
    }
    codes = model._model.encoding.encode(model._read(X), "average").codes
    standard = loaded.predict({"codes": codes}, verbose=0)
    np.testing.assert_allclose(
        model._model.scale.restore(standard)[:, 0], model.predict(X), rtol=1e-4
    )


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )


@pytest.mark.slow
def test_twenty_estimators_of_one_network_neither_retrace_nor_leak():
    """They differ in all that does not change the network: one graph serves them."""
    result = run(TWENTY_ESTIMATORS)
    assert "retracing" not in result.stderr
    assert float(result.stdout) < 10


BUILDER = """model=lambda inputs, features, n_outputs: keras.Model(
            inputs, keras.layers.Dense(n_outputs)(features)
        ),"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("differing", "n_kept"),
    [('model="network", hidden_units=(4 + i,),', 4), (BUILDER, 0)],
)
def test_networks_that_will_not_come_again_are_freed(differing, n_kept):
    """Every network is another one: it is let go, with nearly all of its memory."""
    code = TWENTY_ESTIMATORS.replace('model="network", alpha=i,', differing)
    code = code.replace("- memory[2]", "- memory[5]")
    counting = """
import gc
from skembed._resident import ResidentModel
print(sum(isinstance(thing, ResidentModel) for thing in gc.get_objects()))
"""
    result = run("import keras\n" + code + counting)
    growth, n_models = result.stdout.split()
    assert "retracing" not in result.stderr
    assert int(n_models) == n_kept
    assert float(growth) < 14 * 4
