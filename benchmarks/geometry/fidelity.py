"""How well distances between levels rank the true gaps, and agree between seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr

from benchmarks.geometry.ceiling import posterior_profiles
from benchmarks.geometry.problems import COLUMN, Case, levels_drawn
from skembed import EmbeddingRegressor

METRICS = ("effect", "euclidean", "cosine")
N_NEAREST = 10


@dataclass(frozen=True)
class Fidelity:
    """Spearman's correlations of distances with the true gaps, over all pairs.

    Attributes
    ----------
    ceiling : float
        Of the posterior means of the true model.
    of_metric : dict of float
        Of each metric.
    agreement : float
        The share of each level's 10 nearest that another seed of the estimator finds,
        too, on the same rows.
    """

    ceiling: float
    of_metric: dict[str, float]
    agreement: float


def measure(case: Case, seed: int) -> Fidelity:
    """Draw a table, fit it with two seeds, and compare distances with the truth."""
    X, y, truth = case.make(seed)
    levels = levels_drawn(X, truth)
    gaps = truth.gaps(X, COLUMN).loc[levels, levels].to_numpy()
    known = posterior_profiles(case, X, y, truth, seed)
    drawn = np.isin(truth.levels(COLUMN), levels)
    model, other = (
        EmbeddingRegressor(random_state=s).fit(X, y) for s in (seed, seed + 1000)
    )
    matrices = {
        metric: model.similarity_matrix(COLUMN, metric=metric, levels=levels)
        for metric in METRICS
    }
    return Fidelity(
        rank_correlation(squareform(pdist(known[drawn])), gaps),
        {
            m: rank_correlation(matrix.to_numpy(), gaps)
            for m, matrix in matrices.items()
        },
        _agreement(model, other),
    )


def rank_correlation(distances: np.ndarray, gaps: np.ndarray) -> float:
    """Return Spearman's correlation of two tables of distances, over all pairs."""
    pairs = np.triu_indices(len(gaps), 1)
    return float(spearmanr(distances[pairs], gaps[pairs])[0])


def _agreement(one: EmbeddingRegressor, other: EmbeddingRegressor) -> float:
    nearest = [m.neighbors(COLUMN, k=N_NEAREST) for m in (one, other)]
    pairs = [set(zip(n["level"], n["neighbor"], strict=True)) for n in nearest]
    return len(pairs[0] & pairs[1]) / len(pairs[0])
