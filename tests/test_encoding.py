import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._columns import as_table, read_columns
from skembed._encoding import Encoded, learn_encoding, resolve_categorical
from skembed.exceptions import ColumnError, UnknownLevelError


def read(X):
    return read_columns(as_table(X))


def shops(n_samples=30, seed=0):
    rng = np.random.default_rng(seed)
    city = rng.choice(["Oslo", "Bergen", None], n_samples)
    return pd.DataFrame(
        {
            "city": pd.Series(city, dtype=object),
            "size": np.where(
                rng.random(n_samples) < 0.2, np.nan, rng.random(n_samples)
            ),
            "day": rng.integers(7, size=n_samples),
            "open": rng.random(n_samples) < 0.5,
            "price": rng.normal(100, 10, n_samples),
        }
    )


CATEGORICAL = np.array([True, False, True, True, False])


def learn(X, **options):
    columns = read(X)
    return learn_encoding(columns, resolve_categorical("auto", columns), **options)


def test_auto_takes_every_column_but_floats():
    assert resolve_categorical("auto", read(shops())).tolist() == CATEGORICAL.tolist()


@pytest.mark.parametrize("levels", [["a", "b"], [1, 2], [True, False], [0.5, 1.5]])
def test_auto_takes_every_pandas_category(levels):
    X = pd.DataFrame({"city": pd.Categorical(levels)})
    assert resolve_categorical("auto", read(X)).tolist() == [True]


def test_all_takes_every_column():
    assert resolve_categorical("all", read(shops())).tolist() == [True] * 5


@pytest.mark.parametrize(
    "choice",
    [
        ["city", "day"],
        ("day", "city"),
        np.array(["city", "day"]),
        pd.Index(["city", "day"]),
        [0, 2],
        np.array([2, 0]),
        [0, -3],
        ["city", 2],
        [True, False, True, False, False],
        np.array([True, False, True, False, False]),
        [0, 0, "day"],
    ],
    ids=repr,
)
def test_columns_are_chosen_by_name_position_or_mask(choice):
    mask = resolve_categorical(choice, read(shops()))
    assert mask.dtype == bool
    assert mask.tolist() == [True, False, True, False, False]


def test_no_column_can_be_chosen():
    assert resolve_categorical([], read(shops())).tolist() == [False] * 5


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (["citty"], "'citty', which X does not have; did you mean 'city'"),
        (["xyz"], r"'xyz', which X does not have\."),
        ([5], "column 5, which X does not have"),
        ([-6], "column -6, which X does not have"),
        ([0.5], "column 0.5, which X does not have"),
        ([True], "mask of 1 entries, but X has 5 columns"),
    ],
    ids=repr,
)
def test_a_column_that_is_not_there_cannot_be_chosen(choice, message):
    with pytest.raises(ColumnError, match=message):
        resolve_categorical(choice, read(shops()))


def test_levels_become_codes_and_numbers_quantities():
    X = shops()
    encoding = learn(X)
    encoded = encoding.encode(read(X), "error")
    names = [vocabulary.name for vocabulary in encoding.vocabularies]
    assert names == ["city", "day", "open"]
    for j, vocabulary in enumerate(encoding.vocabularies):
        decoded = pd.Series(vocabulary.levels[encoded.codes[:, j]], dtype=object)
        values = X[vocabulary.name].astype(object)
        pairs = [s.where(s.notna(), "?").tolist() for s in (decoded, values)]
        assert pairs[0] == pairs[1]
    numbers = X[["size", "price"]].to_numpy()
    np.testing.assert_array_equal(
        encoded.quantities, encoding.standardizer.apply(numbers)
    )
    assert len(encoded) == len(X)


def test_codes_and_quantities_have_the_types_that_a_network_reads():
    encoded = learn(shops()).encode(read(shops()), "average")
    assert encoded.codes.dtype == np.int32
    assert encoded.quantities.dtype == np.float64


