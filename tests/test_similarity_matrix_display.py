"""The heat map shows the distances, alike levels side by side."""

import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import pdist, squareform

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays import SimilarityMatrixDisplay
from skembed.displays._similarity_matrix import clustered_order, decimals_for
from skembed.exceptions import ColumnError, UnknownLevelError


@pytest.fixture(scope="module")
def model():
    X, y = make_effects(2_000, n_levels=(80, 6), zipf=1.0, random_state=0)
    return EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)


@pytest.fixture
def ax():
    return Figure(figsize=(7, 6), layout="constrained").add_subplot()


def display_of(points, names=None):
    index = pd.Index(names or [f"level {i}" for i in range(len(points))], name="city")
    distances = pd.DataFrame(squareform(pdist(points)), index=index, columns=index)
    return SimilarityMatrixDisplay(distances=distances, column="city")


def test_cells_are_the_distances_in_the_order_of_clusters(model, ax):
    display = SimilarityMatrixDisplay.from_estimator(model, "b", ax=ax)
    levels = display.distances.index
    assert set(levels) == set(model.categories_["b"])
    matrix = model.similarity_matrix("b", levels=list(levels)).to_numpy()
    np.testing.assert_allclose(display.im_.get_array(), matrix)
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names == [text.get_text() for text in ax.get_xticklabels()] == list(levels)


def test_neighbouring_leaves_are_as_alike_as_can_be():
    rng = np.random.default_rng(0)
    groups = rng.permutation(np.repeat([0.0, 10.0, 20.0], 8))
    points = np.column_stack([groups + rng.normal(0, 0.1, 24), rng.normal(size=24)])
    distances = squareform(pdist(points))
    order = clustered_order(distances)
    assert sorted(order) == list(range(24))
    assert (np.diff(groups[order]) != 0).sum() == 2  # each group in one piece
    steps = distances[order[:-1], order[1:]].sum()
    unordered = linkage(pdist(points), method="average")
    plain = leaves_list(unordered)
    assert steps <= distances[plain[:-1], plain[1:]].sum()


@pytest.mark.parametrize("n_levels", [0, 1, 2])
def test_few_levels_stay_in_order(n_levels):
    distances = squareform(pdist(np.eye(max(n_levels, 1))[:n_levels]))
    order = clustered_order(distances[:n_levels, :n_levels])
    assert order.tolist() == list(range(n_levels))


def test_the_most_frequent_levels_are_shown(model, ax):
    display = SimilarityMatrixDisplay.from_estimator(model, "a", ax=ax)
    frequent = np.argsort(-model.category_counts_["a"], kind="stable")[:50]
    assert set(display.distances.index) == set(model.categories_["a"][frequent])
    n_levels = len(model.categories_["a"])
    title = f"Distances within a:\nthe 50 most frequent of {n_levels} levels"
    assert ax.get_title() == title


def test_levels_can_be_chosen(model, ax):
    display = SimilarityMatrixDisplay.from_estimator(model, "a", levels=3, ax=ax)
    assert set(display.distances.index) == {"a0", "a1", "a2"}
    assert "the 3 most frequent of" in ax.get_title()
    display = SimilarityMatrixDisplay.from_estimator(
        model, "a", levels=["a9", "a3"], ax=Figure().add_subplot()
    )
    assert set(display.distances.index) == {"a9", "a3"}
    assert "frequent" not in display.ax_.get_title()
    display = SimilarityMatrixDisplay.from_estimator(
        model, "a", levels=1, ax=Figure().add_subplot()
    )
    assert "the most frequent of" in display.ax_.get_title()


def test_levels_that_do_not_differ_have_one_colour(ax):
    display = display_of(1e-5 * np.eye(4)).plot(ax)
    assert display.im_.get_clim() == (0, 1e-3)
    assert {text.get_text() for text in display.texts_} == {"0.00000", "0.00001"}


def test_a_single_level_is_one_level(ax):
    display_of(np.eye(1), ["Oslo"]).plot(ax)
    ax.figure.draw_without_rendering()
    assert ax.get_title() == "Distances within city: 1 level"


@pytest.mark.parametrize("n_levels", [2, 5, 50])
def test_titles_and_names_are_within_their_figure(n_levels):
    names = [f"THE LONG NAME OF PLACE NUMBER {i}" for i in range(n_levels)]
    display = display_of(np.random.default_rng(0).normal(size=(n_levels, 2)), names)
    display.n_levels, display.are_frequent = 12_345, True
    display.column = "name_of_the_whole_business"
    display.plot()
    display.figure_.draw_without_rendering()
    title = display.ax_.title.get_window_extent()
    assert title.x0 >= 0
    assert title.x1 <= display.figure_.bbox.width
    share = display.ax_.get_window_extent().width / display.figure_.bbox.width
    assert share > 0.4  # names leave room for cells
    plt.close(display.figure_)


