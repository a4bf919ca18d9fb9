import datetime
import decimal

import dask.dataframe
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from skembed._columns import as_table, read_columns
from skembed.exceptions import ColumnError


def read(X):
    return read_columns(as_table(X))


def read_one(X):
    (column,) = read(X)
    return column


def values_of(column):
    """The values as Python objects, None where they are missing."""
    codes, uniques = column.factorized
    return [None if code < 0 else uniques.tolist()[code] for code in codes]


def objects(values):
    return np.array([[value] for value in values], dtype=object)


def pandas_frame(values, dtype):
    return pd.DataFrame({"a": pd.Series(values, dtype=dtype)})


def polars_frame(values, dtype=None):
    return pl.DataFrame({"a": pl.Series(values, dtype=dtype, strict=False)})


def arrow_dictionary(values, value_type):
    return pandas_frame(values, pd.ArrowDtype(pa.dictionary(pa.int32(), value_type)))


INT_CATEGORIES = pd.CategoricalDtype([5, 3, 1])
TEXT_CATEGORIES = pd.CategoricalDtype(["z", "b", "a"], ordered=True)

READABLE = {
    "numpy text": (np.array([["b"], ["a"]]), "text", ["b", "a"]),
    "numpy objects": (objects(["b", None]), "text", ["b", None]),
    "numpy integers": (np.array([[3], [1]]), "integer", [3, 1]),
    "numpy bytes of 8 bits": (np.array([[3], [1]], "u1"), "integer", [3, 1]),
    "numpy floats": (np.array([[0.5], [np.nan]]), "float", [0.5, None]),
    "numpy half floats": (np.array([[0.5], [np.nan]], "f2"), "float", [0.5, None]),
    "numpy booleans": (np.array([[True], [False]]), "boolean", [True, False]),
    "list of rows": ([["b"], ["a"]], "text", ["b", "a"]),
    "tuple of rows": ((("b",), ("a",)), "text", ["b", "a"]),
    "list of integers": ([3, 1], "integer", [3, 1]),
    "range": (range(2), "integer", [0, 1]),
    "pandas object text": (pandas_frame(["b", None], object), "text", ["b", None]),
    "pandas str": (pandas_frame(["b", None], "str"), "text", ["b", None]),
    "pandas string": (pandas_frame(["b", None], "string"), "text", ["b", None]),
    "pandas text category": (
        pandas_frame(["b", None], TEXT_CATEGORIES),
        "text",
        ["b", None],
    ),
    "pandas integer category": (
        pandas_frame([3, None], INT_CATEGORIES),
        "integer",
        [3, None],
    ),
    "pandas boolean category": (
        pandas_frame([True, None], pd.CategoricalDtype([True, False])),
        "boolean",
        [True, None],
    ),
    "pandas int8": (pandas_frame([3, 1], "int8"), "integer", [3, 1]),
    "pandas Int64": (pandas_frame([3, None], "Int64"), "integer", [3, None]),
    "pandas object integers": (pandas_frame([3, None], object), "integer", [3, None]),
    "pandas boolean": (pandas_frame([True, None], "boolean"), "boolean", [True, None]),
    "pandas object booleans": (
        pandas_frame([True, None], object),
        "boolean",
        [True, None],
    ),
    "pandas Float64": (pandas_frame([0.5, None], "Float64"), "float", [0.5, None]),
    "pandas object floats": (pandas_frame([0.5, None], object), "float", [0.5, None]),
    "pandas objects of both numbers": (
        pandas_frame([1, 0.5], object),
        "float",
        [1.0, 0.5],
    ),
    "Arrow dictionary of text": (
        arrow_dictionary(["b", None], pa.string()),
        "text",
        ["b", None],
    ),
    "Arrow dictionary of integers": (
        arrow_dictionary([3, None], pa.int64()),
        "integer",
        [3, None],
    ),
    "Arrow nulls": (
        pandas_frame([None, None], pd.ArrowDtype(pa.null())),
        "text",
        [None, None],
    ),
    "pandas datetimes that are all missing": (
        pandas_frame([None, None], "datetime64[ns]"),
        "text",
        [None, None],
    ),
    "a text category and an unused integer": (
        pandas_frame(["b", None], pd.CategoricalDtype(["z", 3, "b"])),
        "text",
        ["b", None],
    ),
    "an integer category and unused text": (
        pandas_frame([3, None], pd.CategoricalDtype(["z", 3, (1, 2)])),
        "integer",
        [3, None],
    ),
    "polars text": (polars_frame(["b", None]), "text", ["b", None]),
    "polars integers": (polars_frame([3, 1]), "integer", [3, 1]),
    "polars integers and null": (polars_frame([3, None]), "integer", [3, None]),
    "polars floats": (polars_frame([0.5, None]), "float", [0.5, None]),
    "polars floats and nan": (polars_frame([0.5, np.nan]), "float", [0.5, None]),
    "polars booleans": (polars_frame([True, None]), "boolean", [True, None]),
    "polars categorical": (
        polars_frame(["b", None], pl.Categorical),
        "text",
        ["b", None],
    ),
    "polars enum": (
        polars_frame(["b", None], pl.Enum(["z", "b"])),
        "text",
        ["b", None],
    ),
    "polars unsigned integers": (
        polars_frame([2**63 + 5, 1], pl.UInt64),
        "integer",
        [2**63 + 5, 1],
    ),
    "objects that are all missing": (
        objects([None, np.nan]),
        "text",
        [None, None],
    ),
}
readable = pytest.mark.parametrize(
    ("X", "kind", "values"), READABLE.values(), ids=READABLE.keys()
)


