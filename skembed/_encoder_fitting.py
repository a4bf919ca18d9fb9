"""Fitting what an encoder makes numbers of: importing this imports all stages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from skembed._encoder_outputs import OUTPUTS, Output, Refit
from skembed._fitting import fit_model
from skembed._model import Model
from skembed._outcome import Outcome
from skembed._regressor import EmbeddingRegressor
from skembed._training_data import TrainingData


def refit_for(own: Mapping[str, Any], outcome: Outcome, seed: np.ndarray) -> Refit:
    """Return a function that fits rows, each time from the same seed.

    Parameters
    ----------
    own : mapping
        The encoder's parameters.
    outcome : Outcome
        What is predicted.
    seed : ndarray of int
        Decides on all that is random.
    """
    params = {**EmbeddingRegressor().get_params(), **own, "loss": outcome.loss}
    if own["output"] == "embedding":
        params["n_networks"] = 0
    return partial(_fit, params=params, seed=seed)


def _fit(data: TrainingData, params: Mapping[str, Any], seed: np.ndarray) -> Model:
    return fit_model(data, params, np.random.default_rng(seed))


def fit_output(kind: str, refit: Refit, data: TrainingData) -> Output:
    """Fit all rows, and return what encodes by them."""
    return OUTPUTS[kind].of(refit(data), data)
