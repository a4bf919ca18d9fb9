"""Training loss by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.example.fitted import Example
from benchmarks.pictures.style import BLUE, ORANGE, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(example: Example, noise_variance: float) -> Figure:
    """Draw the loss and the variance of the noise, below which none can stay."""
    from matplotlib.ticker import LogLocator

    losses = example.model.loss_curve_
    figure, axes = new_figure(7, 4.4, "Training loss by epoch")
    axes.plot(range(1, len(losses) + 1), losses, color=BLUE, linewidth=2.2)
    axes.axhline(noise_variance, color=ORANGE, linestyle="--", linewidth=1.8)
    axes.annotate(
        f"variance of the noise: {noise_variance:g}",
        (len(losses), noise_variance),
        xytext=(0, -8),
        textcoords="offset points",
        ha="right",
        va="top",
        color=ORANGE,
    )
    axes.annotate(
        f"training loss, {losses[-1]:.2f} at the end",
        (len(losses), losses[-1]),
        xytext=(0, 8),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=BLUE,
    )
    axes.set_yscale("log")
    axes.set_ylim(noise_variance / 2, max(losses) * 1.5)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set_xlim(0, len(losses) + 1)
    axes.grid(axis="y")
    axes.set_xlabel("epoch (passes over the training data)")
    axes.set_ylabel("mean squared error\n(arbitrary units squared, log scale)")
    return figure
