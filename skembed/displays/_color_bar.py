"""A colour bar as high as the picture that it explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skembed.displays._style import inks_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.transforms import Bbox


def add_color_bar(
    drawn: Any, ax: Axes, label: str, *, extend: str = "neither"
) -> Colorbar:
    """Explain colours to the right of axes.

    Parameters
    ----------
    drawn : matplotlib ScalarMappable
        What has the colours.
    ax : matplotlib Axes
        Where it was drawn; they give the bar some of their room.
    label : str
        What the colours stand for.
    extend : {"neither", "min", "max", "both"}, default="neither"
        On which side there are values beyond the colours.

    Returns
    -------
    matplotlib Colorbar
        Drawn.
    """
    inks = inks_of(ax)
    bar = ax.get_figure().colorbar(drawn, ax=ax, extend=extend, aspect=30, pad=0.02)
    bar.ax.set_axes_locator(_Beside(ax, bar.ax.get_axes_locator()))
    bar.set_label(label, color=inks.ink)
    bar.outline.set_visible(False)
    bar.ax.tick_params(color=inks.muted, labelcolor=inks.ink)
    return bar


class _Beside:
    """Keeps a bar beside axes that are seen in a part of their room only.

    Axes of a fixed aspect often are.
    """

    def __init__(self, ax: Axes, usual: Any) -> None:
        self._ax, self._usual = ax, usual

    def __call__(self, beside: Axes, renderer: Any) -> Bbox:
        from matplotlib.transforms import Bbox

        seen, room = self._ax.get_position(), self._ax.get_position(original=True)
        own, shrink = self._usual(beside, renderer), seen.height / room.height
        return Bbox.from_bounds(
            own.x0 + seen.x1 - room.x1,
            seen.y0 + (own.y0 - room.y0) * shrink,
            own.width,
            own.height * shrink,
        )

    def get_subplotspec(self) -> Any:
        """Answer a question of matplotlib's tight layout."""
        return self._usual.get_subplotspec()
