import numpy as np
import pytest

from skembed._activations import ACTIVATIONS

NAMES = pytest.mark.parametrize("name", ACTIVATIONS)


@NAMES
def test_an_activation_is_the_one_that_keras_has_of_that_name(name):
    import keras

    x = np.concatenate([np.linspace(-30, 30, 601), [-1e-4, 1e-4, -200, 200]])
    of_keras = keras.activations.get(name)(x.astype(np.float32))
    expected = keras.ops.convert_to_numpy(of_keras)
    np.testing.assert_allclose(ACTIVATIONS[name](x), expected, rtol=1e-5, atol=1e-6)


@NAMES
def test_an_activation_keeps_shape_and_type(name):
    x = np.linspace(-2, 2, 12).reshape(3, 4)
    activated = ACTIVATIONS[name](x)
    assert activated.shape == x.shape
    assert activated.dtype == np.float64


@NAMES
def test_an_activation_changes_nothing_in_its_input(name):
    x = np.linspace(-2, 2, 5)
    before = x.copy()
    ACTIVATIONS[name](x)
    np.testing.assert_array_equal(x, before)


@NAMES
def test_large_inputs_give_finite_outputs(name):
    assert np.isfinite(ACTIVATIONS[name](np.array([-1e300, -1e4, 1e4, 1e300]))).all()
