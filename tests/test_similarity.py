import math

import numpy as np
import pandas as pd
import pytest

from skembed._columns import as_table, read_columns
from skembed._similarity import (
    GROUP,
    METRICS,
    NUMBERS_AT_A_TIME,
    make_space,
    mixture,
    nearest,
    neighbors_of_all,
)
from skembed._vocabulary import learn_vocabulary
from skembed.exceptions import UnknownLevelError


def vocabulary_of(values):
    X = pd.DataFrame({"city": pd.Series(list(values), dtype=object)})
    return learn_vocabulary(read_columns(as_table(X))[0])


def space_of(values, vectors=None, metric="euclidean", n_dims=3):
    vocabulary = vocabulary_of(values)
    if vectors is None:
        shape = len(vocabulary.levels), n_dims
        vectors = np.random.default_rng(0).normal(size=shape)
    return make_space(vocabulary, np.asarray(vectors, dtype=float), metric)


def distances_of(space, token):
    point = space.points[space.position(token)]
    return space.distances(space.squares_from(point))


def cosine_distance(a, b):
    return 1 - a @ b / math.sqrt(a @ a) / math.sqrt(b @ b)


CITIES = ["Oslo", "Bergen", "Alta", None]
LEVELS = {
    "text": CITIES,
    "integers": [30, 10, 20],
    "floats": [0.5, 2.5],
    "booleans": [True, False, None],
    "integers and a missing one": [3, None, 1],
}
EVERY_KIND = pytest.mark.parametrize("values", LEVELS.values(), ids=LEVELS.keys())
NAIVE = {"euclidean": math.dist, "cosine": cosine_distance, "effect": math.dist}


@EVERY_KIND
@pytest.mark.parametrize("metric", METRICS)
def test_distances_are_those_of_the_metric(values, metric):
    vectors = space_of(values).points
    space = space_of(values, vectors, metric)
    for token, vector in zip(space.vocabulary.levels, vectors, strict=True):
        naive = [NAIVE[metric](vector, other) for other in vectors]
        np.testing.assert_allclose(distances_of(space, token), naive, atol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_a_level_is_at_no_distance_from_itself(metric):
    space = space_of(CITIES, metric=metric)
    assert [distances_of(space, c)[space.position(c)] for c in CITIES] == [0] * 4


@pytest.mark.parametrize("n_levels", [9, 20_005])
def test_large_tables_are_measured_in_blocks(n_levels):
    n_dims = 2 * NUMBERS_AT_A_TIME // (n_levels - 5)
    space = space_of(range(n_levels), n_dims=n_dims)
    found = distances_of(space, 7)
    expected = np.linalg.norm(space.points - space.points[7], axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_squares_keep_the_precision_of_a_table_and_distances_are_double(metric):
    space = make_space(vocabulary_of("ab"), np.eye(2, dtype=np.float32), metric)
    assert space.squares_from(space.points[0]).dtype == np.float32
    assert distances_of(space, "a").dtype == np.float64
    assert space.distances_among(np.arange(2)).dtype == np.float64
    assert space.neighbors(1)[1].dtype == np.float64


def test_small_distances_far_from_zero_are_exact():
    vectors = 1e6 + np.random.default_rng(0).normal(size=(20, 5)) * 1e-3
    space = space_of(range(20), vectors)
    naive = np.array([[math.dist(a, b) for a in vectors] for b in vectors])
    found = space.distances_among(np.arange(20))
    np.testing.assert_allclose(found, naive, rtol=1e-6)
    np.testing.assert_allclose(distances_of(space, 3), naive[3], rtol=1e-12)


def test_vectors_of_no_length_have_a_direction_of_their_own():
    space = space_of("abcd", [[0, 0], [0, 0], [1, 0], [-2, 0]], "cosine")
    np.testing.assert_allclose(distances_of(space, "a"), [0, 0, 1, 1])
    np.testing.assert_allclose(distances_of(space, "c"), [1, 1, 0, 2])


@pytest.mark.parametrize("token", [None, np.nan, pd.NA], ids=repr)
def test_a_missing_token_is_the_missing_level(token):
    assert space_of(CITIES).position(token) == 3


def test_levels_that_share_a_vector_are_at_no_distance():
    space = space_of("abc", np.eye(2)[[0, 1, 1]])
    assert distances_of(space, "b").tolist() == [math.sqrt(2), 0, 0]


@pytest.mark.parametrize("metric", METRICS)
def test_a_level_named_twice_is_at_no_distance_from_itself(metric):
    space = space_of(range(50), n_dims=7, metric=metric)
    places = np.arange(50).repeat(2)
    found = space.distances_among(places)
    assert ((found == 0) == (places == places[:, np.newaxis])).all()
    np.testing.assert_allclose(found, found.T)


@pytest.mark.parametrize("metric", METRICS)
def test_no_levels_have_no_distances(metric):
    none = np.empty(0, dtype=int)
    assert space_of(CITIES, metric=metric).distances_among(none).shape == (0, 0)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("Olso", "'Olso' is not a level of column 'city' .* did you mean 'Oslo'"),
        ("oslo", "did you mean 'Oslo'"),
        ("Rome", r"'Rome' is not a level .* seen\. The levels are in categories_"),
        (3, r"3 is not a level of column 'city'"),
        (("Oslo", "Alta"), r"\('Oslo', 'Alta'\) is not a level of column 'city'"),
    ],
    ids=repr,
)
def test_an_unknown_token_is_refused(token, message):
    with pytest.raises(UnknownLevelError, match=message):
        space_of(CITIES).position(token)


