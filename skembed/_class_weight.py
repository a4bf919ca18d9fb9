"""Weights of classes, multiplied by the weights of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import compute_sample_weight


def weigh_classes(
    class_weight: Any,
    labels: np.ndarray,
    weight: np.ndarray,
    n_rows: np.ndarray | None,
) -> np.ndarray:
    """Multiply the weight of each row by that of its class.

    Parameters
    ----------
    class_weight : "balanced", dict or list of dict
        As in scikit-learn. "balanced" gives all classes the same total weight.
    labels : ndarray of shape (n_samples,) or (n_samples, n_labels)
        The labels.
    weight : ndarray of shape (n_samples,)
        Of the rows.
    n_rows : ndarray of shape (n_samples,) or None
        How many rows each row stands for.

    Returns
    -------
    ndarray of shape (n_samples,)
        Weights of the rows.
    """
    if class_weight != "balanced":
        return np.asarray(weight * compute_sample_weight(class_weight, labels))
    total = weight if n_rows is None else weight * n_rows
    for column in labels.reshape(len(labels), -1).T:
        weight = weight * _balanced(column, total)
    return weight


def _balanced(labels: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return a weight for each row, so that all classes have the same total."""
    classes, codes = np.unique(labels, return_inverse=True)
    totals = np.bincount(codes, weight)
    safe = np.where(totals > 0, totals, 1.0)  # rows of weight zero stay so
    return np.asarray((weight.sum() / (len(classes) * safe))[codes])
