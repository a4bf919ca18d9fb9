"""The best that rows can tell: posterior means of the model that outcomes are of.

A Gibbs sampler that knows the form of the truth and its variances, but for the mean
of quantities' coefficients, which are given. It starts from the truth, which is itself
a draw from the posterior, and goes on long enough to forget it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.geometry.problems import COLUMN, Case
from skembed.datasets import Truth

FORGOTTEN, KEPT = 50, 100  # sweeps
N_CONTEXTS = 500  # rows over which profiles are compared


def posterior_profiles(
    case: Case, X: pd.DataFrame, y: pd.Series, truth: Truth, seed: int
) -> np.ndarray:
    """Return the posterior mean of what each level adds to some rows.

    Parameters
    ----------
    case : Case
        Tells the variances.
    X, y : DataFrame and Series
        The rows.
    truth : Truth
        Where the sampler starts.
    seed : int
        Of its draws.

    Returns
    -------
    ndarray of shape (n_levels, n_rows)
        Of all levels of the first column, drawn or not.
    """
    rng = np.random.default_rng(seed)
    state = replace(
        truth,
        effects=[effects.copy() for effects in truth.effects],
        vectors=[vectors.copy() for vectors in truth.vectors],
        slopes=truth.slopes.copy(),
    )
    codes = [truth.codes(X, name) for name in truth.columns]
    quantities = X.drop(columns=truth.columns).to_numpy()
    some = np.linspace(0, len(X) - 1, min(N_CONTEXTS, len(X))).astype(int)
    total = np.zeros((len(truth.effects[0]), len(some)))
    for sweep in range(FORGOTTEN + KEPT):
        for column in truth.columns:
            factors = state.factors(codes, quantities, column)
            own = codes[truth.columns.index(column)]
            known = state.coordinates(column)
            explained = (known[own] * factors).sum(axis=1)
            rest = y.to_numpy() - state.mean(codes, quantities) + explained
            variances = _variances(case, state, factors.shape[1])
            read = len(known), own, factors, rest, case.noise, variances
            mean, draw = _conditional(*read, rng)
            if column == COLUMN and sweep >= FORGOTTEN:
                total += mean @ factors[some].T
            _keep(state, column, draw)
    return total / KEPT


def _conditional(
    n_levels: int,
    codes: np.ndarray,
    factors: np.ndarray,
    target: np.ndarray,
    noise: float,
    variances: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of a column's coordinates, given all others, and a draw."""
    width = factors.shape[1]
    precision = np.zeros((n_levels, width, width))
    sums = np.zeros((n_levels, width))
    squares = factors[:, :, np.newaxis] * factors[:, np.newaxis, :]
    np.add.at(precision, codes, squares / noise**2)
    np.add.at(sums, codes, factors * target[:, np.newaxis] / noise**2)
    precision += np.diag(1 / variances)
    mean = np.linalg.solve(precision, sums[:, :, np.newaxis])
    root = np.linalg.cholesky(precision).swapaxes(1, 2)
    draw = mean + np.linalg.solve(root, rng.normal(size=mean.shape))
    return mean[:, :, 0], draw[:, :, 0]


def _variances(case: Case, state: Truth, width: int) -> np.ndarray:
    n_dims, n_columns = state.vectors[0].shape[1], len(state.columns)
    n_pairs = max(n_columns * (n_columns - 1) / 2, 1)
    scale = case.truth.get("interaction_scale", 0.0)
    variances = [case.truth.get("effect_scale", 1.0) ** 2]
    variances += [np.sqrt(scale**2 / (n_dims * n_pairs))] * n_dims
    variances += [case.truth.get("slope_scale", 0.0) ** 2] * (width - 1 - n_dims)
    return np.maximum(variances, 1e-12)


def _keep(state: Truth, column: str, draw: np.ndarray) -> None:
    place, n_dims = state.columns.index(column), state.vectors[0].shape[1]
    state.effects[place][:] = draw[:, 0]
    state.vectors[place][:] = draw[:, 1 : 1 + n_dims]
    if draw.shape[1] > 1 + n_dims:
        state.slopes[:] = draw[:, -1]
