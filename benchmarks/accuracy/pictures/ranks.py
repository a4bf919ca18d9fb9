"""A critical-difference diagram: who ranks where, and who cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.accuracy.featured import OURS
from benchmarks.accuracy.glance import ranking_of
from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.pictures.looks import GREY
from benchmarks.accuracy.ranking import Ranking
from benchmarks.pictures.style import BLUE, INK, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 1.0  # between names
BAR = 0.42  # between bars of who cannot be told apart
ABOVE = 2.6  # the axis, for its ticks and the critical difference


def draw(measured: Measured) -> Figure | None:
    """Draw the mean ranks, the best to the left.

    Parameters
    ----------
    measured : Measured
        What the report is of.

    Returns
    -------
    Figure or None
        None if there is too little to rank.
    """
    ranking = ranking_of(measured)
    return None if ranking is None else _draw(ranking, measured)


def _draw(ranking: Ranking, measured: Measured) -> Figure:
    n_contenders = len(ranking.mean_ranks)
    n_lines = (n_contenders + 1) // 2
    depth = BAR * (len(ranking.alike) + 1) + LINE * n_lines
    title = f"Mean ranks of losses over {ranking.n_tables} tables (1 is best)"
    figure, axes = new_figure(9, 0.9 + 0.27 * (depth + ABOVE), title)
    axes.set_axis_off()
    figure.supxlabel("bars join those that are not told apart (5%)", fontsize=10)
    axes.set_xlim(0.6, n_contenders + 0.4)
    axes.set_ylim(-depth, ABOVE)
    _draw_axis(axes, n_contenders)
    _draw_critical_difference(axes, ranking.critical_difference)
    _draw_bars(axes, ranking)
    top = -BAR * (len(ranking.alike) + 1)
    for position, (name, mean) in enumerate(ranking.mean_ranks.items()):
        is_left = position < n_lines
        line = position if is_left else n_contenders - 1 - position
        colour = BLUE if name in OURS else INK
        words = measured.label(name), f"{mean:.1f}"
        _draw_name(axes, words, mean, top - LINE * (line + 0.5), is_left, colour)
    return figure


def _draw_axis(axes: Axes, n_contenders: int) -> None:
    axes.hlines(0, 1, n_contenders, color=INK, linewidth=1.2)
    for tick in range(1, n_contenders + 1):
        axes.vlines(tick, 0, 0.2, color=INK, linewidth=1.2)
        axes.text(tick, 0.3, str(tick), ha="center", va="bottom", fontsize=10)


def _draw_critical_difference(axes: Axes, difference: float) -> None:
    axes.hlines(1.45, 1, 1 + difference, color=GREY, linewidth=2)
    axes.vlines([1, 1 + difference], 1.3, 1.6, color=GREY, linewidth=2)
    axes.text(
        1 + difference / 2,
        1.75,
        f"critical difference {difference:.1f}",
        ha="center",
        va="bottom",
        color=INK,
        fontsize=10,
    )


def _draw_bars(axes: Axes, ranking: Ranking) -> None:
    for number, names in enumerate(ranking.alike, start=1):
        ranks = ranking.mean_ranks[names]
        axes.hlines(
            -BAR * number,
            ranks.iloc[0] - 0.06,
            ranks.iloc[-1] + 0.06,
            color=GREY,
            linewidth=4,
        )


def _draw_name(
    axes: Axes,
    words: tuple[str, str],
    mean: float,
    height: float,
    is_left: bool,
    colour: str,
) -> None:
    """Lead a line from the axis down to the name, which is at the left or right."""
    label, number = words
    edge = axes.get_xlim()[0 if is_left else 1]
    axes.plot(
        np.array([mean, mean, edge]), [0, height, height], color=colour, linewidth=1
    )
    axes.annotate(
        f"{label}  {number}" if is_left else f"{number}  {label}",
        (edge, height),
        xytext=(-4 if is_left else 4, 0),
        textcoords="offset points",
        ha="right" if is_left else "left",
        va="center",
        color=colour,
        fontweight="bold" if colour == BLUE else "normal",
    )
