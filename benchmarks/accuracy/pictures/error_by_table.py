"""How large the losses of rivals are, by that of skembed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.accuracy.comparison import Comparison, compare_on_tables
from benchmarks.accuracy.featured import RIVALS, SKEMBED
from benchmarks.accuracy.measured import Measured, is_generated
from benchmarks.accuracy.pictures.looks import GREY, look_of
from benchmarks.accuracy.pictures.scales import show_ratios
from benchmarks.pictures.style import BLUE, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HALF_ROW = 0.36
LONGEST = 2.0  # times the furthest point: where wide intervals are cut off
BAND = "#f4f4f4"


def draw(measured: Measured) -> Figure | None:
    """Draw a row for each table and a marker for each featured rival.

    Parameters
    ----------
    measured : Measured
        What the report is of.

    Returns
    -------
    Figure or None
        None if there is nothing to compare.
    """
    problems = sorted(measured.open_problems, key=is_generated)
    names = [problem.name for problem in problems]
    found = compare_on_tables(measured.open_cells, names, SKEMBED, RIVALS)
    if not found:
        return None
    tables = [name for name in names if any(c.table == name for c in found)]
    rivals = [name for name in RIVALS if any(c.other == name for c in found)]
    title = "Test loss of rivals, as a multiple of skembed's"
    height = 1.9 + len(tables) * (0.12 + 0.068 * len(rivals))
    figure, axes = new_figure(9, height, title)
    for position, rival in enumerate(rivals):
        shift = HALF_ROW * ((2 * position + 1) / len(rivals) - 1)
        of_rival = [c for c in found if c.other == rival]
        rows = [tables.index(c.table) + shift for c in of_rival]
        _draw_rival(axes, of_rival, rows, measured.label(rival))
    generated = {problem.name for problem in problems if is_generated(problem)}
    _draw_rows(axes, tables, sum(table not in generated for table in tables))
    _draw_scale(axes, found)
    figure.legend(loc="outside lower center", ncols=4, fontsize=10)
    return figure


def _draw_rival(
    axes: Axes, comparisons: list[Comparison], rows: list[float], label: str
) -> None:
    look = look_of(comparisons[0].other)
    ratios = np.array([1 + c.difference for c in comparisons])
    half = np.array([c.upper - c.difference for c in comparisons])
    axes.errorbar(
        ratios,
        rows,
        xerr=[np.minimum(half, ratios * (1 - 1e-3)), half],
        fmt=look.marker,
        color=look.colour,
        markersize=6,
        markeredgecolor="white",
        markeredgewidth=0.3,
        elinewidth=1.2,
        label=label,
    )


def _draw_rows(axes: Axes, tables: list[str], n_real: int) -> None:
    """Name the rows from top to bottom, real tables before generated ones."""
    axes.set_yticks(range(len(tables)), tables)
    axes.set_ylim(len(tables) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    for row in range(0, len(tables), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=BAND, linewidth=0, zorder=0)
    if 0 < n_real < len(tables):
        axes.axhline(n_real - 0.5, color=GREY, linewidth=1, linestyle=":")
    for text, first, n_rows in (
        ("real data", 0, n_real),
        ("generated", n_real, len(tables) - n_real),
    ):
        if n_rows:
            axes.text(
                1.01,
                first + (n_rows - 1) / 2,
                text,
                transform=axes.get_yaxis_transform(),
                rotation=270,
                va="center",
                color=GREY,
                fontsize=10,
            )


def _draw_scale(axes: Axes, comparisons: list[Comparison]) -> None:
    points = [1 + c.difference for c in comparisons]
    ends = [(1 + c.lower, 1 + c.upper) for c in comparisons if c.n_folds > 1]
    lowest = max(min([1, *points, *(low for low, _ in ends)]), min(points) / LONGEST)
    highest = min(max([1, *points, *(high for _, high in ends)]), max(points) * LONGEST)
    show_ratios(axes.xaxis, min(lowest, 0.95), max(highest, 1.05))
    axes.axvline(1, color=BLUE, linewidth=1.8, zorder=1)
    axes.grid(axis="x")
    axes.set_xlabel(
        "loss / skembed's loss on the same folds (log scale), with 95% intervals;\n"
        "right of the blue line skembed is ahead, left of it the rival is"
    )
