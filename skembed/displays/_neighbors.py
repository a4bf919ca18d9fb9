"""The nearest levels of one level, as bars."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skembed._checks import check_estimator, check_installed
from skembed.displays._levels import (
    level_names,
    title_name,
    vocabulary_of,
    write_count,
)
from skembed.displays._ranges import ALIKE, least_difference
from skembed.displays._style import (
    AS_IT_IS,
    METRIC_NAMES,
    axes_or_new,
    dress,
    inks_of,
    with_keywords,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from skembed._estimator import EmbeddingEstimator


ROOM_FOR_COUNTS = 0.14  # of the longest bar


class NeighborsDisplay:
    """Bars of the distances from one level to its nearest levels.

    The count of each is written at its bar: what has few rows is not known well.

    Create it by `NeighborsDisplay.from_estimator`.

    Parameters
    ----------
    neighbors : DataFrame of shape (n_neighbors, 2)
        The columns "distance" and "count", indexed by level, nearest first.

    token : hashable
        The level whose neighbours they are.

    column : hashable
        The column's name.

    metric : {"euclidean", "cosine", "effect"}, default="euclidean"
        What kind of distances they are.

    least_distance : float, default=0.001
        The distance below which levels are as good as alike: the axis is no shorter.

    Attributes
    ----------
    bars_ : matplotlib BarContainer
        The bars, nearest first.

    texts_ : list of matplotlib Text
        The counts; or, where there are no bars, that there is no other level.

    ax_ : matplotlib Axes
        The axes of the bars.

    figure_ : matplotlib Figure
        The figure.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_tokens
    >>> from skembed.displays import NeighborsDisplay
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = EmbeddingRegressor(n_networks=0).fit(X, y)
    >>> display = NeighborsDisplay.from_estimator(model, "e", k=2)
    >>> display.neighbors.index.tolist()
    ['d', 'c']
    """

    def __init__(
        self,
        *,
        neighbors: pd.DataFrame,
        token: Hashable,
        column: Hashable,
        metric: str = "euclidean",
        least_distance: float = ALIKE,
    ) -> None:
        self.neighbors = neighbors
        self.token = token
        self.column = column
        self.metric = metric
        self.least_distance = least_distance

    @classmethod
    def from_estimator(
        cls,
        estimator: EmbeddingEstimator,
        token: Hashable,
        column: Hashable | None = None,
        *,
        metric: str = "euclidean",
        k: int | None = 10,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> NeighborsDisplay:
        """Draw the nearest levels of a fitted estimator's level.

        Parameters
        ----------
        estimator : EmbeddingRegressor
            Fitted.

        token : hashable
            The level; None or NaN for missing values.

        column : hashable, default=None
            The categorical feature, by the keys of `embeddings_`; not needed if there
            is only one.

        metric : {"euclidean", "cosine", "effect"}, default="euclidean"
            As in ``estimator.similarities``.

        k : int or None, default=10
            How many levels to show; None shows all.

        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.barh``.

        Returns
        -------
        NeighborsDisplay
            Drawn.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_installed("matplotlib", caller)
        check_estimator(estimator, caller)
        display = cls(
            neighbors=estimator.most_similar(
                [token], column=column, metric=metric, k=k
            ),
            token=token,
            column=vocabulary_of(estimator, column).name,
            metric=metric,
            least_distance=least_difference(estimator, metric),
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, **kwargs: Any) -> NeighborsDisplay:
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.barh``.

        Returns
        -------
        NeighborsDisplay
            Itself.
        """
        check_installed("matplotlib", f"{type(self).__name__}.plot")
        places = np.arange(len(self.neighbors))
        self.ax_: Axes = axes_or_new(ax, 7.0, 1.6 + 0.32 * len(places))
        self.figure_: Figure = self.ax_.get_figure()
        token, column = title_name(self.token), title_name(self.column)
        dress(self.ax_, f"Levels of {column}", f"nearest to {token}")
        self.bars_: BarContainer = self._draw_bars(places, kwargs)
        self.texts_: list[Text] = self._write_counts()
        self.ax_.set_yticks(places, level_names(self.neighbors.index), **AS_IT_IS)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.set_ylim(max(len(places), 1) - 0.5, -0.5)
        self.ax_.set_xlabel(METRIC_NAMES.get(self.metric, self.metric))
        return self

    def _draw_bars(self, places: np.ndarray, kwargs: dict[str, Any]) -> BarContainer:
        from matplotlib.patches import Rectangle

        distances = self.neighbors["distance"].to_numpy()
        longest = max(distances.max(initial=0), self.least_distance)
        self.ax_.grid(axis="x", color=inks_of(self.ax_).pale)
        self.ax_.set_xlim(0, (1 + ROOM_FOR_COUNTS) * longest)
        looks = {"color": inks_of(self.ax_).blue, "height": 0.7}
        looks = with_keywords(looks, kwargs, Rectangle)
        return self.ax_.barh(places, distances, **looks)

    def _write_counts(self) -> list[Text]:
        muted = inks_of(self.ax_).muted
        if not len(self.neighbors):
            self.ax_.set_xticks([])
            middle = {"transform": self.ax_.transAxes, "ha": "center", "va": "center"}
            return [self.ax_.text(0.5, 0.5, "no other level", color=muted, **middle)]
        names = [write_count(count) for count in self.neighbors["count"]]
        names[0] = f"{names[0]} rows"
        return self.ax_.bar_label(
            self.bars_, names, padding=4, fontsize="small", color=muted
        )
