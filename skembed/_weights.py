"""The weights of a network as numpy arrays: drawn, arranged and applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skembed._activations import ACTIVATIONS
from skembed._architecture import Architecture
from skembed._encoding import Encoded
from skembed._parts import parts_of

ROWS_AT_A_TIME = 16_384


@dataclass(frozen=True, eq=False)
class Weights:
    """Everything that training learns.

    Attributes
    ----------
    tables : tuple of ndarray
        An embedding table for each categorical column.
    kernels, biases : tuple of ndarray
        The dense layers, the output layer last.
    """

    tables: tuple[np.ndarray, ...]
    kernels: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    def to_keras(self) -> list[np.ndarray]:
        """Return the arrays in the order of ``keras.Model.get_weights``."""
        pairs = zip(self.kernels, self.biases, strict=True)
        return [*self.tables, *(array for pair in pairs for array in pair)]

    @classmethod
    def from_keras(cls, arrays: Sequence[np.ndarray], n_tables: int) -> Weights:
        """Arrange the arrays of ``keras.Model.get_weights``."""
        dense = arrays[n_tables:]
        return cls(tuple(arrays[:n_tables]), tuple(dense[::2]), tuple(dense[1::2]))


def draw_weights(architecture: Architecture, rng: np.random.Generator) -> Weights:
    """Draw the weights to start from, as Keras does by default.

    Parameters
    ----------
    architecture : Architecture
        The sizes.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    Weights
        Tables uniform on [-0.05, 0.05], kernels uniform by the rule of Glorot & Bengio
        (2010), equation 16, and biases zero.
    """
    shapes = zip(architecture.table_rows, architecture.embedding_dims, strict=True)
    tables = [rng.uniform(-0.05, 0.05, shape) for shape in shapes]
    kernels, biases = [], []
    for n_inputs, n_units in architecture.layer_sizes:
        limit = np.sqrt(6 / (n_inputs + n_units))
        kernels.append(rng.uniform(-limit, limit, (n_inputs, n_units)))
        biases.append(np.zeros(n_units))
    return Weights(tuple(tables), tuple(kernels), tuple(biases))


def forward(
    weights: Weights, activations: Sequence[str], inputs: Encoded
) -> np.ndarray:
    """Compute the network's output.

    Parameters
    ----------
    weights : Weights
        What training learned.
    activations : sequence of str
        The activation of each hidden layer.
    inputs : Encoded
        What the network reads.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        In 64-bit floats, so that the size of a batch does not show in the result.
    """
    n_outputs = len(weights.biases[-1])
    output = np.empty((len(inputs), n_outputs))
    for rows in parts_of(len(inputs), ROWS_AT_A_TIME):
        output[rows] = _forward(weights, activations, inputs.take(rows))
    return output


def _forward(
    weights: Weights, activations: Sequence[str], inputs: Encoded
) -> np.ndarray:
    vectors = [table[inputs.codes[:, j]] for j, table in enumerate(weights.tables)]
    x = np.hstack([*vectors, inputs.quantities])
    layers = zip(weights.kernels, weights.biases, [*activations, "linear"], strict=True)
    for kernel, bias, activation in layers:
        x = ACTIVATIONS[activation](x @ kernel + bias)
    return x
