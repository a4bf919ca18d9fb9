import pickle
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder

from skembed._columns import as_table, read_columns
from skembed._vocabulary import learn_vocabulary
from skembed.exceptions import ColumnError


def column_of(values, dtype=object):
    """Return the one column of a table of these values, named "city"."""
    (column,) = read_columns(
        as_table(pd.DataFrame({"city": pd.Series(values, dtype=dtype)}))
    )
    return column


def none_for_missing(levels):
    return [None if pd.isna(level) else level for level in levels.tolist()]


def partition(vocabulary):
    """The groups of levels that share a row of the table."""
    groups = {}
    for level, row in zip(vocabulary.levels, vocabulary.rows, strict=True):
        groups.setdefault(row, set()).add(level)
    return {frozenset(group) for group in groups.values()}


TEXT = st.lists(st.none() | st.text(max_size=3), min_size=1)
INTEGERS = st.lists(st.none() | st.integers(), min_size=1)
FLOATS = st.lists(st.none() | st.floats(allow_nan=False), min_size=1)
BOOLEANS = st.lists(st.none() | st.booleans(), min_size=1)
VALUES = TEXT | INTEGERS | FLOATS | BOOLEANS
TOKENS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=40)
FREQUENCIES = st.none() | st.integers(1, 6) | st.floats(0.01, 0.6)
LIMITS = st.none() | st.integers(1, 8)


@settings(deadline=None)
@given(VALUES)
@example([2**53, 2**53 + 1, None])
@example([2**63, -1, None])
def test_codes_decode_to_the_values(values):
    column = column_of(values)
    vocabulary = learn_vocabulary(column)
    codes = vocabulary.encode(column)
    levels = none_for_missing(vocabulary.levels)
    assert [levels[list(vocabulary.rows).index(code)] for code in codes] == values


def test_large_integers_beside_missing_values_are_told_apart():
    vocabulary = learn_vocabulary(column_of([2**60, None]))
    codes = vocabulary.encode(column_of([2**60, 2**60 + 1, None]))
    assert codes.tolist() == [0, vocabulary.unseen_row, 1]


def test_large_integers_are_found_as_floats():
    vocabulary = learn_vocabulary(column_of([2**60, 2**60 + 1, 5]))
    assert vocabulary.encode(column_of([2.0**60, 5.0, 0.5])).tolist() == [1, 0, 3]
    assert vocabulary.position(2.0**60) == 1


def test_halves_of_characters_are_no_level():
    assert learn_vocabulary(column_of(["a", "b"])).position("\ud800") is None


@pytest.mark.parametrize("values", [["b", "a"], ["b", None]], ids=repr)
def test_codes_are_integers_of_32_bits(values):
    column = column_of(values)
    assert learn_vocabulary(column).encode(column).dtype == np.int32


@settings(deadline=None)
@given(VALUES)
@example([2**53, 2**53 + 1, None])
def test_levels_are_distinct_and_sorted_with_the_missing_one_last(values):
    vocabulary = learn_vocabulary(column_of(values))
    present = sorted({value for value in values if value is not None})
    missing = [None] * (None in values)
    assert none_for_missing(vocabulary.levels) == present + missing
    assert vocabulary.has_missing == bool(missing)
    assert vocabulary.unseen_row == len(present) + len(missing)


@settings(deadline=None)
@given(VALUES)
def test_counts_are_those_of_the_rows(values):
    vocabulary = learn_vocabulary(column_of(values))
    naive = Counter(values)
    levels = none_for_missing(vocabulary.levels)
    assert vocabulary.counts.tolist() == [naive[level] for level in levels]


@settings(deadline=None)
@given(TEXT, FREQUENCIES, LIMITS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(values, frequency, limit, random):
    shuffled = random.sample(values, len(values))
    first = learn_vocabulary(column_of(values), None, frequency, limit)
    second = learn_vocabulary(column_of(shuffled), None, frequency, limit)
    assert none_for_missing(first.levels) == none_for_missing(second.levels)
    assert first.counts.tolist() == second.counts.tolist()
    assert first.rows.tolist() == second.rows.tolist()


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.sampled_from("abcd"), st.integers(1, 9))).filter(
        bool
    ),
    FREQUENCIES,
    LIMITS,
)
def test_a_weight_counts_as_repeated_rows_do(weighted, frequency, limit):
    values, counts = zip(*weighted, strict=True)
    weight = np.array(counts, dtype=np.float64)
    repeated = np.repeat(np.array(values, dtype=object), counts)
    first = learn_vocabulary(column_of(values), weight, frequency, limit)
    second = learn_vocabulary(column_of(repeated), None, frequency, limit)
    assert first.counts.tolist() == second.counts.tolist()
    assert first.rows.tolist() == second.rows.tolist()


