"""A mixed model, the products of vectors, and networks that correct both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from skembed._bilinear import Factors
from skembed._blend import Blend, Corrections
from skembed._evidence import Knowledge
from skembed._members import Member
from skembed._mixed_model import MixedModel
from skembed._pieces import Pieces
from skembed._ramps import FARTHEST, Ramps
from skembed._terms import Term
from skembed._weights import Weights
from skembed.exports._onnx.encoding import Read
from skembed.exports._onnx.graph import Graph, Name
from skembed.exports._onnx.weights import forward


@dataclass(frozen=True)
class Placed:
    """Where rows stand in a mixed model, as `Located` does.

    Attributes
    ----------
    lines : Name or None
        Of shape (n_rows, n_columns); None without quantities.
    cells : list of Name
        Of each term, of shape (n_rows,).
    multipliers : list of Name or None
        None for what is multiplied by one.
    n_cells : list of int
        How many cells each term has.
    """

    lines: Name | None
    cells: list[Name]
    multipliers: list[Name | None]
    n_cells: list[int]


@dataclass(frozen=True)
class Added:
    """What the parts of a model add to a prediction, each of shape (n_rows,)."""

    lines: Name | None
    terms: list[Name]
    products: list[Name]


def blend(graph: Graph, core: Blend, read: Read) -> Name:
    """Add a blend; the output has the shape (n_rows, 1)."""
    mixed, factors = core.model.mixed, core.model.factors
    placed = _placed(graph, mixed, read)
    added = _added(graph, mixed.coefficients, factors, placed)
    output = _predicted(graph, mixed.mean, added)
    if core.corrections is not None:
        correction = _correction(graph, core.corrections, placed, len(core.tables))
        output = graph("Add", output, correction)
    output = graph.column(output)
    if core.newcomers is None:
        return output
    column = core.newcomers.column
    is_new = graph("Equal", read.codes[column], np.int64(core.newcomers.unseen_row))
    without = blend(graph, core.newcomers.blend, read.without(column))
    return graph("Where", graph.column(is_new), without, output)


def _placed(graph: Graph, mixed: MixedModel, read: Read) -> Placed:
    return Placed(
        _lines(graph, mixed.ramps, read),
        [_cells(graph, term, read) for term in mixed.terms],
        [_multiplier(graph, term, read) for term in mixed.terms],
        [term.n_cells for term in mixed.terms],
    )


def _lines(graph: Graph, ramps: Ramps, read: Read) -> Name | None:
    """Add straight lines and ramps, which run from 0 to 1 between two knots."""
    if read.quantities is None:
        return None
    parts = [_within_reach(graph, read.quantities)]
    for i, knots in enumerate(ramps.knots):
        if len(knots):
            value = graph("Gather", read.quantities, np.array([i]), axis=1)
            share = graph("Div", graph("Sub", value, knots[:-1]), np.diff(knots))
            parts.append(graph("Clip", share, np.float64(0), np.float64(1)))
    return graph("Sub", graph.beside(parts), ramps.center)


def _within_reach(graph: Graph, quantities: Name) -> Name:
    return graph("Clip", quantities, np.float64(-FARTHEST), np.float64(FARTHEST))


def _cells(graph: Graph, term: Term, read: Read) -> Name:
    first, *others = zip(term.columns, term.table_rows, strict=True)
    keys = read.codes[first[0]]
    for column, n_rows in others:
        keys = graph("Mul", keys, np.int64(n_rows))
        keys = graph("Add", keys, read.codes[column])
    if term.pieces is not None:
        keys = graph("Mul", keys, np.int64(term.pieces.count))
        keys = graph("Add", keys, _pieces(graph, term.pieces, read))
    return graph.learned(
        "LabelEncoder",
        keys,
        keys_int64s=term.keys.tolist(),
        values_int64s=list(range(term.n_cells)),
        default_int64=term.n_cells,
    )


def _pieces(graph: Graph, pieces: Pieces, read: Read) -> Name:
    """Count the edges that a value has reached."""
    value = graph("Gather", read.quantities, np.array([pieces.quantity]), axis=1)
    reached = graph("GreaterOrEqual", value, pieces.edges)
    counted = graph("ReduceSum", graph.double(reached), np.array([1]), keepdims=0)
    return graph("Cast", counted, to=TensorProto.INT64)


def _multiplier(graph: Graph, term: Term, read: Read) -> Name | None:
    if term.quantity is None:
        return None
    value = graph("Gather", read.quantities, np.int64(term.quantity), axis=1)
    return _within_reach(graph, value)


def _added(
    graph: Graph,
    coefficients: np.ndarray,
    factors: Sequence[Factors],
    placed: Placed,
) -> Added:
    n_lines = len(coefficients) - sum(placed.n_cells)
    slopes, *effects = np.split(
        coefficients, np.cumsum([n_lines, *placed.n_cells])[:-1]
    )
    lines = None
    if placed.lines is not None:
        lines = graph("MatMul", placed.lines, slopes)
    terms = []
    for effect, cells, multiplier in zip(
        effects, placed.cells, placed.multipliers, strict=True
    ):
        of_row = graph("Gather", np.append(effect, 0.0), cells)
        terms.append(of_row if multiplier is None else graph("Mul", of_row, multiplier))
    return Added(lines, terms, [_product(graph, pair, placed) for pair in factors])


def _product(graph: Graph, factors: Factors, placed: Placed) -> Name:
    first, second = (placed.cells[column] for column in factors.columns)
    left = graph("Gather", factors.left, first)
    right = graph("Gather", factors.right, second)
    return graph("ReduceSum", graph("Mul", left, right), np.array([1]), keepdims=0)


def _predicted(graph: Graph, mean: float, added: Added) -> Name:
    lines = [] if added.lines is None else [added.lines]
    total = graph.total([*lines, *added.terms, *added.products])
    return graph("Add", total, np.float64(mean))


def _correction(
    graph: Graph, corrections: Corrections, placed: Placed, n_columns: int
) -> Name:
    counts = _counts(graph, corrections.knowledge, placed)
    features = _features(graph, corrections.knowledge, placed, counts)
    outputs = [_output(graph, member, features) for member in corrections.members]
    mean = graph("Div", graph.total(outputs), np.float64(len(outputs)))
    share = _share(graph, corrections, counts[:n_columns])
    return graph("Mul", share, mean)


def _counts(graph: Graph, knowledge: Knowledge, placed: Placed) -> list[Name]:
    ends = np.cumsum(placed.n_cells)[:-1]
    blocks = np.split(knowledge.counts[:, 0], ends) if placed.cells else []
    return [
        graph("Gather", np.append(known, 0.0), cells)
        for known, cells in zip(blocks, placed.cells, strict=True)
    ]


def _features(
    graph: Graph, knowledge: Knowledge, placed: Placed, counts: list[Name]
) -> Name:
    """Put what networks read of a row beside each other, as `evidence` does."""
    factors = knowledge.factors[0]
    added = _added(graph, knowledge.coefficients[:, 0], factors, placed)
    prediction = _predicted(graph, knowledge.mean, added)
    lines = added.lines
    if lines is None:
        lines = graph("Mul", prediction, np.float64(0))
    vectors = [lines, prediction, *added.terms]
    if factors:
        vectors.append(graph.total(added.products))
    one = np.float64(1)
    vectors += [graph("Log", graph("Add", count, one)) for count in counts]
    columns = [graph.column(vector) for vector in vectors]
    if placed.lines is not None:
        columns.insert(0, placed.lines)
    return graph.beside(columns)


def _output(graph: Graph, member: Member, features: Name) -> Name:
    weights = Weights.from_keras(member.network.arrays, 0)
    scaled = graph("Div", graph("Sub", features, member.center), member.scale)
    activations = member.network.architecture.activations
    output = forward(graph, weights, activations, Read((), scaled))
    return graph("Mul", graph.vector(output), np.float64(member.unit))


def _share(graph: Graph, corrections: Corrections, counts: list[Name]) -> Name | float:
    """Return how much networks are believed, which differs where a level is new."""
    share, if_new = np.float64(corrections.share), np.float64(corrections.share_if_new)
    if not counts:
        return share
    least = graph("Min", *counts) if len(counts) > 1 else counts[0]
    return graph("Where", graph("Greater", least, np.float64(0)), share, if_new)