def test_numbers_close_in_spelling_are_shown_as_numbers():
    with pytest.raises(UnknownLevelError, match=r"'1001' is .* did you mean 1001"):
        space_of([1001, 2002]).position("1001")


@pytest.mark.parametrize("token", [None, np.nan, pd.NA], ids=repr)
def test_a_missing_token_that_was_not_learned_is_refused(token):
    message = r"is not a level of column 'city': fit saw no missing values in it\.$"
    with pytest.raises(UnknownLevelError, match=message):
        space_of(["Finland"]).position(token)


@pytest.mark.parametrize(
    ("k", "expected"), [(1, [1]), (2, [1, 3]), (3, [1, 3, 0]), (9, [1, 3, 0, 2, 4])]
)
def test_the_nearest_come_first_and_equal_ones_in_order(k, expected):
    assert nearest(np.array([2.0, 0.0, 2.0, 1.0, 2.0]), k).tolist() == expected


def test_none_of_nothing_is_nearest():
    assert nearest(np.array([1.0]), 0).tolist() == []


@pytest.mark.parametrize(("k", "expected"), [(1, [3]), (2, [3, 1]), (9, [3, 1, 4, 0])])
def test_one_of_the_nearest_comes_before_its_equals(k, expected):
    distances = np.array([2.0, 0.0, 9.0, 0.0, 0.0])
    assert nearest(distances, k, first=3)[:4].tolist() == expected


@pytest.mark.parametrize("n_values", [2, 50, 10**9])
@pytest.mark.parametrize("k", [1, 3, 4, 20])
@pytest.mark.parametrize("is_sorted", [True, False])
def test_the_nearest_of_many_are_those_of_a_sort(n_values, k, is_sorted):
    """Groups of distances find the same, with ties, whatever the order."""
    distances = np.random.default_rng(k).integers(n_values, size=3 * GROUP + 7) / 8
    if is_sorted:
        distances.sort()
    expected = np.argsort(distances, kind="stable")[:k]
    assert nearest(distances, k).tolist() == expected.tolist()


PLANE = {"a": [0, 0], "b": [2, 0], "c": [0, 2], "d": [2, 2], "e": [1, 1]}
MIXTURES = {
    "one": (["b"], [], [2, 0]),
    "half way": (["a", "d"], [], [1, 1]),
    "a parallelogram": (["b", "c"], ["a"], [2, 2]),
    "a level and a vector": (["a", [4, 4]], [], [2, 2]),
    "an array": ([np.array([3.0, 1.0])], [], [3, 1]),
}


@pytest.mark.parametrize(
    ("positive", "negative", "expected"), MIXTURES.values(), ids=MIXTURES.keys()
)
@pytest.mark.parametrize("offset", [0, 100])
def test_a_mixture_is_a_point_wherever_zero_is(positive, negative, expected, offset):
    space = space_of(PLANE, np.array(list(PLANE.values())) + offset)
    moved = [p if isinstance(p, str) else np.add(p, offset) for p in positive]
    point, _ = mixture(space, moved, negative)
    np.testing.assert_allclose(point, np.add(expected, offset))


def test_a_mixture_knows_the_levels_that_it_is_of():
    assert mixture(space_of(PLANE), ["c", [1, 2, 3]], ["a"])[1] == [2, 0]


