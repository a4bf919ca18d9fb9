"""The tokens' vectors in a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sklearn.decomposition import PCA

from benchmarks.example.fitted import Example
from benchmarks.pictures.style import INK, new_figure, ordered_colours, token_labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(example: Example) -> Figure:
    """Draw the vectors along the two directions in which they differ most."""
    from matplotlib.ticker import MultipleLocator

    levels = example.model.categories_["token"]
    vectors = pd.DataFrame(example.model.embedding_, index=levels)
    pca = PCA(n_components=2)
    points = pca.fit_transform(vectors.loc[example.effects.index])
    figure, axes = new_figure(
        7.5, 4.2, "Vectors of the tokens (true effects), joined in order"
    )
    colours = ordered_colours(len(points))
    axes.plot(*points.T, color="#bbbbbb", linewidth=1.2, zorder=1)
    axes.scatter(*points.T, s=150, c=colours, edgecolor=INK, linewidth=1, zorder=2)
    for label, point in zip(token_labels(example.effects), points, strict=True):
        axes.annotate(
            label,
            point,
            xytext=(0, 13),
            textcoords="offset points",
            ha="center",
            va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.12)
    axes.xaxis.set_major_locator(MultipleLocator(0.25))
    axes.yaxis.set_major_locator(MultipleLocator(0.25))
    axes.grid()
    shares = pca.explained_variance_ratio_
    axes.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)")
    axes.set_ylabel(f"second component ({shares[1]:.0%})")
    return figure
