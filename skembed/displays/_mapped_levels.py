"""What a map of a column's levels shows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skembed.displays._discs import color_limits
from skembed.displays._levels import vocabulary_of
from skembed.displays._projection import (
    Projection,
    axis_shares,
    has_neighborhoods,
    project,
)
from skembed.displays._ranges import least_difference

if TYPE_CHECKING:
    from skembed._estimator import EmbeddingEstimator

METHODS = {"tsne": "t-SNE", "umap": "UMAP"}


@dataclass(frozen=True, eq=False)
class MappedLevels:
    """The levels of one column and their places on a map, by rising count.

    Attributes
    ----------
    points : ndarray of shape (n_levels, 2) or (n_levels, 1)
        Where each level is.
    levels : ndarray of shape (n_levels,)
        The levels.
    counts : ndarray of shape (n_levels,)
        How many training rows each has.
    effects : ndarray of shape (n_levels,)
        The effect of each on the target, or on the first of several outputs.
    column : hashable
        The column's name.
    projection : {"pca", "tsne", "umap"}
        How vectors became points.
    axis_shares : ndarray of shape (n_axes,) or None
        The share of the variance along each axis, if these are principal axes.
    effect_name : str, default="effect, in units of the target"
        What the effects are.
    least_effect : float, default=0.0
        The difference of effects below which they are as good as the same.
    """

    points: np.ndarray
    levels: np.ndarray
    counts: np.ndarray
    effects: np.ndarray
    column: Hashable
    projection: Projection
    axis_shares: np.ndarray | None
    effect_name: str = "effect, in units of the target"
    least_effect: float = 0.0

    @property
    def is_line(self) -> bool:
        """Whether all vectors lie on one line, so that the other axis is for counts."""
        return self.points.shape[1] == 1

    @property
    def places(self) -> np.ndarray:
        """Coordinates of shape (n_levels, 2); counts are for a logarithmic axis."""
        if not self.is_line:
            return self.points
        least = self.counts[self.counts > 0].min()  # weights of zero count as nothing
        return np.column_stack([self.points, np.maximum(self.counts, least)])

    @property
    def color_limits(self) -> tuple[float, float]:
        """The range of effects that colours tell apart."""
        return color_limits(self.effects, self.least_effect)

    @property
    def axis_names(self) -> tuple[str, str]:
        """What the axes are."""
        if self.is_line:
            return "the only axis of the vectors", "count"
        if self.axis_shares is None:
            name = METHODS[self.projection]
            return f"first axis of {name}", f"second axis of {name}"
        first, second = (
            f"{share:.0%} of the variance" for share in self.axis_shares[:2]
        )
        return f"first principal axis ({first})", f"second principal axis ({second})"


def map_levels(
    estimator: EmbeddingEstimator,
    column: Hashable | None,
    projection: Projection,
    random_state: Any,
) -> MappedLevels:
    """Find a place on the map for each level of a fitted estimator's column."""
    known = vocabulary_of(estimator, column)
    effects = estimator.level_effects(known.name)
    name = "effect"
    if isinstance(effects, pd.DataFrame):
        name = f"effect on output 0 of {effects.shape[1]}"
        effects = effects.iloc[:, 0]
    vectors = estimator.embeddings_[known.name]
    points = project(vectors, projection, random_state)
    is_mapped = projection != "pca" and has_neighborhoods(vectors)
    order = np.argsort(known.counts, kind="stable")  # what is drawn last is on top
    return MappedLevels(
        points=points[order],
        levels=known.levels[order],
        counts=known.counts[order],
        effects=effects.to_numpy()[order],
        column=known.name,
        projection=projection,
        axis_shares=None if is_mapped else axis_shares(vectors),
        effect_name=f"{name}, in {estimator._prediction_unit}",
        least_effect=least_difference(estimator, "effect"),
    )
