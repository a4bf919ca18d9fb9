"""Scales of ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axis import Axis

# the more welcome the earlier
NICE = (1, 0.5, 2, 0.1, 10, 0.2, 5, 0.01, 100, 0.02, 50, 0.05, 20)
NICE += (0.8, 1.25, 0.7, 1.5, 0.9, 1.1, 0.95, 1.05, 0.3, 3, 0.98, 1.02, 0.99, 1.01)
LEAST_GAP = 0.07  # between ticks, as a part of the axis


def show_ratios(axis: Axis, lowest: float, highest: float) -> None:
    """Make an axis logarithmic, with ticks at ratios that are easy to read.

    Parameters
    ----------
    axis : Axis
        That of a figure's x or y.
    lowest, highest : float
        What it is to show.
    """
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    margin = (highest / lowest) ** 0.04
    limits = lowest / margin, highest * margin
    axis.axes.set(**{f"{axis.axis_name}scale": "log", f"{axis.axis_name}lim": limits})
    axis.set_major_locator(FixedLocator(ticks_between(*limits)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))


def ticks_between(lowest: float, highest: float) -> list[float]:
    """Return ratios that are far enough apart."""
    span = np.log(highest / lowest)
    kept: list[float] = []
    for ratio in NICE:
        is_inside = lowest <= ratio <= highest
        gaps = np.abs(np.log(np.array(kept) / ratio))
        if is_inside and (gaps > LEAST_GAP * span).all():
            kept.append(ratio)
    return sorted(kept)
