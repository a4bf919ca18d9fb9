"""What is seen on a map of levels is what the estimator has learned of them."""

import subprocess
import sys
import textwrap

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from sklearn.exceptions import NotFittedError
from sklearn.manifold import trustworthiness

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays import EmbeddingMapDisplay
from skembed.displays._discs import disc_areas
from skembed.displays._embedding_map import plane_extent
from skembed.displays._mapped_levels import MappedLevels
from skembed.displays._projection import project
from skembed.exceptions import ColumnError, UnknownLevelError


def fit(**options):
    X, y = make_effects(random_state=0, **options)
    return EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def model():
    return fit(n_samples=3_000, n_levels=(60, 10), zipf=1.0, interaction_scale=1.0)


@pytest.fixture(scope="module")
def additive():
    """Effects only: every vector has one number."""
    return fit(n_samples=1_000, n_levels=(20,))


@pytest.fixture
def ax():
    return Figure(figsize=(7, 5), layout="constrained").add_subplot()


def shown(display):
    """Return the labels that are seen."""
    display.figure_.draw_without_rendering()
    return [text.get_text() for text in display.texts_ if text.get_visible()]


def drawn_title(ax):
    """Return the title as it is seen: a dollar that is escaped is no formula."""
    assert "$" not in ax.get_title().replace(r"\$", "")
    return ax.get_title().replace(r"\$", "$")


def test_discs_are_the_levels_vectors_effects_and_counts(model, ax):
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=ax)
    order = np.argsort(model.category_counts_["a"], kind="stable")
    np.testing.assert_array_equal(display.mapped.levels, model.categories_["a"][order])
    vectors = model.embeddings_["a"][order]
    np.testing.assert_allclose(display.points_.get_offsets(), vectors[:, :2])
    effects = model.level_effects("a").to_numpy()[order]
    np.testing.assert_allclose(display.points_.get_array(), effects)
    counts = model.category_counts_["a"][order]
    areas = display.points_.get_sizes()
    assert (np.diff(areas) >= 0).all()  # the largest is drawn last, on top
    np.testing.assert_allclose(np.corrcoef(areas, np.sqrt(counts))[0, 1], 1)


def test_axes_have_one_scale_and_tell_their_share(model, ax):
    EmbeddingMapDisplay.from_estimator(model, "a", ax=ax)
    assert ax.get_aspect() == 1
    variances = model.embeddings_["a"].var(axis=0)
    share = f"{variances[0] / variances.sum():.0%}"
    assert ax.get_xlabel() == f"first principal axis ({share} of the variance)"


def test_labels_name_their_points(model, ax):
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=ax)
    frequent = model.categories_["a"][np.argsort(-model.category_counts_["a"])]
    assert [text.get_text() for text in display.texts_[:3]] == frequent[:3].tolist()
    assert set(shown(display)) >= set(frequent[:3])
    offsets = dict(
        zip(display.mapped.levels, display.points_.get_offsets(), strict=True)
    )
    for text in display.texts_:
        np.testing.assert_array_equal(text.xy, offsets[text.get_text()])


@pytest.mark.parametrize(
    ("labels", "names"), [(["a7", "a3"], ["a7", "a3"]), (2, ["a0", "a1"]), (0, [])]
)
def test_labels_can_be_chosen(model, ax, labels, names):
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=ax, labels=labels)
    assert shown(display) == names


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (["a3", "aa3"], UnknownLevelError, "'aa3' is not one .* did you mean 'a3'"),
        ("a3", TypeError, r"pass \['a3'\]"),
        (-1, ValueError, "cannot be negative; got -1"),
    ],
)
def test_labels_that_cannot_be_are_refused(model, ax, labels, error, message):
    with pytest.raises(error, match=message):
        EmbeddingMapDisplay.from_estimator(model, "a", ax=ax, labels=labels)


def test_vectors_on_a_line_are_shown_over_counts(additive, ax):
    display = EmbeddingMapDisplay.from_estimator(additive, ax=ax)
    offsets = display.points_.get_offsets()
    np.testing.assert_allclose(
        np.sort(offsets[:, 0]), np.sort(additive.embedding_.T[0])
    )
    np.testing.assert_array_equal(offsets[:, 1], display.mapped.counts)
    assert (ax.get_yscale(), ax.get_ylabel()) == ("log", "count")


