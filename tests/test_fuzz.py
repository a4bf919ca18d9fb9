"""Whatever a table holds, it is fitted, or an error says which column cannot be.

``python -m pytest tests/test_fuzz.py --nightly`` tries 2,000 tables in place of 100.
"""

import pickle
import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from sklearn.base import clone

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor, load
from skembed.exceptions import ColumnError, UnknownLevelError

N_ROWS = 12
ODD_TEXT = ["a", "A", "a ", " a", "", "ä", "a\u0308", "\U0001f600", "\n", "nan", "None"]


def column_of(values, dtype=None, missing=None):
    """Lists of values, some of them missing, as a column of a type."""
    either = values if missing is None else st.one_of(st.just(missing), values)
    lists = st.lists(either, min_size=N_ROWS, max_size=N_ROWS)
    return lists.map(lambda drawn: pd.Series(drawn, dtype=dtype))


def categorical(categories, *, ordered=False):
    """Columns of which some categories are never used."""
    codes = st.lists(
        st.integers(-1, len(categories) - 1), min_size=N_ROWS, max_size=N_ROWS
    )
    return codes.map(
        lambda drawn: pd.Series(
            pd.Categorical.from_codes(drawn, categories, ordered=ordered)
        )
    )


WORDS = st.sampled_from(ODD_TEXT)
SMALL = st.integers(0, 3)
FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32)
LEVELS = {
    "words": column_of(WORDS, object, None) | column_of(WORDS, object),
    "any text": column_of(st.text(max_size=3), object),
    "half characters": column_of(st.sampled_from(["\ud800", "\udfffa", "b"]), object),
    "str": column_of(WORDS, "str"),
    "python strings": column_of(WORDS, pd.StringDtype("python"), pd.NA),
    "arrow strings": column_of(WORDS, pd.ArrowDtype(pa.string()), pd.NA),
    "int64": column_of(SMALL, np.int64),
    "uint8": column_of(SMALL, np.uint8),
    "Int64": column_of(SMALL, "Int64", pd.NA),
    "wide": column_of(st.integers(-(2**63), 2**63 - 1), np.int64),
    "huge": column_of(st.integers(-(2**80), 2**80), object, None),
    "arrow integers": column_of(SMALL, pd.ArrowDtype(pa.int32()), pd.NA),
    "bool": column_of(st.booleans(), bool),
    "boolean": column_of(st.booleans(), "boolean", pd.NA),
    "arrow booleans": column_of(st.booleans(), pd.ArrowDtype(pa.bool_()), pd.NA),
    "objects that are truth values": column_of(st.booleans(), object, None),
    "categories": categorical(["x", "y", "never used", "Y"]),
    "ordered categories": categorical([3, 1, 2], ordered=True),
    "categories of nothing": categorical(["x"]),
    "nothing": column_of(st.none(), object),
}
QUANTITIES = {
    "float64": column_of(FLOATS, np.float64, np.nan),
    "float32": column_of(FLOATS, np.float32),
    "float16": column_of(st.floats(-9, 9, width=16), np.float16),
    "Float64": column_of(FLOATS, "Float64", pd.NA),
    "arrow floats": column_of(FLOATS, pd.ArrowDtype(pa.float64()), pd.NA),
    "objects that are floats": column_of(FLOATS, object, None),
    "constant": column_of(st.just(1.5), np.float64),
    "all missing": column_of(st.just(np.nan), np.float64),
}
REFUSED = {
    "dates": st.just(pd.Series(pd.date_range("2020", periods=N_ROWS))),
    "durations": st.just(pd.Series(pd.timedelta_range("1h", periods=N_ROWS))),
    "complex": st.just(pd.Series([1j] * N_ROWS)),
    "mixed": st.just(pd.Series([1, "a", *[2.5] * (N_ROWS - 2)], dtype=object)),
    "lists": st.just(pd.Series([[1]] * N_ROWS)),
    "bytes": st.just(pd.Series([b"a"] * N_ROWS, dtype=object)),
    "decimals": st.just(pd.Series([1] * N_ROWS, dtype=pd.ArrowDtype(pa.decimal128(5)))),
    "infinite": st.just(pd.Series([np.inf] * N_ROWS)),
    "beyond squares": st.just(pd.Series([1e200] * N_ROWS)),
}
NAMES = st.lists(
    st.sampled_from(["a", "b", "A", "a ", "", "level", "count", 0, 1, ("a", 1)]),
    min_size=4,
    max_size=4,
)


