"""The labels of a classifier: read, turned into zeros and ones, and back again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import log_expit, log_softmax
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from skembed._objects import types_of


@dataclass(frozen=True, eq=False)
class Classes:
    """What rows may be labelled.

    Attributes
    ----------
    labels : ndarray of shape (n_classes,)
        Distinct and sorted; positions of labels where rows may have several.
    is_multilabel : bool
        Whether a row may have several labels, or none.
    """

    labels: np.ndarray
    is_multilabel: bool = False

    @property
    def is_binary(self) -> bool:
        """Whether one number tells everything."""
        return not self.is_multilabel and len(self.labels) == 2

    @property
    def loss(self) -> str:
        """What a model of them minimises."""
        has_one_output_each = self.is_multilabel or self.is_binary
        return "binary_cross_entropy" if has_one_output_each else "cross_entropy"

    def log_probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Return them from what a model says, of shape (n_samples, n_classes)."""
        if self.is_binary:
            return log_expit(np.hstack([-scores, scores]))
        if self.is_multilabel:
            return np.asarray(log_expit(scores))
        return np.asarray(log_softmax(scores, axis=1))

    def decide(self, scores: np.ndarray) -> np.ndarray:
        """Return the most probable label of each row, or zeros and ones for each."""
        if self.is_multilabel:
            return (scores > 0).astype(int)
        if self.is_binary:
            return np.asarray(self.labels[(scores[:, 0] > 0).astype(int)])
        return np.asarray(self.labels[scores.argmax(axis=1)])


def as_plain(y: Any) -> Any:
    """Return labels in a type of numpy that holds them exactly.

    scikit-learn would turn nullable integers into floats, which merge those beyond
    2**53, nullable booleans into numbers, and calls Python objects unknown.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        Labels in any container; nothing is missing.

    Returns
    -------
    array-like of the same shape
        What was passed, unless it was of objects or of a type that is not numpy's.
    """
    if sparse.issparse(y):
        return y
    labels = np.asarray(y)
    if labels.dtype != object:
        return labels if _has_other_type(y) else y
    inferred = pd.Series(labels.ravel()).infer_objects().to_numpy()
    return inferred.reshape(labels.shape)


def _has_other_type(y: Any) -> bool:
    dtypes = [y.dtype] if hasattr(y, "dtype") else list(getattr(y, "dtypes", ()))
    return not all(isinstance(dtype, np.dtype) for dtype in dtypes)


def read_labels(y: Any) -> tuple[Classes, np.ndarray]:
    """Read labels of any type.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        Labels, or a matrix of zeros and ones.

    Returns
    -------
    classes : Classes
        The distinct ones.
    indicator : ndarray of shape (n_samples, n_outputs)
        1 for the labels of a row, else 0. Of two classes only the second is there.

    Raises
    ------
    ValueError
        If labels are missing, numbers of a quantity, or several classes for each row.
    """
    if y is None:
        raise ValueError(
            "EmbeddingClassifier requires y to be passed, but the target y is None."
        )
    _check_present(y)
    y = as_plain(y)
    check_one_type(y)
    check_classification_targets(y)
    kind = type_of_target(y, input_name="y")
    if kind == "multiclass-multioutput":
        raise ValueError(
            "Unknown label type: several classes for each row. Give y one column of "
            "labels, or a matrix of zeros and ones, or fit a classifier for each "
            "column by sklearn.multioutput.MultiOutputClassifier."
        )
    if kind == "multilabel-indicator":
        dense = np.asarray(y.toarray() if sparse.issparse(y) else y)
        classes = Classes(np.arange(dense.shape[1]), is_multilabel=True)
        return classes, dense.astype(np.float64)
    labels, codes = np.unique(column_or_1d(y, warn=True), return_inverse=True)
    indicator = np.eye(len(labels))[codes]
    return Classes(labels), indicator[:, 1:] if len(labels) == 2 else indicator


def _check_present(y: Any) -> None:
    if sparse.issparse(y):
        return
    labels = np.asarray(y)
    if pd.isna(labels).any():
        raise ValueError(
            "Input y contains NaN: leave out the rows whose label is missing."
        )
    if labels.dtype.kind == "f":  # of which scikit-learn would first warn
        assert_all_finite(labels, input_name="y")


def check_one_type(y: Any) -> None:
    """Raise an error that names the odd label if objects are not all text."""
    labels = None if sparse.issparse(y) else np.asarray(y)
    if labels is None or labels.dtype.kind != "O" or labels.ndim != 1:
        return
    if pd.api.types.infer_dtype(labels, skipna=True) not in ("string", "empty"):
        raise ValueError(
            "y must hold text, booleans or numbers of 64 bits, of one type throughout; "
            f"got objects of type {types_of(labels)}. Turn labels into text with "
            "astype(str), and numbers to predict into floats with astype(float)."
        )


def check_several(
    classes: Classes,
    indicator: np.ndarray,
    weight: Any = None,
    remedy: str = "a classifier needs rows of at least 2 classes",
) -> None:
    """Raise unless rows that count have more than one class."""
    if classes.is_multilabel:
        return
    counted = indicator if weight is None else indicator[np.asarray(weight) > 0]
    if len(classes.labels) < 2 or (len(counted) and (counted == counted[0]).all()):
        raise ValueError(f"y holds one class only: {remedy}.")


def check_same(earlier: Classes, classes: Classes) -> None:
    """Raise unless a network that goes on learns the classes that it knows."""
    if not np.array_equal(earlier.labels, classes.labels):
        raise ValueError(
            "warm_start=True continues the network of the earlier fit, which knows "
            f"the classes {earlier.labels.tolist()}, but y holds "
            f"{classes.labels.tolist()}: set warm_start=False to start anew."
        )
