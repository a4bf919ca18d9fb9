"""Outcomes by level, and what is predicted for them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from skembed._checks import check_estimator, check_installed
from skembed._columns import Column
from skembed.displays._levels import (
    HOW_MANY,
    Wanted,
    choose_some_levels,
    describe_choice,
    level_names,
    title_name,
    vocabulary_of,
)
from skembed.displays._style import (
    AS_IT_IS,
    add_legend,
    axes_or_new,
    dress,
    inks_of,
    with_keywords,
)
from skembed.displays._told import told_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.figure import Figure

    from skembed._estimator import EmbeddingEstimator

MOST_LEVELS = 20
MOST_POINTS = 300  # of each level
HALF_STRIP = 0.34
LEGEND_HEIGHT = 0.24  # inches


class OutcomesDisplay:
    """Strips of outcomes by level of one column, and their mean prediction.

    Of a class, which a row has or has not, strips are of its predicted probabilities,
    beside the share of the rows that have it. Create it by
    `OutcomesDisplay.from_estimator`.

    Parameters
    ----------
    levels : ndarray of shape (n_shown,)
        The levels, by rising mean prediction.

    outcomes : sequence of ndarray
        The outcomes of each level; ones and zeros of a class.

    predictions : ndarray of shape (n_shown,)
        The mean prediction of each level.

    column : hashable
        The column's name.

    probabilities : sequence of ndarray, default=None
        Predicted of each level's rows, for strips in place of outcomes.

    n_levels : int, default=None
        How many levels the data have; None if all of them are shown.

    are_frequent : bool, default=False
        Whether those that are shown are the most frequent.

    outcome_name : str, default="outcome"
        What the outcomes are.

    Attributes
    ----------
    points_ : matplotlib PathCollection
        Outcomes or probabilities, of each level no more than 300 drawn at random.

    predictions_ : matplotlib LineCollection
        The mean predictions.

    means_ : matplotlib PathCollection
        The mean outcomes.

    ax_ : matplotlib Axes
        The axes of the strips.

    figure_ : matplotlib Figure
        The figure.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_tokens
    >>> from skembed.displays import OutcomesDisplay
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = EmbeddingRegressor(n_networks=0).fit(X, y)
    >>> display = OutcomesDisplay.from_estimator(model, X, y)
    >>> display.levels.tolist()
    ['a', 'b', 'c', 'd', 'e']
    """

    def __init__(
        self,
        *,
        levels: np.ndarray,
        outcomes: Sequence[np.ndarray],
        predictions: np.ndarray,
        column: Hashable,
        probabilities: Sequence[np.ndarray] | None = None,
        n_levels: int | None = None,
        are_frequent: bool = False,
        outcome_name: str = "outcome",
    ) -> None:
        self.levels = levels
        self.outcomes = outcomes
        self.predictions = predictions
        self.column = column
        self.probabilities = probabilities
        self.n_levels = n_levels
        self.are_frequent = are_frequent
        self.outcome_name = outcome_name

    @classmethod
    def from_estimator(
        cls,
        estimator: EmbeddingEstimator,
        X: Any,
        y: Any,
        column: Hashable | None = None,
        *,
        levels: Wanted = None,
        pos_label: Any = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> OutcomesDisplay:
        """Draw outcomes beside a fitted estimator's predictions.

        Parameters
        ----------
        estimator : EmbeddingRegressor or EmbeddingClassifier
            Fitted; a regressor to one output.

        X : dataframe or array-like of shape (n_samples, n_features)
            Rows of the training data, or others.

        y : array-like of shape (n_samples,)
            Their outcomes. A name that it has, as a Series may, is that of the axis.

        column : hashable, default=None
            The categorical feature, by the keys of `embeddings_`; not needed if there
            is only one.

        levels : array-like of levels, int or None, default=None
            Which levels to show, or how many of those that are the most frequent in
            `X`. None is 20 of them.

        pos_label : label, default=None
            Of a classifier, the class whose probability is drawn. None is the second
            of two.

        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.scatter``, which draws the strips.

        Returns
        -------
        OutcomesDisplay
            Drawn.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_installed("matplotlib", caller)
        check_estimator(estimator, caller)
        name = vocabulary_of(estimator, column).name
        told = told_of(estimator, X, y, pos_label, caller)
        values = next(c for c in estimator._read(X) if c.name == name)
        present, rows = rows_by_level(values)
        shown = choose_some_levels(
            present, np.array(list(map(len, rows))), levels, MOST_LEVELS
        )
        means = np.array([told.predictions[rows[level]].mean() for level in shown])
        order = np.argsort(means, kind="stable")
        of_shown = [rows[level] for level in shown[order]]
        display = cls(
            levels=present[shown[order]],
            outcomes=[told.outcomes[own] for own in of_shown],
            predictions=means[order],
            column=name,
            probabilities=(
                [told.predictions[own] for own in of_shown] if told.is_class else None
            ),
            n_levels=len(present),
            are_frequent=isinstance(levels, HOW_MANY),
            outcome_name=told.name,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, **kwargs: Any) -> OutcomesDisplay:
        """Draw the strips.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.scatter``, which draws the strips.

        Returns
        -------
        OutcomesDisplay
            Itself.
        """
        check_installed("matplotlib", f"{type(self).__name__}.plot")
        n_shown = len(self.levels)
        self.ax_: Axes = axes_or_new(ax, 7.0, 1.8 + 0.34 * n_shown)
        self.figure_: Figure = self.ax_.get_figure()
        choice = describe_choice(n_shown, self.n_levels or n_shown, self.are_frequent)
        dress(self.ax_, f"Outcomes by {title_name(self.column)}:", choice)
        inks = inks_of(self.ax_)
        self.ax_.grid(axis="x", color=inks.pale)
        places = np.arange(n_shown)
        self.points_: PathCollection = self._draw_strips(kwargs)
        self.predictions_: LineCollection = self.ax_.vlines(
            self.predictions,
            places - HALF_STRIP - 0.08,
            places + HALF_STRIP + 0.08,
            colors=inks.ink,
            linewidth=2.4,
            zorder=3,
        )
        self.means_: PathCollection = self._draw_means(places)
        self.ax_.set_yticks(places, level_names(self.levels), **AS_IT_IS)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.set_ylim(-0.6, n_shown - 0.4)
        signs = [self.predictions_, self.means_]
        is_class = self.probabilities is not None
        outcome = "share of the rows" if is_class else "mean outcome"
        add_legend(self.ax_, signs, ["mean prediction", outcome], LEGEND_HEIGHT)
        return self

    def _draw_strips(self, kwargs: dict[str, Any]) -> PathCollection:
        from matplotlib.collections import PathCollection

        rng = np.random.default_rng(0)
        strips = self.outcomes if self.probabilities is None else self.probabilities
        drawn = [
            rng.choice(strip, min(MOST_POINTS, len(strip)), replace=False)
            for strip in strips
        ]
        places = np.repeat(np.arange(len(drawn)), list(map(len, drawn)))
        jitter = rng.uniform(-HALF_STRIP, HALF_STRIP, len(places))
        is_sample = any(len(strip) > MOST_POINTS for strip in strips)
        note = (
            f" (no more than {MOST_POINTS} of a level are shown)" if is_sample else ""
        )
        self.ax_.set_xlabel(f"{self.outcome_name}{note}", **AS_IT_IS)
        looks: dict[str, Any] = {"s": 12, "alpha": 0.4, "linewidth": 0}
        if "c" not in kwargs:
            looks["color"] = inks_of(self.ax_).blue
        looks = with_keywords(looks, kwargs, PathCollection)
        return self.ax_.scatter(np.concatenate(drawn), places + jitter, **looks)

    def _draw_means(self, places: np.ndarray) -> PathCollection:
        inks = inks_of(self.ax_)
        return self.ax_.scatter(
            [outcomes.mean() for outcomes in self.outcomes],
            places,
            marker="D",
            s=34,
            facecolor=inks.paper,
            edgecolor=inks.ink,
            linewidth=1.2,
            zorder=4,
        )


def rows_by_level(column: Column) -> tuple[np.ndarray, list[np.ndarray]]:
    """Group the rows of a column.

    Parameters
    ----------
    column : Column
        Its values.

    Returns
    -------
    levels : ndarray of shape (n_levels,)
        Those that occur; NaN for missing values.
    rows : list of ndarray
        The rows of each level.
    """
    codes, uniques = column.factorized
    order = np.argsort(codes, kind="stable")
    used, starts = np.unique(codes[order], return_index=True)
    levels = np.append(uniques.astype(object), np.nan)[used]  # a code of -1 is missing
    return levels, np.split(order, starts[1:])
