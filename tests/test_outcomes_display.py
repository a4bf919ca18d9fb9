"""The strips are the outcomes, the marks their means and what is predicted."""

import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays import OutcomesDisplay
from skembed.exceptions import ColumnError, UnknownLevelError


@pytest.fixture(scope="module")
def table():
    return make_effects(3_000, n_levels=(30, 5), zipf=1.0, random_state=0)


@pytest.fixture(scope="module")
def model(table):
    return EmbeddingRegressor(n_networks=0, random_state=0).fit(*table)


@pytest.fixture
def ax():
    return Figure(figsize=(7, 6), layout="constrained").add_subplot()


def names_of(display):
    return [text.get_text() for text in display.ax_.get_yticklabels()]


def test_marks_are_the_means_in_the_order_of_predictions(model, table, ax):
    X, y = table
    display = OutcomesDisplay.from_estimator(model, X, y, "b", ax=ax)
    means = pd.Series(model.predict(X)).groupby(X["b"]).mean().sort_values()
    assert names_of(display) == means.index.tolist()
    segments = np.array(display.predictions_.get_segments())
    np.testing.assert_allclose(segments[:, :, 0], np.column_stack([means, means]))
    np.testing.assert_allclose(segments.mean(axis=1)[:, 1], range(5))
    outcomes = y.groupby(X["b"]).mean()[means.index]
    np.testing.assert_allclose(
        display.means_.get_offsets(), np.column_stack([outcomes, range(5)])
    )


def test_strips_are_the_outcomes_of_their_levels(model, table, ax):
    X, y = table[0][:400], table[1][:400]
    display = OutcomesDisplay.from_estimator(model, X, y, "b", ax=ax)
    offsets = display.points_.get_offsets()
    strips = np.round(offsets[:, 1]).astype(int)
    assert (np.abs(offsets[:, 1] - strips) < 0.4).all()
    for place, level in enumerate(display.levels):
        expected = np.sort(y[X["b"] == level])
        np.testing.assert_allclose(np.sort(offsets[strips == place, 0]), expected)
    assert ax.get_xlabel() == y.name == "outcome"


def test_long_strips_are_samples_and_say_so(model, table, ax):
    X, y = table
    display = OutcomesDisplay.from_estimator(model, X, y, "b", ax=ax)
    strips = np.round(display.points_.get_offsets()[:, 1]).astype(int)
    counts = X["b"].value_counts()[display.levels]
    assert np.bincount(strips).tolist() == counts.clip(upper=300).tolist()
    assert ax.get_xlabel() == "outcome (no more than 300 of a level are shown)"
    again = OutcomesDisplay.from_estimator(model, X, y, "b", ax=Figure().add_subplot())
    np.testing.assert_array_equal(
        again.points_.get_offsets(), display.points_.get_offsets()
    )


def test_the_most_frequent_levels_of_the_rows_are_shown(model, table, ax):
    X, y = table
    some = X["a"] != "a0"
    display = OutcomesDisplay.from_estimator(model, X[some], y[some], "a", ax=ax)
    counts = X["a"][some].value_counts()
    assert len(display.levels) == 20
    assert counts[display.levels].min() >= counts.drop(display.levels).max()
    title = f"Outcomes by a:\nthe 20 most frequent of {len(counts)} levels"
    assert ax.get_title() == title


@pytest.mark.parametrize(
    ("levels", "names"), [(2, {"a0", "a1"}), (["a9", "a3"], {"a9", "a3"})]
)
def test_levels_can_be_chosen(model, table, ax, levels, names):
    display = OutcomesDisplay.from_estimator(model, *table, "a", levels=levels, ax=ax)
    assert set(names_of(display)) == names
    assert ("most frequent" in ax.get_title()) == isinstance(levels, int)


@pytest.mark.parametrize(
    ("name_it", "label"),
    [
        (lambda y: y.rename("$ sold in $"), "$ sold in $"),
        (lambda y: pl.Series("sales", y.to_numpy()), "sales"),
        (lambda y: y.to_frame("sales"), "sales"),
        (lambda y: y.rename(None), "outcome"),
        (lambda y: y.to_numpy(), "outcome"),
    ],
    ids=["series", "polars", "table", "no name", "array"],
)
def test_outcomes_are_called_as_the_target_is(model, table, ax, name_it, label):
    X, y = table
    OutcomesDisplay.from_estimator(model, X[:99], name_it(y[:99]), "b", ax=ax)
    assert ax.get_xlabel() == label
    ax.figure.draw_without_rendering()


