"""How displays look: their colours, their axes, and how they write text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#222222"
MUTED = "#6b6b6b"
PALE = "#e6e6e6"
BLUE = "#0072b2"  # Okabe and Ito's, told apart by the colour-blind
ORANGE = "#d55e00"
SEQUENTIAL = "viridis"  # rises in lightness: its order survives in greyscale

METRIC_NAMES = {
    "euclidean": "Euclidean distance between vectors",
    "cosine": "one minus the cosine between vectors",
    "effect": "difference between predictions, in units of the target",
}

# names of levels and columns are shown as they are: "$" is no formula
AS_IT_IS = {"parse_math": False}


def check_installed(package: str, caller: str, extra: str = "plots") -> None:
    """Raise an ImportError that says what to install, unless a package is there."""
    try:
        __import__(package)
    except ImportError as error:
        raise ImportError(
            f"{caller} requires {package}, which is optional: "
            f'pip install "skembed[{extra}]"'
        ) from error


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes that were given, or those of a new figure of so many inches."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def dress(ax: Axes, title: str, *, pad: float = 8) -> None:
    """Give axes a title and the house's looks.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    title : str
        What is seen.
    pad : float, default=8
        Points between title and axes.
    """
    ax.set_title(
        title,
        loc="left",
        pad=pad,
        fontsize="large",
        fontweight="bold",
        color=INK,
        **AS_IT_IS,
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(MUTED)
    ax.tick_params(color=MUTED, labelcolor=INK)
    ax.set_axisbelow(True)
