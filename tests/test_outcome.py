"""Targets of any type, told apart as scikit-learn does."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skembed._outcome import MAX_NUMERIC_CLASSES, read_outcome

SEVERAL_LABELS = np.array([[0, 1], [1, 1], [0, 0], [1, 0]])


@pytest.mark.parametrize(
    ("y", "kind", "loss"),
    [
        ([0.5, 1.2, 3.1], "continuous", "squared_error"),
        ([[0.5], [1.2], [3.1]], "continuous", "squared_error"),
        (["a", "b", "a"], "binary", "binary_cross_entropy"),
        ([True, False, True], "binary", "binary_cross_entropy"),
        ([1.0, 2.0, 1.0], "binary", "binary_cross_entropy"),
        ([1, 2, 3], "multiclass", "cross_entropy"),
        (np.array([1, 2, 3], dtype=object), "multiclass", "cross_entropy"),
        (np.array([True, False], dtype=object), "binary", "binary_cross_entropy"),
        (np.array([0.5, 1.2], dtype=object), "continuous", "squared_error"),
        (pd.Series(["a", "b", "c"]), "multiclass", "cross_entropy"),
        (SEVERAL_LABELS, "multilabel-indicator", "binary_cross_entropy"),
        (sparse.csr_array(SEVERAL_LABELS), "multilabel-indicator", None),
    ],
)
def test_auto_follows_type_of_target(y, kind, loss):
    outcome = read_outcome(y, "auto")
    assert outcome.kind == kind
    assert loss in (None, outcome.loss)
    assert outcome.target.ndim == 2
    assert (outcome.classes is None) == (kind == "continuous")


@pytest.mark.parametrize("y", [[0, 1, 1], [0, 1, 2]])
def test_whole_numbers_may_be_called_quantities(y):
    outcome = read_outcome(y, "continuous")
    assert outcome.kind == "continuous"
    np.testing.assert_array_equal(outcome.target[:, 0], y)


def test_multiclass_of_two_labels_is_binary():
    outcome = read_outcome(["a", "b"], "multiclass")
    assert outcome.kind == "binary"
    np.testing.assert_array_equal(outcome.target, [[0], [1]])


@pytest.mark.parametrize("dtype", [int, float])
def test_many_whole_numbers_want_an_answer(dtype):
    y = np.repeat(np.arange(MAX_NUMERIC_CLASSES + 1, dtype=dtype), 3)
    with pytest.raises(ValueError, match=r"21 distinct whole.*'continuous'"):
        read_outcome(y, "auto")
    with pytest.raises(ValueError, match="21 distinct whole"):
        read_outcome(y[:, np.newaxis], "auto")
    assert read_outcome(y, "continuous").kind == "continuous"
    assert read_outcome(y, "multiclass").kind == "multiclass"


def test_many_strings_are_labels():
    y = [f"label {i % 60}" for i in range(200)]
    assert read_outcome(y, "auto").kind == "multiclass"


@pytest.mark.parametrize(
    ("y", "target_type", "says"),
    [
        (None, "auto", "requires y to be passed"),
        (["a", "b", "c"], "binary", "holds 3 labels: set target_type='multiclass'"),
        ([[0.1, 0.2], [0.3, 0.4]], "auto", "2 columns of numbers.*fit an encoder"),
        ([[0, 1], [2, 1]], "auto", "2 columns of numbers.*fit an encoder"),
        ([[0, 1], [2, 1]], "multiclass", "several classes for each row"),
        ([0.5, np.nan], "auto", "NaN"),
        (["a", None, "b"], "multiclass", "NaN"),
        ([0.5, 1.5], "binary", "Unknown label type"),
        (["a", "b"], "continuous", "could not convert|dtype"),
        (SEVERAL_LABELS, "binary", "several labels for each row: set target_type"),
        (SEVERAL_LABELS, "multiclass", "several labels for each row"),
        (
            np.array(["b", 1, "a", None], dtype=object),
            "auto",
            "one type .*the first int is 1, in row 1",
        ),
        (np.array([1j, 2j]), "auto", "neither numbers nor labels|Complex data"),
    ],
)
def test_what_it_cannot_read(y, target_type, says):
    with pytest.raises(ValueError, match=says):
        read_outcome(y, target_type)