@pytest.mark.parametrize(("hole", "name"), [(np.nan, "NaN"), (np.inf, "infinity")])
def test_outcomes_that_are_no_numbers_are_refused(model, table, hole, name):
    X, y = table
    ax = Figure().add_subplot()
    with pytest.raises(ValueError, match=f"Input y contains {name}"):
        OutcomesDisplay.from_estimator(model, X, y.where(y > 0, hole), "b", ax=ax)
    assert not ax.has_data()


def test_the_title_is_above_the_legend(model, table, ax):
    OutcomesDisplay.from_estimator(model, *table, "b", ax=ax)
    ax.set_title("A title of the user's")
    ax.figure.draw_without_rendering()
    legend, title = ax.get_legend().get_window_extent(), ax.title.get_window_extent()
    assert ax.get_window_extent().y1 <= legend.y0 < legend.y1 <= title.y0


@pytest.mark.parametrize("kind", ["pandas", "categories", "polars", "array"])
def test_tables_of_every_kind_are_read(kind, ax):
    cities = ["Oslo", "Bergen", None, "$5"] * 30
    y = np.arange(120) % 4 + np.linspace(0, 0.1, 120)
    X = {
        "pandas": lambda: pd.DataFrame({"city": cities}),
        "categories": lambda: pd.DataFrame({"city": pd.Categorical(cities)}),
        "polars": lambda: pl.DataFrame({"city": cities}),
        "array": lambda: np.array(cities, dtype=object).reshape(-1, 1),
    }[kind]()
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    display = OutcomesDisplay.from_estimator(model, X, list(y), ax=ax)
    assert names_of(display) == ["Oslo", "Bergen", "missing", "$5"]
    ax.figure.draw_without_rendering()


def test_levels_that_fit_has_not_seen_are_shown(model, table, ax):
    X, y = table
    new = X[:50].assign(b="new")
    display = OutcomesDisplay.from_estimator(model, new, y[:50], "b", ax=ax)
    assert names_of(display) == ["new"]


def test_given_axes_are_used(model, table, ax):
    open_before = plt.get_fignums()
    display = OutcomesDisplay.from_estimator(model, *table, "b", ax=ax)
    assert (display.ax_, display.figure_) == (ax, ax.figure)
    assert plt.get_fignums() == open_before


def test_without_axes_one_figure_is_opened(model, table):
    open_before = plt.get_fignums()
    display = OutcomesDisplay.from_estimator(model, *table, "b")
    assert plt.get_fignums() == [*open_before, display.figure_.number]
    plt.close(display.figure_)


def test_keywords_reach_matplotlib(model, table, ax):
    display = OutcomesDisplay.from_estimator(
        model, *table, "b", ax=ax, s=3, alpha=0.9, marker="x", c="red"
    )
    assert display.points_.get_edgecolor()[0].tolist() == [1, 0, 0, 0.9]
    assert display.points_.get_sizes().tolist() == [3]
    assert display.points_.get_alpha() == 0.9


def test_what_there_is_not_is_refused(model, table, ax, monkeypatch):
    X, y = table
    with pytest.raises(UnknownLevelError, match="'b9' is not one of the levels"):
        OutcomesDisplay.from_estimator(model, X, y, "b", levels=["b9"], ax=ax)
    with pytest.raises(ColumnError, match="column='c' is not one"):
        OutcomesDisplay.from_estimator(model, X, y, "c", ax=ax)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        OutcomesDisplay.from_estimator(model, X, y[:9], "b", ax=ax)
    with pytest.raises(ValueError, match="leaves nothing to show"):
        OutcomesDisplay.from_estimator(model, X, y, "b", levels=0, ax=ax)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        OutcomesDisplay.from_estimator(model, X, y, "b")


def test_several_outputs_are_refused(table, ax):
    X, y = table
    targets = np.column_stack([y, -y])[:200]
    model = EmbeddingRegressor(model="network", epochs=1, hidden_units=(4,))
    model.fit(X[:200], targets)
    with pytest.raises(ValueError, match="one output, and this estimator has 2"):
        OutcomesDisplay.from_estimator(model, X[:200], targets, "b", ax=ax)
