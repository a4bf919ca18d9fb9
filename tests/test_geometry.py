"""Questions asked of a fitted estimator."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import squareform
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import NearestNeighbors

from skembed import EmbeddingRegressor
from skembed._similarity import METRICS
from skembed.datasets import make_effects, make_tokens
from skembed.exceptions import ColumnError, UnknownLevelError

EVERY_METRIC = pytest.mark.parametrize("metric", METRICS)


@pytest.fixture(scope="module")
def model():
    """Two columns that interact, the levels of the first of uneven counts."""
    X, y = make_effects(
        1500, n_levels=(30, 8), interaction_scale=1.0, zipf=0.5, random_state=0
    )
    return EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)


@EVERY_METRIC
def test_similarities_are_a_series_by_level(model, metric):
    found = model.similarities("a3", "a", metric=metric)
    assert isinstance(found, pd.Series)
    assert found.index.tolist() == model.categories_["a"].tolist()
    assert found.index.name == "a"
    assert found.name == "distance from a3"
    assert found["a3"] == 0
    assert (found.drop("a3") > 0).all()


def test_euclidean_and_cosine_are_of_the_vectors(model):
    vectors = model.embeddings_["a"].astype(float)
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = vectors @ vectors[3] / lengths / lengths[3]
    expected = {
        "euclidean": np.linalg.norm(vectors - vectors[3], axis=1),
        "cosine": 1 - cosines,
    }
    token = model.categories_["a"][3]
    for metric, distances in expected.items():
        found = model.similarities(token, "a", metric=metric)
        np.testing.assert_allclose(found, distances, atol=1e-6)


@EVERY_METRIC
def test_the_nearest_come_first_with_their_counts(model, metric):
    everything = model.similarities("a3", "a", metric=metric)
    found = model.similarities("a3", "a", metric=metric, k=4, return_counts=True)
    nearest = everything.nsmallest(4)
    assert found.columns.tolist() == ["distance", "count"]
    pd.testing.assert_series_equal(found["distance"], nearest, check_names=False)
    counts = dict(zip(model.categories_["a"], model.category_counts_["a"], strict=True))
    assert found["count"].tolist() == [counts[level] for level in nearest.index]


@EVERY_METRIC
def test_the_matrix_is_all_similarities(model, metric):
    matrix = model.similarity_matrix("b", metric=metric)
    assert matrix.index.tolist() == matrix.columns.tolist()
    for level in model.categories_["b"]:
        expected = model.similarities(level, "b", metric=metric)
        np.testing.assert_allclose(matrix[level], expected, atol=1e-6)
        np.testing.assert_allclose(matrix.loc[level], expected, atol=1e-6)


@EVERY_METRIC
def test_similarity_matrix_is_a_distance_matrix_of_scipy(model, metric):
    levels = [*model.categories_["a"], *model.categories_["a"][:3]]
    for named in (None, levels):
        matrix = model.similarity_matrix("a", metric=metric, levels=named).to_numpy()
        pairs = squareform(matrix)  # refuses what is not symmetric, to the last bit
        np.testing.assert_array_equal(squareform(pairs), matrix)


@EVERY_METRIC
def test_similarities_of_two_levels_are_the_same_both_ways(model, metric):
    levels = model.categories_["a"]
    rows = [model.similarities(level, "a", metric=metric) for level in levels]
    matrix = np.array(rows)
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-6)
    assert (np.diag(matrix) == 0).all()


def test_a_part_of_the_matrix_has_the_order_that_is_asked_for(model):
    levels = ["b5", "b0", "b7"]
    part = model.similarity_matrix("b", levels=levels)
    whole = model.similarity_matrix("b")
    pd.testing.assert_frame_equal(part, whole.loc[levels, levels])


@EVERY_METRIC
def test_neighbors_are_those_of_each_level(model, metric):
    found = model.neighbors("a", metric=metric, k=3)
    assert len(found) == 30 * 3
    for level in ["a0", "a17", "a29"]:
        distances = model.similarities(level, "a", metric=metric).drop(level)
        rows = found[found["level"] == level]
        np.testing.assert_allclose(rows["distance"], distances.nsmallest(3), atol=1e-6)
        np.testing.assert_allclose(
            rows["distance"], distances[rows["neighbor"]], atol=1e-6
        )


def test_neighbors_agree_with_scikit_learn(model):
    vectors = model.embeddings_["a"].astype(float)
    places = NearestNeighbors(n_neighbors=6).fit(vectors).kneighbors(vectors)[1][:, 1:]
    expected = model.categories_["a"][places.ravel()]
    assert model.neighbors("a")["neighbor"].tolist() == expected.tolist()


@EVERY_METRIC
def test_named_levels_are_not_their_own_neighbors(model, metric):
    found = model.most_similar(["a3", "a5"], ["a8"], "a", metric=metric, k=27)
    assert found.columns.tolist() == ["distance", "count"]
    assert sorted(found.index) == sorted(
        set(model.categories_["a"]) - {"a3", "a5", "a8"}
    )
    assert found["distance"].is_monotonic_increasing


def test_the_most_similar_to_one_level_are_its_nearest(model):
    found = model.most_similar("a3", column="a", k=5)
    expected = model.similarities("a3", "a", k=6)[1:]
    pd.testing.assert_series_equal(found["distance"], expected, check_names=False)


@EVERY_METRIC
def test_most_similar_returns_all_levels_if_k_is_none(model, metric):
    found = model.most_similar(["a3", "a5"], ["a8"], "a", metric=metric, k=None)
    counted = model.most_similar(["a3", "a5"], ["a8"], "a", metric=metric, k=27)
    pd.testing.assert_frame_equal(found, counted)


def test_neighbors_returns_all_other_levels_if_k_is_none(model):
    found = model.neighbors("b", k=None)
    pd.testing.assert_frame_equal(found, model.neighbors("b", k=7))
    assert len(found) == 8 * 7


def test_a_vector_has_nearest_levels(model):
    vector = model.embeddings_["a"][3]
    found = model.most_similar(vector, column="a", k=1)
    assert found.index.tolist() == [model.categories_["a"][3]]
    listed = model.most_similar([vector], column="a", k=1)
    pd.testing.assert_frame_equal(found, listed)


def test_effects_are_mixed_by_their_predictions(tokens):
    model = EmbeddingRegressor(n_networks=0).fit(*tokens)
    assert model.most_similar(["a", "e"], metric="effect", k=1).index.tolist() == ["c"]
    found = model.most_similar(["b", "c"], ["a"], metric="effect", k=1)
    assert found.index.tolist() == ["d"]


def test_whole_numbers_are_levels_and_not_vectors():
    X = pd.DataFrame({"shop": np.arange(300) % 6})
    model = EmbeddingRegressor(n_networks=0).fit(X, X["shop"] % 3 + 0.0)
    found = model.most_similar(np.array([0, 1]), k=1)
    assert found.index.tolist() == [3] or found.index.tolist() == [4]
    assert model.most_similar(0, k=1).index.tolist() == [3]


def test_a_missing_level_can_be_asked_about(shop_model):
    assert shop_model.similarities(None, "city").iloc[-1] == 0
    assert len(shop_model.most_similar([None], column="city", k=2)) == 2
    matrix = shop_model.similarity_matrix("city", levels=["Oslo", np.nan])
    assert matrix.shape == (2, 2)


@pytest.fixture(scope="module")
def pooled():
    """A model of 30 levels, all but 4 of which are rare, and the counts of these."""
    X, y = make_effects(600, n_levels=(30,), zipf=1.5, random_state=0)
    model = EmbeddingRegressor(n_networks=0, max_categories=5).fit(X, y)
    counts = pd.Series(model.category_counts_["a"], model.categories_["a"])
    return model, counts.drop(counts.nlargest(4).index)


@EVERY_METRIC
def test_rare_levels_that_share_a_vector_are_at_no_distance(pooled, metric):
    model, rare = pooled
    matrix = model.similarity_matrix(metric=metric, levels=rare.index)
    assert (matrix.to_numpy() == 0).all()


@EVERY_METRIC
def test_a_rare_level_is_the_first_of_its_equals(pooled, metric):
    model, rare = pooled
    for token in rare.index:
        distances = model.similarities(token, metric=metric)
        assert (distances[rare.index] == 0).all()
        others = distances.index[distances == 0].drop(token)
        found = model.similarities(token, metric=metric, k=3)
        assert found.index.tolist() == [token, *others[:2]]
        assert model.most_similar(token, metric=metric, k=3).index.equals(others[:3])


@EVERY_METRIC
def test_neighbors_of_all_agree_with_what_is_most_similar_to_each(pooled, metric):
    model, _ = pooled
    found = model.neighbors(metric=metric, k=4)
    for level, rows in found.groupby("level"):
        expected = model.most_similar(level, metric=metric, k=4)
        assert rows["neighbor"].tolist() == expected.index.tolist()
        assert rows["count"].tolist() == expected["count"].tolist()


def test_the_count_of_a_rare_level_is_its_own(pooled):
    model, rare = pooled
    found = model.similarities(rare.index[2], k=len(rare), return_counts=True)
    assert found["count"].to_dict() == rare.to_dict()


def test_of_one_number_the_cosine_tells_the_sign():
    X, y = make_tokens(1000, random_state=0)
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    found = model.similarities("e", metric="cosine", k=2)
    assert found.tolist() == [0, 0]
    assert found.index.tolist() == ["e", "d"]


@EVERY_METRIC
def test_distances_have_one_type(model, metric):
    assert model.similarities("b1", "b", metric=metric).dtype == np.float64
    assert model.most_similar("b1", column="b", metric=metric)["distance"].dtype == (
        np.float64
    )
    assert model.neighbors("b", metric=metric)["distance"].dtype == np.float64
    matrix = model.similarity_matrix("b", metric=metric)
    assert (matrix.dtypes == np.float64).all()


def test_a_matrix_of_repeated_or_no_levels(model):
    twice = model.similarity_matrix("a", levels=["a3", "a5", "a3"])
    assert twice["a3"].to_numpy()[[0, 2]].tolist() == [[0, 0], [0, 0]]
    assert model.similarity_matrix("a", levels=[]).shape == (0, 0)


SEVERAL = [tuple, np.array, pd.Series, pd.Index, pd.Categorical, pd.array]


@pytest.mark.parametrize("kind", SEVERAL, ids=lambda kind: kind.__name__)
def test_several_levels_are_named_by_any_sequence(model, kind):
    levels = ["a3", "a5"]
    expected = model.most_similar(levels, ["a8"], "a", k=3)
    found = model.most_similar(kind(levels), kind(["a8"]), "a", k=3)
    pd.testing.assert_frame_equal(found, expected)


def test_a_vector_may_be_a_row_of_a_frame(model):
    vectors = pd.DataFrame(model.embeddings_["a"], index=model.categories_["a"])
    expected = model.most_similar(vectors.loc["a3"].to_numpy(), column="a", k=3)
    for named in [vectors.loc["a3"], [vectors.loc["a3"]]]:
        found = model.most_similar(named, column="a", k=3)
        pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda m: m.similarities("a99", "a"), UnknownLevelError, "did you mean 'a9'"),
        (lambda m: m.similarities("a1", "c"), ColumnError, "column='c' is not one of"),
        (lambda m: m.similarities("a1"), ColumnError, "name one of .*: 'a', 'b'"),
        (lambda m: m.neighbors(), ColumnError, "'a', 'b'"),
        (lambda m: m.level_effects("d"), ColumnError, "column='d'"),
        (
            lambda m: m.similarities("a1", "a", metric="l1"),
            ValueError,
            "metric must be",
        ),
        (lambda m: m.similarities("a1", "a", k=0), ValueError, "k must be .*; got 0"),
        (lambda m: m.neighbors("a", k=1.5), ValueError, "k must be an integer"),
        (lambda m: m.most_similar(column="a"), ValueError, "both empty"),
        (lambda m: m.most_similar("a77", column="a"), UnknownLevelError, "'a77'"),
        (lambda m: m.similarity_matrix("a", levels="a1"), TypeError, r"pass \['a1'\]"),
        (lambda m: m.similarity_matrix("a", levels=20), TypeError, "got 20"),
        (
            lambda m: m.similarity_matrix("a", levels=["a1", "x"]),
            UnknownLevelError,
            "'x' is not a level",
        ),
    ],
)
def test_bad_questions_are_refused(model, ask, error, message):
    with pytest.raises(error, match=message):
        ask(model)


def test_a_misspelt_column_is_answered_with_close_spellings(shop_model):
    with pytest.raises(ColumnError, match=r"did you mean 'city'\? .*: 'city', 'day'"):
        shop_model.similarities("Oslo", "citty")


def test_a_table_without_levels_has_no_column_to_ask_about():
    X = np.random.default_rng(0).normal(size=(200, 2))
    model = EmbeddingRegressor(n_networks=0).fit(X, X[:, 0])
    for column in [None, 0]:
        with pytest.raises(ColumnError, match="there are none"):
            model.neighbors(column)


def test_an_estimator_without_a_fit_answers_nothing():
    with pytest.raises(NotFittedError):
        EmbeddingRegressor().similarities("a")
    with pytest.raises(NotFittedError):
        EmbeddingRegressor().level_effects()


@pytest.mark.parametrize("metric", METRICS)
def test_the_motivating_example_is_ranked_whatever_the_metric(example, metric):
    if metric == "cosine":  # opposite vectors are as far as can be
        found = example.similarities("e", metric=metric)
        assert found.idxmax() in {"a", "b"}
    else:
        ranked = example.similarities("e", metric=metric).sort_values().index.tolist()
        assert ranked == ["e", "d", "c", "b", "a"]


def test_tokens_of_one_effect_are_alike():
    X, y = make_tokens(2000, random_state=0)
    twice = pd.concat([X, X.assign(token=X["token"] + "2")], ignore_index=True)
    model = EmbeddingRegressor(n_networks=0).fit(twice, np.tile(y, 2))
    for level in "abcde":
        assert model.most_similar(level, k=1).index.tolist() == [level + "2"]
