"""Fitting: from columns and a target to a model that predicts.

`fit_model` reads as the data's path. Everything in it works on what the modules named
after its stages define; the estimators only check parameters and hold the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skembed._architecture import (
    read_activations,
    read_embedding_dims,
    read_hidden_units,
)
from skembed._blending import Job, fit_blend
from skembed._columns import Column
from skembed._cross_training import History
from skembed._divisible import merge_to_divide
from skembed._encoding import Encoding, learn_encoding, resolve_categorical
from skembed._likelihood import CLASS_LOSSES, likelihood_of
from skembed._model import Evaluated, Model
from skembed._network_fitting import check_unchanged, fit_network
from skembed._observations import make_observations
from skembed._one_versus_rest import fit_one_versus_rest
from skembed._predictor import check_builder
from skembed._sample import Sample, kept_rows
from skembed._schedule import check_instances
from skembed._stages import Report, report_with_names, reported
from skembed._training_data import TrainingData


def fit_model(
    data: TrainingData,
    params: Mapping[str, Any],
    rng: np.random.Generator,
    earlier: Model | None = None,
) -> Model:
    """Learn levels, scales and weights.

    Parameters
    ----------
    data : TrainingData
        The rows to fit to.
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
    check_builder(params["model"])
    check_instances(params)
    read_activations(
        params["activation"], len(read_hidden_units(params["hidden_units"]))
    )
    n_outputs = data.target.shape[1]
    _check_can_blend(params, n_outputs)
    encoding = learn_encoding(
        data.columns,
        resolve_categorical(params["categorical_features"], data.columns),
        data.counts,
        params["min_frequency"],
        params["max_categories"],
    )
    if earlier is not None:
        roles = encoding.is_categorical, earlier.encoding.is_categorical
        check_unchanged({"categorical_features": np.array_equal(*roles)})
        encoding = encoding.on_the_scale_of(earlier.encoding)
    inputs = encoding.encode(data.columns, "average")
    sample = make_observations(inputs, data)
    with reported(_report_for(data.columns, encoding, params["verbose"])):
        if _is_blend(params, n_outputs):
            return _fit_blend(sample, encoding, params, rng)
        return fit_network(sample, encoding, params, rng, earlier)


def _report_for(columns: Sequence[Column], encoding: Encoding, verbose: int) -> Report:
    if not verbose:
        return Report()
    pairs = list(zip(columns, encoding.is_categorical, strict=True))
    return report_with_names(
        [column.name for column, is_categorical in pairs if is_categorical],
        [column.name for column, is_categorical in pairs if not is_categorical],
        encoding.standardizer.flagged.tolist(),
    )


def _obstacles(params: Mapping[str, Any], n_outputs: int) -> list[str]:
    """Say what keeps these parameters and this target from a blend."""
    loss = params["loss"]
    is_class = loss in CLASS_LOSSES
    found = {
        f"loss={loss!r}": not is_class and loss != "squared_error",
        "warm_start=True": params["warm_start"],
        f"a target of {n_outputs} outputs": not is_class and n_outputs > 1,
    }
    return [what for what, is_there in found.items() if is_there]


def _is_blend(params: Mapping[str, Any], n_outputs: int) -> bool:
    if params["model"] == "auto":
        return not _obstacles(params, n_outputs)
    return bool(params["model"] == "blend")


def _check_can_blend(params: Mapping[str, Any], n_outputs: int) -> None:
    obstacles = _obstacles(params, n_outputs)
    if params["model"] == "blend" and obstacles:
        raise ValueError(
            "model='blend' starts from a linear mixed model of one output and squared "
            f"error, and is fitted anew every time. It cannot have {obstacles[0]}: set "
            "model='network', or 'auto' to choose what can be had."
        )


def _fit_blend(
    sample: Sample,
    encoding: Encoding,
    params: Mapping[str, Any],
    rng: np.random.Generator,
) -> Model:
    likelihood = likelihood_of(params["loss"])
    scale = likelihood.scale(sample.target, sample.weight)
    rows = merge_to_divide(sample.standardized(scale), params["loss"])
    job = Job(
        tuple(vocabulary.unseen_row + 1 for vocabulary in encoding.vocabularies),
        tuple(read_embedding_dims(params["embedding_dim"], encoding.vocabularies)),
        params,
        scale,
        likelihood,
    )
    core, history = _fit_core(rows, job, rng)
    return Model(encoding, core, scale, history, kept_rows(rows))


def _fit_core(
    rows: Sample, job: Job, rng: np.random.Generator
) -> tuple[Evaluated, History]:
    if rows.target.shape[1] == 1:
        fitted = fit_blend(rows, job, rng)
        return fitted.blend, fitted.history
    is_exclusive = job.params["loss"] == "cross_entropy"
    return fit_one_versus_rest(rows, job, rng, is_exclusive=is_exclusive)
