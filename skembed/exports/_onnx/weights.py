"""Dense layers and their activations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto

from skembed._weights import Weights
from skembed.exports._onnx.encoding import Read
from skembed.exports._onnx.graph import Graph, Name

LEAKY = 0.2
ROOT_OF_HALF = np.float32(np.sqrt(0.5))


def _of(operation: str, **how: Any) -> Callable[[Graph, Name], Name]:
    return lambda graph, x: graph(operation, x, **how)


def _gelu(graph: Graph, x: Name) -> Name:
    """Compute it in 32 bits, as runtimes have the error function."""
    scaled = graph("Cast", x, to=TensorProto.FLOAT)
    erf = graph.double(graph("Erf", graph("Mul", scaled, ROOT_OF_HALF)))
    half = graph("Mul", x, np.float64(0.5))
    return graph("Mul", half, graph("Add", erf, np.float64(1)))


def _silu(graph: Graph, x: Name) -> Name:
    """Write it without the sigmoid: runtimes merge the two, some for 32 bits only."""
    shrunken = graph("Exp", graph("Neg", x))
    return graph("Div", x, graph("Add", shrunken, np.float64(1)))


def _mish(graph: Graph, x: Name) -> Name:
    return graph("Mul", x, graph("Tanh", graph("Softplus", x)))


ACTIVATIONS: dict[str, Callable[[Graph, Name], Name]] = {
    "linear": lambda _, x: x,
    "relu": _of("Relu"),
    "leaky_relu": _of("LeakyRelu", alpha=LEAKY),
    "elu": _of("Elu"),
    "selu": _of("Selu"),
    "gelu": _gelu,
    "silu": _silu,
    "mish": _mish,
    "sigmoid": _of("Sigmoid"),
    "softplus": _of("Softplus"),
    "softsign": _of("Softsign"),
    "tanh": _of("Tanh"),
}


def forward(
    graph: Graph, weights: Weights, activations: Sequence[str], read: Read
) -> Name:
    """Add a network; the output has the shape (n_rows, n_outputs)."""
    parts = [
        graph.double(graph("Gather", table, codes))
        for table, codes in zip(weights.tables, read.codes, strict=True)
    ]
    if read.quantities is not None:
        parts.append(read.quantities)
    x = graph.beside(parts)
    layers = zip(weights.kernels, weights.biases, [*activations, "linear"], strict=True)
    for kernel, bias, activation in layers:
        product = graph("MatMul", x, kernel.astype(np.float64))
        shifted = graph("Add", product, bias.astype(np.float64))
        x = ACTIVATIONS[activation](graph, shifted)
    return x
