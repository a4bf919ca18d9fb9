"""What is seen on a map of levels is what the estimator has learned of them."""

import subprocess
import sys
import textwrap
import warnings

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
from skembed.displays._discs import color_limits, disc_areas, round_counts
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


def test_vectors_that_end_in_zeros_are_on_a_line(additive, ax):
    X, y = make_effects(1_000, n_levels=(20,), random_state=0)
    padded = EmbeddingRegressor(embedding_dim=4, n_networks=0).fit(X, y)
    assert padded.embedding_.shape[1] == 4
    EmbeddingMapDisplay.from_estimator(padded, ax=ax)
    assert ax.get_ylabel() == "count"


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
    assert ax.get_title(loc="left") == f"Map of $x$: {len(names)} levels"


def test_a_single_level_has_a_map(ax):
    X = pd.DataFrame({"city": ["Oslo"] * 20, "size": np.linspace(0, 1, 20)})
    model = EmbeddingRegressor(n_networks=0).fit(X, np.linspace(0, 1, 20))
    assert shown(EmbeddingMapDisplay.from_estimator(model, ax=ax)) == ["Oslo"]


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


def test_colours_keep_their_order_in_greyscale():
    colors = mpl.colormaps["viridis"](np.linspace(0, 1, 50))[:, :3]
    assert (np.diff(colors @ (0.299, 0.587, 0.114)) > 0).all()


def test_colours_are_not_stretched_by_the_rarest_effects():
    effects = np.append(np.linspace(-1, 1, 999), 100.0)
    low, high = color_limits(effects)
    assert -1 <= low < -0.9
    assert 0.9 < high <= 1
    assert color_limits(effects[-3:]) == (effects[-3], 100)


def test_areas_stay_in_bounds():
    for n_levels in (1, 100, 10_000):
        counts = np.random.default_rng(0).geometric(0.01, n_levels)
        areas = disc_areas(counts, counts)
        assert areas.min() >= 4
        assert areas.max() <= 420


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [
        ([2, 30, 382], [2, 20, 200]),
        ([204, 895], [500]),
        ([300, 400], [300]),
        ([1, 10**6], [1, 1000, 10**6]),
        ([0.25, 0.9], [0.5]),
    ],
    ids=repr,
)
def test_counts_in_the_legend_are_round(counts, chosen):
    assert round_counts(np.array(counts)).tolist() == chosen


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


def test_umap_keeps_neighborhoods(monkeypatch):
    asked = {}

    class UMAP:
        def __init__(self, **options):
            asked.update(options)

        def fit_transform(self, vectors):
            return vectors[:, :2]

    monkeypatch.setitem(sys.modules, "umap", type(sys)("umap"))
    sys.modules["umap"].UMAP = UMAP
    vectors = np.random.default_rng(0).normal(size=(12, 3))
    np.testing.assert_array_equal(project(vectors, "umap", 3), vectors[:, :2])
    assert (asked["n_neighbors"], asked["random_state"]) == (5, 3)
    assert asked["init"].shape == (12, 2)


@pytest.mark.slow
def test_umap_itself_keeps_neighborhoods():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        pytest.importorskip("umap")
    vectors = np.random.default_rng(0).normal(size=(60, 3))
    mapped = project(vectors, "umap", 0)
    assert trustworthiness(vectors, mapped, n_neighbors=5) > 0.8
    np.testing.assert_array_equal(project(vectors, "umap", 0), mapped)


@pytest.mark.parametrize("projection", ["tsne", "umap"])
def test_few_levels_have_no_neighborhoods(projection):
    with pytest.raises(ValueError, match="here are 4 levels: set projection='pca'"):
        project(np.eye(4), projection, None)


def test_a_line_can_be_mapped_by_neighborhoods(additive):
    assert project(additive.embedding_, "tsne", 0).shape == (20, 2)


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
    hint = r"requires umap.*pip install \"skembed\[umap\]\""
    with pytest.raises(ImportError, match=hint):
        EmbeddingMapDisplay.from_estimator(model, "a", projection="umap")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    hint = r"from_estimator requires matplotlib.*pip install \"skembed\[plots\]\""
    with pytest.raises(ImportError, match=hint):
        EmbeddingMapDisplay.from_estimator(model, "a")
