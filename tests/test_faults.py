"""Whatever fails in a fit, an earlier one stays, and nothing else has changed."""

import random
import warnings

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_info

from skembed import EmbeddingRegressor, _callbacks, _network_fitting
from skembed.exceptions import TrainingError

HOOKS = [
    "on_train_begin",
    "on_epoch_begin",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_epoch_end",
    "on_train_end",
]
ERRORS = [RuntimeError, KeyboardInterrupt, MemoryError]


def failing_at(hook, error):
    def fail(self, *_, **__):
        raise error

    return type("Failing", (keras.callbacks.Callback,), {hook: fail})()


def state_of_everything():
    """What a fit may not change in its process."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002 - the global one
    return {
        "random": random.getstate(),
        "numpy": (kind, keys.tolist(), rest),
        "numpy errors": np.geterr(),
        "warnings": list(warnings.filters),
        "floats": (keras.config.floatx(), keras.config.dtype_policy().name),
        "threads": [pool["num_threads"] for pool in threadpool_info()],
    }


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_a_callback_changes_nothing(shops, quick_parameters, hook, error):
    X, y = shops
    model = EmbeddingRegressor(**quick_parameters).fit(X, y)
    predicted, before = model.predict(X), state_of_everything()
    model.set_params(callbacks=[failing_at(hook, error)])
    with pytest.raises(error):
        model.fit(X[["day"]], y)
    np.testing.assert_array_equal(model.predict(X), predicted)
    assert model.feature_names_in_.tolist() == X.columns.tolist()
    assert state_of_everything() == before
    again = clone(model).set_params(callbacks=None).fit(X, y)
    np.testing.assert_array_equal(again.predict(X), predicted)


def test_memory_that_runs_out_while_a_table_grows(shops, monkeypatch):
    def run_out(*_):
        raise MemoryError

    X, y = shops
    model = EmbeddingRegressor(epochs=1, warm_start=True, random_state=0).fit(X, y)
    predicted, before = model.predict(X), state_of_everything()
    more = X.assign(city=X["city"].replace("Oslo", "Bodø"))
    with monkeypatch.context() as patched:
        patched.setattr(_network_fitting, "carried_over", run_out)
        with pytest.raises(MemoryError):
            model.fit(more, y)
    np.testing.assert_array_equal(model.predict(X), predicted)
    assert state_of_everything() == before
    assert "Bodø" in model.fit(more, y).categories_["city"]


class Faster(keras.callbacks.Callback):
    """Makes training diverge in an epoch, from 1."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch + 1 == self.epoch:
            weights = [np.full_like(w, np.nan) for w in self.model.get_weights()]
            self.model.set_weights(weights)


PARAMETERS = {"model": "network", "hidden_units": (8,), "epochs": 30, "random_state": 0}


@pytest.mark.parametrize("early_stopping", [False, True])
def test_of_a_training_that_diverges_the_best_weights_are_kept(shops, early_stopping):
    X, y = shops
    params = {**PARAMETERS, "early_stopping": early_stopping}
    model = EmbeddingRegressor(**params, callbacks=[Faster(20)])
    with pytest.warns(ConvergenceWarning, match=r"after epoch 20: .* best weights"):
        model.fit(X, y)
    assert model.n_iter_ == 19
    assert np.isfinite(model.loss_curve_).all()
    assert model.score(X, y) > 0.5


def test_the_best_weights_are_those_of_the_least_loss(shops):
    """Here those of an epoch at which weights are copied."""
    X, y = shops
    model = EmbeddingRegressor(**PARAMETERS, callbacks=[Faster(20)])
    with pytest.warns(ConvergenceWarning):
        model.fit(X, y)

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 18

    stopped = EmbeddingRegressor(**PARAMETERS, callbacks=[Stop()]).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), stopped.predict(X))


class Spoiling(keras.callbacks.Callback):
    """Spoils weights after the last loss was computed."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.params["epochs"] - 1:
            weights = [np.full_like(w, np.inf) for w in self.model.get_weights()]
            self.model.set_weights(weights)


class RareNumber(keras.callbacks.Callback):
    """Spoils a vector that no row has, in the best epoch, and then the loss."""

    def on_epoch_end(self, epoch, logs=None):
        weights = self.model.get_weights()
        if epoch == 8:
            weights[0][-1] = np.nan
            logs["val_loss"] = 0.0
        if epoch == 9:
            weights = [np.full_like(w, np.nan) for w in weights]
        self.model.set_weights(weights)


def test_early_stopping_does_not_bring_back_what_is_not_finite(shops):
    X, y = shops
    params = {**PARAMETERS, "early_stopping": True, "callbacks": [RareNumber()]}
    model = EmbeddingRegressor(**params)
    with pytest.warns(ConvergenceWarning, match="after epoch 11"):
        model.fit(X, y)
    assert all(np.isfinite(table).all() for table in model._model.core.tables)


def test_weights_are_copied_at_most_ten_times(shops, monkeypatch):
    X, y = shops
    n_copies = []
    seen = _callbacks._has_finite_weights
    monkeypatch.setattr(
        _callbacks,
        "_has_finite_weights",
        lambda model: n_copies.append(1) or seen(model),
    )
    for epochs in (1, 9, 10, 19, 29):
        n_copies.clear()
        EmbeddingRegressor(**PARAMETERS | {"epochs": epochs}).fit(X, y)
        assert 1 < len(n_copies) <= 10 + 1  # the last at the end


def test_weights_that_are_not_numbers_are_noticed_without_a_loss(shops):
    X, y = shops
    model = EmbeddingRegressor(**PARAMETERS, callbacks=[Spoiling()])
    with pytest.warns(
        ConvergenceWarning, match="Weights are no longer finite after epoch 30"
    ):
        model.fit(X, y)
    assert np.isfinite(model.predict(X)).all()


def test_where_no_weights_are_good_there_is_no_fit(shops):
    X, y = shops
    model = EmbeddingRegressor(**PARAMETERS, callbacks=[Faster(1)])
    with pytest.raises(TrainingError, match=r"after epoch 1: .* smaller learning_rate"):
        model.fit(X, y)
    assert not hasattr(model, "n_iter_")


def test_networks_of_a_blend_that_diverge_leave_the_rest(shops):
    X, y = shops
    model = EmbeddingRegressor(
        n_networks=2, epochs=4, callbacks=[Faster(3)], random_state=0
    )
    with pytest.warns(ConvergenceWarning, match="after epoch 3"):
        model.fit(X, y)
    plain = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)
    assert model.score(X, y) > plain.score(X, y) - 0.01
