"""A graph of operations that grows by one at a time."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from skembed.exceptions import ColumnError

Name: TypeAlias = str
OPERATORS = [("", 18), ("ai.onnx.ml", 3)]  # their versions
IR_VERSION = 9
OWN = "skembed/"  # what names begin with that are no column's


class Graph:
    """Operations in the order in which they are computed.

    A call adds one: ``graph("Add", a, b)`` returns the name of the sum of what is named
    `a` and `b`. Arrays and numbers in place of names become constants.
    """

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[int, tuple[Any, Any]] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def __call__(
        self, operation: str, *inputs: Any, domain: str = "", **how: Any
    ) -> Name:
        names = [i if isinstance(i, str) else self._constant(i) for i in inputs]
        output = f"{OWN}step_{len(self._nodes)}"
        node = helper.make_node(operation, names, [output], domain=domain, **how)
        self._nodes.append(node)
        return output

    def learned(self, operation: str, *inputs: Any, **how: Any) -> Name:
        """Add an operation of the domain of machine learning."""
        return self(operation, *inputs, domain="ai.onnx.ml", **how)

    def total(self, parts: list[Name]) -> Name:
        """Add up at least one tensor."""
        first, *others = parts
        for other in others:
            first = self("Add", first, other)
        return first

    def beside(self, parts: list[Name]) -> Name:
        """Put at least one matrix beside the other."""
        return self("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]

    def column(self, vector: Name) -> Name:
        """Make a matrix of one column of a vector."""
        return self("Unsqueeze", vector, np.array([1]))

    def vector(self, column: Name) -> Name:
        """Make a vector of a matrix of one column."""
        return self("Squeeze", column, np.array([1]))

    def double(self, tensor: Name) -> Name:
        """Make 64-bit floats of numbers or truth values."""
        return self("Cast", tensor, to=TensorProto.DOUBLE)

    def input(self, name: Name, dtype: int) -> Name:
        """Add a column of the table, of shape (n_rows, 1)."""
        _check_name(name, is_taken=not name or name.startswith(OWN))
        self._inputs.append(helper.make_tensor_value_info(name, dtype, ["rows", 1]))
        return name

    def output(self, name: Name, tensor: Name, dtype: int, shape: list[Any]) -> None:
        """Name a result."""
        _check_name(name, is_taken=name in {known.name for known in self._inputs})
        self._nodes.append(helper.make_node("Identity", [tensor], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def model(self, producer: str, version: str, told: dict[str, str]) -> Any:
        """Return the ``onnx.ModelProto``."""
        constants = [constant for _, constant in self._constants.values()]
        graph = helper.make_graph(
            self._nodes, producer, self._inputs, self._outputs, constants
        )
        operators = [helper.make_opsetid(*operator) for operator in OPERATORS]
        model = helper.make_model(
            graph,
            opset_imports=operators,
            ir_version=IR_VERSION,
            producer_name=producer,
            producer_version=version,
        )
        helper.set_model_props(model, told)
        return model

    def _constant(self, value: Any) -> Name:
        if id(value) not in self._constants:
            name = f"{OWN}constant_{len(self._constants)}"
            constant = numpy_helper.from_array(np.asarray(value), name)
            # what was met is kept, or another could get its id
            self._constants[id(value)] = value, constant
        return self._constants[id(value)][1].name


def _check_name(name: Name, *, is_taken: bool) -> None:
    if is_taken:
        raise ColumnError(
            f"A column is named {name!r}, which an ONNX model needs for something "
            "else: rename it, and fit again."
        )
