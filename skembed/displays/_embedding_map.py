"""A map of the levels of one column: alike ones lie close together."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from skembed.displays._color_bar import add_color_bar
from skembed.displays._discs import EDGE, MANY, color_limits, disc_areas, round_counts
from skembed.displays._levels import (
    Wanted,
    choose_levels,
    level_name,
    level_names,
    write_count,
)
from skembed.displays._mapped_levels import MappedLevels, map_levels
from skembed.displays._projection import Projection
from skembed.displays._style import (
    INK,
    MUTED,
    PALE,
    SEQUENTIAL,
    axes_or_new,
    check_installed,
    dress,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

    from skembed._estimator import EmbeddingEstimator

LABELS_OF_MANY = 40
FARTHEST_LABEL = 0.25  # of the diagonal, for levels that were named
MARGIN = 0.08  # on each side of the map
FLATTEST, STEEPEST = 0.45, 0.9  # height of the plane that is shown, over its width
WIDTH, HEIGHT = 8.4, 6.6  # inches
AROUND_WIDTH, AROUND_HEIGHT = 1.5, 1.1  # inches that all but the map itself takes
EXTENDS = {
    (False, False): "neither",
    (True, False): "min",
    (False, True): "max",
    (True, True): "both",
}


class EmbeddingMapDisplay:
    """Map of the levels of one column.

    Every level is a disc. Its area stands for its count, its colour for its effect; on
    the principal axes, distances between discs are those between the levels' vectors
    as far as two axes can show them. Where all vectors lie on one line, the map shows
    counts on the other axis.

    Create it by `EmbeddingMapDisplay.from_estimator`.

    Parameters
    ----------
    mapped : MappedLevels
        The levels and what is shown of them: arrays `points`, `levels`, `counts` and
        `effects`, by rising count.

    Attributes
    ----------
    points_ : matplotlib PathCollection
        The discs, in the order of `mapped`.

    texts_ : list of matplotlib Annotation
        The labels. Those that would overlap others are not visible.

    ax_ : matplotlib Axes
        The axes of the map.

    figure_ : matplotlib Figure
        The figure.

    See Also
    --------
    write_embedding_map : The same as a page to zoom into and to search.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_effects
    >>> from skembed.displays import EmbeddingMapDisplay
    >>> X, y = make_effects(2_000, n_levels=(40, 10), random_state=0)
    >>> model = EmbeddingRegressor(n_networks=0).fit(X, y)
    >>> display = EmbeddingMapDisplay.from_estimator(model, "a")
    >>> display.ax_.get_title(loc="left")
    'Map of a: 40 levels'
    """

    def __init__(self, mapped: MappedLevels) -> None:
        self.mapped = mapped

    @classmethod
    def from_estimator(
        cls,
        estimator: EmbeddingEstimator,
        column: Hashable | None = None,
        *,
        projection: Projection = "pca",
        labels: Wanted = None,
        random_state: Any = None,
        cmap: Any = SEQUENTIAL,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> EmbeddingMapDisplay:
        """Draw the map of a fitted estimator's levels.

        Parameters
        ----------
        estimator : EmbeddingRegressor
            Fitted.

        column : hashable, default=None
            The categorical feature, by the keys of `embeddings_`; not needed if there
            is only one.

        projection : {"pca", "tsne", "umap"}, default="pca"
            "pca" shows the first two principal axes, which are the first two columns
            of the vectors, "tsne" and "umap" who is near whom: distances between
            distant levels then mean nothing.

        labels : array-like of levels, int or None, default=None
            Which levels to name, or how many of the most frequent. None names as many
            of those as a map can take.

        random_state : int, RandomState instance or None, default=None
            For UMAP.

        cmap : str or matplotlib Colormap, default="viridis"
            The colours of the effects.

        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.scatter``.

        Returns
        -------
        EmbeddingMapDisplay
            Drawn.
        """
        check_installed("matplotlib", f"{cls.__name__}.from_estimator")
        mapped = map_levels(estimator, column, projection, random_state)
        return cls(mapped).plot(ax, labels=labels, cmap=cmap, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        labels: Wanted = None,
        cmap: Any = SEQUENTIAL,
        **kwargs: Any,
    ) -> EmbeddingMapDisplay:
        """Draw the map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        labels : array-like of levels, int or None, default=None
            Which levels to name, or how many of the most frequent. None names as many
            of those as a map can take.

        cmap : str or matplotlib Colormap, default="viridis"
            The colours of the effects.

        **kwargs : dict
            For ``matplotlib.axes.Axes.scatter``.

        Returns
        -------
        EmbeddingMapDisplay
            Itself.
        """
        check_installed("matplotlib", f"{type(self).__name__}.plot")
        mapped = self.mapped
        n_levels = len(mapped.levels)
        default = LABELS_OF_MANY if n_levels >= MANY else n_levels
        labelled = choose_levels(mapped.levels, mapped.counts, labels, default)
        self.ax_: Axes = axes_or_new(ax, *self._size())
        self.figure_: Figure = self.ax_.get_figure()
        self._dress()
        self.points_ = self._scatter(cmap, kwargs)
        self._add_color_bar()
        if not mapped.is_line:
            self._add_count_legend()
        is_named = not (labels is None or isinstance(labels, int | np.integer))
        self.texts_ = self._add_labels(labelled, is_named)
        return self

    def _size(self) -> tuple[float, float]:
        """Return inches in which the map has little empty space around it."""
        if not self._is_plane:
            return WIDTH, HEIGHT
        _, (width, height) = plane_extent(self.mapped.points)
        return WIDTH, AROUND_HEIGHT + (WIDTH - AROUND_WIDTH) * height / width

    @property
    def _is_plane(self) -> bool:
        return self.mapped.axis_shares is not None and not self.mapped.is_line

    def _dress(self) -> None:
        ax, mapped = self.ax_, self.mapped
        name = level_name(mapped.column)
        pad = 8 if mapped.is_line else 30  # for the counts
        dress(ax, f"Map of {name}: {len(mapped.levels):,} levels", pad=pad)
        ax.margins(MARGIN)
        ax.set_xlabel(mapped.axis_names[0], color=INK)
        ax.set_ylabel(mapped.axis_names[1], color=INK)
        if mapped.axis_shares is None:
            ax.set(xticks=[], yticks=[])
            return
        ax.grid(color=PALE)
        if mapped.is_line:
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter(_write_tick)
            return
        center, extent = plane_extent(mapped.points)
        low, high = center - extent / 2, center + extent / 2
        ax.set(aspect="equal", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        ax.locator_params(nbins=6)  # or labels would change as layouts try sizes

    def _scatter(self, cmap: Any, kwargs: dict[str, Any]) -> PathCollection:
        areas = disc_areas(self.mapped.counts, self.mapped.counts)
        looks = {
            "s": areas,
            "c": self.mapped.effects,
            "cmap": cmap,
            "edgecolors": INK,
            "linewidths": EDGE * np.sqrt(areas),
        }
        points = self.ax_.scatter(*self.mapped.places.T, **looks | kwargs)
        if not {"norm", "vmin", "vmax"} & kwargs.keys():
            points.set_clim(*color_limits(self.mapped.effects))
        return points

    def _add_color_bar(self) -> None:
        low, high = self.points_.get_clim()
        beyond = self.mapped.effects.min() < low, self.mapped.effects.max() > high
        add_color_bar(
            self.points_,
            self.ax_,
            "effect, in units of the target",
            extend=EXTENDS[beyond],
        )

    def _add_count_legend(self) -> None:
        """Explain areas in a line between title and map."""
        counts = round_counts(self.mapped.counts)
        areas = disc_areas(counts, self.mapped.counts)
        names = [write_count(count) for count in counts]
        names[0] = f"count {names[0]}"
        looks = {"color": "white", "edgecolor": MUTED}
        discs = [self.ax_.scatter([], [], s=area, **looks) for area in areas]
        self.ax_.legend(
            discs,
            names,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(discs),
            borderaxespad=0.7,
            borderpad=0,
            columnspacing=1,
            handlelength=2.4,
            handletextpad=0.3,
            frameon=False,
            fontsize="small",
            labelcolor=INK,
        )

    def _add_labels(self, labelled: np.ndarray, is_named: bool) -> list[Annotation]:
        from skembed.displays._label_artist import add_labels

        sizes = self.points_.get_sizes()
        self.ax_.scatter(
            *self.mapped.places[labelled].T,
            s=np.broadcast_to(sizes, len(self.mapped.levels))[labelled],
            color="none",
            edgecolor=INK,
            linewidth=0.8,
        )
        names = level_names(self.mapped.levels[labelled])
        is_crowded = len(self.mapped.levels) >= MANY
        return add_labels(
            self.ax_,
            self.points_,
            labelled,
            names,
            reach=FARTHEST_LABEL if is_named else 0.0,
            most_covered=np.inf if is_named or is_crowded else 0,
        )


def plane_extent(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the center, and width and height, of the part of a plane to show.

    It is neither flatter nor steeper than a page, however the points lie.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = high - low
    extent = np.array([max(width, height / STEEPEST), max(height, width * FLATTEST)])
    return (low + high) / 2, (1 + 2 * MARGIN) * extent


def _write_tick(count: float, _: int) -> str:
    return write_count(count)
