"""The nearest levels of one level, as bars."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skembed.displays._levels import (
    level_name,
    level_names,
    vocabulary_of,
    write_count,
)
from skembed.displays._style import (
    AS_IT_IS,
    BLUE,
    INK,
    METRIC_NAMES,
    MUTED,
    PALE,
    axes_or_new,
    check_installed,
    dress,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from skembed._estimator import EmbeddingEstimator


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

    Attributes
    ----------
    bars_ : matplotlib BarContainer
        The bars, nearest first.

    texts_ : list of matplotlib Text
        The counts.

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
    ) -> None:
        self.neighbors = neighbors
        self.token = token
        self.column = column
        self.metric = metric

    @classmethod
    def from_estimator(
        cls,
        estimator: EmbeddingEstimator,
        token: Hashable,
        column: Hashable | None = None,
        *,
        metric: str = "euclidean",
        k: int = 10,
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

        k : int, default=10
            How many levels to show.

        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.barh``.

        Returns
        -------
        NeighborsDisplay
            Drawn.
        """
        check_installed("matplotlib", f"{cls.__name__}.from_estimator")
        display = cls(
            neighbors=estimator.most_similar(
                [token], column=column, metric=metric, k=k
            ),
            token=token,
            column=vocabulary_of(estimator, column).name,
            metric=metric,
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
        token, column = level_name(self.token), level_name(self.column)
        dress(self.ax_, f"Levels of {column} nearest to {token}")
        self.ax_.grid(axis="x", color=PALE)
        looks = {"color": BLUE, "height": 0.7}
        self.bars_: BarContainer = self.ax_.barh(
            places, self.neighbors["distance"], **looks | kwargs
        )
        self.texts_: list[Text] = self._write_counts()
        self.ax_.set_yticks(places, level_names(self.neighbors.index), **AS_IT_IS)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.set_ylim(max(len(places), 1) - 0.5, -0.5)
        self.ax_.set_xlabel(METRIC_NAMES.get(self.metric, self.metric), color=INK)
        return self

    def _write_counts(self) -> list[Text]:
        names = [write_count(count) for count in self.neighbors["count"]]
        names[:1] = [f"{name} rows" for name in names[:1]]
        self.ax_.margins(x=0.12)
        return self.ax_.bar_label(
            self.bars_, names, padding=4, fontsize="small", color=MUTED
        )
