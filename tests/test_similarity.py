import math

import numpy as np
import pandas as pd
import pytest

from skembed._columns import as_table, read_columns
from skembed._similarity import distances_from
from skembed._vocabulary import learn_vocabulary
from skembed.exceptions import UnknownLevelError


def vocabulary_of(values):
    X = pd.DataFrame({"city": pd.Series(values, dtype=object)})
    return learn_vocabulary(read_columns(as_table(X))[0])


def vectors_of(vocabulary, n_dims=3):
    return np.random.default_rng(0).normal(size=(len(vocabulary.levels), n_dims))


CITIES = ["Oslo", "Bergen", "Alta", None]
LEVELS = {
    "text": CITIES,
    "integers": [30, 10, 20],
    "floats": [0.5, 2.5],
    "booleans": [True, False, None],
    "integers and a missing one": [3, None, 1],
}


@pytest.mark.parametrize("values", LEVELS.values(), ids=LEVELS.keys())
def test_distances_are_euclidean(values):
    vocabulary = vocabulary_of(values)
    vectors = vectors_of(vocabulary)
    for token, vector in zip(vocabulary.levels, vectors, strict=True):
        distances = distances_from(token, vocabulary, vectors)
        naive = [math.dist(vector, other) for other in vectors]
        np.testing.assert_allclose(distances.to_numpy(), naive, rtol=1e-12)


def test_distances_are_indexed_by_level():
    vocabulary = vocabulary_of(CITIES)
    distances = distances_from("Oslo", vocabulary, vectors_of(vocabulary))
    assert isinstance(distances, pd.Series)
    assert distances.index[:-1].tolist() == ["Alta", "Bergen", "Oslo"]
    assert pd.isna(distances.index[-1])
    assert distances.index.name == "city"
    assert distances.name == "distance from Oslo"
    assert distances["Oslo"] == 0


@pytest.mark.parametrize("token", [None, np.nan, pd.NA], ids=repr)
def test_a_missing_token_is_the_missing_level(token):
    vocabulary = vocabulary_of(CITIES)
    distances = distances_from(token, vocabulary, vectors_of(vocabulary))
    assert distances.to_numpy()[-1] == 0
    assert (distances.to_numpy()[:-1] > 0).all()


def test_levels_that_share_a_vector_are_at_no_distance():
    distances = distances_from("b", vocabulary_of(list("abc")), np.eye(2)[[0, 1, 1]])
    assert distances.tolist() == [math.sqrt(2), 0, 0]


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
    vocabulary = vocabulary_of(CITIES)
    with pytest.raises(UnknownLevelError, match=message):
        distances_from(token, vocabulary, vectors_of(vocabulary))


def test_numbers_close_in_spelling_are_shown_as_numbers():
    vocabulary = vocabulary_of([1001, 2002])
    with pytest.raises(UnknownLevelError, match=r"'1001' is .* did you mean 1001"):
        distances_from("1001", vocabulary, vectors_of(vocabulary))


def test_a_missing_token_that_was_not_learned_is_refused():
    vocabulary = vocabulary_of(["Oslo"])
    with pytest.raises(UnknownLevelError, match="None is not a level of column 'city'"):
        distances_from(None, vocabulary, vectors_of(vocabulary))
