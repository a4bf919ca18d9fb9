"""The curves are the losses, and the epoch that is marked is the one that was kept."""

import sys

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor
from skembed.datasets import make_effects, make_tokens
from skembed.displays import LossCurveDisplay
from skembed.displays._loss_curve import kept_epoch

QUICK = {"hidden_units": (8,), "random_state": 0}


@pytest.fixture(scope="module")
def stopped():
    """A network whose training was stopped early, in units far from 1."""
    X, y = make_effects(600, n_levels=(150, 4), random_state=0)
    model = EmbeddingRegressor(
        model="network",
        early_stopping=True,
        n_iter_no_change=3,
        tol=0.01,
        learning_rate=0.03,
        epochs=40,
        **QUICK,
    )
    return model.fit(X, 100 * y)


@pytest.fixture(scope="module")
def blend():
    X, y = make_effects(600, n_levels=(8, 4), interaction_scale=1.0, random_state=0)
    return EmbeddingRegressor(n_networks=2, early_stopping=True, epochs=4, **QUICK).fit(
        X, y
    )


@pytest.fixture
def ax():
    return Figure(figsize=(7, 5), layout="constrained").add_subplot()


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def test_curves_are_the_losses(stopped, ax):
    display = LossCurveDisplay.from_estimator(stopped, ax=ax)
    training, validation = display.lines_
    epochs = np.arange(1, stopped.n_iter_ + 1)
    np.testing.assert_array_equal(training.get_xydata().T[0], epochs)
    np.testing.assert_array_equal(training.get_ydata(), stopped.loss_curve_)
    np.testing.assert_array_equal(validation.get_ydata(), stopped.history_["val_loss"])
    assert ax.get_ylabel() == "mean squared error"


def test_the_kept_epoch_is_marked(stopped, ax):
    display = LossCurveDisplay.from_estimator(stopped, ax=ax)
    assert 1 < display.best_epoch == stopped.n_iter_ - stopped.n_iter_no_change
    assert f"epoch {display.best_epoch}: weights kept" in texts_of(ax)
    marks = [
        line.get_xydata().tolist() for line in ax.lines if line.get_marker() == "o"
    ]
    loss = stopped.history_["val_loss"][display.best_epoch - 1]
    assert marks == [[[display.best_epoch, loss]]]


def test_a_blend_marks_the_lowest_average(blend, ax):
    display = LossCurveDisplay.from_estimator(blend, ax=ax)
    lowest = int(np.argmin(blend.history_["val_loss"])) + 1
    assert display.best_epoch == lowest
    assert f"epoch {lowest}: lowest on average" in texts_of(ax)
    assert "averaged over networks" in ax.get_title()


def test_of_one_network_nothing_is_averaged(ax):
    X, y = make_effects(600, n_levels=(8, 4), interaction_scale=1.0, random_state=0)
    model = EmbeddingRegressor(n_networks=1, early_stopping=True, epochs=4, **QUICK)
    display = LossCurveDisplay.from_estimator(model.fit(X, y), ax=ax)
    assert ax.get_title() == "Loss by epoch"
    assert f"epoch {display.best_epoch}: weights kept" in texts_of(ax)


def test_without_early_stopping_there_is_one_curve(example, ax):
    display = LossCurveDisplay.from_estimator(example, ax=ax)
    assert len(display.lines_) == 1
    assert display.best_epoch is None
    assert texts_of(ax) == [f"training {example.loss_curve_[-1]:.4g}"]


@pytest.mark.parametrize(
    ("losses", "tol", "epoch"),
    [
        ([3.0, 2.0, 1.0], 0.1, 3),
        ([3.0, 2.0, 2.5, 1.95, 1.85], 0.1, 5),
        ([3.0, 2.0, 2.5, 1.95, 1.92], 0.1, 2),  # lower, but not by enough
        ([1.0, 2.0, 3.0], 0.0, 1),
        ([1.0, 1.0], 0.0, 1),
    ],
)
def test_an_epoch_is_kept_if_it_improves_by_enough(losses, tol, epoch):
    assert kept_epoch(losses, tol) == epoch


@pytest.mark.parametrize("seed", range(5))
def test_the_kept_epoch_is_that_of_keras(seed):
    from keras.callbacks import EarlyStopping

    class Model:
        stop_training = False

        def get_weights(self):
            return [1.0]

        def set_weights(self, weights):
            pass

    rng = np.random.default_rng(seed)
    losses, tol = rng.normal(size=30).cumsum() * -0.1, 0.08
    stopping = EarlyStopping(
        "val_loss", min_delta=tol, patience=99, mode="min", restore_best_weights=True
    )
    stopping.set_model(Model())
    stopping.on_train_begin()
    for epoch, loss in enumerate(losses):
        stopping.on_epoch_end(epoch, {"val_loss": loss})
    assert kept_epoch(losses, tol) == stopping.best_epoch + 1


@pytest.mark.parametrize(
    ("losses", "log", "scale"),
    [
        ([100.0, 1.0], "auto", "log"),
        ([2.0, 1.0], "auto", "linear"),
        ([1.0, -1.0], "auto", "linear"),
        ([100.0, 1.0], False, "linear"),
        ([2.0, 1.0], True, "log"),
    ],
)
def test_steep_losses_are_on_a_log_scale(ax, losses, log, scale):
    LossCurveDisplay(losses=losses).plot(ax, log=log)
    assert ax.get_yscale() == scale


