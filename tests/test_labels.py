"""Labels of all types: read, and decided again."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from scipy.special import expit, softmax

from skembed._labels import Classes, check_several, read_labels

TYPES = {
    "strings": ["no", "yes", "no"],
    "whole numbers": [3, 7, 3],
    "booleans": [False, True, False],
    "objects": np.array(["no", "yes", "no"], dtype=object),
    "a categorical": pd.Series(["no", "yes", "no"], dtype="category"),
    "whole floats": [0.0, 1.0, 0.0],
    "a column": np.array([["no"], ["yes"], ["no"]]),
}


@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
@pytest.mark.parametrize("y", TYPES.values(), ids=TYPES)
def test_two_classes_of_any_type_are_one_column(y):
    classes, indicator = read_labels(y)
    np.testing.assert_array_equal(indicator, [[0], [1], [0]])
    assert classes.is_binary
    assert classes.loss == "binary_cross_entropy"
    scores = np.array([[-1.0], [2.0], [-3.0]])
    np.testing.assert_array_equal(classes.decide(scores), np.ravel(y))


LARGE = [2**53, 2**53 + 1, 2**53 + 2]


@pytest.mark.parametrize(
    "y",
    [
        pd.Series(LARGE, dtype="Int64"),
        pd.Series(LARGE, dtype="UInt64"),
        pd.Series(LARGE, dtype="int64[pyarrow]"),
        pd.Series(LARGE, dtype=object),
        pd.Series(LARGE, dtype="Int64").astype("category"),
        pd.array(LARGE, dtype="Int64"),
        pl.Series(LARGE),
    ],
    ids=lambda y: f"{type(y).__module__}-{y.dtype}",
)
def test_labels_that_floats_cannot_tell_apart_stay_apart(y):
    classes, indicator = read_labels(y)
    assert classes.labels.tolist() == LARGE
    np.testing.assert_array_equal(indicator, np.eye(3))
    assert classes.decide(indicator).tolist() == LARGE


@pytest.mark.parametrize("dtype", ["boolean", "bool[pyarrow]", object, "category"])
def test_labels_that_are_booleans_are_decided_as_booleans(dtype):
    classes, _ = read_labels(pd.Series([True, False, True], dtype=dtype))
    decided = classes.decide(np.array([[1.0], [-1.0]]))
    assert decided.dtype == bool
    assert decided.tolist() == [True, False]


@pytest.mark.parametrize("dtype", ["Int64", "boolean", object])
def test_labels_of_several_columns_may_be_of_any_type(dtype):
    several = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 1]])
    is_boolean = dtype == "boolean"
    frame = pd.DataFrame(several.astype(bool) if is_boolean else several)
    classes, indicator = read_labels(frame.astype(dtype))
    assert classes.is_multilabel
    np.testing.assert_array_equal(indicator, several)


def test_more_classes_have_a_column_each():
    classes, indicator = read_labels(["b", "c", "a", "b"])
    np.testing.assert_array_equal(classes.labels, ["a", "b", "c"])
    np.testing.assert_array_equal(indicator, np.eye(3)[[1, 2, 0, 1]])
    assert classes.loss == "cross_entropy"
    assert classes.decide(indicator).tolist() == ["b", "c", "a", "b"]


@pytest.mark.parametrize("make", [np.array, sparse.csr_array])
def test_several_labels_have_a_column_each(make):
    several = [[1, 0, 1], [0, 0, 0], [0, 1, 1]]
    classes, indicator = read_labels(make(several))
    np.testing.assert_array_equal(indicator, several)
    np.testing.assert_array_equal(classes.labels, [0, 1, 2])
    assert classes.loss == "binary_cross_entropy"
    np.testing.assert_array_equal(classes.decide(indicator - 0.5), several)


def test_probabilities_are_those_of_the_scores():
    scores = np.random.default_rng(0).normal(0, 3, (20, 3))
    two, three = Classes(np.arange(2)), Classes(np.arange(3))
    several = Classes(np.arange(3), is_multilabel=True)
    np.testing.assert_allclose(
        np.exp(two.log_probabilities(scores[:, :1])),
        np.c_[1 - expit(scores[:, 0]), expit(scores[:, 0])],
    )
    np.testing.assert_allclose(
        np.exp(three.log_probabilities(scores)), softmax(scores, axis=1)
    )
    np.testing.assert_allclose(np.exp(several.log_probabilities(scores)), expit(scores))


@pytest.mark.parametrize("classes", [Classes(np.arange(2)), Classes(np.arange(3))])
def test_logarithms_of_probabilities_are_finite(classes):
    scores = np.array([[-800.0, 800.0, 0.0]])[:, : 1 if classes.is_binary else 3]
    assert np.isfinite(classes.log_probabilities(scores)).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        ([0.1, 0.2, 1.7], "Unknown label type"),
        ([["a", "b"], ["c", "d"], ["a", "d"]], "several classes for each row"),
        ([1.0, np.nan, 0.0], "NaN"),
        (["a", None, "b"], "NaN"),
        ([1.0, np.inf, 0.0], "infinity"),
        (pd.Series([1, None, 0], dtype="Int64"), "NaN"),
        (np.array(["a", "b", 7], dtype=object), "the first int is 7, in row 2"),
        (np.array([2**70, 1, 2**70], dtype=object), r"type int.* astype\(str\)"),
    ],
    ids=[
        "none",
        "a quantity",
        "two columns",
        "missing",
        "none of them",
        "infinite",
        "a missing nullable integer",
        "mixed types",
        "beyond 64 bits",
    ],
)
def test_what_is_no_label_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        read_labels(y)


@pytest.mark.parametrize(
    ("y", "weight"), [(["a", "a"], None), (["a", "b"], [1, 0]), ([0, 0], [2.0, 0.5])]
)
def test_rows_of_one_class_are_refused(y, weight):
    with pytest.raises(ValueError, match="one class only"):
        check_several(*read_labels(y), weight)


def test_rows_of_one_combination_of_labels_are_not():
    check_several(*read_labels(np.array([[1, 0], [1, 0]])), None)
    check_several(*read_labels(["a", "b", "c"]), [0, 1, 1])
