"""How far the tokens' vectors are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.example.fitted import Example
from benchmarks.pictures.style import INK, new_figure, token_labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(example: Example) -> Figure:
    """Draw the matrix of distances between all pairs of tokens."""
    distances = example.distances.to_numpy()
    labels = token_labels(example.effects)
    figure, axes = new_figure(6.6, 5.0, "Distances between the tokens' vectors")
    image = axes.imshow(distances, cmap="Blues", vmin=0)
    for (i, j), distance in np.ndenumerate(distances):
        is_dark = distance > 0.6 * distances.max()
        axes.text(
            j,
            i,
            f"{distance:.2f}",
            ha="center",
            va="center",
            color="white" if is_dark else INK,
        )
    axes.set_xticks(range(len(labels)), labels)
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("token (true effect)")
    axes.set_ylabel("token (true effect)")
    bar = figure.colorbar(image, label="Euclidean distance between vectors")
    bar.outline.set_visible(False)
    return figure