def test_weights_that_are_not_whole_add_up_to_counts():
    vocabulary = learn_vocabulary(
        column_of(["a", "b", "a", None]), np.array([0.5, 1.0, 0.25, 2.0])
    )
    assert vocabulary.counts.tolist() == [0.75, 1.0, 2.0]


def test_a_missing_value_has_a_level_of_its_own():
    vocabulary = learn_vocabulary(column_of(["b", None, "a", np.nan]))
    assert none_for_missing(vocabulary.levels) == ["a", "b", None]
    assert vocabulary.counts.tolist() == [1, 1, 2]
    assert vocabulary.encode(column_of([pd.NA])).tolist() == [2]


def test_a_missing_value_that_was_not_learned_is_unseen():
    vocabulary = learn_vocabulary(column_of(["b", "a"]))
    assert vocabulary.encode(column_of(["a", None])).tolist() == [0, 2]
    assert vocabulary.unseen_row == 2


def test_a_column_of_nothing_but_missing_values_has_one_level():
    vocabulary = learn_vocabulary(column_of([None, None]))
    assert none_for_missing(vocabulary.levels) == [None]
    assert vocabulary.encode(column_of(["a", None])).tolist() == [1, 0]


def test_numbers_with_a_missing_one_are_a_numeric_array():
    assert learn_vocabulary(column_of([3, None, 1])).levels.dtype == np.float64
    assert learn_vocabulary(column_of([3, 1])).levels.dtype == np.int64


def test_categories_that_no_row_has_are_no_levels():
    values = pd.Categorical(["b", "a"], categories=["z", "b", "a", "q"])
    vocabulary = learn_vocabulary(column_of(values, dtype=None))
    assert vocabulary.levels.tolist() == ["a", "b"]
    unused = pd.Categorical(["a"], categories=["new", "a"])
    assert vocabulary.unseen(column_of(unused, dtype=None)) == []


@pytest.mark.parametrize(
    "dtype", ["f2", "f4", "f8", "i1", "u2", "i4", "u8", "?"], ids=str
)
def test_levels_can_be_of_every_numeric_type(dtype):
    values = np.array([[1], [0], [1]], dtype=dtype)
    (column,) = read_columns(as_table(values))
    vocabulary = learn_vocabulary(column)
    assert vocabulary.levels.tolist() == [0, 1]
    assert vocabulary.encode(column).tolist() == [1, 0, 1]


@pytest.mark.parametrize("dtype", ["str", "string", "category", object], ids=str)
def test_levels_are_found_again_in_another_container(dtype):
    vocabulary = learn_vocabulary(column_of(["b", "a", None], dtype=dtype))
    frame = pl.DataFrame({"city": ["a", "new", None, "b"]})
    (column,) = read_columns(as_table(frame))
    assert vocabulary.encode(column).tolist() == [0, 3, 2, 1]


def test_unseen_levels_all_have_one_row():
    vocabulary = learn_vocabulary(column_of(["b", "a"]))
    assert vocabulary.encode(column_of(["x", "b", "y"])).tolist() == [2, 1, 2]


@settings(deadline=None)
@given(TEXT, TEXT)
def test_the_unseen_levels_are_listed_once(learned, values):
    vocabulary = learn_vocabulary(column_of(learned))
    unseen = vocabulary.unseen(column_of(values))
    found = [None if pd.isna(level) else level for level in unseen]
    assert len(found) == len(set(found))
    assert set(found) == set(values) - set(learned)


def test_rare_levels_are_not_unseen():
    vocabulary = learn_vocabulary(column_of(["a", "a", "b", "c"]), None, 2)
    assert vocabulary.unseen(column_of(["b", "c", "d"])) == ["d"]


