"""Fitting a network batch by batch, as rows come in.

What comes first decides on scales; what comes later brings levels, each with a vector
of its own. Memory is needed for a batch and for what is learned, never for all rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from skembed._encoding import (
    Encoded,
    Encoding,
    join_inputs,
    learn_encoding,
    resolve_categorical,
    stack_columns,
)
from skembed._feature_roles import warn_of_doubtful_roles
from skembed._memory import Memory, Past
from skembed._model import Model, Network
from skembed._network_fitting import (
    carried_over,
    check_unchanged,
    fill_unseen,
    grouped,
    on_principal_axes,
    standardized,
    start_of,
)
from skembed._observations import make_observations
from skembed._predictor import Predictor, check_builder
from skembed._sample import Rows, Sample, kept_rows, merge_rows
from skembed._schedule import check_instances, make_schedule
from skembed._tensorflow import load_tensorflow
from skembed._training_data import TrainingData
from skembed._vocabulary import Vocabulary

POOLING = ("min_frequency", "max_categories")


@dataclass(frozen=True, eq=False)
class Stream:
    """What it takes to go on, besides the model.

    Attributes
    ----------
    network : Predictor
        As it was trained: those of the model are turned to their principal axes.
    memory : Memory or None
        What the optimizer remembers.
    n_observations : float
        How many were trained on, however often.
    occurrences : tuple of ndarray
        In how many rows of batches each row of each embedding table occurred.
    n_batches : int
        How many batches there were.
    mean_weight : float
        The mean weight of their rows.
    """

    network: Predictor
    memory: Memory | None
    n_observations: float
    occurrences: tuple[np.ndarray, ...]
    n_batches: int
    mean_weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned of all batches so far.

    Attributes
    ----------
    model : Model
        Ready to predict; its history is that of the last batch.
    stream : Stream
        What it takes to go on.
    """

    model: Model
    stream: Stream


def learned_before(model: Model, stream: Stream | None) -> Learned:
    """Return what to go on from; without a stream, the model was fitted as a whole."""
    if stream is not None:
        return Learned(model, stream)
    if not isinstance(model.core, Network):
        raise ValueError(
            "A network goes on from a network, but the earlier fit is a blend, of all "
            "of its rows at once: set model='network' for both fits, or start anew, "
            "with warm_start=False or a clone."
        )
    counts = tuple(map(_row_counts, model.encoding.vocabularies))
    n_observations = max((float(of_rows.sum()) for of_rows in counts), default=0.0)
    stream = Stream(model.core.predictor, None, n_observations, counts, 0)
    return Learned(model, stream)


def check_can_stream(params: Mapping[str, Any]) -> None:
    """Raise if a parameter asks for what takes all rows at once."""
    if params["model"] == "blend":
        raise ValueError(
            "model='blend' is fitted to all rows at once: set model='network', or "
            "'auto', to learn batch by batch."
        )
    if params["early_stopping"]:
        raise ValueError(
            "early_stopping=True holds out some of all rows, which are not there batch "
            "by batch: set it to False, and score batches that you keep aside."
        )
    for name in POOLING:
        if params[name] is not None:
            raise ValueError(
                f"{name}={params[name]} pools levels by their counts in all rows, "
                "which are not known batch by batch: leave it at None."
            )


def learn_batch(
    data: TrainingData,
    params: Mapping[str, Any],
    rng: np.random.Generator,
    before: Learned | None,
    *,
    is_counted: bool = True,
) -> Learned:
    """Train on a batch, each of its rows once.

    Parameters
    ----------
    data : TrainingData
        The batch.
    params : mapping
        The estimator's parameters.
    rng : numpy.random.Generator
        The only source of randomness.
    before : Learned or None
        What was learned of earlier batches.
    is_counted : bool, default=True
        Whether the rows are new, rather than met again.

    Returns
    -------
    Learned
        Of all batches so far.
    """
    check_builder(params["model"])
    check_instances(params)
    mean_weight = _mean_weight(before, data, is_counted)
    importance = data.unit / mean_weight
    encoding = _encoding_after(data, params, before, is_counted)
    inputs = encoding.encode(data.columns, "average")
    sample = grouped(make_observations(inputs, data), params)
    training, scale = standardized(sample, params, before.model if before else None)
    start = start_of(training, encoding, params, rng, _as_trained(before))
    past = _past(before, encoding, training, is_counted, importance)
    schedule = make_schedule(
        training, scale, {**params, "epochs": 1}, past.n_observations
    )

    load_tensorflow()
    from skembed._training import train_on

    trained, history, memory = train_on(start, schedule, training, past, rng)
    counts = [_row_counts(vocabulary) for vocabulary in encoding.vocabularies]
    network = fill_unseen(trained, counts)
    shown = on_principal_axes(network, training, params["alpha"])
    reference = _reference(before, encoding, training, is_counted)
    n_batches = before.stream.n_batches + 1 if before else 1
    return Learned(
        Model(encoding, Network(shown), scale, history, reference),
        Stream(
            network,
            memory,
            past.n_observations,
            past.occurrences,
            n_batches,
            mean_weight,
        ),
    )


