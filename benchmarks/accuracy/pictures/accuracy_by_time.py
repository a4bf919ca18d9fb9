"""Who is how accurate for how many seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.accuracy.comparison import compare_on_tables, typical_difference
from benchmarks.accuracy.costs import costs_of
from benchmarks.accuracy.featured import BASELINE, OURS, SKEMBED
from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.pictures.labels import label_points
from benchmarks.accuracy.pictures.looks import GREY
from benchmarks.accuracy.pictures.scales import show_ratios
from benchmarks.pictures.style import BLUE, INK, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(measured: Measured) -> Figure | None:
    """Draw a point for each contender, as multiples of skembed's loss and seconds.

    Whoever is on fewer than half of the tables would stand for other tables.

    Parameters
    ----------
    measured : Measured
        What the report is of.

    Returns
    -------
    Figure or None
        None if there is nobody to compare with.
    """
    names = [*measured.ours, *measured.competitors]
    points = _points(measured, names) if SKEMBED in names else {}
    if len(points) < 2:
        return None
    figure, axes = new_figure(9, 6, "Accuracy against the time of a fit")
    for name, (seconds, loss) in points.items():
        colour = BLUE if name in OURS else INK
        axes.scatter(seconds, loss, s=42, color=colour, edgecolor="white", zorder=3)
    for line in (axes.axvline, axes.axhline):
        line(1, color=GREY, linewidth=1, zorder=1)
    seconds, losses = zip(*points.values(), strict=True)
    show_ratios(axes.xaxis, min(seconds) / 1.3, max(seconds) * 1.3)
    show_ratios(axes.yaxis, min(*losses, 0.98), max(*losses, 1.02))
    axes.grid()
    axes.set_xlabel("CPU seconds of a fit / skembed's (median over tables, log scale)")
    axes.set_ylabel("loss / skembed's (geometric mean, log scale)")
    label_points(
        axes,
        {measured.label(name): point for name, point in points.items()},
        {measured.label(name): BLUE if name in OURS else INK for name in points},
    )
    return figure


def _points(measured: Measured, names: list[str]) -> dict[str, tuple[float, float]]:
    """Return seconds and loss of each, on the tables that skembed is on as well."""
    found = compare_on_tables(measured.open_cells, measured.open_tables, SKEMBED, names)
    costs = costs_of(measured)
    points = {}
    for name in names:
        of_name = [comparison for comparison in found if comparison.other == name]
        is_on_most = 2 * len(of_name) >= len(measured.open_tables)
        if of_name and is_on_most and name != BASELINE:
            loss = 1 + typical_difference(of_name)
            points[name] = costs[name].relative_cpu_seconds, loss
    return points
