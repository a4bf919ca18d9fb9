"""A target of any type: numbers, or labels that are to be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import type_of_target

from skembed._labels import Classes, as_plain, check_one_type, read_labels
from skembed._target import read_target

MAX_NUMERIC_CLASSES = 20  # distinct numbers; more are not taken for classes unasked
OF_CLASSES = ("binary", "multiclass", "multilabel-indicator")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a model learns to predict.

    Attributes
    ----------
    kind : {"continuous", "binary", "multiclass", "multilabel-indicator"}
        What it is.
    target : ndarray of shape (n_samples, n_outputs)
        Numbers, or zeros and ones.
    classes : Classes or None
        None for numbers.
    """

    kind: str
    target: np.ndarray
    classes: Classes | None

    @property
    def is_exclusive(self) -> bool:
        """Whether each row has one of several classes."""
        return self.classes is not None and not self.classes.is_multilabel

    @property
    def unit(self) -> str:
        """In what a model of it predicts."""
        return "units of the target" if self.classes is None else "log-odds"

    @property
    def loss(self) -> str:
        """What a model of it minimises."""
        return "squared_error" if self.classes is None else self.classes.loss


def read_outcome(y: Any, target_type: str) -> Outcome:
    """Read a target of a type, or of one that is inferred.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_labels)
        The target.
    target_type : {"auto", "continuous", "binary", "multiclass"}
        "auto" is what ``sklearn.utils.multiclass.type_of_target`` says.

    Returns
    -------
    Outcome
        Read and checked.

    Raises
    ------
    ValueError
        If it is missing or malformed, not of its type, or could be of two types.
    """
    if y is None:
        raise ValueError(
            "EmbeddingEncoder requires y to be passed, but the target y is None."
        )
    y = as_plain(y)
    kind = _inferred(y) if target_type == "auto" else target_type
    if kind not in OF_CLASSES:
        return Outcome("continuous", _one_column(read_target(y)), None)
    classes, indicator = read_labels(y)
    if kind == "binary" and len(classes.labels) > 2:
        raise ValueError(
            f"target_type='binary', but y holds {len(classes.labels)} labels: set "
            "target_type='multiclass'."
        )
    if classes.is_multilabel and target_type != "auto":
        raise ValueError(
            f"target_type={target_type!r}, but y may hold several labels for each row: "
            "set target_type='auto'."
        )
    if not classes.is_multilabel:
        kind = "binary" if classes.is_binary else "multiclass"
    return Outcome(kind, indicator, classes)


def _inferred(y: Any) -> str:
    check_one_type(y)
    values = np.asarray(y)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.dtype.kind == "f":  # of which scikit-learn would first warn
        assert_all_finite(values, input_name="y")
    if values.ndim == 1 and values.dtype.kind in "iuf":
        n_distinct = len(np.unique(values))
        is_whole = values.dtype.kind != "f" or bool((values == np.floor(values)).all())
        if is_whole and n_distinct > MAX_NUMERIC_CLASSES:
            raise ValueError(
                f"y holds {n_distinct} distinct whole numbers, which may be quantities "
                "or labels. Set target_type='continuous' if they are quantities, or "
                "'multiclass' if they are labels."
            )
    kind = str(type_of_target(y, input_name="y"))
    if kind == "unknown":
        raise ValueError(
            f"y holds values of type {values.dtype}, neither numbers nor labels: give "
            "it another dtype, or set target_type."
        )
    return kind


def _one_column(target: np.ndarray) -> np.ndarray:
    target = target.reshape(len(target), -1)
    if target.shape[1] > 1:
        raise ValueError(
            f"y has {target.shape[1]} columns of numbers, and an encoder learns from "
            "one target: fit an encoder for each of them."
        )
    return target
