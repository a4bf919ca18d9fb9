"""How well distances between levels rank the true gaps, and agree between seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr
from sklearn.preprocessing import TargetEncoder

from benchmarks.geometry.ceiling import posterior_profiles
from benchmarks.geometry.problems import COLUMN, Case, levels_drawn
from skembed import EmbeddingRegressor
from skembed.datasets import Truth

METRICS = ("effect", "euclidean", "cosine")
AGREEMENT = "agreement"
N_NEAREST = 10


@dataclass(frozen=True, eq=False)
class Draw:
    """A generated table and the truth of it.

    Attributes
    ----------
    case : Case
        What kind it is.
    X, y : DataFrame and Series
        The rows.
    truth : Truth
        What they were drawn from.
    levels : ndarray
        Those that occur, in their order.
    """

    case: Case
    X: pd.DataFrame
    y: pd.Series
    truth: Truth
    levels: np.ndarray


@dataclass(frozen=True)
class Contender:
    """A way to distances between levels.

    Attributes
    ----------
    name : str
        As the command line calls it.
    label : str
        As the report calls it.
    measure : callable
        ``measure(draw, seed)`` returns, by metric, the rank correlation of distances
        with the true gaps, and what else is told.
    """

    name: str
    label: str
    measure: Callable[[Draw, int], dict[str, float]]


def draw(case: Case, seed: int) -> Draw:
    """Draw a table."""
    X, y, truth = case.make(seed)
    return Draw(case, X, y, truth, levels_drawn(X, truth))


def rank_correlation(distances: np.ndarray, gaps: np.ndarray) -> float:
    """Return Spearman's correlation of two tables of distances, over all pairs."""
    pairs = np.triu_indices(len(gaps), 1)
    return float(spearmanr(distances[pairs], gaps[pairs])[0])


def measure_ceiling(drawn: Draw, seed: int) -> dict[str, float]:
    """Measure the posterior means of the true model: the best that rows can tell."""
    known = posterior_profiles(drawn.case, drawn.X, drawn.y, drawn.truth, seed)
    occurs = np.isin(drawn.truth.levels(COLUMN), drawn.levels)
    return {"euclidean": _of_vectors(known[occurs], drawn)}


def measure_ours(drawn: Draw, seed: int) -> dict[str, float]:
    """Measure each metric, and the share of neighbours that another seed finds."""
    model, other = _fitted(drawn, seed), _fitted(drawn, seed + 1000)
    matrices = {
        metric: model.similarity_matrix(COLUMN, metric=metric, levels=drawn.levels)
        for metric in METRICS
    }
    gaps = _gaps(drawn)
    found = {m: rank_correlation(d.to_numpy(), gaps) for m, d in matrices.items()}
    return {**found, AGREEMENT: _agreement(model, other)}


def measure_network(drawn: Draw, seed: int) -> dict[str, float]:
    """Measure the vectors of one network of embeddings, and their agreement."""
    model, other = (_fitted(drawn, s, model="network") for s in (seed, seed + 1000))
    distances = model.similarity_matrix(COLUMN, levels=drawn.levels).to_numpy()
    correlation = rank_correlation(distances, _gaps(drawn))
    return {"euclidean": correlation, AGREEMENT: _agreement(model, other)}


def measure_target_encoder(drawn: Draw, _seed: int) -> dict[str, float]:
    """Measure the gaps between the numbers of scikit-learn's target encoder."""
    encoder = TargetEncoder(target_type="continuous").fit(drawn.X[[COLUMN]], drawn.y)
    numbers = encoder.transform(pd.DataFrame({COLUMN: drawn.levels}))
    return {"euclidean": _of_vectors(numbers, drawn)}


CEILING = Contender("ceiling", "ceiling", measure_ceiling)
OURS = Contender("skembed", "skembed", measure_ours)
RIVALS = (
    Contender("skembed-network", "one network of embeddings", measure_network),
    Contender("target-encoder", "TargetEncoder", measure_target_encoder),
)
CONTENDERS = (CEILING, OURS, *RIVALS)


def _fitted(drawn: Draw, seed: int, model: str = "auto") -> EmbeddingRegressor:
    return EmbeddingRegressor(model=model, random_state=seed).fit(drawn.X, drawn.y)


def _gaps(drawn: Draw) -> np.ndarray:
    gaps = drawn.truth.gaps(drawn.X, COLUMN)
    return gaps.loc[drawn.levels, drawn.levels].to_numpy()


def _of_vectors(vectors: np.ndarray, drawn: Draw) -> float:
    return rank_correlation(squareform(pdist(vectors)), _gaps(drawn))


def _agreement(one: EmbeddingRegressor, other: EmbeddingRegressor) -> float:
    nearest = [m.neighbors(COLUMN, k=N_NEAREST) for m in (one, other)]
    pairs = [set(zip(n["level"], n["neighbor"], strict=True)) for n in nearest]
    return len(pairs[0] & pairs[1]) / len(pairs[0])
