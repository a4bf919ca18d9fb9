"""Losses by epoch, and the epoch whose weights were kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skembed._blending import least_observations
from skembed._checks import check_estimator, check_installed
from skembed._likelihood import CLASS_LOSSES, likelihood_of
from skembed._model import Network
from skembed._schedule import loss_unit
from skembed.displays._style import (
    axes_or_new,
    dress,
    inks_of,
    with_keywords,
    write_log_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from skembed._estimator import EmbeddingEstimator

LOSS_NAMES = {
    "squared_error": "mean squared error",
    "absolute_error": "mean absolute error",
    "huber": "Huber loss",
    "log_cosh": "log-cosh loss",
    "cross_entropy": "mean cross-entropy",
    "binary_cross_entropy": "mean cross-entropy",
}
STEEP = 10.0  # ratio of losses from which a log scale shows more
TOO_CLOSE = 0.07  # of the axes' height, for two labels beside each other


class LossCurveDisplay:
    """Training and validation loss by epoch.

    With early stopping, the epoch whose weights were kept is marked. Each network of a
    blend keeps its own epoch: there, the lowest loss on average is marked.

    Create it by `LossCurveDisplay.from_estimator`.

    Parameters
    ----------
    losses : sequence of float
        The training loss of each epoch.

    val_losses : sequence of float, default=None
        The validation loss of each epoch.

    best_epoch : int, default=None
        The epoch to mark, counted from 1.

    is_average : bool, default=False
        Whether losses are averages over networks that each keep an epoch of their own.

    loss_name : str, default="loss"
        What the losses are.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        The training loss and, if there is one, the validation loss.

    ax_ : matplotlib Axes
        The axes of the curves.

    figure_ : matplotlib Figure
        The figure.

    Examples
    --------
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_tokens
    >>> from skembed.displays import LossCurveDisplay
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = EmbeddingRegressor(n_networks=1, epochs=3, random_state=0).fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(model)
    >>> len(display.losses)
    3
    """

    def __init__(
        self,
        *,
        losses: Sequence[float],
        val_losses: Sequence[float] | None = None,
        best_epoch: int | None = None,
        is_average: bool = False,
        loss_name: str = "loss",
    ) -> None:
        self.losses = losses
        self.val_losses = val_losses
        self.best_epoch = best_epoch
        self.is_average = is_average
        self.loss_name = loss_name

    @classmethod
    def from_estimator(
        cls,
        estimator: EmbeddingEstimator,
        *,
        log: bool | Literal["auto"] = "auto",
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> LossCurveDisplay:
        """Draw the losses of a fitted estimator.

        Parameters
        ----------
        estimator : EmbeddingRegressor, EmbeddingClassifier or EmbeddingEncoder
            Fitted, with networks.

        log : bool or "auto", default="auto"
            Whether losses are on a logarithmic scale. "auto" makes it so where the
            largest is more than ten times the smallest.

        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        **kwargs : dict
            For ``matplotlib.axes.Axes.plot``.

        Returns
        -------
        LossCurveDisplay
            Drawn.

        Raises
        ------
        ValueError
            If no network was trained.
        """
        caller = f"{cls.__name__}.from_estimator"
        check_installed("matplotlib", caller)
        check_estimator(estimator, caller)
        check_is_fitted(estimator)
        if not estimator.loss_curve_:
            raise ValueError(
                "There are no losses because no network was trained: "
                f"{_why_no_network(estimator)}."
            )
        val_losses = estimator.history_.get("val_loss")
        is_blend = not isinstance(estimator._model.core, Network)
        is_average = is_blend and estimator.n_networks > 1
        best_epoch = None
        if val_losses is not None:
            tol = 0.0 if is_average else _tolerance(estimator)
            best_epoch = kept_epoch(val_losses, tol)
        display = cls(
            losses=estimator.loss_curve_,
            val_losses=val_losses,
            best_epoch=best_epoch,
            is_average=is_average,
            loss_name=_loss_name(estimator),
        )
        return display.plot(ax, log=log, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        log: bool | Literal["auto"] = "auto",
        **kwargs: Any,
    ) -> LossCurveDisplay:
        """Draw the losses.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None opens a new figure.

        log : bool or "auto", default="auto"
            Whether losses are on a logarithmic scale. "auto" makes it so where the
            largest is more than ten times the smallest.

        **kwargs : dict
            For ``matplotlib.axes.Axes.plot``.

        Returns
        -------
        LossCurveDisplay
            Itself.
        """
        check_installed("matplotlib", f"{type(self).__name__}.plot")
        self.ax_: Axes = axes_or_new(ax, 7.0, 4.2)
        self.figure_: Figure = self.ax_.get_figure()
        from matplotlib.lines import Line2D

        self._dress(log)
        inks = inks_of(self.ax_)
        curves = [(self.losses, inks.blue)]
        if self.val_losses is not None:
            curves.append((self.val_losses, inks.orange))
        self.lines_: list[Line2D] = [
            self.ax_.plot(
                np.arange(1, len(losses) + 1),
                losses,
                **with_keywords({"color": color, "linewidth": 2}, kwargs, Line2D),
            )[0]
            for losses, color in curves
        ]
        if self.best_epoch is not None:
            self._mark(self.best_epoch)
        self._label()
        return self

    def _dress(self, log: bool | Literal["auto"]) -> None:
        from matplotlib.ticker import MaxNLocator

        average = ["averaged over networks"] if self.is_average else []
        dress(self.ax_, "Loss by epoch" + "," * self.is_average, *average)
        values = np.concatenate([self.losses, self.val_losses or []])
        is_steep = 0 < values.min() < values.max() / STEEP
        if is_steep if log == "auto" else log:
            self.ax_.set_yscale("log")
            write_log_axis(self.ax_.yaxis, "{x:g}")
        self.ax_.margins(y=0.12)  # above the curves the epoch is named
        self.ax_.grid(axis="y", color=inks_of(self.ax_).pale)
        n_epochs = len(self.losses)
        ticks = MaxNLocator(integer=True).tick_values(1, n_epochs)
        self.ax_.set_xticks([tick for tick in ticks if 1 <= tick <= n_epochs])
        self.ax_.spines["bottom"].set_bounds(1, n_epochs)
        self.ax_.set_xlabel("epoch")
        self.ax_.set_ylabel(self.loss_name)

    def _mark(self, epoch: int) -> None:
        val_line, inks = self.lines_[-1], inks_of(self.ax_)
        self.ax_.plot(
            epoch,
            val_line.get_ydata()[epoch - 1],
            marker="o",
            markersize=8,
            markerfacecolor=inks.paper,
            markeredgecolor=val_line.get_color(),
            markeredgewidth=2,
        )
        self.ax_.axvline(epoch, color=inks.muted, linewidth=1, linestyle=":", zorder=1)
        is_late = epoch > len(self.losses) / 2
        what = "lowest on average" if self.is_average else "weights kept"
        self.ax_.annotate(
            f"epoch {epoch}: {what}",
            (epoch, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if is_late else 4, 0),
            textcoords="offset points",
            ha="right" if is_late else "left",
            va="top",
            color=inks.muted,
            fontsize="small",
        )

    def _label(self) -> None:
        """Write beside each curve's end what it is, apart from one another."""
        n_epochs = len(self.losses)
        self.ax_.set_xlim(right=1 + 1.3 * n_epochs)
        names = ["training", "validation"][: len(self.lines_)]
        ends = [float(line.get_ydata()[-1]) for line in self.lines_]
        to_axes = self.ax_.transData + self.ax_.transAxes.inverted()
        heights = to_axes.transform([(n_epochs, end) for end in ends])[:, 1]
        is_close = len(ends) > 1 and np.ptp(heights) < TOO_CLOSE
        for i, line in enumerate(self.lines_):
            place, rise = ("bottom", 2) if i == np.argmax(ends) else ("top", -2)
            self.ax_.annotate(
                f"{names[i]} {ends[i]:.4g}",
                (n_epochs, ends[i]),
                xytext=(6, rise if is_close else 0),
                textcoords="offset points",
                va=place if is_close else "center",
                color=line.get_color(),
            )