def test_integers_and_whole_floats_are_the_same_levels():
    integers = learn_vocabulary(column_of([3, 1]))
    assert integers.encode(column_of([1.0, 3.0, 1.5])).tolist() == [0, 1, 2]
    floats = learn_vocabulary(column_of([3.0, 1.0, 0.5]))
    assert floats.encode(column_of([1, 3, 2])).tolist() == [1, 2, 3]


@pytest.mark.parametrize("learned", ["f2", "f4", "f8"])
@pytest.mark.parametrize("met", ["f2", "f4", "f8"])
def test_floats_of_one_decimal_are_one_level_in_any_precision(learned, met):
    values = [0.05, 0.1, 0.15, 0.2, 0.25, np.nan]
    columns = [
        read_columns(np.array(values, dtype=dtype).reshape(-1, 1))[0]
        for dtype in (learned, met)
    ]
    vocabulary = learn_vocabulary(columns[0])
    assert vocabulary.levels.tolist()[:-1] == values[:-1]
    assert vocabulary.encode(columns[1]).tolist() == list(range(6))
    assert vocabulary.position(0.1) == 1
    assert vocabulary.position(np.float32(0.1)) == 1


@pytest.mark.parametrize(
    ("learned", "values"),
    [
        (["1", "2"], [1, 2]),
        ([1, 2], ["1", "2"]),
        ([0, 1], [False, True]),
        ([True, False], [1, 0]),
        ([True, False], ["True", "False"]),
        ([0.5], ["0.5"]),
    ],
    ids=repr,
)
def test_levels_of_another_kind_are_refused(learned, values):
    vocabulary = learn_vocabulary(column_of(learned))
    with pytest.raises(ColumnError, match=r"'city' held .* levels in fit and holds"):
        vocabulary.encode(column_of(values))


@pytest.mark.parametrize("learned", [["a"], [1], [0.5], [True]], ids=repr)
def test_a_column_that_is_all_missing_is_of_no_other_kind(learned):
    vocabulary = learn_vocabulary(column_of(learned))
    assert vocabulary.encode(column_of([None, None])).tolist() == [1, 1]


@settings(deadline=None)
@given(VALUES, FREQUENCIES)
def test_every_learned_level_has_its_position(values, frequency):
    vocabulary = learn_vocabulary(column_of(values), None, frequency)
    levels = none_for_missing(vocabulary.levels)
    assert [vocabulary.position(level) for level in levels] == list(range(len(levels)))


@pytest.mark.parametrize(
    ("values", "token"),
    [
        (["a", "b"], "c"),
        (["a", "b"], None),
        (["a", "b"], np.nan),
        (["1"], 1),
        ([1, 2], "1"),
        ([1, 2], 1.5),
        ([0, 1], True),
        ([True, False], 1),
        ([True, False, None], 1),
        ([None], "a"),
        (["a"], ("a", "b")),
    ],
    ids=repr,
)
def test_a_level_that_was_not_learned_has_no_position(values, token):
    assert learn_vocabulary(column_of(values)).position(token) is None


@settings(deadline=None)
@given(TEXT, TEXT, FREQUENCIES)
def test_the_levels_of_another_vocabulary_are_encoded(learned, other, frequency):
    vocabulary = learn_vocabulary(column_of(learned), None, frequency)
    others = learn_vocabulary(column_of(other))
    rows = vocabulary.rows_of_levels(others)
    naive = [vocabulary.position(level) for level in none_for_missing(others.levels)]
    assert rows.tolist() == [
        vocabulary.unseen_row if position is None else vocabulary.rows[position]
        for position in naive
    ]


@settings(deadline=None)
@given(TOKENS, FREQUENCIES, LIMITS)
def test_levels_are_pooled_as_by_the_one_hot_encoder(values, frequency, limit):
    encoder = OneHotEncoder(
        min_frequency=frequency, max_categories=limit, handle_unknown="ignore"
    ).fit(pd.DataFrame({"city": values}))
    infrequent = frozenset()
    if frequency is not None or limit is not None:
        pooled = encoder.infrequent_categories_[0]
        infrequent = frozenset([] if pooled is None else pooled)
    expected = {frozenset([level]) for level in set(values) - infrequent}
    vocabulary = learn_vocabulary(column_of(values), None, frequency, limit)
    assert partition(vocabulary) == expected | ({infrequent} if infrequent else set())