@pytest.mark.parametrize("losses", [[0.03, 0.002], [9.0, 5.0], [1e4, 1e-3]], ids=repr)
def test_losses_on_a_log_scale_are_plain_numbers(ax, losses):
    LossCurveDisplay(losses=losses).plot(ax, log=True)
    ax.figure.draw_without_rendering()
    ticks = [*ax.yaxis.get_major_ticks(), *ax.yaxis.get_minor_ticks()]
    texts = [tick.label1.get_text() for tick in ticks if tick.label1.get_text()]
    assert len(texts) > 1
    assert all(float(text) > 0 for text in texts)  # no power of ten


@pytest.mark.parametrize("gap", [0.0, 0.001, 0.5])
def test_labels_of_curves_do_not_overlap(ax, gap):
    losses = [2.0, 1.0]
    display = LossCurveDisplay(losses=losses, val_losses=[2.0, 1.0 + gap]).plot(ax)
    ax.figure.draw_without_rendering()
    boxes = [
        text.get_window_extent()
        for text in ax.texts
        if text.get_text().startswith(("training", "validation"))
    ]
    assert len(boxes) == len(display.lines_)
    assert not boxes[0].overlaps(boxes[1])


def test_one_epoch_can_be_drawn(ax):
    LossCurveDisplay(losses=[1.0], val_losses=[2.0], best_epoch=1).plot(ax)
    ax.figure.draw_without_rendering()
    assert ax.get_xticks().tolist() == [1]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"loss": "huber"}, "Huber loss of the standardised target"),
        ({"loss": "absolute_error"}, "mean absolute error"),
        ({"loss": lambda y, p: (y - p) ** 2}, "loss"),
    ],
)
def test_the_loss_is_named(tokens, ax, parameters, name):
    X, y = tokens
    model = EmbeddingRegressor(model="network", epochs=1, **QUICK, **parameters)
    LossCurveDisplay.from_estimator(model.fit(X[:200], y[:200]), ax=ax)
    assert ax.get_ylabel() == name


def test_given_axes_are_used(stopped, ax):
    open_before = plt.get_fignums()
    display = LossCurveDisplay.from_estimator(stopped, ax=ax)
    assert (display.ax_, display.figure_) == (ax, ax.figure)
    assert plt.get_fignums() == open_before


def test_without_axes_one_figure_is_opened(stopped):
    open_before = plt.get_fignums()
    display = LossCurveDisplay.from_estimator(stopped)
    assert plt.get_fignums() == [*open_before, display.figure_.number]
    plt.close(display.figure_)


def test_keywords_reach_matplotlib(stopped, ax):
    display = LossCurveDisplay.from_estimator(stopped, ax=ax, lw=5, c="red", alpha=0.5)
    assert {line.get_color() for line in display.lines_} == {"red"}
    assert {line.get_linewidth() for line in display.lines_} == {5}
    assert {line.get_alpha() for line in display.lines_} == {0.5}


def test_what_there_is_not_is_refused(stopped, ax, monkeypatch):
    model = EmbeddingRegressor(n_networks=0)
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(model, ax=ax)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        LossCurveDisplay.from_estimator(stopped)


NO_NETWORK = {
    "none wanted": (EmbeddingRegressor(n_networks=0), "trained: n_networks=0"),
    "regressor": (EmbeddingRegressor(), "n_networks=5 takes 100 observations"),
    "many networks": (
        EmbeddingRegressor(n_networks=8),
        "n_networks=8 takes 160 observations",
    ),
    "classifier": (EmbeddingClassifier(), "n_networks=5 takes 1,000 observations"),
    "encoder": (EmbeddingEncoder(), "output='embedding' uses none"),
    "predicting encoder": (
        EmbeddingEncoder(output="prediction"),
        "n_networks=1 takes 100 observations",
    ),
}


@pytest.mark.parametrize("case", NO_NETWORK)
def test_loss_curve_display_names_the_reason_for_no_losses(case, ax):
    estimator, message = NO_NETWORK[case]
    X, y = make_tokens(99, random_state=0)
    target = y > 0 if isinstance(estimator, EmbeddingClassifier) else y
    estimator = clone(estimator).set_params(random_state=0).fit(X, target)
    with pytest.raises(ValueError, match=message):
        LossCurveDisplay.from_estimator(estimator, ax=ax)


@pytest.mark.parametrize("n_observations", [999, 1_000])
def test_classifier_has_losses_from_the_number_of_observations_named(n_observations):
    X, y = make_tokens(n_observations, random_state=0)
    model = EmbeddingClassifier(epochs=1, random_state=0).fit(X, y > 0)
    assert bool(model.loss_curve_) == (n_observations == 1_000)


def test_loss_curve_display_draws_an_encoder_of_predictions(ax):
    encoder = EmbeddingEncoder(output="prediction", random_state=0)
    encoder.fit(*make_tokens(200, random_state=0))
    display = LossCurveDisplay.from_estimator(encoder, ax=ax)
    assert display.losses == encoder.loss_curve_
    assert display.best_epoch is None