def kept_epoch(val_losses: Sequence[float], tol: float) -> int:
    """Return the epoch, from 1, that was the last to improve on all earlier ones.

    Parameters
    ----------
    val_losses : sequence of float
        By epoch.
    tol : float
        The least decrease that is an improvement.

    Returns
    -------
    int
        What early stopping returns to.
    """
    kept = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[kept] - tol:
            kept = epoch
    return kept + 1


def _why_no_network(estimator: EmbeddingEstimator) -> str:
    """Return the parameter or the number of observations that ruled out networks."""
    if getattr(estimator, "output", None) == "embedding":
        return "output='embedding' uses none; those of output='prediction' have losses"
    if estimator.n_networks == 0:
        return "n_networks=0"
    least = least_observations(estimator.n_networks, likelihood_of(estimator._loss))
    return (
        f"n_networks={estimator.n_networks} takes {least:,} observations, and there "
        "were fewer"
    )


def _tolerance(estimator: EmbeddingEstimator) -> float:
    """Return `tol` in units of the losses."""
    unit = loss_unit(estimator._model.scale, estimator._loss)
    return float(estimator.tol * unit)


def _loss_name(estimator: EmbeddingEstimator) -> str:
    loss = estimator._loss
    if not isinstance(loss, str):
        return "loss"
    is_scaled = loss not in CLASS_LOSSES and (
        estimator.n_outputs_ > 1 or loss in ("huber", "log_cosh")
    )
    return LOSS_NAMES[loss] + (" of the standardised target" if is_scaled else "")
