"""Ranges of axes and colours that do not blow up what is next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skembed._estimator import EmbeddingEstimator

ALIKE = 1e-3  # distance of vectors, or standard deviations of the target


def least_difference(estimator: EmbeddingEstimator, metric: str) -> float:
    """Return the distance, of a metric, below which levels are as good as alike."""
    if metric != "effect":
        return ALIKE
    return ALIKE * float(estimator._model.scale.scale.max())


def widened(low: float, high: float, least: float) -> tuple[float, float]:
    """Return a range that is no narrower than the least, about the same middle."""
    more = max(least - (high - low), 0.0) / 2
    return low - more, high + more