@readable
def test_a_column_has_a_kind_and_values(X, kind, values):
    column = read_one(X)
    assert column.kind == kind
    assert values_of(column) == values


@readable
def test_reading_changes_nothing_in_the_table(X, kind, values):
    before = repr(X)
    read(X)
    assert repr(X) == before


@readable
@pytest.mark.parametrize("rows", [[1, 0, 1], [1], []])
def test_rows_are_taken_by_position(X, kind, values, rows):
    taken = read_one(X).take(np.array(rows, dtype=np.intp))
    assert taken.kind == kind
    assert values_of(taken) == [values[row] for row in rows]


@readable
def test_rows_are_taken_by_a_mask(X, kind, values):
    assert values_of(read_one(X).take(np.array([False, True]))) == values[1:]


NUMBERS = {k: v for k, v in READABLE.items() if v[1] != "text"}


@pytest.mark.parametrize(("X", "kind", "values"), NUMBERS.values(), ids=NUMBERS.keys())
def test_numbers_become_floats_and_missing_ones_nan(X, kind, values):
    expected = [np.nan if value is None else float(value) for value in values]
    floats = read_one(X).to_float()
    assert floats.dtype == np.float64
    np.testing.assert_array_equal(floats, expected)


@pytest.mark.parametrize(
    "dtype", [object, "str", "string", pd.CategoricalDtype(["a"])], ids=str
)
def test_text_that_is_all_missing_becomes_nan(dtype):
    floats = read_one(pandas_frame([None, None], dtype)).to_float()
    np.testing.assert_array_equal(floats, [np.nan, np.nan])


@pytest.mark.parametrize("present", ["text", True, 3, 2**70, 0.5], ids=repr)
@pytest.mark.parametrize(
    "missing",
    [
        None,
        np.nan,
        float("nan"),
        pd.NA,
        pd.NaT,
        np.datetime64("NaT"),
        decimal.Decimal("NaN"),
    ],
    ids=repr,
)
def test_every_spelling_of_missing_is_the_same(present, missing):
    assert values_of(read_one(objects([present, missing]))) == [present, None]


TENTHS = [0.1, None, 0.25, 0.7]


