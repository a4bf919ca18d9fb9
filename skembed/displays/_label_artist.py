"""Names of points on axes, placed anew whenever the figure is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import PathCollection
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation

from skembed.displays._labels import STEP, Discs, place_labels
from skembed.displays._style import AS_IT_IS, inks_of

POINTS_PER_INCH = 72


def add_labels(
    ax: Axes,
    points: PathCollection,
    labelled: np.ndarray,
    names: Sequence[str],
    *,
    reach: float = 0.0,
    most_covered: float = np.inf,
) -> list[Annotation]:
    """Write the names of some points beside them.

    Names for which there is no place are not visible. Places are found at each
    drawing: they fit whatever size, resolution and view the figure then has.

    Parameters
    ----------
    ax : matplotlib Axes
        Where the points are.
    points : matplotlib PathCollection
        What ``ax.scatter`` returned.
    labelled : ndarray of shape (n_labels,)
        The positions of the points to name, the most important first.
    names : sequence of str
        Their names.
    reach : float, default=0.0
        How far from its point a name may stand, as a share of the diagonal of the
        axes; a line then leads to it.
    most_covered : float, default=inf
        How many points a name may cover in part.

    Returns
    -------
    list of matplotlib Annotation
        One for each name.
    """
    anchors = np.asarray(points.get_offsets())[labelled]
    pairs = zip(names, anchors, strict=True)
    texts = [_annotate(ax, name, anchor) for name, anchor in pairs]
    ax.add_artist(_Placement(points, labelled, texts, reach, most_covered))
    return texts


def _annotate(ax: Axes, name: str, anchor: np.ndarray) -> Annotation:
    inks = inks_of(ax)
    text = ax.annotate(
        name,
        tuple(anchor),
        xytext=(0, 0),
        textcoords="offset points",
        ha="left",
        va="bottom",
        color=inks.ink,
        fontsize="small",
        path_effects=[withStroke(linewidth=2.5, foreground=inks.paper)],
        arrowprops={
            "arrowstyle": "-",
            "color": inks.muted,
            "linewidth": 0.7,
            "shrinkA": 0,
        },
        **AS_IT_IS,
    )
    text.set_in_layout(False)
    return text


class _Placement(Artist):
    """Draws nothing: it comes before the texts and tells them where to be."""

    def __init__(
        self,
        points: PathCollection,
        labelled: np.ndarray,
        texts: Sequence[Annotation],
        reach: float,
        most_covered: float,
    ) -> None:
        super().__init__()
        self._points, self._labelled = points, labelled
        self._texts, self._reach, self._most_covered = texts, reach, most_covered
        self._offsets: np.ndarray | None = None
        self.set_in_layout(False)
        self.set_zorder(points.get_zorder())

    def draw(self, renderer: RendererBase) -> None:
        """Move the texts, unless they are where they should be."""
        scale = self._points.get_figure().dpi / POINTS_PER_INCH
        discs = self._discs(scale)
        frame = self._points.axes.get_window_extent().get_points() / scale
        sizes = np.array([_size(text, renderer) for text in self._texts]) / scale
        corners = place_labels(
            discs,
            self._labelled,
            sizes.reshape(-1, 2),
            frame,
            self._reach * float(np.linalg.norm(frame[1] - frame[0])),
            self._most_covered,
        )
        offsets = corners - discs.centers[self._labelled]
        if self._offsets is None or not np.allclose(
            offsets, self._offsets, atol=0.1, equal_nan=True
        ):
            self._move(offsets, sizes, discs.radii[self._labelled])
        self.stale = False

    def _discs(self, scale: float) -> Discs:
        """Return the points as they are on the page, in points of 1/72 inch."""
        centers = self._points.get_offset_transform().transform(
            np.asarray(self._points.get_offsets())
        )
        radii = np.sqrt(self._points.get_sizes()) / 2
        return Discs(centers / scale, np.broadcast_to(radii, len(centers)))

    def _move(self, offsets: np.ndarray, sizes: np.ndarray, radii: np.ndarray) -> None:
        self._offsets = offsets
        for text, offset, size, radius in zip(
            self._texts, offsets, sizes, radii, strict=True
        ):
            has_place = not np.isnan(offset).any()
            text.set_visible(has_place)
            if has_place:
                text.set_position(offset)
                nearest = np.clip(0, offset, offset + size)
                is_far = np.linalg.norm(nearest) > radius + STEP
                text.arrow_patch.set_visible(bool(is_far))


def _size(text: Annotation, renderer: RendererBase) -> tuple[float, float]:
    """Measure a text as matplotlib does, which does not for texts that are hidden."""
    font: Any = text.get_fontproperties()
    measured = [
        renderer.get_text_width_height_descent(string, font, ismath=False)
        for string in (text.get_text(), "lp")
    ]
    descent = max(d for _, _, d in measured)
    return measured[0][0], max(h - d for _, h, d in measured) + descent
