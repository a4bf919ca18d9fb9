"""A network trains where that takes the least time."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.model_selection import GridSearchCV

from skembed import EmbeddingRegressor, _device, _training
from skembed._architecture import Architecture
from skembed._device import Effort, Place, choose_place

GPU = "/job:localhost/replica:0/task:0/device:GPU:0"
HAS_GPU = bool(tf.config.list_physical_devices("GPU"))
needs_gpu = pytest.mark.skipif(not HAS_GPU, reason="TensorFlow finds no GPU")


@pytest.fixture
def gpu(monkeypatch):
    """TensorFlow as it looks to us where there is one."""

    class Tensor:
        device = GPU

    monkeypatch.setattr(_device.tf, "zeros", lambda shape: Tensor)
    monkeypatch.setattr(_device, "_has_cuda", lambda: True)


def effort(units=(64, 32), batch_size=1_024, n_steps=1_000):
    sizes = Architecture((1_000,) * 3, (16,) * 3, 2, units, ("relu", "relu"), 1)
    return Effort(sizes, batch_size, n_steps)


def table(n_rows, n_levels=20):
    rng = np.random.default_rng(0)
    codes = rng.integers(n_levels, size=n_rows)
    X = pd.DataFrame({"a": codes, "b": rng.normal(size=n_rows)})
    return X, rng.normal(size=n_levels)[codes] + X["b"] + rng.normal(size=n_rows)


def network(**parameters):
    fixed = {"hidden_units": (16, 8), "epochs": 5, "random_state": 0}
    return EmbeddingRegressor(model="network", **fixed, **parameters)


# choosing


@pytest.mark.skipif(HAS_GPU, reason="there is a GPU")
def test_without_a_gpu_the_processor_trains():
    assert choose_place(effort((4_096, 4_096), 10**5, 10**6), can_fuse=True) == Place()


def test_few_small_steps_stay_on_the_processor(gpu):
    assert choose_place(effort(), can_fuse=True) == Place("/CPU:0", is_fused=False)


def test_little_work_does_not_look_for_a_gpu(monkeypatch):
    monkeypatch.setattr(_device.tf, "zeros", None)
    assert choose_place(effort(n_steps=500), can_fuse=True) == Place()


def test_many_small_steps_are_compiled_for_the_gpu(gpu):
    many = effort(n_steps=100_000)
    assert choose_place(many, can_fuse=True) == Place(GPU, is_fused=True)


def test_small_steps_that_cannot_be_compiled_stay_on_the_processor(gpu):
    assert choose_place(effort(n_steps=100_000), can_fuse=False) == Place()


def test_wide_layers_go_to_the_gpu_as_they_are_if_they_cannot_be_compiled(gpu):
    wide = effort((1_024, 512), 16_384)
    assert choose_place(wide, can_fuse=False) == Place(GPU)


def test_a_gpu_that_xla_does_not_know_is_used_without_it(gpu, monkeypatch):
    monkeypatch.setattr(_device, "_has_cuda", lambda: False)
    wide = effort((1_024, 512), 16_384)
    assert choose_place(wide, can_fuse=True) == Place(GPU)


def test_whoever_chooses_the_processor_has_it():
    with tf.device("CPU"):
        huge = effort((4_096, 4_096), 10**5, 10**6)
        assert choose_place(huge, can_fuse=True) == Place()


def test_estimates_grow_with_what_there_is_to_do():
    for place in Place(), Place(GPU), Place(GPU, is_fused=True):
        less = effort().seconds(place)
        assert effort(n_steps=2_000).seconds(place) > less
        assert effort(batch_size=2_048).seconds(place) > less
        assert effort((128, 64)).seconds(place) > less


def test_a_strategy_is_refused_by_name():
    X, y = table(100)
    with (
        tf.distribute.OneDeviceStrategy("/CPU:0").scope(),
        pytest.raises(RuntimeError, match=r"outside of strategy\.scope\(\)"),
    ):
        network().fit(X, y)


# training


@pytest.fixture
def fused(monkeypatch):
    """XLA compiles for the processor as well."""
    _training._compiled.clear()
    place = Place("/CPU:0", is_fused=True)
    monkeypatch.setattr(_training, "choose_place", lambda effort, can_fuse: place)
    yield
    _training._compiled.clear()


def test_what_is_compiled_as_a_whole_learns_the_same(request):
    X, y = table(2_000)
    expected = network(early_stopping=True).fit(X, y)
    request.getfixturevalue("fused")
    fitted = network(early_stopping=True).fit(X, y)
    np.testing.assert_allclose(fitted.history_["loss"], expected.history_["loss"], 1e-4)
    np.testing.assert_allclose(fitted.predict(X), expected.predict(X), atol=1e-3)


def test_what_is_compiled_is_not_shared_between_places(request):
    X, y = table(300)
    network().fit(X, y)
    request.getfixturevalue("fused")
    _training._compiled.clear()
    network().fit(X, y)
    assert [key[2].is_fused for key in _training._compiled] == [True]


ELSEWHERE = """
import tensorflow as tf