@settings(deadline=None, max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(random):
    X = shops()
    order = random.sample(range(len(X)), len(X))
    encoded = learn(X).encode(read(X), "error").take(np.array(order))
    shuffled = X.iloc[order]
    of_shuffled = learn(shuffled).encode(read(shuffled), "error")
    np.testing.assert_array_equal(of_shuffled.codes, encoded.codes)
    np.testing.assert_allclose(of_shuffled.quantities, encoded.quantities, atol=2e-6)


def test_a_weight_counts_as_repeated_rows_do():
    X = shops()
    counts = np.random.default_rng(1).integers(1, 5, len(X))
    weighted = learn(X, weight=counts.astype(np.float64), min_frequency=8)
    repeated = learn(X.loc[X.index.repeat(counts)], min_frequency=8)
    first, second = (e.encode(read(X), "error") for e in (weighted, repeated))
    np.testing.assert_array_equal(first.codes, second.codes)
    np.testing.assert_allclose(first.quantities, second.quantities, atol=2e-6)


def test_rare_levels_are_pooled_in_every_column():
    X = pd.DataFrame({"a": list("xxyz"), "b": list("uvww")})
    by_frequency = learn(X, min_frequency=2).encode(read(X), "error")
    assert by_frequency.codes.tolist() == [[0, 1], [0, 1], [1, 0], [1, 0]]
    by_number = learn(X, max_categories=2).encode(read(X), "error")
    assert by_number.codes.tolist() == by_frequency.codes.tolist()


def test_whole_numbers_and_truth_values_can_be_quantities():
    X = pd.DataFrame({"n": [1, 3], "b": [False, True]})
    encoding = learn_encoding(read(X), np.array([False, False]))
    encoded = encoding.encode(read(X), "error")
    assert encoded.codes.shape == (2, 0)
    np.testing.assert_allclose(encoded.quantities, [[-1, -1], [1, 1]], atol=2e-6)


def test_a_table_of_levels_has_no_quantities():
    X = pd.DataFrame({"a": ["x", "y"]})
    assert learn(X).encode(read(X), "error").quantities.shape == (2, 0)


def test_text_cannot_be_a_quantity():
    X = pd.DataFrame({"size": [1.0, 2.0], "city": ["a", "b"]})
    with pytest.raises(
        ColumnError, match=r"'city' must hold numbers.*ColumnTransformer"
    ):
        learn_encoding(read(X), np.array([False, False]))


def test_a_quantity_that_is_all_missing_is_no_text():
    columns = read(pd.DataFrame({"size": pd.Series([None, None], dtype=object)}))
    encoding = learn_encoding(columns, np.array([False]))
    np.testing.assert_array_equal(
        encoding.encode(columns, "error").quantities, [[0, 1], [0, 1]]
    )


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_infinity_is_refused_in_fit_and_later(infinity):
    fine, infinite = (pd.DataFrame({"size": [1.0, x]}) for x in (2.0, infinity))
    with pytest.raises(ColumnError, match="'size' contains infinity"):
        learn(infinite)
    with pytest.raises(ColumnError, match="'size' contains infinity"):
        learn(fine).encode(read(infinite), "average")


def test_unseen_levels_get_the_row_of_unseen_ones():
    encoding = learn(pd.DataFrame({"a": ["x", "y"]}))
    X = pd.DataFrame({"a": ["y", "new", None]})
    assert encoding.encode(read(X), "average").codes.tolist() == [[1], [2], [2]]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["x", "new"], "'a' holds levels that fit has not seen: 'new'. Set"),
        (["x", None], "'a' holds levels that fit has not seen: nan. Set"),
        ([3, 4], "'a' holds levels that fit has not seen: 3, 4. Set"),
        (list("123456789"), "'1', '2', '3', '4', '5' and 4 more. Set"),
    ],
)
def test_an_error_lists_the_unseen_levels(values, message):
    learned = [1, 2] if isinstance(values[0], int) else ["x", "y"]
    encoding = learn(pd.DataFrame({"a": learned}))
    columns = read(pd.DataFrame({"a": pd.Series(values, dtype=object)}))
    with pytest.raises(UnknownLevelError, match=message):
        encoding.encode(columns, "error")


def test_levels_can_be_learned_anew_on_an_earlier_scale():
    earlier = learn(pd.DataFrame({"a": ["x", "y"], "size": [0.0, 2.0]}))
    later = learn(pd.DataFrame({"a": ["z", "z"], "size": [10.0, 30.0]}))
    columns = read(pd.DataFrame({"a": ["z"], "size": [3.0]}))
    encoded = later.on_the_scale_of(earlier).encode(columns, "error")
    assert encoded.codes.tolist() == [[0]]
    np.testing.assert_allclose(encoded.quantities, [[2.0]], atol=2e-6)


def test_later_rows_bring_levels_but_no_scale():
    known = learn(pd.DataFrame({"a": ["x", "y"], "size": [0.0, 2.0]}))
    more = known.extended(read(pd.DataFrame({"a": ["z", "x"], "size": [50.0, 60.0]})))
    (vocabulary,) = more.vocabularies
    assert vocabulary.levels.tolist() == ["x", "y", "z"]
    assert vocabulary.counts.tolist() == [2, 1, 1]
    assert more.standardizer is known.standardizer


def test_rows_that_are_met_again_are_not_counted_again():
    known = learn(pd.DataFrame({"a": ["x", "y"]}))
    columns = read(pd.DataFrame({"a": ["x", "z", "z"]}))
    more = known.extended(columns, np.array([1.0, 2.0, 3.0]), is_counted=False)
    (vocabulary,) = more.vocabularies
    assert vocabulary.levels.tolist() == ["x", "y", "z"]
    assert vocabulary.counts.tolist() == [1, 1, 5]
    again = more.extended(columns, is_counted=False)
    assert again.vocabularies == more.vocabularies


@pytest.mark.parametrize("rows", [[2, 0], slice(1, 3), [True, False, True]], ids=repr)
def test_rows_of_codes_and_quantities_are_taken_together(rows):
    rows = rows if isinstance(rows, slice) else np.array(rows)
    encoded = Encoded(np.array([[0], [1], [2]]), np.array([[0.0], [10.0], [20.0]]))
    taken = encoded.take(rows)
    assert len(taken) == 2
    assert (10 * taken.codes == taken.quantities).all()
    assert taken.codes[:, 0].tolist() == np.arange(3)[rows].tolist()
