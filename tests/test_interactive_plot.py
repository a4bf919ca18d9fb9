"""The plot of the page, as it is before a browser shows it."""

import numpy as np
import pytest

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays._interactive_map import _columns, _empty, _figure
from skembed.displays._mapped_levels import MappedLevels, map_levels


def random_map(n_levels, effects, **options):
    return MappedLevels(
        points=np.random.default_rng(0).normal(size=(n_levels, 2)),
        levels=np.arange(n_levels).astype(str).astype(object),
        counts=np.arange(1, n_levels + 1),
        effects=effects,
        column="city",
        projection="pca",
        axis_shares=np.array([0.5, 0.5]),
        **options,
    )


def page_of(mapped):
    """Return the plot of a page."""
    from bokeh.models import ColumnDataSource

    neighbors = np.zeros((len(mapped.levels), 1), dtype=int)
    levels = _columns(mapped, list(mapped.levels), (neighbors, neighbors))
    rings, labels = _empty("x", "y", "size", "width"), _empty("x", "y", "text", "shift")
    return _figure(mapped, ColumnDataSource(levels), rings, labels)


@pytest.mark.parametrize("projection", ["tsne", "umap"])
def test_a_line_is_drawn_as_it_is(projection):
    X, y = make_effects(1_000, n_levels=(20,), zipf=1.0, random_state=0)
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    mapped = map_levels(model, None, projection, 0)
    plot = page_of(mapped)
    x, counts = mapped.places.T
    assert plot.x_range.start < x.min() < x.max() < plot.x_range.end
    assert plot.y_range.start < counts.min() < counts.max() < plot.y_range.end
    assert plot.xaxis.axis_label == "the only axis of the vectors"
    assert plot.yaxis.axis_label == "count"


def test_ends_of_colours_stand_for_what_is_beyond():
    effects = np.append(np.linspace(-1, 1, 998), (-50.0, 50.0))
    few, many = (
        page_of(random_map(n, effects=effects[-n:])).right[0].title for n in (100, 1000)
    )
    assert few == "effect, in units of the target"
    assert many == f"{few} (its ends: and beyond)"


def test_levels_that_do_not_differ_are_drawn_alike():
    mapped = random_map(50, effects=np.linspace(0, 1e-5, 50), least_effect=0.02)
    mapped.points[:] *= 1e-6
    plot = page_of(mapped)
    assert plot.x_range.end - plot.x_range.start > 1e-3
    bar = plot.right[0].color_mapper
    assert bar.high - bar.low == pytest.approx(0.02)
