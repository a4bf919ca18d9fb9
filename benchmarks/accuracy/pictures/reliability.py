"""How often flights are late that are said to be late with some probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.accuracy.measured import Measured
from benchmarks.accuracy.reliability import pooled
from benchmarks.measures import CLASSES
from benchmarks.pictures.style import BLUE, INK, new_figures
from benchmarks.problems.classes import LATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GREY = "#888888"
OTHERS = "#d0d0d0"
STEP = 0.1
DRAWN = ("skembed", "ridge", "lightgbm", "catboost")


def draw(measured: Measured) -> Figure | None:
    """Draw the probabilities of late flights, if anyone predicted them.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    """
    cells = measured.rows_of([LATE])
    present = set(cells["contender"])
    curves = {
        measured.label(name, CLASSES): pooled(cells[cells["contender"] == name])
        for name in DRAWN
        if name in present
    }
    return draw_curves(curves) if curves else None


def draw_curves(curves: dict[str, pd.DataFrame]) -> Figure:
    """Draw a panel for each curve, the others pale behind it.

    Parameters
    ----------
    curves : dict of str to DataFrame
        By label: "predicted", "share" and "count" of tenths of the rows.
    """
    figure, panels = new_figures(3.2 * len(curves) + 0.4, 3.75, *curves)
    top = _top(curves)
    for axes, label in zip(panels, curves, strict=True):
        _draw_panel(axes, curves, label, top)
    panels[0].annotate(
        "as often as predicted",
        (top, top),
        xytext=(-20, -2),
        textcoords="offset points",
        rotation=45,
        rotation_mode="anchor",
        ha="right",
        va="bottom",
        color=GREY,
        fontsize=9,
    )
    panels[0].set_ylabel("flights that were late")
    figure.supxlabel(
        "predicted probability of being late; each point is a tenth of the flights",
        fontsize=11,
    )
    return figure


def _top(curves: dict[str, pd.DataFrame]) -> float:
    """Return where all axes end: at a whole step with all points inside."""
    largest = max(c[["predicted", "share"]].to_numpy().max() for c in curves.values())
    return STEP * (np.floor(largest / STEP) + 1)


def _draw_panel(
    axes: Axes, curves: dict[str, pd.DataFrame], label: str, top: float
) -> None:
    from matplotlib.ticker import MultipleLocator, PercentFormatter

    axes.plot([0, top], [0, top], color=GREY, linewidth=1, zorder=2)
    for other, curve in curves.items():
        if other != label:
            axes.plot(curve["predicted"], curve["share"], color=OTHERS, zorder=1)
    curve = curves[label]
    axes.plot(curve["predicted"], curve["share"], color=BLUE, linewidth=1.8, zorder=3)
    axes.scatter(
        curve["predicted"],
        curve["share"],
        s=24,
        color=BLUE,
        edgecolor="white",
        zorder=4,
    )
    axes.text(
        0.97,
        0.05,
        f"off by {_mean_gap(curve):.1f} percentage\npoints on average",
        transform=axes.transAxes,
        ha="right",
        color=INK,
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MultipleLocator(2 * STEP))
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid()
    axes.set_xlim(0, top)
    axes.set_ylim(0, top)
    axes.set_aspect("equal")


def _mean_gap(curve: pd.DataFrame) -> float:
    """Average how far shares are from predictions, in percentage points."""
    gaps = np.abs(curve["predicted"] - curve["share"])
    return 100 * float(np.average(gaps, weights=curve["count"]))
