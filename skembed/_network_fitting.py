"""Fitting one network: what it is trained on, where it starts, what it ends as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from skembed._architecture import (
    Architecture,
    choose_embedding_dims,
    read_activations,
    read_hidden_units,
)
from skembed._axes import principal_axes
from skembed._divisible import merge_to_divide
from skembed._effects import shrunken_effects
from skembed._encoding import Encoding
from skembed._likelihood import CLASS_LOSSES, likelihood_of
from skembed._model import Model, Network
from skembed._predictor import Builder, Predictor
from skembed._sample import (
    Sample,
    hold_out,
    kept_rows,
    merge_equal_inputs,
    merge_equal_rows,
)
from skembed._schedule import make_schedule
from skembed._stages import Stage, describe_epochs
from skembed._target import TargetScale
from skembed._tensorflow import load_tensorflow
from skembed._vocabulary import Vocabulary
from skembed._weights import Weights, draw_weights

EFFECT_LENGTH = 0.5
EPOCHS = 30


def fit_network(
    sample: Sample,
    encoding: Encoding,
    params: Mapping[str, Any],
    rng: np.random.Generator,
    earlier: Model | None,
) -> Model:
    """Train the standard network, or the user's own.

    Parameters
    ----------
    sample : Sample
        Rows with targets in units of their own.
    encoding : Encoding
        What the rows were encoded by.
    params : mapping
        The estimator's parameters.
    rng : numpy.random.Generator
        The only source of randomness.
    earlier : Model or None
        A model to go on from.

    Returns
    -------
    Model
        Ready to predict.
    """
    training, validation = _divide(sample, params, rng)
    training, scale = standardized(training, params, earlier)
    validation = None if validation is None else validation.standardized(scale)
    start = start_of(training, encoding, params, rng, earlier)
    schedule = make_schedule(training, scale, {**params, "epochs": n_epochs(params)})

    load_tensorflow()
    from skembed._training import train

    stage = Stage("Network")
    # one name, so that a table that has been worked on is freed
    network, history = train(start, schedule, training, validation, rng)
    stage.end(describe_epochs(history))
    network = fill_unseen(network, _occurrences(training, network))
    network = on_principal_axes(network, training, params["alpha"])
    return Model(encoding, Network(network), scale, history, kept_rows(training))


def n_epochs(params: Mapping[str, Any]) -> int:
    """Return how many passes over the rows are asked for."""
    return EPOCHS if params["epochs"] == "auto" else int(params["epochs"])


def standardized(
    training: Sample, params: Mapping[str, Any], earlier: Model | None
) -> tuple[Sample, TargetScale]:
    """Return a sample in standard units, and these."""
    # the scale of the cells, which rows and cells with counts have in common
    scale = (
        likelihood_of(params["loss"]).scale(training.target, training.weight)
        if earlier is None
        else earlier.scale
    )
    training = training.standardized(scale)
    if params["loss"] in CLASS_LOSSES:  # whose mean over equal inputs loses nothing
        training = replace(training, squares=np.zeros_like(training.squares))
    return training, scale


def start_of(
    training: Sample,
    encoding: Encoding,
    params: Mapping[str, Any],
    rng: np.random.Generator,
    earlier: Model | None,
) -> Predictor:
    """Return the network that training starts from: a fresh or an earlier one."""
    before = None if earlier is None else _network_of(earlier)
    n_outputs = training.target.shape[1]
    architecture = _architecture(encoding, n_outputs, params, before)
    if earlier is None:
        return _fresh_start(architecture, training, params, rng)
    return _warm_start(architecture, encoding, params["model"], earlier)


def _network_of(earlier: Model) -> Predictor:
    if not isinstance(earlier.core, Network):
        raise ValueError(
            "warm_start=True continues a network, but the earlier fit is a blend: set "
            "model='network' for both fits, or warm_start=False."
        )
    return earlier.core.predictor


def _divide(
    sample: Sample, params: Mapping[str, Any], rng: np.random.Generator
) -> tuple[Sample, Sample | None]:
    """Hold out a validation sample if asked, and group what is to be trained on."""
    if not params["early_stopping"]:
        return grouped(sample, params), None
    rows = merge_to_divide(sample, params["loss"])
    training, validation = hold_out(rows, params["validation_fraction"], rng)
    return grouped(training, params), validation


def grouped(sample: Sample, params: Mapping[str, Any]) -> Sample:
    """Merge the rows that a loss does not tell apart."""
    is_linear = params["loss"] in ("squared_error", *CLASS_LOSSES)
    return merge_equal_inputs(sample) if is_linear else merge_equal_rows(sample)


def _architecture(
    encoding: Encoding,
    n_outputs: int,
    params: Mapping[str, Any],
    earlier: Predictor | None,
) -> Architecture:
    units = read_hidden_units(params["hidden_units"])
    if earlier is not None and params["embedding_dim"] == "auto":
        dims = earlier.architecture.embedding_dims
    else:
        dims = choose_embedding_dims(params["embedding_dim"], encoding.vocabularies)
    return Architecture(
        table_rows=tuple(v.unseen_row + 1 for v in encoding.vocabularies),
        embedding_dims=dims,
        n_quantities=encoding.standardizer.n_inputs,
        hidden_units=units,
        activations=read_activations(params["activation"], len(units)),
        n_outputs=n_outputs,
    )


def _fresh_start(
    architecture: Architecture,
    training: Sample,
    params: Mapping[str, Any],
    rng: np.random.Generator,
) -> Predictor:
    """Start as Keras does, each level moved by its shrunken effect.

    From there a level's vector has to move less, and levels that differ in effect are
    apart from the first step on, whatever the draw.
    """
    if callable(params["model"]):
        return Predictor(architecture, (), (), params["model"])
    drawn = draw_weights(architecture, rng)
    mean = likelihood_of(params["loss"]).start(training)
    weights = replace(drawn, biases=(*drawn.biases[:-1], mean))
    tables = []
    for j, table in enumerate(weights.tables):
        effects = shrunken_effects(training, j, len(table), params["alpha"])
        directions = rng.normal(size=(effects.shape[1], table.shape[1]))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        moved = table + EFFECT_LENGTH * effects @ directions
        tables.append(moved.astype(np.float32))
    start = Predictor(
        architecture, tuple(weights.to_keras()), tuple(range(len(tables)))
    )
    return start.with_tables(tables)


def _warm_start(
    architecture: Architecture,
    encoding: Encoding,
    model: Builder | str,
    earlier: Model,
) -> Predictor:
    """Go on from an earlier model; levels new to it start where its unseen ones are."""
    before = _network_of(earlier)
    old = before.architecture
    builder = model if callable(model) else None
    unchanged = {
        "embedding_dim": architecture.embedding_dims == old.embedding_dims,
        "hidden_units": architecture.hidden_units == old.hidden_units,
        "activation": architecture.activations == old.activations,
        "model": builder is before.builder,
        "the number of outputs of y": architecture.n_outputs == old.n_outputs,
    }
    check_unchanged(unchanged)
    pairs = zip(
        before.tables, earlier.encoding.vocabularies, encoding.vocabularies, strict=True
    )
    return before.resized(architecture).with_tables(
        [carried_over(table, old, new) for table, old, new in pairs]
    )


def check_unchanged(unchanged: Mapping[str, bool]) -> None:
    """Raise unless everything that an earlier network was built from is the same."""
    changed = [name for name, same in unchanged.items() if not same]
    if changed:
        raise ValueError(
            "partial_fit, and fit with warm_start=True, continue the network of the "
            "earlier fit, but what it was built from has changed: "
            f"{', '.join(changed)}. Set warm_start=False, or take a clone, to start "
            "anew."
        )


def carried_over(table: np.ndarray, old: Vocabulary, new: Vocabulary) -> np.ndarray:
    """Return the rows of a table in new places; new levels have that of unseen ones."""
    rows = np.full(new.unseen_row + 1, old.unseen_row)
    rows[new.rows] = old.rows_of_levels(new)
    return table[rows]


def _occurrences(training: Sample, network: Predictor) -> list[np.ndarray]:
    """Count how often each row of the tables occurs."""
    return [
        np.bincount(codes, weights=training.weight, minlength=len(table))
        for codes, table in zip(training.inputs.codes.T, network.tables, strict=True)
    ]


def fill_unseen(network: Predictor, occurrences: Sequence[np.ndarray]) -> Predictor:
    """Give the rows that were not trained on the average of those that were."""
    filled = []
    for table, count in zip(network.tables, occurrences, strict=True):
        is_trained = (count > 0)[:, np.newaxis]
        # not by `@`, which would first copy the table to 64-bit floats
        average = np.einsum("r,rd->d", count / count.sum(), table)
        filled.append(np.where(is_trained, table, average.astype(table.dtype)))
    return network.with_tables(filled)


def on_principal_axes(
    predictor: Predictor, training: Sample, alpha: float
) -> Predictor:
    """Turn the vectors of a network, and its first layer against them.

    Those of a network of the user's own stay as they are.
    """
    if predictor.builder is not None:
        return predictor
    weights = Weights.from_keras(predictor.arrays, len(predictor.tables))
    tables, kernel, start = [], weights.kernels[0].copy(), 0
    for j, table in enumerate(weights.tables):
        effects = shrunken_effects(training, j, len(table), alpha)[:-1, 0]
        axes = principal_axes(table[:-1], effects).astype(np.float32)
        place = slice(start, start + table.shape[1])
        tables.append(table @ axes)
        kernel[place] = axes.T @ kernel[place]
        start = place.stop
    turned = replace(
        weights, tables=tuple(tables), kernels=(kernel, *weights.kernels[1:])
    )
    return replace(predictor, arrays=tuple(turned.to_keras()))
