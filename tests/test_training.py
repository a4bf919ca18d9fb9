"""Training: the same whatever the path, as reproducible as asked, and no trace left."""

import pickle
import random

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from skembed import EmbeddingRegressor, _training
from skembed._schedule import KERAS_LOSSES, OPTIMIZERS

QUICK = {"model": "network", "hidden_units": (8,), "epochs": 3, "batch_size": 100}


@pytest.fixture(params=["network", "auto"], ids=["network", "blend"])
def quick(request):
    """Parameters of a quick fit of either kind."""
    return QUICK | {"model": request.param, "n_networks": 2}


def fit_predict(X, y, random_state, parameters=QUICK):
    model = EmbeddingRegressor(**parameters, random_state=random_state)
    return model.fit(X, y).predict(X)


# -- random state ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def bent():
    """Quantities that multiply: networks of any seed are believed to correct a sum."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(1500, 2)), columns=["x", "z"])
    X["city"] = rng.choice(list("abc"), 1500)
    return X, 3 * X["x"] * X["z"] + rng.normal(0, 0.3, 1500)


def test_a_seed_gives_the_same_bits_one_after_the_other(bent, quick):
    a, b, c = (fit_predict(*bent, seed, quick) for seed in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


def test_none_gives_different_bits(bent, quick):
    first, second = (fit_predict(*bent, None, quick) for _ in range(2))
    assert (first != second).any()


def test_a_random_state_is_consumed(bent, quick):
    state = np.random.RandomState(0)
    first, second = (fit_predict(*bent, state, quick) for _ in range(2))
    assert (first != second).any()
    again = fit_predict(*bent, np.random.RandomState(0), quick)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_a_seed_gives_the_same_bits_in_parallel(shops, backend, quick):
    expected = [fit_predict(*shops, seed, quick) for seed in range(4)]
    found = joblib.Parallel(n_jobs=2, backend=backend)(
        joblib.delayed(fit_predict)(*shops, seed, quick) for seed in range(4)
    )
    np.testing.assert_array_equal(found, expected)


def test_the_callers_random_state_and_settings_stay(shops, quick):
    import tensorflow as tf

    def build(inputs, features, n_outputs):
        x = keras.layers.Dropout(0.5)(keras.layers.Dense(4)(features))
        return keras.Model(inputs, keras.layers.Dense(n_outputs)(x))

    def drawn():
        of_numpy = np.random.uniform()  # noqa: NPY002 - the global state is tested
        return random.random(), of_numpy, float(tf.random.uniform(()))

    def draws():
        keras.utils.set_random_seed(7)
        yield drawn()
        EmbeddingRegressor(**quick, random_state=0).fit(*shops)
        own = quick | {"model": build}
        built = EmbeddingRegressor(**own, random_state=0).fit(*shops)
        built.predict(shops[0])
        assert built.model_.built
        yield drawn()

    def draws_alone():
        keras.utils.set_random_seed(7)
        for _ in range(2):
            yield drawn()

    assert list(draws()) == list(draws_alone())
    assert keras.config.floatx() == "float32"
    tf.random.Generator.from_non_deterministic_state()  # raises under op determinism


# -- optimizers, losses, callbacks -----------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_named_optimizer_runs(shops, optimizer):
    X, y = shops
    model = EmbeddingRegressor(
        **QUICK, optimizer=optimizer, learning_rate=0.01, random_state=0
    ).fit(X, y)
    assert np.isfinite(model.predict(X)).all()
    assert model.loss_curve_[-1] != model.loss_curve_[0]


def test_a_loss_by_element_is_weighted_by_row():

    X = pd.DataFrame({"token": ["a"] * 100})
    y = np.r_[np.zeros(90), np.full(10, 10.0)]
    for weight, mean in ((None, 1.0), (np.r_[np.full(90, 0.1), np.full(10, 0.9)], 5.0)):
        model = EmbeddingRegressor(
            model="network",
            loss=lambda y, z: keras.ops.square(y - z),
            alpha=0,
            epochs=300,
            learning_rate=0.01,
            random_state=0,
        ).fit(X, y, weight)
        assert model.predict(X[:1])[0] == pytest.approx(mean, abs=0.3)


def test_losses_that_do_not_tell_what_they_do_are_told_apart(shops):

    class Pinball(keras.losses.Loss):
        def __init__(self, quantile):
            super().__init__(name="pinball")
            self.quantile = quantile

        def call(self, y_true, y_pred):
            e = y_true - y_pred
            return keras.ops.mean(
                keras.ops.maximum(self.quantile * e, (self.quantile - 1) * e), axis=-1
            )

    X, y = shops
    parameters = {"model": "network", "epochs": 5, "random_state": 0}
    low, high = (
        EmbeddingRegressor(**parameters, loss=Pinball(q)).fit(X, y) for q in (0.1, 0.9)
    )
    assert low.predict(X).mean() < y.mean() < high.predict(X).mean()


def test_a_loss_of_a_whole_batch_is_refused(shops):

    model = EmbeddingRegressor(**QUICK, loss=lambda y, z: keras.ops.mean(y - z))
    with pytest.raises(ValueError, match="one for each row"):
        model.fit(*shops)


def test_a_learning_rate_beside_a_schedule_is_refused(shops):

    schedule = keras.optimizers.schedules.CosineDecay(0.01, 100)
    model = EmbeddingRegressor(**QUICK, optimizer=keras.optimizers.Adam(schedule))
    model.fit(*shops)
    with pytest.raises(ValueError, match="set one of both"):
        model.set_params(learning_rate=0.1).fit(*shops)


@pytest.mark.parametrize("name", ["optimizer", "loss", "callbacks"])
def test_a_class_in_place_of_an_instance_is_refused(shops, quick, name):

    classes = {
        "optimizer": keras.optimizers.Adam,
        "loss": keras.losses.Huber,
        "callbacks": [keras.callbacks.EarlyStopping],
    }
    with pytest.raises(TypeError, match=f"{name} holds the class .* pass an instance"):
        EmbeddingRegressor(**quick, **{name: classes[name]}).fit(*shops)


@pytest.mark.parametrize("callbacks", [[print], [None], ["early stopping"]])
def test_what_is_no_callback_is_refused_before_training(callbacks, shops, quick):
    model = EmbeddingRegressor(**quick, callbacks=callbacks)
    with pytest.raises(TypeError, match=r"callbacks holds .* no callback of Keras"):
        model.fit(*shops)
    assert not hasattr(model, "loss_curve_")


@pytest.mark.parametrize("loss", [*KERAS_LOSSES, "instance", "function"])
def test_the_reported_loss_of_every_loss_falls(shops, loss):

    choices = {
        "instance": keras.losses.MeanSquaredError(),
        "function": lambda y, z: keras.ops.mean(keras.ops.square(y - z), axis=-1),
    }
    model = EmbeddingRegressor(
        **QUICK, loss=choices.get(loss, loss), learning_rate=0.01, random_state=0
    ).fit(*shops)
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_an_optimizer_instance_is_used_as_it_is_configured_and_left_alone(shops):

    X, y = shops
    parameters = {**QUICK, "random_state": 0}
    instance = keras.optimizers.SGD(learning_rate=0.05, momentum=0.9)
    by_instance = EmbeddingRegressor(**parameters, optimizer=instance)
    first = by_instance.fit(X, y).predict(X)
    np.testing.assert_array_equal(first, by_instance.fit(X, y).predict(X))
    assert not instance.built
    by_name = EmbeddingRegressor(**parameters, optimizer="sgd").fit(X, y)
    assert (by_name.predict(X) != first).any()


def test_a_kept_model_starts_every_fit_afresh(shops, quick):
    X, y = shops
    expected = fit_predict(X, y, 0, quick)
    other = EmbeddingRegressor(**quick, alpha=0, learning_rate=0.1, random_state=1)
    other.fit(X[:200], y[:200])  # the same compiled network, with other settings
    np.testing.assert_array_equal(fit_predict(X, y, 0, quick), expected)


def test_equal_fits_share_one_compiled_network(shops):

    X, y = shops
    EmbeddingRegressor(**QUICK).fit(X, y)
    compiled = set(_training._compiled.values())
    EmbeddingRegressor(**QUICK, alpha=3, optimizer="adam").fit(X[:350], y[:350])
    assert set(_training._compiled.values()) == compiled


def test_another_network_has_variables_of_the_same_names(shops):
    """TensorFlow keeps tens of kilobytes of each name for ever."""
    X, y = shops
    names = []
    for optimizer in ("adam", keras.optimizers.Adam(), keras.optimizers.Adam()):
        _training._compiled.clear()
        EmbeddingRegressor(**QUICK, optimizer=optimizer, random_state=0).fit(X, y)
        models = _training._compiled.values()
        variables = [v for m in models for v in [*m.weights, *m.optimizer.variables]]
        names.append({v.path for v in variables})
    assert names[0] == names[1] == names[2] != set()


def test_callbacks_see_every_epoch_and_can_stop_training(shops):
    from keras.callbacks import Callback

    class Recorder(Callback):
        def __init__(self):
            super().__init__()
            self.losses = []

        def on_epoch_end(self, epoch, logs=None):
            self.losses.append(logs["loss"])
            self.model.stop_training = epoch == 1

    recorder = Recorder()
    model = EmbeddingRegressor(**QUICK, callbacks=recorder).fit(*shops)
    assert model.n_iter_ == 2
    assert recorder.losses == model.loss_curve_


def test_callbacks_for_every_batch_change_nothing_but_speed(shops):
    from keras.callbacks import Callback

    class Counter(Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    X, y = shops
    counter = Counter()
    model = EmbeddingRegressor(**QUICK, callbacks=[counter], random_state=0).fit(X, y)
    assert counter.batches == 3 * 4  # epochs times batches of 100 of 400 rows
    np.testing.assert_array_equal(model.predict(X), fit_predict(X, y, 0))


def test_a_lambda_callback_is_called_for_every_batch(shops):
    from keras.callbacks import LambdaCallback

    batches = []
    callback = LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(1))
    EmbeddingRegressor(**QUICK, callbacks=callback).fit(*shops)
    assert len(batches) == 3 * 4


def test_callbacks_do_not_keep_the_network(shops):
    from keras.callbacks import TerminateOnNaN

    X, y = shops
    callback = TerminateOnNaN()
    model = EmbeddingRegressor(**QUICK, callbacks=[callback], random_state=0).fit(X, y)
    assert callback.model is None
    np.testing.assert_array_equal(clone(model).fit(X, y).predict(X), model.predict(X))
    assert len(pickle.dumps(model)) < 20_000


def test_a_callback_may_fit_an_estimator_of_its_own(shops, quick):
    from keras.callbacks import LambdaCallback

    X, y = shops
    inner = EmbeddingRegressor(**quick, random_state=1)
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: inner.fit(X, y))
    outer = EmbeddingRegressor(**quick, callbacks=[callback], random_state=0).fit(X, y)
    np.testing.assert_array_equal(outer.predict(X), fit_predict(X, y, 0, quick))


# -- what is trained -------------------------------------------------------------------


def test_sorted_rows_train_like_shuffled_ones():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": np.sort(rng.uniform(-3, 3, 2000))})
    y = np.sin(X["x"])
    parameters = {"model": "network", "epochs": 60, "alpha": 0}
    model = EmbeddingRegressor(**parameters, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.98


def test_the_penalty_is_that_of_ridge():
    """Without hidden layers and with dimension 1 the optimum is known in closed form.

    For one level with mean m, minimise n (m - u v)^2 + alpha (u^2 + v^2): at the
    optimum u = v and u v = m - alpha / n.
    """
    n, alpha = 50, 10.0
    X = pd.DataFrame({"x": np.repeat([-1.0, 1.0], n)})
    y = np.repeat([-1.0, 1.0], n)
    ridge = 2 * n / (2 * n + alpha)
    model = EmbeddingRegressor(
        model="network",
        hidden_units=(),
        alpha=alpha,
        batch_size=2 * n,
        epochs=2000,
        learning_rate=0.01,
        random_state=0,
    ).fit(X, y)
    np.testing.assert_allclose(model.predict(X), ridge * y, atol=1e-3)