def test_no_grid_of_a_style_crosses_the_cells():
    with plt.style.context("ggplot"):
        ax = Figure().add_subplot()
    display_of(np.eye(3)).plot(ax)
    assert not any(line.get_visible() for line in ax.get_xgridlines())


def test_a_norm_of_the_users_replaces_the_range(ax):
    norm = Normalize(1, 2)
    assert display_of(np.eye(3)).plot(ax, norm=norm).im_.norm is norm


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "effect"])
def test_every_metric_is_named(model, ax, metric):
    display = SimilarityMatrixDisplay.from_estimator(model, "b", metric=metric, ax=ax)
    levels = list(display.distances.index)
    expected = model.similarity_matrix("b", metric=metric, levels=levels)
    np.testing.assert_allclose(display.im_.get_array(), expected)
    label = display.im_.colorbar.ax.get_ylabel()
    word = {"euclidean": "Euclidean", "cosine": "cosine", "effect": "units of the"}
    assert word[metric] in label


def test_numbers_are_written_where_there_is_room(ax):
    points = np.random.default_rng(0).normal(size=(5, 2))
    display = display_of(points).plot(ax)
    written = [float(text.get_text()) for text in display.texts_]
    np.testing.assert_allclose(written, display.distances.to_numpy().ravel(), atol=5e-3)
    assert display_of(np.eye(60)).plot(Figure().add_subplot()).texts_ == []


@pytest.mark.parametrize(
    ("largest", "decimals"),
    [(0.0, 0), (0.05, 4), (0.5, 3), (2.4, 2), (99, 1), (5e3, 0)],
)
def test_numbers_have_three_digits(largest, decimals):
    assert decimals_for(largest) == decimals


@pytest.mark.parametrize("n_levels", [5, 50, 120])
def test_names_do_not_overlap(n_levels, ax):
    points = np.random.default_rng(0).normal(size=(n_levels, 2))
    display_of(points).plot(ax)
    ax.figure.draw_without_rendering()
    for labels, side in ((ax.get_yticklabels(), 1), (ax.get_xticklabels(), 0)):
        extents = [text.get_window_extent().get_points()[:, side] for text in labels]
        boxes = sorted(map(tuple, extents))
        ends, starts = [box[1] for box in boxes[:-1]], [box[0] for box in boxes[1:]]
        assert (np.array(starts) >= np.array(ends) - 1).all()


def test_levels_are_named_as_they_are(ax):
    names = ["$5-$10", np.nan, 3.0, "x" * 50]
    display_of(np.random.default_rng(0).normal(size=(4, 2)), names).plot(ax)
    ax.figure.draw_without_rendering()
    shown = [text.get_text() for text in ax.get_yticklabels()]
    assert shown[:3] == ["$5-$10", "missing", "3"]
    assert len(shown[3]) == 28


def test_given_axes_are_used(model, ax):
    open_before = plt.get_fignums()
    display = SimilarityMatrixDisplay.from_estimator(model, "b", ax=ax)
    assert (display.ax_, display.figure_) == (ax, ax.figure)
    assert plt.get_fignums() == open_before


def test_axes_of_a_part_of_a_figure_can_be_given(model):
    _, part = Figure(layout="constrained").subfigures(1, 2)
    display = SimilarityMatrixDisplay.from_estimator(model, "b", ax=part.add_subplot())
    assert display.figure_ is part


def test_without_axes_one_figure_is_opened(model):
    open_before = plt.get_fignums()
    display = SimilarityMatrixDisplay.from_estimator(model, "b")
    assert plt.get_fignums() == [*open_before, display.figure_.number]
    plt.close(display.figure_)


def test_keywords_reach_matplotlib(model, ax):
    display = SimilarityMatrixDisplay.from_estimator(
        model, "b", ax=ax, cmap="cividis", vmax=9, alpha=0.5
    )
    assert display.im_.get_cmap().name == "cividis"
    assert display.im_.get_clim() == (0, 9)
    assert display.im_.get_alpha() == 0.5


def test_what_there_is_not_is_refused(model, ax, monkeypatch):
    with pytest.raises(UnknownLevelError, match=r"'aa3' is not .* did you mean 'a3'"):
        SimilarityMatrixDisplay.from_estimator(model, "a", levels=["aa3"], ax=ax)
    with pytest.raises(ValueError, match="metric must be one of"):
        SimilarityMatrixDisplay.from_estimator(model, "a", metric="manhattan", ax=ax)
    with pytest.raises(ColumnError, match="column='c' is not one"):
        SimilarityMatrixDisplay.from_estimator(model, "c", ax=ax)
    with pytest.raises(ValueError, match="leaves nothing to show"):
        SimilarityMatrixDisplay.from_estimator(model, "a", levels=[], ax=ax)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        SimilarityMatrixDisplay.from_estimator(model, "a")
