"""The map of a column's levels as a page to explore."""

from __future__ import annotations

from collections.abc import Hashable
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skembed._checks import check_estimator, check_installed
from skembed._files import write_text
from skembed.displays._discs import disc_alpha, disc_areas, disc_edge
from skembed.displays._levels import (
    count_levels,
    full_name,
    positions_of,
    write_count,
)
from skembed.displays._mapped_levels import MappedLevels, map_levels
from skembed.displays._projection import Projection
from skembed.displays._ranges import ALIKE, widened

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource, CustomJS, Plot, Range1d

    from skembed._estimator import EmbeddingEstimator

N_NEIGHBORS = 5
PIXELS_PER_POINT = 4 / 3
# the page is white
INK, MUTED, PALE, ORANGE = "#222222", "#6b6b6b", "#e6e6e6", "#d55e00"
# a share of narrow windows, so that there is room for it on one side of any level
TOOLTIP = f"""
<div style="width: max-content; max-width: min(280px, 40vw); color: {INK};
    white-space: pre-line; overflow-wrap: anywhere"
><b>@level</b>
<span style="color: {MUTED}">count</span> @count
<span style="color: {MUTED}">effect</span> @effect_text
<span style="color: {MUTED}">nearest</span>
@nearest</div>
"""
MARGIN = 0.08  # around the map
LEAST_DECADES = 0.3  # that an axis of counts spans
PALER = 0.4  # alpha of levels that are not selected, over that of others
MOST_COMPLETIONS = 20
WIDTH_OF_SEARCH = 260  # pixels


def write_embedding_map(
    estimator: EmbeddingEstimator,
    path: str | Path,
    column: Hashable | None = None,
    *,
    projection: Projection = "pca",
    random_state: Any = None,
    title: str | None = None,
) -> Path:
    """Write the map of a column's levels as a page to zoom into and to search.

    The page is one file that needs no network. Resting on a level shows its count, its
    effect and its nearest levels; a search box finds a level by its name. Names appear
    as far as there is room for them.

    Parameters
    ----------
    estimator : EmbeddingRegressor
        Fitted.

    path : str or pathlib.Path
        Where to write the page.

    column : hashable, default=None
        The categorical feature, by the keys of `embeddings_`; not needed if there is
        only one.

    projection : {"pca", "tsne", "umap"}, default="pca"
        As in `EmbeddingMapDisplay.from_estimator`.

    random_state : int, RandomState instance or None, default=None
        For UMAP.

    title : str, default=None
        The page's heading; None names the column.

    Returns
    -------
    pathlib.Path
        Of the page.

    See Also
    --------
    EmbeddingMapDisplay : The map as a figure to print.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from skembed import EmbeddingRegressor
    >>> from skembed.datasets import make_effects
    >>> from skembed.displays import write_embedding_map
    >>> X, y = make_effects(2_000, n_levels=(40, 10), random_state=0)
    >>> model = EmbeddingRegressor(n_networks=0).fit(X, y)
    >>> with TemporaryDirectory() as folder:
    ...     page = write_embedding_map(model, Path(folder) / "map.html", "a")
    ...     page.name
    'map.html'
    """
    check_installed("bokeh", "write_embedding_map")
    check_estimator(estimator, "write_embedding_map")
    from bokeh.document import Document
    from bokeh.embed import file_html
    from bokeh.resources import INLINE

    mapped = map_levels(estimator, column, projection, random_state)
    heading = f"Map of {mapped.column}" if title is None else title
    document = Document()
    _add_page(document, mapped, _neighbors(estimator, mapped), heading)
    path = Path(path)
    write_text(path, file_html(document, INLINE, title=heading))
    return path


def _neighbors(
    estimator: EmbeddingEstimator, mapped: MappedLevels
) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of each level's nearest on the map, and how far they are."""
    found = estimator.neighbors(mapped.column, k=N_NEIGHBORS)
    n_levels = len(mapped.levels)
    places = positions_of(found["neighbor"], mapped.levels).reshape(n_levels, -1)
    distances = found["distance"].to_numpy().reshape(n_levels, -1)
    order = positions_of(mapped.levels, estimator.categories_[mapped.column])
    return places[order], distances[order]


def _add_page(
    document: Any,
    mapped: MappedLevels,
    neighbors: tuple[np.ndarray, np.ndarray],
    heading: str,
) -> None:
    from bokeh.events import RangesUpdate, Reset
    from bokeh.layouts import column, row
    from bokeh.models import AutocompleteInput, ColumnDataSource, Div

    names = [full_name(level) for level in mapped.levels]
    levels = ColumnDataSource(_columns(mapped, names, neighbors))
    rings, labels = _empty("x", "y", "size", "width"), _empty("x", "y", "text", "shift")
    figure = _figure(mapped, levels, rings, labels)
    search = AutocompleteInput(
        completions=sorted(names),
        placeholder="Search a level",
        case_sensitive=False,
        min_characters=1,
        search_strategy="includes",
        max_completions=MOST_COMPLETIONS,
        restrict=False,  # what is no level is answered
        width=WIDTH_OF_SEARCH,
    )
    details = Div(
        text="",
        disable_math=True,
        sizing_mode="stretch_width",
        min_width=WIDTH_OF_SEARCH,  # or it goes below
    )
    explore = _script(
        nearest=neighbors[0].astype(np.int32).ravel(),
        plot=figure,
        levels=levels,
        rings=rings,
        labels=labels,
        search=search,
        details=details,
    )
    search.js_on_change("value", explore)
    levels.selected.js_on_change("indices", explore)
    figure.js_on_event(RangesUpdate, explore)
    figure.js_on_event(Reset, explore)
    figure.js_on_change("inner_width", explore)
    figure.js_on_change("inner_height", explore)
    head = Div(text=_heading(heading, len(names)), disable_math=True)
    document.add_root(
        column(
            head,
            row(
                search,
                details,
                sizing_mode="stretch_width",
                styles={"flex-wrap": "wrap"},
            ),
            figure,
            sizing_mode="stretch_both",
            styles={"padding": "16px", "box-sizing": "border-box"},
        )
    )


