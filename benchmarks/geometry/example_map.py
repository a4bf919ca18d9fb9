"""The README's map: forty levels that interact with those of another column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays import EmbeddingMapDisplay

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw() -> Figure:
    """Draw the levels of the README's example of what is like what."""
    X, y = make_effects(4_000, n_levels=(40, 20), interaction_scale=1.0, random_state=0)
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)
    return EmbeddingMapDisplay.from_estimator(model, "a").figure_