@pytest.mark.parametrize(
    "X",
    [
        np.array([[0.1], [np.nan], [0.25], [0.7]], dtype="f4"),
        pandas_frame(TENTHS, "float32"),
        pandas_frame(TENTHS, "Float32"),
        pandas_frame(TENTHS, "float[pyarrow]"),
        pandas_frame(TENTHS, "halffloat[pyarrow]"),
        pandas_frame(TENTHS, "float32").astype("category"),
        objects([np.float32(0.1), None, np.float16(0.25), np.float32(0.7)]),
        polars_frame(TENTHS, pl.Float32),
        np.array([[0.1], [np.nan], [0.25], [0.7]], dtype="f2"),
    ],
)
def test_levels_of_short_floats_are_their_decimals(X):
    assert values_of(read_one(X)) == TENTHS


def test_values_next_to_text_in_a_list_keep_their_types():
    columns = read([["a", 1, True, 0.5, None], ["b", 2, False, np.nan, None]])
    assert [column.kind for column in columns] == [
        "text",
        "integer",
        "boolean",
        "float",
        "text",
    ]
    assert values_of(columns[1]) == [1, 2]
    assert values_of(columns[2]) == [True, False]
    assert values_of(columns[3]) == [0.5, None]


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ([1, 0.5], ["integer", "float"]),
        ([True, 2], ["boolean", "integer"]),
        ([True, 0.5], ["boolean", "float"]),
    ],
    ids=repr,
)
def test_values_next_to_other_numbers_in_a_list_keep_their_types(row, kinds):
    assert [column.kind for column in read([row, row])] == kinds


@pytest.mark.parametrize("big", [2**63, 2**64, -(2**70)])
def test_integers_beyond_64_bits_stay_exact(big):
    values = [big, 1, big + 1]
    for X in (objects(values), [[v] for v in values], pandas_frame(values, object)):
        assert read_one(X).kind == "integer"
        assert values_of(read_one(X)) == values


def test_a_category_is_read_from_parquet_with_types_of_arrow(tmp_path):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"a": pd.Categorical(["b", "a", None])}).to_parquet(path)
    frame = pd.read_parquet(path, dtype_backend="pyarrow")
    column = read_one(frame)
    assert column.kind == "text"
    assert values_of(column) == ["b", "a", None]


def test_unsigned_polars_integers_next_to_null_stay_exact():
    values = [2**63 + 5, None, 1]
    assert values_of(read_one(polars_frame(values, pl.UInt64))) == values


@pytest.mark.skipif(not hasattr(pl, "Int128"), reason="Polars is older than 1.18")
@pytest.mark.parametrize("values", [[2**100, 1], [2**100, None]], ids=repr)
def test_polars_integers_of_128_bits_stay_exact(values):
    column = read_one(polars_frame(values, pl.Int128))
    assert column.kind == "integer"
    assert values_of(column) == values


def test_a_polars_column_of_nothing_but_null_is_read_as_a_pandas_one_is():
    nulls = read_one(polars_frame([None, None], pl.Null))
    assert nulls.kind == read_one(pandas_frame([None, None], object)).kind
    assert values_of(nulls) == [None, None]


def test_integers_that_floats_cannot_tell_apart_stay_apart():
    values = [2**53, 2**53 + 1, None]
    for X in (objects(values), polars_frame(values), pandas_frame(values, "Int64")):
        assert values_of(read_one(X)) == values


# pandas 2 cuts text at a null character when it looks for distinct values
CHARACTERS = st.characters(exclude_characters="\0", codec="utf-8")
TEXT = st.lists(st.none() | st.text(CHARACTERS), min_size=1)


@settings(deadline=None)
@given(TEXT)
def test_text_is_the_same_in_every_container(values):
    containers = [
        values,
        [[value] for value in values],
        objects(values),
        pandas_frame(values, object),
        pandas_frame(values, "str"),
        pandas_frame(values, "string"),
        pandas_frame(values, "category"),
        pd.Series(values, dtype=object),
        polars_frame(values, pl.String),
        polars_frame(values, pl.Categorical),
    ]
    for X in containers:
        assert values_of(read_one(X)) == values


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_integers_are_the_same_in_every_container(values):
    containers = [
        objects(values),
        pandas_frame(values, object),
        pandas_frame(values, "Int64"),
        polars_frame(values, pl.Int64),
    ]
    for X in containers:
        assert values_of(read_one(X)) == values