@settings(deadline=None)
@given(TEXT, FREQUENCIES, LIMITS)
def test_rows_are_numbered_without_gaps_frequent_pooled_missing(
    values, frequency, limit
):
    vocabulary = learn_vocabulary(column_of(values), None, frequency, limit)
    assert set(vocabulary.rows) == set(range(vocabulary.unseen_row))
    if vocabulary.has_missing:
        assert vocabulary.rows[-1] == vocabulary.unseen_row - 1
    rows = vocabulary.rows[: len(vocabulary.rows) - vocabulary.has_missing]
    last = rows.max(initial=-1)  # the pool, or the last level where none is pooled
    assert rows[rows < last].tolist() == list(range(max(last, 0)))


def test_missing_values_are_never_pooled():
    vocabulary = learn_vocabulary(column_of(["a", "a", "b", "c", None]), None, 2, 1)
    assert vocabulary.rows.tolist() == [0, 0, 0, 1]
    assert vocabulary.unseen_row == 2


def test_a_level_of_exactly_the_least_frequency_is_kept():
    values = column_of(["a", "a", "b", "c"])
    assert learn_vocabulary(values, None, 2).rows.tolist() == [0, 1, 1]
    assert learn_vocabulary(values, None, np.int64(2)).rows.tolist() == [0, 1, 1]
    assert learn_vocabulary(values, None, 0.5).rows.tolist() == [0, 1, 1]
    assert learn_vocabulary(values, None, 0.25).rows.tolist() == [0, 1, 2]


def test_a_share_is_a_share_of_the_weight():
    values, weight = column_of(["a", "b", "c"]), np.array([1.0, 0.5, 0.5])
    assert learn_vocabulary(values, weight, 0.3).rows.tolist() == [0, 1, 1]


def test_the_most_frequent_levels_are_kept():
    values = column_of(list("aabbbcdddd"))
    vocabulary = learn_vocabulary(values, None, None, 3)
    assert vocabulary.rows.tolist() == [2, 0, 2, 1]


def test_a_pickled_vocabulary_encodes_the_same():
    column = column_of(["b", None, "a", "b"])
    vocabulary = learn_vocabulary(column)
    unused = pickle.loads(pickle.dumps(vocabulary))
    expected = vocabulary.encode(column).tolist()
    used = pickle.loads(pickle.dumps(vocabulary))
    assert unused.encode(column).tolist() == expected
    assert used.encode(column).tolist() == expected


def test_a_pickle_is_not_larger_after_use():
    vocabulary = learn_vocabulary(column_of(["b", "a"]))
    before = len(pickle.dumps(vocabulary))
    vocabulary.encode(column_of(["a"]))
    assert len(pickle.dumps(vocabulary)) == before


# more rows


@settings(deadline=None)
@given(st.one_of(*(st.tuples(of_one, of_one) for of_one in (TEXT, INTEGERS, FLOATS))))
@example(([2**53, 2**53 + 1], [None, 5]))
@example(([1, None], [2**60]))
@example(([None], [True, False]))
def test_what_is_learned_of_two_parts_is_what_is_learned_of_both(parts):
    first, second = parts
    joined = learn_vocabulary(column_of(first)).extended(column_of(second))
    whole = learn_vocabulary(column_of(first + second))
    assert none_for_missing(joined.levels) == none_for_missing(whole.levels)
    np.testing.assert_array_equal(joined.counts, whole.counts)
    np.testing.assert_array_equal(joined.rows, whole.rows)
    assert joined.has_missing == whole.has_missing


def test_rows_of_later_parts_have_weights():
    known = learn_vocabulary(column_of(["a", "b"]), np.array([2.0, 1.0]))
    joined = known.extended(column_of(["c", "a"]), np.array([0.5, 4.0]))
    assert dict(zip(joined.levels, joined.counts, strict=True)) == {
        "a": 6.0,
        "b": 1.0,
        "c": 0.5,
    }


def test_another_kind_of_levels_is_no_later_part():
    with pytest.raises(ColumnError, match="'city' held text levels in fit"):
        learn_vocabulary(column_of(["a"])).extended(column_of([1]))
