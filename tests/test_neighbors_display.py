"""The bars are the nearest levels and how far they are."""

import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays import NeighborsDisplay
from skembed.exceptions import ColumnError, UnknownLevelError


@pytest.fixture(scope="module")
def model():
    X, y = make_effects(2_000, n_levels=(40, 6), zipf=1.0, random_state=0)
    return EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)


@pytest.fixture
def ax():
    return Figure(figsize=(7, 5), layout="constrained").add_subplot()


def names_of(display):
    return [text.get_text() for text in display.ax_.get_yticklabels()]


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "effect"])
def test_bars_are_the_nearest_levels(model, ax, metric):
    display = NeighborsDisplay.from_estimator(
        model, "a3", "a", metric=metric, k=6, ax=ax
    )
    found = model.similarities("a3", "a", metric=metric, return_counts=True)
    expected = found.drop(index="a3").sort_values("distance", kind="stable")[:6]
    assert names_of(display) == expected.index.tolist()
    widths = [bar.get_width() for bar in display.bars_]
    np.testing.assert_allclose(widths, expected["distance"], atol=1e-6)
    counts = [text.get_text() for text in display.texts_]
    first, *others = expected["count"].tolist()
    assert counts == [f"{first} rows", *map(str, others)]
    low, high = ax.get_ylim()
    assert low > high  # the nearest is at the top
    assert ax.get_title() == "Levels of a nearest to a3"
    assert ax.get_xlim()[0] == 0


def test_there_are_no_more_bars_than_other_levels(model, ax):
    display = NeighborsDisplay.from_estimator(model, "b2", "b", k=99, ax=ax)
    assert len(display.bars_) == 5
    assert "b2" not in names_of(display)


def test_levels_of_one_vector_are_at_no_distance(ax):
    X = pd.DataFrame({"city": ["Oslo"] * 50 + ["Bergen"] * 50 + ["Alta", "Bodø"]})
    y = np.random.default_rng(0).normal(size=102)
    model = EmbeddingRegressor(min_frequency=5, n_networks=0).fit(X, y)
    display = NeighborsDisplay.from_estimator(model, "Bodø", k=2, ax=ax)
    assert names_of(display)[0] == "Alta"
    assert display.bars_[0].get_width() == 0


def test_missing_values_have_neighbours(ax):
    X = pd.DataFrame({"$city$": ["Oslo", "Bergen", None] * 40})
    model = EmbeddingRegressor(n_networks=0).fit(X, np.arange(120) % 3 * 1.0)
    display = NeighborsDisplay.from_estimator(model, None, ax=ax)
    assert set(names_of(display)) == {"Oslo", "Bergen"}
    assert ax.get_title() == r"Levels of \$city\$ nearest to missing"
    ax.figure.draw_without_rendering()
    display = NeighborsDisplay.from_estimator(model, "Oslo", ax=Figure().add_subplot())
    assert set(names_of(display)) == {"missing", "Bergen"}


def test_weighted_counts_are_written(ax):
    neighbors = pd.DataFrame({"distance": [1.0, 2.0], "count": [1234.0, 0.25]})
    NeighborsDisplay(neighbors=neighbors, token="a", column="x").plot(ax)
    assert [text.get_text() for text in ax.texts] == ["1,234 rows", "0.25"]


def test_a_single_level_has_no_neighbours(ax):
    X = pd.DataFrame({"city": ["Oslo"] * 20, "size": np.linspace(0, 1, 20)})
    model = EmbeddingRegressor(n_networks=0).fit(X, np.linspace(0, 1, 20))
    display = NeighborsDisplay.from_estimator(model, "Oslo", ax=ax)
    assert len(display.bars_) == 0
    assert [text.get_text() for text in display.texts_] == ["no other level"]
    assert len(ax.get_xticks()) == 0


@pytest.mark.parametrize("distance", [0.0, 1e-21])
def test_levels_that_do_not_differ_have_short_bars(ax, distance):
    neighbors = pd.DataFrame({"distance": [distance] * 2, "count": 5}, index=["b", "c"])
    NeighborsDisplay(
        neighbors=neighbors, token="a", column="x", least_distance=0.5
    ).plot(ax)
    low, high = ax.get_xlim()
    assert low == 0
    assert high >= 0.5


def test_the_least_effect_is_in_units_of_the_target(model):
    X, y = make_effects(500, n_levels=(5,), random_state=0)
    model = EmbeddingRegressor(n_networks=0).fit(X, 100 * y)
    ax = Figure().add_subplot()
    display = NeighborsDisplay.from_estimator(model, "a0", metric="effect", ax=ax)
    assert display.least_distance == pytest.approx(1e-3 * 100 * y.std(ddof=0))


LONG = "THE LONG NAME OF A PLACE WHERE ONE HAS A MEAL"


@pytest.mark.parametrize("token", ["a", LONG, "M" * 60])
def test_titles_are_within_their_figure(token):
    index = pd.Index([f"{LONG} {i}" for i in range(3)])
    neighbors = pd.DataFrame({"distance": [1.0, 2.0, 3.0], "count": 5}, index=index)
    display = NeighborsDisplay(
        neighbors=neighbors, token=token, column="name_of_the_whole_business"
    ).plot()
    display.figure_.draw_without_rendering()
    title = display.ax_.title.get_window_extent()
    assert title.x0 >= 0
    assert title.x1 <= display.figure_.bbox.width
    plt.close(display.figure_)


def test_given_axes_are_used(model, ax):
    open_before = plt.get_fignums()
    display = NeighborsDisplay.from_estimator(model, "a3", "a", ax=ax)
    assert (display.ax_, display.figure_) == (ax, ax.figure)
    assert plt.get_fignums() == open_before


def test_without_axes_one_figure_is_opened(model):
    open_before = plt.get_fignums()
    display = NeighborsDisplay.from_estimator(model, "a3", "a")
    assert plt.get_fignums() == [*open_before, display.figure_.number]
    plt.close(display.figure_)


def test_keywords_reach_matplotlib(model, ax):
    display = NeighborsDisplay.from_estimator(
        model, "a3", "a", ax=ax, color="black", height=0.2
    )
    assert display.bars_[0].get_facecolor() == (0, 0, 0, 1)
    assert display.bars_[0].get_height() == pytest.approx(0.2)


def test_what_there_is_not_is_refused(model, ax, monkeypatch):
    with pytest.raises(UnknownLevelError, match=r"'aa3' is not .* did you mean 'a3'"):
        NeighborsDisplay.from_estimator(model, "aa3", "a", ax=ax)
    with pytest.raises(ColumnError, match="column='c' is not one"):
        NeighborsDisplay.from_estimator(model, "a3", "c", ax=ax)
    with pytest.raises(ValueError, match="k must be an integer"):
        NeighborsDisplay.from_estimator(model, "a3", "a", k=0, ax=ax)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        NeighborsDisplay.from_estimator(model, "a3", "a")