@settings(deadline=None)
@given(st.lists(st.none() | st.floats(allow_nan=False), min_size=1))
def test_floats_are_the_same_in_every_container(values):
    containers = [
        np.array(values, dtype=np.float64).reshape(-1, 1),
        objects(values),
        pandas_frame(values, "float64"),
        pandas_frame(values, "Float64"),
        polars_frame(values, pl.Float64),
    ]
    for X in containers:
        assert values_of(read_one(X)) == values


@pytest.mark.parametrize(
    "tokens",
    [
        ["b", "a"],
        np.array(["b", "a"]),
        np.array(["b", "a"], dtype=object),
        pd.Series(["b", "a"]),
        pl.Series(["b", "a"]),
    ],
    ids=lambda tokens: type(tokens).__module__,
)
def test_tokens_are_a_table_of_one_column(tokens):
    assert as_table(tokens).shape == (2, 1)
    assert values_of(read_one(tokens)) == ["b", "a"]


@pytest.mark.parametrize("tokens", [[True, False], [3, 1]], ids=repr)
def test_integers_and_booleans_can_be_tokens(tokens):
    assert values_of(read_one(np.array(tokens))) == tokens


@pytest.mark.parametrize("X", [[0.5, 1.5], np.array([0.5, 1.5])], ids=["list", "array"])
def test_one_dimensional_floats_are_refused(X):
    with pytest.raises(ValueError, match="Reshape your data"):
        as_table(X)


def test_columns_have_the_names_of_the_frame():
    names = {"city": ["a"], "size": [0.5]}
    for frame in (pd.DataFrame(names), pl.DataFrame(names)):
        assert [column.name for column in read(frame)] == ["city", "size"]


def test_columns_without_names_are_named_by_position():
    for X in (np.zeros((1, 2)), [["a", 1]], pd.DataFrame([["a", 1]])):
        assert [column.name for column in read(X)] == [0, 1]


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_a_series_names_its_column(library):
    frame = library.DataFrame({"city": ["a"]})
    assert read_one(frame["city"]).name == "city"


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]})])
def test_a_frame_is_passed_on_as_it_is(frame):
    assert as_table(frame) is frame


@pytest.mark.parametrize(
    "X", [sparse.eye(2), sparse.eye_array(2)], ids=["matrix", "array"]
)
def test_sparse_data_is_refused(X):
    with pytest.raises(TypeError, match="Sparse data"):
        as_table(X)


@pytest.mark.parametrize(
    "X",
    [
        np.empty((0, 2)),
        np.empty((0, 2), dtype=object),
        pd.DataFrame({"a": []}),
        pl.DataFrame({"a": []}),
    ],
    ids=["array", "objects", "pandas", "polars"],
)
def test_a_table_without_rows_is_refused(X):
    with pytest.raises(ValueError, match="0 sample"):
        as_table(X)


@pytest.mark.parametrize(
    "X",
    [np.empty((2, 0)), [[], []], pd.DataFrame(index=[0, 1])],
    ids=["array", "list", "pandas"],
)
def test_a_table_without_columns_is_refused(X):
    with pytest.raises(ValueError, match="0 feature"):
        as_table(X)


@pytest.mark.parametrize(
    "X",
    [[], "token", 3, None, np.zeros((2, 2, 2)), np.full((1, 1, 1), "a"), {"a": [1]}],
    ids=repr,
)
def test_what_is_no_table_is_refused(X):
    with pytest.raises(ValueError, match=r"Expected 2D array|dim 3"):
        as_table(X)