(cpu,) = tf.config.list_physical_devices("CPU")
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpu, two)

from skembed import EmbeddingRegressor, _training
from skembed._device import Place
from skembed.datasets import make_tokens

X, y = make_tokens(200, random_state=0)
for is_fused in False, True:
    place = Place("/CPU:1", is_fused)
    _training.choose_place = lambda effort, can_fuse: place
    EmbeddingRegressor(model="network", epochs=1).fit(X, y)
for model in _training._compiled.values():
    for variable in [*model.variables, *model.optimizer.variables]:
        print(variable.value.device.removeprefix("/job:localhost/replica:0/task:0"))
"""


def test_all_that_a_network_learns_is_where_it_trains():
    """A learning rate on another device would be copied for every step."""
    result = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=True
    )
    assert set(result.stdout.split()) == {"/device:CPU:1"}


def test_networks_of_the_user_and_stages_are_not_compiled_as_a_whole(monkeypatch):
    asked = []

    def choose(effort, can_fuse):
        asked.append(can_fuse)
        return Place()

    monkeypatch.setattr(_training, "choose_place", choose)

    def build(inputs, features, n_outputs):
        import keras

        return keras.Model(inputs, keras.layers.Dense(n_outputs)(features))

    X, y = table(2_000, n_levels=1_500)
    for model in (
        network(batch_size=500),
        network(batch_size=16),
        EmbeddingRegressor(model=build, epochs=1),
    ):
        model.fit(X, y)
    assert asked == [True, False, False]


# on a GPU


@needs_gpu
@pytest.mark.parametrize("is_fused", [False, True])
@pytest.mark.parametrize("batch_size", [16, 500])
def test_a_gpu_learns_what_the_processor_learns(is_fused, batch_size, monkeypatch):
    X, y = table(2_000, n_levels=1_500)
    with tf.device("CPU"):
        expected = network(batch_size=batch_size).fit(X, y)

    def choose(effort, can_fuse):
        return Place("/GPU:0", is_fused=is_fused and can_fuse)

    monkeypatch.setattr(_training, "choose_place", choose)
    fitted = network(batch_size=batch_size).fit(X, y)
    np.testing.assert_allclose(fitted.loss_curve_, expected.loss_curve_, rtol=0.01)
    difference = fitted.predict(X) - expected.predict(X)
    assert np.std(difference) < 0.02 * np.std(expected.predict(X))
    assert any("GPU" in key[2].device for key in _training._compiled)


@needs_gpu
def test_large_work_goes_to_the_gpu_by_itself():
    X, y = table(50_000)
    _training._compiled.clear()
    EmbeddingRegressor(
        model="network", hidden_units=(1_024, 512), batch_size=8_192, epochs=100
    ).fit(X, y)
    (key,) = _training._compiled
    assert "GPU" in key[2].device


@needs_gpu
def test_a_grid_search_in_processes_shares_the_gpu(monkeypatch):
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    X, y = table(1_000)
    search = GridSearchCV(network(), {"alpha": [1.0, 10.0]}, n_jobs=2, cv=2)
    assert np.isfinite(search.fit(X, y).cv_results_["mean_test_score"]).all()