def _columns(
    mapped: MappedLevels, names: list[str], neighbors: tuple[np.ndarray, np.ndarray]
) -> dict[str, Any]:
    """Return what the page knows of each level."""
    nearest = [
        ",\n".join(f"{names[p]} ({d:.3g})" for p, d in zip(*pair, strict=True))
        or "no other level"
        for pair in zip(*neighbors, strict=True)
    ]
    areas = disc_areas(mapped.counts, mapped.counts)
    edge = disc_edge(len(names))
    x, y = mapped.places.T
    return {
        "x": x,
        "y": y,
        "size": np.sqrt(areas) * PIXELS_PER_POINT,
        "edge": edge * np.sqrt(areas) * PIXELS_PER_POINT,
        "level": names,
        "effect": mapped.effects,
        "count": [write_count(count) for count in mapped.counts],
        "effect_text": [f"{effect:+.4g}" for effect in mapped.effects],
        "nearest": nearest,
    }


def _figure(
    mapped: MappedLevels,
    levels: ColumnDataSource,
    rings: ColumnDataSource,
    labels: ColumnDataSource,
) -> Plot:
    from bokeh.models import ColorBar, HoverTool, LinearColorMapper
    from bokeh.plotting import figure

    x, y = mapped.places.T
    low, high = mapped.color_limits
    alpha = disc_alpha(len(x))
    least = 0.0 if mapped.axis_shares is None else ALIKE
    mapper = LinearColorMapper(palette="Viridis256", low=low, high=high)
    plot = figure(
        sizing_mode="stretch_both",
        tools="pan,wheel_zoom,box_zoom,tap,reset,save",
        active_scroll="wheel_zoom",
        x_range=_range(x, least),
        y_range=_count_range(y) if mapped.is_line else _range(y, least),
        y_axis_type="log" if mapped.is_line else "linear",
        output_backend="webgl",
    )
    discs = plot.scatter(
        "x",
        "y",
        size="size",
        source=levels,
        fill_color={"field": "effect", "transform": mapper},
        line_color=INK,
        line_width="edge",
        alpha=alpha,
        nonselection_alpha=PALER * alpha,
    )
    plot.scatter(
        "x",
        "y",
        size="size",
        source=rings,
        fill_color=None,
        line_color=ORANGE,
        line_width="width",
    )
    plot.text(
        "x",
        "y",
        text="text",
        x_offset="shift",
        source=labels,
        text_baseline="middle",
        text_font_size="12px",
        text_color=INK,
        background_fill_color="white",
        background_fill_alpha=0.7,
        border_radius=3,
    )
    plot.add_tools(HoverTool(renderers=[discs], tooltips=TOOLTIP, limit=1))
    bar = ColorBar(
        color_mapper=mapper,
        title=_color_title(mapped),
        title_text_font_style="normal",
        title_standoff=8,
        padding=20,
    )
    plot.add_layout(bar, "right")
    _name_axes(plot, mapped)
    return plot


def _color_title(mapped: MappedLevels) -> str:
    """Say what colours stand for, those at the bar's ends too."""
    low, high = mapped.color_limits
    is_beyond = mapped.effects.min() < low or mapped.effects.max() > high
    note = " (its ends: and beyond)" if is_beyond else ""
    return f"{mapped.effect_name}{note}"


def _range(values: np.ndarray, least: float) -> Range1d:
    """Return a range with a margin."""
    from bokeh.models import Range1d

    low, high = widened(float(values.min()), float(values.max()), least)
    margin = MARGIN * (high - low)
    return Range1d(low - margin, high + margin)


def _count_range(counts: np.ndarray) -> Range1d:
    """Return a range with a margin on a logarithmic axis."""
    log_range = _range(np.log10(counts), LEAST_DECADES)
    log_range.update(start=10**log_range.start, end=10**log_range.end)
    return log_range


def _name_axes(plot: Plot, mapped: MappedLevels) -> None:
    plot.xaxis.axis_label, plot.yaxis.axis_label = mapped.axis_names
    plot.axis.axis_label_text_font_style = "normal"
    plot.axis.axis_label_text_color = INK
    plot.grid.grid_line_color = PALE
    plot.outline_line_color = None
    plot.toolbar.logo = None
    if mapped.axis_shares is None:
        plot.axis.ticker = []
        plot.grid.grid_line_color = None


def _script(**args: Any) -> CustomJS:
    from bokeh.models import CustomJS

    code = files("skembed.displays").joinpath("_interactive_map.js").read_text("utf-8")
    return CustomJS(args=args, code=code)


def _empty(*names: str) -> ColumnDataSource:
    from bokeh.models import ColumnDataSource

    return ColumnDataSource({name: [] for name in names})


def _heading(title: str, n_levels: int) -> str:
    levels = count_levels(n_levels)
    return (
        f'<h2 style="margin: 0 0 4px">{escape(title)}</h2>'
        f'<div style="color: {MUTED}">{levels}: area by count, colour by effect. '
        "Scroll to zoom, drag to move, click a level to see its nearest.</div>"
    )