def _mean_weight(before: Learned | None, data: TrainingData, is_counted: bool) -> float:
    """Return the mean weight of the rows of all batches."""
    if before is None:
        return data.unit
    n_before, mean_before = before.stream.n_observations, before.stream.mean_weight
    if not is_counted:
        return mean_before
    share = len(data.target) / (n_before + len(data.target))
    return mean_before + share * (data.unit - mean_before)


def _encoding_after(
    data: TrainingData,
    params: Mapping[str, Any],
    before: Learned | None,
    is_counted: bool,
) -> Encoding:
    if before is None:
        choice = params["categorical_features"]
        roles = resolve_categorical(choice, data.columns)
        _warn_if_constant(data, roles)
        warn_of_doubtful_roles(data, choice, is_whole=False)
        return learn_encoding(data.columns, roles, data.weight)
    known = before.model.encoding
    check_unchanged({"categorical_features": _has_roles(known, params, data)})
    return known.extended(data.columns, data.weight, is_counted=is_counted)


def _warn_if_constant(data: TrainingData, roles: np.ndarray) -> None:
    """Warn if the first batch cannot decide on a scale."""
    pairs = zip(data.columns, roles, strict=True)
    quantities = [column for column, is_categorical in pairs if not is_categorical]
    names = [repr(c.name) for c in quantities if pd.Series(c.values).nunique() < 2]
    if (np.ptp(data.target, axis=0) == 0).any():
        names.append("the target")
    if names:
        warnings.warn(
            f"The first batch, which decides on scales, has one value of "
            f"{', '.join(names)}: later ones may be far beyond it. Begin with a batch "
            "of more rows, which is like the others.",
            stacklevel=2,
        )


def _has_roles(known: Encoding, params: Mapping[str, Any], data: TrainingData) -> bool:
    """Say whether categorical_features, if it names columns, is what it was."""
    choice = params["categorical_features"]
    if isinstance(choice, str):  # what a batch holds is checked as it is read
        return choice != "all" or bool(known.is_categorical.all())
    roles = resolve_categorical(choice, data.columns)
    return np.array_equal(roles, known.is_categorical)


def _as_trained(before: Learned | None) -> Model | None:
    if before is None:
        return None
    return replace(before.model, core=Network(before.stream.network))


def _past(
    before: Learned | None,
    encoding: Encoding,
    training: Sample,
    is_counted: bool,
    importance: float,
) -> Past:
    occurrences = _occurrences(training, encoding)
    if before is None:
        return Past(None, training.n_observations, occurrences, importance)
    stream, memory = before.stream, before.stream.memory
    pairs = zip(before.model.encoding.vocabularies, encoding.vocabularies, strict=True)
    moves = [partial(carried_over, old=old, new=new) for old, new in pairs]
    if memory is not None:
        memory = memory.with_rows(moves)
    earlier = tuple(m(o) for m, o in zip(moves, stream.occurrences, strict=True))
    if not is_counted:
        return Past(memory, stream.n_observations, earlier, importance)
    return Past(
        memory,
        stream.n_observations + training.n_observations,
        tuple(a + b for a, b in zip(earlier, occurrences, strict=True)),
        importance,
    )


def _occurrences(training: Sample, encoding: Encoding) -> tuple[np.ndarray, ...]:
    pairs = zip(training.inputs.codes.T, encoding.vocabularies, strict=True)
    return tuple(np.bincount(c, minlength=v.unseen_row + 1) for c, v in pairs)


def _row_counts(vocabulary: Vocabulary) -> np.ndarray:
    n_rows = vocabulary.unseen_row + 1
    return np.bincount(vocabulary.rows, weights=vocabulary.counts, minlength=n_rows)


def _reference(
    before: Learned | None, encoding: Encoding, training: Sample, is_counted: bool
) -> Rows:
    """Choose rows that stand for those of all batches."""
    new = Rows(training.inputs, training.weight)
    if before is None:
        return kept_rows(new)
    old = before.model.reference
    vocabularies = zip(
        before.model.encoding.vocabularies,
        encoding.vocabularies,
        old.inputs.codes.T,
        strict=True,
    )
    codes = [_moved(codes, known, now) for known, now, codes in vocabularies]
    stacked = stack_columns(codes, len(old.inputs))
    inputs = Encoded(stacked, old.inputs.quantities)
    if not is_counted:
        return Rows(inputs, old.weight)
    weight = old.weight * before.stream.n_observations / old.weight.sum()
    both = join_inputs([inputs, new.inputs])
    return kept_rows(merge_rows(Rows(both, np.concatenate([weight, new.weight]))))


def _moved(codes: np.ndarray, known: Vocabulary, now: Vocabulary) -> np.ndarray:
    """Return the codes that levels have now."""
    rows = np.empty(known.unseen_row, dtype=np.int32)
    rows[known.rows] = now.rows_of_levels(known)
    return rows[codes]
