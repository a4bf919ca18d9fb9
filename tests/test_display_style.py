"""Displays are legible in light and dark styles, and leave the title to the user."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from skembed.displays import (
    EmbeddingMapDisplay,
    LossCurveDisplay,
    NeighborsDisplay,
    OutcomesDisplay,
    SimilarityMatrixDisplay,
)
from skembed.displays._mapped_levels import MappedLevels
from skembed.displays._style import inks_of

POINTS = np.random.default_rng(0).normal(size=(6, 2))
NAMES = list("abcdef")
DISPLAYS = [
    EmbeddingMapDisplay(
        MappedLevels(
            points=POINTS,
            levels=np.array(NAMES, dtype=object),
            counts=np.arange(1, 7),
            effects=POINTS[:, 0],
            column="city",
            projection="pca",
            axis_shares=np.array([0.6, 0.4]),
        )
    ),
    LossCurveDisplay(losses=[3.0, 2.0], val_losses=[4.0, 3.5], best_epoch=2),
    NeighborsDisplay(
        neighbors=pd.DataFrame({"distance": [1.0, 2.0], "count": 3}, index=["b", "c"]),
        token="a",
        column="city",
    ),
    OutcomesDisplay(
        levels=np.array(["a", "b"]),
        outcomes=[np.arange(3.0), np.arange(2.0)],
        predictions=np.ones(2),
        column="city",
    ),
    SimilarityMatrixDisplay(
        distances=pd.DataFrame(np.abs(np.subtract.outer(range(30), range(30)))),
        column="city",
    ),
]
all_displays = pytest.mark.parametrize(
    "display", DISPLAYS, ids=lambda d: type(d).__name__
)


def contrast(color, ground):
    """Return the ratio of luminances that the W3C's guidelines for contents ask of."""
    linear = [
        np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        for c in map(np.array, (to_rgb(color), to_rgb(ground)))
    ]
    low, high = sorted(c @ (0.2126, 0.7152, 0.0722) for c in linear)
    return (high + 0.05) / (low + 0.05)


@all_displays
@pytest.mark.parametrize("style", ["default", "dark_background", "ggplot"])
def test_text_stands_out_from_its_ground(display, style):
    with plt.style.context(style):
        figure = Figure(layout="constrained")
        display.plot(figure.add_subplot())
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
    assert texts
    for text in texts:
        assert contrast(text.get_color(), figure.get_facecolor()) >= 3, text


def test_a_dark_style_need_not_last_until_the_picture_is_drawn():
    with plt.style.context("dark_background"):
        ax = Figure(layout="constrained").add_subplot()
    DISPLAYS[0].plot(ax)
    ax.figure.draw_without_rendering()
    for text in (ax.title, ax.xaxis.label, *ax.texts, *ax.get_legend().get_texts()):
        assert contrast(text.get_color(), "black") > 10, text


def test_inks_are_of_the_axes():
    ax = Figure().add_subplot()
    assert (inks_of(ax).ink, inks_of(ax).paper) == ("#000000", "#ffffff")
    ax.set_facecolor("none")
    assert inks_of(ax).paper == "#ffffff"
    ax.xaxis.label.set_color("white")
    assert inks_of(ax).paper == "#000000"
    assert contrast(inks_of(ax).muted, "black") > 4.5


@all_displays
def test_a_title_of_the_users_replaces_the_own(display):
    ax = Figure(layout="constrained").add_subplot()
    display.plot(ax)
    ax.set_title("mine")
    ax.figure.draw_without_rendering()
    titles = [ax.get_title(loc=place) for place in ("left", "center", "right")]
    assert titles == ["", "mine", ""]
