"""What a fitted estimator and the target tell of rows: outcomes beside predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import assert_all_finite, check_consistent_length, column_or_1d

from skembed._labels import read_labels
from skembed.displays._levels import level_name

if TYPE_CHECKING:
    from skembed._estimator import EmbeddingEstimator


@dataclass(frozen=True, eq=False)
class Told:
    """Outcomes of rows, and what is predicted of them.

    Attributes
    ----------
    outcomes, predictions : ndarray of shape (n_samples,)
        Numbers; of a class whether a row has it, and its probability.
    name : str
        What they are.
    is_class : bool
        Whether they are of a class.
    """

    outcomes: np.ndarray
    predictions: np.ndarray
    name: str
    is_class: bool


def told_of(
    estimator: EmbeddingEstimator, X: Any, y: Any, pos_label: Any, caller: str
) -> Told:
    """Read outcomes, and predict the same rows.

    Parameters
    ----------
    estimator : EmbeddingRegressor or EmbeddingClassifier
        Fitted.
    X, y : array-like
        Rows and their target.
    pos_label : label or None
        The class in question; None is the second of two.
    caller : str
        Who asks, for errors.

    Returns
    -------
    Told
        A value for every row.

    Raises
    ------
    TypeError
        If the estimator does not predict.
    ValueError
        If it has several outputs, there is no such class, or `y` is malformed.
    """
    if not hasattr(estimator, "predict"):
        raise TypeError(
            f"{caller} compares outcomes with predictions, which "
            f"{type(estimator).__name__} does not make: pass an EmbeddingRegressor or "
            "an EmbeddingClassifier."
        )
    check_consistent_length(X, y)
    if is_classifier(estimator):
        return _of_class(estimator, X, y, pos_label)
    if pos_label is not None:
        raise ValueError("pos_label is a class, and this estimator predicts numbers.")
    return _of_numbers(estimator, X, y)


def _of_numbers(estimator: Any, X: Any, y: Any) -> Told:
    if estimator.n_outputs_ > 1:
        raise ValueError(
            "Outcomes are drawn for one output, and this estimator has "
            f"{estimator.n_outputs_}."
        )
    outcomes = column_or_1d(y, dtype=np.float64)
    assert_all_finite(outcomes, input_name="y")
    predictions = column_or_1d(estimator.predict(X))
    return Told(outcomes, predictions, name_of(y), is_class=False)


def _of_class(estimator: Any, X: Any, y: Any, pos_label: Any) -> Told:
    labels = estimator.classes_.tolist()
    if pos_label is None and len(labels) == 2 and not estimator._classes.is_multilabel:
        pos_label = labels[1]
    if pos_label not in labels:
        shown = "is needed" if pos_label is None else f"{pos_label!r} is no class"
        raise ValueError(f"pos_label {shown}: choose one of {labels}.")
    place = labels.index(pos_label)
    if estimator._classes.is_multilabel:
        _, indicator = read_labels(y)
        outcomes = indicator[:, place]
    else:
        outcomes = (column_or_1d(y) == pos_label).astype(np.float64)
    probabilities = estimator.predict_proba(X)[:, place]
    name = f"probability of {level_name(pos_label)}"
    return Told(outcomes, probabilities, name, is_class=True)


def name_of(y: Any) -> str:
    """Return the name that a Series, or a table of one column, has."""
    names = getattr(y, "columns", [getattr(y, "name", None)])
    is_named = isinstance(names[0], str) and names[0]
    return level_name(names[0]) if is_named else "outcome"
