"""Names on a map overlap neither one another nor the frame, whatever the crowd."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from skembed.displays import EmbeddingMapDisplay
from skembed.displays._labels import Discs, place_labels
from skembed.displays._levels import level_name
from skembed.displays._mapped_levels import MappedLevels

FRAME = np.array([(0.0, 0.0), (400.0, 300.0)])


def random_map(n_levels, seed=0, names=None):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n_levels, 2)) * (1, 0.5)
    return MappedLevels(
        points=points,
        levels=np.array(names or [f"level {i}" for i in range(n_levels)], dtype=object),
        counts=np.sort(rng.geometric(0.01, n_levels)),
        effects=points[:, 0],
        column="city",
        projection="pca",
        axis_shares=np.array([0.8, 0.2]),
    )


def visible_boxes(display, dpi=None):
    """Draw, and return the extents of the labels that are seen."""
    figure = display.figure_
    figure.set_dpi(dpi or figure.dpi)
    figure.draw_without_rendering()
    texts = [text for text in display.texts_ if text.get_visible()]
    # the extent of an annotation would hold the line that leads to it
    return np.array([Text.get_window_extent(text).get_points() for text in texts])


def overlaps(boxes):
    low, high = boxes[:, 0], boxes[:, 1]
    meets = (low[:, np.newaxis] < high) & (high[:, np.newaxis] > low)
    return np.triu(meets.all(axis=2), 1)


def draw(mapped, width=8, height=6, **kwargs):
    ax = Figure(figsize=(width, height), layout="constrained").add_subplot()
    return EmbeddingMapDisplay(mapped).plot(ax, **kwargs)


@pytest.mark.parametrize(("n_levels", "at_least"), [(10, 10), (100, 50), (10_000, 20)])
def test_drawn_labels_do_not_overlap(n_levels, at_least):
    display = draw(random_map(n_levels))
    boxes = visible_boxes(display)
    assert len(boxes) >= at_least
    assert not overlaps(boxes).any()
    low, high = display.ax_.get_window_extent().get_points()
    assert (boxes[:, 0] >= low).all()
    assert (boxes[:, 1] <= high).all()


def test_labels_find_new_places_when_the_figure_changes():
    display = draw(random_map(100))
    n_first = len(visible_boxes(display))
    display.figure_.set_size_inches(4, 3)
    small = visible_boxes(display)
    assert 0 < len(small) < n_first
    assert not overlaps(small).any()
    assert not overlaps(visible_boxes(display, dpi=200)).any()
    display.ax_.set(xlim=(-0.5, 0.5), ylim=(-0.25, 0.25))
    assert not overlaps(visible_boxes(display)).any()


def test_labels_stay_where_nothing_changes():
    display = draw(random_map(50))
    first = visible_boxes(display)
    for text in display.texts_:
        text.stale = False
    display.figure_.draw_without_rendering()
    assert not any(text.stale for text in display.texts_)  # or windows redraw for ever
    np.testing.assert_allclose(visible_boxes(display), first, atol=0.5)


def test_frequent_levels_are_named_before_others():
    crowd = random_map(200)
    crowd.points[:] *= 0.01
    crowd.points[:2] = (-1, -1), (1, 1)
    display = draw(crowd, labels=200)
    display.figure_.draw_without_rendering()
    seen = np.array([text.get_visible() for text in display.texts_])
    assert seen[0]
    assert seen[:50].sum() > seen[50:-2].sum()


def test_named_levels_may_be_named_from_afar():
    crowd = random_map(400)
    crowd.points[:] *= 0.01
    crowd.points[:2] = (-1, -1), (1, 1)
    names = [f"level {i}" for i in range(380, 400)]
    display = draw(crowd, labels=names)
    boxes = visible_boxes(display)
    assert len(boxes) == len(names)
    assert not overlaps(boxes).any()
    display = draw(crowd, labels=len(names))
    assert len(visible_boxes(display)) < len(names)


def test_a_line_leads_to_a_label_that_is_far_away():
    crowd = random_map(400)
    crowd.points[:] *= 0.01
    crowd.points[:2] = (-1, -1), (1, 1)
    display = draw(crowd, labels=[f"level {i}" for i in range(380, 400)])
    display.figure_.draw_without_rendering()
    first, *_, last = display.texts_
    assert not first.arrow_patch.get_visible()
    assert last.arrow_patch.get_visible()


@given(
    seed=st.integers(0, 10**6),
    n_points=st.integers(1, 60),
    spread=st.floats(1, 400),
    reach=st.sampled_from([0.0, 100.0]),
)
def test_places_are_free_and_near(seed, n_points, spread, reach):
    rng = np.random.default_rng(seed)
    centers = rng.normal((200, 150), spread, (n_points, 2))
    discs = Discs(centers, rng.uniform(2, 15, n_points))
    labelled = rng.permutation(n_points)
    sizes = rng.uniform((5, 8), (90, 20), (n_points, 2))
    corners = place_labels(discs, labelled, sizes, FRAME, reach)
    placed = ~np.isnan(corners[:, 0])
    low, high = corners[placed], (corners + sizes)[placed]
    assert not overlaps(np.stack([low, high], axis=1)).any()
    assert (low >= FRAME[0]).all()
    assert (high <= FRAME[1]).all()
    own = centers[labelled[placed]]
    gaps = np.linalg.norm(own - np.clip(own, low, high), axis=1)
    radii = discs.radii[labelled[placed]]
    assert (gaps >= radii / np.sqrt(2)).all()
    assert (gaps <= radii + reach + 3).all()


def test_a_label_avoids_other_points():
    centers = np.array([(200.0, 150.0), (230.0, 150.0)])
    discs = Discs(centers, np.array([5.0, 5.0]))
    corners = place_labels(discs, np.array([0]), np.array([(40.0, 10.0)]), FRAME)
    assert discs.near(*FRAME).covered_by(corners, np.array([40.0, 10.0])) == 0
    assert corners[0, 0] < 200  # to the right there is a point


def test_a_point_outside_the_frame_has_no_label():
    discs = Discs(np.array([(-10.0, 150.0)]), np.array([5.0]))
    corners = place_labels(discs, np.array([0]), np.array([(40.0, 10.0)]), FRAME)
    assert np.isnan(corners).all()


@pytest.mark.parametrize(
    ("level", "name"),
    [
        ("Oslo", "Oslo"),
        (3, "3"),
        (3.0, "3"),
        (0.1, "0.1"),
        (123456789.0, "123456789"),
        (True, "True"),
        (np.nan, "missing"),
        (None, "missing"),
        ("", "''"),
        ("a\n b", "a b"),
        ("a" * 40 + "b", "a" * 14 + "\N{HORIZONTAL ELLIPSIS}" + "a" * 12 + "b"),
    ],
    ids=repr,
)
def test_levels_are_written_on_one_short_line(level, name):
    assert level_name(level) == name