@pytest.mark.parametrize("X", [[["a", 1], ["b"]], [[1, 2], [3]]], ids=repr)
def test_rows_that_differ_in_length_are_refused(X):
    with pytest.raises(ValueError, match="rows of X differ in length"):
        as_table(X)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (pl.LazyFrame, r"polars LazyFrame: call its collect\(\)"),
        (
            lambda frame: dask.dataframe.from_pandas(frame, npartitions=1),
            r"dask DataFrame: call its compute\(\)",
        ),
        (
            duckdb.from_df,
            r"duckdb DuckDBPyRelation: call its df\(\)",
        ),
    ],
    ids=["Polars", "Dask", "DuckDB"],
)
def test_an_error_says_how_a_table_comes_into_memory(make, says):
    with pytest.raises(ValueError, match=says):
        as_table(make(pd.DataFrame({"a": ["x"]})))


def test_a_structured_array_is_refused_by_its_fields():
    array = np.array([(1, "a")], dtype=[("size", int), ("city", "U1")])
    with pytest.raises(TypeError, match=r"'size', 'city'. Pass pandas.DataFrame\(X\)"):
        as_table(array)


def test_an_error_names_the_odd_value_its_type_and_its_row():
    values = ["x"] * 1_600 + [7, None]
    with pytest.raises(ColumnError, match=r"'a' .*the first int is 7, in row 1600"):
        read(pandas_frame(values, object))


def test_an_error_names_the_rarest_of_several_types():
    values = ["x", 1, ("a", "b"), "y", 2]
    with pytest.raises(ColumnError, match=r"first tuple is \('a', 'b'\), in row 2"):
        read(pandas_frame(values, object))


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(ValueError, match="'twin'"):
        as_table(pd.DataFrame([["a", "b"]], columns=["twin", "twin"]))


DAY = datetime.date(2020, 1, 1)
UNREADABLE = {
    "pandas datetimes": (pd.to_datetime(["2020-01-01"]), "datetime64"),
    "pandas timedeltas": (pd.to_timedelta(["1D"]), "timedelta64"),
    "pandas periods": (pd.period_range("2020", periods=1, freq="M"), "period"),
    "pandas category of dates": (
        pd.Categorical(pd.to_datetime(["2020-01-01"])),
        "datetime64",
    ),
    "pandas category of both": (pd.Categorical([1, "a"]), "int and str"),
    "pandas intervals": (pd.cut([1, 2], 2), "interval"),
    "complex numbers": (np.array([1j]), "Complex"),
    "bytes": (pd.Series([b"a"], dtype=object), "bytes"),
    "dates": (pd.Series([DAY], dtype=object), "date"),
    "tuples": (pd.Series([(1, 2)], dtype=object), "tuple"),
    "lists": (pd.Series([[1, 2]], dtype=object), "list"),
    "text and integers": (pd.Series(["a", 1], dtype=object), "int and str"),
    "text and floats": (pd.Series([0.5, "a"], dtype=object), "float and str"),
    "truth values and integers": (pd.Series([True, 2], dtype=object), "bool and int"),
    "polars dates": (pl.Series([DAY]), "date"),
    "polars datetimes": (pl.Series([datetime.datetime(2020, 1, 1)]), "datetime"),
    "polars lists": (pl.Series([[1]]), "list"),
}


@pytest.mark.parametrize(("values", "what"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_error_names_the_column_that_cannot_be_read(values, what):
    library = pl if isinstance(values, pl.Series) else pd
    fine = ["x"] * len(values)
    with pytest.raises(ColumnError, match=f"(?s)'when'.*{what}|{what}.*'when'"):
        read(library.DataFrame({"fine": fine, "when": values}))


@pytest.mark.parametrize("dtype", ["M8[D]", "m8[D]", "S1"])
def test_an_error_gives_the_position_of_a_column_without_a_name(dtype):
    with pytest.raises(
        ColumnError, match=r"Column 0 must hold text.* got values of type"
    ):
        read(np.array([[1]], dtype=dtype))


def test_an_array_of_complex_numbers_is_refused():
    with pytest.raises(ValueError, match="Complex data not supported"):
        read(np.array([[1j]]))
