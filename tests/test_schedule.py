import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._encoding import Encoded
from skembed._sample import make_sample
from skembed._schedule import make_schedule
from skembed._target import TargetScale

PARAMETERS = {
    "optimizer": "adam",
    "learning_rate": None,
    "loss": "squared_error",
    "alpha": 10.0,
    "epochs": 30,
    "batch_size": "auto",
    "n_iter_no_change": 10,
    "tol": 1e-4,
    "callbacks": None,
    "verbose": 0,
}


def schedule(n_rows=100, n_observations=None, scale=(2.0,), **changes):
    """The schedule of a sample of so many rows that stand for so many observations."""
    weight = np.ones(n_rows)
    weight[0] += 0 if n_observations is None else n_observations - n_rows
    inputs = Encoded(np.zeros((n_rows, 1), dtype=np.int32), np.zeros((n_rows, 0)))
    training = make_sample(inputs, np.zeros((n_rows, len(scale))), weight)
    target_scale = TargetScale(np.zeros(len(scale)), np.array(scale))
    return make_schedule(training, target_scale, PARAMETERS | changes)


SIZES = st.integers(1, 3000)


@settings(deadline=None)
@given(SIZES, SIZES)
def test_an_epoch_has_a_step_for_every_batch_of_observations(n_rows, batch_size):
    plan = schedule(n_rows, 3 * n_rows, batch_size=batch_size)
    assert (plan.steps_per_epoch - 1) * batch_size < 3 * n_rows
    assert plan.steps_per_epoch * batch_size >= 3 * n_rows


@settings(deadline=None)
@given(SIZES, SIZES)
def test_a_step_sees_no_more_rows_than_there_are(n_rows, batch_size):
    assert schedule(n_rows, batch_size=batch_size).batch_size == min(n_rows, batch_size)


@pytest.mark.parametrize(
    ("n_observations", "batch_size", "steps"),
    [
        (1, 1, 1),
        (10, 10, 1),
        (100, 16, 7),
        (800, 16, 50),
        (5_000, 100, 50),
        (51_200, 1_024, 50),
        (200_000, 1_024, 196),
    ],
)
def test_auto_takes_a_fiftieth_of_the_rows_from_16_to_1024(
    n_observations, batch_size, steps
):
    plan = schedule(n_observations)
    assert (plan.batch_size, plan.steps_per_epoch) == (batch_size, steps)


@pytest.mark.parametrize(
    ("n_rows", "n_observations", "batch_size", "steps"),
    [
        (5, 100, 5, 7),
        (5, 10_000, 5, 50),
        (500, 10_000, 200, 50),
        (5_000, 10_000, 200, 50),
        (60_000, 100_000, 1_024, 59),
    ],
)
def test_auto_takes_a_fiftieth_of_the_observations_that_were_grouped(
    n_rows, n_observations, batch_size, steps
):
    plan = schedule(n_rows, n_observations)
    assert (plan.batch_size, plan.steps_per_epoch) == (batch_size, steps)


@pytest.mark.parametrize("n_rows", [1, 1_000, 40_000])
def test_cells_of_many_observations_are_seen_in_fifty_steps(n_rows):
    plan = schedule(n_rows, 10_000_000)
    assert plan.batch_size == min(n_rows, 1_024)
    assert plan.steps_per_epoch == 50


@settings(deadline=None)
@given(SIZES, st.integers(1, 100))
def test_auto_sees_every_row_in_an_epoch(n_rows, n_repeats):
    plan = schedule(n_rows, n_rows * n_repeats)
    assert plan.batch_size * plan.steps_per_epoch >= n_rows


@pytest.mark.parametrize(
    ("loss", "unit"),
    [("squared_error", 9.0), ("absolute_error", 3.0), ("huber", 1), ("log_cosh", 1)],
)
def test_losses_and_tolerance_are_in_units_of_the_target(loss, unit):
    plan = schedule(scale=(3.0,), loss=loss, tol=0.5)
    assert plan.loss_unit == unit
    assert plan.tol == 0.5 * unit


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_losses_of_several_outputs_are_in_standard_units(loss):
    plan = schedule(scale=(3.0, 5.0), loss=loss, tol=0.5)
    assert plan.loss_unit == 1
    assert plan.tol == 0.5


def test_a_loss_of_the_users_own_is_in_standard_units():
    def loss(y_true, y_pred):
        return abs(y_true - y_pred)

    plan = schedule(scale=(3.0,), loss=loss)
    assert plan.loss is loss
    assert plan.loss_unit == 1


def test_parameters_are_passed_on():
    plan = schedule(
        optimizer="sgd",
        learning_rate=0.3,
        alpha=2.0,
        epochs=7,
        n_iter_no_change=4,
        verbose=True,
    )
    assert plan.optimizer == "sgd"
    assert plan.learning_rate == 0.3
    assert plan.alpha == 2.0
    assert plan.epochs == 7
    assert plan.patience == 4
    assert plan.verbose == 1


def test_callbacks_are_a_list():
    callback, other = object(), object()
    assert schedule(callbacks=None).callbacks == []
    assert schedule(callbacks=callback).callbacks == [callback]
    assert schedule(callbacks=(callback, other)).callbacks == [callback, other]
    given_list = [callback]
    assert schedule(callbacks=given_list).callbacks == given_list
    assert schedule(callbacks=given_list).callbacks is not given_list