@pytest.mark.parametrize("projection", ["pca", "tsne", "umap"])
@pytest.mark.parametrize("n_dims", [None, 4], ids=["one number", "padded"])
def test_a_line_is_drawn_as_it_is_by_every_projection(ax, projection, n_dims):
    X, y = make_effects(1_000, n_levels=(20,), random_state=0)
    model = EmbeddingRegressor(embedding_dim=n_dims or "auto", n_networks=0).fit(X, y)
    assert model.embedding_.shape[1] == (n_dims or 1)
    display = EmbeddingMapDisplay.from_estimator(model, projection=projection, ax=ax)
    offsets = display.points_.get_offsets()
    np.testing.assert_allclose(np.sort(offsets[:, 0]), np.sort(model.embedding_.T[0]))
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "the only axis of the vectors",
        "count",
    )
    assert len(ax.get_xticks())


def labelled_counts(ax):
    """Return the tick labels of counts that are in view."""
    ax.figure.draw_without_rendering()
    low, high = ax.get_ylim()
    ticks = [*ax.yaxis.get_major_ticks(), *ax.yaxis.get_minor_ticks()]
    return [
        tick.label1.get_text()
        for tick in ticks
        if low <= tick.get_loc() <= high and tick.label1.get_text()
    ]


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        ([36, 45, 62], ["35", "40", "45", "50", "55", "60"]),
        ([1, 2000, 3], ["1", "2", "5", "10", "20"]),
        ([300, 300, 300], ["300"]),
    ],
    ids=repr,
)
def test_counts_are_written_as_plain_numbers(ax, counts, labels):
    EmbeddingMapDisplay(line_of(np.arange(3.0), counts=np.array(counts))).plot(ax)
    assert labelled_counts(ax)[: len(labels)] == labels
    low, high = ax.get_ylim()
    assert 1.5 < high / low < 4 * max(counts) / min(counts)


def line_of(effects, counts=None, **options):
    """Return levels on a line, whose places are their effects."""
    n_levels = len(effects)
    return MappedLevels(
        points=effects[:, np.newaxis],
        levels=np.array([f"level {i}" for i in range(n_levels)], dtype=object),
        counts=np.full(n_levels, 9) if counts is None else counts,
        effects=effects,
        column="city",
        projection="pca",
        axis_shares=np.ones(1),
        **options,
    )


def test_levels_that_do_not_differ_are_drawn_alike(ax):
    mapped = line_of(np.linspace(-1e-5, 1e-5, 5), least_effect=0.02)
    display = EmbeddingMapDisplay(mapped).plot(ax)
    assert display.points_.get_clim() == pytest.approx((-0.01, 0.01))
    assert np.ptp(ax.get_xlim()) > 1e-3
    points = np.random.default_rng(0).normal(0, 1e-5, (5, 2))
    _, extent = plane_extent(points)
    assert extent.min() > 1e-3


def test_a_target_of_noise_has_no_structure(ax):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"city": rng.integers(4, size=400).astype(str)})
    model = EmbeddingRegressor(n_networks=0).fit(X, 50 * rng.normal(size=400))
    display = EmbeddingMapDisplay.from_estimator(model, ax=ax)
    assert np.ptp(display.points_.get_clim()) >= 0.04  # a thousandth of its deviation


LEVELS = {
    "missing": (["Oslo", "Bergen", None] * 40, {"Oslo", "Bergen", "missing"}),
    "integers beside a missing one": ([1, 20, None] * 40, {"1", "20", "missing"}),
    "booleans": ([True, False] * 60, {"True", "False"}),
    "formulas": (["$a_1$", "$5-$10", "x^2"] * 40, {"$a_1$", "$5-$10", "x^2"}),
}


