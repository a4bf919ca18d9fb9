"""How displays look: their colours, their axes, and how they write text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Okabe and Ito's, told apart by the colour-blind: those for light and for dark grounds
BLUE, ORANGE = ("#0072b2", "#56b4e9"), ("#d55e00", "#e69f00")
SEQUENTIAL = "viridis"  # rises in lightness: its order survives in greyscale
MUTED, PALE = 0.58, 0.1  # shares of ink, the rest being paper
LINE_OF_TITLE = 44  # letters

METRIC_NAMES = {
    "euclidean": "Euclidean distance between vectors",
    "cosine": "one minus the cosine between vectors",
    "effect": "difference between predictions, in units of the prediction",
}

# names of levels and columns are shown as they are: "$" is no formula
AS_IT_IS = {"parse_math": False}


@dataclass(frozen=True)
class Inks:
    """Colours that go with the style that axes have.

    Attributes
    ----------
    ink : str
        Of text.
    muted : str
        Of what matters less.
    pale : str
        Of a grid.
    paper : str
        Of the ground.
    blue, orange : str
        Of data.
    """

    ink: str
    muted: str
    pale: str
    paper: str
    blue: str
    orange: str


def inks_of(ax: Axes) -> Inks:
    """Return the colours that axes have, which may be light on a dark ground."""
    from matplotlib.colors import to_hex, to_rgb, to_rgba

    ink = np.array(to_rgb(ax.xaxis.label.get_color()))
    *face, opacity = to_rgba(ax.get_facecolor())
    paper = np.array(face) if opacity else np.full(3, float(ink.mean() < 0.5))

    def mixed(share: float) -> str:
        return to_hex(share * ink + (1 - share) * paper)

    is_dark = int(paper.mean() < 0.5)
    shades = mixed(1.0), mixed(MUTED), mixed(PALE), mixed(0.0)
    return Inks(*shades, BLUE[is_dark], ORANGE[is_dark])


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes that were given, or those of a new figure of so many inches."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def with_keywords(
    looks: Mapping[str, Any], kwargs: Mapping[str, Any], artist: type[Artist]
) -> dict[str, Any]:
    """Let a user's keywords replace the house's, by whatever name matplotlib knows.

    Parameters
    ----------
    looks : mapping
        The house's keywords, by their full names.
    kwargs : mapping
        The user's.
    artist : type
        What they are for.

    Returns
    -------
    dict
        All of them, by their full names.
    """
    from matplotlib.cbook import normalize_kwargs

    return {**looks, **normalize_kwargs(dict(kwargs), artist)}


def dress(ax: Axes, *title: str) -> None:
    """Give axes a title and the house's looks.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    *title : str
        What is seen, in parts that may each be a line.
    """
    line = " ".join(title)
    text = line if len(line) <= LINE_OF_TITLE else "\n".join(title)
    # where a title of the user's would be, so that it replaces this one; that one may
    # have formulas, so these are not turned off
    ax.set_title(text.replace("$", r"\$"), fontsize="large", fontweight="bold")
    muted = inks_of(ax).muted
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(muted)
    ax.tick_params(which="both", color=muted)
    ax.set_axisbelow(True)


def add_legend(
    ax: Axes, handles: Sequence[Any], names: Sequence[str], height: float, **looks: Any
) -> None:
    """Explain signs in a line between axes and their title.

    Parameters
    ----------
    ax : matplotlib Axes
        Where they are drawn.
    handles : sequence of matplotlib Artist
        The signs.
    names : sequence of str
        What they stand for.
    height : float
        Inches of the line.
    **looks : dict
        For ``matplotlib.axes.Axes.legend``.
    """
    from matplotlib.transforms import ScaledTranslation

    corner = ScaledTranslation(0, 1, ax.transAxes)
    inches = ax.get_figure().dpi_scale_trans + corner
    # a title keeps clear of axes within its own, and of nothing else
    ax.inset_axes((0, 0, height, height), transform=inches).set_axis_off()
    ax.legend(
        handles,
        names,
        loc="center left",
        bbox_to_anchor=(0, 0, height, height),
        bbox_transform=inches,
        ncols=len(names),
        borderaxespad=0,
        borderpad=0,
        frameon=False,
        fontsize="small",
        labelcolor=inks_of(ax).ink,
        **looks,
    )


def write_log_axis(axis: Axis, write: Callable[[float, Any], str] | str) -> None:
    """Write plain numbers on a logarithmic axis, also on one within a decade."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(write)
    axis.set_minor_formatter(NullFormatter())
