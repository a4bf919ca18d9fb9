"""Everything that predicts, in the units of the target."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper

from skembed._blend import Blend
from skembed._labels import Classes
from skembed._model import Model, Network
from skembed._one_versus_rest import OneVersusRest
from skembed._weights import Weights
from skembed.exports._onnx.blend import blend
from skembed.exports._onnx.encoding import Read, read_table
from skembed.exports._onnx.graph import Graph, Name
from skembed.exports._onnx.weights import forward


def predict(graph: Graph, model: Model, names: list[str]) -> Name:
    """Add a model; the output has the shape (n_rows, n_outputs)."""
    read = read_table(graph, model.encoding, names)
    standard = _standard(graph, model.core, read)
    scaled = graph("Mul", standard, model.scale.scale)
    return graph("Add", scaled, model.scale.mean)


def _standard(graph: Graph, core: object, read: Read) -> Name:
    if isinstance(core, Network):
        predictor = core.predictor
        weights = Weights.from_keras(predictor.arrays, len(predictor.tables))
        return forward(graph, weights, predictor.architecture.activations, read)
    if isinstance(core, OneVersusRest):
        said = graph.beside([blend(graph, each, read) for each in core.blends])
        if core.stack is None:
            return said
        product = graph("MatMul", said, core.stack.kernel)
        return graph("Add", product, core.stack.bias)
    assert isinstance(core, Blend)
    return blend(graph, core, read)


def add_numbers(graph: Graph, predicted: Name, n_outputs: int, y_ndim: int) -> None:
    """Add a regressor's output."""
    if y_ndim == 1:
        predicted = graph.vector(predicted)
    shape = ["rows"] if y_ndim == 1 else ["rows", n_outputs]
    graph.output("prediction", predicted, TensorProto.DOUBLE, shape)


def add_classes(graph: Graph, scores: Name, classes: Classes) -> None:
    """Add a classifier's outputs."""
    n_classes = len(classes.labels)
    if classes.is_multilabel:
        probabilities = graph("Sigmoid", scores)
        is_on = graph("Greater", scores, np.float64(0))
        labels = graph("Cast", is_on, to=TensorProto.INT64)
        graph.output("label", labels, TensorProto.INT64, ["rows", n_classes])
    else:
        probabilities, chosen = _exclusive(graph, scores, classes)
        of_row, dtype = _labels(graph, classes.labels, chosen)
        graph.output("label", of_row, dtype, ["rows"])
    shape = ["rows", n_classes]
    graph.output("probabilities", probabilities, TensorProto.DOUBLE, shape)


def _exclusive(graph: Graph, scores: Name, classes: Classes) -> tuple[Name, Name]:
    """Return probabilities, and the position of the most probable class."""
    if classes.is_binary:
        both = graph.beside([graph("Neg", scores), scores])
        is_second = graph("Greater", graph.vector(scores), np.float64(0))
        return graph("Sigmoid", both), graph("Cast", is_second, to=TensorProto.INT64)
    chosen = graph("ArgMax", scores, axis=1, keepdims=0)
    return graph("Softmax", scores, axis=1), chosen


def _labels(graph: Graph, labels: np.ndarray, chosen: Name) -> tuple[Name, int]:
    """Return the label of each row, and its type."""
    if labels.dtype.kind in "OU":
        labels = labels.astype(object)
        return graph("Gather", labels, chosen), TensorProto.STRING
    labels = labels.astype(labels.dtype.newbyteorder("="))
    dtype = helper.np_dtype_to_tensor_dtype(labels.dtype)
    return graph("Gather", labels, chosen), dtype
