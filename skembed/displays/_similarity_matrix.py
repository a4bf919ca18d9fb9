"""A heat map of the distances between levels, alike ones side by side."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from skembed._checks import check_estimator, check_installed
from skembed.displays._color_bar import add_color_bar
from skembed.displays._levels import (
    HOW_MANY,
    Wanted,
    choose_some_levels,
    describe_choice,
    level_names,
    title_name,
    vocabulary_of,
)
from skembed.displays._ranges import ALIKE, least_difference
from skembed.displays._style import (
    AS_IT_IS,
    METRIC_NAMES,
    SEQUENTIAL,
    axes_or_new,
    dress,
    with_keywords,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

    from skembed._estimator import EmbeddingEstimator

MOST_LEVELS = 50
SMALLEST_NUMBERED = 24.0  # points of a cell in which a distance can be written out
SMALLEST_FONT, LARGEST_FONT = 5.0, 10.0
WIDTH_OF_LETTER = 0.8  # of a wide one, over the height of its font
LINE = 1.2  # height of a line of text, over that of its font
POINTS_PER_INCH = 72
SHORT_NAME, INCHES_OF_LETTER = 8, 0.07  # longer names have figures grow


class SimilarityMatrixDisplay:
    """Heat map of the distances between levels of one column.

    Levels are in the order of a hierarchical clustering whose neighbouring leaves are
    as alike as can be [1]_: groups of alike levels are dark squares on the diagonal.

    Create it by `SimilarityMatrixDisplay.from_estimator`.

    Parameters
    ----------
    distances : DataFrame of shape (n_shown, n_shown)
        Distances between levels, indexed by level, in the order to show them.

    column : hashable
        The column's name.

    metric : {"euclidean", "cosine", "effect"}, default="euclidean"
        What kind of distances they are.

    n_levels : int, default=None
        How many levels the column has; None if all of them are shown.

    are_frequent : bool, default=False
        Whether those that are shown are the most frequent.

    least_distance : float, default=0.001
        The distance below which levels are as good as alike: colours tell no less
        apart.

    Attributes
    ----------
    im_ : matplotlib AxesImage
        The heat map.

    texts_ : list of matplotlib Text
        The distances as numbers, if there is room for them.

    ax_ : matplotlib Axes
        The axes of the heat map.

    figure_ : matplotlib Figure
        The figure.

    References
    ----------
    .. [1] Bar-Joseph, Z., Gifford, D. K. & Jaakkola, T. S. (2001). Fast Optimal Leaf
       Ordering for Hierarchical Clustering. Bioinformatics 17.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_tokens
    >>> from skembed.displays import SimilarityMatrixDisplay
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = EmbeddingRegressor(n_networks=0).fit(X, y)
    >>> display = SimilarityMatrixDisplay.from_estimator(model)
    >>> display.ax_.get_title()
    'Distances within token: 5 levels'
    """

    def __init__(
        self,
        *,
        distances: pd.DataFrame,
        column: Hashable,
        metric: str = "euclidean",
        n_levels: int | None = None,
        are_frequent: bool = False,
        least_distance: float = ALIKE,
    ) -> None:
        self.distances = distances
        self.column = column
        self.metric = metric
        self.n_levels = n_levels
        self.are_frequent = are_frequent
        self.least_distance = least_distance

    @classmethod
    def from_estimator(
        cls,
        estimator: EmbeddingEstimator,
        column: Hashable | None = None,
        *,
        metric: str = "euclidean",
        levels: Wanted = None,
        cmap: Any = SEQUENTIAL,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> SimilarityMatrixDisplay:
        """Draw the distances between a fitted estimator's levels.

        Parameters
        ----------
        estimator : EmbeddingRegressor
            Fitted.

        column : hashable, default=None
            The categorical feature, by the keys of `embeddings_`; not needed if there
            is only one.

        metric : {"euclidean", "cosine", "effect"}, default="euclidean"
            As in ``estimator.similarity_matrix``.

        levels : array-like of levels, int or None, default=None
            Which levels to show, or how many of the most frequent. None is 50 of them.

        cmap : str or matplotlib Colormap, default="viridis"
            The colours of the distances.

        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.imshow``.

        Returns
        -------
        SimilarityMatrixDisplay
            Drawn.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_installed("matplotlib", caller)
        check_estimator(estimator, caller)
        known = vocabulary_of(estimator, column)
        shown = choose_some_levels(known.levels, known.counts, levels, MOST_LEVELS)
        distances = estimator.similarity_matrix(
            known.name, metric=metric, levels=known.levels[shown]
        )
        order = clustered_order(distances.to_numpy())
        display = cls(
            distances=distances.iloc[order, order],
            column=known.name,
            metric=metric,
            n_levels=len(known.levels),
            are_frequent=isinstance(levels, HOW_MANY),
            least_distance=least_difference(estimator, metric),
        )
        return display.plot(ax, cmap=cmap, **kwargs)

    def plot(
        self, ax: Axes | None = None, *, cmap: Any = SEQUENTIAL, **kwargs: Any
    ) -> SimilarityMatrixDisplay:
        """Draw the heat map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        cmap : str or matplotlib Colormap, default="viridis"
            The colours of the distances.

        **kwargs : dict
            For ``matplotlib.axes.Axes.imshow``.

        Returns
        -------
        SimilarityMatrixDisplay
            Itself.
        """
        check_installed("matplotlib", f"{type(self).__name__}.plot")
        n_shown = len(self.distances)
        self.ax_: Axes = axes_or_new(ax, *self._size())
        self.figure_: Figure = self.ax_.get_figure()
        choice = describe_choice(n_shown, self.n_levels or n_shown, self.are_frequent)
        dress(self.ax_, f"Distances within {title_name(self.column)}:", choice)
        self.im_: AxesImage = self._draw_cells(cmap, kwargs)
        add_color_bar(self.im_, self.ax_, METRIC_NAMES.get(self.metric, self.metric))
        self._name_levels()
        has_room = self._cell() >= SMALLEST_NUMBERED
        self.texts_ = self._write_numbers() if has_room else []
        return self

    def _size(self) -> tuple[float, float]:
        """Return inches in which there is room for cells and names."""
        longest = max(map(len, level_names(self.distances.index)))
        side = np.clip(3.5 + 0.12 * len(self.distances), 4.5, 9.0)
        side = float(side + INCHES_OF_LETTER * max(longest - SHORT_NAME, 0))
        return side + 1.0, side

    def _draw_cells(self, cmap: Any, kwargs: dict[str, Any]) -> AxesImage:
        from matplotlib.image import AxesImage

        distances = self.distances.to_numpy()
        looks = {"cmap": cmap, "interpolation": "nearest"}
        if "norm" not in kwargs:
            looks |= {"vmin": 0, "vmax": max(distances.max(), self.least_distance)}
        return self.ax_.imshow(distances, **with_keywords(looks, kwargs, AxesImage))

    def _name_levels(self) -> None:
        """Name every level, or every so manieth where names would overlap."""
        self.ax_.spines[:].set_visible(False)
        self.ax_.grid(False)  # of the user's style: it would cross the cells
        self.ax_.set(xticks=[], yticks=[])
        self._write_names(self._cell())
        self._write_names(self._cell())  # again, because names take room themselves

    def _write_names(self, cell: float) -> None:
        step = int(np.ceil(SMALLEST_FONT * LINE / cell))
        font = float(np.clip(cell / LINE, SMALLEST_FONT, LARGEST_FONT))
        places = np.arange(0, len(self.distances), step)
        names = level_names(self.distances.index[places])
        width = font * WIDTH_OF_LETTER * max(map(len, names))
        looks = {"fontsize": font, **AS_IT_IS}
        self.ax_.set_yticks(places, names, **looks)
        self.ax_.set_xticks(places, names, rotation=90 if width > cell else 0, **looks)
        self.ax_.tick_params(length=0 if step == 1 else 3)

    def _cell(self) -> float:
        """Return the side of a level's cell, in points."""
        self.figure_.canvas.figure.draw_without_rendering()  # not a part of it only
        pixels = self.ax_.get_window_extent().height / len(self.distances)
        return float(pixels * POINTS_PER_INCH / self.figure_.dpi)

    def _write_numbers(self) -> list[Text]:
        distances = self.distances.to_numpy()
        values = self.im_.norm(distances)
        decimals = decimals_for(max(distances.max(), self.least_distance))
        colors = self.im_.cmap(values)[..., :3] @ (0.299, 0.587, 0.114)
        return [
            self.ax_.text(
                j,
                i,
                f"{distance:.{decimals}f}",
                ha="center",
                va="center",
                fontsize="small",
                color="white" if colors[i, j] < 0.5 else "black",
            )
            for (i, j), distance in np.ndenumerate(distances)
        ]


def clustered_order(distances: np.ndarray) -> np.ndarray:
    """Return the order of levels in which alike ones are side by side.

    Parameters
    ----------
    distances : ndarray of shape (n_levels, n_levels)
        Symmetric.

    Returns
    -------
    ndarray of shape (n_levels,)
        Positions.
    """
    if len(distances) < 3:
        return np.arange(len(distances))
    pairs = squareform(distances, checks=False)
    return np.asarray(
        leaves_list(linkage(pairs, method="average", optimal_ordering=True))
    )


def decimals_for(largest: float) -> int:
    """Return how many decimals give the largest of some numbers three digits."""
    return max(0, 2 - int(np.floor(np.log10(largest)))) if largest > 0 else 0
