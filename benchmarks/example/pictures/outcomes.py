"""Outcomes of the test rows by token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.example.fitted import Example
from benchmarks.pictures.style import INK, new_figure, ordered_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HALF_STRIP = 0.32


def draw(example: Example) -> Figure:
    """Draw a strip of outcomes for each token, its prediction and its true effect."""
    figure, axes = new_figure(
        7.5, 5.2, "Outcomes, predictions and true effects by token"
    )
    _draw_strips(axes, example)
    positions = np.arange(len(example.effects))
    axes.hlines(
        example.predictions,
        positions - HALF_STRIP - 0.08,
        positions + HALF_STRIP + 0.08,
        colors=INK,
        linewidth=2.6,
        label="prediction",
        zorder=3,
    )
    axes.scatter(
        positions,
        example.effects,
        marker="D",
        s=62,
        facecolor="white",
        edgecolor=INK,
        linewidth=1.6,
        label="true effect",
        zorder=4,
    )
    axes.set_xticks(positions, example.effects.index)
    axes.grid(axis="y")
    axes.set_xlabel("token")
    axes.set_ylabel("outcome of a test row (arbitrary units)")
    axes.legend(loc="upper left")
    return figure


def _draw_strips(axes: Axes, example: Example) -> None:
    rng = np.random.default_rng(0)
    colours = ordered_colours(len(example.effects))
    for position, token in enumerate(example.effects.index):
        outcomes = example.outcomes[example.tokens == token]
        jitter = rng.uniform(-HALF_STRIP, HALF_STRIP, len(outcomes))
        axes.scatter(
            position + jitter,
            outcomes,
            s=9,
            color=colours[position],
            alpha=0.55,
            linewidth=0,
        )