@pytest.mark.parametrize("case", LEVELS)
def test_levels_of_every_kind_are_named_as_they_are(case, ax):
    values, names = LEVELS[case]
    X = pd.DataFrame({"$x$": pd.Series(values, dtype=object)})
    y = np.arange(len(X)) % 3 + np.random.default_rng(0).normal(size=len(X))
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    display = EmbeddingMapDisplay.from_estimator(model, ax=ax)
    assert set(shown(display)) == names
    assert not any(text.get_parse_math() for text in display.texts_)
    assert drawn_title(ax) == f"Map of $x$: {len(names)} levels"


def test_a_single_level_has_a_map(ax):
    X = pd.DataFrame({"city": ["Oslo"] * 20, "size": np.linspace(0, 1, 20)})
    model = EmbeddingRegressor(n_networks=0).fit(X, np.linspace(0, 1, 20))
    assert shown(EmbeddingMapDisplay.from_estimator(model, ax=ax)) == ["Oslo"]
    assert ax.get_title() == "Map of city: 1 level"
    assert labelled_counts(ax) == ["20"]


def test_of_several_outputs_the_first_gives_colours(ax):
    X, y = make_effects(300, n_levels=(5,), random_state=0)
    targets = np.column_stack([y, -y])
    model = EmbeddingRegressor(model="network", epochs=1, hidden_units=(4,))
    model.fit(X, targets)
    display = EmbeddingMapDisplay.from_estimator(model, ax=ax)
    effects = model.level_effects().iloc[:, 0]
    np.testing.assert_allclose(
        display.mapped.effects, effects[list(display.mapped.levels)]
    )
    label = display.points_.colorbar.ax.get_ylabel()
    assert label == "effect on output 0 of 2, in units of the target"


def test_given_axes_are_used(model, ax):
    open_before = plt.get_fignums()
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert plt.get_fignums() == open_before


def test_axes_of_a_part_of_a_figure_can_be_given(model):
    _, part = Figure(layout="constrained").subfigures(1, 2)
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=part.add_subplot())
    part.canvas.figure.draw_without_rendering()
    assert display.figure_ is part


@pytest.mark.parametrize("layout", ["none", "tight", "constrained", "compressed"])
def test_the_colour_bar_is_as_high_as_the_map(model, layout):
    figure = Figure(figsize=(5, 8), layout=layout)
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=figure.add_subplot())
    figure.draw_without_rendering()
    bar = display.points_.colorbar.ax.get_position()
    seen = display.ax_.get_position()
    np.testing.assert_allclose([bar.y0, bar.y1], [seen.y0, seen.y1], atol=1e-9)
    assert 0 < bar.x0 - seen.x1 < 0.05


def test_without_axes_one_figure_is_opened(model):
    open_before = plt.get_fignums()
    before = dict(mpl.rcParams)
    display = EmbeddingMapDisplay.from_estimator(model, "a")
    assert plt.get_fignums() == [*open_before, display.figure_.number]
    plt.close(display.figure_)
    assert dict(mpl.rcParams) == before


def test_it_can_be_plotted_again(model, ax):
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=ax)
    other = Figure().add_subplot()
    assert display.plot(other, labels=1) is display
    assert display.ax_ is other
    assert len(other.texts) == 1


def test_keywords_reach_matplotlib(model, ax):
    display = EmbeddingMapDisplay.from_estimator(
        model, "a", ax=ax, cmap="cividis", alpha=0.3, s=7, vmin=-9, vmax=9
    )
    assert display.points_.get_cmap().name == "cividis"
    assert display.points_.get_alpha() == 0.3
    assert display.points_.get_sizes().tolist() == [7]
    assert display.points_.get_clim() == (-9, 9)


@pytest.mark.parametrize(
    "colors",
    [{"c": "red"}, {"color": "red"}, {"facecolors": "red"}, {"fc": "red", "alpha": 1}],
    ids=repr,
)
def test_colours_of_the_users_have_no_bar(model, ax, colors):
    looks = {"edgecolors": "blue", "linewidths": 2} | colors
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=ax, **looks)
    display.figure_.draw_without_rendering()
    assert display.points_.colorbar is None
    assert display.points_.get_facecolor()[0].tolist() == [1, 0, 0, 1]
    assert display.points_.get_linewidths().tolist() == [2]


