import math

import numpy as np
import pytest

from skembed._architecture import Architecture
from skembed._encoding import Encoded
from skembed._weights import Weights, draw_weights, forward

NAIVE = {"linear": lambda x: x, "relu": lambda x: max(x, 0.0), "tanh": math.tanh}


def architecture(**changes):
    sizes = {
        "table_rows": (5, 12),
        "embedding_dims": (2, 3),
        "n_quantities": 2,
        "hidden_units": (8, 6),
        "activations": ("relu", "tanh"),
        "n_outputs": 2,
    }
    return Architecture(**(sizes | changes))


def inputs_of(architecture, n_samples, seed=0):
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, n, n_samples) for n in architecture.table_rows]
    codes = np.array(rows, dtype=np.int32).reshape(len(rows), n_samples).T
    return Encoded(codes, rng.normal(size=(n_samples, architecture.n_quantities)))


def naive_forward(weights, activations, codes, quantities):
    """The output for one row, in loops."""
    x = [
        v for table, row in zip(weights.tables, codes, strict=True) for v in table[row]
    ]
    x += list(quantities)
    for i, (kernel, bias) in enumerate(
        zip(weights.kernels, weights.biases, strict=True)
    ):
        name = activations[i] if i < len(activations) else "linear"
        sums = [
            sum(x[p] * kernel[p, q] for p in range(len(x))) + bias[q]
            for q in range(len(bias))
        ]
        x = [NAIVE[name](float(s)) for s in sums]
    return x


ARCHITECTURES = pytest.mark.parametrize(
    "sizes",
    [
        architecture(),
        architecture(hidden_units=(), activations=()),
        architecture(table_rows=(), embedding_dims=()),
        architecture(n_quantities=0, n_outputs=1),
        architecture(hidden_units=(4,), activations=("linear",)),
    ],
    ids=["standard", "linear", "no tables", "no quantities", "linear activation"],
)


def with_biases(weights, rng):
    biases = tuple(rng.normal(size=bias.shape) for bias in weights.biases)
    return Weights(weights.tables, weights.kernels, biases)


@ARCHITECTURES
def test_the_output_is_that_of_a_loop_over_rows(sizes):
    rng = np.random.default_rng(0)
    weights = with_biases(draw_weights(sizes, rng), rng)
    inputs = inputs_of(sizes, 20)
    rows = zip(inputs.codes, inputs.quantities, strict=True)
    expected = [naive_forward(weights, sizes.activations, *row) for row in rows]
    np.testing.assert_allclose(
        forward(weights, sizes.activations, inputs), expected, rtol=1e-10, atol=1e-12
    )


@ARCHITECTURES
def test_the_size_of_a_batch_does_not_show_in_the_result(sizes):
    weights = draw_weights(sizes, np.random.default_rng(0))
    inputs = inputs_of(sizes, 50)
    at_once = forward(weights, sizes.activations, inputs)
    for size in (1, 7):
        parts = [
            forward(weights, sizes.activations, inputs.take(slice(i, i + size)))
            for i in range(0, len(inputs), size)
        ]
        np.testing.assert_allclose(np.vstack(parts), at_once, rtol=0, atol=1e-14)


def test_large_tables_are_computed_completely():
    sizes = architecture(hidden_units=(3,), activations=("tanh",))
    weights = draw_weights(sizes, np.random.default_rng(0))
    inputs = inputs_of(sizes, 40_000)
    output = forward(weights, sizes.activations, inputs)
    halves = [inputs.take(slice(0, 20_000)), inputs.take(slice(20_000, None))]
    expected = [forward(weights, sizes.activations, half) for half in halves]
    np.testing.assert_allclose(output, np.vstack(expected), rtol=0, atol=1e-14)


def test_the_output_is_of_64_bits_for_weights_of_32():
    sizes = architecture(n_quantities=0)
    drawn = draw_weights(sizes, np.random.default_rng(0)).to_keras()
    weights = Weights.from_keras([array.astype(np.float32) for array in drawn], 2)
    inputs = inputs_of(sizes, 9)
    output = forward(weights, sizes.activations, inputs)
    in_64_bits = Weights.from_keras(
        [a.astype(np.float64) for a in weights.to_keras()], 2
    )
    assert output.dtype == np.float64
    np.testing.assert_allclose(
        output, forward(in_64_bits, sizes.activations, inputs), rtol=0, atol=1e-14
    )


def test_no_rows_have_no_output():
    sizes = architecture()
    weights = draw_weights(sizes, np.random.default_rng(0))
    assert forward(weights, sizes.activations, inputs_of(sizes, 0)).shape == (0, 2)


@ARCHITECTURES
def test_weights_are_the_same_after_a_way_through_keras(sizes):
    weights = draw_weights(sizes, np.random.default_rng(0))
    arrays = weights.to_keras()
    again = Weights.from_keras(arrays, len(weights.tables))
    for name in ("tables", "kernels", "biases"):
        pairs = zip(getattr(weights, name), getattr(again, name), strict=True)
        assert all(first is second for first, second in pairs)


def test_keras_has_tables_first_and_each_kernel_before_its_bias():
    arrays = draw_weights(architecture(), np.random.default_rng(0)).to_keras()
    shapes = [(5, 2), (12, 3), (7, 8), (8,), (8, 6), (6,), (6, 2), (2,)]
    assert [array.shape for array in arrays] == shapes


@ARCHITECTURES
def test_a_seed_decides_what_is_drawn(sizes):
    first = draw_weights(sizes, np.random.default_rng(1)).to_keras()
    second = draw_weights(sizes, np.random.default_rng(1)).to_keras()
    other = draw_weights(sizes, np.random.default_rng(2)).to_keras()
    for array, same in zip(first, second, strict=True):
        np.testing.assert_array_equal(array, same)
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_weights_are_drawn_uniformly_and_biases_are_zero():
    sizes = architecture(
        table_rows=(400,), embedding_dims=(50,), hidden_units=(100, 300)
    )
    weights = draw_weights(sizes, np.random.default_rng(0))
    limits = [math.sqrt(6 / sum(shape)) for shape in sizes.layer_sizes]
    drawn = zip([*weights.tables, *weights.kernels], [0.05, *limits], strict=True)
    for array, limit in drawn:
        assert np.abs(array).max() <= limit
        # of a uniform distribution: mean 0 and variance limit ** 2 / 3
        assert abs(array.mean()) < 5 * limit / math.sqrt(3 * array.size)
        np.testing.assert_allclose(array.var(), limit**2 / 3, rtol=0.15)
    assert all((bias == 0).all() for bias in weights.biases)


def test_weights_are_spread_as_those_that_keras_draws():
    import keras

    sizes = architecture(
        table_rows=(400,), embedding_dims=(50,), hidden_units=(100, 300), n_outputs=40
    )
    drawn = draw_weights(sizes, np.random.default_rng(0))
    embedding = keras.layers.Embedding(400, 50)
    embedding.build()
    dense = [keras.layers.Dense(n_units) for _, n_units in sizes.layer_sizes]
    for layer, (n_inputs, _) in zip(dense, sizes.layer_sizes, strict=True):
        layer.build((None, n_inputs))
    of_keras = [array for layer in (embedding, *dense) for array in layer.get_weights()]
    for ours, theirs in zip(drawn.to_keras(), of_keras, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours.std(), theirs.std(), rtol=0.1)
        np.testing.assert_allclose(ours.max(), theirs.max(), rtol=0.05)
