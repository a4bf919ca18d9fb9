import keras
import numpy as np
import pytest

from skembed import EmbeddingRegressor, _training
from skembed._optimizer import (
    acts_by_element,
    fingerprint,
    has_own_rate,
    make_optimizer,
)

FALLING_RATE = keras.optimizers.schedules.ExponentialDecay(0.01, 100, 0.9)


def test_a_name_and_an_instance_make_the_same_optimizer():
    named, given = make_optimizer("adam"), make_optimizer(keras.optimizers.Adam())
    assert fingerprint(named) == fingerprint(given)


def test_what_is_no_optimizer_is_refused():
    with pytest.raises(TypeError, match="is of type function"):
        make_optimizer(lambda: None)


def test_optimizers_that_differ_in_their_rate_alone_share_a_graph():
    slow, fast = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.2)
    assert fingerprint(slow) == fingerprint(fast)
    assert fingerprint(slow) != fingerprint(keras.optimizers.SGD(0.1, momentum=0.9))
    assert fingerprint(slow) != fingerprint(keras.optimizers.SGD(FALLING_RATE))


def test_a_rate_that_follows_a_schedule_is_not_its_own():
    assert has_own_rate(keras.optimizers.Adam(0.1))
    assert not has_own_rate(keras.optimizers.Adam(FALLING_RATE))


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (keras.optimizers.Adam(), True),
        (keras.optimizers.Adam(amsgrad=True), True),
        (keras.optimizers.RMSprop(momentum=0.9, centered=True), True),
        (keras.optimizers.SGD(), False),  # a rare level's penalty could throw it off
        (keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), False),
        (keras.optimizers.Adam(clipvalue=1.0), False),
        (keras.optimizers.Adam(clipnorm=1.0), False),
        (keras.optimizers.Adam(global_clipnorm=1.0), False),
        (keras.optimizers.Adafactor(), False),  # remembers sums over rows
        (keras.optimizers.AdamW(), False),  # decays every row at every step
        (keras.optimizers.Adam(weight_decay=0.1), False),
        (keras.optimizers.Adam(use_ema=True), False),
        (keras.optimizers.Adam(gradient_accumulation_steps=2), False),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_only_optimizers_that_act_by_element_work_on_a_stage(optimizer, expected):
    assert acts_by_element(optimizer) is expected


@pytest.mark.parametrize(
    "optimizer", ["adamw", keras.optimizers.Adam(use_ema=True)], ids=["adamw", "ema"]
)
def test_others_work_on_the_whole_table(
    optimizer, long_table, long_parameters, has_stage
):
    X, y = long_table
    _training._compiled.clear()
    model = EmbeddingRegressor(**long_parameters, optimizer=optimizer).fit(X, y)
    assert not has_stage()
    assert np.all(np.diff(model.loss_curve_) < 0)


def loss_curve(table, parameters, optimizer):
    model = EmbeddingRegressor(**parameters, optimizer=optimizer)
    return model.fit(*table).loss_curve_


@pytest.mark.parametrize(
    "scaled",
    [
        keras.optimizers.SGD(0.1, loss_scale_factor=1024.0),
        keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)),
    ],
    ids=["factor", "optimizer"],
)
def test_the_scale_of_a_loss_changes_nothing(scaled, long_table, long_parameters):
    expected = loss_curve(long_table, long_parameters, keras.optimizers.SGD(0.1))
    found = loss_curve(long_table, long_parameters, scaled)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_classes_of_one_name_are_told_apart(long_table, long_parameters):
    def define(factor):
        class Mine(keras.optimizers.SGD):
            def update_step(self, gradient, variable, learning_rate):
                super().update_step(gradient * factor, variable, learning_rate)

        return Mine(0.1)

    moving = loss_curve(long_table, long_parameters, define(1.0))
    resting = loss_curve(long_table, long_parameters, define(0.0))
    assert moving[-1] < 0.9 * resting[-1]