def test_numbers_of_the_users_have_their_own_range(model, ax):
    numbers = np.arange(60.0)
    display = EmbeddingMapDisplay.from_estimator(
        model, "a", ax=ax, c=numbers, cmap="cividis"
    )
    assert display.points_.get_cmap().name == "cividis"
    assert display.points_.get_clim() == (0, 59)
    assert display.points_.colorbar is None


def test_of_many_levels_it_shows_where_they_are_dense(ax):
    few, many = (
        EmbeddingMapDisplay(line_of(np.arange(float(n)))).plot(Figure().add_subplot())
        for n in (20, 600)
    )
    assert few.points_.get_alpha() == 1
    assert many.points_.get_alpha() < 1
    edges = [
        display.points_.get_linewidths()[0] / np.sqrt(display.points_.get_sizes()[0])
        for display in (few, many)
    ]
    assert edges[1] < edges[0]


@pytest.mark.parametrize("layout", ["none", "tight", "constrained"])
@pytest.mark.parametrize("title", [None, "A title of the user's, with $x^2$"])
def test_the_title_is_above_the_legend(model, layout, title):
    ax = Figure(figsize=(5, 4), layout=layout).add_subplot()
    EmbeddingMapDisplay.from_estimator(model, "a", ax=ax)
    if title is not None:
        ax.set_title(title)
    ax.figure.draw_without_rendering()
    seen = [text for text in (ax.title, ax._left_title) if text.get_text()]
    assert len(seen) == 1
    bottom = ax.get_legend().get_window_extent().y1
    assert bottom <= seen[0].get_window_extent().y0
    assert ax.get_legend().get_window_extent().y0 >= ax.get_window_extent().y1
    assert seen[0].get_parse_math()  # of a formula that the user writes


def test_colours_keep_their_order_in_greyscale():
    colors = mpl.colormaps["viridis"](np.linspace(0, 1, 50))[:, :3]
    assert (np.diff(colors @ (0.299, 0.587, 0.114)) > 0).all()


def test_the_legend_explains_areas(model, ax):
    display = EmbeddingMapDisplay.from_estimator(model, "a", ax=ax)
    legend = ax.get_legend()
    names = [text.get_text() for text in legend.get_texts()]
    counts = [float(name.removeprefix("count ").replace(",", "")) for name in names]
    areas = [handle.get_sizes()[0] for handle in legend.legend_handles]
    expected = disc_areas(np.array(counts), display.mapped.counts)
    np.testing.assert_allclose(areas, expected)


def test_tsne_keeps_neighborhoods(model, ax):
    display = EmbeddingMapDisplay.from_estimator(
        model, "a", projection="tsne", random_state=0, ax=ax
    )
    order = np.argsort(model.category_counts_["a"], kind="stable")
    vectors = model.embeddings_["a"][order]
    assert trustworthiness(vectors, display.mapped.points, n_neighbors=5) > 0.85
    assert ax.get_xlabel() == "first axis of t-SNE"
    assert len(ax.get_xticks()) == 0
    again = project(vectors, "tsne", 0)
    np.testing.assert_array_equal(project(vectors, "tsne", 0), again)


def test_unknown_projections_and_columns_are_refused(model):
    with pytest.raises(ValueError, match=r"projection must be one of .* got 'mds'"):
        EmbeddingMapDisplay.from_estimator(model, "a", projection="mds")
    with pytest.raises(ColumnError, match="column='c' is not one"):
        EmbeddingMapDisplay.from_estimator(model, "c")
    with pytest.raises(NotFittedError):
        EmbeddingMapDisplay.from_estimator(EmbeddingRegressor())


def test_importing_displays_is_cheap():
    code = """
        import sys
        import skembed.displays
        print({"matplotlib", "bokeh", "umap", "keras"} & set(sys.modules))
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
    assert subprocess.check_output(command, text=True).strip() == "set()"


def test_missing_packages_are_named(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    hint = "requires umap.*pip install umap-learn$"
    with pytest.raises(ImportError, match=hint):
        EmbeddingMapDisplay.from_estimator(model, "a", projection="umap")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    hint = "from_estimator requires matplotlib.*pip install matplotlib$"
    with pytest.raises(ImportError, match=hint):
        EmbeddingMapDisplay.from_estimator(model, "a")