@st.composite
def frames(draw):
    """Tables of up to four columns and twelve rows."""
    kinds = {**LEVELS, **QUANTITIES, **REFUSED}
    weights = [*LEVELS, *LEVELS, *QUANTITIES, *REFUSED]  # mostly what can be fitted
    chosen = draw(st.lists(st.sampled_from(weights), min_size=1, max_size=4))
    columns = [draw(kinds[kind]) for kind in chosen]
    n_rows = draw(st.integers(1, N_ROWS))
    frame = pd.concat(columns, axis=1)[:n_rows]
    names = draw(st.none() | NAMES)
    frame.columns = [f"c{i}" for i in range(len(chosen))]
    if names is not None:
        frame.columns = pd.Index(names[: len(chosen)], tupleize_cols=False)
    note(ascii((chosen, names)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what other packages cannot hold
        return draw(st.sampled_from([frame, frame, to_polars(frame), frame.to_numpy()]))


def to_polars(frame):
    """Return the same in polars, if it can have it."""
    try:
        return pl.from_pandas(frame)
    except (
        TypeError,
        ValueError,
        OverflowError,
        pa.ArrowException,
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
    ):
        return frame


def check_documented(error, *tables):
    """An error about a column names it, and nothing else is raised but these."""
    kinds = {ColumnError, UnknownLevelError, TypeError, ValueError}
    assert type(error) in kinds, ascii(error)
    if isinstance(error, ColumnError):
        names = [
            *range(4),  # of the columns of an array
            *(name for table in tables for name in getattr(table, "columns", [])),
        ]
        named = [re.escape(repr(name)) for name in names]
        pattern = f"olumns? (are named )?({'|'.join(named)})[ ,:]"
        assert re.search(pattern, str(error)), ascii(error)


def tried(call, *tables):
    """Return what a call returns, or None if it raises what is documented."""
    try:
        return call()
    except (TypeError, ValueError) as error:
        note(ascii(error))
        check_documented(error, *tables)
        return None


SETTINGS = {"n_networks": 0, "random_state": 0}
MODELS = {
    "regressor": EmbeddingRegressor(**SETTINGS),
    "all": EmbeddingRegressor(
        categorical_features="all", min_frequency=2, max_categories=3, **SETTINGS
    ),
    "error": EmbeddingRegressor(handle_unknown="error", **SETTINGS),
    "classifier": EmbeddingClassifier(**SETTINGS),
    "encoder": EmbeddingEncoder(random_state=0),
}


def answer(model, X):
    """Return what a model is for."""
    return (model.predict if hasattr(model, "predict") else model.transform)(X)


@pytest.mark.filterwarnings("ignore:.*feature names:UserWarning")
@given(
    kind=st.sampled_from(list(MODELS)),
    X=frames(),
    later=frames(),
    seed=st.integers(0, 3),
)
def test_tables_are_fitted_or_refused(kind, X, later, seed, tmp_path_factory):
    model = clone(MODELS[kind])
    y = np.random.default_rng(seed).normal(size=len(X))
    if isinstance(model, EmbeddingClassifier):
        y = np.where(y > y.min(), "more", "least")
    if tried(lambda: model.fit(X, y), X) is None:
        assert not hasattr(model, "_model")
        return
    answered = answer(model, X)
    if isinstance(model, EmbeddingRegressor):
        assert np.isfinite(answered).all()
    tried(lambda: answer(model, later), X, later)
    np.testing.assert_array_equal(answer(clone(model).fit(X, y), X), answered)
    path = tmp_path_factory.mktemp("fuzz") / "model"
    model.save(path)
    for copy in (load(path), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(answer(copy, X), answered)
        np.testing.assert_array_equal(copy.transform(X), model.transform(X))
