"""A map of the levels of one column: alike ones lie close together."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from skembed._checks import check_estimator, check_installed
from skembed.displays._color_bar import add_color_bar
from skembed.displays._discs import (
    MANY,
    disc_alpha,
    disc_areas,
    disc_edge,
    round_counts,
)
from skembed.displays._levels import (
    HOW_MANY,
    Wanted,
    choose_levels,
    count_levels,
    level_names,
    title_name,
    write_count,
)
from skembed.displays._mapped_levels import MappedLevels, map_levels
from skembed.displays._projection import Projection
from skembed.displays._ranges import ALIKE, widened
from skembed.displays._style import (
    SEQUENTIAL,
    add_legend,
    axes_or_new,
    dress,
    inks_of,
    with_keywords,
    write_log_axis,
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
LEAST_DECADES = 0.3  # that an axis of counts spans
OWN_COLORS = {"c", "color", "facecolor", "facecolors", "fc"}  # keywords of scatter
WIDTH, HEIGHT = 8.4, 6.6  # inches
LEGEND_HEIGHT = 0.34
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
    as far as two axes can show them. Where all vectors lie on one line, there is no
    second axis to find: the map shows counts on it, whatever the projection.

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
    >>> display.ax_.get_title()
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
            distant levels then mean nothing. Vectors that lie on one line, or hardly
            differ, are shown as by "pca".

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
            For ``matplotlib.axes.Axes.scatter``. Colours that it brings, one or one for
            each of `mapped.levels`, are not of effects: there is no colour bar then.

        Returns
        -------
        EmbeddingMapDisplay
            Drawn.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_installed("matplotlib", caller)
        check_estimator(estimator, caller)
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
            For ``matplotlib.axes.Axes.scatter``. Colours that it brings, one or one for
            each of `mapped.levels`, are not of effects: there is no colour bar then.

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
        if not OWN_COLORS & kwargs.keys():
            self._add_color_bar()
        if not mapped.is_line:
            self._add_count_legend()
        self.texts_ = self._add_labels(labelled, not isinstance(labels, HOW_MANY))
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
        levels = count_levels(len(mapped.levels))
        dress(ax, f"Map of {title_name(mapped.column)}:", levels)
        ax.margins(MARGIN)
        ax.set_xlabel(mapped.axis_names[0])
        ax.set_ylabel(mapped.axis_names[1])
        if mapped.axis_shares is None:
            ax.set(xticks=[], yticks=[])
            return
        ax.grid(color=inks_of(ax).pale)
        if mapped.is_line:
            self._scale_counts()
            return
        center, extent = plane_extent(mapped.points)
        low, high = center - extent / 2, center + extent / 2
        ax.set(aspect="equal", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        ax.locator_params(nbins=6)  # or labels would change as layouts try sizes

    def _scale_counts(self) -> None:
        """Give levels on a line an axis of counts, as a logarithm."""
        x, counts = self.mapped.places.T
        self.ax_.set_xlim(with_margin(x, ALIKE))
        self.ax_.set_yscale("log")
        self.ax_.set_ylim(10 ** with_margin(np.log10(counts), LEAST_DECADES))
        write_log_axis(self.ax_.yaxis, _write_tick)
        if not np.ptp(counts):
            self.ax_.set_yticks(counts[:1])

    def _scatter(self, cmap: Any, kwargs: dict[str, Any]) -> PathCollection:
        from matplotlib.collections import PathCollection

        n_levels, areas = len(self.mapped.levels), self._areas(self.mapped.counts)
        looks = {
            "s": areas,
            "edgecolor": inks_of(self.ax_).ink,
            "linewidth": disc_edge(n_levels) * np.sqrt(areas),
            "alpha": disc_alpha(n_levels),
        }
        if not OWN_COLORS & kwargs.keys():
            looks["c"] = self.mapped.effects
        looks = with_keywords(looks, kwargs, PathCollection)
        points = self.ax_.scatter(*self.mapped.places.T, **looks)
        if points.get_array() is not None:
            points.set_cmap(cmap)
        if not (OWN_COLORS | {"norm", "vmin", "vmax"}) & kwargs.keys():
            points.set_clim(*self.mapped.color_limits)
        return points

    def _areas(self, counts: np.ndarray) -> np.ndarray:
        return disc_areas(counts, self.mapped.counts)

    def _add_color_bar(self) -> None:
        low, high = self.points_.get_clim()
        effects = self.mapped.effects
        beyond = bool(effects.min() < low), bool(effects.max() > high)
        name = self.mapped.effect_name
        add_color_bar(self.points_, self.ax_, name, extend=EXTENDS[beyond])

    def _add_count_legend(self) -> None:
        """Explain areas in a line between title and map."""
        counts = round_counts(self.mapped.counts)
        names = [write_count(count) for count in counts]
        names[0] = f"count {names[0]}"
        inks = inks_of(self.ax_)
        discs = [
            self.ax_.scatter([], [], s=area, color=inks.paper, edgecolor=inks.muted)
            for area in self._areas(counts)
        ]
        spaces = {"columnspacing": 1, "handlelength": 2.4, "handletextpad": 0.3}
        add_legend(self.ax_, discs, names, LEGEND_HEIGHT, **spaces)

    def _add_labels(self, labelled: np.ndarray, is_named: bool) -> list[Annotation]:
        from skembed.displays._label_artist import add_labels

        sizes = self.points_.get_sizes()
        self.ax_.scatter(
            *self.mapped.places[labelled].T,
            s=np.broadcast_to(sizes, len(self.mapped.levels))[labelled],
            color="none",
            edgecolor=inks_of(self.ax_).ink,
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
    width, height = np.maximum(high - low, ALIKE)
    extent = np.array([max(width, height / STEEPEST), max(height, width * FLATTEST)])
    return (low + high) / 2, (1 + 2 * MARGIN) * extent


def with_margin(values: np.ndarray, least: float) -> np.ndarray:
    """Return the ends of a range of values, which has a least width, and a margin."""
    low, high = widened(float(values.min()), float(values.max()), least)
    margin = MARGIN * (high - low)
    return np.array([low - margin, high + margin])


def _write_tick(count: float, _: int) -> str:
    return write_count(count)
