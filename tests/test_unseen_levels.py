"""Levels that fit has not seen: an error, a warning, or nothing."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor
from skembed.exceptions import UnknownLevelError

CODES = ["10001", "10002", "10003"]


@pytest.fixture(
    params=[EmbeddingRegressor, EmbeddingClassifier, EmbeddingEncoder],
    ids=lambda kind: kind.__name__,
)
def fitted(request):
    X = pd.DataFrame({"zip": CODES * 20, "day": ["x", "y"] * 30})
    y = np.tile([0, 1, 1], 20)
    return request.param(n_networks=0, random_state=0).fit(X, y)


def table(codes, days=("x", "y", "x")):
    return pd.DataFrame({"zip": codes, "day": days[: len(codes)]})


def test_a_column_of_unseen_levels_only_warns_of_another_type(fitted):
    X = table(["10001.0", "10002.0", None])
    says = r"'zip' are unseen: '10001.0', '10002.0'.* '10001', .* data type"
    with pytest.warns(UserWarning, match=says):
        found = fitted.transform(X)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        average = fitted.transform(table([None, None, None]))
    np.testing.assert_array_equal(found, average)


@pytest.mark.parametrize(
    "codes",
    [
        ["10009"],
        ["10009", "10009", None],
        ["10009", "10008", "10001"],
        [None, None, None],
    ],
    ids=repr,
)
def test_a_few_unseen_levels_are_silent(fitted, codes):
    fitted.transform(table(codes))


def test_unseen_levels_in_a_category_are_those_that_rows_have(fitted):
    codes = pd.Categorical(["10008", "10009"], categories=["10008", "10009", *CODES])
    with pytest.warns(UserWarning, match=r"'zip' are unseen: '10008', '10009';"):
        fitted.transform(table(codes))


def test_handle_unknown_warn_names_the_column_and_its_levels(fitted):
    X = table(["10009", "10001", "10008"])
    silent = fitted.transform(X)
    fitted.set_params(handle_unknown="warn")
    with pytest.warns(UserWarning, match="'zip' holds .* '10009', '10008'") as caught:
        warned = fitted.transform(X)
    assert len(caught) == 1
    np.testing.assert_array_equal(warned, silent)
    fitted.transform(table(CODES))


def test_handle_unknown_warn_warns_of_missing_values_that_fit_has_not_seen(fitted):
    fitted.set_params(handle_unknown="warn")
    with pytest.warns(UserWarning, match="'zip' holds levels .*: nan"):
        fitted.transform(table(["10001", None]))


def test_handle_unknown_warn_names_all_columns_in_one_warning(fitted):
    fitted.set_params(handle_unknown="warn")
    with pytest.warns(UserWarning, match="'zip' holds .* 'day' holds") as caught:
        fitted.transform(table(["10009", "10001", "10001"], ["x", "x", "z"]))
    assert len(caught) == 1


def test_handle_unknown_error_only_raises(fitted):
    fitted.set_params(handle_unknown="error")
    with pytest.raises(UnknownLevelError, match="'zip' holds levels"):
        fitted.transform(table(["10008", "10009"]))


def test_handle_unknown_warn_may_be_fitted(fitted):
    fitted.set_params(handle_unknown="warn").fit(
        table(CODES * 9, ["x"] * 27), [0, 1, 1] * 9
    )


def test_predictions_warn_as_vectors_do():
    X, y = table(CODES * 20, ["x", "y"] * 30), np.arange(60.0)
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)
    with pytest.warns(UserWarning, match="All levels of column 'zip' are unseen"):
        model.predict(table(["1", "2"]))


def test_rows_that_are_held_out_do_not_warn():
    X = pd.DataFrame({"group": np.repeat(list("abcde"), 20), "b": list("xy") * 50})
    y = np.random.default_rng(0).normal(size=100)
    of_row = np.repeat(np.arange(5), 20)
    cv = [(np.flatnonzero(of_row != k), np.flatnonzero(of_row == k)) for k in range(5)]
    for output in ("embedding", "prediction"):
        encoder = EmbeddingEncoder(output=output, cv=cv, n_networks=0, random_state=0)
        encoder.fit_transform(X, y)