def test_cosine_mixtures_add_up_directions_as_word2vec_does():
    vectors = np.random.default_rng(0).normal(size=(6, 3))
    space = space_of("abcdef", vectors, "cosine")
    point, _ = mixture(space, ["a", [1, 2, 3]], ["b", "c"])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    total = unit[0] + np.array([1, 2, 3]) / math.sqrt(14) - unit[1] - unit[2]
    expected = [cosine_distance(total, vector) for vector in vectors]
    np.testing.assert_allclose(
        space.distances(space.squares_from(point)), expected, atol=1e-12
    )


def test_a_level_of_no_length_is_its_own_mixture():
    space = space_of("ab", [[0, 0], [1, 0]], "cosine")
    point, _ = mixture(space, ["a"], [])
    np.testing.assert_allclose(space.distances(space.squares_from(point)), [0, 1])


REFUSED = {
    "nothing": ([], [], "both empty"),
    "a difference": (["a"], ["b"], "1 positive and 1 negative levels have no mixture"),
    "a short vector": ([[1.0]], [], "A vector of column 'city' has 2 finite numbers"),
    "no numbers": ([["x", "y"]], [], "has 2 finite numbers; got .'x', 'y'."),
    "not finite": ([[1.0, np.nan]], [], "has 2 finite numbers"),
    "levels in an array": ([np.ones(3)], [], "that are numbers go into a list"),
    "a list of floats": ([0.1, 0.2], [], r"0\.1 is not .* passed as an array"),
}


@pytest.mark.parametrize(
    ("positive", "negative", "message"), REFUSED.values(), ids=REFUSED.keys()
)
def test_what_cannot_be_mixed_is_refused(positive, negative, message):
    with pytest.raises(ValueError, match=message):
        mixture(space_of(PLANE, list(PLANE.values())), positive, negative)


@pytest.mark.parametrize(
    ("positive", "negative", "message"),
    [
        ([np.zeros(2)], [], "A vector of zeros has no direction"),
        (["b", "c"], ["c", "b"], "directions of what was named cancel"),
        (["b", [-2, 0]], [], "directions of what was named cancel"),
    ],
    ids=["zeros", "the same twice", "opposites"],
)
def test_what_has_no_direction_has_no_angle(positive, negative, message):
    space = space_of(PLANE, list(PLANE.values()), "cosine")
    with pytest.raises(ValueError, match=message):
        mixture(space, positive, negative)


@pytest.mark.parametrize(("values", "is_told"), [(CITIES, True), ("ab", False)])
def test_how_to_ask_for_missing_values_is_told_where_there_are_any(values, is_told):
    with pytest.raises(ValueError, match="both empty") as raised:
        mixture(space_of(values), [], [])
    assert ("[None]" in str(raised.value)) == is_told


def test_a_level_that_is_a_float_is_no_vector():
    assert mixture(space_of([0.5, 2.5]), [2.5], [])[1] == [1]
    with pytest.raises(UnknownLevelError, match=r"no missing values in it\.$"):
        mixture(space_of([0.5, 2.5]), [np.nan], [])


def test_a_vector_has_no_predictions_to_compare():
    with pytest.raises(ValueError, match="metric='effect' compares predictions"):
        mixture(space_of(PLANE, metric="effect"), [[1, 2, 3]], [])


@pytest.mark.parametrize("metric", METRICS)
def test_neighbors_are_a_row_for_each_pair(metric):
    values = list("aabcccd")
    space = space_of(values, metric=metric)
    found = neighbors_of_all(space, 2)
    assert found.columns.tolist() == ["level", "neighbor", "distance", "count"]
    for level, rows in found.groupby("level"):
        distances = pd.Series(distances_of(space, level), index=list("abcd")).drop(
            level
        )
        expected = distances.sort_values()[:2]
        assert rows["neighbor"].tolist() == expected.index.tolist()
        np.testing.assert_allclose(rows["distance"], expected, atol=1e-12)
        assert rows["count"].tolist() == [values.count(n) for n in expected.index]


@pytest.mark.parametrize(("n_levels", "n_rows"), [(1, 0), (2, 2), (3, 6)])
def test_few_levels_have_no_more_neighbors_than_there_are(n_levels, n_rows):
    assert len(neighbors_of_all(space_of("abc"[:n_levels]), 5)) == n_rows
