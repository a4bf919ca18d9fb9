"""How all pictures look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#222222"
BLUE = "#0072b2"  # Okabe and Ito's, told apart by the colour-blind
ORANGE = "#d55e00"

SETTINGS = {
    "figure.dpi": 160,
    "savefig.dpi": 160,
    "font.size": 11,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}


@contextmanager
def in_style() -> Iterator[None]:
    """Draw and save in this style."""
    from matplotlib import rc_context

    with rc_context(SETTINGS):
        yield


def new_figure(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    """Return an empty picture of so many inches, drawn by Agg."""
    figure, (axes,) = new_figures(width, height, title)
    return figure, axes


def new_figures(width: float, height: float, *titles: str) -> tuple[Figure, list[Axes]]:
    """Return an empty picture of several parts, side by side."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    parts = list(figure.subplots(1, len(titles), squeeze=False)[0])
    for axes, title in zip(parts, titles, strict=True):
        axes.set_title(title)
    return figure, parts


def ordered_colours(n_colours: int) -> np.ndarray:
    """Return colours from dark to light: their order survives in greyscale."""
    from matplotlib import colormaps

    return colormaps["viridis"](np.linspace(0.0, 0.8, n_colours))


def token_labels(effects: pd.Series) -> list[str]:
    """Name each token and its true effect."""
    return [f"{token} ({_signed(effect)})" for token, effect in effects.items()]


def _signed(number: float) -> str:
    return f"{number:+g}".replace("-", "\N{MINUS SIGN}") if number else "0"
